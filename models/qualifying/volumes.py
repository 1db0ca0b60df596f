"""The volumes: whether as few qualify on newer rows as a capacity allows.

A capacity is set on older rows, where it holds by construction. Where conversions grow
more frequent, so do high probabilities, and a cutoff that took in a fifth of the
snapshots takes in two. Each capacity is tested in the unit that it was set in: a share
in snapshots, a capacity by the week in weeks.

Why a share's interval is by group: the snapshots of a lead qualify together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..evidence import Evidence
from ..judging.intervals import Figure, exact_interval, grouped_interval
from .arrivals import USUAL
from .cutoffs import LOWERED
from .rules import CapacityRule, CutoffRule, WeeklyCapacityRule, percent, promised_by

Capacity = CapacityRule | WeeklyCapacityRule
NEARLY_ALL: Final = 0.95  # of the snapshots: a cutoff below them sorts out next to none


@dataclass(frozen=True, slots=True)
class Volume:
    """How many qualify, and how many were to.

    Parameters
    ----------
    most : float
        The largest share that was meant, in [0, 1]: of snapshots, or of weeks in which
        more leads may newly qualify than the capacity.
    seen : Figure
        The share that was seen, with its interval; NaN without rows.
    said : str
        Both in a clause.
    """

    most: float
    seen: Figure
    said: str

    @property
    def is_exceeded(self) -> bool:
        """Whether the whole interval lies above what was meant."""
        return self.seen.low > self.most


def capacity_of(rule: CutoffRule, kind: str, said: str) -> Capacity | None:
    """The capacity that a cutoff was set to, be it asked first or a second choice.

    Parameters
    ----------
    rule : CutoffRule
        What was asked, with its second choices.
    kind, said : str
        The cutoff's ``rule`` and what it says of itself.

    Returns
    -------
    CapacityRule or WeeklyCapacityRule or None
        None where it was set to something else, or was lowered below another cutoff.

    Examples
    --------
    >>> from models.qualifying.rules import PrecisionRule
    >>> asked = PrecisionRule(0.6, 0.95, otherwise=CapacityRule(0.05))
    >>> capacity_of(asked, "capacity", "Second choice: …").share
    0.05
    >>> capacity_of(asked, "precision", "…") is None
    True
    """
    if kind != "capacity" or LOWERED in said:
        return None
    found = [r for r in _choices(rule) if isinstance(r, Capacity)]
    stated = [r for r in found if promised_by(r) in said]
    return next(iter([*stated, *found]), None)


def volume_of(capacity: Capacity, threshold: float, evidence: Evidence) -> Volume:
    """How many qualify on newer rows, against a capacity.

    Parameters
    ----------
    capacity : CapacityRule or WeeklyCapacityRule
    threshold : float
        Rows at or above it qualify.
    evidence : Evidence
        Rows that the threshold was not set on; with arrivals for a capacity by the
        week, without which its share is NaN.

    Examples
    --------
    >>> rows = Evidence.of([0.1] * 60 + [0.9] * 40, [0] * 100)
    >>> found = volume_of(CapacityRule(0.2), 0.5, rows)
    >>> found.said
    'at most 20% of the snapshots were to qualify, and 40.0% (30.3% to 50.3%) do'
    >>> found.is_exceeded
    True
    """
    if isinstance(capacity, CapacityRule):
        qualifies = (evidence.probability >= threshold).astype(np.float64)
        seen = grouped_interval(qualifies, evidence.group, weight=evidence.weight)
        return Volume(
            capacity.share,
            seen,
            f"at most {percent(capacity.share)} of the snapshots were to qualify, and "
            f"{seen.value:.1%} ({seen.low:.1%} to {seen.high:.1%}) do",
        )
    arrivals, leads = evidence.arrivals, capacity.leads
    counts = np.empty(0) if arrivals is None else arrivals.a_week(threshold)
    busy = int((counts > leads).sum())
    were = "lead was" if leads == 1 else "leads were"
    return Volume(
        1 - USUAL,
        exact_interval(busy, counts.size),
        f"in 19 weeks of 20 at most {leads:g} {were} newly to qualify, and in {busy} "
        f"of {counts.size} weeks more did",
    )


def next_to_none(name: str, share: float, of_what: str) -> str:
    """Say that a cutoff takes in nearly all, in a sentence; empty where it does not.

    Parameters
    ----------
    name : str
        ``mql`` or ``sql``.
    share : float
        Of the snapshots, in [0, 1]: how many qualify.
    of_what : str
        Which snapshots, such as ``"snapshots of the newest block"``.

    Examples
    --------
    >>> next_to_none("mql", 0.968, "snapshots of the newest block")
    'The MQL cutoff takes in 97 of 100 snapshots of the newest block: it sorts out \
next to none.'
    >>> next_to_none("mql", 0.94, "snapshots of the newest block")
    ''
    """
    if share < NEARLY_ALL:
        return ""
    taken = "all" if share >= 1 else f"{min(round(100 * share), 99)} of 100"
    return (
        f"The {name.upper()} cutoff takes in {taken} {of_what}: it sorts out "
        f"{'none' if share >= 1 else 'next to none'}."
    )


def _choices(rule: CutoffRule) -> Iterator[CutoffRule]:
    """A rule, its second choice, and so on."""
    yield rule
    if rule.otherwise is not None:
        yield from _choices(rule.otherwise)
