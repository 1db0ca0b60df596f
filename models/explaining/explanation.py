"""The points of every signal for every lead: adding up to the score, or not given.

Why the sum is checked on every batch: a reason that is nearly right is worse than none,
since nobody can tell. It is checked twice, in points, as people add them up, and in
log-odds, so that a flat scale hides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
import numpy.typing as npt

from features.errors import ModelError
from features.vocabulary import Family, Unit

from ..points import MIDDLE_POINTS, POINTS_PER_LOG_ODDS, Floats, Scale, probability_of
from .words import is_address

if TYPE_CHECKING:
    import pandas as pd
    import shap

    from ..contract import Contract

TOLERANCE_POINTS: Final = 1e-4
TOLERANCE_MARGIN: Final = 1e-5  # log-odds

_NO_GRADE: Final = "–"
_NOT_SHOWN: Final = "not shown"
_NEAR: Final = 1e-9  # log-odds: sinh(x) / x is 1 to the last digit there


class Explainer(Protocol):
    """What splits a margin among the contract's signals."""

    @property
    def baseline(self) -> float:
        """Margin before any contribution, in log-odds."""

    def contributions(self, values: Floats) -> Floats:
        """Contributions of shape (n_leads, n_signals), in log-odds."""


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
    explainer: Explainer, contract: Contract, encoded: Floats, margin: Floats
) -> Explanation:
    """Split the points of each lead among the signals.

    Parameters
    ----------
    explainer : Explainer
        With the contract's signals as players.
    encoded : ndarray of shape (n_leads, n_features)
    margin : ndarray of shape (n_leads,)
        The booster's own output for the same rows.

    Raises
    ------
    ModelError
        When start + Σ points misses the points by more than 1e-4, or baseline +
        Σ contributions the margin by more than 1e-5.
    """
    contributions = explainer.contributions(encoded)
    points = contract.scale.contribution_points(contributions)
    start = contract.scale.start(explainer.baseline)
    families = np.array([s.family for s in contract.signals])
    fit = points[:, families == Family.FIRMOGRAPHIC].sum(axis=1)
    engagement = points[:, families == Family.BEHAVIOURAL].sum(axis=1)
    explained = Explanation(start, points, fit, engagement)
    gap = largest_gap(explained, contract, margin)
    if not gap <= TOLERANCE_POINTS:
        raise _missed("score", f"{gap:.2g} points", f"{TOLERANCE_POINTS:g}")
    missed = explainer.baseline + contributions.sum(axis=1) - margin
    gap = float(np.abs(missed).max(initial=0.0))
    if not gap <= TOLERANCE_MARGIN:
        raise _missed("margin", f"{gap:.2g} log-odds", f"{TOLERANCE_MARGIN:g}")
    return explained


def _missed(what: str, by: str, most: str) -> ModelError:
    return ModelError(
        f"The reasons miss the {what} by up to {by}, where at most {most} is allowed, "
        "so none are given. The booster and its contract do not belong together: train "
        "or fetch the scorer again."
    )


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
    names = [f"{a}{b}" for a in f"DCBA{_NO_GRADE}" for b in f"4321{_NO_GRADE}"]
    told: list[str] = np.array(names, dtype=object)[letters * 5 + numbers].tolist()
    return told


def quartiles(explained: Explanation, rows: np.ndarray) -> dict[str, tuple[float, ...]]:
    """Quartiles of fit and engagement points on some rows; empty if all are equal."""
    found = {}
    for name, points in (("fit", explained.fit), ("engagement", explained.engagement)):
        kept = points[rows]
        is_empty = not len(kept) or float(np.ptp(kept)) == 0
        borders = () if is_empty else np.quantile(kept, [0.25, 0.5, 0.75])
        found[name] = tuple(float(q) for q in borders)
    return found


def probability_shares(
    start: float, points: Floats, scale: Scale
) -> tuple[float, Floats]:
    """Split the probability of each lead among the signals, as it is split in points.

    The calibrated log-odds run straight from ẑ₀, those of the start, to ẑ. What each
    signal adds to them on the way is worth the slope of the logistic curve there, so
    that its share is ``c = b·φ·(g(ẑ) - g(ẑ₀)) / (ẑ - ẑ₀)``, and ``b·φ·g'(ẑ)`` where the
    two meet: the Aumann–Shapley value. Shares keep the sign and the order of the
    points. They say nothing of what a lead without the signal would have.

    Parameters
    ----------
    start : float
        Points of a lead of which nothing is known.
    points : ndarray of shape (n_leads, n_signals)

    Returns
    -------
    float
        The probability of such a lead. It is not the conversion rate.
    ndarray of shape (n_leads, n_signals)
        With that probability, a row adds up to the lead's own.

    References
    ----------
    Aumann and Shapley (1974), Values of Non-Atomic Games; the rescale rule of Shrikumar
    et al. (2017), Learning important features through propagating activation
    differences.

    Examples
    --------
    >>> even = Scale(intercept=0.0, slope=1.0, reference=0.0)
    >>> before, shares = probability_shares(50.0, np.array([[20.0, -10.0]]), even)
    >>> before, shares.round(4).tolist()  # the odds double from 1 to 2
    (0.5, [[0.3333, -0.1667]])
    """
    steps = np.asarray(points) / POINTS_PER_LOG_ODDS
    half = steps.sum(axis=1) / 2
    before = (start - MIDDLE_POINTS) / POINTS_PER_LOG_ODDS + scale.reference
    # g(x) - g(y) = sinh((x - y) / 2) / (2 cosh(x / 2) cosh(y / 2)), which loses no
    # digits where x is near y; in logarithms, since cosh grows beyond all numbers.
    size = np.maximum(np.abs(half), _NEAR)
    slope = np.exp(
        _log_sinh(size) - np.log(size) - _log_cosh(half + before / 2)
        - _log_cosh(np.array([before / 2]))
    ) / 4  # fmt: skip
    return float(probability_of([before])[0]), steps * slope[:, None]


def _log_cosh(x: Floats) -> Floats:
    return np.asarray(np.logaddexp(x, -x) - np.log(2))


def _log_sinh(x: Floats) -> Floats:
    """Logarithm of sinh of numbers above 0."""
    return np.asarray(x + np.log(-np.expm1(-2 * x)) - np.log(2))


def as_shap(
    explained: Explanation, table: pd.DataFrame, contract: Contract
) -> shap.Explanation:
    """Return the explanation as shap's own, so that shap's plots work on it.

    The data beside each signal is the first of its columns, as computed; of a personal
    signal, and where it is an address, it is "not shown".
    """
    import shap

    first = [contract.features[s.columns[0]].name for s in contract.signals]
    data = table[first].to_numpy(dtype=object, copy=True)
    for place, signal in enumerate(contract.signals):
        if signal.is_personal:
            data[:, place] = _NOT_SHOWN
        elif signal.unit is Unit.CATEGORY:
            column = data[:, place]
            column[[is_address(str(value)) for value in column]] = _NOT_SHOWN
    return shap.Explanation(
        values=explained.points,
        base_values=np.full(len(explained.points), explained.start),
        data=data,
        feature_names=[s.words for s in contract.signals],
    )


def _bands(
    points: Floats, borders: tuple[float, ...], names: str
) -> npt.NDArray[np.intp]:
    """The place of each lead's band among the names; after them where there is none."""
    if not borders:
        return np.full(len(points), len(names))
    return np.searchsorted(borders, points, side="right")
