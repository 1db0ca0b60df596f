"""Cells that have to be told otherwise before the intake can read them.

A spreadsheet makes ``20.0`` of the id 20, which is then no id of the other files. Two
people who keep a list write dates each in their own way, and a table has one format.
Both are put right in the table's query, where they are said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from features.engine import Engine, literal, quoted
from pipeline.intake.formats import FORMATS
from pipeline.intake.instants import instant, is_of_our_age

NEARLY_ALL = 0.95  # of the texts are read in one shape or the other
LEAST_SHAPE = 0.02  # of the texts: fewer are slips, which the intake sets aside
MOST_TEXTS = 2_000

_FRACTION_OF_ID = re.compile(r"\d{1,18}\.0+")


@dataclass(frozen=True)
class Rewrite:
    """How a column's cells are told otherwise.

    Attributes
    ----------
    template : str
        SQL with ``{cell}`` for the cell.
    formats : tuple of str
        Formats of dates besides ISO 8601; none for ids.
    cells : int
        Different texts that it changes.
    """

    template: str
    formats: tuple[str, ...]
    cells: int

    @property
    def is_of_dates(self) -> bool:
        """Whether dates are put into one shape; else ids lose their fraction."""
        return bool(self.formats)

    def told(self, name: str) -> str:
        """Say what is done to a column."""
        if not self.is_of_dates:
            return f"the ids of {name} are written as fractions (20.0 for 20)"
        shapes = ", ".join(self.formats)
        return (
            f"{name} has dates in several shapes: {self.cells:,} different ones that "
            f"are not ISO 8601 are read by {shapes}"
        )

    def sql(self, cell: str) -> str:
        """Return SQL for a cell as it is told."""
        return self.template.replace("{cell}", cell)


def rewrite_of(engine: Engine, counts: Mapping[str, int]) -> Rewrite | None:
    """Find what has to be told otherwise in a column; None where nothing has to.

    Parameters
    ----------
    counts : mapping of str to int
        The column's texts, of which the commonest two thousand are looked at.
    """
    texts = list(counts)[:MOST_TEXTS]
    if texts and all(_FRACTION_OF_ID.fullmatch(t) for t in texts):
        told = "regexp_replace(cast({cell} as varchar), '[.]0+$', '')"
        return Rewrite(told, (), len(counts))
    return _dates(engine, texts)


def replaced(columns: Mapping[str, Rewrite]) -> str:
    """Return the SELECT of a query that tells columns otherwise.

    Examples
    --------
    >>> replaced({})
    'select *'
    >>> replaced({"id": Rewrite("trim({cell})", (), 1)})
    'select * replace (trim("id") as "id")'
    """
    if not columns:
        return "select *"
    told = (f"{r.sql(quoted(n))} as {quoted(n)}" for n, r in columns.items())
    return f"select * replace ({', '.join(told)})"


def _dates(engine: Engine, texts: list[str]) -> Rewrite | None:
    dated = [t for t in texts if re.match(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}", t)]
    if len(dated) < NEARLY_ALL * len(texts) or not texts:
        return None
    left = _unread(engine, dated, None)
    others = len(left)
    formats: list[str] = []
    while len(left) > (1 - NEARLY_ALL) * len(texts):
        by_rest = {f: _unread(engine, left, f) for f in FORMATS}
        best = min(by_rest, key=lambda f: len(by_rest[f]))  # the day first, if equal
        read = len(left) - len(by_rest[best])
        if read < LEAST_SHAPE * len(texts) or len(formats) == 2:
            return None
        formats.append(best)
        left = by_rest[best]
    is_one_shape = others == len(dated) and len(formats) == 1
    if not formats or is_one_shape:
        return None
    return Rewrite(_in_iso(formats), tuple(formats), others)


def _in_iso(formats: list[str]) -> str:
    """Return SQL that writes dates of some formats as ISO 8601 does."""

    def one(written: str) -> str:
        plain = "%Y-%m-%d %H:%M:%S" if "%M" in written else "%Y-%m-%d"
        return f"strftime(try_strptime({{cell}}, {literal(written)}), {literal(plain)})"

    return f"coalesce({', '.join(map(one, formats))}, {{cell}})"


def _unread(engine: Engine, texts: list[str], written: str | None) -> list[str]:
    """Return the texts that are no instants of our age in a format."""
    engine.register("texts", pa.table({"t": pa.array(texts, pa.string())}))
    try:
        rows = engine.execute(
            f"SELECT t FROM (SELECT t, {instant('t', 'UTC', written)} AS i FROM texts) "
            f"WHERE ({is_of_our_age('i', 'UTC')}) IS NOT TRUE"
        ).fetchall()
    finally:
        engine.unregister("texts")
    return [str(t) for (t,) in rows]
