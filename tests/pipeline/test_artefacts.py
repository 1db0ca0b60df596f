"""Artefacts: whole or not at all, and the same values are the same bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.artefacts import record, table, text
from pipeline.files import digest, replace_file

INSTANTS = pd.to_datetime(pd.Series(["2026-01-01T00:00:00.000001Z", None]), utc=True)
FRAME = pd.DataFrame(
    {
        "row": [0, 1],
        "words": ["é", None],
        "share": [0.1, np.nan],
        "score": pd.array([7, None], dtype="Int64"),
        "at": INSTANTS.dt.as_unit("us"),
    }
)


def _fail_half_way(path: Path) -> None:
    path.write_text("half")
    raise OSError(28, "No space left on device")


def test_a_write_that_fails_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    replace_file(place, lambda p: p.write_text("old"))
    with pytest.raises(OSError, match="No space left"):
        replace_file(place, _fail_half_way)
    assert place.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_first_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No space left"):
        replace_file(tmp_path / "new" / "a.txt", _fail_half_way)
    assert list((tmp_path / "new").iterdir()) == []


def test_nobody_sees_a_file_before_it_is_whole(tmp_path: Path) -> None:
    place = tmp_path / "a.txt"
    replace_file(place, lambda p: p.write_text("old"))

    def write(beside: Path) -> None:
        beside.write_text("new, half")
        assert place.read_text() == "old"
        assert beside.parent == place.parent  # a rename across disks is a copy
        beside.write_text("new, whole")

    replace_file(place, write)
    assert place.read_text() == "new, whole"


def test_a_digest_is_sha256(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"leadlight")
    assert digest(tmp_path / "a") == hashlib.sha256(b"leadlight").hexdigest()


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    artefact = table("t")
    artefact.write(FRAME, tmp_path / "t")
    found = artefact.read(tmp_path / "t")
    assert found.columns.tolist() == ["row", "words", "share", "score", "at"]
    assert found["words"].isna().tolist() == [False, True]
    assert found["at"].tolist() == FRAME["at"].tolist()
    assert str(found["at"].dtype) == "datetime64[us, UTC]"
    assert found["share"].tolist()[0] == 0.1


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    artefact = table("t")
    for name, frame in (("a", FRAME), ("b", FRAME.set_index(pd.Index([5, 9])))):
        artefact.write(frame, tmp_path / name)
    assert digest(tmp_path / "a") == digest(tmp_path / "b")


def test_a_record_is_json_that_people_can_read(tmp_path: Path) -> None:
    artefact = record("r")
    artefact.write({"words": "né", "n": [1, 2.5]}, tmp_path / "r")
    written = (tmp_path / "r").read_text(encoding="utf-8")
    assert '"words": "né"' in written
    assert written.endswith("}\n")
    assert artefact.read(tmp_path / "r") == {"words": "né", "n": [1, 2.5]}


def test_a_number_that_json_cannot_hold_is_missing(tmp_path: Path) -> None:
    artefact = record("r")
    artefact.write(
        {"low": float("nan"), "high": np.inf, "n": np.int64(3)}, tmp_path / "r"
    )
    assert artefact.read(tmp_path / "r") == {"low": None, "high": None, "n": 3}


def test_a_text_is_kept_to_the_letter(tmp_path: Path) -> None:
    artefact = text("model/booster.txt")
    assert artefact.file == "model/booster.txt"
    artefact.write("tree\nΣ\n", tmp_path / "t")
    assert artefact.read(tmp_path / "t") == "tree\nΣ\n"
