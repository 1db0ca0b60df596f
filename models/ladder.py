"""The ladder of depths: which rung the data can bear, and the margins it gives.

Every rung is fitted on what was known before each rolling-origin fold and judged on the
fold. Of the rungs within one standard error of the best, the shallowest is taken: the
simplest that the data allow is also the most transparent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import lightgbm
import numpy as np
import pandas as pd

from .conversion import (
    Learnable,
    Recipe,
    Rows,
    fit_and_stop,
    fit_booster,
    intercept_free_losses,
    margins,
)
from .evidence import hashed
from .points import Floats
from .splits import Blocks, Fold, Timeline

_INNER_SHARE = 0.2  # of a training side: its newest rows, to stop early by
_LEAST_INNER_CONVERSIONS = 10
_DEFAULT_ROUNDS = 200  # where there is too little to stop early by
_MOST_SCALING = 1.5  # more rows bear more rounds, but not without end


@dataclass(frozen=True)
class Rung:
    """One depth, and what it was worth.

    Attributes
    ----------
    depth : int
    rounds : tuple of int
        One per fold.
    loss : float
        Mean log loss over the folds, after the best intercept in each.
    excess, standard_error : float
        Over the best rung's loss, paired, with the error reckoned by group.
    """

    depth: int
    rounds: tuple[int, ...]
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
    """

    rungs: tuple[Rung, ...]
    chosen: Rung
    margin: Floats


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
        A fold learns from at most this many snapshots, drawn by hash.
    progress : callable
        Told each fit in words.
    """
    sides = [thinned(f.train, _keys(timeline), most_rows) for f in blocks.folds]
    judged = rows.take(np.concatenate([fold.judged for fold in blocks.folds]))
    trials: list[_Trial] = []
    rungs: tuple[Rung, ...] = ()
    for depth in depths:
        tried = []
        for number, (side, fold) in enumerate(zip(sides, blocks.folds, strict=True)):
            progress(f"depth {depth}, fold {number + 1} of {len(sides)}")
            inner = _inner_fold(timeline, side)
            tried.append(_try(rows, timeline, inner, fold, recipe, depth))
        rounds, losses = zip(*tried, strict=True)
        trials.append(_Trial(depth, rounds, np.concatenate(losses)))
        rungs = _rungs(trials, judged)
        if all(r.excess > r.standard_error > 0 for r in rungs[-2:]) and len(rungs) > 2:
            break
    chosen = next(r for r in rungs if r.excess <= r.standard_error)
    margin = np.full(len(rows.outcome), np.nan)
    for side, fold, best in zip(sides, blocks.folds, chosen.rounds, strict=True):
        progress(f"depth {chosen.depth}: margins")
        booster = fit_booster(rows.take(side), recipe, depth=chosen.depth, rounds=best)
        margin[fold.judged] = margins(booster, rows.encoded[fold.judged])
    return Ladder(rungs, chosen, margin)


def fit_final(
    rows: Learnable, chosen: Rung, recipe: Recipe, *, learnt_from: float
) -> lightgbm.Booster:
    """Fit the chosen rung on more rows, with rounds scaled to them.

    Parameters
    ----------
    learnt_from : float
        Mean number of rows that the folds' boosters learnt from.
    """
    scaling = float(np.clip(len(rows.outcome) / learnt_from, 1, _MOST_SCALING))
    rounds = max(1, round(float(np.median(chosen.rounds)) * scaling))
    return fit_booster(rows, recipe, depth=chosen.depth, rounds=rounds)


def thinned(rows: Rows, keys: np.ndarray, most_rows: int) -> Rows:
    """Return at most ``most_rows`` of the rows, drawn by a hash of their keys."""
    if len(rows) <= most_rows:
        return rows
    order = np.argsort(hashed(keys[rows], "thin"), kind="stable")
    return np.sort(rows[order[:most_rows]])


@dataclass(frozen=True, eq=False)
class _Trial:
    """A depth, its rounds in each fold, and the loss of every judged row."""

    depth: int
    rounds: tuple[int, ...]
    losses: Floats


def _try(
    rows: Learnable,
    timeline: Timeline,
    inner: Fold,
    fold: Fold,
    recipe: Recipe,
    depth: int,
) -> tuple[int, Floats]:
    """Stop early within the training side, and judge on the fold."""
    early, late = rows.take(inner.train), rows.take(inner.judged)
    enough = min(timeline.conversions(inner.train), timeline.conversions(inner.judged))
    if enough < _LEAST_INNER_CONVERSIONS:
        booster = fit_booster(early, recipe, depth=depth, rounds=_DEFAULT_ROUNDS)
    else:
        booster = fit_and_stop(early, late, recipe, depth=depth)
    judged = rows.take(fold.judged)
    losses = intercept_free_losses(margins(booster, judged.encoded), judged)
    return booster.current_iteration(), losses


def _inner_fold(timeline: Timeline, train: Rows) -> Fold:
    """The newest rows of a training side, and what was known before them.

    Where the horizon leaves too little, all earlier rows: their outcomes, too, were
    known before the fold itself began.
    """
    if not timeline.has_order:
        is_late = hashed(timeline.group[train], "inner") / 2.0**64 < _INNER_SHARE
        return Fold(train[~is_late], train[is_late])
    border = np.quantile(timeline.instant[train], 1 - _INNER_SHARE, method="lower")
    late = train[timeline.instant[train] >= border]
    known = train[timeline.known_at[train] <= border]
    if timeline.conversions(known) >= _LEAST_INNER_CONVERSIONS:
        return Fold(known, late)
    return Fold(train[timeline.instant[train] < border], late)


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
