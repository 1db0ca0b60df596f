"""The first rows of a file, read as strictly as the intake will, and its columns.

Why a copy of the first rows is read and not the file: an export may be of any size, and
what a column is shows early. What is said of a sample says that it is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.code_points import normalised_sql
from features.engine import Engine
from features.errors import SourceError
from pipeline.config import defaults
from pipeline.intake.cells import unless_null
from pipeline.intake.header import Lines
from pipeline.intake.loading import header_of
from pipeline.intake.null_tokens import null_cells
from pipeline.intake.sources import Reading, Source, load
from pipeline.intake.text import PARQUET, is_decoded, magic, open_text
from pipeline.intake.texts import NullCells

from .column import Column, written_in
from .lexicon import MISSING_WORDS, PERHAPS_MISSING
from .rewrite import rewrite_of
from .words import is_one_of

MOST_CHARACTERS = 30_000_000  # of a text file; some seconds' work
MOST_ROWS = 300_000  # of a Parquet file
WESTERN = "cp1252"  # what a file that is not UTF-8 nearly always is


@dataclass(frozen=True)
class Sample:
    """A file's first rows in the engine.

    Attributes
    ----------
    path : Path
        The file itself.
    source : Source
        Its copied rows.
    columns : tuple of Column
    encoding, delimiter : str
        How it is written.
    is_parquet : bool
    is_all : bool
        Whether the copy holds every row.
    rows : int
        That can be read.
    missing : tuple of str
        Words for missing, in all files.
    taken : dict of str to dict of str to int
        Of columns in which null tokens stand, cells with each, and empty ones.
    """

    path: Path
    source: Source
    columns: tuple[Column, ...]
    encoding: str
    delimiter: str
    is_parquet: bool
    is_all: bool
    rows: int
    missing: tuple[str, ...]
    taken: NullCells = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    @property
    def stem(self) -> str:
        """The file's name without its endings."""
        return self.path.name.split(".")[0]

    @property
    def instants(self) -> tuple[Column, ...]:
        """The columns of instants."""
        return tuple(c for c in self.columns if c.is_instant)

    @property
    def rows_told(self) -> str:
        """How many rows were looked at, in words."""
        return f"{'all' if self.is_all else 'the first'} {self.rows:,} rows"

    @property
    def relation(self) -> str:
        """The engine's table of the rows' cells."""
        return kept_of(self.source)

    @property
    def unreadable(self) -> int:
        """Rows that the intake will set aside."""
        return self.source.rows_in - self.rows

    def cell(self, column: str) -> str:
        """Return SQL for a column's text, missing where a word says so."""
        return unless_null(self.source.cell(column), self.missing)


@dataclass(frozen=True)
class MissingWord:
    """A word that stands for missing, and where it was seen."""

    word: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class _Copy:
    path: Path
    encoding: str
    is_all: bool


def look_at(
    engine: Engine, paths: Sequence[Path], work: Path
) -> tuple[tuple[Sample, ...], tuple[MissingWord, ...]]:
    """Read the first rows of files, and find the words that stand for missing.

    Raises
    ------
    SourceError
        When a file cannot be read.
    """
    tokens = tuple(defaults()["source"]["null_tokens"])
    reading = Reading(None, "utf-8", tokens, work, "2GB")
    found = []
    for i, path in enumerate(paths):
        folder = work / str(i)
        folder.mkdir()
        copy = _copy(path, folder)
        source = load(engine, f"file_{i}", str(copy.path), reading)
        cells = ", ".join(
            f"{normalised_sql(f'c{j}')} AS c{j}" for j in range(len(source.columns))
        )
        engine.execute(
            f"CREATE TEMP TABLE {kept_of(source)} AS "
            f"SELECT {cells} FROM {source.relation}"
        )
        found.append((path, copy, source, _counts(engine, source)))
    words = _missing_words([counts for *_, counts in found])
    missing = tuple(w.word for w in words)
    samples = [_sample(engine, *each, missing) for each in found]
    return tuple(samples), words


def kept_of(source: Source) -> str:
    """Return the engine's name of a source's cells, cleaned once."""
    return f"{source.relation}_kept"


def _sample(
    engine: Engine,
    path: Path,
    copy: _Copy,
    source: Source,
    counts: Mapping[str, Mapping[str, int]],
    missing: tuple[str, ...],
) -> Sample:
    [(rows,)] = engine.execute(f"SELECT count(*) FROM {kept_of(source)}").fetchall()
    columns = []
    for i, (name, texts) in enumerate(counts.items()):
        kept = {t: n for t, n in texts.items() if t not in missing}
        written, rewrite = written_in(engine, name, kept), None
        if written is None and (rewrite := rewrite_of(engine, kept)) is not None:
            told = rewrite.sql(f"c{i}")
            engine.execute(f"UPDATE {kept_of(source)} SET c{i} = {told}")
            kept = _counted(engine, source, i)
            written = written_in(engine, name, kept)
        columns.append(Column(name, int(rows), kept, written, rewrite))
    return Sample(
        path=path,
        source=source,
        columns=tuple(columns),
        encoding=copy.encoding,
        delimiter=header_of(copy.path, None, "utf-8").delimiter,
        is_parquet=magic(path) == PARQUET,
        is_all=copy.is_all,
        rows=int(rows),
        missing=missing,
        taken=null_cells(engine, source, source.columns),
    )


def _counts(engine: Engine, source: Source) -> dict[str, dict[str, int]]:
    """Count the texts of every column, the most frequent first."""
    return {n: _counted(engine, source, i) for i, n in enumerate(source.columns)}


def _counted(engine: Engine, source: Source, place: int) -> dict[str, int]:
    rows = engine.execute(
        f"SELECT c{place}, count(*) AS k FROM {kept_of(source)} "
        f"WHERE c{place} IS NOT NULL GROUP BY c{place} ORDER BY k DESC, c{place}"
    ).fetchall()
    return {str(text): int(count) for text, count in rows}


def _missing_words(
    files: list[Mapping[str, Mapping[str, int]]],
) -> tuple[MissingWord, ...]:
    """Find the words that say that nothing is known.

    "Unknown" is one only where no such column has blanks as well: beside blanks it is
    an answer of its own.
    """
    seen: dict[str, list[str]] = {}
    doubtful: dict[str, bool] = {}
    for counts in files:
        total = max((sum(c.values()) for c in counts.values()), default=0)
        for name, texts in counts.items():
            for text in _words_for_missing(texts):
                seen.setdefault(text, []).append(name)
                has_blanks = sum(texts.values()) < total
                is_doubtful = is_one_of(text, PERHAPS_MISSING) and has_blanks
                doubtful[text] = doubtful.get(text, False) or is_doubtful
    return tuple(
        MissingWord(w, tuple(columns)) for w, columns in seen.items() if not doubtful[w]
    )


def _words_for_missing(texts: Mapping[str, int]) -> list[str]:
    known = {*MISSING_WORDS, *PERHAPS_MISSING}
    return [t for t in texts if len(t) < 20 and is_one_of(t, known)]


def _copy(path: Path, folder: Path) -> _Copy:
    beside = folder / path.name
    if magic(path) == PARQUET:
        return _copy_parquet(path, beside)
    if path.suffix.lower() in {".parquet", ".pq"}:
        header_of(path, None, "utf-8")  # says what is wrong
    for encoding in ("utf-8", WESTERN):
        with open_text(path, encoding) as text:
            lines = Lines(text, path.name)
            taken = list(_first(lines))
            is_all = not lines.next()
            written = text.encoding
        if written != "utf-8" or all(is_decoded(line, "utf-8") for line in taken):
            break
    body = "".join(_ended(taken, is_all=is_all))
    beside.write_text(body, encoding="utf-8", errors="surrogateescape", newline="")
    # A byte order mark speaks for itself, so only what has none needs a word.
    return _Copy(beside, WESTERN if written == WESTERN else "utf-8", is_all)


def _first(lines: Lines) -> Iterator[str]:
    taken = 0
    for line in lines:
        yield line
        taken += len(line)
        if taken > MOST_CHARACTERS:
            return


def _ended(lines: list[str], *, is_all: bool) -> Iterator[str]:
    """Give every line its end, but for the last of a whole file."""
    for i, line in enumerate(lines):
        is_cut = line[-1:] not in "\r\n" and not (is_all and i == len(lines) - 1)
        yield line + "\n" if is_cut else line


def _copy_parquet(path: Path, beside: Path) -> _Copy:
    header_of(path, None, "utf-8")
    try:
        file = pq.ParquetFile(path)
        first = next(file.iter_batches(batch_size=MOST_ROWS), None)
        batches = [] if first is None else [first]
        table = pa.Table.from_batches(batches, file.schema_arrow)
        pq.write_table(table, beside)
        return _Copy(beside, "utf-8", table.num_rows == file.metadata.num_rows)
    except MemoryError:  # Arrow's is an ArrowException, too
        raise
    except (pa.ArrowException, OSError) as error:
        raise SourceError(f"{path.name} is damaged. Export it again.") from error


def commonest(columns: Sequence[str], most: int = 3) -> str:
    """Return some column names, and how many more there are.

    Examples
    --------
    >>> commonest(["City", "City", "Tags"])
    'City, Tags'
    """
    names = list(Counter(columns))
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
