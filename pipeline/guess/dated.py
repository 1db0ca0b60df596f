"""Files of dated rows: whose they are, what happened and when, by their columns."""

from __future__ import annotations

from dataclasses import dataclass

from . import lexicon, words
from .column import Column
from .sample import Sample
from .words import speaks


@dataclass(frozen=True)
class Dated:
    """A file of dated rows that belong to leads, or to their accounts.

    Attributes
    ----------
    key : Column
        Whose row it is.
    is_of_account : bool
    kind : Column or None
        What happened; None where the file is of one kind.
    at : Column
        When.
    recorded_at, asset, channel, value : Column or None
    """

    sample: Sample
    key: Column
    is_of_account: bool
    kind: Column | None
    at: Column
    recorded_at: Column | None = None
    asset: Column | None = None
    channel: Column | None = None
    value: Column | None = None


@dataclass(frozen=True)
class Wide:
    """A file with one row a lead and one date column a milestone."""

    sample: Sample
    key: Column
    dates: tuple[Column, ...]


def is_of_touches(sample: Sample) -> bool:
    """Whether a file is called so, and no column says what became of a lead."""
    has_stage = any(speaks(c.name, lexicon.MILESTONES) for c in sample.columns)
    return speaks(sample.stem, lexicon.TOUCHES) and not has_stage


def wide_table(sample: Sample, key: Column) -> Dated | Wide:
    """A file with one row a lead, and what its columns say."""
    stage = stage_column(sample)
    if stage is not None:
        return long_table(sample, key, kind=stage)
    dates = [c for c in sample.instants if not speaks(c.name, lexicon.RECORDED)]
    dates = dates or list(sample.instants)
    return Wide(sample, key, tuple(c for c in dates if c.is_written_like(dates[0])))


def long_table(
    sample: Sample,
    key: Column,
    *,
    kind: Column | None = None,
    is_of_account: bool = False,
) -> Dated:
    """A file of dated rows, and what its columns say."""
    kind = kind or _kind(sample, key)
    times = [c for c in sample.instants if not speaks(c.name, lexicon.RECORDED)]
    times = times or list(sample.instants)
    at = max(times, key=lambda c: (speaks(c.name, lexicon.OCCURRED), c.filled))
    rest = [c for c in sample.columns if c not in (key, kind, at)]

    def named(pattern: str, *, is_number: bool = False) -> Column | None:
        fit = [
            c for c in rest if speaks(c.name, pattern) and not c.is_instant and c.filled
        ]
        codes = [] if is_number else [c for c in fit if c.is_whole and _is_few(c)]
        return next(
            (c for c in fit if c.is_number == is_number), next(iter(codes), None)
        )

    recorded = (
        c
        for c in sample.instants
        if c in rest and c.is_written_like(at) and speaks(c.name, lexicon.RECORDED)
    )
    return Dated(
        sample=sample,
        key=key,
        is_of_account=is_of_account,
        kind=kind,
        at=at,
        recorded_at=next(recorded, None),
        asset=named(lexicon.ASSET),
        channel=named(lexicon.CHANNEL),
        value=named(lexicon.VALUE, is_number=True),
    )


def _kind(sample: Sample, key: Column) -> Column | None:
    """The column that says what happened."""

    def points(column: Column) -> tuple[int, int]:
        named = 2 * speaks(column.name, lexicon.KIND)
        return named + speaks(column.name, lexicon.PERHAPS_KIND), column.distinct

    fit = [c for c in sample.columns if c is not key and _is_of_kinds(c)]
    best = max(fit, key=points, default=None)
    return best if best is not None and points(best)[0] else None


def _is_few(column: Column) -> bool:
    return 1 <= column.distinct <= max(10, min(200, column.filled / 3))


def _is_of_kinds(column: Column) -> bool:
    is_person = column.is_email or speaks(column.name, lexicon.PERSON)
    is_text = not column.is_number and not column.is_instant
    return _is_few(column) and is_text and not is_person and column.filled_share > 0.9


def stage_column(sample: Sample) -> Column | None:
    """The column that says what became of a lead: won, lost and the like."""
    fit = [
        c
        for c in sample.columns
        if _is_of_kinds(c)
        and c.distinct <= 20
        and speaks(c.name, lexicon.MILESTONES)
        and any(words.converts(text) for text in c.counts)
    ]
    # "Result" with yes and no says as much, if nothing else does.
    answers = [
        c
        for c in sample.columns
        if _is_of_kinds(c)
        and c.distinct <= 20
        and speaks(c.name, lexicon.OUTCOMES)
        and any(words.is_one_of(text, lexicon.POSITIVES) for text in c.counts)
    ]
    return next(iter((*fit, *answers)), None)


def is_milestones(table: Dated) -> bool:
    """Whether a file of dated rows is of stages reached, not of touches."""
    if table.is_of_account:
        return False  # a milestone is a lead's own
    if table.kind is None:
        return words.converts(table.sample.stem)
    if speaks(table.kind.name, lexicon.MILESTONES):
        return True
    kinds = list(table.kind.counts)
    ends = [k for k in kinds if words.converts(k) or speaks(k, lexicon.CLOSINGS)]
    return len(ends) > len(kinds) / 2
