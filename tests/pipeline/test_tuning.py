"""A search goes on where it was, and leaves the configuration to its owner."""

from __future__ import annotations

import tomllib
from pathlib import Path

from models.learning.conversion import Recipe
from models.learning.tuning import Tuned
from pipeline.training.tuning import STUDY, TUNED, lines_of
from tests.pipeline.demo_run import CHANGES, RUN, Demo
from tests.pipeline.processes import Leadlight


def test_trials_are_kept_and_gone_on_with(
    demo: Demo, leadlight: Leadlight, tmp_path: Path
) -> None:
    demo.copy(tmp_path, runs=True)
    run = tmp_path / "runs" / RUN
    before = {p.name: p.stat().st_mtime_ns for p in run.iterdir()}
    quick = [f"--set={c}" for c in (*CHANGES, "train.most_rounds=10")]

    def tuned(trials: int) -> str:
        done = leadlight(
            "tune", "-q", "--run", str(run), "--trials", str(trials), *quick,
            cwd=tmp_path,
        )  # fmt: skip
        assert done.code == 0, done.err
        return done.out

    first = tuned(2)
    kept = (tmp_path / "runs" / STUDY).read_text()
    again, more = tuned(2), tuned(3)

    assert first == again
    assert first.startswith("2 trials. The best has a log loss of 0.")
    assert more.startswith("3 trials.")
    assert (tmp_path / "runs" / STUDY).read_text().startswith(kept)
    assert {p.name: p.stat().st_mtime_ns for p in run.iterdir()} == before
    # Ten rounds of the ladder's slow recipe are easily beaten, or they are not: what
    # is said and what is written agree.
    is_taken = "keep the ladder" not in more
    assert (tmp_path / "runs" / TUNED).exists() is is_taken


def test_what_is_written_can_be_laid_over_a_configuration(demo: Demo) -> None:
    recipe = Recipe(0.05, leaf_rows=25, column_share=0.33, row_share=0.9, l2=12.5)

    told = tomllib.loads(lines_of(Tuned(3, recipe, 0.40, 0.42, -0.02, 0.01)))

    changes = [f"train.{key}={value}" for key, value in told["train"].items()]
    section = demo.changed(demo.folder, *changes).train
    assert (section.depths, section.leaf_rows) == ((3,), 25)
    assert (section.learning_rate, section.l2) == (0.05, 12.5)
    assert (section.column_share, section.row_share) == (0.33, 0.9)
