"""Blocks are cut by time, and nobody is judged by what knew the outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from features.errors import DataError
from models.learning.splits import Blocks, SplitRule, divide
from models.learning.timeline import Timeline, timeline_of
from tests.models.small_models import timeline

SMALL = SplitRule(
    test_share=0.25, folds=2, least_conversions=1, least_block_conversions=1
)
DEFAULT = SplitRule(
    test_share=0.25, folds=4, least_conversions=50, least_block_conversions=20
)


def dozen(**changed: object) -> Timeline:
    """A row a day for twelve days, of two groups in turn; outcomes wait two days."""
    plain = timeline(
        list(range(12)),
        [0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0],
        wait=2,
        groups=["a", "b"] * 6,
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


def hundred(wait: int = 10) -> Timeline:
    """A row a day for a hundred days; odd days convert, groups a and b in turn.

    Of these ``a`` calibrates and ``b`` sets cutoffs. With a share of .25 and a wait of
    ten days, days 75 and later are test and days up to 65 are before it.
    """
    days = np.arange(100)
    groups = [("a", "b")[day // 2 % 2] for day in days]
    return timeline(days, days % 2, wait=wait, groups=groups)


def rule(least: int, folds: int, block: int = 5) -> SplitRule:
    """A rule of a quarter for the test."""
    return SplitRule(0.25, folds, least, block)


def told(blocks: Blocks) -> list[tuple[list[int], list[int]]]:
    """Rows of each fold, as lists."""
    return [(f.train.tolist(), f.judged.tolist()) for f in blocks.folds]


# --- by hand -------------------------------------------------------------------------


def test_the_newest_quarter_is_the_test_block() -> None:
    assert divide(dozen(), SMALL).test.tolist() == [9, 10, 11]


def test_rows_whose_outcome_ripens_in_the_test_block_are_not_before_it() -> None:
    # Day 7 is known on day 9, when the test block begins; day 8 is not.
    assert divide(dozen(), SMALL).before.tolist() == [0, 1, 2, 3, 4, 5, 6, 7]


def test_folds_roll_over_the_later_half_of_what_precedes_the_test_block() -> None:
    # The borders are days 4 and 6; two days before each, the outcomes were known.
    assert told(divide(dozen(), SMALL)) == [
        ([0, 1, 2], [4, 5]),
        ([0, 1, 2, 3, 4], [6, 7]),
    ]


def test_each_row_is_named_by_what_it_is_used_for() -> None:
    found = divide(dozen(), SMALL)

    assert found.split.tolist() == [
        "train", "train", "train", "train",
        "calibrate", "cutoff", "calibrate", "cutoff",
        "embargo", "test", "test", "test",
    ]  # fmt: skip
    assert (found.scheme, found.notes) == ("rolling", ())


def test_the_order_of_the_rows_makes_no_difference() -> None:
    back = np.arange(12)[::-1]
    made = dozen()
    turned = replace(
        made,
        instant=made.instant[back],
        known_at=made.known_at[back],
        lead=made.lead[back],
        group=made.group[back],
        outcome=made.outcome[back],
    )

    assert (
        divide(turned, SMALL).split[back].tolist() == divide(made, SMALL).split.tolist()
    )


def test_equal_instants_are_never_parted() -> None:
    days = np.repeat([0, 1, 2, 3, 4, 5], [5, 5, 5, 5, 5, 15])
    outcomes = np.arange(40) % 2

    found = divide(timeline(days, outcomes), replace(SMALL, test_share=0.25))

    # The border by share would be the 30th row, in the midst of day 5.
    assert set(days[found.test]) == {5}
    assert len(found.test) == 15


def test_a_lead_that_converted_twice_counts_once() -> None:
    made = dozen(lead=np.array(["x"] * 12, dtype=object))

    assert made.conversions(np.array([1, 4, 5])) == 1


# --- a labelled spine ----------------------------------------------------------------


def spine(**columns: object) -> pd.DataFrame:
    """A labelled spine of twelve flat rows, some of its columns changed."""
    plain = {
        "snapshot_at": pd.Series([pd.NaT] * 12, dtype="datetime64[us]"),
        "position": pd.array([pd.NA] * 12, dtype="Int64"),
        "lead_id": [f"l{i}" for i in range(12)],
        "group_id": [f"l{i}" for i in range(12)],
        "outcome": [0, 1] * 6,
    }
    return pd.DataFrame({**plain, **columns})


@pytest.mark.parametrize("unit", ["s", "us", "ns"])
def test_instants_are_read_in_microseconds(unit: Literal["s", "us", "ns"]) -> None:
    instants = pd.Series(pd.date_range("1970-01-01", periods=12)).dt.as_unit(unit)

    found = timeline_of(spine(snapshot_at=instants), timedelta(days=30, seconds=1))

    assert found.instant[:2].tolist() == [0, 86_400_000_000]
    assert (found.known_at - found.instant).tolist() == [2_592_001_000_000] * 12
    assert found.has_order


def test_where_there_are_no_instants_the_position_orders_without_embargo() -> None:
    position = pd.array([11, 0, 3, 1, 2, 5, 4, 8, 6, 7, 10, 9], dtype="Int64")
    outcome = [1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1]
    made = timeline_of(
        spine(position=position, outcome=outcome, group_id=["a", "b"] * 6),
        timedelta(days=30),
    )

    found = divide(made, SMALL)

    # Positions 9 to 11 are test; 4 and 6 begin the folds over 4 to 8.
    assert sorted(position[found.test]) == [9, 10, 11]
    assert sorted(position[found.before]) == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert [sorted(position[f.judged]) for f in found.folds] == [[4, 5], [6, 7, 8]]
    assert [sorted(position[f.train]) for f in found.folds] == [
        [0, 1, 2, 3],
        [0, 1, 2, 3, 4, 5],
    ]
    assert "embargo" not in found.split


def test_without_instant_or_position_there_is_no_order() -> None:
    assert not timeline_of(spine(), timedelta(days=30)).has_order


# --- algebra -------------------------------------------------------------------------


@st.composite
def divisions(draw: st.DrawFn) -> tuple[Timeline, Blocks]:
    """A timeline with ties and returning groups, divided."""
    seed = draw(st.integers(0, 10_000))
    random = np.random.default_rng(seed)
    n = draw(st.integers(40, 150))
    made = timeline(
        random.integers(0, draw(st.integers(10, 80)), n),
        (random.random(n) < 0.4).astype(int),
        wait=draw(st.integers(1, 12)),
        groups=[f"g{g}" for g in random.integers(0, n // 3, n)],
    )
    asked = SplitRule(
        draw(st.floats(0.1, 0.4)), draw(st.integers(2, 5)), draw(st.integers(1, 8)), 1
    )
    try:
        return made, divide(made, asked)
    except DataError:
        assume(False)
        raise


@settings(max_examples=60, deadline=None)
@given(divisions())
def test_no_outcome_known_after_a_border_is_in_the_training_side(
    case: tuple[Timeline, Blocks],
) -> None:
    made, blocks = case
    assume(not any("no embargo" in note for note in blocks.notes))

    for fold in blocks.folds:
        assert made.known_at[fold.train].max() <= made.instant[fold.judged].min()


@settings(max_examples=60, deadline=None)
@given(divisions())
def test_the_test_block_is_in_no_fold_and_after_all_that_was_known(
    case: tuple[Timeline, Blocks],
) -> None:
    made, blocks = case

    for fold in blocks.folds:
        assert not np.isin(fold.train, blocks.test).any()
        assert not np.isin(fold.judged, blocks.test).any()
        assert np.isin(fold.judged, blocks.before).all()
    assert made.known_at[blocks.before].max() <= made.instant[blocks.test].min()


@settings(max_examples=60, deadline=None)
@given(divisions())
def test_blocks_never_overlap_in_time(case: tuple[Timeline, Blocks]) -> None:
    made, blocks = case
    spans = [
        (int(made.instant[rows].min()), int(made.instant[rows].max()))
        for rows in [*(fold.judged for fold in blocks.folds), blocks.test]
    ]

    for (_, last), (first, _) in pairwise(spans):
        assert last < first


@settings(max_examples=60, deadline=None)
@given(divisions())
def test_a_group_keeps_its_half_in_every_fold(case: tuple[Timeline, Blocks]) -> None:
    made, blocks = case
    halves = {
        name: set(made.group[blocks.split == name]) for name in ("calibrate", "cutoff")
    }

    assert not halves["calibrate"] & halves["cutoff"]


@settings(max_examples=60, deadline=None)
@given(divisions())
def test_what_is_judged_in_a_fold_is_calibrate_or_cutoff_and_nothing_else_is(
    case: tuple[Timeline, Blocks],
) -> None:
    _, blocks = case
    judged = np.concatenate([fold.judged for fold in blocks.folds])

    named = np.flatnonzero(np.isin(blocks.split, ["calibrate", "cutoff"]))
    assert np.sort(judged).tolist() == named.tolist()


# --- short histories -----------------------------------------------------------------


def test_folds_that_follow_too_few_conversions_are_left_out_and_counted() -> None:
    # Before the four borders (days 33, 41, 49, 57) were known days 0 to 23, 31, 39 and
    # 47, with 12, 16, 20 and 24 conversions.
    found = divide(hundred(), rule(least=18, folds=4, block=3))

    assert [f.judged[0] for f in found.folds] == [49, 57]
    assert found.scheme == "rolling"
    assert found.notes[0].startswith(
        "2 of 4 rolling-origin folds were left out: fewer than 18 leads had converted"
    )


def test_a_fold_that_is_left_out_is_trained_on() -> None:
    found = divide(hundred(), rule(least=18, folds=4, block=3))

    assert set(found.split[33:49]) == {"train"}


def test_folds_without_a_snapshot_are_not_said_to_lack_conversions() -> None:
    # Day 33 holds so many rows that two of the four borders fall on it.
    days = np.concatenate([np.arange(33), np.full(40, 33), np.arange(34, 94)])
    groups = [f"g{i}" for i in range(len(days))]
    made = timeline(days, np.arange(len(days)) % 2, groups=groups)

    found = divide(made, rule(least=5, folds=4, block=1))

    assert len(found.folds) == 3
    assert "or no snapshot fell into them" in found.notes[0]


def test_a_short_history_has_a_single_fold_with_embargo() -> None:
    # With two folds (days 33 and 49) only the second follows 15 conversions. Alone, a
    # fold needs five conversions in each half, so ten odd days: it begins on day 46.
    found = divide(hundred(), rule(least=15, folds=2))

    assert told(found) == [(list(range(37)), list(range(46, 66)))]
    assert found.scheme == "single"
    assert "too short for rolling-origin folds" in found.notes[0]
    assert "no embargo" not in found.notes[0]


def test_a_shorter_one_has_a_single_fold_without_embargo_and_says_so() -> None:
    # Of four folds one alone follows 21 conversions; and before day 46 were known 18.
    # Up to day 45 there are 23, of which some were not known by day 46.
    found = divide(hundred(), rule(least=21, folds=4))

    assert told(found) == [(list(range(46)), list(range(46, 66)))]
    assert found.scheme == "single"
    assert "there is no embargo between the two" in found.notes[0]


# --- too little data -----------------------------------------------------------------


@pytest.mark.parametrize("conversions", [0, 1, 4])
def test_too_few_conversions_are_refused_with_their_number(conversions: int) -> None:
    outcomes = np.zeros(100, dtype=int)
    outcomes[10 : 10 + conversions] = 1

    with pytest.raises(DataError) as refused:
        divide(timeline(np.arange(100), outcomes, wait=10), DEFAULT)

    said = str(refused.value)
    assert said.startswith(
        f"Too little data for a model: {conversions} leads had converted among the 66 "
        "snapshots before the test block"
    )
    assert "leaves 50 to train, 20 to calibrate and 20 to set cutoffs" in said


def test_a_horizon_as_long_as_the_history_is_refused_with_a_sentence() -> None:
    with pytest.raises(DataError, match="among the 0 snapshots before the test block"):
        divide(hundred(wait=1000), SMALL)


@pytest.mark.parametrize(
    ("outcome", "found"), [(0, "0 leads that converted"), (1, "25 leads that conv")]
)
def test_a_test_block_of_one_class_is_refused_with_its_counts(
    outcome: int, found: str
) -> None:
    made = hundred()
    made.outcome[75:] = outcome

    with pytest.raises(
        DataError, match=f"the test block holds 25 snapshots and {found}"
    ):
        divide(made, rule(least=5, folds=2))


@pytest.mark.parametrize(("group", "name"), [("a", "calibrate"), ("b", "cutoff")])
def test_a_half_in_which_all_converted_is_refused(group: str, name: str) -> None:
    made = hundred()
    made.outcome[made.group == group] = 1
    made.outcome[75:] = np.arange(25) % 2

    with pytest.raises(DataError, match=f"the {name} block holds .*some that did not"):
        divide(made, rule(least=5, folds=2))


def test_no_rows_at_all_are_refused_with_a_sentence() -> None:
    with pytest.raises(DataError, match="Too little data for a model: 0 leads"):
        divide(timeline([], []), SMALL)


# --- no order ------------------------------------------------------------------------


def unordered(n: int, groups: int) -> Timeline:
    """Rows without order, every third of which converted."""
    made = timeline(
        np.zeros(n, dtype=int),
        (np.arange(n) % 3 == 0).astype(int),
        groups=[f"g{i % groups}" for i in range(n)],
    )
    return replace(made, has_order=False)


def test_without_order_blocks_are_drawn_by_group_and_it_is_said() -> None:
    found = divide(unordered(600, groups=101), rule(least=20, folds=4))

    assert found.scheme == "random"
    assert "drawn at random, by group" in found.notes[0]
    assert len(found.test) == pytest.approx(150, abs=60)


def test_without_order_a_group_is_whole_in_the_test_block_and_in_every_fold() -> None:
    made = unordered(600, groups=101)
    found = divide(made, rule(least=20, folds=4))

    sides = [(found.before, found.test), *((f.train, f.judged) for f in found.folds)]
    for one, other in sides:
        assert not set(made.group[one]) & set(made.group[other])


def test_without_order_every_row_before_the_test_block_is_judged_once() -> None:
    found = divide(unordered(600, groups=101), rule(least=20, folds=4))

    judged = np.concatenate([fold.judged for fold in found.folds])
    assert np.sort(judged).tolist() == found.before.tolist()


@pytest.mark.parametrize("groups", [4, 5, 8, 10])
def test_with_few_groups_a_fold_that_cannot_be_fitted_or_judged_is_left_out(
    groups: int,
) -> None:
    made = unordered(400, groups)

    found = divide(made, rule(least=20, folds=4))

    assert len(found.folds) >= 2
    for fold in found.folds:
        assert len(fold.judged) > 0
        assert made.conversions(fold.train) >= 20


def test_random_folds_that_cannot_be_fitted_are_refused_with_their_number() -> None:
    # All who converted before the test block are of one group, so that the fold that
    # is judged by it has nothing to learn from.
    made = unordered(400, groups=8)
    first = divide(made, rule(least=20, folds=4)).before[0]
    made.outcome[made.group != made.group[first]] = 0

    with pytest.raises(DataError, match="of 2 random folds by group 1 can be judged"):
        divide(made, rule(least=5, folds=2))


def test_a_single_group_is_refused() -> None:
    with pytest.raises(DataError, match="Too little data for a model"):
        divide(unordered(400, groups=1), rule(least=20, folds=4))
