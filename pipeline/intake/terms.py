"""The terms on which a row is kept: its fields, and what may be wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from features.engine import literal, quoted

from ..origins import TableConfig
from .instant_columns import InstantColumn, named
from .instants import Bound, Notation
from .sources import ROW, Source

NO_TEXT = "CAST(NULL AS VARCHAR)"
NO_INSTANT = "CAST(NULL AS TIMESTAMP)"
RECORDED_AT = "recorded_at"


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
    instants : tuple of InstantColumn
        Where the fields that are instants come from.
    settled : mapping of str to str
        SQL over the fields, for those that depend on one another: what they are then.
    ids : tuple of str or None
        The columns that make the lead id, also of a record that is no row; none where
        the row's place is the id. None: the table has no lead id.
    """

    fields: Mapping[str, str]
    findings: tuple[Finding, ...]
    repeats_allowed: bool = False
    one_per: tuple[str, ...] = ()
    first_by: str = "whole"
    otherwise: str = ""
    instants: tuple[InstantColumn, ...] = ()
    settled: Mapping[str, str] = field(default_factory=dict)
    ids: tuple[str, ...] | None = None


class Draft:
    """Terms in the making, field by field; no field has the name of a cell.

    Parameters
    ----------
    source : Source
        Whose cells the fields are made of.
    notation : Notation
        How its instants are written.
    """

    def __init__(self, source: Source, notation: Notation) -> None:
        self._source = source
        self._notation = notation
        self.fields: dict[str, str] = {"lead_id": NO_TEXT}
        self.findings: list[Finding] = []
        self.instants: list[InstantColumn] = []
        self.ids: tuple[str, ...] | None = None

    @classmethod
    def of(cls, source: Source, table: TableConfig, zone: str) -> Draft:
        """Return an empty draft for the rows of a configured table."""
        return cls(source, Notation(zone, table.format, table.sentinels))

    def cell(self, column: str | None) -> str:
        """Return SQL for a column's cell, missing where there is no such column."""
        if column is None or column not in self._source.columns:
            return NO_TEXT
        return self._source.cell(column)

    def lead_id(self, columns: str | tuple[str, ...]) -> None:
        """Add the id, made of one column, of several, or of the row's place."""
        if columns == ROW:
            self.fields["lead_id"] = "CAST(n + 1 AS VARCHAR)"
            self.ids = ()
            return
        several = (columns,) if isinstance(columns, str) else columns
        self.ids = several
        self.fields["lead_id"] = " || '|' || ".join(map(self.cell, several))
        self._needs("lead_id", f"The lead id ({named(*several)}) is missing.")

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
        self._needs(name, f"{what} ({named(column)}) is missing.")

    def needed_text(self, name: str, column: str, what: str) -> None:
        """Add a text without which the row says nothing."""
        self.text(name, column)
        self._needs(name, f"{what} ({named(column)}) is missing.")

    def constant(self, name: str, value: str) -> None:
        """Add the same word for every row."""
        self.fields[name] = literal(value)

    def instant(self, name: str, column: str | None) -> None:
        """Add an instant that may be missing; if it cannot be read, it is."""
        self.fields[name] = NO_INSTANT
        if column is not None:
            cell = self.cell(column)
            self._add(InstantColumn(name, column, cell, self._notation, False))

    def needed_instant(
        self, name: str, column: str, what: str, *, day: Bound = "end"
    ) -> None:
        """Add an instant without which the row says nothing.

        Parameters
        ----------
        day : "start" or "end"
            Which instant of it a day is.
        """
        self._needs(self.cell(column), f"{what} ({named(column)}) is missing.")
        cell = self.cell(column)
        self._add(InstantColumn(name, column, cell, self._notation, True, day))

    def _add(self, read: InstantColumn) -> None:
        self.instants.append(read)
        self.fields[read.field] = read.read
        if read.is_needed:
            self.findings += [Finding(sql, why) for sql, why in read.faults()]

    def terms(self) -> Terms:
        """Return the terms for rows that may come but once."""
        return Terms(
            self.fields,
            tuple(self.findings),
            instants=tuple(self.instants),
            settled=self.settled(),
            ids=self.ids,
        )

    def settled(self) -> dict[str, str]:
        """Return SQL over the fields for those that depend on one another.

        An optional instant beyond our age is missing, and what is dated to the day did
        not happen after it was recorded.
        """
        recorded = next((i for i in self.instants if i.field == RECORDED_AT), None)
        settled = {}
        for each in self.instants:
            told = quoted(each.field)
            if recorded is not None and each is not recorded:
                told = each.no_later_than(recorded)
            if not each.is_needed:
                told = f"CASE WHEN {each.is_believed} THEN {told} END"
            if told != quoted(each.field):
                settled[each.field] = told
        return settled

    def _needs(self, sql: str, reason: str) -> None:
        self.findings.append(Finding(f"{sql} IS NULL", reason))
