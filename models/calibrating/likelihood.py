"""The likelihood: the intercept and the slope that make some outcomes most likely.

Why Platt's smoothed targets: with (N₁ + 1)/(N₁ + 2) and 1/(N₀ + 2) in place of 1 and 0
the fit is finite whatever the block looks like, also where margins part the outcomes
perfectly or where all or none converted, and the mean stays close to where it was.

References
----------
Platt (1999), Probabilistic outputs for support vector machines.
Lin, Lin and Weng (2007), A note on Platt's probabilistic outputs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from ..evidence import Codes, Mask
from ..points import Floats, log_odds_of, probability_of


@dataclass(frozen=True, eq=False, slots=True)
class Block:
    """Rows a map is fitted to: margin, outcome, weight, group, all of shape (n,)."""

    margin: Floats
    outcome: Floats
    weight: Floats
    group: Codes

    def only(self, rows: Mask) -> Block:
        """These rows alone."""
        return Block(
            self.margin[rows], self.outcome[rows], self.weight[rows], self.group[rows]
        )

    @property
    def is_flat(self) -> bool:
        """Whether the margins do not differ beyond rounding: no slope can be had."""
        size = max(1.0, float(np.abs(self.margin).max()))
        return bool(np.ptp(self.margin) <= 1e-9 * size)

    @property
    def conversions(self) -> int:
        """Groups that converted."""
        return int(np.unique(self.group[self.outcome == 1]).size)

    @property
    def targets(self) -> Floats:
        """Platt's smoothed targets, counting groups and not their many snapshots."""
        share = float(np.average(self.outcome, weights=self.weight))
        groups = np.unique(self.group).size
        upper = (groups * share + 1) / (groups * share + 2)
        lower = 1 / (groups * (1 - share) + 2)
        return np.where(self.outcome == 1, upper, lower)


def fit_offset(block: Block) -> float:
    """Intercept that makes the mean probability the mean target, the slope being 1.

    This is the maximum of the likelihood. Its derivative is monotone in the intercept
    and changes sign between two known ends, so that a bracketing search cannot miss it.

    Examples
    --------
    >>> block = Block(np.zeros(4), np.array([1.0, 0, 0, 0]), np.ones(4), np.arange(4))
    >>> round(fit_offset(block), 6)  # the mean target is (2/3 + 3/5)/4 = 19/60
    -0.769133
    """
    mean = np.average(block.targets, weights=block.weight)

    def too_high(intercept: float) -> float:
        chance = probability_of(block.margin + intercept)
        return float(np.average(chance, weights=block.weight) - mean)

    level = float(log_odds_of([mean])[0])
    ends = level - float(block.margin.max()), level - float(block.margin.min())
    # One beyond each end, since rounding may spoil the sign at the very end.
    return float(brentq(too_high, ends[0] - 1, ends[1] + 1, xtol=1e-12))


def fit_platt(block: Block) -> tuple[float, float]:
    """Intercept and slope of maximum likelihood, by Newton's method with halving.

    The block is not flat. The margin is centred and scaled first: the two parameters
    are then nearly uncorrelated, and the start (no slope, the mean target) is in a
    well-shaped bowl.
    """
    centre = float(np.average(block.margin, weights=block.weight))
    spread = float(block.margin.std())
    design = np.column_stack(
        [np.ones(block.margin.size), (block.margin - centre) / spread]
    )
    target = block.targets
    share = block.weight / block.weight.sum()

    def loss(at: Floats) -> float:
        log_odds = design @ at
        return float(share @ (np.logaddexp(0.0, log_odds) - target * log_odds))

    at = np.array([float(log_odds_of([share @ target])[0]), 0.0])
    for _ in range(100):  # each step squares the error: a dozen is the rule
        chance = probability_of(design @ at)
        slope = design.T @ (share * (chance - target))
        curve = (design * (share * chance * (1 - chance))[:, None]).T @ design
        step = np.linalg.solve(curve + 1e-12 * np.eye(2), slope)
        while loss(at - step) > loss(at) + 1e-15 and np.abs(step).max() > 1e-12:
            step = step / 2
        at = at - step
        if np.abs(step).max() < 1e-10:
            break
    return float(at[0] - at[1] * centre / spread), float(at[1] / spread)
