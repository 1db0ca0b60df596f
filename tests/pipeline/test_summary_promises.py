"""What the summary says of a promise: of whom it is proved, and its second test."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.summary import summary
from tests.pipeline.demo_run import Demo, record


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_kept_promise_is_said_to_be_inherited_only_if_no_worse(
    demo: Demo, tmp_path: Path, is_kept: bool
) -> None:
    run = Path(shutil.copytree(demo.run, tmp_path / "run"))
    cutoffs = record(run / "cutoffs.json")
    for name in ("mql", "sql"):
        cutoffs["judged"][name] |= {"rule": "precision", "kept": is_kept}
    (run / "cutoffs.json").write_text(json.dumps(cutoffs), encoding="utf-8")
    said = summary(run)
    assert ("inherits it only if it is no worse" in said) == is_kept
    again = next(
        f for f in record(run / "checks.json")["findings"] if f["code"] == "LL303"
    )
    assert (f"tests it again. {again['said']}" in said) == is_kept


def told_of(demo: Demo, folder: Path, **changed: dict[str, dict[str, Any]]) -> str:
    """The summary of a run whose cutoffs have been changed: part, cutoff, fields."""
    run = Path(shutil.copytree(demo.run, folder / "run"))
    cutoffs = record(run / "cutoffs.json")
    for part, fields in changed.items():
        for name, values in fields.items():
            cutoffs[part][name] |= values
    (run / "cutoffs.json").write_text(json.dumps(cutoffs), encoding="utf-8")
    return summary(run)


def test_a_cutoff_that_takes_in_nearly_all_is_said_to_sort_out_next_to_none(
    demo: Demo, tmp_path: Path
) -> None:
    said = told_of(
        demo,
        tmp_path,
        on_test={"mql": {"share": 0.968}, "sql": {"share": 0.94}},
        served={"mql": {"share": 0.9999}},
    )
    assert (
        "The MQL cutoff takes in 97 of 100 snapshots of the newest block: it sorts out "
        "next to none." in said
    )
    assert (
        "The MQL cutoff takes in 99 of 100 snapshots that it was set on, in use: it "
        "sorts out next to none." in said
    )
    assert "The SQL cutoff takes in" not in said


@pytest.mark.parametrize(
    ("changed", "is_said"),
    [
        ({"rule": "precision", "kept": True}, False),
        ({"rule": "precision", "kept": False, "said": "Why not."}, True),
        ({"rule": "capacity", "kept": True, "said": "Why not."}, True),
    ],
)
def test_a_cutoff_that_promises_nothing_in_use_is_said_to(
    demo: Demo, tmp_path: Path, changed: dict[str, Any], is_said: bool
) -> None:
    said = told_of(demo, tmp_path, served={"sql": changed})
    sentence = "In use the SQL cutoff promises nothing of conversions. Why not."
    assert (sentence in said) == is_said


def test_a_capacity_that_is_exceeded_is_said_beside_the_share_that_qualifies(
    demo: Demo, tmp_path: Path
) -> None:
    run = Path(shutil.copytree(demo.run, tmp_path / "run"))
    checks = record(run / "checks.json")
    for finding in checks["findings"]:
        if finding["code"] == "LL303":
            finding["figures"] = {"mql_exceeded": 1, "sql_exceeded": 0}
    (run / "checks.json").write_text(json.dumps(checks), encoding="utf-8")
    assert summary(run).count(": more qualify than the capacity allows.") == 1


@pytest.mark.parametrize("is_off", [True, False])
def test_the_first_screen_tells_what_the_scorer_in_use_says_and_what_happened(
    demo: Demo, tmp_path: Path, is_off: bool
) -> None:
    run = Path(shutil.copytree(demo.run, tmp_path / "run"))
    checks = record(run / "checks.json")
    level = next(f for f in checks["findings"] if f["code"] == "LL306")
    level["figures"] = {"said": 0.4, "observed": 0.3}
    level["answer"] = "issue" if is_off else "passed"
    (run / "checks.json").write_text(json.dumps(checks), encoding="utf-8")
    told = "says 40.0%, and 30.0% converted"
    end = ": its level is off (LL306)." if is_off else "."
    assert f"learnt from these rows too, {told}{end}" in summary(run)
