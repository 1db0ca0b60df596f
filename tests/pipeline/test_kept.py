"""Touches that are kept: a night reads new files, and knows what all files tell."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.engine import open_engine
from features.errors import ConfigError, RunError, SourceError
from pipeline.intake import (
    IntakeReport,
    SourceReport,
    kept_in,
    loading,
    nightly,
    records,
)
from pipeline.intake.kept import LISTED, RECORD, listed_parts, union_of
from tests.pipeline.processes import environment

Intake = Callable[..., IntakeReport]
Table = Callable[..., list[dict[str, Any]]]

HEAD = "lead,what,at,loaded,page\n"
FOLDER = {"from": "t", "recorded_at": "loaded", "asset": "page"}
ONE = (
    "a,visit,2026-01-03,2026-01-03,/x\n"
    "a,visit,2026-01-03,2026-01-03,/x\n"  # a repeat
    "b,call,soon,2026-01-03,\n"
)
TWO = (
    "b,visit,2026-01-02,2026-01-04,/y\n"  # late: before anything in the first file
    "a,visit,2026-01-03,2026-01-03,/x\n"  # repeats a kept row
    "a,visit,2026-01-03,2026-01-04,/x\n"  # a twin of it, delivered again otherwise
    "b,call,later,2026-01-04,\n"
)


@dataclass(frozen=True)
class Night:
    """What one night came to."""

    report: IntakeReport
    touches: list[tuple[Any, ...]]
    quarantine: list[dict[str, Any]]
    notes: list[str]
    read: list[str]  # the files of touches whose records were read

    @property
    def source(self) -> SourceReport:
        """The report of its one source of touches."""
        (told,) = self.report.of("touches")
        return told


Nights = Callable[..., Night]


@pytest.fixture
def nights(
    intake: Intake, table: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Nights:
    """Take in tonight's files, by name and text, with what is kept, or in full."""
    read: list[str] = []
    copy = records.copy_records

    def copied(path: Path, *args: Any, **named: Any) -> Any:
        read.append(path.name)
        return copy(path, *args, **named)

    monkeypatch.setattr(loading, "copy_records", copied)

    def night(
        files: dict[str, str], *, kept: str | None = "kept", **sections: Any
    ) -> Night:
        shutil.rmtree(tmp_path / "t", ignore_errors=True)
        given = {f"t/{name}": text for name, text in files.items()}
        sections = {"touches": FOLDER, **sections}
        read.clear()
        if kept is None:
            report, notes, out = intake(given, out="full", **sections), [], "full"
            query = f"FROM '{tmp_path / out}/touches.parquet'"
            query = f"SELECT * EXCLUDE (bucket) FROM ({query})"
        else:
            with kept_in(tmp_path / kept) as held:
                report, notes = intake(given, kept=held, **sections), held.notes
            out = "out"
            query = union_of(listed_parts(tmp_path / out / LISTED))
        with open_engine() as engine:
            touches = engine.execute(f"FROM ({query}) ORDER BY ALL").fetchall()
        mine = [n for n in read if n not in {"leads.csv", "won.csv"}]
        aside = table("quarantine", out)
        return Night(report, touches, aside, list(notes), mine)

    return night


def _same(night: Night, full: Night) -> None:
    """Both know the same touches and the same numbers."""
    assert night.touches == full.touches
    assert night.report == full.report
    assert len(night.quarantine) == len(full.quarantine)


def test_tonight_only_the_new_file_is_read(nights: Nights) -> None:
    assert nights({"1.csv": HEAD + ONE}).read == ["1.csv"]
    night = nights({"1.csv": HEAD + ONE, "2.csv": HEAD + TWO})
    assert night.read == ["2.csv"]
    assert nights({"1.csv": HEAD + ONE, "2.csv": HEAD + TWO}).read == []
    assert night.notes == []


def test_the_rows_of_all_parts_add_up(nights: Nights) -> None:
    nights({"1.csv": HEAD + ONE})
    night = nights({"1.csv": HEAD + ONE, "2.csv": HEAD + TWO})
    told = night.source
    assert (told.rows_in, told.rows_kept, told.rows_quarantined) == (7, 3, 4)
    assert told.reasons == {
        "The instant in column 'at' cannot be read as ISO 8601.": 2,
        "This row repeats an earlier one in every column.": 2,
    }
    assert (told.twins, told.rows_written) == (1, 3)
    assert [f.name for f in told.files] == ["1.csv", "2.csv"]
    assert [(r["file"], r["line"], r["is_repeat"]) for r in night.quarantine] == [
        ("1.csv", 3, True), ("1.csv", 4, False),
        ("2.csv", 3, True), ("2.csv", 5, False),
    ]  # fmt: skip


def test_what_is_known_is_what_a_full_intake_knows(nights: Nights) -> None:
    files = {"1.csv": HEAD + ONE, "2.csv": HEAD + TWO}
    nights({"1.csv": files["1.csv"]})
    _same(nights(files), nights(files, kept=None))


def test_known_until_is_the_latest_instant_of_any_part(nights: Nights) -> None:
    won = "lead,won\na,2026-01-02\n"
    late = "b,visit,2026-01-02,2026-01-09,/y\n"
    old = HEAD + "a,visit,2026-01-05,2026-01-05,/x\n"
    nights({"1.csv": old, "../won.csv": won})
    night = nights({"1.csv": old, "2.csv": HEAD + late, "../won.csv": won})
    assert night.report.known_until == "2026-01-05T23:59:59.999999+00:00"


def test_a_night_without_a_new_file_knows_the_same(nights: Nights) -> None:
    first = nights({"1.csv": HEAD + ONE})
    again = nights({"1.csv": HEAD + ONE})
    _same(again, first)
    assert again.quarantine == first.quarantine


ROW = st.tuples(
    st.sampled_from("ab"),
    st.sampled_from(["visit", "call"]),
    st.sampled_from(["2026-01-03", "2026-01-04T10:00", "soon", ""]),
    st.sampled_from(["2026-01-05", ""]),
    st.sampled_from(["/x", "", '"']),
)
FILE = st.lists(ROW.map(",".join), max_size=6)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    files=st.lists(FILE, min_size=1, max_size=4),
    order=st.randoms(use_true_random=False),
    most=st.sampled_from([1, 2, 30]),
)
def test_night_by_night_comes_to_what_a_full_intake_comes_to(
    files: list[list[str]], order: Any, most: int, nights: Nights, tmp_path: Path
) -> None:
    """Files come in any order, with repeats and late touches among them."""
    shutil.rmtree(tmp_path / "kept", ignore_errors=True)
    every = {f"{i}.csv": "\n".join([HEAD.strip(), *f, ""]) for i, f in enumerate(files)}
    names = list(every)
    order.shuffle(names)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nightly, "MOST_PARTS", most)
        for count in range(1, len(names) + 1):
            night = nights({n: every[n] for n in sorted(names[:count])})
            assert night.read == names[count - 1 : count]
    _same(night, nights(every, kept=None))


def test_the_same_rows_under_another_name_are_repeats(nights: Nights) -> None:
    nights({"1.csv": HEAD + TWO})
    files = {"1.csv": HEAD + TWO, "2.csv": HEAD + TWO}
    night = nights(files)
    assert (night.read, night.source.rows_kept) == (["2.csv"], 3)
    _same(night, nights(files, kept=None))


# --- what makes everything be read anew ----------------------------------------------


def test_a_changed_file_is_noticed(nights: Nights) -> None:
    nights({"1.csv": HEAD + ONE, "2.csv": HEAD + TWO})
    files = {"1.csv": HEAD + ONE.replace("soon", "2026-01-05"), "2.csv": HEAD + TWO}
    night = nights(files)
    assert night.read == ["1.csv", "2.csv"]
    assert night.notes == [
        "Of a source of touches, '1.csv' is gone, or changed since read: all 2 files "
        "are read anew."
    ]
    _same(night, nights(files, kept=None))


def test_a_vanished_file_is_noticed(nights: Nights, tmp_path: Path) -> None:
    nights({"1.csv": HEAD + ONE})
    nights({"1.csv": HEAD + ONE, "2.csv": HEAD + TWO})
    night = nights({"2.csv": HEAD + TWO})
    assert night.read == ["2.csv"]
    assert night.notes == [
        "Of a source of touches, '1.csv' is gone, or changed since read: its one file "
        "is read anew."
    ]
    assert night.source.rows_kept == 3  # the row that had been a repeat among them
    (shelf,) = (tmp_path / "kept").glob("touches-*")
    assert len(list(shelf.glob("*.parquet"))) == 2  # touches and quarantine of one part


def test_a_new_column_is_noticed(nights: Nights) -> None:
    nights({"1.csv": HEAD + ONE})
    more = HEAD.replace("page", "page,way") + "a,visit,2026-01-03,2026-01-03,/x,\n"
    files = {"1.csv": HEAD + ONE, "2.csv": more}
    night = nights(files)
    assert night.read == ["2.csv", "1.csv", "2.csv"]
    assert night.notes == [
        "Of a source of touches, 2.csv has 'way', which files read earlier have not: "
        "all 2 files are read anew."
    ]
    _same(night, nights(files, kept=None))


def test_a_column_that_a_new_file_lacks_is_missing_there(nights: Nights) -> None:
    told = {"touches": {"from": "t"}}
    nights({"1.csv": HEAD + "a,visit,2026-01-03,,\n"}, **told)
    less = "lead,what,at\na,visit,2026-01-03\nb,visit,2026-01-03\n"
    files = {"1.csv": HEAD + "a,visit,2026-01-03,,\n", "2.csv": less}
    night = nights(files, **told)
    assert (night.read, night.source.rows_kept) == (["2.csv"], 2)
    _same(night, nights(files, kept=None, **told))


def test_a_column_that_is_named_may_not_be_lacking(nights: Nights) -> None:
    nights({"1.csv": HEAD + ONE})
    files = {"1.csv": HEAD + ONE, "2.csv": "lead,what,at,loaded\n"}
    with pytest.raises(SourceError, match=r"'page'.* is missing from '2.csv', while"):
        nights(files)
    with pytest.raises(SourceError, match=r"'page'.* is missing from '2.csv', while"):
        nights(files, kept=None)


@pytest.mark.parametrize("damaged", [RECORD, "000001.touches.parquet"])
@pytest.mark.parametrize("how", ["cut", "gone"])
def test_what_is_damaged_is_read_anew(
    damaged: str, how: str, nights: Nights, tmp_path: Path
) -> None:
    first = nights({"1.csv": HEAD + ONE})
    (path,) = (tmp_path / "kept").glob(f"*/{damaged}")
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-9])
    again = nights({"1.csv": HEAD + ONE})
    assert again.read == ["1.csv"]
    assert bool(again.notes) == ((how, damaged) != ("gone", RECORD))
    _same(again, first)


def test_what_a_killed_night_left_is_removed(nights: Nights, tmp_path: Path) -> None:
    """Also what was replaced, and not yet removed."""
    files = {"1.csv": HEAD + ONE}
    first = nights(files)
    (shelf,) = (tmp_path / "kept").glob("touches-*")
    before = sorted(shelf.iterdir())
    for name in ("000002.touches.parquet", ".parts.json.17.part"):
        (shelf / name).write_bytes(b"half")
    again = nights(files)
    assert again.touches == first.touches
    assert sorted(shelf.iterdir()) == before


# --- what is kept, and for whom ------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"source": {"null_tokens": ["a"]}},
        {"source": {"timezone": "Europe/Amsterdam"}},
        {"touches": {**FOLDER, "format": "%Y-%m-%d"}},
        {"touches": {"from": "t", "asset": "page"}},
    ],
)
def test_another_configuration_finds_nothing(
    changed: dict[str, Any], nights: Nights
) -> None:
    files = {"1.csv": HEAD + ONE}
    nights(files)
    other = nights(files, **changed)
    assert (other.read, other.notes) == (["1.csv"], [])
    _same(other, nights(files, kept=None, **changed))
    assert nights(files).read == []  # both are kept, side by side


def test_a_query_is_asked_again_when_any_file_is_new(nights: Nights) -> None:
    told = {**FOLDER, "query": "select *, count(*) over () as rows from source"}
    nights({"1.csv": HEAD + ONE}, touches=told)
    assert nights({"1.csv": HEAD + ONE}, touches=told).read == []
    files = {"1.csv": HEAD + ONE, "2.csv": HEAD + TWO}
    night = nights(files, touches=told)
    assert night.read == ["1.csv", "2.csv"]
    assert "a file that the query asks is new or has other bytes" in night.notes[0]
    _same(night, nights(files, kept=None, touches=told))


def test_many_parts_become_one(
    nights: Nights, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "MOST_PARTS", 2)
    files = {
        f"{i}.csv": HEAD + f"a,visit,2026-01-0{i},,\nb,x,,,\n" for i in range(1, 4)
    }
    for count, expected in ((1, 1), (2, 2), (3, 1)):
        night = nights(dict(list(files.items())[:count]))
        parts = list((tmp_path / "kept").glob("*/*.touches.parquet"))
        assert len(parts) == expected
    assert [r["file"] for r in night.quarantine] == ["1.csv", "2.csv", "3.csv"]
    assert nights(files).read == []
    _same(nights(files), nights(files, kept=None))


def test_a_source_among_what_is_kept_is_refused(nights: Nights) -> None:
    with pytest.raises(ConfigError, match="would be read as a source of touches"):
        nights({"1.csv": HEAD + ONE}, kept="t")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"cannot keep touches: .*\. Name a folder"):
        kept_in(tmp_path / "file").__enter__()


# --- one night at a time -------------------------------------------------------------


def test_a_second_night_is_refused_with_the_firsts_number(tmp_path: Path) -> None:
    with kept_in(tmp_path), pytest.raises(RunError, match=f"process {os.getpid()}. "):
        kept_in(tmp_path).__enter__()
    with kept_in(tmp_path):
        pass  # free again


def test_the_lock_of_a_dead_process_is_free(tmp_path: Path) -> None:
    python = (
        "import sys, pathlib; from pipeline.intake import kept_in\n"
        f"with kept_in(pathlib.Path({str(tmp_path)!r})):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", python]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment()
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(RunError, match=f"in use by process {other.pid}. Wait"):
            kept_in(tmp_path).__enter__()
        other.send_signal(signal.SIGKILL)
        other.wait()
    with kept_in(tmp_path):
        pass
