"""Too little data for a booster: what is served instead, and how it is judged.

The points table needs no outcomes. The scorecard learns from ten leads that converted
on: drawn from five real sets (eight drawings each), ten conversions took .051, .032,
.024 and .002 from a constant's log loss on the test block, after the best intercept; in
the fifth, whose rate runs away, they added .013. All columns under one strong penalty
did better than the best three or five columns, which so few conversions cannot tell
from the lucky ones: on completejourney .051 against .019 and .032.

Why folds by group and not in time: what precedes the test block is too short to be cut
again. The test block itself stays the newest.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from scipy.special import logit

from ..evidence import hashed
from ..points import Floats
from .conversion import Learnable, margins_of
from .scorecard import Scorecard, fit_scorecard
from .splits import NO_ORDER, Blocks, Fold, SplitRule, TooLittle, named, newest_block
from .timeline import Rows, Timeline

LEAST: Final = 10  # leads that converted, and leads that did not
# Of .003, .01, .03 and .1 the best or beside it, at 10, 20 and 40 conversions, in four
# of the five sets.
STRENGTH: Final = (0.03,)
_FOLDS: Final = 5


def divide_few(timeline: Timeline, rule: SplitRule) -> Blocks:
    """Divide snapshots that are too few for a booster: folds by group | test.

    Raises
    ------
    TooLittle
        When a block is empty, or nobody or everybody had converted: there is nothing to
        calibrate on, or to judge by.
    """
    before, test = newest_block(timeline, rule.test_share)
    number = hashed(timeline.group[before], "fold") % np.uint64(_FOLDS)
    every = [Fold(before[number != k], before[number == k]) for k in range(_FOLDS)]
    folds = tuple(f for f in every if len(f.train) and len(f.judged))
    split = named(timeline, before, test, folds)
    lacking = sorted({"calibrate", "cutoff", "test"} - set(split.tolist()))
    converted, leads = timeline.conversions(before), len(set(timeline.lead[before]))
    if lacking or converted in (0, leads):
        block = f"; none for {' and '.join(lacking)}" if lacking else ""
        raise TooLittle(
            f"Too little data, even to calibrate a points table: {converted:,} of "
            f"{leads:,} leads had converted before the test block{block}, and some "
            "that did and some that did not are needed."
        )
    notes = () if timeline.has_order else (NO_ORDER,)
    return Blocks(before, test, folds, split, "few", notes)


def can_bear_a_scorecard(timeline: Timeline, rows: Rows) -> bool:
    """Whether enough leads converted, and enough did not."""
    converted = timeline.conversions(rows)
    return LEAST <= converted <= len(set(timeline.lead[rows])) - LEAST


def fit_few(rows: Learnable) -> Scorecard:
    """Fit a scorecard to few rows, with the one strong penalty."""
    return fit_scorecard(rows, strengths=STRENGTH)


def unseen_margins(rows: Learnable, blocks: Blocks) -> Floats:
    """Margins of the rows before the test block, by scorecards of the other folds.

    Returns
    -------
    ndarray of shape (n,)
        NaN in the test block and in the embargo. Where the other folds hold one outcome
        only, all margins are that of their rate, drawn towards one half.
    """
    margin = np.full(len(rows.outcome), np.nan)
    for fold in blocks.folds:
        early = rows.take(fold.train)
        if np.ptp(early.outcome) > 0:
            text = fit_few(early).text
            margin[fold.judged] = margins_of(text, rows.encoded[fold.judged])
        else:
            count = len(early.outcome)
            margin[fold.judged] = logit((early.outcome.sum() + 0.5) / (count + 1))
    return margin
