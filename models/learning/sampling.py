"""The sampling: which rows are learnt from where all of them would take too long.

Rows are drawn by a hash of their keys, so that the same ones are drawn on every
machine, in any order, and a smaller drawing is part of a larger one.

Where only a share r of the leads that did not convert is learnt from, the odds learnt
are 1/r times the true ones: log r is added to every margin.
"""

from __future__ import annotations

import numpy as np

from ..evidence import hashed
from ..points import Floats
from .splits import Fold
from .timeline import Rows, Timeline


def keys_of(timeline: Timeline) -> np.ndarray:
    """Name each snapshot by its lead and instant; shape (n,)."""
    return np.char.add(
        timeline.lead.astype(str), np.char.add("@", timeline.instant.astype(str))
    )


def thinned(rows: Rows, keys: np.ndarray, most_rows: int) -> Rows:
    """Return at most ``most_rows`` of the rows, drawn by a hash of their keys."""
    if len(rows) <= most_rows:
        return rows
    order = np.argsort(hashed(keys[rows], "thin"), kind="stable")
    return np.sort(rows[order[:most_rows]])


def with_negatives(rows: Rows, keys: np.ndarray, outcome: Floats, share: float) -> Rows:
    """Return all rows that converted, and a share of the others.

    Parameters
    ----------
    rows : ndarray of int
    keys, outcome : ndarray of shape (n,)
        Of all rows, not only of these.
    share : float
        In (0, 1].

    Examples
    --------
    >>> keys = np.array([f"l{i}" for i in range(1000)])
    >>> outcome = (np.arange(1000) < 50).astype(float)
    >>> len(with_negatives(np.arange(1000), keys, outcome, 0.1)) - 50  # of 950
    82
    """
    if share >= 1:
        return rows
    drawn = hashed(keys[rows], "negatives") / 2.0**64 < share
    kept: Rows = rows[drawn | (outcome[rows] == 1)]
    return kept


def thin_folds(
    folds: tuple[Fold, ...],
    keys: np.ndarray,
    outcome: Floats,
    *,
    most_rows: int,
    negatives: float = 1.0,
) -> tuple[Fold, ...]:
    """Return the folds with fewer rows to learn from, and half as many to judge by."""
    return tuple(
        Fold(
            thinned(with_negatives(f.train, keys, outcome, negatives), keys, most_rows),
            thinned(f.judged, keys, most_rows // 2),
        )
        for f in folds
    )
