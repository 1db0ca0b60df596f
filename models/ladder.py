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
    best_rounds,
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
    judged = np.concatenate([fold.judged for fold in blocks.folds])
    found = {
        depth: _margins_of(rows, timeline, blocks, recipe, depth, most_rows, progress)
        for depth in depths
    }
    losses = {d: _losses(margin, rows, blocks) for d, (margin, _) in found.items()}
    rungs = _rungs(found, losses, rows.take(judged))
    chosen = next(r for r in rungs if r.excess <= r.standard_error)
    return Ladder(rungs, chosen, found[chosen.depth][0])


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


def _margins_of(
    rows: Learnable,
    timeline: Timeline,
    blocks: Blocks,
    recipe: Recipe,
    depth: int,
    most_rows: int,
    progress: Callable[[str], None],
) -> tuple[Floats, tuple[int, ...]]:
    margin = np.full(len(rows.outcome), np.nan)
    all_rounds = []
    for number, fold in enumerate(blocks.folds, start=1):
        progress(f"depth {depth}, fold {number} of {len(blocks.folds)}")
        train = thinned(fold.train, _keys(timeline), most_rows)
        rounds = _rounds(rows, timeline, train, recipe, depth)
        booster = fit_booster(rows.take(train), recipe, depth=depth, rounds=rounds)
        margin[fold.judged] = margins(booster, rows.encoded[fold.judged])
        all_rounds.append(rounds)
    return margin, tuple(all_rounds)


def _rounds(
    rows: Learnable, timeline: Timeline, train: Rows, recipe: Recipe, depth: int
) -> int:
    inner = _inner_fold(timeline, train)
    enough = min(timeline.conversions(inner.train), timeline.conversions(inner.judged))
    if enough < _LEAST_INNER_CONVERSIONS:
        return _DEFAULT_ROUNDS
    early, late = rows.take(inner.train), rows.take(inner.judged)
    return best_rounds(early, late, recipe, depth=depth)


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


def _losses(margin: Floats, rows: Learnable, blocks: Blocks) -> Floats:
    """Of the judged rows, fold after fold."""
    return np.concatenate(
        [
            intercept_free_losses(margin[f.judged], rows.take(f.judged))
            for f in blocks.folds
        ]
    )


def _rungs(
    found: dict[int, tuple[Floats, tuple[int, ...]]],
    losses: dict[int, Floats],
    judged: Learnable,
) -> tuple[Rung, ...]:
    mean = {d: float(np.average(v, weights=judged.weight)) for d, v in losses.items()}
    best = min(mean, key=lambda depth: mean[depth])
    rungs = []
    for depth, (_, rounds) in found.items():
        excess, error = _paired(losses[depth] - losses[best], judged)
        rungs.append(Rung(depth, rounds, mean[depth], excess, error))
    return tuple(rungs)


def _paired(difference: Floats, judged: Learnable) -> tuple[float, float]:
    """Weighted mean of a difference, and its standard error by group."""
    mean = float(np.average(difference, weights=judged.weight))
    deviation = judged.weight * (difference - mean)
    by_group = pd.Series(deviation).groupby(pd.factorize(judged.group)[0]).sum()
    error = float(np.sqrt((by_group**2).sum()) / judged.weight.sum())
    return mean, error
