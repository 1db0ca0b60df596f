"""The promises: cutoffs that hold, with a stated confidence, on leads not yet seen.

Picking the loosest cutoff whose precision looks good breaks its promise in a quarter to
a half of all worlds: among many cutoffs some look better than they are. So:

*Precision* is tested in a fixed sequence (Learn then Test). Forty thresholds are laid
down by the scores alone, strict to loose; each is tested exactly, and the last before
the first failure is taken. The sequence is the price of looking forty times: no
correction is needed. It starts where, if the probabilities are true, passing is about
as likely as anywhere; this looks at scores alone, so it costs no validity. Starting
where passing is merely possible found a cutoff in 38 and 70 of 100 worlds of 1,000 and
2,000 rows (4.4 % converting, π = .25, δ = .10); this finds one in 47 and 81. Either
broke its promise in 4 and 6.

*Capture* is an order statistic of the scores of those who converted (the Neyman-Pearson
umbrella), so that it holds whatever their distribution.

Why one row per group: exact tests need independent rows, and snapshots of one lead or
leads of one account are not. The row is drawn blind to score and outcome; for capture
it is drawn among those that converted, since only they are asked about.

References
----------
Angelopoulos, Bates, Candès, Jordan and Lei (2021), Learn then Test.
Tong, Feng and Li (2018), Neyman-Pearson classification algorithms and NP receiver
operating characteristics.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr, bdtrc, stdtr

from features.errors import ConfigError

from ..evidence import Evidence, Keys
from ..points import Floats

# Enough that two neighbours differ by about a fifth in share, from 0.1 % to all.
THRESHOLDS: Final = 40
# Fewer rows than this pass or fail on one or two conversions.
FEWEST_ROWS: Final = 20
# A start with this much less hope of passing is still taken for being stricter.
NEARLY: Final = 0.01


@dataclass(frozen=True, slots=True)
class Found:
    """A threshold that keeps what was asked.

    Parameters
    ----------
    threshold : float
        Leads at or above it qualify.
    rows, conversions : int
        Of the independent rows at or above it.
    p_value : float
        Chance of so many conversions, were the promise false; 0 if nothing was tested.
    """

    threshold: float
    rows: int = 0
    conversions: int = 0
    p_value: float = 0.0


@dataclass(frozen=True, slots=True)
class NotFound:
    """No threshold keeps what was asked, and a clause that says why."""

    because: str


def precision_cutoff(
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    group_key: Keys | None = None,
    *,
    precision: float,
    delta: float,
) -> Found | NotFound:
    """Loosest threshold shown to have a precision, by fixed-sequence testing.

    Parameters
    ----------
    probability, outcome : array-like of shape (n,)
        As for ``Evidence.of``.
    group_key : sequence of shape (n,), optional
        One row of each group is drawn by hash. Without it the rows are taken for
        independent.
    precision : float
        In (0, 1): the share of qualifying leads that is to convert.
    delta : float
        In (0, 1): how often the promise may be false.

    Returns
    -------
    Found or NotFound
        The chance that ``Found.threshold`` has a lower precision is at most ``delta``.

    Examples
    --------
    >>> chance = np.linspace(0.01, 0.99, 99)
    >>> found = precision_cutoff(chance, chance > 0.5, precision=0.6, delta=0.1)
    >>> isinstance(found, Found) and found.p_value <= 0.1
    True
    """
    evidence = Evidence.of(probability, outcome, group_id=group_key)
    return precision_of(evidence, precision=precision, delta=delta)


def precision_of(
    evidence: Evidence, *, precision: float, delta: float
) -> Found | NotFound:
    """The same, of evidence."""
    chance = evidence.probability[evidence.drawn]
    converted = evidence.outcome[evidence.drawn]
    last: Found | NotFound = NotFound(_too_few(precision, delta, chance.size))
    for threshold in thresholds(chance, precision=precision, delta=delta):
        picked = chance >= threshold
        rows, hits = int(picked.sum()), int(converted[picked].sum())
        p_value = float(bdtrc(hits - 1, rows, precision)) if hits else 1.0
        if p_value > delta:
            return last if isinstance(last, Found) else NotFound(_refuted(hits, rows))
        last = Found(float(threshold), rows, hits, p_value)
    return last


def weighted_precision_cutoff(
    evidence: Evidence, *, precision: float, delta: float
) -> Found | NotFound:
    """Loosest threshold shown to have a weighted precision, tested by group.

    Where a few large accounts hold many of the leads, the precision by account and by
    lead are different things. Here it is by lead: each group's surplus of conversions
    over the promise is one observation of a one-sided t test, in the same sequence.
    The test is approximate; it never claims more than if all its groups had converted.

    Parameters
    ----------
    evidence : Evidence
        All rows, with weights and groups.
    precision, delta : float
        As for ``precision_cutoff``.

    Returns
    -------
    Found or NotFound
        ``rows`` are then the groups with a qualifying row, and ``conversions`` those
        of them of which a qualifying row converted.
    """
    chance = evidence.probability[evidence.drawn]
    last: Found | NotFound = NotFound(_too_few(precision, delta, chance.size))
    for threshold in thresholds(chance, precision=precision, delta=delta):
        found = _group_test(evidence, float(threshold), precision)
        if found.p_value > delta:
            refuted = _refuted(found.conversions, found.rows)
            return last if isinstance(last, Found) else NotFound(refuted)
        last = found
    return last


def capture_cutoff(
    probability: npt.ArrayLike,
    outcome: npt.ArrayLike,
    group_key: Keys | None = None,
    *,
    capture: float,
    delta: float,
) -> Found | NotFound:
    """Highest threshold shown to let a share of those who convert qualify.

    Parameters
    ----------
    probability, outcome, group_key : array-like of shape (n,)
        As for ``precision_cutoff``; of each group one converted row is drawn.
    capture : float
        In (0, 1): the share of the converting that is to qualify.
    delta : float
        In (0, 1): how often the promise may be false.

    Returns
    -------
    Found or NotFound
        The k-th lowest score of n conversions, k the largest for which at most k - 1
        of n fall among the missed with a chance of ``delta`` or less.

    Examples
    --------
    >>> capture_cutoff([0.3] * 5, [1] * 5, capture=0.8, delta=0.1)
    NotFound(because='11 conversions are needed, and there are 5')
    """
    evidence = Evidence.of(probability, outcome, group_id=group_key)
    return capture_of(evidence, capture=capture, delta=delta)


def capture_of(evidence: Evidence, *, capture: float, delta: float) -> Found | NotFound:
    """The same, of evidence."""
    _fewest(capture, delta)
    scores = np.sort(evidence.probability[evidence.one_conversion_per_group()])
    broken = bdtr(np.arange(scores.size), scores.size, 1 - capture)
    k = int((broken <= delta).sum())
    if not k:
        needed = math.ceil(math.log(delta) / math.log(capture) - 1e-9)
        said = f"{needed} conversions are needed, and there are {scores.size}"
        return NotFound(said)
    threshold = float(scores[k - 1])
    caught = int((scores >= threshold).sum())
    return Found(threshold, scores.size, caught, float(broken[k - 1]))


def thresholds(chance: Floats, *, precision: float, delta: float) -> Floats:
    """Thresholds to be tested, strict to loose; they depend on the scores alone.

    Parameters
    ----------
    chance : ndarray of shape (n,)
        Probabilities of independent rows.
    precision, delta : float
        As for ``precision_cutoff``.

    Returns
    -------
    ndarray of shape (40 or fewer,)
        Falling, to the lowest score. They are laid in equal ratios of rows, from
        where at least 20 rows qualify and all of them converting would pass the test;
        those before the promising start are left out.
    """
    fewest = _fewest(precision, delta)
    if chance.size < fewest:
        return np.empty(0)
    counts = np.geomspace(fewest, chance.size, THRESHOLDS).round().astype(np.intp)
    ranked = np.sort(chance)[::-1]
    ladder = np.unique(ranked[counts - 1])[::-1]
    power = np.array([_power(ranked[ranked >= t], precision, delta) for t in ladder])
    return ladder[int(np.argmax(power >= power.max() - NEARLY)) :]


def _power(chance: Floats, precision: float, delta: float) -> float:
    """Chance that rows pass the test, if their probabilities are true."""
    hits = np.arange(1, chance.size + 1)
    passing = hits[bdtrc(hits - 1, chance.size, precision) <= delta]
    mean = float(chance.mean())
    return float(bdtrc(passing[0] - 1, chance.size, mean)) if passing.size else 0.0


def _fewest(precision: float, delta: float) -> int:
    """Rows at which the test can be passed, if all convert."""
    if not (0 < precision < 1 and 0 < delta < 1):
        raise ConfigError(
            "A promised share and its confidence lie between 0 and 1, but they are "
            f"{precision:g} and {1 - delta:g}."
        )
    needed = math.ceil(math.log(delta) / math.log(precision) - 1e-9)
    return max(FEWEST_ROWS, needed)


def _group_test(evidence: Evidence, threshold: float, precision: float) -> Found:
    """One-sided t test of the groups' surplus at one threshold."""
    picked = evidence.probability >= threshold
    group = evidence.group[picked]
    surplus = evidence.weight[picked] * (evidence.outcome[picked] - precision)
    present = np.unique(group, return_inverse=True)[1].ravel()
    observed = np.bincount(present, surplus)
    hits = int((np.bincount(present, evidence.outcome[picked]) > 0).sum())
    groups = observed.size
    least = precision**groups
    spread = float(observed.std(ddof=1)) if groups > 1 else math.inf
    if spread == 0:
        return Found(threshold, groups, hits, least if observed[0] > 0 else 1.0)
    score = float(observed.mean()) * math.sqrt(groups) / spread
    p_value = max(float(stdtr(max(groups - 1, 1), -score)), least)
    return Found(threshold, groups, hits, p_value)


def _too_few(precision: float, delta: float, groups: int) -> str:
    """Say how many groups the test needs."""
    needed = _fewest(precision, delta)
    return f"{needed} independent rows are needed to show it, and there are {groups}"


def _refuted(hits: int, rows: int) -> str:
    """Say at which cutoff the sequence stopped, it being the first."""
    return (
        f"at the strictest cutoff tried {hits} of {rows} groups converted, "
        "too few to be sure"
    )
