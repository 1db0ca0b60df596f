"""Whoever scores is told what would refuse the scorer's promotion."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from models.promoting.gates import Gate, Outcome
from pipeline.bundle import open_bundle, source_of_run
from pipeline.refusals import stands_against
from pipeline.registering.memo import Memo
from pipeline.running import issues_standing
from tests.pipeline.demo_run import Demo, record
from tests.pipeline.registries import house, leadlight, registered

SAID = (
    "Against the scorer of these scores stands what stops a promotion: no skill is "
    "shown (LL304)."
)


def without_skill(run: Path) -> None:
    """Change a run's checks: no skill is shown, and nothing else stands against it."""
    checks = record(run / "checks.json")
    for finding in checks["findings"]:
        finding["answer"] = "passed"
        if finding["code"] == "LL304":
            finding |= {"answer": "issue", "figures": {"verdict": "not shown"}}
        if finding["code"] == "LL109":  # an issue that is no gate
            finding["answer"] = "issue"
    (run / "checks.json").write_text(json.dumps(checks), encoding="utf-8")


def test_scoring_with_a_challenger_without_skill_says_so_in_a_sentence(
    demo: Demo, tmp_path: Path
) -> None:
    config = house(demo, tmp_path)
    without_skill(tmp_path / "runs" / "first")
    registered(config, "first")
    done = leadlight(
        tmp_path, "score", str(tmp_path / "data" / "tonight.csv"),
        "-o", str(tmp_path / "tonight.parquet"), "--model", "challenger",
        "--at", "2026-07-02",
    )  # fmt: skip
    assert done.code == 0, done.err
    assert done.err.count(SAID) == 1


def test_a_finished_run_says_what_became_of_the_skill(
    demo: Demo, tmp_path: Path
) -> None:
    demo.copy(tmp_path, runs=True)
    run = tmp_path / "runs" / "first"
    without_skill(run)
    assert issues_standing(run) == (
        "2 issues stand, 1 in the way of a promotion: LL304 (no skill is shown); and "
        "LL109"
    )


@pytest.mark.parametrize("is_alone", [False, True])
def test_a_gate_that_could_not_look_is_named_in_the_last_line(
    demo: Demo, tmp_path: Path, is_alone: bool
) -> None:
    demo.copy(tmp_path, runs=True)
    run = tmp_path / "runs" / "first"
    without_skill(run)
    checks = record(run / "checks.json")
    for found in checks["findings"]:
        if is_alone:
            found["answer"] = "passed"
        if found["code"] == "LL207":
            found["answer"] = "skipped"
    (run / "checks.json").write_text(json.dumps(checks), encoding="utf-8")
    said = issues_standing(run)
    if is_alone:
        assert said == "What could not be looked at stops a promotion, too: LL207"
    else:
        assert said.endswith(
            "; what could not be looked at stops a promotion, too: LL207"
        )


def test_a_refused_promotion_says_what_became_of_the_skill() -> None:
    level = Gate("skill", Outcome.FAILED, "…", {"verdict": "level off"}, code="LL304")
    promise = Gate("promise", Outcome.FAILED, "…", code="LL303")
    memo = Memo(
        "leadlight", "version 3", None, "", "", None, (), (promise, level), (), {}, {},
        None, None,
    )  # fmt: skip
    assert memo.refusal().startswith(
        "version 3 is not promoted: 2 gates fail (promise, skill: the order has skill, "
        "but the level is off)."
    )


def test_a_run_that_was_not_checked_has_nothing_against_it(tmp_path: Path) -> None:
    assert stands_against(tmp_path) == ""


def test_a_scorer_that_is_only_looked_at_says_nothing_of_it(
    demo: Demo, tmp_path: Path
) -> None:
    demo.copy(tmp_path, runs=True)
    run = tmp_path / "runs" / "first"
    without_skill(run)
    assert open_bundle(source_of_run(run)).notes == ()
    assert open_bundle(source_of_run(run), is_to_score=True).notes == (SAID,)
