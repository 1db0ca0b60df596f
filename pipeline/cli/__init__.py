"""``leadlight``: one command per stage, and the commands around them.

Heavy libraries are imported by the command that needs them, so that ``--help`` answers
at once. Data go to standard output, what is going on to standard error.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from features.errors import LeadlightError

from . import looking, making, scoring
from .app import app
from .making import STAGE_HELP

# As they are used, whatever the order in which modules are imported.
ORDER = ("demo", "init", "run", *STAGE_HELP, "check", "score", "why", "signals")
app.registered_commands.sort(
    key=lambda c: ORDER.index(c.name or getattr(c.callback, "__name__", ""))
)

__all__ = ["STAGE_HELP", "app", "looking", "main", "making", "scoring"]


def main() -> None:
    """Run the command line; a fault the user can mend is one sentence."""
    _guard()
    # Training threads that spin while they wait take four times as long on a machine
    # that is also doing something else. Read once, when LightGBM is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        app()
    except LeadlightError as error:
        typer.echo(f"leadlight: {error}", err=True)
        sys.exit(1)
    except OSError as error:  # a full disk, a folder that may not be written
        typer.echo(f"leadlight: {error}.", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


def _guard() -> None:
    """The three packages have one home; another ``models`` on the path is not ours."""
    import features
    import models
    import pipeline

    homes = {Path(str(p.__file__)).parent.parent for p in (features, models, pipeline)}
    told = ", ".join(sorted(map(str, homes)))
    if len(homes) > 1:
        typer.echo(
            "leadlight: the packages features, models and pipeline come from "
            f"different folders ({told}). Install Leadlight into an "
            "environment of its own.",
            err=True,
        )
        sys.exit(1)
