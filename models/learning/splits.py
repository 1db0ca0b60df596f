"""Who is learnt from, who is judged, and what may be known when: blocks cut by time.

::

    oldest ──────────────────────────────────────────────────────────► newest
    │ train │ fold 1 │ fold 2 │ fold 3 │ fold 4 │ embargo │     test      │
             └─ half `calibrate`, half `cutoff`, by a hash of the group ─┘

Each fold is judged by a booster that saw only snapshots whose outcomes were known
before the fold began; the test block by one that saw only what was known before it.

Why time and not chance: on real lead data a random split promised an AUC of .80 where
time gave .67. Why groups may recur in the test block: they will in use. They are kept
whole where there is no order, and in every resampling.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from features.errors import DataError
from features.vocabulary import Split

from ..evidence import hashed
from .timeline import Instants, Rows, Timeline


class TooLittle(DataError):
    """There is too little data for a booster; less may do (see ``few``)."""


@dataclass(frozen=True, eq=False)
class Fold:
    """Rows to learn from, and later rows to judge by."""

    train: Rows
    judged: Rows


@dataclass(frozen=True, eq=False)
class Blocks:
    """How the labelled snapshots are divided.

    Attributes
    ----------
    before : ndarray of int
        Rows whose outcomes were known before the test block.
    test : ndarray of int
        The newest rows, judged once.
    folds : tuple of Fold
        In order of time; all their rows are in ``before``.
    split : ndarray of str, shape (n,)
        What each row is used for, as written to ``predictions.parquet``.
    scheme : str
        ``rolling``, ``single``, ``random`` or, where there is too little data for a
        booster, ``few``.
    notes : tuple of str
        What a reader has to be told about the division, in sentences.
    """

    before: Rows
    test: Rows
    folds: tuple[Fold, ...]
    split: npt.NDArray[np.object_]
    scheme: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SplitRule:
    """How to divide, and the least that each block needs.

    Attributes
    ----------
    test_share : float
        Share of the snapshots that the newest block takes.
    folds : int
        Rolling-origin folds over the later half of what precedes the test block.
    least_conversions : int
        Leads that converted, in every training block.
    least_block_conversions : int
        Leads that converted, in each of calibrate, cutoff and test.
    """

    test_share: float
    folds: int
    least_conversions: int
    least_block_conversions: int


def divide(timeline: Timeline, rule: SplitRule) -> Blocks:
    """Divide the labelled snapshots into blocks.

    Raises
    ------
    TooLittle
        When there is too little data for a model: the counts are named. What would do
        is said by :mod:`models.learning.remedies`.
    """
    before, test = newest_block(timeline, rule.test_share)
    if timeline.has_order:
        folds, scheme, notes = _folds_in_time(timeline, before, rule)
    else:
        folds, scheme = _random_folds(timeline, before, rule), "random"
        notes = (NO_ORDER,)
    split = named(timeline, before, test, folds)
    _refuse_thin_blocks(timeline, rule, before, split)
    return Blocks(before, test, folds, split, scheme, notes)


NO_ORDER = (
    "The leads have no order in time, so the test block was drawn at random, by group: "
    "the figures say nothing of how the model ages."
)


def newest_block(timeline: Timeline, share: float) -> tuple[Rows, Rows]:
    """Rows whose outcomes were known before the newest block, and that block."""
    if timeline.has_order:
        border = _quantile(timeline.instant, 1 - share)
        before = np.flatnonzero(timeline.known_at <= border)
        return before, np.flatnonzero(timeline.instant >= border)
    drawn = hashed(timeline.group, "test") / 2.0**64
    return np.flatnonzero(drawn >= share), np.flatnonzero(drawn < share)


def _folds_in_time(
    timeline: Timeline, before: Rows, rule: SplitRule
) -> tuple[tuple[Fold, ...], str, tuple[str, ...]]:
    at = timeline.instant[before]
    shares = np.linspace(0.5, 1, rule.folds + 1)[:-1]
    borders = [_quantile(at, s) for s in shares] + [int(at.max()) + 1 if len(at) else 0]
    folds = tuple(
        fold
        for start, end in pairwise(borders)
        if _is_enough(timeline, fold := _fold(timeline, before, start, end), rule)
    )
    judged = np.concatenate([f.judged for f in folds]) if folds else before[:0]
    if len(folds) >= 2 and _is_enough_to_calibrate(timeline, judged, rule):
        left_out = rule.folds - len(folds)
        notes = (
            (
                f"{left_out} of {rule.folds} rolling-origin folds were left out: fewer "
                f"than {rule.least_conversions} leads had converted before them, or no "
                "snapshot fell into them.",
            )
            if left_out
            else ()
        )
        return folds, "rolling", notes
    return _single_fold(timeline, before, rule)


# As much to learn from as leaves a good part to calibrate on; later, only if need be.
_BORDERS = (0.7, 0.65, 0.6, 0.55, 0.5, 0.45, 0.4, 0.35, 0.3, 0.75, 0.8, 0.85, 0.9)


def _single_fold(
    timeline: Timeline, before: Rows, rule: SplitRule
) -> tuple[tuple[Fold, ...], str, tuple[str, ...]]:
    """One border: with the embargo where that leaves enough, without where not."""
    at = timeline.instant[before]
    end = int(at.max()) + 1 if len(at) else 0
    for keeps_embargo in (True, False):
        for share in _BORDERS:
            border = _quantile(at, share)
            fold = _fold(timeline, before, border, end, keeps_embargo=keeps_embargo)
            if _serves_alone(timeline, fold, rule):
                return (fold,), "single", (_SINGLE[keeps_embargo],)
    raise TooLittle(
        f"Too little data for a model: {timeline.conversions(before):,} leads had "
        f"converted among the {len(before):,} snapshots before the test block, and no "
        f"border in it leaves {rule.least_conversions} to train, "
        f"{rule.least_block_conversions} to calibrate and "
        f"{rule.least_block_conversions} to set cutoffs."
    )


_SINGLE = {
    True: "The history is too short for rolling-origin folds, so calibration and "
    "cutoffs rest on one block.",
    False: "The history is too short for rolling-origin folds, so calibration and "
    "cutoffs rest on one block, and that block begins before the last outcomes of the "
    "training block were known: there is no embargo between the two.",
}


def _serves_alone(timeline: Timeline, fold: Fold, rule: SplitRule) -> bool:
    can_calibrate = _is_enough_to_calibrate(timeline, fold.judged, rule)
    return _is_enough(timeline, fold, rule) and can_calibrate


def _is_enough_to_calibrate(timeline: Timeline, judged: Rows, rule: SplitRule) -> bool:
    least = min(timeline.conversions(half) for half in _halves(timeline, judged))
    return least >= rule.least_block_conversions


def _fold(
    timeline: Timeline,
    before: Rows,
    start: int,
    end: int,
    *,
    keeps_embargo: bool = True,
) -> Fold:
    at = timeline.instant[before]
    known = timeline.known_at[before] <= start if keeps_embargo else at < start
    return Fold(before[known], before[(at >= start) & (at < end)])


def _is_enough(timeline: Timeline, fold: Fold, rule: SplitRule) -> bool:
    enough = timeline.conversions(fold.train) >= rule.least_conversions
    return enough and len(fold.judged) > 0


def _random_folds(
    timeline: Timeline, before: Rows, rule: SplitRule
) -> tuple[Fold, ...]:
    number = hashed(timeline.group[before], "fold") % np.uint64(rule.folds)
    folds = (Fold(before[number != k], before[number == k]) for k in range(rule.folds))
    kept = tuple(fold for fold in folds if _is_enough(timeline, fold, rule))
    if len(kept) < 2:
        raise TooLittle(
            f"Too little data for a model: of {rule.folds} random folds by group "
            f"{len(kept)} can be judged after {rule.least_conversions} leads that "
            f"converted; at least 2 are needed. There are "
            f"{len(set(timeline.group[before])):,} groups before the test block: if "
            "they are few, look at the column that names the account."
        )
    return kept


def named(
    timeline: Timeline, before: Rows, test: Rows, folds: tuple[Fold, ...]
) -> npt.NDArray[np.object_]:
    """What each row is used for; judged rows are shared out by a hash of the group."""
    split = np.full(len(timeline.instant), Split.EMBARGO.value, dtype=object)
    split[before] = Split.TRAIN.value
    for fold in folds:
        calibrate, cutoff = _halves(timeline, fold.judged)
        split[calibrate] = Split.CALIBRATE.value
        split[cutoff] = Split.CUTOFF.value
    split[test] = Split.TEST.value
    return split


def _halves(timeline: Timeline, rows: Rows) -> tuple[Rows, Rows]:
    """The same half for a group in every fold."""
    is_first = hashed(timeline.group[rows], "calibrate or cutoff") % np.uint64(2) == 0
    return rows[is_first], rows[~is_first]


def _refuse_thin_blocks(
    timeline: Timeline,
    rule: SplitRule,
    before: Rows,
    split: npt.NDArray[np.object_],
) -> None:
    for name, rows, least in _needs(rule, before, split):
        found = timeline.conversions(rows)
        if found < least or found == len(set(timeline.lead[rows])):
            raise TooLittle(
                f"Too little data for a model: the {name} block holds {len(rows):,} "
                f"snapshots and {found:,} leads that converted; at least {least} are "
                "needed, and some that did not."
            )


def _needs(
    rule: SplitRule, before: Rows, split: npt.NDArray[np.object_]
) -> Iterator[tuple[str, Rows, int]]:
    yield "training", before, rule.least_conversions
    for name in (Split.CALIBRATE, Split.CUTOFF, Split.TEST):
        rows = np.flatnonzero(split == name.value)
        yield name.value, rows, rule.least_block_conversions


def _quantile(at: Instants, share: float) -> int:
    """The instant before which ``share`` of the rows lie, or as near as ties allow."""
    if not len(at):
        return 0
    return int(np.sort(at)[min(int(len(at) * share), len(at) - 1)])
