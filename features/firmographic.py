"""Who the lead works for, and as what; and any other attribute that is declared.

Each function is one signal for each attribute that means what it reads. In the words,
``{attribute}`` stands for what the attribute is called.
"""

from __future__ import annotations

from sqlglot import exp

from .attributes import Attribute, EmailAddress
from .declare import Of, signal
from .lexicon import COUNTRIES, DEPARTMENT, INDUSTRY, REGIONS, SENIORITY
from .plausible import reads
from .vocabulary import Family, Unit


@signal(Family.FIRMOGRAPHIC, Unit.NUMBER, of=Of.NUMBER)
def number(attribute: Attribute) -> exp.Expression:
    """{attribute}."""
    return attribute.number()


@signal(Family.FIRMOGRAPHIC, Unit.CATEGORY, of=Of.CATEGORY)
def category(attribute: Attribute) -> exp.Expression:
    """{attribute}."""
    return attribute.category()


@signal(Family.FIRMOGRAPHIC, Unit.FLAG, of=Of.FLAG)
def flag(attribute: Attribute) -> exp.Expression:
    """{attribute}."""
    return attribute.flag()


@signal(Family.FIRMOGRAPHIC, Unit.CATEGORY, of=Of.TITLE)
def seniority(attribute: Attribute) -> exp.Expression:
    """Seniority, from the {attribute}."""
    return attribute.matched(SENIORITY, otherwise="other")


@signal(Family.FIRMOGRAPHIC, Unit.CATEGORY, of=Of.TITLE)
def department(attribute: Attribute) -> exp.Expression:
    """Department, from the {attribute}."""
    return attribute.matched(DEPARTMENT, otherwise="other")


@signal(Family.FIRMOGRAPHIC, Unit.CATEGORY, of=Of.EMAIL)
def domain_class(attribute: EmailAddress) -> exp.Expression:
    """Domain of the {attribute}."""
    return attribute.domain_class()


@signal(Family.FIRMOGRAPHIC, Unit.FLAG, of=Of.EMAIL)
def role_address(attribute: EmailAddress) -> exp.Expression:
    """Role, not person, behind the {attribute}."""
    return attribute.is_of_a_role()


@signal(Family.FIRMOGRAPHIC, Unit.NUMBER, of=Of.SIZE)
def size(attribute: Attribute) -> exp.Expression:
    """{attribute} (lower end of the band)."""
    return attribute.size()


@signal(Family.FIRMOGRAPHIC, Unit.NUMBER, of=Of.REVENUE)
def revenue(attribute: Attribute) -> exp.Expression:
    """{attribute} (lower end of the band, in any currency)."""
    return attribute.revenue()


@signal(Family.FIRMOGRAPHIC, Unit.CATEGORY, of=Of.INDUSTRY)
def industry(attribute: Attribute) -> exp.Expression:
    """{attribute}."""
    return attribute.matched(INDUSTRY, otherwise="other")


@signal(Family.FIRMOGRAPHIC, Unit.CATEGORY, of=Of.COUNTRY)
def country(attribute: Attribute) -> exp.Expression:
    """{attribute}."""
    return attribute.listed(COUNTRIES.items(), otherwise="other")


@signal(Family.FIRMOGRAPHIC, Unit.CATEGORY, of=Of.COUNTRY)
def region(attribute: Attribute) -> exp.Expression:
    """Region, from the {attribute}."""
    return attribute.listed(REGIONS.items(), otherwise="other")


@signal(Family.FIRMOGRAPHIC, Unit.SHARE, of=Of.RECORD)
def completeness(record: tuple[Attribute, ...]) -> exp.Expression:
    """Share of the record that is filled in."""
    known = _total([a.is_known() for a in record])
    whole = exp.Literal.number(f"{len(record)}.0")
    return exp.Div(this=known, expression=whole, typed=False)


@signal(Family.FIRMOGRAPHIC, Unit.SHARE, of=Of.JUDGED)
def plausibility(record: tuple[Attribute, ...]) -> exp.Expression:
    """Share of what is filled in that reads as what it means."""
    good = _total([exp.Case().when(reads(a), _one()).else_(_nought()) for a in record])
    filled = exp.Nullif(
        this=_total([a.is_known() for a in record]), expression=_nought()
    )
    return exp.Div(this=exp.cast(good, "DOUBLE"), expression=filled, typed=False)


def _total(parts: list[exp.Expression]) -> exp.Expression:
    total = parts[0]
    for each in parts[1:]:
        total = exp.Add(this=total, expression=each)
    return exp.paren(total)


def _one() -> exp.Expression:
    return exp.Literal.number(1)


def _nought() -> exp.Expression:
    return exp.Literal.number(0)
