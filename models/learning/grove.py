"""A grove: trees that were not boosted, written as LightGBM writes boosters.

Why everything becomes LightGBM's text: a points table and a binned logistic regression
are sums of functions of one column each, that is, of small trees. Written so, they are
served, checked, explained and registered like any booster, by the same lines.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from features.errors import ModelError

from ..points import Floats

Whole = npt.NDArray[np.int64]

_CATEGORICAL, _MISSING_LEFT, _NAN_IS_MISSING = 1, 2, 2 << 2  # decision_type's bits
_END = "\nend of trees"
# Not LightGBM's: how many trees each booster has that was averaged.
_MEMBERS = re.compile(r"\nmember_trees=(.*)")
_BITS = 32  # of a word of LightGBM's sets of categories


@dataclass(frozen=True, eq=False)
class Tree:
    """One tree; numbered as LightGBM does it, ``~k`` standing for leaf k.

    Attributes
    ----------
    feature : ndarray of int, shape (n_splits,)
        The column that each split looks at.
    threshold : ndarray of shape (n_splits,)
        A value at or below it goes left; not read where there are categories.
    categories : tuple of (frozenset of int or None), one per split
        Codes that go left; any other code goes right, and so does a missing value.
    missing_left : ndarray of bool, shape (n_splits,)
        Where a missing value goes.
    left, right : ndarray of int, shape (n_splits,)
        The children, numbered above their parents.
    split_rows : ndarray of shape (n_splits,)
        Training rows that reached the split; above 0.
    leaf_value, leaf_rows : ndarray of shape (n_splits + 1,)
        Log-odds, and the training rows that fell into the leaf.
    """

    feature: Whole
    threshold: Floats
    categories: tuple[frozenset[int] | None, ...]
    missing_left: npt.NDArray[np.bool_]
    left: Whole
    right: Whole
    split_rows: Floats
    leaf_value: Floats
    leaf_rows: Floats


def constant(value: float, rows: float = 1.0) -> Tree:
    """Return the tree that gives everybody the same."""
    none = np.empty(0, np.int64)
    return Tree(
        none, np.empty(0), (), np.empty(0, np.bool_), none, none, np.empty(0),
        np.array([value]), np.array([rows]),
    )  # fmt: skip


def model_text(trees: Sequence[Tree], feature_count: int) -> str:
    """Write trees as a LightGBM model whose raw output is the sum of their leaves.

    Parameters
    ----------
    trees : sequence of Tree
        None at all are one that gives everybody 0.
    feature_count : int
        Columns that the booster expects.

    Raises
    ------
    ModelError
        When a split by category would send a missing value left: LightGBM sends it
        right, always.

    Examples
    --------
    >>> text = model_text([constant(0.5)], 2)
    >>> text.splitlines()[6]
    'objective=binary sigmoid:1'
    """
    names = " ".join(f"Column_{place}" for place in range(feature_count))
    head = [
        "tree",
        "version=v4",
        "num_class=1",
        "num_tree_per_iteration=1",
        "label_index=0",
        f"max_feature_idx={feature_count - 1}",
        "objective=binary sigmoid:1",
        f"feature_names={names}",
        f"feature_infos={' '.join(['none'] * feature_count)}",
    ]
    return _joined("\n".join(head), [_fields(t) for t in trees or [constant(0.0)]])


def shifted(text: str, offset: float) -> str:
    """Add an offset to every margin, in the leaves of the first tree.

    Parameters
    ----------
    text : str
        Of a booster, as ``model_to_string`` writes it.
    offset : float
        In log-odds.

    Examples
    --------
    >>> text = shifted(model_text([constant(0.5), constant(1.0)], 1), 0.25)
    >>> [line for line in text.splitlines() if line.startswith("leaf_value")]
    ['leaf_value=0.75', 'leaf_value=1.0']
    """
    head, trees = _parted(text)
    first = _with_leaves(trees[0], lambda value: value + offset)
    return _joined(head, [first, *trees[1:]])


def averaged(texts: Sequence[str]) -> str:
    """Write the mean of several boosters' margins as one booster.

    It holds all their trees, each with its leaves divided by how many boosters there
    are; every booster weighs the same.

    Raises
    ------
    ModelError
        When there is none, or they expect different numbers of columns.

    Examples
    --------
    >>> text = averaged([model_text([constant(value)], 1) for value in (1.0, 4.0)])
    >>> [line for line in text.splitlines() if line.startswith("leaf_value")]
    ['leaf_value=0.5', 'leaf_value=2.0']
    """
    parts = [_parted(text) for text in texts]
    widths = sorted({_width(head) for head, _ in parts})
    if len(widths) != 1:
        raise ModelError(
            "Boosters can be averaged where all expect the same columns, and there is "
            f"at least one; got {len(texts)} that expect {widths or 'none'}."
        )
    share = len(texts)
    trees = [t for _, each in parts for t in each]
    lowered = [_with_leaves(t, lambda value: value / share) for t in trees]
    sizes = " ".join(str(len(each)) for _, each in parts)
    return _joined(f"{_MEMBERS.sub('', parts[0][0])}\nmember_trees={sizes}", lowered)


def members(text: str) -> list[str]:
    """Take apart what :func:`averaged` put together; one booster alone is its own.

    Examples
    --------
    >>> both = averaged([model_text([constant(value)], 1) for value in (1.0, 4.0)])
    >>> [m.partition("leaf_value=")[2][:3] for m in members(both)]
    ['1.0', '4.0']
    """
    head, trees = _parted(text)
    found = _MEMBERS.search(head)
    if found is None:
        return [text]
    sizes = [int(size) for size in found.group(1).split()]
    raised = iter(_with_leaves(t, lambda value: value * len(sizes)) for t in trees)
    plain = _MEMBERS.sub("", head)
    return [_joined(plain, list(islice(raised, size))) for size in sizes]


def _fields(tree: Tree) -> str:
    """Write the lines of one tree, below its number."""
    sets = [c for c in tree.categories if c is not None]
    if any(
        c is not None and left
        for c, left in zip(tree.categories, tree.missing_left, strict=True)
    ):
        raise ModelError(
            "A split by category sends a missing value right, but one of these trees "
            "sends it left: list all codes, and turn the children round."
        )
    lines = [f"num_leaves={len(tree.leaf_value)}", f"num_cat={len(sets)}"]
    if len(tree.feature):
        lines += [
            _line("split_feature", tree.feature),
            _line("split_gain", np.zeros(len(tree.feature))),
            _line("threshold", _thresholds(tree)),
            _line("decision_type", _decisions(tree)),
            _line("left_child", tree.left),
            _line("right_child", tree.right),
        ]
    lines.append(_line("leaf_value", tree.leaf_value))
    lines.append(_line("leaf_count", np.rint(tree.leaf_rows).astype(np.int64)))
    if len(tree.feature):
        lines.append(_line("internal_count", np.rint(tree.split_rows).astype(np.int64)))
    if sets:
        lines += _bitsets(sets)
    return "\n".join([*lines, "is_linear=0", "shrinkage=1"])


def _thresholds(tree: Tree) -> Floats:
    """Thresholds; of a split by category, the place of its set."""
    is_set = np.array([c is not None for c in tree.categories], np.bool_)
    place = np.cumsum(is_set) - 1.0
    return np.where(is_set, place, tree.threshold)


def _decisions(tree: Tree) -> Whole:
    is_set = np.array([c is not None for c in tree.categories], np.bool_)
    left = np.where(tree.missing_left, _MISSING_LEFT, 0)
    return np.where(is_set, _CATEGORICAL, left) | _NAN_IS_MISSING


def _bitsets(sets: Sequence[frozenset[int]]) -> list[str]:
    words: list[int] = []
    bounds = [0]
    for codes in sets:
        size = max(codes, default=0) // _BITS + 1
        words += [
            sum(1 << c % _BITS for c in codes if c // _BITS == word)
            for word in range(size)
        ]
        bounds.append(len(words))
    return [
        "cat_boundaries=" + " ".join(map(str, bounds)),
        "cat_threshold=" + " ".join(map(str, words)),
    ]


def _line(key: str, values: npt.NDArray[np.generic]) -> str:
    return f"{key}={' '.join(repr(v) for v in values.tolist())}"


def _parted(text: str) -> tuple[str, list[str]]:
    """Take a model text apart: the header without sizes, and each tree's lines."""
    body, end, _ = text.partition(_END)
    head, *parts = body.split("\nTree=")
    if not head.startswith("tree\n") or not end or not parts:
        raise ModelError(
            f"This is no whole LightGBM model text with a tree: it begins with "
            f"{text[:20]!r}, holds {len(parts)} trees, and "
            f"{'has' if end else 'lacks'} the line 'end of trees'."
        )
    kept = [x for x in head.splitlines() if x and not x.startswith("tree_sizes=")]
    return "\n".join(kept), [p.partition("\n")[2].strip("\n") for p in parts]


def _joined(head: str, trees: Sequence[str]) -> str:
    """Put a model text together; LightGBM finds each tree by the sizes in bytes."""
    parts = [f"Tree={number}\n{tree}\n\n\n" for number, tree in enumerate(trees)]
    sizes = " ".join(str(len(part.encode())) for part in parts)
    # The readers of the last line are LightGBM's Python package.
    return (
        f"{head}\ntree_sizes={sizes}\n\n{''.join(parts)}end of trees\n\n"
        "pandas_categorical:null\n"
    )


def _with_leaves(tree: str, change: Callable[[Floats], Floats]) -> str:
    """Change the values of a tree's leaves; and of its splits, which nobody reads."""
    if re.search(r"^is_linear=1", tree, re.MULTILINE):
        raise ModelError(
            "A tree with linear leaves has no plain values to change: train without "
            "linear_tree."
        )

    def anew(found: re.Match[str]) -> str:
        values = np.array(found.group(2).split(), dtype=np.float64)
        return _line(found.group(1), change(values))

    return re.sub(r"^(leaf_value|internal_value)=(.*)$", anew, tree, flags=re.MULTILINE)


def _width(head: str) -> int:
    found = re.search(r"^max_feature_idx=(\d+)$", head, re.MULTILINE)
    if found is None:
        raise ModelError(
            "The model text is damaged: its header does not say max_feature_idx."
        )
    return int(found.group(1)) + 1
