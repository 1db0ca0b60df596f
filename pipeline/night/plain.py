"""Arrow's values as Python's, without pandas.

pyarrow imports pandas, half a second of it, where it makes a scalar of a text or a
Python instant of one with a time zone. Who looks at one lead waits for that.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pyarrow as pa


def text_scalar(value: str, kind: pa.DataType) -> pa.Scalar:
    """Return a text as Arrow's.

    Examples
    --------
    >>> text_scalar("añb", pa.large_string()).as_py()
    'añb'
    """
    told = value.encode("utf-8", "surrogateescape")
    width = np.int64 if pa.types.is_large_string(kind) else np.int32
    ends = np.array([0, len(told)], width)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(told)]
    return pa.Array.from_buffers(kind, 1, buffers)[0]


def plain_row(table: pa.Table) -> dict[str, Any]:
    """Return the only row of a table, by column; instants are UTC.

    Examples
    --------
    >>> at = pa.array([0], pa.timestamp("us", tz="UTC"))
    >>> row = plain_row(pa.table({"at": at, "name": ["a"]}))
    >>> row["at"].isoformat(), row["name"]
    ('1970-01-01T00:00:00+00:00', 'a')
    """
    naive = pa.schema([f.with_type(_naive(f.type)) for f in table.schema])
    (row,) = table.cast(naive).to_pylist()
    return {name: _told(value) for name, value in row.items()}


def _naive(kind: pa.DataType) -> pa.DataType:
    """The type with its instants in microseconds and without their zones."""
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us")
    if pa.types.is_struct(kind):
        fields = [kind.field(i) for i in range(kind.num_fields)]
        return pa.struct([f.with_type(_naive(f.type)) for f in fields])
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(_naive(kind.value_type))
    return kind


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    if isinstance(value, list):
        return [_told(v) for v in value]
    if isinstance(value, dict):
        return {k: _told(v) for k, v in value.items()}
    return value
