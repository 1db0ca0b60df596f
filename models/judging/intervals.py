"""The doubt of a figure: exact intervals of shares, resampled ones of everything else.

Why groups are resampled and not rows: the snapshots of one lead, and the leads of one
account, tell much the same story. Taking them for independent made intervals that were
far too narrow.

Why percentiles of the draws and no normal theory: the same few lines serve every
figure, also those without a formula, and an interval of a share never leaves [0, 1].
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, stdtrit

from features.errors import DataError

from ..evidence import Codes, Keys, group_codes, weights
from ..points import Floats

LEVEL: Final = 0.95  # of every interval
DRAWS: Final = 1000  # the ends of an interval then wobble by a fortieth of its width
_CELLS: Final = 250_000  # numbers held at a time: 2 MB, which processors keep at hand


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its 95 % interval; NaN where it cannot be had.

    Parameters
    ----------
    value, low, high : float
        The ends enclose the value or are both NaN.
    """

    value: float
    low: float
    high: float

    def to_dict(self) -> dict[str, float | None]:
        """Three numbers by name; what cannot be had is None, since JSON has no NaN."""
        return {k: v if math.isfinite(v) else None for k, v in asdict(self).items()}

    def __str__(self) -> str:
        """The figure as people read it.

        Examples
        --------
        >>> print(Figure(0.8, 0.75, 0.85))
        0.800 (0.750 to 0.850)
        """
        if math.isnan(self.value):
            return "not to be had"
        if math.isnan(self.low):
            return f"{self.value:.3f} (no interval)"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def exact_interval(conversions: int, rows: int, level: float = LEVEL) -> Figure:
    """Share of conversions with the exact interval of Clopper and Pearson.

    Parameters
    ----------
    conversions, rows : int
        0 to ``rows``, of independent rows.
    level : float, default 0.95
        In (0, 1): how often, at least, such intervals hold the truth.

    Returns
    -------
    Figure
        NaN without rows.

    Examples
    --------
    >>> print(exact_interval(0, 10))  # the upper end is 1 - 0.025 ** (1 / 10)
    0.000 (0.000 to 0.308)
    """
    if not rows:
        return Figure(math.nan, math.nan, math.nan)
    return _exact(conversions, rows, level)


def grouped_interval(
    outcome: Floats, group: Codes, level: float = LEVEL, weight: Floats | None = None
) -> Figure:
    """Share of conversions among rows that come in groups, with an interval.

    Every row counts. One row drawn from each group would not do: a lead that converts
    soon has few rows, all of them near its conversion, and is drawn there, so that
    such a share is far too high. The interval is the exact one of as many independent
    rows as tell as much as these do (Korn and Graubard, Survey Methodology 24, 1998).

    Parameters
    ----------
    outcome, group, weight : ndarray of shape (n,)
        0 or 1; any codes; how many rows each stands for, without it 1.
    level : float, default 0.95
        In (0, 1): how often such intervals hold the truth.

    Returns
    -------
    Figure
        NaN without rows; 0 to 1 of a single group.

    Examples
    --------
    >>> rows = np.repeat([1.0, 0.0], [200, 800])
    >>> print(grouped_interval(rows, np.arange(1000)))
    0.200 (0.176 to 0.226)
    >>> print(grouped_interval(rows, np.arange(1000) // 10))  # a hundred groups
    0.200 (0.126 to 0.293)
    """
    if not len(outcome):
        return Figure(math.nan, math.nan, math.nan)
    told = np.ones(len(outcome)) if weight is None else weight
    total = float(told.sum())
    share = float(told @ outcome) / total
    _, code = np.unique(group, return_inverse=True)
    groups = int(code.max()) + 1
    if groups < 2:
        return Figure(share, 0.0, 1.0)
    if not 0 < share < 1:  # how alike a group's rows are does not show
        return _exact(share * groups, groups, level)
    rows = total**2 / float(np.square(told).sum())
    of_group = np.bincount(code, told * (outcome - share), groups)
    variance = groups / (groups - 1) * float(np.square(of_group).sum()) / total**2
    alone = 1 + share * (1 - share) / variance  # independent rows that vary as much
    tail = 1 - (1 - level) / 2
    fewer = (stdtrit(rows - 1, tail) / stdtrit(groups - 1, tail)) ** 2
    effective = min(alone * float(fewer), rows)
    return _exact(share * effective, effective, level)


def _exact(conversions: float, rows: float, level: float) -> Figure:
    """The interval of Clopper and Pearson, of any positive number of rows."""
    tail = (1 - level) / 2
    missed = rows - conversions
    low = float(betaincinv(conversions, missed + 1, tail)) if conversions else 0.0
    high = float(betaincinv(conversions + 1, missed, 1 - tail)) if missed else 1.0
    return Figure(conversions / rows, low, high)


def resampled(
    weight: Floats, group: Codes, *, draws: int, seed: int
) -> Iterator[Floats]:
    """Weights of the rows in samples of whole groups, with replacement.

    Parameters
    ----------
    weight : ndarray of shape (n,)
        Above 0.
    group : ndarray of int, shape (n,)
        Which rows are drawn together, numbered from 0.
    draws : int
        How many samples.
    seed : int
        The same seed gives the same samples.

    Yields
    ------
    ndarray of shape (some draws, n)
        The weight times how often the row's group was drawn; few draws at a time, so
        that memory stays small.
    """
    random = np.random.default_rng(seed)
    groups = int(group.max()) + 1
    most = max(1, _CELLS // weight.size)
    for done in range(0, draws, most):
        size = (min(most, draws - done), groups)
        picked = random.integers(groups, size=size)
        base = np.arange(size[0])[:, None] * groups
        counts = np.bincount((picked + base).ravel(), minlength=size[0] * groups)
        yield counts.reshape(size)[:, group] * weight


def figures(
    figure_of: Callable[[Floats], Floats],
    weight: Floats,
    group: Codes,
    values: Floats | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> list[Figure]:
    """Figures of weighted rows with resampled intervals.

    Parameters
    ----------
    figure_of : callable
        From weights of shape (draws, n) to figures of shape (draws, figures); NaN
        where a sample cannot bear one.
    weight, group : ndarray of shape (n,)
        As for ``resampled``.
    values : ndarray of shape (figures,), optional
        The figures themselves, where a sample's are reckoned otherwise.
    draws, seed : int
        How many samples, and which.

    Returns
    -------
    list of Figure
        Without an interval if there are fewer than two groups, or if more than a
        twentieth of the samples could not bear the figure.
    """
    values = figure_of(weight[None, :])[0] if values is None else values
    if int(group.max()) == 0 or draws < 1:
        return [Figure(float(v), math.nan, math.nan) for v in values]
    samples = resampled(weight, group, draws=draws, seed=seed)
    drawn = np.concatenate([figure_of(sample) for sample in samples])
    return [_enclosed(float(v), d) for v, d in zip(values, drawn.T, strict=True)]


def paired_difference(
    loss_a: npt.ArrayLike,
    loss_b: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    group_id: Keys | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Figure:
    """Mean loss of A less that of B, on the same rows, with its interval.

    Parameters
    ----------
    loss_a, loss_b : array-like of shape (n,)
        Loss of each row under either scorer.
    weight, group_id : array-like of shape (n,), optional
        As for ``Evidence.of``.
    draws, seed : int
        How many samples, and which.

    Returns
    -------
    Figure
        Below 0 where A is the better.

    Examples
    --------
    >>> print(paired_difference([0.1, 0.2, 0.3], [0.2, 0.3, 0.4]))
    -0.100 (-0.100 to -0.100)
    """
    apart = np.asarray(loss_a, dtype=np.float64) - np.asarray(loss_b, dtype=np.float64)
    if apart.ndim != 1 or not apart.size or not np.isfinite(apart).all():
        raise DataError(
            "A paired difference needs two columns of finite losses, of the same rows."
        )
    weight = weights(weight, apart.size)
    group = group_codes(group_id, apart.size)

    def mean(sample: Floats) -> Floats:
        return np.asarray(sample @ apart / sample.sum(axis=1))[:, None]

    return figures(mean, weight, group, draws=draws, seed=seed)[0]


def _enclosed(value: float, drawn: Floats) -> Figure:
    """The figure with percentiles of its draws, widened to hold the figure itself."""
    told = drawn[np.isfinite(drawn)]
    if math.isnan(value) or told.size < 0.95 * drawn.size:
        return Figure(value, math.nan, math.nan)
    low, high = np.quantile(told, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Figure(value, min(float(low), value), max(float(high), value))
