"""The scorer that scored a night, kept beside its scores.

A plain zip of what a scorer is: its contract, the booster's text, and past leads to
compare with where it has any. So any reason can be said again later, or against another
reference, with neither the registry nor the run folder; nothing in it is executed. The
same scorer gives the same bytes.
"""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from features.errors import RunError

if TYPE_CHECKING:
    from ..bundle import Bundle

CONTRACT = "contract.json"
BOOSTER = "booster.txt"
PRECEDENTS = "precedents.parquet"
_NO_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can say
_MOST_BYTES = 2**28  # unpacked: a hundred times what a large scorer takes


@dataclass(frozen=True)
class Scorer:
    """A scorer's files, as they were written.

    Attributes
    ----------
    contract : str
        JSON; for :meth:`models.contract.Contract.from_json` or
        :meth:`models.wording.Wording.from_dict`.
    booster : str
        LightGBM's text; empty where none was kept.
    precedents : bytes or None
        Parquet: past leads and what became of them.
    """

    contract: str
    booster: str = ""
    precedents: bytes | None = None


def scorer_in(bundle: Bundle) -> Scorer:
    """Return the scorer of a bundle, as it is to be kept."""
    return Scorer(bundle.contract.to_json(), bundle.booster_text, bundle.precedents)


def scorer_file_of(scores: Path) -> Path:
    """Return the place of the scorer that belongs to a file of scores.

    Examples
    --------
    >>> scorer_file_of(Path("tonight.csv")).name
    'tonight.csv.scorer.zip'
    """
    return scores.with_name(f"{scores.name}.scorer.zip")


def write_scorer(scorer: Scorer, path: Path) -> None:
    """Write a scorer's files into one."""
    parts: dict[str, str | bytes] = {CONTRACT: scorer.contract, BOOSTER: scorer.booster}
    if scorer.precedents is not None:
        parts[PRECEDENTS] = scorer.precedents
    with zipfile.ZipFile(path, "w") as file:
        for name, content in parts.items():
            told = zipfile.ZipInfo(name, _NO_DATE)
            # Parquet is compressed already.
            is_text = isinstance(content, str)
            told.compress_type = zipfile.ZIP_DEFLATED if is_text else zipfile.ZIP_STORED
            file.writestr(told, content)


def read_scorer(path: Path) -> Scorer:
    """Read a scorer's files, as data.

    Raises
    ------
    RunError
        When the file is no such zip.
    """
    try:
        with zipfile.ZipFile(path) as file:
            there = set(file.namelist())
            return Scorer(
                _read(file, CONTRACT).decode(),
                _read(file, BOOSTER).decode(),
                _read(file, PRECEDENTS) if PRECEDENTS in there else None,
            )
    except _NO_SCORER as error:
        raise RunError(
            f"{path} is no scorer that `leadlight score` kept ({error}). Score again."
        ) from error


# A zip may be encrypted (RuntimeError), packed in a way that is not known here
# (NotImplementedError, one of those), or say of itself what is not so (OSError).
_NO_SCORER = (
    zipfile.BadZipFile, zlib.error, KeyError, UnicodeDecodeError, EOFError, OSError,
    RuntimeError,
)  # fmt: skip


def _read(file: zipfile.ZipFile, name: str) -> bytes:
    """A part, whose size the zip tells, and keeps to, before it is unpacked."""
    size = file.getinfo(name).file_size
    if size > _MOST_BYTES:
        raise zipfile.BadZipFile(f"its {name} would be {size:,} bytes")
    return file.read(name)
