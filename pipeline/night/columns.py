"""The columns of the output: which, of what kind, in which order."""

from __future__ import annotations

from typing import Any

import pandas as pd

from features.vocabulary import Qualification
from models.explaining.reasons import MOST_REASONS, Reason, Reasons

from ..bundle import Bundle

_DIRECTIONS = ("raising", "lowering")
_PARTS = ("code", "words", "points")
REASON_COLUMNS = [
    f"{direction}_{place}_{part}"
    for direction in _DIRECTIONS
    for place in range(1, MOST_REASONS + 1)
    for part in _PARTS
]

# Stated, since a column in which nobody has a value would else be of no kind at all.
_KINDS = {
    **{c: "float64" if c.endswith("points") else "str" for c in REASON_COLUMNS},
    **dict.fromkeys(("lead_id", "account_id", "status_said", "grade"), "str"),
    **dict.fromkeys(("probability", "fit_points", "engagement_points"), "float64"),
    **dict.fromkeys(("start_points", "other_points"), "float64"),
    "score": "Int64",
}


def reason_columns(reasons: list[Reasons]) -> dict[str, Any]:
    """Return the strongest reasons of each lead, each in three columns."""
    columns: dict[str, Any] = {}
    for direction in _DIRECTIONS:
        for place in range(MOST_REASONS):
            told: list[Reason | None] = [
                r[place] if place < len(r := getattr(each, direction)) else None
                for each in reasons
            ]
            for part in _PARTS:
                columns[f"{direction}_{place + 1}_{part}"] = [
                    None if t is None else getattr(t, part) for t in told
                ]
    columns["other_points"] = [r.other_points for r in reasons]
    return columns


def named(table: pd.DataFrame, bundle: Bundle) -> pd.DataFrame:
    """The columns in their stated order, with the model they come from."""
    order = [
        "row", "lead_id", "account_id", "snapshot_at", "probability", "score",
        "status", "status_said", "qualification", "standing", "standing_since",
        "grade", "fit_points", "engagement_points", "start_points",
        *REASON_COLUMNS, "other_points",
    ]  # fmt: skip
    told = table.assign(
        qualification=table["qualification"].fillna(Qualification.NONE.value),
        standing=table["standing"].fillna(Qualification.NONE.value),
    )[order].astype(_KINDS)
    return told.assign(
        model_name=bundle.contract.model,
        model_version=bundle.version,
        model_digest=bundle.digest,
        horizon_days=bundle.contract.horizon_days,
    )
