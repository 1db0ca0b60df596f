"""Compiled code is kept where it can be written, and never with a stranger's."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import features
from features import compilation

HERE = Path(str(features.__file__)).parent
TWICE = """
from features.compilation import compiled

@compiled
def twice(number):
    return 2 * number

@compiled
def thrice(number):
    return 3 * number
"""
ASK = """
import os, pathlib
for name in ("HOME", "INSTALLED"):
    try:
        (pathlib.Path(os.environ[name]) / "new").touch()
    except PermissionError:
        print(name, "cannot be written")
from features.twice import thrice, twice
print(twice(21), thrice(2), sum(twice.stats.cache_hits.values()))
"""
SENTENCE = (
    "leadlight: neither the program's folder nor the home folder can be written, so "
    "compiled code is kept in {}. NUMBA_CACHE_DIR can name another folder.\n"
)


class Machine:
    """An installed program, a home and a folder for temporary files."""

    def __init__(self, folder: Path) -> None:
        self.installed, self.home = folder / "installed", folder / "home"
        self.temporary = folder / "tmp"
        self.own = self.temporary / f"leadlight-{os.getuid()}"
        source = self.installed / "features"
        shutil.copytree(HERE, source, ignore=shutil.ignore_patterns("__pycache__"))
        (source / "twice.py").write_text(TWICE, encoding="utf-8")
        for place in (self.home, self.temporary):
            place.mkdir()

    def lock(self) -> None:
        """Take the right to write away, from the program's folder and from home."""
        for place in (self.home, self.installed, *self.installed.rglob("*")):
            place.chmod(0o555 if place.is_dir() else 0o444)

    def unlock(self) -> None:
        """Give it back, so that the folders can be removed."""
        for place in (self.home, self.installed, *self.installed.rglob("*")):
            place.chmod(0o755 if place.is_dir() else 0o644)

    def run(self, **more: str) -> subprocess.CompletedProcess[str]:
        """Compile two functions and call them, in a process of its own."""
        plain = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA")}
        return subprocess.run(
            [sys.executable, "-c", ASK],
            env={
                **plain, "HOME": str(self.home), "TMPDIR": str(self.temporary),
                "PYTHONPATH": str(self.installed), "INSTALLED": str(self.installed),
                "XDG_CACHE_HOME": str(self.home), **more,
            },
            cwd=self.temporary, preexec_fn=_obey_modes,
            capture_output=True, text=True, check=False,
        )  # fmt: skip


def _obey_modes() -> None:
    """Take from root, in the process to be, the right to write whatever it likes."""
    drop_from_bounds, write_anything = 24, 1  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE
    ctypes.CDLL(None).prctl(drop_from_bounds, write_anything, 0, 0, 0)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def locked(machine: Machine) -> Iterator[Machine]:
    machine.lock()
    yield machine
    machine.unlock()


READ_ONLY = "HOME cannot be written\nINSTALLED cannot be written\n"


def test_a_read_only_program_and_home_compile_and_say_once_where(
    locked: Machine,
) -> None:
    first = locked.run()
    assert first.stdout == f"{READ_ONLY}42 6 0\n"
    assert first.stderr == SENTENCE.format(locked.own)
    assert locked.own.stat().st_mode & 0o777 == 0o700
    again = locked.run()  # reads what the first has kept
    assert again.stdout == f"{READ_ONLY}42 6 1\n"
    assert again.stderr == first.stderr


@pytest.mark.parametrize("whose", ["a link", "open to others", "a file"])
def test_a_folder_that_somebody_else_may_fill_is_not_taken(
    locked: Machine, whose: str
) -> None:
    elsewhere = locked.temporary / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    if whose == "a link":
        locked.own.symlink_to(elsewhere)
    elif whose == "a file":
        locked.own.touch()
    else:
        locked.own.mkdir()
        locked.own.chmod(0o777)
    before = sorted(locked.temporary.iterdir())
    done = locked.run()
    assert done.stdout == f"{READ_ONLY}42 6 0\n"
    assert done.stderr.count("\n") == 1
    assert ", until the command ends. " in done.stderr
    assert sorted(locked.temporary.rglob("*")) == before  # nothing in it, nothing left


def test_another_users_folder_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    stranger = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: stranger)
    theirs = tmp_path / f"leadlight-{stranger}"
    theirs.mkdir(mode=0o700)
    assert compilation._temporary_folder() != theirs
    assert "until the command ends" in capsys.readouterr().err


def test_code_is_kept_beside_the_source_where_that_can_be_written(
    machine: Machine,
) -> None:
    done = machine.run()
    assert (done.stdout, done.stderr) == ("42 6 0\n", "")
    kept = machine.installed / "features" / "__pycache__"
    assert len(list(kept.glob("twice.*.nbi"))) == 2
    assert list(machine.temporary.iterdir()) == []


def test_code_is_kept_at_home_where_only_that_can_be_written(locked: Machine) -> None:
    locked.home.chmod(0o755)
    done = locked.run()
    assert (done.stdout, done.stderr) == ("INSTALLED cannot be written\n42 6 0\n", "")
    assert len(list(locked.home.rglob("twice.*.nbi"))) == 2


def test_code_is_kept_where_the_environment_says(locked: Machine) -> None:
    place = locked.temporary / "asked" / "for"
    done = locked.run(NUMBA_CACHE_DIR=str(place))
    assert (done.stdout, done.stderr) == (f"{READ_ONLY}42 6 0\n", "")
    assert len(list(place.rglob("twice.*.nbi"))) == 2


def test_a_place_that_is_asked_for_and_cannot_be_written_is_one_sentence(
    locked: Machine,
) -> None:
    place = locked.home / "code"
    done = locked.run(NUMBA_CACHE_DIR=str(place))
    assert done.stderr.splitlines()[-1] == (
        "features.errors.ConfigError: The environment variable NUMBA_CACHE_DIR names "
        f"the folder for compiled code, {place}, which cannot be written (Permission "
        "denied). Name a folder that can be written, or none."
    )


def test_a_fault_that_is_not_the_folders_is_not_hidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compilation.SETTINGS, "CACHE_DIR", str(tmp_path))
    with pytest.raises(RuntimeError):  # what is in no file has no code to keep
        exec("@compiled\ndef nowhere(): ...", {"compiled": compilation.compiled})
