"""Checks of ids: those that are alike but for form, and numbers that may be one."""

from __future__ import annotations

from dataclasses import dataclass

from features.catalogue import slug
from features.engine import Engine

from .alike import id_form_sql, quoted_label
from .case import Absent, Case
from .check import Value, Verdict, check, passed, tip

_NAMED = 3
_FEWEST_LEADS = 50  # of fewer, the years of an age may all be different
_NEARLY_ALL = 0.95
_TOLD_APART_BY_CASE = "[0-9A-Za-z]{15}"  # ids of Salesforce in their short form


@dataclass(frozen=True)
class _Alike:
    """Groups of ids that are alike but for form.

    Attributes
    ----------
    what : str
        Of what they are ids, in words.
    groups : int
        Of two or more different ids.
    ids : int
        In these groups.
    examples : tuple of tuple of str
        The ids of the first groups.
    """

    what: str
    groups: int
    ids: int
    examples: tuple[tuple[str, ...], ...]


@check("LL121", "Ids that are alike but for their form")
def ids_alike(case: Case) -> Verdict:
    """Ids of leads, and of accounts, that differ in form alone.

    Form is case, white space, letters composed of several code points or of one, full
    width, and signs that nobody sees. Ids are compared byte by byte and never changed:
    whether "AB1" and "ab1" are one lead is for their owner to say. If they are, the
    lead counts twice, and its touches are parted: make the ids alike with ``query``, in
    every table. Ids of accounts are those of the leads and of the accounts' table; an
    account that is two has half of its leads in each.

    Ids of fifteen letters and digits, as Salesforce gives them, are told apart by case
    on purpose, and are not judged by it. Touches and milestones that would find their
    lead if ids were written alike are counted by LL103.
    """
    with case.tables() as engine:
        found = [
            _alike(engine, "lead", "SELECT lead_id AS id FROM leads"),
            _alike(
                engine,
                "account",
                "SELECT DISTINCT account_id AS id FROM leads UNION "
                "SELECT DISTINCT account_id FROM accounts",
            ),
        ]
        leads = _leads_of(engine, found)
    figures: dict[str, Value] = {f"{a.what}_ids": a.ids for a in found}
    told = [a for a in found if a.groups]
    if not told:
        return passed("No two ids are alike but for their form.", figures)
    return tip(
        f"{' and '.join(_said(a) for a in told)}. If they are one, make them alike "
        "with a query, in every table; until then each counts for itself.",
        figures,
        examples=leads,
    )


@check("LL123", "Numbers that name the lead")
def numbers_like_ids(case: Case) -> Verdict:
    """Attributes with another whole number for nearly every lead.

    A customer number says who the lead is and, given out in order, when it came; what
    the trees learn of it will be wrong of every later lead. Texts like that are dropped
    before training (LL107); a number cannot be told from an amount by its form. It is
    named here where at least 50 leads have it, all of them whole numbers and at least
    95 % of them different. Put it under ``leads.never``; or, if it counts something,
    such as a revenue, say so by ``means = "number"`` in a section of its own under
    ``[attributes]``.
    """
    company = case.catalogue.company
    with case.tables() as engine:
        mine = set(engine.table("attributes").columns)
    names = [a.name for a in company.attributes if a.means == "number"]
    said = {n for n, a in case.config.attributes.items() if a.means == "number"}
    columns = {name: slug(name) for name in names if name in mine - said}
    rows = case.features[["lead_id", *columns.values()]]
    last = rows.drop_duplicates("lead_id", keep="last")
    found = []
    for name, column in columns.items():
        values = last[column].dropna()
        if len(values) < _FEWEST_LEADS or (values % 1 != 0).any():
            continue
        if values.nunique() >= _NEARLY_ALL * len(values):
            found.append((name, values.nunique(), len(values)))
    figures: dict[str, Value] = {"numbers": len(columns), "like_ids": len(found)}
    if not found:
        return passed("No number is another one for nearly every lead.", figures)
    told = "; ".join(
        f"{name!r} holds {different:,} different whole numbers of {leads:,} leads"
        f"{_gain_said(case, columns[name])}"
        for name, different, leads in found[:_NAMED]
    )
    more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return tip(
        f"{told}{more}. A number that names the lead tells nothing of later ones: put "
        'it under leads.never; or, if it counts something, say means = "number" of it '
        "under [attributes].",
        figures,
    )


def _gain_said(case: Case, column: str) -> str:
    try:
        share = case.judged.gain_share.get(column, 0.0)
    except Absent:
        return ""
    return f", and {share:.0%} of the booster's gain" if share else ""


def _alike(engine: Engine, what: str, ids: str) -> _Alike:
    """Find the groups of one kind of id."""
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {what}_forms AS
        SELECT list(id ORDER BY id) AS ids
        FROM (SELECT id, {id_form_sql("id")} AS form FROM ({ids}) WHERE id IS NOT NULL)
        WHERE form <> '' GROUP BY form HAVING count(*) > 1 AND NOT
          bool_and(regexp_full_match(id, '{_TOLD_APART_BY_CASE}'))
        """
    )
    [(groups, count)] = engine.execute(
        f"SELECT count(*), coalesce(sum(len(ids)), 0) FROM {what}_forms"
    ).fetchall()
    first = engine.execute(
        f"SELECT ids FROM {what}_forms ORDER BY ids LIMIT {_NAMED}"
    ).fetchall()
    return _Alike(what, groups, int(count), tuple(tuple(ids) for (ids,) in first))


def _leads_of(engine: Engine, found: list[_Alike]) -> tuple[str, ...]:
    """Up to three leads of the first groups, by their own ids or their accounts'."""
    leads, accounts = found
    if leads.groups:
        return leads.examples[0][:_NAMED]
    if not accounts.groups:
        return ()
    rows = engine.execute(
        "SELECT lead_id FROM leads WHERE account_id IN (SELECT unnest(ids) FROM "
        f"account_forms) ORDER BY lead_id LIMIT {_NAMED}"
    ).fetchall()
    return tuple(str(lead) for (lead,) in rows)


def _said(alike: _Alike) -> str:
    shown = "; ".join(
        " and ".join(quoted_label(i) for i in ids[:_NAMED]) for ids in alike.examples
    )
    times = "once" if alike.groups == 1 else f"{alike.groups:,} times"
    return (
        f"{alike.ids:,} ids of {alike.what}s are alike to another but for case, spaces "
        f"or code points ({times}: {shown})"
    )
