"""The header of a CSV file, and the grammar (RFC 4180) by which its lines are read.

Why the delimiter is judged by the header alone: column names hold few delimiters of
their own, and a wrong guess shows at once, in names that nobody configured.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TextIO

from features.code_points import normalised
from features.errors import ConfigError, SourceError, few

from .text import is_decoded, open_text

DELIMITERS = (",", ";", "\t", "|")
MOST_CHARACTERS = 1_000_000  # of one record; the engine's line buffer is sized by it
MOST_BLANK = 1_000_000  # characters of blank lines one after another: a second
MOST_ENDLESS = 100_000_000  # characters without a line end: a second, too
BLOCK_CHARACTERS = 1 << 16  # read at once where lines may be plain
MOST_LINES = 1_000  # that one quoted field may span before its quote is called stray
MOST_COLUMNS = 10_000
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")


@dataclass(frozen=True)
class Header:
    """The column names of a file, and what separates them."""

    names: tuple[str, ...]
    delimiter: str


def read_header(path: Path, delimiter: str | None, encoding: str) -> Header:
    """Read the first line that is not blank as column names.

    Raises
    ------
    SourceError
        When there is no such line, or a name is empty or stands there twice.
    """
    with open_text(path, encoding) as text:
        return header_of(Lines(text, path.name), path.name, delimiter)


def header_of(lines: Lines, name: str, delimiter: str | None) -> Header:
    """Take the header off the lines of the file ``name``."""
    written = lines.next()
    while written and not written.strip(" \r\n\ufeff"):
        lines.skip_blank()
        written = lines.next()
    if not written:
        raise SourceError(
            f"{name} is empty: a first line with column names was expected. Export it "
            "again with a header."
        )
    if "\0" in written:
        raise SourceError(
            f"{name} holds NUL characters in its first line. If it is UTF-16, say "
            "encoding = 'utf-16'."
        )
    if not is_decoded(written, "utf-8"):
        raise SourceError(
            f"The column names of {name} are not UTF-8. Say how it is written, e.g. "
            "encoding = 'latin-1'."
        )
    body = written.lstrip("\ufeff")
    if re.match(r'\s*[\[{]\s*(?:["{\]}]|$)', body):
        raise SourceError(f"{name} is JSON. Export it as CSV or Parquet.")
    best = _split(body, delimiter)
    for more in islice(lines, 0 if best else MOST_LINES):
        body += more  # a quoted name that spans lines
        if best := _split(body, delimiter):
            break
    if best is None or not best.names:
        raise SourceError(
            f"The first line of {name} cannot be read as column names: a quote is "
            "opened and not closed, or goes on after it. Export the file again."
        )
    check_names(best.names, name)
    return best


def check_names(names: tuple[str, ...], name: str) -> None:
    """Refuse names that are empty, or the same but for upper and lower case.

    Raises
    ------
    SourceError
        Naming them.
    """
    if len(names) > MOST_COLUMNS:
        raise SourceError(
            f"{name} declares {len(names):,} columns, more than {MOST_COLUMNS:,}. "
            "Export only those that are needed."
        )
    if blank := [str(i) for i, n in enumerate(names, start=1) if not n]:
        raise SourceError(
            f"{name} has columns without a name, at position {few(blank)}. Name or "
            "remove them."
        )
    folded = [n.casefold() for n in names]
    if twice := [n for n in names if folded.count(n.casefold()) > 1]:
        raise SourceError(
            f"{name} has columns with the same name: {few(twice, 6)} (upper and lower "
            "case do not count). Rename or remove one of them."
        )


class Lines:
    """Lines that can be handed back; one that is too long is cut, its rest skipped.

    Parameters
    ----------
    text : TextIO
        Opened with the line ends left as they are.
    name : str
        The file's, for sentences.
    """

    def __init__(self, text: TextIO, name: str) -> None:
        self._text = text
        self._name = name
        self._pending: deque[str] = deque()
        self.number = 0  # of the line returned last, from 1

    def next(self) -> str:
        """Return the next line with its end, or an empty text after the last."""
        if self._pending:
            self.number += 1
            return self._pending.popleft()
        line = self._text.readline(MOST_CHARACTERS + 1)
        if line:
            self.number += 1
        if len(line) > MOST_CHARACTERS:
            self._skip_rest(line, self.number)
        return line

    def block(self) -> str:
        """Return some whole lines at once, none of them numbered yet.

        They are read as :meth:`next` reads them, so that none is cut between the two
        characters of its end. An empty text after the last.
        """
        text = self._text.read(BLOCK_CHARACTERS)
        if text and text[-1] != "\n":
            rest = self._text.readline(MOST_CHARACTERS + 1)
            if len(rest) > MOST_CHARACTERS:
                self._skip_rest(rest, self.number + len(_LINE.findall(text)))
            text += rest
        return text

    def hold(self, block: str) -> None:
        """Let the lines of a block come one by one."""
        self._pending.extend(_LINE.findall(block))

    def held(self) -> Iterator[str]:
        """Yield lines for as long as some are held or were handed back."""
        while self._pending:
            yield self.next()

    def _skip_rest(self, line: str, number: int) -> None:
        """Skip what follows of a line that is too long, given its number.

        Raises
        ------
        SourceError
            When it does not end.
        """
        rest, length = line, len(line)
        while len(rest) > MOST_CHARACTERS and rest[-1] not in "\r\n":
            rest = self._text.readline(MOST_CHARACTERS + 1)
            length += len(rest)
            if length > MOST_ENDLESS:
                raise SourceError(
                    f"Line {number:,} of {self._name} goes on for more than "
                    f"{MOST_ENDLESS:,} characters: this is no table. Export it again."
                )

    def skip_blank(self) -> None:
        """Go on to the next line that says something.

        Raises
        ------
        SourceError
            When it does not come.
        """
        first, length = self.number, 0
        while (line := self.next()) and not line.strip(" \r\n"):
            length += len(line)
            if length > MOST_BLANK:
                raise SourceError(
                    f"{self._name} holds more than {MOST_BLANK:,} characters of blank "
                    f"lines from line {first:,} on: this is no table. Export it again."
                )
        if line:
            self.hand_back([line])

    def hand_back(self, lines: list[str]) -> None:
        """Return lines to the front, in their order."""
        self._pending.extendleft(reversed(lines))
        self.number -= len(lines)

    def __iter__(self) -> Iterator[str]:
        return iter(self.next, "")


@dataclass(frozen=True)
class Grammar:
    """What a record looks like with one delimiter."""

    whole: re.Pattern[str]
    is_open: re.Pattern[str]  # it ends inside a quoted field
    field: re.Pattern[str]


@cache
def grammar_of(delimiter: str) -> Grammar:
    """Return the patterns of whole records, open ones and fields."""
    d = re.escape(delimiter)
    opened = r'"[^"]*+(?:""[^"]*+)*+'
    field = rf'(?:{opened}"|(?!")[^{d}]*+)'
    return Grammar(
        re.compile(rf"{field}(?:{d}{field})*+\Z"),
        re.compile(rf"(?:{field}{d})*+{opened}\Z"),
        re.compile(rf"(?:\A|{d})({field})"),
    )


def _split(written: str, delimiter: str | None) -> Header | None:
    """Split at the delimiter that gives the most columns; None inside a quoted name."""
    body = written.rstrip("\r\n")
    candidates: dict[str, int] = {}
    for d in (delimiter,) if delimiter else DELIMITERS:
        if d in '"\r\n':
            raise ConfigError(f"{d!r} cannot be a delimiter; ',' or ';' can.")
        grammar = grammar_of(d)
        is_open = bool(grammar.is_open.match(body))
        if is_open or grammar.whole.fullmatch(body):
            candidates[d] = len(grammar.field.findall(body)) + is_open
    if not candidates:
        return Header((), delimiter or ",")
    best = max(candidates, key=lambda d: candidates[d])
    if grammar_of(best).is_open.match(body):
        return None
    fields = grammar_of(best).field.findall(body)
    return Header(tuple(normalised(unquoted(f).strip()) for f in fields), best)


def unquoted(field: str) -> str:
    """Return what a field says."""
    return field[1:-1].replace('""', '"') if field.startswith('"') else field
