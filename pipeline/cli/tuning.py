"""The command that searches for a better recipe than the ladder's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from .app import (
    DEFAULT_CONFIG,
    Changes,
    ConfigFile,
    Quiet,
    RunFolder,
    app,
    folder_of,
    load,
    progress,
)

Trials = Annotated[
    int,
    typer.Option(min=1, help="Recipes to try, those tried earlier included."),
]


@app.command()
def tune(
    config: ConfigFile = DEFAULT_CONFIG,
    changes: Changes = None,
    run_folder: RunFolder = None,
    trials: Trials = 40,
    quiet: Quiet = False,
) -> None:
    """Search for a recipe that beats the ladder on the folds before the test block."""
    from ..artefacts import CATALOGUE, FEATURES, SPINE
    from ..stage import Shelf
    from ..training.tuning import tune as searched

    settings = load(config, changes)
    folder = folder_of(settings, run_folder)
    reads = (SPINE.file, FEATURES.file, CATALOGUE.file)
    with progress(quiet) as say:
        shelf = Shelf(folder, say, datetime.now(UTC), reads)
        done = searched(settings, folder, trials=trials, shelf=shelf)
    found = done.found
    typer.echo(
        f"{done.trials} trials. The best has a log loss of {found.loss:.4f} on the "
        f"folds before the test block, the ladder's rung {found.ladder_loss:.4f}: a "
        f"difference of {found.difference:+.4f} ± {found.standard_error:.4f}."
    )
    if done.file is None:
        typer.echo("That is no more than one standard error: keep the ladder.")
    else:
        typer.echo(f"It is written to {done.file}: take its lines over, and run again.")
