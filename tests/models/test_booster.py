"""A model text is counted and read before LightGBM sees it, and nothing is killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import lightgbm
import numpy as np
import pytest

from features.errors import ModelError
from models.booster import booster_of
from models.learning.grove import averaged, model_text
from models.served import checked
from tests.models import small_trees
from tests.models.small_trees import TINY, Fields, booster, rows

ROOT = Path(__file__).parents[2]
SETS: Fields = {"num_cat": [1], "cat_boundaries": [0, 2], "cat_threshold": [5, 1]}
BY_CATEGORY = TINY | SETS | {"decision_type": [9, 10], "threshold": [0, 2]}

# One text after another is harmed in one place; what is let through has to load, to
# predict and to be taken apart. A seed that kills the process is the last one printed.
_HARM = """
import sys
import numpy as np
from features.errors import ModelError
from models.booster import booster_of
from tests.models.small_trees import rows
from tests.models.test_booster import harmed, learnt
values, whole = rows(20, seed=3), learnt()
for seed in range(int(sys.argv[1])):
    print(seed, flush=True)
    try:
        booster = booster_of(harmed(whole, seed))
    except ModelError:
        continue
    if booster.num_feature() == values.shape[1]:
        booster.predict(values, raw_score=True)
        booster.predict(values, pred_contrib=True)
"""


def learnt() -> str:
    """Text of three trees, two by categories, with all that LightGBM writes."""
    return str(booster(rows(400, seed=1), 3, categorical=[4, 5]).model_to_string())


def harmed(text: str, seed: int) -> str:
    """Return the text with one byte, number or line of it changed, or cut short."""
    random = np.random.default_rng(seed)
    place = int(random.integers(len(text)))
    byte = chr(int(random.integers(1, 128)))
    lines = text.split("\n")
    one, other = (int(n) for n in random.integers(len(lines), size=2))
    number = int(random.choice([i for i, c in enumerate(text) if c.isdigit()]))
    match seed % 6:
        case 0:
            return text[:place] + byte + text[place + 1 :]
        case 1:
            return text[:place] + text[place + 1 :]
        case 2:
            return text[:place] + byte + text[place:]
        case 3:
            return text[:place]
        case 4:
            lines[one], lines[other] = lines[other], lines[one]
            return "\n".join(lines)
    return text[:number] + str(random.choice([*"0123456789- .e"])) + text[number + 1 :]


def test_300_harmed_texts_are_refused_or_loaded_and_kill_nobody() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _HARM, "300"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.split()[-1]) == (0, "299"), done.stderr


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("leaf_value=3 -2 6", "leaf_value=3.0 -2 6", "trees are not as long as"),
        ("max_feature_idx=1", "max_feature_idx=2", "has not 3 of feature_"),
        ("max_feature_idx=1", "max_feature_idx=1 1", "says 'max_feature_idx' = '1 1'"),
        ("num_class=1", "num_class=2", "says 'num_class' = '2'"),
        ("label_index=0\n", "", "not that of a booster of two classes"),
        ("label_index=0", "label_index=0\nlabel_index=0", "of a booster of two"),
        ("version=v4", "version=v4\nrules=1", "its header says 'rules' = '1'"),
        ("binary sigmoid", "binari sigmoid", "says 'objective' = 'binari sigmoid:1'"),
        ("tree_sizes=", "tree_sizes=9 ", "trees are not as long as"),
        ("\nend of trees", "\nend of tree", "no tree, or no line 'end of trees'"),
        ("Tree=0", "Tree=1", "tree 0 has no beginning, no end, or a broken line"),
    ],
)
def test_a_harmed_frame_is_a_sentence(old: str, new: str, sentence: str) -> None:
    text = small_trees.model_text(TINY)
    assert old in text
    with pytest.raises(ModelError, match=sentence) as told:
        booster_of(text.replace(old, new, 1))
    assert str(told.value).endswith(". Train again, or fetch the scorer again.")


@pytest.mark.parametrize(
    ("field", "values", "sentence"),
    [
        ("split_feature", [0], "tree 0 has 1 of split_feature, not 2"),
        ("threshold", [0.5], "tree 0 has 1 of threshold, not 2"),
        ("decision_type", [2, 2, 2], "tree 0 has 3 of decision_type, not 2"),
        ("left_child", [1], "tree 0 has 1 of left_child, not 2"),
        ("right_child", [], "tree 0 has 0 of right_child, not 2"),
        ("leaf_value", [1, 2], "tree 0 has 2 of leaf_value, not 3"),
        ("leaf_count", [1, 2, 3, 4], "tree 0 has 4 of leaf_count, not 3"),
        ("leaf_weight", [1], "tree 0 has 1 of leaf_weight, not 3"),
        ("internal_count", [1], "tree 0 has 1 of internal_count, not 2"),
        ("internal_value", [1], "tree 0 has 1 of internal_value, not 2"),
        ("num_leaves", [4], "tree 0 has 3 of leaf_value, not 4"),
        ("num_leaves", [0], "a num_leaves that is not such a number"),
        ("num_cat", [], "tree 0 has 0 of num_cat, not 1"),
        ("num_cat", [1], "tree 0 has 0 of cat_boundaries, not 2"),
        ("cat_threshold", [1], "tree 0 has 1 of cat_threshold, not 0"),
        ("is_linear", [1], "an is_linear|a is_linear"),
        ("leaf_value", [1, 2, float("inf")], "a leaf_value that is not such a number"),
        ("leaf_value", [1, 2, float("nan")], "a leaf_value that is not such a number"),
        ("threshold", [1, float("nan")], "a threshold that is not such a number"),
        ("left_child", [1, 0.5], "a left_child that is not such a number"),
        ("left_child", [1, 1], "do not form a tree"),
        ("left_child", [0, -1], "do not form a tree"),
        ("left_child", [1, -2], "do not form a tree"),
        ("left_child", [1, -9], "do not form a tree"),
        ("left_child", [2, -1], "do not form a tree"),
        ("split_feature", [0, 2], "a column beyond the 2 there are"),
        ("decision_type", [2, 12], "splits in a way that is unknown"),
        ("decision_type", [2, 1], "splits in a way that is unknown"),
        ("leaf_values", [1], "tree 0 has a field twice, or one that is unknown"),
    ],
)
def test_every_array_is_as_long_and_as_written_as_the_others_tell(
    field: str, values: list[float], sentence: str
) -> None:
    with pytest.raises(ModelError, match=sentence):
        booster_of(small_trees.model_text(TINY | {field: values}))


@pytest.mark.parametrize(
    ("field", "values", "sentence"),
    [
        ("cat_boundaries", [1, 2], "sets of categories that overlap"),
        ("cat_boundaries", [0, 0], "sets of categories that overlap"),
        ("cat_boundaries", [0, 3], "tree 0 has 2 of cat_threshold, not 3"),
        ("cat_boundaries", [0], "tree 0 has 1 of cat_boundaries, not 2"),
        ("cat_threshold", [5, 2**32], "splits in a way that is unknown"),
        ("threshold", [1, 2], "splits in a way that is unknown"),
        ("threshold", [0.5, 2], "splits in a way that is unknown"),
        ("threshold", [-1, 2], "splits in a way that is unknown"),
    ],
)
def test_sets_of_categories_are_where_the_splits_say(
    field: str, values: list[float], sentence: str
) -> None:
    booster_of(small_trees.model_text(BY_CATEGORY))
    with pytest.raises(ModelError, match=sentence):
        booster_of(small_trees.model_text(BY_CATEGORY | {field: values}))


def test_a_chain_of_more_leaves_than_lightgbm_can_go_down_is_refused() -> None:
    n = 10_000
    chain: Fields = {
        "num_leaves": [n],
        "num_cat": [0],
        "split_feature": [0] * (n - 1),
        "threshold": range(n - 1),
        "decision_type": [2] * (n - 1),
        "left_child": [*range(1, n - 1), -1],
        "right_child": range(-2, -n - 1, -1),
        "leaf_value": [0] * n,
    }
    with pytest.raises(ModelError, match="a num_leaves that is not such a number"):
        booster_of(small_trees.model_text(chain))


def test_what_lightgbm_and_the_grove_write_goes_through_unchanged() -> None:
    values = rows(300, seed=5)
    depthless = booster(values, 1, min_data_in_leaf=10_000)
    for text in (
        learnt(),
        learnt().replace("\n", "\r\n"),
        depthless.model_to_string(),
        averaged([learnt(), depthless.model_to_string()]),
    ):
        theirs = lightgbm.Booster(model_str=text.replace("\r\n", "\n"))
        np.testing.assert_array_equal(
            booster_of(text).predict(values, raw_score=True),
            theirs.predict(values, raw_score=True),
        )
    booster_of(model_text([], 3))


def test_an_edge_without_end_is_what_lightgbm_itself_writes() -> None:
    text = small_trees.model_text(TINY | {"threshold": [float("inf"), 2.0]})
    values = np.array([[9.0, 0.0], [np.nan, 0.0]])
    told = np.asarray(booster_of(text).predict(values, raw_score=True))
    assert told.tolist() == [3.0, 3.0]


def test_lightgbm_is_shown_the_header_and_the_trees_alone() -> None:
    told = checked(learnt().replace("[num_leaves: 31]", "[num_leaves"))
    assert told.endswith("\nend of trees\n\npandas_categorical:null\n")
    assert "[num_leaves" not in told


def test_no_other_module_hands_lightgbm_a_text() -> None:
    names = {
        path.relative_to(ROOT).as_posix()
        for room in ("features", "models", "pipeline")
        for path in (ROOT / room).rglob("*.py")
        if "Booster(model_" in path.read_text(encoding="utf-8")
    }
    assert names == {"models/booster.py", "models/served.py"}
    for name in names:
        assert "Booster(model_str=checked(text))" in (ROOT / name).read_text("utf-8")
