"""Bins of like values, settled on past labelled snapshots, and their conversion rates.

Which bins: counts 0, 1, 2–3, 4–7 and so on by doubling; other numbers by their eighths,
each lead counted once; categories each by itself, the scarce ones together; missing
values by themselves. Neighbours are put together until each bin has 50 leads: below
that an interval is too wide to tell anything.

Which column, where a signal has several lookbacks: the one whose splits most training
rows passed through. It is the one that the booster listens to most, and so the one
whose evidence bears on the points. Neither gain (it flatters the column that was split
first) nor the number of splits (one at the root counts as one deep in a corner) says
that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from features.vocabulary import Unit

from ..explaining.words import (
    is_address,
    missing_words,
    said_category,
)
from ..players import ModelFeature, ModelSignal
from ..points import Floats
from .counting import Codes, Past, likes
from .labels import said_bins
from .rates import Like, Places, Rates, judged, others_of

LEAST_LEADS: Final = 50
MOST_CATEGORIES: Final = 12  # with a bin of their own
_NATURAL: Final = (0.0, 1.0, 3.0, 7.0, 15.0, 31.0, 63.0)  # ends of bins of counts
_HAIR: Final = 1e-12  # sums of thirds and sevenths fall short of what they should be
_EIGHTHS: Final = np.arange(1, 8) / 8


def rates_of_past(
    past: Past,
    table: pd.DataFrame,
    features: Sequence[ModelFeature],
    signals: Sequence[ModelSignal],
    passed: Floats,
) -> tuple[Rates | None, ...]:
    """Settle the bins of every signal and count what became of the leads in them.

    Parameters
    ----------
    table : DataFrame of shape (n, at least n_features)
        The features of the past snapshots, as computed, before encoding.
    passed : ndarray of shape (n_features,)
        How many training rows passed through the splits on each column.

    Returns
    -------
    tuple of Rates or None, one a signal
        None for personal signals.
    """
    return tuple(
        None if s.is_personal else _rates(past, table, features, s, passed)
        for s in signals
    )


def _rates(
    past: Past,
    table: pd.DataFrame,
    features: Sequence[ModelFeature],
    signal: ModelSignal,
    passed: Floats,
) -> Rates:
    at = most_passed(signal, passed)
    feature = features[signal.columns[at]]
    days = signal.lookbacks_days[at] if signal.lookbacks_days else None
    column = table[feature.name]
    if signal.unit in (Unit.CATEGORY, Unit.FLAG):
        return _by_category(past, column, feature, signal)
    numbers = column.to_numpy(np.float64, na_value=np.nan)
    values = judged(numbers, signal.unit, signal.decimals)
    spread = spread_of(values, past.weight)
    ends = ends_of(spread, signal.unit)
    code = np.append(np.searchsorted(ends, spread.seen), len(ends) + 1)[spread.place]
    words = said_bins(ends, signal.unit, days, least=spread.seen.min(initial=np.inf))
    *bins, missing = likes(past, code, [*words, missing_words(signal)])
    over = days if len(signal.columns) > 1 else None
    places = places_of(spread)
    return Rates(
        signal.unit, at, over, ends, (), _all(bins), missing, places,
        decimals=signal.decimals,
    )  # fmt: skip


def most_passed(signal: ModelSignal, passed: Floats) -> int:
    """Return which of a signal's columns most training rows passed a split on.

    Of equals, the longest lookback.
    """
    rows = passed[list(signal.columns)]
    return int(len(rows) - 1 - np.argmax(rows[::-1]))


@dataclass(frozen=True, eq=False)
class Spread:
    """The different values of past snapshots, rising, each lead counted once.

    Attributes
    ----------
    seen, leads : ndarray of shape (n_values,)
        What is known, and how many leads have it.
    unknown : float
        How many leads have no value.
    place : ndarray of int, shape (n,)
        Which of ``seen`` each snapshot has; -1 where there is none.
    """

    seen: Floats
    leads: Floats
    unknown: float
    place: Codes

    @property
    def up_to(self) -> Floats:
        """Share of the known that is at most each value."""
        total = np.cumsum(self.leads)
        return np.asarray(total / total[-1])


def spread_of(values: Floats, weight: Floats) -> Spread:
    """Return the spread of values as ``judged``; NaN is missing."""
    code, different = pd.factorize(values)  # faster than to sort all: few differ
    order = np.argsort(different)
    rank = np.full(len(different) + 1, -1)
    rank[order] = np.arange(len(different))
    place = rank[code]
    leads = np.bincount(place + 1, weight, len(rank)).astype(np.float64)
    return Spread(different[order], leads[1:], float(leads[0]), place)


def ends_of(spread: Spread, unit: Unit) -> tuple[float, ...]:
    """Return the greatest value of each bin but the last."""
    if not len(spread.seen):
        return ()
    if unit is Unit.COUNT:
        tried = np.array(_NATURAL)
    else:
        eighths = np.searchsorted(spread.up_to, _EIGHTHS - _HAIR)
        tried = np.unique(spread.seen[eighths])
    code = np.searchsorted(tried, spread.seen, side="left")
    leads = np.bincount(code, weights=spread.leads, minlength=len(tried) + 1)
    kept, gathered = [], 0.0
    for end, more in zip(tried, leads, strict=False):
        gathered += more
        if gathered >= LEAST_LEADS:
            kept.append(float(end))
            gathered = 0.0
    if kept and gathered + leads[-1] < LEAST_LEADS:
        kept.pop()
    return tuple(kept)


def places_of(spread: Spread) -> Places | None:
    """Return where the tenths and the middle of known values lie, if there are any.

    Examples
    --------
    >>> places_of(spread_of(np.array([0.0, 0.0, 0.0, 1.0]), np.ones(4)))
    Places(lowest=0.0, lower=0.0, higher=0.0, highest=1.0, common=0.0, known=1.0)
    """
    if not len(spread.seen):
        return None
    different, up_to = spread.seen, spread.up_to
    known = float(spread.leads.sum())
    from_there = np.cumsum(spread.leads[::-1])[::-1] / known
    alone = spread.leads / known
    common = float(different[alone.argmax()]) if alone.max() > 0.5 + _HAIR else None
    return Places(
        lowest=float(different[from_there >= 0.9 - _HAIR][-1]),
        lower=float(different[from_there > 0.5 + _HAIR][-1]),
        higher=float(different[up_to > 0.5 + _HAIR][0]),
        highest=float(different[up_to >= 0.9 - _HAIR][0]),
        common=common,
        known=known / (known + spread.unknown),
    )


def _by_category(
    past: Past, column: pd.Series, feature: ModelFeature, signal: ModelSignal
) -> Rates:
    text = column.astype("object")
    if signal.unit is Unit.FLAG:
        numbers = column.to_numpy(np.float64, na_value=np.nan)
        text = pd.Series(np.where(numbers == 0, "0", "1"), dtype="object")
        text = text.where(~np.isnan(numbers), None)
    leads = pd.Series(past.weight).groupby(text.to_numpy(dtype=object)).sum()
    enough = leads[(leads >= LEAST_LEADS) | (signal.unit is Unit.FLAG)]
    ranked = sorted(enough.items(), key=lambda told: (-told[1], str(told[0])))
    names = tuple(str(n) for n, _ in ranked if not is_address(str(n)))[:MOST_CATEGORIES]
    others = others_of(feature, names)
    code = pd.Index(names).get_indexer(pd.Index(text)).astype(np.intp)
    is_missing = text.isna().to_numpy(dtype=np.bool_)
    code[(code < 0) & ~is_missing] = len(names)
    code[is_missing] = len(names) + 1
    words = [_said_name(n, signal) for n in (*names, *sorted(others)[:1])]
    if len(others) != 1:
        words = [*words[: len(names)], f"one of {len(others):,} other values"]
    *bins, missing = likes(past, code, [*words, missing_words(signal)])
    return Rates(signal.unit, 0, None, (), names, _all(bins), missing, None, others)


def _said_name(name: str, signal: ModelSignal) -> str:
    if signal.unit is Unit.FLAG:
        return "no" if name == "0" else "yes"
    return said_category(name, signal)


def _all(found: list[Like | None]) -> tuple[Like, ...]:
    """The bins; only a last one, of scarce categories, may have no snapshot."""
    return tuple(each for each in found if each is not None)
