"""The records of a CSV file: which are whole, and what is wrong with the others.

Why records are told apart here and not by the engine: DuckDB 2.0 refuses a whole file
for one stray quote or a change of line ends, and its sniffer can lose rows without a
word. So each record is judged by one small grammar (RFC 4180), the whole ones are
copied with their number and line, and the engine reads a copy that holds no surprise.
The engine's own count of that copy must then agree with the count made here.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TextIO

from features.errors import SourceError

from .header import (
    MOST_CHARACTERS,
    MOST_LINES,
    Header,
    Lines,
    grammar_of,
    header_of,
    unquoted,
)
from .text import is_decoded, open_text, shown


@dataclass(frozen=True)
class Copied:
    """The copy of one file: whole records in one file, all others in another."""

    kept: Path
    rejected: Path
    kept_rows: int
    rejected_rows: int
    spans_lines: bool  # whether some quoted field holds a line end


def copy_records(
    path: Path, header: Header, encoding: str, *, first_row: int, folder: Path
) -> Copied:
    """Copy a file's records into ``folder``, each with its row and its line.

    Parameters
    ----------
    path : Path
        The file, plain or gzip.
    header : Header
        As read from this very file.
    encoding : str
        Of the file, unless it begins with a byte order mark.
    first_row : int
        The row number of the file's first record.
    folder : Path
        Where the copies are written.

    Raises
    ------
    SourceError
        When the file ends inside a quoted field that its last lines opened.
    """
    kept, rejected = (folder / f"{first_row}.{end}.csv" for end in ("kept", "rejected"))
    with (
        open_text(path, encoding) as text,
        kept.open("w", encoding="utf-8", newline="") as good,
        rejected.open("w", encoding="utf-8", newline="") as bad,
    ):
        lines = Lines(text, path.name)
        header_of(lines, path.name, header.delimiter)
        copyist = _Copyist(lines, header, text.encoding, good, bad)
        copyist.copy(path.name, first_row)
    return Copied(
        kept,
        rejected,
        copyist.kept,
        copyist.row - first_row - copyist.kept,
        copyist.spans_lines,
    )


class _Copyist:
    """Copies whole records to one file and says of all others what is wrong."""

    def __init__(
        self, lines: Lines, header: Header, encoding: str, kept: TextIO, bad: TextIO
    ) -> None:
        self._lines = lines
        self._delimiter = header.delimiter
        self._width = len(header.names)
        self._grammar = grammar_of(header.delimiter)
        self._encoding = encoding
        self._write = kept.write
        self._reject = csv.writer(bad, quoting=csv.QUOTE_ALL, lineterminator="\n")
        self.row = self.kept = 0
        self.spans_lines = False

    def copy(self, name: str, first_row: int) -> None:
        """Judge every record, numbering from ``first_row``."""
        self.row = first_row
        self._copy_held(name)
        while block := self._lines.block():
            if not self._copy_plain(block):
                self._lines.hold(block)
                self._copy_held(name)

    def _copy_plain(self, block: str) -> bool:
        """Copy a block of lines that are whole records at first sight, if all are.

        Most blocks of most files are so, and need no look at any line by itself.
        """
        if (
            '"' in block
            or "\0" in block
            or not block.isascii()
            or len(block) > MOST_CHARACTERS
        ):
            return False
        if "\r" in block:
            if block.count("\r") != block.count("\r\n"):
                return False
            block = block.replace("\r\n", "\n")
        d, separators = self._delimiter, self._width - 1
        bodies = block.removesuffix("\n").split("\n")
        if not separators or d == " ":
            return False  # so that a blank line might be a record
        if any(body.count(d) != separators for body in bodies):
            return False
        lines = count(self._lines.number + 1)
        self._write(
            "".join(
                [
                    f"{row}{d}{line}{d}{body}\n"
                    for row, line, body in zip(count(self.row), lines, bodies)
                ]
            )
        )
        self._lines.number += len(bodies)
        self.kept += len(bodies)
        self.row += len(bodies)
        return True

    def _copy_held(self, name: str) -> None:
        """Judge line by line what is held, and what belongs to its last record."""
        d, separators, lines = self._delimiter, self._width - 1, self._lines
        for line in lines.held():
            body = line.rstrip("\r\n")
            if not body.strip(" "):
                lines.skip_blank()  # they say nothing
                continue
            if len(line) > MOST_CHARACTERS:
                self._refuse(
                    f"The record is longer than {MOST_CHARACTERS:,} characters.", line
                )
            elif '"' in body:
                self._copy_quoted(line, name)
            elif body.count(d) == separators and body.isascii() and "\0" not in body:
                self._write(f"{self.row}{d}{lines.number}{d}{body}\n")
                self.kept += 1
                self.row += 1
            else:
                self._judge(body, body.count(d) + 1, body)

    def _copy_quoted(self, line: str, name: str) -> None:
        taken, body, size = [line], line.rstrip("\r\n"), len(line)
        is_open = self._grammar.is_open.match(body)
        while is_open and len(taken) < MOST_LINES:
            more = self._lines.next()
            size += len(more)
            if not more:
                self._check_end(taken, name)
                break
            taken.append(more)
            if size > MOST_CHARACTERS:
                break
            if '"' in more:
                body = "".join(taken).rstrip("\r\n")
                is_open = self._grammar.is_open.match(body)
        if not is_open and self._grammar.whole.fullmatch(body):
            self.spans_lines |= len(taken) > 1
            fields = self._grammar.field.findall(body)
            is_plain = all(f[:1] == '"' or '"' not in f for f in fields)
            told = body if is_plain else self._requoted(fields)
            self._judge(told, len(fields), body, len(taken))
            return
        self._lines.hand_back(taken[1:])
        self._refuse(
            "A quote is opened in this line and never closed."
            if is_open
            else "A quoted field goes on after its closing quote.",
            line,
        )

    def _requoted(self, fields: list[str]) -> str:
        plain = (unquoted(f).replace('"', '""') for f in fields)
        return self._delimiter.join(f'"{f}"' for f in plain)

    def _judge(self, told: str, width: int, text: str, height: int = 1) -> None:
        if "\0" in text:
            self._refuse("The record holds a NUL character.", text, height)
        elif not is_decoded(text, self._encoding):
            self._refuse(f"The record is not {self._encoding} text.", text, height)
        elif width != self._width:
            self._refuse(f"Expected {self._width} fields, found {width}.", text, height)
        else:
            line = self._lines.number - height + 1
            self._write(f"{self.row}{self._delimiter}{line}{self._delimiter}{told}\n")
            self.kept += 1
            self.row += 1

    def _refuse(self, reason: str, text: str, height: int = 1) -> None:
        line = self._lines.number - height + 1
        self._reject.writerow((self.row, line, reason, shown(text.rstrip("\r\n"))))
        self.row += 1

    def _check_end(self, taken: list[str], name: str) -> None:
        """Refuse a file that stops inside a quoted field, not one with a stray quote.

        Lines after the quote that are whole records speak for a stray one.
        """
        is_stray = any(m.count(self._delimiter) == self._width - 1 for m in taken[1:])
        if not taken[-1].endswith(("\r", "\n")) and not is_stray:
            raise SourceError(
                f"{name} ends inside a quoted field that line "
                f"{self._lines.number - len(taken) + 1} opens: it was cut off while "
                "being written or copied. Export or copy it again."
            )
