"""A check of the served scorer: whether it says what was observed where it looks next.

What is judged on the newest block is a booster that has not seen it; what is served has
learnt from it. A map that was fitted to the margins of earlier boosters may put the
served one at another level, and no figure of the judged one shows that.
"""

from __future__ import annotations

import numpy as np

from features.vocabulary import Split
from models.evidence import Evidence
from models.judging.intervals import Figure, figures
from models.points import Floats, Scale

from .case import Case
from .check import Value, Verdict, check, issue, not_applicable, passed

CLOSE = (0.9, 1.1)  # observed over expected in here costs nobody anything
_CONVERSIONS = 20  # of fewer no level can be told


@check("LL306", "The level of the served scorer")
def served_level(case: Case) -> Verdict:
    """What the served scorer says of the newest matured rows, and what happened.

    The newest matured rows are those of the test block. The served booster has learnt
    from them, so that its own level is theirs, or lower where it is rising; what moves
    it away is its map. An issue where the quotient of observed and expected lies
    outside .9 to 1.1 and 1 outside its 95 % interval by group: the probabilities that
    go out every night are wrong as a whole. Serve the judged booster, which has a level
    that was judged (``train.refit_after_test = false``), or recalibrate once more
    outcomes are known.
    """
    if case.booster == case.judged.text:
        return not_applicable("The judged scorer is the one that is served: see LL302.")
    rows = case.margins["split"].eq(Split.TEST) & case.margins["served_margin"].notna()
    spine = case.spine.loc[rows.to_numpy()]
    outcome = spine["outcome"].to_numpy(np.float64)
    if min(outcome.sum(), len(outcome) - outcome.sum()) < _CONVERSIONS:
        return not_applicable(
            f"{int(outcome.sum()):,} of the newest {len(outcome):,} matured snapshots "
            f"converted: a level wants {_CONVERSIONS} of either outcome."
        )
    served = case.calibration["served"]
    scale = Scale(served["intercept"], served["slope"], case.calibration["reference"])
    margin = case.margins.loc[rows, "served_margin"].to_numpy(np.float64)
    said = scale.probability(margin)
    quotient = _quotient(said, outcome, spine["group_id"].to_numpy(object))
    told: dict[str, Value] = {
        "observed_over_expected": quotient.value,
        "said": float(said.mean()),
        "observed": float(outcome.mean()),
    }
    sentence = (
        f"Of the newest {len(outcome):,} matured snapshots the served scorer says "
        f"{said.mean():.1%}, and {outcome.mean():.1%} converted (observed over "
        f"expected is {quotient})"
    )
    low, high = CLOSE
    if quotient.low <= 1 <= quotient.high or low <= quotient.value <= high:
        return passed(f"{sentence}.", told)
    return issue(
        f"{sentence}. The probabilities of every night are off by as much. Serve the "
        "judged booster (train.refit_after_test = false), or recalibrate once more "
        "outcomes are known.",
        told,
    )


def _quotient(said: Floats, outcome: Floats, group: np.ndarray) -> Figure:
    """Observed over expected conversions, with its interval by group."""
    evidence = Evidence.of(said, outcome, group_id=group)

    def quotient(weight: Floats) -> Floats:
        converted = weight @ evidence.outcome
        return (converted / (weight @ evidence.probability))[:, None]

    (found,) = figures(quotient, evidence.weight, evidence.group)
    return found
