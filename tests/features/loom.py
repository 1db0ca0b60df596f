"""The engine, shown one small world after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from features.catalogue import Catalogue
from features.engine import Engine, open_engine
from features.past.parts import bucket_sql
from features.weave import weave
from tests.features.small_worlds import CATALOGUE, Known, SmallWorld, Touch

Row = dict[str, Any]

_TOUCHES = pa.schema(
    [
        ("lead_id", pa.string()),
        ("account_id", pa.string()),
        ("kind", pa.string()),
        ("occurred_at", pa.timestamp("us")),
        ("recorded_at", pa.timestamp("us")),
        ("asset", pa.string()),
        ("channel", pa.string()),
        ("value", pa.float64()),
    ]
)
_ATTRIBUTES = pa.schema(
    [
        (name, pa.string())
        for name in (
            "lead_id", "employees", "Segment", "opted_in", "job title", "email",
            "visits", "Company size", "revenue", "sector", "country",
        )
    ]
)  # fmt: skip
_ACCOUNTS = pa.schema(
    [
        ("account_id", pa.string()),
        ("known_from", pa.timestamp("us")),
        ("industry", pa.string()),
    ]
)
_HISTORY = pa.schema(
    [
        ("lead_id", pa.string()),
        ("attribute", pa.string()),
        ("value", pa.string()),
        ("known_from", pa.timestamp("us")),
    ]
)
_LEADS = pa.schema(
    [
        ("lead_id", pa.string()),
        ("account_id", pa.string()),
        ("created_at", pa.timestamp("us")),
        ("deadline_at", pa.timestamp("us")),
    ]
)
_MILESTONES = pa.schema(
    [
        ("lead_id", pa.string()),
        ("milestone", pa.string()),
        ("reached_at", pa.timestamp("us")),
        ("recorded_at", pa.timestamp("us")),
    ]
)
_LIMITS = [("known_at", pa.timestamp("us")), ("until", pa.timestamp("us"))]
_SPINE = pa.schema(
    [
        ("row", pa.int64()),
        ("lead_id", pa.string()),
        ("account_id", pa.string()),
        ("created_at", pa.timestamp("us")),
        ("snapshot_at", pa.timestamp("us")),
        ("deadline_at", pa.timestamp("us")),
    ]
)


@dataclass
class Loom:
    """One engine that is shown one small world after the other."""

    engine: Engine = field(default_factory=lambda: open_engine(threads=1))

    def show(self, world: SmallWorld, rows: Sequence[int] | None = None) -> None:
        """Show a world; of its snapshots only the given rows, in the given order."""
        tables = {
            "touches": (_touch_rows(world.touches), _TOUCHES),
            "attributes": (_attribute_rows(world), _ATTRIBUTES),
            "accounts": (
                [_dated(k, account_id=k.of, industry=k.value) for k in world.accounts],
                _ACCOUNTS,
            ),
            "attribute_history": (
                [
                    _dated(k, lead_id=k.of, attribute=k.attribute, value=k.value)
                    for k in world.history
                ],
                _HISTORY,
            ),
            "milestones": (_milestone_rows(world), _MILESTONES),
            "leads": (_lead_rows(world), _LEADS),
            "spine": _spine(world, rows),
        }
        for name, (records, schema) in tables.items():
            self.replace(name, pa.Table.from_pylist(records, schema=schema))

    def replace(self, name: str, table: pa.Table) -> None:
        """Show another table under a name."""
        self.engine.execute(f"DROP VIEW IF EXISTS {name}")
        self.engine.register(name, table)

    def tell_buckets(self) -> None:
        """Show leads and touches with their buckets, as intake writes them."""
        account = "if(t.lead_id IS NULL, t.account_id, l.account_id)"
        for name, query in (
            (
                "touches",
                f"SELECT t.*, {bucket_sql(account, 't.lead_id')} AS bucket "
                "FROM touches t LEFT JOIN leads l USING (lead_id)",
            ),
            ("leads", f"SELECT *, {bucket_sql()} AS bucket FROM leads"),
        ):
            self.replace(name, self.engine.sql(query).to_arrow_table())

    def answers(self, catalogue: Catalogue = CATALOGUE) -> list[Row]:
        """Weave what is shown."""
        rows: list[Row] = weave(self.engine, catalogue).to_pylist()
        return rows

    def of(self, world: SmallWorld, rows: Sequence[int] | None = None) -> list[Row]:
        """Show a world and weave it."""
        self.show(world, rows)
        return self.answers()


def touch_table(touches: Sequence[Touch]) -> pa.Table:
    """Return touches as the engine is shown them."""
    return pa.Table.from_pylist(_touch_rows(touches), schema=_TOUCHES)


def _touch_rows(touches: Sequence[Touch]) -> list[Row]:
    return [
        {
            "lead_id": t.lead_id,
            "account_id": t.account_id,
            "kind": t.kind,
            "occurred_at": naive(t.occurred_at),
            "recorded_at": naive(t.recorded_at),
            "asset": t.asset,
            "channel": t.channel,
            "value": t.value,
        }
        for t in touches
    ]


def _attribute_rows(world: SmallWorld) -> list[Row]:
    return [
        {
            "lead_id": p.lead_id,
            "employees": p.employees,
            "Segment": p.segment,
            "opted_in": p.opted_in,
            "job title": p.title,
            "email": p.email,
            "visits": p.visits,
            "Company size": p.size,
            "revenue": p.revenue,
            "sector": p.sector,
            "country": p.country,
        }
        for p in world.people
    ]


def _dated(known: Known, **columns: str | None) -> Row:
    at = known.known_from
    return {**columns, "known_from": _naive_or_none(at)}


def _lead_rows(world: SmallWorld) -> list[Row]:
    return [
        {
            "lead_id": p.lead_id,
            "account_id": p.account_id,
            "created_at": naive(p.created_at),
            "deadline_at": _naive_or_none(p.deadline_at),
        }
        for p in world.people
    ]


def _milestone_rows(world: SmallWorld) -> list[Row]:
    return [
        {
            "lead_id": m.lead_id,
            "milestone": m.milestone,
            "reached_at": naive(m.reached_at),
            "recorded_at": naive(m.recorded_at),
        }
        for m in world.milestones
    ]


def _spine(
    world: SmallWorld, rows: Sequence[int] | None
) -> tuple[list[Row], pa.Schema]:
    """The snapshots asked for, with their limits where the world has some."""
    told = _spine_rows(world, rows)
    if not world.limits:
        return told, _SPINE
    for each in told:
        limit = world.limits[each["row"]]
        for name, _ in _LIMITS:
            at = getattr(limit, name)
            each[name] = _naive_or_none(at)
    return told, pa.schema([*_SPINE, *(pa.field(*f) for f in _LIMITS)])


def _spine_rows(world: SmallWorld, rows: Sequence[int] | None) -> list[Row]:
    people = {p.lead_id: p for p in world.people}
    return [
        {
            "row": row,
            "lead_id": lead,
            "account_id": people[lead].account_id,
            "created_at": naive(people[lead].created_at),
            "snapshot_at": naive(at),
            "deadline_at": _naive_or_none(people[lead].deadline_at),
        }
        for row, (lead, at) in enumerate(world.snapshots)
        if rows is None or row in rows
    ]


def _naive_or_none(instant: datetime | None) -> datetime | None:
    return None if instant is None else naive(instant)


def naive(instant: datetime) -> datetime:
    """Return an instant as the engine holds it: UTC without saying so."""
    return instant.astimezone(UTC).replace(tzinfo=None)
