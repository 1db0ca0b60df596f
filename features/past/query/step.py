"""A step of a plan: a named query over the tables and over the steps before it.

Steps are written in DuckDB's SQL, which people read and which one machine runs, and are
transpiled for the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from ...vocabulary import DAY_US, ROW
from ..selection import Selection
from ..spelling import AGE_US, microseconds_in


@dataclass(frozen=True)
class Step:
    """One query of a plan.

    Attributes
    ----------
    name : str
        What later steps call it.
    query : str
        In DuckDB's SQL.
    """

    name: str
    query: str


@dataclass(frozen=True)
class Strand:
    """Steps that answer some atoms.

    Attributes
    ----------
    steps : tuple of Step
        The last one has ``row`` and a column for each atom, and at most one row a
        snapshot.
    atoms : tuple of str
        Names of the atoms it answers.
    """

    steps: tuple[Step, ...]
    atoms: tuple[str, ...]


def in_dialect(query: str, dialect: str) -> str:
    """Return a query in a dialect of SQL.

    Examples
    --------
    >>> in_dialect('SELECT TRY_CAST("a b" AS VARCHAR) FROM past', "spark")
    'SELECT TRY_CAST(`a b` AS STRING) FROM past'
    """
    if dialect == "duckdb":
        return query
    tree = sqlglot.parse_one(query, read="duckdb")
    if dialect == "bigquery":  # whose DATE_DIFF knows no microseconds
        tree = tree.transform(_of_instants)
    elif dialect == "spark":
        tree = tree.transform(_as_duckdb_reads)
    return tree.sql(dialect)


def _as_duckdb_reads(node: exp.Expression) -> exp.Expression:
    """Say in Spark what its readers would take for something else."""
    if isinstance(node, exp.Literal) and not node.is_string and "." in node.this:
        return exp.cast(node, "DOUBLE")  # 7 / 9.0 would be a decimal of six places
    if isinstance(node, exp.TryCast) and node.to.is_type("DOUBLE"):
        # To Java "12d" is a number and "1_000" is none.
        text = node.this.transform(_as_duckdb_reads).sql("spark")
        kept = (
            f"CASE WHEN NOT {text} RLIKE '[dDfF]\\\\s*$' THEN REGEXP_REPLACE({text}, "
        )
        kept += "'(?<=[0-9])_(?=[0-9])', '') END"
        whole: exp.Expression = exp.maybe_parse(
            f"TRY_CAST({kept} AS DOUBLE)", dialect="spark"
        )
        return whole
    return node


def _of_instants(node: exp.Expression) -> exp.Expression:
    return exp.TimestampDiff(**node.args) if isinstance(node, exp.DateDiff) else node


def statement(steps: Sequence[Step], dialect: str = "duckdb") -> str:
    """Return a plan as one statement, whose answer is the last step's."""
    *before, last = steps
    named = ",\n".join(f"{s.name} AS (\n{s.query}\n)" for s in before)
    return in_dialect(f"WITH {named}\n{last.query}" if before else last.query, dialect)


def condition(selection: Selection) -> str:
    """Return the condition on a touch; ``true`` where there is none."""
    own = selection.condition()
    return "true" if own is None else f"({own.sql('duckdb')})"


def where(test: str, value: str) -> str:
    """Return a value that is missing where a condition does not hold.

    Examples
    --------
    >>> where("true", "age_us"), where("(n > 1)", "age_us")
    ('age_us', 'CASE WHEN (n > 1) THEN age_us END')
    """
    return value if test == "true" else f"CASE WHEN {test} THEN {value} END"


def listed(columns: Iterable[str]) -> str:
    """Return further columns of a SELECT."""
    return "".join(f",\n  {c}" for c in columns)


def count_where(test: str) -> str:
    """Return how often a condition holds, as a double; sums of them are exact."""
    return f"CAST(COUNT({where(test, '1')}) AS DOUBLE)"


def days(microseconds: str) -> str:
    """Return microseconds in days."""
    return f"CAST({microseconds} AS DOUBLE) / {DAY_US}"


def within(column: str, younger_than_days: float | None) -> str:
    """Return the condition that an age is at most so many days."""
    if younger_than_days is None:
        return f"{column} IS NOT NULL"
    return f"{column} <= {microseconds_in(younger_than_days)}"


PER_ROW = f"PARTITION BY {ROW}"
BY_AGE = f"{PER_ROW} ORDER BY {AGE_US}"
