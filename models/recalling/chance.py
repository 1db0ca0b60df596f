"""What chance does to a share: how sure it is, and whether it came as foretold.

It reads numpy alone, as a reviewer waits for it who opens one lead.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from ..points import Floats

_NORMAL: Final = 1.959963984540054  # 95 % of a normal curve lie within as many σ
_LEAST: Final = 0.025  # as many or more, and as few or fewer: 95 % lie in between


def wilson(rate: float, size: float, z: float = _NORMAL) -> tuple[float, float]:
    """Wilson's interval of a share of so many independent rows; [0, 1] of none.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference.

    Examples
    --------
    >>> low, high = wilson(0.0, 10.0)
    >>> low, round(high, 4)
    (0.0, 0.2775)
    >>> [round(end, 3) for end in wilson(7 / 20, 20)]
    [0.181, 0.567]
    """
    if not size:
        return 0.0, 1.0
    middle = (rate + z * z / (2 * size)) / (1 + z * z / size)
    spread = rate * (1 - rate) / size + (z / (2 * size)) ** 2
    half = z * math.sqrt(spread) / (1 + z * z / size)
    return max(0.0, min(rate, middle - half)), min(1.0, max(rate, middle + half))


def is_by_chance(probability: Floats, outcome: Floats) -> bool:
    """Whether outcomes agree with the probabilities that they were given.

    Counted exactly, over all ways in which so many may convert. Why not by whether the
    interval of the share holds the mean probability: where few convert it fails too
    often. Of one lead that was given 10 % and converted it would say that chance does
    not explain it, which is wrong one time in ten.

    Parameters
    ----------
    probability : ndarray of shape (n,)
    outcome : ndarray of shape (n,)
        0 or 1.

    Examples
    --------
    >>> one = np.array([1.0])
    >>> is_by_chance(np.array([0.1]), one), is_by_chance(np.array([0.01]), one)
    (True, False)
    """
    ways = np.ones(1)  # probability that 0, 1, 2 … of them convert
    for each in probability.tolist():
        ways = np.convolve(ways, [1 - each, each])
    found = int(outcome.sum())
    fewer, more = ways[: found + 1].sum(), ways[found:].sum()
    return bool(min(fewer, more) >= _LEAST)
