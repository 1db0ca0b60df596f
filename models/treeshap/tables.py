"""Pattern tables of all trees, in the arrays that the kernel reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from .background import Background
from .blocks import Values
from .filling import (
    add_leaf,
    leaf_counts,
    leaf_values,
    leaf_values_against,
    quadrature,
)
from .kernel import NO, YES, Tables
from .paths import Path, TreePaths, shares
from .plan import Plan
from .trees import Trees, starts


@dataclass(frozen=True)
class _Table:
    """One table of the subtree under ``root``, as yet without values.

    Attributes
    ----------
    path : tuple of Condition
        Way to the root.
    leaves : list of int
        Leaves of the subtree.
    bit_of_player : dict
        Bits that say whether a player satisfies the way to the root.
    bit_of_split : dict
        Bits that say whether the row goes left at a split of the subtree.
    players : list of int
        Player of each column.
    """

    path: Path
    leaves: list[int]
    bit_of_player: dict[int, int]
    bit_of_split: dict[int, int]
    players: list[int]

    @property
    def n_bits(self) -> int:
        """Length of the table's words."""
        return len(self.bit_of_player) + len(self.bit_of_split)

    def conditions(self) -> list[tuple[int, bool, int]]:
        """Split, side and bit of everything that a word is put together from."""
        outside = [
            (step.split, step.goes_left, self.bit_of_player[step.player])
            for step in self.path
        ]
        return outside + [
            (split, True, bit) for split, bit in self.bit_of_split.items()
        ]


def tabulate(
    trees: Trees,
    paths: list[TreePaths],
    plans: list[Plan],
    background: Background | None,
    precision: type[np.floating],
) -> Tables:
    """All tables, filled in float64 and kept in ``precision``."""
    of_trees = [
        [_table(tree, root) for root in plan.roots]
        for tree, plan in zip(paths, plans, strict=True)
    ]
    tables = _laid_out(of_trees, precision)
    for tree, mine in enumerate(of_trees):
        first = tables.value_first[tables.first[tree] :]
        counts: Sequence[Values | None] = [None] * len(mine)
        if background is not None:
            counts = background.words(trees, tables, tree)
        for place, (table, words) in enumerate(zip(mine, counts, strict=True)):
            values = _values(paths[tree], table, words)
            tables.values[first[place] : first[place + 1]] = values.ravel()
    return tables


def _laid_out(of_trees: list[list[_Table]], precision: type[np.floating]) -> Tables:
    """Tables as the kernel reads them, with room for their values."""
    tables = list(chain.from_iterable(of_trees))
    conditions = [table.conditions() for table in tables]
    value_first = starts([len(table.players) << table.n_bits for table in tables])
    return Tables(
        first=starts([len(mine) for mine in of_trees]),
        condition_first=starts([len(mine) for mine in conditions]),
        split=integers([split for mine in conditions for split, _, _ in mine]),
        flip=flips([left for mine in conditions for _, left, _ in mine]),
        bit=np.array([1 << bit for mine in conditions for *_, bit in mine], np.uint16),
        joins=np.array([again for mine in conditions for again in _joins(mine)], bool),
        column_first=starts([len(table.players) for table in tables]),
        player=integers([player for table in tables for player in table.players]),
        value_first=value_first,
        values=np.empty(value_first[-1], precision),
    )


def _table(paths: TreePaths, root: int) -> _Table:
    """Lay out the table of the subtree under ``root``."""
    splits, leaves = _under(paths, root)
    path = paths.to_split[root] if root >= 0 else paths.to_leaf[~root]
    bit_of_player = {player: bit for bit, player in enumerate(shares(path))}
    n_outside = len(bit_of_player)
    return _Table(
        path=path,
        leaves=leaves,
        bit_of_player=bit_of_player,
        bit_of_split={split: n_outside + i for i, split in enumerate(splits)},
        players=sorted({step.player for k in leaves for step in paths.to_leaf[k]}),
    )


def _under(paths: TreePaths, root: int) -> tuple[list[int], list[int]]:
    """Splits and leaves of the subtree under ``root``."""
    splits: list[int] = []
    leaves: list[int] = []
    waiting = [root]
    while waiting:
        at = waiting.pop()
        if at >= 0:
            splits.append(at)
            waiting += [paths.right[at], paths.left[at]]
        else:
            leaves.append(~at)
    return splits, leaves


def _values(paths: TreePaths, table: _Table, words: Values | None) -> Values:
    """Values of a table, of shape (n_columns, 2 ** n_bits), in log-odds.

    Against the background whose weights by word are ``words``, or training paths.
    """
    values = np.zeros((len(table.players), 1 << table.n_bits))
    column_of = {player: column for column, player in enumerate(table.players)}
    for leaf in table.leaves:
        path = paths.to_leaf[leaf]
        share = shares(path)
        slot = {player: i for i, player in enumerate(share)}
        told = [(bit, 1, slot[p]) for p, bit in table.bit_of_player.items()]
        told += [
            (table.bit_of_split[step.split], int(step.goes_left), slot[step.player])
            for step in path[len(table.path) :]
        ]
        demands, value = np.array(told, np.int64), paths.leaf_value[leaf]
        rule = quadrature(len(share))
        if words is None:
            of_leaf = leaf_values(np.array(list(share.values())), value, *rule)
        else:
            counts = leaf_counts(words, demands, len(share))
            of_leaf = leaf_values_against(counts, value, *rule)
        column = integers([column_of[player] for player in share])
        add_leaf(values, of_leaf, column, demands)
    return values


def _joins(conditions: list[tuple[int, bool, int]]) -> list[bool]:
    """Whether each condition's bit was set by an earlier one."""
    seen: set[int] = set()
    again = []
    for *_, bit in conditions:
        again.append(bit in seen)
        seen.add(bit)
    return again


def flips(goes_left: list[bool]) -> NDArray[np.uint16]:
    """Turn "went left" into "the condition holds" by exclusive or with these words."""
    return np.where(np.array(goes_left, bool), NO, YES).astype(np.uint16)


def integers(values: list[int]) -> NDArray[np.int64]:
    """Whole numbers, of the kind that the kernels count with."""
    return np.array(values, np.int64)
