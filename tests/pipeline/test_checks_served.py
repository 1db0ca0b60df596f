"""LL306: what the served scorer says of the newest matured rows, and what happened."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from features.vocabulary import Split
from pipeline.artefacts import BOOSTER, CALIBRATION, MARGINS
from pipeline.checks import CHECKS, Answer, Finding
from pipeline.checks.case import Case
from tests.pipeline.run_folders import fitted, flat_run

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")

ROWS = 800
CHANCE = np.random.default_rng(11)
OUTCOME = list((CHANCE.random(ROWS) < 0.3).astype(int))
HONEST = {"honest": [f"{v:.2f}" for v in CHANCE.normal(OUTCOME, 1)]}


def served(folder: Path, says: float, *, converted: int = 60) -> Finding:
    """Judge a scorer that says one chance of each of 200 newest rows."""
    case = fitted(flat_run(folder, HONEST, OUTCOME))
    margins = case.margins.assign(split=Split.TRAIN.value)
    newest = np.arange(ROWS - 200, ROWS)
    outcome = case.spine["outcome"].to_numpy().copy()
    outcome[newest] = np.arange(200) < converted
    case.spine["outcome"] = outcome
    margins.loc[newest, "split"] = Split.TEST.value
    margins["served_margin"] = np.log(says / (1 - says)) - 1
    MARGINS.write(margins, folder / MARGINS.file)
    BOOSTER.write(case.judged.text + "\n", folder / BOOSTER.file)
    block = {"intercept": 1.0, "slope": 1.0}
    CALIBRATION.write(
        {"served": block, "judged": block, "reference": 0.0}, folder / CALIBRATION.file
    )
    again = Case(case.config, folder)
    again.spine["outcome"] = outcome
    return next(c for c in CHECKS if c.code == "LL306").finding(again)


@pytest.mark.parametrize("says", [0.4, 0.2])
def test_ll306_fires_where_the_served_level_is_off(tmp_path: Path, says: float) -> None:
    """It said .40 where .30 converted, and nothing spoke."""
    told = served(tmp_path, says)
    assert told.answer is Answer.ISSUE
    assert told.said.startswith(
        f"Of the newest 200 matured snapshots the served scorer says {says:.1%}, and "
        f"30.0% converted (observed over expected is {0.3 / says:.3f} ("
    )
    assert told.figures["said"] == pytest.approx(says)


@pytest.mark.parametrize("says", [0.28, 0.3, 0.33, 0.345])
def test_ll306_is_silent_where_it_is_close_or_could_be(
    tmp_path: Path, says: float
) -> None:
    assert served(tmp_path, says).answer is Answer.PASSED


def test_ll306_tells_no_level_from_few_conversions(tmp_path: Path) -> None:
    assert served(tmp_path, 0.4, converted=19).answer is Answer.NOT_APPLICABLE


def test_ll306_leaves_a_judged_scorer_to_ll302(tmp_path: Path) -> None:
    case = fitted(flat_run(tmp_path, HONEST, OUTCOME))
    told = next(c for c in CHECKS if c.code == "LL306").finding(case)
    assert told.answer is Answer.NOT_APPLICABLE
