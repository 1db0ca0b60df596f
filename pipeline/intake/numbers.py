"""The numbers that come in: what their columns show of the notation they are in.

Why it is found at the door, and over all cells: a night brings few, of which none may
say whether 1.558 is fifteen hundred. What the training found is a part of the scorer.

Why most columns cost one look: where every cell is a number to any machine and none
could be read otherwise, there is nothing to find.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

from sqlglot import exp

from features.code_points import normalised_sql
from features.engine import Engine, literal, one_row
from features.letters import plain_sql
from features.notation import (
    Evidence,
    Notation,
    notation_of,
    number_as_written,
    shapes,
)

from ..origins import TouchesConfig
from .judging import JUDGED, KEPT
from .report import SourceReport, UnreadableCells
from .sources import Source

_LEAST_NUMBERS = 0.5  # of the filled cells hold a digit; else the column is words
# One mark, three digits after it, at most three before: the cheap half of the pattern.
_MAY_BE_EITHER = "{x}[-4] IN ('.', ',') AND strlen({x}) BETWEEN 5 AND 9"
_MOST_SHOWN = 80  # characters of an example
NO_NUMBER = "It cannot be read as a number."
_IS_PLAIN = "abs(TRY_CAST({x} AS DOUBLE)) < 1e308"


def evidence_of(
    engine: Engine, rows: str, cells: Mapping[str, str], typed: frozenset[str]
) -> dict[str, Evidence]:
    """Return what the cells of columns show of their notations, in one look at most.

    Parameters
    ----------
    rows : str
        SQL for a table, with its condition.
    cells : mapping of str to str
        SQL for the cell, by the column's name.
    typed : frozenset of str
        Columns of which a file says that they hold numbers: all points are decimal.
    """
    if not cells:
        return {}
    first = ", ".join(_first_look(cell) for cell in cells.values())
    told = one_row(engine, f"SELECT {first} FROM {rows}")
    found = {}
    for place, (name, cell) in enumerate(cells.items()):
        filled, plain, either, digits = map(int, told[4 * place : 4 * place + 4])
        is_known = plain == filled and not either
        if name in typed:
            found[name] = Evidence(filled, plain, plain, point=filled)
        elif is_known or plain + digits < _LEAST_NUMBERS * filled:
            found[name] = Evidence(filled, plain, plain)
        else:
            found[name] = _counted(engine, rows, cell)
    return found


def _first_look(cell: str) -> str:
    """Return SQL that counts filled cells, plain numbers, … and others with a digit."""
    plain, either = _IS_PLAIN.format(x=cell), _MAY_BE_EITHER.format(x=cell)
    digits = f"TRY_CAST({cell} AS DOUBLE) IS NULL AND regexp_matches({cell}, '\\pN')"
    return ", ".join(
        [
            f"count({cell})",
            *(f"count(*) FILTER ({each})" for each in (plain, either, digits)),
        ]
    )


def _counted(engine: Engine, rows: str, cell: str) -> Evidence:
    """Count all that the different cells of one column show."""
    told = {**shapes(), "filled": "true", "plain": _IS_PLAIN.format(x="x")}
    counts = ", ".join(
        f"coalesce(sum(count) FILTER ({told[f.name]}), 0)" for f in fields(Evidence)
    )
    texts = f"SELECT {normalised_sql(cell)} AS x FROM {rows}"
    different = (
        f"SELECT x, {plain_sql(exp.column('x')).sql('duckdb')} AS t, count(*) AS count "
        f"FROM ({texts}) WHERE x IS NOT NULL GROUP BY x"
    )
    return Evidence(*map(int, one_row(engine, f"SELECT {counts} FROM ({different})")))


def read_values(
    engine: Engine, source: Source, touches: TouchesConfig
) -> Notation | None:
    """Put the values of the rows kept in the column's own notation, and return that.

    It is the one the source is known to be in, else the one that its cells show. A
    column that its file says to hold numbers needs none.
    """
    if touches.value is None or touches.value in source.typed:
        return None
    cell = source.cell(touches.value)
    notation = source.notation
    if not source.is_notation_known:
        notation = _found(engine, source, touches)
    if touches.decimal is not None:
        percent = notation is not None and notation.percent
        notation = Notation(touches.decimal, percent)
    if notation is not None:
        x = normalised_sql(cell)
        read = number_as_written(exp.column("x"), notation).sql("duckdb")
        engine.execute(
            f"UPDATE {JUDGED} SET value = list_transform([{x}], lambda x: {read})[1] "
            f"+ 0.0 WHERE reason IS NULL AND {cell} IS NOT NULL "
            f"AND (value IS NULL OR {_MAY_BE_EITHER.format(x=cell)})"
        )
    return notation


def _found(engine: Engine, source: Source, touches: TouchesConfig) -> Notation | None:
    """Find the notation of the values of the rows kept."""
    cell = source.cell(str(touches.value))
    shown = evidence_of(engine, KEPT, {cell: cell}, frozenset())[cell]
    return notation_of(shown, touches.decimal)


def create_lost(engine: Engine) -> None:
    """Make the empty table of the leads of whom a cell is lost, source by source."""
    engine.execute(
        'CREATE TABLE lost (source BIGINT, "column" VARCHAR, lead_id VARCHAR, '
        "account_id VARCHAR)"
    )


def unreadable_values(
    engine: Engine, source: Source, column: str | None, *, order: int
) -> tuple[UnreadableCells, ...]:
    """Return the cells of rows kept whose value is no number."""
    if column is None:
        return ()
    cell = source.cell(column)
    is_lost = f"{cell} IS NOT NULL AND value IS NULL"
    filled, lost = one_row(
        engine,
        f"SELECT count({cell}), count(*) FILTER ({is_lost}) FROM {KEPT}",
    )
    if not lost:
        return ()
    engine.execute(
        f"INSERT INTO lost SELECT DISTINCT {order}, {literal(column)}, lead_id, "
        f"account_id FROM {KEPT} AND {is_lost}"
    )
    examples = engine.execute(
        f"SELECT {cell} FROM {KEPT} AND {is_lost} GROUP BY {cell} "
        f"ORDER BY count(*) DESC, {cell} LIMIT 3"
    ).fetchall()
    told = tuple(str(text)[:_MOST_SHOWN] for (text,) in examples)
    return (UnreadableCells(column, NO_NUMBER, lost, filled, told),)


def with_conversions(
    engine: Engine, reports: Sequence[SourceReport], conversion: str | None
) -> tuple[SourceReport, ...]:
    """Say of unreadable cells how many leads with a conversion they belong to."""
    if conversion is None:
        return tuple(reports)
    converted = f"(FROM milestones WHERE milestone = {literal(conversion)})"
    counted = engine.execute(
        f"""
        SELECT source, "column", count(DISTINCT lead_id) FROM (
            SELECT source, "column", lead_id FROM lost UNION ALL
            SELECT source, "column", l.lead_id
            FROM leads l JOIN lost USING (account_id))
        SEMI JOIN {converted} USING (lead_id) GROUP BY ALL
        """
    ).fetchall()
    touched = {(order, column): int(leads) for order, column, leads in counted}
    known = set(engine.execute('SELECT DISTINCT source, "column" FROM lost').fetchall())
    return tuple(
        replace(
            report,
            cells_unreadable=tuple(
                replace(c, conversions=touched.get((order, c.column), 0))
                if (order, c.column) in known
                else c
                for c in report.cells_unreadable
            ),
        )
        for order, report in enumerate(reports)
    )
