"""A check of the cells that hold something nobody could read."""

from __future__ import annotations

from dataclasses import dataclass

from features.engine import Engine, literal, one_row
from features.errors import few
from features.vocabulary import LEAD_ID

from ..lost_cells import lost_cells
from .case import Case
from .check import Verdict, check, issue, not_applicable, passed, tip

_MOST_LOST = 0.05  # of the filled cells of a column; slips are fewer
_MOST_NAMED = 3  # columns in one sentence


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
        lost = [*_of_sources(case), *_of_attributes(engine, case)]
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


def _of_attributes(engine: Engine, case: Case) -> list[_Lost]:
    """The cells of attributes whose definition makes nothing of them."""
    found = []
    for cells in lost_cells(engine, case.catalogue.company.attributes):
        (conversions,) = one_row(
            engine,
            f"SELECT count(*) FROM ({cells.leads}) WHERE {LEAD_ID} IN "
            f"({_converted(case)})",
        )
        leads = engine.execute(f"{cells.leads} ORDER BY {LEAD_ID} LIMIT 3").fetchall()
        found.append(
            _Lost(
                cells.table, cells.column, cells.count, cells.filled, conversions,
                cells.why, cells.examples, tuple(lead for (lead,) in leads),
            )
        )  # fmt: skip
    return found


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
