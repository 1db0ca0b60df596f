"""Which past leads a scorer keeps: drawn once, when it is explained.

Why one row a group, drawn by hash: the snapshots of one lead, and the leads of one
account, tell much the same story, and a drawing by hash is the same whatever the order
of the rows. Why rows with a margin from before first: their outcome was foretold by a
booster that had not seen it, so that it can be said whether the scorer is honest about
leads like these. Of its own learning rows it would always look so.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from features.vocabulary import GROUP_ID, LEAD_ID, OUTCOME, SNAPSHOT_AT

from ..contract import Contract
from ..evidence import hashed, one_per_group
from ..learning.timeline import Rows
from ..points import Floats
from ..served import encode
from ..treeshap import TreeExplainer
from .precedents import Precedents

MOST_PRECEDENTS: Final = 5_000  # a megabyte or two beside the booster


def make_precedents(
    spine: pd.DataFrame,
    features: pd.DataFrame,
    margin: Floats,
    contract: Contract,
    explainer: TreeExplainer,
    *,
    most: int = MOST_PRECEDENTS,
) -> Precedents:
    """Draw precedents from labelled snapshots.

    Parameters
    ----------
    spine, features : DataFrame of shape (n, ...)
        The mature rows that the scorer may know of, in the same order.
    margin : ndarray of shape (n,)
        Of a booster that had not seen the row; NaN where there is none.
    most : int
        How many to keep.
    """
    rows, groups = _drawn(spine, margin, most)
    held = spine.iloc[rows]
    encoded = encode(features.iloc[rows], contract.encoding)
    contributions = explainer.contributions(encoded)
    for signal in contract.signals:
        if signal.is_personal:
            encoded[:, signal.columns] = np.nan
    at = held[SNAPSHOT_AT]
    naive = at if at.dt.tz is None else at.dt.tz_convert("UTC").dt.tz_localize(None)
    return Precedents(
        held[OUTCOME].to_numpy(np.float64),
        naive.to_numpy().astype("datetime64[M]"),
        np.full(len(rows), groups / max(len(rows), 1)),
        margin[rows],
        encoded.astype(np.float32),
        contributions.astype(np.float32),
        explainer.baseline,
    )


def _drawn(spine: pd.DataFrame, margin: Floats, most: int) -> tuple[Rows, int]:
    """One row a group, in the order of the groups' hashes, and how many groups."""
    group = spine[GROUP_ID].to_numpy(object)
    names = spine[LEAD_ID].astype(str) + "\x1f" + spine[SNAPSHOT_AT].astype(str)
    foretold = np.flatnonzero(np.isfinite(margin))
    is_told = spine[GROUP_ID].isin(spine[GROUP_ID].iloc[foretold])
    others = np.flatnonzero(~is_told)
    drawn: list[Rows] = []
    for part in (foretold, others):
        keys = names.iloc[part].to_list()
        mask = one_per_group(group[part], "precedents", row_key=keys)
        drawn.append(part[mask])
    rows = np.concatenate(drawn)
    order = np.argsort(hashed(group[rows], "kept as precedents"), kind="stable")
    return rows[order][:most], len(rows)
