"""The section ``[actions]``: what may still change about a lead."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from .origins import Section
from .values import Value


class MayChange(Section):
    """How one signal may change by itself."""

    direction: Literal[-1, 1] | None = None
    least: float | None = Field(default=None, allow_inf_nan=False)
    most: float | None = Field(default=None, allow_inf_nan=False)
    values: tuple[Value, ...] = ()

    @model_validator(mode="after")
    def _is_of_a_number_or_a_category(self) -> MayChange:
        if (self.direction is None) == (not self.values):
            raise ValueError(
                "say either 'direction' (1 or -1, of a number) or 'values' (that a "
                "category may become)"
            )
        if self.values and (self.least is not None or self.most is not None):
            raise ValueError(
                "'least' and 'most' are of a number, 'values' of a category"
            )
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(
                f"'least' ({self.least:g}) is above 'most' ({self.most:g})"
            )
        return self


class ActionsConfig(Section):
    """What may still change about a lead."""

    most_touches: int = Field(ge=0, le=100)
    kinds: tuple[Value, ...] | None = None
    signals: dict[str, MayChange] = Field(default_factory=dict)
