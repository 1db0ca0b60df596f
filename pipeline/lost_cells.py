"""Cells that hold something, and of which their definition makes nothing.

They count as missing, as if they were empty, and no figure of a score shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from features.attributes import Attribute
from features.company import DeclaredAttribute
from features.engine import Engine, literal, one_row, quoted
from features.vocabulary import ACCOUNT_ID, LEAD_ID

from .intake.report import IntakeReport

_MOST_SHOWN = 80  # characters of a cell
_WHAT = {"number": "a number", "flag": "yes or no"}


@dataclass(frozen=True)
class LostCells:
    """The cells of one attribute, or of deadlines, in one table that cannot be read.

    Attributes
    ----------
    table, column : str
    count, filled : int
        Such cells, and all that hold anything.
    why : str
        What is wrong with them, in words that follow "cells".
    examples : tuple of str
        Up to three, the most frequent first; none of a personal attribute.
    leads : str
        SQL for the ids of their leads; empty where nobody asks.
    """

    table: str
    column: str
    count: int
    filled: int
    why: str
    examples: tuple[str, ...]
    leads: str


def lost_cells(
    engine: Engine, attributes: Sequence[DeclaredAttribute]
) -> Iterator[LostCells]:
    """Look through the attributes that are numbers or flags, table by table."""
    for attribute in attributes:
        if attribute.means not in _WHAT:
            continue
        for table, rows in cells_of(engine, attribute.name).items():
            lost = _lost(engine, attribute, table, rows)
            if lost.count:
                yield lost


def lost_deadlines(report: IntakeReport, column: str | None) -> Iterator[LostCells]:
    """Look through the deadlines of leads, which intake has read as instants."""
    for source in report.of("leads"):
        for cells in source.cells_unreadable:
            if cells.column == column:
                yield LostCells(
                    source.table,
                    cells.column,
                    cells.count,
                    cells.filled,
                    "cannot be read as an instant",
                    cells.examples,
                    "",
                )


def cells_of(engine: Engine, name: str) -> dict[str, str]:
    """Return queries of an attribute's cells and their leads, by table."""
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
    engine: Engine, attribute: DeclaredAttribute, table: str, rows: str
) -> LostCells:
    read = Attribute(attribute.name, means=attribute.means, notation=attribute.notation)
    value = read.number() if attribute.means == "number" else read.flag()
    cell = quoted(attribute.name)
    is_lost = f"{value.sql('duckdb')} IS NULL AND {cell} IS NOT NULL"
    count, filled = one_row(
        engine,
        f"SELECT count(*) FILTER ({is_lost}), count({cell}) FROM ({rows})",
    )
    lost = f"FROM ({rows}) WHERE {is_lost}"
    examples = []
    if count and not attribute.personal:
        examples = engine.execute(
            f"SELECT {cell} {lost} GROUP BY {cell} "
            f"ORDER BY count(*) DESC, {cell} LIMIT 3"
        ).fetchall()
    return LostCells(
        table,
        attribute.name,
        count,
        filled,
        f"cannot be read as {_WHAT[attribute.means]}",
        tuple(text[:_MOST_SHOWN] for (text,) in examples),
        f"SELECT DISTINCT {LEAD_ID} {lost} AND {LEAD_ID} IS NOT NULL",
    )
