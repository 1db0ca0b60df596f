"""From the configuration's words to the records that the features room works with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from features.company import Company, DeclaredAttribute, Kind
from features.errors import ConfigError, few
from features.notation import (
    ColumnNotation,
    Evidence,
    notation_from,
    notation_of,
)
from features.outcomes import Maturity
from features.snapshots import Ending, SnapshotRule
from features.vocabulary import Family, FunnelStage

from .sections import Config, Means

_TRUTHS = {"true", "false"}  # as intake writes yes and no of any file
_LEAST_NUMERIC = 0.98  # of the filled values read as numbers: a number with slips


def company_of(
    config: Config, attributes: pd.DataFrame, intake: Mapping[str, Any] | None = None
) -> Company:
    """Describe the company: its kinds of touch, its attributes and what they mean.

    Parameters
    ----------
    attributes : DataFrame
        One text column per attribute that the tables hold; used only to guess what an
        attribute means where the configuration does not say.
    intake : mapping, optional
        The report on what came in, as plain values: what it shows of the notations of
        numbers. Without one all numbers are plain.

    Raises
    ------
    ConfigError
        When ``[attributes]`` names one that the tables do not hold.
    """
    names = [str(c) for c in attributes.columns]
    if strange := sorted(set(config.attributes) - set(names)):
        raise ConfigError(
            f"[attributes] names {few(strange)}, which no table holds as an attribute. "
            f"Known are {few(names, 10) or 'none'}: declare it in known_at_creation."
        )
    shown = {} if intake is None else intake.get("numbers", {})
    evidence = {name: Evidence(**counts) for name, counts in shown.items()}
    return Company(
        kinds=tuple(_kinds(config)),
        attributes=tuple(
            _attribute(config, n, attributes[n], evidence.get(n)) for n in names
        ),
        lookbacks_days=config.signals.lookbacks_days,
        free_domains=config.signals.free_domains,
        rival_domains=config.signals.rival_domains,
        is_dated=not config.is_flat,
        has_touches=bool(config.touches),
        has_accounts=config.leads.account_id is not None,
        conversion=config.outcome.conversion,
        closed_by=config.outcome.closed_by,
        values=_values(config, intake),
        deadline_within_days=(
            config.outcome.horizon_days if config.outcome.until is not None else None
        ),
    )


def ending_of(config: Config) -> Ending:
    """Which milestones end eligibility, and whether deadlines do."""
    outcome = config.outcome
    return Ending(outcome.conversion, outcome.closed_by, outcome.until is not None)


def rule_of(config: Config) -> SnapshotRule:
    """When leads are looked at."""
    section = config.snapshots
    return SnapshotRule(
        section.rule,
        section.delay_hours,
        section.most_age_days,
        section.kind,
        section.at,
    )


def maturity_of(config: Config, known_until: datetime | None) -> Maturity:
    """How long a conversion may take, and up to when conversions are known."""
    return Maturity(
        config.outcome.horizon_days, config.outcome.settling_days, known_until
    )


def _kinds(config: Config) -> list[Kind]:
    funnel = config.funnel
    return [
        Kind(
            name,
            funnel.words.get(name, _in_words(name)),
            stage,
            name in funnel.outbound,
        )
        for stage in FunnelStage
        for name in getattr(funnel, stage.value)
    ]


def _attribute(
    config: Config, name: str, column: pd.Series, evidence: Evidence | None
) -> DeclaredAttribute:
    section = config.attributes.get(name)
    means = None if section is None else section.means
    means = means or _guess(column, evidence)
    decimal = None if section is None else section.decimal
    notation = None
    if means == "number" and (evidence is not None or decimal is not None):
        notation = notation_of(evidence or Evidence(), decimal)
    if section is None:
        return DeclaredAttribute(name, means, _in_words(name), notation=notation)
    return DeclaredAttribute(
        name,
        means,
        section.words or _in_words(name),
        Family(section.family),
        section.direction,
        section.personal,
        notation,
    )


def _guess(column: pd.Series, evidence: Evidence | None) -> Means:
    """A number if nearly all that is filled reads as one; a flag; else a category."""
    filled = column.dropna()
    if filled.empty:
        return "category"
    if evidence is not None and evidence.are_numbers:
        return "number"
    if set(filled.unique()) <= _TRUTHS:
        return "flag"
    numeric = pd.to_numeric(filled, errors="coerce").notna().mean()
    return "number" if numeric >= _LEAST_NUMERIC else "category"


def _values(
    config: Config, intake: Mapping[str, Any] | None
) -> tuple[ColumnNotation, ...]:
    """The notation of each source of touches; none if all are plain numbers."""
    sources = [] if intake is None else intake.get("sources", [])
    told = [
        notation_from(s.get("notation")) for s in sources if s["table"] == "touches"
    ]
    if not any(told):
        return ()
    columns = [t.value for t in config.touches]
    return tuple(map(ColumnNotation, columns, told))


def _in_words(name: str) -> str:
    words = name.replace("_", " ").replace(":", " ").strip()
    return words[:1].upper() + words[1:]
