"""From one row to another: what each player's change did to the margin.

The difference of two rows' contributions does not say this: it credits players that did
not change, because what they are worth depends on those that did. Here the old row is
the only reference (baseline Shapley; Lundberg et al. 2020 with a background of one), so
that a player that did not change has exactly 0, and all together make the difference.

A leaf counts only where every player satisfies it in the new row or in the old one:
with x players satisfied by the new row alone and y by the old alone, each of the x has
v (x-1)! y! / (x+y)! and each of the y has -v x! (y-1)! / (x+y)!.

Why row by row: most columns are the same tonight as last night, and of a tree all of
whose splits decide the same, nothing need be known. So only the splits on columns that
changed are decided, and only trees where one of them decides otherwise are walked.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from features.compilation import compiled

from .blocks import Values, check_width, copied, in_blocks
from .filling import lone_weights
from .kernel import Leaves, Rule, Splits
from .players import Players
from .trees import Trees

_NAN_RIGHT = int(Rule.NAN_RIGHT)
_NAN_LEFT = int(Rule.NAN_LEFT)
_ZERO_RIGHT = int(Rule.ZERO_RIGHT)
_ZERO_LEFT = int(Rule.ZERO_LEFT)


class Asked(NamedTuple):
    """Splits by the column that they ask about; ``first`` by column."""

    first: NDArray[np.int64]
    tree: NDArray[np.int64]
    rule: NDArray[np.int64]
    threshold: NDArray[np.float64]
    category_first: NDArray[np.int64]
    category_words: NDArray[np.int64]


def changes_between(
    trees: Trees, players: Players, new: Values, old: Values, threads: int
) -> Values:
    """What each player's change did, of shape (n_rows, n_players), in log-odds."""
    check_width(new, trees.n_features)
    check_width(old, trees.n_features, n_rows=len(new))
    n_players = len(players.columns)
    out = np.zeros((len(new), n_players))
    asked = _asked_of(trees.splits, trees.n_features)
    most_splits = int(np.diff(trees.splits.first).max(initial=0))
    lone = lone_weights(min(n_players, most_splits))

    def compare(rows: slice) -> None:
        now, then, into = copied(new[rows]), copied(old[rows]), out[rows]
        splits, leaves, owner = trees.splits, trees.leaves, players.owner
        _changes_rows(now, then, splits, leaves, asked, owner, lone, into)

    in_blocks(len(new), threads, compare)
    return out


def _asked_of(splits: Splits, n_features: int) -> Asked:
    """Sort the splits by their columns."""
    order = np.argsort(splits.feature, kind="stable")
    tree = np.repeat(np.arange(len(splits.first) - 1), np.diff(splits.first))
    first = np.searchsorted(splits.feature[order], np.arange(n_features + 1))
    return Asked(
        first.astype(np.int64),
        tree[order],
        splits.rule[order],
        splits.threshold[order],
        splits.category_first[order],
        splits.category_words[order],
    )


@compiled
def _goes_left(
    rule: int, c: float, x: float, bits: NDArray[np.uint32], first: int, n_words: int
) -> bool:
    """Decide one split for one value; as ``kernel.decide``."""
    if rule == _NAN_LEFT:
        return not x > c
    if rule == _NAN_RIGHT:
        return bool(x <= c)
    if rule == _ZERO_RIGHT:
        return bool(x <= c and x != 0.0)
    if rule == _ZERO_LEFT:
        return not (x > c and x != 0.0)
    if x > -1.0 and x < 32.0 * n_words:
        code = int(x)
        return bool((bits[first + code // 32] >> np.uint32(code % 32)) & 1)
    return False


@compiled
def _changes_rows(
    new: NDArray[np.float64],
    old: NDArray[np.float64],
    splits: Splits,
    leaves: Leaves,
    asked: Asked,
    owner: NDArray[np.int64],
    lone: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Add what changed from ``old`` to ``new`` to ``out``, both of shape (n_rows, …).

    Parameters
    ----------
    owner : ndarray of shape (n_features,)
        Player of each column.
    lone : ndarray
        From ``filling.lone_weights``, for at least the most players of any path.
    out : ndarray of shape (n_rows, n_players)
    """
    first, trees, rules, thresholds, firsts, n_words = asked
    bits = splits.category_bits
    n_trees = len(splits.first) - 1
    seen_in = np.full(n_trees, -1, np.int64)
    touched = np.empty(n_trees, np.int64)
    changed = np.zeros(new.shape[1], np.bool_)
    most = 1
    for tree in range(n_trees):
        most = max(most, leaves.first[tree + 1] - leaves.first[tree])
    # A split that decides otherwise leaves two links, and one node to come back to.
    links = np.empty((2 * most, 3), np.int64)
    waiting = np.empty((most, 2), np.int64)
    for row in range(new.shape[0]):
        n_touched = 0
        for column in range(new.shape[1]):
            x, y = new[row, column], old[row, column]
            changed[column] = not (x == y or (np.isnan(x) and np.isnan(y)))
            if not changed[column]:
                continue
            for at in range(first[column], first[column + 1]):
                if seen_in[trees[at]] == row:
                    continue
                rule, c = rules[at], thresholds[at]
                a, n = firsts[at], n_words[at]
                if _goes_left(rule, c, x, bits, a, n) != _goes_left(
                    rule, c, y, bits, a, n
                ):
                    seen_in[trees[at]] = row
                    touched[n_touched] = trees[at]
                    n_touched += 1
        _walk(
            touched[:n_touched], new[row], old[row], changed, splits, leaves, owner,
            lone, links, waiting, out[row],
        )  # fmt: skip


@compiled
def _walk(
    trees: NDArray[np.int64],
    new: NDArray[np.float64],
    old: NDArray[np.float64],
    changed: NDArray[np.bool_],
    splits: Splits,
    leaves: Leaves,
    owner: NDArray[np.int64],
    lone: NDArray[np.float64],
    links: NDArray[np.int64],
    waiting: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    """Add what changed in some trees, for one row.

    A link says that a player must be of the new row (1) or of the old one (0) on the
    way to where the walk is, and which link came before it.
    """
    feature, threshold, rules = splits.feature, splits.threshold, splits.rule
    lefts, rights, bits = splits.left, splits.right, splits.category_bits
    firsts, n_words = splits.category_first, splits.category_words
    for tree in trees:
        start, first_leaf = splits.first[tree], leaves.first[tree]
        n_links, n_waiting = 0, 1
        waiting[0, 0], waiting[0, 1] = 0, -1
        while n_waiting:
            n_waiting -= 1
            at, link = waiting[n_waiting, 0], waiting[n_waiting, 1]
            while at >= 0:
                split = start + at
                column, rule, c = feature[split], rules[split], threshold[split]
                a, n = firsts[split], n_words[split]
                left = _goes_left(rule, c, new[column], bits, a, n)
                if changed[column] and left != _goes_left(
                    rule, c, old[column], bits, a, n
                ):
                    player = owner[column]
                    held = link
                    while held >= 0 and links[held, 0] != player:
                        held = links[held, 2]
                    if held >= 0:
                        left = left == (links[held, 1] == 1)
                    else:
                        for is_new in range(2):
                            links[n_links + is_new, 0] = player
                            links[n_links + is_new, 1] = is_new
                            links[n_links + is_new, 2] = link
                        waiting[n_waiting, 0] = rights[split] if left else lefts[split]
                        waiting[n_waiting, 1] = n_links
                        n_waiting += 1
                        link = n_links + 1
                        n_links += 2
                at = lefts[split] if left else rights[split]
            if link >= 0:
                _credit(leaves.value[first_leaf - 1 - at], link, links, lone, out)


@compiled
def _credit(
    value: float,
    last: int,
    links: NDArray[np.int64],
    lone: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Add one leaf's value to the players that the links to it name."""
    n_new, n_old = 0, 0
    link = last
    while link >= 0:
        n_new += links[link, 1]
        n_old += 1 - links[link, 1]
        link = links[link, 2]
    link = last
    while link >= 0:
        if links[link, 1]:
            out[links[link, 0]] += value * lone[n_new, n_old]
        else:
            out[links[link, 0]] -= value * lone[n_old, n_new]
        link = links[link, 2]
