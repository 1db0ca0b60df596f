"""Checks of the clocks: what lies in the future, what was known before it was.

Why nothing is set aside for its clock: a touch counts from the later of its two
instants on, so that a wrong clock makes a feature poorer and never a leak.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from features.engine import Engine, literal, one_row

from ..tables import known_until
from .case import Case
from .check import Value, Verdict, check, issue, not_applicable, passed, tip


@dataclass(frozen=True)
class _Wrong:
    """Rows of a table after the end, rows recorded too early, and up to three leads."""

    table: str
    after: int
    before: int
    leads: tuple[str, ...]

    @property
    def after_said(self) -> str:
        one = {"touches": "touch", "milestones": "milestone"}[self.table]
        return f"{self.after:,} {one if self.after == 1 else self.table}"


@check("LL104", "Clocks that are wrong")
def wrong_clocks(case: Case) -> Verdict:
    """Touches and milestones after ``known_until``, or recorded before they occurred.

    A touch from the future is a wrong clock or a wrong time zone, and then others are
    wrong too that cannot be told by looking. Such touches are used only from the
    later of their two instants on, so that they cannot leak; but counts and days since
    the last touch are off by as much as the clock is. Look at ``source.timezone``. A
    milestone from the future is often one that is merely expected: the day on which a
    deal should close. Leave such rows out with ``query``. Rows after a ``known_until``
    that is configured are counted, and nothing else: somebody has said that the record
    is complete up to there, and no outcome is taken from after it.

    A configured ``known_until`` that lies more than the horizon after all that was
    seen says that leads did not convert when perhaps the export had ended. So does one
    that is not configured, and then is the latest touch, conversion or closing seen,
    where this lies more than the horizon after nearly all others: a single wrong clock
    has moved it. Milestones of other names never move it, since they may be planned.

    Where conversions and closings themselves reach more than the horizon beyond all
    else that is dated (touches, creations, and when things were recorded), young leads
    would count as not converted: that is an issue, and a tip where nothing but the
    leads' creation is dated besides, since an export may follow old leads alone. If
    these endings are planned dates, leave them out with ``query``; if they happened,
    set ``source.known_until``.
    """
    if case.config.is_flat:
        return not_applicable("A flat export has no instants.")
    until = known_until(case.intake)
    is_set = case.config.source.known_until is not None
    with case.tables() as engine:
        found = [
            _wrong(engine, "touches", "occurred_at", until, is_set=is_set),
            _wrong(engine, "milestones", "reached_at", until, is_set=is_set),
        ]
        silent = _silent_days(case, engine, until)
        moved = _moved_days(case, engine)
        outrun = _outrun(case, engine)
    parts = _said(case, found, until, silent, moved)
    figures: dict[str, Value] = {
        "after_known_until": sum(w.after for w in found),
        "recorded_before": sum(w.before for w in found),
        "silent_days": silent,
        "moved_days": moved,
        "endings_beyond": 0 if outrun is None else outrun.rows,
    }
    if outrun is not None:
        also = f" Besides, {' and '.join(parts)}." if parts else ""
        horizon = case.config.outcome.horizon_days
        say = issue if outrun.is_followed else tip
        return say(
            f"known_until is the latest conversion or closing, {outrun.end:%Y-%m-%d}, "
            f"and lies more than the horizon of {horizon:g} days after all else that "
            f"is dated, which ends on {outrun.rest:%Y-%m-%d}: {outrun.rows:,} "
            "conversions and closings lie beyond that. If they are planned, leave them "
            f"out with query; if they happened, set source.known_until.{also}",
            figures,
            examples=outrun.leads,
        )
    if not parts:
        after = " and ".join(w.after_said for w in found if w.after)
        if not after:
            said = "No touch lies in the future, or was recorded before it was."
            return passed(said, figures)
        return passed(
            "Nothing was recorded before it occurred. After source.known_until, as it "
            f"was set, there are {after}: no outcome is taken from there.",
            figures,
        )
    return tip(
        f"{' and '.join(parts)}. Look at source.timezone and source.known_until, and "
        "at the clocks of the systems that wrote them.",
        figures,
        examples=next((w.leads for w in found if w.leads), ()),
    )


@check("LL105", "When touches were recorded")
def recorded_at_assumed(case: Case) -> Verdict:
    """Sources that do not say when our systems knew.

    Without ``recorded_at`` a touch counts from the instant at which it happened. If it
    was loaded days later, the past looks richer than it was then, and the scorer will
    meet poorer leads at night than it was trained on. Where there is a ``recorded_at``
    that dates a copy (LL118), nobody says when rows were recorded either.
    """
    if case.config.is_flat:
        return not_applicable("A flat export has no instants.")
    copies = [c for c in case.copies if c.clock == "recorded_at"]
    dated = [s for s in case.intake["sources"] if s["recorded_at"] is not None]
    blind = [s for s in dated if s["recorded_at"] == "assumed"]
    holes = sum(s["recorded_at_missing"] for s in dated)
    if not blind and not holes and not copies:
        return passed("Every touch and milestone says when it was recorded.")
    whose = " and ".join(dict.fromkeys(s["table"] for s in blind))
    parts = [f"no source of {whose} says when rows were recorded"] if blind else []
    if holes:
        parts.append(f"recorded_at is missing in {holes:,} rows")
    told = []
    if said := " and ".join(parts):
        told.append(
            f"{said[:1].upper()}{said[1:]}, so that it is taken to be when they "
            "happened, and late arrivals cannot be seen. Name a column in recorded_at "
            "if there is one."
        )
    if copies:
        tables = " and ".join(c.table for c in copies)
        told.append(f"recorded_at of {tables} dates a copy: see LL118.")
    figures: dict[str, Value] = {
        "sources": len(blind),
        "rows_missing": holes,
        "copies": len(copies),
    }
    return tip(" ".join(told), figures)


@dataclass(frozen=True)
class _Outrun:
    """Conversions and closings beyond all else that is dated."""

    end: datetime
    rest: datetime
    rows: int
    leads: tuple[str, ...]
    is_followed: bool  # whether more than the leads' creation is dated besides


def _outrun(case: Case, engine: Engine) -> _Outrun | None:
    """Return the endings that move known_until beyond the rest by over the horizon."""
    outcome = case.config.outcome
    is_seen = case.intake["known_until_is"] == "latest seen"
    if not is_seen or outcome.horizon_days is None:
        return None
    endings = _endings(case)
    end, created, seen = one_row(
        engine,
        f"SELECT (SELECT max(reached_at) FROM {endings}), "
        "(SELECT max(created_at) FROM leads), greatest("
        "(SELECT greatest(max(occurred_at), max(recorded_at)) FROM touches), "
        "(SELECT max(known_from) FROM accounts), "
        "(SELECT max(known_from) FROM attribute_history), "
        "(SELECT max(recorded_at) FROM milestones WHERE recorded_at <> reached_at))",
    )
    rest = max((at for at in (created, seen) if at is not None), default=None)
    if end is None or rest is None or end - rest <= timedelta(outcome.horizon_days):
        return None
    rows, leads = one_row(
        engine,
        "SELECT count(*), list(DISTINCT lead_id ORDER BY lead_id)[:3] "
        f"FROM {endings} AND reached_at > TIMESTAMP '{rest}'",
    )
    return _Outrun(end, rest, int(rows), tuple(leads), seen is not None)


def _said(
    case: Case, found: list[_Wrong], until: datetime | None, silent: float, moved: float
) -> list[str]:
    """What is wrong with the clocks, in words."""
    is_set = case.config.source.known_until is not None
    parts = [
        f"{w.after:,} {w.table} lie after known_until"
        for w in found
        if w.after and not is_set
    ]
    parts += [
        f"{w.before:,} {w.table} were recorded before they occurred"
        for w in found
        if w.before
    ]
    if silent:
        parts.append(
            f"source.known_until lies {silent:,.0f} days after the latest touch or "
            f"milestone, more than the horizon of {case.config.outcome.horizon_days:g}"
        )
    if moved and until is not None:
        parts.append(
            f"known_until is the latest instant seen, {until:%Y-%m-%d}, and lies "
            f"{moved:,.0f} days after 999 in 1,000 touches, conversions and closings"
        )
    return parts


def _wrong(
    engine: Engine, table: str, instant: str, until: datetime | None, *, is_set: bool
) -> _Wrong:
    end = "NULL" if until is None else literal(until.replace(tzinfo=None).isoformat())
    late = f"{instant} > CAST({end} AS TIMESTAMP)"
    early = f"recorded_at < {instant}"
    after, before = one_row(
        engine,
        f"SELECT count(*) FILTER ({late}), count(*) FILTER ({early}) FROM {table}",
    )
    wrong = early if is_set else f"({late} OR {early})"
    leads = engine.execute(
        f"SELECT DISTINCT lead_id FROM {table} WHERE {wrong} "
        "AND lead_id IS NOT NULL ORDER BY lead_id LIMIT 3"
    ).fetchall()
    return _Wrong(table, after, before, tuple(lead for (lead,) in leads))


def _silent_days(case: Case, engine: Engine, until: datetime | None) -> float:
    """Days from the latest instant seen to a configured end; 0 within the horizon."""
    horizon = case.config.outcome.horizon_days
    if case.config.source.known_until is None or until is None or horizon is None:
        return 0.0
    (latest,) = one_row(
        engine,
        "SELECT max(seen_at) FROM (SELECT max(occurred_at) AS seen_at FROM touches "
        "UNION ALL SELECT max(reached_at) FROM milestones)",
    )
    if latest is None:
        return 0.0
    days = (until.replace(tzinfo=None) - latest) / timedelta(days=1)
    return days if days > horizon else 0.0


def _endings(case: Case) -> str:
    """SQL for the milestones that known_until is taken from."""
    outcome = case.config.outcome
    ends = (outcome.conversion, *outcome.closed_by)
    listed = ", ".join(literal(e) for e in ends if e is not None)
    return f"milestones WHERE milestone IN ({listed})"


def _moved_days(case: Case, engine: Engine) -> float:
    """Days by which a few instants move an end that is not configured."""
    horizon = case.config.outcome.horizon_days
    if case.config.source.known_until is not None or horizon is None:
        return 0.0
    latest, nearly = one_row(
        engine,
        "SELECT max(seen_at), quantile_disc(seen_at, 0.999) FROM (SELECT "
        "occurred_at AS seen_at FROM touches UNION ALL SELECT reached_at FROM "
        f"{_endings(case)})",
    )
    days = 0.0 if latest is None else (latest - nearly) / timedelta(days=1)
    return days if days > horizon else 0.0
