"""A scorer's files are checked before anything reads them, and nothing is killed."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from features.errors import ModelError, RunError
from pipeline.bundle import Source, open_bundle, source_of_run
from pipeline.stages.order import STAGES
from tests.pipeline.demo_run import STARTED_AT, Demo
from tests.pipeline.processes import Leadlight

Harm = Callable[[Path, Demo], None]


def _truncated(run: Path, demo: Demo) -> None:
    booster = run / "model" / "booster.txt"
    whole = booster.read_bytes()
    booster.write_bytes(whole[: len(whole) // 2])


def _emptied(run: Path, demo: Demo) -> None:
    (run / "model" / "booster.txt").write_bytes(b"")


def _one_byte_flipped(run: Path, demo: Demo) -> None:
    booster = run / "model" / "booster.txt"
    content = bytearray(booster.read_bytes())
    content[len(content) // 2] ^= 1
    booster.write_bytes(content)


def _swapped(run: Path, demo: Demo) -> None:
    """The judged booster is a valid one, and another."""
    shutil.copy(run / "judged.txt", run / "model" / "booster.txt")


def _a_cutoff_lowered(run: Path, demo: Demo) -> None:
    place = run / "model" / "contract.json"
    contract = json.loads(place.read_text())
    contract["cutoffs"]["mql"]["threshold"] = 0.0001
    place.write_text(json.dumps(contract, indent=2) + "\n")


def _a_contract_cut_short(run: Path, demo: Demo) -> None:
    place = run / "model" / "contract.json"
    place.write_text(place.read_text()[:-100])


def _a_pickle_instead(run: Path, demo: Demo) -> None:
    # Would write a file named canary, if anybody were to unpickle it.
    (run / "model" / "booster.txt").write_bytes(
        b"cos\nsystem\n(S'touch canary'\ntR."
    )  # fmt: skip


def _a_forest_felled(run: Path, demo: Demo) -> None:
    place = run / "model" / "familiarity.txt"
    place.write_text(place.read_text().replace("leaf_value=0", "leaf_value=9", 1))


HARMS = [
    _truncated, _emptied, _one_byte_flipped, _swapped, _a_cutoff_lowered,
    _a_contract_cut_short, _a_pickle_instead, _a_forest_felled,
]  # fmt: skip


@pytest.fixture
def run(demo: Demo, tmp_path: Path) -> Path:
    """Return the least of a run folder that can score, to be harmed."""
    folder = tmp_path / "run"
    shutil.copytree(demo.run / "model", folder / "model")
    for name in ("manifest.json", "judged.txt"):
        shutil.copy(demo.run / name, folder)
    return folder


def _vouched(run: Path) -> Source:
    """Vouch for the files as they are now, as somebody with write access could."""
    names = ("booster.txt", "contract.json", "familiarity.txt")
    booster, contract, forests = (run / "model" / name for name in names)
    a, b, c = (
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (booster, contract, forests)
    )
    return Source("leadlight", "1", booster, contract, a, b, forests, c)


@pytest.mark.parametrize("harm", HARMS)
def test_files_that_were_changed_are_refused(
    run: Path, demo: Demo, leadlight: Leadlight, harm: Harm
) -> None:
    harm(run, demo)
    done = leadlight(
        "score", demo.folder / "data" / "tonight.csv", "-o", "scores.csv", "-q",
        "-c", demo.config_file, "--run", run, cwd=run.parent,
    )  # fmt: skip
    assert "is not the file that was written: its digest is " in done.sentence
    assert sorted(p.name for p in run.parent.iterdir()) == ["run"]


@pytest.mark.parametrize(
    "harm", [_truncated, _emptied, _a_contract_cut_short, _a_pickle_instead]
)
def test_files_that_cannot_be_read_are_refused_even_if_vouched_for(
    run: Path, demo: Demo, harm: Harm
) -> None:
    harm(run, demo)
    with pytest.raises(ModelError):
        open_bundle(_vouched(run))


@pytest.mark.parametrize("name", ["booster.txt", "familiarity.txt"])
def test_a_flipped_byte_is_refused_or_harmless_wherever_it_is(
    run: Path, name: str
) -> None:
    """The reader in Python meets whatever is vouched for, and never gives up."""
    booster = run / "model" / name
    whole = booster.read_bytes()
    places = np.random.default_rng(5).integers(0, len(whole), 25)
    for place in places:
        content = bytearray(whole)
        content[place] ^= 0x40
        booster.write_bytes(content)
        with suppress(ModelError):
            open_bundle(_vouched(run))


@pytest.mark.parametrize("name", ["booster.txt", "contract.json", "familiarity.txt"])
def test_a_missing_file_is_one_sentence(run: Path, name: str) -> None:
    (run / "model" / name).unlink()
    with pytest.raises(ModelError, match=rf"{name} is missing\. Train again"):
        open_bundle(source_of_run(run))


def test_a_contract_with_another_number_of_columns_does_not_fit(run: Path) -> None:
    place = run / "model" / "contract.json"
    contract = json.loads(place.read_text())
    contract["features"] = contract["features"][:-1]
    place.write_text(json.dumps(contract))
    with pytest.raises(ModelError):
        open_bundle(_vouched(run))


def test_forests_that_the_contract_tells_of_have_to_be_there(run: Path) -> None:
    without = replace(_vouched(run), familiarity=None)
    with pytest.raises(ModelError, match=r"by familiarity\.txt, which does not lie"):
        open_bundle(without)


def test_forests_of_another_scorer_do_not_fit(run: Path) -> None:
    place = run / "model" / "familiarity.txt"
    shutil.copy(run / "model" / "booster.txt", place)
    with pytest.raises(ModelError, match="do not belong together"):
        open_bundle(_vouched(run))


def test_a_contract_of_another_format_is_refused(run: Path) -> None:
    place = run / "model" / "contract.json"
    contract = json.loads(place.read_text())
    contract["format"] = 99
    place.write_text(json.dumps(contract))
    with pytest.raises(ModelError, match="has format 99"):
        open_bundle(_vouched(run))


def test_an_unfinished_run_holds_no_scorer(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds no finished scorer"):
        source_of_run(tmp_path)


def test_a_manifest_that_vouches_for_both_files_is_of_one_passage(
    demo: Demo, tmp_path: Path
) -> None:
    """Trained again and not calibrated again: the booster and its contract differ."""
    folder = demo.copy(tmp_path, runs=True)
    run = folder / "runs" / "first"
    config = demo.changed(folder, "train.depths=[1]", "train.seed=9")
    STAGES[2].run(config, run, at=STARTED_AT, say=lambda _: None)
    with pytest.raises(RunError, match=r"mixes two passages: .* was written anew"):
        source_of_run(run)


def test_what_was_written_is_opened(demo: Demo) -> None:
    bundle = open_bundle(source_of_run(demo.run))
    assert (bundle.name, bundle.version) == ("first", "first")
    rows = np.full((3, len(bundle.contract.features)), np.nan)
    assert bundle.margins(rows) == pytest.approx(bundle.explainer.margins(rows))
    assert bundle.margins(rows[:0]).shape == (0,)
