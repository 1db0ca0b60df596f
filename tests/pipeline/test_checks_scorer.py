"""Checks of the scorer: calibration, promises, capacities."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.vocabulary import Split
from pipeline.artefacts import CALIBRATION, CUTOFFS, PREDICTIONS, QUALITY
from pipeline.checks import CHECKS, Answer, Finding, run_checks
from pipeline.checks.case import Case
from tests.pipeline.run_folders import dated_config, fitted, flat_config, flat_run

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")


def found(code: str, case: Case) -> Finding:
    return next(c for c in CHECKS if c.code == code).finding(case)


def figure(value: float | None, low: float | None, high: float | None) -> Any:
    return {"value": value, "low": low, "high": high}


def judged(folder: Path, **figures: Any) -> Case:
    test = {"conversions": 40, "base_rate": 0.5, **figures}
    QUALITY.write({"test": test}, folder / QUALITY.file)
    return Case(flat_config(), folder)


def calibrated(folder: Path, *flags: str) -> Case:
    block = {"form": "platt", "conversions": 12, "flags": list(flags)}
    record = {"judged": block, "served": {**block, "flags": []}}
    CALIBRATION.write(record, folder / CALIBRATION.file)
    return Case(flat_config(), folder)


def test_ll301_fires_with_every_flag(tmp_path: Path) -> None:
    flag = "12 conversions are fewer than 15: only the intercept was fitted."
    told = found("LL301", calibrated(tmp_path, flag))
    assert told.answer is Answer.TIP
    assert told.said.startswith(f"Of the judged scorer: {flag}")
    assert told.figures == {"flags": 1, "conversions": 12}


def test_ll301_is_silent_without_flags(tmp_path: Path) -> None:
    assert found("LL301", calibrated(tmp_path)).answer is Answer.PASSED


@pytest.mark.parametrize(("value", "low", "high"), [(1.4, 1.2, 1.6), (0.8, 0.7, 0.89)])
def test_ll302_fires_where_far_other_numbers_convert(
    value: float, low: float, high: float, tmp_path: Path
) -> None:
    quotient = figure(value, low, high)
    told = found("LL302", judged(tmp_path, observed_over_expected=quotient))
    assert told.answer is Answer.ISSUE
    assert ("more than" if value > 1 else "fewer than") in told.said


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        (1.3, 0.9, 1.7),  # 1 is in the interval
        (0.92, 0.86, 0.98),  # it is not, but this is close enough
    ],
)
def test_ll302_is_silent_where_it_could_be_or_is_close(
    value: float, low: float, high: float, tmp_path: Path
) -> None:
    quotient = figure(value, low, high)
    told = found("LL302", judged(tmp_path, observed_over_expected=quotient))
    assert told.answer is Answer.PASSED


def test_without_an_interval_nothing_is_judged(tmp_path: Path) -> None:
    none = figure(0.7, None, None)
    case = judged(tmp_path, observed_over_expected=none, auc=none)
    assert found("LL302", case).answer is Answer.SKIPPED
    assert found("LL304", case).answer is Answer.SKIPPED


def predicted(
    folder: Path, probability: np.ndarray, outcome: np.ndarray, **columns: Any
) -> None:
    rows = len(outcome)
    names = [f"lead-{i}" for i in range(rows)]
    told = {
        "row": range(rows),
        "lead_id": names,
        "group_id": names,
        "split": Split.TEST.value,
        "outcome": outcome,
        "probability": probability,
        **columns,
    }
    PREDICTIONS.write(pd.DataFrame(told), folder / PREDICTIONS.file)


def promised(folder: Path, converted: int, **changed: Any) -> Case:
    """Of 100 leads at .8 so many converted, and of 100 at .1 ten; SQL begins at .5."""
    outcome = np.concatenate(
        [np.arange(100) < converted, np.arange(100) < 10], dtype=float
    )
    predicted(folder, np.repeat([0.8, 0.1], 100), outcome)
    sql = {"rule": "precision", "threshold": 0.5, "kept": True, "said": "", **changed}
    mql = {"rule": "value", "threshold": 0.05, "kept": True, "said": "By value."}
    CUTOFFS.write({"judged": {"mql": mql, "sql": sql}}, folder / CUTOFFS.file)
    asked = {"precision": 0.7, "confidence": 0.95}
    return Case(flat_config(cutoffs={"sql": asked}), folder)


def test_ll303_fires_on_a_broken_promise_of_precision(tmp_path: Path) -> None:
    told = found("LL303", promised(tmp_path, 55))
    assert told.answer is Answer.ISSUE
    # Clopper and Pearson, 55 of 100.
    assert "SQL promised a precision of 70%, and it was 0.550 (0.447 to 0.650)" in (
        told.said
    )


def test_ll303_is_silent_where_chance_explains_it(tmp_path: Path) -> None:
    told = found("LL303", promised(tmp_path, 65))  # 0.548 to 0.743
    assert told.answer is Answer.PASSED


@pytest.mark.parametrize(
    "changed", [{"rule": "value"}, {"kept": False}, {"threshold": None}]
)
def test_what_was_not_promised_cannot_be_broken(
    changed: dict[str, Any], tmp_path: Path
) -> None:
    told = found("LL303", promised(tmp_path, 5, **changed))
    assert told.answer is Answer.NOT_APPLICABLE


@pytest.mark.parametrize(("above", "answer"), [(60, Answer.ISSUE), (90, Answer.PASSED)])
def test_ll303_fires_on_a_broken_promise_of_capture(
    above: int, answer: Answer, tmp_path: Path
) -> None:
    # Of 100 who convert so many are at or above the cutoff; 100 more do not convert.
    probability = np.where(np.arange(200) < above, 0.5, 0.2)
    predicted(tmp_path, probability, (np.arange(200) < 100).astype(float))
    none = {"rule": "none", "threshold": None, "kept": False, "said": ""}
    mql = {"rule": "capture", "threshold": 0.5, "kept": True, "said": ""}
    CUTOFFS.write({"judged": {"mql": mql, "sql": none}}, tmp_path / CUTOFFS.file)
    asked = {"capture": 0.8, "confidence": 0.95}
    told = found("LL303", Case(flat_config(cutoffs={"mql": asked}), tmp_path))
    assert told.answer is answer
    assert told.figures["mql_seen"] == above / 100


def test_ll303_counts_a_group_once(tmp_path: Path) -> None:
    case = promised(tmp_path, 55)
    # All of one group: a single row of it is counted, which breaks nothing.
    case.__dict__["predictions"] = case.predictions.assign(group_id="acme")
    assert found("LL303", case).answer is not Answer.ISSUE


def taken_in(
    folder: Path, qualifying: int, cutoff: dict[str, Any], **asked: Any
) -> Case:
    """Of 100 leads of the newest block so many are at .8, the others at .1."""
    probability = np.where(np.arange(100) < qualifying, 0.8, 0.1)
    predicted(folder, probability, (np.arange(100) % 4 == 0).astype(float))
    none = {"rule": "none", "threshold": None, "kept": False, "said": "Nobody."}
    told = {"rule": "capacity", "threshold": 0.5, **cutoff}
    CUTOFFS.write({"judged": {"mql": told, "sql": none}}, folder / CUTOFFS.file)
    return Case(flat_config(cutoffs={"mql": asked}), folder)


AT_MOST = {"kept": True, "said": "At most 20% of the snapshots qualify; …"}


@pytest.mark.parametrize(
    ("qualifying", "answer"),
    [(40, Answer.ISSUE), (27, Answer.PASSED), (5, Answer.PASSED)],  # 27: from 18.6 %
)
def test_a_capacity_that_the_newest_block_exceeds_is_an_issue(
    qualifying: int, answer: Answer, tmp_path: Path
) -> None:
    told = found("LL303", taken_in(tmp_path, qualifying, AT_MOST, capacity_share=0.2))
    assert told.answer is answer
    assert told.figures["mql_taken_in"] == qualifying / 100
    if answer is Answer.ISSUE:  # Clopper and Pearson, 40 of 100
        assert told.said == (
            "On the test block more qualify than the capacity allows: for MQL at most "
            "20% of the snapshots were to qualify, and 40.0% (30.3% to 50.3%) do. Set "
            "the cutoffs anew on newer rows (`leadlight recalibrate`), or allow for "
            "more."
        )


def test_a_capacity_as_second_choice_is_tested_on_the_newest_block_too(
    tmp_path: Path,
) -> None:
    second = {
        "kept": False,
        "said": "No cutoff keeps a precision of 90%. Second choice: At most 5% of the "
        "snapshots qualify; no precision is promised.",
    }
    asked = {
        "precision": 0.9,
        "confidence": 0.95,
        "otherwise": {"capacity_share": 0.05},
    }
    told = found("LL303", taken_in(tmp_path, 20, second, **asked))
    assert told.answer is Answer.ISSUE
    assert "at most 5% of the snapshots were to qualify, and 20.0%" in told.said


def test_a_promise_that_is_kept_is_said_beside_a_capacity_that_is_exceeded(
    tmp_path: Path,
) -> None:
    case = promised(tmp_path, 65)
    mql = {"rule": "capacity", "threshold": 0.05, **AT_MOST}
    told = {"judged": {**case.cutoffs["judged"], "mql": mql}}
    CUTOFFS.write(told, tmp_path / CUTOFFS.file)
    cutoffs = {
        "mql": {"capacity_share": 0.2},
        "sql": {"precision": 0.7, "confidence": 0.95},
    }
    told_of = found("LL303", Case(flat_config(cutoffs=cutoffs), tmp_path))
    assert told_of.answer is Answer.ISSUE
    assert "and 100.0% (98.2% to 100.0%) do." in told_of.said
    assert "Besides, SQL promised a precision of 70%, and it was 0.650" in told_of.said


def test_a_capacity_given_up_below_another_cutoff_cannot_be_exceeded(
    tmp_path: Path,
) -> None:
    lowered = {
        "kept": False,
        "said": f"{AT_MOST['said']} But at 0.500 it is not below SQL's 0.400, so it is "
        "lowered to take in all leads, and its capacity no longer holds.",
    }
    case = taken_in(tmp_path, 90, lowered, capacity_share=0.2)
    assert found("LL303", case).answer is Answer.NOT_APPLICABLE


def test_the_snapshots_of_one_company_exceed_no_capacity_alone(tmp_path: Path) -> None:
    case = taken_in(tmp_path, 40, AT_MOST, capacity_share=0.2)
    # All who qualify are of one company, every other lead of its own.
    group = np.where(np.arange(100) < 40, "acme", case.predictions["lead_id"])
    case.__dict__["predictions"] = case.predictions.assign(group_id=group)
    assert found("LL303", case).answer is Answer.PASSED


@pytest.mark.parametrize(("busy", "answer"), [(3, Answer.ISSUE), (2, Answer.PASSED)])
def test_a_capacity_by_the_week_counts_the_weeks_that_bring_more(
    busy: int, answer: Answer, tmp_path: Path
) -> None:
    # Ten weeks of ten new leads each; of the first `busy` weeks three qualify, of the
    # others two. Of ten weeks three are 6.7 % at least, two are 2.5 %.
    week, place = np.divmod(np.arange(100), 10)
    probability = np.where(place < np.where(week < busy, 3, 2), 0.8, 0.1)
    monday = pd.Timestamp("2026-01-05T00:00Z")
    at = monday + pd.to_timedelta(7 * week, unit="D")
    outcome = (place == 0).astype(float)
    predicted(tmp_path, probability, outcome, snapshot_at=at)
    none = {"rule": "none", "threshold": None, "kept": False, "said": "Nobody."}
    said = "In 19 weeks of 20 at most 2 leads newly qualify; no precision is promised."
    mql = {"rule": "capacity", "threshold": 0.5, "kept": True, "said": said}
    CUTOFFS.write({"judged": {"mql": mql, "sql": none}}, tmp_path / CUTOFFS.file)
    config = dated_config(cutoffs={"mql": {"capacity_per_week": 2}})
    told = found("LL303", Case(config, tmp_path))
    assert told.answer is answer
    assert (
        "for MQL in 19 weeks of 20 at most 2 leads were newly to qualify, and in "
        f"{busy} of 10 weeks more did" in told.said
    )


def test_a_finished_run_is_judged_by_every_check_that_applies(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    outcome = (random.random(1200) < 0.4).astype(int)
    columns = {
        f"honest_{i}": [f"{v:.3f}" for v in random.normal(0.6 * outcome, 1)]
        for i in range(4)
    }
    case = fitted(flat_run(tmp_path, columns, list(outcome)), judge=True)
    findings = run_checks(case.config, tmp_path)
    told = {f.code: f.said for f in findings if f.answer is Answer.SKIPPED}
    assert told == {}
    issues = {f.code: f.said for f in findings if f.answer is Answer.ISSUE}
    assert set(issues) <= {"LL302", "LL303"}
    assert all(f.said.endswith(".") for f in findings)
