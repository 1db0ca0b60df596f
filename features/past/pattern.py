"""From atoms to the arrays that the compiled loops walk by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from . import loops
from .atoms import SESSION_GAP_US, Atom, Measure
from .selection import Moment, Selection
from .spelling import microseconds_in

# What a touch is besides its kind: when in the week it was, and whether it has a value.
EVENING, WORK, WEEKEND = range(3)
CLASSES_PER_KIND = 6

_CODES = {
    Measure.COUNT: loops.COUNT,
    Measure.TOTAL: loops.TOTAL,
    Measure.MOST: loops.MOST,
    Measure.LAST_VALUE: loops.LAST_VALUE,
    Measure.LAST_AGE: loops.LAST_AGE,
    Measure.FIRST_AGE: loops.FIRST_AGE,
    Measure.DISTINCT: loops.DISTINCT,
    Measure.DECAYED: loops.DECAYED,
    Measure.SESSIONS: loops.SESSIONS,
    Measure.FOLLOWED: loops.FOLLOWED,
    Measure.FIRST_WORD: loops.FIRST_WORD,
    Measure.LAST_WORD: loops.LAST_WORD,
}


@dataclass(frozen=True)
class Cut:
    """A pattern, and what belongs to it outside of the loops.

    Attributes
    ----------
    pattern : loops.Pattern
    where_none : ndarray of shape (n_atoms,)
    stamps : int
        How many atoms count different words.
    """

    pattern: loops.Pattern
    where_none: np.ndarray
    stamps: int


def cut(atoms: Sequence[Atom], kinds: Sequence[str], columns: Sequence[str]) -> Cut:
    """Lay out which touches every atom wants.

    Parameters
    ----------
    atoms : sequence of Atom
    kinds : sequence of str
        Every kind of touch there is in the data, by number.
    columns : sequence of str
        The columns of words, in the order of their numbers.
    """
    edges = sorted({e for a in atoms for e in _edges(a.selection)})
    followed = [n for n, a in enumerate(atoms) if a.measure is Measure.FOLLOWED]
    classes = _classes([a.selection for a in atoms], kinds)
    carried = np.array([_is_carried(a) for a in atoms], dtype=bool)
    anew = ~carried
    anew[followed] = False
    is_count = np.array([a.measure is Measure.COUNT for a in atoms], dtype=bool)
    aged = _aged(atoms, classes, edges)
    cells = np.concatenate([classes & carried, aged & anew, aged & (carried | anew)])
    distinct = [n for n, a in enumerate(atoms) if a.measure is Measure.DISTINCT]
    slots = {n: slot for slot, n in enumerate(distinct)}
    pattern = loops.Pattern(
        edges=np.array(edges, dtype=np.int64),
        classes=len(classes),
        counts_from=_starts(cells & is_count),
        counts=np.nonzero(cells & is_count)[1],
        others_from=_starts(cells & ~is_count),
        others=np.nonzero(cells & ~is_count)[1],
        begin_anew=np.flatnonzero(anew),
        is_carried=carried,
        measure=np.array([_CODES[a.measure] for a in atoms], dtype=np.int64),
        column=np.array(
            [-1 if a.column is None else list(columns).index(a.column) for a in atoms],
            dtype=np.int64,
        ),
        span=np.array([slots.get(n, _span(a)) for n, a in enumerate(atoms)], np.int64),
        followed=np.array(followed, dtype=np.int64),
        asks=classes[:, followed].T.copy(),
        answers=_classes(
            [atoms[n].by or Selection() for n in followed], kinds
        ).T.copy(),
        youngest=np.array([_youngest(atoms[n].selection) for n in followed], np.int64),
        oldest=np.array([_oldest(atoms[n].selection) for n in followed], np.int64),
    )
    where_none = np.array(
        [np.nan if a.where_none is None else a.where_none for a in atoms], np.float64
    )
    return Cut(pattern, where_none, len(slots))


def _classes(selections: Sequence[Selection], kinds: Sequence[str]) -> np.ndarray:
    """Which classes of touch each selection holds: (n_classes, n_selections)."""
    held = [
        [_holds_class(selection, kind, class_) for selection in selections]
        for kind in kinds
        for class_ in range(CLASSES_PER_KIND)
    ]
    shape = (len(kinds) * CLASSES_PER_KIND, len(selections))
    return np.array(held, dtype=bool).reshape(shape)


def _aged(atoms: Sequence[Atom], classes: np.ndarray, edges: list[int]) -> np.ndarray:
    """Which atoms select touches of each class in each bin of ages."""
    bins = np.array(
        [[_holds_bin(a.selection, edges, b) for a in atoms]
         for b in range(len(edges) + 1)], dtype=bool
    ).reshape(len(edges) + 1, len(atoms))  # fmt: skip
    held: np.ndarray = classes[:, None, :] & bins[None, :, :]
    return held.reshape(len(classes) * len(bins), len(atoms))


def _is_carried(atom: Atom) -> bool:
    """Whether what it came to at one snapshot goes on at the next."""
    if atom.measure in {Measure.DECAYED, Measure.SESSIONS, Measure.FOLLOWED}:
        return False
    return not _edges(atom.selection)


def _starts(cells: np.ndarray) -> np.ndarray:
    """Where each row's atoms begin, in the list of all."""
    return np.concatenate([[0], np.cumsum(cells.sum(axis=1))]).astype(np.int64)


def _edges(selection: Selection) -> set[int]:
    ages = {selection.younger_than_days, selection.older_than_days} - {None}
    return {microseconds_in(age) for age in ages if age is not None}


def _oldest(selection: Selection) -> int:
    days = selection.younger_than_days
    return np.iinfo(np.int64).max if days is None else microseconds_in(days)


def _youngest(selection: Selection) -> int:
    days = selection.older_than_days
    return 0 if days is None else microseconds_in(days)


def _holds_bin(selection: Selection, edges: list[int], bin_: int) -> bool:
    """Whether the ages of a bin, above the edge below up to its own, are selected."""
    below = edges[bin_ - 1] if bin_ else 0
    is_last = bin_ == len(edges)
    is_young = _oldest(selection) >= (
        np.iinfo(np.int64).max if is_last else edges[bin_]
    )
    return is_young and _youngest(selection) <= below


def _holds_class(selection: Selection, kind: str, class_: int) -> bool:
    moment, has_value = divmod(class_, 2)
    wanted = {Moment.WEEKEND: WEEKEND, Moment.WORKING_HOURS: WORK}
    if selection.moment is not None and wanted[selection.moment] != moment:
        return False
    return selection.holds_kind(kind) and (has_value == 1 or not selection.has_value)


def _span(atom: Atom) -> int:
    if atom.measure is Measure.SESSIONS:
        return SESSION_GAP_US
    return microseconds_in(atom.span_days or 0)
