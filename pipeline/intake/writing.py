"""Writing a table so that a reader finds the old file or the whole new one.

Why not the engine's own ``COPY``: killed half-way, it leaves part of a file under the
final name.
"""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from features.engine import Engine
from features.errors import RunError

ROW_GROUP = 122_880  # rows; fixed, so that equal tables are equal files


def write_table(engine: Engine, query: str, path: Path) -> int:
    """Write a query's answer as Parquet: beside, to disk, then renamed.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    RunError
        When the disk is full or may not be written.
    """
    beside = path.with_name(f".{path.name}.part")
    rows = 0
    try:
        with beside.open("wb") as out:
            answer = engine.sql(query)
            reader: pa.RecordBatchReader = answer.to_arrow_reader(ROW_GROUP)
            with pq.ParquetWriter(out, reader.schema, compression="zstd") as writer:
                for batch in reader:
                    rows += batch.num_rows
                    writer.write_batch(batch, row_group_size=ROW_GROUP)
            out.flush()
            os.fsync(out.fileno())
        beside.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise RunError(
            f"{path} cannot be written: {error.strerror}. What stood there is "
            "unchanged."
        ) from error
    finally:
        beside.unlink(missing_ok=True)
    return rows


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
