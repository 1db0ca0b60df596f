"""The rounds: how many trees are enough, seen on later rows than those learnt from.

Why one number of rounds for all folds: stopped one by one, under drift, some folds stop
at their first round (an intercept is all that carries over from one week to the next)
and the median of such stops is next to no model. Together they say how much of what is
learnt today will still be true tomorrow.

Why later folds weigh more: they learn from more rows, and are nearest to use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import lightgbm
import numpy as np
from lightgbm.callback import CallbackEnv, EarlyStopException
from scipy.special import expit

from ..points import Floats
from .conversion import Learnable, Recipe, dataset, margins
from .splits import Fold

_PATIENCE = 40  # a fit is ended when for so many rounds …
_LOST = 1.02  # … there was no gain, and the loss is this far above its least,
_STILL = 2e-4  # or when the loss has moved by less than this share of itself
_EACH, _EVERY = 20, 4  # so many first rounds are judged one by one, then every fourth


@dataclass(frozen=True, eq=False)
class Course:
    """One way to fit, at its best number of rounds, over all folds.

    Attributes
    ----------
    rounds : int
    margins : tuple of ndarray
        Of each fold's judged rows, by the booster that learnt before the fold.
    losses : ndarray of shape (n_judged,)
        Log loss of each judged row after the best intercept of its fold.
    """

    rounds: int
    margins: tuple[Floats, ...]
    losses: Floats


def run_course(
    rows: Learnable,
    folds: Sequence[Fold],
    recipe: Recipe,
    *,
    depth: int,
    memory: float | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Course:
    """Fit one way before each fold, and judge it on the fold after every round.

    Parameters
    ----------
    rows : Learnable
        Every labelled snapshot; only the folds' rows are touched.
    folds : sequence of Fold
        From old to new.
    progress : callable
        Told each fit in words.
    """
    fitted = []
    for number, fold in enumerate(folds, start=1):
        progress(f"fold {number} of {len(folds)}")
        early, late = rows.take(fold.train), rows.take(fold.judged)
        booster, curve = fit_and_judge(early, late, recipe, depth=depth, memory=memory)
        fitted.append((late, booster, curve))
    weights = list(range(1, len(folds) + 1))
    rounds = best_rounds([curve for _, _, curve in fitted], weights)
    told = [margins(b, late.encoded, rounds=rounds) for late, b, _ in fitted]
    losses = [
        intercept_free_losses(margin, late)
        for margin, (late, _, _) in zip(told, fitted, strict=True)
    ]
    return Course(rounds, tuple(told), np.concatenate(losses))


def fold_weights(folds: Sequence[Fold]) -> Floats:
    """Weight of every judged row: fold k weighs k in all, whatever its size."""
    each = [
        np.full(len(fold.judged), k / max(len(fold.judged), 1))
        for k, fold in enumerate(folds, start=1)
    ]
    return np.concatenate(each)


def best_rounds(curves: Sequence[Floats], weights: Sequence[float]) -> int:
    """Return how many rounds had the least loss over all folds together.

    Parameters
    ----------
    curves : sequence of ndarray
        The mean loss of each fold after 1, 2, 3 … rounds. A curve that was given up
        keeps its last, high value.
    weights : sequence of float
        Of each fold.

    Examples
    --------
    >>> best_rounds([np.array([0.5, 0.4, 0.3]), np.array([0.2, 0.4])], [2, 1])
    3
    >>> best_rounds([np.array([0.5, 0.4, 0.3]), np.array([0.2, 0.4])], [1, 3])
    1
    """
    longest = max(len(curve) for curve in curves)
    full = [np.pad(c, (0, longest - len(c)), mode="edge") for c in curves]
    return int(np.argmin(np.average(full, axis=0, weights=weights))) + 1


def fit_and_judge(
    rows: Learnable,
    later: Learnable,
    recipe: Recipe,
    *,
    depth: int,
    memory: float | None = None,
) -> tuple[lightgbm.Booster, Floats]:
    """Fit a booster, judging later snapshots after every round.

    Judged by log loss after the best intercept: the calibration mends a base rate that
    runs away, and a booster stopped for it would stop at nothing.

    Returns
    -------
    booster : Booster
    curve : ndarray of shape (n_rounds,)
        The mean loss after 1, 2, 3 … rounds; between every fourth, from the twentieth
        on, that of the fourth before. Short of ``most_rounds`` where the loss no longer
        moved, or had risen far above its least: it does not come back.
    """
    parameters = recipe.parameters(depth, rows.directions) | {"metric": "none"}
    curve: list[float] = []
    booster = lightgbm.train(
        parameters,
        dataset(rows, memory),
        num_boost_round=recipe.most_rounds if depth else 1,
        valid_sets=[dataset(later)],
        feval=_intercept_free_loss(later),
        callbacks=[_stop_when_settled(curve)],
        keep_training_booster=True,
    )
    return booster, np.array(curve)


def intercept_free_losses(margin: Floats, rows: Learnable) -> Floats:
    """Log loss of each row after the best intercept for all of them; shape (n,)."""
    return _losses(margin + _best_offset(margin, rows.outcome), rows.outcome)


def _best_offset(margin: Floats, outcome: Floats, start: float = 0.0) -> float:
    """Intercept that makes the mean probability the rate."""
    offset, mean = start, float(outcome.mean())
    for _ in range(6):  # Newton on a convex function: the error squares at each step
        chance = expit(margin + offset)
        slope = float(chance.mean()) - mean
        curve = float((chance * (1 - chance)).mean()) + 1e-12
        step = float(np.clip(slope / curve, -2, 2))
        offset -= step
        if abs(step) < 1e-6:
            break
    return offset


def _losses(log_odds: Floats, outcome: Floats) -> Floats:
    return np.asarray(np.logaddexp(0, log_odds) - outcome * log_odds)


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


def _intercept_free_loss(
    later: Learnable,
) -> Callable[[Floats, lightgbm.Dataset], tuple[str, float, bool]]:
    """LightGBM's question after each round, answered after every fourth later on."""
    found, asked, offset = float("nan"), 0, 0.0

    def loss(prediction: Floats, _: lightgbm.Dataset) -> tuple[str, float, bool]:
        nonlocal found, asked, offset
        asked += 1
        if asked <= _EACH or asked % _EVERY == 0:
            # LightGBM hands over probabilities, of which the log-odds are the margins.
            inside = np.clip(prediction, 1e-12, 1 - 1e-12)
            margin = np.log(inside) - np.log1p(-inside)
            offset = _best_offset(margin, later.outcome, offset)
            found = float(_losses(margin + offset, later.outcome).mean())
        return "intercept-free loss", found, False

    return loss
