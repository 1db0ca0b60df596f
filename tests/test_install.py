"""What is installed: two locks, each complete, in agreement, and with no addresses."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from hatchling import build
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
RUNNING = ROOT / "requirements.lock"
TESTING = ROOT / "tests" / "requirements.lock"
BOTH = pytest.mark.parametrize("lock", [RUNNING, TESTING], ids=["running", "testing"])
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
PROJECT = PYPROJECT["project"]
PROMISED = SpecifierSet(PROJECT["requires-python"])
TO_RUN = [*PROJECT["dependencies"], *PYPROJECT["dependency-groups"]["build"]]
TO_TEST = [*TO_RUN, *PROJECT["optional-dependencies"]["dev"]]


@dataclass(frozen=True)
class Pin:
    """One version of one package, where it applies, and its files by their hashes."""

    name: str
    version: str
    applies: bool
    hashes: frozenset[str]


def pins(lock: Path) -> list[Pin]:
    """Read a lock; a line of it that is neither a pin nor a remark is refused."""
    text = re.sub(r"(?m)^ *#.*\n", "", lock.read_text(encoding="utf-8"))
    entries = text.replace("\\\n", "").strip().splitlines()
    return [_pin(entry) for entry in entries]


def _pin(entry: str) -> Pin:
    line, *hashes = re.split(r" +--hash=", entry.strip())
    requirement = Requirement(line)
    (only,) = requirement.specifier
    assert only.operator == "=="
    applies = requirement.marker is None or requirement.marker.evaluate()
    return Pin(requirement.name, only.version, applies, frozenset(hashes))


def here(lock: Path) -> dict[str, str]:
    """Return what a lock installs on this machine: version by name."""
    versions = {pin.name: pin.version for pin in pins(lock) if pin.applies}
    assert len(versions) == sum(pin.applies for pin in pins(lock))
    return versions


def needed(lines: Iterable[str]) -> set[str]:
    """Return the names of what is needed here, and of what that needs, and so on."""
    names: set[str] = set()
    seen: set[tuple[str, str]] = set()
    waiting = [Requirement(line) for line in lines]
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        names.add(name)
        for extra in {"", *requirement.extras} - {e for n, e in seen if n == name}:
            seen.add((name, extra))
            for line in metadata.requires(name) or []:
                further = Requirement(line)
                marker = further.marker
                if marker is None or marker.evaluate({"extra": extra}):
                    waiting.append(further)
    return names


@BOTH
def test_a_lock_has_a_hash_for_every_file_and_no_address(lock: Path) -> None:
    assert "://" not in lock.read_text(encoding="utf-8")
    assert len(pins(lock)) > 100
    for pin in pins(lock):
        assert pin.hashes, pin.name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", h) for h in pin.hashes)


@pytest.mark.parametrize(
    ("lock", "lines"), [(RUNNING, TO_RUN), (TESTING, TO_TEST)], ids=["run", "test"]
)
def test_a_lock_holds_all_that_is_needed_and_nothing_else(
    lock: Path, lines: list[str]
) -> None:
    assert set(here(lock)) == needed(lines)


def test_the_environment_holds_what_is_locked() -> None:
    installed = {name: metadata.version(name) for name in here(TESTING)}
    assert installed == here(TESTING)


def test_what_runs_the_program_is_the_same_where_it_is_tested() -> None:
    testing = {(pin.name, pin.version, pin.hashes) for pin in pins(TESTING)}
    assert {(pin.name, pin.version, pin.hashes) for pin in pins(RUNNING)} <= testing
    assert here(RUNNING).items() <= here(TESTING).items()


@pytest.mark.parametrize("name", ["pytest", "coverage", "mypy", "ruff", "hypothesis"])
def test_no_tests_need_is_installed_to_run_the_program(name: str) -> None:
    assert name in here(TESTING)
    assert name not in here(RUNNING)


def test_what_builds_the_project_is_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    lines = [
        *PYPROJECT["build-system"]["requires"],
        *build.get_requires_for_build_wheel(),
        *build.get_requires_for_build_editable(),
    ]
    assert len(lines) > 1
    for requirement in map(Requirement, lines):
        assert requirement.specifier.contains(here(RUNNING)[requirement.name])


def test_make_refuses_the_pythons_that_are_not_promised() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (least, above), (first, last) = (
        re.findall(pattern, makefile)[0]
        for pattern in (
            r"\(3, (\d+)\) <= v < \(3, (\d+)\)",
            r"Python 3\.(\d+) to 3\.(\d+);",
        )
    )
    assert SpecifierSet(f">=3.{least},<3.{above}") == PROMISED
    assert (first, last) == (least, str(int(above) - 1))


def test_the_interpreter_is_one_that_is_promised() -> None:
    assert PROMISED.contains("{}.{}.{}".format(*sys.version_info))


def test_the_checks_run_the_oldest_and_the_newest_python_that_is_promised() -> None:
    checks = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    rising, falling = (
        [
            int(minor)
            for minor in re.findall(rf'{end}="\$\(python_of ([\d ]+)\)"', checks)[
                0
            ].split()
        ]
        for end in ("oldest", "newest")
    )
    assert rising == falling[::-1]
    assert rising == [n for n in range(100) if PROMISED.contains(f"3.{n}.0")]
    assert f"Python 3.{rising[-1]}, the newest that is promised" in checks
