"""The registry's champions: who is, who was, and how the alias moves.

A scorer becomes champion by one call that moves the alias, so that whoever asks sees
the old champion or the new one. Each turn is written down as a tag of the registered
model *before* the alias is moved, and marked as done afterwards: a crash between the
two leaves the old champion, and a turn that is neither done nor in force never was.

Why tags and not an alias ``previous``: a second alias would be a second call, and would
remember one champion only, so that nobody could go back by two.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from features.documents import json_record
from features.errors import ModelError, RunError, few

from ..bundle import Source, open_bundle
from ..sections import Config
from .tracking import (
    BOOSTER_TAG,
    CHAMPION,
    CONTRACT_TAG,
    RUN_TAG,
    registry,
    source_of,
    version_at,
)

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

PROMOTED = "promoted"
ROLLED_BACK = "rolled back"

_TURN = "leadlight.champion."


@dataclass(frozen=True)
class Version:
    """A version in the registry.

    Attributes
    ----------
    version : str
        Its number.
    run : str or None
        The name of the run folder that it came from; None if it does not say.
    run_id : str
        MLflow's name of the run.
    source : Source
    """

    version: str
    run: str | None
    run_id: str
    source: Source


@dataclass(frozen=True)
class Turn:
    """How a version became champion.

    Attributes
    ----------
    version : str
    replaced : str or None
        The champion before it.
    at, by : str
        The instant, ISO 8601 in UTC, and the person.
    how : str
        ``promoted`` or ``rolled back``.
    despite : tuple of str
        The failed gates that did not stop it.
    because : str or None
    done : bool
        Whether the alias is known to have been moved.
    """

    version: str
    replaced: str | None
    at: str
    by: str
    how: str
    despite: tuple[str, ...] = ()
    because: str | None = None
    done: bool = False


def needs_registry(config: Config) -> None:
    """Refuse to go on without a registry.

    Raises
    ------
    RunError
        When ``run.tracking`` is empty.
    """
    if not config.run.tracking:
        raise RunError(
            "There is no registry: run.tracking is ''. Champions are kept in MLflow's; "
            "name a store in run.tracking, and run again so that the scorer is "
            "registered."
        )


def find_version(config: Config, called: str) -> Version | None:
    """Return the version of an alias or of a number; None if there is none.

    Raises
    ------
    ModelError
        When Leadlight did not write it.
    RunError
        When the registry cannot be used.
    """
    needs_registry(config)
    with registry(config) as client:
        found = version_at(client, config.run.model, called)
        return None if found is None else _version(found)


def version_of_run(config: Config, scorer: Source) -> Version | None:
    """Return the newest version whose files are those of a run's scorer."""
    needs_registry(config)
    told = (
        f"name = '{config.run.model}' "
        f"and tags.`{BOOSTER_TAG}` = '{scorer.booster_digest}' "
        f"and tags.`{CONTRACT_TAG}` = '{scorer.contract_digest}'"
    )
    with registry(config) as client:
        found = client.search_model_versions(told)
        newest = max(found, key=lambda v: int(v.version), default=None)
        return None if newest is None else _version(newest)


def log_files(config: Config, run_id: str, files: Iterable[Path]) -> None:
    """Put files to the record of a run."""
    with registry(config) as client:
        for path in files:
            client.log_artifact(run_id, str(path))


def make_champion(config: Config, turn: Turn) -> Turn:
    """Write a turn down and move the alias; the alias itself moves by one call.

    Returns
    -------
    Turn
        With the champion that was replaced, and done.
    """
    name = config.run.model
    with registry(config) as client:
        earlier, now = _turns(client, name), _in_force(client, name)
        last = max(earlier, default=0)
        if last and not earlier[last].done and earlier[last].version == now:
            # Killed after the alias had moved, and before it was marked.
            _write(client, name, last, replace(earlier[last], done=True))
        number, turn = last + 1, replace(turn, replaced=now)
        _write(client, name, number, turn)
        client.set_registered_model_alias(name, CHAMPION, turn.version)
        done = replace(turn, done=True)
        _write(client, name, number, done)
        _annotate(client, name, done)
    return done


def turns(config: Config) -> list[Turn]:
    """Return every turn that came to pass, the oldest first."""
    needs_registry(config)
    with registry(config) as client:
        told = _turns(client, config.run.model)
        now = _in_force(client, config.run.model)
    last = max(told, default=0)
    return [t for n, t in told.items() if t.done or (n == last and t.version == now)]


def champions(turns: Iterable[Turn]) -> list[str]:
    """Return the champions that one can go back to, and last the present one.

    A rollback undoes the turns since, so that the next one goes back further.

    Examples
    --------
    >>> def turn(version, how="promoted"):
    ...     return Turn(version, None, "2026-01-01T00:00:00+00:00", "me", how)
    >>> champions([turn("1"), turn("2"), turn("4"), turn("2", "rolled back")])
    ['1', '2']
    """
    stack: list[str] = []
    for turn in turns:
        if turn.how == ROLLED_BACK and turn.version in stack:
            stack = stack[: stack.index(turn.version)]
        stack.append(turn.version)
    return stack


def roll_back(config: Config, to: str | None, asked: Turn) -> Turn:
    """Make an earlier champion the champion again, if its files are what they were.

    Parameters
    ----------
    to : str or None
        Its version; None: the one before the present one.
    asked : Turn
        When, by whom and because of what; its version is not looked at.

    Raises
    ------
    RunError
        When it never was champion, or there is none to go back to.
    ModelError
        When it is gone, or its files are not what they should be.
    """
    version = _to_go_back_to(config, to)
    found = find_version(config, version)
    if found is None:
        raise ModelError(
            f"Version {version} of {config.run.model} is no longer in the registry. "
            "Name another champion to go back to."
        )
    open_bundle(found.source)
    return make_champion(config, replace(asked, version=version, how=ROLLED_BACK))


def _to_go_back_to(config: Config, to: str | None) -> str:
    told = turns(config)
    present = find_version(config, CHAMPION)
    now = None if present is None else present.version
    earlier = [v for v in champions(told) if v != now]
    every = list(dict.fromkeys(t.version for t in told if t.version != now))
    if not every:
        raise RunError(
            f"{config.run.model} has no earlier champion to go back to: the registry "
            f"records {len(told)} promotion{'' if len(told) == 1 else 's'}."
        )
    if to is not None and to not in every:
        raise RunError(
            f"Version {to} of {config.run.model} is no earlier champion. Those are "
            f"{few(every, 10)}; anything else is promoted through the gates."
        )
    return to or (earlier or every)[-1]


def _in_force(client: MlflowClient, name: str) -> str | None:
    found = version_at(client, name, CHAMPION)
    return None if found is None else str(found.version)


def _turns(client: MlflowClient, name: str) -> dict[int, Turn]:
    """Every turn that was written down, done or not, by number, the oldest first."""
    found = client.search_registered_models(f"name = '{name}'")
    tags = {k: v for model in found for k, v in model.tags.items()}
    told = sorted(key for key in tags if key.startswith(_TURN))
    try:
        return {int(key.removeprefix(_TURN)): _turn(tags[key]) for key in told}
    except (ValueError, TypeError, KeyError) as error:
        raise ModelError(
            f"The registry's record of the champions of {name} is damaged ({error}): "
            f"look at the tags {_TURN}… of the registered model."
        ) from error


def _turn(text: str) -> Turn:
    raw = json_record(text)
    return Turn(**{**raw, "despite": tuple(raw["despite"])})


def _write(client: MlflowClient, name: str, number: int, turn: Turn) -> None:
    told = json.dumps(asdict(turn), ensure_ascii=False)
    client.set_registered_model_tag(name, f"{_TURN}{number:06d}", told)


def _annotate(client: MlflowClient, name: str, turn: Turn) -> None:
    """Say on the version itself, where people look, what was waived and why."""
    if turn.despite:
        told = {"despite": ", ".join(turn.despite), "because": f"{turn.because}"}
        for key, value in told.items():
            client.set_model_version_tag(name, turn.version, f"leadlight.{key}", value)


def _version(found: ModelVersion) -> Version:
    run = found.tags.get(RUN_TAG)
    return Version(str(found.version), run, str(found.run_id), source_of(found))
