"""Who the lead works for, and as what; and any other attribute that is declared.

Each function is one signal for each attribute that means what it reads. In the words,
``{attribute}`` stands for what the attribute is called.
"""

from __future__ import annotations

from sqlglot import exp

from .attributes import Attribute, EmailAddress
from .declare import Of, signal
from .lexicon import DEPARTMENT, SENIORITY
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


@signal(Family.FIRMOGRAPHIC, Unit.SHARE, of=Of.RECORD)
def completeness(record: tuple[Attribute, ...]) -> exp.Expression:
    """Share of the record that is filled in."""
    known = [a.is_known() for a in record]
    total = known[0]
    for each in known[1:]:
        total = exp.Add(this=total, expression=each)
    whole = exp.Literal.number(f"{len(known)}.0")
    return exp.Div(this=exp.paren(total), expression=whole, typed=False)
