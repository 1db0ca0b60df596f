"""A stage: what it reads, what it writes, and the shelf it works at.

The stage's function asks the shelf for artefacts and puts new ones on it; it knows no
paths. The shelf lets it touch only what it declared, and the manifest says afterwards
which bytes were read and which were written.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from features.documents import DocumentError, json_record
from features.errors import RunError

from .artefacts import Artefact
from .files import digest, replace_file
from .sections import Config

Value = TypeVar("Value")
Say = Callable[[str], None]

MANIFEST = "manifest.json"


@dataclass
class Shelf:
    """The artefacts of one run, as one stage may touch them.

    Attributes
    ----------
    folder : Path
        The run folder.
    say : callable
        Told what is going on, in words.
    at : datetime
        When the stage was started; there is no other clock.
    """

    folder: Path
    say: Say
    at: datetime
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    digests: dict[str, dict[str, str]] = field(
        default_factory=lambda: {"reads": {}, "writes": {}}
    )

    def get(self, artefact: Artefact[Value]) -> Value:
        """Read an artefact that an earlier stage has written."""
        if artefact.file not in self.reads:
            raise TypeError(
                f"The stage does not declare that it reads {artefact.file}."
            )
        path = self.folder / artefact.file
        if not path.exists():
            raise RunError(
                f"{path} is missing: an earlier stage writes it. Use `leadlight run`, "
                "or run the stages in their order: intake, build, train, calibrate, "
                "explain."
            )
        self.digests["reads"][artefact.file] = digest(path)
        try:
            return artefact.read(path)
        except (ValueError, OSError) as error:  # among them those of JSON and Parquet
            raise RunError(
                f"{path} is damaged; run the stage that writes it again."
            ) from error

    def find(self, artefact: Artefact[Value]) -> Value | None:
        """Read an artefact that need not be there; None where it is not."""
        is_there = (self.folder / artefact.file).exists()
        return self.get(artefact) if is_there else None

    def put(self, artefact: Artefact[Value], value: Value) -> None:
        """Write an artefact, whole or not at all."""
        if artefact.file not in self.writes:
            raise TypeError(
                f"The stage does not declare that it writes {artefact.file}."
            )
        path = self.folder / artefact.file
        replace_file(path, lambda beside: artefact.write(value, beside))
        self.digests["writes"][artefact.file] = digest(path)

    def note(self, path: Path) -> None:
        """Enter a file that was written in other ways into the manifest."""
        name = path.relative_to(self.folder).as_posix()
        self.digests["writes"][name] = digest(path)


@dataclass(frozen=True)
class Stage:
    """One step of the pipeline; its name is also its command.

    Attributes
    ----------
    name, summary : str
    reads, writes : tuple of Artefact
        What its function may ask for, and what it leaves behind.
    work : callable
        Takes the configuration and the shelf.
    """

    name: str
    summary: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    work: Callable[[Config, Shelf], None]

    def run(self, config: Config, folder: Path, *, at: datetime, say: Say) -> None:
        """Do the work in a run folder and write down what was read and written."""
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.rglob(".*.part"):  # by a stage that was killed
            left.unlink(missing_ok=True)
        shelf = Shelf(folder, say, at, self.reads, self.writes)
        self.work(config, shelf)
        manifest = read_manifest(folder)
        manifest["versions"] = _versions()
        manifest["config"] = config.model_dump(mode="json", by_alias=True)
        manifest.setdefault("stages", {})[self.name] = {
            "started_at": at.isoformat(),
            **shelf.digests,
        }
        told = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
        replace_file(folder / MANIFEST, lambda p: _write(p, told))


def stage(
    *,
    reads: tuple[Artefact[Any], ...] = (),
    writes: tuple[Artefact[Any], ...],
) -> Callable[[Callable[[Config, Shelf], None]], Stage]:
    """Declare a function to be a stage; its docstring's first line is its help."""

    def declare(work: Callable[[Config, Shelf], None]) -> Stage:
        summary = (work.__doc__ or "").strip().splitlines()[0]
        files = (tuple(a.file for a in reads), tuple(a.file for a in writes))
        return Stage(work.__name__, summary, *files, work)

    return declare


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the run's manifest; empty where nothing has run yet."""
    path = folder / MANIFEST
    if not path.exists():
        return {}
    try:
        manifest = json_record(path.read_text(encoding="utf-8"))
        _check_manifest(manifest)
    except ValueError as error:
        raise RunError(
            f"{path} is damaged ({error}). Run the pipeline again under another name."
        ) from error
    return manifest


def _check_manifest(manifest: dict[str, Any]) -> None:
    """Refuse a manifest whose fields are not what those who read it go by."""
    for name in ("stages", "config", "versions"):
        _record_of(manifest.get(name, {}), name)
    for name, section in manifest.get("config", {}).items():
        if name in Config.model_fields and not isinstance(section, dict | list | None):
            raise DocumentError(f"its config.{name} is no section")
    for name, passage in manifest.get("stages", {}).items():
        told = _record_of(passage, f"stages.{name}")
        for which in ("reads", "writes"):
            digests = _record_of(told.get(which), f"stages.{name}.{which}")
            if not all(isinstance(each, str) for each in digests.values()):
                raise DocumentError(f"its stages.{name}.{which} holds no digests")


def _record_of(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DocumentError(f"its {name} is no record")
    return value


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _versions() -> dict[str, str]:
    return {name: version(name) for name in ("leadlight", "lightgbm", "duckdb")}
