"""A signal's contribution said in words: what was seen, and what it is worth.

Why the words name what was seen and not what it means: "Last pricing page touch: 3 days
ago" is true whatever the booster makes of it, and the points beside it say the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.vocabulary import Unit

from ..contract import Contract
from ..players import ModelFeature, ModelSignal
from ..points import Floats

MOST_REASONS = 4  # of either direction
_LEAST_POINTS = 0.05  # would be printed as nought


@dataclass(frozen=True, slots=True)
class Reason:
    """One signal's share of a lead's points.

    Attributes
    ----------
    code : str
        The signal's stable name.
    words : str
        What was seen.
    points : float
        Above 0 raises the score, below lowers it.
    """

    code: str
    words: str
    points: float


@dataclass(frozen=True, slots=True)
class Reasons:
    """The strongest reasons of one lead, and the sum of all the others.

    Attributes
    ----------
    raising, lowering : tuple of Reason
        At most four each, the strongest first.
    other_points : float
        Of all signals that are not among them.
    """

    raising: tuple[Reason, ...]
    lowering: tuple[Reason, ...]
    other_points: float


def reasons_of(
    points: Floats, table: pd.DataFrame, contract: Contract
) -> list[Reasons]:
    """Say the strongest contributions of each lead in words.

    Parameters
    ----------
    points : ndarray of shape (n_leads, n_signals)
        In points; the order of the contract's signals.
    table : DataFrame of shape (n_leads, at least n_features)
        The features as computed, before encoding.

    Returns
    -------
    list of Reasons, one per lead
    """
    columns = [_plain(table[f.name]) for f in contract.features]
    return [_reasons(points[row], row, columns, contract) for row in range(len(points))]


def strongest(points: Floats) -> tuple[list[int], list[int]]:
    """Return the places of the signals that raise most and that lower most.

    Parameters
    ----------
    points : ndarray of shape (n_signals,)

    Returns
    -------
    raising, lowering : list of int
        At most four each, the strongest first, equal ones in their order; none that
        would be printed as nought.

    Examples
    --------
    >>> strongest(np.array([1.0, -2.0, 3.0, 0.01]))
    ([2, 0], [1])
    """
    up = np.argsort(-points, kind="stable")[:MOST_REASONS]
    down = np.argsort(points, kind="stable")[:MOST_REASONS]
    return (
        [int(p) for p in up if points[p] >= _LEAST_POINTS],
        [int(p) for p in down if points[p] <= -_LEAST_POINTS],
    )


def _reasons(
    points: Floats,
    row: int,
    columns: list[list[object]],
    contract: Contract,
) -> Reasons:
    def told(places: list[int]) -> tuple[Reason, ...]:
        return tuple(
            Reason(
                contract.signals[p].code,
                words_of(contract.signals[p], _seen(p), contract.features),
                float(points[p]),
            )
            for p in places
        )

    def _seen(place: int) -> list[object]:
        return [columns[c][row] for c in contract.signals[place].columns]

    up, down = strongest(points)
    other = float(points.sum() - points[up].sum() - points[down].sum())
    return Reasons(told(up), told(down), other)


def words_of(
    signal: ModelSignal, seen: list[object], features: tuple[ModelFeature, ...]
) -> str:
    """Say what was seen of a signal.

    Parameters
    ----------
    seen : list
        The value of each of the signal's columns; None is missing.

    Examples
    --------
    >>> from features.vocabulary import Family
    >>> visits = ModelSignal(
    ...     "visits", "Visits", Family.BEHAVIOURAL, Unit.COUNT, (0, 1), (7, 30)
    ... )
    >>> words_of(visits, [2.0, 5.0], ())
    'Visits: 2 in 7 days, 5 in 30'
    >>> words_of(visits, [0.0, 0.0], ())
    'Visits: none in 30 days'
    """
    if signal.is_personal:
        return f"{signal.words}: personal, not shown"
    if signal.lookbacks_days:
        return f"{signal.words}: {_over_lookbacks(signal, seen)}"
    value = seen[0]
    if value is None:
        return f"{signal.words}: {_MISSING.get(signal.unit, 'not known')}"
    if signal.unit is Unit.CATEGORY:
        return f"{signal.words}: {_category(str(value), features[signal.columns[0]])}"
    return f"{signal.words}: {_value(float(str(value)), signal.unit)}"


_MISSING = {Unit.DAYS: "never", Unit.SHARE: "nothing to go by"}


def _over_lookbacks(signal: ModelSignal, seen: list[object]) -> str:
    values = [0.0 if v is None else float(str(v)) for v in seen]
    days = signal.lookbacks_days
    if not any(values):
        return f"none in {days[-1]} days"
    first, *rest = (
        f"{_value(v, signal.unit)} in {d}" for v, d in zip(values, days, strict=True)
    )
    return ", ".join([f"{first} days", *rest])


def _category(value: str, feature: ModelFeature) -> str:
    if value in (feature.categories or ()):
        return value
    if value in feature.rare:
        return f"{value} (rare)"
    return f"{value} (never seen before)"


def _value(value: float, unit: Unit) -> str:
    if unit is Unit.FLAG:
        return "yes" if value else "no"
    if unit is Unit.SHARE:
        return f"{value:.0%}"
    if unit is Unit.DAYS:
        return _age(value)
    whole = abs(value - round(value)) < 1e-9
    return f"{value:,.0f}" if whole or abs(value) >= 1000 else f"{value:,.3g}"


def _age(days: float) -> str:
    if days < 1 / 24:
        return "less than an hour ago"
    if days < 2:
        hours = int(days * 24)
        return f"{hours} hour{'s' if hours != 1 else ''} ago"
    return f"{int(days)} days ago"


def _plain(column: pd.Series) -> list[object]:
    is_missing = column.isna().to_numpy()
    values = column.astype("object").to_numpy()
    return [
        None if missing else value
        for value, missing in zip(values, is_missing, strict=True)
    ]
