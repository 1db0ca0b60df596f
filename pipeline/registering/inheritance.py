"""Where 50 points lie: as configured, as under the champion, or as the data have it.

The champion is looked up once, when a run begins, and kept in the run folder: a stage
reads that file and not the registry, so that running it again gives the same, whoever
has become champion meanwhile.

Why a registry that does not answer stops no run: a run publishes nothing, and learning
must not wait for a server. The run says so, and the gate ``scale`` holds its scorer
back from promotion if its points would mean other odds than the champion's.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from features.errors import LeadlightError
from models.contract import Contract
from models.points import log_odds_of, probability_of

from ..artefacts import CHAMPION_THEN
from ..company import rule_of
from ..files import replace_file
from ..sections import Config


@dataclass(frozen=True)
class Reference:
    """The log-odds that are worth 50 points, and where they come from.

    Attributes
    ----------
    value : float
        ẑ_ref.
    origin : str
        ``configured``, ``champion`` or ``rate``.
    version : str or None
        Of the champion that it is inherited from.
    said : str
        All of it in a sentence.
    """

    value: float
    origin: str
    version: str | None
    said: str

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the value."""
        return {k: v for k, v in asdict(self).items() if k != "value"}


def note_champion(config: Config, folder: Path) -> None:
    """Write down who is champion as a run begins, once, where it could matter."""
    path = folder / CHAMPION_THEN.file
    is_free = config.points.reference_rate is None
    if config.run.tracking and is_free and not path.exists():
        told = _champion(config)
        replace_file(path, lambda p: CHAMPION_THEN.write(told, p))


def reference_of(
    config: Config, champion: dict[str, Any] | None, rate: float
) -> Reference:
    """Settle the reference of a run.

    Parameters
    ----------
    champion : dict or None
        What :func:`note_champion` wrote; None where it wrote nothing.
    rate : float
        Of outcomes before the test block, in (0, 1).
    """
    if config.points.reference_rate is not None:
        rate = config.points.reference_rate
        value = float(log_odds_of([rate])[0])
        said = f"50 points are a rate of {rate:.2%}, as points.reference_rate says."
        return Reference(value, "configured", None, said)
    if champion is not None and champion.get("version") is not None:
        differs = _different(config, champion)
        if not differs:
            return _inherited(champion)
        why = (
            f"The champion (version {champion['version']}) has another "
            f"{' and '.join(differs)}, so its points cannot be kept."
        )
    else:
        why = str((champion or {}).get("said", "There is no registry to inherit from."))
    said = f"{why} 50 points are the rate before the test block, {rate:.2%}."
    return Reference(float(log_odds_of([rate])[0]), "rate", None, said)


def meaning_of(contract: Contract) -> dict[str, Any]:
    """What a scorer's probabilities are of; equal meanings can be compared."""
    return {
        "conversion": contract.conversion,
        "horizon": contract.horizon_days,
        "column of deadlines": contract.ending.get("until"),
        "snapshot rule": _plain(contract.snapshots),
    }


def _inherited(champion: dict[str, Any]) -> Reference:
    value, version = float(champion["reference"]), str(champion["version"])
    rate = float(probability_of([value])[0])
    said = (
        f"50 points are a rate of {rate:.2%}, as under the champion (version "
        f"{version})."
    )
    return Reference(value, "champion", version, said)


def _champion(config: Config) -> dict[str, Any]:
    from ..bundle import open_bundle
    from .registry import find_version
    from .tracking import CHAMPION, has_store

    nobody = f"There was no champion of {config.run.model} when the run began."
    if not has_store(config):
        return {"version": None, "said": nobody}
    try:
        found = find_version(config, CHAMPION)
        if found is None:
            return {"version": None, "said": nobody}
        contract = open_bundle(found.source).contract
    except LeadlightError as error:
        said = f"The champion could not be read when the run began: {error}"
        return {"version": None, "said": said}
    return {
        "version": found.version,
        "reference": contract.scale.reference,
        "meaning": meaning_of(contract),
        "said": f"Version {found.version} was champion when the run began.",
    }


def _different(config: Config, champion: dict[str, Any]) -> list[str]:
    """What the champion's probabilities are of and ours are not, in words."""
    ours = {
        "conversion": config.outcome.event,
        "horizon": config.outcome.horizon_days,
        "column of deadlines": config.outcome.until,
        "snapshot rule": _plain(rule_of(config).to_dict()),
    }
    theirs = champion["meaning"]
    return [name for name, value in ours.items() if theirs.get(name) != value]


def _plain(value: Any) -> Any:
    """The value as JSON gives it back, so that tuples and lists are the same."""
    return json.loads(json.dumps(value))
