"""The dates of the leads' own file: which is the creation, which are milestones.

By their names, and by their order within the rows: a lead is created before anything
else becomes of it, and a milestone is reached after that, by some leads only.
"""

from __future__ import annotations

from dataclasses import dataclass

from features.engine import Engine

from . import lexicon, words
from .column import Column
from .dated import (
    NEARLY_ALWAYS,
    Dated,
    Wide,
    instant_of,
    is_told,
    share_before,
    stage_column,
)
from .roles import Leads
from .sample import Sample
from .words import speaks

MOST_YEARS = 15.0  # that nine in ten of the creations span; births span more
NEARLY_FULL = 0.95  # of the rows have a creation


@dataclass(frozen=True)
class Created:
    """When a lead was created.

    Attributes
    ----------
    column : Column
    rival : Column or None
        The second-best answer, where the names do not tell.
    """

    column: Column
    rival: Column | None


def created_of(engine: Engine, sample: Sample) -> Created | None:
    """Guess the instant at which a lead was created; None where no date may be it."""
    fit = [c for c in sample.instants if not _speaks_only(c, lexicon.NOT_CREATED)]
    fit = [c for c in fit if _years(engine, sample, c) < MOST_YEARS]

    def points(column: Column) -> tuple[bool, float]:
        others = [c for c in fit if c is not column]
        earlier = [share_before(engine, sample, column, c) for c in others]
        is_first = all(share >= NEARLY_ALWAYS for share in earlier)
        is_named = speaks(column.name, lexicon.CREATED)
        return is_named and column.filled_share > 0.5, column.filled_share + is_first

    judged = [(points(c), c) for c in fit]
    judged.sort(key=lambda each: each[0], reverse=True)
    if not judged:
        return None
    ((is_named, _), best), *rest = judged
    rivals = (c for p, c in rest if p[0] == is_named and c.filled_share >= NEARLY_FULL)
    return Created(best, next(rivals, None))


def own_ends(engine: Engine, leads: Leads, created: Column) -> Wide | None:
    """Guess the dates in the leads' own file at which leads ended unconverted."""
    if leads.lead_id is None:
        return None
    ends = [
        c
        for c in later_dates(engine, leads.sample, created)
        if is_told(c) and not _converts(c)
    ]
    alike = tuple(c for c in ends if c.is_written_like(ends[0]))
    return Wide(leads.sample, leads.lead_id, alike) if alike else None


def own_milestones(
    engine: Engine, leads: Leads, created: Column
) -> Dated | Wide | None:
    """Guess the milestones in the leads' own file: dates that some leads have, later.

    One date beside a column that says how it ended is the date of those ends; else each
    date that is called a conversion or an end is a milestone of its own.
    """
    if leads.lead_id is None:
        return None
    sample = leads.sample
    later = later_dates(engine, sample, created)
    ends = [c for c in later if speaks(c.name, lexicon.CLOSED_AT)] or later
    stage = stage_column(sample)
    told = [c for c in later if is_told(c)]
    if stage is not None and len(ends) == 1 and len(told) < 2:
        return Dated(sample, leads.lead_id, False, stage, ends[0])
    best = next((c for c in told if _converts(c)), None)
    if best is None:
        return None
    alike = tuple(c for c in told if c.is_written_like(best))
    return Wide(sample, leads.lead_id, alike)


def later_dates(engine: Engine, sample: Sample, created: Column) -> list[Column]:
    """The dates that some leads have, after their creation."""
    return [
        c
        for c in sample.instants
        if c is not created
        and c.filled_share < 1
        and not speaks(c.name, lexicon.NO_MILESTONE)
        and share_before(engine, sample, created, c) >= NEARLY_ALWAYS
    ]


def _years(engine: Engine, sample: Sample, column: Column) -> float:
    """Years that nine in ten of a column's instants span."""
    [(days,)] = engine.execute(
        "SELECT date_diff('day', quantile_disc(seen, 0.05), quantile_disc(seen, 0.95)) "
        f"FROM (SELECT {instant_of(sample, column)} AS seen FROM {sample.relation})"
    ).fetchall()
    return float(days or 0) / 365.25


def _converts(column: Column) -> bool:
    return words.converts(words.without_time(column.name))


def _speaks_only(column: Column, pattern: str) -> bool:
    return speaks(column.name, pattern) and not (
        speaks(column.name, lexicon.CREATED)
        and not speaks(column.name, lexicon.NO_MILESTONE)
    )
