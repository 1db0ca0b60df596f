"""Which signals are told as reasons, and of many leads at once in which words.

At most four that raise the score and four that lower it, one a signal, the strongest
first, in log-odds (points are log-odds times one number). What they leave out is always
told beside them: the four strongest of eighty signals hold a third of all points.

Ties: the strongest signal that is not yet placed leads a tie of all that reach 95 % of
it, and of those the first in the order of the contract are told, as far as there is
room. So of two signals of nearly one strength neither drops out for the noise of a
retrain. What is told is listed by the points as they are printed, to a tenth, and as
it was placed where these are the same.

Why codes: a million leads have eight million reasons, and no Python object is made for
any. A compiled loop picks them, and each different value is put into words once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from ..players import ModelSignal
from .spoken import Codes, Spoken
from .words import Floats

if TYPE_CHECKING:
    import pandas as pd

    from ..contract import Contract

MOST_REASONS: Final = 4  # of either direction
LEAST_POINTS: Final = 0.05  # less would be printed as nought
TIE: Final = 0.95  # of the strongest: what reaches it is as strong
NOBODY: Final = -1

Places = npt.NDArray[np.int16]
Pick = Callable[[Floats, Places, Floats, Floats], None]


@dataclass(frozen=True, slots=True)
class Topic:
    """The points that some signals share, being about the same.

    Attributes
    ----------
    words : str
    points : float
        The sum of theirs.
    signals : int
        How many.
    """

    words: str
    points: float
    signals: int


@dataclass(frozen=True, eq=False)
class Told:
    """The reasons of many leads: four that raise, then four that lower.

    Attributes
    ----------
    places : ndarray of int, shape (n_leads, 8)
        Which signal, the strongest first; -1 where there are no more.
    points : ndarray of shape (n_leads, 8)
        NaN where there are no more.
    said : ndarray of int, shape (n_leads, 8)
        Which of ``values``; -1 likewise.
    values : tuple of str
        The value sides of all these reasons.
    other_points : ndarray of shape (n_leads,)
        Sum over the signals that are not told.
    """

    places: Places
    points: Floats
    said: npt.NDArray[np.int32]
    values: tuple[str, ...]
    other_points: Floats


def strongest(points: Floats) -> tuple[list[int], list[int]]:
    """Return the places of the signals that raise most and that lower most.

    Returns
    -------
    raising, lowering : list of int
        At most four each, the strongest first, and in their order what is printed
        alike; none that would be printed as nought.

    Examples
    --------
    >>> strongest(np.array([1.0, -2.0, 3.0, 0.01, 1.04]))
    ([2, 0, 4], [1])
    """
    places = _picked(points[None, :], _pick)[0][0]
    up, down = places[:MOST_REASONS], places[MOST_REASONS:]
    return [int(p) for p in up if p >= 0], [int(p) for p in down if p >= 0]


def other_topics(
    points: Floats, told: Sequence[int], signals: Sequence[ModelSignal]
) -> tuple[Topic, ...]:
    """Gather the signals that are not told by what they are about.

    The figure of a topic is a sum of its signals' points, no Shapley value itself.

    Parameters
    ----------
    points : ndarray of shape (n_signals,)
    told : sequence of int
        Places of the signals that are told as reasons.

    Returns
    -------
    tuple of Topic
        The one of most points either way first; signals without a topic are "Others".
    """
    sums: dict[str, Topic] = {}
    for place, signal in enumerate(signals):
        if place not in told:
            words = signal.topic or "Others"
            so_far = sums.get(words, Topic(words, 0.0, 0))
            total = so_far.points + float(points[place])
            sums[words] = Topic(words, total, so_far.signals + 1)
    return tuple(sorted(sums.values(), key=lambda t: (-abs(t.points), t.words)))


def tell(
    points: Floats, encoded: Floats, table: pd.DataFrame, contract: Contract
) -> Told:
    """Pick the reasons of many leads and put what was seen into words.

    Parameters
    ----------
    points : ndarray of shape (n_leads, n_signals)
    encoded : ndarray of shape (n_leads, n_features)
        The features as the booster reads them.
    table : DataFrame of shape (n_leads, at least n_features)
        The features as computed, before encoding: read for categories only.
    """
    places, chosen, other = picked(points)
    said = np.full(places.shape, NOBODY, dtype=np.int32)
    values: list[str] = []
    rates = contract.rates or (None,) * len(contract.signals)
    for signal, slots in _by_signal(places):
        spoken = Spoken(contract.signals[signal], contract.features, rates[signal])
        code, words = spoken.of(slots // places.shape[1], encoded, table)
        said.ravel()[slots] = code + len(values)
        values += words
    return Told(places, chosen, said, tuple(values), other)


def picked(points: Floats) -> tuple[Places, Floats, Floats]:
    """Return ``places``, ``points`` and ``other_points`` of many leads."""
    return _picked(np.ascontiguousarray(points), _compiled())


def _picked(points: Floats, pick: Pick) -> tuple[Places, Floats, Floats]:
    shape = (len(points), 2 * MOST_REASONS)
    places = np.full(shape, NOBODY, dtype=np.int16)
    chosen, other = np.full(shape, np.nan), np.empty(len(points))
    pick(points, places, chosen, other)
    return places, chosen, other


@cache
def _compiled() -> Pick:
    from features.compilation import compiled

    return compiled(_pick)


def _pick(points: Floats, places: Places, chosen: Floats, other: Floats) -> None:
    """Fill in the strongest, and what is left; written to be compiled."""
    top = np.zeros(MOST_REASONS)
    strong = np.zeros(points.shape[1], dtype=np.int64)
    for lead in range(points.shape[0]):
        other[lead] = points[lead].sum()
        for side in range(2):
            sign = 1.0 if side == 0 else -1.0
            top[:] = 0.0
            for signal in range(points.shape[1]):
                strength = sign * points[lead, signal]
                if strength > top[-1]:  # into its place among the strongest so far
                    rank = MOST_REASONS - 1
                    while rank > 0 and strength > top[rank - 1]:
                        top[rank] = top[rank - 1]
                        rank -= 1
                    top[rank] = strength
            # Whoever is placed is tied with one of the strongest.
            least, kept = max(TIE * top[-1], LEAST_POINTS), 0
            for signal in range(points.shape[1]):
                if sign * points[lead, signal] >= least:
                    strong[kept] = signal
                    kept += 1
            found, most = side * MOST_REASONS, (side + 1) * MOST_REASONS
            below = np.inf  # whatever is as strong as this has had its turn
            while found < most:
                leader = 0.0
                for signal in strong[:kept]:
                    strength = sign * points[lead, signal]
                    if leader < strength < below:
                        leader = strength
                if leader == 0.0:
                    break
                for signal in strong[:kept]:
                    strength = sign * points[lead, signal]
                    if TIE * leader <= strength < below and found < most:
                        places[lead, found] = signal
                        chosen[lead, found] = points[lead, signal]
                        other[lead] -= points[lead, signal]
                        found += 1
                below = TIE * leader
            # As `words.tenths` rounds what is printed: the strongest of these first.
            for end in range(side * MOST_REASONS + 1, found):
                place, point = places[lead, end], chosen[lead, end]
                tenths, rank = np.floor(abs(point) * 10 + 0.5), end
                while rank > side * MOST_REASONS:
                    before = np.floor(abs(chosen[lead, rank - 1]) * 10 + 0.5)
                    if before >= tenths:
                        break
                    places[lead, rank] = places[lead, rank - 1]
                    chosen[lead, rank] = chosen[lead, rank - 1]
                    rank -= 1
                places[lead, rank], chosen[lead, rank] = place, point


def _by_signal(places: Places) -> Iterator[tuple[int, Codes]]:
    """Each signal that is told, and in which slots, counted lead after lead."""
    flat = places.ravel()
    order = np.argsort(flat, kind="stable")  # of small integers: by their digits
    borders = np.searchsorted(flat[order], np.arange(flat.max(initial=-1) + 2))
    for signal, (start, end) in enumerate(pairwise(borders)):
        if end > start:
            yield signal, order[start:end]
