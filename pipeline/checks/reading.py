"""What the signals read: never the outcome, under its own name or another."""

from __future__ import annotations

from sqlglot import exp

from features.catalogue import slug
from features.engine import Engine, literal, quoted
from features.errors import few
from features.vocabulary import MILESTONE, OUTCOME, REACHED_AT

from .case import Case
from .check import Verdict, check, issue, passed, tip

_SHADOW_SHARE = 0.95  # of the leads with a kind of touch that also converted …
_SHADOW_HOURS = 1  # … with this much between the touch and the conversion, at most
_SHADOW_LEADS = 20
# No attribute can be called so inside the weave, and no touch has such a column.
_FORBIDDEN = {OUTCOME, "converted_at", MILESTONE, REACHED_AT}


@check("LL201", "The outcome among what the signals read")
def outcome_is_read(case: Case) -> Verdict:
    """The outcome in the read set of a signal: a leak by construction.

    An attribute that has the name of the outcome, of the conversion, or of the column
    that holds its date; a definition that reads a column of outcomes; touches of a
    kind that bears the conversion's name. As a tip: kinds of touch that come within an
    hour of the conversion in nearly all leads that have them, which may be the
    conversion under another name. Put attributes under ``leads.never``, and leave
    such touches out with ``query``.
    """
    attributes = _attributes(case)
    columns = _columns(case)
    kinds, shadows = _kinds(case)
    parts = [f"the attributes {few(attributes)} bear the outcome's name"] * bool(
        attributes
    )
    parts += [f"the signals {few(columns)} read a column of outcomes"] * bool(columns)
    told = ", ".join(f"{k!r} ({n:,} touches)" for k, n in kinds.items())
    parts += [f"touches of the kind {told} bear the conversion's name"] * bool(kinds)
    if parts:
        said = "; ".join(parts)
        return issue(
            f"The signals can read the outcome: {said}. Put such attributes under "
            f"{case.never}, and leave such touches out with a query.",
            {
                "attributes": len(attributes),
                "signals": len(columns),
                "touches": sum(kinds.values()),
            },
            _examples(case, attributes, list(kinds)),
        )
    if shadows:
        return tip(
            f"Touches of the kinds {few(shadows)} come within {_SHADOW_HOURS} hour of "
            f"the conversion in at least {_SHADOW_SHARE:.0%} of the leads that have "
            "them. If they are the conversion under another name, leave them out with "
            "a query.",
            {"kinds": len(shadows)},
            _examples(case, [], shadows),
        )
    return passed("No signal reads the outcome.")


def _attributes(case: Case) -> list[str]:
    """Attributes that bear a name of the outcome."""
    config = case.config
    ends = {config.outcome.conversion, *config.outcome.closed_by} - {None}
    names = {config.outcome.column, config.outcome.conversion}
    for source in config.milestones:
        names |= {column for end, column in source.columns.items() if end in ends}
    slugs = {slug(n) for n in names if n is not None}
    return [a.name for a in case.catalogue.company.attributes if slug(a.name) in slugs]


def _columns(case: Case) -> list[str]:
    """Signals whose definitions read a column of outcomes."""
    declared = {a.name for a in case.catalogue.company.attributes}
    found = []
    for signal in case.catalogue:
        read = {c.name for f in signal for c in f.expression.find_all(exp.Column)}
        if read & (_FORBIDDEN - declared):
            found.append(signal.name)
    return found


def _kinds(case: Case) -> tuple[dict[str, int], list[str]]:
    """Kinds with the conversion's name and their touches, and kinds in its shadow."""
    conversion = case.config.outcome.conversion
    if conversion is None or not case.config.touches:
        return {}, []
    with case.tables() as engine:
        counts = dict(
            engine.execute(
                "SELECT kind, count(*) FROM touches GROUP BY kind ORDER BY kind"
            ).fetchall()
        )
        shadows = _shadows(engine, conversion)
    named = {k: n for k, n in counts.items() if slug(k) == slug(conversion)}
    return named, shadows


def _examples(case: Case, attributes: list[str], kinds: list[str]) -> tuple[str, ...]:
    """Three leads that have a touch of the kinds, or a value of an attribute."""
    told = ", ".join(map(literal, kinds)) or "NULL"
    filled = [f"{quoted(name)} IS NOT NULL" for name in attributes] or ["false"]
    with case.tables() as engine:
        held = set(engine.table("attributes").columns)
        if not held.issuperset(attributes):  # an account's
            filled = ["false"]
        found = engine.execute(
            f"SELECT lead_id FROM touches WHERE kind IN ({told}) "
            "AND lead_id IS NOT NULL UNION "
            f"SELECT lead_id FROM attributes WHERE {' OR '.join(filled)} "
            "ORDER BY lead_id LIMIT 3"
        ).fetchall()
    return tuple(str(lead) for (lead,) in found)


def _shadows(engine: Engine, conversion: str) -> list[str]:
    found = engine.execute(
        f"""
        WITH converted AS (
          SELECT lead_id, min(reached_at) AS converted_at FROM milestones
          WHERE milestone = {literal(conversion)} GROUP BY lead_id
        ), nearest AS (
          SELECT t.kind, t.lead_id,
            min(abs(date_diff('second', t.occurred_at, c.converted_at))) AS seconds
          FROM touches t LEFT JOIN converted c USING (lead_id)
          WHERE t.lead_id IS NOT NULL GROUP BY ALL
        )
        SELECT kind FROM nearest GROUP BY kind
        HAVING count(*) >= {_SHADOW_LEADS} AND
          count(*) FILTER (seconds <= {_SHADOW_HOURS * 3600})
          >= {_SHADOW_SHARE} * count(*)
        ORDER BY kind
        """
    ).fetchall()
    return [kind for (kind,) in found]
