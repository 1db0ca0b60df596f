"""One small demo run that many tests look at, and the truth, which it never saw."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from features.world import World
from pipeline.config import load_config
from pipeline.demo import write_company
from pipeline.running import run_all
from pipeline.sections import Config

WORLD = World(seed=2, leads=1000)
RUN = "first"
STARTED_AT = datetime(2026, 7, 3, tzinfo=UTC)
# Two depths rather than six, one booster and one thread: seconds rather than minutes.
CHANGES = (
    "train.depths=[1, 2]", "train.half_lives=[]", "train.members=1", "train.threads=1",
    "run.threads=1", 'run.tracking=""',
)  # fmt: skip


@dataclass(frozen=True)
class Demo:
    """A demo as it lies on disk; nobody writes into it.

    Attributes
    ----------
    folder : Path
        With ``data`` and ``leadlight.toml``.
    config : Config
        As the run had it.
    truth : DataFrame
        Its file was removed before the pipeline first ran.
    seconds : dict
        Of each stage.
    """

    folder: Path
    config: Config
    truth: pd.DataFrame
    seconds: dict[str, float]

    @property
    def run(self) -> Path:
        """The run folder."""
        return self.folder / "runs" / RUN

    @property
    def config_file(self) -> Path:
        """The configuration."""
        return self.folder / "leadlight.toml"

    def copy(self, to: Path, *, runs: bool = False) -> Path:
        """Copy the company, and its runs if asked, for a test to change."""
        for name in ("data", "runs") if runs else ("data",):
            shutil.copytree(self.folder / name, to / name)
        shutil.copy(self.config_file, to)
        return to

    def taken_in(self, to: Path) -> Path:
        """Copy the company, and give a run folder of which only the intake is done."""
        run = self.copy(to) / "runs" / "again"
        run.mkdir(parents=True)
        (run / "tables").symlink_to(self.run / "tables")
        for name in ("intake.json", "manifest.json"):
            shutil.copy(self.run / name, run)
        return run

    def changed(self, folder: Path, *changes: str) -> Config:
        """Return the configuration of a copy."""
        return load_config(folder / "leadlight.toml", (*CHANGES, *changes))

    def table(self, name: str) -> pd.DataFrame:
        """Return a Parquet artefact of the run."""
        return pd.read_parquet(self.run / f"{name}.parquet")


def make_demo(folder: Path) -> Demo:
    """Write a company, take its truth away, and run the pipeline, without MLflow."""
    write_company(folder, WORLD)
    truth = pd.read_parquet(folder / "truth.parquet")
    (folder / "truth.parquet").unlink()
    config = load_config(folder / "leadlight.toml", CHANGES)
    seconds: dict[str, float] = {}
    told = seconds.__setitem__
    run_all(config, RUN, at=STARTED_AT, say=lambda _: None, told=told)
    return Demo(folder, config, truth, seconds)


def lines(path: Path) -> list[list[str]]:
    """Return the cells of a CSV file in which no cell holds a comma."""
    return [line.split(",") for line in path.read_text("utf-8").splitlines()]


def write_lines(path: Path, rows: list[list[str]]) -> Path:
    """Write such a file."""
    path.write_text("".join(",".join(row) + "\n" for row in rows), "utf-8")
    return path


def record(path: Path) -> dict[str, Any]:
    """Read a JSON artefact."""
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return value
