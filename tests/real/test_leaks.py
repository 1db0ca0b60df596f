"""Real leaks, left in: ``leads.never`` is emptied, and the checks have to find them.

What leaks is written down by those who published the sets: on x_education what sales
notes while working a lead, on bank_marketing the length of the call that sells.
"""

from __future__ import annotations

import shutil
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.checks import CHECKS, Answer, Finding
from pipeline.checks.case import Case
from pipeline.config import load_config
from pipeline.guess import write_guess
from pipeline.stages.order import STAGES
from tests.real.test_real import HERE, where_data_are

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Series.values returning an ndarray"),
]


def leaking(name: str, folder: Path, patch: pytest.MonkeyPatch) -> Case:
    """A set that has been through the stages with nothing under ``never``."""
    for variable, value in where_data_are(name).items():
        patch.setenv(variable, value)
    changes = ("leads.never=[]", "train.threads=1")
    config = load_config(HERE / f"{name}.toml", changes)
    for stage in STAGES:
        at = datetime(2026, 1, 1, tzinfo=UTC)
        stage.run(config, folder, at=at, say=lambda _: None)
    return Case(config, folder)


def found(code: str, case: Case) -> Finding:
    return next(c for c in CHECKS if c.code == code).finding(case)


def test_x_education_is_refused_for_its_skill_and_tags_are_on_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = found("LL205", leaking("x_education", tmp_path, monkeypatch))
    assert told.answer is Answer.ISSUE
    assert float(told.figures["auc"]) > 0.97
    removed = str(told.figures["signals"]).split(", ")
    assert "Tags" in removed
    assert len(removed) <= 4
    assert float(told.figures["auc_without"]) <= 0.93
    assert len(told.examples) == 3


def test_on_bank_marketing_the_length_of_the_call_ranks_first_by_what_it_is_worth(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = leaking("bank_marketing", tmp_path, monkeypatch)
    told = found("LL206", case)
    assert told.answer is Answer.TIP
    assert told.figures["signal"] == "duration"
    assert float(told.figures["drop"]) > 0.05
    alone = found("LL203", case)
    assert alone.answer is Answer.ISSUE
    assert alone.said.startswith("duration alone holds ")


@pytest.mark.parametrize(
    ("name", "file", "late"),
    [
        (
            "x_education",
            "Leads.csv",
            {
                "Tags", "Lead Quality", "Lead Profile", "Last Activity",
                "Last Notable Activity", "Asymmetrique Activity Index",
                "Asymmetrique Profile Index", "Asymmetrique Activity Score",
                "Asymmetrique Profile Score",
            },
        ),
        ("bank_marketing", "bank-additional-full.csv.gz", {"duration"}),
    ],
)  # fmt: skip
def test_a_first_configuration_asks_about_every_leak(
    name: str, file: str, late: set[str], tmp_path: Path
) -> None:
    data = Path(where_data_are(name)["LEADLIGHT_DATA"]) / name / file
    copy = Path(shutil.copy(data, tmp_path))
    said = "\n".join(write_guess([copy], tmp_path / "leadlight.toml"))
    raw = tomllib.loads((tmp_path / "leadlight.toml").read_text("utf-8"))
    assert set(raw["leads"]["never"]) == late
    asked = said[said.index("when are these filled in") :]
    assert all(column in asked for column in late)
