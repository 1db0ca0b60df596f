"""Exact Shapley values of a booster's margin, players being groups of columns.

Why path-dependent ("training paths") values by default: the column contributions can be
checked by anybody, as LightGBM's own ``pred_contrib`` computes them. Why not call that:
it knows no players, and takes some four milliseconds a row on 500 trees of 31 leaves
and 80 columns. Here a row takes a seventieth to a hundred-and-fiftieth of that.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

from features.errors import ModelError

from .background import background_of
from .blocks import Values, check_width, in_blocks, threads_of, transposed
from .changes import changes_between
from .deep import Patterns, add_all_against, deep_leaves, patterns_of
from .frames import as_shap, coded, ordered, shown
from .kernel import DeepLeaves, contributions_block, margins_block
from .pairs import interactions, pairs_of
from .paths import TreePaths, expected_value, tree_paths
from .plan import MOST_BITS, Plan, plan_all
from .players import Given, players_of
from .tables import tabulate
from .text import pandas_categories, text_of
from .trees import read_trees

if TYPE_CHECKING:
    import lightgbm
    import pandas as pd
    import shap


class TreeExplainer:
    """What a booster's margin is made of.

    Parameters
    ----------
    model : str or lightgbm.Booster
        A booster (or its scikit-learn wrapper), explained with the very iterations
        that ``predict`` uses: up to the best one, where early stopping found one. Or
        its text, from ``model_to_string`` with the ``num_iteration`` that is scored.
    players : sequence of sequence, or mapping of name to sequence, optional
        Columns of each player, by place or by name; every column must belong to
        exactly one. By default every column is its own player.
    background : ndarray of shape (n_background, n_features), optional
        Rows to compare with ("interventional" values). By default the training rows
        are, along the trees' own paths ("path-dependent").
    weight : ndarray of shape (n_background,), optional
        What each row of the background counts; by default all the same.
    precision : {"float64", "float32"}
        Of the tables. With float32 they take half the memory, and contributions add up
        to the margin within 1e-5 rather than 1e-9.
    most_bits : int
        Leaves with more players than this are evaluated row by row: as exact, and
        slower. At most 16.
    threads : int
        On which blocks of rows are explained; 0 is all that numba may use.

    Attributes
    ----------
    trees : Trees
        As read from the model text.
    players : Players
        Their names and columns, in the order in which they were given.
    n_players : int
    baseline : float
        Margin before any contribution, in log-odds: what is expected along training
        paths, or the weighted mean margin of the background.
    method : str
        ``"signals_as_players"``.

    Raises
    ------
    ModelError
        If the text is damaged, the booster is of a kind that cannot be explained, the
        players are not a partition of its columns, or the background does not fit.

    Examples
    --------
    One split: three of four training rows went left, to -1; one went right, to 1.

    >>> text = '''tree
    ... num_tree_per_iteration=1
    ... max_feature_idx=1
    ... feature_names=visits size
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
    ... '''
    >>> explainer = TreeExplainer(text)
    >>> explainer.baseline
    -0.5
    >>> explainer.contributions(np.array([[0.0, 9.0], [1.0, 9.0]]))
    array([[-0.5,  0. ],
           [ 1.5,  0. ]])

    Against one row that went right:

    >>> against = TreeExplainer(text, background=np.array([[1.0, 7.0]]))
    >>> against.baseline
    1.0
    >>> against.contributions(np.array([[0.0, 9.0], [1.0, 9.0]]))
    array([[-2.,  0.],
           [ 0.,  0.]])
    """

    method: Final = "signals_as_players"

    def __init__(
        self,
        model: str | lightgbm.Booster,
        players: Given | None = None,
        *,
        background: Values | None = None,
        weight: NDArray[np.float64] | None = None,
        precision: Literal["float64", "float32"] = "float64",
        most_bits: int = MOST_BITS,
        threads: int = 0,
    ) -> None:
        text = text_of(model)
        self.trees = read_trees(text)
        self.players = players_of(players, self.trees.feature_names)
        self.n_players = len(self.players.columns)
        self.threads = threads_of(threads)
        self._categories = pandas_categories(text)
        paths = self._paths()
        plans = plan_all(paths, most_bits=most_bits)
        kept = np.float32 if precision == "float32" else np.float64
        if weight is not None and background is None:
            raise ModelError("Weights are of a background's rows, but none are given.")
        told = None
        if background is not None:
            told = background_of(background, weight, self.trees.n_features)
        self.tables = tabulate(self.trees, paths, plans, told, kept)
        self.deep = deep_leaves(paths, plans)
        self.patterns: Patterns | None = None
        self._quadrature = self.deep
        if told is None:
            self.baseline = float(sum(map(expected_value, paths)))
        else:
            self.baseline = told.margin(self.trees)
            self.patterns = patterns_of(self.deep, told, self.trees)
            self._quadrature = deep_leaves(paths, [Plan([], [], 0)] * len(paths))

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
        check_width(values, self.trees.n_features)
        out = np.empty((len(values), self.n_players))
        trees, patterns = self.trees, self.patterns

        def explain(rows: slice) -> None:
            block = transposed(values[rows])
            found = np.zeros((self.n_players, block.shape[1]))
            contributions_block(
                block, trees.splits, self.tables, self._quadrature, found
            )
            if patterns is not None:
                add_all_against(trees, self.deep, patterns, block, found)
            out[rows] = found.T

        in_blocks(len(values), self.threads, explain)
        return out

    def margins(self, values: Values) -> Values:
        """Margin of each row, in log-odds: LightGBM's ``raw_score``; shape (n_rows,).

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_features)
            As for ``contributions``.
        """
        check_width(values, self.trees.n_features)
        out = np.zeros(len(values))

        def score(rows: slice) -> None:
            block = transposed(values[rows])
            margins_block(block, self.trees.splits, self.trees.leaves, out[rows])

        in_blocks(len(values), self.threads, score)
        return out

    def changes(self, new: Values, old: Values) -> Values:
        """What each player's change did to the margin, from one row to another.

        Shapley values of the new row with the old row as the only reference, whatever
        the background: exactly 0 for a player that did not change.

        Parameters
        ----------
        new, old : ndarray of shape (n_rows, n_features)
            As for ``contributions``; row i of the one belongs to row i of the other.

        Returns
        -------
        ndarray of shape (n_rows, n_players)
            In log-odds; a row's sum is its new margin less its old one.
        """
        return changes_between(self.trees, self.players, new, old, self.threads)

    def interactions(self, values: Values, pairs: Sequence[tuple[int, int]]) -> Values:
        """Shapley interaction index of pairs of players, along training paths.

        How much more (or less) two players do together than each does alone, over all
        orders of arrival. shap's ``shap_interaction_values`` hold half of it at [i, j]
        and half at [j, i]. It is refused where there is a background.

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_features)
            As for ``contributions``.
        pairs : sequence of (int, int)
            Places of two different players.

        Returns
        -------
        ndarray of shape (n_rows, n_pairs)
            In log-odds.
        """
        check_width(values, self.trees.n_features)
        if self.patterns is not None:
            raise ModelError(
                "Interactions are along training paths, but this explainer compares "
                "with a background: make one without."
            )
        chosen = pairs_of(pairs, self.n_players)
        return interactions(self.trees, self._all_leaves, values, chosen, self.threads)

    def explain(self, rows: pd.DataFrame | Values) -> shap.Explanation:
        """Explain rows, for shap's plots.

        Parameters
        ----------
        rows : DataFrame or ndarray of shape (n_rows, n_features)
            A frame's categories are coded as those of the training frame were.

        Returns
        -------
        shap.Explanation
            With ``values`` of shape (n_rows, n_players); beside each player, as its
            data, the first of its columns.
        """
        if isinstance(rows, np.ndarray):
            told, values = rows, rows
        else:
            mine = ordered(rows, self.trees.feature_names)
            values = coded(mine, self._categories)
            told = shown(mine, values)
        found = self.contributions(values)
        return as_shap(found, self.baseline, told, self.players)

    @cached_property
    def _all_leaves(self) -> DeepLeaves:
        """Every leaf, as one without a table."""
        paths = self._paths()
        plans = [Plan([], list(range(len(tree.to_leaf))), 0) for tree in paths]
        return deep_leaves(paths, plans)

    def _paths(self) -> list[TreePaths]:
        trees, owner = self.trees, self.players.owner
        return [tree_paths(trees, tree, owner) for tree in range(trees.n_trees)]
