"""A run's rows settled again: the map, the cutoffs, and what that was worth.

Why a cutoff is proved on the newest block where that can bear it: its rows have the
probabilities that they would have been given at the time. Where fewer than 60 of its
leads converted, older rows are called in, with the map as it was before the block.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from features.vocabulary import LEAD_ID, Split
from models.calibrating.calibration import SLOPE_CONVERSIONS, Calibrator
from models.calibrating.prequential import Chunk, prequential
from models.contract import Contract
from models.evidence import Evidence, Mask
from models.judging.quality import judge
from models.learning.timeline import Instants, Rows, timeline_of
from models.points import Floats, log_odds_of, probability_of
from models.qualifying.verdicts import Proofs, prove_again

from ..company import maturity_of
from ..judging.judgement import evidence_of
from ..registering.inheritance import Reference
from ..sections import Config
from .arriving import arrivals_at
from .carried import Carried, Finished
from .settlement import (
    Settled,
    Settlement,
    fitted,
    is_for_the_map,
    predictions,
    rules_of,
    settle,
    with_test_halves,
)

# As many as a slope needs: with fewer a test of one cutoff hangs on a handful of leads.
PROOF_CONVERSIONS: Final = SLOPE_CONVERSIONS
_NEVER: Final = np.iinfo(np.int64).max  # when the outcome of a cutoff row may be used


@dataclass(frozen=True, eq=False)
class Resettled:
    """Rows that were settled again.

    Attributes
    ----------
    settlement : Settlement
        *judged*: of what was known before the newest block; *served*: of all of it.
    proofs : Proofs
        The verdict on each cutoff.
    predicted : DataFrame
        As for ``predictions.parquet``; in the newest block what was said at the time.
    before : ndarray of shape (n,)
        What the scorer said as it was, of the rows of the newest block; else NaN.
    chunks : tuple of Chunk
        How the newest block was gone through.
    """

    settlement: Settlement
    proofs: Proofs
    predicted: pd.DataFrame
    before: Floats
    chunks: tuple[Chunk, ...]

    def judged(self, quality: dict[str, Any], seed: int) -> dict[str, Any]:
        """The newest block as the scorer was, and recalibrated as time went by."""
        is_test = (self.predicted["split"] == Split.TEST).to_numpy()
        test = self.predicted.loc[is_test]
        before = judge(
            self.before[is_test],
            test["outcome"],
            None,
            test["group_id"],
            base_rate=quality["test"]["base_rate"],
            seed=seed,
        )
        return {
            "before": before.to_dict(),
            "after": quality["test"],
            "chunks": [c.to_dict() for c in self.chunks],
        }


def settle_again(
    config: Config, contract: Contract, found: Carried, judged_then: dict[str, Any]
) -> Resettled:
    """Settle carried rows again.

    Parameters
    ----------
    contract : Contract
        Of the scorer as it was.
    judged_then : dict
        The map by which its newest block was judged: that block's rows were not in it.
    """
    rows, rules = found.rows, rules_of(config)
    is_test = (rows["split"] == Split.TEST).to_numpy()
    wait = maturity_of(config, None).wait
    judged = settle(rows, rules, wait, slope_conversions=SLOPE_CONVERSIONS)
    probability, chunks = _as_time_went_by(rows, wait, is_test, judged.calibrator)
    log_odds = judged.log_odds(rows["margin"])
    log_odds[is_test] = log_odds_of(probability[is_test])
    halves = with_test_halves(rows)
    calibrator = fitted(halves.loc[halves["split"] == Split.CALIBRATE], wait)
    proofs = prove_again(rules, contract.cutoffs, _proof(halves, is_test, log_odds))
    reference = _kept(contract)
    return Resettled(
        Settlement(judged, Settled(calibrator, proofs.cutoffs), reference),
        proofs,
        predictions(rows, log_odds, judged.cutoffs, reference.value),
        np.where(is_test, _as_it_was(contract, found, judged_then), np.nan),
        chunks,
    )


def _as_time_went_by(
    rows: pd.DataFrame, wait: timedelta, is_test: Mask, otherwise: Calibrator
) -> tuple[Floats, tuple[Chunk, ...]]:
    """Probability of the newest block's rows with the maps of their time."""
    with_margin = np.flatnonzero(rows["margin"].notna())
    part = rows.iloc[with_margin]
    instant, known_at = _when(rows, wait, is_test)
    # A group whose rows set cutoffs is in no map.
    may_teach = is_for_the_map(part["group_id"])
    found = prequential(
        part["margin"],
        part["outcome"],
        instant=instant[with_margin],
        known_at=np.where(may_teach, known_at[with_margin], _NEVER),
        is_judged=is_test[with_margin],
        policy=lambda known: fitted(part.iloc[known], wait),
        otherwise=otherwise,
    )
    probability = np.full(len(rows), np.nan)
    probability[with_margin] = found.probability
    return probability, found.chunks


def _when(
    rows: pd.DataFrame, wait: timedelta, is_test: Mask
) -> tuple[Instants, Instants]:
    """When each row was, and when its outcome was known; a random block comes last."""
    timeline = timeline_of(rows, wait)
    if timeline.has_order:
        return timeline.instant, timeline.known_at
    return is_test.astype(np.int64), is_test.astype(np.int64) + 1


def _proof(halves: pd.DataFrame, is_test: Mask, log_odds: Floats) -> Evidence:
    """The rows that cutoffs are proved on, as they were spoken of at the time.

    Those of the groups that calibrate count as well where leads are counted by week.
    """
    is_cutoff = (halves["split"] == Split.CUTOFF).to_numpy()
    newest: Rows = np.flatnonzero(is_cutoff & is_test)
    outcome = halves["outcome"].to_numpy()[newest]
    converted = halves[LEAD_ID].to_numpy()[newest][outcome == 1]
    enough = len(set(converted)) >= PROOF_CONVERSIONS
    chosen = newest if enough else np.flatnonzero(is_cutoff & np.isfinite(log_odds))
    counts = np.isfinite(log_odds) & (is_test if enough else True)
    probability = np.full(len(halves), np.nan)
    probability[counts] = probability_of(log_odds[counts])
    evidence = evidence_of(halves.iloc[chosen], probability[chosen])
    return replace(evidence, arrivals=arrivals_at(halves, probability))


def _as_it_was(
    contract: Contract, found: Carried, judged_then: dict[str, Any]
) -> Floats:
    """What the scorer said before, of rows that its map had not seen."""
    margin = found.rows["margin"].to_numpy(np.float64)
    scale = contract.scale
    now = scale.intercept + scale.slope * margin
    then = judged_then["intercept"] + judged_then["slope"] * margin
    log_odds = np.where(found.is_fresh, now, then)
    known = np.isfinite(log_odds)
    probability = np.full(len(margin), np.nan)
    probability[known] = probability_of(log_odds[known])
    return probability


def _kept(contract: Contract) -> Reference:
    value = contract.scale.reference
    rate = float(probability_of([value])[0])
    said = (
        f"50 points are a rate of {rate:.2%}, as before: a recalibration never "
        "changes that."
    )
    return Reference(value, "kept", None, said)


def record(
    run: Finished, found: Carried, again: Resettled, quality: dict[str, Any]
) -> dict[str, Any]:
    """What the contract says of the recalibration, in plain values."""
    served, was = again.settlement.served.calibrator, run.contract.scale
    block = quality["prequential"]
    rows = found.rows
    fresh = rows.loc[found.is_fresh]
    return {
        "of_run": run.folder.name,
        "of_digest": run.bundle.digest,
        "newer_snapshots": len(fresh),
        "newer_conversions": int(fresh["outcome"].sum()),
        "waiting_snapshots": found.waiting,
        "window": served.window,
        "rows": served.rows,
        "conversions": served.conversions,
        "intercept": {"before": was.intercept, "after": served.intercept},
        "slope": {"before": was.slope, "after": served.slope},
        "base_rate": {
            "before": block["after"]["base_rate"],
            "after": float(rows.loc[rows["split"] == Split.TEST, "outcome"].mean()),
        },
        "newest_block": {
            when: {
                k: block[when][k]
                for k in ("rows", "conversions", "observed_over_expected", "log_loss")
            }
            for when in ("before", "after")
        },
        "flags": list(served.flags),
        "cutoffs": again.proofs.to_dict(),
    }
