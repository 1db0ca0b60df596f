"""The ladder takes the simplest rung that will do, and nobody judges what they saw."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import ladder
from models.conversion import Learnable, Recipe, margins
from models.ladder import Ladder, Rung, best_rounds, climb, fit_final, thinned
from models.points import Floats
from models.splits import Blocks, Fold, SplitRule, divide
from models.timeline import Timeline
from tests.models.small_models import learnable, timeline

RULE = SplitRule(0.25, 3, 20, 10)
QUICK = Recipe(threads=1, most_rounds=60)


def dated(values: Floats, odds: Floats, seed: int = 9) -> tuple[Learnable, Timeline]:
    """One row a day, in the order given, with outcomes drawn at the odds."""
    noise = np.random.default_rng(seed).logistic(size=len(odds))
    outcome = (odds + noise > 0).astype(float)
    return learnable(values, outcome), timeline(
        np.arange(len(odds)), outcome.astype(int), wait=5
    )


def additive(n: int = 1600) -> tuple[Learnable, Timeline]:
    """Three numbers that each move the odds on their own."""
    values = np.random.default_rng(1).normal(size=(n, 3))
    return dated(values, 1.5 * values[:, 0] - values[:, 1] + (values[:, 2] > 0))


def climbed(
    rows: Learnable,
    at: Timeline,
    depths: tuple[int, ...] = (1, 2),
    recipe: Recipe = QUICK,
    most_rows: int = 100_000,
) -> tuple[Ladder, Blocks]:
    """The ladder of some rows, and the blocks that it was climbed on."""
    blocks = divide(at, RULE)
    return (
        climb(rows, at, blocks, recipe, depths=depths, most_rows=most_rows),
        blocks,
    )


def losing(
    monkeypatch: pytest.MonkeyPatch, losses: dict[int, list[float]]
) -> list[int]:
    """Stub the fits: each depth loses what is given in rows 2 to 5.

    Returns the depths that were tried. A depth's margins are the depth itself.
    """
    tried: list[int] = []

    def fit(*_: object, depth: int) -> tuple[int, Floats]:
        if depth not in tried:
            tried.append(depth)
        return depth, np.array([0.5])

    def margin(depth: int, values: Floats, **_: object) -> Floats:
        return np.full(len(values), float(depth))

    def lost(margin: Floats, late: Learnable) -> Floats:
        told = losses[int(margin[0])]
        return np.array([told[int(place) - 2] for place in late.encoded[:, 0]])

    monkeypatch.setattr(ladder, "fit_and_judge", fit)
    monkeypatch.setattr(ladder, "margins", margin)
    monkeypatch.setattr(ladder, "intercept_free_losses", lost)
    return tried


def four(groups: str = "wxyz", depths: tuple[int, ...] = (1, 2, 3)) -> Ladder:
    """A ladder over two folds of two judged rows each, of the groups given."""
    names = ["a", "b", *groups]
    rows = learnable(np.arange(6.0)[:, None], np.array([0.0, 1, 0, 1, 0, 1]), names)
    at = timeline(np.arange(6), [0, 1, 0, 1, 0, 1], groups=names)
    train = np.array([0, 1])
    folds = (Fold(train, np.array([2, 3])), Fold(train, np.array([4, 5])))
    blocks = Blocks(np.arange(6), np.array([], dtype=int), folds, at.group, "rolling")
    return climb(rows, at, blocks, QUICK, depths=depths, most_rows=9)


# --- which rung ----------------------------------------------------------------------


def test_excess_and_standard_error_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    # Row by row depth 1 loses .1, 0, .1 and 0 more than depth 2: .05 in the mean. The
    # deviations are all .05, so the error is √(4 · .0025) / 4 = .025.
    losing(monkeypatch, {1: [0.5, 0.5, 0.5, 0.5], 2: [0.4, 0.5, 0.4, 0.5]})

    first, second = four(depths=(1, 2)).rungs

    assert (first.loss, second.loss) == pytest.approx((0.5, 0.45))
    assert (first.excess, first.standard_error) == pytest.approx((0.05, 0.025))
    assert (second.excess, second.standard_error) == (0.0, 0.0)


def test_the_error_is_reckoned_by_group(monkeypatch: pytest.MonkeyPatch) -> None:
    # Rows 0 and 2 are one group, 1 and 3 another: their deviations sum to .1 and -.1,
    # so the error is √(2 · .01) / 4 = .03535.
    losing(monkeypatch, {1: [0.5, 0.5, 0.5, 0.5], 2: [0.4, 0.5, 0.4, 0.5]})

    first, _ = four("xyxy", depths=(1, 2)).rungs

    assert first.standard_error == pytest.approx(0.0353553, abs=1e-6)


def test_a_worse_rung_is_not_taken_for_its_simplicity(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # .05 worse, with an error of .025.
    losing(monkeypatch, {1: [0.5, 0.5, 0.5, 0.5], 2: [0.4, 0.5, 0.4, 0.5]})

    assert four(depths=(1, 2)).chosen.depth == 2


def test_the_simplest_rung_within_one_standard_error_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Depth 3 is best. Depth 2 loses .1, -.08, .1, -.08 more: .01, with deviations of
    # .09 and an error of .045. Depth 1 loses .1 more in every row, without an error.
    losing(
        monkeypatch,
        {
            1: [0.6, 0.6, 0.6, 0.6],
            2: [0.6, 0.42, 0.6, 0.42],
            3: [0.5, 0.5, 0.5, 0.5],
        },
    )

    assert four().chosen.depth == 2


def test_the_margins_are_those_of_the_rung_that_was_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    losing(monkeypatch, {1: [0.5, 0.5, 0.5, 0.5], 2: [0.4, 0.5, 0.4, 0.5]})

    margin = four(depths=(1, 2)).margin

    assert margin[2:].tolist() == [2.0] * 4
    assert np.isnan(margin[:2]).all()


def test_the_climb_ends_when_two_rungs_in_a_row_are_worse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worse = [0.6, 0.5, 0.6, 0.5]
    best = [0.5, 0.5, 0.5, 0.5]
    tried = losing(monkeypatch, {1: best, 2: worse, 3: worse, 5: best})

    found = four(depths=(1, 2, 3, 5))

    assert tried == [1, 2, 3]
    assert found.chosen.depth == 1


def test_one_rung_that_is_worse_does_not_end_the_climb(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried = losing(
        monkeypatch,
        {
            1: [0.6, 0.5, 0.6, 0.5],
            2: [0.7, 0.5, 0.7, 0.5],
            3: [0.5, 0.5, 0.5, 0.5],
        },
    )

    assert four().chosen.depth == 3
    assert tried == [1, 2, 3]


# --- how many rounds -----------------------------------------------------------------


def test_the_rounds_are_best_over_all_folds_together() -> None:
    # Alone the folds would stop at 1 and 3; together .6, .45, .5 has its least at 2.
    curves = [np.array([0.4, 0.45, 0.6]), np.array([0.8, 0.45, 0.4])]

    assert best_rounds(curves, [1, 1]) == 2


def test_a_larger_fold_counts_for_more() -> None:
    curves = [np.array([0.4, 0.45, 0.6]), np.array([0.8, 0.75, 0.6])]

    # Sums of 1:1 are 1.2, 1.2, 1.2; the larger fold has its way.
    assert best_rounds(curves, [3, 1]) == 1
    assert best_rounds(curves, [1, 3]) == 3


def test_a_fit_that_was_given_up_keeps_its_last_loss() -> None:
    # The short curve counts as .9 in the third round: (.9 + .2) / 2 > (.5 + .4) / 2.
    curves = [np.array([0.5, 0.9]), np.array([0.4, 0.6, 0.2])]

    assert best_rounds(curves, [1, 1]) == 1


# --- who judges whom -----------------------------------------------------------------


def test_margins_are_missing_exactly_where_no_fold_judged() -> None:
    found, blocks = climbed(*additive(), depths=(1,))

    judged = np.concatenate([fold.judged for fold in blocks.folds])
    assert np.flatnonzero(~np.isnan(found.margin)).tolist() == judged.tolist()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_fold_s_booster_learns_no_outcome_outside_its_training_side(
    number: int,
) -> None:
    rows, at = additive(1200)
    once = Recipe(threads=1, most_rounds=1)  # so that no outcome can choose the rounds
    found, blocks = climbed(rows, at, (2,), once)
    fold = blocks.folds[number]
    turned = 1 - rows.outcome
    turned[fold.train] = rows.outcome[fold.train]

    other = climb(
        replace(rows, outcome=turned), at, blocks, once, depths=(2,), most_rows=99_999
    )

    assert found.margin[fold.judged].tolist() == other.margin[fold.judged].tolist()


def test_a_value_that_betrays_the_outcome_in_judged_rows_alone_betrays_nothing() -> (
    None
):
    rows, at = additive(1200)
    blocks = divide(at, RULE)
    last = blocks.folds[-1]
    planted = np.zeros(1200)
    planted[last.judged] = 2 * rows.outcome[last.judged] - 1

    seen = replace(rows, encoded=np.column_stack([rows.encoded, planted]))
    blank = replace(rows, encoded=np.column_stack([rows.encoded, np.zeros(1200)]))
    ask: dict[str, Any] = {"depths": (2,), "most_rows": 99_999}
    told = climb(seen, at, blocks, QUICK, **ask)
    plain = climb(blank, at, blocks, QUICK, **ask)

    assert told.margin[last.judged].tolist() == plain.margin[last.judged].tolist()


def test_the_test_block_makes_no_difference() -> None:
    rows, at = additive(1200)
    found, blocks = climbed(rows, at)
    changed = rows.outcome.copy()
    changed[blocks.test] = 1 - changed[blocks.test]
    encoded = rows.encoded.copy()
    encoded[blocks.test] = 99.0

    other = climb(
        replace(rows, outcome=changed, encoded=encoded),
        at,
        blocks,
        QUICK,
        depths=(1, 2),
        most_rows=99_999,
    )

    assert other.rungs == found.rungs
    np.testing.assert_array_equal(other.margin, found.margin)


def test_the_same_rows_climb_to_the_same_rung_and_margins() -> None:
    first, second = climbed(*additive(800))[0], climbed(*additive(800))[0]

    assert first.rungs == second.rungs
    np.testing.assert_array_equal(first.margin, second.margin)


def test_each_fit_is_told_in_words() -> None:
    rows, at = additive(800)
    said: list[str] = []

    climb(
        rows, at, divide(at, RULE), replace(QUICK, most_rounds=2),
        depths=(1,), most_rows=999, progress=said.append,
    )  # fmt: skip

    assert said[:3] == [f"depth 1, fold {k} of 3" for k in (1, 2, 3)]


# --- truth recovery ------------------------------------------------------------------


def test_an_additive_truth_is_climbed_no_further_than_depth_2() -> None:
    rows, at = additive(2400)

    found, _ = climbed(rows, at, (1, 2, 3), replace(QUICK, most_rounds=120))

    assert found.chosen.depth <= 2


def test_a_truth_of_two_columns_together_is_not_taken_for_additive() -> None:
    values = np.random.default_rng(1).normal(size=(2400, 3))
    rows, at = dated(values, 4 * np.sign(values[:, 0] * values[:, 1]))

    found, _ = climbed(rows, at, (1, 2, 3), replace(QUICK, most_rounds=120))

    assert found.chosen.depth >= 2


# --- the final fit -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("learnt_from", "rounds"), [(800.0, 20), (500.0, 32), (100.0, 30), (2000.0, 20)]
)
def test_rounds_grow_with_the_rows_but_not_without_end(
    learnt_from: float, rounds: int
) -> None:
    # 800 rows: as many as the folds learnt from, 1.6 times, 8 times, and fewer. Growth
    # ends at one and a half: 30 of 20 rounds.
    rows, _ = additive(800)
    rung = Rung(1, 20, 0.5, 0.0, 0.0)

    booster = fit_final(rows, Ladder((rung,), rung, np.empty(0), learnt_from), QUICK)

    assert booster.current_iteration() == min(rounds, 30)


def test_the_final_fit_knows_what_the_ladder_chose() -> None:
    rows, at = additive(1200)
    found, blocks = climbed(rows, at)

    booster = fit_final(rows.take(blocks.before), found, QUICK)

    told = margins(booster, rows.encoded[blocks.test])
    outcome = rows.outcome[blocks.test]
    assert told[outcome == 1].mean() > told[outcome == 0].mean() + 0.5
    assert booster.trees_to_dataframe()["node_depth"].max() <= found.chosen.depth + 1


# --- thinning ------------------------------------------------------------------------

KEYS = np.array([f"l{i}@0" for i in range(100)])


def test_few_enough_rows_are_left_alone() -> None:
    rows = np.array([5, 3, 8])

    assert thinned(rows, KEYS, 3).tolist() == [5, 3, 8]


def test_thinning_draws_the_same_rows_on_every_machine() -> None:
    assert thinned(np.arange(100), KEYS, 6).tolist() == [6, 22, 35, 56, 74, 94]


@settings(deadline=None)
@given(st.permutations(range(30)), st.integers(1, 29))
def test_thinning_looks_at_keys_and_not_at_places(order: list[int], most: int) -> None:
    plain = thinned(np.arange(30), KEYS, most)
    shuffled = np.array(order)

    found = shuffled[thinned(np.arange(30), KEYS[shuffled], most)]

    assert sorted(KEYS[found]) == sorted(KEYS[plain])


@settings(deadline=None)
@given(st.integers(1, 98))
def test_a_thinner_drawing_is_part_of_a_fuller_one(most: int) -> None:
    fewer = thinned(np.arange(100), KEYS, most)
    more = thinned(np.arange(100), KEYS, most + 1)

    assert set(fewer) < set(more)
    assert len(fewer) == most


def test_a_fold_learns_from_as_many_rows_as_allowed_and_all_its_rows_have_margins() -> (
    None
):
    found, blocks = climbed(*additive(1200), depths=(1,), most_rows=150)

    judged = np.concatenate([fold.judged for fold in blocks.folds])
    assert found.learnt_from == 150
    assert np.flatnonzero(~np.isnan(found.margin)).tolist() == judged.tolist()
