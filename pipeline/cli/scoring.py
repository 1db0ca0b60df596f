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
    quiet: Quiet = False,
) -> None:
    """Score leads in batch, each with its reasons."""
    import pyarrow as pa

    from ..artefacts import replace_file
    from ..ledger import ledger_of, write_ledger
    from ..output import check_ending, write_scores
    from ..scoring import score_leads

    check_ending(out)
    settings = load(config, changes)
    with progress(quiet) as say:
        bundle = bundle_of(settings, run_folder, model)
        instant = datetime.now(UTC) if at is None else utc(at)
        scored = score_leads(settings, bundle, leads, at=instant, say=say)
    held = pa.Table.from_pandas(scored.ledger, preserve_index=False)
    told = bundle.contract.to_json()
    replace_file(ledger_of(out), lambda p: write_ledger(held, told, p))
    write_scores(scored.table, out)
    counts = ", ".join(f"{v:,} {k}" for k, v in scored.counts().items())
    typer.echo(f"{len(scored.table):,} leads in, as many out: {counts}. See {out}")
