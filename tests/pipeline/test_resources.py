"""Out of memory and a full disk are called so, and not a fault of the file."""

from __future__ import annotations

import errno
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from features.engine import open_engine
from features.errors import ResourceError, SourceError
from features.resources import lacking
from pipeline.intake.loading import create, insert_file
from pipeline.intake.loading import header_of as header_of_file
from pipeline.intake.queries import answer
from pipeline.intake.text import open_text
from tests.pipeline.processes import Leadlight

MEMORY = (
    r"^The memory that run\.memory_limit allows is not enough \(.*\)\. Allow more, or"
)
DISK = r"^The disk is full \(.*\)\. Make room where the runs are written, or name"


@pytest.fixture
def wide(tmp_path: Path) -> Path:
    """Return a file of some 30 MB, of which no cell is like another."""
    path = tmp_path / "leads.csv"
    rows = (f"{i},{str(i) * 40}\n" for i in range(150_000))
    path.write_text("id,told\n" + "".join(rows))
    return path


def test_fault_83_a_file_that_memory_cannot_hold_is_called_so(
    wide: Path, tmp_path: Path
) -> None:
    header = header_of_file(wide, None, "utf-8")
    layout = (header, header.names, "utf-8")
    with open_engine(memory_limit="20MB", threads=1) as engine:
        engine.execute("SET max_temp_directory_size = '0KB'")
        create(engine, "source", 2)
        with pytest.raises(ResourceError, match=f"{MEMORY}|{DISK}"):
            insert_file(engine, "source", wide, layout, first_row=0, work=tmp_path)


def test_fault_83_a_query_that_memory_cannot_hold_is_called_so() -> None:
    with open_engine(memory_limit="20MB", threads=1) as engine:
        engine.execute("SET temp_directory = ''")
        engine.execute("CREATE TABLE source AS SELECT range AS i FROM range(100000)")
        query = "SELECT i, repeat(i::VARCHAR, 200) AS told FROM source ORDER BY told"
        with pytest.raises(ResourceError, match=MEMORY):
            answer(engine, query, "answer")


def test_fault_83_the_command_says_memory_and_no_file(
    wide: Path, leadlight: Leadlight
) -> None:
    (wide.parent / "leadlight.toml").write_text(
        '[leads]\nfrom = "leads.csv"\nlead_id = "id"\norder_by = "id"\n'
        '[outcome]\ncolumn = "told"\npositive = "1"\n[snapshots]\nrule = "export"\n'
        '[run]\nmemory_limit = "10MB"\nthreads = 1\ntracking = ""\n'
    )
    done = leadlight("run", cwd=wide.parent)
    assert "leads.csv cannot be read" not in done.sentence
    assert "The memory that run.memory_limit allows is not enough (" in done.sentence


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (duckdb.OutOfMemoryException("Out of Memory Error: 9 of 9 used"), MEMORY),
        (
            duckdb.OutOfMemoryException(
                "Out of Memory Error: failed to offload data block (9/9 used).\nThis "
                "limit was set by the 'max_temp_directory_size' setting."
            ),
            DISK,
        ),
        (duckdb.IOException("IO Error: Could not write: No space left"), DISK),
        (OSError(errno.ENOSPC, "No space left on device"), DISK),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), DISK),
        (MemoryError(), r"^This machine's memory is not enough \(MemoryError\)\. End "),
        (pa.ArrowMemoryError("malloc failed"), r"memory is not enough \(malloc failed"),
    ],
)  # fmt: skip
def test_fault_83_what_has_run_out_is_known_whoever_says_it(
    error: Exception, said: str
) -> None:
    with pytest.raises(ResourceError, match=said):
        raise lacking(error) or AssertionError


@pytest.mark.parametrize(
    "error",
    [
        duckdb.ConversionException("Conversion Error: no number"),
        duckdb.IOException("IO Error: No such file"),
        OSError(errno.EACCES, "Permission denied"),
        ValueError("no space left on device"),
    ],
)
def test_what_is_no_want_of_memory_or_disk_is_left_to_others(error: Exception) -> None:
    assert lacking(error) is None


def test_fault_83_a_disk_that_fills_while_a_file_is_copied_is_called_so(
    wide: Path,
) -> None:
    with (
        pytest.raises(ResourceError, match=DISK),
        open_text(wide, "utf-8"),
        open("/dev/full", "w", encoding="utf-8") as copy,
    ):
        copy.write("a row")


def test_a_damaged_gzip_is_still_damaged(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv.gz"
    path.write_bytes(b"\x1f\x8b\x00\x00 and what is no gzip")
    said = r"leads\.csv\.gz is damaged or was cut off while being written: "
    with pytest.raises(SourceError, match=said), open_text(path, "utf-8") as text:
        text.read()
