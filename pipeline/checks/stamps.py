"""Tables whose clock says when they were copied, found among the canonical tables.

Why three ways of seeing it: a copy stamps all rows with one minute, or all but those
that came since, or, where it took its time, only makes the old rows late and not the
new.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from features.engine import Engine, one_row

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
