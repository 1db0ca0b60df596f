"""The remedies for too little data: what would leave enough, in numbers as tried.

Often there are conversions enough and the embargo takes them: it is as long as the
horizon, and lies between the test block and what is learnt from. A smaller test block
or a shorter horizon then does, and which one can be tried, since dividing takes no
time. Each number that is named here has been put to the division itself.

Why each of the two alone: a reader changes one thing at a time. A shorter horizon also
asks another question, so that it is named second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np
import pandas as pd

from .splits import SplitRule, TooLittle, newest_block
from .timeline import Timeline, timeline_of

Divide = Callable[[Timeline, SplitRule], object]

_SHARES: Final = np.arange(6, 60) / 100  # as far as train.test_share may go
_MOST_TRIED: Final = 60  # horizons: every day of two months, fewer of longer ones


@dataclass(frozen=True, eq=False)
class Horizons:
    """Every eligible snapshot, mature or not, so that other horizons can be tried.

    Attributes
    ----------
    spine : DataFrame of shape (n, …)
        ``snapshot_at`` and ``converted_at``, UTC, beside ``lead_id``, ``group_id`` and
        ``position``.
    known_until : datetime
        Conversions are completely recorded up to here, UTC.
    settling_days : float
        Allowance for conversions entered late.
    """

    spine: pd.DataFrame
    known_until: datetime
    settling_days: float

    def timeline(self, days: int) -> Timeline:
        """The mature snapshots, had leads so many days to convert."""
        wait = timedelta(days=days + self.settling_days)
        at, converted_at = self.spine["snapshot_at"], self.spine["converted_at"]
        within = (converted_at >= at) & (converted_at < at + timedelta(days=days))
        told = self.spine.assign(outcome=within.astype(np.int8))
        mature = at + wait <= pd.Timestamp(self.known_until)
        return timeline_of(told.loc[mature], wait)


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would leave enough.

    Attributes
    ----------
    test_share : float or None
        The one nearest to the configured one that does; None where none does.
    horizon_days : int or None
        The longest shorter one that does; None where none does.
    has_horizon : bool
        Whether there is a horizon at all: a flat export has none.
    lacking : int
        About how many more leads have to convert, as things stand; at least 1.
    """

    test_share: float | None
    horizon_days: int | None
    has_horizon: bool
    lacking: int

    @property
    def said(self) -> str:
        """Whole sentences.

        Examples
        --------
        >>> print(Remedy(0.2, None, True, 34).said)
        With train.test_share = 0.20 there would be enough; no shorter \
outcome.horizon_days does it alone. Or wait until about 34 more leads have converted.
        >>> print(Remedy(None, 21, True, 1).said)
        With outcome.horizon_days = 21, which asks about a shorter time, there would \
be enough; no train.test_share does it alone. Or wait until about 1 more lead has \
converted.
        >>> print(Remedy(None, None, False, 60).said)
        No train.test_share leaves enough: wait until about 60 more leads have \
converted.
        """
        have = "lead has" if self.lacking == 1 else "leads have"
        wait = f"wait until about {self.lacking:,} more {have} converted."
        share = f"train.test_share = {self.test_share or 0:.2f}"
        days = (
            f"outcome.horizon_days = {self.horizon_days}, which asks about a shorter "
            "time"
        )
        match self.test_share, self.horizon_days:
            case None, None:
                nor = " and no shorter outcome.horizon_days" if self.has_horizon else ""
                alone = " alone" if nor else ""
                verb = "leave" if nor else "leaves"
                return f"No train.test_share{nor}{alone} {verb} enough: {wait}"
            case None, _:
                return (
                    f"With {days}, there would be enough; no train.test_share does it "
                    f"alone. Or {wait}"
                )
            case _, None:
                nor = (
                    "; no shorter outcome.horizon_days does it alone"
                    if self.has_horizon
                    else ""
                )
                return f"With {share} there would be enough{nor}. Or {wait}"
            case _:
                return (
                    f"With {share} there would be enough, and so there would with "
                    f"{days}. Or {wait}"
                )


def remedy_of(
    timeline: Timeline,
    rule: SplitRule,
    horizons: Horizons | None,
    horizon_days: float | None,
    divide: Divide,
    lacking: int,
) -> Remedy:
    """Try what would leave enough for a division that was refused.

    Parameters
    ----------
    timeline : Timeline
    rule : SplitRule
        As configured.
    horizons : Horizons or None
        None where there is no horizon to be shortened.
    horizon_days : float or None
        The configured one.
    divide : callable
        Raises ``TooLittle`` where it cannot.
    lacking : int
        About how many more leads have to convert.
    """
    share = next(
        (
            s
            for s in _near(rule.test_share)
            if _does(divide, timeline, replace(rule, test_share=s))
        ),
        None,
    )
    days = None
    if horizons is not None and horizon_days is not None:
        days = next(
            (
                d
                for d in _shorter(horizon_days)
                if _does(divide, horizons.timeline(d), rule)
            ),
            None,
        )
    return Remedy(share, days, horizons is not None, max(lacking, 1))


def lacking(timeline: Timeline, rule: SplitRule) -> int:
    """About how many more leads have to convert before snapshots can be divided.

    Those that are lacking before the test block, where a booster learns, calibrates and
    sets cutoffs, and those that are lacking in it; 0 where there are enough of both.
    """
    before, test = newest_block(timeline, rule.test_share)
    block, least = rule.least_block_conversions, rule.least_conversions
    needed = least + 2 * block
    if not timeline.has_order:  # each fold is judged by what is learnt from the others
        needed = max(-(-least * rule.folds // (rule.folds - 1)), 2 * block)
    early = max(0, needed - timeline.conversions(before))
    return early + max(0, block - timeline.conversions(test))


def _does(divide: Divide, timeline: Timeline, rule: SplitRule) -> bool:
    try:
        divide(timeline, rule)
    except TooLittle:
        return False
    return True


def _near(share: float) -> list[float]:
    """Shares to try, the nearest first; of two as near the smaller block."""
    tried = [float(s) for s in _SHARES if abs(s - share) > 1e-9]
    return sorted(tried, key=lambda s: (round(abs(s - share), 6), s))


def _shorter(days: float) -> list[int]:
    """Whole days to try, the longest first.

    Examples
    --------
    >>> _shorter(4), _shorter(2.5), _shorter(1)
    ([3, 2, 1], [2, 1], [])
    """
    longest = int(np.ceil(days)) - 1
    tried = np.unique(np.linspace(1, max(longest, 1), _MOST_TRIED).round().astype(int))
    return [int(d) for d in tried[::-1] if d <= longest]
