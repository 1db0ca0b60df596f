"""Gates: what stops a promotion, what does not, and what a waiver covers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from features.errors import ConfigError
from models.promoting.gates import (
    Gate,
    Outcome,
    gates_of_checks,
    repeats_check,
    standing_in_the_way,
)


@dataclass(frozen=True)
class Said:
    """A check's answer, as a gate reads it."""

    code: str
    answer: str
    said: str = "So it is."
    figures: Mapping[str, float | int | str] = field(default_factory=dict)
    examples: tuple[str, ...] = ()


def _gate(name: str, answer: Outcome = Outcome.FAILED, code: str | None = None) -> Gate:
    return Gate(name, answer, "So it is.", code=code)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("passed", Outcome.PASSED),
        ("tip", Outcome.PASSED),
        ("issue", Outcome.FAILED),
        ("not applicable", Outcome.NOT_APPLICABLE),
        ("skipped", Outcome.FAILED),
        ("ignored", Outcome.FAILED),
    ],
)
def test_a_check_that_did_not_look_is_a_gate_that_failed(
    answer: str, expected: Outcome
) -> None:
    (gate,) = gates_of_checks([Said("LL203", answer)])
    assert gate.answer is expected
    assert gate.said.startswith("It could not be looked at. ") == (
        answer in {"skipped", "ignored"}
    )


def test_a_leak_gate_names_column_figure_and_leads() -> None:
    found = Said(
        "LL203", "issue", "Column paid tells all.", {"auc": 0.99}, ("lead-1", "lead-2")
    )
    (gate,) = gates_of_checks([found])
    assert gate.to_dict() == {
        "name": "LL203",
        "code": "LL203",
        "answer": "failed",
        "said": "Column paid tells all.",
        "figures": {"auc": 0.99},
        "examples": ["lead-1", "lead-2"],
    }


def test_checks_of_the_data_alone_are_no_gates() -> None:
    codes = ("LL109", "LL201", "LL208", "LL301", "LL302", "LL303", "LL304", "LL306")
    assert [c for c in codes if repeats_check(c)] == [
        "LL201", "LL208", "LL302", "LL303", "LL304", "LL306"
    ]  # fmt: skip
    found = gates_of_checks([Said(c, "issue") for c in codes])
    assert [g.name for g in found] == [
        "LL201", "LL208", "calibration", "promise", "skill", "served"
    ]  # fmt: skip


def test_what_is_not_waived_stands_in_the_way() -> None:
    leak, promise, fine = (
        _gate("LL203"),
        _gate("promise"),
        _gate("skill", Outcome.PASSED),
    )
    assert standing_in_the_way([leak, promise, fine], []) == ((leak, promise), ())
    assert standing_in_the_way([leak, promise, fine], ["LL203"]) == (
        (promise,),
        (leak,),
    )


def test_a_waiver_may_name_the_check_that_a_gate_repeats() -> None:
    promise = _gate("promise", code="LL303")
    assert standing_in_the_way([promise], ["LL303"]) == ((), (promise,))


def test_waiving_a_gate_that_did_not_fail_waives_nothing() -> None:
    fine = _gate("skill", Outcome.PASSED)
    assert standing_in_the_way([fine], ["skill"]) == ((), ())


def test_a_slip_of_the_pen_waives_nothing_and_says_so() -> None:
    with pytest.raises(ConfigError, match=r"no gate 'LL230'; the gates are LL203\."):
        standing_in_the_way([_gate("LL203")], ["LL230"])
