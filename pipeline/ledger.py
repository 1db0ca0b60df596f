"""The points of every signal for every scored lead, kept beside the scores.

One Parquet file that stands on its own: it holds the points, what was seen, and (in its
metadata) the contract, so that any reason can be said again later without the scorer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import RunError

POINTS = "points:"
SEEN = "seen:"
_CONTRACT = b"leadlight.contract"


def ledger_of(scores: Path) -> Path:
    """Return the place of the ledger that belongs to a file of scores.

    Examples
    --------
    >>> ledger_of(Path("tonight.csv")).name
    'tonight.points.parquet'
    """
    return scores.with_suffix(".points.parquet")


def write_ledger(table: pa.Table, contract: str, path: Path) -> None:
    """Write the ledger with its contract."""
    pq.write_table(
        table.replace_schema_metadata({_CONTRACT: contract.encode()}),
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
        When there is no ledger, it is damaged, or the lead is not in it.
    """
    path = ledger_of(scores)
    if not path.exists():
        raise RunError(
            f"{path} is missing: `leadlight score` writes it beside the scores. Name "
            "the file of scores with --scores."
        )
    try:
        table = pq.read_table(path, filters=[("lead_id", "=", lead_id)])
    except pa.ArrowInvalid as error:
        raise RunError(
            f"{path} is damaged ({str(error).splitlines()[0]}). Score again."
        ) from error
    if table.num_rows == 0:
        raise RunError(
            f"{scores.name} holds no scored lead {lead_id!r}. It may have been "
            "ineligible or unreadable: its status there says so."
        )
    row = table.slice(0, 1).to_pylist()[0]
    contract = json.loads((table.schema.metadata or {})[_CONTRACT])
    return Entry(
        {k: v for k, v in row.items() if not k.startswith((POINTS, SEEN))},
        {k.removeprefix(POINTS): v for k, v in row.items() if k.startswith(POINTS)},
        {k.removeprefix(SEEN): v for k, v in row.items() if k.startswith(SEEN)},
        contract,
    )
