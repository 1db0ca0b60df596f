"""The misfit: how far probabilities stand from what happened.

Three views, from coarse to fine. *Intercept*: by how many log-odds all probabilities
are off. *Slope*: below 1 they are too bold, above 1 too timid. *Error*: the root mean
square distance between mean probability and conversion rate over bins of equal weight.

Why the error is debiased: a bin's rate is noisy, and the square of noise is never
negative, so that a plain error is largest, in proportion, for the best of scorers. The
noise is estimated from the groups, since the snapshots of one lead are not so many
witnesses. In a resampled block the noise is there twice over (once in our block, once
in the drawing from it), and twice is taken off.

Rejected: the Hosmer-Lemeshow test, whose verdict is mainly about the number of rows.

References
----------
Van Calster et al. (2016), A calibration hierarchy for risk models was defined.
Kumar, Liang and Ma (2019), Verified uncertainty calibration.
Roelofs et al. (2022), Mitigating bias in calibration error estimation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..evidence import Codes, Evidence
from ..points import Floats, log_odds_of, probability_of
from .ranking import ratio

MOST_BINS: Final = 15
# With fewer conversions than this in a bin, its rate is mostly noise.
CONVERSIONS_PER_BIN: Final = 10
_STEPS: Final = 50  # of Newton's method; a well-posed sample needs about six
_LONGEST_STEP: Final = 2.0  # in log-odds: keeps a poor start from shooting over


def equal_bins(evidence: Evidence, bins: int | None = None) -> Codes:
    """Where bins of about equal weight begin, among rows sorted by probability.

    Parameters
    ----------
    evidence : Evidence
        Sorted by probability, rising. Equal probabilities share a bin.
    bins : int, optional
        Without it, as many as give each 10 of the rarer outcome, 1 to 15.

    Returns
    -------
    ndarray of int, shape (bins or fewer,)
        First row of each bin; the first is 0.

    Examples
    --------
    >>> equal_bins(Evidence.of([0.1, 0.2, 0.2, 0.9], [0, 0, 1, 1]), 2).tolist()
    [0, 1]
    """
    if bins is None:
        rarer = min(evidence.conversions, evidence.rows - evidence.conversions)
        bins = min(MOST_BINS, max(1, rarer // CONVERSIONS_PER_BIN))
    starts = np.flatnonzero(np.diff(evidence.probability, prepend=-1.0))
    heavy = np.add.reduceat(evidence.weight, starts)
    middle = (np.cumsum(heavy) - heavy / 2) / heavy.sum()
    place = np.minimum((middle * bins).astype(np.intp), bins - 1)
    return np.asarray(starts[np.diff(place, prepend=-1) > 0], dtype=np.intp)


@dataclass(frozen=True, eq=False, slots=True)
class Bins:
    """Bins of sorted rows, with the noise of each.

    Parameters
    ----------
    evidence : Evidence
        Sorted by probability, rising.
    starts : ndarray of int, shape (bins,)
        First row of each bin.
    noise : ndarray of shape (bins,)
        Variance of rate less mean probability, estimated from groups.
    """

    evidence: Evidence
    starts: Codes
    noise: Floats

    @classmethod
    def of(cls, evidence: Evidence, bins: int | None = None) -> Bins:
        """Cut sorted evidence into bins of about equal weight."""
        starts = equal_bins(evidence, bins)
        return cls(evidence, starts, _noise(evidence, starts))

    def squared_error(self, weight: Floats, times: float = 1.0) -> Floats:
        """Mean squared distance between probability and rate, less its noise.

        Parameters
        ----------
        weight : ndarray of shape (samples, n)
            Of the sorted rows.
        times : float, default 1
            How often the noise is there: once in the block, twice in a sample of it.

        Returns
        -------
        ndarray of shape (samples,)
            At least 0.
        """
        apart = self.evidence.outcome - self.evidence.probability
        heavy = np.add.reduceat(weight, self.starts, axis=1)
        distance = ratio(np.add.reduceat(weight * apart, self.starts, axis=1), heavy)
        squared = np.nan_to_num(np.square(distance)) - times * self.noise
        mean = ratio((heavy * squared).sum(axis=1), heavy.sum(axis=1))
        return np.maximum(mean, 0.0)

    def perfect_errors(self, *, draws: int, seed: int) -> Floats:
        """Errors that a perfect scorer would show on rows like these.

        Outcomes are drawn with the stated probabilities, each row by itself; where
        the rows of a group share their luck, a perfect scorer would show more.

        Returns
        -------
        ndarray of shape (draws,)
            At least 0, reckoned as for the real outcomes.
        """
        chance, weight = self.evidence.probability, self.evidence.weight
        random = np.random.default_rng(seed)
        heavy = np.add.reduceat(weight, self.starts)
        spread = np.square(weight) * chance * (1 - chance)
        noise = np.add.reduceat(spread, self.starts) / np.square(heavy)
        errors = np.empty(draws)
        for draw in range(draws):
            apart = weight * ((random.random(chance.size) < chance) - chance)
            squared = np.square(np.add.reduceat(apart, self.starts) / heavy) - noise
            errors[draw] = np.sqrt(max(0.0, float(heavy @ squared / heavy.sum())))
        return errors


def offsets(total: Floats, converted: Floats, log_odds: Floats) -> Floats:
    """Log-odds by which all probabilities are too low, of each sample.

    Parameters
    ----------
    total, converted : ndarray of shape (samples, n)
        Weight of all rows, and of those that converted, at each of the log-odds.
    log_odds : ndarray of shape (n,)
        What the scorer said.

    Returns
    -------
    ndarray of shape (samples,)
        0 for a scorer that is right on the whole; NaN if all or none converted.

    Examples
    --------
    >>> offsets(np.array([[4.0]]), np.array([[1.0]]), np.zeros(1)).round(4).tolist()
    [-1.0986]
    """
    rate = ratio(converted.sum(axis=1), total.sum(axis=1))
    mean = ratio(total @ probability_of(log_odds), total.sum(axis=1))
    at = log_odds_of(rate) - log_odds_of(mean)
    step = at
    for _ in range(_STEPS):
        chance = probability_of(log_odds + at[:, None])
        wanting = (converted - total * chance).sum(axis=1)
        curve = (total * chance * (1 - chance)).sum(axis=1)
        step = np.clip(ratio(wanting, curve), -_LONGEST_STEP, _LONGEST_STEP)
        at = at + step
        if np.nanmax(np.abs(step), initial=0.0) < 1e-9:
            break
    return np.where((rate > 0) & (rate < 1) & (np.abs(step) < 1e-6), at, np.nan)


def slopes(total: Floats, converted: Floats, log_odds: Floats) -> Floats:
    """Slope of the outcome on the log-odds that the scorer said, of each sample.

    Parameters
    ----------
    total, converted, log_odds : ndarray
        As for ``offsets``.

    Returns
    -------
    ndarray of shape (samples,)
        1 for a scorer that is neither bold nor timid; NaN if the log-odds are all
        equal, or if they part those that converted from the others perfectly.
    """
    centre, spread = float(log_odds.mean()), float(log_odds.std())
    if spread <= 1e-9 * max(1.0, abs(centre)):
        return np.full(total.shape[0], np.nan)
    scaled = (log_odds - centre) / spread
    rate = ratio(converted.sum(axis=1), total.sum(axis=1))
    at, slope, long = log_odds_of(rate), np.zeros(total.shape[0]), np.ones(1)
    for _ in range(_STEPS):
        chance = probability_of(at[:, None] + slope[:, None] * scaled)
        wanting, bend = converted - total * chance, total * chance * (1 - chance)
        g0, g1 = wanting.sum(axis=1), wanting @ scaled
        h0, h1, h2 = bend.sum(axis=1), bend @ scaled, bend @ np.square(scaled)
        area = h0 * h2 - h1 * h1
        steps = np.stack(
            [ratio(h2 * g0 - h1 * g1, area), ratio(h0 * g1 - h1 * g0, area)]
        )
        long = np.hypot(*steps)
        steps = steps * np.minimum(1.0, ratio(np.full_like(long, _LONGEST_STEP), long))
        steps = np.where(long > 0, steps, 0.0)
        at, slope = at + steps[0], slope + steps[1]
        if np.nanmax(long, initial=0.0) < 1e-9:
            break
    settled = (long < 1e-6) & (rate > 0) & (rate < 1)
    return np.where(settled, slope / spread, np.nan)


def _noise(evidence: Evidence, starts: Codes) -> Floats:
    """Variance of each bin's rate less mean probability, from its groups."""
    apart = evidence.outcome - evidence.probability
    place = np.repeat(np.arange(starts.size), np.diff(starts, append=evidence.rows))
    heavy = np.bincount(place, evidence.weight)
    mean = np.bincount(place, evidence.weight * apart) / heavy
    pair, within = np.unique(
        place * evidence.groups + evidence.group, return_inverse=True
    )
    share = np.bincount(within, evidence.weight * (apart - mean[place]))
    place_of_pair = pair // evidence.groups
    squares = np.bincount(place_of_pair, np.square(share), starts.size)
    groups = np.bincount(place_of_pair, minlength=starts.size).astype(np.float64)
    # One group tells nothing of the noise: then none is taken off.
    spared = np.nan_to_num(ratio(groups, groups - 1))
    return np.asarray(spared * squares / np.square(heavy), dtype=np.float64)
