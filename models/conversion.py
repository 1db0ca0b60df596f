"""The booster: gradient-boosted trees, regularised, held to their declared directions.

Why so strongly regularised: on real lead data in the order of time, boosting out of the
box loses to plain additive models; held back, it is level with or ahead of every peer.
Why no deeper than ten: explanations stay exact and fast.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt
from lightgbm.callback import CallbackEnv, EarlyStopException
from scipy.special import expit

from .points import Floats

Rows = npt.NDArray[np.intp]

_LEAVES = 31  # where the depth allows more
_PATIENCE = 40  # a fit is ended when for so many rounds …
_LOST = 1.02  # … there was no gain, and the loss is this far above its least,
_STILL = 2e-4  # or when the loss has moved by less than this share of itself


@dataclass(frozen=True)
class Recipe:
    """How a booster is fitted.

    Attributes
    ----------
    learning_rate : float
    most_rounds : int
    seed : int
    threads : int
        0 for all cores.
    """

    learning_rate: float = 0.1
    most_rounds: int = 500
    seed: int = 0
    threads: int = 0

    def parameters(self, depth: int, directions: tuple[int, ...]) -> dict[str, Any]:
        """LightGBM's parameters for trees of a depth."""
        return {
            "objective": "binary",
            "learning_rate": self.learning_rate,
            "max_depth": depth,
            "num_leaves": min(2**depth, _LEAVES),
            "min_data_in_leaf": 40,
            "feature_fraction": 0.5,
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
            "lambda_l2": 5.0,
            "cat_l2": 30.0,
            "monotone_constraints": list(directions) if any(directions) else None,
            "seed": self.seed,
            "num_threads": self.threads,
            "deterministic": True,
            "force_col_wise": True,
            "feature_pre_filter": False,
            "verbosity": -1,
        }


@dataclass(frozen=True, eq=False)
class Learnable:
    """Encoded snapshots with known outcomes.

    Attributes
    ----------
    encoded : ndarray of shape (n, p)
        As :func:`models.served.encode` gives them.
    outcome : ndarray of shape (n,)
        0 or 1.
    group : ndarray of shape (n,)
        Kept whole in resampling.
    categorical : tuple of int
        The columns that hold category codes.
    directions : tuple of int
        Per column: 1 may only raise, -1 may only lower, 0 is free.
    """

    encoded: Floats
    outcome: Floats
    group: npt.NDArray[np.object_]
    categorical: tuple[int, ...] = ()
    directions: tuple[int, ...] = ()

    def take(self, rows: Rows) -> Learnable:
        """Return some of the rows."""
        return replace(
            self,
            encoded=self.encoded[rows],
            outcome=self.outcome[rows],
            group=self.group[rows],
        )


def fit_booster(
    rows: Learnable, recipe: Recipe, *, depth: int, rounds: int
) -> lightgbm.Booster:
    """Fit a booster of a given depth and number of rounds."""
    parameters = recipe.parameters(depth, rows.directions)
    return lightgbm.train(parameters, _dataset(rows), num_boost_round=rounds)


def fit_and_judge(
    rows: Learnable, later: Learnable, recipe: Recipe, *, depth: int
) -> tuple[lightgbm.Booster, Floats]:
    """Fit a booster, judging later snapshots after every round.

    Judged by log loss after the best intercept: the calibration mends a base rate that
    runs away, and a booster stopped for it would stop at nothing.

    Returns
    -------
    booster : Booster
    curve : ndarray of shape (n_rounds,)
        The mean loss after 1, 2, 3 … rounds. Short of ``most_rounds`` where the loss
        no longer moved, or had risen far above its least: it does not come back.
    """
    parameters = recipe.parameters(depth, rows.directions) | {"metric": "none"}
    curve: list[float] = []
    booster = lightgbm.train(
        parameters,
        _dataset(rows),
        num_boost_round=recipe.most_rounds,
        valid_sets=[_dataset(later)],
        feval=_intercept_free_loss(later),
        callbacks=[_stop_when_settled(curve)],
        keep_training_booster=True,
    )
    return booster, np.array(curve)


def _stop_when_settled(curve: list[float]) -> Callable[[CallbackEnv], None]:
    def after_round(env: CallbackEnv) -> None:
        found = list(env.evaluation_result_list or [])
        curve.append(float(found[0][2]))
        if _is_settled(curve):
            raise EarlyStopException(len(curve) - 1, found)

    return after_round


def _is_settled(curve: list[float]) -> bool:
    if len(curve) <= _PATIENCE:
        return False
    before, least = min(curve[:-_PATIENCE]), min(curve)
    is_lost = before == least and curve[-1] > least * _LOST
    return is_lost or abs(curve[-1] - before) < before * _STILL


def margins(
    booster: lightgbm.Booster, values: Floats, *, rounds: int | None = None
) -> Floats:
    """Raw output of the booster (of its first rounds), in log-odds; shape (n,)."""
    if not len(values):
        return np.empty(0)
    return np.asarray(
        booster.predict(values, raw_score=True, num_iteration=rounds), dtype=np.float64
    )


def intercept_free_losses(margin: Floats, rows: Learnable) -> Floats:
    """Log loss of each row after the best intercept for all of them; shape (n,)."""
    offset, mean = 0.0, float(rows.outcome.mean())
    for _ in range(6):  # Newton on a convex function: the error squares at each step
        chance = expit(margin + offset)
        slope = float(chance.mean()) - mean
        curve = float((chance * (1 - chance)).mean()) + 1e-12
        offset -= float(np.clip(slope / curve, -2, 2))
    log_odds = margin + offset
    return np.logaddexp(0, log_odds) - rows.outcome * log_odds


def _intercept_free_loss(
    later: Learnable,
) -> Callable[[Floats, lightgbm.Dataset], tuple[str, float, bool]]:
    def loss(prediction: Floats, _: lightgbm.Dataset) -> tuple[str, float, bool]:
        # LightGBM hands over probabilities, of which the log-odds are the margins.
        inside = np.clip(prediction, 1e-12, 1 - 1e-12)
        margin = np.log(inside) - np.log1p(-inside)
        losses = intercept_free_losses(margin, later)
        return (
            "intercept-free loss",
            float(losses.mean()),
            False,
        )

    return loss


def _dataset(rows: Learnable) -> lightgbm.Dataset:
    return lightgbm.Dataset(
        rows.encoded,
        label=rows.outcome,
        categorical_feature=list(rows.categorical),
        params={"verbosity": -1, "feature_pre_filter": False},
        free_raw_data=True,
    )
