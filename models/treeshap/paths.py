"""The way to every split and leaf: conditions, their players, their cover ratios.

A player is a group of columns. It satisfies a path if the row meets every condition on
any of its columns; its share of a path is the product of its conditions' cover ratios:
the part of the training rows that went on at each of these splits. With columns mapped
to players before the paths are built, Shapley's formula over a path's players gives the
players' own values, exactly, and not sums of column values: these are two games.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .trees import Trees


class Condition(NamedTuple):
    """One step of a path; ``split`` counts from the tree's first."""

    split: int
    goes_left: bool
    player: int
    cover_ratio: float


Path = tuple[Condition, ...]


@dataclass(frozen=True)
class TreePaths:
    """Paths of one tree, and its shape.

    Attributes
    ----------
    left, right : list of int
        Children of each split; ``~k`` stands for leaf k.
    to_split, to_leaf : list of tuple of Condition
        Conditions on the way, from the root.
    leaf_value : list of float
        In log-odds.
    """

    left: list[int]
    right: list[int]
    to_split: list[Path]
    to_leaf: list[Path]
    leaf_value: list[float]


def tree_paths(trees: Trees, tree: int, owner: NDArray[np.int64]) -> TreePaths:
    """Paths of tree number ``tree``, with ``owner`` as of ``Players``."""
    splits, leaves = trees.splits, trees.leaves
    of_splits = slice(splits.first[tree], splits.first[tree + 1])
    of_leaves = slice(leaves.first[tree], leaves.first[tree + 1])
    left, right = splits.left[of_splits].tolist(), splits.right[of_splits].tolist()
    player = owner[splits.feature[of_splits]].tolist()
    split_rows = trees.split_rows[of_splits].tolist()
    leaf_rows = trees.leaf_rows[of_leaves].tolist()
    to_split: list[Path] = [() for _ in left]
    to_leaf: list[Path] = [() for _ in leaf_rows]
    # A child always comes after its parent, so that one pass is enough.
    for split, rows in enumerate(split_rows):
        for child, goes_left in ((left[split], True), (right[split], False)):
            child_rows = split_rows[child] if child >= 0 else leaf_rows[~child]
            step = Condition(split, goes_left, player[split], child_rows / rows)
            if child >= 0:
                to_split[child] = (*to_split[split], step)
            else:
                to_leaf[~child] = (*to_split[split], step)
    return TreePaths(left, right, to_split, to_leaf, leaves.value[of_leaves].tolist())


def shares(path: Path) -> dict[int, float]:
    """Share of each player on a path, in order of first appearance.

    Examples
    --------
    >>> shares((Condition(0, True, 7, 0.5), Condition(1, False, 7, 0.25)))
    {7: 0.125}
    """
    product: dict[int, float] = {}
    for condition in path:
        before = product.get(condition.player, 1.0)
        product[condition.player] = before * condition.cover_ratio
    return product


def expected_value(paths: TreePaths) -> float:
    """Expected leaf value of one tree along training paths, in log-odds."""
    total = 0.0
    for path, value in zip(paths.to_leaf, paths.leaf_value, strict=True):
        for condition in path:
            value *= condition.cover_ratio
        total += value
    return total
