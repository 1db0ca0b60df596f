"""A check of the cells that hold something nobody could read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from features.attributes import NO, YES
from features.engine import Engine, literal, one_row, quoted
from features.errors import few
from features.vocabulary import LEAD_ID

from ..lost_cells import cells_of, lost_cells
from .case import Case
from .check import Verdict, check, issue, not_applicable, passed, tip

_MOST_LOST = 0.05  # of the filled cells of a column; slips are fewer
_MOST_NAMED = 3  # columns in one sentence
_MOST_NUMBERS = 0.5  # of the filled cells: fewer are categories, some of them digits
_FEWEST_CELLS = 20


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
    has_percents: bool = False  # in some cells, and not in others

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
    ``source.null_tokens``; or give the attribute another ``means``. Where some cells
    of a column have a percent sign and others have none, 12 % may be 12 or 0.12, and
    only a ``query`` can write them in one way.

    More than 5 % of a column's filled cells are an issue, fewer a tip. So is a column
    of which most cells are numbers and too many are not: nobody said what it means, and
    it is read as words, which may be no more than "-" for missing. So is one that says
    yes and no in several ways (Y, N, 1 and 0), each of which is a word of its own until
    somebody says that it is a flag. Cells of titles,
    countries and other texts that no list knows are not counted here: they are read, as
    "other". What is left of a column declared ``personal`` is counted, and not shown.
    """
    with case.tables() as engine:
        total = _conversions(engine, case)
        lost = [*_of_sources(case), *_of_attributes(engine, case)]
        mixed, flags = _mixed(engine, case), _flags(engine, case)
    words = []
    if mixed:
        words.append(
            f"{'; '.join(mixed[:_MOST_NAMED])}. Say means of the attribute: number, "
            "and null_tokens for what is none, or category."
        )
    if flags:
        words.append(
            f"{'; '.join(flags[:_MOST_NAMED])}. Say means of the attribute: flag, or "
            "category."
        )
    if not lost and words:
        return tip(" ".join(words), {"columns": len(mixed) + len(flags)})
    if not lost:
        return _none_lost(case)
    lost.sort(key=lambda c: (-c.share, c.table, c.column))
    told = "; ".join(_said(c, total) for c in lost[:_MOST_NAMED])
    more = f"; and {len(lost) - _MOST_NAMED} more columns" if len(lost) > 3 else ""
    remedy = " ".join([*_remedies(lost), *words])
    answer = issue if lost[0].share > _MOST_LOST else tip
    return answer(
        f"{told}{more}. They count as missing. {remedy}",
        {
            "columns": len(lost),
            "cells": sum(c.count for c in lost),
            "share": lost[0].share,
            "conversions": lost[0].conversions or 0,
        },
        examples=next((c.leads for c in lost if c.leads), ()),
    )


def _remedies(lost: list[_Lost]) -> Iterator[str]:
    """What to do: of percent signs here and there no key can tell what they mean."""
    percents = list(dict.fromkeys(c.column for c in lost if c.has_percents))
    if len(percents) < len({c.column for c in lost}):
        yield (
            "Say decimal of the column where its marks are read wrongly, "
            "source.null_tokens where such a cell means nothing, or another means."
        )
    if percents:
        yield (
            f"Some cells of {few(percents)} have a percent sign and others none, so "
            "that 12 % may be 12 or 0.12: write all of them in one way with a query."
        )


def _flags(engine: Engine, case: Case) -> list[str]:
    """Say of each column that says yes and no in several ways, and nobody declared."""
    said = []
    for attribute in case.catalogue.company.attributes:
        declared = case.config.attributes.get(attribute.name)
        is_declared = declared is not None and declared.means is not None
        if is_declared or attribute.means != "category":
            continue
        rows = " UNION ALL ".join(
            f"SELECT {quoted(attribute.name)} AS cell FROM ({rows})"
            for rows in cells_of(engine, attribute.name).values()
        )
        found = engine.execute(
            f"SELECT cell FROM ({rows}) WHERE cell IS NOT NULL GROUP BY cell "
            f"ORDER BY count(*) DESC, cell LIMIT {len(YES + NO) + 1}"
        ).fetchall()
        texts = [text for (text,) in found]
        lower = {text.lower() for text in texts}
        yes, no = lower & set(YES), lower & set(NO)
        if yes and no and lower == yes | no and len(lower) > 2:
            such = "" if attribute.personal else f" ({few(texts, len(texts))})"
            said.append(
                f"{attribute.name!r} says yes and no in {len(texts)} ways{such}, and "
                "is read as words"
            )
    return said


def _none_lost(case: Case) -> Verdict:
    read = {a.means for a in case.catalogue.company.attributes} & {"number", "flag"}
    if not read and not case.config.touches and not case.config.milestones:
        return not_applicable("No column is read as a number, a flag or an instant.")
    return passed("Every filled cell of a number, flag or instant could be read.")


def _mixed(engine: Engine, case: Case) -> list[str]:
    """Say of each column that nobody declared and most cells of which are numbers."""
    said = []
    evidence = case.intake.get("numbers", {})
    for attribute in case.catalogue.company.attributes:
        told = evidence.get(attribute.name)
        is_declared = attribute.name in case.config.attributes
        if told is None or is_declared or attribute.means != "category":
            continue
        share = max(told["plain"], told["readable"]) / max(told["filled"], 1)
        if told["filled"] < _FEWEST_CELLS or share < _MOST_NUMBERS:
            continue
        examples = [
            text
            for rows in cells_of(engine, attribute.name).values()
            for (text,) in engine.execute(
                f"SELECT cell FROM (SELECT {quoted(attribute.name)} AS cell FROM "
                f"({rows})) WHERE NOT regexp_matches(cell, '[0-9]') GROUP BY cell "
                "ORDER BY count(*) DESC, cell LIMIT 2"
            ).fetchall()
        ]
        such = f" (such as {few(examples)})" if examples else ""
        said.append(
            f"{share:.1%} of the {told['filled']:,} filled cells of "
            f"{attribute.name!r} are numbers and the others are none{such}, so that it "
            "is read as words"
        )
    return said


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
            has_percents=any("%" in text for text in cells["examples"]),
        )
        for source in case.intake["sources"]
        for cells in source.get("cells_unreadable", ())
    ]  # fmt: skip


def _of_attributes(engine: Engine, case: Case) -> list[_Lost]:
    """The cells of attributes whose definition makes nothing of them."""
    found = []
    mixed = _with_percents(case)
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
                cells.column in mixed,
            )
        )  # fmt: skip
    return found


def _with_percents(case: Case) -> set[str]:
    """Numbers of which some cells have a percent sign, and too many others none."""
    shown = case.intake.get("numbers", {})
    return {
        a.name
        for a in case.catalogue.company.attributes
        if a.notation is not None
        and not a.notation.percent
        and shown.get(a.name, {}).get("percents", 0)
    }


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
