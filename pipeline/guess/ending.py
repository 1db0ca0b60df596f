"""What a conversion is, what ends a lead, and how long it takes: read off the rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from features.engine import Engine, literal
from pipeline.open_questions import UNKNOWN

from . import words
from .column import Column
from .dated import Dated, Wide, instant_of, milestone_names
from .lexicon import CLOSINGS, NEGATION
from .sample import Sample
from .words import speaks

HORIZON_QUANTILE = 0.90
SETTLED_QUANTILE = 0.95  # of the milestones are recorded by then
LEAST_TELLING = 0.95  # of the leads with a kind convert: it tells the outcome
LEAST_LEADS = 20  # with a kind, before it is accused
MOST_CONVERTED_LATER = 0.01  # of the leads that a closing milestone may have reopened
NO_HORIZON_DAYS = 30
MOST_HORIZON_DAYS = 90  # open leads are scored again every week
MOST_SPAN = 4  # horizons that the time seen must at least hold


@dataclass(frozen=True)
class Reached:
    """A milestone and how many leads reached it."""

    name: str
    leads: int


@dataclass(frozen=True)
class Ending:
    """What was read off dated milestones.

    Attributes
    ----------
    milestones : tuple of Reached
        The most frequent first.
    conversion : str
        ``"?"`` where none of them speaks of one.
    closed_by : tuple of str
    delays : tuple of float
        Days from creation to conversion: the median and the 90th percentile.
    span_days : float
        From the first creation to the last milestone.
    converted, leads : int
        Leads that converted, of those whose milestones were looked at.
    is_part : bool
        Whether only the first rows of some file of milestones were looked at.
    tells : tuple of str
        Kinds of touch after which nearly every lead is converted within a day.
    before_creation : int
        Conversions before the lead was created.
    recorded_after : float or None
        Days after which 95 % of the milestones were recorded; None where no column
        says so.
    """

    milestones: tuple[Reached, ...]
    conversion: str
    closed_by: tuple[str, ...]
    delays: tuple[float, float] | None
    span_days: float
    converted: int
    leads: int
    is_part: bool
    tells: tuple[str, ...]
    before_creation: int
    recorded_after: float | None

    @property
    def is_known(self) -> bool:
        """Whether some milestone speaks of converting."""
        return self.conversion != UNKNOWN

    @property
    def likely(self) -> tuple[Reached, ...]:
        """The two rarest milestones that are no ends: the conversion, most likely."""
        open_ended = [r for r in self.milestones if not speaks(r.name, CLOSINGS)]
        return tuple(sorted(open_ended, key=lambda r: r.leads)[:2])

    @property
    def horizon_days(self) -> int:
        """The 90th percentile of the delays, rounded up to a figure to remember.

        At most a quarter, and at most a fourth of the time seen: a longer horizon
        leaves no snapshot mature.
        """
        if self.delays is None:
            return NO_HORIZON_DAYS
        days = max(1.0, self.delays[1])
        step = 1 if days <= 10 else 5 if days <= 60 else 10
        most = max(1, min(MOST_HORIZON_DAYS, int(self.span_days / MOST_SPAN)))
        return min(most, math.ceil(days / step) * step)


def ending_of(
    engine: Engine,
    sample: Sample,
    named: tuple[Column, Column],
    milestones: Sequence[Dated | Wide],
    touches: Sequence[Dated],
) -> Ending:
    """Read off the rows what a conversion seems to be, and how long it takes.

    Parameters
    ----------
    sample : Sample
        The leads.
    named : pair of Column
        The leads' id and their instant of creation.
    milestones, touches : sequence
        Where stages and touches are recorded; the two may be the same file.

    Notes
    -----
    Leaves the tables ``looked_at``, ``reached`` and ``converted`` in the engine.
    """
    _show_reached(engine, sample, named, milestones)
    rows = engine.execute(
        "SELECT milestone, count(DISTINCT lead_id) AS k FROM reached "
        "GROUP BY milestone ORDER BY k DESC, milestone"
    ).fetchall()
    found = tuple(Reached(str(name), int(count)) for name, count in rows)
    conversion = _conversion(found)
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE converted AS "
        "SELECT lead_id, min(reached_at) AS reached_at "
        f"FROM reached WHERE milestone = {literal(conversion)} GROUP BY lead_id"
    )
    timing = _timing(engine)
    is_part = not all(m.sample.is_all for m in milestones)
    return Ending(
        milestones=found,
        conversion=conversion,
        closed_by=tuple(r.name for r in found if _closes(engine, r, conversion)),
        delays=timing.delays,
        span_days=timing.span_days,
        converted=timing.converted,
        leads=timing.known if is_part else sample.rows,
        is_part=is_part,
        tells=_tells(engine, touches, conversion),
        before_creation=timing.early,
        recorded_after=_recorded_after(engine, milestones),
    )


@dataclass(frozen=True)
class _Timing:
    """Figures over the leads: how long conversions took, and how many there are."""

    span_days: float
    known: int  # leads with any milestone
    converted: int
    early: int  # conversions before the lead was created
    delays: tuple[float, float] | None


def _timing(engine: Engine) -> _Timing:
    """Measure the tables ``looked_at``, ``reached`` and ``converted``."""
    [(span, known)] = engine.execute(
        "SELECT coalesce((SELECT date_diff('second', (SELECT min(created_at) FROM "
        "looked_at), max(reached_at)) FROM reached) / 86400, 0), "
        "(SELECT count(DISTINCT lead_id) FROM reached)"
    ).fetchall()
    [(early, converted, median, late)] = engine.execute(
        "SELECT count(*) FILTER (reached_at < created_at), count(*), "
        "median(days) FILTER (days >= 0), "
        f"quantile_cont(days, {HORIZON_QUANTILE}) FILTER (days >= 0) FROM (SELECT *, "
        "date_diff('second', created_at, reached_at) / 86400 AS days "
        "FROM converted JOIN looked_at USING (lead_id))"
    ).fetchall()
    delays = None if median is None else (float(median), float(late))
    return _Timing(float(span), int(known), int(converted), int(early), delays)


def _conversion(found: Sequence[Reached]) -> str:
    """The milestone that speaks most of converting; unknown where none does.

    Of several that say it alike, the one of most leads: others come after it.
    """
    named = [r for r in found if words.converts(r.name)]
    if not named:
        return UNKNOWN
    return min(named, key=lambda r: (words.conversion_rank(r.name), -r.leads)).name


def _closes(engine: Engine, reached: Reached, conversion: str) -> bool:
    """Whether a milestone is called an end, and no lead converts after it."""
    is_end = speaks(reached.name, CLOSINGS) or speaks(reached.name, NEGATION)
    if reached.name == conversion or not is_end:
        return False
    [(later,)] = engine.execute(
        "SELECT count(*) FROM (SELECT lead_id, min(reached_at) AS closed FROM reached "
        f"WHERE milestone = {literal(reached.name)} GROUP BY lead_id) "
        "JOIN converted USING (lead_id) WHERE reached_at > closed"
    ).fetchall()
    return bool(later <= MOST_CONVERTED_LATER * reached.leads)


def _tells(
    engine: Engine, touches: Sequence[Dated], conversion: str
) -> tuple[str, ...]:
    """Kinds of touch that are the conversion under another name."""
    told: list[str] = []
    for table in touches:
        if table.kind is None or table.is_of_account:
            continue
        rows = engine.execute(
            f"""
            SELECT kind FROM (
              SELECT lead_id, kind, min(reached_at) AS first_at
              FROM ({_rows(table)})
              GROUP BY lead_id, kind)
            LEFT JOIN converted USING (lead_id) WHERE kind <> {literal(conversion)}
            GROUP BY kind HAVING count(*) >= {LEAST_LEADS}
              AND count(reached_at) >= {LEAST_TELLING} * count(*)
              AND median(abs(date_diff('second', first_at, reached_at))) < 86400
            ORDER BY kind
            """
        ).fetchall()
        told += [str(kind) for (kind,) in rows]
    return tuple(told)


def _recorded_after(engine: Engine, milestones: Sequence[Dated | Wide]) -> float | None:
    """Days after which most milestones were recorded."""
    told = [_lag(m) for m in milestones if isinstance(m, Dated) and m.recorded_at]
    if not told:
        return None
    [(days,)] = engine.execute(
        f"SELECT quantile_cont(days, {SETTLED_QUANTILE}) "
        f"FROM ({' UNION ALL '.join(told)})"
    ).fetchall()
    return None if days is None else max(0.0, float(days))


def _lag(table: Dated) -> str:
    """SQL for the days from a milestone to its record."""
    reached, recorded = instant_of(table.sample, table.at, day="end"), "NULL"
    if table.recorded_at is not None:
        recorded = instant_of(table.sample, table.recorded_at, day="end")
    between = f"date_diff('second', {reached}, {recorded}) / 86400 AS days"
    return f"SELECT {between} FROM {table.sample.relation}"


def _show_reached(
    engine: Engine,
    sample: Sample,
    named: tuple[Column, Column],
    milestones: Sequence[Dated | Wide],
) -> None:
    lead_id, created = named
    told = " UNION ALL ".join(_rows(m) for m in milestones)
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE looked_at AS "
        f"SELECT {sample.cell(lead_id.name)} AS lead_id, "
        f"min({instant_of(sample, created)}) AS created_at "
        f"FROM {sample.relation} GROUP BY 1"
    )
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE reached AS "
        f"SELECT lead_id, kind AS milestone, reached_at FROM ({told}) "
        "SEMI JOIN looked_at USING (lead_id) "
        "WHERE reached_at IS NOT NULL AND kind IS NOT NULL"
    )


def _rows(table: Dated | Wide) -> str:
    """SQL for rows of lead, kind and instant."""
    sample = table.sample

    def row(kind: str, at: Column) -> str:
        key = sample.cell(table.key.name)
        reached = instant_of(sample, at, day="end")
        told = f"{key} AS lead_id, {kind} AS kind, {reached} AS reached_at"
        return f"SELECT {told} FROM {sample.relation}"

    if isinstance(table, Dated):
        kind = literal(sample.stem)
        return row(sample.cell(table.kind.name) if table.kind else kind, table.at)
    dates = {c.name: c for c in table.dates}
    named = milestone_names(table)
    return " UNION ALL ".join(row(literal(n), dates[c]) for n, c in named.items())
