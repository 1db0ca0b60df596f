"""Exact Shapley values of a booster's margin, players being groups of columns.

Why path-dependent ("training paths") values: the column contributions can be checked
by anybody, as LightGBM's own ``pred_contrib`` computes them. Why not call that: it
knows no players, and takes some four milliseconds a row on 500 trees of 31 leaves and
80 columns. Here a row takes a seventieth to a hundredth of that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numba
import numpy as np
from numpy.typing import NDArray

from features.errors import ModelError

from .kernel import DeepLeaves, Tables, contributions_block, margins_block
from .paths import expected_value, player_of_column, tree_paths
from .plan import MOST_BITS, plan_all
from .tables import deep_leaves, tabulate
from .trees import Trees, read_trees

# A block of 80 columns and its contributions fill a third of a second cache.
_BLOCK_ROWS = 512

# LightGBM's kZeroThreshold: what is not larger is zero to it, in training and scoring.
_ZERO = float(np.float32(1e-35))

Values = NDArray[np.float64]


@dataclass(frozen=True)
class TreeExplainer:
    """What a booster's margin is made of.

    Attributes
    ----------
    trees : Trees
        As read from the model text.
    tables : Tables
    deep : DeepLeaves
    n_players : int
        Players, in the order in which they were given.
    baseline : float
        Expected margin along training paths, before any contribution, in log-odds.

    Examples
    --------
    One split: three of four training rows went left, to -1; one went right, to 1.

    >>> explainer = TreeExplainer.from_text('''tree
    ... num_tree_per_iteration=1
    ... max_feature_idx=1
    ... tree_sizes=1
    ...
    ... Tree=0
    ... num_leaves=2
    ... split_feature=0
    ... threshold=0.5
    ... decision_type=10
    ... left_child=-1
    ... right_child=-2
    ... leaf_value=-1 1
    ... leaf_count=3 1
    ... internal_count=4
    ...
    ... end of trees
    ... ''')
    >>> explainer.baseline
    -0.5
    >>> explainer.contributions(np.array([[0.0, 9.0], [1.0, 9.0]]))
    array([[-0.5,  0. ],
           [ 1.5,  0. ]])
    """

    trees: Trees
    tables: Tables
    deep: DeepLeaves
    n_players: int
    baseline: float

    @classmethod
    def from_text(
        cls,
        model_text: str,
        players: Sequence[Sequence[int]] | None = None,
        *,
        precision: Literal["float64", "float32"] = "float64",
        most_bits: int = MOST_BITS,
    ) -> TreeExplainer:
        """Read a booster and tabulate it.

        Parameters
        ----------
        model_text : str
            From ``Booster.model_to_string`` with the very ``num_iteration`` that is
            scored; that method's default is the best iteration.
        players : sequence of sequence of int, optional
            Columns of each player; every column must belong to exactly one. By default
            every column is its own player.
        precision : {"float64", "float32"}
            Of the tables. With float32 they take half the memory, and contributions
            add up to the margin within 1e-5 rather than 1e-9.
        most_bits : int
            Leaves with more players than this are evaluated by quadrature, row by row:
            as exact, and slower. At most 16.

        Raises
        ------
        ModelError
            If the text is damaged, the booster is of a kind that cannot be explained,
            or the players are not a partition of its columns.
        """
        trees = read_trees(model_text)
        owner = player_of_column(players, trees.n_features)
        paths = [tree_paths(trees, tree, owner) for tree in range(trees.n_trees)]
        plans = plan_all(paths, most_bits=most_bits)
        kept = np.float32 if precision == "float32" else np.float64
        return cls(
            trees=trees,
            tables=tabulate(paths, plans, kept),
            deep=deep_leaves(paths, plans),
            n_players=trees.n_features if players is None else len(players),
            baseline=float(sum(map(expected_value, paths))),
        )

    def contributions(self, values: Values) -> Values:
        """Shapley value of each player, for each row.

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_features)
            As encoded for the booster: category codes as floats, NaN where missing.

        Returns
        -------
        ndarray of shape (n_rows, n_players)
            In log-odds; ``baseline`` and a row's sum make the row's margin.
        """
        out = np.empty((len(values), self.n_players))

        def explain(rows: slice) -> None:
            block = _block(values[rows])
            found = np.zeros((self.n_players, block.shape[1]))
            contributions_block(block, self.trees.splits, self.tables, self.deep, found)
            out[rows] = found.T

        self._in_blocks(values, explain)
        return out

    def margins(self, values: Values) -> Values:
        """Margin of each row, in log-odds: LightGBM's ``raw_score``.

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_features)
            As for ``contributions``.

        Returns
        -------
        ndarray of shape (n_rows,)
        """
        out = np.zeros(len(values))

        def score(rows: slice) -> None:
            block = _block(values[rows])
            margins_block(block, self.trees.splits, self.trees.leaves, out[rows])

        self._in_blocks(values, score)
        return out

    def _in_blocks(self, values: Values, work: Callable[[slice], None]) -> None:
        """Do ``work`` on blocks of rows, on as many threads as numba may use."""
        if values.ndim != 2 or values.shape[1] != self.trees.n_features:
            raise ModelError(
                f"The booster expects rows of {self.trees.n_features} columns, but the "
                f"values have the shape {values.shape}."
            )
        n_rows = len(values)
        blocks = [slice(i, i + _BLOCK_ROWS) for i in range(0, n_rows, _BLOCK_ROWS)]
        most: int = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
        n_threads = min(len(blocks), most)
        if n_threads < 2:
            for rows in blocks:
                work(rows)
            return
        with ThreadPoolExecutor(n_threads) as threads:
            list(threads.map(work, blocks))


def _block(values: Values) -> Values:
    """Rows as columns, with what LightGBM takes for zero as zero."""
    block = np.array(values.T, np.float64, order="C")
    block[np.abs(block) <= _ZERO] = 0.0
    return block
