"""Columns of instants: what is made of them, what may be wrong, and how many are days.

Why a cell is lost where its row can do without it: a date of 1900-01-01 for "never" in
one column says nothing against the dates beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from features.engine import Engine, literal, one_row, quoted

from .cells import is_bare_number
from .formats import fitting, format_hint
from .instants import (
    EPOCH,
    EPOCHS,
    Bound,
    Notation,
    has_no_such_offset,
    instant,
    is_day,
    is_midnight,
    is_of_our_age,
    is_sentinel,
)
from .report import InstantCells, UnreadableCells
from .text import shown

ON_SENTINEL = "falls on one of the sentinels."  # how the reason ends
_LONGEST_EXAMPLE = 40  # characters
_MANY = 0.5  # of the filled cells unreadable: they are written in another way


@dataclass(frozen=True)
class InstantColumn:
    """A column of instants, and the field that is made of it.

    Attributes
    ----------
    field, column : str
        The judged table's name, and the source's.
    cell : str
        SQL for the text.
    notation : Notation
    is_needed : bool
        Whether a row without it says nothing. Of any other column only the cell is
        lost where it cannot be read.
    day : "start" or "end"
        Which instant of it a day is.
    """

    field: str
    column: str
    cell: str
    notation: Notation
    is_needed: bool
    day: Bound = "end"

    @property
    def text(self) -> str:
        """SQL for the text, missing where it is a sentinel."""
        sentinel = is_sentinel(self.cell, self.notation)
        return f"if({sentinel}, NULL, {self.cell})" if sentinel else self.cell

    @property
    def read(self) -> str:
        """SQL for the instant, missing where it cannot be read."""
        return self._instant(self.day)

    @property
    def is_believed(self) -> str:
        """SQL for whether the field, once read, is an instant of our age."""
        field = quoted(self.field)
        believed = is_of_our_age(field, self.notation.zone)
        if self.notation.format not in EPOCHS:
            return believed
        start, end = EPOCH
        return f"{believed} AND NOT ({field} >= {start} AND {field} < {end})"

    @property
    def is_day(self) -> str:
        """SQL for whether the cell, if it can be read, is a day."""
        return is_day(self.cell, self.notation.format)

    def no_later_than(self, recorded: InstantColumn) -> str:
        """Return SQL for the field, a day meaning up to when its row was recorded.

        That is, unless it was recorded after the end of the day; a row recorded before
        the day counts as of its start.
        """
        field, recorded_at = quoted(self.field), quoted(recorded.field)
        return (
            f"CASE WHEN {self.is_day} AND {recorded_at} < {field} "
            f"AND {recorded.is_believed} "
            f"THEN greatest({self._instant('start')}, {recorded_at}) ELSE {field} END"
        )

    def faults(self) -> list[tuple[str, str]]:
        """What may be wrong with a cell that is there: conditions, and sentences."""
        cell, field, place = self.cell, quoted(self.field), named(self.column)
        written = self.notation.format
        none = f"{cell} IS NOT NULL AND {field} IS NULL"
        faults = []
        if sentinel := is_sentinel(cell, self.notation):
            faults.append((sentinel, f"The instant in {place} {ON_SENTINEL}"))
        if written is None:
            faults.append(
                (
                    f"CASE WHEN {field} IS NULL THEN {is_bare_number(cell)} END",
                    f"The instant in {place} is a bare number. Say format = "
                    "'epoch_s', 'epoch_ms' or 'epoch_us' if it counts from 1970, or "
                    "one such as '%Y%m%d'.",
                )
            )
        if written in EPOCHS:
            start, end = EPOCH
            faults.append(
                (
                    f"{field} >= {start} AND {field} < {end}",
                    f"The instant in {place} falls into the first weeks of 1970 when "
                    f"read as {written}: it is nought, or counts in another unit.",
                )
            )
        return [
            *faults,
            (  # told apart only where reading failed, which is seldom
                f"CASE WHEN {none} THEN {has_no_such_offset(cell, written)} END",
                f"The instant in {place} has no true offset: none lies beyond ±14:00 "
                "or has more than 59 minutes.",
            ),
            (none, self.unreadable),
            (
                f"NOT {is_of_our_age(field, self.notation.zone)}",
                f"The instant in {place} lies before 1900 or after 2200. "
                "Name it in sentinels if it stands for never or for not known.",
            ),
        ]

    @property
    def unreadable(self) -> str:
        """The sentence for a cell that is no instant at all."""
        return (
            f"The instant in {named(self.column)} cannot be read as "
            f"{self.notation.name}."
        )

    def _instant(self, day: Bound) -> str:
        return instant(self.text, self.notation.zone, self.notation.format, day=day)


def instant_cells(
    engine: Engine, columns: Sequence[InstantColumn], rows: str
) -> tuple[InstantCells, ...]:
    """Count what is written in columns of instants, of judged rows."""
    if not columns:
        return ()
    counts = ", ".join(
        f"count(*) FILTER ({condition})"
        for c in columns
        for condition in (
            f"{quoted(c.field)} IS NOT NULL",
            f"{quoted(c.field)} IS NOT NULL AND {c.is_day}",
            f"{is_midnight(c.cell, quoted(c.field), c.notation)}",
            is_sentinel(c.cell, c.notation) or "false",
        )
    )
    told = one_row(engine, f"SELECT {counts} FROM {rows}")
    return tuple(
        InstantCells(c.field, c.column, *map(int, told[4 * i : 4 * i + 4]))
        for i, c in enumerate(columns)
    )


def unreadable_cells(
    engine: Engine, columns: Sequence[InstantColumn], rows: str
) -> tuple[UnreadableCells, ...]:
    """Count the cells that were lost, of columns that a row can do without."""
    optional = [c for c in columns if not c.is_needed]
    if not optional:
        return ()
    counts = ", ".join(f"count({c.text}), count({quoted(c.field)})" for c in optional)
    told = one_row(engine, f"SELECT {counts} FROM {rows}")
    return tuple(
        _unreadable(engine, column, rows, filled)
        for column, filled, read in zip(optional, told[::2], told[1::2], strict=True)
        if read < filled
    )


def named_formats(
    engine: Engine, columns: Sequence[InstantColumn], judged: str
) -> None:
    """Let the reason why rows were set aside name the format that reads their cells."""
    needed = {c.unreadable: c for c in columns if c.is_needed}
    counts = dict(
        engine.execute(
            f"SELECT reason, count(*) FROM {judged} WHERE reason IS NOT NULL GROUP BY 1"
        ).fetchall()
    )
    for reason in needed.keys() & counts.keys():
        cell, same = needed[reason].cell, f"reason = {literal(reason)}"
        (filled,) = one_row(engine, f"SELECT count({cell}) FROM {judged}")
        if counts[reason] < _MANY * filled:
            continue
        if hint := format_hint(fitting(engine, cell, f"{judged} WHERE {same}")):
            engine.execute(
                f"UPDATE {judged} SET reason = {literal(f'{reason} {hint}')} "
                f"WHERE {same}"
            )


def named(*columns: str) -> str:
    """Return columns by name, for a sentence."""
    told = ", ".join(repr(c) for c in columns)
    return f"column {told}" if len(columns) == 1 else f"columns {told}"


def _unreadable(
    engine: Engine, column: InstantColumn, rows: str, filled: int
) -> UnreadableCells:
    lost = f"{rows} AND {column.text} IS NOT NULL AND {quoted(column.field)} IS NULL"
    # Read anew, since what lies beyond our age was read and is missing by now.
    cases = " ".join(f"WHEN {sql} THEN {literal(why)}" for sql, why in column.faults())
    told = engine.execute(
        f"SELECT CASE {cases} END AS why, {column.cell}, count(*) AS n FROM (SELECT "
        f"{column.cell}, {column.read} AS {quoted(column.field)} FROM {lost}) "
        f"GROUP BY ALL ORDER BY n DESC, {column.cell}"
    ).fetchall()
    counts: dict[str, int] = {}
    for why, _, count in told:
        counts[why] = counts.get(why, 0) + count
    most = max(counts, key=lambda why: counts[why])
    lost_count = sum(counts.values())
    if most == column.unreadable and counts[most] >= _MANY * filled:
        hint = format_hint(fitting(engine, column.cell, lost))
        most = f"{most} {hint}" if hint else most
    examples = tuple(shown(cell, _LONGEST_EXAMPLE) for _, cell, _ in told[:3])
    return UnreadableCells(column.column, most, lost_count, filled, examples)
