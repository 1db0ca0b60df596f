"""The outcome of a flat export: its column, and the value that is a conversion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import lexicon, words
from .column import Column
from .dated import stage_column
from .lexicon import POSITIVES
from .sample import Sample
from .words import speaks

UNKNOWN = "?"
MOST_TEXTS = 20  # of a column of outcomes
NEGATIVES = ("0", "no", "false", "n", "f")


@dataclass(frozen=True)
class FlatOutcome:
    """A column of outcomes.

    Attributes
    ----------
    column, positive : str
        ``"?"`` where none was found.
    why : str
    others : tuple of str
        Other columns of two values.
    rate : float
        Share of rows that converted.
    negative, undecided : tuple of (str, int)
        Of a column of more than two texts, those that say no, and those of leads that
        may still convert, with their rows. Where none says no, all others do.
    """

    column: str
    positive: str
    why: str
    others: tuple[str, ...]
    rate: float
    negative: tuple[tuple[str, int], ...] = ()
    undecided: tuple[tuple[str, int], ...] = ()


def flat_outcome(sample: Sample) -> FlatOutcome:
    """Guess the outcome's column and its positive value."""
    pairs = [c for c in sample.columns if c.distinct == 2 and c.filled == c.rows]
    named = [c for c in pairs if speaks(c.name, lexicon.OUTCOMES)]
    others = tuple(c.name for c in pairs if c not in named[:1])
    if named:
        return _outcome(
            sample, named[0], "two values, none missing, and a telling name", others
        )
    stage = stage_column(sample) or _of_several(sample)
    if stage is not None:
        why = "its values speak of conversions; there is no date of them"
        return _outcome(sample, stage, why, others)
    return FlatOutcome(UNKNOWN, UNKNOWN, "nothing here tells of an outcome", others, 0)


def _outcome(
    sample: Sample, column: Column, why: str, others: Sequence[str]
) -> FlatOutcome:
    positive = _positive(column)
    rate = column.counts[positive] / max(1, sample.rows)
    rest = [(t, n) for t, n in column.counts.items() if t != positive]
    if len(rest) < 2:
        return FlatOutcome(column.name, positive, why, tuple(others), rate)
    negative = tuple(r for r in rest if _says_no(r[0])) or tuple(rest)
    undecided = tuple(r for r in rest if r not in negative)
    return FlatOutcome(
        column.name, positive, why, tuple(others), rate, negative, undecided
    )


def _of_several(sample: Sample) -> Column | None:
    """A column of several texts that is called an outcome; one of them converts."""
    for column in sample.columns:
        is_few = 2 < column.distinct <= MOST_TEXTS
        is_called = speaks(column.name, lexicon.OUTCOMES)
        said = any(
            words.converts(t) or t.casefold() in POSITIVES for t in column.counts
        )
        if is_few and is_called and said and not column.is_number:
            return column
    return None


def _says_no(text: str) -> bool:
    return text.casefold() in NEGATIVES or speaks(text, lexicon.CLOSINGS)


def _positive(column: Column) -> str:
    by_word = [t for t in column.counts if t.casefold() in POSITIVES]
    if by_word:
        return by_word[0]
    by_name = [t for t in column.counts if words.converts(t)]
    if by_name:
        return min(by_name, key=words.conversion_rank)
    return min(column.counts, key=lambda t: (column.counts[t], t))  # the rarer


def order_column(sample: Sample, lead_id: Column | None) -> Column | None:
    """A column of rising numbers or ISO instants that orders rows in time."""
    dated = [
        c for c in sample.instants if c.written is not None and c.written.format is None
    ]
    created = [
        c for c in dated if speaks(c.name, lexicon.CREATED) and c.filled == c.rows
    ]
    if created:
        return created[0]
    numbers = [
        c
        for c in sample.columns
        if c.is_unique and c.is_whole and (c.looks_like_id or c is lead_id)
    ]
    return numbers[0] if numbers else None
