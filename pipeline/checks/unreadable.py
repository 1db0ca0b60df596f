"""A check of the cells that hold something nobody could read."""

from __future__ import annotations

from dataclasses import dataclass

from features.attributes import Attribute
from features.company import DeclaredAttribute
from features.engine import Engine, literal, one_row, quoted
from features.errors import few
from features.vocabulary import ACCOUNT_ID, LEAD_ID

from .case import Case
from .check import Verdict, check, issue, not_applicable, passed, tip

_MOST_LOST = 0.05  # of the filled cells of a column; slips are fewer
_MOST_NAMED = 3  # columns in one sentence
_MOST_SHOWN = 80  # characters of a cell


@dataclass(frozen=True)
class _Lost:
    """The cells of one column that could not be read."""

    table: str
    column: str
    count: int
    filled: int
    conversions: int | None
    why: str
    examples: tuple[str, ...]
    leads: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        return self.count / self.filled


@check("LL120", "Cells that could not be read")
def unreadable_cells(case: Case) -> Verdict:
    """Cells of numbers, flags, values of touches and instants that nobody could read.

    Such a cell counts as missing, as if it had been empty. A few are slips. Where they
    are many they are seldom just any: all numbers from a thousand on, because of the
    mark between the thousands; all leads of one form. What is learnt from the rest of
    the column is then wrong, and nothing else shows it. Say ``decimal`` of the
    attribute (or, for values, of the touches) where both decimal marks are used, so
    that 1.558 may be either; put words that stand for nothing into
    ``source.null_tokens``; or give the attribute another ``means``.

    More than 5 % of a column's filled cells are an issue, fewer a tip. Cells of titles,
    countries and other texts that no list knows are not counted here: they are read, as
    "other". What is left of a column declared ``personal`` is counted, and not shown.
    """
    numbers = [
        a for a in case.catalogue.company.attributes if a.means in {"number", "flag"}
    ]
    if not numbers and not case.config.touches and not case.config.milestones:
        return not_applicable("No column is read as a number, a flag or an instant.")
    with case.tables() as engine:
        total = _conversions(engine, case)
        lost = [*_of_sources(case), *_of_attributes(engine, numbers, case)]
    if not lost:
        return passed("Every filled cell of a number, flag or instant could be read.")
    lost.sort(key=lambda c: (-c.share, c.table, c.column))
    told = "; ".join(_said(c, total) for c in lost[:_MOST_NAMED])
    more = f"; and {len(lost) - _MOST_NAMED} more columns" if len(lost) > 3 else ""
    answer = issue if lost[0].share > _MOST_LOST else tip
    return answer(
        f"{told}{more}. They count as missing. Say decimal of the column where its "
        "marks are read wrongly, source.null_tokens where such a cell means nothing, "
        "or another means.",
        {
            "columns": len(lost),
            "cells": sum(c.count for c in lost),
            "share": lost[0].share,
            "conversions": lost[0].conversions or 0,
        },
        examples=next((c.leads for c in lost if c.leads), ()),
    )


def _said(lost: _Lost, total: int) -> str:
    where = f"column {lost.column!r} of {lost.table}"
    told = (
        f"{lost.count:,} of {lost.filled:,} filled cells of {where} ({lost.share:.1%}) "
        f"{lost.why}"
    )
    if lost.conversions is not None and total:
        share = lost.conversions / total
        told += f", among them of {share:.1%} of the leads that converted"
    if lost.examples:
        told += f" (such as {few(list(lost.examples))})"
    return told


def _of_sources(case: Case) -> list[_Lost]:
    """What intake could not read on its way."""
    return [
        _Lost(
            source["table"], cells["column"], cells["count"], cells["filled"],
            cells.get("conversions"), "cannot be read", tuple(cells["examples"]),
        )
        for source in case.intake["sources"]
        for cells in source.get("cells_unreadable", ())
    ]  # fmt: skip


def _of_attributes(
    engine: Engine, numbers: list[DeclaredAttribute], case: Case
) -> list[_Lost]:
    """The cells of attributes whose definition makes nothing of them."""
    found = []
    for each in numbers:
        for table, rows in _rows(engine, each.name).items():
            lost = _lost(engine, each, table, rows, case)
            found += [lost] if lost.count else []
    return found


def _rows(engine: Engine, name: str) -> dict[str, str]:
    """Queries of an attribute's cells with their leads, by the table that has them."""
    cell, rows = quoted(name), {}
    if name in engine.table("attributes").columns:
        rows["leads"] = f"SELECT {LEAD_ID}, {cell} FROM attributes"
    if name in engine.table("accounts").columns:
        rows["accounts"] = (
            f"SELECT l.{LEAD_ID}, c.{cell} FROM accounts c "
            f"LEFT JOIN leads l USING ({ACCOUNT_ID})"
        )
    history = f"attribute_history WHERE attribute = {literal(name)}"
    if one_row(engine, f"SELECT count(*) FROM {history}")[0]:
        rows["attribute_history"] = f"SELECT {LEAD_ID}, value AS {cell} FROM {history}"
    return rows


def _lost(
    engine: Engine, attribute: DeclaredAttribute, table: str, rows: str, case: Case
) -> _Lost:
    read = Attribute(attribute.name, means=attribute.means, notation=attribute.notation)
    value = read.number() if attribute.means == "number" else read.flag()
    cell = quoted(attribute.name)
    cells = (
        f"SELECT {LEAD_ID}, {cell} AS cell, {value.sql('duckdb')} IS NULL AND {cell} "
        f"IS NOT NULL AS is_lost FROM ({rows})"
    )
    count, filled, conversions = one_row(
        engine,
        f"SELECT count(*) FILTER (is_lost), count(cell), count(DISTINCT {LEAD_ID}) "
        f"FILTER (is_lost AND {LEAD_ID} IN ({_converted(case)})) FROM ({cells})",
    )
    lost = f"FROM ({cells}) WHERE is_lost"
    examples = engine.execute(
        f"SELECT cell {lost} GROUP BY cell ORDER BY count(*) DESC, cell LIMIT 3"
    ).fetchall()
    leads = engine.execute(
        f"SELECT DISTINCT {LEAD_ID} {lost} AND {LEAD_ID} IS NOT NULL "
        f"ORDER BY {LEAD_ID} LIMIT 3"
    ).fetchall()
    what = "a number" if attribute.means == "number" else "yes or no"
    shown = () if attribute.personal else tuple(c[:_MOST_SHOWN] for (c,) in examples)
    return _Lost(
        table, attribute.name, count, filled, conversions,
        f"cannot be read as {what}", shown, tuple(lead for (lead,) in leads),
    )  # fmt: skip


def _converted(case: Case) -> str:
    """Return the query of the leads that converted."""
    if case.config.is_flat:
        return f"SELECT {LEAD_ID} FROM leads WHERE outcome = 1"
    conversion = literal(case.config.outcome.conversion or "")
    return f"SELECT {LEAD_ID} FROM milestones WHERE milestone = {conversion}"


def _conversions(engine: Engine, case: Case) -> int:
    (total,) = one_row(
        engine, f"SELECT count(DISTINCT {LEAD_ID}) FROM ({_converted(case)})"
    )
    return int(total)
