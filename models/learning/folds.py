"""The folds after the blocks were cut: coarser for choosing, and beyond the test block.

Choosing a depth takes many fits, and few long folds will do. Calibration and cutoffs
want margins by boosters as young as the one in use: where it is half a year older than
the rows that it is calibrated on, a map is fitted to its age and then given to a
booster that has none (on telemarketing data .40 conversions came for each expected
one). So their folds are short, and go on beyond the test block for the served booster.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .splits import Blocks, Fold
from .timeline import Timeline

COARSE = 4  # folds that depth and memory are chosen on
_MOST_BEYOND = 5


def coarse(folds: Sequence[Fold], most: int = COARSE) -> tuple[Fold, ...]:
    """Join neighbouring folds until there are at most so many.

    A joined fold learns what its oldest part may learn.

    Examples
    --------
    >>> one = [Fold(np.arange(k), np.array([k])) for k in (2, 3, 4, 5, 6)]
    >>> [(len(f.train), f.judged.tolist()) for f in coarse(one, 2)]
    [(2, [2, 3, 4]), (5, [5, 6])]
    """
    parts = np.array_split(np.arange(len(folds)), min(most, len(folds)))
    return tuple(
        Fold(folds[part[0]].train, np.concatenate([folds[k].judged for k in part]))
        for part in parts
    )


def beyond(timeline: Timeline, blocks: Blocks) -> tuple[Fold, ...]:
    """Folds over what follows the rows before the test block, that block included.

    They are about as long as those before it. Without an order there is one, the test
    block, for which all other rows are known.
    """
    if not timeline.has_order:
        return (Fold(blocks.before, blocks.test),)
    is_later = np.ones(len(timeline.instant), np.bool_)
    is_later[blocks.before] = False
    later = np.flatnonzero(is_later)
    length = np.mean([len(fold.judged) for fold in blocks.folds])
    count = int(np.clip(math.ceil(len(later) / length), 1, _MOST_BEYOND))
    at = timeline.instant[later]
    borders = np.unique(np.quantile(at, np.arange(count) / count, method="lower"))
    part = np.searchsorted(borders, at, side="right")
    folds = [
        Fold(np.flatnonzero(timeline.known_at <= border), later[part == number])
        for number, border in enumerate(borders, start=1)
    ]
    return tuple(f for f in folds if len(f.judged))
