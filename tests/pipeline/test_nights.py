"""Nights on the demo: scores by new files alone are the scores by all files."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.bundle import open_bundle, source_of_run
from pipeline.intake import loading, records
from pipeline.night.scoring import score_leads
from tests.pipeline.demo_run import WORLD, Demo, lines, write_lines
from tests.pipeline.processes import Done, Leadlight, killed_at

AT = WORLD.known_until
NIGHTS = 3
SET = ("--set", "run.tracking=''", "--set", "run.threads=1")


def _split(folder: Path, seed: int) -> list[Path]:
    """Spread the rows over a file a night, at random: some twice, many late."""
    chance = random.Random(seed)
    whole = folder / "data" / "touches.csv"
    head, *rows = lines(whole)
    files: list[list[list[str]]] = [[head] for _ in range(NIGHTS)]
    for row in rows:
        chance.choice(files).append(row)
        if chance.random() < 0.05:
            chance.choice(files).append(row)
    whole.unlink()
    aside = folder / "aside"
    aside.mkdir()
    (folder / "data" / "touches").mkdir()
    config = folder / "leadlight.toml"
    told = config.read_text("utf-8").replace("data/touches.csv", "data/touches")
    config.write_text(told, "utf-8")
    return [write_lines(aside / f"{n}.csv", f) for n, f in enumerate(files)]


def test_scores_by_new_files_are_the_scores_by_all_files(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    copy = records.copy_records

    def copied(path: Path, *args: Any, **named: Any) -> Any:
        read.append(path.name)
        return copy(path, *args, **named)

    monkeypatch.setattr(loading, "copy_records", copied)
    folder = demo.copy(tmp_path / "demo")
    bundle = open_bundle(source_of_run(demo.run))
    leads = folder / "data" / "tonight.csv"
    for night in _split(folder, seed=4):
        shutil.move(night, folder / "data" / "touches")
        read.clear()
        kept = demo.changed(folder, 'run.kept="kept"')
        new = score_leads(kept, bundle, leads, at=AT)
        assert [n for n in read if n[0].isdigit()] == [night.name]
        full = score_leads(demo.changed(folder), bundle, leads, at=AT)
        pd.testing.assert_frame_equal(new.table, full.table, check_exact=True)
        pd.testing.assert_frame_equal(new.ledger, full.ledger, check_exact=True)
    assert (folder / "kept").is_dir()  # beside the configuration


# --- killed --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def second_night(
    demo: Demo, leadlight: Leadlight, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path]:
    """A company on its second night, one file being kept and one new; and a copy."""
    folder = demo.copy(tmp_path_factory.mktemp("nights") / "demo")
    one, two, _ = _split(folder, seed=5)
    shutil.move(one, folder / "data" / "touches")
    assert _score(demo, leadlight, folder).code == 0
    shutil.move(two, folder / "data" / "touches")
    return folder, Path(shutil.copytree(folder, folder.with_name("copy")))


@pytest.fixture
def tonight(second_night: tuple[Path, Path]) -> Path:
    """That folder, as if no other test had been there: what is kept is of its place."""
    folder, copy = second_night
    shutil.rmtree(folder)
    return Path(shutil.copytree(copy, folder))


def _score(demo: Demo, leadlight: Leadlight, folder: Path, first: str = "") -> Done:
    """Score tonight's leads by the command, keeping touches."""
    return leadlight(
        "score", "data/tonight.csv", "--out", "scores.csv", "--run", demo.run,
        "--at", AT.strftime("%Y-%m-%d"), "--kept", "kept", *SET,
        cwd=folder, first=first,
    )  # fmt: skip


MERGING = "import pipeline.intake.nightly as nightly\nnightly.MOST_PARTS = 1\n"


@pytest.mark.parametrize(
    ("before", "first"),
    [
        ("000002.touches.parquet", ""),
        ("000002.quarantine.parquet", ""),
        ("parts.json", ""),
        ("000003.touches.parquet", MERGING),
        ("000003.quarantine.parquet", MERGING),
    ],
)
def test_a_night_that_is_killed_leaves_no_trace(
    before: str, first: str, demo: Demo, leadlight: Leadlight, tonight: Path
) -> None:
    (record,) = (tonight / "kept").glob("*/parts.json")
    old = record.read_text("utf-8")
    assert _score(demo, leadlight, tonight).code == 0
    scores, kept = (tonight / "scores.csv").read_bytes(), _kept(tonight)
    shutil.rmtree(tonight)
    shutil.copytree(tonight.with_name("copy"), tonight)
    killed = _score(demo, leadlight, tonight, first=first + killed_at(before))
    assert killed.code == -9
    assert (record.read_text("utf-8") == old) == (not first)
    assert _kept(tonight) != kept
    again = _score(demo, leadlight, tonight)
    assert (again.code, again.err) == (0, "")
    assert (tonight / "scores.csv").read_bytes() == scores
    assert _kept(tonight) == kept


def _kept(folder: Path) -> list[str]:
    (shelf,) = (folder / "kept").glob("touches-*")
    return sorted(p.name for p in shelf.iterdir())


def test_reading_anew_is_told_in_one_line(
    demo: Demo, leadlight: Leadlight, tonight: Path
) -> None:
    (tonight / "data" / "touches" / "0.csv").unlink()
    done = _score(demo, leadlight, tonight)
    assert done.code == 0
    (line,) = done.err.splitlines()
    assert line.startswith("Of a source of touches, '0.csv' is gone, or changed")
