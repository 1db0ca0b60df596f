"""Commands that look at what was made: the checks, one lead, the catalogue."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from .app import (
    DEFAULT_CONFIG,
    AsJson,
    Changes,
    ConfigFile,
    RunFolder,
    app,
    folder_of,
    load,
)


@app.command()
def check(
    config: ConfigFile = DEFAULT_CONFIG,
    changes: Changes = None,
    run_folder: RunFolder = None,
    as_json: AsJson = False,
    ignore: Annotated[
        list[str] | None, typer.Option(help="A code to leave aside.")
    ] = None,
    explain: Annotated[
        str | None, typer.Option(help="A code to say more about.")
    ] = None,
) -> None:
    """Check data and scorer for leaks and other faults, each by its code."""
    from ..checks import explanation, run_checks

    if explain:
        typer.echo(explanation(explain))
        return
    settings = load(config, changes)
    folder = folder_of(settings, run_folder)
    findings = run_checks(settings, folder, ignored=tuple(ignore or ()))
    if as_json:
        typer.echo(json.dumps([f.to_dict() for f in findings], indent=2))
    else:
        for f in findings:
            typer.echo(f"{f.code} {f.answer.replace('_', ' '):<14} {f.title}")
            if f.said and f.answer in {"issue", "tip"}:
                typer.echo(f"      {f.said}")
    if any(f.answer == "issue" for f in findings):
        raise typer.Exit(1)


@app.command()
def why(
    lead_id: Annotated[str, typer.Argument(help="The lead.")],
    scores: Annotated[
        Path, typer.Option("--scores", "-s", help="The file that `score` wrote.")
    ] = Path("scores.parquet"),
    every: Annotated[bool, typer.Option("--all", help="List every signal.")] = False,
    as_json: AsJson = False,
    svg: Annotated[
        Path | None, typer.Option(help="Draw it into this file as well.")
    ] = None,
) -> None:
    """Say why a lead has its score: every point, adding up."""
    from ..artefacts import replace_file
    from ..night.ledger import find
    from ..picture import svg as drawn
    from ..why import told
    from ..why import why as taken_apart

    found = taken_apart(find(lead_id, scores))
    if svg:
        picture = drawn(found)
        replace_file(svg, lambda p: p.write_text(picture, encoding="utf-8"))
    typer.echo(
        json.dumps(found.to_dict(), indent=2, ensure_ascii=False)
        if as_json
        else told(found, every=every),
        nl=as_json,
    )


@app.command()
def signals(
    config: ConfigFile = DEFAULT_CONFIG,
    changes: Changes = None,
    run_folder: RunFolder = None,
    sql: Annotated[bool, typer.Option("--sql", help="Print definitions.")] = False,
    dialect: Annotated[
        str, typer.Option(help="duckdb, spark, snowflake, bigquery or postgres.")
    ] = "duckdb",
    as_json: AsJson = False,
) -> None:
    """List the signals: name, words, family, unit, and their definitions."""
    from ..listing import list_signals, signal_lines

    settings = load(config, changes)
    listed = list_signals(folder_of(settings, run_folder), dialect)
    if as_json:
        typer.echo(json.dumps(listed, indent=2, ensure_ascii=False))
        return
    for line in signal_lines(listed, with_sql=sql):
        typer.echo(line)
