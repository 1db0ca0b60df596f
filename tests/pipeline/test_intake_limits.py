"""Intake, what a file may hold and where a link may lead: refused before it is read."""

from __future__ import annotations

import gzip
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import SourceError
from pipeline.intake import IntakeReport
from pipeline.intake.files import MOST_FILES, found_files
from pipeline.intake.loading import header_of as header_of_file
from pipeline.intake.records import copy_records

Intake = Callable[..., IntakeReport]

MEGABYTE = 1 << 20
HEAD = b"id,made\n"
RANDOM = os.urandom(MEGABYTE).hex().encode()  # what does not shrink below a half
UNPACKED = "unpacks to more than 200 times its size, as no export does. Unpack it"


def _packed(path: Path, parts: Iterable[bytes]) -> Path:
    with gzip.open(path, "wb", 6) as file:
        for part in parts:
            file.write(part)
    return path


def _read(path: Path, folder: Path) -> None:
    header = header_of_file(path, None, "utf-8")
    copy_records(path, header, "utf-8", first_row=0, folder=folder)


@pytest.mark.parametrize(
    "parts",
    [
        [b"\n" * MEGABYTE] * 64,
        [b"\r\n" * MEGABYTE] * 32,
        [b"   \n" * MEGABYTE] * 16,
        [b"a" * MEGABYTE] * 64,
        [b"\0" * MEGABYTE] * 64,
        [HEAD, *[b"\n" * MEGABYTE] * 64],
        [HEAD, *[b"a\n" * MEGABYTE] * 32],
        [HEAD, *[b"a,b\n" * MEGABYTE] * 16],
        [HEAD, *[RANDOM + b",1\n"] * 4, *[b"a,b\n" * MEGABYTE] * 16],
    ],
    ids=[
        "line ends", "line ends of Windows", "spaces", "one endless line", "nulls",
        "a header and blanks", "short lines", "rows", "behind what is none",
    ],
)  # fmt: skip
def test_fault_12_a_gzip_bomb_is_refused_in_seconds_whatever_is_in_it(
    parts: list[bytes], tmp_path: Path
) -> None:
    bomb = _packed(tmp_path / "leads.csv.gz", parts)
    started = time.process_time()
    with pytest.raises(SourceError, match=UNPACKED):
        _read(bomb, tmp_path)
    assert time.process_time() - started < 10


def test_fault_12_a_bomb_of_many_members_is_one(tmp_path: Path) -> None:
    bomb = tmp_path / "leads.csv.gz"
    members = [gzip.compress(HEAD), *[gzip.compress(b"a,b\n" * MEGABYTE)] * 16]
    bomb.write_bytes(b"".join(members))
    with pytest.raises(SourceError, match=UNPACKED):
        _read(bomb, tmp_path)


def test_an_export_that_shrinks_a_hundredfold_is_read(tmp_path: Path) -> None:
    rows = b"".join(b"%09d,%s\n" % (i, b"web" * 200) for i in range(40_000))
    path = _packed(tmp_path / "leads.csv.gz", [HEAD, rows])
    assert len(rows) > 100 * path.stat().st_size
    _read(path, tmp_path)


@pytest.mark.parametrize("start", [b"", HEAD, HEAD + b"a,1\n"])
def test_fault_12_blank_lines_without_end_are_refused_in_a_plain_file(
    start: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(start + b" \n" * 600_000)
    line = start.count(b"\n") + 1
    said = (
        rf"leads\.csv holds more than 1,000,000 characters of blank lines from line "
        rf"{line} on: this is no table\. Export it again\."
    )
    with pytest.raises(SourceError, match=said):
        _read(path, tmp_path)


def test_a_thousand_blank_lines_say_nothing(intake: Intake) -> None:
    text = "\n" * 1_000 + "id,made\n" + "\n" * 1_000 + "a,2026-01-01\n" + "\n" * 1_000
    [leads] = intake({"leads.csv": text}).of("leads")
    assert (leads.rows_in, leads.rows_kept) == (1, 1)


@pytest.mark.parametrize("start", [b"", HEAD])
def test_fault_12_a_line_without_end_is_refused(start: bytes, tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_bytes(start)
    os.truncate(path, 200 * MEGABYTE)  # a hole, which is read as zeros
    line = start.count(b"\n") + 1
    with pytest.raises(SourceError, match=rf"Line {line} of leads\.csv goes on for"):
        _read(path, tmp_path)


def test_fault_13_a_footer_of_more_cells_than_the_file_can_hold_is_refused(
    tmp_path: Path,
) -> None:
    path = tmp_path / "leads.parquet"
    column = pa.repeat(pa.scalar("a"), 60_000_000 // 8).dictionary_encode()
    pq.write_table(pa.table({f"c{i}": column for i in range(8)}), path)
    said = (
        r"leads\.parquet declares 60,000,000 cells \(7,500,000 rows of 8 columns\), "
        r"and has [\d,]+ bytes: more than 200 for each\. Export it again"
    )
    with pytest.raises(SourceError, match=said):
        header_of_file(path, None, "utf-8")


def test_fault_13_a_footer_of_more_bytes_than_the_file_can_hold_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.intake.loading.LEAST_UNPACKED", 1_000_000)
    path = tmp_path / "leads.parquet"
    column = pa.array(["x" * 1_000] * 2_000)
    table = pa.table({"id": column})
    pq.write_table(table, path, use_dictionary=False, compression="zstd")
    with pytest.raises(SourceError, match=r"declares [\d,]+ bytes unpacked \(2,000 r"):
        header_of_file(path, None, "utf-8")


def test_fault_13_a_hundred_thousand_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "leads.parquet"
    none = pa.array([], pa.string())
    pq.write_table(pa.table({f"c{i}": none for i in range(10_001)}), path)
    with pytest.raises(SourceError, match="declares 10,001 columns, more than 10,000"):
        header_of_file(path, None, "utf-8")


def test_a_wide_and_empty_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "leads.parquet"
    none = pa.nulls(1_000, pa.string())
    pq.write_table(pa.table({f"c{i}": none for i in range(300)}), path)
    assert len(header_of_file(path, None, "utf-8").names) == 300


@pytest.mark.parametrize("meant", ["", "*.csv", "**/*.csv"])
def test_fault_12_a_million_files_are_refused_before_one_is_opened(
    meant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_FILES == 20_000
    monkeypatch.setattr("pipeline.intake.files.MOST_FILES", 3)
    for i in range(4):
        (tmp_path / f"{i}.csv").touch()
    with pytest.raises(SourceError, match=r"holds more than 3 files\. Join them, for"):
        found_files(str(tmp_path / meant))
    (tmp_path / "3.csv").unlink()
    assert len(found_files(str(tmp_path / meant))) == 3
    twice = (str(tmp_path / "0.csv"), str(tmp_path / meant))
    with pytest.raises(SourceError, match="'from' names more than 3 files"):
        found_files(twice)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of one export, with another export outside of it."""
    inside = tmp_path / "data"
    inside.mkdir()
    (inside / "a.csv").write_text("id\n1\n")
    (tmp_path / "b.csv").write_text("id\n2\n")
    return inside


@pytest.mark.parametrize("meant", ["", "*.csv", "**/*.csv"])
def test_fault_12_a_link_that_leads_out_of_a_folder_is_refused_unless_allowed(
    meant: str, folder: Path
) -> None:
    outside = folder.parent / "b.csv"
    (folder / "b.csv").symlink_to(outside)
    said = (
        rf"data/b\.csv is a link, or lies behind one, that leads out of .*data, to "
        rf"{outside}\. Copy the file there, name it in 'from' by itself, or set "
        rf"source\.follow_links = true\."
    )
    with pytest.raises(SourceError, match=said):
        found_files(str(folder / meant))
    names = [p.name for p in found_files(str(folder / meant), follow_links=True)]
    assert names == ["a.csv", "b.csv"]


def test_fault_12_a_linked_folder_is_not_looked_into(folder: Path) -> None:
    (folder / "more").symlink_to(folder.parent, target_is_directory=True)
    with pytest.raises(SourceError, match="or lies behind one, that leads out of"):
        found_files(str(folder / "*" / "*.csv"))


def test_a_link_that_is_named_itself_may_lead_anywhere(folder: Path) -> None:
    link = folder / "b.csv"
    link.symlink_to(folder.parent / "b.csv")
    assert found_files(str(link)) == (link,)
    aside = folder.parent / "aside"
    aside.symlink_to(folder, target_is_directory=True)
    link.unlink()
    assert found_files(str(aside)) == (aside / "a.csv",)
    assert found_files(str(aside / "*.csv")) == (aside / "a.csv",)


def test_a_file_and_a_link_to_it_are_not_both_read(folder: Path) -> None:
    (folder / "latest.csv").symlink_to("a.csv")
    with pytest.raises(SourceError, match=r"twice: 'latest\.csv \(also a\.csv\)'"):
        found_files(str(folder))


def test_fault_12_a_key_of_the_configuration_lets_links_be_followed(
    intake: Intake, tmp_path: Path
) -> None:
    (tmp_path / "many").mkdir()
    (tmp_path / "aside.csv").write_text("id,made\na,2026-01-01\nb,2026-01-02\n")
    (tmp_path / "many" / "leads.csv").symlink_to(tmp_path / "aside.csv")
    with pytest.raises(SourceError, match=r"set source\.follow_links = true"):
        intake({}, leads={"from": "many"})
    allowed: dict[str, Any] = {"follow_links": True}
    [leads] = intake({}, leads={"from": "many"}, source=allowed).of("leads")
    assert leads.rows_kept == 2


@pytest.mark.parametrize("is_link", [False, True])
def test_fault_12_a_pipe_is_refused_and_not_waited_for(
    is_link: bool, folder: Path
) -> None:
    pipe = folder / ("pipe" if is_link else "pipe.csv")
    os.mkfifo(pipe)
    if is_link:
        (folder / "pipe.csv").symlink_to("pipe")
    for meant in (folder, folder / "*.csv", folder / "pipe.csv"):
        with pytest.raises(SourceError, match=r"pipe\.csv is not a regular file"):
            found_files(str(meant))


def test_fault_12_a_device_behind_a_link_is_refused(folder: Path) -> None:
    (folder / "b.csv").symlink_to("/dev/zero")
    with pytest.raises(SourceError, match="leads out of"):
        found_files(str(folder))
    with pytest.raises(SourceError, match=r"b\.csv is not a regular file"):
        found_files(str(folder), follow_links=True)
    with pytest.raises(SourceError, match=r"b\.csv is not a regular file"):
        found_files(str(folder / "b.csv"))


def test_fault_12_a_link_to_nothing_is_a_sentence(folder: Path) -> None:
    (folder / "b.csv").symlink_to("gone.csv")
    said = r"b\.csv is a link to gone\.csv, where there is no file\. Correct or remove"
    for meant in (folder, folder / "*.csv", folder / "b.csv"):
        with pytest.raises(SourceError, match=said):
            found_files(str(meant))


def test_fault_12_links_in_a_circle_are_a_sentence(folder: Path) -> None:
    (folder / "b.csv").symlink_to("c.csv")
    (folder / "c.csv").symlink_to("b.csv")
    with pytest.raises(SourceError, match=r"b\.csv"):
        found_files(str(folder))
