"""What a points card may say of one column: so much for each time, a band, a value.

A rule has to be one that a marketing tool can hold: touches counted in a window, days
and numbers in bands, attributes by value. Shares and rhythms are left to the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from features.declare import Signal
from features.letters import unmarked
from features.vocabulary import Unit

from ..explaining.words import is_address
from ..points import Floats

BANDS: Final = 6  # of a number, at most
_TIMES: Final = (1, 2, 3, 5, 10)  # times that a touch may count
_DAYS: Final = (1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365)
_LEAST_SHARE: Final = 0.005  # of the rows that a rule is for
_MOST_SHARE: Final = 0.9  # of those that a band or value is for: say it of the others

# From here on a number is endless to scikit-learn, which would refuse all of them.
_ENDLESS: Final = float(np.finfo(np.float32).max)

Key: TypeAlias = int | tuple[float, float] | str


@dataclass(frozen=True, eq=False)
class Candidate:
    """One thing that could carry points.

    Attributes
    ----------
    signal, column : str
        The column of the feature table, and whose it is.
    key : int, tuple of float, or str
        How many times it counts at most; the span [from, to) of a number, ``to`` being
        infinite where it has no end; or a category.
    held : ndarray of shape (n,)
        What the points are multiplied by in each row; 0 where nothing is known.
    """

    signal: str
    column: str
    key: Key
    held: Floats


def is_plain(signal: Signal) -> bool:
    """Whether a marketing tool can hold rules on it, and may be shown its values."""
    if signal.is_personal or signal.unit is Unit.SHARE:
        return False
    return signal.unit is not Unit.NUMBER or bool(signal.attributes)


def candidates(
    table: pd.DataFrame, parts: pd.DataFrame, signals: Iterable[Signal]
) -> Iterator[Candidate]:
    """Everything that could carry points, of plain signals.

    Parameters
    ----------
    table : DataFrame of shape (n, at least some of the signals' columns)
        Columns of a signal that it lacks are passed over.
    parts : DataFrame of shape (n, n_signals)
        The model's points of each signal, by its name. One that has none of them is
        passed over; where they jump, a band may begin.
    """
    for signal in signals:
        if signal.name not in parts or not is_plain(signal):
            continue
        points = parts[signal.name].to_numpy(np.float64)
        for feature in signal:
            if feature.name in table:
                yield from _of_column(signal, table[feature.name], points)


def _of_column(
    signal: Signal, column: pd.Series, points: Floats
) -> Iterator[Candidate]:
    if signal.unit is Unit.CATEGORY:
        told = _categories(column)
    else:
        values = column.to_numpy(np.float64, na_value=np.nan)
        if signal.unit is Unit.COUNT:
            told = _times(values)
        elif signal.unit is Unit.FLAG:
            told = iter([(1, np.nan_to_num(values))])
        else:
            told = _spans(values, points, signal.unit)
    for key, held in told:
        yield Candidate(signal.name, str(column.name), key, held)


def _times(values: Floats) -> Iterator[tuple[Key, Floats]]:
    known = np.nan_to_num(values)
    for most in _TIMES:
        if (known >= most).mean() >= _LEAST_SHARE:
            yield most, np.clip(known, 0, most)


def _spans(values: Floats, points: Floats, unit: Unit) -> Iterator[tuple[Key, Floats]]:
    is_known = np.abs(values) < _ENDLESS  # False where missing
    borders = borders_of(values[is_known], points[is_known], unit)
    for place, low in enumerate(borders):
        for high in (*borders[place + 1 :], np.inf):
            held = ((values >= low) & (values < high)).astype(np.float64)
            if _LEAST_SHARE <= held.mean() <= _MOST_SHARE:
                yield (float(low), float(high)), held


def borders_of(known: Floats, points: Floats, unit: Unit) -> list[float]:
    """Where bands of a number may begin: round numbers near the jumps of its points.

    Parameters
    ----------
    known : ndarray of shape (n,)
        Without missing ones and endless ones.
    points : ndarray of shape (n,)
        The model's, of the signal.

    Examples
    --------
    >>> days = np.arange(0.5, 100)
    >>> borders_of(days, np.where(days < 14, 5.0, 0.0), Unit.DAYS)
    [0.0, 14.0]
    >>> size = np.array([-3.0, 1219.0, 1300.0, 9800.0])
    >>> borders_of(size, np.array([0.0, 0.0, 1.0, 1.0]), Unit.NUMBER)
    [-3.0, 1300.0]
    """
    from sklearn.tree import DecisionTreeRegressor

    if not known.size:
        return []
    least = float(known.min())
    found = {0.0 if least >= 0 else least}
    rows = max(1, int(_LEAST_SHARE * known.size))
    stump = DecisionTreeRegressor(max_leaf_nodes=BANDS, min_samples_leaf=rows)
    tree = stump.fit(known[:, None], points).tree_
    is_whole = bool((known == np.rint(known)).all())
    for border in tree.threshold[tree.feature >= 0].tolist():
        near = _round(np.ceil(border) if is_whole else border, unit)
        if least < near <= float(known.max()):
            found.add(near)
    return sorted(found)


def _round(border: float, unit: Unit) -> float:
    if unit is Unit.DAYS and border <= _DAYS[-1]:
        return float(min(_DAYS, key=lambda day: abs(day - border)))
    return float(f"{border:.2g}")  # two digits are as much as anybody remembers


def _categories(column: pd.Series) -> Iterator[tuple[Key, Floats]]:
    """Values by how they are written without marks, as a points table reads them.

    An address is no value that a card may show.
    """
    plain = column.astype("object").map(unmarked, na_action="ignore")
    spelled = dict(zip(plain.dropna(), column[plain.notna()].astype(str), strict=True))
    for value, spelling in spelled.items():
        if is_address(spelling):
            continue
        held = np.asarray(plain == value, dtype=np.float64)
        if _LEAST_SHARE <= held.mean() <= _MOST_SHARE:
            yield spelling, held
