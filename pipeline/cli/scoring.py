"""The command that scores leads in batch."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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

if TYPE_CHECKING:
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
    """Score leads in batch, each with its reasons."""
    import pyarrow as pa

    from ..files import beside
    from ..night.ledger import ledger_of, write_ledger
    from ..night.output import check_ending, check_place, write_scores
    from ..night.scorer import scorer_file_of, scorer_in, write_scorer
    from ..night.scoring import score_leads

    check_ending(out)
    settings = load(config, changes)
    places = {"kept": kept, "previous": previous}
    given = {name: str(place) for name, place in places.items() if place is not None}
    run = settings.run.model_copy(update=given)
    settings = settings.model_copy(update={"run": run})
    for place in (out, ledger_of(out), scorer_file_of(out)):
        check_place(place, leads, settings)
    with progress(quiet) as say:
        bundle = bundle_of(settings, run_folder, model)
        instant = datetime.now(UTC) if at is None else utc(at)
        scored = score_leads(settings, bundle, leads, at=instant, say=say)
    held = pa.Table.from_pandas(scored.ledger, preserve_index=False)
    # All are whole before any takes its place, the scores first. The ledger holds the
    # digests of the others, so that a crash between them is noticed.
    with (
        beside(ledger_of(out)) as ledger,
        beside(scorer_file_of(out)) as scorer,
        beside(out) as scores,
    ):
        changed = write_scores(scored.table, scores, ending=out.suffix)
        write_scorer(scorer_in(bundle), scorer)
        write_ledger(held, ledger, scores=scores, scorer=scorer, at=instant)
    for note in scored.notes:
        typer.echo(note, err=True)
    if changed:
        typer.echo(
            f"{changed:,} lead or account {'id looks' if changed == 1 else 'ids look'} "
            "like a formula and got an apostrophe in front: join by a Parquet file.",
            err=True,
        )
    if as_json:
        typer.echo(json.dumps(closing(scored, out), indent=2, ensure_ascii=False))
        return
    said = [counted(scored.statuses(), scored.qualifications()), *scored.newness.said()]
    typer.echo(f"{' '.join(said)} See {out}")


def closing(scored: Scored, out: Path) -> dict[str, Any]:
    """Return what the command says in the end, for a machine."""
    from ..files import finite

    told: dict[str, Any] = finite(
        {
            "scores": str(out),
            "statuses": scored.statuses(),
            "qualifications": scored.qualifications(),
            **scored.newness.to_dict(),
        }
    )
    return told


def counted(statuses: dict[str, int], qualifications: dict[str, int]) -> str:
    """Say how many rows came out with which status, and which qualification.

    Examples
    --------
    >>> counted({"scored": 3, "ineligible": 1}, {"sql": 1})
    '4 leads in, as many out: 3 scored, 1 ineligible. Of those with a score 1 is sql.'
    """
    rows = sum(statuses.values())
    leads = f"{rows:,} {'lead' if rows == 1 else 'leads'} in, as many out"
    said = f"{leads}: {', '.join(f'{v:,} {k}' for k, v in statuses.items())}."
    told = [(v, k) for k, v in qualifications.items() if v]
    if not told:
        return said
    (number, word), *others = told
    first = f"{number:,} {'is' if number == 1 else 'are'} {word}"
    listed = ", ".join([first, *(f"{v:,} {k}" for v, k in others)])
    return f"{said} Of those with a score {listed}."
