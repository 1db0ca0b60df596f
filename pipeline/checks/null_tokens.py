"""A check of null tokens that may be values: NA, a region, or None, a plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from features.engine import Engine, literal, one_row, quoted
from features.errors import few

from ..intake.null_tokens import MAY_BE_VALUES
from ..intake.tables import prefixed
from ..origins import TableConfig
from .case import Case
from .check import Value, Verdict, check, issue, passed, tip

_FEWEST = 20  # cells of a token, before it may be a category
_MOST_CATEGORIES = 50  # different values; of more, any word is as frequent as most
_MOSTLY_NUMBERS = 0.98  # of the filled cells: there, a word is no value
_NAMED = 3


@dataclass(frozen=True)
class _Token:
    """A null token in a column, beside the column's categories.

    Attributes
    ----------
    cells, empty : int
        Cells with the token, and truly empty ones.
    usual : float
        Rows of the median category.
    share : float or None
        Of the conversions, those of leads for whom the column is missing.
    examples : tuple of str
        Up to three of these leads.
    others : tuple of str
        The column's other tokens, which go on to count as missing.
    """

    table: str
    column: str
    token: str
    cells: int
    empty: int
    usual: float
    share: float | None
    examples: tuple[str, ...]
    others: tuple[str, ...]

    @property
    def is_mixed(self) -> bool:
        """Whether the column marks missing cells by leaving them empty."""
        return self.empty >= _FEWEST


@check("LL122", "Null tokens that may be values")
def null_tokens_as_values(case: Case) -> Verdict:
    """Words such as NA and None that count as missing, in columns of categories.

    By ``source.null_tokens`` a cell that says NA, None or the like is taken for empty.
    But NA may be North America, and None the plan of those who have none: then a
    category is lost. A token is named here where a column of categories has it in at
    least 20 cells, and in as many as its median category. That is a tip; and an issue
    where 20 cells of the column are truly empty besides, so that two things are mixed.
    A token that stands in a column of numbers of the same source is that source's
    mark for missing, and is not named; nor are other tokens, such as n/a, NULL and
    what somebody added to the list: they mean nothing but missing.

    If it is a value, say ``null_tokens = { column = [""] }`` in the section of that
    table. If it means missing, say so: ``null_tokens = { column = ["", "NA"] }``. A
    column with null tokens of its own is settled, and is not named.
    """
    with case.tables() as engine:
        taken = [
            (source, column, tokens)
            for source in case.intake["sources"]
            for column, tokens in source.get("null_cells", {}).items()
        ]
        found = [
            each
            for source, column, tokens in taken
            if column not in _settled(case, source["table"])
            for each in _tokens(engine, case, source, column)
            if each.cells >= max(_FEWEST, each.usual)
        ]
    cells = sum(n for *_, t in taken for token, n in t.items() if token)
    empty = sum(tokens.get("", 0) for *_, tokens in taken)
    figures: dict[str, Value] = {
        "cells": cells, "empty_cells": empty, "tokens_as_frequent": len(found),
    }  # fmt: skip
    if not taken:
        return passed("No cell of a column of words holds a null token.", figures)
    if not found:
        columns = [f"{c} of {s['table']}" for s, c, _ in taken]
        return passed(
            f"{cells:,} cells hold a null token and count as missing, beside {empty:,} "
            f"empty ones of the same columns: {few(columns)}. None is as frequent as a "
            "category.",
            figures,
        )
    found.sort(key=lambda t: (not t.is_mixed, -(t.share or 0), -t.cells))
    figures["share_of_conversions"] = max(t.share or 0.0 for t in found)
    more = len(found) - _NAMED
    told = "; ".join(_said(t) for t in found[:_NAMED])
    told += f"; and {more} more" if more > 0 else ""
    example = found[0]
    kept = ", ".join(f'"{token}"' for token in ("", *example.others))
    section = f"the section of the {example.table}"
    say = issue if example.is_mixed else tip
    return say(
        f"{told}. If that is a value and not a missing one, say null_tokens = "
        f'{{ "{example.column}" = [{kept}] }} in {section}; if it does mean missing, '
        f'{{ "{example.column}" = [{kept}, "{example.token}"] }}.',
        figures,
        examples=example.examples,
    )


def _settled(case: Case, table: str) -> set[str]:
    """Columns of a table of which somebody said what means missing in them."""
    config = case.config
    tables: dict[str, tuple[TableConfig, ...]] = {
        "leads": (config.leads,),
        "accounts": (config.accounts,) if config.accounts is not None else (),
        "touches": config.touches,
        "milestones": config.milestones,
        "attribute_history": config.attribute_history,
    }
    return {
        column
        for each in tables[table]
        if isinstance(each.null_tokens, dict)
        for column in each.null_tokens
    }


def _said(token: _Token) -> str:
    besides = f", beside {token.empty:,} that are truly empty" if token.empty else ""
    share = (
        f"; {token.share:.1%} of the conversions are of leads for whom it is missing"
        if token.share is not None
        else ""
    )
    return (
        f"{token.cells:,} cells of {token.column!r} of the {token.table} say "
        f"{token.token!r} and count as missing{besides}, where the median category has "
        f"{token.usual:,.0f}{share}"
    )


def _tokens(
    engine: Engine, case: Case, source: dict[str, Any], column: str
) -> list[_Token]:
    """The null tokens of a column of categories; none of any other column."""
    rows = _rows(case, source, column)
    tokens = source["null_cells"][column]
    if rows is None:
        return []
    usual, different, filled, numbers = one_row(
        engine,
        "SELECT coalesce(median(k), 0), count(*), coalesce(sum(k), 0), coalesce(sum(k) "
        "FILTER (TRY_CAST(cell AS DOUBLE) IS NOT NULL), 0) FROM (SELECT cell, count(*) "
        f"AS k FROM ({rows}) WHERE cell IS NOT NULL GROUP BY cell)",
    )
    if not 0 < different <= _MOST_CATEGORIES or numbers >= _MOSTLY_NUMBERS * filled:
        return []
    marks = _marks(engine, case, source)
    share, examples = _touched(engine, case, source, column)
    return [
        _Token(
            source["table"], column, token, count, tokens.get("", 0), usual, share,
            examples, tuple(sorted(tokens.keys() - {"", token})),
        )
        for token, count in tokens.items()
        if token in MAY_BE_VALUES - marks
    ]  # fmt: skip


def _rows(case: Case, source: dict[str, Any], column: str) -> str | None:
    """SQL for the cells of a column, from the canonical table that took it."""
    table = source["table"]
    if table in {"leads", "accounts"}:
        if column == case.config.outcome.column:
            return "SELECT CAST(outcome AS VARCHAR) || '?' AS cell FROM leads"
        held = "attributes" if table == "leads" else "accounts"
        name = column if table == "leads" else prefixed(column)
        if table == "leads" and column == case.config.leads.account_id:
            held, name = "leads", "account_id"
        return f"SELECT {quoted(name)} AS cell FROM {held}"
    if table == "attribute_history":
        return "SELECT value AS cell FROM attribute_history"
    if table == "milestones":
        return "SELECT milestone AS cell FROM milestones"
    fields = {
        field
        for t in case.config.touches
        for field in ("kind", "asset", "channel")
        if getattr(t, field) == column
    }
    return f"SELECT {min(fields)} AS cell FROM touches" if fields else None


def _marks(engine: Engine, case: Case, source: dict[str, Any]) -> set[str]:
    """Tokens that stand in a column of numbers: the source's mark for missing."""
    marks: set[str] = set()
    for column, tokens in source["null_cells"].items():
        rows = _rows(case, source, column)
        if rows is None:
            continue
        filled, numbers = one_row(
            engine,
            f"SELECT count(cell), count(TRY_CAST(cell AS DOUBLE)) FROM ({rows})",
        )
        if filled and numbers >= _MOSTLY_NUMBERS * filled:
            marks |= {token for token in tokens if token}
    return marks


def _touched(
    engine: Engine, case: Case, source: dict[str, Any], column: str
) -> tuple[float | None, tuple[str, ...]]:
    """Share of the conversions that are of leads without a value, and three leads."""
    held = set(engine.table("attributes").columns)
    if source["table"] != "leads" or column not in held:
        return None, ()
    converted = (
        "SELECT lead_id FROM leads WHERE outcome = 1"
        if case.config.is_flat
        else "SELECT DISTINCT lead_id FROM milestones SEMI JOIN leads USING (lead_id) "
        f"WHERE milestone = {literal(str(case.config.outcome.conversion))}"
    )
    without = f"SELECT lead_id FROM attributes WHERE {quoted(column)} IS NULL"
    whole, missing = one_row(
        engine,
        f"SELECT count(*), count(*) FILTER (lead_id IN ({without})) FROM ({converted})",
    )
    leads = engine.execute(f"{without} ORDER BY lead_id LIMIT 3").fetchall()
    return missing / whole if whole else None, tuple(str(lead) for (lead,) in leads)
