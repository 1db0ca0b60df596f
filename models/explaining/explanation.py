"""The points of every signal for every lead: adding up to the score, or not given.

Why the sum is checked on every batch: a reason that is nearly right is worse than none,
since nobody can tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from features.errors import ModelError
from features.vocabulary import Family

from ..contract import Contract
from ..points import Floats
from ..treeshap import TreeExplainer

if TYPE_CHECKING:
    import shap

TOLERANCE_POINTS: Final = 1e-4

_NO_GRADE = "–"


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why each lead has its points.

    Attributes
    ----------
    start : float
        Points of a lead of which nothing is known.
    points : ndarray of shape (n_leads, n_signals)
        start + the sum of a row = the lead's points, before they are clipped.
    fit, engagement : ndarray of shape (n_leads,)
        Sums over the firmographic and the behavioural signals.
    """

    start: float
    points: Floats
    fit: Floats
    engagement: Floats

    @property
    def total(self) -> Floats:
        """Points of each lead, before they are clipped and rounded."""
        return self.start + self.fit + self.engagement


def explain(
    explainer: TreeExplainer, contract: Contract, encoded: Floats, margin: Floats
) -> Explanation:
    """Split the points of each lead among the signals.

    Parameters
    ----------
    explainer : TreeExplainer
        With the contract's signals as players.
    encoded : ndarray of shape (n_leads, n_features)
    margin : ndarray of shape (n_leads,)
        The booster's own output for the same rows.

    Raises
    ------
    ModelError
        When start + Σ points misses the points by more than 1e-4.
    """
    points = contract.scale.contribution_points(explainer.contributions(encoded))
    start = contract.scale.start(explainer.baseline)
    families = np.array([s.family for s in contract.signals])
    fit = points[:, families == Family.FIRMOGRAPHIC].sum(axis=1)
    engagement = points[:, families == Family.BEHAVIOURAL].sum(axis=1)
    explained = Explanation(start, points, fit, engagement)
    gap = largest_gap(explained, contract, margin)
    if not gap <= TOLERANCE_POINTS:
        raise ModelError(
            f"The reasons miss the score by up to {gap:.2g} points, where at most "
            f"{TOLERANCE_POINTS:g} is allowed, so none are given. The booster and its "
            "contract do not belong together: train or fetch the scorer again."
        )
    return explained


def largest_gap(explained: Explanation, contract: Contract, margin: Floats) -> float:
    """Largest absolute difference between start + Σ points and the points."""
    if not len(margin):
        return 0.0
    return float(np.abs(explained.total - contract.scale.points(margin)).max())


def grades(explained: Explanation, contract: Contract) -> list[str]:
    """Letter A–D of fit and number 1–4 of engagement, by the contract's quartiles.

    An empty family prints a dash in its place.
    """
    letters = _bands(explained.fit, contract.grades["fit"], "DCBA")
    numbers = _bands(explained.engagement, contract.grades["engagement"], "4321")
    return [f"{a}{b}" for a, b in zip(letters, numbers, strict=True)]


def quartiles(explained: Explanation, rows: np.ndarray) -> dict[str, tuple[float, ...]]:
    """Quartiles of fit and engagement points on some rows; empty if all are equal."""
    found = {}
    for name, points in (("fit", explained.fit), ("engagement", explained.engagement)):
        kept = points[rows]
        is_empty = not len(kept) or float(np.ptp(kept)) == 0
        thirds = () if is_empty else np.quantile(kept, [0.25, 0.5, 0.75])
        found[name] = tuple(float(q) for q in thirds)
    return found


def as_shap(
    explained: Explanation, table: pd.DataFrame, contract: Contract
) -> shap.Explanation:
    """Return the explanation as shap's own, so that shap's plots work on it.

    The data beside each signal is the first of its columns, as computed; of a personal
    signal it is "not shown".
    """
    import shap

    first = [contract.features[s.columns[0]].name for s in contract.signals]
    data = table[first].to_numpy(dtype=object, copy=True)
    data[:, [s.is_personal for s in contract.signals]] = "not shown"
    return shap.Explanation(
        values=explained.points,
        base_values=np.full(len(explained.points), explained.start),
        data=data,
        feature_names=[s.words for s in contract.signals],
    )


def _bands(points: Floats, borders: tuple[float, ...], names: str) -> list[str]:
    if not borders:
        return [_NO_GRADE] * len(points)
    return [names[place] for place in np.searchsorted(borders, points, side="right")]
