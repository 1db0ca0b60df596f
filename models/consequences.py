"""The consequences: what each candidate cutoff would bring and cost, side by side.

A cutoff is a choice between leads worked in vain and conversions missed, and the choice
is the company's. The table puts the candidates next to each other, in leads a week
where the evidence has dates.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from .evidence import Evidence, fractions
from .intervals import exact_interval


def consequences(
    evidence: Evidence, candidates: npt.ArrayLike, *, per_week: float | None = None
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

    Returns
    -------
    DataFrame of shape (m or fewer, 10)
        One row per different threshold, strict to loose. ``threshold``; ``share`` of
        the leads at or above it; ``leads_per_week``, missing without dates;
        ``expected_conversions`` (sum of probabilities at or above it) and
        ``missed_conversions`` (below it), in weighted rows; ``weighted_precision`` of
        all rows; ``precision``, ``precision_low`` and ``precision_high`` (exact, 95 %)
        of one row per group; ``rows`` that these rest on.

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
    table = pd.DataFrame([_consequence(evidence, float(t)) for t in asked])
    week = math.nan if per_week is None else float(per_week)
    table.insert(2, "leads_per_week", table["share"] * week)
    return table


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
        "missed_conversions": float(converted[~picked].sum()),
        "weighted_precision": hits / heavy if heavy else math.nan,
        "precision": told.value,
        "precision_low": told.low,
        "precision_high": told.high,
        "rows": int(alone.sum()),
    }
