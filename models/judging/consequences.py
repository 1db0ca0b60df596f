"""The consequences: what each candidate cutoff would bring and cost, side by side.

A cutoff is a choice between leads worked in vain and conversions missed, and the choice
is the company's. The table puts the candidates next to each other, in leads a week
where the evidence has dates.

Beside what a cutoff makes of each snapshot by itself stands what people would see of it
from night to night. Standing holds leads that have fallen a little below the cutoff, so
that more stand there, and fewer of these convert.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..evidence import Evidence, Keys, fractions, group_codes
from ..points import Floats, log_odds_of, probability_of
from ..qualifying.rules import ValueRule
from ..qualifying.standing import standings
from .intervals import Figure, exact_interval

PER_LEADS = 1000  # leads that a regret is told of


@dataclass(frozen=True, eq=False, slots=True)
class Nights:
    """Whose each row is, and of which night, where every snapshot is one.

    Parameters
    ----------
    lead : sequence of shape (n,)
    instant : array-like of shape (n,)
        Numbers or instants.
    hysteresis : float
        In points, at least 0: how far below a cutoff a lead may fall and stay.
    """

    lead: Keys
    instant: npt.ArrayLike
    hysteresis: float


def consequences(
    evidence: Evidence,
    candidates: npt.ArrayLike,
    *,
    per_week: float | None = None,
    rule: ValueRule | None = None,
    nights: Nights | None = None,
) -> pd.DataFrame:
    """What each candidate threshold would have done.

    Parameters
    ----------
    evidence : Evidence
        Scored rows with outcomes, all weighted.
    candidates : array-like of shape (m,)
        Thresholds in [0, 1], in any order.
    per_week : float, optional
        Leads scored in a week; without dates it is not known.
    rule : ValueRule, optional
        What a conversion is worth and what working a lead costs.
    nights : Nights, optional
        What standing needs, of the rows of the evidence.

    Returns
    -------
    DataFrame of shape (m or fewer, 15)
        One row per different threshold, strict to loose. ``threshold``; ``share`` of
        the leads at or above it; ``leads_per_week``, missing without dates;
        ``expected_conversions`` (sum of probabilities at or above it),
        ``observed_conversions`` (there) and ``missed_conversions`` (below it), in
        weighted rows; ``weighted_precision`` of all rows; ``precision``,
        ``precision_low`` and ``precision_high`` (exact, 95 %) of one row per group;
        ``rows`` that these rest on; ``cost`` of working each row at or above it and
        ``value`` of those that converted, missing without a rule; ``standing_share``
        and ``standing_precision``, those of all rows that would stand at it, missing
        without nights.

    Examples
    --------
    >>> evidence = Evidence.of([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1])
    >>> table = consequences(evidence, [0.5, 0.8], per_week=40)
    >>> table[["threshold", "leads_per_week", "missed_conversions"]]
       threshold  leads_per_week  missed_conversions
    0        0.8            10.0                 1.0
    1        0.5            20.0                 1.0
    """
    asked = np.unique(fractions(candidates, "candidate"))[::-1]
    held = None if nights is None else _numbered(nights, evidence.rows)
    lines = [
        _consequence(evidence, float(t))
        | _worth(evidence, float(t), rule)
        | _standing(evidence, float(t), held)
        for t in asked
    ]
    table = pd.DataFrame(lines)
    week = math.nan if per_week is None else float(per_week)
    table.insert(2, "leads_per_week", table["share"] * week)
    return table


def regret(evidence: Evidence, rule: ValueRule, offset: Figure) -> Figure:
    """What a value rule loses if all probabilities are off by some log-odds.

    The rule works a lead whose probability times the value exceeds the cost. If the
    probabilities are off, it works some that do not pay, or leaves some that would.

    Parameters
    ----------
    evidence : Evidence
        Scored rows; their outcomes are not looked at.
    rule : ValueRule
    offset : Figure
        Log-odds by which the probabilities are too low, with their interval.

    Returns
    -------
    Figure
        In the rule's money for every 1,000 leads, at least 0, over the interval of the
        offset; NaN where that has none.

    Examples
    --------
    At a cost of 20 for 100, a lead said to be .19 is left. If all odds are twice what
    was said, it has .319, and 11.9 are missed on it.

    >>> evidence = Evidence.of([0.19], [0])
    >>> print(regret(evidence, ValueRule(100, 20), Figure(math.log(2), 0, math.log(3))))
    11932.773 (0.000 to 21304.348)
    """
    log_odds, weight = log_odds_of(evidence.probability), evidence.weight
    works = evidence.probability * rule.value > rule.cost

    def lost(shift: float) -> float:
        gain: Floats = probability_of(log_odds + shift) * rule.value - rule.cost
        missed = np.where(works, -gain, gain)  # what doing the opposite would add
        return PER_LEADS * float(np.average(np.maximum(missed, 0), weights=weight))

    if not np.isfinite([offset.value, offset.low, offset.high]).all():
        return Figure(math.nan, math.nan, math.nan)
    # It grows with the distance from 0, so that the ends of the interval bound it.
    ends = [lost(offset.low), lost(offset.high)]
    least = 0.0 if offset.low <= 0 <= offset.high else min(ends)
    # But for rounding: a lead exactly at the cost may be worth 1e-17 either way.
    value = lost(offset.value)
    return Figure(value, min(least, value), max(*ends, value))


def _consequence(evidence: Evidence, threshold: float) -> dict[str, float]:
    """One line of the table."""
    picked = evidence.probability >= threshold
    weight, converted = evidence.weight, evidence.weight * evidence.outcome
    heavy, hits = float(weight[picked].sum()), float(converted[picked].sum())
    alone = picked & evidence.drawn
    told = exact_interval(int(evidence.outcome[alone].sum()), int(alone.sum()))
    return {
        "threshold": threshold,
        "share": heavy / float(weight.sum()),
        "expected_conversions": float((weight * evidence.probability)[picked].sum()),
        "observed_conversions": hits,
        "missed_conversions": float(converted[~picked].sum()),
        "weighted_precision": hits / heavy if heavy else math.nan,
        "precision": told.value,
        "precision_low": told.low,
        "precision_high": told.high,
        "rows": int(alone.sum()),
    }


def _worth(
    evidence: Evidence, threshold: float, rule: ValueRule | None
) -> dict[str, float]:
    """Cost and value of working what is at or above a threshold."""
    if rule is None:
        return {"cost": math.nan, "value": math.nan}
    weight = evidence.weight[evidence.probability >= threshold]
    outcome = evidence.outcome[evidence.probability >= threshold]
    return {
        "cost": rule.cost * float(weight.sum()),
        "value": rule.value * float(weight @ outcome),
    }


def _standing(
    evidence: Evidence, threshold: float, nights: Nights | None
) -> dict[str, float]:
    """Share and precision of what would stand at a threshold from night to night."""
    if nights is None:
        return {"standing_share": math.nan, "standing_precision": math.nan}
    stands = standings(
        nights.lead,
        nights.instant,
        evidence.probability,
        threshold,
        hysteresis=nights.hysteresis,
    )
    weight, outcome = evidence.weight[stands], evidence.outcome[stands]
    heavy = float(weight.sum())
    return {
        "standing_share": heavy / float(evidence.weight.sum()),
        "standing_precision": float(weight @ outcome) / heavy if heavy else math.nan,
    }


def _numbered(nights: Nights, rows: int) -> Nights:
    """The same nights with leads as numbers, which are quicker to group by."""
    return Nights(group_codes(nights.lead, rows), nights.instant, nights.hysteresis)
