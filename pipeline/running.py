"""One passage through all stages, into one run folder, and what to tell of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from features.documents import json_record
from features.errors import RunError
from models.promoting.gates import repeats_check

from .artefacts import CHECKS, QUALITY
from .checks import report_of, run_checks
from .files import replace_file
from .refusals import verdict_words
from .registering.inheritance import note_champion
from .sections import Config
from .stage import Say, read_manifest
from .stages.order import STAGES

LATEST = "latest.json"
FINISHES = {"explain", "recalibrate"}  # the last stages of a run, of either kind

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

Told = Callable[[str, float], None]


def run_all(config: Config, name: str, *, at: datetime, say: Say, told: Told) -> Path:
    """Run every stage into a new folder, check it, and register the scorer.

    Parameters
    ----------
    name : str
        Of the run folder, which must be new.
    at : datetime
        When the run was started.
    told : callable
        Told each stage's name and its seconds, when it is done.

    Raises
    ------
    RunError
        When it cannot be a folder's name, or there is a run of that name.
    """
    folder = new_run(config, name)
    note_champion(config, folder)
    for stage in STAGES:
        work = partial(stage.run, config, folder, at=at, say=say)
        with_seconds(stage.name, told, work)
    finish(config, folder, say=say, told=told)
    return folder


def finish(config: Config, folder: Path, *, say: Say, told: Told) -> None:
    """Check what the stages have made, call it the last run, and register its scorer.

    Nothing before this is seen by anybody: a passage that was killed has only left a
    folder behind.
    """
    with_seconds("check", told, lambda: check(config, folder))
    point_to_latest(config, folder)  # it is finished, even if the registry fails
    if config.run.tracking:
        say("registering the scorer")
        with_seconds("register", told, lambda: _register(config, folder))


def new_run(config: Config, name: str) -> Path:
    """Return the folder of a run that is to be made.

    Raises
    ------
    RunError
        When it cannot be a folder's name, or there is a finished run of that name.
    """
    if not _NAME.fullmatch(name):
        raise RunError(
            "A run's name is made of up to 100 letters, digits, '.', '_' and '-', and "
            f"begins with a letter or digit, but it is {name[:120]!r}."
        )
    folder = Path(config.run.folder) / name
    if FINISHES & set(read_manifest(folder).get("stages", {})):
        raise RunError(
            f"{folder} already holds a run. Give this one another name with --name."
        )
    return folder


def check(config: Config, folder: Path, ignored: tuple[str, ...] = ()) -> None:
    """Run the checks over a run folder and write down what they found."""
    findings = run_checks(config, folder, ignored=ignored)
    record = report_of(findings)
    replace_file(folder / CHECKS.file, lambda p: CHECKS.write(record, p))


def issues_standing(folder: Path) -> str:
    """Say which checks found an issue, those first that are gates; empty if none did.

    LL304 is named with its verdict. A check that is a gate and could not look stops a
    promotion as well.
    """
    found = CHECKS.read(folder / CHECKS.file)["findings"]
    issues = [f for f in found if f["answer"] == "issue"]
    gates = [_named(f) for f in issues if repeats_check(f["code"])]
    others = [_named(f) for f in issues if not repeats_check(f["code"])]
    unseen = [
        f["code"]
        for f in found
        if repeats_check(f["code"]) and f["answer"] == "skipped"
    ]
    stand = _stand(gates, others) if issues else ""
    if not unseen:
        return stand
    also = f"what could not be looked at stops a promotion, too: {', '.join(unseen)}"
    return f"{stand}; {also}" if stand else f"{also[0].upper()}{also[1:]}"


def _stand(gates: list[str], others: list[str]) -> str:
    count = len(gates) + len(others)
    stand = f"{count} issue{'' if count == 1 else 's'} stand{'s' if count == 1 else ''}"
    way = "in the way of a promotion"
    if not others:
        return f"{stand} {way}: {', '.join(gates)}"
    if not gates:
        return f"{stand}, none {way}: {', '.join(others)}"
    return f"{stand}, {len(gates)} {way}: {', '.join(gates)}; and {', '.join(others)}"


def _named(found: dict[str, Any]) -> str:
    words = verdict_words(found["figures"])
    return f"{found['code']} ({words})" if words else str(found["code"])


def latest_run(config: Config) -> Path:
    """Return the folder of the last run that was finished.

    Raises
    ------
    RunError
        When none has been, or the file that says which is damaged.
    """
    pointer = Path(config.run.folder) / LATEST
    if not pointer.exists():
        raise RunError(
            f"No run has been finished in {config.run.folder} yet: use `leadlight "
            "run`, or name one with --run."
        )
    try:
        name = json_record(pointer.read_text(encoding="utf-8"))["run"]
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{pointer} is damaged. Remove it, and name a run with --run."
        ) from error
    return Path(config.run.folder) / str(name)


def point_to_latest(config: Config, folder: Path) -> None:
    """Say that this run is the last one."""
    told = json.dumps({"run": folder.name}) + "\n"
    pointer = Path(config.run.folder) / LATEST
    replace_file(pointer, lambda p: p.write_text(told, encoding="utf-8"))


def with_seconds(name: str, told: Told, work: Callable[[], None]) -> None:
    """Do some work and tell how long it took."""
    started = monotonic()
    work()
    told(name, monotonic() - started)


def _register(config: Config, folder: Path) -> None:
    from .registering.tracking import register

    quality: dict[str, Any] = QUALITY.read(folder / QUALITY.file)
    register(config, folder, quality["test"])
