"""The company's points table: so many points for each thing a lead did or is.

It is what most companies score by, hence a contestant on the same rows as the booster,
and what is served where there is too little data for a model. Written as a grove of
small trees it needs no path of its own.

Touches are counted over the longest lookback: points that are never lost make every
old lead hot. A kind counts at most ten times unless ``most`` says otherwise, so that
one habit cannot outweigh all else. Points are put on the scale of log-odds by their
spread alone, blind to outcomes; how much they are worth is the calibrator's business.
A table that says what everybody begins with is on the score's scale already, as a
points card is: ten points more double the odds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
import pandas as pd

from features.catalogue import Catalogue, slug
from features.company import Company
from features.declare import Feature, Signal
from features.errors import ConfigError, few, near
from features.letters import unmarked
from features.lexicon import COUNTRIES
from features.vocabulary import Unit

from ..players import ModelFeature
from ..points import MIDDLE_POINTS, POINTS_PER_LOG_ODDS, Floats
from ..served import encode
from .grove import Tree, constant, model_text
from .steps import by_category, by_number

MOST: Final = 10  # times that a kind of touch counts
# Log-odds of one standard deviation of points, before any calibration.
PER_DEVIATION: Final = 0.5
_NEAREST = 1e-35  # to nought: what LightGBM tells from it


@dataclass(frozen=True)
class Band:
    """Points from a number on, up to where the next band begins."""

    least: float
    points: float


@dataclass(frozen=True)
class PerTouch:
    """Points for each time, up to ``most`` times."""

    points: float
    most: int = MOST


Said: TypeAlias = PerTouch | tuple[Band, ...] | Mapping[str, float]


@dataclass(frozen=True)
class Line:
    """One column, and what its values are worth.

    Attributes
    ----------
    column : str
        Of the feature table.
    worth : PerTouch, tuple of Band, or dict of str to float
        Of a count or a flag, of a number, of a category.
    """

    column: str
    worth: Said


@dataclass(frozen=True)
class PointsTable:
    """Everything that carries points; those of ``everybody`` are on the score's scale.

    Where everybody has none, the others are on a scale of their own.
    """

    lines: tuple[Line, ...]
    everybody: float | None = None

    def features(self, table: pd.DataFrame) -> tuple[ModelFeature, ...]:
        """How its columns are encoded, from rows that may be known of.

        Parameters
        ----------
        table : DataFrame of shape (n, at least the columns)
            A category that carries points counts as known, seen or not.
        """
        return tuple(_feature(line, table[line.column]) for line in self.lines)

    def points(self, table: pd.DataFrame) -> Floats:
        """Points of each row of the feature table; shape (n,)."""
        start = np.full(len(table), self.everybody or 0.0)
        columns = [_points_of(line, table[line.column]) for line in self.lines]
        return np.asarray(np.sum([start, *columns], axis=0), dtype=np.float64)

    def text(self, features: Sequence[ModelFeature], known: pd.DataFrame) -> str:
        """Write the table as a LightGBM model whose margins rise with the points.

        Parameters
        ----------
        features : sequence of ModelFeature
            As ``features`` gave them.
        known : DataFrame of shape (n, at least the columns)
            Rows whose points have margins of mean 0 and standard deviation
            ``PER_DEVIATION``, where the table is on a scale of its own; their outcomes
            are not asked for.
        """
        start, unit = self._scale(known)
        held = encode(known, [f.to_dict() for f in features])
        trees = [constant(start, float(len(known)))]
        for place, (line, feature) in enumerate(zip(self.lines, features, strict=True)):
            trees.append(_tree(line, feature, place, held[:, place], unit))
        return model_text(trees, len(features))

    def _scale(self, known: pd.DataFrame) -> tuple[float, float]:
        """Log-odds of a lead without any points, and of a point."""
        if self.everybody is not None:
            unit = 1 / POINTS_PER_LOG_ODDS
            return unit * (self.everybody - MIDDLE_POINTS), unit
        points = self.points(known)
        spread = float(points.std())
        unit = PER_DEVIATION / spread if spread > 0 else 1.0
        return -unit * float(points.mean()), unit


def points_table_of(
    said: Mapping[str, Said], catalogue: Catalogue, *, everybody: float | None = None
) -> PointsTable:
    """Find the column of everything that is said to carry points.

    Parameters
    ----------
    said : mapping
        Kind of touch, or column of the feature table, to what it is worth.
    everybody : float or None
        As of ``PointsTable``.

    Raises
    ------
    ConfigError
        When a name is neither, or is worth something that its values cannot bear.

    Examples
    --------
    >>> from features.catalogue import catalogue_of
    >>> from features.company import Kind
    >>> from features.vocabulary import FunnelStage
    >>> kinds = (Kind("pricing_page", "Pricing page", FunnelStage.BOTTOM),)
    >>> catalogue = catalogue_of(Company(kinds=kinds))
    >>> table = points_table_of({"pricing_page": PerTouch(10)}, catalogue)
    >>> table.lines[0].column
    'pricing_page_touches_90d'
    """
    lines = []
    for name, worth in said.items():
        signal, feature = _found(name, catalogue)
        lines.append(Line(feature.name, _worth(name, worth, signal, catalogue.company)))
    if twice := sorted({x.column for x in lines if _count(x, lines) > 1}):
        raise ConfigError(
            f"[points_table] gives points to {few(twice)} twice: by the kind of touch "
            "and by its column. Keep one."
        )
    return PointsTable(tuple(lines), everybody)


def _count(line: Line, lines: Sequence[Line]) -> int:
    return sum(each.column == line.column for each in lines)


def _found(name: str, catalogue: Catalogue) -> tuple[Signal, Feature]:
    """The signal and the column that a name stands for."""
    kinds = {k.name: f"{slug(k.name)}_touches" for k in catalogue.company.kinds}
    columns = {f.name: (s, f) for s in catalogue for f in s}
    for signal in catalogue:
        if name in kinds and signal.name == kinds[name]:
            return signal, signal.features[-1]  # of the longest lookback
    if slug(name) in columns:
        return columns[slug(name)]
    meant = near(name, [*kinds, *columns])
    hint = f" Did you mean '{meant[0]}'?" if meant else ""
    raise ConfigError(
        f"[points_table] gives points to {name!r}, which is neither a kind of touch in "
        f"[funnel] nor a column that `leadlight signals` lists.{hint}"
    )


def _worth(name: str, worth: Said, signal: Signal, company: Company) -> Said:
    """What a name is worth, where its values can bear it."""
    if signal.unit is Unit.CATEGORY:
        if not isinstance(worth, Mapping):
            raise ConfigError(
                f"points_table.{name} is a category: say which of its values carry "
                f"points, as in [points_table.{name}] and 'value = 5'."
            )
        is_country = any(
            slug(a.name) == signal.name and a.means == "country"
            for a in company.attributes
        )
        named = [_country(k) if is_country else k for k in worth]
        plain = [unmarked(k) for k in named]
        if twice := sorted(
            {k for k, p in zip(worth, plain, strict=True) if plain.count(p) > 1}
        ):
            raise ConfigError(
                f"points_table.{name} gives points to {few(twice)}, which mean the "
                "same value. Keep one."
            )
        return dict(zip(named, worth.values(), strict=True))
    if isinstance(worth, Mapping):
        raise ConfigError(
            f"points_table.{name} counts or measures, and has no values by name: say "
            "points each time ('= 5'), or bands ('= [{ from = 50, points = 5 }]')."
        )
    if isinstance(worth, PerTouch) and signal.unit not in (Unit.COUNT, Unit.FLAG):
        raise ConfigError(
            f"points_table.{name} is a {signal.unit.value}, of which nothing can be "
            "given for each: write bands, as in '= [{ from = 50, points = 5 }]'."
        )
    return worth


def _country(said: str) -> str:
    """The lexicon's name of a country, however it is written."""
    return next((n for n, texts in COUNTRIES.items() if unmarked(said) in texts), said)


def _feature(line: Line, column: pd.Series) -> ModelFeature:
    if isinstance(line.worth, Mapping):
        seen = {str(v) for v in column.dropna().unique()}
        worth = _by_plain(line.worth)
        carrying = {v for v in seen if unmarked(v) in worth} | set(line.worth)
        return ModelFeature(
            line.column, tuple(sorted(carrying)), tuple(sorted(seen - carrying))
        )
    values = column.to_numpy(np.float64, na_value=np.nan)
    if np.isnan(values).all():
        return ModelFeature(line.column)
    return ModelFeature(
        line.column, low=float(np.nanmin(values)), high=float(np.nanmax(values))
    )


def _by_plain(worth: Mapping[str, float]) -> dict[str, float]:
    return {unmarked(k): v for k, v in worth.items()}


def _points_of(line: Line, column: pd.Series) -> Floats:
    """Points of each value; a missing one has none."""
    if isinstance(line.worth, Mapping):
        worth = _by_plain(line.worth)
        plain = column.astype("object").map(unmarked, na_action="ignore")
        return np.asarray(plain.map(worth).fillna(0.0), dtype=np.float64)
    values = column.to_numpy(np.float64, na_value=np.nan)
    borders, worth_of = _steps(line.worth)
    place = np.searchsorted(borders, values, side="left")
    found = np.asarray(worth_of)[np.minimum(place, len(borders))]
    told: Floats = np.where(np.isnan(values), 0.0, found)
    return told


def _steps(worth: PerTouch | tuple[Band, ...]) -> tuple[list[float], list[float]]:
    """Borders, below or at which a value belongs, and the points between them."""
    if isinstance(worth, PerTouch):
        times = range(worth.most + 1)
        return [t + 0.5 for t in times[:-1]], [t * worth.points for t in times]
    bands = sorted(worth, key=lambda band: band.least)
    borders = [
        -_NEAREST if b.least == 0 else float(np.nextafter(b.least, -np.inf))
        for b in bands
    ]
    return borders, [0.0, *(b.points for b in bands)]


def _tree(
    line: Line, feature: ModelFeature, place: int, held: Floats, unit: float
) -> Tree:
    if isinstance(line.worth, Mapping):
        worth = _by_plain(line.worth)
        codes = {
            code: unit * worth[unmarked(name)]
            for code, name in enumerate(feature.categories or (), start=1)
        }
        return by_category(place, codes, otherwise=0.0, held=held)
    borders, points = _steps(line.worth)
    values = [unit * p for p in points]
    return by_number(place, borders, values, missing=0.0, held=held)
