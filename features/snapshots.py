"""At which instants leads are looked at, and which of them are eligible then.

A lead is eligible at an instant when it had been created by then, had neither converted
nor reached a closing milestone before it, and its deadline, if it has one, is yet to
come.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from .engine import Engine, literal, one_row
from .errors import DataError
from .vocabulary import DAY_US, DEADLINE_AT

Rule = Literal["weekly", "after_creation", "on_kind", "at", "export"]

HOUR_US = 3_600_000_000


@dataclass(frozen=True)
class SnapshotRule:
    """When leads are looked at.

    Attributes
    ----------
    rule : str
        ``weekly``: each Monday 00:00 UTC; ``after_creation``: once, ``delay_hours``
        after creation; ``on_kind``: just after each touch of one kind; ``at``: at
        listed instants; ``export``: a flat export, at an unknown instant.
    most_age_days : float
        ``weekly`` and ``at`` look at no lead older than this.
    """

    rule: Rule
    delay_hours: float = 0
    most_age_days: float = 180
    kind: str | None = None
    at: tuple[datetime, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {**asdict(self), "at": [instant.isoformat() for instant in self.at]}

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> SnapshotRule:
        """Read what :meth:`to_dict` wrote."""
        at = tuple(datetime.fromisoformat(text) for text in raw["at"])
        return cls(**{**raw, "at": at})


@dataclass(frozen=True)
class Ending:
    """What ends a lead's eligibility.

    Attributes
    ----------
    conversion : str or None
        The milestone we predict; None for a flat export.
    closed_by : tuple of str
        Milestones after which a lead can no longer convert.
    has_deadlines : bool
        Whether ``leads`` has a column ``deadline_at``, from which instant on a
        conversion no longer counts; missing for a lead without a deadline of its own.
    """

    conversion: str | None
    closed_by: tuple[str, ...] = ()
    has_deadlines: bool = False


def make_spine(
    connection: Engine, rule: SnapshotRule, ending: Ending, until: datetime | None
) -> None:
    """Create the table ``spine``: one row per eligible snapshot before ``until``.

    Columns: ``row`` (0-based, in order of snapshot and lead), ``lead_id``,
    ``account_id``, ``group_id``, ``created_at``, ``snapshot_at``, ``position`` (flat
    exports: rank in the declared order, else null), ``converted_at`` and, where leads
    have deadlines, ``deadline_at``.

    Parameters
    ----------
    connection : Engine
        Showing the views ``leads``, ``touches`` and ``milestones``.
    until : datetime or None
        Snapshots are at or before it; None where there are no instants.

    Raises
    ------
    DataError
        When no snapshot is left.
    """
    _make_endings(connection, ending)
    asked = _asked(rule, until)
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE spine AS
        SELECT row_number() OVER (ORDER BY snapshot_at, position, lead_id) - 1 AS row, *
        FROM (
          SELECT l.lead_id, l.account_id, l.group_id, l.created_at, q.snapshot_at,
            l.position, e.converted_at{_deadline(ending)}
          FROM ({asked}) q JOIN leads l USING (lead_id)
          LEFT JOIN endings e USING (lead_id)
          WHERE q.snapshot_at IS NULL OR ({_eligible("q.snapshot_at")})
        ) ORDER BY row
        """
    )
    if _count(connection, "spine") == 0:
        raise DataError(_nothing_left(connection, rule, ending))


def count_snapshots(connection: Engine, rule: SnapshotRule, until: datetime) -> int:
    """Count the eligible snapshots at or before ``until``, mature or not.

    After :func:`make_spine`, whose ``endings`` it looks at; nothing is kept of them.
    """
    (counted,) = one_row(
        connection,
        f"SELECT count(*) FROM ({_asked(rule, until)}) q JOIN leads l USING (lead_id) "
        f"LEFT JOIN endings e USING (lead_id) WHERE {_eligible('q.snapshot_at')}",
    )
    return int(counted)


def make_scoring_spine(
    connection: Engine, rule: SnapshotRule, ending: Ending, at: datetime | None
) -> None:
    """Create the table ``spine`` for scoring: one row for every lead in ``leads``.

    Besides the columns of :func:`make_spine` it has ``closed_at``, ``asked_at``
    (``at``, or null for a flat export) and ``is_eligible``: the lead had been created
    by its snapshot, had neither converted nor been closed before ``at``, and has no
    deadline at or before ``at`` or its snapshot.

    Parameters
    ----------
    at : datetime or None
        The instant of scoring, needed by every rule but ``export``, which does not use
        it. The snapshot is ``delay_hours`` after creation under ``after_creation``,
        whether that is past or yet to come; null for a flat export; and ``at`` under
        ``weekly``, ``at`` and ``on_kind``, which is meant to be scored when a touch of
        its kind has come in.

    Raises
    ------
    DataError
        When ``at`` is needed and not given.
    """
    _make_endings(connection, ending)
    if rule.rule == "export":
        asked = snapshot = "CAST(NULL AS TIMESTAMP)"
    elif at is None:
        raise DataError(f"Scoring under the rule {rule.rule!r} needs an instant.")
    else:
        asked = snapshot = instant_sql(at)
    if rule.rule == "after_creation":
        snapshot = f"l.created_at + {span_sql(rule.delay_hours * HOUR_US)}"
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE spine AS
        SELECT l.row, l.lead_id, l.account_id, l.group_id, l.created_at, q.snapshot_at,
          l.position, e.converted_at, e.closed_at{_deadline(ending)}, q.asked_at,
          COALESCE(q.asked_at IS NULL OR ({_eligible("q.asked_at")}), false)
            AS is_eligible
        FROM leads l
        JOIN (SELECT l.row, {snapshot} AS snapshot_at, {asked} AS asked_at FROM leads l)
          q ON q.row = l.row
        LEFT JOIN endings e ON e.lead_id = l.lead_id ORDER BY l.row
        """
    )


def _eligible(open_at: str) -> str:
    """Created by the snapshot ``q.snapshot_at``, and not ended before an instant.

    A deadline that has come by the snapshot ends a lead as well: nothing that counts
    could follow.
    """
    return f"""
      l.created_at <= q.snapshot_at
      AND (e.converted_at IS NULL OR e.converted_at >= {open_at})
      AND (e.closed_at IS NULL OR e.closed_at >= {open_at})
      AND (e.deadline_at IS NULL OR e.deadline_at > greatest(q.snapshot_at, {open_at}))
    """


def _deadline(ending: Ending) -> str:
    """SQL for one more column of the spine, where leads have deadlines."""
    return f", e.{DEADLINE_AT}" if ending.has_deadlines else ""


def _make_endings(connection: Engine, ending: Ending) -> None:
    conversion = literal(ending.conversion or "")
    closing = ", ".join(literal(m) for m in ending.closed_by) or "NULL"
    deadlines = "SELECT lead_id, CAST(NULL AS TIMESTAMP) AS deadline_at FROM leads"
    if ending.has_deadlines:
        deadlines = f"SELECT lead_id, {DEADLINE_AT} FROM leads"
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE endings AS
        SELECT * FROM (SELECT lead_id,
          min(reached_at) FILTER (milestone = {conversion}) AS converted_at,
          min(reached_at) FILTER (milestone IN ({closing})) AS closed_at
        FROM milestones GROUP BY lead_id)
        FULL JOIN ({deadlines} WHERE deadline_at IS NOT NULL) USING (lead_id)
        """
    )


def _asked(rule: SnapshotRule, until: datetime | None) -> str:
    """Every (lead, instant) that the rule asks about, eligible or not."""
    if rule.rule == "export":
        return "SELECT lead_id, CAST(NULL AS TIMESTAMP) AS snapshot_at FROM leads"
    if until is None:
        raise DataError("There is no instant in the data to look back from.")
    last, oldest = instant_sql(until), span_sql(rule.most_age_days * DAY_US)
    if rule.rule == "after_creation":
        delay = span_sql(rule.delay_hours * HOUR_US)
        return (
            f"SELECT lead_id, created_at + {delay} AS snapshot_at FROM leads "
            f"WHERE created_at + {delay} <= {last}"
        )
    if rule.rule == "on_kind":  # just after it, so that the touch itself is known
        kind = literal(rule.kind or "")
        return (
            "SELECT DISTINCT lead_id, greatest(occurred_at, recorded_at) "
            "+ INTERVAL 1 MICROSECOND AS snapshot_at FROM touches "
            f"WHERE kind = {kind} AND snapshot_at <= {last}"
        )
    if rule.rule == "at":
        instants = ", ".join(dict.fromkeys(instant_sql(a) for a in rule.at))
        return (
            f"SELECT lead_id, snapshot_at FROM leads, (SELECT unnest([{instants}]) "
            f"AS snapshot_at) WHERE snapshot_at <= {last} "
            f"AND created_at >= snapshot_at - {oldest}"
        )
    return (
        "SELECT lead_id, unnest(generate_series("
        "date_trunc('week', created_at - INTERVAL 1 MICROSECOND) + INTERVAL 7 DAY, "
        f"least(created_at + {oldest}, {last}), INTERVAL 7 DAY)) AS snapshot_at "
        "FROM leads"
    )


def _nothing_left(connection: Engine, rule: SnapshotRule, ending: Ending) -> str:
    leads = _count(connection, "leads")
    deadlines = ", at outcome.until" * ending.has_deadlines
    return (
        f"Of {leads:,} leads none is eligible at any snapshot of the rule "
        f"{rule.rule!r}. Look at [snapshots], at outcome.closed_by{deadlines} and at "
        "the leads' created_at."
    )


def _count(connection: Engine, table: str) -> int:
    return int(one_row(connection, f"SELECT count(*) FROM {table}")[0])


def span_sql(microseconds: float) -> str:
    """Return SQL for a length of time."""
    return f"to_microseconds({round(microseconds)})"


def instant_sql(value: datetime) -> str:
    """Return SQL for an instant, UTC where it does not say its offset."""
    aware = value.replace(tzinfo=UTC) if value.tzinfo is None else value
    return f"TIMESTAMP '{aware.astimezone(UTC).replace(tzinfo=None).isoformat(' ')}'"
