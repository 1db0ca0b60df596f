"""A tuned recipe is taken where it is surely better, and on the ladder's own folds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.learning.conversion import Learnable, Recipe
from models.learning.ladder import climb
from models.learning.splits import Fold
from models.learning.tuning import Tuned, beside, objective, suggested
from tests.models.small_models import learnable

QUICK = Recipe(threads=1, most_rounds=40)
FOLDS = (
    Fold(np.arange(800), np.arange(800, 1200)),
    Fold(np.arange(1200), np.arange(1200, 1600)),
)


class Middle:
    """A trial that takes the middle of everything."""

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        assert low < high
        return {"depth": 2, "leaf_rows": 40}[name]

    def suggest_float(
        self, name: str, low: float, high: float, *, log: bool = False
    ) -> float:
        return float(np.sqrt(low * high)) if log else (low + high) / 2


def rows() -> Learnable:
    random = np.random.default_rng(0)
    values = random.normal(size=(1600, 3))
    odds = values[:, 0] * 2 - 1
    chance = 1 / (1 + np.exp(-odds))
    return learnable(values, (random.random(1600) < chance).astype(np.float64))


def test_a_trial_changes_what_is_searched_and_nothing_else() -> None:
    depth, recipe = suggested(Middle(), replace(QUICK, seed=7))

    assert depth == 2
    assert (recipe.column_share, recipe.row_share) == (0.6, 0.75)
    assert recipe.l2 == pytest.approx(10**0.5)
    assert (recipe.seed, recipe.threads, recipe.most_rounds) == (7, 1, 40)


def test_the_loss_of_a_trial_is_that_of_its_recipe_beside_the_ladder() -> None:
    data = rows()
    ladder = climb(data, FOLDS, QUICK, depths=(1,))

    found = beside(data, FOLDS, ladder, *suggested(Middle(), QUICK))

    assert objective(data, FOLDS, QUICK)(Middle()) == found.loss
    assert found.difference == pytest.approx(found.loss - found.ladder_loss)


def test_the_ladder_s_own_rung_is_no_better_than_itself() -> None:
    data = rows()
    ladder = climb(data, FOLDS, QUICK, depths=(1,))

    found = beside(data, FOLDS, ladder, 1, QUICK)

    assert (found.difference, found.standard_error) == (0.0, 0.0)
    assert not found.is_taken


def test_a_ladder_that_learns_too_slowly_is_beaten() -> None:
    data = rows()
    slow = climb(data, FOLDS, replace(QUICK, learning_rate=0.002), depths=(1,))

    found = beside(data, FOLDS, slow, 1, QUICK)

    assert found.is_taken


@pytest.mark.parametrize(("difference", "taken"), [(-0.011, True), (-0.009, False)])
def test_a_recipe_is_taken_beyond_one_standard_error(
    difference: float, taken: bool
) -> None:
    assert Tuned(2, QUICK, 0.4, 0.41, difference, 0.01).is_taken is taken
