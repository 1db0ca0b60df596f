"""Null tokens: which they are for a column, and how many cells each of them takes.

Why they are counted: "NA" is no answer in most exports and North America in some, and
"None" a blank or the plan of those who have none. A cell that became missing leaves no
trace in the tables, so that only here can be told what was taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from features.engine import Engine, literal, one_row

from ..origins import TableConfig
from ..sections import SourceConfig
from .cells import trimmed
from .sources import Source
from .texts import NullCells

# By default missing, and of all such words the only ones that things are called by:
# North America, the plan of those who have none.
MAY_BE_VALUES = frozenset({"NA", "None"})


def tokens_of(
    table: TableConfig, source: SourceConfig
) -> tuple[tuple[str, ...], Mapping[str, tuple[str, ...]]]:
    """Return the null tokens of a table, and those of single columns of it."""
    if table.null_tokens is None:
        return source.null_tokens, {}
    if isinstance(table.null_tokens, dict):
        return source.null_tokens, table.null_tokens
    return table.null_tokens, {}


def null_cells(
    engine: Engine, source: Source, columns: Iterable[str | None]
) -> NullCells:
    """Count the cells that null tokens take from columns of words.

    Parameters
    ----------
    columns : iterable of str or None
        Those to look at; such as the source does not have are passed over.

    Returns
    -------
    dict of str to dict of str to int
        Of columns in which a token stands that is not empty.
    """
    named = dict.fromkeys(c for c in columns if c is not None and c in source.columns)
    tokens = {c: tuple(t for t in source.tokens_of(c) if t) for c in named}
    looked_at = {c: told for c, told in tokens.items() if told}
    if not looked_at:
        return {}
    # Most columns hold none, which one look at all of them tells.
    counts = ", ".join(
        f"count(*) FILTER ({trimmed(_cell(source, column))} IN ({_listed(told)}))"
        for column, told in looked_at.items()
    )
    found = one_row(engine, f"SELECT {counts} FROM {source.arrived}")
    return {
        column: _by_token(engine, source, column, looked_at[column])
        for column, rows in zip(looked_at, found, strict=True)
        if rows
    }


def _by_token(
    engine: Engine, source: Source, column: str, tokens: tuple[str, ...]
) -> dict[str, int]:
    """Count a column's cells that are a token or empty; each text is trimmed once."""
    cell = _cell(source, column)
    rows = engine.execute(
        f"SELECT coalesce({trimmed(cell)}, '') AS token, sum(k) AS k FROM (SELECT "
        f"{cell}, count(*) AS k FROM {source.arrived} GROUP BY {cell}) "
        f"GROUP BY token HAVING token IN ('', {_listed(tokens)}) ORDER BY k DESC, token"
    ).fetchall()
    return {str(token): int(count) for token, count in rows}


def _cell(source: Source, column: str) -> str:
    return f"r{source.columns.index(column)}"


def _listed(tokens: tuple[str, ...]) -> str:
    return ", ".join(map(literal, tokens))
