"""What a signal's points depend on: its value, in bins, with their spread.

A signal of several lookbacks is shown against the one column whose bins explain most of
its points, and that column is named. What is left of the spread within a bin is the
work of the signal's other columns, and of its interplay with other signals: were the
model a points table, there would be none.

Why bins and no scatter: they hold nobody's values, and ten are read at a glance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

import numpy as np
import pandas as pd

from ..evidence import Mask
from ..explaining.words import said_category
from ..players import ModelFeature, ModelSignal
from ..points import Floats

BINS: Final = 10
MOST_CATEGORIES: Final = 12  # the commonest; the others are one bin
SPREAD: Final = (0.1, 0.9)  # quantiles of the points within a bin
OTHERS: Final = "others"
_FLAT: Final = 1e-9  # of the greatest points: differences of less are rounding

Kind: TypeAlias = Literal["value", "category", "others", "missing"]


@dataclass(frozen=True, eq=False)
class Bin:
    """Rows with a like value of one column.

    Attributes
    ----------
    kind : str
        ``value`` of a number; ``category``; ``others``, rare or pooled categories;
        ``missing``.
    label : str
        The category; empty for a number.
    low, high : float
        The least and the greatest number in it; NaN where there are no numbers.
    rows : ndarray of bool, shape (n,)
        At least one is.
    """

    kind: Kind
    label: str
    low: float
    high: float
    rows: Mask


def dependence(
    points: Floats,
    encoded: Floats,
    signals: Sequence[ModelSignal],
    features: Sequence[ModelFeature],
    *,
    most: int = 20,
) -> pd.DataFrame:
    """Points of the strongest signals against their values.

    Parameters
    ----------
    points : ndarray of shape (n, n_signals)
        One row at least.
    encoded : ndarray of shape (n, n_features)
        The same rows, as the booster reads them.
    signals, features : sequences of ModelSignal and of ModelFeature
        As the contract has them.
    most : int
        Signals that are shown. Personal ones never are, as their values would be.

    Returns
    -------
    DataFrame
        One row a bin, the strongest signal first: ``signal``, ``words``, ``unit``,
        ``column``; ``explained``, the share in [0, 1] of the variance of the signal's
        points that the column's bins explain; ``kind``, ``label``, ``low`` and ``high``
        as of :class:`Bin`, a category being called as in reasons, and no address ever
        shown; ``rows``; ``mean_points``; ``low_points`` and
        ``high_points``, between which four fifths of the points lie.
    """
    strength = np.abs(points).mean(axis=0)
    order = [
        place
        for place in np.argsort(-strength, kind="stable")
        if strength[place] > 0 and not signals[place].is_personal
    ]
    lines: list[dict[str, Any]] = []
    for place in order[:most]:
        lines += _of_signal(points[:, place], encoded, signals[place], features)
    return pd.DataFrame(lines, columns=_COLUMNS)


def bins_of(values: Floats, feature: ModelFeature) -> list[Bin]:
    """Cut one column into bins of like values.

    Parameters
    ----------
    values : ndarray of shape (n,)
        As encoded: a category's code, NaN where missing.

    Returns
    -------
    list of Bin
        Numbers in their order, at most ten bins of about as many rows each, and each
        value by itself where there are at most ten; categories by how common they are;
        others and missing last. No row is in two of them, and none in none.

    Examples
    --------
    >>> visits = np.array([0.0, 2.0, 2.0, np.nan])
    >>> [(b.kind, b.low, int(b.rows.sum())) for b in bins_of(visits, ModelFeature("v"))]
    [('value', 0.0, 1), ('value', 2.0, 2), ('missing', nan, 1)]
    """
    absent = np.isnan(values)
    cut = _numbers(values) if feature.categories is None else _by_code(values, feature)
    missing = Bin("missing", "", np.nan, np.nan, absent)
    return [b for b in (*cut, missing) if b.rows.any()]


def _numbers(values: Floats) -> Iterator[Bin]:
    known = values[~np.isnan(values)]
    borders = np.unique(known)
    if len(borders) > BINS:
        shares = np.arange(1, BINS + 1) / BINS
        borders = np.unique(np.quantile(known, shares, method="lower"))
    place = np.searchsorted(borders, values, side="left")
    place[np.isnan(values)] = -1
    for number in range(len(borders)):
        rows = place == number
        held = values[rows]
        yield Bin("value", "", float(held.min()), float(held.max()), rows)


def _by_code(values: Floats, feature: ModelFeature) -> Iterator[Bin]:
    names = feature.categories or ()
    counts = [(values == code).sum() for code in range(1, len(names) + 1)]
    common = np.argsort(-np.asarray(counts, dtype=np.int64), kind="stable")
    shown = common[:MOST_CATEGORIES]
    for place in shown:
        rows = values == place + 1
        yield Bin("category", names[place], np.nan, np.nan, rows)
    left = ~np.isnan(values) & ~np.isin(values, shown + 1)
    yield Bin("others", OTHERS, np.nan, np.nan, left)


def _of_signal(
    points: Floats,
    encoded: Floats,
    signal: ModelSignal,
    features: Sequence[ModelFeature],
) -> Iterator[dict[str, Any]]:
    cuts = {c: bins_of(encoded[:, c], features[c]) for c in signal.columns}
    told = {c: explained(points, bins) for c, bins in cuts.items()}
    column = max(told, key=lambda c: told[c])  # the first of equals
    for found in cuts[column]:
        own = points[found.rows]
        low, high = np.quantile(own, SPREAD)
        label = found.label
        if found.kind == "category":
            label = said_category(label, signal)
        yield {
            "signal": signal.code,
            "words": signal.words,
            "unit": signal.unit.value,
            "column": features[column].name,
            "explained": told[column],
            "kind": found.kind,
            "label": label,
            "low": found.low,
            "high": found.high,
            "rows": len(own),
            "mean_points": float(own.mean()),
            "low_points": float(low),
            "high_points": float(high),
        }


def explained(points: Floats, bins: Sequence[Bin]) -> float:
    """Share of the variance of some points that bins explain; 1 where there is none.

    Examples
    --------
    >>> parts = bins_of(np.array([0.0, 0.0, 1.0, 1.0]), ModelFeature("v"))
    >>> round(explained(np.array([1.0, 1.0, 3.0, 5.0]), parts), 3)  # 2 left of 11
    0.818
    """
    if np.ptp(points) <= _FLAT * np.abs(points).max():
        return 1.0
    whole = float(np.square(points - points.mean()).sum())
    within = [
        float(np.square(points[b.rows] - points[b.rows].mean()).sum()) for b in bins
    ]
    return max(0.0, 1 - sum(within) / whole)


_COLUMNS = [
    "signal", "words", "unit", "column", "explained", "kind", "label", "low", "high",
    "rows", "mean_points", "low_points", "high_points",
]  # fmt: skip
