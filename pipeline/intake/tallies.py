"""Tallies of what each source holds: by day, by kind and by lead, and its newest row.

The canonical tables do not say which source a row is from. A night asks just that: is
one source late, of other kinds, or of other leads than in training? So each source is
counted as it comes in, kept parts included, into three small tables beside the others.

Why a row is dated by when our systems knew it: a source that is loaded late is late by
that clock alone.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from features.engine import Engine
from features.snapshots import instant_sql

from .judging import JUDGED, KEPT
from .report import SourceReport

KNOWN_AT = {  # SQL for when our systems knew a canonical row, and its column
    "leads": ("created_at", "created_at"),
    "others": ("created_at", "created_at"),
    "accounts": ("known_from", "known_from"),
    "touches": ("coalesce(recorded_at, occurred_at)", "recorded_at"),
    "milestones": ("coalesce(recorded_at, reached)", "recorded_at"),
    "attribute_history": ("known_from", "known_from"),
}
_UNRECORDED = {"touches": "occurred_at", "milestones": "reached_at"}
TALLIES = {
    "source_days": 'source BIGINT, "day" DATE, newest TIMESTAMP',
    "source_kinds": "source BIGINT, kind VARCHAR, rows BIGINT",
    "source_leads": "source BIGINT, lead_id VARCHAR, account_id VARCHAR, rows BIGINT, "
    "first_known_at TIMESTAMP",
}


def create_tallies(engine: Engine) -> None:
    """Make the empty tallies."""
    for name, columns in TALLIES.items():
        engine.execute(f"CREATE TABLE {name} ({columns})")


def tally(
    engine: Engine,
    report: SourceReport,
    *,
    order: int,
    before: datetime | None,
    rows: str | None = None,
) -> SourceReport:
    """Count a source's rows that were kept, and date its newest.

    Parameters
    ----------
    engine : Engine
        Where the rows just judged are, and the tallies.
    report : SourceReport
    order : int
        The source's number in the report.
    before : datetime or None
        Rows known only from then on are not looked at for the newest; None: all are.
    rows : str, optional
        SQL for its canonical rows; default: those just judged.

    Returns
    -------
    SourceReport
        With ``newest`` and ``newest_by``.
    """
    known_at, clock = KNOWN_AT[report.table]
    rows = f"(FROM {KEPT})" if rows is None else rows
    if report.table == "milestones":
        rows = f"(SELECT *, {_reached(engine)} AS reached FROM {rows})"
    if report.table == "touches":
        _tally_touches(engine, rows, order)
    elif report.table in {"milestones", "attribute_history"}:
        engine.execute(
            f"INSERT INTO source_leads SELECT {order}, lead_id, NULL, count(*), "
            f"min({known_at}) FROM {rows} GROUP BY lead_id"
        )
    told = "" if before is None else f"WHERE {known_at} < {instant_sql(before)}"
    [(newest,)] = engine.execute(
        f"SELECT max({known_at}) FROM {rows} {told}"
    ).fetchall()
    if newest is None:
        return report
    if report.recorded_at == "assumed":
        clock = _UNRECORDED[report.table]
    return replace(report, newest=f"{newest.isoformat()}+00:00", newest_by=clock)


def _tally_touches(engine: Engine, rows: str, order: int) -> None:
    known_at, _ = KNOWN_AT["touches"]
    engine.execute(
        f'INSERT INTO source_days SELECT {order}, CAST({known_at} AS DATE) AS "day", '
        f'max({known_at}) FROM {rows} GROUP BY "day"'
    )
    engine.execute(
        f"INSERT INTO source_kinds SELECT {order}, kind, count(*) FROM {rows} "
        "GROUP BY kind"
    )
    engine.execute(
        f"INSERT INTO source_leads SELECT {order}, lead_id, account_id, count(*), "
        f"min(greatest(occurred_at, {known_at})) FROM {rows} "
        "GROUP BY lead_id, account_id"
    )


def _reached(engine: Engine) -> str:
    """SQL for the latest instant of a row of milestones, long or wide."""
    columns = [c for c in engine.table(JUDGED).columns if c.startswith("reached_")]
    return f"greatest({', '.join(columns)})"
