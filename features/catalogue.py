"""Every signal of a company: what is declared, made for its own kinds and attributes.

The catalogue follows from a :class:`Company` description and from nothing else: never
from the data, so that training and scoring cannot disagree about what a column means.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

from .attributes import Attribute, EmailAddress
from .colleagues import Colleagues
from .company import Company, DeclaredAttribute
from .declare import Declaration, Feature, Of, Signal, declarations
from .errors import ConfigError, few
from .lead import Lead
from .lexicon import DISPOSABLE_DOMAINS, EDUCATION_DOMAIN, FREE_DOMAINS, ROLES
from .past.aggregate import Aggregate
from .past.atoms import Atom
from .past.query import in_dialect
from .plausible import JUDGED
from .rooms import ROOMS, room_of
from .touches import Touches
from .vocabulary import (
    CREATED_AT,
    DEADLINE_AT,
    LEAD_ID,
    ROW,
    SNAPSHOT_AT,
    FunnelStage,
    Unit,
)

_TAKEN = {ROW, LEAD_ID, CREATED_AT, SNAPSHOT_AT}  # columns of the spine


@dataclass(frozen=True)
class Catalogue:
    """The signals of a company, in the order of their columns."""

    company: Company
    signals: tuple[Signal, ...]

    def __iter__(self) -> Iterator[Signal]:
        return iter(self.signals)

    def __len__(self) -> int:
        return len(self.signals)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Every column, in order."""
        return tuple(f for s in self.signals for f in s)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns' names, in order."""
        return tuple(f.name for f in self.features)

    def signal_of(self, column: str) -> Signal:
        """Return the signal that a column belongs to."""
        for each in self.signals:
            if any(f.name == column for f in each):
                return each
        raise ConfigError(f"No signal of the catalogue has a column {column!r}.")

    def kinds_of(self, signal: Signal) -> tuple[str, ...]:
        """Return the declared kinds of touch that a signal is made of."""
        selected = [a.selection for f in signal for a in f.atoms if isinstance(a, Atom)]
        return tuple(
            k.name
            for k in self.company.kinds
            if any((k.name in s.kinds) != s.is_all_but for s in selected)
        )

    def sql(self, feature: Feature, dialect: str = "duckdb") -> str:
        """Return a column's definition in a dialect of SQL."""
        return in_dialect(feature.definition().sql("duckdb"), dialect)

    @property
    def fingerprint(self) -> str:
        """A digest of every column's name, definition and unit."""
        told = [
            [s.name, s.unit, f.name, f.lookback_days, self.sql(f)]
            for s in self.signals
            for f in s
        ]
        if self.company.has_accounts:  # colleagues' conversions are asked for
            told.append([self.company.conversion, *self.company.closed_by])
            if self.company.has_deadlines:
                told.append([DEADLINE_AT])
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def catalogue_of(company: Company) -> Catalogue:
    """Make every declared signal for a company's kinds and attributes.

    Raises
    ------
    ConfigError
        When two signals would have the same name, or one that the engine needs.

    Examples
    --------
    >>> from features.company import Kind
    >>> kinds = (Kind("pricing_page", "Pricing page", FunnelStage.BOTTOM),)
    >>> made = catalogue_of(Company(kinds=kinds, lookbacks_days=(30,)))
    >>> [c for c in made.columns if c.startswith("pricing")]
    ['pricing_page_touches_30d', 'pricing_page_days_since']
    """
    of_spine = _TAKEN | {DEADLINE_AT} if company.has_deadlines else _TAKEN
    if taken := [a.name for a in company.attributes if slug(a.name) in of_spine]:
        raise ConfigError(
            f"No attribute can be called {few(taken)}: snapshots have columns of that "
            "name. Rename it in the source, or leave it out."
        )
    found = declarations(*ROOMS)
    signals = tuple(s for d in found for s in _signals(d, company))
    names = [f.name for s in signals for f in s]
    if twice := sorted({n for n in names if names.count(n) > 1}):
        raise ConfigError(
            f"Two signals would have the same column: {few(twice)}. Kinds and "
            "attributes have to differ in more than case and punctuation; rename one."
        )
    return Catalogue(company, signals)


def slug(name: str) -> str:
    """Return a name in lower-case letters, digits and underscores.

    Examples
    --------
    >>> slug("W_Completeren aanvraag")
    'w_completeren_aanvraag'
    """
    return re.sub(r"[^0-9a-z]+", "_", name.lower()).strip("_") or "unnamed"


def _signals(declared: Declaration, company: Company) -> Iterator[Signal]:
    if declared.of in {Of.TOUCHES, Of.OUTBOUND, Of.EACH_KIND, Of.EACH_STAGE}:
        if company.has_touches:
            yield from _of_touches(declared, company)
    elif declared.of is Of.COLLEAGUES:
        if company.has_accounts and company.is_dated:
            yield _of_colleagues(declared, company)
    elif declared.of is Of.LEAD:
        if company.is_dated:
            yield _level(declared, declared.name, declared.words, Lead(), ())
    elif declared.of is Of.DEADLINE:
        if (most := company.deadline_within_days) is not None:
            words = declared.words.format(most=f"{most:g}")
            yield _level(declared, declared.name, words, Lead(most), ())
    elif declared.of in {Of.RECORD, Of.JUDGED}:
        record = tuple(
            _read(a, company)
            for a in company.attributes
            if declared.of is Of.RECORD or a.means in JUDGED
        )
        if len(record) > 1:
            names = tuple(a.name for a in record)
            yield _level(declared, declared.name, declared.words, record, names)
    else:
        means = declared.of.value
        for each in company.attributes:
            if each.means == means:
                yield _of_attribute(declared, each, company)


def _of_touches(declared: Declaration, company: Company) -> Iterator[Signal]:
    outbound = company.outbound_kinds
    everything = Touches(outbound)
    if declared.of is Of.TOUCHES or (declared.of is Of.OUTBOUND and outbound):
        yield _aggregate(
            declared,
            company,
            declared.name,
            declared.words,
            everything,
            room_of(declared),
        )
    elif declared.of is Of.EACH_KIND:
        for kind in company.kinds:
            name = f"{slug(kind.name)}_{declared.name}"
            words = declared.words.format(kind=kind.words)
            mine = everything.of(kind.name)
            yield _aggregate(declared, company, name, words, mine, kind.words)
    elif declared.of is Of.EACH_STAGE:
        for stage in FunnelStage:
            if kept := _of_stage(everything.inbound(), stage, company):
                name = f"{stage}_{declared.name}"
                words = declared.words.format(stage=_STAGE_WORDS[stage])
                topic = _capital(f"{_STAGE_WORDS[stage]} touches")
                yield _aggregate(declared, company, name, _capital(words), kept, topic)


_STAGE_WORDS = {
    FunnelStage.TOP: "top-of-funnel",
    FunnelStage.MIDDLE: "middle-of-funnel",
    FunnelStage.BOTTOM: "bottom-of-funnel",
    FunnelStage.NEGATIVE: "negative",
    FunnelStage.OTHER: "other",
}


def _of_stage(touches: Touches, stage: FunnelStage, company: Company) -> Touches | None:
    if stage is FunnelStage.OTHER:  # with whatever was never declared
        named = [k.name for k in company.kinds if k.stage is not stage]
        return touches.not_of(*named) if named else None
    kinds = [k.name for k in company.kinds if k.stage is stage]
    return touches.of(*kinds) if kinds else None


def _of_colleagues(declared: Declaration, company: Company) -> Signal:
    return _aggregate(declared, company, declared.name, declared.words, Colleagues())


def _aggregate(
    declared: Declaration,
    company: Company,
    name: str,
    words: str,
    given: Touches | Colleagues,
    topic: str | None = None,
) -> Signal:
    lookbacks: tuple[int | None, ...] = (
        company.lookbacks_days if declared.lookbacks else (None,)
    )
    features = []
    for days in lookbacks:
        kept = given if days is None else given.within(days=days)
        made = cast(Aggregate, declared.function(kept))
        column = name if days is None else f"{name}_{days}d"
        features.append(Feature(column, made.expression, made.atoms, days))
    return Signal(
        name, words, declared.family, declared.unit, declared.monotone,
        tuple(features), topic=topic or room_of(declared),
    )  # fmt: skip


def _of_attribute(
    declared: Declaration, attribute: DeclaredAttribute, company: Company
) -> Signal:
    is_plain = declared.name == declared.of.value
    base = slug(attribute.name)
    name = base if is_plain else f"{base}_{declared.name}"
    words = declared.words.format(
        attribute=attribute.words if is_plain else _uncapital(attribute.words)
    )
    read = _read(attribute, company)
    made = _level(declared, name, words, read, (attribute.name,))
    is_held = is_plain and made.unit is not Unit.CATEGORY  # a category has no more
    return Signal(
        made.name, made.words, attribute.family, made.unit,
        attribute.direction if is_held else 0,
        made.features, made.attributes, attribute.personal and is_plain,
        _capital(attribute.words),
    )  # fmt: skip


def _read(attribute: DeclaredAttribute, company: Company) -> Attribute:
    if attribute.means != "email":
        return Attribute(
            attribute.name, means=attribute.means, notation=attribute.notation
        )
    free = (*FREE_DOMAINS, *company.free_domains)
    return EmailAddress(
        attribute.name, free, company.rival_domains, EDUCATION_DOMAIN,
        DISPOSABLE_DOMAINS, ROLES, means="email",
    )  # fmt: skip


def _level(
    declared: Declaration,
    name: str,
    words: str,
    given: object,
    attributes: tuple[str, ...],
) -> Signal:
    column = Feature(name, declared.function(given))
    return Signal(
        name, words, declared.family, declared.unit, declared.monotone,
        (column,), attributes, topic=room_of(declared),
    )  # fmt: skip


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _uncapital(words: str) -> str:
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]
