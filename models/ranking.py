"""The ranking: how well the order of the leads foretells who converts.

Every function takes weights of many samples at once, since intervals come from
hundreds of them: the rows are sorted once, and each sample is then a matter of sums.
Rows with one probability form a step, and no order is invented among them: half of
their pairs count as won, and a share that ends within a step takes part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from .points import Floats

_NOTHING: Final = 1e-100  # less than this is an accident of floats, and overflows


@dataclass(frozen=True, eq=False, slots=True)
class Steps:
    """Weight on each step of equal probability, from low to high.

    Parameters
    ----------
    total, converted : ndarray of shape (samples, steps)
        Weight of all rows, and of those that converted.

    Examples
    --------
    >>> steps = Steps.of(
    ...     np.ones((1, 4)), np.array([0.0, 0, 1, 1]), np.array([0.1, 0.3, 0.3, 0.9])
    ... )
    >>> steps.total.tolist(), steps.converted.tolist()
    ([[1.0, 2.0, 1.0]], [[0.0, 1.0, 1.0]])
    """

    total: Floats
    converted: Floats

    @classmethod
    def of(cls, weight: Floats, outcome: Floats, probability: Floats) -> Steps:
        """Sum the rows, sorted by probability, of weights of shape (samples, n)."""
        starts = np.flatnonzero(np.diff(probability, prepend=-1.0))
        return cls(
            np.add.reduceat(weight, starts, axis=1),
            np.add.reduceat(weight * outcome, starts, axis=1),
        )

    def auc(self) -> Floats:
        """Chance that a converted row stands above one that did not, of each sample.

        Examples
        --------
        >>> Steps(np.array([[1.0, 1, 1]]), np.array([[0.0, 1, 0]])).auc().tolist()
        [0.5]
        """
        lost = self.total - self.converted
        below = np.cumsum(lost, axis=1) - lost
        won = (self.converted * (below + lost / 2)).sum(axis=1)
        return ratio(won, self.converted.sum(axis=1) * lost.sum(axis=1))

    def average_precision(self) -> Floats:
        """Precision at each step, averaged over the conversions, of each sample."""
        converted = self.converted[:, ::-1]
        found = np.cumsum(converted, axis=1)
        taken = np.cumsum(self.total[:, ::-1], axis=1)
        precision = np.nan_to_num(ratio(found, taken))
        return ratio((converted * precision).sum(axis=1), found[:, -1])

    def capture(self, share: float) -> Floats:
        """Share of the conversions found in the top share of rows, of each sample."""
        found = np.cumsum(self.converted[:, ::-1], axis=1)
        taken = np.cumsum(self.total[:, ::-1], axis=1)
        caught = [
            np.interp(share * t[-1], np.append(0.0, t), np.append(0.0, f))
            for t, f in zip(taken, found, strict=True)
        ]
        return ratio(np.array(caught), found[:, -1])


def ratio(above: Floats, below: Floats) -> Floats:
    """Quotients, NaN where there is nothing to divide by.

    Examples
    --------
    >>> ratio(np.array([1.0, 1.0]), np.array([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    nothing = np.full(np.broadcast(above, below).shape, np.nan)
    return np.asarray(np.divide(above, below, out=nothing, where=below > _NOTHING))
