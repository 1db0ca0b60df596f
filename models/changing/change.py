"""What a lead's points changed by since the last scoring, cause by cause.

The difference is split along a path of vectors, each step of which changes one thing
(what was known, when it is looked at, by which scorer), so that the parts telescope:
whatever each comes to, together they are tonight's points less last night's. Within a
step the last vector is the only reference (:meth:`TreeExplainer.changes
<models.treeshap.TreeExplainer.changes>`), so a signal that did not change has exactly
nothing.

Why not the difference of two explanations: it lays more than half of a change on
signals that did not change, because what a signal is worth depends on the others.

Why sparse: of a lead a handful of signals changes, each for a reason or two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from features.errors import ModelError

from ..points import signed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ..points import Floats

TOLERANCE_POINTS: Final = 1e-6
LEAST_POINTS: Final = 0.005  # smaller parts are told together
SAID_POINTS: Final = 0.05  # smaller ones would be printed as nought
_NOISE_POINTS: Final = 1e-9  # of one part; there are never a thousand
_MOST_CAUSES = 3  # in one sentence
_MAIN_SHARE = 0.5  # of a cause, from which on it is mostly one signal's
_ALONE_SHARE = 0.01  # of a cause, below which the other signals are not worth a word
NO_SIGNAL: Final = -1


class Cause(StrEnum):
    """Why points are others than they were; the value is what it is called."""

    TIME = "time passed"
    LEAD = "what the lead did"
    US = "what we did"  # outbound touches
    LATE = "late arrivals"  # touches that had occurred, and were recorded since
    CORRECTED = "corrections"  # what is told of the time before otherwise than then
    COLLEAGUES = "colleagues"
    RECORD = "the record"  # attributes
    BOOSTER = "new booster"
    CALIBRATION = "new calibration"
    MODEL = "new model"  # booster, calibration and what signals mean, in one figure


CAUSES: Final = tuple(Cause)


@dataclass(frozen=True, slots=True)
class Change:
    """A part of what one lead's points changed by.

    Attributes
    ----------
    cause : Cause
    code : str or None
        The signal that changed; None where it is no single signal's: a new scorer, or
        small parts together.
    points : float
        Above 0 where the score was raised.
    was : str or None
        What had been seen of the signal before, in words; None where it is not told.

    Examples
    --------
    >>> change = Change(Cause.TIME, "visits", -0.5, "Visits: 2 in 7 days")
    >>> Change.from_dict(change.to_dict()) == change
    True
    """

    cause: Cause
    code: str | None
    points: float
    was: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {**asdict(self), "cause": self.cause.value}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Change:
        """Read what :meth:`to_dict` wrote, or the ledger holds."""
        return cls(Cause(raw["cause"]), raw["code"], raw["points"], raw.get("was"))


@dataclass(frozen=True, eq=False)
class Parts:
    """What the points of some leads changed by, in parallel arrays.

    Attributes
    ----------
    lead : ndarray of int, shape (n_parts,)
        Place of the lead.
    cause : ndarray of int, shape (n_parts,)
        Place in ``CAUSES``.
    signal : ndarray of int, shape (n_parts,)
        Place among the signals of the scorer of last time; -1 is no single one.
    points : ndarray of shape (n_parts,)
    """

    lead: NDArray[np.int64]
    cause: NDArray[np.int64]
    signal: NDArray[np.int64]
    points: Floats

    @classmethod
    def of_signals(cls, points: Floats, causes: Sequence[Cause]) -> Parts:
        """Return the parts of one step of the path.

        Parameters
        ----------
        points : ndarray of shape (n_leads, n_signals)
        causes : sequence of Cause, of length n_signals
            What a change of each signal in this step is due to.
        """
        lead, signal = np.nonzero(points)
        named = np.array([CAUSES.index(c) for c in causes], dtype=np.int64)
        return cls(lead, named[signal], signal, points[lead, signal])

    @classmethod
    def whole(cls, points: Floats, cause: Cause) -> Parts:
        """Return parts of shape (n_leads,) that are no single signal's."""
        (lead,) = np.nonzero(points)
        named = np.full(len(lead), CAUSES.index(cause))
        return cls(lead, named, np.full(len(lead), NO_SIGNAL), points[lead])

    @classmethod
    def together(cls, several: Sequence[Parts]) -> Parts:
        """Sum parts of the same lead, cause and signal; sort them by lead and size."""
        lead, cause, signal, points = (
            np.concatenate([getattr(p, n) for p in several])
            for n in ("lead", "cause", "signal", "points")
        )
        width = int(signal.max(initial=0)) + 2
        key = (lead * len(CAUSES) + cause) * width + signal + 1
        keys, place = np.unique(key, return_inverse=True)
        summed = _summed(place, points, len(keys))
        lead_cause, signal = np.divmod(keys, width)
        lead, cause = np.divmod(lead_cause, len(CAUSES))
        order = np.lexsort((-np.abs(summed), lead))
        return cls(lead[order], cause[order], signal[order] - 1, summed[order])

    def of(self, kept: NDArray[np.bool_]) -> Parts:
        """Return some of the parts."""
        return Parts(
            self.lead[kept], self.cause[kept], self.signal[kept], self.points[kept]
        )

    def totals(self, leads: int) -> Floats:
        """Sum the parts of each lead by cause: shape (leads, n_causes)."""
        key = self.lead * len(CAUSES) + self.cause
        width = len(CAUSES)
        return _summed(key, self.points, leads * width).reshape(leads, width)

    def without_small(self, least: float = LEAST_POINTS) -> Parts:
        """Tell small parts together, by lead and cause, so that all add up as before.

        Examples
        --------
        >>> points = np.array([[0.5, 0.004, 0.003]])
        >>> told = Parts.of_signals(points, [Cause.TIME] * 3).without_small()
        >>> told.signal.tolist(), told.points.round(3).tolist()
        ([0, -1], [0.5, 0.007])
        """
        is_small = np.abs(self.points) < least
        small = self.of(is_small)
        no_signal = np.full(len(small.lead), NO_SIGNAL)
        gathered = Parts(small.lead, small.cause, no_signal, small.points)
        told = Parts.together([self.of(~is_small), gathered])
        return told.of(np.abs(told.points) > _NOISE_POINTS)


def check_sum(parts: Parts, change: Floats) -> None:
    """Refuse parts that do not add up to the change of each lead's points.

    Parameters
    ----------
    change : ndarray of shape (n_leads,)
        Tonight's points less last night's, before they are clipped.

    Raises
    ------
    ModelError
        When they miss it by more than 1e-6 points for any lead.
    """
    found = _summed(parts.lead, parts.points, len(change))
    gap = float(np.abs(found - change).max(initial=0.0))
    if not gap <= TOLERANCE_POINTS:
        raise ModelError(
            f"The causes of change miss the change of points by up to {gap:.2g}, where "
            f"at most {TOLERANCE_POINTS:g} is allowed, so none are told."
        )


def _summed(place: NDArray[np.int64], points: Floats, length: int) -> Floats:
    return np.asarray(np.bincount(place, points, minlength=length), dtype=np.float64)


def said_changes(
    parts: Parts, change: Floats, signals: Sequence[str], since: Sequence[str]
) -> list[str]:
    """Say of each lead in one sentence what its points changed by, and why.

    Parameters
    ----------
    parts : Parts
        Summed and sorted, as :meth:`Parts.together` returns them.
    change : ndarray of shape (n_leads,)
    signals : sequence of str
        The words of each signal.
    since : sequence of str, of length n_leads
        When each lead was scored last.

    Examples
    --------
    >>> points = np.array([[9.04, 0.0], [0.0, -2.8], [0.0, 0.0]])
    >>> did = Parts.of_signals(points, [Cause.LEAD, Cause.TIME])
    >>> change, words = points.sum(axis=1), ["Pricing page touches", "Last touch"]
    >>> for said in said_changes(did, change, words, ["21 November"] * 3):
    ...     print(said)
    Up 9.0 since 21 November: what the lead did +9.0 (Pricing page touches)
    Down 2.8 since 21 November: time passed −2.8 (Last touch)
    Unchanged since 21 November
    """
    totals = parts.totals(len(change))
    order = np.argsort(-np.abs(totals), axis=1, kind="stable")
    above = _above_all(parts, totals, order[:, 0], signals)
    return [
        _sentence(change[n], totals[n], order[n], above.get(n, ""), since[n])
        for n in range(len(change))
    ]


def _sentence(
    change: float,
    totals: Floats,
    order: NDArray[np.intp],
    above: str,
    since: str,
) -> str:
    told = [int(c) for c in order if abs(totals[c]) >= SAID_POINTS]
    if not told:
        return f"{_moved(change)} since {since}"
    named = [f"{CAUSES[c]} {signed(totals[c])}" for c in told[:_MOST_CAUSES]]
    named[0] += above
    rest = change - sum(float(totals[c]) for c in told[:_MOST_CAUSES])
    if abs(rest) >= SAID_POINTS:
        named.append(f"all else {signed(rest)}")
    return f"{_moved(change)} since {since}: {', '.join(named)}"


def _moved(change: float) -> str:
    # Not with a sign: a spreadsheet would take the sentence for a formula.
    if signed(change) == "0.0":
        return "Unchanged"
    return f"{'Up' if change > 0 else 'Down'} {abs(change):.1f}"


def _above_all(
    parts: Parts, totals: Floats, main: NDArray[np.intp], signals: Sequence[str]
) -> dict[int, str]:
    """Which signal the main cause of each lead is due to above all, in brackets."""
    total = totals[np.arange(len(totals)), main]
    whole = total[parts.lead]
    is_main = (parts.cause == main[parts.lead]) & (parts.signal != NO_SIGNAL)
    found = parts.of(is_main & (whole * parts.points > 0))
    leads, first = np.unique(found.lead, return_index=True)
    share = found.points[first] / total[leads] if len(leads) else np.empty(0)
    told = {}
    for lead, signal, part in zip(leads, found.signal[first], share, strict=True):
        how = "mostly " if part >= _MAIN_SHARE else "above all "
        alone = abs(part - 1) < _ALONE_SHARE
        told[int(lead)] = f" ({'' if alone else how}{signals[signal]})"
    return told
