"""All signals in one pass, against a bare group-by of the same touches."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

import pyarrow.parquet as pq

from features.catalogue import catalogue_of
from features.outcomes import make_labelled_spine
from features.weave import weave
from features.world import World
from pipeline.artefacts import INTAKE, TABLES
from pipeline.company import company_of, ending_of, maturity_of, rule_of
from pipeline.config import load_config
from pipeline.demo import write_company
from pipeline.stages.intake import intake
from pipeline.tables import attribute_values, known_until, shown

LEADS = 10_000

BARE = """
SELECT s.row, t.kind, count(*), sum(t.value), max(t.occurred_at)
FROM spine s JOIN touches t ON t.lead_id = s.lead_id
AND t.occurred_at < s.snapshot_at AND t.recorded_at < s.snapshot_at GROUP BY ALL
"""


def figures() -> Iterator[tuple[str, str]]:
    """The ratio of seconds, both written to Parquet."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_company(folder, World(seed=2, leads=LEADS))
        config = load_config(folder / "leadlight.toml")
        run = folder / "run"
        intake.run(config, run, at=datetime.now(UTC), say=lambda _: None)
        report = INTAKE.read(run / INTAKE.file)
        with shown(config, run / TABLES) as connection:
            counts = make_labelled_spine(
                connection,
                rule_of(config),
                ending_of(config),
                maturity_of(config, known_until(report)),
            )
            catalogue = catalogue_of(company_of(config, attribute_values(connection)))
            out = folder / "out.parquet"
            bare = _seconds(
                lambda: pq.write_table(connection.sql(BARE).to_arrow_table(), out)
            )
            full = _seconds(lambda: pq.write_table(weave(connection, catalogue), out))
    yield (
        "signals in one pass, × a bare group-by",
        f"{full / bare:.1f} ({len(catalogue.columns)} columns at {counts.snapshots:,} "
        f"weekly snapshots, {full:.1f} s)",
    )


def _seconds(work: Callable[[], object], times: int = 3) -> float:
    spent = []
    for _ in range(times):
        started = perf_counter()
        work()
        spent.append(perf_counter() - started)
    return median(spent)
