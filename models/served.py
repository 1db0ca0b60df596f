"""The scorer, whole in one file: MLflow stores a copy of it beside the booster.

It imports nothing of ours. A registered model therefore runs the code it was registered
with, whatever has become of this repository since, and two versions can be compared in
one process. The installed package uses the same functions, so that there is one way to
encode a feature, one way to reach a probability and one way to trust a booster's text.

Why a text is checked here to its last number: LightGBM believes the lengths that it
reads, and one wrong byte can end the process, past any ``try``. So every field is
counted and read first, and LightGBM is shown the header and the trees alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

FORMAT: Final = 1  # of the contract; another one is refused
OTHER_CODE: Final = 0  # of every category that is rare or was never seen
POINTS_PER_LOG_ODDS: Final = 10 / np.log(2)

Floats = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]
Fields = dict[str, str]

_END: Final = "\nend of trees"
_COUNT, _WHOLE, _BITS = r"(?:0|[1-9]\d{0,8})", r"-?(?:0|[1-9]\d{0,8})", r"\d{1,10}"
_NUMBER = r"-?(?:0|[1-9]\d{0,16})(?:\.\d+)?(?:e(?:-\d{1,3}|\+?1?\d{1,2}))?"  # finite
# An endless one parts missing values from all others.
_EDGE = r"-?(?:inf|(?:0|[1-9]\d{0,16})(?:\.\d+)?(?:e[+-]?\d{1,3})?)"
_WORD = r"[^\x00-\x20\x7f=]+"
_HEADER: Final = {  # what may stand before the trees; its first eight must
    "num_class": "1(?! )", "num_tree_per_iteration": "1(?! )", "feature_names": _WORD,
    "objective": r"binary sigmoid:1(?:\.0)?(?! )", "tree_sizes": _COUNT,
    "max_feature_idx": f"{_COUNT}(?! )", "feature_infos": _WORD,
    "label_index": "0(?! )",
    "version": "v4(?! )", "monotone_constraints": _WHOLE, "member_trees": _COUNT,
}  # fmt: skip
_FIRST: Final = {*list(_HEADER)[:8]}
_ONCE: Final = {
    "num_leaves": r"[1-9]\d{0,3}",  # LightGBM goes down a tree by calls within calls
    "num_cat": _COUNT, "is_linear": "0", "shrinkage": _NUMBER,
}  # fmt: skip
_SPLITS: Final = {
    "split_feature": _COUNT, "threshold": _EDGE, "decision_type": _COUNT,
    "left_child": _WHOLE, "right_child": _WHOLE,  # these five are needed
    "split_gain": _EDGE,
    "internal_value": _NUMBER, "internal_weight": _NUMBER, "internal_count": _COUNT,
}  # fmt: skip
_LEAVES: Final = {"leaf_value": _NUMBER, "leaf_weight": _NUMBER, "leaf_count": _COUNT}
_SETS: Final = {"cat_boundaries": _COUNT, "cat_threshold": _BITS}
_KINDS: Final = {**_ONCE, **_SPLITS, **_LEAVES, **_SETS}
_NEEDED: Final = {"num_leaves", "num_cat", "leaf_value", *_SETS, *list(_SPLITS)[:5]}


def encode(frame: pd.DataFrame, features: Sequence[Mapping[str, Any]]) -> Floats:
    """Turn a feature table into the numbers that the booster reads.

    Parameters
    ----------
    frame : DataFrame of shape (n_snapshots, at least n_features)
        Numbers as numbers, categories as text, missing as missing.
    features : sequence of mappings
        The contract's ``features``: ``name``, and ``categories`` for a category.

    Returns
    -------
    ndarray of shape (n_snapshots, n_features)
        A category is 1 + its place among ``categories``, and 0 where it is none of
        them (rare or never seen); missing is NaN.

    Raises
    ------
    ValueError
        When a column is missing, or is text where a number is expected.

    Examples
    --------
    >>> table = pd.DataFrame({"age": [3.0, None], "source": ["web", "moon"]})
    >>> encode(table, [{"name": "age"}, {"name": "source", "categories": ["web"]}])
    array([[ 3.,  1.],
           [nan,  0.]])
    """
    if missing := [f["name"] for f in features if f["name"] not in frame.columns]:
        raise ValueError(
            f"The scorer expects {len(features)} columns, of which the table lacks "
            f"{len(missing)}: {', '.join(missing[:3])}."
        )
    encoded = np.empty((len(frame), len(features)), dtype=np.float64)
    for place, feature in enumerate(features):
        column = frame[feature["name"]]
        if "categories" in feature:
            encoded[:, place] = _codes(column, feature["categories"])
        else:
            encoded[:, place] = _numbers(column)
    return encoded


def _codes(column: pd.Series, categories: Sequence[str]) -> Floats:
    text = column.astype("object")
    known = pd.Series(np.arange(1.0, len(categories) + 1), index=list(categories))
    codes = text.map(known).fillna(OTHER_CODE).to_numpy(np.float64)
    return np.where(text.isna().to_numpy(), np.nan, codes)


def _numbers(column: pd.Series) -> Floats:
    # Not by trial: "3" and an instant would both pass for numbers.
    is_number = pd.api.types.infer_dtype(column, skipna=True) in _NUMBERS
    if not is_number and column.notna().any():
        raise ValueError(
            f"The scorer expects numbers in column {column.name!r}, but it holds "
            f"{column.dtype}."
        )
    return np.asarray(column.to_numpy(np.float64, na_value=np.nan))


_NUMBERS = {"floating", "integer", "mixed-integer-float", "boolean", "decimal"}


def probability_and_score(
    margin: Floats, scale: Mapping[str, float]
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Calibrated probability in (0, 1) and score in 0 to 100 of each margin.

    Examples
    --------
    >>> scale = {"intercept": 0.0, "slope": 1.0, "reference": 0.0}
    >>> chance, score = probability_and_score(np.array([0.0, np.log(2)]), scale)
    >>> chance.round(3).tolist(), score.tolist()
    ([0.5, 0.667], [50, 60])
    """
    log_odds = scale["intercept"] + scale["slope"] * np.asarray(margin)
    probability = 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))
    probability = np.minimum(probability, np.nextafter(1.0, 0.0))  # 1 is never sure
    points = 50 + POINTS_PER_LOG_ODDS * (log_odds - scale["reference"])
    score = np.floor(np.clip(points, 0, 100) + 0.5).astype(np.int64)
    return probability, score


def checked(text: str) -> str:
    """Return of a booster's text what LightGBM may be shown; damaged: a ValueError."""
    body, end, _ = text.replace("\r\n", "\n").partition(_END)
    head, *parts = body.split("\nTree=")
    if not parts or not end:
        raise _damaged("it has no tree, or no line 'end of trees'")
    width = _check_header(head, [len(f"Tree={part}\n".encode()) for part in parts])
    trees = [_fields_of(part, number) for number, part in enumerate(parts)]
    one = np.ones(len(trees), np.int64)
    leaves = np.array(_told(trees, "num_leaves", one), np.int64)
    for keys, counts in ((_ONCE, one), (_LEAVES, leaves), (_SPLITS, leaves - 1)):
        for key in keys:
            _told(trees, key, counts)
    feature, edge, kind, left, right = (
        np.array(_told(trees, key, leaves - 1), np.float64) for key in list(_SPLITS)[:5]
    )
    _check_children(left, right, leaves)
    _check_sets(trees, kind, edge, leaves - 1)
    if feature.max(initial=0) >= width:
        raise _damaged(f"a tree asks for a column beyond the {width} there are")
    return f"{body}{_END}\n\npandas_categorical:null\n"


def _damaged(what: str) -> ValueError:
    return ValueError(f"The model text is damaged: {what}.")


def _check_header(head: str, sizes: list[int]) -> int:
    """Check the lines before the trees, and return how many columns they tell of."""
    first, *lines = head.rstrip("\n").split("\n")
    fields: Fields = dict(line.partition("=")[::2] for line in lines)
    for key, value in fields.items():
        kind = _HEADER.get(key, "(?!)")
        if not re.fullmatch(rf"{kind}(?: {kind})*+", value, re.ASCII):
            raise _damaged(f"its header says {key[:40]!r} = {value[:40]!r}")
    if first != "tree" or len(fields) < len(lines) or not fields.keys() >= _FIRST:
        raise _damaged("its header is not that of a booster of two classes")
    width = int(fields["max_feature_idx"]) + 1
    for key in {"feature_names", "feature_infos", "monotone_constraints"} & {*fields}:
        if fields[key].count(" ") + 1 != width:
            raise _damaged(f"its header has not {width} of {key}")
    if fields["tree_sizes"] != " ".join(map(str, sizes)):
        raise _damaged("its trees are not as long as its header says")
    return width


def _fields_of(part: str, number: int) -> Fields:
    first, *lines = part.removesuffix("\n\n").split("\n")
    fields: Fields = dict(line.partition("=")[::2] for line in lines)
    is_whole = first == f"{number}" and part.endswith("\n\n")
    if not is_whole or not all("=" in line for line in lines):
        raise _damaged(f"tree {number} has no beginning, no end, or a broken line")
    if len(fields) < len(lines) or not fields.keys() <= _KINDS.keys():
        raise _damaged(f"tree {number} has a field twice, or one that is unknown")
    return fields


def _told(trees: list[Fields], key: str, counts: Whole) -> list[str]:
    """Return the numbers of a field, tree after tree, as many as there must be."""
    values = [tree.get(key, "") for tree in trees]
    count = np.array([value.count(" ") + 1 if value else 0 for value in values])
    wrong = (count != counts) & [key in tree or key in _NEEDED for tree in trees]
    if key == "leaf_weight":  # of a constant tree it is left empty
        wrong &= (count > 0) | (counts > 1)
    if wrong.any():
        at = int(wrong.argmax())
        raise _damaged(f"tree {at} has {count[at]} of {key}, not {counts[at]}")
    told, kind = " ".join(filter(None, values)), _KINDS[key]
    if told and not re.fullmatch(rf"{kind}(?: {kind})*+", told, re.ASCII):
        raise _damaged(f"a tree has a {key} that is not such a number")
    return told.split()


def _check_children(left: Floats, right: Floats, leaves: Whole) -> None:
    """Refuse children that are not each met once, below their parents."""
    tree = np.repeat(np.arange(len(leaves)), leaves - 1)
    first = np.cumsum(leaves - 1) - (leaves - 1)  # of a tree's splits
    parent = np.arange(len(tree)) - first[tree]
    root = first + np.cumsum(leaves)  # of all trees' nodes, a tree's leaves come first
    met = np.zeros(int((2 * leaves - 1).sum()), np.int64)
    met[np.where(leaves > 1, root, root - 1)] = 1
    for child in (left.astype(np.int64), right.astype(np.int64)):
        inside = (child >= -leaves[tree]) & (child < leaves[tree] - 1)
        if not (inside & ((child < 0) | (child > parent))).all():
            raise _damaged("the children in a tree do not form a tree")
        met += np.bincount(root[tree] + child, minlength=len(met))
    if not (met == 1).all():
        raise _damaged("the children in a tree do not form a tree")


def _check_sets(trees: list[Fields], kind: Floats, edge: Floats, counts: Whole) -> None:
    """Refuse splits of an unknown kind, and sets of categories that are not there."""
    sets = np.array([int(tree["num_cat"]) for tree in trees])
    size = np.where(sets > 0, sets + 1, 0)
    bounds = np.array(_told(trees, "cat_boundaries", size), np.int64)
    words, taken = np.zeros(len(trees), np.int64), 0
    for number in np.flatnonzero(sets):
        mine = bounds[taken : taken + sets[number] + 1]
        taken, words[number] = taken + len(mine), mine[-1]
        if mine[0] != 0 or np.any(np.diff(mine) < 1):
            raise _damaged(f"tree {number} has sets of categories that overlap")
    bits = np.array(_told(trees, "cat_threshold", words), np.int64)
    is_set = kind.astype(np.int64) % 2 == 1
    place, known = edge[is_set], np.repeat(sets, counts)[is_set]
    is_known = (place >= 0) & (place < known) & (place == np.floor(place))
    if kind.max(initial=0) > 11 or bits.max(initial=0) >= 2**32 or not is_known.all():
        raise _damaged("a tree splits in a way that is unknown")


def _register() -> None:
    """Hand MLflow a model made of the two files that lie beside this one."""
    import lightgbm
    from mlflow.models import set_model
    from mlflow.pyfunc.model import PythonModel

    # MLflow resolves the hints at module level, so they name nothing imported here.
    class Scorer(PythonModel):
        """Feature table in, probability and score out."""

        def load_context(self, context: Any) -> None:
            """Read the booster and its contract from the model's own files."""
            contract = Path(context.artifacts["contract"]).read_text(encoding="utf-8")
            self.contract: dict[str, Any] = json.loads(contract)
            if self.contract["format"] != FORMAT:
                raise ValueError(
                    f"The contract has format {self.contract['format']!r}, and this "
                    f"scorer reads format {FORMAT}."
                )
            text = Path(context.artifacts["booster"]).read_text(encoding="utf-8")
            self.booster = lightgbm.Booster(model_str=checked(text))

        def predict(
            self,
            context: Any,
            model_input: pd.DataFrame,
            params: dict[str, Any] | None = None,
        ) -> pd.DataFrame:
            """Return ``probability`` and ``score``, one row per row of the input."""
            values = encode(model_input, self.contract["features"])
            margin = np.asarray(self.booster.predict(values, raw_score=True))
            probability, score = probability_and_score(margin, self.contract["scale"])
            return pd.DataFrame(
                {"probability": probability, "score": score}, index=model_input.index
            )

    set_model(Scorer())


# MLflow runs this file under a name of its own; the installed package imports it.
if __name__ != "models.served":
    _register()
