"""The replay: the same features once more, with everything later deleted.

Each drawn snapshot gets a world of its own, in which its account has only what was
known before it, under names that no other world shares. What the weave makes of these
worlds has to be what stands in the feature table, to the last bit.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.engine import Engine
from features.errors import few
from features.weave import weave
from models.evidence import hashed

from .case import Case
from .check import Verdict, check, issue, not_applicable, passed, skipped

_LEADS = 50
_KEYS = ["row", "lead_id", "snapshot_at"]

# Where each table's rows go: what they are known by, and how they find their worlds.
_LEAD = "w.row || ':' || t.lead_id AS lead_id"
_ACCOUNT = "w.row || ':' || t.account_id AS account_id"
_WORLDS = {
    "leads": f"SELECT t.* REPLACE ({_LEAD}, {_ACCOUNT}) FROM leads t "
    "JOIN lead_worlds w USING (lead_id) WHERE t.created_at <= w.snapshot_at",
    "attributes": f"SELECT t.* REPLACE ({_LEAD}) FROM attributes t "
    "JOIN lead_worlds w USING (lead_id)",
    "accounts": f"SELECT t.* REPLACE ({_ACCOUNT}) FROM accounts t "
    "JOIN account_worlds w USING (account_id) "
    "WHERE t.known_from IS NULL OR t.known_from < w.snapshot_at",
    "touches": f"SELECT t.* REPLACE ({_LEAD}, {_ACCOUNT}) FROM touches t "
    "JOIN lead_worlds w USING (lead_id) "
    "WHERE t.occurred_at < w.snapshot_at AND t.recorded_at < w.snapshot_at "
    f"UNION ALL SELECT t.* REPLACE (NULL AS lead_id, {_ACCOUNT}) FROM touches t "
    "JOIN account_worlds w USING (account_id) WHERE t.lead_id IS NULL "
    "AND t.occurred_at < w.snapshot_at AND t.recorded_at < w.snapshot_at",
    "milestones": f"SELECT t.* REPLACE ({_LEAD}) FROM milestones t "
    "JOIN lead_worlds w USING (lead_id) "
    "WHERE t.reached_at < w.snapshot_at AND t.recorded_at < w.snapshot_at",
    "attribute_history": f"SELECT t.* REPLACE ({_LEAD}) FROM attribute_history t "
    "JOIN lead_worlds w USING (lead_id) WHERE t.known_from < w.snapshot_at",
    "spine": "SELECT t.* REPLACE (t.row || ':' || t.lead_id AS lead_id, "
    "t.row || ':' || t.account_id AS account_id) FROM drawn t",
}


@check("LL202", "Features that change when the future is deleted")
def replayed(case: Case) -> Verdict:
    """A sample of snapshots, computed again from a world that ends before them.

    For one snapshot of each of 50 leads, drawn by hash, every touch, attribute value,
    account row and milestone that happened or was recorded at or after the snapshot is
    deleted, and all features are computed anew. They have to be identical to the last
    bit with those that the booster learnt from; a column that differs has seen the
    future. Correct the signal, and build and train again.
    """
    if case.config.is_flat:
        return not_applicable("A flat export has no instants to go back to.")
    if case.listed["fingerprint"] != case.catalogue.fingerprint:
        return skipped(
            "The definitions of the signals have changed since this run was built, so "
            "that differences would mean nothing. Build again."
        )
    drawn = _drawn(case.spine)
    is_drawn = case.features["row"].isin(drawn["row"])
    kept = case.features.loc[is_drawn].sort_values("row", ignore_index=True)
    with case.tables() as engine:
        _make_worlds(engine, drawn)
        again = weave(engine, case.catalogue).to_pandas()
    different = _different(kept, again)
    if not different:
        return passed(
            f"{len(drawn)} snapshots came out identical with everything later deleted.",
            {"snapshots": len(drawn)},
        )
    rows = sorted({row for found in different.values() for row in found})
    return issue(
        f"With everything later deleted, {few(list(different))} came out different in "
        f"{len(rows)} of {len(drawn)} snapshots. These columns have seen the future: "
        "correct the signals, then build and train again.",
        {"columns": len(different), "snapshots": len(rows)},
        examples=tuple(kept["lead_id"].iloc[rows[:3]].astype(str)),
    )


def _drawn(spine: pd.DataFrame) -> pd.DataFrame:
    """One snapshot of each of 50 leads, by hash, in the order of the rows."""
    leads = pd.Series(spine["lead_id"].unique())
    order = np.argsort(hashed(leads, "leads to replay"), kind="stable")
    rows = spine.loc[spine["lead_id"].isin(leads.iloc[order[:_LEADS]])]
    ticket = hashed(rows["row"], "snapshots to replay")
    first = rows.assign(ticket=ticket).sort_values("ticket").groupby("lead_id").head(1)
    return first.drop(columns="ticket").sort_values("row", ignore_index=True)


def _make_worlds(engine: Engine, drawn: pd.DataFrame) -> None:
    """Put tables without what came later before the eyes of this look only."""
    naive = drawn.assign(
        **{
            c: drawn[c].dt.tz_localize(None)
            for c in drawn.select_dtypes("datetimetz").columns
        }
    )
    text = naive.astype({"account_id": "str"})
    engine.register("given", text)
    engine.execute(
        "CREATE TEMP TABLE drawn AS SELECT * REPLACE "
        "(CAST(account_id AS VARCHAR) AS account_id) FROM given"
    )
    engine.unregister("given")
    engine.execute(
        "CREATE TEMP TABLE account_worlds AS SELECT row, snapshot_at, account_id "
        "FROM drawn WHERE account_id IS NOT NULL"
    )
    engine.execute(
        "CREATE TEMP TABLE lead_worlds AS SELECT row, snapshot_at, lead_id FROM drawn "
        "UNION SELECT w.row, w.snapshot_at, l.lead_id FROM account_worlds w "
        "JOIN leads l USING (account_id)"
    )
    for name, query in _WORLDS.items():
        engine.execute(f"CREATE TEMP TABLE world_{name} AS {query}")
    for name in _WORLDS:
        engine.execute(f"CREATE TEMP VIEW {name} AS FROM world_{name}")


def _different(kept: pd.DataFrame, again: pd.DataFrame) -> dict[str, list[int]]:
    """The places of rows that differ, for each column that has any."""
    found = {}
    for name in again.columns.drop(_KEYS):
        if name not in kept:
            found[str(name)] = list(range(len(kept)))
            continue
        one, other = kept[name].to_numpy(object), again[name].to_numpy(object)
        same = (one == other) | (pd.isna(one) & pd.isna(other))
        if not same.all():
            found[str(name)] = np.flatnonzero(~same.astype(bool)).tolist()
    return found
