"""What reviewers are shown as a column's definition is what the column is.

The past of one snapshot, and what was known of its colleagues, are written out in plain
Python; DuckDB then answers every definition over them, as it stands.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pyarrow as pa
from hypothesis import Phase, given, settings

from features.past.known import held, known_sql
from features.past.limits import Limits
from features.vocabulary import Unit
from features.weave import weave
from tests.features.loom import Loom, Row, naive
from tests.features.parity import differences
from tests.features.small_worlds import (
    CATALOGUE,
    COMPANY,
    OUTBOUND,
    Person,
    SmallWorld,
    Touch,
    small_worlds,
)

_PAST = pa.schema(
    [
        ("row", pa.int64()),
        ("kind", pa.string()),
        ("age_us", pa.int64()),
        ("asset", pa.string()),
        ("channel", pa.string()),
        ("value", pa.float64()),
        ("day", pa.date32()),
        ("weekday", pa.int32()),
        ("hour", pa.int32()),
    ]
)
_COLLEAGUES = pa.schema(
    [("row", pa.int64()), ("fact", pa.string()), ("known_us", pa.int64())]
)
_TYPES = {unit: "VARCHAR" if unit is Unit.CATEGORY else "DOUBLE" for unit in Unit}
_COLUMNS = ", ".join(
    f"CAST({CATALOGUE.sql(f)} AS {_TYPES[s.unit]}) AS {f.name}"
    for s in CATALOGUE
    for f in s
)


@settings(max_examples=4, deadline=None, derandomize=True, phases=[Phase.generate])
@given(world=small_worlds())
def test_every_definition_is_what_is_computed(loom: Loom, world: SmallWorld) -> None:
    world = replace(world, snapshots=world.snapshots[:4])
    loom.show(world)
    told = [_answered(loom, world, row) for row in range(len(world.snapshots))]

    assert differences(pa.concat_tables(told), weave(loom.engine, CATALOGUE)) == []


def _answered(loom: Loom, world: SmallWorld, row: int) -> pa.Table:
    """What the definitions say of one snapshot."""
    lead_id, at = world.snapshots[row]
    person = next(p for p in world.people if p.lead_id == lead_id)
    for name, rows, schema in (
        ("past", _past(world, person, at), _PAST),
        ("colleagues", _known_of_colleagues(world, person, at), _COLLEAGUES),
    ):
        loom.replace(name, pa.Table.from_pylist(rows, schema=schema))
    known = known_sql(
        held(loom.engine),
        [a.name for a in COMPANY.attributes],
        Limits(),
        has_deadlines=True,
    )
    return loom.engine.sql(
        f"SELECT row, lead_id, snapshot_at, {_COLUMNS} FROM ({known}) WHERE row = {row}"
    ).to_arrow_table()


def _past(world: SmallWorld, person: Person, at: datetime) -> list[Row]:
    return [
        {
            "kind": t.kind,
            "age_us": _microseconds(t.occurred_at, at),
            "asset": t.asset,
            "channel": t.channel,
            "value": t.value,
            "day": t.occurred_at.date(),
            "weekday": t.occurred_at.isoweekday(),
            "hour": t.occurred_at.hour,
        }
        for t in world.touches
        if max(t.occurred_at, t.recorded_at) < at and _is_of(t, person)
    ]


def _is_of(touch: Touch, person: Person) -> bool:
    if touch.lead_id is not None:
        return touch.lead_id == person.lead_id
    return touch.account_id is not None and touch.account_id == person.account_id


def _known_of_colleagues(world: SmallWorld, person: Person, at: datetime) -> list[Row]:
    others = {
        p.lead_id
        for p in world.people
        if p.account_id is not None
        and p.account_id == person.account_id
        and p.lead_id != person.lead_id
    }
    found: list[tuple[str, datetime]] = []
    for p in world.people:
        if p.lead_id in others:
            found.append(("lead", p.created_at))
    for t in world.touches:
        if t.lead_id in others and t.kind not in OUTBOUND:
            found.append(("touch", max(t.occurred_at, t.recorded_at)))
    for fact, names in (("conversion", {"won"}), ("ending", {"won", "lost"})):
        for lead in others:
            when = [
                max(m.reached_at, m.recorded_at)
                for m in world.milestones
                if m.lead_id == lead and m.milestone in names
            ]
            found += [(fact, min(when))] if when else []
    return [
        {"fact": fact, "known_us": _microseconds(known, at)}
        for fact, known in found
        if known < at
    ]


def _microseconds(start: datetime, end: datetime) -> int:
    span: Any = naive(end) - naive(start)
    return int(
        span.days * 86_400_000_000 + span.seconds * 1_000_000 + span.microseconds
    )
