"""Whether tables fit together, and fit what the scorer was trained with.

A night refuses tables for an attribute alone; whether its touches fit its leads is for
its guards to see (:mod:`.guards`), which hold back what was scored.
"""

from __future__ import annotations

from features.company import Company
from features.engine import Engine, literal, one_row
from features.errors import DataError, ModelError, few
from features.past.known import held
from features.vocabulary import DEADLINE_AT

_FEW_LEADS = 20  # fewer may well be without a touch


def check_attributes(connection: Engine, company: Company) -> None:
    """Refuse tables without an attribute, or deadlines: they would count as missing.

    Raises
    ------
    ModelError
        When an attribute that the scorer was trained with is in no table, or leads have
        no deadlines although it was trained with some.
    """
    are_told = DEADLINE_AT in connection.table("leads").columns
    if company.has_deadlines and not are_told:
        raise ModelError(
            "The scorer was trained with deadlines, and outcome.until names no column "
            "of the leads that holds them now. Name it as in training, or train again."
        )
    there = held(connection)
    known = there.of_leads | there.of_accounts | there.dated
    if lost := [a.name for a in company.attributes if a.name not in known]:
        raise ModelError(
            f"The scorer was trained with the attributes {few(lost)}, which no table "
            "holds now. Supply them as they were supplied in training, or train again."
        )


def check_joins(connection: Engine, company: Company) -> None:
    """Refuse tables that would be scored as if nothing were known of any lead.

    Raises
    ------
    DataError
        When touches belong to no lead or are of no known kind.
    ModelError
        When an attribute that the scorer was trained with is in no table.
    """
    check_attributes(connection, company)
    kinds = ", ".join(literal(k.name) for k in company.kinds) or "NULL"
    leads, touches, known, joined = one_row(
        connection,
        f"""
        SELECT (SELECT count(*) FROM leads), count(*), count(*) FILTER (kind IN
          ({kinds})), count(*) FILTER (lead_id IN (SELECT lead_id FROM leads) OR
          (lead_id IS NULL AND account_id IN (SELECT account_id FROM leads)))
        FROM touches
        """,
    )
    if company.kinds and touches and not known:
        raise DataError(
            f"None of {touches:,} touches is of a kind that the scorer knows, such as "
            f"{few([k.name for k in company.kinds])}. Write the kinds as in training."
        )
    if touches and not joined and leads >= _FEW_LEADS:
        raise DataError(
            f"None of {touches:,} touches belongs to any of {leads:,} leads. Write "
            "their ids alike in both, with leading zeros and in the same case."
        )
