"""The booster: repeatable, held to its directions, and judged after its intercept."""

from __future__ import annotations

import math
from functools import cache

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.learning.conversion import Learnable, Recipe, fit_booster, margins
from models.learning.rounds import fit_and_judge, intercept_free_losses
from models.points import Floats
from tests.models.small_models import RECIPE, learnable, mixed_booster, mixed_rows


def noisy(n: int = 1000, seed: int = 0, **more: object) -> Learnable:
    """Three numbers, of which the first raises and the second lowers the odds."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(n, 3))
    odds = 2 * values[:, 0] - values[:, 1] + np.sin(9 * values[:, 2])
    outcome = (odds + random.logistic(size=n) > 0).astype(float)
    return learnable(values, outcome, **more)  # type: ignore[arg-type]


def fit(rows: Learnable, recipe: Recipe = RECIPE) -> lightgbm.Booster:
    """A booster of twenty rounds."""
    return fit_booster(rows, recipe, depth=3, rounds=20)


def trees(booster: lightgbm.Booster) -> str:
    """The model's text without the parameters that are written below it."""
    return str(booster.model_to_string()).split("end of trees")[0]


# --- repeatable ----------------------------------------------------------------------


def test_the_same_seed_gives_the_same_model_text() -> None:
    first, second = fit(noisy()), fit(noisy())

    assert first.model_to_string() == second.model_to_string()


def test_another_seed_gives_another_model() -> None:
    other = Recipe(seed=1, threads=1)

    assert trees(fit(noisy())) != trees(fit(noisy(), other))


def test_the_number_of_threads_makes_no_difference() -> None:
    assert trees(fit(noisy())) == trees(fit(noisy(), Recipe(threads=2)))


def test_shuffled_rows_give_another_bag_and_nearly_the_same_margins() -> None:
    # Rows are drawn into a round's bag by their place, so the order matters a little:
    # the spine has one order, whatever the order of the sources.
    rows = noisy(2000)
    shuffled = rows.take(np.random.default_rng(5).permutation(2000))
    first = margins(fit(rows), rows.encoded)
    second = margins(fit(shuffled), rows.encoded)

    assert np.corrcoef(first, second)[0, 1] > 0.98
    assert np.abs(first - second).mean() < 0.2


def test_a_row_s_margin_does_not_depend_on_its_company() -> None:
    values = mixed_rows(50, seed=4)

    together = margins(mixed_booster(), values)
    alone = [float(margins(mixed_booster(), values[[i]])[0]) for i in range(50)]

    assert together.tolist() == alone


def test_no_rows_have_no_margins() -> None:
    assert margins(mixed_booster(), np.empty((0, 4))).shape == (0,)


def test_margins_of_the_first_rounds_are_those_of_a_shorter_booster() -> None:
    rows = noisy()
    short = fit_booster(rows, RECIPE, depth=3, rounds=7)

    np.testing.assert_array_equal(
        margins(fit(rows), rows.encoded, rounds=7), margins(short, rows.encoded)
    )


# --- held to its directions ----------------------------------------------------------


@cache
def directed(first: int, second: int) -> lightgbm.Booster:
    """A booster held to directions; in truth they are 1 and -1."""
    rows = noisy(1500, directions=(first, second, 0))
    return fit_booster(rows, RECIPE, depth=4, rounds=60)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(-3, 3), min_size=3, max_size=3),
    st.floats(-4, 4),
    st.sampled_from([(0, 1), (1, -1)]),
)
def test_a_column_with_a_direction_never_moves_the_margin_the_other_way(
    row: list[float], other: float, column: tuple[int, int]
) -> None:
    place, direction = column
    low, high = np.array(row), np.array(row)
    low[place], high[place] = sorted((row[place], other))

    below, above = margins(directed(1, -1), np.array([low, high]))

    assert direction * (above - below) >= 0


def test_a_column_without_a_direction_is_free() -> None:
    line = np.zeros((100, 3))
    line[:, 2] = np.linspace(-2, 2, 100)

    steps = np.diff(margins(directed(1, -1), line))

    assert steps.min() < 0 < steps.max()


def test_a_direction_against_the_truth_leaves_a_column_unused() -> None:
    importance = directed(-1, 1).feature_importance("split")

    assert importance[0] == 0
    assert importance[2] > 0


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_no_tree_is_deeper_than_was_asked(depth: int) -> None:
    booster = fit_booster(noisy(), RECIPE, depth=depth, rounds=10)

    frame = booster.trees_to_dataframe()
    assert frame["node_depth"].max() == depth + 1  # the root is counted as 1


# --- judged after its intercept ------------------------------------------------------


def judged(outcome: list[float]) -> Learnable:
    """Rows of which only the outcome matters."""
    return learnable(np.zeros((len(outcome), 1)), np.array(outcome))


@pytest.mark.parametrize("margin", [-3.0, 0.0, 0.5, 4.0])
def test_equal_margins_lose_what_their_rate_loses(margin: float) -> None:
    # The best intercept makes every probability 1/4, whatever the margin was.
    losses = intercept_free_losses(np.full(4, margin), judged([1, 0, 0, 0]))

    assert losses.tolist() == pytest.approx([math.log(4)] + 3 * [math.log(4 / 3)])


def test_margins_that_are_right_but_for_the_intercept_are_judged_as_right() -> None:
    # Five rows at 1/5 and five at 4/5, all of them one too high in log-odds.
    right = np.array([-math.log(4)] * 5 + [math.log(4)] * 5)
    outcome = [1.0, 0, 0, 0, 0, 1, 1, 1, 1, 0]

    losses = intercept_free_losses(right + 1, judged(outcome))

    likely, unlikely = math.log(5 / 4), math.log(5)
    assert losses.tolist() == pytest.approx(
        [unlikely, *[likely] * 4, *[likely] * 4, unlikely]
    )


@settings(deadline=None)
@given(st.integers(0, 1000), st.floats(-3, 3), st.floats(0, 2), st.floats(0.05, 0.95))
def test_no_other_intercept_loses_less(
    seed: int, level: float, spread: float, rate: float
) -> None:
    random = np.random.default_rng(seed)
    margin = random.normal(level, spread, 200)
    outcome = (np.arange(200) < 200 * rate).astype(float)

    loss = float(intercept_free_losses(margin, judged(list(outcome))).mean())

    for other in np.linspace(-8, 8, 33):
        odds = margin + other
        tried = np.logaddexp(0, odds) - outcome * odds
        assert loss <= float(tried.mean()) + 1e-6


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_rows_that_all_ended_alike_have_finite_losses(outcome: float) -> None:
    losses = intercept_free_losses(np.array([-1.0, 0.0, 2.0]), judged([outcome] * 3))

    assert np.isfinite(losses).all()
    assert (losses >= 0).all()


def test_the_curve_is_the_loss_after_each_round() -> None:
    rows, later = noisy(600), noisy(300, seed=1)
    recipe = Recipe(threads=1, most_rounds=12)

    booster, curve = fit_and_judge(rows, later, recipe, depth=2)

    for round_ in (1, 5, 12):
        margin = margins(booster, later.encoded, rounds=round_)
        loss = intercept_free_losses(margin, later).mean()
        assert curve[round_ - 1] == pytest.approx(loss, abs=1e-9)
    assert len(curve) == 12


def test_a_base_rate_that_runs_away_does_not_stop_the_fit() -> None:
    rows = noisy(1000)
    later = noisy(1000, seed=1)
    rare = later.take(
        np.flatnonzero((later.outcome == 0) | (np.arange(1000) % 10 == 0))
    )

    _, curve = fit_and_judge(rows, rare, Recipe(threads=1, most_rounds=40), depth=2)

    assert rows.outcome.mean() > 0.4
    assert rare.outcome.mean() < 0.15
    assert np.argmin(curve) >= 15


def test_a_fit_that_has_lost_its_way_is_given_up() -> None:
    # What was learnt is turned round later on, so every round makes it worse.
    rows, later = noisy(1000), noisy(1000, seed=1)
    turned = learnable(later.encoded, 1 - later.outcome)

    _, curve = fit_and_judge(rows, turned, Recipe(threads=1, most_rounds=500), depth=2)

    assert len(curve) < 60
    assert curve[-1] > 1.02 * curve.min()


# --- what may be missing -------------------------------------------------------------


def test_categories_and_gaps_are_learnt_from() -> None:
    random = np.random.default_rng(0)
    code = np.where(random.random(2000) < 0.3, np.nan, random.integers(0, 4, 2000))
    odds: Floats = np.select([np.isnan(code), code == 2], [1.5, 2.5], -2.0)
    outcome = (odds + random.logistic(size=2000) > 0).astype(float)
    rows = learnable(code[:, None], outcome, categorical=(0,))

    booster = fit_booster(rows, RECIPE, depth=3, rounds=40)
    missing, one, two = margins(booster, np.array([[np.nan], [1.0], [2.0]]))

    assert one < -1
    assert missing > 0.5
    assert two > 0.5
