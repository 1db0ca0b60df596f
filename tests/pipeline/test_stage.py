"""Stages: they touch what they declared, and the manifest says what that was."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from features.errors import RunError
from pipeline.artefacts import CHAMPION_THEN, Artefact, record, table, text
from pipeline.registering.tracking import source_of_alias
from pipeline.running import latest_run, run_all
from pipeline.sections import Config
from pipeline.stage import Shelf, read_manifest, stage
from pipeline.stages.order import STAGES
from tests.pipeline.demo_run import RUN, STARTED_AT, Demo
from tests.pipeline.run_folders import dated_config

AT = datetime(2026, 1, 1, tzinfo=UTC)
FOUND = text("found.txt")
MADE = text("deep/made.txt")
SECRET = text("secret.txt")
LAST = record("last")


@stage(reads=(FOUND,), writes=(MADE,))
def double(config: Config, shelf: Shelf) -> None:
    """Write the text twice over.

    More of this is not help.
    """
    shelf.say("doubling")
    shelf.put(MADE, shelf.get(FOUND) * 2)


@stage(reads=(FOUND,), writes=(MADE,))
def peeks(config: Config, shelf: Shelf) -> None:
    """Read what was not declared."""
    shelf.get(SECRET)


@stage(reads=(FOUND,), writes=(MADE,))
def smuggles(config: Config, shelf: Shelf) -> None:
    """Write what was not declared, even if it is declared to be read."""
    shelf.put(FOUND, "changed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "found.txt").write_text("ab")
    (tmp_path / "secret.txt").write_text("xyz")
    return tmp_path


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_stage_is_called_like_its_function_and_helps_with_its_first_line() -> None:
    assert double.name == "double"
    assert double.summary == "Write the text twice over."
    assert double.reads == ("found.txt",)
    assert double.writes == ("deep/made.txt",)


def test_reading_what_was_not_declared_is_refused(folder: Path) -> None:
    with pytest.raises(TypeError, match=r"does not declare that it reads secret\.txt"):
        peeks.run(dated_config(), folder, at=AT, say=lambda _: None)
    assert read_manifest(folder) == {}


def test_writing_what_was_not_declared_is_refused(folder: Path) -> None:
    with pytest.raises(TypeError, match=r"does not declare that it writes found\.txt"):
        smuggles.run(dated_config(), folder, at=AT, say=lambda _: None)
    assert (folder / "found.txt").read_text() == "ab"


def test_a_stage_out_of_order_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"found\.txt is missing: an earlier stage"):
        double.run(dated_config(), tmp_path, at=AT, say=lambda _: None)


def test_the_manifest_holds_the_digests_of_what_was_read_and_written(
    folder: Path,
) -> None:
    said: list[str] = []
    double.run(dated_config(), folder, at=AT, say=said.append)
    assert said == ["doubling"]
    assert (folder / "deep" / "made.txt").read_text() == "abab"
    assert read_manifest(folder)["stages"] == {
        "double": {
            "started_at": "2026-01-01T00:00:00+00:00",
            "reads": {"found.txt": hashlib.sha256(b"ab").hexdigest()},
            "writes": {"deep/made.txt": hashlib.sha256(b"abab").hexdigest()},
        }
    }


def test_a_stage_that_fails_writes_nothing_down(folder: Path) -> None:
    double.run(dated_config(), folder, at=AT, say=lambda _: None)
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(TypeError):
        smuggles.run(dated_config(), folder, at=AT, say=lambda _: None)
    assert (folder / "manifest.json").read_bytes() == before


def test_what_a_killed_stage_left_beside_is_cleared_away(folder: Path) -> None:
    for name in (".manifest.json.17.part", "deep/.made.txt.17.part"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("half")
    double.run(dated_config(), folder, at=AT, say=lambda _: None)
    assert not list(folder.rglob("*.part"))


def test_a_damaged_manifest_is_one_sentence(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"stages": {')
    with pytest.raises(RunError, match=r"manifest\.json is damaged"):
        read_manifest(folder)


def test_the_stages_stand_in_a_line(demo: Demo) -> None:
    """Each reads only what those before it have written, and the champion's note."""
    written = {CHAMPION_THEN.file}
    for each in STAGES:
        assert set(each.reads) <= written
        assert not set(each.writes) & written
        written |= set(each.writes)


def test_the_demos_manifest_is_of_the_files_that_lie_there(demo: Demo) -> None:
    stages = read_manifest(demo.run)["stages"]
    assert list(stages) == ["intake", "build", "train", "calibrate", "explain"]
    for told in stages.values():
        for kind in ("reads", "writes"):
            for name, found in told[kind].items():
                assert found == _sha256(demo.run / name), name


def test_every_file_of_the_run_is_in_its_manifest(demo: Demo) -> None:
    written = {
        name
        for told in read_manifest(demo.run)["stages"].values()
        for name in told["writes"]
    }
    lying = {
        p.relative_to(demo.run).as_posix() for p in demo.run.rglob("*") if p.is_file()
    }
    assert lying - written == {"manifest.json", "checks.json"}
    assert written <= lying


@pytest.mark.parametrize("artefact", [table("spine"), record("intake")])
def test_a_damaged_artefact_says_what_to_do(
    tmp_path: Path, artefact: Artefact[Any]
) -> None:
    (tmp_path / artefact.file).write_bytes(b"{PAR1 half of it")
    shelf = Shelf(tmp_path, lambda _: None, AT, reads=(artefact.file,))
    with pytest.raises(
        RunError, match=r"is damaged( \(.*\))?; run the stage that writes it"
    ):
        shelf.get(artefact)


@pytest.mark.parametrize("damaged", ["", "{", "[]", "{}", "3"])
def test_a_damaged_pointer_to_the_latest_run_says_what_to_do(
    tmp_path: Path, damaged: str
) -> None:
    (tmp_path / "latest.json").write_text(damaged)
    with pytest.raises(RunError, match=r"latest\.json is damaged"):
        latest_run(dated_config(run={"folder": str(tmp_path)}))


def test_a_run_is_found_although_the_registry_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RunError("The registry failed.")

    monkeypatch.setattr("pipeline.running.STAGES", ())
    monkeypatch.setattr("pipeline.running.check", lambda *_: None)
    monkeypatch.setattr("pipeline.running._register", fails)
    config = dated_config(run={"folder": str(tmp_path)})
    with pytest.raises(RunError, match="The registry failed"):
        _run(config, "done")
    assert latest_run(config) == tmp_path / "done"


def test_a_registry_of_no_known_kind_is_one_sentence(tmp_path: Path) -> None:
    run = {"folder": str(tmp_path), "tracking": "nonsense://x"}
    with pytest.raises(RunError, match=r"run\.tracking names cannot be used") as caught:
        source_of_alias(dated_config(run=run), "champion")
    assert "\n" not in str(caught.value)


def test_a_finished_run_is_not_run_over(demo: Demo) -> None:
    before = (demo.run / "manifest.json").read_bytes()
    with pytest.raises(RunError, match="already holds a run"):
        _run(demo.config, RUN)
    assert (demo.run / "manifest.json").read_bytes() == before


@pytest.mark.parametrize(
    "name", ["../away", "a/b", "", ".hidden", "a\x00b", "x" * 300, "$(id)", "a;b", "/x"]
)
def test_a_name_that_leads_out_of_the_folder_is_refused(demo: Demo, name: str) -> None:
    with pytest.raises(RunError, match="A run's name is made of"):
        _run(demo.config, name)
    left = [RUN, "latest.json", "looks.json", "looks.lock"]
    assert sorted(p.name for p in demo.run.parent.iterdir()) == left


def _run(config: Config, name: str) -> None:
    run_all(config, name, at=STARTED_AT, say=lambda _: None, told=lambda *_: None)
