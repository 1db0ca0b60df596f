"""The points of every signal for every scored lead, kept beside the scores.

One Parquet file that stands on its own: it holds the points, what was seen, and (in its
metadata) the contract, so that any reason can be said again later without the scorer.
It is written after the scores and holds their SHA-256, so that a ledger and scores of
different nights are never taken for a pair.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import RunError

from ..artefacts import digest
from .output import status_of

POINTS = "points:"
SEEN = "seen:"
_CONTRACT = b"leadlight.contract"
_SCORES = b"leadlight.scores"


def ledger_of(scores: Path) -> Path:
    """Return the place of the ledger that belongs to a file of scores.

    Examples
    --------
    >>> ledger_of(Path("tonight.csv")).name
    'tonight.csv.points.parquet'
    """
    return scores.with_name(f"{scores.name}.points.parquet")


def write_ledger(table: pa.Table, contract: str, path: Path, *, scores: Path) -> None:
    """Write the ledger with its contract and the digest of its scores."""
    beside = {_CONTRACT: contract.encode(), _SCORES: digest(scores).encode()}
    pq.write_table(
        table.replace_schema_metadata(beside),
        path,
        compression="zstd",
    )


@dataclass(frozen=True)
class Entry:
    """One lead's line of the ledger.

    Attributes
    ----------
    values : dict
        The columns of the scores' output, by name.
    points : dict of str to float
        Of each signal, by code.
    seen : dict
        Each feature's value, by column; None is missing.
    contract : dict
        As stored.
    """

    values: dict[str, Any]
    points: dict[str, float]
    seen: dict[str, Any]
    contract: dict[str, Any]


def find(lead_id: str, scores: Path) -> Entry:
    """Find a lead in the ledger of a file of scores.

    Raises
    ------
    RunError
        When there are no scores or no ledger, when they are damaged or do not belong
        together, or when the lead has no score.
    """
    path = ledger_of(scores)
    for place in (scores, path):
        if not place.is_file():
            raise RunError(
                f"{place} is missing: `leadlight score` writes scores, and their "
                "points beside them. Name the file of scores with --scores."
            )
    try:
        table = pq.read_table(path, filters=[("lead_id", "=", lead_id)])
    except pa.ArrowInvalid as error:
        raise RunError(
            f"{path} is damaged ({str(error).splitlines()[0]}). Score again."
        ) from error
    beside = table.schema.metadata or {}
    if beside.get(_SCORES) != digest(scores).encode():
        raise RunError(
            f"{path} does not belong to {scores.name} as it is now, which was changed "
            "or only half replaced since they were written together: score again."
        )
    if table.num_rows == 0:
        raise RunError(_without_score(lead_id, scores))
    row = table.slice(0, 1).to_pylist()[0]
    contract = json.loads(beside[_CONTRACT])
    return Entry(
        {k: v for k, v in row.items() if not k.startswith((POINTS, SEEN))},
        {k.removeprefix(POINTS): v for k, v in row.items() if k.startswith(POINTS)},
        {k.removeprefix(SEEN): v for k, v in row.items() if k.startswith(SEEN)},
        contract,
    )


def _without_score(lead_id: str, scores: Path) -> str:
    found = status_of(lead_id, scores)
    if found is None:
        return f"The lead {lead_id!r} is not in {scores.name}."
    status, said = found
    words = f"The lead {lead_id!r} is in {scores.name} without a score. It is {status}"
    return f"{words}: {said.rstrip('.')}." if said else f"{words}."
