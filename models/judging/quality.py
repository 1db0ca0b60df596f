"""The quality of a scorer: every figure of judgement, each with its doubt.

What is asked, and which figure answers: do the probabilities say as much as they could
(log loss, Brier and its skill), are they true on the whole (observed over expected,
intercept), are they neither bold nor timid (slope, error), and do the right leads stand
on top (AUC, average precision, lift, capture).

Brier = reliability - resolution + uncertainty. The reliability is debiased (see
``misfit``) and the resolution is what makes the three add up exactly, so that spread
within a bin counts as resolution (Stephenson et al. 2008).

Why the skill is against the *train* base rate: it is what one could have said before
the block began. The block's own rate is known only afterwards, and under drift it would
hide what the scorer failed to foresee.

Rejected: bare accuracy, which a scorer that says "nobody" wins.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.errors import DataError

from ..evidence import Codes, Evidence, Keys
from ..points import Floats, log_odds_of
from .intervals import DRAWS, LEVEL, Figure, figures
from .misfit import Bins, offsets, slopes
from .ranking import Steps, ratio

# Within 1/512 of the rows log-odds hardly differ: samples of intercept and slope are
# reckoned on so many bins, a hundred times faster, and the figures on the rows.
_FINE_BINS: Final = 512
_SHARES: Final = (0.05, 0.10, 0.20)  # of the leads, for lift and capture


@dataclass(frozen=True, slots=True)
class Quality:
    """Figures of judgement of one scorer on one block.

    Parameters
    ----------
    rows, groups, conversions : int
        Snapshots, groups, and snapshots with outcome 1.
    base_rate : float
        The rate that skill is measured against: what a constant would have said.
    log_loss, brier, reliability, resolution, uncertainty : Figure
        At least 0 (resolution may fall below); brier is the sum described above.
    skill : Figure
        1 - Brier / Brier of the base rate: 0 is no better than the constant.
    observed_over_expected : Figure
        Conversions over the sum of probabilities: 1 is right.
    intercept, slope : Figure
        0 and 1 are right.
    error, error_if_perfect : Figure
        Debiased calibration error, and what a perfect scorer would show on these rows
        (its interval holds 95 % of such showings).
    auc, average_precision : Figure
        In [0, 1].
    lift_at_5, lift_at_10, lift_at_20 : Figure
        Rate among the top 5, 10, 20 % over that of the block.
    capture_at_5, capture_at_10, capture_at_20 : Figure
        Share of all conversions found there.
    """

    rows: int
    groups: int
    conversions: int
    base_rate: float
    log_loss: Figure
    brier: Figure
    reliability: Figure
    resolution: Figure
    uncertainty: Figure
    skill: Figure
    observed_over_expected: Figure
    intercept: Figure
    slope: Figure
    error: Figure
    auc: Figure
    average_precision: Figure
    lift_at_5: Figure
    lift_at_10: Figure
    lift_at_20: Figure
    capture_at_5: Figure
    capture_at_10: Figure
    capture_at_20: Figure
    error_if_perfect: Figure

    def figures(self) -> dict[str, Figure]:
        """The figures alone, by name, in the order of the record."""
        named = ((f.name, getattr(self, f.name)) for f in fields(self))
        return {name: value for name, value in named if isinstance(value, Figure)}

    def to_dict(self) -> dict[str, object]:
        """Everything by name; what cannot be had is None."""
        told = {name: figure.to_dict() for name, figure in self.figures().items()}
        return {**asdict(self), **told}


def judge(
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    group_id: Keys | None = None,
    *,
    base_rate: float,
    draws: int = DRAWS,
    seed: int = 0,
) -> Quality:
    """Judge probabilities by what happened.

    Parameters
    ----------
    probability, outcome, weight, group_id : array-like of shape (n,)
        As for ``Evidence.of``; of a block that the scorer has not seen.
    base_rate : float
        In (0, 1): the weighted conversion rate of the train block.
    draws, seed : int
        How many samples the intervals come from, and which.

    Returns
    -------
    Quality
        A figure that the block cannot bear is NaN; so are all intervals with fewer
        than two groups. The order of the rows does not matter.

    Examples
    --------
    >>> quality = judge([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], base_rate=0.5, draws=50)
    >>> quality.auc.value, round(quality.observed_over_expected.value, 3)
    (0.75, 1.212)
    """
    if not 0 < base_rate < 1:
        raise DataError(
            f"The base rate lies between 0 and 1, but it is {base_rate:g}: the train "
            "block has leads of one outcome only."
        )
    evidence = _sorted(
        Evidence.of(probability, outcome, weight=weight, group_id=group_id)
    )
    bench = _Bench.of(evidence, base_rate)
    values = bench.on_rows(evidence.weight[None, :])[0]
    found = figures(
        bench.on_samples,
        evidence.weight,
        evidence.group,
        values,
        draws=draws,
        seed=seed,
    )
    found.append(_if_perfect(bench.bins, draws, seed))
    return Quality(
        evidence.rows,
        evidence.groups,
        evidence.conversions,
        base_rate,
        *found,
    )


def log_losses(probability: npt.ArrayLike, outcome: npt.ArrayLike) -> Floats:
    """Log loss of each row, finite also for a certainty that was wrong.

    Examples
    --------
    >>> log_losses([0.5, 0.9], [1, 0]).round(3).tolist()
    [0.693, 2.303]
    """
    log_odds = log_odds_of(probability)
    sign = np.where(np.asarray(outcome) == 1, -1.0, 1.0)
    return np.logaddexp(0.0, sign * log_odds)


@dataclass(frozen=True, eq=False, slots=True)
class _Bench:
    """All that does not change from sample to sample."""

    evidence: Evidence
    bins: Bins
    fine: Codes
    rowwise: Floats  # shape (n, 5): outcome, probability, log loss, Brier, base's Brier

    @classmethod
    def of(cls, evidence: Evidence, base_rate: float) -> _Bench:
        """Lay out sorted evidence."""
        outcome, chance = evidence.outcome, evidence.probability
        losses = log_losses(chance, outcome)
        square, base = np.square(outcome - chance), np.square(outcome - base_rate)
        fine = Bins.of(evidence, min(_FINE_BINS, evidence.rows)).starts
        rowwise = np.column_stack([outcome, chance, losses, square, base])
        return cls(evidence, Bins.of(evidence), fine, rowwise)

    def on_rows(self, weight: Floats) -> Floats:
        """Figures of the block itself."""
        outcome, chance = self.evidence.outcome, self.evidence.probability
        line = weight, weight * outcome, log_odds_of(chance)
        return self._figures(weight, line, 1.0)

    def on_samples(self, weight: Floats) -> Floats:
        """Figures of samples of the block, of shape (samples, figures)."""
        outcome, chance = self.evidence.outcome, self.evidence.probability
        told = self.evidence.weight
        mean = np.add.reduceat(told * log_odds_of(chance), self.fine)
        total = np.add.reduceat(weight, self.fine, axis=1)
        converted = np.add.reduceat(weight * outcome, self.fine, axis=1)
        line = total, converted, mean / np.add.reduceat(told, self.fine)
        return self._figures(weight, line, 2.0)

    def _figures(
        self, weight: Floats, line: tuple[Floats, Floats, Floats], noise: float
    ) -> Floats:
        """Figures in the order of ``Quality``, from log_loss to capture_at_20."""
        means = weight @ self.rowwise / weight.sum(axis=1)[:, None]
        rate, chance, loss, brier, base = means.T
        reliability = self.bins.squared_error(weight, noise)
        uncertainty = rate * (1 - rate)
        steps = Steps.of(weight, self.evidence.outcome, self.evidence.probability)
        captures = steps.capture(_SHARES)
        parts = [
            loss,
            brier,
            reliability,
            reliability + uncertainty - brier,
            uncertainty,
        ]
        parts += [1 - ratio(brier, base), ratio(rate, chance)]
        parts += [offsets(*line), slopes(*line), np.sqrt(reliability)]
        parts += [steps.auc(), steps.average_precision()]
        parts += [c / s for c, s in zip(captures, _SHARES, strict=True)]
        return np.column_stack(parts + captures)


def _sorted(evidence: Evidence) -> Evidence:
    """The same rows by rising probability, in an order that the table's cannot sway."""
    keys = (evidence.group, evidence.weight, evidence.outcome, evidence.probability)
    order = np.lexsort(keys)
    group = pd.factorize(evidence.group[order])[0]
    return replace(evidence.at(order), group=group)


def _if_perfect(bins: Bins, draws: int, seed: int) -> Figure:
    """Mean error of a perfect scorer on such rows, and the middle 95 %."""
    if draws < 1:
        return Figure(math.nan, math.nan, math.nan)
    errors = bins.perfect_errors(draws=draws, seed=seed)
    low, high = np.quantile(errors, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    mean = float(errors.mean())
    return Figure(mean, min(float(low), mean), max(float(high), mean))
