"""How two players work together: the Shapley interaction index, along training paths.

For players i and j of a leaf of value v the index is ::

    v (a_i - q_i) (a_j - q_j)
    * integral over t in [0, 1] of prod over k != i, j of (t a_k + (1-t) q_k)

with a and q as in ``filling``: a polynomial of degree D - 2 in t (Grabisch and Roubens
1999, An axiomatic approach to the concept of interaction among players in cooperative
games; for trees, Lundberg et al. 2020).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from features.compilation import compiled
from features.errors import ModelError

from .blocks import Values, in_blocks, transposed
from .deep import decided
from .kernel import DeepLeaves
from .trees import Trees


def interactions(
    trees: Trees,
    leaves: DeepLeaves,
    values: Values,
    pairs: NDArray[np.int64],
    threads: int,
) -> Values:
    """Index of each pair for each row, of shape (n_rows, n_pairs).

    ``leaves`` are all leaves of ``trees``, and not only those without a table.
    """
    out = np.empty((len(values), len(pairs)))
    n_players = int(leaves.player.max(initial=0)) + 1
    n_players = max(n_players, int(pairs.max(initial=0)) + 1)

    def explain(rows: slice) -> None:
        found = np.zeros((len(pairs), rows.stop - rows.start))
        slot_of = np.full(n_players, -1, np.int64)
        for tree, decisions in decided(trees, leaves, transposed(values[rows])):
            add_pairs(leaves, tree, decisions, pairs, slot_of, found)
        out[rows] = found.T

    in_blocks(len(values), threads, explain)
    return out


def pairs_of(asked: Sequence[tuple[int, int]], n_players: int) -> NDArray[np.int64]:
    """Check pairs of players; an array of shape (n_pairs, 2)."""
    for one, other in asked:
        if not 0 <= min(one, other) < max(one, other) < n_players:
            raise ModelError(
                f"({one}, {other}) is no pair of two players from 0 to {n_players - 1}."
            )
    return np.array(asked, np.int64).reshape(-1, 2)


@compiled
def add_pairs(
    leaves: DeepLeaves,
    tree: int,
    decisions: NDArray[np.uint16],
    pairs: NDArray[np.int64],
    slot_of: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    """Add one tree's interactions to ``out`` of shape (n_pairs, n_rows).

    Parameters
    ----------
    pairs : ndarray of shape (n_pairs, 2)
        Two players each.
    slot_of : ndarray of shape (n_players,)
        Room to note a leaf's slot of each player; all -1 before and after.
    """
    n_rows = out.shape[1]
    for leaf in range(leaves.first[tree], leaves.first[tree + 1]):
        first, last = leaves.player_first[leaf], leaves.player_first[leaf + 1]
        for at in range(first, last):
            slot_of[leaves.player[at]] = at - first
        has_pair = False
        for pair in range(len(pairs)):
            has_pair |= slot_of[pairs[pair, 0]] >= 0 and slot_of[pairs[pair, 1]] >= 0
        if has_pair:
            met = _met(leaves, leaf, decisions, n_rows)
            factors = np.empty((last - first, n_rows))
            for point in range(leaves.point_first[leaf], leaves.point_first[leaf + 1]):
                t = leaves.point[point]
                for slot in range(last - first):
                    rest = leaves.share[first + slot] * (1.0 - t)
                    for row in range(n_rows):
                        factors[slot, row] = rest + t * met[slot, row]
                weight = leaves.weight[point] * leaves.value[leaf]
                _add_point(
                    weight, factors, met, leaves.share[first:last], pairs, slot_of, out
                )
        for at in range(first, last):
            slot_of[leaves.player[at]] = -1


@compiled
def _add_point(
    weight: float,
    factors: NDArray[np.float64],
    met: NDArray[np.float64],
    share: NDArray[np.float64],
    pairs: NDArray[np.int64],
    slot_of: NDArray[np.int64],
    out: NDArray[np.float64],
) -> None:
    """Add one leaf's integrand at one point, for all pairs that it holds."""
    product = np.empty(factors.shape[1])
    for pair in range(len(pairs)):
        i, j = slot_of[pairs[pair, 0]], slot_of[pairs[pair, 1]]
        if i < 0 or j < 0:
            continue
        for row in range(len(product)):
            product[row] = (met[i, row] - share[i]) * (met[j, row] - share[j])
        for other in range(len(share)):
            if other != i and other != j:
                for row in range(len(product)):
                    product[row] *= factors[other, row]
        into = out[pair]
        for row in range(len(product)):
            into[row] += weight * product[row]


@compiled
def _met(
    leaves: DeepLeaves, leaf: int, decisions: NDArray[np.uint16], n_rows: int
) -> NDArray[np.float64]:
    """As ``kernel._met``, compiled here so that what is kept of it is not outdated."""
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
