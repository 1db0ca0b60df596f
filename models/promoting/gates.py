"""The gates: what has to hold before a scorer may be promoted.

A gate is a value: its name, one of three answers, a sentence with the figure and its
interval. Nothing here decides; whoever promotes may pass a failed gate by naming it and
saying why, and that is recorded.

Why "could not be looked at" is a failure: a gate that is passed by looking away is no
gate. "Not applicable" means that there is nothing of the kind, and says what.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol

from features.errors import ConfigError


class Outcome(StrEnum):
    """What a gate answers."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition of promotion, and whether it holds.

    Parameters
    ----------
    name : str
        Stable; a waiver names it. A leak gate has the code of its check.
    answer : Outcome
    said : str
        Whole sentences, with the figure and its interval.
    figures : dict
        What the answer rests on, by name.
    examples : tuple of str
        Up to three ``lead_id``.
    code : str or None
        The check that it repeats; a waiver may name that instead.
    """

    name: str
    answer: Outcome
    said: str
    figures: Mapping[str, float | int | str] = field(default_factory=dict)
    examples: tuple[str, ...] = ()
    code: str | None = None

    @property
    def is_failed(self) -> bool:
        """Whether it stands in the way."""
        return self.answer is Outcome.FAILED

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "name": self.name,
            "code": self.code,
            "answer": self.answer.value,
            "said": self.said,
            "figures": dict(self.figures),
            "examples": list(self.examples),
        }


class Found(Protocol):
    """What a check found, as far as a gate needs it."""

    @property
    def code(self) -> str: ...  # noqa: D102
    @property
    def answer(self) -> str: ...  # noqa: D102
    @property
    def said(self) -> str: ...  # noqa: D102
    @property
    def figures(self) -> Mapping[str, float | int | str]: ...  # noqa: D102
    @property
    def examples(self) -> tuple[str, ...]: ...  # noqa: D102


_OF_ANSWER: Final = {
    "passed": Outcome.PASSED,
    "tip": Outcome.PASSED,  # worth a look, and no reason to stop
    "issue": Outcome.FAILED,
    "not applicable": Outcome.NOT_APPLICABLE,
}
OF_CHECKS: Final = {
    "LL302": "calibration",
    "LL303": "promise",
    "LL304": "skill",
    "LL306": "served",
}
_LEAKS: Final = "LL2"


def repeats_check(code: str) -> bool:
    """Whether a check's answer is a gate: every leak check's is, and of four others.

    Examples
    --------
    >>> [repeats_check(code) for code in ("LL109", "LL203", "LL303")]
    [False, True, True]
    """
    return code.startswith(_LEAKS) or code in OF_CHECKS


def gates_of_checks(findings: Iterable[Found]) -> tuple[Gate, ...]:
    """Turn the answers of checks into gates; a check that did not look has failed.

    Parameters
    ----------
    findings : iterable of Found
        Of those checks that :func:`repeats_check` names; others are left out.

    Returns
    -------
    tuple of Gate
        In the order given.
    """
    return tuple(_of_check(f) for f in findings if repeats_check(f.code))


def standing_in_the_way(
    gates: Sequence[Gate], despite: Iterable[str]
) -> tuple[tuple[Gate, ...], tuple[Gate, ...]]:
    """Part the failed gates into those that still stop promotion and those waived.

    Parameters
    ----------
    gates : sequence of Gate
    despite : iterable of str
        Names of gates, or codes of checks.

    Returns
    -------
    stopping, waived : tuple of Gate

    Raises
    ------
    ConfigError
        When a name is none of a gate, so that a slip of the pen waives nothing.
    """
    named = set(despite)
    known = {key for g in gates for key in (g.name, g.code) if key}
    if strange := sorted(named - known):
        raise ConfigError(
            f"There is no gate {strange[0]!r}; the gates are "
            f"{', '.join(g.name for g in gates)}."
        )
    failed = [g for g in gates if g.is_failed]
    waived = tuple(g for g in failed if named & {g.name, g.code})
    return tuple(g for g in failed if g not in waived), waived


def _of_check(found: Found) -> Gate:
    answer = _OF_ANSWER.get(str(found.answer), Outcome.FAILED)
    name = OF_CHECKS.get(found.code, found.code)
    not_looked = str(found.answer) not in _OF_ANSWER
    said = f"It could not be looked at. {found.said}" if not_looked else found.said
    figures, examples = dict(found.figures), tuple(found.examples)
    return Gate(name, answer, said, figures, examples, found.code)
