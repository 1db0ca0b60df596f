"""Checks of what was declared: attributes taken on trust, and columns of no use."""

from __future__ import annotations

import re

from features.errors import few
from features.vocabulary import ACCOUNT_ID, KNOWN_FROM

from ..intake.leads import EVERY
from ..sections import Config
from .case import Case
from .check import Value, Verdict, check, not_applicable, passed, tip

# Names of what tends to be filled in late, by whoever works the lead.
_FILLED_LATE = re.compile(
    r"\b(last|tags?|quality|score|profile|stage|status|duration|owner)\b", re.IGNORECASE
)


_NAMED = 3  # columns of no use in one sentence


@check("LL106", "What has to be taken on trust")
def taken_on_trust(case: Case) -> Verdict:
    """Attributes declared wholesale, and flat exports without instants.

    A CRM overwrites attributes in place. With ``known_at_creation = ["*"]`` nobody has
    said of each that it was known when the lead was created, and nothing in the data
    can prove it. In a flat export nothing is dated: not the attributes, not the order
    of the leads, not whether each has had time to convert. What the data cannot prove
    somebody has to say: name the attributes one by one, put what is filled in later
    under ``leads.never``, or bring a history; name in ``leads.order_by`` what orders
    the leads; and list the leads that may still convert in ``outcome.undecided``, or
    those that did not in ``outcome.negative``. What was said is taken at its word.
    """
    config = case.config
    doubts, remedies, figures = [], [], dict[str, Value]()
    if config.leads.known_at_creation == EVERY:
        names = [a.name for a in case.catalogue.company.attributes]
        late = [n for n in names if _FILLED_LATE.search(n.replace("_", " "))]
        figures = {"attributes": len(names), "suspects": len(late)}
        before = "before the outcome" if config.is_flat else "at the snapshot"
        doubts.append(f"that each of {len(names)} attributes was known {before}")
        remedies.append("name the attributes one by one, or bring a history")
        if late:
            remedies[-1] = (
                "name the attributes one by one, and put under leads.never what is "
                f"filled in late, as the names of {few(late)} sound"
            )
    if config.is_flat and config.leads.order_by is None:
        doubts.append("the order of the leads")
        remedies.append("name in leads.order_by what orders them")
    outcome = config.outcome
    if config.is_flat and not (outcome.undecided or outcome.negative):
        doubts.append("that each lead has had time to convert")
        remedies.append(
            "list what is said of leads that may still convert in outcome.undecided, "
            "or of those that did not in outcome.negative"
        )
    if not doubts:
        return passed(_trusted(config))
    told = "; ".join(remedies)
    return tip(
        f"Nothing in the data can verify {'; nor '.join(doubts)}. "
        f"{told[:1].upper()}{told[1:]}.",
        figures,
    )


def _trusted(config: Config) -> str:
    """Say what is taken at its word."""
    if not config.is_flat:
        return "Attributes are declared one by one, and outcomes are dated."
    decided = "negative" if config.outcome.negative else "undecided"
    return (
        "Taken at the word of the configuration, since nothing in the data can verify "
        "it: the attributes, declared one by one; the order of the leads, by "
        f"{config.leads.order_by!r}; and by outcome.{decided}, which leads are decided."
    )


@check("LL107", "Columns of no use")
def dropped_columns(case: Case) -> Verdict:
    """Columns that were dropped before training, and why.

    Empty and constant columns, columns that repeat another in every row, and columns
    with so many different values that they name the lead. Dropping them costs nothing;
    but a column that *should* hold something is a broken export or a mapping slip.
    """
    dropped = case.encoding["dropped"]
    kept = len(case.encoding["features"])
    if not dropped:
        return passed(f"All {kept} columns are of use.", {"dropped": 0, "kept": kept})
    sorts = {"like a name": 0, "empty": 0, "constant": 0, "same": 0}
    for reason in dropped.values():
        sorts[_sort(reason)] += 1
    told = ", ".join(f"{n} {sort}" for sort, n in sorts.items() if n)
    # Every column like a name is named; of the others a few, the most telling first.
    telling = sorted(
        dropped.items(), key=lambda item: list(sorts).index(_sort(item[1]))
    )
    most = max(sorts["like a name"], _NAMED)
    named = "; ".join(f"{n} ({why})" for n, why in telling[:most])
    return tip(
        f"{len(dropped)} of {len(dropped) + kept} columns were dropped ({told}), such "
        f"as {named}. Look at those that ought to hold something.",
        {"dropped": len(dropped), "kept": kept},
    )


@check("LL108", "Accounts without dates")
def undated_accounts(case: Case) -> Verdict:
    """Account attributes of which nobody says since when they were known.

    An account's size or status as it is today may have been written *because* a lead
    of it converted. Give ``accounts.known_from``; or name in
    ``accounts.known_at_creation`` those alone that never change, one by one, which is
    taken at its word.
    """
    accounts = case.config.accounts
    if accounts is None:
        return not_applicable("No accounts are configured.")
    if accounts.known_from is not None:
        return passed(f"Accounts are dated by {accounts.known_from!r}.")
    if not accounts.known_at_creation:
        return not_applicable("The accounts have no attributes in use.")
    if accounts.known_at_creation != EVERY:
        return passed(
            "The accounts have no known_from. By accounts.known_at_creation it is "
            f"taken that {few(list(accounts.known_at_creation))} never change."
        )
    with case.tables() as engine:
        held = set(engine.table("accounts").columns) - {ACCOUNT_ID, KNOWN_FROM}
    return tip(
        "The accounts' attributes (all of them) have no known_from, so that they are "
        "taken as they stand today for every snapshot of the past. Name a column in "
        "accounts.known_from if there is one; else name in accounts.known_at_creation "
        "those alone that never change.",
        {"attributes": len(held)},
    )


@check("LL114", "Columns that lie unused")
def lying_unused(case: Case) -> Verdict:
    """Columns of the leads and accounts that no section of the configuration names.

    An attribute is used when it is declared known at creation or comes with a history,
    and otherwise not at all: a CRM overwrites it in place, so that today's value may
    say what became of the lead. Left out are columns that could tell nothing (empty,
    the same everywhere, or like a name). Declare a column in ``known_at_creation`` if
    it never changes once the lead is there, bring its history if it does, and put it
    under ``leads.never`` (``accounts.never``) if it is filled in with the outcome.
    """
    with case.tables() as engine:
        dated = {
            name
            for (name,) in engine.execute(
                "SELECT DISTINCT attribute FROM attribute_history"
            ).fetchall()
        }
    unused = {
        table: [c for c in columns if c not in dated]
        for table, columns in case.intake.get("unused", {}).items()
    }
    parts = [f"{few(names, 8)} of the {t}" for t, names in unused.items() if names]
    figures: dict[str, Value] = {t: len(names) for t, names in unused.items()}
    if not parts:
        return passed("No column that could tell something lies unused.", figures)
    never = " or ".join(f"{table}.never" for table, names in unused.items() if names)
    return tip(
        f"Nothing reads {' and '.join(parts)}. Declare in known_at_creation what never "
        "changes, bring the history of what does, and put what is filled in with the "
        f"outcome under {never}.",
        figures,
    )


def _sort(reason: str) -> str:
    if reason.startswith("the same as"):
        return "same"
    if reason.startswith("empty"):
        return "empty"
    return "like a name" if reason.endswith("like a name") else "constant"
