"""The columns of the output: which, of what kind, in which order."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from features.vocabulary import Qualification
from models.contract import Contract
from models.explaining.reasons import MOST_REASONS, Told
from models.explaining.words import sentence, tenths
from models.points import Floats

from ..bundle import Bundle
from .changes import PUBLISHED
from .texts import Known, laid_out
from .unreadable import LINE, TEXT

REASONS: Final = "reasons"  # which of the told leads a row is; missing where none is
_DIRECTIONS = ("raising", "lowering")
_PARTS = ("code", "words", "points")
REASON_COLUMNS = [
    f"{direction}_{place}_{part}"
    for direction in _DIRECTIONS
    for place in range(1, MOST_REASONS + 1)
    for part in _PARTS
]

# Stated, since a column in which nobody has a value would else be of no kind at all.
_KINDS: dict[str, Any] = {
    **dict.fromkeys(("lead_id", "account_id", "status_said", "grade"), "str"),
    **dict.fromkeys((TEXT, "qualification", "standing"), "str"),
    **dict.fromkeys(("probability", "fit_points", "engagement_points"), "float64"),
    **dict.fromkeys(("start_points", "other_points"), "float64"),
    **dict.fromkeys(("score", LINE), "Int64"),
    "status": pd.ArrowDtype(pa.string()),  # as earlier nights have it
    **PUBLISHED,
}

Rows = npt.NDArray[np.intp]


def reason_columns(told: Told, contract: Contract, rows: Rows) -> dict[str, Any]:
    """Return the strongest reasons of each lead, each in three columns.

    Parameters
    ----------
    rows : ndarray of int, shape (n_leads,)
        Which of the told leads each is; -1 for one without reasons.

    Returns
    -------
    dict of str to arrays of shape (n_leads,)
        Texts as Arrow holds them.
    """
    codes = Known.of([s.code for s in contract.signals])
    values = Known.of(told.values)
    columns: dict[str, Any] = {}
    for slot in range(2 * MOST_REASONS):
        direction, place = divmod(slot, MOST_REASONS)
        name = f"{_DIRECTIONS[direction]}_{place + 1}"
        signals = _laid(told.places[:, slot], rows, -1)
        said = _laid(told.said[:, slot], rows, -1)
        points = _laid(told.points[:, slot], rows, np.nan)
        words = laid_out((values, said), _effects(points))
        columns[f"{name}_code"] = _texts(laid_out((codes, signals)))
        columns[f"{name}_words"] = _texts(words)
        columns[f"{name}_points"] = points
    return columns


def named(table: pd.DataFrame, bundle: Bundle, told: Told) -> pd.DataFrame:
    """The columns in their stated order, with the model they come from."""
    before = [
        "row", "lead_id", "account_id", "snapshot_at", "probability", "score",
        "status", "status_said", "qualification", "standing", "standing_since",
        "grade", "fit_points", "engagement_points", "start_points",
    ]  # fmt: skip
    whole = table.assign(
        qualification=table["qualification"].fillna(Qualification.NONE.value),
        standing=table["standing"].fillna(Qualification.NONE.value),
        **{c: table.get(c, default=None) for c in (LINE, TEXT)},
    ).astype(_KINDS)
    rows = table[REASONS].fillna(-1).to_numpy(np.intp)
    reasons = pd.DataFrame(
        reason_columns(told, bundle.contract, rows), index=table.index
    )
    after = ["other_points", *PUBLISHED, LINE, TEXT]
    return pd.concat([whole[before], reasons, whole[after]], axis=1).assign(
        model_name=bundle.contract.model,
        model_version=bundle.version,
        model_digest=bundle.digest,
        reasons_method=bundle.explainer.method,
        horizon_days=bundle.contract.horizon_days,
    )


def _laid(values: npt.NDArray[Any], rows: Rows, nothing: float) -> npt.NDArray[Any]:
    """The values of the told leads in the rows' order, or ``nothing``."""
    return np.append(values, values.dtype.type(nothing))[rows]


def _effects(points: Floats) -> tuple[Known, npt.NDArray[np.int64]]:
    """What contributions do to the score, and which of it each does; -1: nothing."""
    codes, steps = pd.factorize(tenths(np.abs(points)) * np.sign(points))
    return Known.of([sentence("", step / 10) for step in steps]), codes


def _texts(texts: Any) -> Any:
    """Arrow's texts as a column of pandas, which holds them as they are."""
    return pd.array(texts, dtype="str")
