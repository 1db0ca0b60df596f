"""Fitting isolation forests, and writing their trees as LightGBM writes boosters.

How columns are encoded for the learning: a category by the logarithm of how many rows
have it, so that rare ones lie apart from common ones (codes in alphabetical order would
set apart the first and the last; a column for each category would make countries
outvote all the rest); a missing number as a value below the least. None of this is done
at scoring: splits become sets of categories, and directions for missing values, over
the columns that the booster reads.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from ..learning.grove import Tree, constant, model_text
from ..points import Floats
from ..treeshap.trees import read_trees
from .isolation import Forest, path_lengths

TREES: Final = 50  # in each forest; 100 and 200 flag at much the same rates
_ROWS: Final = 256  # that a tree looks at, as its inventors advise
_SPREAD: Final = 0.01  # the quantile that a forest's path lengths are measured by
_MISSING_BELOW: Final = 0.5  # of a column's range: where a missing number is put
_EULER: Final = 0.5772156649015329


def fit_forests(
    encoded: Floats,
    columns: Mapping[str, Sequence[int]],
    categories: Mapping[int, int],
    *,
    seed: int,
) -> tuple[str, tuple[Forest, ...]]:
    """Learn what past leads are like.

    Parameters
    ----------
    encoded : ndarray of shape (n, n_features)
        Past rows, as for the booster.
    columns : mapping of str to sequence of int
        The columns of each forest, by family; one without any has no forest.
    categories : mapping of int to int
        How many codes each column of categories has, 0 (other) included.
    seed : int

    Returns
    -------
    text : str
        All trees, as LightGBM writes them; without a column, no forest and no text.
    forests : tuple of Forest
    """
    kept = {family: list(c) for family, c in columns.items() if len(c)}
    if not kept or not len(encoded):
        return "", ()
    trees = [
        tree
        for each in kept.values()
        for tree in _fitted(encoded[:, each], each, categories, seed)
    ]
    text = model_text(trees, encoded.shape[1])
    read, forests = read_trees(text), []
    for place, (family, each) in enumerate(kept.items()):
        length = path_lengths(read, place * TREES, TREES, encoded)
        middle, low = np.quantile(length, [0.5, _SPREAD])
        spread = float(middle - low) or 1.0  # all alike: any length is as good as 1
        typical = tuple(_typical(encoded[:, c], c in categories) for c in each)
        forests.append(
            Forest(str(family), TREES, float(middle), spread, tuple(each), typical)
        )
    return text, tuple(forests)


def _typical(column: Floats, is_category: bool) -> float | None:
    """The median of a column, or its most frequent category; None if nothing is."""
    filled = column[~np.isnan(column)]
    if not len(filled):
        return None
    if not is_category:
        return float(np.median(filled))
    return float(np.bincount(filled.astype(np.intp)).argmax())


def _fitted(
    values: Floats, places: Sequence[int], categories: Mapping[int, int], seed: int
) -> list[Tree]:
    """Fit one forest and write its trees over the booster's columns."""
    from sklearn.ensemble import IsolationForest

    ranks = [_ranks(values[:, i], categories.get(p)) for i, p in enumerate(places)]
    filled = np.column_stack(
        [_filled(values[:, i], rank) for i, rank in enumerate(ranks)]
    )
    forest = IsolationForest(
        n_estimators=TREES, max_samples=min(_ROWS, len(filled)), random_state=seed
    )
    forest.fit(filled)
    return [_tree(e.tree_, places, ranks) for e in forest.estimators_]


def _ranks(column: Floats, codes: int | None) -> Floats | None:
    """Log frequency of each code of a category, missing last; None for a number."""
    if codes is None:
        return None
    place = np.where(np.isnan(column), codes, column).astype(np.intp)
    return np.log1p(np.bincount(place, minlength=codes + 1))


def _filled(column: Floats, rank: Floats | None) -> Floats:
    """A column without missing values, as the forest learns from it."""
    is_missing = np.isnan(column)
    if rank is not None:
        return rank[np.where(is_missing, len(rank) - 1, column).astype(np.intp)]
    if is_missing.all():
        return np.zeros(len(column))
    low, high = float(np.nanmin(column)), float(np.nanmax(column))
    below = low - (_MISSING_BELOW * (high - low) or 1.0)
    return np.where(is_missing, below, column)


def _tree(learnt: Any, places: Sequence[int], ranks: Sequence[Floats | None]) -> Tree:
    """One tree of scikit-learn's, its splits as questions to the booster's columns."""
    is_split = learnt.children_left >= 0
    if not is_split.any():
        return constant(_average_length(learnt.n_node_samples[0]) / TREES)
    number = np.where(is_split, np.cumsum(is_split) - 1, -np.cumsum(~is_split))
    splits = np.flatnonzero(is_split)
    asked = [
        _question(ranks[learnt.feature[s]], float(learnt.threshold[s])) for s in splits
    ]
    turned = np.array([t for _, _, t in asked])
    left, right = number[learnt.children_left], number[learnt.children_right]
    rows = learnt.n_node_samples.astype(np.float64)
    lengths = _depths(learnt) + np.array([_average_length(int(n)) for n in rows])
    return Tree(
        feature=np.array([places[f] for f in learnt.feature[splits]], np.int64),
        threshold=learnt.threshold[splits].astype(np.float64),
        categories=tuple(c for c, _, _ in asked),
        missing_left=np.array([m for _, m, _ in asked]),
        left=np.where(turned, right[splits], left[splits]).astype(np.int64),
        right=np.where(turned, left[splits], right[splits]).astype(np.int64),
        split_rows=rows[splits],
        leaf_value=lengths[~is_split] / TREES,
        leaf_rows=rows[~is_split],
    )


def _question(
    rank: Floats | None, threshold: float
) -> tuple[frozenset[int] | None, bool, bool]:
    """The categories that go left, where missing goes, and whether sides are turned.

    LightGBM sends a missing category right. Where it belongs left, the others are
    listed and the sides turned round; every code is in the one list or the other.
    """
    if rank is None:
        return None, True, False  # missing was put below the least
    is_left = rank <= threshold
    turned = bool(is_left[-1])
    chosen = ~is_left[:-1] if turned else is_left[:-1]
    return frozenset(np.flatnonzero(chosen).tolist()), False, turned


def _depths(learnt: Any) -> Floats:
    """Questions asked on the way to each node; parents come before their children."""
    depth = np.zeros(learnt.node_count)
    for node in np.flatnonzero(learnt.children_left >= 0):
        for child in (learnt.children_left[node], learnt.children_right[node]):
            depth[child] = depth[node] + 1
    return depth


def _average_length(rows: int) -> float:
    """Questions that it would take, on average, to tell so many rows apart.

    The mean depth of a leaf in a random binary search tree.

    Examples
    --------
    >>> _average_length(1), _average_length(2)
    (0.0, 1.0)
    """
    if rows <= 2:
        return max(rows - 1.0, 0.0)
    return 2 * (math.log(rows - 1) + _EULER) - 2 * (rows - 1) / rows
