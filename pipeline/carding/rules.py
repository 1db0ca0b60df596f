"""A card's rules one by one, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from features.catalogue import Catalogue
from features.declare import Feature, Signal
from features.vocabulary import Unit
from models.learning.points_table import Line, PerTouch, PointsTable


@dataclass(frozen=True)
class Rule:
    """One thing that carries points.

    Attributes
    ----------
    column : str
        Of the feature table, as ``[points_table]`` names it.
    words : str
        What the column is.
    kind : str
        ``each``: points each time, at most ``most`` times; ``band``: from ``low`` up to
        below ``high``; ``value``: where it is ``value``.
    points : int
    most : int or None
    low, high : float or None
        None of a ``high``: without end.
    value : str or None
    unit : str
    """

    column: str
    words: str
    kind: Literal["each", "band", "value"]
    points: int
    most: int | None = None
    low: float | None = None
    high: float | None = None
    value: str | None = None
    unit: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    @property
    def condition(self) -> str:
        """When the points are given.

        Examples
        --------
        >>> Rule("tour_7d", "Tours, last 7 days", "each", 2, most=5).condition
        'each time, at most 5 times'
        >>> Rule("age", "Age", "band", 2, low=7, high=30, unit="days").condition
        '7 to below 30 days'
        """
        if self.kind == "value":
            return f"is {self.value}"
        if self.kind == "each":
            if self.most == 1:
                return "if so" if self.unit == Unit.FLAG else "at least once"
            return f"each time, at most {self.most} times"
        unit = " days" if self.unit == Unit.DAYS else ""
        if unit and not self.low:
            return "ever" if self.high is None else f"below {self.high:,.15g} days"
        if self.high is None:
            return f"{self.low:,.15g}{unit} or more"
        return f"{self.low:,.15g} to below {self.high:,.15g}{unit}"


def rules_in(card: PointsTable, catalogue: Catalogue) -> Iterator[Rule]:
    """Give the rules of a card, line by line."""
    columns = {f.name: (s, f) for s in catalogue for f in s}
    for line in card.lines:
        signal, feature = columns[line.column]
        yield from _of_line(line, signal, words_of_column(signal, feature))


def words_of_column(signal: Signal, feature: Feature) -> str:
    """What a column is, with its window."""
    days = feature.lookback_days
    return signal.words if days is None else f"{signal.words}, last {days} days"


def _of_line(line: Line, signal: Signal, words: str) -> Iterator[Rule]:
    column, worth, unit = line.column, line.worth, signal.unit.value
    if isinstance(worth, PerTouch):
        whole = int(worth.points)
        yield Rule(column, words, "each", whole, most=worth.most, unit=unit)
    elif isinstance(worth, tuple):
        ends = [b.least for b in worth[1:]] + [math.inf]
        for band, end in zip(worth, ends, strict=True):
            if band.points:
                high = None if math.isinf(end) else end
                yield Rule(
                    column, words, "band", int(band.points), low=band.least, high=high,
                    unit=unit,
                )  # fmt: skip
    else:
        ordered = sorted(worth.items(), key=lambda kept: (-kept[1], kept[0]))
        for value, points in ordered:
            yield Rule(column, words, "value", int(points), value=value, unit=unit)
