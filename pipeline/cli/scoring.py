"""The command that scores leads in batch."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from features.vocabulary import Status

from .app import (
    DEFAULT_CONFIG,
    INSTANTS,
    AsJson,
    Changes,
    ConfigFile,
    Quiet,
    app,
    bundle_of,
    load,
    progress,
    utc,
)
from .exits import ExitCode

if TYPE_CHECKING:
    from ..night.publication import Published
    from ..night.scoring import Scored


@app.command()
def score(
    leads: Annotated[Path, typer.Argument(help="The leads, as in the leads table.")],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="The scores: .parquet or .csv.")
    ],
    config: ConfigFile = DEFAULT_CONFIG,
    changes: Changes = None,
    run_folder: Annotated[
        Path | None, typer.Option("--run", help="Score with a run folder's scorer.")
    ] = None,
    model: Annotated[
        str, typer.Option(help="Or with an alias of the registry.")
    ] = "champion",
    at: Annotated[
        datetime | None,
        typer.Option(formats=INSTANTS, help="The snapshot, UTC; default: now."),
    ] = None,
    kept: Annotated[
        Path | None,
        typer.Option(help="A folder to keep touches in: only new files are read."),
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option(help="Last night's scores, Parquet, to go on from and compare."),
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> None:
    """Score leads in batch, each with its reasons.

    Beside the scores lie their ledger, their scorer and, if any, the rows set aside.
    A night that a guard of [score.guards] holds back is written to NAME.held.parquet
    instead; what was published before stays, and the exit code is 3.
    """
    from ..night.output import check_ending, check_place
    from ..night.places import Places
    from ..night.publication import publish
    from ..night.scoring import score_leads

    check_ending(out)
    settings = load(config, changes)
    given = {"kept": kept, "previous": previous}
    places = {name: str(place) for name, place in given.items() if place is not None}
    run = settings.run.model_copy(update=places)
    settings = settings.model_copy(update={"run": run})
    for place in (*Places(out).files, *Places(out).held.files):
        check_place(place, leads, settings)
    with progress(quiet) as say:
        bundle = bundle_of(settings, run_folder, model)
        instant = datetime.now(UTC) if at is None else utc(at)
        scored = score_leads(settings, bundle, leads, at=instant, say=say)
    published = publish(scored, bundle, out, at=instant)
    for note in scored.notes:
        typer.echo(note, err=True)
    if changed := published.ids_changed:
        typer.echo(
            f"{changed:,} lead or account {'id looks' if changed == 1 else 'ids look'} "
            "like a formula and got an apostrophe in front: join by a Parquet file.",
            err=True,
        )
    if as_json:
        told = closing(scored, published)
        typer.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        typer.echo("\n".join(closing_lines(scored, published)))
    for tripped in scored.tripped:
        typer.echo(f"leadlight: held back: {tripped.said}", err=True)
    if scored.tripped:
        raise typer.Exit(ExitCode.HELD_BACK)


def closing(scored: Scored, published: Published) -> dict[str, Any]:
    """Return what the command says in the end, for a machine."""
    from ..files import finite

    places = published.places
    aside = str(places.quarantine) if published.rows_set_aside else None
    told: dict[str, Any] = finite(
        {
            "scores": str(places.scores),
            "statuses": scored.statuses(),
            "repeats": scored.repeats,
            "qualifications": scored.qualifications(),
            **scored.newness.to_dict(),
            "sources": [source.to_dict() for source in scored.sources],
            "quarantine": aside,
            "held": [asdict(tripped) for tripped in scored.tripped],
            "notes": list(scored.notes),
        }
    )
    return told


def closing_lines(scored: Scored, published: Published) -> list[str]:
    """Say the same for people: what came out, and what became of the sources."""
    from ..night.sources import account, reasons_aside

    places = published.places
    where = "Held back, nothing is published: see" if scored.tripped else "See"
    first = [
        counted(scored.statuses(), scored.qualifications(), scored.repeats),
        *scored.newness.said(),
    ]
    lines = [f"{' '.join(first)} {where} {places.scores}", *account(scored.sources)]
    lines += reasons_aside(scored.sources)
    if rows := published.rows_set_aside:
        one = (
            "row that was set aside is" if rows == 1 else "rows that were set aside are"
        )
        lines.append(f"The {rows:,} {one} in {places.quarantine}")
    return lines


def counted(
    statuses: dict[str, int], qualifications: dict[str, int], repeats: int = 0
) -> str:
    """Say how many leads came out with which status, and which qualification.

    Parameters
    ----------
    repeats : int
        Rows besides, each of which repeats a lead's.

    Examples
    --------
    >>> counted({"scored": 3, "ineligible": 1}, {"sql": 1})
    '4 leads in, as many out: 3 scored, 1 ineligible. Of those with a score 1 is sql.'
    >>> counted({"scored": 1}, {}, 2)
    '1 lead in, as many out, and 2 rows that repeat one of them: 1 scored.'
    """
    count = sum(statuses.values())
    leads = f"{count:,} {'lead' if count == 1 else 'leads'} in, as many out"
    if repeats:
        one = "row that repeats" if repeats == 1 else "rows that repeat"
        leads += f", and {repeats:,} {one} one of them"
    if not count:
        return "No lead in, none out."
    each = (f"{v:,} {k.replace('_', ' ')}" for k, v in statuses.items())
    said = f"{leads}: {', '.join(each)}."
    if off := statuses.get(Status.OFF_SCHEDULE, 0):
        has = "has its score and no" if off == 1 else "have their scores and no"
        said += f" What is off schedule {has} qualification: status_said says why."
    told = [(v, k) for k, v in qualifications.items() if v]
    if not told:
        return said
    (number, word), *others = told
    first = f"{number:,} {'is' if number == 1 else 'are'} {word}"
    listed = ", ".join([first, *(f"{v:,} {k}" for v, k in others)])
    return f"{said} Of those with a score {listed}."
