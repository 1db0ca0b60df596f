"""The model text: read as LightGBM reads it, or refused in a sentence."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pytest

from features.errors import ModelError
from models.treeshap import TreeExplainer
from tests.models.small_trees import TINY, Fields, booster, model_text, rows


@pytest.mark.parametrize("decision_type", [0, 2, 4, 6, 8, 10])
@pytest.mark.parametrize("threshold", [-1.0, 0.0, 5e-36, 1.0000000180025095e-35, 0.5])
def test_numbers_go_where_lightgbm_sends_them(
    decision_type: int, threshold: float
) -> None:
    one = TINY | {"threshold": [threshold, 0.0], "decision_type": [decision_type] * 2}
    text = model_text(one)
    edge = float(np.float32(1e-35))
    x = [np.nan, 0.0, -0.0, 7e-36, -7e-36, edge, -edge, 2e-35, -2e-35, 0.5, -1.0, 1e9]
    values = np.array([[a, b] for a in [*x, np.inf, -np.inf] for b in x])
    raw = lightgbm.Booster(model_str=text).predict(values, raw_score=True)
    np.testing.assert_array_equal(TreeExplainer(text).margins(values), raw)


def test_categories_go_where_lightgbm_sends_them() -> None:
    sets: Fields = {
        "cat_boundaries": [0, 1, 3],
        "cat_threshold": [0x80000005, 0x10, 0x2],
    }
    one = TINY | {"num_cat": [2], "threshold": [1, 0], "decision_type": [1, 9]} | sets
    text = model_text(one)
    x = [np.nan, -1.0, -0.5, -1.5, 0.0, 0.9, 2.0, 4.0, 31.0, 33.0, 33.9, 64.0, 1e9]
    values = np.array([[a, b] for a in [*x, 1e300, np.inf, -np.inf] for b in x])
    raw = lightgbm.Booster(model_str=text).predict(values, raw_score=True)
    np.testing.assert_array_equal(TreeExplainer(text).margins(values), raw)


def test_line_ends_of_windows_are_read() -> None:
    text = model_text(TINY).replace("\n", "\r\n")
    assert TreeExplainer(text).baseline == pytest.approx(1.6)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("tree\n", "<html>\n", "not a LightGBM model text"),
        ("iteration=1", "iteration=3", "3 trees per iteration"),
        ("label_index=0", "average_output", "averages its trees"),
        ("is_linear=0", "is_linear=1", "tree 0 has linear leaves"),
        ("end of trees", "", "lacks the line 'end of trees'"),
        ("tree_sizes=", "tree_sizes=9 ", "holds 1 trees where its header announces 2"),
        ("leaf_count=4 4 2\n", "", "tree 0 has no leaf_count"),
        ("leaf_count=4 4 2", "leaf_count=4 4", "2 of leaf_count where 3 were expected"),
        ("leaf_value=3", "leaf_value=three", "a leaf_value that is not a number"),
        ("leaf_value=3", "leaf_value=nan", "tree 0 holds a value that is not a number"),
        ("split_feature=0 1", "split_feature=0 9", "splits on column 9, but .* has 2"),
        ("left_child=1 -1", "left_child=0 -1", "children in tree 0 do not form a tree"),
        ("left_child=1 -1", "left_child=-1 1", "children in tree 0 do not form a tree"),
        ("internal_count=10 6", "internal_count=0 0", "no training row reached"),
        ("decision_type=10 10", "decision_type=10 9", "lists no categories"),
        ("max_feature_idx=1\n", "", "the header has no max_feature_idx"),
    ],
)
def test_refuses_what_it_cannot_explain(old: str, new: str, sentence: str) -> None:
    text = model_text(TINY)
    assert old in text
    with pytest.raises(ModelError, match=sentence):
        TreeExplainer(text.replace(old, new, 1))


def test_refuses_categories_that_are_not_listed() -> None:
    sets: Fields = {"num_cat": [1], "cat_boundaries": [0, 1], "cat_threshold": [5]}
    text = model_text(TINY | sets | {"decision_type": [9, 9], "threshold": [0, 1]})
    with pytest.raises(ModelError, match="categories that it does not list"):
        TreeExplainer(text)


@pytest.mark.parametrize("bounds", [[-3, 1], [1, 1], [2, 1]])
def test_refuses_sets_of_categories_that_begin_elsewhere(bounds: list[float]) -> None:
    sets: Fields = {"num_cat": [1], "cat_boundaries": bounds, "cat_threshold": [5]}
    text = model_text(TINY | sets | {"decision_type": [9, 10], "threshold": [0, 1]})
    with pytest.raises(ModelError, match="categories that it does not list"):
        TreeExplainer(text)


@pytest.mark.parametrize("told", ["-5", "999999999999"])
def test_refuses_more_columns_than_memory_holds(told: str) -> None:
    text = model_text(TINY).replace("max_feature_idx=1", f"max_feature_idx={told}")
    with pytest.raises(ModelError, match=r"columns, where 1 to 1,000,000 were"):
        TreeExplainer(text)


@pytest.mark.parametrize(
    "options", [{"linear_tree": True}, {"boosting": "rf"}, {"boosting": "dart"}]
)
def test_refuses_boosters_of_other_kinds(options: dict[str, Any]) -> None:
    bagging = {"bagging_freq": 1, "bagging_fraction": 0.5}
    trained = booster(np.nan_to_num(rows(200, seed=1)), 2, **bagging, **options)
    with pytest.raises(ModelError, match=r"linear_tree|averages|dart"):
        TreeExplainer(trained.model_to_string())


@pytest.mark.parametrize("shape", [(3,), (4, 3)])
def test_refuses_values_of_another_shape(shape: tuple[int, ...]) -> None:
    explainer = TreeExplainer(model_text(TINY))
    with pytest.raises(ModelError, match="expects rows of 2 columns"):
        explainer.contributions(np.zeros(shape))
    with pytest.raises(ModelError, match="expects rows of 2 columns"):
        explainer.margins(np.zeros(shape))


@pytest.mark.parametrize("most_bits", [0, 17])
def test_refuses_tables_wider_than_the_kernels_words(most_bits: int) -> None:
    with pytest.raises(ValueError, match="1 to 16"):
        TreeExplainer(model_text(TINY), most_bits=most_bits)
