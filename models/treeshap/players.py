"""The players of the game: groups of columns that are credited together.

Why groups are players from the start, and not sums of their columns' values: in a
group's own game its columns are always known together, so that what they say in common
is not first split between them and then added up. Both are exact; they are two games
(Jullum, Redelmeier and Aas 2021, Efficient and simple prediction explanations with
groupShapley, arXiv:2106.12228).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from features.errors import ModelError

Column = int | str
Given = Sequence[Sequence[Column]] | Mapping[str, Sequence[Column]]


@dataclass(frozen=True, eq=False)
class Players:
    """Who is credited.

    Attributes
    ----------
    names : tuple of str
    columns : tuple of tuple of int
        Columns of each player; a player without any contributes nothing.
    owner : ndarray of shape (n_features,)
        Player of each column.
    """

    names: tuple[str, ...]
    columns: tuple[tuple[int, ...], ...]
    owner: NDArray[np.int64]


def players_of(given: Given | None, feature_names: Sequence[str]) -> Players:
    """Read players as they are given.

    Parameters
    ----------
    given : sequence of sequence, or mapping of name to sequence, optional
        Columns of each player, by place or by the booster's name. By default every
        column is its own player. A player that has no name is called by its columns.
    feature_names : sequence of str

    Raises
    ------
    ModelError
        If a column has no player, has two, or does not exist.

    Examples
    --------
    >>> found = players_of({"visits": ["week", 2], "size": ["size"]},
    ...                    ["week", "size", "month"])
    >>> found.names, found.owner
    (('visits', 'size'), array([0, 1, 0]))
    """
    if given is None:
        given = [[place] for place in range(len(feature_names))]
    each = list(given.values() if isinstance(given, Mapping) else given)
    place_of = {name: place for place, name in enumerate(feature_names)}
    columns = tuple(
        tuple(_place(column, player, place_of) for column in mine)
        for player, mine in enumerate(each)
    )
    called = [", ".join(feature_names[place] for place in mine) for mine in columns]
    names = tuple(given) if isinstance(given, Mapping) else tuple(called)
    return Players(names, columns, _owner(columns, len(feature_names)))


def _place(column: Column, player: int, place_of: dict[str, int]) -> int:
    """Place of a column that is told by place or by name."""
    n_features = len(place_of)
    if isinstance(column, str):
        if column not in place_of:
            near = get_close_matches(column, place_of, n=1)
            hint = f" Is {near[0]!r} meant?" if near else ""
            raise ModelError(
                f"Player {player} has column {column!r}, which is none of the "
                f"booster's {n_features} columns.{hint}"
            )
        return place_of[column]
    if not 0 <= column < n_features:
        raise ModelError(
            f"Player {player} has column {column}, but the booster has the "
            f"columns 0 to {n_features - 1}."
        )
    return int(column)


def _owner(columns: tuple[tuple[int, ...], ...], n_features: int) -> NDArray[np.int64]:
    """Player of each column, of which each must have one."""
    owner = np.full(n_features, -1, np.int64)
    for player, mine in enumerate(columns):
        for column in mine:
            if owner[column] >= 0:
                raise ModelError(
                    f"Column {column} is given to player {owner[column]} and to player "
                    f"{player}: every column must belong to one."
                )
            owner[column] = player
    if np.any(owner < 0):
        orphans = np.flatnonzero(owner < 0).tolist()
        raise ModelError(
            f"{len(orphans)} of {n_features} columns belong to no player, first "
            f"column {orphans[0]}: every column must belong to one."
        )
    return owner
