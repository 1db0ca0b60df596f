"""A source as the engine sees it: numbered rows of text, and why others are not rows.

Why text only: a sniffer that guesses types loses what does not fit the guess. Columns
are called c0, c1, … inside, so that no name in a file ever becomes SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa

from features.engine import Engine, open_engine, quoted
from features.errors import ConfigError, SourceError, few, near
from features.notation import Notation

from ..values import attribute_sql, certain_sql, is_numeric, truth_sql, value_sql
from .cells import trimmed, unless_null
from .files import digest_of, found_files
from .header import check_names
from .loading import (
    create,
    header_of,
    insert_answer,
    insert_file,
    numeric_columns,
)
from .queries import answer, checked
from .report import FileDigest

RAW_CHARACTERS = 1_000
_CELLS = "_cells"  # what a view of cleaned cells is called by, after its table
ROW = "@row"  # in the configuration: the row's place stands for an id or a date


@dataclass(frozen=True)
class Reading:
    """How the files of a source are to be read."""

    delimiter: str | None
    encoding: str
    null_tokens: tuple[str, ...]
    work: Path  # a folder for copies
    memory_limit: str  # of the engine that a query is asked in
    columns: tuple[str, ...] = ()  # that other files of the source are known to have
    follow_links: bool = False  # out of the folder or glob that they stand in
    own_tokens: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by column


@dataclass(frozen=True)
class Source:
    """Rows of text in the engine.

    Attributes
    ----------
    relation : str
        A view with columns ``n`` (0-based over all rows in, bad ones included),
        ``file``, ``line`` (null after a query; the row, from 1, in Parquet), ``c0``,
        ``c1``, … (trimmed, null tokens missing), ``whole`` (all cells, to compare
        rows by) and ``raw`` (the row as it was, cut).
    rejects : str
        A table with columns ``n``, ``file``, ``line``, ``reason``, ``raw``, the
        ``header`` and ``delimiter`` of its file, and ``lead_id`` where it can be read.
    name : str
        The file or files, for sentences.
    columns : tuple of str
        The names; the i-th is ``c{i}`` in the engine.
    absent : dict of str to tuple of str
        Columns that some files lack, and which.
    files, rows_in : tuple of FileDigest, int
        What was read, and how many rows and rejects that were together.
    before : str or None
        SQL for the canonical rows that were kept of this source on earlier nights,
        each with its ``digest``.
    own_tokens : mapping of str to tuple of str
        Null tokens of single columns, instead of ``null_tokens``.
    numbers, noted : frozenset of str
        Columns that a scorer reads as numbers; and in a notation, which must not
        misread those of a typed column.
    """

    relation: str
    rejects: str
    name: str
    columns: tuple[str, ...]
    absent: dict[str, tuple[str, ...]]
    files: tuple[FileDigest, ...]
    rows_in: int
    null_tokens: tuple[str, ...] = ()
    typed: frozenset[str] = frozenset()
    notation: Notation | None = None
    is_notation_known: bool = False
    before: str | None = None
    own_tokens: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: frozenset[str] = frozenset()
    noted: frozenset[str] = frozenset()

    def cell(self, column: str) -> str:
        """Return the engine's name of a column."""
        return f"c{self.columns.index(column)}"

    @property
    def arrived(self) -> str:
        """The engine's table of the rows as they came: texts r0, r1 and so on."""
        return self.relation.removesuffix(_CELLS)

    def tokens_of(self, column: str) -> tuple[str, ...]:
        """Return the null tokens of a column: its own, or those of all."""
        return self.own_tokens.get(column, self.null_tokens)

    def value(self, column: str) -> str:
        """Return SQL for a column's values, one text for each."""
        return value_sql(self.cell(column), self.tokens_of(column))

    def attribute(self, column: str) -> str:
        """Return SQL for the same, of an attribute."""
        text = attribute_sql(self.cell(column), self.tokens_of(column))
        if column in self.numbers:
            text = truth_sql(text)
        return certain_sql(text) if column in self.noted & self.typed else text

    def check_has(self, columns: Iterable[str], said_by: str) -> None:
        """Refuse to go on without these columns.

        Raises
        ------
        SourceError
            Naming those that are missing, and near matches.
        """
        wanted = list(dict.fromkeys(columns))
        if missing := [c for c in wanted if c not in self.columns]:
            meant = dict.fromkeys(n for c in missing for n in near(c, self.columns, 3))
            hint = f"; did you mean {few(list(meant))}?" if meant else "."
            raise SourceError(
                f"{self.name} has no column {few(missing, 5)}, which {said_by} names"
                f"{hint} Correct the name in the configuration."
            )
        for column in wanted:
            if column in self.absent:
                raise SourceError(
                    f"The column {column!r}, which {said_by} names, is missing from "
                    f"{few(list(self.absent[column]))}, while other files of the "
                    "table have it. Give all files the same columns."
                )


def load(
    engine: Engine, name: str, meant: str | tuple[str, ...], reading: Reading
) -> Source:
    """Read files into the engine as one source called ``name``.

    Raises
    ------
    SourceError
        When a file cannot be read as described.
    """
    paths = found_files(meant, follow_links=reading.follow_links)
    headers = [header_of(p, reading.delimiter, reading.encoding) for p in paths]
    names = (n for h in headers for n in h.names)
    columns = tuple(dict.fromkeys((*reading.columns, *names)))
    told = ", ".join(p.name for p in paths[:3])
    told += f" and {len(paths) - 3} more" if len(paths) > 3 else ""
    check_names(columns, told)
    create(engine, name, len(columns))
    rows = 0
    digests: list[FileDigest] = []
    absent: dict[str, tuple[str, ...]] = {}
    typed: frozenset[str] = frozenset()
    for path, header in zip(paths, headers, strict=True):
        digests.append(digest_of(path))
        typed |= numeric_columns(engine, path)
        layout = (header, columns, reading.encoding)
        rows += insert_file(
            engine, name, path, layout, first_row=rows, work=reading.work
        )
        for column in set(columns) - set(header.names):
            absent[column] = (*absent.get(column, ()), path.name)
    view = _view(engine, name, columns, headers[0].delimiter, reading)
    return Source(
        view,
        f"{name}_rejects",
        told,
        columns,
        absent,
        tuple(digests),
        rows,
        reading.null_tokens,
        typed,
        own_tokens=reading.own_tokens,
    )


def load_query(
    engine: Engine,
    name: str,
    meant: Mapping[str, str | tuple[str, ...]],
    query: str,
    reading: Reading,
) -> Source:
    """Read named files, ask the query of them, and take its answer as the source.

    Records that cannot be read stay rejects of the source; they are numbered after
    the rows of the answer.
    """
    text = checked(query, tuple(meant))
    with open_engine(memory_limit=reading.memory_limit) as asked:
        asked.execute("SET temp_directory = ?", [str(reading.work)])
        parts = [
            _load_named(asked, each, path, reading) for each, path in meant.items()
        ]
        kinds = answer(asked, text, "_answer")
        columns = tuple(c for c, _ in kinds)
        rows: pa.Table = asked.sql("FROM _answer").to_arrow_table()
        rejects = pa.concat_tables(
            asked.sql(f"FROM {p.rejects} ORDER BY n").to_arrow_table() for p in parts
        )
    known = {*columns, *(c for p in parts for c in p.columns)}
    if strange := sorted(set(reading.own_tokens) - known):
        raise ConfigError(
            f"null_tokens names {few(strange)}, which neither the query's answer nor "
            "any file that it asks has. Correct the name in the configuration."
        )
    files = tuple(f for p in parts for f in p.files)
    names = ", ".join(dict.fromkeys(f.name for f in files))
    check_names(columns, f"The query's answer over {names}")
    create(engine, name, len(columns))
    insert_answer(engine, name, names, rows, rejects)
    return Source(
        _view(engine, name, columns, ",", reading),
        f"{name}_rejects",
        f"The query's answer over {names}",
        columns,
        {},
        files,
        rows.num_rows + rejects.num_rows,
        reading.null_tokens,
        frozenset(c for c, kind in kinds if is_numeric(kind)),
        own_tokens=reading.own_tokens,
    )


def _load_named(
    engine: Engine, name: str, meant: str | tuple[str, ...], reading: Reading
) -> Source:
    """Show a source to a query, under its own column names."""
    if not name.isidentifier() or name.startswith("_"):
        raise ConfigError(
            f"{name!r} cannot name a file in 'from'; use letters, digits and '_'."
        )
    source = load(engine, f"_{name}", meant, reading)
    source.check_has(source.absent, "another file of the table")
    told = ", ".join(f"c{i} AS {quoted(c)}" for i, c in enumerate(source.columns))
    engine.execute(
        f"CREATE TABLE {quoted(name)} AS SELECT {told} FROM {source.relation} "
        "ORDER BY n"
    )
    return source


def _view(
    engine: Engine,
    name: str,
    columns: tuple[str, ...],
    delimiter: str,
    reading: Reading,
) -> str:
    """Show rows with their cells cleaned; names sorted where whole rows are compared.

    The unit and record separators stand between cells and for missing ones, so that
    two rows are equal as texts only if they are equal cell by cell.
    """
    places = range(len(columns))
    cells = [f"c{i}" for i in places]
    by_name = [cell for _, cell in sorted(zip(columns, cells, strict=True))]
    trims = ", ".join(f"{trimmed(f'r{i}')} AS t{i}" for i in places)
    tokens = [reading.own_tokens.get(c, reading.null_tokens) for c in columns]
    clean = ", ".join(f"{unless_null(f't{i}', tokens[i])} AS c{i}" for i in places)
    whole = ", ".join(f"coalesce({cell}, chr(30))" for cell in by_name)
    raw = ", ".join(f"coalesce(r{i}, '')" for i in places)
    engine.execute(
        f"""
        CREATE VIEW {name}{_CELLS} AS
        WITH trimmed AS (SELECT *, {trims} FROM {name}),
        cleaned AS (SELECT *, {clean} FROM trimmed)
        SELECT n, file, line, {", ".join(cells)},
            concat_ws(chr(31), {whole}) AS whole,
            substr(concat_ws(chr({ord(delimiter)}), {raw}), 1, {RAW_CHARACTERS}) AS raw
        FROM cleaned
        """
    )
    return f"{name}{_CELLS}"
