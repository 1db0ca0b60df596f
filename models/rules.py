"""The rules: what is asked of a cutoff, and what is to be done if it cannot be had.

A precision or a capture with a confidence, a share that sales can take, or a value and
a cost. Each names a second choice, ``otherwise``, or none.

Why each carries its own confidence: the two promises of MQL and SQL then hold together
with at least 1 - (δ of MQL + δ of SQL), whatever their dependence (Bonferroni), δ being
1 - confidence. For a joint confidence of .90, ask .95 of each.
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
    """At most a ``share`` of the leads qualifies."""

    share: float
    otherwise: CutoffRule | None = None


@dataclass(frozen=True, slots=True)
class ValueRule:
    """A lead qualifies if its probability times ``value`` exceeds the ``cost``."""

    value: float
    cost: float
    otherwise: CutoffRule | None = None


CutoffRule = PrecisionRule | CaptureRule | CapacityRule | ValueRule


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
            return "capacity", f"a share of {percent(share)} of the leads"
        case ValueRule(value, cost):
            return "value", f"a value of {value:g} at a cost of {cost:g}"


def percent(share: float) -> str:
    """A share as people write it, with nothing rounded away.

    Examples
    --------
    >>> percent(0.6), percent(0.955)
    ('60%', '95.5%')
    """
    return f"{100 * share:g}%"
