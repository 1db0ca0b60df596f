"""Columns and margins of no use, few rows, shuffled rows, outcomes told twice."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.errors import DataError
from models.calibrating.calibration import fit_calibrator
from models.evidence import Evidence
from models.judging.breakdowns import gains_table, reliability_table, segment_table
from models.judging.quality import judge
from models.learning.conversion import Learnable, Recipe, fit_booster, margins
from models.points import Floats
from models.qualifying.cutoffs import choose_cutoffs
from models.qualifying.rules import CapacityRule, CutoffRules, PrecisionRule
from pipeline.artefacts import JUDGED
from pipeline.checks import CHECKS, Answer
from tests.models.worlds import Worlds
from tests.pipeline.conftest import Intake
from tests.pipeline.run_folders import dated_run, dated_tables, fitted, flat_run

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")

Table = Callable[..., list[dict[str, Any]]]


# ---- 27: columns of no use


def test_fault_27_columns_of_no_use_are_dropped_with_their_reasons(
    tmp_path: Path,
) -> None:
    random = np.random.default_rng(3)
    outcome = (random.random(400) < 0.4).astype(int)
    columns: dict[str, list[str | None]] = {
        "honest": [f"{v:.3f}" for v in random.normal(outcome, 1)],
        "constant": ["7"] * 400,
        "one_word": ["web"] * 400,
        "empty": [None] * 400,
        "ticket": [f"T{i:05}-{i * 7919 % 400}" for i in range(400)],
    }
    case = fitted(flat_run(tmp_path, columns, list(outcome)))
    dropped = case.encoding["dropped"]
    assert dropped["constant"] == "7.0 in every row"
    assert dropped["one_word"] == "web in every row"
    assert dropped["empty"] == "empty in every row"
    # Of the rows before the test block, which alone are looked at.
    assert dropped["ticket"].startswith("300 different values")
    assert dropped["ticket"].endswith("like a name")
    assert [f["name"] for f in case.encoding["features"]][:1] == ["honest"]
    told = next(c for c in CHECKS if c.code == "LL107").finding(case)
    assert told.answer is Answer.TIP
    assert "ticket (300 different values" in told.said


# ---- 30: margins that no map can mend


def outcomes(rows: int, rate: float) -> Floats:
    return (np.random.default_rng(5).random(rows) < rate).astype(np.float64)


def test_fault_30_a_slope_that_is_not_above_nought_is_refused_and_flagged() -> None:
    margin = np.random.default_rng(6).normal(size=3_000)
    chance = 1 / (1 + np.exp(1.0 + 0.8 * margin))  # falls where the margin rises
    converted = np.random.default_rng(7).random(3_000) < chance
    calibrator = fit_calibrator(margin, converted)
    assert calibrator.slope == 1.0
    assert any("turn the ranking round" in flag for flag in calibrator.flags)


@pytest.mark.parametrize("rows", [40, 400])
def test_fault_30_separable_outcomes_give_a_finite_map(rows: int) -> None:
    margin = np.concatenate([np.linspace(-3, -1, rows), np.linspace(1, 3, rows)])
    calibrator = fit_calibrator(margin, margin > 0)
    probability = calibrator.probability(margin)
    assert 0 < calibrator.slope < math.inf
    assert np.isfinite(probability).all()
    assert (np.diff(probability) >= 0).all()


def test_fault_30_scores_that_were_clipped_to_nought_and_one_are_calibrated() -> None:
    # Log-odds of 1e-15 and 1 - 1e-15: sure of itself, and right in 70 % of the rows.
    sure = math.log(1e15)
    converted = outcomes(600, 0.5)
    right = np.random.default_rng(8).random(600) < 0.7
    margin = np.where(right == (converted == 1), sure, -sure)
    calibrator = fit_calibrator(margin, converted)
    low, high = calibrator.probability([-sure, sure])
    assert 0 < low < 0.4 < 0.6 < high < 1
    assert calibrator.slope > 0


def test_fault_30_one_margin_for_all_gives_their_rate() -> None:
    converted = outcomes(500, 0.2)
    calibrator = fit_calibrator(np.full(500, 3.0), converted)
    assert calibrator.probability([3.0])[0] == pytest.approx(converted.mean(), abs=5e-3)


def test_fault_30_a_margin_that_is_no_number_is_refused() -> None:
    with pytest.raises(DataError, match="finite"):
        fit_calibrator([math.inf, 0.0, 1.0], [1, 0, 1])


# ---- 31: a cutoff that cannot be had


def test_fault_31_a_promise_that_cannot_be_shown_is_never_the_naive_cut() -> None:
    # In each of these worlds some cut looks as if half of its leads converted.
    worlds, rule = Worlds(), PrecisionRule(0.5, 0.95, otherwise=CapacityRule(0.02))
    rules = CutoffRules(CapacityRule(0.5), rule)
    looked_good = 0
    for seed in range(40):
        block = worlds.drawn(300, seed)
        evidence = Evidence.of(1 / (1 + np.exp(4 - block.margin)), block.outcome)
        naive = block.naive_margin(0.5)
        if naive is None:
            continue
        looked_good += 1
        sql = choose_cutoffs(rules, evidence).sql
        assert (sql.rule, sql.kept) == ("capacity", False)
        assert sql.said.startswith("No cutoff keeps a precision of 50%")
        assert "Second choice: At most 2% of the snapshots qualify" in sql.said
        assert sql.share <= 0.02
        alone = PrecisionRule(0.5, 0.95)
        nobody = choose_cutoffs(CutoffRules(CapacityRule(0.5), alone), evidence).sql
        assert (nobody.rule, nobody.threshold) == ("none", None)
    assert looked_good >= 20


# ---- 34: the same again


def test_fault_34_rows_shuffled_in_every_source_give_the_same_model(
    tmp_path: Path,
) -> None:
    tables = dated_tables()
    mixed = {
        name: frame.sample(frac=1, random_state=9, ignore_index=True)
        for name, frame in tables.items()
        if name != "leads"  # intake numbers the leads
    }
    texts = []
    for name, changed in (("one", tables), ("other", mixed)):
        case = fitted(dated_run(tmp_path / name, None, **changed))
        texts.append(JUDGED.read(case.folder / JUDGED.file))
    assert texts[0] == texts[1]


def test_fault_34_threads_and_company_leave_every_score_as_it_is() -> None:
    random = np.random.default_rng(10)
    values = random.normal(size=(3_000, 6))
    values[random.random(values.shape) < 0.1] = np.nan
    odds = np.nan_to_num(values[:, 0]) + random.logistic(size=3_000)
    outcome: Floats = (odds > 1).astype(np.float64)
    rows = Learnable(values, outcome, np.arange(3_000).astype(object))
    one, two = (
        fit_booster(rows, Recipe(seed=4, threads=t), depth=3, rounds=60) for t in (1, 2)
    )
    # The parameters are written down below the trees, threads among them.
    trees = [b.model_to_string().split("end of trees")[0] for b in (one, two)]
    assert trees[0] == trees[1]
    alone, together = margins(one, values), margins(two, values)
    assert alone.tobytes() == together.tobytes()
    order = random.permutation(3_000)
    assert margins(one, values[order]).tobytes() == alone[order].tobytes()
    assert margins(one, values[:1]).tobytes() == alone[:1].tobytes()


# ---- 59: few rows, empty bins, a column without a value


@pytest.mark.parametrize(
    ("probability", "outcome"),
    [
        ([0.3], [1]),
        ([0.3], [0]),
        ([0.2, 0.2], [0, 1]),
        ([0.01] * 50 + [0.99] * 2, [0] * 50 + [1] * 2),  # nothing in between
    ],
    ids=["one conversion", "one lead", "one probability", "empty bins"],
)
def test_fault_59_tables_of_few_rows_are_finite_or_say_too_few(
    probability: list[float], outcome: list[int]
) -> None:
    nothing = [None] * len(outcome)
    tables = [
        reliability_table(probability, outcome),
        gains_table(probability, outcome),
        segment_table(probability, outcome, None, None, nothing),
    ]
    for table in tables:
        assert len(table) > 0
        assert not np.isinf(table.select_dtypes("number").to_numpy(np.float64)).any()
        assert int(table["rows"].sum()) == len(outcome)
    assert tables[2]["remark"].tolist() == ["too few"]
    assert tables[2]["segment"].tolist() == ["(none)"]
    told = judge(probability, outcome, base_rate=0.2, draws=20).to_dict()
    assert "NaN" not in json.dumps(told, allow_nan=False)


# ---- 60: outcomes that are told twice, or taken back


def test_fault_60_a_conversion_that_is_told_again_is_one_conversion(
    intake: Intake, table: Table
) -> None:
    told = (
        "lead,stage,on,loaded\n"
        "a,won,2026-02-01,2026-02-02\n"
        "a,won,2026-02-01,2026-02-09\n"  # delivered again a week later
        "a,won,2026-02-01,2026-02-02\n"  # and once more, as it was
    )
    said = {
        "from": "m.csv", "columns": {}, "milestone": "stage", "reached_at": "on",
        "recorded_at": "loaded",
    }  # fmt: skip
    report = intake({"m.csv": told}, milestones=said)
    kept = pd.DataFrame(table("milestones"))
    assert report.of("milestones")[0].rows_quarantined == 1
    # Both deliveries are kept; when it was reached, and first known, is the same.
    assert kept["recorded_at"].dt.day.tolist() == [2, 9]
    assert kept.groupby("lead_id")["reached_at"].min().dt.day.tolist() == [1]


def test_fault_60_a_conversion_that_was_taken_back_is_read_from_the_latest_delivery(
    intake: Intake, table: Table
) -> None:
    # Two exports of the same deals: by the second "a" was never won, and "b" was.
    told = (
        "lead,won,lost,loaded\n"
        "a,2026-02-01,,2026-02-02\n"
        "b,,2026-02-01,2026-02-02\n"
        "a,,2026-02-01,2026-02-09\n"
        "b,2026-02-03,,2026-02-09\n"
    )
    latest = (
        "select * from source qualify row_number() over "
        "(partition by lead order by loaded desc) = 1"
    )
    said = {
        "from": "m.csv", "columns": {"won": "won", "lost": "lost"},
        "recorded_at": "loaded", "query": latest,
    }  # fmt: skip
    intake({"m.csv": told}, milestones=said)
    found = [(m["lead_id"], m["milestone"]) for m in table("milestones")]
    assert sorted(found) == [("a", "lost"), ("b", "won")]
    # Without it both are true: the history is kept, and the first conversion counts.
    intake({"m.csv": told}, milestones={**said, "query": None}, out="all")
    assert len(table("milestones", "all")) == 4
