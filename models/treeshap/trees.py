"""The trees of a LightGBM model text, as flat arrays.

Why the text and not ``Booster.dump_model``: the text carries every threshold and leaf
value to its last bit, is what the registry keeps, and is read without LightGBM.

Every split is reduced here to one of five rules, so that the row kernel need not know
of missing types and default directions. A missing value is one of NaN, or zero, or
neither, as LightGBM chose per column when it trained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from features.errors import ModelError

from .kernel import Leaves, Rule, Splits
from .text import Fields, header, tree_fields

# decision_type of the model text: bits 0, 1, and 2 to 3.
_CATEGORICAL = 1
_DEFAULT_LEFT = 2
_MISSING_NONE, _MISSING_ZERO = 0, 1

_MOST_FEATURES = 1_000_000  # beyond it a number was damaged, and would fill the memory

_N = TypeVar("_N", bound=np.generic)


@dataclass(frozen=True)
class Trees:
    """A booster, read.

    Attributes
    ----------
    n_features : int
        Columns that the booster expects.
    feature_names : tuple of str
        Their names, in order.
    splits : Splits
    leaves : Leaves
    split_rows : ndarray of shape (n_splits,)
        Training rows that reached the split.
    leaf_rows : ndarray of shape (n_leaves,)
        Training rows that fell into the leaf.
    """

    n_features: int
    feature_names: tuple[str, ...]
    splits: Splits
    leaves: Leaves
    split_rows: NDArray[np.float64]
    leaf_rows: NDArray[np.float64]

    @property
    def n_trees(self) -> int:
        """Number of trees, constant ones included."""
        return len(self.leaves.first) - 1


@dataclass(frozen=True)
class _Tree:
    """One tree of the text; arrays as in ``Splits``, ``Leaves`` and ``Trees``."""

    feature: NDArray[np.int64]
    threshold: NDArray[np.float64]
    rule: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    split_rows: NDArray[np.float64]
    leaf_value: NDArray[np.float64]
    leaf_rows: NDArray[np.float64]
    category_first: NDArray[np.int64]
    category_words: NDArray[np.int64]
    category_bits: NDArray[np.uint32]


def read_trees(model_text: str) -> Trees:
    """Trees of a model text, as ``Booster.model_to_string`` writes it.

    Raises
    ------
    ModelError
        If the text is damaged, or is of a booster whose margin is not the plain sum of
        its leaves: linear trees, averaged output, more than one tree per iteration.
    """
    head = header(model_text)
    n_features = head.integer("max_feature_idx") + 1
    if not 0 < n_features <= _MOST_FEATURES:
        raise ModelError(
            f"The model text is damaged: it tells of {n_features:,} columns, where 1 "
            f"to {_MOST_FEATURES:,} were expected."
        )
    trees = [_read_tree(fields, n_features) for fields in tree_fields(model_text)]
    return Trees(
        n_features=n_features,
        feature_names=head.words("feature_names", n_features, "Column_"),
        splits=_join_splits(trees),
        leaves=Leaves(
            starts([len(tree.leaf_value) for tree in trees]),
            _join([tree.leaf_value for tree in trees], np.float64),
        ),
        split_rows=_join([tree.split_rows for tree in trees], np.float64),
        leaf_rows=_join([tree.leaf_rows for tree in trees], np.float64),
    )


def _read_tree(fields: Fields, n_features: int) -> _Tree:
    """One tree, checked."""
    if fields.integer("is_linear", absent=0):
        raise ModelError(
            f"{fields.name} has linear leaves, whose Shapley values are not those of "
            "its splits: train without linear_tree."
        )
    n_leaves = fields.integer("num_leaves")
    n_splits = n_leaves - 1
    decision = fields.integers("decision_type", n_splits)
    threshold = fields.numbers("threshold", n_splits)
    first, words, bits = _categories(fields, decision, threshold)
    tree = _Tree(
        feature=fields.integers("split_feature", n_splits),
        threshold=threshold,
        rule=_rules(decision, threshold),
        left=fields.integers("left_child", n_splits),
        right=fields.integers("right_child", n_splits),
        split_rows=fields.numbers("internal_count", n_splits),
        leaf_value=fields.numbers("leaf_value", n_leaves),
        # A constant tree may leave its count out: all rows are in its one leaf.
        leaf_rows=(fields.numbers("leaf_count", n_leaves) if n_splits else np.ones(1)),
        category_first=first,
        category_words=words,
        category_bits=bits,
    )
    _check_tree(tree, fields.name, n_features)
    return tree


def _rules(
    decision: NDArray[np.int64], threshold: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Rule of each split, from LightGBM's decision type.

    Where no value is missing by type, LightGBM reads NaN as 0, which goes by the
    threshold; where zero is missing, it reads NaN as 0, which is missing.
    """
    missing = (decision >> 2) & 3
    by_default = (decision & _DEFAULT_LEFT) != 0
    nan_left = np.where(missing == _MISSING_NONE, threshold >= 0, by_default)
    rule = np.where(nan_left, Rule.NAN_LEFT, Rule.NAN_RIGHT)
    zero_rule = np.where(by_default, Rule.ZERO_LEFT, Rule.ZERO_RIGHT)
    rule = np.where(missing == _MISSING_ZERO, zero_rule, rule)
    rule = np.where((decision & _CATEGORICAL) != 0, Rule.CATEGORY, rule)
    return rule.astype(np.int64)


def _categories(
    fields: Fields, decision: NDArray[np.int64], threshold: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint32]]:
    """Where each split's bitset begins and how many words it has, and all bitsets."""
    first = np.zeros(len(decision), np.int64)
    words = np.zeros(len(decision), np.int64)
    n_sets = fields.integer("num_cat", absent=0)
    if n_sets <= 0:
        if n_sets < 0 or np.any(decision & _CATEGORICAL):
            raise fields.damaged("splits by category but lists no categories")
        return first, words, np.empty(0, np.uint32)
    bounds = fields.integers("cat_boundaries", n_sets + 1)
    bits = fields.integers("cat_threshold", max(int(bounds[-1]), 0))
    by_category = (decision & _CATEGORICAL) != 0
    which = threshold[by_category].astype(np.int64)
    if (
        bounds[0] != 0
        or np.any(np.diff(bounds) < 0)
        or np.any((which < 0) | (which >= n_sets))
    ):
        raise fields.damaged("refers to categories that it does not list")
    first[by_category] = bounds[which]
    words[by_category] = bounds[which + 1] - bounds[which]
    return first, words, bits.astype(np.uint32)


def _check_tree(tree: _Tree, name: str, n_features: int) -> None:
    """Refuse a tree that cannot be walked or has no cover ratios."""
    n_splits, n_leaves = len(tree.feature), len(tree.leaf_value)
    children = np.sort(np.concatenate([tree.left, tree.right]))
    expected = np.concatenate([np.arange(-n_leaves, 0), np.arange(1, n_splits)])
    parents = np.arange(n_splits)
    inward = (tree.left >= 0) & (tree.left <= parents)
    inward |= (tree.right >= 0) & (tree.right <= parents)
    if n_splits and (not np.array_equal(children, expected) or inward.any()):
        raise ModelError(
            f"The model text is damaged: the children in {name} do not form a tree."
        )
    if np.any((tree.feature < 0) | (tree.feature >= n_features)):
        raise ModelError(
            f"The model text is damaged: {name} splits on column "
            f"{int(tree.feature.max())}, but the booster has {n_features} columns."
        )
    if not np.isfinite(tree.leaf_value).all() or np.isnan(tree.threshold).any():
        raise ModelError(
            f"The model text is damaged: {name} holds a value that is not a number."
        )
    if np.any(tree.split_rows <= 0) or np.any(tree.leaf_rows < 0):
        raise ModelError(
            f"{name} has a split that no training row reached, so that it has no "
            "expected value: keep the row counts when the model is saved."
        )


def _join_splits(trees: list[_Tree]) -> Splits:
    """Splits of all trees, end to end."""
    bits_before = starts([len(tree.category_bits) for tree in trees])
    category_first = [
        tree.category_first + before
        for tree, before in zip(trees, bits_before[:-1], strict=True)
    ]
    return Splits(
        first=starts([len(tree.feature) for tree in trees]),
        feature=_join([tree.feature for tree in trees], np.int64),
        threshold=_join([tree.threshold for tree in trees], np.float64),
        rule=_join([tree.rule for tree in trees], np.int64),
        left=_join([tree.left for tree in trees], np.int64),
        right=_join([tree.right for tree in trees], np.int64),
        category_first=_join(category_first, np.int64),
        category_words=_join([tree.category_words for tree in trees], np.int64),
        category_bits=_join([tree.category_bits for tree in trees], np.uint32),
    )


def starts(lengths: list[int]) -> NDArray[np.int64]:
    """Where each of several runs begins, and where the last one ends."""
    return np.cumsum([0, *lengths], dtype=np.int64)


def _join(parts: list[NDArray[_N]], kind: type[_N]) -> NDArray[_N]:
    """Arrays end to end; an empty array of ``kind`` where there are none."""
    return np.concatenate([np.empty(0, kind), *parts])
