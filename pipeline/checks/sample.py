"""Encoded rows with outcomes, and how well one column alone tells them apart.

Why whole leads are drawn, and by hash: the same rows come up on every machine, and no
lead's snapshots stand on both sides of a drawing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.evidence import hashed
from models.judging.ranking import Steps
from models.points import Floats
from models.served import encode

Rows = npt.NDArray[np.intp]

_SALT = "rows to check"


@dataclass(frozen=True, eq=False)
class Sample:
    """Some labelled snapshots as the booster reads them.

    Attributes
    ----------
    names : tuple of str
        The columns.
    categorical : tuple of int
        The columns that hold category codes.
    encoded : ndarray of shape (n, p)
    outcome : ndarray of shape (n,)
    lead_id, group_id : ndarray of shape (n,)
    """

    names: tuple[str, ...]
    categorical: tuple[int, ...]
    encoded: Floats
    outcome: Floats
    lead_id: npt.NDArray[np.object_]
    group_id: npt.NDArray[np.object_]

    @property
    def conversions(self) -> int:
        """Number of snapshots with outcome 1."""
        return int(self.outcome.sum())

    @property
    def has_both_outcomes(self) -> bool:
        """Whether there is anything to tell apart."""
        return 0 < self.conversions < len(self.outcome)

    def take(self, rows: Rows) -> Sample:
        """Return some of the rows."""
        return replace(
            self,
            encoded=self.encoded[rows],
            outcome=self.outcome[rows],
            lead_id=self.lead_id[rows],
            group_id=self.group_id[rows],
        )

    def thinned(self, most_rows: int) -> Sample:
        """Return about ``most_rows`` rows of whole leads, drawn by hash."""
        return self.take(drawn_rows(self.lead_id, most_rows))

    def keep(self, columns: Sequence[int]) -> Sample:
        """Return some of the columns."""
        places = {old: new for new, old in enumerate(columns)}
        return replace(
            self,
            names=tuple(self.names[c] for c in columns),
            categorical=tuple(places[c] for c in self.categorical if c in places),
            encoded=self.encoded[:, list(columns)],
        )

    def telling(self, place: int, known: Sample) -> Floats:
        """A column as an order: its numbers, or the rates of its categories.

        The rates come from ``known``, earlier rows, or else from the half of these
        rows whose groups hash to the other side.
        """
        column = self.encoded[:, place]
        if place not in self.categorical:
            return column
        if known is not self:
            return _rates(known, place, column)
        half = hashed(self.group_id, _SALT) % np.uint64(2) == 0
        told = np.full(len(column), np.nan)
        for here in (half, ~half):
            others = self.take(np.flatnonzero(~here))
            told[here] = _rates(others, place, column[here])
        return told

    def examples(self, order: Floats) -> tuple[str, ...]:
        """Up to three leads that converted, those highest in an order first."""
        rows = np.flatnonzero(self.outcome == 1)
        best = rows[np.argsort(-np.nan_to_num(order[rows], nan=-np.inf), kind="stable")]
        return tuple(dict.fromkeys(str(lead) for lead in self.lead_id[best[:50]]))[:3]


def sampled(
    spine: pd.DataFrame,
    features: pd.DataFrame,
    columns: Sequence[Mapping[str, Any]],
    *,
    most_rows: int,
) -> Sample:
    """Draw rows of whole leads and encode them.

    Parameters
    ----------
    spine, features : DataFrame of shape (n, …)
        Row by row about the same snapshots.
    columns : sequence of mappings
        As :func:`models.served.encode` takes them.
    most_rows : int
        About so many are drawn.
    """
    rows = drawn_rows(spine["lead_id"].to_numpy(object), most_rows)
    spine = spine.iloc[rows]
    return Sample(
        names=tuple(c["name"] for c in columns),
        categorical=tuple(i for i, c in enumerate(columns) if "categories" in c),
        encoded=encode(features.iloc[rows], columns),
        outcome=spine["outcome"].to_numpy(np.float64),
        lead_id=spine["lead_id"].to_numpy(object),
        group_id=spine["group_id"].to_numpy(object),
    )


def drawn_rows(lead_id: npt.NDArray[np.object_], most_rows: int) -> Rows:
    """Return about ``most_rows`` rows of whole leads, drawn by hash; all if fewer."""
    if len(lead_id) <= most_rows:
        return np.arange(len(lead_id))
    code, leads = pd.factorize(lead_id)
    ticket = hashed(list(leads), _SALT) / np.float64(2**64)
    return np.flatnonzero(ticket[code] < most_rows / len(lead_id))


def auc(order: Floats, outcome: Floats) -> float:
    """AUC of an order without missing values; NaN without both outcomes.

    Examples
    --------
    >>> auc(np.array([1.0, 2, 2, 3]), np.array([0.0, 0, 1, 1]))
    0.875
    """
    total, converted = _steps(order, outcome)
    return float(Steps(total[None], converted[None]).auc()[0])


def best_auc(order: Floats, outcome: Floats) -> float:
    """The better AUC of both directions, with the missing put below or above.

    Examples
    --------
    >>> best_auc(np.array([3.0, 2, np.nan, 1]), np.array([0.0, 0, 1, 1]))
    1.0
    """
    missing = np.isnan(order)
    total, converted = _steps(order[~missing], outcome[~missing])
    holes = missing.sum(), outcome[missing].sum()
    found = []
    for place in (0, len(total)):
        steps = Steps(
            np.insert(total, place, holes[0])[None],
            np.insert(converted, place, holes[1])[None],
        )
        found.append(float(steps.auc()[0]))
    return max(max(a, 1 - a) for a in found)


def _steps(order: Floats, outcome: Floats) -> tuple[Floats, Floats]:
    values, place = np.unique(order, return_inverse=True)
    sums = [np.bincount(place, w, len(values)) for w in (np.ones(len(place)), outcome)]
    return np.asarray(sums[0], np.float64), np.asarray(sums[1], np.float64)


def _rates(known: Sample, place: int, column: Floats) -> Floats:
    """Conversion rate of each row's category among known rows, pulled to the mean."""
    mean = float(known.outcome.mean())
    codes = pd.Series(np.nan_to_num(known.encoded[:, place], nan=-1))
    groups = pd.Series(known.outcome).groupby(codes)
    rate = (groups.sum() + mean) / (groups.size() + 1)
    sought = pd.Series(np.nan_to_num(column, nan=-1))
    return np.asarray(sought.map(rate).fillna(mean).to_numpy(np.float64))
