"""Checks of ``recorded_at`` and ``known_from`` that date a copy, and not the system.

Why it matters: a snapshot knows only what was recorded before it. Where a table was
copied anew, all that lies before the copy counts as unknown until then: training looks
at leads without a past, and the scorer meets leads at night the like of which it has
never seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from features.engine import Engine, one_row

from ..sections import Config
from .case import Case
from .check import Value, Verdict, check, issue, not_applicable, passed

_MOST_AT_ONCE = 0.5  # of the rows, recorded late within one minute
_MANY_AT_ONCE = 0.1  # … or so many, if they occurred over …
_LEAST_SPAN_DAYS = 60  # … so long: a load of last month's rows spans 31 days
_LATE_DAYS = 1  # a nightly load records within a day or so
_LONG_DAYS = 14  # half of many rows at once are later than that, or it is a load
_OLD_DELAY_DAYS = 30  # of the older half of the rows, by the median …
_TIMES_NEW_DELAY = 10  # … and so many times the median of the newest quarter
_FEWEST_ROWS = 10
_FEWEST_BY_AGE = 40  # of which a half and a quarter are compared


@dataclass(frozen=True)
class Copy:
    """Rows of a table whose clock dates a copy.

    Attributes
    ----------
    table, clock : str
        Such as ``touches`` and ``recorded_at``.
    said : str
        What was seen, a sentence without its end.
    rows : int
        Rows that were recorded so.
    leads : tuple of str
        Up to three.
    """

    table: str
    clock: str
    said: str
    rows: int
    leads: tuple[str, ...]


@dataclass(frozen=True)
class _Clock:
    """A table that says when rows were recorded, and SQL for when they happened."""

    table: str
    clock: str
    rows: str  # SQL with lead_id, happened_at and recorded_at
    since: str  # what a row happened at, in words


_CLOCKS = (
    _Clock(
        "touches",
        "recorded_at",
        "SELECT lead_id, occurred_at AS happened_at, recorded_at FROM touches",
        "they occurred",
    ),
    _Clock(
        "milestones",
        "recorded_at",
        "SELECT lead_id, reached_at AS happened_at, recorded_at FROM milestones",
        "they were reached",
    ),
    _Clock(
        "accounts",
        "known_from",
        "SELECT first_lead AS lead_id, first_at AS happened_at, known_from AS "
        "recorded_at FROM accounts LEFT JOIN (SELECT account_id, min(created_at) AS "
        "first_at, min_by(lead_id, created_at) AS first_lead FROM leads GROUP BY "
        "account_id) USING (account_id) WHERE known_from IS NOT NULL",
        "their first lead was created",
    ),
    _Clock(
        "attribute_history",
        "known_from",
        "SELECT lead_id, created_at AS happened_at, known_from AS recorded_at "
        "FROM attribute_history LEFT JOIN leads USING (lead_id)",
        "their leads were created",
    ),
)


@check("LL118", "Clocks that date a copy")
def clocks_of_a_copy(case: Case) -> Verdict:
    """``recorded_at`` and ``known_from`` that say when a table was copied.

    Loaders stamp every row with the instant of the load (``_fivetran_synced``,
    ``_airbyte_extracted_at``, ``loaded_at``), and a historical re-sync stamps them all
    anew. Looked for are a minute in which half of a table was recorded, days after it
    happened; a minute with a tenth of it that had happened over two months and more;
    and older rows that were recorded ten times as late as the newest, by the median.
    It is an issue: snapshots before the copy know nothing of these rows. Take
    ``recorded_at`` (``known_from``) out of that table, or name the column in which the
    source system itself says when it made the row.
    """
    if case.config.is_flat:
        return not_applicable("A flat export has no instants.")
    if not _has_clock(case.config):
        return not_applicable("No table says when its rows became known.")
    with case.tables() as engine:
        copies = copies_in(engine)
    figures: dict[str, Value] = {
        "tables": len(copies),
        "rows": sum(c.rows for c in copies),
    }
    if not copies:
        return passed("No table was recorded at once, long after it happened.", figures)
    told = ". ".join(f"{c.said[:1].upper()}{c.said[1:]}" for c in copies)
    clocks = " and ".join(f"{c.clock} of {c.table}" for c in copies)
    return issue(
        f"{told}. That dates a copy: snapshots before it know nothing of these rows. "
        f"Take {clocks} out of the configuration, or name the column in which the "
        "source system itself says when it made the row.",
        figures,
        examples=next((c.leads for c in copies if c.leads), ()),
    )


def _has_clock(config: Config) -> bool:
    return (
        any(t.recorded_at for t in config.touches)
        or any(m.recorded_at for m in config.milestones)
        or bool(config.attribute_history)
        or (config.accounts is not None and config.accounts.known_from is not None)
    )


def copies_in(engine: Engine) -> list[Copy]:
    """Return the tables whose clock dates a copy."""
    return list(_copies(engine))


def _copies(engine: Engine) -> Iterator[Copy]:
    for clock in _CLOCKS:
        engine.execute(
            f"CREATE OR REPLACE TEMP VIEW recorded AS FROM ({clock.rows}) "
            "WHERE recorded_at IS DISTINCT FROM happened_at"
        )
        (rows,) = one_row(engine, "SELECT count(*) FROM recorded")
        if rows < _FEWEST_ROWS:
            continue
        (whole,) = one_row(engine, f"SELECT count(*) FROM ({clock.rows})")
        of = f"of {whole:,} {clock.table.replace('_', ' ')}"
        copy = _at_once(engine, clock, rows, of)
        if copy is None and clock.clock == "recorded_at" and rows >= _FEWEST_BY_AGE:
            copy = _by_age(engine, clock, of)
        if copy is not None:
            yield copy


def _at_once(engine: Engine, clock: _Clock, rows: int, of: str) -> Copy | None:
    """Rows that were recorded late, and within one minute."""
    late = f"FROM recorded WHERE recorded_at > happened_at + INTERVAL {_LATE_DAYS} DAY"
    minutes = engine.execute(
        f"SELECT date_trunc('minute', recorded_at) AS minute, count(*) AS n {late} "
        "GROUP BY minute ORDER BY n DESC, minute LIMIT 1"
    ).fetchall()
    if not minutes:
        return None
    [(minute, count)] = minutes
    if count < max(_FEWEST_ROWS, _MANY_AT_ONCE * rows):
        return None
    delay, span, leads = one_row(
        engine,
        "SELECT median(epoch(recorded_at) - epoch(happened_at)) / 86400, "
        "(quantile_cont(epoch(happened_at), 0.95) - quantile_cont(epoch(happened_at), "
        f"0.05)) / 86400, list(DISTINCT lead_id ORDER BY lead_id)[:3] {late} "
        f"AND date_trunc('minute', recorded_at) = TIMESTAMP '{minute}'",
    )
    is_most = count >= _MOST_AT_ONCE * rows
    if not is_most and (delay < _LONG_DAYS or span < _LEAST_SPAN_DAYS):
        return None
    said = (
        f"{count:,} {of} were recorded within one minute, {_told(minute)}, half of "
        f"them {delay:,.0f} days or more after {clock.since}"
    )
    return Copy(clock.table, clock.clock, said, int(count), _some(leads))


def _by_age(engine: Engine, clock: _Clock, of: str) -> Copy | None:
    """Older rows that were recorded much later than the newest."""
    middle, late = one_row(
        engine,
        "SELECT quantile_disc(happened_at, 0.5), quantile_disc(happened_at, 0.75) "
        "FROM recorded",
    )
    days = "epoch(recorded_at - happened_at) / 86400"
    old, new, count, leads = one_row(
        engine,
        f"SELECT median({days}) FILTER (happened_at <= m), "
        f"median({days}) FILTER (happened_at >= l), count(*) FILTER (happened_at <= m "
        f"AND {days} > {_OLD_DELAY_DAYS}), list(DISTINCT lead_id ORDER BY lead_id) "
        f"FILTER (happened_at <= m AND {days} > {_OLD_DELAY_DAYS}) FROM recorded, "
        f"(SELECT TIMESTAMP '{middle}' AS m, TIMESTAMP '{late}' AS l)",
    )
    if old < max(_OLD_DELAY_DAYS, _TIMES_NEW_DELAY * max(new, _LATE_DAYS)):
        return None
    said = (
        f"{count:,} {of} were recorded more than {_OLD_DELAY_DAYS} days after "
        f"{clock.since}: of the older half, up to {_told(middle)}, half after "
        f"{old:,.0f} days, of the newest quarter half within {max(new, 0):,.1f}"
    )
    return Copy(clock.table, clock.clock, said, int(count), _some((leads or [])[:3]))


def _told(instant: datetime) -> str:
    rounded = instant - timedelta(
        seconds=instant.second, microseconds=instant.microsecond
    )
    return f"{rounded:%Y-%m-%d %H:%M} UTC"


def _some(leads: list[str | None] | None) -> tuple[str, ...]:
    return tuple(lead for lead in leads or () if lead is not None)
