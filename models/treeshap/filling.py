"""Shapley values of one leaf for every pattern of satisfied players.

For a leaf of value v, with D players on its path, of which player d is satisfied by the
row (a_d = 1 or 0) and by a share q_d of the training rows, the value of player d is ::

    v (a_d - q_d) * integral over t in [0, 1] of prod over j != d of (t a_j + (1-t) q_j)

a polynomial of degree D - 1 in t, so that Gauss-Legendre with ceil(D / 2) points is not
an approximation (Lundberg et al. 2020, From local explanations to global understanding
with explainable AI for trees, Nature Machine Intelligence 2, has the game; Shapley 1953
the values).

Against a background, with h(b) the weight of its rows of pattern b, the value is ::

    v * sum over b of h(b) (a_d - b_d) * integral of prod over j != d of
    (t a_j + (1-t) b_j)

At a point t, all players' factors but one's are applied by D passes of 2 x 2 transforms
over the 2 ** D weights; so a leaf costs the same whatever the size of its background
(the background is met once, as a histogram: as in Nadel and Wettenstein 2025, From
decision trees to Boolean logic: a fast and unified SHAP algorithm, arXiv:2511.09376).
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from features.compilation import compiled


@cache
def quadrature(n_players: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points and weights on [0, 1] that are exact for paths of up to ``n_players``.

    Examples
    --------
    >>> points, weights = quadrature(4)
    >>> round(float(weights @ points**3), 12)  # integral of t cubed
    0.25
    """
    points, weights = np.polynomial.legendre.leggauss(max(1, (n_players + 1) // 2))
    return (points + 1.0) / 2.0, weights / 2.0


@compiled
def leaf_values(
    share: NDArray[np.float64],
    value: float,
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Shapley values of one leaf.

    Returns
    -------
    ndarray of shape (n_players, 2 ** n_players)
        Bit d of the second index says whether player d is satisfied.
    """
    n_players = len(share)
    n_patterns = 1 << n_players
    filled = np.zeros((n_players, n_patterns))
    others = np.empty(n_patterns)
    for player in range(n_players):
        for point in range(len(points)):
            t = points[point]
            # Doubling: with each player, the patterns so far are written twice.
            others[0] = weights[point] * value
            size = 1
            for other in range(n_players):
                met = 1.0 if other == player else share[other] * (1.0 - t) + t
                unmet = 1.0 if other == player else share[other] * (1.0 - t)
                for i in range(size):
                    others[size + i] = others[i] * met
                    others[i] *= unmet
                size *= 2
            for i in range(n_patterns):
                filled[player, i] += others[i]
        for i in range(n_patterns):
            filled[player, i] *= ((i >> player) & 1) - share[player]
    return filled


@compiled
def add_leaf(
    table: NDArray[np.float64],
    leaf: NDArray[np.float64],
    column: NDArray[np.int64],
    demands: NDArray[np.int64],
) -> None:
    """Add one leaf's values to the table of a subtree that holds the leaf.

    Parameters
    ----------
    table : ndarray of shape (n_columns, 2 ** n_bits)
        Changed in place.
    leaf : ndarray of shape (n_players, 2 ** n_players)
        From ``leaf_values``.
    column : ndarray of shape (n_players,)
        The table's column of each of the leaf's players.
    demands : ndarray of shape (n_demands, 3)
        Bit of the table, value (0 or 1) that the leaf demands of it, and the player who
        is not satisfied otherwise.
    """
    for entry in range(table.shape[1]):
        pattern = leaf.shape[1] - 1
        for demand in range(demands.shape[0]):
            if (entry >> demands[demand, 0]) & 1 != demands[demand, 1]:
                pattern &= ~(1 << demands[demand, 2])
        for player in range(len(column)):
            table[column[player], entry] += leaf[player, pattern]


@compiled
def leaf_values_against(
    counts: NDArray[np.float64],
    value: float,
    points: NDArray[np.float64],
    weights: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Shapley values of one leaf against a background.

    Parameters
    ----------
    counts : ndarray of shape (2 ** n_players,)
        Weight of the background's rows by pattern.

    Returns
    -------
    ndarray of shape (n_players, 2 ** n_players)
        As ``leaf_values``.
    """
    n_patterns = len(counts)
    n_players = 0
    while (1 << n_players) < n_patterns:
        n_players += 1
    filled = np.zeros((n_players, n_patterns))
    passed = np.empty(n_patterns)
    for point in range(len(points)):
        t = points[point]
        rest = 1.0 - t
        scale = weights[point] * value
        passed[:] = counts
        for player in range(n_players):
            bit = 1 << player
            for i in range(n_patterns):
                if not i & bit:
                    without, having = passed[i], passed[i | bit]
                    passed[i] = rest * having
                    passed[i | bit] = t * without + having
        # A player's own transform, [[0, 1 - t], [t, 1]], is taken back, and that of
        # the difference, [[0, -1], [1, 0]], applied: both at once.
        for player in range(n_players):
            bit = 1 << player
            for i in range(n_patterns):
                if not i & bit:
                    lacking = passed[i] / rest
                    filled[player, i] -= scale * lacking
                    filled[player, i | bit] += scale * (passed[i | bit] - lacking) / t
    return filled


@compiled
def leaf_counts(
    words: NDArray[np.float64], demands: NDArray[np.int64], n_players: int
) -> NDArray[np.float64]:
    """Weights by a leaf's patterns, from those by the words of its table.

    Parameters
    ----------
    words : ndarray of shape (2 ** n_bits,)
    demands : ndarray of shape (n_demands, 3)
        As for ``add_leaf``.

    Returns
    -------
    ndarray of shape (2 ** n_players,)
    """
    counts = np.zeros(1 << n_players)
    for word in range(len(words)):
        if words[word] != 0.0:
            pattern = len(counts) - 1
            for demand in range(demands.shape[0]):
                if (word >> demands[demand, 0]) & 1 != demands[demand, 1]:
                    pattern &= ~(1 << demands[demand, 2])
            counts[pattern] += words[word]
    return counts


def lone_weights(most: int) -> NDArray[np.float64]:
    """Weight of each player against a single row, by how many differ in either way.

    There, a leaf that x players satisfy in the explained row alone, and
    y in the other row alone, has the value ``v * w[x, y]`` for each of the x, and
    ``-v * w[y, x]`` for each of the y, with w[x, y] = (x - 1)! y! / (x + y)!.

    Examples
    --------
    >>> lone_weights(2)
    array([[0.        , 0.        , 0.        ],
           [1.        , 0.5       , 0.33333333],
           [0.5       , 0.16666667, 0.08333333]])
    """
    weights = np.zeros((most + 1, most + 1))
    if most:
        weights[1] = 1.0 / np.arange(1, most + 2)
    for x in range(1, most):
        weights[x + 1] = weights[x] * x / (x + 1.0 + np.arange(most + 1))
    return weights
