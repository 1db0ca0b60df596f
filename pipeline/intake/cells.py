"""What a cell of text means: a word, a number, an instant, or nothing.

Why instants are matched before they are cast: the engine's cast also takes things that
nobody meant as a date. What carries no offset is local time in the configured zone. A
local time that a clock change skips is read with the offset before the change (02:30
becomes 03:30 summer time); one that occurs twice is the later of the two (winter time),
so that nothing is thought known before it was.

A bare number is no instant until somebody says what it counts: seconds read as
milliseconds are January 1970, milliseconds read as seconds the year 56000. So each unit
is a format of its own, and what falls just after 1970 under it is not believed.
"""

from __future__ import annotations

import re

import duckdb

from features.engine import Engine, literal
from features.errors import ConfigError

WHITE_SPACE = " \t\n\r\f\v\u00a0\u2007\u202f\ufeff"  # the last: a stray byte order mark
DATE_TIME = r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?"
OFFSET = r" ?(Z|UTC|[+-]\d{2}(:?\d{2})?)"
NUMBER = r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?"
EARLIEST = "TIMESTAMP '1900-01-01'"
AFTER_LATEST = "TIMESTAMP '2201-01-01'"
EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}  # in microseconds
# Where seconds come to lie until the year 2131 if they are read as milliseconds.
EPOCH = ("TIMESTAMP '1970-01-01'", "TIMESTAMP '1970-03-01'")
_FAR_US = 10**16  # beyond 1900 and 2200 either way, and within what the engine holds


def trimmed(text: str) -> str:
    """Return SQL for a text without white space around it.

    Most texts begin and end with a visible ASCII character, which is cheap to see.
    """
    is_trim = " AND ".join(f"{text}[{i}] BETWEEN '!' AND '~'" for i in (1, -1))
    trim = f"trim({text}, {literal(WHITE_SPACE)})"
    return f"CASE WHEN {is_trim} THEN {text} ELSE {trim} END"


def unless_null(text: str, null_tokens: tuple[str, ...]) -> str:
    """Return SQL for a text that is missing if it is empty or a null token."""
    tokens = ", ".join(literal(t) for t in dict.fromkeys(("", *null_tokens)))
    return f"CASE WHEN {text} NOT IN ({tokens}) THEN {text} END"


def number(cell: str) -> str:
    """Return SQL for a finite number, missing where there is none.

    Examples
    --------
    >>> from features.engine import open_engine
    >>> engine = open_engine()
    >>> cells = ["1.5", "-0.0", "inf", "1e999", "12 EUR"]
    >>> told = ", ".join(number(f"'{c}'") for c in cells)
    >>> engine.execute(f"SELECT {told}").fetchall()
    [(1.5, 0.0, None, None, None)]
    """
    cast = f"TRY_CAST({cell} AS DOUBLE)"
    is_number = f"{is_bare_number(cell)} AND isfinite({cast})"
    return f"CASE WHEN {is_number} THEN {cast} + 0.0 END"  # + 0.0: there is no -0.0


def instant(cell: str, zone: str, written: str | None) -> str:
    """Return SQL for a UTC timestamp, missing where the cell cannot be read as one.

    Parameters
    ----------
    cell : str
        SQL for a text.
    zone : str
        Time zone of instants without an offset.
    written : str or None
        How instants are written: as for ``strptime``, or a unit of ``EPOCHS``, counted
        from 1970 (UTC); None for ISO 8601.

    Examples
    --------
    >>> from features.engine import open_engine
    >>> read = instant("'1767225600.5'", "UTC", "epoch_s")
    >>> str(open_engine().execute(f"SELECT {read}").fetchall()[0][0])
    '2026-01-01 00:00:00.500000'
    """
    if written in EPOCHS:
        return _since_1970(cell, EPOCHS[written])
    if written is not None:
        parsed = f"try_strptime({cell}, {literal(written)})"
        return _as_utc(parsed) if _has_offset(written) else _from_zone(parsed, zone)
    local = f"regexp_full_match({cell}, {literal(DATE_TIME)})"
    zoned = f"regexp_full_match({cell}, {literal(DATE_TIME + OFFSET)})"
    return (
        f"CASE WHEN {zoned} THEN {_as_utc(f'TRY_CAST({cell} AS TIMESTAMPTZ)')} "
        f"WHEN {local} THEN {_from_zone(f'TRY_CAST({cell} AS TIMESTAMP)', zone)} END"
    )


def check_instants(engine: Engine, zone: str, formats: tuple[str, ...]) -> None:
    """Refuse a time zone or format that the engine does not know.

    Raises
    ------
    ConfigError
        Naming it.
    """
    known = "SELECT count(*) FROM pg_timezone_names() WHERE name = ?"
    if engine.execute(known, [zone]).fetchall() == [(0,)]:
        raise ConfigError(
            f"source.timezone = {zone!r} is unknown to the query engine; write it "
            "like 'Europe/Paris'."
        )
    for written in formats:
        try:
            parsed = instant("''", zone, written)
            engine.execute(f"SELECT {parsed}").fetchall()
        except duckdb.Error as error:
            raise ConfigError(
                f"format = {written!r} is no format of instants, such as '%d/%m/%Y "
                f"%H:%M' or 'epoch_s': {str(error).splitlines()[0][:200]}"
            ) from error


def is_bare_number(cell: str) -> str:
    """Return SQL for whether a cell is a number and nothing else."""
    return f"regexp_full_match({cell}, {literal(NUMBER)})"


def _since_1970(cell: str, unit_us: int) -> str:
    """A count since 1970; beyond all reason it is far off, but held."""
    counted = f"round(TRY_CAST({cell} AS DOUBLE) * {unit_us})"
    held = f"greatest(least({counted}, {_FAR_US}), -{_FAR_US})"
    return (
        f"CASE WHEN {is_bare_number(cell)} THEN make_timestamp(CAST({held} AS BIGINT)) "
        "END"
    )


def _as_utc(zoned: str) -> str:
    return f"({zoned} AT TIME ZONE 'UTC')"


def _from_zone(local: str, zone: str) -> str:
    return local if zone == "UTC" else _as_utc(f"timezone({literal(zone)}, {local})")


def _has_offset(written: str) -> bool:
    return re.search(r"%[zZ]", written.replace("%%", "")) is not None
