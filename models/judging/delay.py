"""The delay: how long conversions take, from the creation of a lead.

A horizon that is too short calls late converters noughts; one that is too long leaves
the newest leads out of the learning. Which is which is told by the share of leads that
have converted by each age, and by when nearly all of those who ever do have done so.

Why Aalen and Johansen's cumulative incidence: many leads are too young to tell
(censored), so that plain shares are too low; and many are closed, and can no longer
convert. 1 - Kaplan-Meier takes a closed lead for one that was lost sight of and may yet
convert like any other: on a bank's loan applications it says .894 by 90 days where .180
is true.

Why a conversion after a closing is a conversion: the outcome takes it for one, too.

Why the ages end where a twentieth of the leads were watched: beyond, one lead that
converts may stand for hundreds that could not be watched so long.

References
----------
Aalen and Johansen (1978), An empirical transition matrix for non-homogeneous Markov
chains based on censored observations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from features.errors import DataError

from ..points import Floats

NEARLY_ALL: Final = 0.95  # of those who convert: the horizon is suggested for these
MOST_GONE: Final = 0.1  # of those who convert in time: then the chance is off by that
FEWEST: Final = 20  # conversions; of fewer no quantile is worth a sentence
_LEAST_WATCHED: Final = 0.05  # of the leads, at the longest age that is looked at
_CLOSE: Final = 1e-12  # sums of floats may miss a share by so much


@dataclass(frozen=True, eq=False, slots=True)
class Delay:
    """The share of leads that have converted by each age.

    Parameters
    ----------
    leads, conversions, closings : int
        Leads watched; how many of them were seen to convert, and to be closed without.
    longest_days : float
        The age up to which the share is told: a twentieth of the leads were watched so
        long.
    days : ndarray of shape (m,)
        Ages at which leads converted, rising, in days since creation.
    share : ndarray of shape (m,)
        Share of all leads that have converted by then, the age itself included, in
        [0, 1], rising.
    """

    leads: int
    conversions: int
    closings: int
    longest_days: float
    days: Floats
    share: Floats

    @classmethod
    def of(
        cls,
        converted_after: npt.ArrayLike,
        closed_after: npt.ArrayLike,
        known_for: npt.ArrayLike,
    ) -> Delay:
        """Reckon the cumulative incidence of conversion.

        Parameters
        ----------
        converted_after, closed_after : array-like of shape (n,)
            Age at which a lead converted, or was closed, in days, at least 0; missing
            (NaN) where it was not. What lies beyond ``known_for`` is not looked at.
        known_for : array-like of shape (n,)
            Age up to which it is known what became of the lead, in days, at least 0.

        Raises
        ------
        DataError
            Without leads, or where an age is below 0.

        Examples
        --------
        One lead converts, one is closed, one is too young to tell, one converts late.

        >>> nan = float("nan")
        >>> delay = Delay.of([1, nan, nan, 4], [nan, 2, nan, nan], [9, 9, 3, 9])
        >>> delay.days, delay.share
        (array([1., 4.]), array([0.25, 0.75]))
        """
        converted, closed, known = _ages(converted_after, closed_after, known_for)
        is_converted = converted <= known
        is_closed = ~is_converted & (closed <= known)
        ended = np.where(is_converted, converted, np.where(is_closed, closed, known))
        days, share = _incidence(ended, is_converted, is_converted | is_closed)
        longest = _longest(known)
        told = days <= longest
        return cls(
            known.size,
            int(is_converted.sum()),
            int(is_closed.sum()),
            longest,
            days[told],
            share[told],
        )

    @property
    def ever(self) -> float:
        """Share of leads that convert by the longest age, in [0, 1]."""
        return float(self.share[-1]) if self.share.size else 0.0

    def converted_within(self, days: float) -> float:
        """Share of leads that convert within [0, days), as an outcome counts them."""
        steps = int(np.searchsorted(self.days, days, side="left"))
        return float(self.share[steps - 1]) if steps else 0.0

    def quantile(self, part: float) -> float:
        """Age by which this part, in (0, 1], of those who convert have; NaN for none.

        Examples
        --------
        >>> Delay.of([2, 4, 6, 8], [float("nan")] * 4, [9] * 4).quantile(0.5)
        4.0
        """
        if not self.share.size:
            return math.nan
        reached = self.share >= part * self.ever - _CLOSE
        return float(self.days[reached.argmax()])

    def suggested_horizon(self, snapshot_after_days: float = 0.0) -> int | None:
        """The shortest horizon of whole days within which nearly all convert.

        Parameters
        ----------
        snapshot_after_days : float, default 0
            Age at the snapshot, from which a horizon is counted.

        Returns
        -------
        int or None
            At least 1. A horizon ends before its end, so that it has to be longer than
            the time by which 95 % of those who convert have. None with fewer than 20
            conversions.
        """
        if self.conversions < FEWEST or not self.share.size:
            return None
        wait = self.quantile(NEARLY_ALL) - snapshot_after_days
        return max(1, math.floor(wait) + 1)

    def holds_for(self, after_days: float, horizon_days: float) -> float | None:
        """Days after a snapshot up to which its probability holds of those left.

        Who has not converted by then is likelier never to: once a tenth of those who
        convert within the horizon have, the chance of the others is a tenth less.

        Parameters
        ----------
        after_days : float
            Age at the snapshot.
        horizon_days : float
            Counted from there.

        Returns
        -------
        float or None
            At least 0; None with fewer than 20 conversions, or none in time.

        Examples
        --------
        Twenty convert, two of them on each of ten days.

        >>> ages = [float(day) for day in range(1, 11)] * 2
        >>> delay = Delay.of(ages, [float("nan")] * 20, [30] * 20)
        >>> delay.holds_for(0, 30), delay.holds_for(4.5, 30), delay.holds_for(12, 30)
        (2.0, 0.5, None)
        """
        if self.conversions < FEWEST:
            return None
        before = self.converted_within(after_days)
        converting = self.converted_within(after_days + horizon_days) - before
        if converting <= _CLOSE:
            return None
        is_late = self.share > before + MOST_GONE * converting + _CLOSE
        return float(self.days[is_late.argmax()]) - after_days

    @property
    def is_still_rising(self) -> bool:
        """Whether over a twentieth of the conversions fall on the last tenth of ages.

        Then the history is too short to say when conversions come to an end.
        """
        return self.quantile(NEARLY_ALL) > 0.9 * self.longest_days

    def points(self, most: int = 200) -> tuple[Floats, Floats]:
        """Ages and shares for a picture: (0, 0), the end, and the steps between.

        Where there are more than ``most``, they are thinned evenly along the curve.
        """
        days = np.concatenate([[0.0], self.days, [self.longest_days]])
        share = np.concatenate([[0.0], self.share, [self.ever]])
        if days.size > most:
            length = days / max(self.longest_days, _CLOSE) + share / max(
                self.ever, _CLOSE
            )
            asked = np.linspace(0.0, length[-1], most)
            kept = np.unique(np.searchsorted(length, asked - _CLOSE))
            days, share = days[kept], share[kept]
        return days, share


def _ages(
    converted_after: npt.ArrayLike,
    closed_after: npt.ArrayLike,
    known_for: npt.ArrayLike,
) -> tuple[Floats, Floats, Floats]:
    """The three columns as floats, or a sentence about what is wrong with them."""
    columns = (converted_after, closed_after, known_for)
    converted, closed, known = (np.asarray(c, dtype=np.float64) for c in columns)
    if (
        known.ndim != 1
        or not known.size
        or not converted.shape == closed.shape == (known.shape)
    ):
        raise DataError(
            "Delays need three columns of ages of the same leads, at least one, but "
            f"the shapes are {converted.shape}, {closed.shape} and {known.shape}."
        )
    wrong = ~(known >= 0) | (converted < 0) | (closed < 0) | np.isinf(known)
    if wrong.any():
        raise DataError(
            f"Ages are counted from creation, but {int(wrong.sum())} of {known.size} "
            "leads have one below 0 or are not known for any age; the first is row "
            f"{int(wrong.argmax())}. Leave out leads that ended before their creation "
            "or were created after known_until."
        )
    return converted, closed, known


def _incidence(
    ended: Floats, is_converted: npt.NDArray[np.bool_], is_end: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Ages at which leads converted, and the share that have by then."""
    ages, place = np.unique(ended, return_inverse=True)
    converted = np.bincount(place, is_converted, ages.size)
    ends = np.bincount(place, is_end, ages.size)
    left = np.bincount(place, minlength=ages.size)
    # A lead lost sight of at an age was still watched at it.
    watched = left[::-1].cumsum()[::-1]
    going = np.cumprod(1 - ends / watched)
    before = np.concatenate([[1.0], going[:-1]])
    share = np.cumsum(before * converted / watched)
    steps = converted > 0
    return ages[steps], np.minimum(share[steps], 1.0)


def _longest(known: Floats) -> float:
    """The longest age that a twentieth of the leads were watched to."""
    rank = math.ceil(_LEAST_WATCHED * known.size)
    return float(np.partition(known, known.size - rank)[known.size - rank])
