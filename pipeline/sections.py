"""The sections of the configuration: what may be said, and what cannot both be true."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from .actionable import ActionsConfig
from .cutoffs import CutoffConfig as CutoffConfig  # the other rooms look here
from .cutoffs import CutoffsConfig, Share
from .guarding import ScoreConfig
from .origins import (
    AccountsConfig,
    HistoryConfig,
    LeadsConfig,
    MilestonesConfig,
    Section,
    TouchesConfig,
)
from .outcome import OutcomeConfig as OutcomeConfig
from .values import Value, as_cells_are
from .worths import Worth

Means = Literal[
    "number", "category", "flag", "title", "email", "size", "revenue", "industry",
    "country",
]  # fmt: skip


class SourceConfig(Section):
    """How instants and missing values are written in the files."""

    timezone: str
    null_tokens: tuple[str, ...]
    known_until: datetime | None = None
    follow_links: bool

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(
                f"{value!r} is no time zone, e.g. 'Europe/Paris'"
            ) from error
        return value

    @field_validator("known_until")
    @classmethod
    def _is_utc(cls, value: datetime | None) -> datetime | None:
        if value is None or value.tzinfo is None:
            return value and value.replace(tzinfo=UTC)
        return value.astimezone(UTC)


class FunnelConfig(Section):
    """What each kind of touch means."""

    top: tuple[Value, ...]
    middle: tuple[Value, ...]
    bottom: tuple[Value, ...]
    negative: tuple[Value, ...]
    other: tuple[Value, ...]
    outbound: tuple[Value, ...]
    words: dict[Value, str]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every declared kind of touch."""
        return (*self.top, *self.middle, *self.bottom, *self.negative, *self.other)

    @model_validator(mode="after")
    def _each_kind_once(self) -> FunnelConfig:
        kinds = self.kinds
        if twice := sorted({k for k in kinds if kinds.count(k) > 1}):
            raise ValueError(f"kinds in more than one funnel stage: {', '.join(twice)}")
        if strange := sorted(set(self.outbound) - set(kinds)):
            raise ValueError(
                f"'outbound' kinds in no funnel stage: {', '.join(strange)}"
            )
        return self


class SnapshotsConfig(Section):
    """At which instants leads are looked at."""

    rule: Literal["weekly", "after_creation", "on_kind", "at", "export"]
    delay_hours: float = Field(ge=0, le=87_600)
    most_age_days: float = Field(gt=0, le=36_500)
    kind: Value | None = None
    at: tuple[datetime, ...] = ()

    @model_validator(mode="after")
    def _has_what_the_rule_needs(self) -> SnapshotsConfig:
        if self.rule == "on_kind" and self.kind is None:
            raise ValueError("rule 'on_kind' needs 'kind'")
        if self.rule == "at" and not self.at:
            raise ValueError("rule 'at' needs 'at', a list of instants")
        return self


class AttributeConfig(Section):
    """What one attribute means, where the guess is wrong or words are wanted."""

    means: Means | None = None
    words: str | None = None
    family: Literal["firmographic", "behavioural"] = "firmographic"
    direction: Literal[-1, 0, 1] = 0
    personal: bool = False
    decimal: Literal[".", ","] | None = None

    @model_validator(mode="after")
    def _has_a_decimal_mark_as_a_number(self) -> AttributeConfig:
        if self.decimal is not None and self.means not in {None, "number"}:
            raise ValueError(
                f"'decimal' is of a number, and this means {self.means!r}: leave it out"
            )
        return self


class SignalsConfig(Section):
    """How far back the standard signals look."""

    lookbacks_days: tuple[Annotated[int, Field(gt=0, le=36_500)], ...] = Field(
        min_length=1
    )
    free_domains: tuple[str, ...]
    rival_domains: tuple[str, ...]

    @field_validator("lookbacks_days")
    @classmethod
    def _rises(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if list(value) != sorted(set(value)):
            told = ", ".join(map(str, value))
            raise ValueError(f"must rise, each number once, but they are {told}")
        return value


class TrainConfig(Section):
    """How the booster is chosen and fitted."""

    depths: tuple[Annotated[int, Field(ge=0, le=10)], ...] = Field(min_length=1)
    folds: int = Field(ge=2, le=20)
    test_share: float = Field(gt=0.05, lt=0.6)
    half_lives: tuple[Annotated[float, Field(gt=0, le=10)], ...]
    members: int = Field(ge=1, le=20)
    learning_rate: float = Field(gt=0, le=0.5)
    most_rounds: int = Field(ge=10)
    leaf_rows: int = Field(ge=1)
    column_share: float = Field(gt=0, le=1)
    row_share: float = Field(gt=0, le=1)
    l2: float = Field(ge=0)
    negatives: float = Field(gt=0, le=1)
    least_conversions: int = Field(ge=10)
    least_block_conversions: int = Field(ge=5)
    most_rows: int = Field(ge=1000)
    rare_leads: int = Field(ge=1)
    refit_after_test: bool
    fallback: bool
    monotone: bool
    seed: int = Field(ge=0)
    threads: int = Field(ge=0)


class PointsConfig(Section):
    """The scale of points."""

    reference_rate: Share | None = None
    hysteresis: float = Field(ge=0, le=100)


class FamiliarityConfig(Section):
    """How unlike past leads a lead has to be to be set apart."""

    alpha: float = Field(gt=0, le=0.1)


class SegmentsConfig(Section):
    """Columns to report quality by."""

    columns: tuple[str, ...]


class RunConfig(Section):
    """Names, places and limits."""

    model: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")
    folder: str
    kept: str
    previous: str
    tracking: str
    engine: Literal["local", "duckdb", "spark"]
    spark_master: str
    memory_limit: str = Field(pattern=r"^\d+(\.\d+)?\s?[KMGT]i?B$")
    threads: int = Field(ge=0)


class Config(Section):
    """Every section."""

    source: SourceConfig
    leads: LeadsConfig
    touches: tuple[TouchesConfig, ...] = ()
    milestones: tuple[MilestonesConfig, ...] = ()
    accounts: AccountsConfig | None = None
    attribute_history: tuple[HistoryConfig, ...] = ()
    funnel: FunnelConfig
    outcome: OutcomeConfig
    snapshots: SnapshotsConfig
    attributes: dict[str, AttributeConfig] = Field(default_factory=dict)
    signals: SignalsConfig
    cutoffs: CutoffsConfig
    train: TrainConfig
    points: PointsConfig
    points_table: dict[str, Worth] = Field(default_factory=dict)
    familiarity: FamiliarityConfig
    actions: ActionsConfig
    segments: SegmentsConfig
    score: ScoreConfig
    run: RunConfig

    @model_validator(mode="before")
    @classmethod
    def _is_written_as_cells_are(cls, raw: Any) -> Any:
        return as_cells_are(raw)

    @model_validator(mode="after")
    def _sections_agree(self) -> Config:
        is_flat = self.outcome.column is not None
        if is_flat != (self.snapshots.rule == "export"):
            raise ValueError(
                "a flat export has both outcome.column and snapshots.rule = 'export'"
            )
        if is_flat and (self.touches or self.milestones):
            raise ValueError("a flat export has no [[touches]] and no [[milestones]]")
        if is_flat and self.cutoffs.are_weekly:
            raise ValueError(
                "a flat export has no weeks for 'capacity_per_week' to count; ask for "
                "'capacity_share', a share of the leads"
            )
        personal = {name for name, a in self.attributes.items() if a.personal}
        if told := sorted(personal & set(self.segments.columns)):
            raise ValueError(
                f"segments.columns names what is personal ({', '.join(told)}): its "
                "values would be published. Leave it out"
            )
        if not is_flat and self.leads.created_at is None:
            raise ValueError("leads.created_at is needed where outcomes are dated")
        if not is_flat and not self.milestones:
            raise ValueError("[[milestones]] must say where conversions are recorded")
        if strange := sorted(set(self.actions.kinds or ()) - set(self.funnel.kinds)):
            raise ValueError(
                f"'actions.kinds' in no funnel stage: {', '.join(strange)}"
            )
        return self

    @property
    def is_flat(self) -> bool:
        """Whether outcomes are a column of the leads table, without dates."""
        return self.outcome.column is not None
