"""A file of settings or of a run that is damaged or of other types is a sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from features.errors import ConfigError, ModelError, RunError
from models.contract import Contract
from pipeline.artefacts import INTAKE
from pipeline.bundle import source_of_run
from pipeline.config import ChangeError, load_config
from pipeline.intake.kept import RECORD, Shelf
from pipeline.judging.looks import LOOKS, note_look
from pipeline.stage import MANIFEST, read_manifest

DEEP = "[" * 100_000


def test_fault_82_a_deep_configuration_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "leadlight.toml"
    path.write_text(f"[source]\nnull_tokens = {DEEP}")
    with pytest.raises(ConfigError, match=r"leadlight\.toml cannot be read as TOML: l"):
        load_config(path)


@pytest.mark.parametrize(
    "change", [f"train.depths={DEEP}", "funnel.words." + "a." * 100_000 + "b=1"]
)
def test_fault_82_a_deep_change_is_a_sentence(change: str, tmp_path: Path) -> None:
    with pytest.raises(ChangeError, match=r"^--set .* more than 100 levels deep\.$"):
        load_config(tmp_path / "leadlight.toml", (change,))


DIGEST = {"model/booster.txt": "0", "model/contract.json": "0"}
PASSAGE: dict[str, Any] = {"reads": {}, "writes": DIGEST}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ([], "it holds a list, where a record was expected"),
        (3, "it holds a number, where a record was expected"),
        ("a", "it holds a text, where a record was expected"),
        (None, "it holds null, where a record was expected"),
        ({"stages": []}, "its stages is no record"),
        ({"config": "a"}, "its config is no record"),
        ({"config": {"outcome": 3}}, "its config.outcome is no section"),
        ({"stages": {"train": 3}}, "its stages.train is no record"),
        ({"stages": {"train": {}}}, "its stages.train.reads is no record"),
        (
            {"stages": {"train": PASSAGE | {"writes": ["a"]}}},
            "its stages.train.writes is no record",
        ),
        (
            {"stages": {"train": PASSAGE | {"reads": {"a": 3}}}},
            "its stages.train.reads holds no digests",
        ),
    ],
)
def test_fault_82_a_manifest_of_other_types_is_a_sentence(
    told: Any, why: str, tmp_path: Path
) -> None:
    (tmp_path / MANIFEST).write_text(json.dumps(told))
    for read in (read_manifest, source_of_run):
        with pytest.raises(RunError) as error:
            read(tmp_path)
        assert str(error.value) == (
            f"{tmp_path / MANIFEST} is damaged ({why}). Run the pipeline again under "
            "another name."
        )


def test_a_manifest_as_it_is_written_is_read(tmp_path: Path) -> None:
    told = {"stages": {"train": PASSAGE}, "config": {"accounts": None, "touches": []}}
    (tmp_path / MANIFEST).write_text(json.dumps(told))
    assert read_manifest(tmp_path) == told


def _manifest(folder: Path) -> None:
    read_manifest(folder)


def _record(folder: Path) -> None:
    INTAKE.read(folder / INTAKE.file)


@pytest.mark.parametrize("text", [DEEP, "[]", "3", "{", '{"a": 1'])
@pytest.mark.parametrize(
    ("read", "file"), [(_manifest, MANIFEST), (_record, INTAKE.file)]
)
def test_fault_82_a_record_that_is_none_is_a_sentence_wherever_it_lies(
    read: Callable[[Path], None], file: str, text: str, tmp_path: Path
) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(RunError, match=rf"{file} is damaged \("):
        read(tmp_path)


@pytest.mark.parametrize("text", [DEEP, "[]", "3", "{", '{"a": 3}'])
def test_fault_82_a_damaged_count_of_looks_is_a_sentence(
    text: str, tmp_path: Path
) -> None:
    (tmp_path / LOOKS).write_text(text)
    with pytest.raises(RunError, match=rf"{LOOKS} is damaged, and with it the count"):
        note_look(tmp_path / "first", "0", at=datetime(2026, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize("text", [DEEP, "[]", "3", "{"])
def test_fault_82_kept_touches_of_a_damaged_record_are_read_anew(
    text: str, tmp_path: Path
) -> None:
    (tmp_path / RECORD).write_text(text)
    notes: list[str] = []
    assert Shelf.of(tmp_path, notes).reports == {}
    assert notes == [
        f"What was kept in {tmp_path} is damaged: all its files are read anew."
    ]


@pytest.mark.parametrize(
    "text", [DEEP, "[]", "null", '{"format": 1', '{"format": ' + DEEP]
)
def test_fault_46_a_contract_that_is_none_is_a_sentence(text: str) -> None:
    with pytest.raises(ModelError, match=r"^The contract (is no JSON|cannot be read) "):
        Contract.from_json(text)
