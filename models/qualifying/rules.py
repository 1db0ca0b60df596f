"""The rules: what is asked of a cutoff, and what is to be done if it cannot be had.

A precision or a capture with a confidence, what sales can take (a share of the
snapshots, or so many leads a week), or a value and a cost. Each names a second choice,
``otherwise``, or none.

Why each carries its own confidence: the two promises of MQL and SQL then hold together
with at least 1 - (δ of MQL + δ of SQL), whatever their dependence (Bonferroni), δ being
1 - confidence. For a joint confidence of .90, ask .95 of each. One δ halved behind the
scenes would say of either promise what nobody asked for, and would be spent on a cutoff
that promises nothing.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PrecisionRule:
    """At least ``precision`` of those who qualify convert, with ``confidence``."""

    precision: float
    confidence: float
    otherwise: CutoffRule | None = None


@dataclass(frozen=True, slots=True)
class CaptureRule:
    """At least ``capture`` of those who convert qualify, with ``confidence``."""

    capture: float
    confidence: float
    otherwise: CutoffRule | None = None


@dataclass(frozen=True, slots=True)
class CapacityRule:
    """At most a ``share`` of the snapshots qualifies."""

    share: float
    otherwise: CutoffRule | None = None


@dataclass(frozen=True, slots=True)
class WeeklyCapacityRule:
    """In 19 weeks of 20 at most so many ``leads`` newly reach the cutoff."""

    leads: float
    otherwise: CutoffRule | None = None


@dataclass(frozen=True, slots=True)
class ValueRule:
    """A lead qualifies if its probability times ``value`` exceeds the ``cost``."""

    value: float
    cost: float
    otherwise: CutoffRule | None = None


CutoffRule = PrecisionRule | CaptureRule | CapacityRule | WeeklyCapacityRule | ValueRule


@dataclass(frozen=True, slots=True)
class CutoffRules:
    """What is asked of either cutoff."""

    mql: CutoffRule
    sql: CutoffRule


def asked_by(rule: CutoffRule) -> tuple[str, str]:
    """Kind of a rule, and what it asks in words.

    Examples
    --------
    >>> asked_by(PrecisionRule(0.6, 0.95))
    ('precision', 'a precision of 60% with 95% confidence')
    """
    match rule:
        case PrecisionRule(precision, confidence):
            sure = f"with {percent(confidence)} confidence"
            return "precision", f"a precision of {percent(precision)} {sure}"
        case CaptureRule(capture, confidence):
            words = (
                f"a capture of {percent(capture)} with {percent(confidence)} confidence"
            )
            return "capture", words
        case CapacityRule(share):
            return "capacity", f"a share of {percent(share)} of the snapshots"
        case WeeklyCapacityRule(leads):
            return "capacity", f"a capacity of {leads:g} {_leads(leads)} a week"
        case ValueRule(value, cost):
            return "value", f"a value of {value:g} at a cost of {cost:g}"


def promised_by(rule: CutoffRule) -> str:
    """What may be said of a threshold that keeps a rule, in a sentence.

    Examples
    --------
    >>> promised_by(CapacityRule(0.2))
    'At most 20% of the snapshots qualify; no precision is promised.'
    """
    match rule:
        case PrecisionRule(precision, confidence):
            return (
                f"Of those who qualify at least {percent(precision)} convert, with "
                f"{percent(confidence)} confidence."
            )
        case CaptureRule(capture, confidence):
            return (
                f"Of those who convert at least {percent(capture)} qualify, with "
                f"{percent(confidence)} confidence, each group counted once."
            )
        case CapacityRule(share):
            return (
                f"At most {percent(share)} of the snapshots qualify; no precision is "
                "promised."
            )
        case WeeklyCapacityRule(leads):
            return (
                f"In 19 weeks of 20 at most {leads:g} {_leads(leads)} newly qualify; "
                "no precision is promised."
            )
        case ValueRule(value, cost):
            return (
                f"A lead qualifies where its probability times {value:g} is at least "
                f"the cost of {cost:g}; no precision is promised."
            )


def given_up(kind: str) -> str:
    """What is lost where a cutoff is lowered below another, in a clause.

    Examples
    --------
    >>> given_up("precision"), given_up("capacity")
    ('its promise is void', 'its capacity no longer holds')
    """
    if kind in ("precision", "capture"):
        return "its promise is void"
    return f"its {kind} no longer holds"


def percent(share: float) -> str:
    """A share as people write it, with nothing rounded away.

    Examples
    --------
    >>> percent(0.6), percent(0.955)
    ('60%', '95.5%')
    """
    return f"{100 * share:g}%"


def _leads(number: float) -> str:
    return "lead" if number == 1 else "leads"
