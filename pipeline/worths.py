"""The section ``[points_table]``: what a thing is worth, as it may be written."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from .origins import Section
from .values import Value

_SHAPES = (
    "must be points each time (10), { points = 10, most = 3 }, points by value "
    "({ NL = 5 }) or bands ([{ from = 50, points = 5 }])"
)


class BandConfig(Section):
    """Points from a number on."""

    from_: float = Field(alias="from", allow_inf_nan=False)
    points: float = Field(allow_inf_nan=False)


def _has_a_shape(said: Any) -> Any:
    """Refuse in one sentence what is none of the spellings."""
    parts = list(said.values()) if isinstance(said, dict) else [said]
    if isinstance(said, list | tuple) and said:
        keys = [set(b) if isinstance(b, dict) else set() for b in said]
        parts = [v for b in said if isinstance(b, dict) for v in b.values()]
        if any(k != {"from", "points"} for k in keys):
            raise ValueError(_SHAPES)
    if not parts or not all(map(_is_number, parts)):
        raise ValueError(_SHAPES)
    return said


def _is_number(value: Any) -> bool:
    is_one = isinstance(value, int | float) and not isinstance(value, bool)
    return is_one and math.isfinite(value)


# In the order in which they are told apart.
Worth = Annotated[
    float | dict[Value, float] | tuple[BandConfig, ...], BeforeValidator(_has_a_shape)
]
