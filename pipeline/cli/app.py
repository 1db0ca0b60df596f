"""The application, and the options that its commands share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .exits import listed

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from ..bundle import Bundle
    from ..sections import Config
    from ..stage import Say

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich's help takes three times as long as all the rest
    help="Predictive lead scoring that can be seen through.",
    epilog=listed(),
)

ConfigFile = Annotated[
    Path, typer.Option("--config", "-c", help="The configuration, a TOML file.")
]
Changes = Annotated[
    list[str] | None, typer.Option("--set", help="Change a key: section.key=value.")
]
RunFolder = Annotated[
    Path | None, typer.Option("--run", help="A run folder; default: the last run's.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Do not tell progress.")]
DEFAULT_CONFIG = Path("leadlight.toml")

# How an instant may be written; what names no offset is UTC.
INSTANTS = [
    "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S%z",
]  # fmt: skip


def load(path: Path, changes: list[str] | None) -> Config:
    """Read the configuration, with the changes of the command line."""
    from ..config import ChangeError, load_config

    try:
        return load_config(path, tuple(changes or ()))
    except ChangeError as error:  # misuse of the command line, not of the file
        raise typer.BadParameter(str(error)) from error


def progress(quiet: bool) -> AbstractContextManager[Say]:
    """Give a function that is told what is going on."""
    from ..progress import progress

    return progress(quiet)


def told(quiet: bool, what: str, seconds: float) -> None:
    """Say how long something took."""
    if not quiet:
        typer.echo(f"{what:<10} {seconds:6.1f} s", err=True)


def folder_of(config: Config, given: Path | None) -> Path:
    """Return the run folder that is meant, to be looked at."""
    from ..running import latest_run

    return latest_run(config) if given is None else given


def bundle_of(config: Config, run_folder: Path | None, alias: str) -> Bundle:
    """Open the scorer of a run folder, or of an alias, to score with it."""
    from ..bundle import open_bundle, source_of_run

    if run_folder is not None:
        return open_bundle(source_of_run(run_folder), is_to_score=True)
    from ..registering.tracking import source_of_alias

    return open_bundle(source_of_alias(config, alias), is_to_score=True)


def new_name(folder: Path) -> str:
    """The time, and a number where the second already has a run."""
    name = datetime.now(UTC).strftime("%Y-%m-%dT%H%M%S")
    number = 2
    while (folder / name).exists():
        name = f"{name.split('_')[0]}_{number}"
        number += 1
    return name


def utc(instant: datetime) -> datetime:
    """Return the instant as UTC, which it is where it does not say."""
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant
