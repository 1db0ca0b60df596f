"""A part of the leads at a time is as all of them at once."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from features.past.parts import BUCKETS, Part, parts_of
from features.weave import weave, weave_in_parts
from tests.features.loom import Loom
from tests.features.small_worlds import CATALOGUE, SmallWorld, small_worlds


@settings(max_examples=4, deadline=None, derandomize=True, phases=[Phase.generate])
@given(world=small_worlds(), count=st.sampled_from((2, 7, BUCKETS)))
@pytest.mark.parametrize("is_told", [False, True], ids=["without", "with"])
def test_parts_together_are_the_whole(
    loom: Loom, world: SmallWorld, count: int, is_told: bool
) -> None:
    loom.show(world)
    whole = weave(loom.engine, CATALOGUE)
    if is_told:
        loom.tell_buckets()
    # Only those that hold a lead: the others are empty, and there are many.
    held = {n for (n,) in loom.engine.sql(_BUCKETS).fetchall()}
    parts = [p for p in Part.several(count) if held & set(range(p.first, p.last))]
    loom.engine.execute("CREATE TABLE given AS FROM spine")
    loom.engine.execute("DROP VIEW spine")
    loom.engine.execute("ALTER TABLE given RENAME TO spine")
    woven = list(weave_in_parts(loom.engine, CATALOGUE, parts))
    loom.engine.execute("DROP TABLE spine")

    assert all(len(w) for w in woven)
    assert pa.concat_tables(woven).sort_by("row") == whole


_BUCKETS = f"""
SELECT DISTINCT hash(coalesce(account_id, lead_id)) % {BUCKETS} FROM spine
"""


def test_there_are_as_many_parts_as_memory_asks_for(loom: Loom) -> None:
    loom.show(SmallWorld(()))
    loom.replace("touches", pa.table({"kind": pa.nulls(1_000_000)}))

    # A million touches of 110 bytes, in six tenths of 50 MB: 3.7, so four.
    assert len(parts_of(loom.engine, 100, 50e6)) == 4
    assert parts_of(loom.engine, 100, 1e9) == (Part(0, 256),)
