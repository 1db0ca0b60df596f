"""The desk at the door: every source is read, judged, written and accounted for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

from features.company import Company
from features.engine import Engine, literal
from features.past.parts import BUCKET, bucket_sql

from ..origins import TableConfig, TouchesConfig
from ..sections import Config
from .evidence import evidence_on_attributes
from .instants import check_instants
from .judging import Take, count, create_quarantine
from .kept import LISTED, Kept, list_parts, union_of
from .leads import take_leads, take_others, unreadable_sql
from .left_out import rows_left_out
from .nightly import take_tonight
from .numbers import create_lost, with_conversions
from .opened import Desk, opened
from .report import IntakeReport, SourceReport
from .tables import (
    create_empty,
    take_accounts,
    take_history,
    take_milestones,
    take_touches,
)
from .tallies import TALLIES, create_tallies, tally
from .unused import is_chosen, lying_unused
from .writing import write_table

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# What every canonical table is sorted by, so that shuffled input gives the same file.
# Touches lie in the buckets of their leads' accounts, so that a part of the leads can
# be looked at without reading all touches.
ANSWERS = {
    "leads": f'SELECT *, {bucket_sql()} AS {BUCKET} FROM leads ORDER BY "row"',
    "attributes": "SELECT attributes.* FROM attributes JOIN leads USING (lead_id) "
    'ORDER BY leads."row"',
    "accounts": "FROM accounts ORDER BY ALL NULLS FIRST",
    "touches": "SELECT t.*, "
    + bucket_sql("if(t.lead_id IS NULL, t.account_id, l.account_id)", "t.lead_id")
    + f" AS {BUCKET} FROM touches t LEFT JOIN leads l USING (lead_id) "
    f"ORDER BY {BUCKET}, lead_id NULLS FIRST, t.account_id NULLS FIRST, occurred_at, "
    "recorded_at, kind, asset NULLS FIRST, channel NULLS FIRST, value NULLS FIRST",
    "milestones": "FROM milestones ORDER BY ALL",
    "attribute_history": "FROM attribute_history ORDER BY lead_id, attribute, "
    "known_from, value NULLS FIRST",
    "quarantine": """SELECT "table", file, line,
        CASE WHEN "table" = 'leads' THEN n END AS "row", lead_id, reason, is_repeat,
        "text" FROM quarantine ORDER BY source, n""",
    **{name: f"FROM {name} ORDER BY ALL" for name in TALLIES},
}

OTHERS = "FROM others ORDER BY lead_id"


def take_in(
    config: Config,
    folder: Path,
    *,
    leads_from: Path | None = None,
    kept: Kept | None = None,
    before: datetime | None = None,
    company: Company | None = None,
) -> IntakeReport:
    """Read every source and write the canonical tables.

    Parameters
    ----------
    config : Config
        Which sources there are, and how they are written.
    folder : Path
        Where ``leads``, ``attributes``, ``accounts``, ``touches``, ``milestones``,
        ``attribute_history`` and ``quarantine`` are written, as Parquet, and the
        tallies of their sources. A table that is not configured is written without a
        row.
    leads_from : Path, optional
        New leads to score: read instead of ``leads.from``, or of the first file there
        where it names several for a query. They need no outcome and no ``order_by``.
        Where leads have accounts, ``leads.from`` is read as well: ``others`` holds the
        leads there that are not among these, and ``unreadable_leads`` what may be shown
        of rows set aside.
    kept : Kept, optional
        Where touches are kept that were read once: of these sources only new files are
        read, and in the place of ``touches`` the parts are listed that hold them all.
    before : datetime, optional
        What became known only from then on is not any source's newest.
    company : Company, optional
        What a scorer was trained for, whose notations numbers are read in; by default
        these are found from the sources.

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
        When there is no readable lead, other than among new leads to score.
    """
    beside = _beside(config)
    with opened(config, folder, company) as desk:
        _check_formats(desk.engine, config, tuple(table for table, _ in beside))
        create_quarantine(desk.engine)
        create_empty(desk.engine)
        create_lost(desk.engine)
        create_tallies(desk.engine)
        source = desk.source(config.leads, leads_from)
        is_new = leads_from is not None
        leads = take_leads(desk.engine, source, config, is_new=is_new, order=0)
        reports = [tally(desk.engine, leads, order=0, before=before)]
        if is_new:
            aside = unreadable_sql(source, config)
            write_table(desk.engine, aside, folder / "unreadable_leads.parquet")
        told, parts = _take_beside(desk, beside, kept, before)
        reports += told
        _show(desk.engine, parts)
        if is_new and config.leads.account_id is not None:
            source = desk.source(config.leads)
            order = len(reports)
            others = take_others(desk.engine, source, config, order=order)
            reports.append(tally(desk.engine, others, order=order, before=before))
            write_table(desk.engine, OTHERS, folder / "others.parquet")
        counted = with_conversions(desk.engine, reports, config.outcome.conversion)
        report = _report(desk.engine, config, counted)
        if not is_new:
            numbers = evidence_on_attributes(desk)
            report = replace(
                report,
                unused=_unused(desk),
                numbers=numbers,
                rows_left_out=rows_left_out(desk),
            )
        _write(desk.engine, folder, parts)
    return report


def _take_beside(
    desk: Desk,
    beside: list[tuple[TableConfig, Take]],
    kept: Kept | None,
    before: datetime | None,
) -> tuple[list[SourceReport], list[Path]]:
    """Take in what is beside the leads; return where touches are that are kept."""
    reports: list[SourceReport] = []
    parts: list[Path] = []
    for order, (table, take) in enumerate(beside, start=1):
        if kept is not None and isinstance(table, TouchesConfig):
            notation = desk.notation(table)
            shelf = kept.shelf(table, desk.config.source, notation)
            report, mine = take_tonight(desk, table, take, shelf, order=order)
            rows = f"({union_of(mine)})"
            parts += mine
        else:
            report, rows = take(desk.engine, desk.source(table), order=order), None
        told = tally(desk.engine, report, order=order, before=before, rows=rows)
        reports.append(told)
    return reports, parts


def _show(engine: Engine, parts: list[Path]) -> None:
    """Show the touches that are kept in the place of those just read, if any are."""
    if parts:
        engine.execute("DROP TABLE touches")
        engine.execute(f"CREATE VIEW touches AS {union_of(parts)}")


def _write(engine: Engine, folder: Path, parts: list[Path]) -> None:
    """Write the tables; of touches that are kept, only where they are."""
    (folder / LISTED).unlink(missing_ok=True)
    for name, query in ANSWERS.items():
        path = folder / f"{name}.parquet"
        if name == "touches" and parts:
            path.unlink(missing_ok=True)
            list_parts(folder / LISTED, parts)
        else:
            write_table(engine, query, path)


def _unused(desk: Desk) -> dict[str, tuple[str, ...]]:
    """Return the columns of leads and accounts that lie unused."""
    tables = {"leads": desk.config.leads, "accounts": desk.config.accounts}
    return {
        name: lying_unused(desk.engine, desk.source(table), desk.config)
        for name, table in tables.items()
        if table is not None and is_chosen(table)
    }


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


def _check_formats(
    engine: Engine, config: Config, tables: tuple[TableConfig, ...]
) -> None:
    formats = {t.format for t in (config.leads, *tables) if t.format is not None}
    check_instants(engine, config.source.timezone, tuple(sorted(formats)))


def _report(
    engine: Engine, config: Config, sources: tuple[SourceReport, ...]
) -> IntakeReport:
    known_until, known_until_is = _known_until(engine, config)
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
        milestones_before_creation=count(
            engine,
            "milestones JOIN leads USING (lead_id) WHERE reached_at < created_at",
        ),
    )


def _known_until(
    engine: Engine, config: Config
) -> tuple[str | None, Literal["configured", "latest seen"] | None]:
    """Up to when conversions are known, and whence that is.

    Touches, conversions and closings are taken to have happened. A milestone of another
    name may be one that is planned, such as the day on which an open deal should close,
    and tells nothing of when the data end.
    """
    if config.source.known_until is not None:
        return config.source.known_until.isoformat(), "configured"
    ends = (config.outcome.conversion, *config.outcome.closed_by)
    listed = ", ".join(literal(e) for e in ends if e is not None) or "NULL"
    [(latest,)] = engine.execute(
        "SELECT epoch_us(greatest((SELECT max(occurred_at) FROM touches), (SELECT "
        f"max(reached_at) FROM milestones WHERE milestone IN ({listed}))))"
    ).fetchall()
    if latest is None:
        return None, None
    return (EPOCH + timedelta(microseconds=latest)).isoformat(), "latest seen"
