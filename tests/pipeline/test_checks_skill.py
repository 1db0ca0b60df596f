"""The check of the skill: not shown, none, of the order alone, or a leak."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from pipeline.artefacts import QUALITY
from pipeline.checks import Answer, Finding
from pipeline.checks.case import Case
from tests.pipeline.run_folders import fitted, flat_config, flat_run
from tests.pipeline.test_checks_scorer import figure, found, predicted

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")
CALIBRATED = figure(1.0, 0.9, 1.1)


def skill_told(
    folder: Path,
    auc: Any,
    *,
    apart: float = 2.0,
    shift: float = 0.0,
    ratio: Any = CALIBRATED,
    rows: int = 400,
) -> Finding:
    """LL304 of leads of which every second converted.

    Those that converted have log-odds ``apart`` above the others', about ``shift``.
    """
    outcome = (np.arange(rows) % 2).astype(float)
    noise = np.random.default_rng(3).normal(size=rows)
    log_odds = shift + apart * (outcome - 0.5) + noise
    predicted(folder, 1 / (1 + np.exp(-log_odds)), outcome)
    test = {"base_rate": 0.5, "auc": auc, "observed_over_expected": ratio}
    QUALITY.write({"test": test}, folder / QUALITY.file)
    case = Case(flat_config(), folder)
    # No column told anything before the test block.
    case.__dict__["before"] = case.__dict__["test"] = _SILENT
    case.__dict__["judged"] = SimpleNamespace(gain_share={})
    return found("LL304", case)


class _Silent:
    names: tuple[str, ...] = ()
    outcome = np.arange(100) % 2
    conversions = 50
    has_both_outcomes = True


_SILENT = _Silent()


def test_ll304_is_silent_where_skill_is_shown(tmp_path: Path) -> None:
    told = skill_told(tmp_path, figure(0.8, 0.75, 0.85))
    assert told.answer is Answer.PASSED
    assert float(told.figures["log_loss_gained_low"]) > 0


def test_skill_not_shown_says_how_many_more_outcomes_would_show_it(
    tmp_path: Path,
) -> None:
    # Ends .28 apart: a standard error of .28 / 3.92 = .0714, so that an AUC of
    # .5 + 2.8 · .0714 = .7 would be seen. One of .6 lies half as far from .5, which
    # takes four times the 20 leads.
    told = skill_told(tmp_path, figure(0.55, 0.41, 0.69), rows=40)
    assert told.answer is Answer.ISSUE
    assert told.said == (
        "No skill is shown: the test AUC is 0.550 (0.410 to 0.690), which contains .5, "
        "with 20 leads that converted. To tell an AUC of 0.600 from chance takes about "
        "80 of them in the test block, 60 more: wait for more outcomes or bring better "
        "data, and until then keep to the base rate or the points table."
    )
    assert told.figures["verdict"] == "not shown"


def test_ll304_fires_as_no_skill_only_where_a_useful_one_would_have_been_seen(
    tmp_path: Path,
) -> None:
    # .08 / 3.92 · 2.8 = .057.
    told = skill_told(tmp_path, figure(0.52, 0.48, 0.56))
    assert told.answer is Answer.ISSUE
    assert told.said.startswith(
        "There is no skill: the test AUC is 0.520 (0.480 to 0.560), with 200 leads "
        "that converted, where one of 0.557 would have been seen. More outcomes of the "
        "same kind will hardly help"
    )


def test_an_order_that_is_the_wrong_way_round_is_said_to_be(tmp_path: Path) -> None:
    told = skill_told(tmp_path, figure(0.4, 0.35, 0.45))
    assert told.answer is Answer.ISSUE
    assert "all of it below .5" in told.said
    assert "tells the opposite now" in told.said


def test_an_order_with_skill_whose_level_is_off_is_sent_to_recalibrate(
    tmp_path: Path,
) -> None:
    # Every second lead converted, where a sixth or so was expected.
    told = skill_told(
        tmp_path, figure(0.9, 0.87, 0.93), shift=-3.0, ratio=figure(4.0, 3.5, 4.5)
    )
    assert told.answer is Answer.ISSUE
    assert told.said.startswith(
        "The order has skill, but the level is off: the test AUC is 0.900 (0.870 to "
        "0.930), yet over the base rate -"
    )
    assert "since observed over expected is 4.000 (3.500 to 4.500)" in told.said
    assert told.said.endswith(
        "Recalibrate on the newest mature rows: the level has moved."
    )
    assert "better data" not in told.said
    assert float(told.figures["log_loss_gained"]) < 0
    assert float(told.figures["log_loss_gained_levelled"]) > 0.1


def test_an_order_whose_probabilities_are_worth_nothing_is_to_be_gone_by(
    tmp_path: Path,
) -> None:
    told = skill_told(tmp_path, figure(0.6, 0.55, 0.65), apart=0.0)
    assert told.answer is Answer.ISSUE
    assert told.said.startswith("The order has skill, but the probabilities are not")
    assert "Go by the order of the leads" in told.said


def test_noise_has_no_skill(tmp_path: Path) -> None:
    random = np.random.default_rng(6)
    outcome = (random.random(800) < 0.4).astype(int)
    columns = {
        f"noise_{i}": [f"{v:.3f}" for v in random.normal(size=800)] for i in range(4)
    }
    case = fitted(flat_run(tmp_path, columns, list(outcome)), judge=True)
    told = found("LL304", case)
    assert told.answer is Answer.ISSUE
    assert told.figures["verdict"] in ("none", "not shown")


def test_a_leak_that_the_newest_leads_cannot_show_is_named_and_not_called_no_skill(
    tmp_path: Path,
) -> None:
    # A date of signing is noted once a lead has converted, and now and then for
    # others; the newest quarter has had no time to get one.
    random = np.random.default_rng(8)
    rows = 800
    outcome = (random.random(rows) < 0.3).astype(int)
    noted = np.where(
        outcome == 1, random.random(rows) < 0.98, random.random(rows) < 0.02
    )
    noted &= np.arange(rows) < 600
    signed = [str(20 + i % 7) if noted[i] else None for i in range(rows)]
    noise = [f"{v:.3f}" for v in random.normal(size=rows)]
    case = fitted(
        flat_run(tmp_path, {"signed": signed, "noise": noise}, list(outcome)),
        judge=True,
    )
    told = found("LL304", case)
    assert told.answer is Answer.ISSUE
    assert told.figures["verdict"] == "leak"
    assert told.figures["column"] == "signed"
    assert float(told.figures["auc_before"]) > 0.95
    assert told.figures["auc_on_test"] == 0.5
    assert told.said.startswith("The scorer has learnt a leak: signed alone has an AUC")
    assert "Put signed under leads.never and run again (see LL203)" in told.said
    assert "no skill" not in told.said.lower()
    assert len(told.examples) == 3
    assert found("LL203", case).answer is Answer.ISSUE


def test_a_column_that_carries_the_booster_and_is_empty_on_the_newest_leads_is_named(
    tmp_path: Path,
) -> None:
    # An AUC of .87 or so before the newest quarter: too little to tell all alone.
    random = np.random.default_rng(9)
    rows = 800
    outcome = (random.random(rows) < 0.3).astype(int)
    late = [f"{v:.2f}" for v in 1.6 * outcome + random.normal(size=rows)]
    columns: dict[str, list[str | None]] = {
        f"noise_{i}": [f"{v:.1f}" for v in random.normal(size=rows)] for i in range(4)
    }
    columns["late"] = [v if i < 600 else None for i, v in enumerate(late)]
    case = fitted(flat_run(tmp_path, columns, list(outcome)), judge=True)
    told = found("LL304", case)
    assert told.answer is Answer.ISSUE
    assert (told.figures["verdict"], told.figures["column"]) == ("leak", "late")
    assert "100% of the snapshots before the test block and 0% on it, has" in told.said
    assert told.figures["auc_on_test"] == 0.5
    assert found("LL203", case).answer is Answer.ISSUE
