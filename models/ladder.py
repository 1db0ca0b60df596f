"""The ladder of depths: which rung the data can bear, and the margins it gives.

Every rung is fitted on what was known before each rolling-origin fold and judged on the
fold, after every round. Of the rungs within one standard error of the best, the
shallowest is taken: the simplest that the data allow is also the most transparent.

The cutoff halves of the folds take part in this choice of two numbers, and in nothing
else before the cutoffs are set.

Why one number of rounds for all folds: stopped one by one, under drift, some folds stop
at their first round (an intercept is all that carries over from one week to the next)
and the median of such stops is next to no model. Together they say how much of what is
learnt today will still be true tomorrow.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from .conversion import (
    Learnable,
    Recipe,
    Rows,
    fit_and_judge,
    fit_booster,
    intercept_free_losses,
    margins,
)
from .evidence import hashed
from .points import Floats
from .splits import Blocks, Fold
from .timeline import Timeline

if TYPE_CHECKING:
    import lightgbm

_MOST_SCALING = 1.5  # more rows bear more rounds, but not without end


@dataclass(frozen=True)
class Rung:
    """One depth at its best number of rounds, and what it was worth.

    Attributes
    ----------
    depth, rounds : int
        The rounds that were best over all folds together.
    loss : float
        Mean log loss over the folds, after the best intercept in each.
    excess, standard_error : float
        Over the best rung's loss, paired, with the error reckoned by group.
    """

    depth: int
    rounds: int
    loss: float
    excess: float
    standard_error: float


@dataclass(frozen=True, eq=False)
class Ladder:
    """The rung that was chosen, the others, and the margins of the folds.

    Attributes
    ----------
    rungs : tuple of Rung
    chosen : Rung
    margin : ndarray of shape (n,)
        From boosters that had not seen the row; NaN where there is none.
    learnt_from : float
        Mean number of rows that the folds' boosters learnt from.
    """

    rungs: tuple[Rung, ...]
    chosen: Rung
    margin: Floats
    learnt_from: float


def climb(
    rows: Learnable,
    timeline: Timeline,
    blocks: Blocks,
    recipe: Recipe,
    *,
    depths: tuple[int, ...],
    most_rows: int,
    progress: Callable[[str], None] = lambda _: None,
) -> Ladder:
    """Climb the ladder and choose a rung.

    The climb ends early where two rungs in a row are worse than the best by more than
    one standard error: deeper ones have not been seen to come back.

    Parameters
    ----------
    rows : Learnable
        Every labelled snapshot; only rows before the test block are touched.
    depths : tuple of int
        From shallow to deep.
    most_rows : int
        A fold learns from at most this many snapshots, and is judged by at most half
        as many, drawn by hash.
    progress : callable
        Told each fit in words.
    """
    folds = _thin_folds(timeline, blocks, most_rows)
    judged = rows.take(np.concatenate([fold.judged for fold in folds]))
    trials: list[_Trial] = []
    rungs: tuple[Rung, ...] = ()
    for depth in depths:
        fitted = []
        for number, fold in enumerate(folds, start=1):
            progress(f"depth {depth}, fold {number} of {len(folds)}")
            early, late = rows.take(fold.train), rows.take(fold.judged)
            fitted.append((late, *fit_and_judge(early, late, recipe, depth=depth)))
        trials.append(_trial(depth, fitted))
        rungs = _rungs(trials, judged)
        if len(rungs) > 2 and all(r.excess > r.standard_error for r in rungs[-2:]):
            break
    place = next(i for i, r in enumerate(rungs) if r.excess <= r.standard_error)
    margin = np.full(len(rows.outcome), np.nan)
    for whole, booster in zip(blocks.folds, trials[place].boosters, strict=True):
        encoded = rows.encoded[whole.judged]
        margin[whole.judged] = margins(booster, encoded, rounds=rungs[place].rounds)
    learnt_from = float(np.mean([len(fold.train) for fold in folds]))
    return Ladder(rungs, rungs[place], margin, learnt_from)


def fit_final(rows: Learnable, ladder: Ladder, recipe: Recipe) -> lightgbm.Booster:
    """Fit the chosen rung on more rows, with rounds scaled to them."""
    more = len(rows.outcome) / ladder.learnt_from
    rounds = round(ladder.chosen.rounds * float(np.clip(more, 1, _MOST_SCALING)))
    return fit_booster(rows, recipe, depth=ladder.chosen.depth, rounds=rounds)


def thinned(rows: Rows, keys: np.ndarray, most_rows: int) -> Rows:
    """Return at most ``most_rows`` of the rows, drawn by a hash of their keys."""
    if len(rows) <= most_rows:
        return rows
    order = np.argsort(hashed(keys[rows], "thin"), kind="stable")
    return np.sort(rows[order[:most_rows]])


@dataclass(frozen=True, eq=False)
class _Trial:
    """A depth at its best rounds: the booster of each fold, and every row's loss."""

    depth: int
    rounds: int
    boosters: tuple[lightgbm.Booster, ...]
    losses: Floats


def _trial(
    depth: int, fitted: list[tuple[Learnable, lightgbm.Booster, Floats]]
) -> _Trial:
    sizes = [len(late.outcome) for late, _, _ in fitted]
    rounds = best_rounds([curve for _, _, curve in fitted], sizes)
    losses = [
        intercept_free_losses(margins(booster, late.encoded, rounds=rounds), late)
        for late, booster, _ in fitted
    ]
    boosters = tuple(booster for _, booster, _ in fitted)
    return _Trial(depth, rounds, boosters, np.concatenate(losses))


def best_rounds(curves: list[Floats], sizes: list[int]) -> int:
    """Return how many rounds had the least loss over all folds together.

    Parameters
    ----------
    curves : list of ndarray
        The mean loss of each fold after 1, 2, 3 … rounds. A curve that was given up
        keeps its last, high value.
    sizes : list of int
        Rows of each fold.

    Examples
    --------
    >>> best_rounds([np.array([0.5, 0.4, 0.3]), np.array([0.2, 0.4])], [2, 1])
    3
    >>> best_rounds([np.array([0.5, 0.4, 0.3]), np.array([0.2, 0.4])], [1, 3])
    1
    """
    longest = max(len(curve) for curve in curves)
    full = [np.pad(c, (0, longest - len(c)), mode="edge") for c in curves]
    return int(np.argmin(np.average(full, axis=0, weights=sizes))) + 1


def _thin_folds(timeline: Timeline, blocks: Blocks, most_rows: int) -> tuple[Fold, ...]:
    keys = _keys(timeline)
    return tuple(
        Fold(thinned(f.train, keys, most_rows), thinned(f.judged, keys, most_rows // 2))
        for f in blocks.folds
    )


def _keys(timeline: Timeline) -> np.ndarray:
    return np.char.add(
        timeline.lead.astype(str), np.char.add("@", timeline.instant.astype(str))
    )


def _rungs(trials: list[_Trial], judged: Learnable) -> tuple[Rung, ...]:
    mean = [float(t.losses.mean()) for t in trials]
    best = trials[int(np.argmin(mean))]
    rungs = []
    for trial, loss in zip(trials, mean, strict=True):
        excess, error = _paired(trial.losses - best.losses, judged)
        rungs.append(Rung(trial.depth, trial.rounds, loss, excess, error))
    return tuple(rungs)


def _paired(difference: Floats, judged: Learnable) -> tuple[float, float]:
    """Mean of a difference, and its standard error by group."""
    mean = float(difference.mean())
    deviation = difference - mean
    by_group = pd.Series(deviation).groupby(pd.factorize(judged.group)[0]).sum()
    error = float(np.sqrt((by_group**2).sum()) / len(difference))
    return mean, error
