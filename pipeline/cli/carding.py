"""The command that makes a points card of a model."""

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

Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="Write it: as .toml, .csv or .md."),
]
Rules = Annotated[int, typer.Option(min=1, max=200, help="Rules, at most.")]


@app.command()
def card(
    config: ConfigFile = DEFAULT_CONFIG,
    changes: Changes = None,
    run_folder: RunFolder = None,
    out: Out = None,
    rules: Rules = 20,
    as_json: AsJson = False,
) -> None:
    """Put the model on a card: few rules with whole points, and what that gives up."""
    from ..carding.carding import card_of
    from ..carding.written import as_markdown, form_of, written
    from ..files import replace_file

    form = None if out is None else form_of(out)
    # A run folder says everything; the configuration only where the last one lies.
    folder = run_folder or folder_of(load(config, changes), None)
    found = card_of(folder, most=rules)
    if out is not None and form is not None:
        text = written(found, form)
        replace_file(out, lambda p: p.write_text(text, encoding="utf-8"))
    told = json.dumps(found.to_dict(), indent=2, ensure_ascii=False)
    typer.echo(told if as_json else as_markdown(found), nl=as_json)
