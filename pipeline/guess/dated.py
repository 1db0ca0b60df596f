"""Files of dated rows: whose they are, what happened and when, by their columns."""

from __future__ import annotations

from dataclasses import dataclass

from features.engine import Engine
from pipeline.intake.instants import Bound, instant

from . import lexicon, words
from .column import Column
from .sample import Sample
from .words import speaks

NEARLY_ALWAYS = 0.95  # of the rows that hold both dates
MOST_PLAIN_KINDS = 30  # of a column whose name does not say what happened
MOST_STAGES = 12  # of a file of milestones that is not called so
MOST_REPEATED = 1.1  # rows for each milestone of a lead: touches come again and again


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


def milestone_names(table: Dated | Wide) -> dict[str, str]:
    """The names of a wide file's milestones, and their date columns."""
    if isinstance(table, Dated):
        return {}
    told: dict[str, str] = {}
    for column in table.dates:
        name = words.without_time(column.name) or table.sample.stem
        told[name if name not in told else column.name] = column.name
    return told


def instant_of(sample: Sample, column: Column, *, day: Bound = "start") -> str:
    """Return SQL for the instants of a column, as it is written."""
    written = column.written.format if column.written else None
    return instant(sample.cell(column.name), "UTC", written, day=day)


def share_before(engine: Engine, sample: Sample, first: Column, then: Column) -> float:
    """Share of the rows with both dates in which one is not after the other.

    A day without a time may be any instant of it, so days are compared.
    """

    def day(column: Column) -> str:
        return f"date_trunc('day', {instant_of(sample, column)})"

    [(share,)] = engine.execute(
        "SELECT avg(CAST(earlier <= later AS INTEGER)) FROM (SELECT "
        f"{day(first)} AS earlier, {day(then)} AS later FROM {sample.relation})"
    ).fetchall()
    return float(share) if share is not None else 1.0


def is_of_touches(sample: Sample) -> bool:
    """Whether a file is called so, and no column says what became of a lead."""
    has_stage = any(speaks(c.name, lexicon.MILESTONES) for c in sample.columns)
    return speaks(sample.stem, lexicon.TOUCHES) and not has_stage


def is_told(column: Column) -> bool:
    """Whether a date is called that of a conversion, or of another end."""
    name = words.without_time(column.name)
    is_other = speaks(column.name, lexicon.NO_MILESTONE)
    return not is_other and (words.converts(name) or speaks(name, lexicon.CLOSINGS))


def wide_table(engine: Engine, sample: Sample, key: Column) -> Dated | Wide:
    """A file with one row a lead, and what its columns say."""
    stage = stage_column(sample)
    ends = [c for c in sample.instants if is_told(c)]
    if stage is not None and len(ends) < 2:
        return long_table(engine, sample, key, kind=stage)
    dates = [c for c in sample.instants if not speaks(c.name, lexicon.RECORDED)]
    dates = ends or dates or list(sample.instants)
    return Wide(sample, key, tuple(c for c in dates if c.is_written_like(dates[0])))


def long_table(
    engine: Engine,
    sample: Sample,
    key: Column,
    *,
    kind: Column | None = None,
    is_of_account: bool = False,
) -> Dated:
    """A file of dated rows, and what its columns say.

    Where a stage is a row's present one, it was reached when the row was closed.
    """
    is_present, kind = kind is not None, kind or _kind(sample, key)

    def points(column: Column) -> tuple[bool, bool, bool, int]:
        is_closed = is_present and speaks(column.name, lexicon.CLOSED_AT)
        is_change = speaks(column.name, lexicon.NO_MILESTONE)
        is_named = speaks(column.name, lexicon.OCCURRED) and not is_present
        return not is_change, is_closed, is_named, column.filled

    times = [c for c in sample.instants if not speaks(c.name, lexicon.RECORDED)]
    at = max(times or sample.instants, key=points)
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
        if c in rest
        and c.is_written_like(at)
        and speaks(c.name, lexicon.RECORDED)
        and share_before(engine, sample, at, c) >= NEARLY_ALWAYS
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
        named += 2 * speaks(words.said(column.name).split(" ")[-1], lexicon.KIND)
        named += speaks(column.name, lexicon.PERHAPS_KIND)
        ends = any(map(_is_end, column.counts))
        is_old = speaks(column.name, lexicon.OLD)
        return max(0, named + 2 * ends - 3 * is_old), column.distinct

    fit = [c for c in sample.columns if c is not key and _is_of_kinds(c)]
    best = max(fit, key=points, default=None)
    if best is not None and points(best)[0]:
        return best
    plain = [
        c
        for c in fit
        if 2 <= c.distinct <= MOST_PLAIN_KINDS and not speaks(c.name, lexicon.CHANNEL)
    ]
    return plain[0] if len(plain) == 1 else None


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


def is_milestones(engine: Engine, table: Dated) -> bool:
    """Whether a file of dated rows is of stages reached, not of touches.

    By its name, or since most of its kinds are ends, or since a few kinds, a conversion
    among them, are hardly ever reached twice.
    """
    if table.is_of_account:
        return False  # a milestone is a lead's own
    if table.kind is None:
        return words.converts(table.sample.stem)
    if speaks(table.kind.name, lexicon.MILESTONES):
        return True
    kinds = list(table.kind.counts)
    ends = [k for k in kinds if _is_end(k)]
    if len(ends) > len(kinds) / 2:
        return True
    is_few = len(kinds) <= MOST_STAGES and any(map(words.converts, kinds))
    return is_few and _repeated(engine, table, table.kind) <= MOST_REPEATED


def _is_end(kind: str) -> bool:
    return words.converts(kind) or speaks(kind, lexicon.CLOSINGS)


def _repeated(engine: Engine, table: Dated, kind: Column) -> float:
    """Rows for each kind of each lead."""
    sample = table.sample
    key, told = sample.cell(table.key.name), sample.cell(kind.name)
    [(rows, pairs)] = engine.execute(
        f"SELECT count(*), count(DISTINCT ({key}, {told})) FROM {sample.relation} "
        f"WHERE {key} IS NOT NULL AND {told} IS NOT NULL"
    ).fetchall()
    return float(rows / max(1, pairs))
