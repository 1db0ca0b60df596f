"""``leadlight``: one command per stage, and the commands around them.

Heavy libraries are imported by the command that needs them, so that ``--help`` answers
at once. Data go to standard output, what is going on to standard error.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import typer

from features.errors import LeadlightError
from features.resources import lacking

from . import carding, looking, making, promoting, recalibrating, scoring, tuning
from .app import app
from .exits import ExitCode
from .making import STAGE_HELP

# As they are used, whatever the order in which modules are imported.
ORDER = (
    "demo", "init", "run", *STAGE_HELP, "check", "tune", "recalibrate", "compare",
    "promote", "score", "why", "card", "signals",
)  # fmt: skip
app.registered_commands.sort(
    key=lambda c: ORDER.index(c.name or getattr(c.callback, "__name__", ""))
)

__all__ = [
    "STAGE_HELP", "app", "carding", "looking", "main", "making", "promoting",
    "recalibrating", "scoring", "tuning",
]  # fmt: skip


def main() -> None:
    """Run the command line; a fault the user can mend is one sentence."""
    _guard()
    # Training threads that spin while they wait take four times as long on a machine
    # that is also doing something else. Read once, when LightGBM is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    stop = _Stop()
    try:
        app()
    except LeadlightError as error:
        if _is_interrupt(error):  # the intake takes it for a fault of the file
            sys.exit(stop.code)
        typer.echo(f"leadlight: {error}", err=True)
        sys.exit(ExitCode.MENDABLE)
    except (OSError, MemoryError) as error:  # or a folder that may not be written
        typer.echo(f"leadlight: {lacking(error) or f'{error}.'}", err=True)
        sys.exit(ExitCode.MENDABLE)
    except KeyboardInterrupt:
        sys.exit(stop.code)
    except SystemExit as ended:  # Typer makes one of a KeyboardInterrupt
        is_stop = ended.code == ExitCode.INTERRUPTED
        sys.exit(stop.code if is_stop else ended.code)
    except _engine_errors() as error:
        if _is_interrupt(error):
            sys.exit(stop.code)
        if isinstance(error, RuntimeError):
            raise
        typer.echo(f"leadlight: {_of_engine(error)}", err=True)
        sys.exit(ExitCode.MENDABLE)


class _Stop:
    """SIGTERM ends a command as Ctrl-C does, tidily, and with a code of its own."""

    def __init__(self) -> None:
        self.code = ExitCode.INTERRUPTED
        signal.signal(signal.SIGTERM, self._terminated)

    def _terminated(self, number: int, frame: object) -> None:
        self.code = ExitCode.TERMINATED
        raise KeyboardInterrupt


def _engine_errors() -> tuple[type[Exception], ...]:
    """What DuckDB raises, where a command has imported it; it is not imported here."""
    engine = sys.modules.get("duckdb")
    return (RuntimeError,) if engine is None else (RuntimeError, engine.Error)


def _is_interrupt(error: BaseException | None) -> bool:
    """Whether Ctrl-C is at the bottom of it: DuckDB makes an error of its own of it."""
    while error is not None:
        if isinstance(error, KeyboardInterrupt) or "InterruptException" in _names(
            error
        ):
            return True
        if isinstance(error, RuntimeError) and str(error) == "Query interrupted":
            return True
        error = error.__cause__
    return False


def _names(error: BaseException) -> set[str]:
    return {c.__name__ for c in type(error).__mro__}


def _of_engine(error: BaseException) -> str:
    """One sentence of what DuckDB says on many lines."""
    if lack := lacking(error):
        return str(lack)
    said = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    return (
        f"DuckDB could not do its work ({said}). Look whether the files of the run "
        "are whole, and whether the disk is full."
    )


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
        sys.exit(ExitCode.MENDABLE)
