"""Which leaves share a pattern table.

One table per leaf would do. But a row's word for a whole subtree, one bit per player on
the way to it and one per split inside it, says the patterns of all its leaves at once;
a table over these words holds the sum of the leaves' values, and is gathered from once.
Two sibling leaves share a table of half their two tables' size; further up, a table is
shared for as long as that costs no memory.

Why: on 500 trees of 31 leaves, no deeper than 8, with 80 columns, a row gathers 40 000
numbers instead of 94 000, the tables take half the memory, and a row takes less than
half the time. Sharing even at some cost in memory was measured, and gained nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from .paths import TreePaths

# A table of 12 bits has 4 096 values per player; a leaf with more players than that is
# cheaper by quadrature per row than by what its table costs in memory.
MOST_BITS = 12

# The kernel's words are of this length.
_WORD_BITS = 16

# 512 MB in float64: where the tables would be larger, they get fewer bits.
MOST_VALUES = 1 << 26


@dataclass(frozen=True)
class Plan:
    """How one tree is evaluated.

    Attributes
    ----------
    roots : list of int
        Root of each tabled subtree: a split, or ``~k`` for leaf k alone.
    deep : list of int
        Leaves with too many players for a table.
    n_values : int
        Entries of all the tables together.
    """

    roots: list[int]
    deep: list[int]
    n_values: int


def plan_all(
    paths: list[TreePaths],
    *,
    most_bits: int = MOST_BITS,
    most_values: int = MOST_VALUES,
) -> list[Plan]:
    """Plan of each tree, with as many bits as ``most_values`` in all leave room for."""
    if not 1 <= most_bits <= _WORD_BITS:
        raise ValueError(f"most_bits must lie in 1 to 16, not be {most_bits}.")
    plans = [plan(of_tree, most_bits) for of_tree in paths]
    if most_bits > 1 and sum(of_tree.n_values for of_tree in plans) > most_values:
        return plan_all(paths, most_bits=most_bits - 1, most_values=most_values)
    return plans


def plan(paths: TreePaths, most_bits: int) -> Plan:
    """Choose the tables of one tree, none with more than ``most_bits`` bits."""
    together, n_values = _shared(paths, most_bits)
    roots: list[int] = []
    deep: list[int] = []
    waiting = [0 if paths.left else ~0]
    while waiting:
        at = waiting.pop()
        if at >= 0 and not together[at]:
            waiting += [paths.right[at], paths.left[at]]
        elif at >= 0:
            roots.append(at)
        else:
            n_players = len({step.player for step in paths.to_leaf[~at]})
            if n_players > most_bits:
                deep.append(~at)
            elif n_players:  # the leaf of a constant tree has none
                roots.append(at)
    return Plan(roots, deep, n_values)


def _shared(paths: TreePaths, most_bits: int) -> tuple[list[bool], int]:
    """Whether each split's subtree shares one table, and the tree's number of values.

    Children come after their parents, so the splits are seen from the last to the
    first.
    """
    leaf_players = [{step.player for step in path} for path in paths.to_leaf]
    leaf_values = [
        len(players) << len(players) if len(players) <= most_bits else 0
        for players in leaf_players
    ]
    n_splits = len(paths.left)
    players: list[set[int]] = [set() for _ in range(n_splits)]
    n_inside, n_values = [1] * n_splits, [0] * n_splits
    together = [False] * n_splits
    for split in reversed(range(n_splits)):
        for child in (paths.left[split], paths.right[split]):
            players[split] |= players[child] if child >= 0 else leaf_players[~child]
            n_inside[split] += n_inside[child] if child >= 0 else 0
            n_values[split] += n_values[child] if child >= 0 else leaf_values[~child]
        n_outside = len({step.player for step in paths.to_split[split]})
        n_bits = n_outside + n_inside[split]
        if n_bits <= most_bits:
            shared = len(players[split]) << n_bits
            together[split] = shared <= n_values[split]
            n_values[split] = shared if together[split] else n_values[split]
    total = n_values[0] if n_splits else 0
    return together, total
