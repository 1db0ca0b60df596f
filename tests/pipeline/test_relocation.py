"""A workspace that was moved or copied goes by its own files, and by no others."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from features.errors import RunError
from pipeline.bundle import open_bundle
from pipeline.config import load_config
from pipeline.night.scoring import score_leads
from pipeline.registering.registry import Turn, make_champion
from pipeline.registering.relocation import relocate
from pipeline.registering.tracking import source_of_alias
from tests.pipeline.demo_run import CHANGES, RUN, Demo
from tests.pipeline.registries import (
    STORE,
    champion,
    house,
    mlflows_own_warnings,
    registered,
)

AT = datetime(2026, 7, 2, tzinfo=UTC)
KEPT = 'run.kept="kept"'
HELD = "mlartifacts/models/m-1/artifacts"
TABLES = """
CREATE TABLE experiments (artifact_location TEXT);
CREATE TABLE runs (artifact_uri TEXT);
CREATE TABLE model_versions (source TEXT, storage_location TEXT);
"""


def _store(root: Path, *places: str) -> Path:
    """Make a store in a folder that holds the files of one model."""
    (root / HELD).mkdir(parents=True)
    store = root / "mlflow.db"
    with sqlite3.connect(store) as connection:
        connection.executescript(TABLES)
        connection.executemany("INSERT INTO runs VALUES (?)", [(p,) for p in places])
    return store


def _noted(store: Path) -> list[str]:
    with sqlite3.connect(store) as connection:
        return [place for (place,) in connection.execute("SELECT * FROM runs")]


@pytest.mark.parametrize("old", ["file:///old/my%20runs/", "/old/my runs/"])
def test_fault_84_a_place_that_moved_is_noted_anew(old: str, tmp_path: Path) -> None:
    store = _store(tmp_path, old + HELD)
    assert relocate(store, tmp_path) == 1
    assert _noted(store) == [(tmp_path / HELD).as_uri()]
    assert relocate(store, tmp_path) == 0


@pytest.mark.parametrize(
    "place",
    [
        "file:///old/mlartifacts/models/m-2/artifacts",  # not among our files
        "s3://bucket/mlartifacts/models/m-1/artifacts",
        "models:/m-1",
        "file:///old/mlruns/0",
    ],
)
def test_a_place_whose_files_are_not_here_is_left_alone(
    place: str, tmp_path: Path
) -> None:
    store = _store(tmp_path, place)
    assert relocate(store, tmp_path) == 0
    assert _noted(store) == [place]


def test_there_need_be_no_store(tmp_path: Path) -> None:
    assert relocate(tmp_path / "mlflow.db", tmp_path) == 0
    assert not list(tmp_path.iterdir())


def test_a_store_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    store = tmp_path / "mlflow.db"
    store.write_bytes(b"no database at all, and long enough to be taken for one" * 9)
    with pytest.raises(RunError, match=r"mlflow\.db was moved, or is damaged, and wh"):
        relocate(store, tmp_path)


def test_fault_84_a_copied_workspace_scores_alike_and_by_its_own_files(
    demo: Demo, tmp_path: Path
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    config = house(demo, here)
    version = registered(config, RUN).version
    turn = Turn(version, None, "2026-03-01T00:00:00+00:00", "me", "promoted")
    with mlflows_own_warnings():
        make_champion(config, turn)
    scores: dict[Path, pd.DataFrame] = {}
    for place in (here, there):
        if place == there:
            shutil.copytree(here, there)
            for path in here.rglob("*"):  # read by anybody, it would show
                if path.is_file():
                    path.write_bytes(b"poison")
        asked = load_config(place / "leadlight.toml", (*CHANGES, STORE, KEPT))
        with mlflows_own_warnings():
            bundle = open_bundle(source_of_alias(asked, "champion"))
        tonight = place / "data" / "tonight.csv"
        scores[place] = score_leads(asked, bundle, tonight, at=AT).table
    pd.testing.assert_frame_equal(scores[there], scores[here])
    [_] = [p for p in (there / "kept").iterdir() if p.is_dir()]  # nothing read anew
    moved = load_config(there / "leadlight.toml", (*CHANGES, STORE))
    assert champion(moved) == version
    assert registered(moved, RUN).version == str(int(version) + 1)
    with mlflows_own_warnings():
        source = source_of_alias(moved, "challenger")
    assert source.booster.is_relative_to(there)
    assert all(p.read_bytes() == b"poison" for p in here.rglob("*") if p.is_file())
