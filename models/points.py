"""The scale: from a booster's margin to a probability, to points and to the score.

::

    margin        z   = baseline + Σ φ              log-odds, one φ per signal
    calibrated    ẑ   = a + b·z
    probability   p   = 1 / (1 + exp(-ẑ))
    points        s   = 50 + k·(ẑ - ẑ_ref)          k = 10 / ln 2
    score             = round(clip(s, 0, 100))

Why affine: since ẑ is affine in z and s is affine in ẑ, the points of the reasons
(k·b·φ) and the start (the points of the baseline) add up to the points of the lead,
exactly. A bent map (isotonic, beta) would calibrate no better at the sizes that leads
come in and would leave a remainder that belongs to no reason.

Why 10 / ln 2: ten points more are twice the odds, as on a credit scorecard. Why 50: a
lead at the reference rate stands in the middle of what people read as 0 to 100.

Why the reference is a number of its own: it is copied from champion to challenger, so
that a 70 means the same odds after a retrain.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from features.errors import DataError, ModelError

Floats: TypeAlias = npt.NDArray[np.float64]

POINTS_PER_LOG_ODDS: Final = 10 / math.log(2)  # 10 points double the odds
MIDDLE_POINTS: Final = 50.0  # the points of a lead at the reference rate
HIGHEST_SCORE: Final = 100

_LEAST: Final = float(np.finfo(np.float64).tiny)
_MOST: Final = float(np.nextafter(1.0, 0.0))


def probability_of(log_odds: npt.ArrayLike) -> Floats:
    """Probability that belongs to some log-odds.

    Parameters
    ----------
    log_odds : array-like of shape (n,)
        Any real number.

    Returns
    -------
    ndarray of shape (n,)
        In (0, 1): the logistic curve, kept off 0 and 1 where a float64 would round
        to them, so that a log loss stays finite. Non-decreasing.

    Examples
    --------
    >>> probability_of([-800.0, 0.0, 800.0]).round(6).tolist()
    [0.0, 0.5, 1.0]
    """
    odds = np.asarray(log_odds, dtype=np.float64)
    # exp of a number that is never above nought cannot overflow.
    small = np.exp(-np.abs(odds))
    curve = np.where(odds >= 0, 1.0, small) / (1.0 + small)
    return np.clip(curve, _LEAST, _MOST)


def log_odds_of(probability: npt.ArrayLike) -> Floats:
    """Log-odds of some probabilities, finite at 0 and 1.

    Parameters
    ----------
    probability : array-like of shape (n,)
        In [0, 1].

    Returns
    -------
    ndarray of shape (n,)
        Finite; 0 and 1 give the log-odds of the nearest number that is neither.

    Examples
    --------
    >>> log_odds_of([0.5, 0.8]).round(6).tolist()
    [0.0, 1.386294]
    """
    inside = np.clip(np.asarray(probability, dtype=np.float64), _LEAST, _MOST)
    return np.asarray(np.log(inside) - np.log1p(-inside), dtype=np.float64)


def signed(points: float, places: int = 1) -> str:
    """Write points with their sign, and a minus as wide as the plus.

    Examples
    --------
    >>> signed(2.04), signed(-0.25), signed(-0.04)
    ('+2.0', '−0.2', '0.0')
    >>> signed(6.24), signed(-2.8), signed(-0.01)
    ('+6.2', '−2.8', '0.0')
    """
    told = f"{points:+.{places}f}"
    if not float(told):
        return told[1:]
    return told.replace("-", "−")


@dataclass(frozen=True, slots=True)
class Scale:
    """The affine map of one scorer, and where its 50 lies.

    Parameters
    ----------
    intercept, slope : float
        a and b of ``ẑ = a + b·z``. The slope is above 0: a map that turns the ranking
        round is refused.
    reference : float
        ẑ_ref, the calibrated log-odds of a lead with 50 points.

    Examples
    --------
    >>> scale = Scale(intercept=0.0, slope=1.0, reference=0.0)
    >>> scale.score([0.0, math.log(2)]).tolist()
    [50, 60]
    """

    intercept: float
    slope: float
    reference: float

    def __post_init__(self) -> None:
        """Refuse numbers that are not finite, and slopes that are not positive."""
        if not all(map(math.isfinite, (self.intercept, self.slope, self.reference))):
            raise ModelError(f"A scale needs three finite numbers, but it is {self}.")
        if self.slope <= 0:
            raise ModelError(
                f"A scale needs a slope above 0, but it is {self.slope:g}: it would "
                "rank the leads the wrong way round. Calibrate again."
            )

    def calibrated(self, margin: npt.ArrayLike) -> Floats:
        """Calibrated log-odds ẑ of margins of shape (n,)."""
        return self.intercept + self.slope * _margins(margin)

    def probability(self, margin: npt.ArrayLike) -> Floats:
        """Calibrated probability of margins of shape (n,): in (0, 1), rising."""
        return probability_of(self.calibrated(margin))

    def points(self, margin: npt.ArrayLike) -> Floats:
        """Points of margins of shape (n,): not clipped, so that they add up."""
        above = self.calibrated(margin) - self.reference
        return MIDDLE_POINTS + POINTS_PER_LOG_ODDS * above

    def score(self, margin: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Whole number from 0 to 100 that people see.

        Parameters
        ----------
        margin : array-like of shape (n,)
            Booster output, in log-odds.

        Returns
        -------
        ndarray of int, shape (n,)
            The points clipped to [0, 100] and rounded, halves upwards (60.5 is 61).
            Python's own rounding takes halves to even, which is as monotone but makes
            steps of unequal width. Never falls as the margin rises.

        Examples
        --------
        >>> Scale(0.0, 1.0, 0.0).score([-99.0, 99.0]).tolist()
        [0, 100]
        """
        clipped = np.clip(self.points(margin), 0.0, float(HIGHEST_SCORE))
        return np.floor(clipped + 0.5).astype(np.int64)

    def start(self, baseline: float) -> float:
        """Points of a lead of which nothing is known: those of the baseline."""
        return float(self.points([baseline])[0])

    def contribution_points(self, contributions: npt.ArrayLike) -> Floats:
        """Points of contributions.

        Parameters
        ----------
        contributions : array-like of any shape
            Shapley values in log-odds of the margin.

        Returns
        -------
        ndarray of that shape
            k·b·φ. With the start they add up to the points of the lead.

        Examples
        --------
        >>> scale = Scale(intercept=0.1, slope=0.5, reference=-1.0)
        >>> total = scale.start(-2.0) + scale.contribution_points([1.5, -0.25]).sum()
        >>> bool(abs(total - scale.points([-0.75])[0]) < 1e-9)
        True
        """
        steps = np.asarray(contributions, dtype=np.float64)
        return POINTS_PER_LOG_ODDS * self.slope * steps

    def to_dict(self) -> dict[str, float]:
        """Three numbers by name, as the contract stores them."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, object]) -> Scale:
        """Read the scale back from a contract.

        Examples
        --------
        >>> scale = Scale(0.25, 0.75, -3.0)
        >>> Scale.from_dict(scale.to_dict()) == scale
        True
        """
        return cls(*(_number(stored, name) for name in cls.__slots__))


def _margins(margin: npt.ArrayLike) -> Floats:
    """Margins as float64; a missing margin is refused."""
    values = np.asarray(margin, dtype=np.float64)
    missing = int(np.isnan(values).sum())
    if missing:
        raise DataError(
            f"A margin is needed for every lead, but {missing} of {values.size} are "
            "missing. Score the leads with a booster first."
        )
    return values


def _number(stored: Mapping[str, object], name: str) -> float:
    """Named number of a stored scale, or a sentence about what is there instead."""
    value = stored.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ModelError(
            f"The stored scale needs a number under {name!r}, but holds {value!r}. "
            "The contract is damaged: train or register the scorer again."
        )
    return float(value)
