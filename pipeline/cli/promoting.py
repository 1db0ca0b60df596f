"""Commands that decide between scorers: compare two, and make one champion."""

from __future__ import annotations

import getpass
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from .app import DEFAULT_CONFIG, AsJson, Changes, ConfigFile, Quiet, app, load, progress
from .exits import ExitCode

if TYPE_CHECKING:
    from ..registering.memo import Memo
    from ..registering.promotion import Asked
    from ..sections import Config

_MOST_LETTERS = 1000  # of a reason: it is kept as a tag

Scorer = Annotated[
    str, typer.Argument(help="challenger, champion, a version, or a run folder.")
]


@app.command()
def compare(
    ours: Scorer = "challenger",
    theirs: Scorer = "champion",
    config: ConfigFile = DEFAULT_CONFIG,
    changes: Changes = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Compare two scorers on the test rows of the first that are new to the second."""
    from ..files import finite
    from ..registering.comparison import compare as compared
    from ..registering.contenders import find_contender
    from ..registering.memo import comparison_dict, comparison_lines

    settings = load(config, changes)
    with progress(quiet) as say:
        sides = [find_contender(settings, called) for called in (ours, theirs)]
        found = compared(settings, *sides, say=say)
    if as_json:
        told = finite(comparison_dict(found))
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for line in comparison_lines(found):
        typer.echo(line)


@app.command()
def promote(
    scorer: Scorer = "challenger",
    config: ConfigFile = DEFAULT_CONFIG,
    changes: Changes = None,
    despite: Annotated[
        list[str] | None, typer.Option(help="A failed gate to pass all the same.")
    ] = None,
    because: Annotated[str, typer.Option(help="Why; it is recorded.")] = "",
    by: Annotated[
        str | None, typer.Option(help="Who decides; default: who is logged in.")
    ] = None,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to an earlier champion.")
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Make a scorer champion if it passes every gate, and write a decision memo."""
    from ..registering.promotion import Asked

    if len(because) > _MOST_LETTERS:
        raise typer.BadParameter(f"--because has room for {_MOST_LETTERS:,} letters.")
    at = datetime.now(UTC).isoformat(timespec="seconds")
    asked = Asked(at, by or _who(), tuple(despite or ()), because.strip() or None)
    settings = load(config, changes)
    if rollback:
        _go_back(settings, None if scorer == "challenger" else scorer, asked)
        return
    from ..registering.promotion import promote as promoted

    with progress(quiet) as say:
        memo = promoted(settings, scorer, asked, say=say)
    if memo is None:
        typer.echo(f"{scorer} is the champion of {settings.run.model} already.")
        return
    _tell(memo, as_json=as_json)


def _go_back(settings: Config, to: str | None, asked: Asked) -> None:
    from ..registering.registry import ROLLED_BACK, Turn, roll_back

    if asked.despite:
        raise typer.BadParameter("--rollback looks at no gate, so --despite is idle.")
    told = Turn("", None, asked.at, asked.by, ROLLED_BACK, because=asked.because)
    turn = roll_back(settings, to, told)
    typer.echo(
        f"The champion of {settings.run.model} is version {turn.version} again, after "
        f"version {turn.replaced}."
    )


def _tell(memo: Memo, *, as_json: bool) -> None:
    from ..files import finite

    if as_json:
        told = finite(memo.to_dict())
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        for gate in memo.gates:
            waived = " (waived)" if gate in memo.waived else ""
            typer.echo(f"{gate.name:<13}{gate.answer}{waived}")
            if gate.is_failed:
                typer.echo(f"{'':<13}{gate.said}")
    if not memo.granted:
        typer.echo(f"leadlight: {memo.refusal()}", err=True)
        raise typer.Exit(ExitCode.ISSUES_STAND)
    if not as_json:
        typer.echo(f"The champion of {memo.model} is now {memo.scorer}.")


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:  # a process without a user, as in containers
        raise typer.BadParameter(
            "Nobody is logged in: say who decides with --by NAME."
        ) from error
