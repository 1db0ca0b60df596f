"""The fallback: LightGBM's own column contributions, summed over each player's columns.

Why it is only a fallback: it is slower by an order of magnitude or two, and it answers
another question. The sum of two columns' values is not the value of the two as one
player (Jullum, Redelmeier and Aas 2021); both add up to the margin. So whoever is given
these is told: ``reasons_method`` says "columns_summed".
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from ..booster import booster_of
from .blocks import Values, check_width, threads_of
from .changes import changes_between
from .players import Given, players_of
from .text import text_of
from .trees import read_trees

if TYPE_CHECKING:
    import lightgbm

# LightGBM gives back a number per row and column: 80 columns make some 6 MB of this.
_PART_ROWS = 10_000


class ColumnsSummed:
    """What a booster's margin is made of, by LightGBM itself.

    Parameters
    ----------
    model, players, threads
        As of ``TreeExplainer``.

    Attributes
    ----------
    trees, players, n_players, baseline
        As of ``TreeExplainer``, along training paths.
    method : str
        ``"columns_summed"``.
    """

    method: Final = "columns_summed"

    def __init__(
        self,
        model: str | lightgbm.Booster,
        players: Given | None = None,
        *,
        threads: int = 0,
    ) -> None:
        self._text = text_of(model)
        self.trees = read_trees(self._text)
        self.players = players_of(players, self.trees.feature_names)
        self.n_players = len(self.players.columns)
        self.threads = threads_of(threads)
        nothing = np.full((1, self.trees.n_features), np.nan)
        self.baseline = float(self._by_column(nothing)[0, -1])

    def contributions(self, values: Values) -> Values:
        """Sum of the column contributions of each player, for each row.

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_features)

        Returns
        -------
        ndarray of shape (n_rows, n_players)
            In log-odds; ``baseline`` and a row's sum make the row's margin.
        """
        check_width(values, self.trees.n_features)
        out = np.zeros((len(values), self.n_players))
        for start in range(0, len(values), _PART_ROWS):
            rows = slice(start, start + _PART_ROWS)
            by_column = self._by_column(values[rows])
            for player, columns in enumerate(self.players.columns):
                out[rows, player] = by_column[:, list(columns)].sum(axis=1)
        return out

    def margins(self, values: Values) -> Values:
        """Margin of each row, by LightGBM; shape (n_rows,)."""
        check_width(values, self.trees.n_features)
        if not len(values):
            return np.zeros(0)
        found = self._booster.predict(values, raw_score=True, num_threads=self.threads)
        return np.asarray(found, np.float64)

    def changes(self, new: Values, old: Values) -> Values:
        """What each player's change did; as of ``TreeExplainer``, which needs no table.

        The players are whole here, too: there is no such thing in LightGBM to sum.
        """
        return changes_between(self.trees, self.players, new, old, self.threads)

    @cached_property
    def _booster(self) -> lightgbm.Booster:
        return booster_of(self._text)

    def _by_column(self, values: Values) -> Values:
        """LightGBM's column contributions, and the baseline as the last column."""
        found = self._booster.predict(
            values, pred_contrib=True, num_threads=self.threads
        )
        return np.asarray(found, np.float64)
