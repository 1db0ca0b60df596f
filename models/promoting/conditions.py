"""The conditions of promotion that are reckoned from figures rather than from checks.

Why a challenger need not be *surely better* than the champion: a retrain on newer data
is rarely better by more than chance can make, and a bar of that kind would keep every
champion until it is stale. It must not be surely worse: the whole interval of the
difference in log loss above 0, which is a one-sided test at 2.5 %. The sentence gives
the most by which it may be worse, so that nobody takes "passed" for "better".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from ..evidence import Evidence, Keys
from ..judging.intervals import LEVEL, Figure, grouped_interval
from ..points import POINTS_PER_LOG_ODDS
from .gates import Gate, Outcome

LEAST_SEGMENT_ROWS: Final = 200  # below it an interval is too wide to fail anybody
# The same tenth that the block as a whole is allowed: within it, nobody would decide
# otherwise. It comes on top of the interval, since of many segments one in twenty lies
# outside its own by chance.
SEGMENT_SLACK: Final = 0.1
# Unfamiliar leads get no qualification. A scorer that holds back one lead in ten sends
# that many past sales unsorted; one in a hundred is what a sound one holds back.
MOST_UNFAMILIAR: Final = 0.1
SAME_SCALE: Final = 1e-9  # log-odds


def loss_gate(
    opponent: str, ours: float, theirs: float, difference: Figure, *, name: str
) -> Gate:
    """Whether the log loss is not surely worse than an opponent's, on the same rows.

    Parameters
    ----------
    opponent : str
        Whom it is compared with, such as ``"the champion (version 3)"``.
    ours, theirs : float
        Mean log loss, above 0.
    difference : Figure
        Ours less theirs, from paired samples of whole groups.
    name : str
        Of the gate.

    Examples
    --------
    >>> gate = loss_gate("it", 0.5, 0.4, Figure(0.1, 0.05, 0.15), name="log_loss")
    >>> gate.answer.value
    'failed'
    """
    figures = {
        "ours": ours,
        "theirs": theirs,
        "difference": difference.value,
        "difference_low": difference.low,
        "difference_high": difference.high,
    }
    told = (
        f"The log loss is {ours:.4f}, that of {opponent} {theirs:.4f} on the same rows:"
    )
    if not np.isfinite(difference.low):
        said = f"{told} their difference has no interval, so nothing can be said of it."
        return Gate(name, Outcome.FAILED, said, figures)
    between = (
        f"a difference of {difference.value:+.4f} ({difference.low:+.4f} to "
        f"{difference.high:+.4f})"
    )
    if difference.low > 0:
        said = f"{told} {between}, so it is surely worse."
        return Gate(name, Outcome.FAILED, said, figures)
    if difference.high < 0:
        said = f"{told} {between}, so it is surely better."
    else:
        most = max(difference.high, 0.0)
        said = f"{told} {between}; if it is worse, then by {most:.4f} at most."
    return Gate(name, Outcome.PASSED, said, figures)


def segments_gate(evidence: Evidence, segments: Mapping[str, Keys]) -> Gate:
    """Whether no segment is promised much more, or much less, than it gives.

    Every row counts, and the rows of a group as much as they differ
    (:func:`models.judging.intervals.grouped_interval`). A segment of at least 200 rows
    fails where even the rate nearest to what was said, of all those in its interval, is
    more than a tenth off. The intervals hold all together with 95 %: of twenty at 95 %
    each, one would be off by chance.

    Parameters
    ----------
    evidence : Evidence
        The test rows.
    segments : mapping of str to sequence of shape (n,)
        By column, which segment each row is in.

    Examples
    --------
    >>> rows = Evidence.of([0.1] * 500, [1, 0] * 250)
    >>> print(segments_gate(rows, {"source": ["web"] * 500}).said)
    1 of 1 segment is off by more than a tenth beyond its interval: source web was \
given 0.100, and 0.500 (0.455 to 0.545) converted (500 rows).
    """
    large = [
        (f"{column} {name}", rows)
        for column, labels in segments.items()
        for name, rows in pd.Series(np.arange(evidence.rows)).groupby(list(labels))
        if rows.size >= LEAST_SEGMENT_ROWS
    ]
    if not large:
        none = "No segments are judged: segments.columns names no column."
        said = f"No segment has {LEAST_SEGMENT_ROWS} rows." if segments else none
        return Gate("segments", Outcome.NOT_APPLICABLE, said)
    level = 1 - (1 - LEVEL) / len(large)
    found = [_segment(n, evidence.at(r.to_numpy()), level) for n, r in large]
    found.sort(key=lambda s: -s.off)
    failed = [s for s in found if s.off > SEGMENT_SLACK]
    figures = {"segments": len(found), "off": len(failed), "most_off": found[0].off}
    said, answer = _of_segments(found, failed), Outcome.PASSED
    return Gate("segments", Outcome.FAILED if failed else answer, said, figures)


def familiarity_gate(share: Figure) -> Gate:
    """Whether few enough of the test rows are unlike the past ones.

    Parameters
    ----------
    share : Figure
        Of groups whose first row has a category that nobody had before them.
    """
    is_failed = share.value > MOST_UNFAMILIAR
    bound = (
        f"more than the {MOST_UNFAMILIAR:.0%} allowed"
        if is_failed
        else f"and up to {MOST_UNFAMILIAR:.0%} are allowed"
    )
    return Gate(
        "familiarity",
        Outcome.FAILED if is_failed else Outcome.PASSED,
        f"The share of leads in the test block with a category never seen before it is "
        f"{share}, {bound}.",
        {"unfamiliar": share.value, "unfamiliar_high": share.high},
    )


def scale_gate(ours: float, theirs: float | None, why: str = "") -> Gate:
    """Whether 50 points still mean the odds that they mean under the champion.

    Parameters
    ----------
    ours, theirs : float
        ẑ_ref, in log-odds; None where there is no champion whose points it could keep.
    why : str
        Why there is none, in a sentence.
    """
    if theirs is None:
        return Gate("scale", Outcome.NOT_APPLICABLE, why)
    figures = {"reference": ours, "champion": theirs}
    if abs(ours - theirs) <= SAME_SCALE:
        said = "50 points mean the same odds as under the champion."
        return Gate("scale", Outcome.PASSED, said, figures)
    moved = POINTS_PER_LOG_ODDS * (theirs - ours)
    said = (
        f"50 points no longer mean the odds that they mean under the champion: equal "
        f"odds would get {moved:+.1f} points. Run again, so that the champion's "
        "reference is inherited, or drop points.reference_rate."
    )
    return Gate("scale", Outcome.FAILED, said, figures)


@dataclass(frozen=True, slots=True)
class _Segment:
    """What was said of a segment, and what happened."""

    name: str
    rows: int
    said: float
    seen: Figure

    @property
    def off(self) -> float:
        """How far the nearest rate of the interval is from what was said, relatively.

        At least 0.
        """
        nearest = min(max(self.said, self.seen.low), self.seen.high)
        return abs(nearest / self.said - 1)

    def __str__(self) -> str:
        return (
            f"{self.name} was given {self.said:.3f}, and {self.seen} converted "
            f"({self.rows:,} rows)"
        )


def _segment(name: str, evidence: Evidence, level: float) -> _Segment:
    seen = grouped_interval(evidence.outcome, evidence.group, level, evidence.weight)
    said = float(np.average(evidence.probability, weights=evidence.weight))
    return _Segment(name, evidence.rows, said, seen)


def _of_segments(found: list[_Segment], failed: list[_Segment]) -> str:
    count = f"of {len(found)} segment{'' if len(found) == 1 else 's'}"
    if not failed:
        return (
            f"None {count} with {LEAST_SEGMENT_ROWS} rows or more is off by more than "
            f"a tenth beyond its interval; the farthest: {found[0]}."
        )
    more = f"; and {len(failed) - 3} more" if len(failed) > 3 else ""
    return (
        f"{len(failed)} {count} {'is' if len(failed) == 1 else 'are'} off by more than "
        f"a tenth beyond its interval: {'; '.join(map(str, failed[:3]))}{more}."
    )
