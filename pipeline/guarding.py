"""The section ``[score]``: what holds a night's scores back from being published."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from .origins import Section

Limit = float | Literal[False]  # False: nobody looks


class GuardsConfig(Section):
    """How far each guard lets a night differ from what is usual."""

    leads_unreadable: Limit = Field(ge=0, le=1)
    cells_unreadable: Limit = Field(ge=0, le=1)
    tables_empty: bool
    touches_empty: bool
    touches_unreadable: Limit = Field(ge=0, le=1)
    touches_unknown: Limit = Field(ge=0, le=1)
    touches_kinds: bool
    touches_stale: Limit = Field(ge=1)

    @field_validator(
        "leads_unreadable", "cells_unreadable", "touches_unreadable",
        "touches_unknown", "touches_stale", mode="wrap",
    )  # fmt: skip
    @classmethod
    def _is_a_limit(cls, value: Any, read: Any) -> Any:
        if value is False:
            return False
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("must be a number, or false where nobody is to look")
        return read(value)


class ScoreConfig(Section):
    """How leads are scored in batch."""

    guards: GuardsConfig
