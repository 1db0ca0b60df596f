"""The text of a file: which bytes it is made of, and how they are decoded.

Why undecodable bytes are let through as surrogates: one bad byte then costs its own
row, which is quarantined, and not the file. A byte order mark outranks the configured
encoding, since nobody writes one by mistake.
"""

from __future__ import annotations

import codecs
import gzip
import io
import os
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from features.errors import ConfigError, SourceError
from features.resources import lacking

GZIP = b"\x1f\x8b"
PARQUET = b"PAR1"
ZIP = b"PK\x03\x04"

MARKS = (  # the longer mark first: that of UTF-32 begins like that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

MOST_INFLATION = 200  # exports shrink 5- to 50-fold; a bomb, about 1,000-fold
# So much is unpacked, and its ratio looked at, before any line of it is handed out: at
# a million lines a second, which the shortest are, no bomb costs more than seconds.
BLOCK_BYTES = 8 << 20
PACKED_BYTES = 8 << 10  # read at a time, so that what a block was packed in is known


def magic(path: Path) -> bytes:
    """Return the first four bytes of a regular file.

    Raises
    ------
    SourceError
        When there is no file, or it is a pipe or device, or may not be read.
    """
    with opened(path) as raw:
        return raw.read(4)


@contextmanager
def opened(path: Path) -> Iterator[io.BufferedReader]:
    """Open a regular file; a pipe is not waited for, and a device not touched.

    Raises
    ------
    SourceError
        When there is no file, or it is a pipe or device, or may not be read.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceError(f"{path} is not a regular file. Name a file or a folder.")
        # Asked again of what was opened: a pipe may have taken the file's place.
        with open(path, "rb", opener=_without_waiting) as raw:
            if not stat.S_ISREG(os.fstat(raw.fileno()).st_mode):
                raise SourceError(f"{path} is not a regular file any more.")
            yield raw
    except gzip.BadGzipFile:  # which is an OSError, and not of the system
        raise
    except OSError as error:
        if lack := lacking(error):  # of what is written while this is read
            raise lack from error
        if path.is_symlink() and not path.exists():
            raise SourceError(
                f"{path} is a link to {os.readlink(path)}, where there is no file. "
                "Correct or remove it."
            ) from error
        raise SourceError(f"{path} cannot be read: {error.strerror}.") from error


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)


@contextmanager
def open_text(path: Path, encoding: str) -> Iterator[TextIO]:
    """Open a text file, plain or gzip, without translating its line ends.

    Raises
    ------
    SourceError
        When the file is a ZIP archive, is damaged or cut, or inflates like a bomb.
    """
    if magic(path).startswith(ZIP):
        raise SourceError(
            f"{path.name} is a ZIP archive or an Excel workbook. Export it as CSV or "
            "Parquet."
        )
    before = _state(path)
    try:
        with opened(path) as raw, _inflated(raw, path) as binary:
            decoder = _decoder(binary.peek(4), encoding)
            errors = "surrogateescape" if decoder.startswith("utf-8") else "replace"
            with io.TextIOWrapper(
                binary, encoding=decoder, errors=errors, newline=""
            ) as text:
                yield text
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise SourceError(
            f"{path.name} is damaged or was cut off while being written: {error}. "
            "Export or copy it again."
        ) from error
    if _state(path) != before:
        raise SourceError(
            f"{path.name} changed while it was read. Wait until it is written."
        )


def is_decoded(text: str, encoding: str) -> bool:
    r"""Whether every character was really there, none standing for a bad byte.

    Examples
    --------
    >>> is_decoded("café", "utf-8"), is_decoded("caf\udce9", "utf-8")
    (True, False)
    """
    if text.isascii():
        return True
    if not encoding.startswith("utf-8"):
        return "\ufffd" not in text
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def shown(text: str, most: int = 1000) -> str:
    r"""Return a text as it may be kept: bad bytes and NULs replaced, cut to ``most``.

    Examples
    --------
    >>> shown("caf\udce9")
    'caf�'
    """
    cut = text[:most].replace("\0", "\ufffd")
    return cut.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _decoder(start: bytes, encoding: str) -> str:
    for mark, name in MARKS:
        if start.startswith(mark):
            return name
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise ConfigError(
            f"{encoding!r} is no encoding, e.g. 'utf-8', 'utf-16' or 'latin-1'."
        ) from error


def _inflated(raw: io.BufferedReader, path: Path) -> io.BufferedReader:
    if not raw.peek(2).startswith(GZIP):
        return raw
    return io.BufferedReader(_Inflated(raw, path), 1 << 20)


class _Counted:
    """Packed bytes on their way in, few at a time and counted."""

    def __init__(self, raw: io.BufferedReader) -> None:
        self._raw = raw
        self.count = 0

    def read(self, size: int = PACKED_BYTES) -> bytes:
        packed = self._raw.read(min(size, PACKED_BYTES))
        self.count += len(packed)
        return packed


class _Inflated(io.RawIOBase):
    """Gzip bytes on their way out, measured against their way in.

    Each block by itself, so that a bomb may not hide behind what is none.
    """

    def __init__(self, raw: io.BufferedReader, path: Path) -> None:
        self._packed = _Counted(raw)
        self._gzip = gzip.GzipFile(fileobj=self._packed, mode="rb")  # type: ignore[call-overload]
        self._path = path
        self._block = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if not self._block:
            self._block = memoryview(self._next_block())
        count = min(len(buffer), len(self._block))
        buffer[:count] = self._block[:count]
        self._block = self._block[count:]
        return count

    def _next_block(self) -> bytes:
        before = self._packed.count
        block: bytes = self._gzip.read(BLOCK_BYTES)
        packed = self._packed.count - before + PACKED_BYTES
        if len(block) == BLOCK_BYTES and MOST_INFLATION * packed < BLOCK_BYTES:
            raise SourceError(
                f"{self._path.name} unpacks to more than {MOST_INFLATION} times its "
                "size, as no export does. Unpack it yourself if it is what it claims "
                "to be."
            )
        return block
