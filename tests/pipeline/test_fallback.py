"""Too little data for a booster: what is served instead says so everywhere.

The company is a flat export of 160 leads, in order: a number of visits, which helps,
and a country. Every sixth or so converted.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import ConfigError, DataError
from models.contract import Contract
from pipeline.artefacts import (
    CHECKS,
    CONTRACT,
    IMPORTANCE,
    LADDER,
    MARGINS,
    PREDICTIONS,
    QUALITY,
)
from pipeline.bundle import open_bundle, source_of_run
from pipeline.config import load_config
from pipeline.night.scoring import score_leads
from pipeline.running import check
from pipeline.sections import Config
from pipeline.stages.order import STAGES
from pipeline.summary import summary
from tests.pipeline.processes import Leadlight

AT = datetime(2026, 1, 1, tzinfo=UTC)
TOO_LITTLE = "There was too little data for a model"
CONFIG = """
[leads]
from              = "leads.csv"
lead_id           = "id"
order_by          = "@row"
known_at_creation = ["visits", "country"]
[outcome]
column   = "won"
positive = "1"
[snapshots]
rule = "export"
[attributes.visits]
family = "behavioural"
[train]
threads = 1
[run]
tracking = ""
"""
POINTS = """
[points_table]
visits  = [{ from = 2, points = 5 }, { from = 4, points = 20 }]
country = { NL = 5, Peru = 40 }
"""


def _leads(rows: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    visits = random.integers(0, 6, rows)
    chance = np.where(visits >= 4, 0.35, 0.08)
    return pd.DataFrame(
        {
            "id": [f"l{i}" for i in range(rows)],
            "visits": visits,
            "country": random.choice(["NL", "DE", "FR"], rows),
            "won": (random.random(rows) < chance).astype(int),
        }
    )


def _company(folder: Path, leads: pd.DataFrame, text: str) -> Config:
    folder.mkdir(parents=True, exist_ok=True)
    leads.to_csv(folder / "leads.csv", index=False)
    (folder / "leadlight.toml").write_text(text, encoding="utf-8")
    return load_config(folder / "leadlight.toml")


def _run(config: Config, folder: Path) -> Path:
    for stage in STAGES:
        stage.run(config, folder, at=AT, say=lambda _: None)
    return folder


@pytest.fixture(scope="module", params=["points_table", "scorecard"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Config, Path]:
    """A finished run that serves one of the two."""
    folder = tmp_path_factory.mktemp(request.param)
    text = CONFIG + (POINTS if request.param == "points_table" else "")
    config = _company(folder, _leads(160, seed=4), text)
    run = _run(config, folder / "runs" / "few")
    check(config, run)
    return request.param, config, run


def _contract(run: Path) -> Contract:
    return Contract.from_json(CONTRACT.read(run / CONTRACT.file))


def test_the_contract_and_the_ladder_say_what_is_served(
    served: tuple[str, Config, Path],
) -> None:
    name, _, run = served
    ladder = LADDER.read(run / LADDER.file)
    assert (_contract(run).scorer, ladder["scorer"]) == (name, name)
    assert ladder["chosen"] is None
    assert ladder["notes"][0].startswith("Too little data for a model: ")


def test_the_summary_says_it_and_why(served: tuple[str, Config, Path]) -> None:
    name, _, run = served
    said = summary(run)
    words = {"points_table": "the company's points table", "scorecard": "a scorecard"}
    assert f"{words[name]}" in said.split("Model")[1].splitlines()[1]
    assert "where a booster needs 50 to learn from" in said
    assert "one rate for everybody" in said


def test_quality_is_judged_on_the_newest_leads_with_intervals(
    served: tuple[str, Config, Path],
) -> None:
    run = served[2]
    quality = QUALITY.read(run / QUALITY.file)
    assert quality["test"]["rows"] == 40
    assert quality["test"]["log_loss"]["low"] < quality["test"]["log_loss"]["high"]
    assert [c["name"] for c in quality["contestants"]] == ["constant"]


def test_no_row_has_a_margin_from_a_scorer_that_had_seen_it(
    served: tuple[str, Config, Path],
) -> None:
    _, _, run = served
    margins = MARGINS.read(run / MARGINS.file)
    assert set(margins["split"]) == {"calibrate", "cutoff", "test"}
    assert margins["margin"].notna().all()
    predicted = PREDICTIONS.read(run / PREDICTIONS.file)
    assert predicted["probability"].between(0, 1, inclusive="neither").all()


def test_every_check_gives_an_answer(served: tuple[str, Config, Path]) -> None:
    findings = CHECKS.read(served[2] / CHECKS.file)["findings"]
    assert len(findings) > 20
    assert {f["answer"] for f in findings} >= {"passed", "not applicable"}


def test_new_leads_are_scored_and_explained_and_it_is_said_by_what(
    served: tuple[str, Config, Path], tmp_path: Path, leadlight: Leadlight
) -> None:
    _, _, run = served
    folder = run.parents[1]
    new = tmp_path / "new.csv"
    new.write_text("id,visits,country\nhot,5,NL\ncold,0,NL\n", encoding="utf-8")
    scores = tmp_path / "scores.parquet"
    done = leadlight("score", new, "-o", scores, "--run", run, cwd=folder)
    assert (done.code, done.err[: len(TOO_LITTLE)]) == (0, TOO_LITTLE), done.err
    score = pd.read_parquet(scores).set_index("lead_id")["score"]
    assert score["hot"] > score["cold"]
    done = leadlight("why", "hot", "-s", scores, cwd=folder)
    assert done.code == 0, done.err
    assert TOO_LITTLE in done.out
    assert f"which is a score of {score['hot']}" in done.out


def test_the_strongest_signal_is_the_one_that_carries_most_points(
    served: tuple[str, Config, Path],
) -> None:
    table = IMPORTANCE.read(served[2] / IMPORTANCE.file)
    assert table["signal"].iloc[0] == "visits"


def test_a_category_with_points_that_nobody_had_is_no_stranger(
    served: tuple[str, Config, Path], tmp_path: Path
) -> None:
    name, config, run = served
    new = tmp_path / "new.csv"
    new.write_text("id,visits,country\na,1,Peru\n", encoding="utf-8")
    bundle = open_bundle(source_of_run(run))
    scored = score_leads(config, bundle, new, at=None, say=lambda _: None)
    expected = {"points_table": "scored", "scorecard": "unfamiliar"}
    assert scored.table["status"].tolist() == [expected[name]]


@pytest.mark.parametrize("converted", [0, 1, 4, 160])
def test_nought_one_four_or_only_conversions_are_refused_in_a_sentence(
    converted: int, tmp_path: Path
) -> None:
    """Fault 26, without a points table: clear minimum, no traceback."""
    leads = _leads(160, seed=4).assign(won=(np.arange(160) % 160 < converted) * 1)
    config = _company(tmp_path, leads, CONFIG)
    with pytest.raises(DataError, match=r"Too little data|nothing to learn") as refused:
        _run(config, tmp_path / "runs" / "few")
    assert re.search("[Ww]ait until|look at", str(refused.value))  # what to do


def test_too_little_because_of_the_test_block_names_a_share_that_does(
    tmp_path: Path,
) -> None:
    # Of 72 leads before the test block 12 converted, and 10 + 5 + 5 are needed.
    least = "\nleast_conversions = 10\nleast_block_conversions = 5\nfallback = false"
    leads = _leads(160, seed=4).assign(won=(np.arange(160) % 6 == 0) * 1)
    text = CONFIG.replace("[train]", f"[train]{least}\ntest_share = 0.55")
    config = _company(tmp_path, leads, text)
    with pytest.raises(DataError, match=r"With train\.test_share = ") as refused:
        _run(config, tmp_path / "runs" / "few")
    (share,) = re.findall(r"train\.test_share = (\d\.\d\d)", str(refused.value))
    config = _company(tmp_path, leads, text.replace("0.55", share))
    _run(config, tmp_path / "runs" / "enough")


@pytest.mark.parametrize("converted", [1, 4])
def test_with_a_points_table_one_conversion_is_enough(
    converted: int, tmp_path: Path
) -> None:
    leads = _leads(160, seed=4).assign(won=(np.arange(160) < converted) * 1)
    config = _company(tmp_path, leads, CONFIG + POINTS)
    run = _run(config, tmp_path / "runs" / "few")
    check(config, run)
    quality = json.loads((run / QUALITY.file).read_text(encoding="utf-8"))
    assert quality["test"]["auc"] == {"value": None, "low": None, "high": None}
    assert "too few" in summary(run)


def test_without_fallback_the_booster_s_own_refusal_stands(tmp_path: Path) -> None:
    config = _company(
        tmp_path,
        _leads(160, seed=4),
        CONFIG.replace("[train]", "[train]\nfallback = false"),
    )
    with pytest.raises(DataError, match="no border in it leaves 50 to train"):
        _run(config, tmp_path / "runs" / "few")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("vists = [{ from = 2, points = 5 }]", "Did you mean 'visits'"),
        ("visits = 3", "write bands"),
        ("country = 3", "say which of its values"),
    ],
)
def test_a_points_table_that_fits_nothing_is_refused_before_any_signal(
    written: str, words: str, tmp_path: Path
) -> None:
    config = _company(
        tmp_path, _leads(20, seed=1), f"{CONFIG}\n[points_table]\n{written}\n"
    )
    with pytest.raises(ConfigError, match=words):
        _run(config, tmp_path / "runs" / "few")
    assert not (tmp_path / "runs" / "few" / "features.parquet").exists()
