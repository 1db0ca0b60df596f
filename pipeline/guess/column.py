"""A column as it was found: what its texts are, and how instants in it are written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa

from features.engine import Engine
from pipeline.intake.cells import NUMBER
from pipeline.intake.formats import FORMATS
from pipeline.intake.instants import DATE_TIME, OFFSET, instant, is_of_our_age

from .lexicon import A_COUNT, IDENTITY, OF_AN_INSTANT
from .rewrite import Rewrite
from .words import speaks

NEARLY_ALL = 0.95  # of the texts; the rest are slips, which the intake sets aside
NEARLY_UNIQUE = 0.97  # exports repeat a row now and then
MOST_TEXTS = 2_000  # that are tried for one column
FEW_ROWS = 20  # among which anything may be unique by chance

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True)
class Written:
    """How instants are written.

    Attributes
    ----------
    format : str or None
        As for ``strptime``; None for ISO 8601.
    is_ambiguous : bool
        Whether day and month could be the other way round.
    has_offset, has_time : bool
        Whether they say their offset from UTC, and the time of day.
    """

    format: str | None
    is_ambiguous: bool = False
    has_offset: bool = False
    has_time: bool = False


@dataclass(frozen=True)
class Column:
    """A column: how often each text stands in it, missing ones apart."""

    name: str
    rows: int
    counts: Mapping[str, int]
    written: Written | None = None
    rewrite: Rewrite | None = None  # that its cells have gone through here already

    @cached_property
    def filled(self) -> int:
        """Rows with any text."""
        return sum(self.counts.values())

    @property
    def distinct(self) -> int:
        """Different texts."""
        return len(self.counts)

    @property
    def filled_share(self) -> float:
        """Share of rows with any text."""
        return self.filled / self.rows if self.rows else 0.0

    @property
    def is_unique(self) -> bool:
        """Whether nearly every row has a text of its own."""
        return (
            self.distinct >= NEARLY_UNIQUE * self.rows > 0
            and self.written is None
            and not self.is_fraction
        )

    @property
    def is_counter(self) -> bool:
        """Whether it counts the rows of its file."""
        if not self.is_whole or self.distinct != self.rows:
            return False
        numbers = [int(text) for text in self.counts]
        return min(numbers) in {0, 1} and max(numbers) - min(numbers) < self.rows

    @property
    def is_varied(self) -> bool:
        """Whether most texts stand alone: a name or free text, no category."""
        return self.filled >= FEW_ROWS and self.distinct > self.filled / 2

    @cached_property
    def is_number(self) -> bool:
        """Whether nearly all texts are numbers."""
        return self._share(re.compile(NUMBER)) >= NEARLY_ALL

    @cached_property
    def is_whole(self) -> bool:
        """Whether nearly all texts are whole numbers, as ids often are."""
        return self._share(re.compile(r"\d{1,18}")) >= NEARLY_ALL

    @property
    def is_fraction(self) -> bool:
        """Whether it measures something."""
        return self.is_number and not self.is_whole

    @cached_property
    def is_email(self) -> bool:
        """Whether most texts are e-mail addresses."""
        return self._share(_EMAIL) >= 0.8

    @property
    def is_instant(self) -> bool:
        """Whether nearly all texts are instants."""
        return self.written is not None

    @property
    def looks_like_id(self) -> bool:
        """Whether its name says so."""
        return speaks(self.name, IDENTITY) and not speaks(self.name, A_COUNT)

    def is_written_like(self, other: Column) -> bool:
        """Whether one format reads the instants of both."""
        mine, theirs = self.written, other.written
        return bool(mine and theirs and mine.format == theirs.format)

    def share_in(self, other: Column) -> float:
        """Share of its different texts that stand in the other column too."""
        both = self.counts.keys() & other.counts.keys()
        return len(both) / len(self.counts) if self.counts else 0.0

    def _share(self, pattern: re.Pattern[str]) -> float:
        right = sum(n for text, n in self.counts.items() if pattern.fullmatch(text))
        return right / self.filled if self.filled else 0.0


def written_in(engine: Engine, name: str, counts: Mapping[str, int]) -> Written | None:
    """Guess how a column's instants are written; None where they are none.

    Numbers that count from 1970 are told by their size and by the column's name.

    The intake's own reading decides, so that what is guessed here is read there.
    """
    texts = list(counts)[:MOST_TEXTS]
    if texts and speaks(name, OF_AN_INSTANT) and (epoch := _epoch(texts)) is not None:
        return Written(epoch, has_offset=True, has_time=True)
    if not texts or sum(map(_may_be_instant, texts)) < NEARLY_ALL * len(texts):
        return None
    engine.register("texts", pa.table({"t": pa.array(texts, pa.string())}))
    try:
        if _read(engine, None) >= NEARLY_ALL * len(texts):
            return _iso(texts)
        first = texts[: len(texts) // 20 + 20]  # most formats fail at once
        engine.register("texts", pa.table({"t": pa.array(first, pa.string())}))
        likely = [f for f in FORMATS if _read(engine, f) >= NEARLY_ALL * len(first)]
        engine.register("texts", pa.table({"t": pa.array(texts, pa.string())}))
        found = {f: _read(engine, f) for f in likely}
    finally:
        engine.unregister("texts")
    return _best(found, NEARLY_ALL * len(texts))


def _best(found: Mapping[str, int], least: float) -> Written | None:
    fit = {f: n for f, n in found.items() if n >= least}
    if not fit:
        return None
    most = max(fit.values())
    equal = [f for f, n in fit.items() if n == most]
    chosen = equal[0]  # the day first where nothing speaks against it
    swapped = chosen.translate(str.maketrans("dm", "md"))
    return Written(
        chosen,
        is_ambiguous=swapped != chosen and swapped in equal,
        has_time="%M" in chosen,
    )


def _read(engine: Engine, written: str | None) -> int:
    """Count the registered texts that are read as instants of our age."""
    parsed = instant("t", "UTC", written)
    [(count,)] = engine.execute(
        f"SELECT count(*) FROM (SELECT {parsed} AS i FROM texts) "
        f"WHERE {is_of_our_age('i', 'UTC')}"
    ).fetchall()
    return int(count)


def _iso(texts: list[str]) -> Written:
    zoned = sum(bool(re.fullmatch(DATE_TIME + OFFSET, t)) for t in texts)
    timed = sum(len(t) > len("2026-03-01") for t in texts)
    half = len(texts) / 2
    return Written(None, has_offset=zoned > half, has_time=timed > half)


def _epoch(texts: list[str]) -> str | None:
    """The unit of whole numbers that are instants from 2001 to 2033."""
    for unit, a_second in (("epoch_s", 1), ("epoch_ms", 1_000), ("epoch_us", 10**6)):
        lowest, highest = 10**9 * a_second, 2 * 10**9 * a_second
        if all(t.isdigit() and lowest <= int(t) < highest for t in texts):
            return unit
    return None


def _may_be_instant(text: str) -> bool:
    is_dated = re.search(r"\d[-/. ,]", text) and re.search(r"\d{2}", text)
    return bool(is_dated) and 6 <= len(text) <= 40 and not re.fullmatch(NUMBER, text)
