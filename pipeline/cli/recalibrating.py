"""The command that gives a finished run a new map and proves its cutoffs again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from .app import (
    DEFAULT_CONFIG,
    Changes,
    ConfigFile,
    Quiet,
    app,
    folder_of,
    load,
    new_name,
    progress,
    told,
)
from .making import RunName


@app.command()
def recalibrate(
    run: Annotated[
        Path | None, typer.Argument(help="The run's folder; default: the last run's.")
    ] = None,
    config: ConfigFile = DEFAULT_CONFIG,
    changes: Changes = None,
    name: RunName = None,
    quiet: Quiet = False,
) -> None:
    """Give a run's scorer a new map and cutoffs, from the latest matured rows."""
    from ..settling.recalibration import recalibrate as work
    from ..settling.recalibration_page import recalibration_page

    settings = load(config, changes)
    name = name or new_name(Path(settings.run.folder))
    with progress(quiet) as say:
        folder = work(
            settings,
            folder_of(settings, run),
            name,
            at=datetime.now(UTC),
            say=say,
            told=lambda what, seconds: told(quiet, what, seconds),
        )
    typer.echo(recalibration_page(folder), nl=False)
    typer.echo(f"\nEverything is in {folder}")
