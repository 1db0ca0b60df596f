"""Instants as people write them, and the instant that the engine takes them for.

Why instants are matched before they are cast: the engine's cast also takes things that
nobody meant as a date. What carries no offset is local time in the configured zone. A
local time that a clock change skips is read with the offset before the change (02:30
becomes 03:30 summer time); one that occurs twice is the later of the two (winter time),
so that nothing is thought known before it was. An offset beyond ±14:00, or of more than
59 minutes, is none: no clock was ever set so.

Why a day is no instant at midnight: whatever is dated to the day happened at some time
of it, and was known at its end at the latest. So a day means *up to its end*, its last
microsecond in the configured zone, wherever it says when something happened or became
known; a conversion on the day of creation is then not before it, and a touch of that
day tells a snapshot of that day nothing. Only a lead's creation is the *start* of its
day: the lead exists from then on, and less is known of it. Whether a cell is a day is
the cell's own affair: a date without a time is, a time of 00:00 is not. A format that
names a month or a year alone means up to its end likewise; and one that names a time
of day reads cells that leave it out, as ISO 8601 does.

A bare number is no instant until somebody says what it counts: seconds read as
milliseconds are January 1970, milliseconds read as seconds the year 56000. So each unit
is a format of its own, and what falls just after 1970 under it is not believed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

import duckdb

from features.engine import Engine, literal
from features.errors import ConfigError

from .cells import is_bare_number

DATE = r"\d{4}-\d{2}-\d{2}"
DATE_TIME = DATE + r"([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?)?"
OFFSET = r" ?(Z|UTC|[+-](0\d|1[0-3])(:?[0-5]\d)?|[+-]14(:?00)?)"
LIKE_OFFSET = r" ?[+-]\d{2}(:?\d{2})?"
_OUR_AGE = ("TIMESTAMP '1900-01-01'", "TIMESTAMP '2201-01-01'")
EPOCHS = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}  # in microseconds
# Where seconds come to lie until the year 2131 if they are read as milliseconds.
EPOCH = ("TIMESTAMP '1970-01-01'", "TIMESTAMP '1970-03-01'")
_FAR_US = 10**16  # beyond 1900 and 2200 either way, and within what the engine holds
_MIDNIGHTS = ("00:00:00", "00:00", "00:00Z")  # as ISO 8601 writes the time of day

Bound = Literal["start", "end"]  # which instant of a day is meant by the day


@dataclass(frozen=True)
class Notation:
    """How the instants of a table are written.

    Attributes
    ----------
    zone : str
        Time zone of instants without an offset.
    format : str or None
        As for ``strptime``, or a unit of ``EPOCHS``, counted from 1970 (UTC); None for
        ISO 8601.
    sentinels : tuple of date
        Days that stand for "missing"; as written, whatever the offset.
    """

    zone: str
    format: str | None = None
    sentinels: tuple[date, ...] = ()

    @property
    def span(self) -> str | None:
        """What a cell of the format names: ``DAY``, ``MONTH`` or ``YEAR``.

        None where cells tell the time of day, or may.

        Examples
        --------
        >>> Notation("UTC", "%d/%m/%y").span, Notation("UTC", "%d/%m/%y %H:%M").span
        ('DAY', None)
        """
        if self.format is None or self.format in EPOCHS:
            return None
        named = set(re.findall(r"%-?(.)", self.format.replace("%%", "")))
        if named - set("aAwudbBmyYjUWGVxzZ"):
            return None
        if named & set("djxwuaA"):
            return "DAY"
        return "MONTH" if named & set("bBm") else "YEAR"

    @property
    def day_part(self) -> str | None:
        """The format of cells that leave out the time of day; None where there is none.

        Examples
        --------
        >>> Notation("UTC", "%d.%m.%Y %H:%M").day_part, Notation("UTC", "%Y").day_part
        ('%d.%m.%Y', None)
        """
        if self.format is None or self.format in EPOCHS:
            return None
        found = re.search(r"[T, ]+(%-?[HI].*)$", self.format)
        if found is None or set(re.findall(r"%-?(.)", found[1])) - set("HIMSfgpzZ"):
            return None
        day = self.format[: found.start()]
        return day if Notation(self.zone, day).span == "DAY" else None

    @property
    def name(self) -> str:
        """What cells are read as, in a sentence."""
        return self.format or "ISO 8601"


def instant(cell: str, zone: str, written: str | None, *, day: Bound = "start") -> str:
    """Return SQL for a UTC timestamp, missing where the cell cannot be read as one.

    Parameters
    ----------
    cell : str
        SQL for a text.
    zone, written : str
        As in :class:`Notation`.
    day : "start" or "end"
        Which instant a day is: its first, or its last microsecond.

    Examples
    --------
    >>> from features.engine import open_engine
    >>> read = instant("'1767225600.5'", "UTC", "epoch_s")
    >>> str(open_engine().execute(f"SELECT {read}").fetchall()[0][0])
    '2026-01-01 00:00:00.500000'
    >>> read = instant("'2026-03-29'", "Europe/Paris", None, day="end")  # of 23 hours
    >>> str(open_engine().execute(f"SELECT {read}").fetchall()[0][0])
    '2026-03-29 21:59:59.999999'
    """
    if written in EPOCHS:
        return _since_1970(cell, EPOCHS[written])
    if written is not None:
        return _formatted(cell, Notation(zone, written), day)
    whole_day = f"regexp_full_match({cell}, {literal(DATE)})"
    local = f"regexp_full_match({cell}, {literal(DATE_TIME)})"
    zoned = f"regexp_full_match({cell}, {literal(DATE_TIME + OFFSET)})"
    at = f"TRY_CAST({cell} AS TIMESTAMP)"
    return (
        f"CASE WHEN strlen({cell}) = {len('2026-03-01')} THEN CASE WHEN {whole_day} "
        f"THEN {_from_zone(_bound(at, 'DAY', day), zone)} END "
        f"WHEN {zoned} THEN {_as_utc(f'TRY_CAST({cell} AS TIMESTAMPTZ)')} "
        f"WHEN {local} THEN {_from_zone(at, zone)} END"
    )


def is_of_our_age(read: str, zone: str) -> str:
    """Return SQL for whether an instant lies in 1900 to 2200, as its zone counts."""
    start, end = (_from_zone(each, zone) for each in _OUR_AGE)
    return f"({read} >= {start} AND {read} < {end})"


def is_day(cell: str, written: str | None) -> str:
    """Return SQL for whether a readable cell is a day, and tells no time of it.

    So is a month or a year, where the format names no more.
    """
    if written is None:
        return f"strlen({cell}) = {len('2026-03-01')}"
    notation = Notation("UTC", written)
    if notation.day_part is not None:
        return f"({_parsed(cell, written)} IS NULL)"
    return "true" if notation.span else "false"


def is_midnight(cell: str, read: str, notation: Notation) -> str:
    """Return SQL for whether a readable cell tells a time of day, and that is 00:00.

    Parameters
    ----------
    cell, read : str
        SQL for the text, and for the instant it was read as.
    """
    if notation.format is None:
        told = ", ".join(map(literal, _MIDNIGHTS))
        return f"substr({cell}, 12, 8) IN ({told})"
    if notation.span:
        return "false"
    local = read
    if notation.zone != "UTC" and notation.format not in EPOCHS:
        local = f"timezone({literal(notation.zone)}, timezone('UTC', {read}))"
    at_midnight = f"({local} = date_trunc('day', {local}))"
    if notation.day_part is not None:
        return f"({at_midnight} AND NOT {is_day(cell, notation.format)})"
    return at_midnight


def is_sentinel(cell: str, notation: Notation) -> str | None:
    """Return SQL for whether a cell's day, as written, stands for missing."""
    if not notation.sentinels:
        return None
    if notation.format is None:
        days = ", ".join(literal(d.isoformat()) for d in notation.sentinels)
        return f"coalesce(substr({cell}, 1, 10) IN ({days}), false)"
    days = ", ".join(f"DATE '{d.isoformat()}'" for d in notation.sentinels)
    if notation.format in EPOCHS:
        parsed = _since_1970(cell, EPOCHS[notation.format])
    else:
        parsed = _parsed(cell, notation.format)
        if notation.day_part is not None:
            parsed = f"coalesce({parsed}, {_parsed(cell, notation.day_part)})"
    return f"coalesce(CAST({parsed} AS DATE) IN ({days}), false)"


def has_no_such_offset(cell: str, written: str | None) -> str:
    """Return SQL for whether a cell has an offset that no clock was ever set to."""
    if written is None:
        like = f"regexp_full_match({cell}, {literal(DATE_TIME + LIKE_OFFSET)})"
        true = f"regexp_full_match({cell}, {literal(DATE_TIME + OFFSET)})"
        return f"({like} AND NOT {true})"
    if written in EPOCHS or not _has_offset(written, "z"):
        return "false"
    after = re.escape(written.replace("%%", "\0").rpartition("%z")[2])
    after = re.sub(r"%(\\-)?[A-Za-z]", ".*", after).replace("\0", "%")
    like = f"regexp_full_match({cell}, {literal(f'.*{LIKE_OFFSET}{after}')})"
    true = f"regexp_full_match({cell}, {literal(f'.*{OFFSET}{after}')})"
    return f"({like} AND NOT {true})"


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


def _formatted(cell: str, notation: Notation, day: Bound) -> str:
    written = str(notation.format)
    parsed = _parsed(cell, written)
    if not _has_offset(written):
        read = _from_zone(_bound(parsed, notation.span, day), notation.zone)
    else:
        read = _bound(_as_utc(parsed), notation.span, day)
    if _has_offset(written, "z"):
        read = f"CASE WHEN NOT {has_no_such_offset(cell, written)} THEN {read} END"
    if notation.day_part is None:
        return read
    of_day = _formatted(cell, Notation(notation.zone, notation.day_part), day)
    return f"coalesce({read}, {of_day})"


def _parsed(cell: str, written: str) -> str:
    return f"try_strptime({cell}, {literal(written)})"


def _bound(start: str, span: str | None, day: Bound) -> str:
    """The first or the last microsecond of what begins at ``start``."""
    if span is None or day == "start":
        return start
    return f"({start} + INTERVAL 1 {span} - INTERVAL 1 MICROSECOND)"


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


def _has_offset(written: str, letters: str = "zZ") -> bool:
    return re.search(f"%[{letters}]", written.replace("%%", "")) is not None
