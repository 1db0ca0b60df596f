"""Flags: values that no past lead had, told one by one and without any chance.

Four, on signals that carry points (the booster splits on one of their columns):

* **a category never seen**; and a rare one, where all the rare ones of its column
  together were too few rows to be learnt from as a pool. Other rare categories are
  scored as their pool was: flagging them all would flag 8 % of x_education's leads.
* **a number far outside the range seen**: by more than a quarter of it. Just outside,
  a tree gives what it gave at the border, and rightly; on four real sets and in the
  invented company, 0 to 3 % of later leads were outside, 0 to .4 % by a quarter. A
  column that grows with the calendar leaves any range (the age of the history on
  completejourney: 97 % of later leads). So each column has to stand a trial: ranges
  are set on the older half of the past, and those that flag most of the newest quarter
  are not used, until what is left flags at most α of it.
* **a pattern of missing values never seen**, among the columns of a signal and among
  the signals of a family. Where few patterns exist, a new one is news; where there are
  many, it is not. Good and Turing (1953) tell the two apart: the chance that the next
  group has a pattern never seen is about the share of patterns seen once. A set of
  patterns is used where that is at most α (x_education: .0007 of 28; not in the
  invented company's behaviour: .48 of 1,074).
* **more values missing than in any past lead** of a family: a record with nothing in
  it, say. At most one lead in as many as were learnt from is so by chance.

A touch of an unknown kind is no flag: kinds that nobody declared are pooled under
*other*, in training and in scoring, and a night without any known kind is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..evidence import Mask
from ..points import Floats

MARGIN: Final = 0.25  # of the range seen
# Of the past: ranges set on the older half are tried on the newest quarter. Between the
# two is a gap, as there is between the last outcome that was learnt and tonight.
_OLDER, _NEWER = 0.5, 0.75

Bounds = tuple[float, float]


@dataclass(frozen=True)
class Patterns:
    """Which values were missing together.

    Attributes
    ----------
    name : str
        A signal's code, or a family.
    columns : tuple of tuple of int
        The columns of each member: one is missing if all its columns are.
    seen : tuple of str
        Patterns as hexadecimal numbers, one bit a member; empty where too many exist.
    most : int
        Members missing at once, at most.
    """

    name: str
    columns: tuple[tuple[int, ...], ...]
    seen: tuple[str, ...]
    most: int


@dataclass(frozen=True)
class Flags:
    """What values are new, as the contract stores it.

    Attributes
    ----------
    used : tuple of int
        Columns on which the booster splits.
    bounds : tuple of (int, float, float)
        Column, and the least and the greatest value that is not flagged.
    small_pools : tuple of int
        Columns whose rare categories together were too few to be learnt from.
    patterns : tuple of Patterns
    """

    used: tuple[int, ...] = ()
    bounds: tuple[tuple[int, float, float], ...] = ()
    small_pools: tuple[int, ...] = ()
    patterns: tuple[Patterns, ...] = ()

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Flags:
        """Read what the contract holds."""
        return cls(
            tuple(int(c) for c in raw["used"]),
            tuple((int(c), float(a), float(b)) for c, a, b in raw["bounds"]),
            tuple(int(c) for c in raw["small_pools"]),
            tuple(
                Patterns(
                    p["name"],
                    tuple(tuple(int(c) for c in m) for m in p["columns"]),
                    tuple(p["seen"]),
                    int(p["most"]),
                )
                for p in raw["patterns"]
            ),
        )

    def outside(self, encoded: Floats) -> dict[int, Mask]:
        """Which rows of shape (n, n_features) lie far outside the range, by column."""
        return {
            place: (encoded[:, place] < low) | (encoded[:, place] > high)
            for place, low, high in self.bounds
        }

    def new_patterns(self, encoded: Floats) -> dict[str, Mask]:
        """Which rows have a pattern of missing values never seen, by its name."""
        found = {}
        for each in self.patterns:
            missing = _missing(encoded, each.columns)
            new: Mask = missing.sum(axis=1) > each.most
            if each.seen:
                new |= ~np.isin(_named(missing), each.seen)
            found[each.name] = new
        return found


def fit_flags(
    encoded: Floats,
    *,
    sets: Mapping[str, Sequence[Sequence[int]]],
    used: Sequence[int],
    numbers: Sequence[int],
    small_pools: Sequence[int],
    group: npt.NDArray[np.object_],
    order: npt.NDArray[np.generic] | None,
    alpha: float,
) -> Flags:
    """Settle what will be called new.

    Parameters
    ----------
    encoded : ndarray of shape (n, n_features)
        The rows that the booster learnt from.
    sets : mapping of str to sequence of sequences of int
        The sets whose patterns of missing values are looked at, by name: the columns
        of each member.
    used : sequence of int
        Columns on which the booster splits.
    numbers : sequence of int
        Those of them that hold numbers.
    small_pools : sequence of int
        Those of them whose rare categories were too few rows to be learnt from.
    group : ndarray of shape (n,)
        Which rows tell the same story.
    order : ndarray of shape (n,) or None
        Rises with time; None where there is no order, and no trial of the ranges.
    alpha : float
        The share of leads that may be flagged where nothing has changed.
    """
    kept = _lasting(encoded, numbers, order, alpha)
    bounds = tuple(
        (place, *found) for place in kept if (found := _bounds(encoded[:, place]))
    )
    patterns = tuple(
        _patterns(name, members, encoded, group, alpha)
        for name, members in sets.items()
        if members
    )
    return Flags(tuple(used), bounds, tuple(small_pools), patterns)


def _bounds(column: Floats) -> Bounds | None:
    """The range seen, and a quarter of it on either side; None if nothing was seen."""
    if np.isnan(column).all():
        return None
    low, high = float(np.nanmin(column)), float(np.nanmax(column))
    margin = MARGIN * (high - low)
    return low - margin, high + margin


def _lasting(
    encoded: Floats,
    numbers: Sequence[int],
    order: npt.NDArray[np.generic] | None,
    alpha: float,
) -> list[int]:
    """Columns whose ranges, set on the older past, hold in the newer."""
    kept = list(numbers)
    if order is None or not len(encoded) or not kept:
        return kept
    rising, last = np.sort(order), len(order) - 1
    older = order < rising[min(int(len(order) * _OLDER), last)]
    newer = order >= rising[min(int(len(order) * _NEWER), last)]
    if not older.any():
        return kept
    out = np.zeros((int(newer.sum()), len(kept)), dtype=np.bool_)
    for place, column in enumerate(kept):
        if found := _bounds(encoded[older, column]):
            values = encoded[newer, column]
            out[:, place] = (values < found[0]) | (values > found[1])
    while out.any(axis=1).mean() > alpha:
        worst = int(out.sum(axis=0).argmax())
        out = np.delete(out, worst, axis=1)
        del kept[worst]
    return kept


def _patterns(
    name: str,
    members: Sequence[Sequence[int]],
    encoded: Floats,
    group: npt.NDArray[np.object_],
    alpha: float,
) -> Patterns:
    columns = tuple(tuple(m) for m in members)
    missing = _missing(encoded, columns)
    told = pd.DataFrame({"pattern": _named(missing), "group": group})
    groups = told.drop_duplicates()["pattern"].value_counts()
    unseen = float((groups == 1).sum()) / max(told["group"].nunique(), 1)
    seen = tuple(sorted(groups.index)) if unseen <= alpha else ()
    return Patterns(name, columns, seen, int(missing.sum(axis=1).max(initial=0)))


def _missing(encoded: Floats, members: Sequence[Sequence[int]]) -> Mask:
    """Whether each member is missing in each row: all its columns are."""
    nothing = np.isnan(encoded)
    return np.column_stack([nothing[:, list(m)].all(axis=1) for m in members])


def _named(missing: Mask) -> npt.NDArray[np.str_]:
    """Patterns as hexadecimal numbers."""
    packed = np.packbits(missing, axis=1)
    different, place = np.unique(packed, axis=0, return_inverse=True)
    names = np.array([row.tobytes().hex() for row in different], dtype=np.str_)
    return names[place.ravel()]
