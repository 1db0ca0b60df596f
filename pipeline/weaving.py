"""The feature table on disk, part by part: in bounded memory, and resumable.

Every part is a file of its own until all are there. A build that was killed finds the
parts that it had finished, if nothing has changed that they were made of: their names
hold a digest of that. Then they are merged in the order of rows, a stretch at a time.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from features.catalogue import Catalogue
from features.engine import Engine, literal
from features.past.parts import BUCKETS, parts_of
from features.vocabulary import ROW, SNAPSHOT_AT
from features.weave import weave, weave_by_query, weave_in_parts

from .files import replace_file
from .stage import Say

SCRATCH = ".features"  # in a run folder: parts of a build that is not finished
_STRETCH = 65_536  # rows sorted and written at a time


def write_features(
    connection: Engine,
    catalogue: Catalogue,
    path: Path,
    *,
    memory_bytes: float,
    made_of: dict[str, Any],
    say: Say,
) -> None:
    """Compute every signal at every snapshot, and write them sorted by row.

    Parameters
    ----------
    connection : Engine
        As :func:`features.weave.weave` is shown it; ``spine`` is a table.
    path : Path
        Where to; beside it lie the parts as long as some are missing.
    memory_bytes : float
        What the computation may take in all.
    made_of : dict
        What the features follow from besides the catalogue, as digests.
    """
    parts = parts_of(connection, len(catalogue.columns), memory_bytes)
    if len(parts) == 1:
        table = weave(connection, catalogue)
        replace_file(path, lambda to: _write(_stretches(table), to))
        return
    scratch = path.parent / SCRATCH
    key = _key(catalogue, made_of)
    files = {p: scratch / f"{key}-{p.first:03d}-{p.last:03d}.parquet" for p in parts}
    missing = [p for p in parts if not files[p].exists()]
    woven = weave_in_parts(connection, catalogue, missing)
    for part, table in zip(missing, woven, strict=True):
        rows = max(_STRETCH // len(parts), 1)
        write = partial(pq.write_table, table, row_group_size=rows, compression="lz4")
        replace_file(files[part], partial(write, use_dictionary=_words(table.schema)))
        say(f"signals of {part.last / BUCKETS:.0%} of the leads")
    whole = ds.dataset([str(f) for f in files.values()])
    replace_file(path, lambda to: _write(_merged(whole), to))
    shutil.rmtree(scratch)


def write_by_query(connection: Engine, catalogue: Catalogue, path: Path) -> None:
    """Compute every signal by SQL alone, and write them sorted by row."""
    table = weave_by_query(connection, catalogue)
    replace_file(path, lambda to: _write(_stretches(table), to))


def write_in_spark(
    connection: Engine,
    catalogue: Catalogue,
    path: Path,
    *,
    tables: Path,
    master: str | None,
    memory_bytes: float,
) -> None:
    """Compute every signal in Spark, and write them sorted by row.

    Parameters
    ----------
    connection : Engine
        Whose ``spine`` is asked about.
    tables : Path
        The folder of the canonical tables; Spark reads them itself.
    master : str or None
        Where Spark runs; by default where the environment says.
    """
    from features.spark import open_spark, weave_in_spark

    scratch = path.parent / SCRATCH
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    spine, woven = scratch / "spine.parquet", scratch / "woven"
    # No outcome goes where signals are computed.
    deadline = ", deadline_at" * catalogue.company.has_deadlines
    connection.execute(
        "COPY (SELECT row, lead_id, account_id, created_at, snapshot_at"
        f"{deadline} FROM spine) TO {literal(spine.as_posix())} (FORMAT parquet)"
    )
    with open_spark(master, memory_bytes) as spark:
        weave_in_spark(spark, tables, spine, catalogue, out=woven)
    replace_file(path, lambda to: _write(_merged(ds.dataset(woven)), to))
    shutil.rmtree(scratch)


def _key(catalogue: Catalogue, made_of: dict[str, Any]) -> str:
    told = json.dumps([catalogue.fingerprint, made_of], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _stretches(table: pa.Table) -> Iterator[pa.Table]:
    for start in range(0, max(table.num_rows, 1), _STRETCH):
        yield table.slice(start, _STRETCH)


def _merged(parts: ds.Dataset) -> Iterator[pa.Table]:
    """Stretches of rows, of which every part holds some."""
    rows = parts.count_rows()
    for start in range(0, rows, _STRETCH):
        row = ds.field(ROW)
        found = parts.to_table(filter=(row >= start) & (row < start + _STRETCH))
        yield found.sort_by(ROW)


def _write(tables: Iterator[pa.Table], path: Path) -> None:
    """Write stretches as row groups: the same bytes, however many parts there were."""
    first = _in_utc(next(tables))
    words = _words(first.schema)
    with pq.ParquetWriter(
        path, first.schema, compression="zstd", use_dictionary=words
    ) as writer:
        writer.write_table(first.combine_chunks())
        for table in tables:
            writer.write_table(_in_utc(table).combine_chunks())


def _words(schema: pa.Schema) -> list[str]:
    """Columns of words: of numbers a dictionary costs more time than it saves room."""
    return [f.name for f in schema if pa.types.is_string(f.type)]


def _in_utc(table: pa.Table) -> pa.Table:
    place = table.schema.get_field_index(SNAPSHOT_AT)
    utc = table.column(place).cast(pa.timestamp("us", tz="UTC"))
    return table.set_column(place, SNAPSHOT_AT, utc).replace_schema_metadata()
