"""How ages, values and weights of touches are spelled in SQL."""

from __future__ import annotations

import hashlib

from sqlglot import exp

from ..vocabulary import DAY_US, VALUE

AGE_US = "age_us"  # microseconds from the touch to the snapshot, > 0
PAST = "past"  # the touches before a snapshot: row, kind, age_us, …


def name_of(atom: object) -> str:
    """Return a name that follows from what an atom is, and from nothing else."""
    return f"atom_{hashlib.sha256(repr(atom).encode()).hexdigest()[:12]}"


def microseconds_in(days: float) -> int:
    """Return days in microseconds."""
    return round(days * DAY_US)


def age() -> exp.Expression:
    """Return the column of ages."""
    return exp.column(AGE_US)


def number(value: float) -> exp.Expression:
    """Return a number as SQL."""
    return exp.Literal.number(value)


def in_days(microseconds: exp.Expression) -> exp.Expression:
    """Return microseconds in days."""
    return exp.Div(this=as_double(microseconds), expression=number(DAY_US), typed=False)


def as_double(value: exp.Expression) -> exp.Expression:
    """Return a value as a double."""
    return exp.cast(value, "DOUBLE")


def weight(half_life_days: float) -> exp.Expression:
    """Return a touch's decayed weight, to nine decimals, so that sums are exact."""
    halvings = exp.Div(
        this=as_double(age()), expression=us(half_life_days), typed=False
    )
    return exp.cast(exp.Pow(this=number(0.5), expression=halvings), "DECIMAL(18, 9)")


def exact_value() -> exp.Expression:
    """Return a touch's value, to six decimals, so that sums are exact."""
    kind = exp.DataType.build("DECIMAL(18, 6)")
    return exp.TryCast(this=exp.column(VALUE), to=kind)


def or_nought(value: exp.Expression) -> exp.Expression:
    """Return a value, nought where it is missing."""
    return exp.Coalesce(this=value, expressions=[number(0)])


def us(days: float) -> exp.Expression:
    """Return days in microseconds, as SQL."""
    return number(microseconds_in(days))
