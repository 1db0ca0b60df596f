"""When each labelled snapshot was, and when its outcome was known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd

Rows = npt.NDArray[np.intp]
Instants = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Timeline:
    """When each labelled snapshot was, and when its outcome was known.

    Attributes
    ----------
    instant, known_at : ndarray of int64, shape (n,)
        Microseconds, or ranks where there are no instants; ``known_at`` > ``instant``.
        All ``instant`` are 0 where there is no order at all.
    has_order : bool
        False: folds are random, by group.
    lead, group : ndarray of str, shape (n,)
    outcome : ndarray of shape (n,)
    """

    instant: Instants
    known_at: Instants
    has_order: bool
    lead: npt.NDArray[np.object_]
    group: npt.NDArray[np.object_]
    outcome: npt.NDArray[np.float64]

    def conversions(self, rows: Rows) -> int:
        """Number of different leads among the rows that converted."""
        return len(set(self.lead[rows[self.outcome[rows] == 1]]))


def timeline_of(spine: pd.DataFrame, wait: timedelta) -> Timeline:
    """Read the timeline of a labelled spine.

    Parameters
    ----------
    spine : DataFrame of shape (n, at least 5)
        ``snapshot_at``, ``position``, ``lead_id``, ``group_id`` and ``outcome``.
    wait : timedelta
        From a snapshot to the instant its outcome is known.
    """
    count = len(spine)
    is_dated = bool(spine["snapshot_at"].notna().all())
    has_order = is_dated or bool(spine["position"].notna().all())
    if is_dated:
        instant = spine["snapshot_at"].dt.as_unit("us").astype("int64").to_numpy()
        known_at = instant + wait // timedelta(microseconds=1)
    elif has_order:
        instant = spine["position"].astype("int64").to_numpy()
        known_at = instant + 1
    else:
        instant, known_at = np.zeros(count, np.int64), np.ones(count, np.int64)
    return Timeline(
        instant,
        known_at,
        has_order,
        spine["lead_id"].to_numpy(dtype=object),
        spine["group_id"].to_numpy(dtype=object),
        spine["outcome"].to_numpy(dtype=np.float64),
    )
