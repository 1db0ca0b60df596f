"""Attrition: which leads are looked at, and why the others never are.

Why every lead is accounted for: a lead that no snapshot looks at takes its conversion
with it, and a model cannot tell what it never saw. So each lead of the table was looked
at, or never, for exactly one reason; :class:`Attrition` cannot be made otherwise.

Why an ending before creation comes first among the reasons, and youth last: an ending
is for good, and a wrong date hides behind any other reason; only youth passes. A
deadline comes after the endings that happened: it is what was planned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from .engine import Engine, literal, one_row
from .errors import DataError
from .outcomes import Maturity
from .snapshots import HOUR_US, SnapshotRule, instant_sql, span_sql
from .vocabulary import DAY_US


class Never(StrEnum):
    """Why a lead is never looked at; the first that holds counts."""

    WITHOUT_OUTCOME = "without an outcome"  # flat exports: missing, or not decided
    WITHOUT_CREATION = "without an instant of creation"
    CONVERTED_BEFORE_CREATION = "converted before they were created"
    CLOSED_BEFORE_CREATION = "closed before they were created"
    DEADLINE_BEFORE_CREATION = "with a deadline that had passed when they were created"
    CREATED_TOO_LATE = "created after known_until"
    WITHOUT_TOUCH = "without a touch of the kind in snapshots.kind since their creation"
    AFTER_LAST_LOOK = "created after the last instant in snapshots.at"
    TOO_OLD = "older than snapshots.most_age_days at every look"
    CONVERTED = "converted before their first look"
    CLOSED = "closed before their first look"
    DEADLINE = "with a deadline that had passed by their first look"
    TOO_YOUNG = "too young for the outcome of their first look to be known"


@dataclass(frozen=True)
class Attrition:
    """Every lead of the table: looked at, or never for one reason.

    Attributes
    ----------
    leads : int
        Leads in the table.
    looked_at : int
        Leads with at least one snapshot whose outcome is known.
    never : mapping of Never to int
        The other leads by reason, in the order of :class:`Never`; none is nought.

    Raises
    ------
    DataError
        When the leads do not add up.

    Examples
    --------
    >>> Attrition(5, 3, {Never.CONVERTED: 2}).to_dict()["never"]
    {'converted before their first look': 2}
    """

    leads: int
    looked_at: int
    never: Mapping[Never, int]

    def __post_init__(self) -> None:
        lost = sum(self.never.values())
        if self.leads != self.looked_at + lost:
            raise DataError(
                f"The leads do not add up: {self.leads:,} are in the table, "
                f"{self.looked_at:,} were looked at, {lost:,} never for a reason. This "
                "is a fault of Leadlight; please report it."
            )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "leads": self.leads,
            "looked_at": self.looked_at,
            "never": {reason.value: count for reason, count in self.never.items()},
        }


def attrition_of(
    connection: Engine, rule: SnapshotRule, maturity: Maturity
) -> Attrition:
    """Account for every lead after ``make_labelled_spine``.

    Parameters
    ----------
    connection : Engine
        Showing the views ``leads`` and ``touches`` and the tables ``endings`` and
        ``spine``.
    rule : SnapshotRule
        By which the spine was made.
    maturity : Maturity
        By which it was labelled.
    """
    reason = _flat_reason() if rule.rule == "export" else _dated_reason(rule, maturity)
    rows = connection.execute(
        f"""
        WITH lost AS (FROM leads ANTI JOIN spine USING (lead_id)){_looks(rule)}
        SELECT {reason} AS reason, count(*)
        FROM (SELECT l.created_at, l.outcome, e.converted_at, e.closed_at,
          e.deadline_at, {_first_look(rule)} AS first_at
          FROM lost l LEFT JOIN endings e USING (lead_id)
          {"LEFT JOIN looks k USING (lead_id)" if rule.rule == "on_kind" else ""})
        GROUP BY reason
        """
    ).fetchall()
    counts = {str(name): int(count) for name, count in rows if name is not None}
    leads, looked_at = one_row(
        connection,
        "SELECT (SELECT count(*) FROM leads), "
        "(SELECT count(DISTINCT lead_id) FROM spine)",
    )
    never = {each: counts[each] for each in Never if each in counts}
    return Attrition(int(leads), int(looked_at), never)


def _flat_reason() -> str:
    return f"CASE WHEN outcome IS NULL THEN {literal(Never.WITHOUT_OUTCOME)} END"


def _dated_reason(rule: SnapshotRule, maturity: Maturity) -> str:
    """SQL for the first reason that holds; null where none does, which is a fault."""
    if maturity.known_until is None or maturity.latest_snapshot is None:
        raise DataError("There is no instant in the data to look back from.")
    conditions = {
        Never.WITHOUT_CREATION: "created_at IS NULL",
        Never.CONVERTED_BEFORE_CREATION: "converted_at < created_at",
        Never.CLOSED_BEFORE_CREATION: "closed_at < created_at",
        Never.DEADLINE_BEFORE_CREATION: "deadline_at <= created_at",
        Never.CREATED_TOO_LATE: f"created_at > {instant_sql(maturity.known_until)}",
        **_without_look(rule),
        Never.CONVERTED: "converted_at < first_at",
        Never.CLOSED: "closed_at < first_at",
        Never.DEADLINE: "deadline_at <= first_at",
        Never.TOO_YOUNG: f"first_at > {instant_sql(maturity.latest_snapshot)}",
    }
    cases = (f"WHEN {sql} THEN {literal(why)}" for why, sql in conditions.items())
    return f"CASE {' '.join(cases)} END"


def _without_look(rule: SnapshotRule) -> dict[Never, str]:
    """Why the rule asks at no instant from the lead's creation on."""
    if rule.rule == "on_kind":
        return {Never.WITHOUT_TOUCH: "first_at IS NULL"}
    if rule.rule == "at":
        last = instant_sql(max(rule.at))
        return {
            Never.AFTER_LAST_LOOK: f"created_at > {last}",
            Never.TOO_OLD: "first_at IS NULL",
        }
    if rule.rule == "weekly":
        return {Never.TOO_OLD: "first_at IS NULL"}
    return {}


def _looks(rule: SnapshotRule) -> str:
    """SQL for the instants of a kind's touches, each just after its touch."""
    if rule.rule != "on_kind":
        return ""
    return f""", looks AS (
          SELECT lead_id, min(look_at) FILTER (look_at >= created_at) AS first_at
          FROM (SELECT lead_id, greatest(occurred_at, recorded_at)
            + INTERVAL 1 MICROSECOND AS look_at FROM touches
            WHERE kind = {literal(rule.kind or "")})
          JOIN lost USING (lead_id) GROUP BY lead_id)"""


def _first_look(rule: SnapshotRule) -> str:
    """SQL for the first instant from creation on at which the rule asks, mature or not.

    Null where there is none.
    """
    oldest = span_sql(rule.most_age_days * DAY_US)
    if rule.rule == "export":
        return "CAST(NULL AS TIMESTAMP)"
    if rule.rule == "after_creation":
        return f"l.created_at + {span_sql(rule.delay_hours * HOUR_US)}"
    if rule.rule == "on_kind":
        return "k.first_at"
    if rule.rule == "at":
        listed = ", ".join(dict.fromkeys(map(instant_sql, rule.at)))
        return (
            f"list_min(list_filter([{listed}], lambda x: x >= l.created_at "
            f"AND l.created_at >= x - {oldest}))"
        )
    monday = (
        "date_trunc('week', l.created_at - INTERVAL 1 MICROSECOND) + INTERVAL 7 DAY"
    )
    return f"CASE WHEN {monday} <= l.created_at + {oldest} THEN {monday} END"
