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
from models.points import Scale
from models.qualifying.cutoffs import Cutoffs
from models.recalling.bins import rates_of_past
from models.recalling.counting import Past
from models.recalling.drawing import make_precedents
from models.served import encode
from models.touch_sources import TouchSource
from models.treeshap import TreeExplainer
from models.treeshap.trees import Trees

from ..actions import actions_of
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
    JUDGED,
    LADDER,
    MARGINS,
    MATURITY,
    PRECEDENTS,
    SPINE,
    USUAL_SOURCES,
)
from ..company import rule_of
from ..night.familiarity import with_familiarity
from ..sections import Config
from ..stage import Shelf, stage
from ..survey import survey


@stage(
    reads=(
        SPINE, FEATURES, CATALOGUE, ENCODING, LADDER, MARGINS, BOOSTER, CALIBRATION,
        CUTOFFS, JUDGED, USUAL_SOURCES, MATURITY,
    ),
    writes=(CONTRACT, FAMILIARITY, PRECEDENTS, EXPLANATIONS, *survey.WRITES),
)  # fmt: skip
def explain(config: Config, shelf: Shelf) -> None:
    """Settle the contract, and split the points of the newest block among signals."""
    spine, split = shelf.get(SPINE), shelf.get(MARGINS)["split"]
    learnt = np.ones(len(spine), dtype=np.bool_)
    if not config.train.refit_after_test:
        learnt = ~split.isin([Split.TEST, Split.EMBARGO]).to_numpy()
    contract = _contract(config, shelf, spine, _trained_until(config, spine[learnt]))
    explainer = TreeExplainer(shelf.get(BOOSTER), contract.players)
    found, on_calibrate = put_points(config, shelf, contract, explainer)
    graded = _with_grades(contract, found, on_calibrate)
    used = set(explainer.trees.splits.feature.tolist())
    shelf.say("learning what past leads are like")
    features = shelf.get(FEATURES)
    told, forests = with_familiarity(
        config, graded, spine[learnt], features[learnt], used
    )
    shelf.put(FAMILIARITY, forests)
    shelf.put(PRECEDENTS, _precedents(shelf, told, explainer, learnt))
    shelf.say("counting what became of past leads")
    shelf.put(CONTRACT, _with_rates(shelf, told, explainer.trees).to_json())


def put_points(
    config: Config, shelf: Shelf, contract: Contract, explainer: TreeExplainer
) -> tuple[Explanation, Mask]:
    """Explain the calibrate and the test rows; put their points and a survey of them.

    Parameters
    ----------
    explainer : TreeExplainer
        Of the booster that is served, with the contract's signals as players.

    Returns
    -------
    Explanation
        Of these rows.
    ndarray of bool
        Which of them calibrated.
    """
    spine, features = shelf.get(SPINE), shelf.get(FEATURES)
    split = shelf.get(MARGINS)["split"]
    shown = np.flatnonzero(split.isin([Split.CALIBRATE, Split.TEST]))
    encoded = encode(features.iloc[shown], contract.encoding)
    shelf.say(f"explaining {len(shown):,} snapshots")
    found = explained_by(explainer, contract, encoded, explainer.margins(encoded))
    on_calibrate = (split.iloc[shown] == Split.CALIBRATE).to_numpy()
    shelf.put(EXPLANATIONS, _points(spine.iloc[shown], found, contract))
    every = survey.Explained(
        contract, explainer, spine.iloc[shown], features.iloc[shown], encoded, found
    )
    survey.put_survey(config, shelf, every.at(~on_calibrate))
    return found, on_calibrate


def _with_rates(shelf: Shelf, contract: Contract, trees: Trees) -> Contract:
    """Add the conversion rates of past leads by the value of each signal."""
    passed = np.bincount(
        trees.splits.feature, trees.split_rows, minlength=len(contract.features)
    )
    past = Past.of(shelf.get(SPINE))
    features, signals = contract.features, contract.signals
    rates = rates_of_past(
        past, shelf.get(FEATURES), features, signals, passed.astype(np.float64)
    )
    return replace(contract, rates=rates, rate=past.rate)


def _precedents(
    shelf: Shelf, contract: Contract, explainer: TreeExplainer, learnt: Mask
) -> bytes:
    """Past leads and what became of them, of the rows that the scorer may know of."""
    made = make_precedents(
        shelf.get(SPINE)[learnt],
        shelf.get(FEATURES)[learnt],
        shelf.get(MARGINS)["rolled_margin"].to_numpy(np.float64)[learnt],
        contract,
        explainer,
    )
    return made.to_bytes()


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
    catalogue = catalogue_of(company)
    return Contract(
        model=config.run.model,
        features=features,
        signals=model_signals(catalogue, features),
        scale=Scale(served["intercept"], served["slope"], calibration["reference"]),
        cutoffs=Cutoffs.from_dict(shelf.get(CUTOFFS)["served"]),
        conversion=config.outcome.event,
        words=config.outcome.words,
        horizon_days=config.outcome.horizon_days,
        ending=_ending(config),
        snapshots=rule_of(config).to_dict(),
        lead_age_days=_lead_ages(spine),
        holds_for_days=_holds_for(config, shelf),
        timezone=config.source.timezone,
        company=told["company"],
        fingerprint=told["fingerprint"],
        grades={},
        hysteresis=config.points.hysteresis,
        trained_until=trained_until,
        scorer=shelf.get(LADDER).get("scorer", "booster"),
        actions=actions_of(config, catalogue, features, shelf.say),
        sources=usual_of(shelf),
    )


def _ending(config: Config) -> dict[str, Any]:
    """What ends a lead, as plain values; without deadlines nothing is said of any."""
    outcome = config.outcome
    told = {"conversion": outcome.conversion, "closed_by": list(outcome.closed_by)}
    return told if outcome.until is None else {**told, "until": outcome.until}


def usual_of(shelf: Shelf) -> tuple[TouchSource, ...]:
    """What is usual of each source of touches; empty in a run of an older version."""
    stored = shelf.find(USUAL_SOURCES) or {"touches": []}
    return tuple(map(TouchSource.from_dict, stored["touches"]))


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


def _holds_for(config: Config, shelf: Shelf) -> float | None:
    """Days after its one snapshot up to which a lead's probability holds."""
    if config.snapshots.rule != "after_creation":
        return None
    days = (shelf.find(MATURITY) or {}).get("holds_for_days")
    return None if days is None else float(days)


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
