"""A check of the skill: shown or not, of the order or of the level, or a leak."""

from __future__ import annotations

import math

import numpy as np

from features.vocabulary import Split
from models.judging.intervals import Figure
from models.judging.skill import Skill, SkillVerdict, said_of, skill_of

from ..refusals import LEARNT_A_LEAK
from .case import Case
from .check import Value, Verdict, check, issue, passed, skipped
from .columns import lost_on_test


@check("LL304", "Skill that is not shown, or that the level spoils")
def skill(case: Case) -> Verdict:
    """Whether the scorer is surely better than chance, and than the base rate.

    Five answers. Passed: the 95 % interval of the test AUC lies above .5, and so does
    that of the log loss gained over giving every lead the base rate above 0. *No skill
    is shown*: the AUC's interval contains .5, and so few leads converted that a useful
    skill, an AUC of .6, might have been missed: wait for more. *There is no skill*: it
    would have been seen; bring other data, or keep to the base rate or the points
    table. *The order has skill, but the level is off*: no log loss is surely gained,
    observed over expected conversions are surely not 1, and with the level put right on
    the same rows log loss is gained: recalibrate. *The order has skill, but the
    probabilities are not shown to be better than the base rate*: go by the order.
    Where one column alone told the outcome before the test block and no longer does on
    it, or one that holds half of the booster's gain is hardly filled there, that column
    is named instead: it is a leak (LL203, LL204), and nothing can be said of the skill
    before it is gone.
    """
    test = case.quality["test"]
    raw = test["auc"]
    if None in (raw["value"], raw["low"], raw["high"]):
        return skipped("The test AUC has no interval.")
    found = _skill(case)
    figures: dict[str, Value] = {
        "verdict": found.verdict.value,
        "auc": found.auc.value,
        "auc_low": found.auc.low,
        "leads_converted": found.converted,
        "log_loss_gained": found.gained.value,
        "log_loss_gained_low": found.gained.low,
        "log_loss_gained_levelled": found.levelled.value,
    }
    if found.verdict is SkillVerdict.SHOWN:
        return passed(said_of(found), figures)
    lost = lost_on_test(case)
    if lost is None:
        return issue(said_of(found), figures)
    figures |= {
        "verdict": LEARNT_A_LEAK,
        "column": lost.column,
        "auc_before": lost.before,
        "auc_on_test": lost.on_test,
    }
    return issue(
        f"The scorer has learnt a leak: {lost.what} has an AUC of {lost.before:.3f} "
        f"before the test block and of {lost.on_test:.3f} on it, where the scorer's is "
        f"{found.auc}. That is what a column does which is filled in after the "
        f"outcome. Put {lost.column} under leads.never and run again (see "
        f"{lost.code}); whether there is skill can be told only then.",
        figures,
        lost.examples,
    )


def _skill(case: Case) -> Skill:
    rows, figures = case.predictions, case.quality["test"]
    test = rows.loc[rows["split"] == Split.TEST]
    return skill_of(
        test["probability"].to_numpy(np.float64),
        test["outcome"].to_numpy(np.float64),
        lead_id=test["lead_id"],
        group_id=test["group_id"],
        base_rate=float(figures["base_rate"]),
        auc=Figure(**figures["auc"]),
        ratio=_or_nan(figures["observed_over_expected"]),
        seed=case.config.train.seed,
    )


def _or_nan(raw: dict[str, float | None]) -> Figure:
    return Figure(**{k: math.nan if v is None else v for k, v in raw.items()})
