"""The arrivals: how many leads newly reach a cutoff, week by week.

Why leads and not snapshots: a lead that stays above a cutoff for a month is work once.
Why the upper quantile and not the mean: sales that can work forty leads a week are
drowned in every other week by forty on average. Why some leads are left out: one that
is already above when it is first judged, and was looked at before, may have got there
at any time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..points import Floats

# In 19 weeks of 20 no more leads than this reach the cutoff.
USUAL: Final = 0.95
FEWEST_WEEKS: Final = 4
_MONDAY: Final = 4  # 5 January 1970, in days


@dataclass(frozen=True, eq=False, slots=True)
class Arrivals:
    """Scored snapshots with their weeks, in the order of time.

    Parameters
    ----------
    probability : ndarray of shape (n,)
        Calibrated, in [0, 1].
    lead : ndarray of int, shape (n,)
        Which rows are of one lead.
    week : ndarray of int, shape (n,)
        0 to ``weeks`` - 1, Monday to Sunday; weeks without a snapshot are left out.
    from_the_start : ndarray of bool, shape (n_leads,)
        Whether the first snapshot of a lead is among the rows.

    Examples
    --------
    >>> days = [0, 7, 0, 7, 7]
    >>> seen = [0.1, 0.6, 0.7, 0.8, 0.5]
    >>> arrivals = Arrivals.of(["a", "a", "b", "b", "c"], days, seen)
    >>> arrivals.a_week(0.5)
    array([1, 2])
    """

    probability: Floats
    lead: npt.NDArray[np.intp]
    week: npt.NDArray[np.intp]
    from_the_start: npt.NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        lead_id: npt.ArrayLike | pd.Series,
        day: npt.ArrayLike,
        probability: npt.ArrayLike,
    ) -> Arrivals:
        """Put snapshots in the order of time, and number their weeks.

        Parameters
        ----------
        lead_id, day, probability : array-like of shape (n,)
            Days since 1 January 1970, a Thursday, fractions of days included. A missing
            probability is of a snapshot that was not judged: it tells that its lead was
            there.
        """
        days = np.asarray(day, dtype=np.float64)
        order = np.argsort(days, kind="stable")
        lead, _ = pd.factorize(np.asarray(lead_id, dtype=object)[order])
        chance = np.asarray(probability, dtype=np.float64)[order]
        judged = ~np.isnan(chance)
        first = np.zeros(int(lead.max(initial=-1)) + 1, dtype=np.intp)
        first[lead[::-1]] = np.arange(lead.size)[::-1]
        weeks = np.floor((days[order][judged] - _MONDAY) / 7)
        week = np.unique(weeks, return_inverse=True)[1].ravel()
        return cls(chance[judged], lead[judged], week, judged[first])

    @property
    def weeks(self) -> int:
        """Number of weeks with a snapshot."""
        return int(self.week.max(initial=-1)) + 1

    def a_week(self, threshold: float) -> npt.NDArray[np.intp]:
        """Leads that first reach a threshold in each week; shape (weeks,)."""
        tally = _Tally(self)
        for row in np.flatnonzero(self.probability >= threshold):
            tally.add(int(row))
        return tally.counts

    def usual_most(self, threshold: float) -> float:
        """Leads that newly reach a threshold in a busy week, the 95 % quantile."""
        return _usual_most(self.a_week(threshold))

    def lowest_within(self, leads: float) -> float | None:
        """Lowest threshold at which a busy week brings no more than so many leads.

        Returns
        -------
        float or None
            No higher threshold brings more either. Leads of one probability reach it
            together or not at all; None where even the highest brings too many.
        """
        tally, found = _Tally(self), None
        order = np.argsort(-self.probability, kind="stable")
        falling = self.probability[order]
        ends = np.flatnonzero(np.diff(falling, append=-1.0))
        start = 0
        for end in ends:
            for row in order[start : end + 1]:
                tally.add(int(row))
            if _usual_most(tally.counts) > leads:
                return found
            found, start = float(falling[end]), int(end) + 1
        return found


class _Tally:
    """Counts of leads by the week in which they first reached a falling threshold."""

    def __init__(self, arrivals: Arrivals) -> None:
        self.week, self.lead = arrivals.week, arrivals.lead
        self.counts = np.zeros(arrivals.weeks, dtype=np.intp)
        rows = np.arange(self.lead.size)
        # The row at which each lead was first judged, and at which it first reached.
        self.first = np.full(arrivals.from_the_start.size, rows.size, dtype=np.intp)
        np.minimum.at(self.first, self.lead, rows)
        self.reached = np.full(arrivals.from_the_start.size, rows.size, dtype=np.intp)
        self.is_sure = arrivals.from_the_start

    def add(self, row: int) -> None:
        """Let one more row qualify."""
        lead = self.lead[row]
        before = self.reached[lead]
        if row >= before:
            return
        if before < self.lead.size:
            self.counts[self.week[before]] -= 1
        self.reached[lead] = row
        if self.is_sure[lead] or row != self.first[lead]:
            self.counts[self.week[row]] += 1


def _usual_most(counts: npt.NDArray[np.intp]) -> float:
    if not counts.size:
        return math.nan
    return float(np.quantile(counts, USUAL, method="inverted_cdf"))
