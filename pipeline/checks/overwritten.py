"""Attributes that change because a lead converted."""

from __future__ import annotations

from dataclasses import dataclass

from features.engine import Engine, literal, one_row

from .case import Case
from .check import Verdict, check, issue, not_applicable, passed, skipped

_DAYS = 30  # around the conversion
_FEWEST_LEADS = 10
_LEAST_SHARE = 0.10  # of the converted: below it a habit of nobody's
_TIMES = 3  # as often as before the conversion, and as among the others

# Others are looked at when they are as old as converted leads typically are when they
# convert, so that whatever everybody does at that age is no suspect.
_CHANGES = """
    CREATE TEMP TABLE changes AS
    WITH converted AS (
      SELECT lead_id, min(reached_at) AS ended_at FROM milestones
      WHERE milestone = {conversion} GROUP BY lead_id
    ), typical AS (
      SELECT quantile_disc(
        date_diff('microsecond', l.created_at, c.ended_at), 0.5) AS us
      FROM leads l JOIN converted c USING (lead_id) WHERE c.ended_at >= l.created_at
    ), endings AS (
      SELECT l.lead_id, c.ended_at IS NOT NULL AS is_converted,
        coalesce(c.ended_at, l.created_at + to_microseconds(t.us)) AS ended_at
      FROM typical t, leads l LEFT JOIN converted c USING (lead_id)
    ), counts AS (
      SELECT count(*) FILTER (is_converted) AS converted,
        count(*) FILTER (NOT is_converted) AS others FROM endings
    )
    SELECT h.attribute, e.lead_id, e.is_converted, n.converted, n.others,
      bool_or(h.known_from >= e.ended_at
        AND h.known_from < e.ended_at + INTERVAL {days} DAY) AS is_after,
      bool_or(h.known_from < e.ended_at
        AND h.known_from >= e.ended_at - INTERVAL {days} DAY) AS is_before
    FROM counts n, attribute_history h JOIN endings e USING (lead_id) GROUP BY ALL
"""


@dataclass(frozen=True)
class _Suspect:
    """How often an attribute took a new value around the conversion."""

    attribute: str
    after: float  # share of the converted, from the conversion on
    before: float  # share of the converted, up to it
    others: float  # share of the others, at the same age
    examples: tuple[str, ...]


@check("LL209", "Attributes written after the conversion")
def overwritten(case: Case) -> Verdict:
    """Attributes whose history shows new values just after leads converted.

    Looked at are the 30 days from the conversion on; suspect is an attribute that took
    a new value in them for at least ten leads and a tenth of the converted, three
    times as often as in the 30 days before, and as among the others at that age.
    Somebody fills it in *because* the lead converted. By its history it is known in
    time and does not leak. But today's value does: where such an attribute is also
    declared in ``known_at_creation`` the leads table's own value stands for what no
    history tells, and that is an issue. Take it out there; what is left is said, and
    passes. Trust no export of such an attribute that has no dates.
    """
    conversion = case.config.outcome.conversion
    if conversion is None or not case.config.attribute_history:
        return not_applicable("There is no history of attributes beside conversions.")
    with case.tables() as engine:
        (told,) = one_row(
            engine, "SELECT count(*) FROM attribute_history SEMI JOIN leads USING "
            "(lead_id)"
        )  # fmt: skip
        if not told:
            return not_applicable("The history holds no value of a lead.")
        engine.execute(_CHANGES.format(conversion=literal(conversion), days=_DAYS))
        looked_at = engine.execute("SELECT DISTINCT attribute FROM changes").fetchall()
        suspects = _suspects(engine)
        declared = set(engine.table("attributes").columns)
    if not looked_at:
        return skipped("No lead has converted after its creation.")
    if not suspects:
        return passed(
            f"None of {len(looked_at)} attributes with a history is written after the "
            "conversion."
        )
    worst = max(suspects, key=lambda s: (s.attribute in declared, s.after))
    figures = {
        "attributes": len(suspects), "after": worst.after, "before": worst.before,
        "others": worst.others,
    }  # fmt: skip
    also = [s.attribute for s in suspects if s is not worst]
    said = (
        f"{worst.attribute!r} took a new value within {_DAYS} days after the "
        f"conversion in {worst.after:.0%} of the converted leads (such as "
        f"{', '.join(worst.examples)}), before it in {worst.before:.0%}, and in "
        f"{worst.others:.0%} of the others at that age"
    )
    said += f"; likewise {', '.join(map(repr, also))}." if also else "."
    if worst.attribute in declared:
        more = " It is declared known at creation all the same: take it out there."
        return issue(said + more, figures, worst.examples)
    more = " Its history keeps it from leaking; an export without dates would not."
    return passed(said + more, figures)


def _suspects(engine: Engine) -> list[_Suspect]:
    """Attributes written far more often after the conversion than elsewhere."""
    rows = engine.execute(
        """
        SELECT attribute,
          count(*) FILTER (is_converted AND is_after) AS leads,
          leads / greatest(any_value(converted), 1),
          count(*) FILTER (is_converted AND is_before)
            / greatest(any_value(converted), 1),
          count(*) FILTER (NOT is_converted AND is_after)
            / greatest(any_value(others), 1),
          list(lead_id ORDER BY lead_id) FILTER (is_converted AND is_after)
        FROM changes GROUP BY attribute ORDER BY attribute
        """
    ).fetchall()
    return [
        _Suspect(name, after, before, others, tuple(found[:3]))
        for name, leads, after, before, others, found in rows
        if leads >= _FEWEST_LEADS
        and after >= _LEAST_SHARE
        and after >= _TIMES * max(before, others)
    ]
