"""The judgement tells of all rows, of groups never seen, of segments and of cutoffs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.vocabulary import Split
from models.evidence import Evidence
from models.qualifying.cutoffs import Cutoffs, choose_cutoffs
from models.qualifying.rules import CapacityRule, CutoffRules, ValueRule
from pipeline.artefacts import CONSEQUENCES, CUTOFFS, QUALITY
from pipeline.files import replace_file
from pipeline.judging.judgement import Judgement, judgement_of, on_test, unseen_of
from pipeline.registering.metrics import beyond
from pipeline.summary import summary
from tests.pipeline.demo_run import Demo, record
from tests.pipeline.run_folders import dated_config, flat_config

MONDAY = pd.Timestamp("2026-01-05", tz="UTC")
WEEK = pd.Timedelta(days=7)


def rows(leads: int = 200, weeks: int = 8) -> pd.DataFrame:
    """Leads met for some weeks; those of the first half of the weeks are known."""
    random = np.random.default_rng(4)
    lead = np.repeat(np.arange(leads), weeks)
    week = np.tile(np.arange(weeks), leads)
    log_odds = random.normal(-1, 1, leads)[lead] + random.normal(0, 0.3, lead.size)
    probability = 1 / (1 + np.exp(-log_odds))
    is_test = week >= weeks // 2
    # Half of the groups are met in the test block alone.
    kept = is_test | (lead % 2 == 0)
    table = pd.DataFrame(
        {
            "row": np.arange(lead.size),
            "lead_id": [f"lead {i}" for i in lead],
            "group_id": [f"group {i}" for i in lead],
            "snapshot_at": MONDAY + week * WEEK,
            "outcome": (random.random(lead.size) < probability).astype(int),
            "probability": probability,
            "split": np.where(is_test, Split.TEST, Split.TRAIN),
        }
    )
    found: pd.DataFrame = table.loc[kept].reset_index(drop=True)
    return found


def cutoffs_of(table: pd.DataFrame, rules: CutoffRules | None = None) -> Cutoffs:
    test = table.loc[table["split"] == Split.TEST]
    evidence = Evidence.of(test["probability"], test["outcome"])
    rules = rules or CutoffRules(mql=CapacityRule(0.4), sql=CapacityRule(0.1))
    return choose_cutoffs(rules, evidence)


def features_of(table: pd.DataFrame) -> pd.DataFrame:
    country = np.where(np.arange(len(table)) % 3 == 0, "nl", "de")
    return pd.DataFrame({"row": table["row"], "country": country})


def judged(table: pd.DataFrame, **sections: Any) -> Judgement:
    config = dated_config(
        snapshots={"rule": "weekly"}, segments={"columns": ["country"]}, **sections
    )
    return judgement_of(config, table, features_of(table), cutoffs_of(table))


@pytest.fixture(scope="module")
def told() -> Judgement:
    return judged(rows())


# --- groups never seen


def test_groups_never_seen_are_judged_by_themselves(told: Judgement) -> None:
    table = rows()
    unseen = told.quality["unseen_groups"]
    alone = table.loc[
        (table["split"] == Split.TEST)
        & (table["lead_id"].str.removeprefix("lead ").astype(int) % 2 == 1)
    ]

    assert unseen["figures"]["rows"] == len(alone) == 400
    assert unseen["figures"]["conversions"] == alone["outcome"].sum()
    assert unseen["said"].startswith(
        "400 of 800 test snapshots are of groups never seen before, and "
    )
    assert unseen["figures"]["auc"] != told.quality["test"]["auc"]


def test_too_few_conversions_among_them_give_a_sentence_and_no_figures() -> None:
    table = rows()
    test = table.loc[table["split"] == Split.TEST]
    few = test.assign(outcome=(np.arange(len(test)) < 19).astype(int))
    found = unseen_of(few, pd.Series([], dtype=object), 0.3, seed=0)

    assert found["figures"] is None
    assert found["said"] == (
        "800 of 800 test snapshots are of groups never seen before, and 19 of these "
        "converted: too few to be judged."
    )


def test_where_every_group_was_seen_nothing_is_judged() -> None:
    test = rows()
    found = unseen_of(test, test["group_id"], 0.3, seed=0)

    assert found["figures"] is None
    assert found["said"].startswith("0 of ")


# --- segments and tables


def test_dated_rows_are_told_by_month_besides_what_is_configured(
    told: Judgement,
) -> None:
    segments = told.quality["segments"]

    # The four Mondays of the test block are 2, 9, 16 and 23 February.
    assert list(segments) == ["country", "snapshot_month"]
    assert [line["segment"] for line in segments["snapshot_month"]] == ["2026-02"]
    assert sum(line["rows"] for line in segments["country"]) == 800


def test_a_flat_export_has_no_months() -> None:
    table = rows().assign(snapshot_at=pd.Series(pd.NaT, dtype="datetime64[us, UTC]"))
    found = judgement_of(flat_config(), table, features_of(table), cutoffs_of(table))

    assert found.quality["segments"] == {}
    assert found.consequences["leads_per_week"].isna().all()
    assert found.consequences["standing_share"].isna().all()


def test_everything_that_is_told_fits_in_json(told: Judgement, tmp_path: Path) -> None:
    assert {
        "test", "constant", "reliability", "gains", "unseen_groups", "consequences",
        "regret", "segments",
    } == set(told.quality)  # fmt: skip
    path = tmp_path / QUALITY.file
    replace_file(path, lambda p: QUALITY.write(told.quality, p))
    assert json.loads(path.read_text("utf-8"))["consequences"]


# --- consequences


def test_the_chosen_cutoffs_stand_among_the_candidates(told: Judgement) -> None:
    table, cutoffs = told.consequences, cutoffs_of(rows())

    assert {cutoffs.mql.threshold, cutoffs.sql.threshold} <= set(table["threshold"])
    assert (table["threshold"].diff().dropna() < 0).all()
    found = table["observed_conversions"] + table["missed_conversions"]
    assert found.min() == found.max()
    assert (table["standing_share"] >= table["share"]).all()
    assert (table["standing_share"] > table["share"]).any()
    assert table[["cost", "value"]].isna().all(axis=None)


def test_what_a_cutoff_did_is_its_line_of_the_table(told: Judgement) -> None:
    line = told.consequences.set_index("threshold").loc[
        told.on_test["sql"]["threshold"]
    ]

    for name in ("share", "weighted_precision", "leads_per_week", "standing_precision"):
        assert told.on_test["sql"][name] == line[name]


def test_standing_is_told_where_leads_are_met_weekly_alone() -> None:
    table = rows()
    config = dated_config(snapshots={"rule": "after_creation"})
    found = judgement_of(config, table, features_of(table), cutoffs_of(table))

    assert found.consequences["standing_share"].isna().all()


def test_hysteresis_of_nought_holds_nobody() -> None:
    found = judged(rows(), points={"hysteresis": 0}).consequences

    assert found["standing_share"].tolist() == found["share"].tolist()


def test_a_cutoff_by_value_tells_cost_value_and_regret() -> None:
    table = rows()
    by_value = CutoffRules(CapacityRule(0.5), ValueRule(value=900, cost=360))
    sections = {"mql": {"capacity_share": 0.5}, "sql": {"value": 900, "cost": 360}}
    config = dated_config(snapshots={"rule": "weekly"}, cutoffs=sections)
    cutoffs = cutoffs_of(table, by_value)
    found = judgement_of(config, table, features_of(table), cutoffs)

    line = found.on_test["sql"]
    assert line["threshold"] == pytest.approx(0.4)
    assert line["cost"] == 360 * round(line["share"] * 800)
    assert line["value"] == 900 * line["observed_conversions"]
    assert np.isnan(found.on_test["mql"]["cost"])
    regret = found.quality["regret"]
    assert list(regret) == ["sql"]
    assert 0 <= regret["sql"]["low"] <= regret["sql"]["value"] <= regret["sql"]["high"]


def test_the_second_choice_by_value_is_found_too() -> None:
    table = rows()
    second = {
        "precision": 0.99,
        "confidence": 0.95,
        "otherwise": {"value": 10, "cost": 4},
    }
    sections = {"mql": {"capacity_share": 0.5}, "sql": second}
    config = dated_config(snapshots={"rule": "weekly"}, cutoffs=sections)
    cutoffs = cutoffs_of(table, CutoffRules(CapacityRule(0.5), ValueRule(10, 4)))
    test = table.loc[table["split"] == Split.TEST]

    assert on_test(test, cutoffs, config)["sql"]["cost"] > 0
    # Made by another rule, the same threshold has no cost.
    other = replace(cutoffs, sql=replace(cutoffs.sql, rule="precision"))
    assert np.isnan(on_test(test, other, config)["sql"]["cost"])


# --- in a run


def test_a_run_keeps_its_judgement_and_counts_its_looks(demo: Demo) -> None:
    quality = record(demo.run / QUALITY.file)

    assert quality["looks"] == 1
    assert quality["maturity"] == "maturity.json"
    assert (demo.run / quality["maturity"]).exists()
    lines = quality["consequences"]
    table = CONSEQUENCES.read(demo.run / CONSEQUENCES.file)
    assert len(lines) == len(table)
    assert lines[0]["threshold"] == table["threshold"].iloc[0]
    assert "snapshot_month" in quality["segments"]
    assert set(record(demo.run / CUTOFFS.file)["on_test"]["mql"]) == set(table.columns)
    looks = record(demo.folder / "runs" / "looks.json")
    assert [[look["run"] for look in looked] for looked in looks.values()] == [
        ["first"]
    ]


def test_the_screen_counts_looks_from_the_second_on(demo: Demo, tmp_path: Path) -> None:
    run = demo.copy(tmp_path, runs=True) / "runs" / demo.run.name
    quality = record(run / QUALITY.file)
    assert "have looked" not in summary(run)

    again = quality | {"looks": 2}
    replace_file(run / QUALITY.file, lambda p: QUALITY.write(again, p))
    assert "  2 runs have looked at this block; the best" in summary(run)


def test_figures_of_new_groups_and_looks_are_metrics_of_the_run(
    demo: Demo, tmp_path: Path
) -> None:
    unseen = record(demo.run / QUALITY.file)["unseen_groups"]["figures"]
    told = beyond(demo.run)

    assert told["looks"] == 1
    assert told["unseen_groups_auc"] == unseen["auc"]["value"]
    assert told["unseen_groups_auc_low"] == unseen["auc"]["low"]
    assert beyond(tmp_path) == {}
