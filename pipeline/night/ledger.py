"""The points of every signal for every scored lead, kept beside the scores.

Two files lie beside a file of scores. The ledger, Parquet, holds for each scored lead
its line of the output, the points of every signal, what was seen of it, and the touches
behind it. The scorer that said so is a zip (:mod:`.scorer`). The ledger holds the
SHA-256 of both scores and scorer, so that files of different nights are never taken for
one.

Why small groups of rows: one lead is looked up by reading one column of ids and then
one group, which takes as long among a million leads as among a thousand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from features.documents import json_record
from features.errors import LeadlightError, RunError
from features.resources import lacking

from ..files import digest
from .plain import plain_row, text_scalar
from .scorer import Scorer, read_scorer, scorer_file_of

POINTS = "points:"
SEEN = "seen:"
TOUCHES = "touches"
CHANGES = "changes"
ENDING = ".points.parquet"
_CONTRACT = b"leadlight.contract"  # of ledgers older than the kept scorers
SCORES = b"leadlight.scores"
_SCORER = b"leadlight.scorer"
_AT = b"leadlight.scored_at"
_ROWS = 16_384  # in a group: a tenth of a second to read
UNREADABLE = (pa.ArrowException, OSError, LookupError, ValueError)  # as it is damaged
_SORTED_BY = ["lead_id", "snapshot_at", "standing_since"]  # columns with statistics


def ledger_of(scores: Path) -> Path:
    """Return the place of the ledger that belongs to a file of scores.

    Examples
    --------
    >>> ledger_of(Path("tonight.csv")).name
    'tonight.csv.points.parquet'
    """
    return scores.with_name(f"{scores.name}{ENDING}")


def write_ledger(
    table: pa.Table, path: Path, *, scores: Path, scorer: Path, at: datetime
) -> None:
    """Write the ledger with the digests of its scores and of their scorer.

    Parameters
    ----------
    scores, scorer : Path
        As they lie now, under whatever name.
    at : datetime
        The instant of scoring.
    """
    beside = {
        SCORES: digest(scores).encode(),
        _SCORER: digest(scorer).encode(),
        _AT: at.isoformat().encode(),
    }
    pq.write_table(
        table.replace_schema_metadata(beside),
        path,
        compression="zstd",
        row_group_size=_ROWS,
        write_statistics=[c for c in _SORTED_BY if c in table.column_names],
    )


@dataclass(frozen=True)
class Touched:
    """A touch of a lead, as far as it is told."""

    kind: str
    occurred_at: datetime


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
    scorer : Scorer
    scorer_digest : str
        SHA-256 of the kept scorer; empty where none was kept.
    touches : tuple of Touched or None
        Known before the snapshot, newest first, at most five of a kind; None where
        they were not kept.
    changes : tuple of dict or None
        What changed since the night before, as it was written; None where nothing
        was compared.
    scores : Path
        The file of scores that it belongs to.
    """

    values: dict[str, Any]
    points: dict[str, float]
    seen: dict[str, Any]
    scorer: Scorer
    scorer_digest: str = ""
    touches: tuple[Touched, ...] | None = None
    changes: tuple[dict[str, Any], ...] | None = None
    scores: Path = Path()

    @property
    def contract(self) -> dict[str, Any]:
        """The contract, as stored."""
        stored: dict[str, Any] = json_record(self.scorer.contract)
        return stored


def find(lead_id: str, scores: Path) -> Entry:
    """Find a lead in the ledger of a file of scores.

    Raises
    ------
    RunError
        When there are no scores, no ledger or no scorer, when they are damaged or do
        not belong together, or when the lead has no score.
    """
    path = ledger_of(scores)
    for place in (scores, path):
        if not place.is_file():
            raise RunError(
                f"{place} is missing: `leadlight score` writes scores, and their "
                "points beside them. Name the file of scores with --scores."
            )
    beside = _beside(path)
    _check_pair(beside, scores)
    row = _row(path, lead_id)
    if row is None:
        raise RunError(_without_score(lead_id, scores))
    return _entry(row, _scorer(beside, scores), beside, scores)


def holds(lead_id: str, scores: Path) -> bool:
    """Whether a lead is in a file of scores, with a score or without.

    Raises
    ------
    RunError
        When the files are damaged, or do not belong together.
    """
    path = ledger_of(scores)
    if _row(path, lead_id) is not None:
        return True
    _check_pair(_beside(path), scores)
    return _status(lead_id, scores) is not None


def scorer_of(scores: Path) -> Scorer:
    """Return the scorer that wrote a file of scores, as data.

    Raises
    ------
    RunError
        When it was not kept, is damaged, or does not belong to these scores.
    """
    path = ledger_of(scores)
    if not path.is_file():
        raise RunError(f"{path} is missing: `leadlight score` writes it with scores.")
    beside = _beside(path)
    _check_pair(beside, scores)
    return _scorer(beside, scores)


def scored_at(ledger: Path) -> datetime | None:
    """Return the instant at which a ledger's leads were scored.

    Returns
    -------
    datetime or None
        UTC. Of an older ledger the latest instant at which anybody's standing was
        settled; None where there is none.
    """
    beside = _beside(ledger)
    try:
        if _AT in beside:
            return datetime.fromisoformat(beside[_AT].decode()).astimezone(UTC)
        since = pq.read_table(ledger, columns=["standing_since"]).column(0)
        instants = [i for i in since.cast("int64").to_pylist() if i is not None]
    except UNREADABLE as error:
        raise _damaged(ledger, error) from error
    if not instants:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=max(instants))


def _beside(path: Path) -> Mapping[bytes, bytes]:
    """The metadata of a ledger, which hold the digests."""
    try:
        return pq.read_schema(path).metadata or {}
    except UNREADABLE as error:
        raise _damaged(path, error) from error


def _check_pair(beside: Mapping[bytes, bytes], scores: Path) -> None:
    if not scores.is_file() or beside.get(SCORES) != digest(scores).encode():
        raise RunError(
            f"{ledger_of(scores)} does not belong to {scores.name} as it is now, which "
            "was changed or only half replaced since they were written together: "
            "score again."
        )


def _row(path: Path, lead_id: str) -> dict[str, Any] | None:
    """A lead's row, of which only the group that it lies in is read."""
    try:
        with pq.ParquetFile(path) as file:
            ids = file.read(columns=["lead_id"]).column(0)
            place = ids.index(text_scalar(lead_id, ids.type)).as_py()
            if place < 0:
                return None
            group = 0
            while place >= (rows := file.metadata.row_group(group).num_rows):
                place, group = place - rows, group + 1
            return plain_row(file.read_row_group(group).slice(place, 1))
    except UNREADABLE as error:
        raise _damaged(path, error) from error


def _scorer(beside: Mapping[bytes, bytes], scores: Path) -> Scorer:
    if _SCORER not in beside and _CONTRACT in beside:
        return Scorer(beside[_CONTRACT].decode())
    path = scorer_file_of(scores)
    if not path.is_file():
        raise RunError(
            f"{path} is missing: `leadlight score` keeps the scorer beside its scores. "
            "Put it back beside them, or score again."
        )
    if beside.get(_SCORER) != digest(path).encode():
        raise RunError(
            f"{path} does not belong to {scores.name}: it is damaged, or of another "
            "night. Put the right one back, or score again."
        )
    return read_scorer(path)


def _entry(
    row: dict[str, Any], scorer: Scorer, beside: Mapping[bytes, bytes], scores: Path
) -> Entry:
    touches, changes = row.pop(TOUCHES, None), row.pop(CHANGES, None)
    plain = {k: v for k, v in row.items() if not k.startswith((POINTS, SEEN))}
    return Entry(
        plain,
        {k.removeprefix(POINTS): v for k, v in row.items() if k.startswith(POINTS)},
        {k.removeprefix(SEEN): v for k, v in row.items() if k.startswith(SEEN)},
        scorer,
        beside.get(_SCORER, b"").decode(),
        None if touches is None else tuple(Touched(**t) for t in touches),
        None if changes is None else tuple(changes),
        scores,
    )


def _damaged(path: Path, error: Exception) -> LeadlightError:
    said = str(error).splitlines()[0]
    return lacking(error) or RunError(f"{path} is damaged ({said}). Score again.")


def _status(lead_id: str, scores: Path) -> tuple[str, str] | None:
    """Status and sentence of a lead; None where it is not in the scores."""
    from .output import status_of

    try:
        lead_id.encode()
    except UnicodeEncodeError:  # no text, so nobody's id
        return None
    return status_of(lead_id, scores)


def _without_score(lead_id: str, scores: Path) -> str:
    from ..why.inert import inert_long  # what a sentence repeats came from outside

    found = _status(lead_id, scores)
    if found is None:
        return f"The lead {lead_id!r} is not in {scores.name}."
    status, said = found
    words = f"The lead {lead_id!r} is in {scores.name} without a score. It is {status}"
    return f"{words}: {inert_long(said.rstrip('.'))}." if said else f"{words}."
