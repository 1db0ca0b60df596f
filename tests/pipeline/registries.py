"""A registry of a test's own, and commands run against it in this process.

In this process, since MLflow takes seconds to import; the commands are the real ones,
and so are MLflow and its SQLite file.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.artefacts import QUALITY
from pipeline.cli import main
from pipeline.config import load_config
from pipeline.registering.registry import find_version
from pipeline.registering.tracking import Registered, register
from pipeline.sections import Config
from tests.pipeline.demo_run import CHANGES, Demo
from tests.pipeline.processes import Done

Run = Callable[..., Done]


@contextmanager
def mlflows_own_warnings() -> Iterator[None]:
    """Let MLflow warn of itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def house(demo: Demo, folder: Path) -> Config:
    """Copy the demo with its run, and give it a registry."""
    demo.copy(folder, runs=True)
    return load_config(folder / "leadlight.toml", (*CHANGES, STORE))


STORE = 'run.tracking="sqlite:///mlflow.db"'


def registered(config: Config, run: str) -> Registered:
    """Register a run of the house as a challenger."""
    folder = Path(config.run.folder) / run
    with mlflows_own_warnings():
        return register(config, folder, QUALITY.read(folder / QUALITY.file)["test"])


def champion(config: Config) -> str | None:
    """Return the version of the champion."""
    with mlflows_own_warnings():
        found = find_version(config, "champion")
    return None if found is None else found.version


def leadlight(folder: Path, *args: str) -> Done:
    """Run a command on the house in a folder, in this process."""
    name, *rest = args
    told = [name, "-c", str(folder / "leadlight.toml")]
    for change in (*CHANGES, STORE):
        told += ["--set", change]
    told += rest  # last, so that a test may change what all tests have
    with pytest.MonkeyPatch.context() as patch:
        out, err = _Heard(), _Heard()
        patch.setattr(sys, "argv", ["leadlight", *told])
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        code = 0
        try:
            with mlflows_own_warnings():
                main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    return Done(code, out.text, err.text)


class _Heard:
    """What a command writes to a stream."""

    encoding = "utf-8"

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        """Keep it."""
        self.text += text
        return len(text)

    def flush(self) -> None:
        """There is nothing to flush."""

    def isatty(self) -> bool:
        """Nobody looks."""
        return False
