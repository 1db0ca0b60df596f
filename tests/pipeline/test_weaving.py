"""The feature table comes whole, however often its build was killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.artefacts import FEATURES
from pipeline.files import digest
from pipeline.weaving import SCRATCH
from tests.pipeline.demo_run import CHANGES, Demo
from tests.pipeline.processes import Leadlight, killed_when

IN_FOUR = "from features.past.parts import Part\nimport pipeline.weaving as w\n" \
    "w.parts_of = lambda *_: Part.several(4)\n"  # fmt: skip


@pytest.fixture
def run(demo: Demo, tmp_path: Path) -> Path:
    """A run folder of which only the intake is done."""
    return demo.taken_in(tmp_path)


def build(leadlight: Leadlight, run: Path, first: str = "") -> int:
    changes = [a for c in CHANGES for a in ("--set", c)]
    args = ("build", "-q", "--run", str(run), *changes)
    return leadlight(*args, cwd=run.parents[1], first=IN_FOUR + first).code


def parts(run: Path) -> dict[str, int]:
    return {p.name: p.stat().st_mtime_ns for p in (run / SCRATCH).glob("*.parquet")}


def test_a_build_that_was_killed_between_and_inside_parts_goes_on_where_it_was(
    demo: Demo, leadlight: Leadlight, run: Path
) -> None:
    # Just before the second part has its name: it is lost, the first is not.
    assert build(leadlight, run, killed_when("name.endswith('064-128.parquet')")) == -9
    first = parts(run)
    assert [n[-15:] for n in first] == ["000-064.parquet"]
    assert len(list((run / SCRATCH).glob(".*.part"))) == 1

    # While the third is being computed: two are there, and the first is the same file.
    assert build(leadlight, run, _KILLED_INSIDE_THE_THIRD) == -9
    second = parts(run)
    assert len(second) == 2
    assert first.items() <= second.items()
    assert not (run / FEATURES.file).exists()

    assert build(leadlight, run) == 0
    assert digest(run / FEATURES.file) == digest(demo.run / FEATURES.file)
    assert not (run / SCRATCH).exists()
    assert not list(run.rglob("*.part"))


_KILLED_INSIDE_THE_THIRD = """
import os, signal
import features.past.answers as a
sum_up, done = a._in_blocks, []
def killing(*given):
    sum_up(*given)
    done.append(1)
    if len(done) == 2:  # of this process: the second part, then the third
        os.kill(os.getpid(), signal.SIGKILL)
a._in_blocks = killing
"""


def test_parts_of_another_catalogue_are_not_taken_for_its_own(
    demo: Demo, leadlight: Leadlight, run: Path
) -> None:
    assert build(leadlight, run, killed_when("name.endswith('128-192.parquet')")) == -9
    left = parts(run)
    assert len(left) == 2

    changes = [a for c in CHANGES for a in ("--set", c)]
    args = ("build", "-q", "--run", str(run), "--set", "signals.lookbacks_days=[7]")
    done = leadlight(*args, *changes, cwd=run.parents[1], first=IN_FOUR)

    assert done.code == 0
    assert digest(run / FEATURES.file) != digest(demo.run / FEATURES.file)
    assert not (run / SCRATCH).exists()
