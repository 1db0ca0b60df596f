"""Past leads travel with their scorer: written by the run, carried on, protected."""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import ModelError
from models.recalling.likeness import leads_like
from models.recalling.precedents import Precedents, above_cutoff, population
from models.wording import Wording
from pipeline.artefacts import PRECEDENTS
from pipeline.bundle import open_bundle, source_of_run
from pipeline.files import digest
from pipeline.registering.tracking import source_of_alias
from pipeline.settling.recalibration import recalibrate
from pipeline.stage import read_manifest
from tests.pipeline.demo_run import STARTED_AT, Demo, record
from tests.pipeline.registries import house, mlflows_own_warnings


@pytest.fixture(scope="module")
def wording(demo: Demo) -> Wording:
    return Wording.from_dict(record(demo.run / "model" / "contract.json"))


@pytest.fixture(scope="module")
def precedents(demo: Demo, wording: Wording) -> Precedents:
    return Precedents.from_bytes((demo.run / PRECEDENTS.file).read_bytes(), wording)


def test_a_run_keeps_one_mature_row_of_each_group(
    demo: Demo, precedents: Precedents
) -> None:
    spine = demo.table("spine")
    assert len(precedents) == spine["group_id"].nunique()
    months = {str(m) for m in precedents.snapshot_at}
    assert months <= set(spine["snapshot_at"].dt.strftime("%Y-%m"))
    assert 0 < precedents.outcome.mean() < 0.5


def test_their_contributions_are_the_served_boosters(
    demo: Demo, precedents: Precedents
) -> None:
    """But for the odd value that lies on another side of a threshold as a float32."""
    explainer = open_bundle(source_of_run(demo.run)).explainer
    anew = explainer.contributions(precedents.encoded.astype(np.float64))
    apart = np.abs(anew - precedents.contributions).max(axis=1)
    assert (apart < 1e-5).mean() > 0.98


def test_no_id_and_no_address_is_in_the_file(demo: Demo) -> None:
    """Every lead, account and address is looked for, and no column holds text."""
    told = pd.read_parquet(demo.run / PRECEDENTS.file)
    assert all(t.kind in "fiM" for t in told.dtypes)
    whole = (demo.run / PRECEDENTS.file).read_bytes()
    leads = pd.read_csv(demo.folder / "data" / "leads.csv", dtype=str)
    for column in ("lead_id", "account_id", "email"):
        assert not [v for v in leads[column].dropna() if v.encode() in whole]


def test_the_bundle_hands_them_on_whole(demo: Demo, precedents: Precedents) -> None:
    bundle = open_bundle(source_of_run(demo.run))
    assert bundle.precedents == (demo.run / PRECEDENTS.file).read_bytes()
    without = replace(source_of_run(demo.run), precedents=None, precedents_digest="")
    older = open_bundle(without)
    assert older.precedents is None
    assert older.digest != bundle.digest


def test_a_flipped_byte_is_refused(demo: Demo, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(demo.run / "model", folder / "model")
    shutil.copy(demo.run / "manifest.json", folder)
    path = folder / PRECEDENTS.file
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)
    with pytest.raises(ModelError, match="is not the file that was written"):
        open_bundle(source_of_run(folder))
    path.unlink()
    with pytest.raises(ModelError, match="is missing"):
        open_bundle(source_of_run(folder))


def test_damage_that_is_vouched_for_is_refused_or_harmless(
    demo: Demo, wording: Wording
) -> None:
    whole = (demo.run / PRECEDENTS.file).read_bytes()
    for place in np.random.default_rng(5).integers(0, len(whole), 40):
        damaged = bytearray(whole)
        damaged[place] ^= 0x40
        with suppress(ModelError):
            Precedents.from_bytes(bytes(damaged), wording)


def test_a_run_from_before_there_were_precedents_is_opened(
    demo: Demo, tmp_path: Path
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(demo.run / "model", folder / "model")
    text = (demo.run / "manifest.json").read_text("utf-8")
    (folder / "manifest.json").write_text(text.replace(PRECEDENTS.file, "model/other"))
    (folder / PRECEDENTS.file).unlink()
    assert open_bundle(source_of_run(folder)).precedents is None


def test_recalibrated_and_registered_scorers_keep_theirs(
    demo: Demo, tmp_path: Path
) -> None:
    config = house(demo, tmp_path)
    with mlflows_own_warnings():
        new = recalibrate(
            config, tmp_path / "runs" / "first", "second",
            at=STARTED_AT + timedelta(days=1),
            say=lambda _: None, told=lambda what, seconds: None,
        )  # fmt: skip
        source = source_of_alias(config, "challenger")
    ours = digest(demo.run / PRECEDENTS.file)
    written = read_manifest(new)["stages"]["recalibrate"]["writes"]
    assert written[PRECEDENTS.file] == digest(new / PRECEDENTS.file) == ours
    assert source.precedents_digest == ours
    assert open_bundle(source).precedents == (demo.run / PRECEDENTS.file).read_bytes()


def test_leads_like_one_of_them_are_found(
    precedents: Precedents, wording: Wording
) -> None:
    points = precedents.points(wording.scale)[7]
    found = leads_like(points, precedents, wording)
    assert found is not None
    assert found.leads == 20
    assert found.nearest[0].apart == pytest.approx(0.0, abs=1e-6)
    assert found.said.startswith("Of the 20 past leads most like this one, ")


def test_backgrounds_are_of_the_scorers_columns(
    precedents: Precedents, wording: Wording
) -> None:
    everybody = population(precedents)
    above = above_cutoff(precedents, wording, "mql")
    assert everybody.encoded.shape == (len(precedents), len(wording.features))
    assert 0 < len(above.encoded) < len(precedents)
