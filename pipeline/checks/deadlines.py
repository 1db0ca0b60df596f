"""A check of the deadlines that leads have of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt

from features.engine import Engine, literal, one_row
from features.snapshots import instant_sql
from features.vocabulary import DAY_US, DEADLINE_AT

from ..tables import known_until
from .case import Absent, Case
from .check import Value, Verdict, check, issue, not_applicable, passed, tip

_MOST_LATE = 0.10  # of the conversions: where more come too late, it is no deadline
_MOST_BEFORE = 0.01  # of the leads, as of endings before creation
_MOST_NEAR = 0.50  # of the conversions, within a day of their deadline
_MOST_APART = 0.05  # between the shares of leads with a deadline …
_SURE = 3.3  # … and so many standard errors: by chance once in a thousand runs
_FEWEST = 20  # conversions that are compared


@dataclass(frozen=True)
class _Counted:
    """Leads and conversions, and what their deadlines say of them.

    Attributes
    ----------
    column : str
        Of the deadlines, as the source calls it.
    are_midnights : bool
        Whether most of them were given with a time of day, which is 00:00.
    leads, before : int
        Leads that are dated; those whose deadline had passed when they were created.
    conversions, late, last_day : int
        Leads that converted; those of them that did from their deadline on; and those
        of these that did within a day of it.
    due, near : int
        Leads with a deadline that converted; and that did within a day of it, on
        either side.
    won, won_with, others, others_with : int
        Of the leads that are old enough for their outcome to be known, those that
        converted and those that did not; and of each those with a deadline.
    """

    column: str
    are_midnights: bool
    leads: int
    before: int
    conversions: int
    late: int
    last_day: int
    due: int
    near: int
    won: int
    won_with: int
    others: int
    others_with: int

    @property
    def shares(self) -> tuple[float, float]:
        """Of converted and of other leads that have a deadline."""
        return self.won_with / max(self.won, 1), self.others_with / max(self.others, 1)

    @property
    def is_filled_by_outcome(self) -> bool:
        """Whether leads that converted surely have one more often, or less often."""
        if min(self.won, self.others) < _FEWEST:
            return False
        apart = abs(self.shares[0] - self.shares[1])
        share = (self.won_with + self.others_with) / (self.won + self.others)
        error = sqrt(share * (1 - share) * (1 / self.won + 1 / self.others))
        return apart > max(_MOST_APART, _SURE * error)

    @property
    def is_set_by_conversion(self) -> bool:
        """Whether most conversions lie within a day of their deadline."""
        return self.due >= _FEWEST and self.near > _MOST_NEAR * self.due

    @property
    def is_grave(self) -> bool:
        return (
            self.is_filled_by_outcome
            or self.is_set_by_conversion
            or self.late > _MOST_LATE * self.conversions
            or self.before > _MOST_BEFORE * self.leads
        )


@check("LL124", "Deadlines and what became of the leads")
def deadlines_and_outcomes(case: Case) -> Verdict:
    """Deadlines of leads that the outcome may have moved, or that end nothing.

    A deadline decides what counts as a conversion, and how many days are left to it is
    a signal. So it must have been known when the lead came, and must not be written
    anew because of what became of the lead. Told is when a deadline stands more often,
    or more seldom, beside leads that converted, and when most conversions lie within a
    day of their deadline, as they do where a CRM sets the date on closing: both are
    issues. Export the deadline as it was when the lead came, or leave ``outcome.until``
    out.

    Conversions from the deadline on do not count; above 10 % of all they are an issue,
    since what ends so little is no deadline. Where they fall on the last day itself,
    days may have been exported as instants of 00:00: a ``format`` such as
    ``"%Y-%m-%d 00:00:00"`` makes days of them, which last to their end. A lead whose
    deadline had passed when it was created is never looked at; above 1 % of the leads
    that is an issue. Declare ``sentinels`` for days that stand for "never".
    """
    if case.config.outcome.until is None:
        return not_applicable("Leads have no deadlines of their own (outcome.until).")
    with case.tables() as engine:
        if DEADLINE_AT not in engine.table("leads").columns:
            raise Absent("The run's intake did not read deadlines: run it again.")
        found = _counted(engine, case)
        examples = _examples(engine, case)
    won, others = found.shares
    figures: dict[str, Value] = {
        "conversions": found.conversions,
        "late": found.late,
        "late_share": found.late / max(found.conversions, 1),
        "before_creation": found.before,
        "near": found.near,
        "converted_with_deadline": won,
        "others_with_deadline": others,
    }
    said = list(_said(found))
    if not said:
        return passed(
            f"None of {found.conversions:,} conversions comes after its lead's "
            f"deadline; {won:.1%} of the leads that converted have one in column "
            f"{found.column!r}, and {others:.1%} of the others.",
            figures,
        )
    say = issue if found.is_grave else tip
    return say(" ".join(said), figures, examples=examples)


def _said(found: _Counted) -> Iterator[str]:
    if found.is_filled_by_outcome:
        won, others = found.shares
        yield (
            f"{won:.1%} of the leads that converted have a deadline in column "
            f"{found.column!r}, and {others:.1%} of the others: it seems to be written "
            "with the outcome. Export it as it was when the lead came, or leave "
            "outcome.until out."
        )
    if found.is_set_by_conversion:
        yield (
            f"{found.near:,} of {found.due:,} conversions of leads with a deadline "
            f"({found.near / found.due:.1%}) lie within a day of it: is the date set "
            "when a lead converts? Export it as it was when the lead came, or leave "
            "outcome.until out."
        )
    if found.late:
        one = found.late == 1
        lie, do = ("lies", "does") if one else ("lie", "do")
        yield (
            f"{found.late:,} of {found.conversions:,} conversions "
            f"({found.late / found.conversions:.1%}) {lie} after their lead's deadline "
            f"and {do} not count{_on_last_day(found)}.{_too_many(found)}"
        )
    if found.before:
        one = found.before == 1
        have, are = ("has", "it was") if one else ("have", "they were")
        them = "it" if one else "them"
        share = found.before / found.leads
        yield (
            f"{found.before:,} of {found.leads:,} leads ({share:.1%}) {have} a "
            f"deadline that had passed when {are} created, so that no snapshot ever "
            f"looks at {them}. Correct the export, or declare sentinels if such a day "
            "stands for 'never'."
        )


def _too_many(found: _Counted) -> str:
    """Say what to do where a deadline ends so little that it is none."""
    if found.late <= _MOST_LATE * found.conversions:
        return ""
    return (
        " If they ought to count, the deadline is another date: name that one, or "
        "leave outcome.until out."
    )


def _on_last_day(found: _Counted) -> str:
    """Say how many are late by less than a day, where days may have lost their end."""
    if not found.last_day or not found.are_midnights:
        return ""
    return (
        f", {found.last_day:,} of them within a day of it. Most times of day in "
        f"column {found.column!r} are 00:00: if days are meant, say format, such as "
        "'%Y-%m-%d 00:00:00', or make them dates with query, so that they last to "
        "their end"
    )


def _converted(case: Case) -> str:
    """Return the query of dated leads, with when each converted first."""
    conversion = literal(str(case.config.outcome.conversion))
    return (
        f"SELECT lead_id, created_at, {DEADLINE_AT}, converted_at FROM leads LEFT JOIN "
        "(SELECT lead_id, min(reached_at) AS converted_at FROM milestones WHERE "
        f"milestone = {conversion} GROUP BY lead_id) USING (lead_id) "
        "WHERE created_at IS NOT NULL"
    )


_LATE = f"converted_at >= {DEADLINE_AT}"
_BEFORE = f"{DEADLINE_AT} <= created_at"


def _counted(engine: Engine, case: Case) -> _Counted:
    end, outcome = known_until(case.intake), case.config.outcome
    if end is None:
        raise Absent("There is no instant in the data to look back from.")
    wait = timedelta(days=(outcome.horizon_days or 0) + outcome.settling_days)
    is_old = f"created_at <= {instant_sql(end - wait)}"
    apart = f"abs(epoch_us(converted_at) - epoch_us({DEADLINE_AT})) <= {DAY_US}"
    conditions = (
        "true",
        _BEFORE,
        "converted_at IS NOT NULL",
        _LATE,
        f"{_LATE} AND {apart}",
        f"converted_at IS NOT NULL AND {DEADLINE_AT} IS NOT NULL",
        apart,
        f"{is_old} AND converted_at IS NOT NULL",
        f"{is_old} AND converted_at IS NOT NULL AND {DEADLINE_AT} IS NOT NULL",
        f"{is_old} AND converted_at IS NULL",
        f"{is_old} AND converted_at IS NULL AND {DEADLINE_AT} IS NOT NULL",
    )
    listed = ", ".join(f"count(*) FILTER ({c})" for c in conditions)
    counts = one_row(engine, f"SELECT {listed} FROM ({_converted(case)})")
    return _Counted(str(outcome.until), _are_midnights(case), *map(int, counts))


def _are_midnights(case: Case) -> bool:
    cells = [
        c
        for source in case.intake["sources"]
        for c in source.get("instants", ())
        if c["field"] == DEADLINE_AT
    ]
    return any(2 * c["midnights"] > c["read"] for c in cells)


def _examples(engine: Engine, case: Case) -> tuple[str, ...]:
    """Up to three leads that converted too late, or whose deadline was over at once."""
    rows = engine.execute(
        f"SELECT lead_id FROM ({_converted(case)}) WHERE {_LATE} OR {_BEFORE} "
        "ORDER BY lead_id LIMIT 3"
    ).fetchall()
    return tuple(lead for (lead,) in rows)
