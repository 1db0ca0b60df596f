"""The support of a market: how many past leads, and conversions, stand behind a score.

A probability for a lead from a country with three past leads is the booster's guess
from other countries. The table of support says how many leads and conversions each
market segment had, so that a lead set aside can be told what is known of its like, and
a night that moves up-market or abroad is noticed: more of its leads than of the past
ones come from segments with few conversions.

Counts only, and of distinct leads: a lead looked at every week is one lead. Signals
that are personal have no place here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.stats import binom

from ..judging.breakdowns import TOO_FEW
from .familiarity import AS_EXPECTED, LEAST_BATCH, MORE_THAN_EXPECTED

LEAST_CONVERSIONS: Final = 10  # in a segment: fewer pin a rate down to no factor of two
MOST_SEGMENTS: Final = 200  # of a column: more are names, not a market
# Ends of the bands that companies' sizes are told in, wherever sizes are told.
SIZE_ENDS: Final = (10.0, 50.0, 200.0, 1_000.0, 5_000.0)
_ALARM: Final = 0.001


@dataclass(frozen=True)
class Segment:
    """One segment of the past: how many leads, and how many of them converted."""

    name: str
    leads: int
    conversions: int


@dataclass(frozen=True)
class Support:
    """The segments of one column.

    Attributes
    ----------
    column, words : str
        A feature, and what a reader calls it.
    ends : tuple of float
        Upper ends of the bands of a number, rising; none: a category.
    segments : tuple of Segment
        The largest first.
    """

    column: str
    words: str
    ends: tuple[float, ...]
    segments: tuple[Segment, ...]

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Support:
        """Read what the contract holds."""
        return cls(
            str(raw["column"]),
            str(raw["words"]),
            tuple(float(e) for e in raw["ends"]),
            tuple(Segment(**s) for s in raw["segments"]),
        )

    def of(self, name: str) -> Segment:
        """Return a segment of the past; one that was never seen has no leads."""
        found = (s for s in self.segments if s.name == name)
        return next(found, Segment(name, 0, 0))

    def names(self, values: pd.Series) -> pd.Series:
        """Return the segment of each value; missing where that is.

        Examples
        --------
        >>> sizes = Support("size", "Size", (10.0, 50.0), ())
        >>> sizes.names(pd.Series([10.0, 11.0, 99.0])).tolist()
        ['up to 10', 'over 10 to 50', 'over 50']
        """
        told = values.astype("object").where(values.notna(), None)
        if not self.ends:
            return told.map(lambda v: None if v is None else _text(v))
        bands = _bands(self.ends)
        ends = np.array(self.ends)
        return told.map(
            lambda v: None if v is None else bands[int(np.searchsorted(ends, float(v)))]
        )


@dataclass(frozen=True)
class Move:
    """Whether a night's leads come from segments with few conversions behind them.

    Attributes
    ----------
    words : str
        Of the column.
    leads, thin : int
        Leads of a known segment tonight, and those of segments with fewer than
        ``LEAST_CONVERSIONS`` past conversions.
    past_share : float
        The share of past leads in such segments.
    verdict : str
        ``as expected``, ``more than expected`` or ``too few``.
    """

    words: str
    leads: int
    thin: int
    past_share: float
    verdict: str

    @property
    def is_unusual(self) -> bool:
        """Whether tonight moves to where little is known."""
        return self.verdict == MORE_THAN_EXPECTED


def support_of(
    column: str,
    words: str,
    values: pd.Series,
    past: pd.DataFrame,
    *,
    ends: Sequence[float] = (),
) -> Support | None:
    """Count leads and conversions by segment.

    Parameters
    ----------
    column, words : str
    values : Series of shape (n,)
        The column's values.
    past : DataFrame of shape (n, at least 2)
        ``lead_id`` and ``outcome`` of the same rows, in the same order.
    ends : sequence of float
        Upper ends of the bands of a number.

    Returns
    -------
    Support or None
        None where there are no segments, or more than 200.

    Examples
    --------
    >>> past = pd.DataFrame({"lead_id": ["a", "a", "b"], "outcome": [0, 1, 0]})
    >>> support_of("land", "Land", pd.Series(["nl", "nl", "nl"]), past).segments
    (Segment(name='nl', leads=2, conversions=1),)
    """
    empty = Support(column, words, tuple(float(e) for e in ends), ())
    told = pd.DataFrame(
        {
            "name": empty.names(values).to_numpy(),
            "lead": past["lead_id"].to_numpy(),
            "converted": past["outcome"].to_numpy(np.float64) == 1,
        }
    ).dropna(subset=["name"])
    each = told.groupby(["name", "lead"], sort=True)["converted"].any()
    found = each.groupby(level="name").agg(["size", "sum"])
    if not 0 < len(found) <= MOST_SEGMENTS:
        return None
    counted = [Segment(str(n), int(a), int(b)) for n, a, b in found.itertuples()]
    counted.sort(key=lambda s: (-s.leads, s.name))
    return Support(column, words, empty.ends, tuple(counted))


def thinnest(
    supports: Sequence[Support], names: Mapping[str, str]
) -> tuple[Support, Segment] | None:
    """Return the segment of a lead behind which least stands; None if it has none.

    Parameters
    ----------
    supports : sequence of Support
    names : mapping of str to str
        The lead's segment in each column where it has one.
    """
    found = [
        (support, support.of(names[support.column]))
        for support in supports
        if support.column in names
    ]
    if not found:
        return None
    return min(found, key=lambda f: (f[1].conversions, f[1].leads))


def move_of(support: Support, names: pd.Series) -> Move:
    """Compare a night's share of leads in thin segments with the past's.

    Parameters
    ----------
    support : Support
    names : Series of shape (n,)
        Tonight's segments, one a lead; None where missing.

    Examples
    --------
    >>> past = (Segment("nl", 90, 30), Segment("be", 10, 1))
    >>> move = move_of(Support("c", "Country", (), past), pd.Series(["br"] * 40))
    >>> move.thin, move.past_share, move.verdict
    (40, 0.1, 'more than expected')
    """
    enough = {s.name for s in support.segments if s.conversions >= LEAST_CONVERSIONS}
    known = names.dropna()
    thin = int((~known.isin(enough)).sum())
    past = sum(s.leads for s in support.segments)
    few = sum(s.leads for s in support.segments if s.name not in enough)
    share = few / past if past else 1.0
    if len(known) < LEAST_BATCH:
        return Move(support.words, len(known), thin, share, TOO_FEW)
    # One lead more than the past had, so that a share of nought is not taken for sure.
    foreseen = (few + 1) / (past + 1)
    chance = binom.sf(thin - 1, len(known), foreseen)
    verdict = MORE_THAN_EXPECTED if chance <= _ALARM else AS_EXPECTED
    return Move(support.words, len(known), thin, share, verdict)


def _bands(ends: Sequence[float]) -> list[str]:
    first, last = f"up to {ends[0]:,g}", f"over {ends[-1]:,g}"
    between = [f"over {a:,g} to {b:,g}" for a, b in pairwise(ends)]
    return [first, *between, last]


def _text(value: object) -> str:
    """A value as a segment's name; whole numbers without a point."""
    is_whole = isinstance(value, float) and value.is_integer()
    return f"{value:.0f}" if is_whole else str(value)
