"""The canonical tables of a few leads, written out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from features.engine import Engine, open_engine


def jan(day: float, hour: float = 0, us: int = 0) -> datetime:
    """Return an instant of January 2026, UTC; 5, 12, 19 and 26 are Mondays."""
    seconds = (day - 1) * 86_400 + hour * 3_600
    start = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    return datetime.fromtimestamp(start + seconds, UTC).replace(microsecond=us)


@dataclass(frozen=True)
class Tables:
    """What the engine is shown.

    Attributes
    ----------
    created : mapping of str to datetime or None
        By lead, in the order given.
    milestones : sequence of (lead, milestone, reached_at)
    touches : sequence of (lead, kind, occurred_at, recorded_at)
    outcomes, positions : mapping of str to int
        Of a flat export.
    deadlines : mapping of str to datetime, or None
        Of the leads that have one; None: there is no such column.
    """

    created: Mapping[str, datetime | None]
    milestones: Sequence[tuple[str, str, datetime]] = ()
    touches: Sequence[tuple[str, str, datetime, datetime]] = ()
    outcomes: Mapping[str, int] | None = None
    positions: Mapping[str, int] | None = None
    deadlines: Mapping[str, datetime] | None = None

    def engine(self) -> Engine:
        """Show the tables to an engine of their own."""
        outcomes, positions = self.outcomes or {}, self.positions or {}
        instant = pa.timestamp("us")
        leads = pa.table(
            {
                "row": pa.array(range(len(self.created)), pa.int64()),
                "lead_id": pa.array(self.created, pa.string()),
                "account_id": pa.array([f"{n}'s" for n in self.created], pa.string()),
                "group_id": pa.array([f"{n}'s" for n in self.created], pa.string()),
                "created_at": _instants(self.created.values()),
                "position": pa.array([positions.get(n) for n in self.created], "int64"),
                "outcome": pa.array([outcomes.get(n) for n in self.created], "int8"),
            }
        )
        if self.deadlines is not None:
            told = _instants(self.deadlines.get(n) for n in self.created)
            leads = leads.append_column("deadline_at", told)
        names = ["lead_id", "milestone", "reached_at"]
        ends = [(m[0], m[1], _naive(m[2])) for m in self.milestones]
        text = pa.string()
        milestones = _table(names, [text, text, instant], ends)
        names = ["lead_id", "kind", "occurred_at", "recorded_at"]
        did = [(t[0], t[1], _naive(t[2]), _naive(t[3])) for t in self.touches]
        touches = _table(names, [text, text, instant, instant], did)
        connection = open_engine(threads=1)
        for name, table in (
            ("leads", leads), ("milestones", milestones), ("touches", touches)
        ):  # fmt: skip
            connection.register(name, table)
        return connection


def spine(connection: Engine, *columns: str) -> list[tuple[Any, ...]]:
    """Return columns of the spine, one tuple a row, instants in UTC."""
    found = connection.sql(f"SELECT {', '.join(columns)} FROM spine ORDER BY row")
    return [
        tuple(v.replace(tzinfo=UTC) if isinstance(v, datetime) else v for v in row)
        for row in found.fetchall()
    ]


def _table(names: list[str], types: list[Any], rows: list[tuple[Any, ...]]) -> pa.Table:
    schema = pa.schema(list(zip(names, types, strict=True)))
    records = [dict(zip(names, row, strict=True)) for row in rows]
    return pa.Table.from_pylist(records, schema=schema)


def _instants(values: Any) -> pa.Array:
    return pa.array([None if v is None else _naive(v) for v in values], "timestamp[us]")


def _naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
