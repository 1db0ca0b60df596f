"""Leaves with too many players for a table, evaluated row by row.

Along training paths they are evaluated by quadrature (``kernel.add_deep_leaves``).
Against a background, each keeps the patterns that its rows have, and their weights. A
row that lacks the players m meets only the patterns b that have them all, and then the
players it lacks are just those that b alone has, and those that b lacks are just those
that the row alone has: the closed form of ``filling.lone_weights``, in two numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.compilation import compiled
from features.errors import ModelError

from .background import Background
from .blocks import Values
from .filling import lone_weights, quadrature
from .kernel import DeepLeaves, decide
from .paths import TreePaths, shares
from .plan import Plan
from .tables import flips, integers
from .trees import Trees, starts

# A pattern of a deep leaf is a word of this length.
_WORD_BITS = 64

Words = NDArray[np.uint64]


class Patterns(NamedTuple):
    """What the background's rows look like to each deep leaf; ``first`` by leaf.

    ``lone`` are the weights of ``filling.lone_weights``, for as many players as the
    deepest leaf has.
    """

    first: NDArray[np.int64]
    word: Words
    weight: NDArray[np.float64]
    lone: NDArray[np.float64]


def deep_leaves(paths: list[TreePaths], plans: list[Plan]) -> DeepLeaves:
    """All leaves that have no table, with their training shares."""
    ways = [
        (tree.to_leaf[leaf], tree.leaf_value[leaf])
        for tree, plan in zip(paths, plans, strict=True)
        for leaf in plan.deep
    ]
    steps = [step for way, _ in ways for step in way]
    of_leaf = [shares(way) for way, _ in ways]
    slots = []
    for (way, _), share in zip(ways, of_leaf, strict=True):
        slot = {player: place for place, player in enumerate(share)}
        slots += [slot[step.player] for step in way]
    rules = [quadrature(len(share)) for share in of_leaf]
    return DeepLeaves(
        first=starts([len(plan.deep) for plan in plans]),
        condition_first=starts([len(way) for way, _ in ways]),
        split=integers([step.split for step in steps]),
        flip=flips([step.goes_left for step in steps]),
        slot=integers(slots),
        player_first=starts([len(share) for share in of_leaf]),
        player=integers([player for share in of_leaf for player in share]),
        share=np.array([q for share in of_leaf for q in share.values()], np.float64),
        value=np.array([value for _, value in ways], np.float64),
        point_first=starts([len(points) for points, _ in rules]),
        point=np.array([t for points, _ in rules for t in points], np.float64),
        weight=np.array([w for _, weights in rules for w in weights], np.float64),
    )


def decided(
    trees: Trees, leaves: DeepLeaves, block: Values
) -> Iterator[tuple[int, NDArray[np.uint16]]]:
    """Each tree that has some of ``leaves``, and the decisions of all its splits.

    The same array each time: it is to be read before the next tree is asked for.
    """
    most = int(np.diff(trees.splits.first).max(initial=0))
    decisions = np.empty((most, block.shape[1]), np.uint16)
    for tree in np.flatnonzero(np.diff(leaves.first)).tolist():
        decide(block, trees.splits, tree, decisions)
        yield tree, decisions


def add_all_against(
    trees: Trees, leaves: DeepLeaves, patterns: Patterns, block: Values, out: Values
) -> None:
    """Add all deep leaves, against the background, to ``out``."""
    for tree, decisions in decided(trees, leaves, block):
        add_against(leaves, patterns, tree, decisions, out)


def patterns_of(leaves: DeepLeaves, background: Background, trees: Trees) -> Patterns:
    """Count the background's patterns at each deep leaf.

    Raises
    ------
    ModelError
        If a leaf has more players on its way than a word has bits.
    """
    most = int(np.diff(leaves.player_first).max(initial=0))
    if most > _WORD_BITS:
        raise ModelError(
            f"A leaf has {most} players on its way, where at most {_WORD_BITS} can be "
            "compared with a background: train with a smaller max_depth."
        )
    counted = [
        each
        for tree in range(trees.n_trees)
        if leaves.first[tree] < leaves.first[tree + 1]
        for each in _of_tree(leaves, background, trees, tree)
    ]
    return Patterns(
        first=starts([len(word) for word, _ in counted]),
        word=np.concatenate([np.empty(0, np.uint64), *(w for w, _ in counted)]),
        weight=np.concatenate([np.empty(0), *(w for _, w in counted)]),
        lone=lone_weights(most),
    )


def _of_tree(
    leaves: DeepLeaves, background: Background, trees: Trees, tree: int
) -> Iterator[tuple[Words, NDArray[np.float64]]]:
    """Distinct patterns of each deep leaf of a tree, and their weights."""
    decisions = np.concatenate(background.decisions(trees, tree), axis=1)
    weight = np.concatenate(background.weights)
    for leaf in range(int(leaves.first[tree]), int(leaves.first[tree + 1])):
        word, place = np.unique(words(leaves, leaf, decisions), return_inverse=True)
        yield word, np.bincount(place, weight).astype(np.float64)


@compiled
def words(leaves: DeepLeaves, leaf: int, decisions: NDArray[np.uint16]) -> Words:
    """Players that each row satisfies, as the bits of a word, by a leaf's slots."""
    n_players = leaves.player_first[leaf + 1] - leaves.player_first[leaf]
    every = np.uint64(0)
    for slot in range(n_players):
        every |= np.uint64(1) << np.uint64(slot)
    found = np.full(decisions.shape[1], every, np.uint64)
    start = leaves.condition_first[leaf]
    for condition in range(start, leaves.condition_first[leaf + 1]):
        decision = decisions[leaves.split[condition]]
        flip = leaves.flip[condition]
        others = ~(np.uint64(1) << np.uint64(leaves.slot[condition]))
        for row in range(len(found)):
            if decision[row] == flip:
                found[row] &= others
    return found


@compiled
def add_against(
    leaves: DeepLeaves,
    patterns: Patterns,
    tree: int,
    decisions: NDArray[np.uint16],
    out: NDArray[np.float64],
) -> None:
    """Add one tree's deep leaves, against the background, to ``out``.

    ``out`` has shape (n_players, n_rows). Rows of one pattern are evaluated once.
    """
    for leaf in range(leaves.first[tree], leaves.first[tree + 1]):
        first, last = leaves.player_first[leaf], leaves.player_first[leaf + 1]
        a, b = patterns.first[leaf], patterns.first[leaf + 1]
        word, weight = patterns.word[a:b], patterns.weight[a:b]
        value = leaves.value[leaf]
        found = words(leaves, leaf, decisions)
        order = np.argsort(found)
        values = np.empty(last - first)
        met = np.empty(len(word) + 1, np.int64)
        before = np.uint64(0)
        for at in range(len(order)):
            row = order[at]
            if at == 0 or found[row] != before:
                before = found[row]
                _values(word, weight, patterns.lone, value, before, values, met)
            for slot in range(last - first):
                out[leaves.player[first + slot], row] += values[slot]


@compiled
def _values(
    word: Words,
    weight: NDArray[np.float64],
    lone: NDArray[np.float64],
    value: float,
    has: np.uint64,
    values: NDArray[np.float64],
    met: NDArray[np.int64],
) -> None:
    """Shapley values of one leaf for the rows that have the players ``has``.

    ``met`` is room to note which of the patterns these rows meet.
    """
    one = np.uint64(1)
    values[:] = 0.0
    every = np.uint64(0)
    for slot in range(len(values)):
        every |= one << np.uint64(slot)
    n_lacking = len(values) - _n_bits(has)
    # First noted without a branch, then met: few patterns have all that the row lacks.
    n_met = 0
    for at in range(len(word)):
        met[n_met] = at
        n_met += int(word[at] | has == every)
    lost = 0.0
    for place in range(n_met):
        at = met[place]
        alone = len(values) - _n_bits(word[at])
        lost += weight[at] * lone[n_lacking, alone]
        gained = weight[at] * lone[alone, n_lacking]
        for slot in range(len(values)):
            lacks = ((word[at] >> np.uint64(slot)) & one) ^ one
            values[slot] += gained * float(lacks)
    for slot in range(len(values)):
        if not (has >> np.uint64(slot)) & one:
            values[slot] = -lost
        values[slot] *= value


@compiled
def _n_bits(word: np.uint64) -> int:
    """How many bits of a word are set: sums of pairs, of fours, of bytes, of all."""
    pairs = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    low = np.uint64(0x3333333333333333)
    fours = (pairs & low) + ((pairs >> np.uint64(2)) & low)
    eights = (fours + (fours >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((eights * np.uint64(0x0101010101010101)) >> np.uint64(56))
