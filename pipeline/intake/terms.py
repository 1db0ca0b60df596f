"""The terms on which a row is kept: its fields, and what may be wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.engine import literal, quoted

from .cells import AFTER_LATEST, EARLIEST, EPOCH, EPOCHS, instant, is_bare_number
from .sources import ROW, Source

NO_TEXT = "CAST(NULL AS VARCHAR)"
NO_INSTANT = "CAST(NULL AS TIMESTAMP)"


@dataclass(frozen=True)
class Finding:
    """A condition that sets a row aside, and the sentence that says so."""

    condition: str  # SQL over the fields and cells of the row
    reason: str


@dataclass(frozen=True)
class Terms:
    """What a row must be to be kept.

    Attributes
    ----------
    fields : mapping of str to str
        Names of the judged table's columns, and SQL over the source's cells.
    findings : tuple of Finding
        Looked at in order; the first that holds sets the row aside.
    repeats_allowed : bool
        True where rows have no identity of their own, so that twins are honest.
    one_per : tuple of str
        Fields of which each combination is kept once …
    first_by : str
        … the row that comes first in this order.
    otherwise : str
        The reason given to the others.
    """

    fields: Mapping[str, str]
    findings: tuple[Finding, ...]
    repeats_allowed: bool = False
    one_per: tuple[str, ...] = ()
    first_by: str = "whole"
    otherwise: str = ""


class Draft:
    """Terms in the making, field by field; no field has the name of a cell.

    Parameters
    ----------
    source : Source
        Whose cells the fields are made of.
    zone : str
        Time zone of instants without an offset.
    written : str or None
        How instants are written, as for :func:`pipeline.intake.cells.instant`.
    """

    def __init__(self, source: Source, zone: str, written: str | None) -> None:
        self._source = source
        self._zone = zone
        self._written = written
        self.fields: dict[str, str] = {"lead_id": NO_TEXT}
        self.findings: list[Finding] = []

    def cell(self, column: str | None) -> str:
        """Return SQL for a column's cell, missing where there is no such column."""
        if column is None or column not in self._source.columns:
            return NO_TEXT
        return self._source.cell(column)

    def lead_id(self, columns: str | tuple[str, ...]) -> None:
        """Add the id, made of one column, of several, or of the row's place."""
        if columns == ROW:
            self.fields["lead_id"] = "CAST(n + 1 AS VARCHAR)"
            return
        several = (columns,) if isinstance(columns, str) else columns
        self.fields["lead_id"] = " || '|' || ".join(map(self.cell, several))
        self._needs("lead_id", f"The lead id ({_named(*several)}) is missing.")

    def value(self, column: str | None) -> str:
        """Return SQL for a column's values, missing where there is no such column."""
        if column is None or column not in self._source.columns:
            return NO_TEXT
        return self._source.value(column)

    def text(self, name: str, column: str | None) -> None:
        """Add a text that may be missing."""
        self.fields[name] = self.value(column)

    def needed_key(self, name: str, column: str, what: str) -> None:
        """Add an id, byte by byte, without which the row says nothing."""
        self.fields[name] = self.cell(column)
        self._needs(name, f"{what} ({_named(column)}) is missing.")

    def needed_text(self, name: str, column: str, what: str) -> None:
        """Add a text without which the row says nothing."""
        self.text(name, column)
        self._needs(name, f"{what} ({_named(column)}) is missing.")

    def constant(self, name: str, value: str) -> None:
        """Add the same word for every row."""
        self.fields[name] = literal(value)

    def instant(self, name: str, column: str | None) -> None:
        """Add an instant that may be missing, but not unreadable."""
        if column is None:
            self.fields[name] = NO_INSTANT
            return
        cell, field = self.cell(column), quoted(name)
        self.fields[name] = instant(cell, self._zone, self._written)
        self.findings += [
            *self._without_unit(cell, field, column),
            Finding(
                f"{cell} IS NOT NULL AND {field} IS NULL",
                f"The instant in {_named(column)} cannot be read as "
                f"{self._written or 'ISO 8601'}.",
            ),
            Finding(
                f"{field} < {EARLIEST} OR {field} >= {AFTER_LATEST}",
                f"The instant in {_named(column)} lies before 1900 or after 2200.",
            ),
        ]

    def _without_unit(self, cell: str, field: str, column: str) -> list[Finding]:
        """What is wrong with a number of which nobody said truly what it counts."""
        if self._written is None:
            return [
                Finding(
                    is_bare_number(cell),
                    f"The instant in {_named(column)} is a bare number. Say format = "
                    "'epoch_s', 'epoch_ms' or 'epoch_us' if it counts from 1970, or "
                    "one such as '%Y%m%d'.",
                )
            ]
        if self._written not in EPOCHS:
            return []
        start, end = EPOCH
        return [
            Finding(
                f"{field} >= {start} AND {field} < {end}",
                f"The instant in {_named(column)} falls into the first weeks of 1970 "
                f"when read as {self._written}: it is nought, or counts in another "
                "unit.",
            )
        ]

    def needed_instant(self, name: str, column: str, what: str) -> None:
        """Add an instant without which the row says nothing."""
        self._needs(self.cell(column), f"{what} ({_named(column)}) is missing.")
        self.instant(name, column)

    def terms(self) -> Terms:
        """Return the terms for rows that may come but once."""
        return Terms(self.fields, tuple(self.findings))

    def _needs(self, sql: str, reason: str) -> None:
        self.findings.append(Finding(f"{sql} IS NULL", reason))


def _named(*columns: str) -> str:
    told = ", ".join(repr(c) for c in columns)
    return f"column {told}" if len(columns) == 1 else f"columns {told}"
