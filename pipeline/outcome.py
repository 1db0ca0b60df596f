"""The outcome's section of the configuration: what a conversion is, dated or flat."""

from __future__ import annotations

from pydantic import Field, model_validator

from features.attributes import YES
from features.errors import few

from .origins import Section
from .values import Value


class OutcomeConfig(Section):
    """What a conversion is, and how long we wait for it.

    Where ``until`` names a column of the leads, a conversion counts before the instant
    that stands there, and within the horizon; where the cell is empty, within the
    horizon alone. An outcome is taken to be known when the horizon has passed, also
    where the deadline is earlier: else ones and short deadlines would ripen first.
    """

    conversion: Value | None = None
    closed_by: tuple[Value, ...] = ()
    horizon_days: float | None = Field(default=None, gt=0, le=3650)
    until: str | None = Field(default=None, min_length=1)
    settling_days: float = Field(ge=0, le=3650)
    column: str | None = None
    positive: Value | None = None
    negative: tuple[Value, ...] = ()
    undecided: tuple[Value, ...] = ()
    words: str | None = Field(default=None, min_length=1, max_length=100)

    @model_validator(mode="after")
    def _is_dated_or_flat(self) -> OutcomeConfig:
        if (self.conversion is None) == (self.column is None):
            raise ValueError(
                "name either 'conversion' (a milestone) or 'column' (of a flat export)"
            )
        if self.conversion is not None and self.horizon_days is None:
            raise ValueError("'horizon_days' must say how long a lead has to convert")
        if self.column is not None and self.until is not None:
            raise ValueError(
                "'until' is the deadline of a dated outcome, and 'column' has no "
                "dates: leave 'until' out, or name a milestone in 'conversion'"
            )
        if self.column is not None and self.positive is None:
            raise ValueError("'positive' must say which value of the column converted")
        if self.column is None and (self.negative or self.undecided):
            raise ValueError(
                "'negative' and 'undecided' list texts of 'column', which a dated "
                "outcome has not: milestones that end a lead stand in 'closed_by'"
            )
        listed = [*self.negative, *self.undecided, *([self.positive] * self.is_flat)]
        if twice := sorted({str(t) for t in listed if listed.count(t) > 1}):
            raise ValueError(
                "a text is either 'positive', 'negative' or 'undecided', and listed "
                f"once; twice stand: {few(twice)}"
            )
        return self

    @property
    def event(self) -> str:
        """What is predicted: a milestone, or a column and the text that converts.

        Where that text only says yes, the column says all.

        Examples
        --------
        >>> flat = {"settling_days": 0, "column": "lapsed"}
        >>> OutcomeConfig(**flat, positive="1").event
        'lapsed'
        >>> OutcomeConfig(**flat, positive="0").event
        'lapsed = 0'
        """
        if self.conversion is not None:
            return self.conversion
        is_yes = str(self.positive).casefold() in YES
        return f"{self.column}" if is_yes else f"{self.column} = {self.positive}"

    @property
    def is_flat(self) -> bool:
        """Whether outcomes are the texts of a column, without dates."""
        return self.column is not None
