"""The outcome of a flat export: its column, and the value that is a conversion."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.open_questions import UNKNOWN

from . import lexicon, words
from .column import Column
from .sample import Sample
from .words import is_one_of, speaks

MOST_TEXTS = 20  # of a column of outcomes
LEAST_FILLED = 0.5  # of a column that is called an outcome: leads may still be open
LEAST_POINTS = 3  # to be taken for the outcome: its name, or texts of either end


@dataclass(frozen=True)
class FlatOutcome:
    """A column of outcomes.

    Attributes
    ----------
    column, positive : str
        ``"?"`` where none was found.
    why : str
    others : tuple of str
        Columns that may be the outcome too, the likeliest first.
    rate : float or None
        Share of rows that converted; None where that is not known.
    negative, undecided : tuple of (str, int)
        Of a column of more than two texts, those that say no, and those of leads that
        may still convert, with their rows. Where none says no, all others do.
    likely : tuple of (str, int)
        Where ``positive`` is not known, the two texts it may be, with their rows.
    """

    column: str
    positive: str
    why: str
    others: tuple[str, ...]
    rate: float | None
    negative: tuple[tuple[str, int], ...] = ()
    undecided: tuple[tuple[str, int], ...] = ()
    likely: tuple[tuple[str, int], ...] = ()

    @property
    def is_known(self) -> bool:
        """Whether some column was found."""
        return self.column != UNKNOWN


def flat_outcome(sample: Sample) -> FlatOutcome:
    """Guess the outcome's column and its positive value."""
    fit = [c for c in sample.columns if _may_be_outcome(c)]
    fit = [c for c in fit if _points(c) or c.distinct == 2]
    ranked = sorted(fit, key=_points, reverse=True)
    if not ranked or _points(ranked[0]) < LEAST_POINTS:
        others = tuple(c.name for c in ranked)
        return FlatOutcome(
            UNKNOWN, UNKNOWN, "no name tells of an outcome", others, None
        )
    column, *rest = ranked
    others = tuple(c.name for c in rest)
    why = (
        "its values speak of conversions; there is no date of them"
        if _converting(column) and column.distinct > 2
        else f"{column.distinct} values, and a telling name"
    )
    return _outcome(sample, column, why, others)


def _outcome(
    sample: Sample, column: Column, why: str, others: tuple[str, ...]
) -> FlatOutcome:
    counted = tuple(column.counts.items())
    positive = _positive(column)
    if positive is None:
        open_ended = [c for c in counted if not _says_no(c[0])] or [*counted]
        likely = tuple(sorted(open_ended, key=lambda each: each[1])[:2])
        return FlatOutcome(column.name, UNKNOWN, why, others, None, likely=likely)
    rate = column.counts[positive] / max(1, sample.rows)
    rest = [(t, n) for t, n in counted if t != positive]
    if len(rest) < 2:
        return FlatOutcome(column.name, positive, why, others, rate)
    negative = tuple(r for r in rest if _says_no(r[0])) or tuple(
        r for r in rest if not speaks(r[0], lexicon.OPEN_STILL)
    )
    undecided = tuple(r for r in rest if r not in negative)
    return FlatOutcome(column.name, positive, why, others, rate, negative, undecided)


def _may_be_outcome(column: Column) -> bool:
    """Whether a column is of few texts; of several, they are no numbers."""
    is_named = speaks(column.name, lexicon.OUTCOMES)
    is_filled = column.filled == column.rows or (
        is_named and column.filled_share >= LEAST_FILLED
    )
    if column.is_instant or not is_filled or column.distinct < 2:
        return False
    return column.distinct == 2 or (
        column.distinct <= MOST_TEXTS
        and column.distinct < column.filled
        and not column.is_number
    )


def _points(column: Column) -> int:
    """How much speaks for a column: its name most, then texts of either end."""
    is_named = speaks(column.name, lexicon.OUTCOMES)
    is_stage = speaks(column.name, lexicon.MILESTONES)
    texts = column.counts
    says_yes = any(is_one_of(t, lexicon.POSITIVES) for t in texts)
    ends = any(speaks(t, lexicon.CLOSINGS) for t in texts)
    is_told = bool(_converting(column)) or (says_yes and (is_named or is_stage))
    if column.distinct > 2 and not (is_told or is_named):
        return int(is_stage)  # a status, of which no text is known
    is_pair = column.distinct == 2 or ends or any(_says_no(t) for t in texts)
    return 3 * is_named + 2 * bool(_converting(column)) + is_stage + (ends and is_pair)


def _converting(column: Column) -> list[str]:
    return [t for t in column.counts if words.converts(t)]


def _says_no(text: str) -> bool:
    is_end = speaks(text, lexicon.CLOSINGS) or speaks(text, lexicon.NEGATION)
    return is_end or is_one_of(text, lexicon.NEGATIVES)


def _positive(column: Column) -> str | None:
    by_word = [t for t in column.counts if is_one_of(t, lexicon.POSITIVES)]
    if by_word:
        return by_word[0]
    by_name = _converting(column)
    if by_name:
        return min(by_name, key=words.conversion_rank)
    noes = [t for t in column.counts if _says_no(t)]
    if column.distinct == 2 and len(noes) == 1:
        return next(t for t in column.counts if t not in noes)
    return None


def order_column(sample: Sample, lead_id: Column | None) -> Column | None:
    """A column of instants or of rising numbers that orders rows in time."""
    dated = [
        c
        for c in sample.instants
        if c.filled == c.rows and not speaks(c.name, lexicon.NO_MILESTONE)
    ]
    created = [c for c in dated if speaks(c.name, lexicon.CREATED)]
    if created or len(dated) == 1:
        return (created or dated)[0]
    numbers = [
        c
        for c in sample.columns
        if c.is_unique and c.is_whole and (c.looks_like_id or c is lead_id)
    ]
    return numbers[0] if numbers else None
