"""The section of the cutoffs: what MQL and SQL promise, and the second choice."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from .origins import Section

Share = Annotated[float, Field(gt=0, lt=1)]


class CutoffConfig(Section):
    """One promise, and what to do where it cannot be kept."""

    precision: Share | None = None
    capture: Share | None = None
    confidence: Share | None = None
    capacity_share: Share | None = None
    capacity_per_week: float | None = Field(default=None, gt=0)
    value: float | None = Field(default=None, gt=0)
    cost: float | None = Field(default=None, gt=0)
    otherwise: CutoffConfig | None = None

    @model_validator(mode="after")
    def _promises_one_thing(self) -> CutoffConfig:
        kinds = (
            self.precision, self.capture, self.capacity_share, self.capacity_per_week,
            self.value,
        )  # fmt: skip
        if sum(k is not None for k in kinds) != 1:
            raise ValueError(
                "name exactly one of 'precision', 'capture', 'capacity_share', "
                "'capacity_per_week', 'value'"
            )
        needs_confidence = self.precision is not None or self.capture is not None
        if needs_confidence != (self.confidence is not None):
            raise ValueError("'confidence' goes with 'precision' or 'capture'")
        if (self.value is None) != (self.cost is None):
            raise ValueError("'value' and 'cost' go together")
        if self.value is not None and self.cost is not None and self.cost >= self.value:
            raise ValueError(
                "'cost' must be below 'value', or no lead is worth working"
            )
        return self

    @property
    def choices(self) -> tuple[CutoffConfig, ...]:
        """Itself, its second choice, and so on."""
        rest = () if self.otherwise is None else self.otherwise.choices
        return (self, *rest)


class CutoffsConfig(Section):
    """The two cutoffs."""

    mql: CutoffConfig
    sql: CutoffConfig

    @property
    def are_weekly(self) -> bool:
        """Whether any choice counts leads a week."""
        choices = (*self.mql.choices, *self.sql.choices)
        return any(c.capacity_per_week is not None for c in choices)
