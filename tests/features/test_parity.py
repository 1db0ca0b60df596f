"""Compiled loops, DuckDB's SQL and Spark's give the same features."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from features.spark import weave_in_spark
from features.weave import weave, weave_by_query
from tests.features.loom import Loom
from tests.features.parity import differences
from tests.features.small_worlds import (
    CATALOGUE,
    DAY,
    START,
    Person,
    SmallWorld,
    limited_worlds,
    small_worlds,
)
from tests.features.spark_session import in_spark, spark

SOME = settings(
    max_examples=8, deadline=None, derandomize=True, phases=[Phase.generate]
)
WORLDS_IN_SPARK = 25  # it takes seconds for one row as for a thousand
TABLES = (
    "leads", "touches", "milestones", "attributes", "accounts", "attribute_history",
    "spine",
)  # fmt: skip

Worlds = st.SearchStrategy[SmallWorld]

__all__ = ["spark"]


# --- on one machine ------------------------------------------------------------------


@SOME
@given(world=small_worlds())
def test_sql_says_what_the_loops_say(loom: Loom, world: SmallWorld) -> None:
    loom.show(world)

    assert differences(weave_by_query(loom.engine, CATALOGUE), woven(loom)) == []


@SOME
@given(world=limited_worlds())
def test_sql_knows_as_little_as_the_loops_do(loom: Loom, world: SmallWorld) -> None:
    loom.show(world)

    assert differences(weave_by_query(loom.engine, CATALOGUE), woven(loom)) == []


@settings(SOME, max_examples=4)
@given(world=small_worlds(), seed=st.integers(0, 9))
def test_sql_is_indifferent_to_the_order_of_rows(
    loom: Loom, world: SmallWorld, seed: int
) -> None:
    loom.show(world)
    true = woven(loom)
    loom.show(shuffled(world, seed))

    assert differences(weave_by_query(loom.engine, CATALOGUE), true) == []


@settings(SOME, max_examples=4)
@given(world=small_worlds())
def test_a_lead_does_not_read_its_own_milestones(loom: Loom, world: SmallWorld) -> None:
    # What a lead reached is the outcome; only its colleagues may look at it.
    loom.show(world)
    whole = weave_by_query(loom.engine, CATALOGUE)
    reached = {m.lead_id for m in world.milestones}
    for lead in [lead for lead, _ in world.snapshots if lead in reached][:1]:
        others = tuple(m for m in world.milestones if m.lead_id != lead)
        loom.show(replace(world, milestones=others))
        without = weave_by_query(loom.engine, CATALOGUE)
        is_own = pa.compute.equal(whole["lead_id"], lead)
        assert without.filter(is_own).equals(whole.filter(is_own))


# --- in Spark ------------------------------------------------------------------------


@in_spark
@pytest.mark.parametrize(
    ("partitions", "worlds"), [(1, small_worlds()), (7, limited_worlds())]
)
def test_spark_says_what_the_loops_say(
    loom: Loom, spark: Any, tmp_path: Path, partitions: int, worlds: Worlds
) -> None:
    world = several(drawn(worlds, WORLDS_IN_SPARK))
    loom.show(world)
    true = woven(loom)
    loom.show(shuffled(world, partitions))
    told = woven_in_spark(loom, spark, tmp_path, partitions)

    assert told.num_rows == len(world.snapshots)
    assert differences(told, true) == []
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


@in_spark
def test_spark_reads_texts_as_duckdb_does(
    loom: Loom, spark: Any, tmp_path: Path
) -> None:
    # To Java "12d" is a number, and "1_000" is none.
    texts = (
        "12d", "12f", " 12 ", "1_000", "1__0", "0x10", ".5", "5.", "+5", "Infinity",
        "\uff11\uff12", "Yes ", "", "a\\b'c", "İstanbul manager",
        "Geschäftsführer (m/w)",
        "x@y@z", "@gmail.com", "a@", "ADA@MIT.EDU",
    )  # fmt: skip
    people = tuple(
        Person(f"lead-{n}", None, START, text, text, text, text, text, text)
        for n, text in enumerate(texts)
    )
    snapshots = tuple((p.lead_id, START + DAY) for p in people)
    loom.show(SmallWorld(people, snapshots=snapshots))

    assert differences(woven_in_spark(loom, spark, tmp_path, 1), woven(loom)) == []


def woven_in_spark(loom: Loom, spark: Any, folder: Path, partitions: int) -> pa.Table:
    for name in TABLES:
        table = loom.engine.sql(f"FROM {name}").to_arrow_table()
        pq.write_table(table, folder / f"{name}.parquet")
    out = folder / "woven"
    weave_in_spark(
        spark, folder, folder / "spine.parquet", CATALOGUE,
        out=out, partitions=partitions,
    )  # fmt: skip
    return pq.read_table(out).sort_by("row").replace_schema_metadata()


# --- worlds --------------------------------------------------------------------------


def woven(loom: Loom) -> pa.Table:
    return weave(loom.engine, CATALOGUE)


def shuffled(world: SmallWorld, seed: int) -> SmallWorld:
    shuffler = random.Random(seed)

    def mixed(rows: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(shuffler.sample(rows, len(rows)))

    return replace(
        world,
        people=mixed(world.people),
        touches=mixed(world.touches),
        accounts=mixed(world.accounts),
        history=mixed(world.history),
        milestones=mixed(world.milestones),
    )


def drawn(worlds: Worlds, count: int) -> list[SmallWorld]:
    found: list[SmallWorld] = []

    @settings(SOME, max_examples=count, database=None)
    @given(world=worlds)
    def draw(world: SmallWorld) -> None:
        found.append(world)

    draw()
    return found


def several(worlds: Sequence[SmallWorld]) -> SmallWorld:
    """Many worlds as one: in each the leads and accounts have other names."""
    apart = [_renamed(world, f"{n}-") for n, world in enumerate(worlds)]
    return SmallWorld(
        people=tuple(p for w in apart for p in w.people),
        touches=tuple(t for w in apart for t in w.touches),
        accounts=tuple(k for w in apart for k in w.accounts),
        history=tuple(k for w in apart for k in w.history),
        milestones=tuple(m for w in apart for m in w.milestones),
        snapshots=tuple(s for w in apart for s in w.snapshots),
        limits=tuple(limit for w in apart for limit in w.limits),
    )


def _renamed(world: SmallWorld, prefix: str) -> SmallWorld:
    def name(old: str | None) -> str | None:
        return None if old is None else prefix + old

    def ids(record: Any) -> dict[str, Any]:
        found = {k: name(getattr(record, k, None)) for k in ("lead_id", "account_id")}
        return {k: v for k, v in found.items() if hasattr(record, k)}

    return replace(
        world,
        people=tuple(replace(p, **ids(p)) for p in world.people),
        touches=tuple(replace(t, **ids(t)) for t in world.touches),
        accounts=tuple(replace(k, of=prefix + k.of) for k in world.accounts),
        history=tuple(replace(k, of=prefix + k.of) for k in world.history),
        milestones=tuple(replace(m, **ids(m)) for m in world.milestones),
        snapshots=tuple((prefix + lead, at) for lead, at in world.snapshots),
    )
