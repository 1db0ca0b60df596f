"""Two tables of features that have to say the same."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa

_CLOSE = 1e-9


def differences(told: pa.Table, true: pa.Table) -> list[tuple[str, int, Any, Any]]:
    """Return column, row and both values wherever two tables differ.

    Whole numbers and words have to be equal, other numbers to nine digits.
    """
    assert told.schema.names == true.schema.names
    assert told.schema.types == true.schema.types
    return [
        (name, row, one, other)
        for name in true.schema.names
        for row, (one, other) in enumerate(
            zip(told[name].to_pylist(), true[name].to_pylist(), strict=True)
        )
        if not _is_same(one, other)
    ]


def _is_same(told: object, true: object) -> bool:
    if isinstance(told, float) and isinstance(true, float):
        if true.is_integer():
            return told == true
        return math.isclose(told, true, rel_tol=_CLOSE, abs_tol=_CLOSE)
    return told == true
