"""The scorers that can be compared and promoted, by whatever name they are called.

``challenger`` and ``champion`` are aliases of the registry, a number is one of its
versions, and anything else is a run folder: as a path, or by its name among the runs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from features.errors import ModelError, RunError
from models.contract import Contract

from ..bundle import Bundle, Source, open_bundle, source_of_run
from ..config import defaults
from ..files import digest
from ..sections import Config
from ..stage import MANIFEST, read_manifest
from .registry import Version, find_version, version_of_run

ALIASES = ("challenger", "champion")


@dataclass(frozen=True, eq=False)
class Contender:
    """A scorer, and the run that it came from as far as that is here.

    Attributes
    ----------
    bundle : Bundle
        As it is served, checked.
    folder : Path or None
        Its run folder; None where that is not on this machine.
    version : Version or None
        In the registry; None where it was asked for as a run folder.
    """

    bundle: Bundle
    folder: Path | None
    version: Version | None

    @property
    def contract(self) -> Contract:
        """What the scorer expects and promises."""
        return self.bundle.contract

    @property
    def words(self) -> str:
        """What to call it in a sentence."""
        run = None if self.folder is None else f"run {self.folder.name}"
        version = None if self.version is None else f"version {self.version.version}"
        if version and run:
            return f"{version} ({run})"
        return version or run or self.bundle.version

    def run_folder(self) -> Path:
        """Return the run folder, which is needed.

        Raises
        ------
        RunError
            When it is not here.
        """
        if self.folder is None:
            raise RunError(
                f"The run folder of {self.words} is not among the runs here, and its "
                "test rows lie there. Bring it back, or set run.folder."
            )
        return self.folder

    def registered(self, config: Config) -> Contender:
        """Return it with its version in the registry.

        Raises
        ------
        ModelError
            When it is in none.
        """
        if self.version is not None:
            return self
        found = version_of_run(config, source_of_run(self.run_folder()))
        if found is None:
            raise ModelError(
                f"The scorer of {self.run_folder()} is not in the registry of "
                f"{config.run.model}. `leadlight run` registers what it makes; one "
                "that was changed since has to be made by a new run."
            )
        # What is promoted is what lies in the registry, so that is what is checked.
        return replace(self, version=found, bundle=open_bundle(found.source))


def find_contender(config: Config, called: str) -> Contender:
    """Return the scorer of a run folder, an alias or a version, checked.

    Raises
    ------
    ModelError
        When there is none, or its files are not what they should be.
    RunError
        When the run was not finished, or the registry cannot be used.
    """
    is_registered = called in ALIASES or called.isdecimal()
    if not is_registered:
        folder = _folder(config, called)
        return Contender(open_bundle(source_of_run(folder)), folder, None)
    found = find_version(config, called)
    if found is None:
        what = "version" if called.isdecimal() else "alias"
        raise ModelError(
            f"The registry holds no {what} {called} of {config.run.model!r}. "
            "`leadlight run` registers a challenger; or name a run folder."
        )
    return Contender(open_bundle(found.source), _folder_of(config, found), found)


def config_of(config: Config, folder: Path) -> Config:
    """Return the configuration that a run was made with; places are today's.

    Keys that a later version of Leadlight has brought have their defaults.

    Raises
    ------
    RunError
        When this version of Leadlight cannot read it.
    """
    raw: dict[str, Any] = read_manifest(folder).get("config", {})
    try:
        then = Config.model_validate(_filled(raw))
    except ValidationError as error:
        raise RunError(
            f"The configuration in {folder / MANIFEST} is not one that this version of "
            "Leadlight reads. Run again under another name."
        ) from error
    return then.model_copy(update={"run": config.run})


def _filled(raw: dict[str, Any]) -> dict[str, Any]:
    filled = defaults()
    for name, section in raw.items():
        known = filled.get(name)
        both = isinstance(section, dict) and isinstance(known, dict)
        filled[name] = {**known, **section} if both and known else section
    return filled


def check_written(folder: Path, files: tuple[str, ...]) -> None:
    """Refuse a run folder in which a file is not the one that a stage wrote.

    Raises
    ------
    RunError
        Naming the file.
    """
    stages = read_manifest(folder).get("stages", {})
    written = {n: d for stage in stages.values() for n, d in stage["writes"].items()}
    for name in files:
        path = folder / name
        if not path.exists() or digest(path) != written.get(name):
            raise RunError(
                f"{path} is missing or not the file that the run wrote, so nothing can "
                "be decided from it. Run again under another name."
            )


def _folder(config: Config, called: str) -> Path:
    for folder in (Path(called), Path(config.run.folder) / called):
        if (folder / MANIFEST).exists():
            return folder
    raise RunError(
        f"{called!r} is neither a run folder, nor the name of one in "
        f"{config.run.folder}, nor a version or alias ({', '.join(ALIASES)}) of the "
        "registry."
    )


def _folder_of(config: Config, found: Version) -> Path | None:
    """The folder of that name among the runs, if its scorer is the registered one."""
    if found.run is None:
        return None
    folder = Path(config.run.folder) / found.run
    if not (folder / MANIFEST).exists():
        return None
    return folder if _same(source_of_run(folder), found.source) else None


def _same(one: Source, other: Source) -> bool:
    ours = one.booster_digest, one.contract_digest
    return ours == (other.booster_digest, other.contract_digest)
