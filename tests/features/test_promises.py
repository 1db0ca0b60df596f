"""What every signal of a catalogue keeps, without anyone writing it per signal."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from features.vocabulary import Unit
from tests.features.loom import Loom, touch_table
from tests.features.oracle import differences, expected
from tests.features.small_worlds import (
    CATALOGUE,
    DAY,
    LEADS,
    START,
    Person,
    SmallWorld,
    Touch,
    instants,
    many_touches,
    small_worlds,
    with_another_future,
)

# A weave costs the same for many snapshots as for one: few examples, rich worlds.
# Nor is a failure made smaller, which would take minutes: it names its columns.
SOME = settings(
    max_examples=8, deadline=None, derandomize=True, phases=[Phase.generate]
)
FEW = settings(SOME, max_examples=5)

ADA = Person("ada", "acme", START)
ONLY_ADA = SmallWorld((ADA,), snapshots=(("ada", START + 60 * DAY),))

COUNTS = {f.name for s in CATALOGUE for f in s if s.unit is Unit.COUNT}
Record = TypeVar("Record")


# --- equal to the naive oracle -------------------------------------------------------


@settings(SOME, max_examples=12)
@given(world=small_worlds())
def test_every_column_is_what_its_words_say(loom: Loom, world: SmallWorld) -> None:
    found = [
        difference
        for row, answer in enumerate(loom.of(world))
        for difference in differences(answer, expected(world, row))
    ]

    assert found == []


def test_the_oracle_knows_every_column() -> None:
    assert set(expected(ONLY_ADA, 0)) == set(CATALOGUE.columns)


# --- blind to the future -------------------------------------------------------------


@SOME
@given(
    world=small_worlds(),
    other=st.one_of(small_worlds(), st.just(SmallWorld(()))),
    at=instants(11, 40),
)
def test_is_blind_to_whatever_is_known_at_the_snapshot_or_later(
    loom: Loom, world: SmallWorld, other: SmallWorld, at: datetime
) -> None:
    # With another future, touches and values are deleted, altered and added at once.
    now = replace(world, snapshots=(*world.snapshots, *((p, at) for p in LEADS)))
    rows = [row for row, (_, t) in enumerate(now.snapshots) if t <= at]

    assert loom.of(with_another_future(now, at, other), rows) == loom.of(now, rows)


@SOME
@given(world=small_worlds(), at=instants(1, 12))
def test_is_blind_to_leads_that_are_created_at_the_snapshot_or_later(
    loom: Loom, world: SmallWorld, at: datetime
) -> None:
    # Whatever they had done before, nobody could tell then whose lead they would be.
    there = tuple(p for p in world.people if p.created_at < at)
    names = {p.lead_id for p in there}
    asked = tuple((p.lead_id, at) for p in there)
    now = replace(world, snapshots=asked, limits=())
    then = replace(
        now,
        people=there,
        touches=tuple(t for t in world.touches if t.lead_id in {*names, None}),
        milestones=tuple(m for m in world.milestones if m.lead_id in names),
    )

    assert loom.of(then) == loom.of(now)


# --- order, company and chunks -------------------------------------------------------


@FEW
@given(world=small_worlds(), seed=st.integers(0, 9))
def test_is_indifferent_to_the_order_of_rows(
    loom: Loom, world: SmallWorld, seed: int
) -> None:
    shuffler = random.Random(seed)

    def shuffled(rows: tuple[Record, ...]) -> tuple[Record, ...]:
        return tuple(shuffler.sample(rows, len(rows)))

    mixed = replace(
        world,
        people=shuffled(world.people),
        touches=shuffled(world.touches),
        accounts=shuffled(world.accounts),
        history=shuffled(world.history),
        milestones=shuffled(world.milestones),
    )

    assert loom.of(mixed) == loom.of(world)


@FEW
@given(world=small_worlds(), rows=st.sets(st.integers(0, 3), min_size=1, max_size=2))
def test_each_snapshot_alone_is_as_in_company(
    loom: Loom, world: SmallWorld, rows: set[int]
) -> None:
    company = loom.of(world)

    assert [loom.of(world, [r]) for r in rows] == [[company[r]] for r in rows]


@FEW
@given(world=small_worlds(), later=st.lists(st.booleans(), min_size=40, max_size=40))
def test_touches_in_two_chunks_are_as_in_one(
    loom: Loom, world: SmallWorld, later: list[bool]
) -> None:
    whole = loom.of(world)
    for name, which in (("chunk_a", False), ("chunk_b", True)):
        chunk = [
            t for t, is_b in zip(world.touches, later, strict=False) if is_b is which
        ]
        loom.replace(name, touch_table(chunk))
    loom.engine.unregister("touches")
    loom.engine.execute("CREATE VIEW touches AS FROM chunk_a UNION ALL FROM chunk_b")

    assert loom.answers() == whole


# --- within its unit -----------------------------------------------------------------


@SOME
@given(world=small_worlds())
def test_every_value_is_within_its_unit(loom: Loom, world: SmallWorld) -> None:
    is_within: dict[Unit, Callable[[Any], bool]] = {
        Unit.COUNT: lambda v: v >= 0 and v == int(v),
        Unit.DAYS: lambda v: v >= 0,
        Unit.SHARE: lambda v: 0 <= v <= 1,
        Unit.NUMBER: lambda v: abs(v) < float("inf"),
        Unit.FLAG: lambda v: v in (0, 1),
        Unit.CATEGORY: lambda v: isinstance(v, str),
    }
    for answer in loom.of(world):
        strange = [
            (f.name, answer[f.name])
            for s in CATALOGUE
            for f in s
            if answer[f.name] is not None and not is_within[s.unit](answer[f.name])
        ]
        assert strange == []


def test_counts_are_nought_and_all_else_is_missing_where_nothing_happened(
    loom: Loom,
) -> None:
    ada = loom.of(ONLY_ADA)[0]
    told = {s.unit: {ada[f.name] for f in s} for s in CATALOGUE if s.name != "lead_age"}

    assert {f.name for s in CATALOGUE for f in s if ada[f.name] == 0} >= COUNTS
    assert told[Unit.DAYS] == told[Unit.CATEGORY] == told[Unit.FLAG] == {None}


@SOME
@given(world=small_worlds(), more=many_touches(1, 3))
def test_another_touch_before_the_snapshot_never_lowers_a_count(
    loom: Loom, world: SmallWorld, more: list[Touch]
) -> None:
    before = loom.of(world)
    after = loom.of(replace(world, touches=(*world.touches, *more)))

    lowered = [
        (c, a[c], b[c])
        for a, b in zip(before, after, strict=True)
        for c in (*sorted(COUNTS), "intensity")
        if b[c] < a[c]
    ]
    assert lowered == []
