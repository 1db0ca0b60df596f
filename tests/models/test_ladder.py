"""The ladder takes the simplest rung that will do, and nobody judges what they saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from models.learning import ladder
from models.learning.conversion import Learnable, Recipe
from models.learning.ladder import Ladder, climb, cost_of_directions
from models.learning.rounds import Course, best_rounds, fold_weights
from models.learning.splits import Fold, SplitRule, divide
from models.learning.timeline import Timeline
from models.points import Floats
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
) -> tuple[Ladder, tuple[Fold, ...]]:
    """The ladder of some rows, and the folds that it was climbed on."""
    folds = divide(at, RULE).folds
    return climb(rows, folds, recipe, depths=depths), folds


def losing(
    monkeypatch: pytest.MonkeyPatch, losses: dict[int, list[float]]
) -> list[int]:
    """Stub the fits: each depth loses what is given. Returns the depths tried."""
    tried: list[int] = []

    def run(
        _: Learnable, folds: Sequence[Fold], __: Recipe, *, depth: int, **___: object
    ) -> Course:
        tried.append(depth)
        margins = tuple(np.full(len(fold.judged), float(depth)) for fold in folds)
        return Course(7, margins, np.array(losses[depth]))

    monkeypatch.setattr(ladder, "run_course", run)
    return tried


def four(groups: str = "wxyz", depths: tuple[int, ...] = (1, 2, 3)) -> Ladder:
    """A ladder over one fold of four judged rows, of the groups given."""
    names = ["a", "b", *groups]
    rows = learnable(np.arange(6.0)[:, None], np.array([0.0, 1, 0, 1, 0, 1]), names)
    folds = (Fold(np.array([0, 1]), np.array([2, 3, 4, 5])),)
    return climb(rows, folds, QUICK, depths=depths)


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


def test_the_course_is_that_of_the_rung_that_was_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    losing(monkeypatch, {1: [0.5, 0.5, 0.5, 0.5], 2: [0.4, 0.5, 0.4, 0.5]})

    (margin,) = four(depths=(1, 2)).course.margins

    assert margin.tolist() == [2.0] * 4


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


def test_fold_k_weighs_k_whatever_its_size() -> None:
    folds = [Fold(np.arange(9), np.arange(2)), Fold(np.arange(9), np.arange(4))]

    assert fold_weights(folds).tolist() == [0.5, 0.5, 0.5, 0.5, 0.5, 0.5]


# --- who judges whom -----------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_fold_s_booster_learns_no_outcome_outside_its_training_side(
    number: int,
) -> None:
    rows, at = additive(1200)
    once = Recipe(threads=1, most_rounds=1)  # so that no outcome can choose the rounds
    found, folds = climbed(rows, at, (2,), once)
    turned = 1 - rows.outcome
    turned[folds[number].train] = rows.outcome[folds[number].train]

    other = climb(replace(rows, outcome=turned), folds, once, depths=(2,))

    told, again = found.course.margins[number], other.course.margins[number]
    assert told.tolist() == again.tolist()


def test_a_value_that_betrays_the_outcome_in_judged_rows_alone_betrays_nothing() -> (
    None
):
    rows, at = additive(1200)
    folds = divide(at, RULE).folds
    last = folds[-1]
    planted = np.zeros(1200)
    planted[last.judged] = 2 * rows.outcome[last.judged] - 1

    seen = replace(rows, encoded=np.column_stack([rows.encoded, planted]))
    blank = replace(rows, encoded=np.column_stack([rows.encoded, np.zeros(1200)]))
    told = climb(seen, folds, QUICK, depths=(2,)).course.margins[-1]
    plain = climb(blank, folds, QUICK, depths=(2,)).course.margins[-1]

    assert told.tolist() == plain.tolist()


def test_the_test_block_makes_no_difference() -> None:
    rows, at = additive(1200)
    blocks = divide(at, RULE)
    changed, encoded = rows.outcome.copy(), rows.encoded.copy()
    changed[blocks.test] = 1 - changed[blocks.test]
    encoded[blocks.test] = 99.0
    other = replace(rows, outcome=changed, encoded=encoded)

    told, again = (
        climb(each, blocks.folds, QUICK, depths=(1, 2)) for each in (rows, other)
    )

    assert again.rungs == told.rungs


def test_the_same_rows_climb_to_the_same_rung() -> None:
    assert climbed(*additive(800))[0].rungs == climbed(*additive(800))[0].rungs


def test_each_fit_is_told_in_words() -> None:
    rows, at = additive(800)
    said: list[str] = []
    folds = divide(at, RULE).folds

    climb(rows, folds, replace(QUICK, most_rounds=2), depths=(1,), progress=said.append)

    assert said == [f"depth 1, fold {k} of 3" for k in (1, 2, 3)]


# --- truth recovery ------------------------------------------------------------------


def test_an_additive_truth_is_climbed_no_further_than_depth_2() -> None:
    rows, at = additive(2400)

    found, _ = climbed(rows, at, (0, 1, 2, 3), replace(QUICK, most_rounds=120))

    assert found.chosen.depth <= 2


def test_a_truth_of_two_columns_together_is_not_taken_for_additive() -> None:
    values = np.random.default_rng(1).normal(size=(2400, 3))
    rows, at = dated(values, 4 * np.sign(values[:, 0] * values[:, 1]))

    found, _ = climbed(rows, at, (0, 1, 2, 3), replace(QUICK, most_rounds=120))

    assert found.chosen.depth >= 2


def test_where_nothing_tells_the_outcomes_apart_everybody_gets_the_rate() -> None:
    values = np.random.default_rng(3).normal(size=(1600, 3))
    rows, at = dated(values, np.full(1600, -0.5), seed=4)

    found, folds = climbed(rows, at, (0, 1, 2))

    assert found.chosen.depth == 0
    margin = found.course.margins[0]
    rate = rows.outcome[folds[0].train].mean()
    assert margin == pytest.approx(np.full(len(margin), np.log(rate / (1 - rate))))


def test_a_direction_against_the_truth_has_its_cost_said() -> None:
    rows, at = additive(1600)
    with_, against = (
        replace(rows, directions=each) for each in ((1, -1, 1), (-1, 0, 0))
    )
    folds = divide(at, RULE).folds

    costs = []
    for each in (with_, against):
        found = climb(each, folds, QUICK, depths=(1,))
        costs.append(cost_of_directions(each, folds, QUICK, found))

    assert costs[0] is not None
    assert costs[1] is not None
    assert abs(costs[0][0]) < 0.01
    assert costs[1][0] > 0.05
    assert costs[1][0] > 3 * costs[1][1]
    free = climb(rows, folds, QUICK, depths=(1,))
    assert cost_of_directions(rows, folds, QUICK, free) is None
