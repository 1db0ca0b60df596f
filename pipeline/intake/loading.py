"""Loading: files and answers become tables of text in the engine, every row counted."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from features.code_points import normalised
from features.engine import Engine, literal, quoted
from features.errors import SourceError
from features.resources import lacking

from ..values import is_numeric, typed_sql
from .header import MOST_CHARACTERS, Header, check_names, read_header
from .records import Copied, copy_records
from .text import MOST_INFLATION, PARQUET, magic

SEPARATOR = 31  # the character between the names of a header
ENGINE_LINE_BYTES = 4 * MOST_CHARACTERS + 1_000  # four bytes a character, row and line
LEAST_CELLS = 50_000_000  # below these no footer is too much: seconds, and gigabytes
LEAST_UNPACKED = 1 << 30
Layout = tuple[
    Header, tuple[str, ...], str
]  # of the file; the table's columns; encoding


def header_of(path: Path, delimiter: str | None, encoding: str) -> Header:
    """Read a file's column names, whatever kind of file it is.

    Raises
    ------
    SourceError
        When it has none that can be read, or they are not told apart.
    """
    if magic(path) != PARQUET:
        if path.suffix.lower() in {".parquet", ".pq"}:
            raise SourceError(
                f"{path.name} is not a Parquet file, whatever its name says. Export "
                "it again."
            )
        return read_header(path, delimiter, encoding)
    try:
        footer = pq.read_metadata(path)
        names = tuple(map(normalised, footer.schema.to_arrow_schema().names))
    except MemoryError:  # Arrow's is an ArrowException, too
        raise
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{path.name} is damaged, or its writer was killed: it has no readable "
            "Parquet footer. Export it again."
        ) from error
    _check_footer(footer, path)
    if not names:
        raise SourceError(f"{path.name} has no columns. Export it again.")
    check_names(names, path.name)
    return Header(names, delimiter or ",")


def _check_footer(footer: pq.FileMetaData, path: Path) -> None:
    """Refuse what a footer says to be far more than the file can hold.

    A column of one value takes no room, however many rows it has: so the cells are
    counted, and not only the bytes that they are unpacked to.
    """
    size = path.stat().st_size
    groups = [footer.row_group(i) for i in range(footer.num_row_groups)]
    unpacked = sum(group.total_byte_size for group in groups)
    cells = footer.num_rows * footer.num_columns
    for count, least, what in (
        (cells, LEAST_CELLS, "cells"),
        (unpacked, LEAST_UNPACKED, "bytes unpacked"),
    ):
        if count > max(least, MOST_INFLATION * size):
            raise SourceError(
                f"{path.name} declares {count:,} {what} ({footer.num_rows:,} rows of "
                f"{footer.num_columns:,} columns), and has {size:,} bytes: more than "
                f"{MOST_INFLATION} for each. Export it again, in several files or as "
                "CSV if that is what it holds."
            )


def create(engine: Engine, name: str, width: int) -> None:
    """Make the empty tables of a source: its rows and its rejects."""
    texts = "".join(f", r{i} VARCHAR" for i in range(width))
    engine.execute(f"CREATE TABLE {name} (n BIGINT, file VARCHAR, line BIGINT{texts})")
    engine.execute(
        f"CREATE TABLE {name}_rejects "
        "(n BIGINT, file VARCHAR, line BIGINT, reason VARCHAR, raw VARCHAR, "
        "header VARCHAR, delimiter VARCHAR, lead_id VARCHAR)"
    )


def insert_file(
    engine: Engine, name: str, path: Path, layout: Layout, *, first_row: int, work: Path
) -> int:
    """Add a file's rows and rejects, and return how many there are together."""
    header, columns, encoding = layout
    if magic(path) == PARQUET:
        return _insert_parquet(engine, name, path, columns, first_row)
    copied = copy_records(path, header, encoding, first_row=first_row, folder=work)
    _insert_copy(engine, name, path.name, copied, (header, columns))
    copied.kept.unlink()
    copied.rejected.unlink()
    return copied.kept_rows + copied.rejected_rows


def insert_answer(
    engine: Engine, name: str, files: str, rows: pa.Table, rejects: pa.Table
) -> None:
    """Add the rows that answer a query, and the rejects of the files it asked."""
    texts = "".join(f", c{i}" for i in range(rows.num_columns))
    engine.register("arrived", rows)
    engine.execute(
        f"INSERT INTO {name} SELECT row_number() OVER () - 1, {literal(files)}, "
        f"NULL{texts} FROM arrived"
    )
    engine.unregister("arrived")
    engine.register("arrived", rejects)
    engine.execute(
        f"INSERT INTO {name}_rejects BY NAME SELECT {rows.num_rows} + row_number() "
        "OVER () - 1 AS n, file, line, reason, raw FROM arrived"
    )
    engine.unregister("arrived")


def _insert_copy(
    engine: Engine,
    name: str,
    file: str,
    copied: Copied,
    names: tuple[Header, tuple[str, ...]],
) -> None:
    header, columns = names
    here = {column: f"h{i}" for i, column in enumerate(header.names)}
    cells = "".join(f", {here.get(column, 'NULL')}" for column in columns)
    kept = _csv(copied.kept, tuple(here.values()), header.delimiter)
    if copied.spans_lines:
        kept = kept.replace("parallel = true", "parallel = false")
    bad = _csv(copied.rejected, ("reason", "raw"), ",")
    into = f"SELECT n, {literal(file)}, line"
    names_told = literal(chr(SEPARATOR).join(header.names))
    of_file = f"{names_told}, {literal(header.delimiter)}, NULL"
    rejected = f"{into}, reason, raw, {of_file} FROM {bad}"
    for relation, told, expected in (
        (name, f"{into}{cells} FROM {kept}", copied.kept_rows),
        (f"{name}_rejects", rejected, copied.rejected_rows),
    ):
        arrived = _inserted(engine, f"INSERT INTO {relation} {told}", file)
        if arrived != expected:
            raise SourceError(
                f"{file} does not add up: {expected:,} records were told apart and "
                f"{arrived:,} arrived. This is a fault of Leadlight; please report it."
            )


def _csv(path: Path, texts: tuple[str, ...], delimiter: str) -> str:
    """Return SQL that reads a copy, leaving nothing to the sniffer."""
    columns = ", ".join(
        ["'n': 'BIGINT'", "'line': 'BIGINT'", *(f"'{t}': 'VARCHAR'" for t in texts)]
    )
    return (
        f"read_csv({literal(path.as_posix())}, auto_detect = false, header = false, "
        f"columns = {{{columns}}}, delim = {literal(delimiter)}, quote = '\"', "
        "escape = '\"', new_line = '\\n', strict_mode = true, null_padding = false, "
        f"max_line_size = {ENGINE_LINE_BYTES}, parallel = true)"
    )


def _insert_parquet(
    engine: Engine, name: str, path: Path, columns: tuple[str, ...], first_row: int
) -> int:
    read = f"read_parquet({literal(path.as_posix())}, file_row_number = true)"
    here = {
        normalised(c): typed_sql(quoted(c), kind) for c, kind in types_of(engine, read)
    }
    cells = "".join(f", {here.get(c, 'NULL')}" for c in columns)
    arrived = _inserted(
        engine,
        f"INSERT INTO {name} SELECT {first_row} + file_row_number, "
        f"{literal(path.name)}, file_row_number + 1{cells} FROM {read}",
        path.name,
    )
    expected = pq.read_metadata(path).num_rows
    if arrived != expected:
        raise SourceError(
            f"{path.name} does not add up: its footer speaks of {expected:,} rows and "
            f"{arrived:,} arrived. Export it again."
        )
    return arrived


def numeric_columns(engine: Engine, path: Path) -> frozenset[str]:
    """Return the columns that a file says to hold numbers; of a text file, none."""
    if magic(path) != PARQUET:
        return frozenset()
    read = f"read_parquet({literal(path.as_posix())})"
    told = types_of(engine, read)
    return frozenset(normalised(c) for c, kind in told if is_numeric(kind))


def types_of(engine: Engine, query: str) -> list[tuple[str, str]]:
    """Return the columns of what can be selected from, and the engine's types."""
    told = engine.execute(f"DESCRIBE FROM {query}").fetchall()
    return [(str(name), str(kind)) for name, kind, *_ in told]


def _inserted(engine: Engine, statement: str, file: str) -> int:
    try:
        [(count,)] = engine.execute(statement).fetchall()
    except duckdb.Error as error:
        if lack := lacking(error):
            raise lack from error
        # The first sentence only: what follows may quote rows.
        told = str(error).splitlines()[0][:120]
        raise SourceError(f"{file} cannot be read: {told}. Export it again.") from error
    return int(count)
