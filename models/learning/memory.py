"""The memory: how fast the past is forgotten, chosen as the scorer is in use.

Where the base rate or the market runs away, old leads teach what is no longer true;
where nothing drifts, forgetting them is a loss. Each half-life is tried on the ladder's
folds at the depth that was chosen, and so is the mean of several boosters that remember
differently: a hedge, since what drifts tomorrow has not been seen yet.

Why judged by the plain loss, where depth and rounds are judged after the best
intercept: how fresh the level is, is what a short memory is for. The mean takes no part
where there is one fold only: it cannot be seen there whether a drift will go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..points import Floats
from .conversion import Learnable, Recipe
from .ladder import Ladder
from .rounds import fold_weights, run_course
from .splits import Fold

_HEDGE = 3  # boosters of the mean: the longest memories


@dataclass(frozen=True)
class Memory:
    """One way to forget, or several at once.

    Attributes
    ----------
    half_lives : tuple of (float or None)
        Shares of the history's span; None forgets nothing. One for each booster, whose
        margins are averaged.
    rounds : tuple of int
        Of each booster.
    loss : float
        Mean log loss over the folds; later folds weigh more.
    """

    half_lives: tuple[float | None, ...]
    rounds: tuple[int, ...]
    loss: float


def remember(
    rows: Learnable,
    folds: Sequence[Fold],
    recipe: Recipe,
    ladder: Ladder,
    *,
    half_lives: tuple[float, ...],
    offset: float = 0.0,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Memory, ...]:
    """Try half-lives at the depth that was chosen.

    Parameters
    ----------
    rows : Learnable
        Without ``at`` nothing is forgotten.
    folds : sequence of Fold
        Those of the ladder.
    half_lives : tuple of float
        To be tried besides none, longest first.
    offset : float
        Log-odds that the sampling of rows has taken from every margin.
    progress : callable
        Told each fit in words.

    Returns
    -------
    tuple of Memory
        Best first.
    """
    asked: list[float | None] = [None, *(half_lives if len(rows.at) else ())]
    courses = [ladder.course]
    for share in asked[1:]:

        def say(what: str, share: float | None = share) -> None:
            progress(f"half-life {share:g} of the history, {what}")

        depth = ladder.chosen.depth
        courses.append(
            run_course(rows, folds, recipe, depth=depth, memory=share, progress=say)
        )
    tried = [
        Memory((share,), (c.rounds,), _loss(rows, folds, c.margins, offset))
        for share, c in zip(asked, courses, strict=True)
    ]
    if len(tried) >= _HEDGE and len(folds) > 1:
        mixed = [
            np.mean(margins, axis=0)
            for margins in zip(*(c.margins for c in courses[:_HEDGE]), strict=True)
        ]
        rounds = tuple(c.rounds for c in courses[:_HEDGE])
        loss = _loss(rows, folds, mixed, offset)
        tried.append(Memory(tuple(asked[:_HEDGE]), rounds, loss))
    return tuple(sorted(tried, key=lambda memory: memory.loss))


def _loss(
    rows: Learnable, folds: Sequence[Fold], margins: Sequence[Floats], offset: float
) -> float:
    """Weighted mean log loss of margins as they are."""
    log_odds = np.concatenate(list(margins)) + offset
    outcome = rows.outcome[np.concatenate([fold.judged for fold in folds])]
    losses = np.logaddexp(0, log_odds) - outcome * log_odds
    return float(np.average(losses, weights=fold_weights(folds)))
