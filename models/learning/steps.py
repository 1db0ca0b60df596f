"""A function of one column that is flat between borders, as one small tree.

Missing values have a leaf of their own, split off at the root: no border could part
them from numbers.

Why a leaf that no training row reached counts as one row: every split then has an
expected value, and a value first met when scoring has its points all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..points import Floats
from .grove import Tree

# All numbers but infinity lie below; LightGBM has no split by "is missing".
_HIGHEST = float(np.finfo(np.float64).max)

_Threshold = float | frozenset[int]
_Branch = Callable[[], tuple[int, float]]


def by_number(
    column: int,
    borders: Sequence[float],
    values: Sequence[float],
    *,
    missing: float,
    held: Floats,
) -> Tree:
    """Return the tree of a number.

    Parameters
    ----------
    column : int
        Its place in the encoded table.
    borders : sequence of float
        Rising. A value at a border belongs below it.
    values : sequence of float
        One more than the borders: log-odds below, between and above them.
    missing : float
        Log-odds where the number is missing.
    held : ndarray of shape (n,)
        The column in the training rows, for the rows that reach each leaf.

    Examples
    --------
    >>> tree = by_number(0, [1.5], [0.0, 2.0], missing=-1.0, held=np.array([1, 2, 3.0]))
    >>> tree.leaf_value.tolist(), tree.leaf_rows.tolist()
    ([0.0, 2.0, -1.0], [1.0, 2.0, 1.0])
    """
    place = np.searchsorted(np.asarray(borders, np.float64), held, side="left")
    place = place[~np.isnan(held)]
    rows = [float((place == k).sum()) for k in range(len(values))]
    absent = float(np.isnan(held).sum())
    growing = _Growing(column)
    growing.split(
        _HIGHEST,
        lambda: growing.halved(list(borders), list(values), rows),
        lambda: growing.leaf(missing, absent),
    )
    return growing.tree()


def by_category(
    column: int, values: Mapping[int, float], *, otherwise: float, held: Floats
) -> Tree:
    """Return the tree of a category.

    Parameters
    ----------
    values : mapping of int to float
        Log-odds of each code; at least one.
    otherwise : float
        Log-odds of any other code, and where the category is missing.
    held : ndarray of shape (n,)
        The codes of the training rows.
    """
    codes = sorted(values)
    rows = [float((held == c).sum()) for c in codes]
    others = float(len(held)) - sum(rows)
    growing = _Growing(column)
    growing.split(
        frozenset(codes),
        lambda: growing.parted(codes, [values[c] for c in codes], rows),
        lambda: growing.leaf(otherwise, others),
    )
    return growing.tree()


@dataclass
class _Growing:
    """A tree that is being grown from the root, all its splits on one column."""

    column: int
    thresholds: list[_Threshold] = field(default_factory=list)
    children: list[list[int]] = field(default_factory=list)
    split_rows: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    rows: list[float] = field(default_factory=list)

    def leaf(self, value: float, rows: float) -> tuple[int, float]:
        """Add a leaf; give its number and its rows."""
        self.values.append(float(value))
        self.rows.append(max(rows, 1.0))
        return ~(len(self.values) - 1), self.rows[-1]

    def split(
        self, threshold: _Threshold, left: _Branch, right: _Branch
    ) -> tuple[int, float]:
        """Add a split, then what is below it; give its number and its rows."""
        place = len(self.thresholds)
        self.thresholds.append(threshold)
        self.children.append([0, 0])
        self.split_rows.append(0.0)
        left_child, left_rows = left()
        right_child, right_rows = right()
        self.children[place] = [left_child, right_child]
        self.split_rows[place] = left_rows + right_rows
        return place, left_rows + right_rows

    def halved(
        self, borders: list[float], values: list[float], rows: list[float]
    ) -> tuple[int, float]:
        """Add the middle border, and the lower and the upper ones below it."""
        if not borders:
            return self.leaf(values[0], rows[0])
        k = len(borders) // 2
        return self.split(
            borders[k],
            lambda: self.halved(borders[:k], values[: k + 1], rows[: k + 1]),
            lambda: self.halved(borders[k + 1 :], values[k + 1 :], rows[k + 1 :]),
        )

    def parted(
        self, codes: list[int], values: list[float], rows: list[float]
    ) -> tuple[int, float]:
        """Add one half of the codes to the left, the other to the right."""
        if len(codes) == 1:
            return self.leaf(values[0], rows[0])
        k = len(codes) // 2
        return self.split(
            frozenset(codes[:k]),
            lambda: self.parted(codes[:k], values[:k], rows[:k]),
            lambda: self.parted(codes[k:], values[k:], rows[k:]),
        )

    def tree(self) -> Tree:
        """Return what has grown."""
        count = len(self.thresholds)
        sets = tuple(t if isinstance(t, frozenset) else None for t in self.thresholds)
        numbers = [0.0 if isinstance(t, frozenset) else t for t in self.thresholds]
        children = np.array(self.children, np.int64)
        return Tree(
            np.full(count, self.column, np.int64),
            np.array(numbers),
            sets,
            np.zeros(count, np.bool_),
            children[:, 0],
            children[:, 1],
            np.array(self.split_rows),
            np.array(self.values),
            np.array(self.rows),
        )
