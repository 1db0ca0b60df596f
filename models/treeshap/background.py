"""Rows to compare with: a weighted background, met once, as histograms of patterns.

Interventional Shapley values are those of the game in which unknown players take the
values of a row of the background (Lundberg et al. 2020). They are a mean over its rows,
but a leaf sees of a row only which players satisfy it: one pass counts these patterns,
table by table, and from then on neither memory nor time knows how many rows there were.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from features.compilation import compiled
from features.errors import ModelError

from .blocks import Values, transposed
from .kernel import NO, YES, Tables, decide, margins_block
from .trees import Trees

_PART_ROWS = 4096


@dataclass(frozen=True, eq=False)
class Background:
    """What rows are compared with.

    Attributes
    ----------
    parts : tuple of ndarray of shape (n_features, at most 4 096)
        The rows, transposed.
    weights : tuple of ndarray
        Of each part's rows; all together sum to 1.
    """

    parts: tuple[Values, ...]
    weights: tuple[Values, ...]

    def margin(self, trees: Trees) -> float:
        """Weighted mean margin, in log-odds."""
        total = 0.0
        for part, weight in zip(self.parts, self.weights, strict=True):
            margins = np.zeros(part.shape[1])
            margins_block(part, trees.splits, trees.leaves, margins)
            total += float(weight @ margins)
        return total

    def decisions(self, trees: Trees, tree: int) -> list[NDArray[np.uint16]]:
        """Whether the rows of each part go left at each split of a tree."""
        n_splits = int(trees.splits.first[tree + 1] - trees.splits.first[tree])
        found = []
        for part in self.parts:
            into = np.empty((n_splits, part.shape[1]), np.uint16)
            decide(part, trees.splits, tree, into)
            found.append(into)
        return found

    def words(self, trees: Trees, tables: Tables, tree: int) -> list[Values]:
        """Weights by word, for each table of a tree."""
        mine = range(int(tables.first[tree]), int(tables.first[tree + 1]))
        sizes = [_n_words(tables, table) for table in mine]
        first = np.cumsum([0, *sizes])
        counts = np.zeros(first[-1])
        if sizes:
            decided = self.decisions(trees, tree)
            for decisions, weight in zip(decided, self.weights, strict=True):
                _count(tables, tree, decisions, weight, first, counts)
        return [counts[a:b] for a, b in pairwise(first)]


def background_of(
    values: Values, weight: NDArray[np.float64] | None, n_features: int
) -> Background:
    """Check rows and weights, and lay them out.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_features)
    weight : ndarray of shape (n_rows,), optional
        Of at least 0, at least one of them more; by default all rows weigh the same.
    n_features : int

    Raises
    ------
    ModelError
        If there are no rows, or of another width, or the weights are no weights.
    """
    values = np.asarray(values, np.float64)
    if values.ndim != 2 or values.shape[1] != n_features or not len(values):
        raise ModelError(
            f"A background must have at least one row, of {n_features} columns, but "
            f"it has the shape {values.shape}."
        )
    weights = np.ones(len(values)) if weight is None else np.asarray(weight, np.float64)
    if weights.shape != (len(values),):
        raise ModelError(
            f"The background has {len(values)} rows, but its weights have the shape "
            f"{weights.shape}: one weight a row was expected."
        )
    if not np.isfinite(weights).all() or weights.min() < 0 or not weights.any():
        raise ModelError(
            "The weights of a background must be numbers of at least 0, and not all "
            f"be 0; they lie between {weights.min():g} and {weights.max():g}."
        )
    kept = np.flatnonzero(weights)
    parts = [kept[i : i + _PART_ROWS] for i in range(0, len(kept), _PART_ROWS)]
    total = float(weights.sum())
    return Background(
        tuple(transposed(values[part]) for part in parts),
        tuple(weights[part] / total for part in parts),
    )


def _n_words(tables: Tables, table: int) -> int:
    """Number of words of a table: 2 to the power of its bits."""
    n_values = int(tables.value_first[table + 1] - tables.value_first[table])
    return n_values // int(tables.column_first[table + 1] - tables.column_first[table])


@compiled
def _count(
    tables: Tables,
    tree: int,
    decisions: NDArray[np.uint16],
    weight: NDArray[np.float64],
    first: NDArray[np.int64],
    counts: NDArray[np.float64],
) -> None:
    """Add the weights of some rows, by their words, to the counts of a tree's tables.

    The words are put together as in ``kernel.add_tables``.
    """
    n_rows = decisions.shape[1]
    pattern = np.empty(n_rows, np.uint16)
    start_table = tables.first[tree]
    for table in range(start_table, tables.first[tree + 1]):
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
        into = counts[first[table - start_table] : first[table - start_table + 1]]
        for row in range(n_rows):
            into[pattern[row]] += weight[row]
