"""Whether the same leads get the same reasons from another booster.

Two others are asked: what each member of the committee would say alone, which differ in
their seeds; and what the booster of some weeks ago says, which had not seen the newest
rows. Where reasons hang on such accidents, they are not reasons.

What averaging damps: of two committees of other seeds the Jaccard of the four strongest
signals was .81, .83 and .37 where each had one booster (the invented company,
x_education, bpi2012), .85, .91 and .49 where each had three, .89, .95 and .69 of five.

Why the four strongest signals: they are what a reader is told. Shapley values split the
credit of columns that say much the same, and how they split it is an accident of the
draw: so signals, which hold such columns together, are steadier than columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ..evidence import Mask
from ..points import Floats

STRONGEST: Final = 4  # signals, whether they raise or lower


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two boosters agree on why leads have their points.

    Attributes
    ----------
    rows : int
    shared : float
        How many signals are among the four strongest of both; 0 to 4, mean over rows.
    jaccard : float
        The same, over how many are among those of either; in [0, 1].
    same_sign : float
        Share of the signals among the four strongest of either that raise by both or
        lower by both.
    first_changes : float
        Share of rows whose strongest signal is another one.
    rank_correlation : float
        Spearman's, over the signals that either uses; mean over rows.
    difference_points : float
        Mean absolute difference of the points of the signals among the four strongest
        of either.
    """

    rows: int
    shared: float
    jaccard: float
    same_sign: float
    first_changes: float
    rank_correlation: float
    difference_points: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Seeds:
    """What seeds do to reasons, and what averaging makes of it.

    Attributes
    ----------
    members : int
    alone : Agreement
        Of two members, each taken alone: the mean of all pairs.
    deviation_points : float
        Standard deviation between members of the points of a signal among the four
        strongest.
    averaged_points : float
        The same of the members' mean, which is served: smaller by the square root of
        their number.
    """

    members: int
    alone: Agreement
    deviation_points: float
    averaged_points: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def agreement(first: Floats, second: Floats) -> Agreement:
    """Compare what two boosters say of the same rows.

    Parameters
    ----------
    first, second : ndarray of shape (n, n_signals)
        Points of the same signals; at least one row and one signal.

    Examples
    --------
    >>> found = agreement(np.array([[3.0, -1.0, 0.0]]), np.array([[1.0, 2.0, 0.0]]))
    >>> found.jaccard, found.same_sign, found.first_changes
    (1.0, 0.5, 1.0)
    """
    ours, theirs = strongest(first), strongest(second)
    either, both = ours | theirs, ours & theirs
    size = either.sum(axis=1)
    overlap = np.where(size, both.sum(axis=1) / np.maximum(size, 1), 1.0)
    told = either.sum()
    same = (np.sign(first) == np.sign(second)) & either
    top, other = np.abs(first).argmax(axis=1), np.abs(second).argmax(axis=1)
    return Agreement(
        rows=len(first),
        shared=float(both.sum(axis=1).mean()),
        jaccard=float(overlap.mean()),
        same_sign=float(same.sum() / told) if told else 1.0,
        first_changes=float((top != other).mean()),
        rank_correlation=_rank_correlation(first, second),
        difference_points=float(np.abs(first - second)[either].mean()) if told else 0.0,
    )


def seeds(members: Sequence[Floats]) -> Seeds | None:
    """Compare the members of a committee, each as if it were served alone.

    Parameters
    ----------
    members : sequence of ndarray of shape (n, n_signals)
        Points by each member.

    Returns
    -------
    Seeds or None
        None where there are fewer than two.

    Examples
    --------
    >>> seeds([np.array([[3.0, 0.0]]), np.array([[1.0, 0.0]])]).averaged_points
    1.0
    """
    if len(members) < 2:
        return None
    pairs = [agreement(a, b) for a, b in combinations(members, 2)]
    means = {
        name: float(np.mean([getattr(p, name) for p in pairs]))
        for name in Agreement.__slots__
        if name != "rows"
    }
    alone = Agreement(rows=len(members[0]), **means)
    every = np.stack(members)
    told = strongest(every.mean(axis=0))
    spread = np.sqrt(every.var(axis=0, ddof=1)[told].mean()) if told.any() else 0.0
    deviation = float(spread)
    return Seeds(len(members), alone, deviation, deviation / len(members) ** 0.5)


def strongest(points: Floats) -> Mask:
    """Which signals are among the four strongest of their row; none without points.

    Examples
    --------
    >>> strongest(np.array([[1.0, -5.0, 0.0, 2.0, 3.0, 4.0]])).astype(int).tolist()
    [[0, 1, 0, 1, 1, 1]]
    """
    size = np.abs(points)
    order = np.argsort(-size, axis=1, kind="stable")[:, :STRONGEST]
    told: npt.NDArray[np.bool_] = np.zeros(points.shape, dtype=np.bool_)
    np.put_along_axis(told, order, True, axis=1)
    return told & (size > 0)


def _rank_correlation(first: Floats, second: Floats) -> float:
    from scipy.stats import rankdata

    used = (first != 0).any(axis=0) | (second != 0).any(axis=0)
    if used.sum() < 2:
        return 1.0
    a, b = (rankdata(p[:, used], axis=1) for p in (first, second))
    a, b = (r - r.mean(axis=1, keepdims=True) for r in (a, b))
    length = np.sqrt(np.square(a).sum(axis=1) * np.square(b).sum(axis=1))
    is_told = length > 0
    if not is_told.any():
        return 1.0
    return float(((a * b).sum(axis=1)[is_told] / length[is_told]).mean())
