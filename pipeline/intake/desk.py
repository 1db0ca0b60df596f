"""The desk at the door: every source is read, judged, written and accounted for."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

from features.engine import Engine, open_engine

from ..origins import TableConfig
from ..sections import Config
from .cells import check_instants
from .judging import count, create_quarantine
from .leads import take_leads
from .report import IntakeReport, SourceReport
from .sources import Reading, Source, load, load_query
from .tables import (
    create_empty,
    take_accounts,
    take_history,
    take_milestones,
    take_touches,
)
from .writing import write_table

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WORK = ".intake-"  # a work folder's name begins so; a killed run leaves one behind

# What every canonical table is sorted by, so that shuffled input gives the same file.
ANSWERS = {
    "leads": 'FROM leads ORDER BY "row"',
    "attributes": "SELECT attributes.* FROM attributes JOIN leads USING (lead_id) "
    'ORDER BY leads."row"',
    "accounts": "FROM accounts ORDER BY ALL NULLS FIRST",
    "touches": "FROM touches ORDER BY lead_id NULLS FIRST, account_id NULLS FIRST, "
    "occurred_at, recorded_at, kind, asset NULLS FIRST, channel NULLS FIRST, "
    "value NULLS FIRST",
    "milestones": "FROM milestones ORDER BY ALL",
    "attribute_history": "FROM attribute_history ORDER BY lead_id, attribute, "
    "known_from, value NULLS FIRST",
    "quarantine": """SELECT "table", file, line,
        CASE WHEN "table" = 'leads' THEN n END AS "row", lead_id, reason, is_repeat,
        "text" FROM quarantine ORDER BY source, n""",
}

Take = Callable[..., SourceReport]


@dataclass
class _Desk:
    """What is open while sources come in."""

    engine: Engine
    config: Config
    work: Path
    known: dict[tuple[object, ...], Source] = field(default_factory=dict)

    def source(self, table: TableConfig, leads_from: Path | None = None) -> Source:
        """Read a table's source, unless it was read before in the same way."""
        meant = table.from_
        if leads_from is not None and isinstance(meant, dict):
            meant = {**meant, next(iter(meant)): str(leads_from)}
        elif leads_from is not None:
            meant = str(leads_from)
        told = tuple(meant.items()) if isinstance(meant, dict) else meant
        key = (told, table.query, table.delimiter, table.encoding)
        if key not in self.known:
            reading = Reading(
                table.delimiter,
                table.encoding,
                self.config.source.null_tokens,
                self.work,
                self.config.run.memory_limit,
            )
            name = f"source{len(self.known)}"
            if table.query is not None:
                named = meant if isinstance(meant, dict) else {"source": meant}
                self.known[key] = load_query(
                    self.engine, name, named, table.query, reading
                )
            elif not isinstance(meant, dict):
                self.known[key] = load(self.engine, name, meant, reading)
        return self.known[key]


def take_in(
    config: Config, folder: Path, *, leads_from: Path | None = None
) -> IntakeReport:
    """Read every source and write the canonical tables.

    Parameters
    ----------
    config : Config
        Which sources there are, and how they are written.
    folder : Path
        Where ``leads``, ``attributes``, ``accounts``, ``touches``, ``milestones``,
        ``attribute_history`` and ``quarantine`` are written, as Parquet. A table that
        is not configured is written without a row.
    leads_from : Path, optional
        New leads to score: read instead of ``leads.from``, or of the first file there
        where it names several for a query. They need no outcome and no ``order_by``.

    Returns
    -------
    IntakeReport
        What came, what stayed and what was set aside, for every source.

    Raises
    ------
    SourceError
        When a file cannot be read as described, or rows do not add up.
    ConfigError
        When the configuration asks for what cannot be.
    DataError
        When there is no readable lead.
    """
    beside = _beside(config)
    with _opened(config, folder) as desk:
        _check_formats(desk.engine, config, tuple(table for table, _ in beside))
        create_quarantine(desk.engine)
        create_empty(desk.engine)
        source = desk.source(config.leads, leads_from)
        is_new = leads_from is not None
        reports = [take_leads(desk.engine, source, config, is_new=is_new, order=0)]
        for order, (table, take) in enumerate(beside, start=1):
            reports.append(take(desk.engine, desk.source(table), order=order))
        report = _report(desk.engine, config, tuple(reports))
        for name, query in ANSWERS.items():
            write_table(desk.engine, query, folder / f"{name}.parquet")
    return report


def _beside(config: Config) -> list[tuple[TableConfig, Take]]:
    """Return every source beside the leads, and who takes it in."""
    zone = config.source.timezone
    touches = [(t, partial(take_touches, touches=t, zone=zone)) for t in config.touches]
    milestones = [
        (m, partial(take_milestones, milestones=m, zone=zone))
        for m in config.milestones
    ]
    history = [
        (h, partial(take_history, history=h, zone=zone))
        for h in config.attribute_history
    ]
    accounts = [
        (a, partial(take_accounts, accounts=a, zone=zone))
        for a in (config.accounts,)
        if a is not None
    ]
    return [*accounts, *touches, *milestones, *history]


@contextmanager
def _opened(config: Config, folder: Path) -> Iterator[_Desk]:
    """Open the engine, with a work folder that is gone afterwards."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{WORK}*"):
        shutil.rmtree(left, ignore_errors=True)
    with (
        tempfile.TemporaryDirectory(prefix=WORK, dir=folder) as work,
        open_engine(
            memory_limit=config.run.memory_limit, threads=config.run.threads
        ) as engine,
    ):
        engine.execute("SET temp_directory = ?", [work])
        yield _Desk(engine, config, Path(work))


def _check_formats(
    engine: Engine, config: Config, tables: tuple[TableConfig, ...]
) -> None:
    formats = {t.format for t in (config.leads, *tables) if t.format is not None}
    check_instants(engine, config.source.timezone, tuple(sorted(formats)))


def _report(
    engine: Engine, config: Config, sources: tuple[SourceReport, ...]
) -> IntakeReport:
    known_until, known_until_is = _known_until(engine, config)
    with_touches = """
        SELECT lead_id FROM touches UNION ALL
        SELECT leads.lead_id FROM leads JOIN touches USING (account_id)
    """
    return IntakeReport(
        sources=sources,
        known_until=known_until,
        known_until_is=known_until_is,
        touches_of_unknown_leads=count(
            engine,
            "(FROM touches ANTI JOIN leads USING (lead_id)) ANTI JOIN leads "
            "USING (account_id)",
        ),
        milestones_of_unknown_leads=count(
            engine, "milestones ANTI JOIN leads USING (lead_id)"
        ),
        leads_without_touches=count(
            engine, f"leads ANTI JOIN ({with_touches}) USING (lead_id)"
        ),
        milestones_before_creation=count(
            engine,
            "milestones JOIN leads USING (lead_id) WHERE reached_at < created_at",
        ),
    )


def _known_until(
    engine: Engine, config: Config
) -> tuple[str | None, Literal["configured", "latest seen"] | None]:
    if config.source.known_until is not None:
        return config.source.known_until.isoformat(), "configured"
    [(latest,)] = engine.execute(
        "SELECT epoch_us(greatest((SELECT max(occurred_at) FROM touches), "
        "(SELECT max(reached_at) FROM milestones)))"
    ).fetchall()
    if latest is None:
        return None, None
    return (EPOCH + timedelta(microseconds=latest)).isoformat(), "latest seen"
