"""Checks of days: dates without a time of day, and days that stand for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from features.engine import Engine, literal
from features.vocabulary import CREATED_AT, DEADLINE_AT

from ..origins import TableConfig
from ..sentinels import FAR_DAYS, FEWEST_ROWS, LEAST_SHARE, WELL_KNOWN
from ..tables import known_until
from .case import Absent, Case
from .check import Value, Verdict, check, issue, not_applicable, passed, tip

_FEWEST_MIDNIGHTS = 20  # fewer may all be so by chance
_NOUGHTS = "00:00"  # in a format: a time of day that is text
_SAYS_MORE = {"touches", "attribute_history", "accounts"}  # what a snapshot knows
_OTHERWISE = {
    CREATED_AT,
    DEADLINE_AT,
}  # a day is the start of one; LL124 tells of the other
_COLUMNS = (
    ("leads", "created_at", "true"),
    ("touches", "occurred_at", "true"),
    ("touches", "recorded_at", "recorded_at <> occurred_at"),
    ("milestones", "reached_at", "true"),
    ("milestones", "recorded_at", "recorded_at <> reached_at"),
    ("accounts", "known_from", "true"),
    ("attribute_history", "known_from", "true"),
)


@check("LL116", "Dates without times")
def dates_without_times(case: Case) -> Verdict:
    """Columns of instants whose cells name a day and no time of it.

    A day means up to its end: a touch of that day counts from the end of it, unless
    ``recorded_at`` says that it was known earlier on that day; a value of an account or
    of the history likewise. So nothing of a day leaks into a snapshot of that day, and
    the scorer knows up to a day less than it could: export the time with the date.

    Days that were exported as instants, ``2026-01-05 00:00:00``, cannot be told from
    instants cell by cell; where a whole column is at midnight, its touches are counted
    from the start of their days, before they happened. A ``format`` that reads the
    noughts as text, such as ``"%Y-%m-%d 00:00:00"``, makes days of them, and says that
    no times are to be had.
    """
    if case.config.is_flat:
        return not_applicable("A flat export has no instants.")
    days, midnights, is_told = [], [], False
    figures: dict[str, Value] = {"days": 0, "midnights": 0}
    for table, cells in _instants(case):
        where = f"column {cells['column']!r} of {table}"
        if cells["days"]:
            share = cells["days"] / cells["read"]
            days.append(
                f"{cells['days']:,} of {cells['read']:,} cells in {where} ({share:.1%})"
            )
            figures["days"] = int(figures["days"]) + cells["days"]
            is_told |= table in _SAYS_MORE and not _is_all_there_is(case, table, cells)
        timed = cells["read"] - cells["days"]
        if cells["midnights"] == timed >= _FEWEST_MIDNIGHTS:
            midnights.append(f"{timed:,} cells in {where}")
            figures["midnights"] = int(figures["midnights"]) + timed
    said = []
    if days:
        said.append(
            f"A day without a time is given by {'; '.join(days)}. It means up to its "
            "end: what is dated so counts from then on, or from recorded_at where that "
            "is earlier."
        )
    if midnights:
        said.append(
            f"All times of day are 00:00 in {'; '.join(midnights)}. They are probably "
            "days, and count from the start of the day, before things happened: say "
            "format, such as '%Y-%m-%d 00:00:00', so that they mean up to the end of "
            "it, or make them dates with query."
        )
    if not said:
        return passed("Every instant tells the time of day.", figures)
    if not midnights and not is_told:
        return passed(" ".join(said), figures)
    return tip(f"{' '.join(said)} Export the times if there are any.", figures)


@dataclass(frozen=True)
class _Crowd:
    """A day that stands in many rows of a column, far from all others."""

    table: str
    column: str
    day: date
    rows: int
    of: int
    endings: int  # conversions and closings among the rows
    is_far: bool
    moves_end: bool  # known_until is taken from it
    leads: tuple[str, ...]

    @property
    def is_grave(self) -> bool:
        return self.moves_end or self.endings > 0

    @property
    def said(self) -> str:
        parts = [f"{self.day} stands in {self.rows:,} of {self.of:,} {self.table}"]
        parts.append(f" as {self.column}")
        if self.endings:
            parts.append(f", {self.endings:,} of them conversions or closings")
        if self.is_far:
            parts.append(", more than a year from every other day there")
        if self.moves_end:
            parts.append("; known_until is taken from it")
        return "".join(parts)


@check("LL117", "One day that stands in many rows")
def crowded_days(case: Case) -> Verdict:
    """A day that stands in many rows and lies far from all others: a sentinel.

    Systems write 1900-01-01, 1970-01-01, 2099-12-31 and the like where a date is not
    known or is never to come. Taken at its word such a day is the first or the last of
    all: it ends leads before they began, or moves ``known_until`` ahead so that young
    leads count as not converted. Looked for is a day of at least three rows that is
    one of the well-known, or that holds one row in 1,000 and lies more than a year from
    every other day in its column. It is an issue where conversions or closings carry it
    or ``known_until`` comes from it. Declare it: ``sentinels = ["1900-01-01"]`` in that
    table makes those cells missing, and no other cell of their rows.
    """
    if case.config.is_flat:
        return not_applicable("A flat export has no instants.")
    with case.tables() as engine:
        crowds = [crowd for place in _COLUMNS for crowd in _crowds(case, engine, place)]
    figures: dict[str, Value] = {
        "days": len(crowds),
        "rows": sum(c.rows for c in crowds),
        "declared": sum(
            cells["sentinels"]
            for source in case.intake["sources"]
            for cells in source.get("instants", ())  # none in runs of before
        ),
    }
    if not crowds:
        declared = figures["declared"]
        more = f"; {declared:,} cells are missing as declared sentinels" * bool(
            declared
        )
        said = f"No day stands in many rows far from all others{more}."
        return passed(said, figures)
    told = "; ".join(c.said for c in crowds)
    days = ", ".join(f'"{d}"' for d in sorted({str(c.day) for c in crowds}))
    tables = " and ".join(dict.fromkeys(c.table for c in crowds))
    said = (
        f"{told}. If such a day stands for 'never' or 'not known', declare sentinels = "
        f"[{days}] for {tables}: the cell is missing then, and a row that needs it is "
        "set aside."
    )
    say = issue if any(c.is_grave for c in crowds) else tip
    return say(said, figures, examples=next((c.leads for c in crowds if c.leads), ()))


def _instants(case: Case) -> Iterator[tuple[str, dict[str, Any]]]:
    """Columns in which a day is read as its end, with the table they belong to."""
    for source in case.intake["sources"]:
        if "instants" not in source:
            raise Absent("The run's intake did not count days: run it again.")
        for cells in source["instants"]:
            if cells["field"] not in _OTHERWISE and cells["read"]:
                yield source["table"], cells


def _is_all_there_is(case: Case, table: str, cells: dict[str, Any]) -> bool:
    """Whether a format reads the noughts as text, which declares cells to be days."""
    config = case.config
    tables: dict[str, tuple[TableConfig, ...]] = {
        "touches": config.touches,
        "accounts": (config.accounts,) if config.accounts is not None else (),
        "attribute_history": config.attribute_history,
    }
    formats = {
        each.format or ""
        for each in tables[table]
        if getattr(each, cells["field"]) == cells["column"]
    }
    return bool(formats) and all(_NOUGHTS in written for written in formats)


def _crowds(case: Case, engine: Engine, place: tuple[str, str, str]) -> list[_Crowd]:
    """The three fullest of the days in a column that crowd far from all others."""
    table, column, condition = place
    day = _day_sql(case, column)
    rows = engine.execute(
        f"""
        WITH days AS (
          SELECT {day} AS day, count(*) AS rows, {_endings_sql(case, column)} AS endings
          FROM {table} WHERE {column} IS NOT NULL AND {condition} GROUP BY 1),
        far AS (
          SELECT *, sum(rows) OVER () AS of, count(*) OVER () AS days, coalesce(least(
            day - lag(day) OVER (ORDER BY day), lead(day) OVER (ORDER BY day) - day),
            0) > {FAR_DAYS} AS is_far
          FROM days)
        SELECT day, rows, CAST(of AS BIGINT), endings, is_far
        FROM far WHERE rows >= {FEWEST_ROWS}
        AND (CAST(day AS VARCHAR) IN ({", ".join(map(literal, WELL_KNOWN))})
          OR (is_far AND rows >= {LEAST_SHARE} * of AND (days > 2 OR 2 * rows <= of)))
        ORDER BY rows DESC, day LIMIT 3
        """
    ).fetchall()
    last = _last_day(case) if column in {"occurred_at", "reached_at"} else None
    crowds = []
    for crowded, count, of, endings, is_far in rows:
        here = f"{condition} AND {day} = DATE '{crowded}'"
        leads = _leads(engine, table, here)
        counts = int(count), int(of), int(endings), bool(is_far)
        is_last = crowded == last
        crowds.append(_Crowd(table, column, crowded, *counts, is_last, leads))
    return crowds


def _day_sql(case: Case, column: str) -> str:
    """SQL for the day of an instant in the zone that instants are written in."""
    zone = case.config.source.timezone
    local = f"timezone({literal(zone)}, timezone('UTC', {column}))"
    return f"CAST({column if zone == 'UTC' else local} AS DATE)"


def _endings_sql(case: Case, column: str) -> str:
    """SQL for the number of conversions and closings, where a column dates them."""
    outcome = case.config.outcome
    ends = (outcome.conversion, *outcome.closed_by)
    listed = ", ".join(literal(e) for e in ends if e is not None)
    if column != "reached_at":
        return "0"
    return f"count(*) FILTER (milestone IN ({listed}))"


def _last_day(case: Case) -> date | None:
    """The day of known_until, where that is the latest instant seen."""
    end = known_until(case.intake)
    if end is None or case.intake["known_until_is"] != "latest seen":
        return None
    return end.astimezone(ZoneInfo(case.config.source.timezone)).date()


def _leads(engine: Engine, table: str, condition: str) -> tuple[str, ...]:
    if table == "accounts":
        return ()
    rows = engine.execute(
        f"SELECT DISTINCT lead_id FROM {table} WHERE {condition} "
        "AND lead_id IS NOT NULL ORDER BY lead_id LIMIT 3"
    ).fetchall()
    return tuple(lead for (lead,) in rows)
