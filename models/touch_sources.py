"""What a scorer knows of each source of touches: what is usual of it on a plain night.

A source that stops, or whose ids are written otherwise, leaves every lead as if nothing
had happened to it, and each score by itself looks like a score. Only beside what was
usual in training can it be seen.

Why an age and not a count of the touches of a day: an export may hold any span, and a
source may be loaded on Sundays only. How old the newest touch was at each midnight of
the training span is known for every one of them.

Why shares by the age of leads: a night may score young leads alone, of whom fewer have
been touched. What is expected of tonight's leads follows their own ages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from .points import Floats

USUAL = 0.99  # of the midnights of the training span
BANDS_DAYS = (0.0, 1.0, 3.0, 7.0, 14.0, 30.0, 60.0, 90.0, 180.0)  # ages begin at these


@dataclass(frozen=True)
class TouchedBand:
    """Snapshots of leads of one age, and how many had a touch of the source before.

    Attributes
    ----------
    from_days : float
        The youngest; the band ends where the next one begins.
    snapshots, touched : int
    """

    from_days: float
    snapshots: int
    touched: int


@dataclass(frozen=True)
class TouchSource:
    """One source of touches, as it was in training.

    Attributes
    ----------
    name : str
        For people.
    written : dict of str to str
        What tells it from other sources, whatever its files are called: its columns.
    rows : int
        That came in.
    unreadable : int
        Of these, rows set aside that repeat no other.
    known_kinds : int
        Rows kept of a kind that is declared.
    age_days : float or None
        The age of its newest touch, by when our systems knew it, that was not exceeded
        at 99 of 100 midnights of the training span; None: at no midnight was there one.
    midnights : int
        At which there was one.
    touched : tuple of TouchedBand
    """

    name: str
    written: Mapping[str, str]
    rows: int
    unreadable: int
    known_kinds: int
    age_days: float | None
    midnights: int
    touched: tuple[TouchedBand, ...]

    @property
    def unreadable_share(self) -> float:
        """The share of its rows that were set aside and repeat no other."""
        return self.unreadable / self.rows if self.rows else 0.0

    def expected(self, ages_days: Floats) -> float:
        """How many of some leads ought to have a touch of this source.

        Parameters
        ----------
        ages_days : ndarray of shape (n_leads,)
            Of the leads at their snapshots.

        Returns
        -------
        float
            Between 0 and ``n_leads``; 0 where no snapshot was of a lead's age.

        Examples
        --------
        >>> bands = (TouchedBand(0, 10, 5), TouchedBand(30, 10, 9))
        >>> source = TouchSource("calls", {}, 0, 0, 0, None, 0, bands)
        >>> round(source.expected(np.array([1.0, 29.0, 31.0])), 2)
        1.9
        """
        if not self.touched:
            return 0.0
        starts = [band.from_days for band in self.touched]
        shares = [b.touched / b.snapshots if b.snapshots else 0.0 for b in self.touched]
        places = np.searchsorted(starts, ages_days, side="right") - 1
        return float(np.asarray(shares)[np.maximum(places, 0)].sum())

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> TouchSource:
        """Read what :func:`dataclasses.asdict` gave."""
        return cls(
            **{**raw, "touched": tuple(TouchedBand(**b) for b in raw["touched"])}
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return asdict(self)


def usual_age(newest_days: Floats, midnights: Floats) -> tuple[float | None, int]:
    """How old the newest touch is on all but one of a hundred midnights.

    Parameters
    ----------
    newest_days : ndarray of shape (n_days,)
        The newest instant of each day with a touch, in days since 1970, rising.
    midnights : ndarray of shape (n_midnights,)
        In days since 1970.

    Returns
    -------
    float or None
        In days; None where all touches came after all midnights.
    int
        Midnights with a touch before them.

    Examples
    --------
    >>> usual_age(np.array([0.5, 7.5, 14.5]), np.arange(1.0, 15.0))
    (6.5, 14)
    """
    places = np.searchsorted(newest_days, midnights, side="left") - 1
    there = places >= 0
    if not there.any():
        return None, 0
    ages = midnights[there] - newest_days[places[there]]
    # A midnight that was: no mean of two of them.
    return float(np.quantile(ages, USUAL, method="higher")), int(there.sum())


def touched_bands(ages_days: Floats, is_touched: np.ndarray) -> tuple[TouchedBand, ...]:
    """Count snapshots by the age of their leads, and those with a touch before.

    Examples
    --------
    >>> touched_bands(np.array([0.5, 2.0, 2.5]), np.array([False, True, True]))[:2]
    (TouchedBand(from_days=0.0, snapshots=1, touched=0), \
TouchedBand(from_days=1.0, snapshots=2, touched=2))
    """
    places = np.searchsorted(BANDS_DAYS, ages_days, side="right") - 1
    places = np.maximum(places, 0)
    counts = np.bincount(places, minlength=len(BANDS_DAYS))
    touched = np.bincount(places[is_touched], minlength=len(BANDS_DAYS))
    return tuple(
        TouchedBand(start, int(n), int(k))
        for start, n, k in zip(BANDS_DAYS, counts, touched, strict=True)
        if n
    )


def paired(
    known: Sequence[TouchSource], written: Sequence[Mapping[str, str]]
) -> list[int | None]:
    """Tell which of the known sources each of tonight's is.

    By what is written of them; what is left over, by its place among all.

    Returns
    -------
    list of int or None
        For each of ``written``, a place in ``known``; None for one that is new.

    Examples
    --------
    >>> calls = TouchSource("calls", {"kind_is": "call"}, 1, 0, 1, 0.5, 9, ())
    >>> paired([calls], [{"kind_is": "mail"}, {"kind_is": "call"}])
    [None, 0]
    """
    free = dict(enumerate(known))
    found: list[int | None] = []
    for each in written:
        place = next((i for i, k in free.items() if dict(k.written) == each), None)
        if place is not None:
            del free[place]
        found.append(place)
    for place in range(len(found)):
        if found[place] is None and place in free:
            del free[place]
            found[place] = place
    return found
