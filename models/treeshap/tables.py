"""Pattern tables and deep leaves of all trees, in the arrays that the kernel reads."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from .filling import add_leaf, leaf_values, quadrature
from .kernel import NO, YES, DeepLeaves, Tables
from .paths import Path, TreePaths, shares
from .plan import Plan
from .trees import starts


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
    paths: list[TreePaths], plans: list[Plan], precision: type[np.floating]
) -> Tables:
    """All tables, filled in float64 and kept in ``precision``."""
    of_trees = [
        [_table(tree, root) for root in plan.roots]
        for tree, plan in zip(paths, plans, strict=True)
    ]
    tables = list(chain.from_iterable(of_trees))
    conditions = [table.conditions() for table in tables]
    value_first = starts([len(table.players) << table.n_bits for table in tables])
    values = np.empty(value_first[-1], precision)
    filled = (
        _values(tree, table)
        for tree, mine in zip(paths, of_trees, strict=True)
        for table in mine
    )
    for start, of_table in zip(value_first, filled, strict=False):
        values[start : start + of_table.size] = of_table.ravel()
    return Tables(
        first=starts([len(mine) for mine in of_trees]),
        condition_first=starts([len(mine) for mine in conditions]),
        split=_integers([split for mine in conditions for split, _, _ in mine]),
        flip=_flips([left for mine in conditions for _, left, _ in mine]),
        bit=np.array([1 << bit for mine in conditions for *_, bit in mine], np.uint16),
        joins=np.array([again for mine in conditions for again in _joins(mine)], bool),
        column_first=starts([len(table.players) for table in tables]),
        player=_integers([player for table in tables for player in table.players]),
        value_first=value_first,
        values=values,
    )


def deep_leaves(paths: list[TreePaths], plans: list[Plan]) -> DeepLeaves:
    """All leaves that are evaluated by quadrature, row by row."""
    ways = [
        (tree.to_leaf[leaf], tree.leaf_value[leaf])
        for tree, plan in zip(paths, plans, strict=True)
        for leaf in plan.deep
    ]
    steps = [step for way, _ in ways for step in way]
    of_leaf = [shares(way) for way, _ in ways]
    slots = [
        list(share).index(step.player)
        for (way, _), share in zip(ways, of_leaf, strict=True)
        for step in way
    ]
    rules = [quadrature(len(share)) for share in of_leaf]
    return DeepLeaves(
        first=starts([len(plan.deep) for plan in plans]),
        condition_first=starts([len(way) for way, _ in ways]),
        split=_integers([step.split for step in steps]),
        flip=_flips([step.goes_left for step in steps]),
        slot=_integers(slots),
        player_first=starts([len(share) for share in of_leaf]),
        player=_integers([player for share in of_leaf for player in share]),
        share=np.array([q for share in of_leaf for q in share.values()], np.float64),
        value=np.array([value for _, value in ways], np.float64),
        point_first=starts([len(points) for points, _ in rules]),
        point=np.array([t for points, _ in rules for t in points], np.float64),
        weight=np.array([w for _, weights in rules for w in weights], np.float64),
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


def _values(paths: TreePaths, table: _Table) -> NDArray[np.float64]:
    """Values of a table, of shape (n_columns, 2 ** n_bits), in log-odds."""
    values = np.zeros((len(table.players), 1 << table.n_bits))
    for leaf in table.leaves:
        path = paths.to_leaf[leaf]
        share = shares(path)
        slot = {player: i for i, player in enumerate(share)}
        demands = [(bit, 1, slot[p]) for p, bit in table.bit_of_player.items()]
        demands += [
            (table.bit_of_split[step.split], int(step.goes_left), slot[step.player])
            for step in path[len(table.path) :]
        ]
        of_leaf = leaf_values(
            np.array(list(share.values())),
            paths.leaf_value[leaf],
            *quadrature(len(share)),
        )
        column = _integers([table.players.index(player) for player in share])
        add_leaf(values, of_leaf, column, np.array(demands, np.int64))
    return values


def _joins(conditions: list[tuple[int, bool, int]]) -> list[bool]:
    """Whether each condition's bit was set by an earlier one."""
    seen: set[int] = set()
    again = []
    for *_, bit in conditions:
        again.append(bit in seen)
        seen.add(bit)
    return again


def _flips(goes_left: list[bool]) -> NDArray[np.uint16]:
    """Turn "went left" into "the condition holds" by exclusive or with these words."""
    return np.where(np.array(goes_left, bool), NO, YES).astype(np.uint16)


def _integers(values: list[int]) -> NDArray[np.int64]:
    return np.array(values, np.int64)
