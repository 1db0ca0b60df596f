"""Touches that were read once, kept so that a night reads new files alone.

A folder holds, for each source of touches as it is configured, *parts*: the canonical
touches of some files as Parquet, each with a digest of its row; the rows of these files
that were set aside, likewise; and one record of all parts, ``parts.json``, which says
of which files they were made, with the numbers of their reports.

Why whole touches, and not partial sums of them: all signals of twenty million touches
take seconds, and most of that is writing the answers; reading them out of raw files
takes minutes. Sums by day would save little, and visits and answers are not sums.

Why one record, and not one beside each part: reading everything anew and merging put
one part in the place of many. With one record that is one rename, so that a process
killed at any instant leaves either what was or what is. A file that the record does
not name is a leftover, and the next night removes it.

Why the way a source is configured is the name of its folder: another mapping, null
token, time zone or notation of values makes other touches of the same files, and must
never find these. So do another version of the query engine, which brings its own time
zones, and another ``FORMAT``: raise it whenever intake comes to read the same file
otherwise.

Why the lock is the system's and not just a file with a process number: it goes with
its holder however that ends, so that none is ever stale, nor taken over by two at
once; and a number says nothing where two containers share a folder. The number is
written into the file to be told to whoever comes second.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from features.documents import json_record, json_value
from features.engine import literal
from features.errors import ConfigError, RunError
from features.notation import Notation, notation_from

from ..files import replace_file
from ..origins import TouchesConfig
from ..sections import SourceConfig
from .report import FileDigest, InstantCells, SourceReport, UnreadableCells

FORMAT = 2
LISTED = "touches.parts.json"  # beside the tables: where the parts are
RECORD = "parts.json"
LOCK = "lock"


@dataclass(frozen=True)
class Kept:
    """An open folder of touches that are kept.

    Attributes
    ----------
    folder : Path
    notes : list of str
        Sentences on what was read anew, and why; they come to it as it happens.
    """

    folder: Path
    notes: list[str] = field(default_factory=list)

    def shelf(
        self, touches: TouchesConfig, source: SourceConfig, notation: Notation | None
    ) -> Shelf:
        """Return what is kept of a source, as it is configured and its values read."""
        name = f"touches-{_key(touches, source, notation, self.folder)[:16]}"
        return Shelf.of(self.folder / name, self.notes)


@contextmanager
def kept_in(folder: Path) -> Iterator[Kept]:
    """Open a folder for one night at a time.

    Raises
    ------
    RunError
        When another process has it open.
    ConfigError
        When it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / LOCK).open("a+", encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"{folder} cannot keep touches: {error.strerror}. Name a folder that "
            "may be written."
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise RunError(
                f"The touches kept in {folder} are in use by process "
                f"{lock.read().strip() or 'of unknown number'}. Wait until it has "
                "ended, or name another folder."
            ) from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield Kept(folder)


@dataclass(frozen=True)
class Shelf:
    """What is kept of one source.

    Attributes
    ----------
    folder : Path
    notes : list of str
        As of :class:`Kept`.
    columns : tuple of str
        Of the source's files; rows are alike or not over all of them.
    reports : dict of int to SourceReport
        Of each part, by its number, in the order they came.
    free : int
        A number that no part ever had.
    """

    folder: Path
    notes: list[str]
    columns: tuple[str, ...] = ()
    reports: dict[int, SourceReport] = field(default_factory=dict)
    free: int = 1

    @classmethod
    def of(cls, folder: Path, notes: list[str]) -> Shelf:
        """Read the record, and remove whatever it does not name."""
        folder.mkdir(exist_ok=True)
        shelf = cls(folder, notes)
        try:
            if (folder / RECORD).exists():
                shelf = cls._read(folder, notes)
        except MemoryError:  # Arrow's is an ArrowException, too
            raise
        except (OSError, ValueError, LookupError, TypeError, AttributeError,
                pa.ArrowException):  # fmt: skip
            notes.append(
                f"What was kept in {folder} is damaged: all its files are read anew."
            )
        shelf.clean()
        return shelf

    @classmethod
    def _read(cls, folder: Path, notes: list[str]) -> Shelf:
        told = json_record((folder / RECORD).read_text("utf-8"))
        reports = {int(n): _report(told["parts"][n]) for n in told["parts"]}
        shelf = cls(folder, notes, tuple(told["columns"]), reports, told["free"])
        for number, report in reports.items():
            for path, rows in (
                (shelf.touches(number), report.rows_written),
                (shelf.quarantine(number), report.rows_quarantined),
            ):
                if pq.read_metadata(path).num_rows != rows:
                    raise ValueError(f"{path} holds other rows")
        return shelf

    @property
    def files(self) -> tuple[FileDigest, ...]:
        """Every file that was read."""
        return tuple(f for r in self.reports.values() for f in r.files)

    @property
    def parts(self) -> list[Path]:
        """Where the touches are."""
        return [self.touches(number) for number in self.reports]

    def touches(self, number: int) -> Path:
        """Return the place of a part's touches."""
        return self.folder / f"{number:06d}.touches.parquet"

    def quarantine(self, number: int) -> Path:
        """Return the place of a part's rows that were set aside."""
        return self.folder / f"{number:06d}.quarantine.parquet"

    def write(self) -> None:
        """Write the record: what it names is valid from here on; remove the rest."""
        told = {
            "columns": self.columns,
            "free": self.free,
            "parts": {n: asdict(r) for n, r in self.reports.items()},
        }
        text = json.dumps(told, indent=1, ensure_ascii=False)
        replace_file(self.folder / RECORD, lambda p: p.write_text(text, "utf-8"))
        self.clean()

    def clean(self) -> None:
        """Remove leftovers."""
        mine = {self.touches(n).name for n in self.reports}
        mine |= {self.quarantine(n).name for n in self.reports}
        for path in self.folder.iterdir():
            if path.suffix in {".parquet", ".part"} and path.name not in mine:
                path.unlink()


def union_of(parts: Sequence[Path], columns: str = "* EXCLUDE (digest)") -> str:
    """Return SQL for the touches of several parts."""
    listed = ", ".join(literal(p.as_posix()) for p in parts)
    return f"SELECT {columns} FROM read_parquet([{listed}])"


def list_parts(path: Path, parts: Sequence[Path]) -> None:
    """Write down where touches are that are not among the tables of a folder."""
    told = json.dumps([str(p.absolute()) for p in parts])
    replace_file(path, lambda p: p.write_text(told, "utf-8"))


def listed_parts(path: Path) -> list[Path]:
    """Read what :func:`list_parts` wrote."""
    return [Path(p) for p in json_value(path.read_text("utf-8"))]


def _key(
    touches: TouchesConfig,
    source: SourceConfig,
    notation: Notation | None,
    folder: Path,
) -> str:
    """What the same bytes are read by; the same wherever a command is started.

    And wherever the folder is moved to along with the files, which are named as seen
    from it.
    """
    home = os.path.abspath(folder)
    told: dict[str, Any] = touches.model_dump(mode="json", by_alias=True)
    meant = touches.from_
    if isinstance(meant, dict):
        told["from"] = {name: os.path.relpath(p, home) for name, p in meant.items()}
    else:
        several = (meant,) if isinstance(meant, str) else meant
        told["from"] = [os.path.relpath(p, home) for p in several]
    numbers = None if notation is None else asdict(notation)
    how = (source.null_tokens, source.timezone, numbers, FORMAT, duckdb.__version__)
    return hashlib.sha256(json.dumps([told, *how]).encode()).hexdigest()


def _report(told: dict[str, Any]) -> SourceReport:
    unreadable = tuple(
        UnreadableCells(**{**c, "examples": tuple(c["examples"])})
        for c in told["cells_unreadable"]
    )
    parts = {
        "files": tuple(FileDigest(**f) for f in told["files"]),
        "cells_unreadable": unreadable,
        "instants": tuple(InstantCells(**i) for i in told["instants"]),
        "notation": notation_from(told["notation"]),
    }
    return SourceReport(**{**told, **parts})
