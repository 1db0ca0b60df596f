"""A source's query: one SELECT over its own files, and nothing else.

Why two locks: the parsed query may name no table but the source's, and the engine that
runs it has been shut off from files and other data before the query reaches it.
"""

from __future__ import annotations

import duckdb
import sqlglot
from sqlglot import exp

from features.code_points import normalised
from features.engine import Engine
from features.errors import ConfigError, SourceError, few
from features.resources import lacking

from ..values import typed_sql

FORBIDDEN = (
    exp.DDL, exp.DML, exp.Command, exp.Copy, exp.Attach, exp.Detach, exp.Into, exp.Set,
    exp.Pragma, exp.Use,
)  # fmt: skip


def checked(query: str, names: tuple[str, ...]) -> str:
    """Return a query that is one SELECT over ``names``.

    Raises
    ------
    ConfigError
        When it is anything else.

    Examples
    --------
    >>> checked("select id from source", ("source",))
    'select id from source'
    """
    try:
        parsed = sqlglot.parse(query, read="duckdb")
    except sqlglot.errors.SqlglotError as error:
        raise ConfigError(
            f"The query cannot be read as DuckDB SQL: {str(error).splitlines()[0]}"
        ) from error
    statements = [s for s in parsed if s is not None]
    if len(statements) != 1 or not isinstance(
        statements[0], exp.Select | exp.SetOperation
    ):
        raise ConfigError(
            f"A query must be exactly one SELECT; found {len(statements)} statements "
            f"({few([type(s).__name__.lower() for s in statements])})."
        )
    _check_reads(statements[0], names)
    return query.strip().rstrip(";")


def _check_reads(statement: exp.Expr, names: tuple[str, ...]) -> None:
    for node in statement.walk():
        inner = node is not statement and isinstance(node, FORBIDDEN)
        if inner and not isinstance(node, exp.Query):
            raise ConfigError(
                f"A query may only read; found {type(node).__name__.upper()}."
            )
    own = {cte.alias.casefold() for cte in statement.find_all(exp.CTE)}
    allowed = own | {name.casefold() for name in names}
    for table in statement.find_all(exp.Table):
        is_named = isinstance(table.this, exp.Identifier) and not table.db
        if not is_named or table.name.casefold() not in allowed:
            raise ConfigError(
                f"A query may read only {few(list(names))} and its own WITH tables; "
                f"found {table.sql(dialect='duckdb')[:80]!r}."
            )


def answer(engine: Engine, query: str, name: str) -> list[tuple[str, str]]:
    """Run a checked query into the table ``name``; return its columns and their types.

    One thread, so that rows come in the same order every time.

    Raises
    ------
    SourceError
        When the query fails, or names two columns alike.
    """
    engine.execute("SET threads = 1")
    engine.execute("SET python_enable_replacements = false")
    engine.execute("SET enable_external_access = false")
    engine.execute("SET lock_configuration = true")
    try:
        told = engine.execute(f"DESCRIBE {query}").fetchall()
        columns = [(normalised(str(c)), str(kind)) for c, kind, *_ in told]
        texts = ", ".join(
            f"{typed_sql(f'#{i}', kind)} AS c{i - 1}"
            for i, (_, kind) in enumerate(columns, start=1)
        )
        engine.execute(f"CREATE TABLE {name} AS SELECT {texts} FROM ({query})")
    except (duckdb.BinderException, duckdb.CatalogException) as error:
        why = str(error).splitlines()[0][:300]
        raise SourceError(f"The query does not fit its files: {why}") from error
    except duckdb.Error as error:
        if lack := lacking(error):
            raise lack from error
        # The engine's message may quote a cell, which is nobody's to see here.
        raise SourceError(
            f"The query fails on some row ({type(error).__name__}). Where a cell may "
            "not convert, write try_cast."
        ) from error
    return columns
