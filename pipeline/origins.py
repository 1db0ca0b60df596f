"""Where each table comes from: the sections of the configuration that name files."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from features.errors import few

from .values import Value


class Section(BaseModel):
    """A section of the configuration: nothing undeclared, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class TableConfig(Section):
    """Where a table comes from: files, how they are written, and an optional query."""

    from_: str | tuple[str, ...] | dict[str, str] = Field(alias="from")
    query: str | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: str = "utf-8"
    format: str | None = None
    sentinels: tuple[date, ...] = ()
    null_tokens: tuple[str, ...] | dict[str, tuple[str, ...]] | None = None

    @model_validator(mode="after")
    def _named_files_need_a_query(self) -> TableConfig:
        if isinstance(self.from_, dict) and self.query is None:
            raise ValueError("'from' names several files, so 'query' must join them")
        return self


class LeadsConfig(TableConfig):
    """The leads: one row each, with their attributes."""

    lead_id: str | tuple[str, ...]
    account_id: str | None = None
    created_at: str | None = None
    order_by: str | None = None
    group: str | None = None
    known_at_creation: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


class TouchesConfig(TableConfig):
    """One source of touches; several may be listed."""

    lead_id: str | tuple[str, ...] | None = None
    account_id: str | None = None
    occurred_at: str
    recorded_at: str | None = None
    kind: str | None = None
    kind_is: Value | None = None
    asset: str | None = None
    channel: str | None = None
    value: str | None = None
    decimal: Literal[".", ","] | None = None

    @model_validator(mode="after")
    def _belongs_to_someone(self) -> TouchesConfig:
        if (self.lead_id is None) == (self.account_id is None):
            raise ValueError("name either 'lead_id' or 'account_id'")
        if (self.kind is None) == (self.kind_is is None):
            raise ValueError("name either 'kind' (a column) or 'kind_is' (one word)")
        if self.decimal is not None and self.value is None:
            raise ValueError("'decimal' is of the values; name their column in 'value'")
        return self


class MilestonesConfig(TableConfig):
    """One source of milestones: a column of names, or one date column for each."""

    lead_id: str | tuple[str, ...]
    milestone: str | None = None
    reached_at: str | None = None
    columns: dict[Value, str] = Field(default_factory=dict)
    labels: dict[Value, Value] = Field(default_factory=dict)
    recorded_at: str | None = None

    @model_validator(mode="after")
    def _is_long_or_wide(self) -> MilestonesConfig:
        is_long = self.milestone is not None and self.reached_at is not None
        if is_long == bool(self.columns):
            raise ValueError(
                "name either 'milestone' and 'reached_at', or 'columns' = "
                "{ milestone = 'date column' }"
            )
        if self.labels and not is_long:
            raise ValueError(
                "'labels' renames texts of the column 'milestone'; with 'columns' the "
                "names are yours already"
            )
        if chained := sorted(set(self.labels) & set(self.labels.values())):
            raise ValueError(
                f"'labels' renames {few(chained)}, which is the new name of another "
                "label. Give each label the name that counts in the end"
            )
        return self


class AccountsConfig(TableConfig):
    """The organisations that leads belong to."""

    account_id: str
    known_from: str | None = None
    known_at_creation: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


class HistoryConfig(TableConfig):
    """Values of leads' attributes, and since when each was known."""

    lead_id: str | tuple[str, ...]
    attribute: str
    value: str
    known_from: str
