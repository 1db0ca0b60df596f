"""Commands that look at what was made: the checks, one lead, the catalogue."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from .app import (
    DEFAULT_CONFIG,
    AsJson,
    Changes,
    ConfigFile,
    Quiet,
    RunFolder,
    app,
    folder_of,
    load,
    progress,
)
from .exits import ExitCode


@app.command()
def check(
    config: ConfigFile = DEFAULT_CONFIG,
    changes: Changes = None,
    run_folder: RunFolder = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
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
    with progress(quiet) as say:
        findings = run_checks(settings, folder, ignored=tuple(ignore or ()), say=say)
    if as_json:
        typer.echo(json.dumps([f.to_dict() for f in findings], indent=2))
    else:
        for f in findings:
            typer.echo(f"{f.code} {f.answer.replace('_', ' '):<14} {f.title}")
            if f.said and f.answer in {"issue", "tip"}:
                typer.echo(f"      {f.said}")
    if any(f.answer == "issue" for f in findings):
        raise typer.Exit(ExitCode.ISSUES_STAND)


class Against(StrEnum):
    """What a lead's score may be held against."""

    TRAINING = "training"
    ABOVE_CUTOFF = "above-cutoff"
    POPULATION = "population"
    PREVIOUS = "previous"


@app.command()
def why(
    lead_id: Annotated[str, typer.Argument(help="The lead.")],
    scores: Annotated[
        Path,
        typer.Option("--scores", "-s", help="What `score` wrote, or a folder of it."),
    ] = Path("scores.parquet"),
    date: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="As it was on this day, UTC."),
    ] = None,
    against: Annotated[
        Against, typer.Option(help="What the score is held against.")
    ] = Against.TRAINING,
    every: Annotated[bool, typer.Option("--all", help="List every signal.")] = False,
    probability: Annotated[
        bool, typer.Option("--probability", help="Shares in the probability.")
    ] = False,
    as_json: AsJson = False,
    html: Annotated[
        Path | None, typer.Option(help="Write it into this page as well.")
    ] = None,
    svg: Annotated[
        Path | None, typer.Option(help="Draw it into this file as well.")
    ] = None,
) -> None:
    """Say why a lead has its score: every point, adding up."""
    from ..files import replace_file
    from ..why.asked import Asked, answer

    for place, ending in ((html, ".html"), (svg, ".svg")):
        _check_ending(place, ending)
    day = None if date is None else date.date()
    found = answer(Asked(lead_id, scores, day, against.value, probability))
    if svg:
        from ..why.picture import svg as drawn

        picture = drawn(found)
        replace_file(svg, lambda p: p.write_text(picture, encoding="utf-8"))
    if html:
        from ..why.page import page

        text = page(found)
        replace_file(html, lambda p: p.write_text(text, encoding="utf-8"))
    if as_json:
        from ..why.data import as_json as whole

        typer.echo(whole(found))
        return
    from ..why.terminal import show

    show(found, sys.stdout, every=every)


def _check_ending(place: Path | None, ending: str) -> None:
    """Refuse a place that is not called what it would be: it may hold scores.

    Raises
    ------
    ConfigError
    """
    from features.errors import ConfigError

    if place is not None and place.suffix.lower() != ending:
        raise ConfigError(
            f"{place.name!r} would be written as {ending}, and does not end so: name "
            f"a file that ends in {ending} with --{ending[1:]}."
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
