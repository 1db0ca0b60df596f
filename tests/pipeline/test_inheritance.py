"""Where 50 points lie: configured, inherited or from the data, and it is said which."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from pipeline.artefacts import CHAMPION_THEN
from pipeline.registering.inheritance import note_champion, reference_of
from pipeline.sections import Config
from tests.pipeline.registries import mlflows_own_warnings
from tests.pipeline.run_folders import dated_config

LIKE_OURS: dict[str, Any] = {
    "version": "7",
    "reference": -2.0,
    "meaning": {
        "conversion": "won",
        "horizon": 14.0,
        "snapshot rule": {
            "rule": "weekly", "delay_hours": 0.0, "most_age_days": 180.0,
            "kind": None, "at": [],
        },
    },
}  # fmt: skip


def _with(**run: Any) -> Config:
    config = dated_config()
    changed = config.run.model_copy(update=run)
    return config.model_copy(update={"run": changed})


def test_a_champion_of_the_same_meaning_hands_its_points_on() -> None:
    found = reference_of(dated_config(), LIKE_OURS, rate=0.25)
    assert (found.value, found.origin, found.version) == (-2.0, "champion", "7")
    # 1 / (1 + e^2) is .1192.
    assert found.said == (
        "50 points are a rate of 11.92%, as under the champion (version 7)."
    )


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("conversion", "opportunity", "another conversion,"),
        ("horizon", 30.0, "another horizon,"),
        ("column of deadlines", "offer_ends", "another column of deadlines,"),
        ("snapshot rule", {"rule": "at"}, "another snapshot rule,"),
    ],
)
def test_a_champion_of_another_meaning_does_not(
    key: str, value: Any, words: str
) -> None:
    other = {**LIKE_OURS, "meaning": {**LIKE_OURS["meaning"], key: value}}
    found = reference_of(dated_config(), other, rate=0.5)
    assert (found.value, found.origin, found.version) == (0.0, "rate", None)
    assert words in found.said
    assert found.said.endswith("50 points are the rate before the test block, 50.00%.")


def test_what_is_configured_goes_before_everything() -> None:
    config = dated_config(points={"reference_rate": 0.2, "hysteresis": 3})
    found = reference_of(config, LIKE_OURS, rate=0.5)
    assert found.value == pytest.approx(math.log(0.2 / 0.8))
    assert (found.origin, found.version) == ("configured", None)


def test_a_registry_that_cannot_be_used_stops_nothing_and_is_named(
    tmp_path: Path,
) -> None:
    (tmp_path / "mlflow.db").write_text("This is no database. " * 100)
    config = _with(folder=str(tmp_path), tracking="sqlite:///mlflow.db")
    with mlflows_own_warnings():
        note_champion(config, tmp_path / "run")
    told = CHAMPION_THEN.read(tmp_path / "run" / CHAMPION_THEN.file)
    assert told["version"] is None
    assert told["said"].startswith("The champion could not be read when the run began:")
    assert "run.tracking" in told["said"]
    found = reference_of(config, told, rate=0.5)
    assert (found.value, found.origin) == (0.0, "rate")
    assert found.said.startswith(told["said"])


def test_a_registry_that_is_not_there_yet_is_not_made(tmp_path: Path) -> None:
    config = _with(folder=str(tmp_path), tracking="sqlite:///mlflow.db")
    note_champion(config, tmp_path / "run")
    told = CHAMPION_THEN.read(tmp_path / "run" / CHAMPION_THEN.file)
    assert told["said"] == "There was no champion of leadlight when the run began."
    assert not (tmp_path / "mlflow.db").exists()


def test_nobody_is_asked_where_it_could_not_matter(tmp_path: Path) -> None:
    note_champion(_with(tracking=""), tmp_path)
    configured = dated_config(points={"reference_rate": 0.2, "hysteresis": 3})
    note_champion(configured, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_champion_is_noted_once(tmp_path: Path) -> None:
    """A stage that is run again gives the same, whoever is champion by then."""
    path = tmp_path / CHAMPION_THEN.file
    CHAMPION_THEN.write(LIKE_OURS, path)
    config = _with(folder=str(tmp_path / "runs"), tracking="sqlite:///mlflow.db")
    note_champion(config, tmp_path)
    assert CHAMPION_THEN.read(path) == LIKE_OURS
