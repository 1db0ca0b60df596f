"""From margins to probabilities, cutoffs that keep promises, and an honest judgement.

Two scorers are calibrated. The *judged* one rests on what was known before the test
block, and every figure is of it. The *served* one has learnt from the test block too,
so that it is as recent as it can be; its calibration and cutoffs rest on the same
rolling-origin margins, extended over the test block.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from features.catalogue import slug
from features.errors import ConfigError, few
from features.vocabulary import DAY_US, Split
from models.breakdowns import gains_table, reliability_table, segment_table
from models.calibration import Calibrator, fit_calibrator
from models.consequences import consequences
from models.cutoffs import Cutoffs, choose_cutoffs
from models.evidence import Evidence, hashed
from models.points import log_odds_of
from models.quality import judge, log_losses
from models.rules import (
    CapacityRule,
    CaptureRule,
    CutoffRule,
    CutoffRules,
    PrecisionRule,
    ValueRule,
)

from ..artefacts import (
    CALIBRATION,
    CONSEQUENCES,
    CUTOFFS,
    FEATURES,
    MARGINS,
    PREDICTIONS,
    QUALITY,
    SPINE,
)
from ..sections import Config, CutoffConfig
from ..stage import Shelf, stage


@stage(
    reads=(SPINE, FEATURES, MARGINS),
    writes=(CALIBRATION, CUTOFFS, CONSEQUENCES, QUALITY, PREDICTIONS),
)
def calibrate(config: Config, shelf: Shelf) -> None:
    """Calibrate probabilities and cutoffs, and judge them on the newest block."""
    rows = shelf.get(SPINE).merge(shelf.get(MARGINS), on="row", validate="1:1")
    rules = CutoffRules(_rule(config.cutoffs.mql), _rule(config.cutoffs.sql))
    reference = _reference(config, rows)
    shelf.say("calibrating")
    judged = _settle(rows, rules)
    served = (
        _settle(_with_test_halves(rows), rules)
        if config.train.refit_after_test
        else judged
    )
    predicted = _predictions(rows, judged, reference)
    shelf.say("judging")
    test = predicted.loc[predicted["split"] == Split.TEST]
    shelf.put(PREDICTIONS, predicted)
    shelf.put(
        CALIBRATION,
        {
            "reference": reference,
            "judged": judged.calibrator.to_dict(),
            "served": served.calibrator.to_dict(),
        },
    )
    shelf.put(
        CUTOFFS,
        {
            "judged": judged.cutoffs.to_dict(),
            "served": served.cutoffs.to_dict(),
            "on_test": _on_test(test, judged.cutoffs),
        },
    )
    shelf.put(CONSEQUENCES, _consequences(test, judged.cutoffs))
    # Of rows whose outcomes were known when the block began: not of the embargo's.
    known = rows["split"].isin([Split.TRAIN, Split.CALIBRATE, Split.CUTOFF])
    base_rate = _rate(rows.loc[known])
    segments = _segments(config, shelf.get(FEATURES), test)
    told = _quality(test, base_rate, config.train.seed)
    told["served"] = _between(rows, judged, served)
    shelf.put(QUALITY, told | segments)


# At a first calibration a slope paid from 15 conversions on, wherever it was measured.
_SLOPE_CONVERSIONS = 15


@dataclass(frozen=True)
class _Settled:
    """A calibrator and the cutoffs on its probabilities."""

    calibrator: Calibrator
    cutoffs: Cutoffs


def _settle(rows: pd.DataFrame, rules: CutoffRules) -> _Settled:
    block = rows.loc[rows["split"] == Split.CALIBRATE]
    calibrator = fit_calibrator(
        block["margin"],
        block["outcome"],
        order=_order(block),
        group_id=block["group_id"],
        slope_conversions=_SLOPE_CONVERSIONS,
    )
    proof = rows.loc[rows["split"] == Split.CUTOFF]
    evidence = _evidence(proof, calibrator.probability(proof["margin"]))
    return _Settled(calibrator, choose_cutoffs(rules, evidence))


def _with_test_halves(rows: pd.DataFrame) -> pd.DataFrame:
    """The test rows shared out between calibrate and cutoff, by a hash of the group."""
    is_test = rows["split"] == Split.TEST
    salt = "calibrate or cutoff"
    first = hashed(rows.loc[is_test, "group_id"], salt) % np.uint64(2) == 0
    split = rows["split"].copy()
    split[is_test] = np.where(first, Split.CALIBRATE.value, Split.CUTOFF.value)
    return rows.assign(split=split)


def _order(rows: pd.DataFrame) -> np.ndarray | None:
    for column in ("snapshot_at", "position"):
        if rows[column].notna().all():
            return rows[column].rank(method="dense").to_numpy()
    return None


def _evidence(rows: pd.DataFrame, probability: np.ndarray) -> Evidence:
    return Evidence.of(
        probability,
        rows["outcome"],
        group_id=rows["group_id"],
        row_key=rows["row"],
    )


def _reference(config: Config, rows: pd.DataFrame) -> float:
    """ẑ_ref: the log-odds that are worth 50 points."""
    rate = config.points.reference_rate
    if rate is None:
        rate = _rate(rows.loc[rows["split"] != Split.TEST])
    return float(log_odds_of([rate])[0])


def _rate(rows: pd.DataFrame) -> float:
    return float(rows["outcome"].mean())


def _predictions(
    rows: pd.DataFrame, judged: _Settled, reference: float
) -> pd.DataFrame:
    """Every labelled snapshot, with a margin where a booster had not seen it."""
    scale = judged.calibrator.scale(reference)
    columns = ["row", "lead_id", "group_id", "snapshot_at", "position"]
    told = rows[[*columns, "split", "outcome", "margin"]].copy()
    known = told["margin"].notna().to_numpy()
    margin = told.loc[known, "margin"].to_numpy()
    probability = np.full(len(told), np.nan)
    probability[known] = scale.probability(margin)
    score = np.full(len(told), np.nan)
    score[known] = scale.score(margin)
    qualification = np.full(len(told), None, dtype=object)
    qualification[known] = judged.cutoffs.qualification(probability[known])
    return told.assign(
        probability=probability,
        score=pd.array(score, dtype="Int64"),
        qualification=qualification,
    )


def _on_test(test: pd.DataFrame, cutoffs: Cutoffs) -> dict[str, Any]:
    """What each cutoff did on the block that nobody had seen."""
    evidence = _evidence(test, test["probability"].to_numpy())
    found = {}
    for cutoff in (cutoffs.mql, cutoffs.sql):
        if cutoff.threshold is not None:
            table = consequences(evidence, [cutoff.threshold])
            a_week = _new_a_week(test, cutoff.threshold)
            found[cutoff.name] = table.iloc[0].to_dict() | {"leads_per_week": a_week}
    return found


def _consequences(test: pd.DataFrame, cutoffs: Cutoffs) -> pd.DataFrame:
    evidence = _evidence(test, test["probability"].to_numpy())
    candidates = np.quantile(evidence.probability, np.linspace(0.5, 0.99, 15))
    chosen = [
        c.threshold for c in (cutoffs.mql, cutoffs.sql) if c.threshold is not None
    ]
    table = consequences(evidence, [*candidates, *chosen])
    return table.assign(leads_per_week=[_new_a_week(test, t) for t in table.threshold])


def _new_a_week(test: pd.DataFrame, threshold: float) -> float:
    """Leads that first reach a threshold in a week of the block; NaN without dates."""
    if test["snapshot_at"].isna().any():
        return math.nan
    week = test["snapshot_at"].dt.as_unit("us").astype("int64") // (7 * DAY_US)
    reached = test.loc[test["probability"] >= threshold, "lead_id"]
    return float(reached.nunique() / week.nunique())


def _between(
    rows: pd.DataFrame, judged: _Settled, served: _Settled
) -> dict[str, float]:
    """How far the served scorer's probabilities are from the judged one's."""
    test = rows.loc[rows["split"] == Split.TEST]
    ours = served.calibrator.probability(test["served_margin"])
    gap = np.abs(ours - judged.calibrator.probability(test["margin"]))
    return {
        "mean_difference": float(gap.mean()),
        "largest_difference": float(gap.max()),
    }


def _quality(test: pd.DataFrame, base_rate: float, seed: int) -> dict[str, Any]:
    columns = test["probability"], test["outcome"], None, test["group_id"]
    judged = judge(*columns, base_rate=base_rate, seed=seed)
    constant = log_losses(np.full(len(test), base_rate), test["outcome"]).mean()
    return {
        "test": judged.to_dict(),
        "constant": {"log_loss": float(constant)},
        "reliability": reliability_table(*columns).to_dict("records"),
        "gains": gains_table(*columns).to_dict("records"),
    }


def _segments(
    config: Config, features: pd.DataFrame, test: pd.DataFrame
) -> dict[str, Any]:
    columns = test["probability"], test["outcome"], None, test["group_id"]
    held = features.set_index("row").loc[test["row"]]
    tables = {}
    for name in config.segments.columns:
        column = slug(name)
        if column not in held:
            raise ConfigError(
                f"segments.columns names {name!r}, which is no column of the features. "
                "Known are those that `leadlight signals` lists, such as "
                f"{few(list(features.columns[3:]), 5)}."
            )
        segment = held[column].astype("object").fillna("(missing)")
        tables[name] = segment_table(*columns, segment).to_dict("records")
    return {"segments": tables}


def _rule(section: CutoffConfig) -> CutoffRule:
    otherwise = None if section.otherwise is None else _rule(section.otherwise)
    if section.precision is not None and section.confidence is not None:
        return PrecisionRule(section.precision, section.confidence, otherwise)
    if section.capture is not None and section.confidence is not None:
        return CaptureRule(section.capture, section.confidence, otherwise)
    if section.value is not None and section.cost is not None:
        return ValueRule(section.value, section.cost, otherwise)
    return CapacityRule(section.capacity_share or 0.0, otherwise)
