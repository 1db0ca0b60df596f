"""The command that scores leads in batch."""

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
    bundle_of,
    load,
    progress,
    utc,
)


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
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"],
            help="The snapshot, UTC; default: now.",
        ),
    ] = None,
    kept: Annotated[
        Path | None,
        typer.Option(help="A folder to keep touches in: only new files are read."),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Score leads in batch, each with its reasons."""
    import pyarrow as pa

    from ..artefacts import beside
    from ..ledger import ledger_of, write_ledger
    from ..output import check_ending, check_place, write_scores
    from ..scoring import score_leads

    check_ending(out)
    settings = load(config, changes)
    if kept is not None:
        run = settings.run.model_copy(update={"kept": str(kept)})
        settings = settings.model_copy(update={"run": run})
    for place in (out, ledger_of(out)):
        check_place(place, leads, settings)
    with progress(quiet) as say:
        bundle = bundle_of(settings, run_folder, model)
        instant = datetime.now(UTC) if at is None else utc(at)
        scored = score_leads(settings, bundle, leads, at=instant, say=say)
    held = pa.Table.from_pandas(scored.ledger, preserve_index=False)
    told = bundle.contract.to_json()
    # Both are whole before either takes its place; the ledger holds the scores' digest,
    # so that a crash between the two is noticed.
    with beside(ledger_of(out)) as ledger, beside(out) as scores:
        changed = write_scores(scored.table, scores, ending=out.suffix)
        write_ledger(held, told, ledger, scores=scores)
    for note in scored.notes:
        typer.echo(note, err=True)
    if changed:
        typer.echo(
            f"{changed:,} lead or account {'id looks' if changed == 1 else 'ids look'} "
            "like a formula and got an apostrophe in front: join by a Parquet file.",
            err=True,
        )
    typer.echo(f"{counted(scored.statuses(), scored.qualifications())} See {out}")


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
