"""The capacity: how many leads can be worked, and which of them pay.

Neither cutoff promises anything about outcomes: the one counts, the other divides.

Why ties are left out of a cutoff and drawn by hash in a list: qualification is a pure
function of probability, so leads of one probability qualify together or not at all. A
list of the best K is another thing: there all places are filled, always the same way.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from features.errors import ConfigError

from .evidence import Keys, Mask, fractions, hashed, weights
from .promises import Found, NotFound


def capacity_cutoff(
    probability: npt.ArrayLike, share: float, weight: npt.ArrayLike | None = None
) -> Found | NotFound:
    """Lowest threshold at which no more than a share of the leads qualifies.

    Parameters
    ----------
    probability, weight : array-like of shape (n,)
        As for ``Evidence.of``.
    share : float
        In (0, 1].

    Returns
    -------
    Found or NotFound
        A threshold cannot part leads of one probability: where they straddle the
        share, none of them qualifies. ``capacity_picks`` fills the places left over.

    Examples
    --------
    >>> capacity_cutoff([0.1, 0.2, 0.2, 0.9], 0.5).threshold
    0.9
    """
    chance = fractions(probability, "probability")
    heavy = weights(weight, chance.size)
    values, place = np.unique(chance, return_inverse=True)
    each = np.bincount(place.ravel(), heavy) / heavy.sum()
    above = np.cumsum(each[::-1])[::-1]
    fitting = values[above <= share + 1e-12]  # a share reached by sums of floats
    if fitting.size:
        threshold = float(fitting[0])
        return Found(threshold, int((chance >= threshold).sum()))
    return NotFound(f"{each[-1]:.1%} of the leads share the highest probability")


def capacity_picks(probability: npt.ArrayLike, share: float, tie_key: Keys) -> Mask:
    """Pick as many of the best leads as a share allows, ties by hash.

    Parameters
    ----------
    probability : array-like of shape (n,)
        Any numbers that rank the leads.
    share : float
        In [0, 1]; ``floor(share * n)`` leads are picked.
    tie_key : sequence of shape (n,)
        Names the leads, so that ties fall the same way whatever the order.

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    >>> capacity_picks([0.1, 0.9, 0.5], 0.7, ["a", "b", "c"]).tolist()
    [False, True, True]
    """
    chance = np.asarray(probability, dtype=np.float64)
    order = np.lexsort((hashed(tie_key, "ties"), -chance))
    picked: Mask = np.zeros(chance.size, dtype=np.bool_)
    picked[order[: math.floor(share * chance.size + 1e-9)]] = True
    return picked


def value_cutoff(value: float, cost: float) -> float:
    """Probability from which working a lead pays: where p · value exceeds the cost.

    Parameters
    ----------
    value : float
        Of a conversion; above the cost.
    cost : float
        Of working a lead; at least 0, in the same currency.

    Returns
    -------
    float
        In [0, 1).

    Examples
    --------
    >>> value_cutoff(value=900, cost=45)
    0.05
    """
    if not (math.isfinite(value) and 0 <= cost < value):
        raise ConfigError(
            f"A cutoff by value needs a cost of at least 0 and a value above it, but "
            f"the cost is {cost:g} and the value {value:g}: no lead would ever pay."
        )
    return cost / value
