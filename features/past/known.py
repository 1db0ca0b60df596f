"""Every attribute as it was known before each snapshot.

An attribute counts when it was declared known at creation, or was known from before the
snapshot, strictly, or from before what the snapshot may know. Of several values known
by then, the latest counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..engine import Engine, literal, quoted
from ..vocabulary import ACCOUNT_ID, CREATED_AT, DEADLINE_AT, LEAD_ID, ROW, SNAPSHOT_AT
from .limits import Limits


@dataclass(frozen=True)
class Held:
    """Which attributes there are, and where.

    Attributes
    ----------
    of_leads, of_accounts : frozenset of str
        Columns of ``attributes`` and of ``accounts``.
    dated : frozenset of str
        Those that ``attribute_history`` tells of.
    """

    of_leads: frozenset[str] = frozenset()
    of_accounts: frozenset[str] = frozenset()
    dated: frozenset[str] = frozenset()


def held(connection: Engine) -> Held:
    """Look where the attributes are that an engine shows."""
    found = connection.sql("SELECT DISTINCT attribute FROM attribute_history")
    return Held(
        frozenset(connection.table("attributes").columns),
        frozenset(connection.table("accounts").columns),
        frozenset(name for (name,) in found.fetchall()),
    )


def known_sql(
    where: Held, names: list[str], limits: Limits, *, has_deadlines: bool = False
) -> str:
    """Return the query of the spine with every named attribute beside it.

    Parameters
    ----------
    where : Held
        What ``attributes``, ``accounts`` and ``attribute_history`` hold.
    names : list of str
        Attributes; one that no table holds is missing throughout.
    limits : Limits
        Of the spine.
    has_deadlines : bool
        Whether signals ask for the leads' deadlines, which the spine then holds.
    """
    known_at = limits.known("s")
    columns, joins = [], []
    own = [n for n in names if n in where.of_leads]
    if own:
        joins.append(f"LEFT JOIN attributes a ON a.{LEAD_ID} = s.{LEAD_ID}")
    of_account = [n for n in names if n in where.of_accounts]
    if of_account:
        as_of = _accounts_as_of(of_account, known_at)
        joins.append(f"LEFT JOIN ({as_of}) c ON c.{ROW} = s.{ROW}")
    dated = [n for n in names if n in where.dated]
    if dated:
        as_of = _history_as_of(dated, known_at)
        joins.append(f"LEFT JOIN ({as_of}) h ON h.{ROW} = s.{ROW}")
    for name in names:
        known = [
            f"{table}.{quoted(name)}"
            for table, held in (("h", dated), ("a", own), ("c", of_account))
            if name in held
        ]
        value = f"COALESCE({', '.join(known)})" if known else "CAST(NULL AS VARCHAR)"
        columns.append(f"{value} AS {quoted(name)}")
    if has_deadlines:
        columns.append(f"s.{DEADLINE_AT}")
    listed = "".join(f", {c}" for c in columns)
    return (
        f"SELECT s.{ROW}, s.{LEAD_ID}, s.{CREATED_AT}, s.{SNAPSHOT_AT}{listed} "
        f"FROM spine s {' '.join(joins)}"
    )


def _accounts_as_of(names: list[str], known_at: str) -> str:
    listed = ", ".join(f"c.{quoted(n)}" for n in names)
    return (
        f"SELECT s.{ROW}, {listed} FROM spine s JOIN accounts c "
        f"ON c.{ACCOUNT_ID} = s.{ACCOUNT_ID} "
        f"AND (c.known_from IS NULL OR c.known_from < {known_at}) "
        f"QUALIFY row_number() OVER (PARTITION BY s.{ROW} "
        f"ORDER BY c.known_from DESC NULLS LAST, {listed}) = 1"
    )


def _history_as_of(names: list[str], known_at: str) -> str:
    kept = ", ".join(literal(n) for n in names)
    listed = ", ".join(
        f"max(CASE WHEN attribute = {literal(n)} THEN value END) AS {quoted(n)}"
        for n in names
    )
    # A value of null says nothing; of two known from one instant the greater counts.
    return (
        f"SELECT {ROW}, {listed} FROM (SELECT s.{ROW}, h.attribute, h.value "
        f"FROM spine s JOIN attribute_history h ON h.{LEAD_ID} = s.{LEAD_ID} "
        f"AND h.known_from < {known_at} WHERE h.attribute IN ({kept}) "
        f"AND h.value IS NOT NULL QUALIFY row_number() OVER (PARTITION BY s.{ROW}, "
        f"h.attribute ORDER BY h.known_from DESC, h.value DESC) = 1) GROUP BY {ROW}"
    )
