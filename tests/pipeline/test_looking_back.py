"""Tonight's leads seen through last night's eyes, beside what they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from features.weave import weave
from pipeline.night.looking_back import weave_looking_back
from tests.features.loom import Loom, naive
from tests.features.small_worlds import DAY, LEADS, START, SmallWorld, small_worlds
from tests.pipeline.nights_by_hand import CATALOGUE

FEW = settings(max_examples=6, deadline=None, derandomize=True, phases=[Phase.generate])
INSTANT = pa.timestamp("us")


@pytest.fixture
def loom() -> Iterator[Loom]:
    made = Loom()
    yield made
    made.engine.close()


def show_spine(loom: Loom, world: SmallWorld, at: datetime) -> None:
    people = {p.lead_id: p for p in world.people}
    spine = pa.table(
        {
            "row": pa.array(range(len(LEADS)), pa.int64()),
            "lead_id": pa.array(LEADS),
            "account_id": pa.array([people[n].account_id for n in LEADS], pa.string()),
            "created_at": pa.array(
                [naive(people[n].created_at) for n in LEADS], INSTANT
            ),
            "snapshot_at": pa.array([naive(at)] * len(LEADS), INSTANT),
            "is_eligible": pa.array([n != "eve" for n in LEADS]),
        }
    )
    loom.engine.register("given", spine)
    loom.engine.execute("CREATE OR REPLACE TABLE spine AS FROM given")


def last_nights(at: datetime, *leads: str) -> pa.Table:
    instants = pa.array([naive(at)] * len(leads), INSTANT)
    return pa.table({"lead_id": leads, "snapshot_at": instants, "known_at": instants})


@FEW
@given(world=small_worlds(), days=st.integers(12, 38), hours=st.integers(1, 72))
def test_the_first_look_is_last_night_and_the_last_is_tonight(
    world: SmallWorld, days: int, hours: int
) -> None:
    """What was known last night is told the same tonight, if nothing was corrected."""
    before = START + days * DAY
    tonight = before + timedelta(hours=hours)
    loom = Loom()
    loom.show(world)
    loom.engine.execute("DROP VIEW spine")
    show_spine(loom, world, before)
    then = weave(loom.engine, CATALOGUE)
    show_spine(loom, world, tonight)
    now = weave(loom.engine, CATALOGUE)
    told = weave_looking_back(
        loom.engine, CATALOGUE, last_nights(before, "cyd", "ada", "eve")
    )
    loom.engine.close()

    assert told.tonight.equals(now)
    # Eve may not be scored tonight, and nobody asks about Bob and Dot.
    seen = [look.column("lead_id").to_pylist() for look in told.back]
    assert seen == [["ada", "cyd"]] * 3
    assert told.back[0].equals(then.filter(pa.array([True, False, True, False, False])))


def test_nobody_with_a_last_night_is_nothing_to_look_back_on(loom: Loom) -> None:
    world = SmallWorld(())
    loom.show(world)
    loom.engine.execute("DROP VIEW spine")
    loom.engine.execute(
        "CREATE TABLE spine AS SELECT 0 AS row, 'ada' AS lead_id, "
        "CAST(NULL AS VARCHAR) AS account_id, TIMESTAMP '2026-01-05' AS created_at, "
        "TIMESTAMP '2026-02-04' AS snapshot_at, true AS is_eligible"
    )
    for asked in (None, last_nights(START), last_nights(START, "gone")):
        told = weave_looking_back(loom.engine, CATALOGUE, asked)
        assert told.back == ()
        assert told.tonight.column("lead_id").to_pylist() == ["ada"]
