"""The settlement: from margins to a calibrator, and to cutoffs proved on other rows.

Calibrating for the first time and recalibrating go through here, so that there is one
way to do it. Which half of the rows a group is in, that for the map or that for the
cutoffs, is decided by a hash of the group and never changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

import numpy as np
import pandas as pd

from features.vocabulary import Split
from models.calibrating.calibration import SLOPE_CONVERSIONS, Calibrator, fit_calibrator
from models.evidence import Evidence, Mask, hashed
from models.learning.timeline import timeline_of
from models.points import Floats, Scale
from models.qualifying.cutoffs import Cutoffs, choose_cutoffs
from models.qualifying.rules import (
    CapacityRule,
    CaptureRule,
    CutoffRule,
    CutoffRules,
    PrecisionRule,
    ValueRule,
    WeeklyCapacityRule,
)

from ..judging.judgement import evidence_of
from ..registering.inheritance import Reference
from ..sections import Config, CutoffConfig
from .arriving import arrivals_of

# At a first calibration a slope paid from 15 conversions on, wherever it was measured.
FIRST_SLOPE_CONVERSIONS: Final = 15


@dataclass(frozen=True)
class Settled:
    """A calibrator and the cutoffs on its probabilities."""

    calibrator: Calibrator
    cutoffs: Cutoffs

    def log_odds(self, margin: pd.Series) -> Floats:
        """Calibrated log-odds; missing where the margin is."""
        known: Floats = margin.to_numpy(np.float64)
        return self.calibrator.intercept + self.calibrator.slope * known


@dataclass(frozen=True)
class Settlement:
    """The scorer that is judged, the one that is served, and where 50 points lie."""

    judged: Settled
    served: Settled
    reference: Reference


def settle(
    rows: pd.DataFrame,
    rules: CutoffRules,
    wait: timedelta,
    *,
    slope_conversions: int = FIRST_SLOPE_CONVERSIONS,
) -> Settled:
    """Calibrate on the calibrate rows, and choose cutoffs on the cutoff rows.

    Parameters
    ----------
    rows : DataFrame
        ``row``, ``split``, ``margin``, ``outcome``, ``lead_id``, ``group_id``,
        ``snapshot_at`` and ``position``; rows of other splits are left alone.
    wait : timedelta
        From a snapshot to the instant its outcome is known.
    slope_conversions : int
        From how many conversions on a slope is considered.
    """
    block = rows.loc[rows["split"] == Split.CALIBRATE]
    calibrator = fitted(block, wait, slope_conversions=slope_conversions)
    return Settled(calibrator, choose_cutoffs(rules, proof_of(rows, calibrator)))


def fitted(
    block: pd.DataFrame, wait: timedelta, *, slope_conversions: int = SLOPE_CONVERSIONS
) -> Calibrator:
    """Fit the map to these rows, or to the latest of them if that is better."""
    timeline = timeline_of(block, wait)
    return fit_calibrator(
        block["margin"],
        block["outcome"],
        order=timeline.instant if timeline.has_order else None,
        known_at=timeline.known_at if timeline.has_order else None,
        group_id=block["group_id"],
        slope_conversions=slope_conversions,
    )


def proof_of(rows: pd.DataFrame, calibrator: Calibrator) -> Evidence:
    """The rows that cutoffs are proved on, with the probabilities of a map."""
    proof = rows.loc[rows["split"] == Split.CUTOFF]
    evidence = evidence_of(proof, calibrator.probability(proof["margin"]))
    return replace(evidence, arrivals=arrivals_of(rows, calibrator))


def is_for_the_map(group_id: pd.Series) -> Mask:
    """Whether a group's rows are in the half that calibrates; else it sets cutoffs."""
    return np.asarray(hashed(group_id, "calibrate or cutoff") % np.uint64(2) == 0)


def with_test_halves(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows as the served scorer is settled on: all that have a rolled margin.

    Those of the test block, and of the embargo before it, are shared out between
    calibrate and cutoff by the hash of the group, too. Each has the margin of a booster
    that was fitted shortly before it, as the served one will have been: the judged one
    was older, and a map that makes up for that would do so twice.
    """
    is_later = rows["split"].isin([Split.TEST, Split.EMBARGO])
    is_later &= rows["rolled_margin"].notna()
    first = is_for_the_map(rows.loc[is_later, "group_id"])
    split = rows["split"].copy()
    split[is_later] = np.where(first, Split.CALIBRATE.value, Split.CUTOFF.value)
    return rows.assign(split=split, margin=rows["rolled_margin"])


def predictions(
    rows: pd.DataFrame, log_odds: Floats, cutoffs: Cutoffs, reference: float
) -> pd.DataFrame:
    """Every labelled snapshot, with what was said of it.

    Parameters
    ----------
    log_odds : ndarray of shape (n,)
        Calibrated; missing where no booster gave a margin without having seen the row.
    cutoffs : Cutoffs
        What makes a probability a qualification.
    reference : float
        ẑ_ref: the log-odds of 50 points.
    """
    scale = Scale(0.0, 1.0, reference)
    columns = ["row", "lead_id", "group_id", "snapshot_at", "position"]
    told = rows[[*columns, "split", "outcome", "margin"]].copy()
    known = np.isfinite(log_odds)
    probability, score = np.full(len(told), np.nan), np.full(len(told), np.nan)
    probability[known] = scale.probability(log_odds[known])
    score[known] = scale.score(log_odds[known])
    qualification = np.full(len(told), None, dtype=object)
    qualification[known] = cutoffs.qualification(probability[known])
    return told.assign(
        probability=probability,
        score=pd.array(score, dtype="Int64"),
        qualification=qualification,
    )


def rules_of(config: Config) -> CutoffRules:
    """What is asked of the cutoffs."""
    return CutoffRules(_rule(config.cutoffs.mql), _rule(config.cutoffs.sql))


def _rule(section: CutoffConfig) -> CutoffRule:
    otherwise = None if section.otherwise is None else _rule(section.otherwise)
    if section.precision is not None and section.confidence is not None:
        return PrecisionRule(section.precision, section.confidence, otherwise)
    if section.capture is not None and section.confidence is not None:
        return CaptureRule(section.capture, section.confidence, otherwise)
    if section.value is not None and section.cost is not None:
        return ValueRule(section.value, section.cost, otherwise)
    if section.capacity_per_week is not None:
        return WeeklyCapacityRule(section.capacity_per_week, otherwise)
    return CapacityRule(section.capacity_share or 0.0, otherwise)
