"""Which signals work together: points that neither of two signals has by itself.

The Shapley interaction of two signals is what one adds to the points of the other, over
all orders in which signals may become known. It is nought for trees that never ask for
both, as in a model of single splits.

Why the strongest eight signals alone: of n signals there are n(n−1)/2 pairs, and weak
signals have little to share.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final, Protocol

import numpy as np
import pandas as pd

from ..players import ModelSignal
from ..points import Floats, Scale

MOST_SIGNALS: Final = 8  # 28 pairs
MOST_ROWS: Final = 1_000


class Interacting(Protocol):
    """What can tell interactions, as ``models.treeshap.TreeExplainer`` can."""

    def interactions(self, values: Floats, pairs: Sequence[tuple[int, int]]) -> Floats:
        """Give the interaction of each pair of players, of shape (n, pairs)."""
        ...


def strongest_pairs(points: Floats, most: int = MOST_SIGNALS) -> list[tuple[int, int]]:
    """Pairs of the signals with the greatest mean absolute points.

    Parameters
    ----------
    points : ndarray of shape (n, n_signals)
    most : int
        Signals that are paired; one without any points never is.

    Examples
    --------
    >>> strongest_pairs(np.array([[1.0, 0.0, 3.0, 2.0]]), most=3)
    [(0, 2), (0, 3), (2, 3)]
    """
    strength = np.abs(points).mean(axis=0)
    order = np.argsort(-strength, kind="stable")[:most]
    return list(combinations(sorted(int(i) for i in order if strength[i] > 0), 2))


def interplay(
    explainer: Interacting,
    encoded: Floats,
    points: Floats,
    signals: Sequence[ModelSignal],
    scale: Scale,
) -> pd.DataFrame:
    """Interactions of the strongest signals, in points.

    Parameters
    ----------
    explainer : TreeExplainer
        With the signals as players.
    encoded : ndarray of shape (n, n_features)
        As the booster reads them.
    points : ndarray of shape (n, n_signals)
        Of the same rows.
    signals : sequence of ModelSignal
    scale : Scale
        Of the scorer.

    Returns
    -------
    DataFrame of shape (pairs, 7)
        ``first``, ``second`` and their words; ``mean_absolute_points`` that the two
        have together beyond what each has alone, by which the rows fall;
        ``mean_points``, the same with its sign; ``most_absolute_points``.
    """
    pairs = strongest_pairs(points)
    found = scale.contribution_points(explainer.interactions(encoded, pairs))
    frame = pd.DataFrame(
        {
            "first": [signals[a].code for a, _ in pairs],
            "second": [signals[b].code for _, b in pairs],
            "first_words": [signals[a].words for a, _ in pairs],
            "second_words": [signals[b].words for _, b in pairs],
            "mean_absolute_points": np.abs(found).mean(axis=0),
            "mean_points": found.mean(axis=0),
            "most_absolute_points": np.abs(found).max(axis=0, initial=0.0),
        }
    )
    return frame.sort_values(
        ["mean_absolute_points", "first", "second"],
        ascending=[False, True, True],
        ignore_index=True,
    )
