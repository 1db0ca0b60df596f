"""The ranking: how well the order of the leads foretells who converts.

Every function takes weights of many samples at once, since intervals come from
hundreds of them: the rows are sorted once, and each sample is then a matter of sums,
which are run up from the top once for all figures.
Rows with one probability form a step, and no order is invented among them: half of
their pairs count as won, and a share that ends within a step takes part of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ..points import Floats

_NOTHING: Final = 1e-100  # less than this is an accident of floats, and overflows


@dataclass(frozen=True, eq=False)
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
        converted = weight * outcome
        if starts.size < probability.size:
            weight = np.add.reduceat(weight, starts, axis=1)
            converted = np.add.reduceat(converted, starts, axis=1)
        return cls(weight, converted)

    @cached_property
    def taken(self) -> Floats:
        """Weight from the top down to each step, that one included, top first."""
        return np.cumsum(self.total[:, ::-1], axis=1)

    @cached_property
    def found(self) -> Floats:
        """Weight of those that converted, run up in the same way."""
        return np.cumsum(self.converted[:, ::-1], axis=1)

    def auc(self) -> Floats:
        """Chance that a converted row stands above one that did not, of each sample.

        Examples
        --------
        >>> Steps(np.array([[1.0, 1, 1]]), np.array([[0.0, 1, 0]])).auc().tolist()
        [0.5]
        """
        lost = self.taken - self.found
        all_lost, all_found = lost[:, -1], self.found[:, -1]
        # A step's own pairs are halves, so that it stands midway between its borders.
        above = lost - (self.total - self.converted)[:, ::-1] / 2
        beaten = np.einsum("ij,ij->i", self.converted[:, ::-1], above)
        return ratio(all_lost * all_found - beaten, all_lost * all_found)

    def average_precision(self) -> Floats:
        """Precision at each step, averaged over the conversions, of each sample."""
        precision = np.nan_to_num(ratio(self.found, self.taken))
        hits = np.einsum("ij,ij->i", self.converted[:, ::-1], precision)
        return ratio(hits, self.found[:, -1])

    def capture(self, shares: tuple[float, ...]) -> list[Floats]:
        """Share of the conversions found in the top shares of rows, of each sample.

        Examples
        --------
        >>> Steps(np.ones((1, 4)), np.array([[0.0, 1, 0, 1]])).capture((0.25, 0.5))
        [array([0.5]), array([0.5])]
        """
        caught = [
            np.interp(
                np.multiply(shares, taken[-1]),
                np.append(0.0, taken),
                np.append(0.0, found),
            )
            for taken, found in zip(self.taken, self.found, strict=True)
        ]
        return [ratio(c, self.found[:, -1]) for c in np.array(caught).T]


def ratio(above: Floats, below: Floats) -> Floats:
    """Quotients, NaN where there is nothing to divide by.

    Examples
    --------
    >>> ratio(np.array([1.0, 1.0]), np.array([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    nothing = np.full(np.broadcast(above, below).shape, np.nan)
    return np.asarray(np.divide(above, below, out=nothing, where=below > _NOTHING))
