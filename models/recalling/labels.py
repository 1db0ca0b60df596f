"""What bins of like values are called.

Why apart from the bins: these words stand under every reason, and have to be true of
each value in a bin.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from features.vocabulary import Unit

from ..explaining.words import HOURS_UNTIL, plain_number

_HAIR: Final = 1e-12  # sums of thirds and sevenths fall short of what they should be


def said_bins(
    ends: Sequence[float], unit: Unit, days: int | None, *, least: float = -math.inf
) -> list[str]:
    """Return what each bin of numbers is called.

    Parameters
    ----------
    ends : sequence of float
        Where each bin but the last one ends; rising.
    days : int or None
        The lookback.
    least : float
        The least value that was seen: a first bin that ends there holds it alone.

    Examples
    --------
    >>> said_bins([0.0, 2.5], Unit.NUMBER, 30, least=0.0)
    ['0 in 30 days', 'over 0 to 2.5 in 30 days', 'over 2.5 in 30 days']
    >>> said_bins([0.0], Unit.NUMBER, None, least=-4.0)
    ['0 or less', 'over 0']
    """
    over = "" if days is None else f" in {days} day{'s' if days != 1 else ''}"
    if not ends:
        return [f"{'ever' if unit is Unit.DAYS else 'any value'}{over}"]
    borders = [None, *ends, None]
    said = [f"{_said_bin(a, b, unit)}{over}" for a, b in pairwise(borders)]
    if unit is Unit.NUMBER and ends[0] <= least:
        said[0] = f"{plain_number(ends[0])}{over}"
    return said


def _said_bin(after: float | None, most: float | None, unit: Unit) -> str:
    """What a bin is called that begins after a value and ends with one, or has no end.

    Examples
    --------
    >>> [_said_bin(a, b, Unit.COUNT) for a, b in [(None, 0), (0, 1), (1, 3), (3, None)]]
    ['none', '1', '2–3', '4 or more']
    """
    if unit is Unit.NUMBER:
        if after is None and most is not None:
            return f"{plain_number(most)} or less"
        end = "" if most is None else f" to {plain_number(most)}"
        return f"over {plain_number(after or 0.0)}{end}"
    if unit is Unit.DAYS:
        return _ago(after, most)
    least = 0.0 if after is None else after + 1  # they are whole numbers
    sign = "%" if unit is Unit.SHARE else ""
    if most == 0 and unit is Unit.COUNT:
        return "none"
    if most is None:
        is_all = unit is Unit.SHARE and least == 100
        return "100%" if is_all else f"{plain_number(least)}{sign} or more"
    return f"{_from_to(least, most)}{sign}"


def _ago(after: float | None, most: float | None) -> str:
    """How long ago, in whole hours below two days and in whole days from there on.

    Examples
    --------
    >>> _ago(None, 5 / 24), _ago(5 / 24, 47 / 24), _ago(47 / 24, 6.0), _ago(6.0, None)
    ('less than 6 hours ago', '6–47 hours ago', '2–6 days ago', '7 days ago or longer')
    >>> _ago(5 / 24, 6.0), _ago(None, 6.0), _ago(0.0, 1 / 24)
    ('6 hours to 6 days ago', 'less than 7 days ago', '1 hour ago')
    """
    if after is None and most is not None:
        return f"less than {' '.join(_span(_next(most)))} ago"
    number, unit = _span(_next(0.0 if after is None else after))
    if most is None:
        return f"{number} {unit} ago or longer"
    last, its_unit = _span(most)
    if number == last and unit == its_unit:
        return f"{number} {unit} ago"
    if unit.rstrip("s") == its_unit.rstrip("s"):
        return f"{number}–{last} {its_unit} ago"
    return f"{number} {unit} to {last} {its_unit} ago"


def _next(days: float) -> float:
    """The next greater span that is told apart."""
    return days + 1 / 24 if days < HOURS_UNTIL - 1 / 24 - _HAIR else np.floor(days) + 1


def _span(days: float) -> tuple[str, str]:
    """A span of time as a number and its unit."""
    told, unit = (days * 24, "hour") if days < HOURS_UNTIL - _HAIR else (days, "day")
    number = plain_number(float(round(told)))
    return number, unit if number == "1" else f"{unit}s"


def _from_to(least: float, most: float) -> str:
    start, end = plain_number(least), plain_number(most)
    return start if least == most else f"{start}–{end}"
