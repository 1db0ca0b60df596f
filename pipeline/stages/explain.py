"""From a calibrated booster to its contract, and to the points of every signal.

The points are of the *served* scorer, the one that people meet. ``predictions.parquet``
holds what the judged one said, so the two do not add up to one another.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from features.catalogue import catalogue_of
from features.company import Company
from features.vocabulary import DAY_US, Split
from models.contract import Contract, model_signals
from models.evidence import Mask
from models.explaining.explanation import Explanation, quartiles
from models.explaining.explanation import explain as explained_by
from models.players import ModelFeature
from models.points import Floats, Scale
from models.qualifying.cutoffs import Cutoffs
from models.served import encode
from models.treeshap import TreeExplainer
from models.treeshap.trees import read_trees

from ..artefacts import (
    BOOSTER,
    CALIBRATION,
    CATALOGUE,
    CONTRACT,
    CUTOFFS,
    ENCODING,
    EXPLANATIONS,
    FAMILIARITY,
    FEATURES,
    IMPORTANCE,
    LADDER,
    MARGINS,
    SPINE,
)
from ..company import ending_of, rule_of
from ..night.familiarity import with_familiarity
from ..sections import Config
from ..stage import Shelf, stage


@stage(
    reads=(
        SPINE, FEATURES, CATALOGUE, ENCODING, LADDER, MARGINS, BOOSTER, CALIBRATION,
        CUTOFFS,
    ),
    writes=(CONTRACT, FAMILIARITY, EXPLANATIONS, IMPORTANCE),
)  # fmt: skip
def explain(config: Config, shelf: Shelf) -> None:
    """Settle the contract, and split the points of the newest block among signals."""
    spine, split = shelf.get(SPINE), shelf.get(MARGINS)["split"]
    learnt = np.ones(len(spine), dtype=np.bool_)
    if not config.train.refit_after_test:
        learnt = ~split.isin([Split.TEST, Split.EMBARGO]).to_numpy()
    contract = _contract(config, shelf, spine, _trained_until(config, spine[learnt]))
    found, on_calibrate = put_points(shelf, contract)
    graded = _with_grades(contract, found, on_calibrate)
    used = set(read_trees(shelf.get(BOOSTER)).splits.feature.tolist())
    shelf.say("learning what past leads are like")
    features = shelf.get(FEATURES)
    told, forests = with_familiarity(
        config, graded, spine[learnt], features[learnt], used
    )
    shelf.put(FAMILIARITY, forests)
    shelf.put(CONTRACT, told.to_json())


def put_points(shelf: Shelf, contract: Contract) -> tuple[Explanation, Mask]:
    """Explain the calibrate and the test rows, and put their points on the shelf.

    Returns
    -------
    Explanation
        Of these rows.
    ndarray of bool
        Which of them calibrated.
    """
    spine, features = shelf.get(SPINE), shelf.get(FEATURES)
    split = shelf.get(MARGINS)["split"]
    explainer = TreeExplainer.from_text(shelf.get(BOOSTER), contract.players)
    shown = np.flatnonzero(split.isin([Split.CALIBRATE, Split.TEST]))
    encoded = encode(features.iloc[shown], contract.encoding)
    shelf.say(f"explaining {len(shown):,} snapshots")
    found = explained_by(explainer, contract, encoded, explainer.margins(encoded))
    on_calibrate = (split.iloc[shown] == Split.CALIBRATE).to_numpy()
    shelf.put(EXPLANATIONS, _points(spine.iloc[shown], found, contract))
    shelf.put(IMPORTANCE, _importance(found, contract, ~on_calibrate))
    return found, on_calibrate


def _contract(
    config: Config, shelf: Shelf, spine: pd.DataFrame, trained_until: str | None
) -> Contract:
    told, calibration = shelf.get(CATALOGUE), shelf.get(CALIBRATION)
    company = Company.from_dict(told["company"])
    features = tuple(
        ModelFeature(
            f["name"],
            tuple(f["categories"]) if "categories" in f else None,
            tuple(f["rare"]),
            f.get("low"),
            f.get("high"),
        )
        for f in shelf.get(ENCODING)["features"]
    )
    served = calibration["served"]
    ending = ending_of(config)
    return Contract(
        model=config.run.model,
        features=features,
        signals=model_signals(catalogue_of(company), features),
        scale=Scale(served["intercept"], served["slope"], calibration["reference"]),
        cutoffs=Cutoffs.from_dict(shelf.get(CUTOFFS)["served"]),
        conversion=ending.conversion or f"{config.outcome.column}",
        horizon_days=config.outcome.horizon_days,
        ending={"conversion": ending.conversion, "closed_by": list(ending.closed_by)},
        snapshots=rule_of(config).to_dict(),
        lead_age_days=_lead_ages(spine),
        company=told["company"],
        fingerprint=told["fingerprint"],
        grades={},
        hysteresis=config.points.hysteresis,
        trained_until=trained_until,
        scorer=shelf.get(LADDER).get("scorer", "booster"),
    )


def _trained_until(config: Config, learnt: pd.DataFrame) -> str | None:
    """When the last outcome was known that the scorer has learnt from."""
    if learnt["snapshot_at"].isna().any():
        return None
    outcome = config.outcome
    wait = timedelta(days=(outcome.horizon_days or 0) + outcome.settling_days)
    return str((learnt["snapshot_at"].max() + wait).isoformat())


def _lead_ages(spine: pd.DataFrame) -> tuple[float, float] | None:
    if spine["snapshot_at"].isna().any():
        return None
    age = (spine["snapshot_at"] - spine["created_at"]).dt.as_unit("us").astype("int64")
    days = age.to_numpy() / DAY_US
    return float(days.min()), float(days.max())


def _with_grades(
    contract: Contract, found: Explanation, on_calibrate: np.ndarray
) -> Contract:
    return replace(contract, grades=quartiles(found, on_calibrate))


def _points(
    spine: pd.DataFrame, found: Explanation, contract: Contract
) -> pd.DataFrame:
    """One row a snapshot, one column a signal, in points; ``points`` is their sum."""
    keys = spine[["row", "lead_id", "snapshot_at"]].reset_index(drop=True)
    codes = [s.code for s in contract.signals]
    points = pd.DataFrame(found.points, columns=codes)
    told = points.assign(start_points=found.start, points=found.total)
    return pd.concat([keys, told], axis=1)


def _importance(
    found: Explanation, contract: Contract, rows: np.ndarray
) -> pd.DataFrame:
    """Mean absolute points of each signal on the test rows, the greatest first."""
    points: Floats = found.points[rows]
    table: dict[str, Any] = {
        "signal": [s.code for s in contract.signals],
        "words": [s.words for s in contract.signals],
        "family": [s.family.value for s in contract.signals],
        "mean_absolute_points": np.abs(points).mean(axis=0),
        "least_points": points.min(axis=0),
        "most_points": points.max(axis=0),
    }
    frame = pd.DataFrame(table)
    return frame.sort_values(
        ["mean_absolute_points", "signal"], ascending=[False, True], ignore_index=True
    )
