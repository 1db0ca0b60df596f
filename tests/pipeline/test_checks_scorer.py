"""Checks of the scorer: calibration, promises, skill."""

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
from tests.pipeline.run_folders import fitted, flat_config, flat_run

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
    sql = {"rule": "precision", "threshold": 0.5, "kept": True, **changed}
    mql = {"rule": "capacity", "threshold": 0.05, "kept": True}
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
    "changed", [{"rule": "capacity"}, {"kept": False}, {"threshold": None}]
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
    none = {"rule": "none", "threshold": None, "kept": False}
    mql = {"rule": "capture", "threshold": 0.5, "kept": True}
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


def skilled(folder: Path, skill: float, auc: Any) -> Case:
    random = np.random.default_rng(3)
    outcome = (random.random(400) < 0.5).astype(float)
    log_odds = skill * (2 * outcome - 1) + random.normal(size=400)
    predicted(folder, 1 / (1 + np.exp(-log_odds)), outcome)
    return judged(folder, auc=auc)


def test_ll304_fires_where_the_auc_may_be_one_half(tmp_path: Path) -> None:
    told = found("LL304", skilled(tmp_path, 1.0, figure(0.52, 0.48, 0.56)))
    assert told.answer is Answer.ISSUE
    assert told.said.startswith("There is no skill: the test AUC is 0.520 (0.480")
    assert "which contains .5" in told.said


def test_ll304_fires_where_the_base_rate_does_as_well(tmp_path: Path) -> None:
    told = found("LL304", skilled(tmp_path, 0.0, figure(0.6, 0.55, 0.65)))
    assert told.answer is Answer.ISSUE
    assert "over the base rate it gains -" in told.said


def test_ll304_is_silent_where_there_is_skill(tmp_path: Path) -> None:
    told = found("LL304", skilled(tmp_path, 1.0, figure(0.8, 0.75, 0.85)))
    assert told.answer is Answer.PASSED
    assert float(told.figures["log_loss_gained_low"]) > 0


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


def test_noise_has_no_skill(tmp_path: Path) -> None:
    random = np.random.default_rng(6)
    outcome = (random.random(800) < 0.4).astype(int)
    columns = {
        f"noise_{i}": [f"{v:.3f}" for v in random.normal(size=800)] for i in range(4)
    }
    case = fitted(flat_run(tmp_path, columns, list(outcome)), judge=True)
    assert found("LL304", case).answer is Answer.ISSUE
