"""Shapley values of one leaf for every pattern of satisfied players.

For a leaf of value v, with D players on its path, of which player d is satisfied by the
row (a_d = 1 or 0) and by a share q_d of the training rows, the value of player d is ::

    v (a_d - q_d) * integral over t in [0, 1] of prod over j != d of (t a_j + (1-t) q_j)

a polynomial of degree D - 1 in t, so that Gauss-Legendre with ceil(D / 2) points is not
an approximation.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray


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


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
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
