"""A scorer as it lies on disk: the booster, its contract, its forests, all checked.

Why digests from elsewhere: a file in the bundle that vouches for the bundle would be
changed along with it. They come from the run's manifest or the registry's tags. Why
before loading: a damaged model text can kill the process, past any ``try``.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from features.errors import ModelError, RunError
from models.contract import Contract
from models.points import Floats
from models.recalling.precedents import Precedents
from models.treeshap import TreeExplainer
from models.treeshap.verify import Explainer, verified
from models.unfamiliar.isolation import Isolation

from .artefacts import BOOSTER, CONTRACT, FAMILIARITY, PRECEDENTS
from .files import digest
from .refusals import stands_against
from .stage import read_manifest


@dataclass(frozen=True)
class Source:
    """Where a scorer lies, and what its files must be.

    Attributes
    ----------
    name : str
        The registered name, or the run's.
    version : str
        The registry's version, or the run's name.
    booster, contract : Path
    booster_digest, contract_digest : str
        SHA-256, from the manifest or the registry.
    familiarity : Path or None
        The forests; None where the scorer has none.
    familiarity_digest : str
    precedents : Path or None
        Past leads and what became of them; None where the scorer keeps none.
    precedents_digest : str
    against : str
        What stands against it when it was checked, in a sentence; empty: nothing.
    """

    name: str
    version: str
    booster: Path
    contract: Path
    booster_digest: str
    contract_digest: str
    familiarity: Path | None = None
    familiarity_digest: str = ""
    precedents: Path | None = None
    precedents_digest: str = ""
    against: str = ""


@dataclass(frozen=True, eq=False)
class Bundle:
    """A scorer whose files are what they should be.

    Attributes
    ----------
    name, version : str
    digest : str
        Of all files together: 16 hexadecimal digits.
    contract : Contract
    explainer : TreeExplainer or ColumnsSummed
        With the contract's signals as players.
    isolation : Isolation or None
        What tells how strange a lead is; None where the contract has no forests.
    precedents : bytes or None
        The file of past leads, whole: what :class:`Precedents
        <models.recalling.precedents.Precedents>` reads; None where there is none.
    notes : tuple of str
        Sentences for whoever scores with it.
    """

    name: str
    version: str
    digest: str
    contract: Contract
    explainer: Explainer
    booster_text: str
    isolation: Isolation | None = None
    precedents: bytes | None = None
    notes: tuple[str, ...] = ()

    def margins(self, encoded: Floats) -> Floats:
        """Raw output of the booster, by LightGBM itself; shape (n,)."""
        from models.learning.conversion import margins_of

        return margins_of(self.booster_text, encoded)


def source_of_run(folder: Path) -> Source:
    """Return the scorer of a run folder.

    Raises
    ------
    RunError
        When the run has not been finished, or mixes two passages: a stage was run
        again, and one that rests on it was not.
    """
    stages = read_manifest(folder).get("stages", {})
    written = {n: d for stage in stages.values() for n, d in stage["writes"].items()}
    lacking = [f for f in (BOOSTER.file, CONTRACT.file) if f not in written]
    if lacking:
        raise RunError(
            f"{folder} holds no finished scorer: its manifest does not list "
            f"{' and '.join(lacking)}. Run `leadlight run` to the end first."
        )
    for stage, told in stages.items():
        for name, read in told["reads"].items():
            if written.get(name, read) != read:
                raise RunError(
                    f"{folder} mixes two passages: {name} was written anew after the "
                    f"stage {stage} had read it. Run `leadlight {stage}` again, and "
                    "the stages after it."
                )
    return Source(
        folder.name,
        folder.name,
        folder / BOOSTER.file,
        folder / CONTRACT.file,
        written[BOOSTER.file],
        written[CONTRACT.file],
        folder / FAMILIARITY.file if FAMILIARITY.file in written else None,
        written.get(FAMILIARITY.file, ""),
        folder / PRECEDENTS.file if PRECEDENTS.file in written else None,
        written.get(PRECEDENTS.file, ""),
        stands_against(folder),
    )


def open_bundle(source: Source, *, is_to_score: bool = False) -> Bundle:
    """Check a scorer's files and read them, as data.

    Parameters
    ----------
    source : Source
    is_to_score : bool
        Whether leads are to be explained by it in batch: then the explainer is compared
        with LightGBM first, and where they differ, LightGBM's own column contributions
        take its place.

    Raises
    ------
    ModelError
        When a file is missing, is not the one that was written, or they do not
        belong together.
    """
    for path, expected in (
        (source.booster, source.booster_digest),
        (source.contract, source.contract_digest),
    ):
        _check(path, expected)
    contract = Contract.from_json(_text(source.contract))
    text = _text(source.booster)
    explainer, note = _explainer(text, contract, is_to_score)
    _check_width(explainer, contract, source.booster)
    isolation = _isolation(source, contract)
    precedents = _precedents(source, contract)
    digests = (
        source.booster_digest,
        source.contract_digest,
        source.familiarity_digest,
        source.precedents_digest,
    )
    together = "".join(digests).encode()
    return Bundle(
        source.name,
        source.version,
        hashlib.sha256(together).hexdigest()[:16],
        contract,
        explainer,
        text,
        isolation,
        precedents,
        tuple(filter(None, (note, source.against if is_to_score else ""))),
    )


def _explainer(
    text: str, contract: Contract, is_to_score: bool
) -> tuple[Explainer, str]:
    """What splits margins among the signals, and what the user should know of it."""
    explainer = TreeExplainer(text, contract.players)
    return verified(explainer, text) if is_to_score else (explainer, "")


def _isolation(source: Source, contract: Contract) -> Isolation | None:
    """The forests, checked, where the contract says that there are some."""
    if source.familiarity is not None:
        _check(source.familiarity, source.familiarity_digest)
    if contract.familiarity is None or not contract.familiarity.forests:
        return None
    if source.familiarity is None:
        raise ModelError(
            f"{source.contract} tells unfamiliar leads by {Path(FAMILIARITY.file).name}"
            ", which does not lie beside it. Train again, or fetch the scorer again."
        )
    text = _text(source.familiarity)
    forests = contract.familiarity.forests
    return Isolation.from_text(text, forests, len(contract.features))


def _precedents(source: Source, contract: Contract) -> bytes | None:
    """Past leads, checked, where the scorer keeps any."""
    if source.precedents is None:
        return None
    _check(source.precedents, source.precedents_digest)
    told = PRECEDENTS.read(source.precedents)
    Precedents.from_bytes(told, contract)
    return told


def _check(path: Path, expected: str) -> None:
    if not path.exists():
        raise ModelError(f"{path} is missing. Train again, or fetch the scorer again.")
    found = digest(path)
    if found != expected:
        raise ModelError(
            f"{path} is not the file that was written: its digest is {found[:12]}…, "
            f"and {expected[:12]}… was expected. It is damaged or was changed; train "
            "again, or fetch the scorer again."
        )


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ModelError(
            f"{path} is damaged: it holds bytes that are no text. Train again, or "
            "fetch the scorer again."
        ) from error


def _check_width(explainer: Explainer, contract: Contract, path: Path) -> None:
    """One row of missing values goes through, or booster and contract do not fit."""
    explainer.margins(np.full((1, len(contract.features)), np.nan))
    used = sorted(c for s in contract.signals for c in s.columns)
    if used != list(range(len(contract.features))):
        raise ModelError(
            f"{path} and its contract do not fit: the signals of the contract do not "
            f"share out its {len(contract.features)} columns. Train again."
        )
