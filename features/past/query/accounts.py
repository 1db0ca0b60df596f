"""What was known of an account's other leads, by running counts.

Facts and questions are laid in one line per account, in the order of time: before every
question stands how many facts there were. What was known within a span is the
difference of two such counts, and the lead's own facts, counted in a line of their own,
are taken off. No lead is joined to its colleagues, of whom there may be a hundred
thousand.

The latest fact of *another* lead: the latest of all if it is not the lead's own; else
the one at which the account's line passed from another lead to this one.

A question stands where the snapshot begins to look back, and where it ceases to know.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...colleagues import ColleagueAtom, Fact
from ...company import Company
from ...engine import literal
from ...vocabulary import DAY_US, ROW
from ..limits import Limits
from .step import Step, Strand, days, listed

_EPOCH = "TIMESTAMP '1970-01-01 00:00:00'"


def microseconds(instant: str) -> str:
    """Return an instant as a whole number."""
    return f"date_diff('microsecond', {_EPOCH}, {instant})"


def accounts(
    atoms: Sequence[ColleagueAtom], company: Company, limits: Limits
) -> Strand:
    """Return the steps that answer atoms about colleagues."""
    asked = list(dict.fromkeys((a.fact, n) for a in atoms for n in _offsets(a)))
    questions = (_question(fact, offset, limits) for fact, offset in asked)
    facts = "\nUNION ALL\n".join(
        _facts(f, company) for f in dict.fromkeys(a.fact for a in atoms)
    )
    steps = (
        Step(
            "members",
            "SELECT l.lead_id, l.account_id, l.created_at FROM leads l\n"
            "SEMI JOIN (SELECT account_id FROM spine) s ON s.account_id = l.account_id",
        ),
        Step("facts", facts),
        Step("passed", _PASSED),
        Step("line", "\nUNION ALL\n".join([_FACTS_IN_LINE, *questions])),
        Step("counted", _COUNTED),
        Step(
            "over_accounts",
            f"SELECT {ROW}{listed(f'{_answer(a)} AS {a.name}' for a in atoms)}\n"
            f"FROM counted WHERE {ROW} IS NOT NULL GROUP BY {ROW}",
        ),
    )
    return Strand(steps, tuple(a.name for a in atoms))


def _offsets(atom: ColleagueAtom) -> tuple[int, ...]:
    """How many microseconds before the snapshot a count is wanted."""
    is_counted_off = atom.within_days is not None and not atom.is_age
    return (0, _span(atom)) if is_counted_off else (0,)


def _span(atom: ColleagueAtom) -> int:
    return (atom.within_days or 0) * DAY_US


def _facts(fact: Fact, company: Company) -> str:
    known, source = {
        Fact.LEAD: ("l.created_at", "leads l JOIN members m ON m.lead_id = l.lead_id"),
        Fact.TOUCH: (
            _once_a_lead("t.occurred_at", "t.recorded_at"),
            "touches t JOIN members m ON m.lead_id = t.lead_id",
        ),
    }.get(fact, (f"MIN({_once_a_lead('e.reached_at', 'e.recorded_at')})", _ENDED))
    told = (
        f"SELECT {literal(fact)} AS fact, m.account_id, m.lead_id,\n"
        f"  {microseconds(known)} AS at_us\nFROM {source}\nWHERE "
    )
    if fact is Fact.LEAD:
        return f"{told}l.created_at IS NOT NULL"
    if fact is Fact.TOUCH:
        ours = list(map(literal, company.outbound_kinds))
        is_inbound = f"t.kind NOT IN ({', '.join(ours)})" if ours else "true"
        return f"{told}t.kind IS NOT NULL AND {is_inbound}"
    ends = company.endings if fact is Fact.ENDING else company.conversions
    names = ", ".join(map(literal, ends)) or "NULL"
    if fact is Fact.ENDING and company.has_deadlines:
        return _endings(names)
    return f"{told}e.milestone IN ({names}) GROUP BY m.account_id, m.lead_id"


def _endings(names: str) -> str:
    """When each lead ended; at its deadline it is over, if it had begun."""
    known = microseconds(_once_a_lead("e.reached_at", "e.recorded_at"))
    created, deadline = microseconds("l.created_at"), microseconds("l.deadline_at")
    return (
        f"SELECT {literal(Fact.ENDING)} AS fact, m.account_id, m.lead_id,\n"
        "  MIN(ended.at_us) AS at_us\nFROM (\n"
        f"  SELECT e.lead_id, {known} AS at_us\n  FROM {_ENDED}\n"
        f"  WHERE e.milestone IN ({names})\n  UNION ALL\n"
        f"  SELECT l.lead_id, GREATEST({created}, {deadline} - 1) AS at_us\n"
        "  FROM leads l\n"
        "  WHERE l.created_at IS NOT NULL AND l.deadline_at IS NOT NULL\n"
        ") ended JOIN members m ON m.lead_id = ended.lead_id\n"
        "GROUP BY m.account_id, m.lead_id"
    )


def _once_a_lead(happened: str, recorded: str) -> str:
    """Since when a fact is known of a colleague: it has to be a lead to be one."""
    return f"GREATEST({happened}, {recorded}, COALESCE(m.created_at, {happened}))"


_ENDED = "milestones e JOIN members m ON m.lead_id = e.lead_id"
_BEFORE = "OVER (PARTITION BY fact, account_id ORDER BY at_us, lead_id)"
_PASSED = f"""SELECT fact, account_id, lead_id, at_us,
  CASE WHEN LAG(lead_id) {_BEFORE} <> lead_id
    THEN LAG(at_us) {_BEFORE} END AS passed_us
FROM facts"""
_FACTS_IN_LINE = """SELECT fact, account_id, lead_id, at_us, 1 AS is_fact, passed_us,
  CAST(NULL AS BIGINT) AS row, CAST(NULL AS BIGINT) AS off_us,
  CAST(NULL AS BIGINT) AS snapshot_us
FROM passed"""


def _question(fact: Fact, offset: int, limits: Limits) -> str:
    snapshot = microseconds("s.snapshot_at")
    known = microseconds(limits.known("s"))
    place = f"{snapshot} - {offset}" if offset else known
    return (
        f"SELECT {literal(fact)} AS fact, account_id, lead_id,\n"
        f"  {place} AS at_us, 0 AS is_fact,\n"
        f"  CAST(NULL AS BIGINT) AS passed_us, CAST({ROW} AS BIGINT) AS row,\n"
        f"  CAST({offset} AS BIGINT) AS off_us, {snapshot} AS snapshot_us\n"
        "FROM spine s WHERE account_id IS NOT NULL AND snapshot_at IS NOT NULL"
    )


# A question stands before the facts of its instant: known *before* is strict.
_LINE = "ORDER BY at_us, is_fact, lead_id ROWS UNBOUNDED PRECEDING"
_WHOLE = f"OVER (PARTITION BY fact, account_id {_LINE})"
_OWN = f"OVER (PARTITION BY fact, account_id, lead_id {_LINE})"
_COUNTED = f"""SELECT row, fact, off_us, snapshot_us, is_fact,
  SUM(is_fact) {_WHOLE} - SUM(is_fact) {_OWN} AS others,
  MAX(CASE WHEN is_fact = 1 THEN at_us END) {_WHOLE} AS latest_us,
  MAX(CASE WHEN is_fact = 1 THEN at_us END) {_OWN} AS own_us,
  MAX(passed_us) {_WHOLE} AS passed_us
FROM line"""
_LATEST = """CASE WHEN own_us IS NULL OR own_us < latest_us
  THEN latest_us ELSE passed_us END"""


def _answer(atom: ColleagueAtom) -> str:
    is_asked = f"fact = {literal(atom.fact)} AND off_us = 0"
    if atom.is_age:
        age = f"snapshot_us - {_LATEST}"
        kept = f"CASE WHEN {is_asked} THEN {age} END"
        if atom.within_days is not None:
            kept = f"CASE WHEN {is_asked} AND {age} <= {_span(atom)} THEN {age} END"
        return days(f"MAX({kept})")
    count = f"MAX(CASE WHEN {is_asked} THEN others END)"
    if atom.within_days is not None:
        earlier = f"fact = {literal(atom.fact)} AND off_us = {_span(atom)}"
        count += f" - MAX(CASE WHEN {earlier} THEN others END)"
        count = f"GREATEST({count}, 0)"  # what it may know ends before the span
    return f"CAST({count} AS DOUBLE)"
