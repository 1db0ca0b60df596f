"""A scorer recalibrated: the same booster, a new map, promises proved again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from features.errors import ConfigError, ModelError, RunError
from features.world import World
from models.contract import Contract
from models.served import encode
from pipeline.bundle import Bundle, open_bundle, source_of_run
from pipeline.config import load_config
from pipeline.demo import write_company
from pipeline.files import digest
from pipeline.night.scoring import score_leads
from pipeline.running import latest_run, run_all
from pipeline.sections import Config
from pipeline.settling.carried import Finished, carried, finished
from pipeline.settling.recalibration import recalibrate
from pipeline.settling.recalibration_page import recalibration_page
from pipeline.settling.resettled import settle_again
from tests.pipeline.demo_run import CHANGES, WORLD, Demo, lines, record, write_lines
from tests.pipeline.processes import Leadlight, killed_at

AT = datetime(2026, 8, 1, tzinfo=UTC)
# A promise that no data keep, beside one that these do.
NO_DATA_KEEP = "cutoffs.sql={ precision = 0.99, confidence = 0.95 }"


def again(config: Config, run: Path, name: str) -> Path:
    """Recalibrate without a word."""
    return recalibrate(
        config, run, name, at=AT, say=lambda _: None, told=lambda what, seconds: None
    )


def contract_of(run: Path) -> Contract:
    return open_bundle(source_of_run(run)).contract


@pytest.fixture(scope="module")
def company(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo whose first run has been recalibrated, without new data."""
    folder = demo.copy(tmp_path_factory.mktemp("again"), runs=True)
    again(demo.changed(folder, NO_DATA_KEEP), folder / "runs" / "first", "second")
    return folder


@pytest.fixture(scope="module")
def second(company: Path) -> Path:
    return company / "runs" / "second"


def test_the_run_is_only_read_and_the_new_one_is_the_latest(
    demo: Demo, company: Path, second: Path
) -> None:
    for path in demo.run.rglob("*"):
        if path.is_file():
            copied = company / "runs" / "first" / path.relative_to(demo.run)
            assert digest(copied) == digest(path), path
    assert latest_run(demo.changed(company)) == second


def test_booster_scale_and_grades_stay(demo: Demo, second: Path) -> None:
    for name in ("model/booster.txt", "judged.txt", "encoding.json"):
        assert digest(second / name) == digest(demo.run / name)
    before, after = contract_of(demo.run), contract_of(second)
    assert after.scale.reference == before.scale.reference
    assert after.grades == before.grades
    assert after.fingerprint == before.fingerprint
    assert before.recalibration is None
    assert after.recalibration is not None
    assert after.recalibration["of_run"] == "first"
    assert after.recalibration["newer_snapshots"] == 0
    assert after.scale.slope > 0


def test_a_promise_that_nothing_keeps_is_said_to_be_void(second: Path) -> None:
    told = contract_of(second).recalibration
    assert told is not None
    assert told["cutoffs"]["sql"]["verdict"] == "void"
    assert told["cutoffs"]["sql"]["after"] is None
    assert contract_of(second).cutoffs.sql.threshold is None
    page = recalibration_page(second)
    assert "SQL: void. No cutoff keeps a precision of 99%" in page
    assert "nobody qualifies" in page
    assert "no matured snapshot is newer than its booster" in page


def test_the_newest_block_is_judged_as_it_was_and_as_time_went_by(
    demo: Demo, second: Path
) -> None:
    block = record(second / "quality.json")["prequential"]
    was = record(demo.run / "quality.json")["test"]
    for figure in ("log_loss", "observed_over_expected"):
        assert block["before"][figure]["value"] == pytest.approx(was[figure]["value"])
    assert sum(c["rows"] for c in block["chunks"]) == was["rows"]
    assert sum(c["conversions"] for c in block["chunks"]) == was["conversions"]
    expected = sum(c["expected"] for c in block["chunks"])
    test = pd.read_parquet(second / "predictions.parquet").query("split == 'test'")
    assert test["probability"].sum() == pytest.approx(expected)


def test_recalibrating_again_without_new_data_changes_nothing(
    demo: Demo, company: Path, second: Path
) -> None:
    run = finished(second)
    spine, features = (
        pd.read_parquet(second / f"{name}.parquet") for name in ("spine", "features")
    )
    found = carried(run, spine, features, least_conversions=20)
    then = record(second / "calibration.json")["judged"]
    config = demo.changed(company, NO_DATA_KEEP)
    once_more = settle_again(config, run.contract, found, then)

    assert not found.is_fresh.any()
    served = once_more.settlement.served.calibrator
    assert served.intercept == pytest.approx(run.contract.scale.intercept)
    assert served.slope == pytest.approx(run.contract.scale.slope)
    assert once_more.proofs.mql.cutoff.threshold == run.contract.cutoffs.mql.threshold
    assert once_more.proofs.mql.verdict == "kept"


def test_a_capacity_by_the_week_is_reckoned_anew_on_the_newest_weeks(
    demo: Demo, company: Path, second: Path
) -> None:
    run = finished(second)
    spine, features = (
        pd.read_parquet(second / f"{name}.parquet") for name in ("spine", "features")
    )
    found = carried(run, spine, features, least_conversions=20)
    then = record(second / "calibration.json")["judged"]
    config = demo.changed(company, "cutoffs.sql={ capacity_per_week = 2 }")
    sql = settle_again(config, run.contract, found, then).proofs.sql

    assert sql.verdict != "void"
    assert sql.cutoff.threshold is not None
    assert sql.cutoff.said.startswith("In 19 weeks of 20 at most 2 leads newly qualify")


@pytest.fixture(scope="module")
def grown(demo: Demo, company: Path, second: Path) -> Path:
    """The second run recalibrated, when ten months more have been exported.

    In these, most opportunities were never opened: the rate is a third of what it was.
    """
    newer = World(seed=7, leads=700, start_at=WORLD.known_until, months=10, mess=False)
    write_company(company / "newer", newer)
    for name in ("leads", "accounts", "touches", "milestones", "tonight"):
        head, *rows = lines(company / "newer" / "data" / f"{name}.csv")
        keys = [place for place, c in enumerate(head) if c in ("lead_id", "account_id")]
        told = [
            [f"N-{cell}" if cell and k in keys else cell for k, cell in enumerate(row)]
            for number, row in enumerate(rows)
            if row[1:2] != ["opportunity"] or number % 3 == 0
        ]
        path = company / "data" / f"{name}.csv"
        there = [head] if name == "tonight" else lines(path)
        write_lines(path, [*there, *told])
    return again(demo.changed(company), second, "third")


def test_newer_rows_have_margins_of_the_booster_in_use(
    second: Path, grown: Path
) -> None:
    rows = pd.read_parquet(grown / "spine.parquet").merge(
        pd.read_parquet(grown / "margins.parquet"), on="row"
    )
    block = rows.loc[rows["split"] == "test"]
    bundle = open_bundle(source_of_run(second))
    until = pd.Timestamp(str(bundle.contract.trained_until))
    assert (block["snapshot_at"] >= until).all()
    features = pd.read_parquet(grown / "features.parquet").loc[block.index]
    told = bundle.margins(encode(features, bundle.contract.encoding))
    assert np.allclose(block["margin"], told)
    # What the first run was judged by is calibrated on now, or proves cutoffs.
    was = pd.read_parquet(second / "margins.parquet")["split"].eq("test").sum()
    halves = rows["split"].isin(["calibrate", "cutoff"]).sum()
    assert halves >= was


def test_a_base_rate_that_fell_is_followed(grown: Path) -> None:
    block = record(grown / "quality.json")["prequential"]
    before = block["before"]["observed_over_expected"]["value"]
    after = block["after"]["observed_over_expected"]["value"]
    assert before < after < 1
    assert block["after"]["log_loss"]["value"] < block["before"]["log_loss"]["value"]
    told = contract_of(grown).recalibration
    assert told is not None
    assert told["newer_snapshots"] > 500
    assert told["intercept"]["after"] < told["intercept"]["before"]
    assert "are newer than its booster" in recalibration_page(grown)


FLAT = """
[leads]
from              = "data/rows.csv"
lead_id           = "id"
order_by          = "number"
known_at_creation = ["size", "rooms"]

[outcome]
column   = "bought"
positive = "yes"

[snapshots]
rule = "export"

[cutoffs]
mql = { capacity_share = 0.3 }
sql = { precision = 0.2, confidence = 0.9, otherwise = { capacity_share = 0.1 } }
"""


def rows_of(count: int, first: int, rate: float) -> list[list[str]]:
    """Rows of a flat export: size tells, rooms do not; so many convert."""
    random = np.random.default_rng(first)
    size, rooms = random.random(count), random.integers(1, 6, count)
    odds = rate / (1 - rate) * np.exp(3 * (size - 0.5))
    bought = random.random(count) < odds / (1 + odds)
    return [
        [f"lead {first + k}", str(first + k), f"{s:.4f}", str(r), "yes" if b else "no"]
        for k, (s, r, b) in enumerate(zip(size, rooms, bought, strict=True))
    ]


def test_a_rate_that_doubled_is_right_again_once_recalibrated(tmp_path: Path) -> None:
    (tmp_path / "leadlight.toml").write_text(FLAT, "utf-8")
    (tmp_path / "data").mkdir()
    head = ["id", "number", "size", "rooms", "bought"]
    old = rows_of(3000, 0, rate=0.1)
    write_lines(tmp_path / "data" / "rows.csv", [head, *old])
    changes = (*CHANGES, "train.depths=[1]", "train.least_conversions=20")
    config = load_config(tmp_path / "leadlight.toml", changes)
    hushed: dict[str, Any] = {"say": lambda _: None, "told": lambda what, seconds: None}
    first = run_all(config, "first", at=AT, **hushed)
    write_lines(
        tmp_path / "data" / "rows.csv", [head, *old, *rows_of(4000, 3000, rate=0.25)]
    )
    block = record(again(config, first, "second") / "quality.json")["prequential"]

    before, after = (
        block[when]["observed_over_expected"]["value"] for when in ("before", "after")
    )
    assert block["after"]["rows"] == 4000
    assert before > 1.5
    assert 0.85 <= after <= 1.15
    assert block["after"]["log_loss"]["value"] < block["before"]["log_loss"]["value"]


def test_reasons_add_up_after_a_recalibration(grown: Path) -> None:
    bundle = open_bundle(source_of_run(grown))
    told = pd.read_parquet(grown / "explanations.parquet")
    features = pd.read_parquet(grown / "features.parquet").set_index("row")
    margin = bundle.margins(encode(features.loc[told["row"]], bundle.contract.encoding))
    codes = [s.code for s in bundle.contract.signals]
    total = told["start_points"] + told[codes].sum(axis=1)
    scale = bundle.contract.scale
    points = 50 + 10 / np.log(2) * (
        scale.intercept + scale.slope * margin - scale.reference
    )
    assert np.abs(total - points).max() < 1e-4


def test_a_recalibrated_scorer_scores_tonights_leads(
    demo: Demo, company: Path, second: Path, grown: Path
) -> None:
    at = WORLD.known_until + timedelta(days=300)
    config, leads = demo.changed(company), company / "data" / "tonight.csv"
    new, old = (
        score_leads(config, open_bundle(source_of_run(run)), leads, at=at).table
        for run in (grown, second)
    )
    both = new["probability"].notna() & old["probability"].notna()
    assert both.sum() > 20
    # One affine map beside another: the order of the leads is the same.
    ranks = new.loc[both, "probability"].rank(), old.loc[both, "probability"].rank()
    assert np.allclose(*ranks)
    assert new.loc[both, "probability"].mean() < old.loc[both, "probability"].mean()


def test_a_kill_leaves_the_old_run_in_use(
    demo: Demo, leadlight: Leadlight, tmp_path: Path
) -> None:
    folder = demo.copy(tmp_path, runs=True)
    latest = (folder / "runs" / "latest.json").read_bytes()
    done = leadlight(
        "recalibrate", "runs/first", "--name", "killed", "--set", 'run.tracking=""',
        "--quiet", cwd=folder, first=killed_at("calibration.json"),
    )  # fmt: skip

    assert done.code == -9
    assert (folder / "runs" / "killed" / "manifest.json").exists()
    assert (folder / "runs" / "latest.json").read_bytes() == latest
    open_bundle(source_of_run(folder / "runs" / "first"))
    with pytest.raises(RunError, match="no finished scorer"):
        source_of_run(folder / "runs" / "killed")


def test_a_damaged_booster_is_refused_before_anything_is_made(
    demo: Demo, tmp_path: Path
) -> None:
    folder = demo.copy(tmp_path, runs=True)
    booster = folder / "runs" / "first" / "model" / "booster.txt"
    booster.write_text(booster.read_text("utf-8").replace("0", "1", 1), "utf-8")
    with pytest.raises(ModelError, match="not the file that was written"):
        again(demo.changed(folder), folder / "runs" / "first", "second")
    assert not (folder / "runs" / "second").exists()


@pytest.mark.parametrize("name", ["margins.parquet", "calibration.json"])
def test_a_damaged_run_is_refused(demo: Demo, tmp_path: Path, name: str) -> None:
    folder = demo.copy(tmp_path, runs=True)
    path = folder / "runs" / "first" / name
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(RunError, match=f"{name} is missing, or not the file"):
        again(demo.changed(folder), folder / "runs" / "first", "second")
    assert not (folder / "runs" / "second").exists()


def test_another_question_is_refused(demo: Demo, tmp_path: Path) -> None:
    folder = demo.copy(tmp_path, runs=True)
    config = demo.changed(folder, "outcome.horizon_days=45")
    with pytest.raises(ConfigError, match=r"outcome\.horizon_days is 45"):
        again(config, folder / "runs" / "first", "second")


def a_flat_run(positions: list[int]) -> Finished:
    """A run of a flat export in an order, whose scorer says the margin 9 of any row."""
    rows = flat(positions).assign(
        split="test", margin=1.0, rolled_margin=2.0, served_margin=3.0
    )
    contract = SimpleNamespace(trained_until=None, encoding=[{"name": "x"}])
    bundle = SimpleNamespace(
        contract=contract, margins=lambda encoded: np.full(len(encoded), 9.0)
    )
    return Finished(Path("runs/flat"), cast(Bundle, bundle), rows)


def flat(positions: list[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "row": range(len(positions)),
            "lead_id": [f"lead {p}" for p in positions],
            "group_id": [f"lead {p}" for p in positions],
            "snapshot_at": pd.Series(
                [pd.NaT] * len(positions), dtype="datetime64[us, UTC]"
            ),
            "position": positions,
            "outcome": [p % 2 for p in positions],
        }
    )


def carried_over(old: list[int], new: list[int], least: int) -> Any:
    return carried(
        a_flat_run(old), flat(new), pd.DataFrame({"x": np.zeros(len(new))}), least
    )


def test_rows_that_came_later_are_the_newest_block() -> None:
    found = carried_over([1, 2, 3, 4], [1, 2, 3, 4, 5, 6, 7], least=2)

    assert found.is_fresh.tolist() == [False] * 4 + [True] * 3
    assert found.rows["split"].iloc[4:].tolist() == ["test"] * 3
    assert set(found.rows["split"].iloc[:4]) <= {"calibrate", "cutoff"}
    # What was judged is calibrated on, with the margin of a booster as young as ours.
    assert found.rows["margin"].tolist() == [2.0] * 4 + [9.0] * 3


def test_few_later_rows_join_the_block_there_was() -> None:
    found = carried_over([1, 2, 3, 4], [1, 2, 3, 4, 5, 6, 7], least=3)

    assert found.rows["split"].tolist() == ["test"] * 7
    assert found.rows["margin"].tolist() == [1.0] * 4 + [9.0] * 3


def test_a_row_from_before_that_the_run_did_not_have_is_left_alone() -> None:
    found = carried_over([1, 2, 4], [1, 2, 3, 4], least=1)

    assert found.waiting == 1
    assert found.rows["split"].tolist() == ["test", "test", "embargo", "test"]
    assert np.isnan(found.rows["margin"].iloc[2])


def test_sources_that_hold_nothing_of_the_run_are_refused() -> None:
    with pytest.raises(RunError, match="in the sources any more"):
        carried_over([5, 6, 7], [1, 2], least=1)
