"""The points card: a fixed table of few rules, fitted to the points of a model.

A marketing tool without a model can hold it: so many points for this touch in this
window, so many for this attribute, added up from a base. It is written in the words of
``[points_table]``, and read back by the code that reads that: there is one way to
evaluate either.

Why it is fitted to the model's points and not to outcomes: points say of every lead how
far it is from the others, where an outcome says so of the few that converted. What the
card loses against the model is told beside it.
Why a rule's points go the way that the model's points of that signal go: a card may
leave a signal out, but must not say the contrary of the model's own reasons.
Why rules are chosen one by one and not by a penalty: a penalty shrinks the points of
the rules that are kept, and whole numbers do not bear shrinking.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from features.declare import Signal
from features.errors import DataError

from ..learning.points_table import Band, Line, PerTouch, PointsTable
from ..points import Floats
from .candidates import Candidate, candidates

# Of the points' variance: what a rule explains less of, nobody would miss.
_LEAST_GAIN: Final = 5e-4
_NO_LEAN: Final = 1e-9  # points; less is rounding
_LOOKED_AT: Final = 30  # of the best candidates, at each step
_SAID_ALREADY: Final = 1e-6  # of a candidate's length, what the others do not say
# Of the rows: held back so little, two rules that almost cancel one another do not
# grow without end.
_HOLD: Final = 1e-3
_SWEEPS: Final = 50


def fit_card(
    table: pd.DataFrame,
    start: float,
    parts: pd.DataFrame,
    signals: Iterable[Signal],
    *,
    most: int,
) -> PointsTable:
    """Fit a card to a model's points.

    Parameters
    ----------
    table : DataFrame of shape (n, …)
        The feature table; of its columns those are looked at that belong to plain
        signals.
    start : float
        The model's points of a lead of which nothing is known.
    parts : DataFrame of shape (n, n_signals)
        The model's points of each signal, by its name; start and a row's sum are what
        the card comes near.
    signals : iterable of Signal
        Whose columns may carry points, as far as the model gives the signal any.
        Personal ones never do.
    most : int
        Rules, at most.

    Returns
    -------
    PointsTable
        Of whole points, those of everybody among them, on the score's scale.

    Raises
    ------
    DataError
        When there is no row.
    """
    if not len(table):
        raise DataError("A points card needs leads that the model gave points to.")
    offered = list(_directed(candidates(table, parts, signals), parts))
    points = start + parts.to_numpy(np.float64).sum(axis=1)
    chosen = _chosen(offered, points, most)
    base, whole = _in_whole_points(chosen, points)
    lines = lines_of(zip((d.candidate for d in chosen), whole, strict=True))
    return PointsTable(lines, base)


@dataclass(frozen=True, eq=False)
class _Directed:
    """A candidate, and which way its points may go: 1 or -1, as the model's do."""

    candidate: Candidate
    sign: float


def _directed(offered: Iterable[Candidate], parts: pd.DataFrame) -> Iterator[_Directed]:
    """Candidates of signals that the model gives points to."""
    for each in offered:
        own = parts[each.signal].to_numpy(np.float64)
        lean = float((each.held - each.held.mean()) @ own)
        if abs(lean) > _NO_LEAN * len(own):
            yield _Directed(each, float(np.sign(lean)))


def rules_of(lines: Iterable[Line]) -> int:
    """How many rules lines are: each value, band or kind of touch that carries points.

    Examples
    --------
    >>> bands = (Band(0, 5), Band(7, 0))
    >>> rules_of([Line("days", bands), Line("country", {"NL": 2, "DE": 1})])
    3
    """
    return sum(
        1
        if isinstance(line.worth, PerTouch)
        else sum(b.points != 0 for b in line.worth)
        if isinstance(line.worth, tuple)
        else len(line.worth)
        for line in lines
    )


def lines_of(chosen: Iterable[tuple[Candidate, float]]) -> tuple[Line, ...]:
    """Lines of a points table, from candidates and the points of each.

    Spans of one column are laid over one another, and their points added up.

    Examples
    --------
    >>> none = np.empty(0)
    >>> spans = (0.0, 7.0), (0.0, 30.0)
    >>> short, long = (Candidate("days", "days", span, none) for span in spans)
    >>> [line] = lines_of([(short, 2.0), (long, 3.0)])
    >>> [(band.least, band.points) for band in line.worth]
    [(0.0, 5.0), (7.0, 3.0), (30.0, 0.0)]
    """
    by_column: dict[str, list[tuple[Candidate, float]]] = {}
    for candidate, points in chosen:
        if points:
            by_column.setdefault(candidate.column, []).append((candidate, points))
    return tuple(
        line for column, own in by_column.items() for line in _line(column, own)
    )


def _line(column: str, own: list[tuple[Candidate, float]]) -> Iterator[Line]:
    key = own[0][0].key
    if isinstance(key, int):
        yield Line(column, PerTouch(own[0][1], key))
    elif isinstance(key, str):
        yield Line(column, {str(c.key): points for c, points in own})
    elif bands := _bands(own):
        yield Line(column, bands)


def _bands(own: list[tuple[Candidate, float]]) -> tuple[Band, ...]:
    spans = [(c.key, points) for c, points in own if isinstance(c.key, tuple)]
    borders = sorted({border for span, _ in spans for border in span})
    bands: list[Band] = []
    before = 0.0
    for border in borders[: None if np.isfinite(borders[-1]) else -1]:
        points = sum((p for (low, high), p in spans if low <= border < high), 0.0)
        if points != before:
            bands.append(Band(border, points))
        before = points
    return tuple(bands)


def _chosen(offered: Sequence[_Directed], points: Floats, most: int) -> list[_Directed]:
    """Take what explains most of what is left, for each rule that it costs."""
    if not offered or not float(np.ptp(points)):
        return []
    held = np.column_stack([d.candidate.held for d in offered])
    held -= held.mean(axis=0)
    sign = np.array([d.sign for d in offered])
    own = np.square(held).sum(axis=0)
    left = points - points.mean()
    least = _LEAST_GAIN * float(left @ left)
    taken: list[int] = []
    barred = own <= 1e-9
    while True:
        length = np.square(held).sum(axis=0)
        lean = sign * (held.T @ left)
        # What is said already, or would go the other way, gains nothing.
        idle = barred | (length <= _SAID_ALREADY * own) | (lean <= 0)
        gain = np.square(lean) / np.where(idle, np.inf, length)
        best = _best(offered, taken, gain, most)
        if best is None or gain[best] < least:
            return [offered[i] for i in taken]
        taken.append(best)
        barred |= _rivals(offered, best)
        axis = held[:, best] / np.sqrt(length[best])
        left = left - axis * (axis @ left)
        held -= np.outer(axis, axis @ held)


def _best(
    offered: Sequence[_Directed], taken: list[int], gain: Floats, most: int
) -> int | None:
    """The candidate of most gain for each rule more, as far as rules are left."""
    # No point that is left out of the count may be nought: any number stands for it.
    so_far = [(offered[i].candidate, 2.0**-n) for n, i in enumerate(taken)]
    count = rules_of(lines_of(so_far))
    found, best = None, 0.0
    for place in np.argsort(-gain, kind="stable")[:_LOOKED_AT]:
        if gain[place] <= best:
            break
        with_it = [*so_far, (offered[place].candidate, 2.0 ** -len(taken))]
        after = rules_of(lines_of(with_it))
        worth = float(gain[place]) / max(after - count, 1)
        if after <= most and worth > best:
            found, best = int(place), worth
    return found


def _rivals(offered: Sequence[_Directed], taken: int) -> np.ndarray:
    """Itself; and of a count that is taken, the other ways to count it."""
    one = offered[taken].candidate
    others = [d.candidate for d in offered]
    return np.array(
        [
            c is one or (c.column == one.column and isinstance(one.key, int))
            for c in others
        ]
    )


def _in_whole_points(
    chosen: Sequence[_Directed], points: Floats
) -> tuple[int, list[float]]:
    """Whole points for each candidate, and the base: near the best, by least squares.

    One after another is rounded, what moves most points first, and those that are left
    are fitted anew; then each is moved for as long as that helps.
    """
    held = np.column_stack([np.ones(len(points)), *(d.candidate.held for d in chosen)])
    sign = np.array([0.0, *(d.sign for d in chosen)])
    size = np.square(held).sum(axis=0)
    hold = np.full(len(size), _HOLD * len(points))
    hold[0] = 0.0
    whole = np.zeros(len(size))
    free = [*sorted(range(1, len(size)), key=lambda i: -size[i]), 0]
    while free:
        own, lean = held[:, free], held[:, free].T @ (points - held @ whole)
        inner = own.T @ own + np.diag(hold[free])
        fitted = np.linalg.lstsq(inner, lean, rcond=None)[0]
        place = free.pop(0)
        whole[place] = _allowed(np.rint(fitted[0]), sign[place])
    rest = points - held @ whole
    for _ in range(_SWEEPS):
        before = whole.copy()
        for i in range(len(whole)):
            lean = float(held[:, i] @ rest) - hold[i] * whole[i]
            wanted = whole[i] + np.rint(lean / (size[i] + hold[i]))
            step = _allowed(wanted, sign[i]) - whole[i]
            whole[i] += step
            rest -= step * held[:, i]
        if np.array_equal(whole, before):
            break
    return int(whole[0]), [float(w) for w in whole[1:]]


def _allowed(points: float, sign: float) -> float:
    """Points that go the way they may; the base may go either."""
    return float(points) if sign * points >= 0 else 0.0
