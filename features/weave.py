"""All signals in one pass over the touches.

Binding is here and nowhere else: a touch counts for a snapshot when it occurred before
it *and* was recorded before it, strictly. An attribute counts when it was declared
known at creation, or was known from before the snapshot.

The engine is shown these views: ``spine``, ``touches``, ``attributes``, ``accounts``,
``attribute_history``.
"""

from __future__ import annotations

import pyarrow as pa
from sqlglot import exp

from .attributes import microseconds_between
from .catalogue import Catalogue
from .declare import Feature, Signal
from .engine import Engine, literal, quoted
from .touches import AGE_US
from .vocabulary import (
    ACCOUNT_ID,
    CREATED_AT,
    LEAD_ID,
    OCCURRED_AT,
    RECORDED_AT,
    ROW,
    SNAPSHOT_AT,
    Unit,
)

_TYPES = {Unit.COUNT: "DOUBLE", Unit.CATEGORY: "VARCHAR"}


def weave(connection: Engine, catalogue: Catalogue) -> pa.Table:
    """Compute every column of the catalogue for every snapshot of the spine.

    Parameters
    ----------
    connection : Engine
        Showing the views named above.
    catalogue : Catalogue

    Returns
    -------
    Table of shape (n_snapshots, 3 + n_features)
        ``row``, ``lead_id``, ``snapshot_at``, then the columns in the catalogue's
        order, sorted by ``row``. Numbers are doubles, categories are text; missing is
        null.
    """
    return connection.sql(weave_sql(connection, catalogue)).to_arrow_table()


def weave_sql(connection: Engine, catalogue: Catalogue) -> str:
    """Return the one query that computes every column (DuckDB)."""
    aggregates = [f for f in catalogue.features if f.is_aggregate]
    parts = [f"known AS ({_known(connection, catalogue)})"]
    if aggregates:
        summed = ",\n  ".join(f"{_sql(f)} AS {quoted(f.name)}" for f in aggregates)
        parts.append(f"past AS ({past_sql()})")
        parts.append(f"summed AS (SELECT {ROW}, {summed}\nFROM past GROUP BY {ROW})")
    columns = ",\n  ".join(_column(s, f) for s in catalogue for f in s)
    joined = f" LEFT JOIN summed USING ({ROW})" if aggregates else ""
    return (
        f"WITH {', '.join(parts)}\n"
        f"SELECT {ROW}, known.{LEAD_ID}, known.{SNAPSHOT_AT},\n  {columns}\n"
        f"FROM known{joined} ORDER BY {ROW}"
    )


def _column(signal: Signal, feature: Feature) -> str:
    name = quoted(feature.name)
    kind = _TYPES.get(signal.unit, "DOUBLE")
    if not feature.is_aggregate:
        return f"CAST({_sql(feature)} AS {kind}) AS {name}"
    if feature.where_none is None:
        return f"CAST(summed.{name} AS {kind}) AS {name}"
    return f"CAST(COALESCE(summed.{name}, {feature.where_none}) AS {kind}) AS {name}"


def _sql(feature: Feature) -> str:
    return feature.expression.sql("duckdb")


def past_sql() -> str:
    """Return the query of every touch before each snapshot, with its age."""
    age = microseconds_between(
        exp.column(OCCURRED_AT, "t"), exp.column(SNAPSHOT_AT, "s")
    ).sql("duckdb")
    return " UNION ALL ".join(
        f"SELECT s.{ROW}, t.kind, t.asset, t.channel, t.value, t.{OCCURRED_AT}, "
        f"{age} AS {AGE_US} FROM spine s JOIN touches t ON t.{key} = s.{key}"
        f"{also} AND t.{OCCURRED_AT} < s.{SNAPSHOT_AT} "
        f"AND t.{RECORDED_AT} < s.{SNAPSHOT_AT}"
        for key, also in (
            (LEAD_ID, ""),
            (ACCOUNT_ID, f" AND t.{LEAD_ID} IS NULL"),  # an account's touch: all leads'
        )
    )


def _known(connection: Engine, catalogue: Catalogue) -> str:
    """Every attribute as known before each snapshot."""
    names = [a.name for a in catalogue.company.attributes]
    columns, joins = [], []
    own = [n for n in names if n in _columns_of(connection, "attributes")]
    if own:
        joins.append(f"LEFT JOIN attributes a ON a.{LEAD_ID} = s.{LEAD_ID}")
    of_account = [n for n in names if n in _columns_of(connection, "accounts")]
    if of_account:
        joins.append(
            f"LEFT JOIN ({_accounts_as_of(of_account)}) c ON c.{ROW} = s.{ROW}"
        )
    dated = [n for n in names if n in _attributes_with_history(connection)]
    if dated:
        joins.append(f"LEFT JOIN ({_history_as_of(dated)}) h ON h.{ROW} = s.{ROW}")
    for name in names:
        known = [
            f"{table}.{quoted(name)}"
            for table, held in (("h", dated), ("a", own), ("c", of_account))
            if name in held
        ]
        value = f"COALESCE({', '.join(known)})" if known else "CAST(NULL AS VARCHAR)"
        columns.append(f"{value} AS {quoted(name)}")
    listed = "".join(f", {c}" for c in columns)
    return (
        f"SELECT s.{ROW}, s.{LEAD_ID}, s.{CREATED_AT}, s.{SNAPSHOT_AT}{listed} "
        f"FROM spine s {' '.join(joins)}"
    )


def _accounts_as_of(names: list[str]) -> str:
    listed = ", ".join(f"c.{quoted(n)}" for n in names)
    return (
        f"SELECT s.{ROW}, {listed} FROM spine s JOIN accounts c "
        f"ON c.{ACCOUNT_ID} = s.{ACCOUNT_ID} "
        f"AND (c.known_from IS NULL OR c.known_from < s.{SNAPSHOT_AT}) "
        f"QUALIFY row_number() OVER (PARTITION BY s.{ROW} "
        f"ORDER BY c.known_from DESC NULLS LAST, {listed}) = 1"
    )


def _history_as_of(names: list[str]) -> str:
    kept = ", ".join(literal(n) for n in names)
    listed = ", ".join(
        f"arg_max(h.value, (h.known_from, h.value)) FILTER (h.attribute = {literal(n)})"
        f" AS {quoted(n)}"
        for n in names
    )
    return (
        f"SELECT s.{ROW}, {listed} FROM spine s JOIN attribute_history h "
        f"ON h.{LEAD_ID} = s.{LEAD_ID} AND h.known_from < s.{SNAPSHOT_AT} "
        f"WHERE h.attribute IN ({kept}) GROUP BY s.{ROW}"
    )


def _columns_of(connection: Engine, table: str) -> set[str]:
    return set(connection.table(table).columns)


def _attributes_with_history(connection: Engine) -> set[str]:
    found = connection.sql("SELECT DISTINCT attribute FROM attribute_history")
    return {name for (name,) in found.fetchall()}
