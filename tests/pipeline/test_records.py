"""How a file is cut into blocks says nothing of its records."""

from __future__ import annotations

import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import SourceError
from pipeline.intake import header, records
from pipeline.intake.loading import header_of
from pipeline.intake.records import copy_records

PIECES = st.sampled_from(
    ["a", "b,c", "1,2,3", ",,", '"', '""', '"x\ny",2,3', "é", "\0", " ", "\n", "\r",
     "\r\n", "1,2,3\n", "1,2,3\r\n", "\x0b", "\u2028"]
)  # fmt: skip


def _copied(path: Path, characters: int) -> tuple[str, str, int, int] | str:
    with (
        patch.object(header, "BLOCK_CHARACTERS", characters),
        tempfile.TemporaryDirectory() as folder,
    ):
        names = header_of(path, ",", "utf-8")
        try:
            copied = copy_records(
                path, names, "utf-8", first_row=0, folder=Path(folder)
            )
        except SourceError as error:
            return str(error)
        texts = [p.read_text("utf-8") for p in (copied.kept, copied.rejected)]
        return texts[0], texts[1], copied.kept_rows, copied.rejected_rows


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=30), st.integers(1, 9))
def test_blocks_of_any_size_give_the_records_of_lines_one_by_one(
    pieces: list[str], characters: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(f"a,b,c\n{''.join(pieces)}".encode())
        with patch.object(records._Copyist, "_copy_plain", return_value=False):
            one_by_one = _copied(path, 1 << 16)
        assert _copied(path, characters) == one_by_one
        assert _copied(path, 1 << 16) == one_by_one


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_plain_records_are_numbered_on_from_block_to_block(
    end: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(end.join(["a,b", "1,2", "3", "4,5", "6,7"]).encode())
    for characters in (3, 1 << 16):
        assert _copied(path, characters) == (
            "0,2,1,2\n2,4,4,5\n3,5,6,7\n",
            '"1","3","Expected 2 fields, found 1.","3"\n',
            3,
            1,
        )
