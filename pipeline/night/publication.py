"""Publishing a night: all of its files take their places, or none does.

A night that a guard holds back is written as well, under the names of one that is held,
and what was published before stays as it is.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ..bundle import Bundle
from ..files import beside, digest
from .ledger import SCORES, write_ledger
from .output import write_scores
from .places import Places
from .scorer import scorer_in, write_scorer
from .scoring import Scored

# The quarantine's columns; stated, since a column in which no row says anything would
# else be of no kind at all.
_QUARANTINE = pa.schema(
    [
        ("source", pa.string()),
        ("file", pa.string()),
        ("line", pa.int64()),
        ("lead_id", pa.string()),
        ("reason", pa.string()),
        ("is_repeat", pa.bool_()),
        ("text", pa.string()),
    ]
)


@dataclass(frozen=True)
class Published:
    """What was written.

    Attributes
    ----------
    places : Places
        Where; those of a held night where a guard tripped.
    ids_changed : int
        Lead and account ids that were made inert in CSV.
    rows_set_aside : int
        In the quarantine file; where there are none, there is no such file.
    """

    places: Places
    ids_changed: int
    rows_set_aside: int


def publish(scored: Scored, bundle: Bundle, out: Path, *, at: datetime) -> Published:
    """Write a night's files, or, where a guard tripped, those of a held night.

    All are whole before any takes its place, the scores first. The ledger holds the
    digests of scores and scorer, and the quarantine that of the scores, so that a crash
    between them is noticed.

    Parameters
    ----------
    out : Path
        Where scores are published.
    at : datetime
        The instant of scoring.
    """
    published = Places(out)
    places = published.held if scored.tripped else published
    ledger = pa.Table.from_pandas(scored.ledger, preserve_index=False)
    rows = quarantined(scored.quarantine)
    with ExitStack() as stack:
        aside = stack.enter_context(beside(places.quarantine)) if len(rows) else None
        part = stack.enter_context(beside(places.ledger))
        scorer = stack.enter_context(beside(places.scorer))
        scores = stack.enter_context(beside(places.scores))
        changed = write_scores(scored.table, scores, ending=out.suffix)
        write_scorer(scorer_in(bundle), scorer)
        write_ledger(ledger, part, scores=scores, scorer=scorer, at=at)
        if aside is not None:
            told = {SCORES: digest(scores).encode()}
            pq.write_table(
                rows.replace_schema_metadata(told), aside, compression="zstd"
            )
    if aside is None:
        places.quarantine.unlink(missing_ok=True)
    if not scored.tripped:
        published.held.remove()
    return Published(places, changed, len(rows))


def quarantined(rows: pd.DataFrame) -> pa.Table:
    """Return the rows set aside as they are written: of which source, where, and why.

    Parameters
    ----------
    rows : DataFrame
        As the intake writes them, ``table`` being the source.

    Returns
    -------
    Table
        ``source``, ``file``, ``line``, ``lead_id`` (missing where it cannot be read),
        ``reason``, ``is_repeat`` and ``text``: the whole row, up to 1,000 characters.
    """
    named = rows.rename(columns={"table": "source"})
    frame = named.reindex(columns=_QUARANTINE.names)
    return pa.Table.from_pandas(frame, _QUARANTINE, preserve_index=False)
