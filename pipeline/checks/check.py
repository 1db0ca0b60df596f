"""A check: a coded judgement about data or scorer, with one of six honest answers.

Why six: "passed" must mean that something was looked at. A check that has nothing to
look at, or not yet, or was told not to look, says so and why.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import ModuleType
from typing import Any

from features.errors import LeadlightError

from .case import Case

Value = float | int | str


class Answer(StrEnum):
    """What a check has to say."""

    PASSED = "passed"  # looked at, and nothing was found
    ISSUE = "issue"  # stops promotion
    TIP = "tip"  # worth a look
    NOT_APPLICABLE = "not applicable"  # there is nothing of the kind in these data
    SKIPPED = "skipped"  # it could not be looked at, or not yet
    IGNORED = "ignored"  # somebody asked not to look


@dataclass(frozen=True)
class Verdict:
    """What a check's function returns.

    Attributes
    ----------
    answer : Answer
    said : str
        One or two whole sentences: what was found, and what to do.
    figures : dict
        What the answer rests on, by name.
    examples : tuple of str
        Up to three ``lead_id``.
    """

    answer: Answer
    said: str
    figures: dict[str, Value] = field(default_factory=dict)
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """A check's answer about one run, with its code and title."""

    code: str
    title: str
    answer: Answer
    said: str
    figures: dict[str, Value] = field(default_factory=dict)
    examples: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "code": self.code,
            "title": self.title,
            "answer": self.answer.value,
            "said": self.said,
            "figures": dict(self.figures),
            "examples": list(self.examples),
        }


@dataclass(frozen=True)
class Check:
    """A declared check.

    Attributes
    ----------
    code, title : str
    explanation : str
        What it looks at, why, and what to do: its function's docstring.
    look : callable
        From a case to a verdict.
    """

    code: str
    title: str
    explanation: str
    look: Callable[[Case], Verdict]

    def finding(self, case: Case) -> Finding:
        """Look at the case; what is not there to be looked at is skipped."""
        try:
            verdict = self.look(case)
        except LeadlightError as error:
            verdict = skipped(str(error))
        return self.says(verdict)

    def says(self, verdict: Verdict) -> Finding:
        """Put the code and the title to a verdict."""
        return Finding(
            self.code,
            self.title,
            verdict.answer,
            verdict.said,
            verdict.figures,
            verdict.examples,
        )


def check(
    code: str, title: str
) -> Callable[[Callable[[Case], Verdict]], Callable[[Case], Verdict]]:
    """Declare a function to be a check; its docstring is the explanation."""

    def declare(look: Callable[[Case], Verdict]) -> Callable[[Case], Verdict]:
        explanation = inspect.getdoc(look) or ""
        look.__dict__["check"] = Check(code, title, explanation, look)
        return look

    return declare


def declared(*modules: ModuleType) -> tuple[Check, ...]:
    """Gather what the modules declare, in the order of the codes."""
    values = [v for m in modules for v in vars(m).values()]
    found = [getattr(v, "check", None) for v in values]
    return tuple(
        sorted((c for c in found if isinstance(c, Check)), key=lambda c: c.code)
    )


def passed(said: str, figures: Mapping[str, Value] | None = None) -> Verdict:
    """Looked at, and nothing was found."""
    return Verdict(Answer.PASSED, said, dict(figures or {}))


def issue(
    said: str, figures: Mapping[str, Value], examples: tuple[str, ...] = ()
) -> Verdict:
    """What stops promotion."""
    return Verdict(Answer.ISSUE, said, dict(figures), examples)


def tip(
    said: str, figures: Mapping[str, Value], examples: tuple[str, ...] = ()
) -> Verdict:
    """What is worth a look."""
    return Verdict(Answer.TIP, said, dict(figures), examples)


def not_applicable(why: str) -> Verdict:
    """There is nothing of the kind in these data."""
    return Verdict(Answer.NOT_APPLICABLE, why)


def skipped(why: str) -> Verdict:
    """It could not be looked at, or not yet."""
    return Verdict(Answer.SKIPPED, why)
