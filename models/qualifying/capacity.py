"""The capacity: how many leads can be worked, and which of them pay.

None of these cutoffs promises anything about outcomes: they count, or divide.

Why ties are left out of a cutoff and drawn by hash in a list: qualification is a pure
function of probability, so leads of one probability qualify together or not at all. A
list of the best K is another thing: there all places are filled, always the same way.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from features.errors import ConfigError

from ..evidence import Evidence, Keys, Mask, fractions, hashed, weights
from .arrivals import FEWEST_WEEKS, Arrivals
from .promises import Found, NotFound


def capacity_cutoff(
    probability: npt.ArrayLike, share: float, weight: npt.ArrayLike | None = None
) -> Found | NotFound:
    """Lowest threshold at which no more than a share of the snapshots qualifies.

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
    return NotFound(f"{each[-1]:.1%} of the snapshots share the highest probability")


def weekly_capacity_cutoff(arrivals: Arrivals | None, leads: float) -> Found | NotFound:
    """Lowest threshold that no more than so many leads newly reach in a busy week.

    Parameters
    ----------
    arrivals : Arrivals or None
        None where snapshots have no dates.
    leads : float
        At most so many, in 19 weeks of 20; above 0.

    Returns
    -------
    Found or NotFound
        As for ``capacity_cutoff``, leads of one probability stay together.

    Raises
    ------
    ConfigError
        Where there are no dates, so that nobody can say what a week brings.

    Examples
    --------
    >>> days = [4, 4, 11, 11, 18, 25]  # one, two or no leads above .5 in a week
    >>> seen = [0.9, 0.6, 0.7, 0.8, 0.1, 0.2]
    >>> arrivals = Arrivals.of(list("abcdef"), days, seen)
    >>> weekly_capacity_cutoff(arrivals, 1).threshold
    0.8
    """
    if arrivals is None:
        raise ConfigError(
            f"A capacity of {leads:g} leads a week needs dated snapshots, but these "
            "have no dates. Ask for capacity_share, a share of the snapshots, instead."
        )
    if arrivals.weeks < FEWEST_WEEKS:
        return NotFound(
            f"{FEWEST_WEEKS} weeks of snapshots are needed to tell a busy one, and "
            f"there are {arrivals.weeks}"
        )
    threshold = arrivals.lowest_within(leads)
    if threshold is None:
        return NotFound("too many leads of the highest probability come in one week")
    return Found(threshold, int((arrivals.probability >= threshold).sum()))


def threshold_below(
    ceiling: float, share: float, evidence: Evidence
) -> tuple[float | None, bool]:
    """Largest threshold below another that takes in a share of the leads.

    Parameters
    ----------
    ceiling : float
        The other threshold.
    share : float
        At least so much of the weight lies at or above it.

    Returns
    -------
    threshold : float or None
        One of the probabilities of the evidence, or the lowest of them if none takes
        in so much; None where no lead is below the other.
    is_wide : bool
        Whether it takes in so much.

    Examples
    --------
    >>> threshold_below(0.4, 0.6, Evidence.of([0.1, 0.2, 0.3, 0.4], [0, 0, 0, 1]))
    (0.2, True)
    """
    values, place = np.unique(evidence.probability, return_inverse=True)
    each = np.bincount(place.ravel(), evidence.weight) / evidence.weight.sum()
    above = np.cumsum(each[::-1])[::-1]
    below = values < ceiling
    wide = below & (above >= share - 1e-12)
    if not below.any():
        return None, False
    is_wide = bool(wide.any())
    return float(values[wide][-1] if is_wide else values[0]), is_wide


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
