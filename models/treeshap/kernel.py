"""The loops over rows, compiled.

Why these loops are laid out so: a block of rows lies transposed in the second cache.
Per tree, all splits are decided for all rows of the block without branches; per table,
the word that picks a row's entry is put together from these decisions; then, column by
column of the table, all rows gather from the same few kilobytes.

Why the arrays' named tuples stand here: numba keeps compiled code for as long as this
file is unchanged, whatever happens in others.
Why no ``fastmath``: it lets the compiler drop tests for NaN, which are decisions here.
Why no ``parallel``: the kernels release the interpreter's lock, so that plain threads
work on blocks side by side, and need no threading layer of numba's.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.compilation import compiled

# Decisions are whole words, so that they combine by "and", "or", "xor" alone.
YES = np.uint16(0xFFFF)
NO = np.uint16(0)

Decisions = NDArray[np.uint16]
Block = NDArray[np.float64]


class Rule(IntEnum):
    """Which rows go left at a split, x being the value and c the threshold."""

    NAN_RIGHT = 0  # x <= c
    NAN_LEFT = 1  # x <= c, or NaN
    ZERO_RIGHT = 2  # x <= c, unless zero; NaN goes with zero
    ZERO_LEFT = 3  # x <= c, or zero; NaN goes with zero
    CATEGORY = 4  # x, cut to an integer, is in the split's set


class Splits(NamedTuple):
    """All splits of all trees; a named tuple, as that is what numba reads.

    ``first`` of shape (n_trees + 1,) says where each tree's splits begin; all other
    arrays but ``category_bits`` have one entry per split. ``left`` and ``right`` count
    from the tree's first split; ``~k`` stands for the tree's leaf k.
    """

    first: NDArray[np.int64]
    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    rule: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    category_first: NDArray[np.int64]
    category_words: NDArray[np.int64]
    category_bits: NDArray[np.uint32]


class Leaves(NamedTuple):
    """All leaves of all trees: where each tree's begin, and each one's log-odds."""

    first: NDArray[np.int64]
    value: NDArray[np.float64]


class Tables(NamedTuple):
    """All pattern tables; ``*_first`` say where each tree's or table's run begins.

    A table has one bit per player on the path to its root, and one per split below;
    one column of ``2 ** bits`` values per player. A condition turns the decision at a
    split by ``flip`` into whether it holds; ``bit`` is the bit's mask. The first
    condition of a bit sets it, those that follow (``joins``) can only clear it.
    """

    first: NDArray[np.int64]
    condition_first: NDArray[np.int64]
    split: NDArray[np.int64]
    flip: NDArray[np.uint16]
    bit: NDArray[np.uint16]
    joins: NDArray[np.bool_]
    column_first: NDArray[np.int64]
    player: NDArray[np.int64]
    value_first: NDArray[np.int64]
    values: NDArray[np.float64] | NDArray[np.float32]


class DeepLeaves(NamedTuple):
    """Leaves with too many players for a table; ``slot`` is a leaf's own count of them.

    ``point`` and ``weight`` are each leaf's own quadrature on [0, 1].
    """

    first: NDArray[np.int64]
    condition_first: NDArray[np.int64]
    split: NDArray[np.int64]
    flip: NDArray[np.uint16]
    slot: NDArray[np.int64]
    player_first: NDArray[np.int64]
    player: NDArray[np.int64]
    share: NDArray[np.float64]
    value: NDArray[np.float64]
    point_first: NDArray[np.int64]
    point: NDArray[np.float64]
    weight: NDArray[np.float64]


_NAN_RIGHT = int(Rule.NAN_RIGHT)
_NAN_LEFT = int(Rule.NAN_LEFT)
_ZERO_RIGHT = int(Rule.ZERO_RIGHT)
_ZERO_LEFT = int(Rule.ZERO_LEFT)


@compiled
def decide(block: Block, splits: Splits, tree: int, decisions: Decisions) -> None:
    """Write, for each split of a tree and each row, whether the row goes left."""
    n_rows = block.shape[1]
    start = splits.first[tree]
    for split in range(start, splits.first[tree + 1]):
        x = block[splits.feature[split]]
        into = decisions[split - start]
        c = splits.threshold[split]
        rule = splits.rule[split]
        if rule == _NAN_RIGHT:
            for row in range(n_rows):
                into[row] = YES if x[row] <= c else NO
        elif rule == _NAN_LEFT:
            for row in range(n_rows):
                into[row] = NO if x[row] > c else YES
        elif rule == _ZERO_RIGHT:
            for row in range(n_rows):
                into[row] = YES if (x[row] <= c) & (x[row] != 0.0) else NO
        elif rule == _ZERO_LEFT:
            for row in range(n_rows):
                into[row] = NO if (x[row] > c) & (x[row] != 0.0) else YES
        else:
            first, n_words = splits.category_first[split], splits.category_words[split]
            # One answer for each code that the set could hold, and one for all others.
            answers = np.full(32 * n_words + 1, NO, np.uint16)
            for code in range(32 * n_words):
                word = splits.category_bits[first + code // 32]
                if (word >> np.uint32(code % 32)) & 1:
                    answers[code] = YES
            unknown = 32.0 * n_words
            for row in range(n_rows):
                # False for NaN; what lies in (-1, 0) is cut to category 0.
                is_code = (x[row] > -1.0) & (x[row] < unknown)
                into[row] = answers[int(x[row] if is_code else unknown)]


@compiled
def add_tables(
    tables: Tables,
    tree: int,
    decisions: Decisions,
    pattern: NDArray[np.uint16],
    out: Block,
) -> None:
    """Add one tree's tabled contributions to ``out`` of shape (n_players, n_rows)."""
    n_rows = out.shape[1]
    for table in range(tables.first[tree], tables.first[tree + 1]):
        pattern[:] = NO
        start = tables.condition_first[table]
        for condition in range(start, tables.condition_first[table + 1]):
            met = decisions[tables.split[condition]]
            flip, bit = tables.flip[condition], tables.bit[condition]
            if tables.joins[condition]:
                others = bit ^ YES
                for row in range(n_rows):
                    pattern[row] &= (met[row] ^ flip) | others
            else:
                for row in range(n_rows):
                    pattern[row] |= (met[row] ^ flip) & bit
        column, last = tables.column_first[table], tables.column_first[table + 1]
        start, end = tables.value_first[table], tables.value_first[table + 1]
        size = (end - start) // (last - column)
        for at in range(column, last):
            values = tables.values[start : start + size]
            into = out[tables.player[at]]
            for row in range(n_rows):
                into[row] += values[pattern[row]]
            start += size


@compiled
def add_deep_leaves(
    leaves: DeepLeaves, tree: int, decisions: Decisions, out: Block
) -> None:
    """Add the contributions of one tree's deep leaves to ``out``.

    As ``filling.leaf_values``, but for the one pattern that each row has.
    """
    n_rows = out.shape[1]
    before = np.empty(n_rows)
    for leaf in range(leaves.first[tree], leaves.first[tree + 1]):
        first, last = leaves.player_first[leaf], leaves.player_first[leaf + 1]
        met = _met(leaves, leaf, decisions, n_rows)
        after = np.ones((last - first + 1, n_rows))
        for point in range(leaves.point_first[leaf], leaves.point_first[leaf + 1]):
            t = leaves.point[point]
            # The product of all other players' factors is that of those before and of
            # those after: no division, as shares may be zero.
            for slot in range(last - first - 1, -1, -1):
                rest = leaves.share[first + slot] * (1.0 - t)
                for row in range(n_rows):
                    after[slot, row] = after[slot + 1, row] * (
                        rest + t * met[slot, row]
                    )
            before[:] = leaves.weight[point] * leaves.value[leaf]
            for slot in range(last - first):
                into = out[leaves.player[first + slot]]
                share = leaves.share[first + slot]
                rest = share * (1.0 - t)
                for row in range(n_rows):
                    a = met[slot, row]
                    into[row] += (a - share) * before[row] * after[slot + 1, row]
                    before[row] *= rest + t * a


@compiled
def _met(leaves: DeepLeaves, leaf: int, decisions: Decisions, n_rows: int) -> Block:
    """Whether each of a leaf's players is satisfied (1.0 or 0.0), by slot and row."""
    n_players = leaves.player_first[leaf + 1] - leaves.player_first[leaf]
    met = np.ones((n_players, n_rows))
    start = leaves.condition_first[leaf]
    for condition in range(start, leaves.condition_first[leaf + 1]):
        decision = decisions[leaves.split[condition]]
        into = met[leaves.slot[condition]]
        flip = leaves.flip[condition]
        for row in range(n_rows):
            into[row] = 0.0 if decision[row] == flip else into[row]
    return met


@compiled
def contributions_block(
    block: Block, splits: Splits, tables: Tables, deep: DeepLeaves, out: Block
) -> None:
    """Add the contributions of all trees to ``out`` of shape (n_players, n_rows).

    ``block`` has shape (n_features, n_rows), with zeros of LightGBM's making as zeros.
    """
    decisions = np.empty((_most_splits(splits), block.shape[1]), np.uint16)
    pattern = np.empty(block.shape[1], np.uint16)
    for tree in range(len(splits.first) - 1):
        decide(block, splits, tree, decisions)
        add_tables(tables, tree, decisions, pattern, out)
        add_deep_leaves(deep, tree, decisions, out)


@compiled
def margins_block(
    block: Block, splits: Splits, leaves: Leaves, out: NDArray[np.float64]
) -> None:
    """Add the leaf values of all trees to ``out`` of shape (n_rows,)."""
    decisions = np.empty((_most_splits(splits), block.shape[1]), np.uint16)
    lefts, rights, values = splits.left, splits.right, leaves.value
    for tree in range(len(splits.first) - 1):
        decide(block, splits, tree, decisions)
        start, first_leaf = splits.first[tree], leaves.first[tree]
        root = 0 if splits.first[tree + 1] > start else -1
        for row in range(block.shape[1]):
            at = root
            while at >= 0:
                goes_left = decisions[at, row] == YES
                at = lefts[start + at] if goes_left else rights[start + at]
            out[row] += values[first_leaf - 1 - at]


@compiled
def _most_splits(splits: Splits) -> int:
    """Splits of the largest tree."""
    most = 0
    for tree in range(len(splits.first) - 1):
        most = max(most, splits.first[tree + 1] - splits.first[tree])
    return most
