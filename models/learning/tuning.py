"""The tuning: whether any other recipe would have foretold later outcomes better.

Each recipe is fitted before the ladder's folds and judged on them, as a rung is. The
best of many looks better than it is, so that it is taken only where it beats the rung
that the ladder chose by more than one standard error of the paired difference. The test
block takes no part.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

import numpy as np

from .conversion import Learnable, Recipe
from .ladder import Ladder, paired
from .rounds import Course, fold_weights, run_course
from .splits import Fold


class Trial(Protocol):
    """What a search asks a recipe's numbers of; an Optuna trial is one."""

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        """Return a whole number between two."""

    def suggest_float(
        self, name: str, low: float, high: float, *, log: bool = False
    ) -> float:
        """Return a number between two."""


@dataclass(frozen=True)
class Tuned:
    """The best recipe that was found, beside the ladder's.

    Attributes
    ----------
    depth : int
    recipe : Recipe
    loss, ladder_loss : float
        Mean log loss over the folds, after the best intercept in each.
    difference, standard_error : float
        Loss less that of the ladder's rung, paired, with the error reckoned by group.
    """

    depth: int
    recipe: Recipe
    loss: float
    ladder_loss: float
    difference: float
    standard_error: float

    @property
    def is_taken(self) -> bool:
        """Whether it beats the ladder by more than one standard error."""
        return self.difference < -self.standard_error

    def to_dict(self) -> dict[str, Any]:
        """Everything by name."""
        return {**asdict(self), "is_taken": self.is_taken}


def suggested(trial: Trial, recipe: Recipe) -> tuple[int, Recipe]:
    """Return the depth and the recipe that a trial stands for.

    Parameters
    ----------
    recipe : Recipe
        Gives what is not searched: seed, threads, the most rounds.
    """
    depth = trial.suggest_int("depth", 1, 8)
    return depth, replace(
        recipe,
        learning_rate=trial.suggest_float("learning_rate", 0.02, 0.2, log=True),
        leaf_rows=trial.suggest_int("leaf_rows", 10, 200, log=True),
        column_share=trial.suggest_float("column_share", 0.2, 1.0),
        row_share=trial.suggest_float("row_share", 0.5, 1.0),
        l2=trial.suggest_float("l2", 0.1, 100.0, log=True),
    )


def objective(
    rows: Learnable, folds: Sequence[Fold], recipe: Recipe
) -> Callable[[Trial], float]:
    """Return the function that a search makes small: from a trial to its loss."""

    def loss(trial: Trial) -> float:
        depth, other = suggested(trial, recipe)
        return _loss(run_course(rows, folds, other, depth=depth), folds)

    return loss


def beside(
    rows: Learnable,
    folds: Sequence[Fold],
    ladder: Ladder,
    depth: int,
    recipe: Recipe,
) -> Tuned:
    """Put a recipe beside the rung that the ladder chose, on the same rows."""
    course = run_course(rows, folds, recipe, depth=depth)
    difference, error = paired(course.losses - ladder.course.losses, rows, folds)
    return Tuned(
        depth,
        recipe,
        _loss(course, folds),
        _loss(ladder.course, folds),
        difference,
        error,
    )


def _loss(course: Course, folds: Sequence[Fold]) -> float:
    return float(np.average(course.losses, weights=fold_weights(folds)))
