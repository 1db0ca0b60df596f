"""The touches behind each lead's reasons: when, and of which kind, and no more.

Why so few: a reviewer wants to see that a reason rests on something, with dates. Where,
through which channel and what it was worth is not told, since a file of scores goes to
more people than the touches themselves.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from features.engine import Engine

from .ledger import TOUCHES

MOST: Final = 5  # of each kind for a lead

_KIND = pa.struct(
    [("kind", pa.string()), ("occurred_at", pa.timestamp("us", tz="UTC"))]
)
# Strictly before, by both clocks, and an account's touches are all its leads': as the
# signals read them.
_KNOWN = " UNION ALL ".join(
    "SELECT s.row, t.kind, t.occurred_at FROM spine s "
    f"JOIN touches t ON {on} WHERE s.is_eligible "
    "AND t.occurred_at < s.snapshot_at AND t.recorded_at < s.snapshot_at"
    for on in (
        "t.lead_id = s.lead_id",
        "t.account_id = s.account_id AND t.lead_id IS NULL",
    )
)
_NEWEST = (
    f"SELECT row, kind, unnest(max(occurred_at, {MOST})) AS occurred_at "
    f"FROM ({_KNOWN}) GROUP BY row, kind"
)


def touched(connection: Engine) -> pd.DataFrame:
    """Return the newest touches of every lead of the spine that may be scored.

    Parameters
    ----------
    connection : Engine
        Showing ``spine`` and the canonical ``touches``.

    Returns
    -------
    DataFrame of shape (leads that were touched, 2)
        ``row`` and ``touches``: a list of kind and instant, newest first, at most five
        of each kind, known before the snapshot.
    """
    # Sorted once as a whole: a list sorted for each lead takes three times as long.
    order = "ORDER BY row, occurred_at DESC, kind"
    found = connection.sql(f"FROM ({_NEWEST}) {order}").to_arrow_table()
    rows = found.column("row").to_numpy()
    firsts = np.flatnonzero(np.diff(rows, prepend=rows[:1] - 1))
    flat = found.select(_KIND.names).cast(pa.schema(_KIND)).combine_chunks()
    lists = pa.LargeListArray.from_arrays(
        pa.array(np.append(firsts, len(rows)), pa.int64()), _structs(flat)
    )
    told = pd.arrays.ArrowExtensionArray(lists)
    return pd.DataFrame({"row": rows[firsts], TOUCHES: pd.Series(told)})


def _structs(flat: pa.Table) -> pa.StructArray:
    columns = [flat.column(name).combine_chunks() for name in _KIND.names]
    return pa.StructArray.from_arrays(columns, fields=list(_KIND))


def with_touches(ledger: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """Put the touches beside each lead; who was never touched has an empty list.

    Parameters
    ----------
    ledger : DataFrame
        With ``row``.
    found : DataFrame
        As :func:`touched` returns it.
    """
    together = ledger.merge(found, on="row", how="left")
    if not len(together):
        return together.assign(**{TOUCHES: pd.Series(dtype=_DTYPE)})
    none = pa.scalar([], _DTYPE.pyarrow_dtype)
    filled = pa.chunked_array(together[TOUCHES].array.__arrow_array__()).fill_null(none)
    return together.assign(**{TOUCHES: pd.arrays.ArrowExtensionArray(filled)})


_DTYPE = pd.ArrowDtype(pa.large_list(_KIND))
