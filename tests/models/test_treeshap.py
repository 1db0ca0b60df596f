"""The tree explainer: exact and additive, along training paths."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.treeshap import TreeExplainer
from models.treeshap.paths import tree_paths
from models.treeshap.plan import plan_all
from models.treeshap.players import players_of
from models.treeshap.trees import read_trees
from tests.models.small_trees import (
    CATEGORICAL,
    N_COLUMNS,
    SIGNALS,
    TINY,
    Array,
    Fields,
    along_paths,
    booster,
    forests,
    grid,
    model_text,
    rows,
    shapley,
    unlike_training,
)


def assert_as_lightgbm(trained: Any, values: Array, **options: Any) -> None:
    """Contributions, baseline and margins are those of LightGBM."""
    explainer = TreeExplainer(trained.model_to_string(), **options)
    expected = trained.predict(values, pred_contrib=True)
    found = explainer.contributions(values)
    np.testing.assert_allclose(found, expected[:, :-1], rtol=0, atol=1e-9)
    np.testing.assert_allclose(explainer.baseline, expected[0, -1], rtol=0, atol=1e-9)
    raw = trained.predict(values, raw_score=True)
    np.testing.assert_allclose(explainer.margins(values), raw, rtol=0, atol=1e-12)


def test_explains_a_tiny_tree_as_by_hand() -> None:
    # Left, left: v() = 1.6, v(0) = 4, v(1) = 1, v(01) = 3.
    # Right, right: v(0) = -2, v(1) = 2.8, v(01) = -2.
    explainer = TreeExplainer(model_text(TINY))
    assert explainer.baseline == pytest.approx(1.6)
    found = explainer.contributions(np.array([[0.0, 1.0], [1.0, 5.0]]))
    np.testing.assert_allclose(found, [[2.2, -0.8], [-4.2, 0.6]], atol=1e-12)


def test_one_player_of_all_columns_gets_the_whole_difference() -> None:
    explainer = TreeExplainer(model_text(TINY), [[1, 0]])
    found = explainer.contributions(np.array([[0.0, 1.0], [1.0, 5.0]]))
    np.testing.assert_allclose(found, [[1.4], [-3.6]], atol=1e-12)


def test_a_leaf_that_no_training_row_reached_is_still_explained() -> None:
    # v() = 4.2, v(0) = -2, v(1) = 3, v(01) = -2.
    empty = TINY | {"leaf_count": [6, 0, 4], "internal_count": [10, 10]}
    for most_bits in (1, 12):
        explainer = TreeExplainer(model_text(empty), most_bits=most_bits)
        found = explainer.contributions(np.array([[1.0, 1.0]]))
        np.testing.assert_allclose(found, [[-5.6, -0.6]], atol=1e-12)


@pytest.mark.parametrize(
    "options",
    [
        {"max_depth": 1},
        {"max_depth": 2},
        {"max_depth": 5},
        {"max_depth": 10, "num_leaves": 200, "min_data_in_leaf": 1},
        {"zero_as_missing": True},
        {"use_missing": False},
        {"categorical": CATEGORICAL},
        {"categorical": CATEGORICAL, "zero_as_missing": True, "num_leaves": 60},
        {"categorical": CATEGORICAL, "max_cat_to_onehot": 100},
        {"boost_from_average": False},
        {"bagging_freq": 1, "bagging_fraction": 0.5},
    ],
    ids=str,
)
def test_columns_as_players_equal_lightgbm(options: dict[str, Any]) -> None:
    trained = booster(rows(800, seed=1), **options)
    assert_as_lightgbm(trained, unlike_training(300))


def test_deep_trees_over_many_columns_equal_lightgbm() -> None:
    random = np.random.default_rng(5)
    values = random.normal(size=(700, 30))
    values[:, 0] += values[:, 6:].sum(axis=1)
    trained = booster(values, 6, num_leaves=150, min_data_in_leaf=1, extra_trees=True)
    text = trained.model_to_string()
    n_deep = len(TreeExplainer(text).deep.value)
    assert n_deep > 20, "the test must reach leaves that have no table"
    assert_as_lightgbm(trained, values[:150])


def test_a_booster_of_one_leaf_has_only_a_baseline() -> None:
    trained = booster(np.zeros((200, N_COLUMNS)), 3)
    assert "num_leaves=1\n" in trained.model_to_string()
    assert_as_lightgbm(trained, rows(5, seed=2))


def test_constant_trees_among_others_are_added() -> None:
    constant: Fields = {"num_leaves": [1], "leaf_value": [0.25]}
    explainer = TreeExplainer(model_text(constant, TINY, constant))
    assert explainer.baseline == pytest.approx(2.1)
    values = np.array([[0.0, 1.0]])
    np.testing.assert_allclose(explainer.margins(values), [3.5])
    np.testing.assert_allclose(explainer.contributions(values), [[2.2, -0.8]])


@pytest.mark.parametrize(
    "options", [{"num_leaves": 8}, {"categorical": CATEGORICAL}, {"use_missing": False}]
)
def test_signals_as_players_equal_brute_force_over_coalitions(
    options: dict[str, Any],
) -> None:
    trained = booster(rows(500, seed=1), 3, **options)
    values = rows(12, seed=4)
    explainer = TreeExplainer(trained.model_to_string(), SIGNALS)
    expected = [shapley(along_paths(trained, row, SIGNALS), 3) for row in values]
    found = explainer.contributions(values)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_a_signal_is_not_the_sum_of_its_columns() -> None:
    text = booster(rows(500, seed=1)).model_to_string()
    values = rows(50, seed=4)
    by_column = TreeExplainer(text).contributions(values)
    by_signal = TreeExplainer(text, SIGNALS).contributions(values)
    summed = np.stack([by_column[:, columns].sum(axis=1) for columns in SIGNALS], 1)
    np.testing.assert_allclose(summed.sum(axis=1), by_signal.sum(axis=1), atol=1e-9)
    assert np.abs(summed - by_signal).max() > 0.01


@pytest.mark.parametrize("most_bits", [1, 2, 3, 5, 16])
def test_leaves_over_the_cap_agree_with_tables(most_bits: int) -> None:
    trained = booster(rows(800, seed=1), num_leaves=40, categorical=CATEGORICAL)
    text, values = trained.model_to_string(), unlike_training(100)
    tabled = TreeExplainer(text, SIGNALS)
    other = TreeExplainer(text, SIGNALS, most_bits=most_bits)
    assert (len(other.deep.value) > 0) == (most_bits < 3)
    np.testing.assert_allclose(
        other.contributions(values), tabled.contributions(values), rtol=0, atol=1e-12
    )


@settings(max_examples=60, deadline=None)
@given(forests(), st.integers(0, 99), st.integers(1, 4))
def test_contributions_add_up_and_idle_players_get_nothing(
    text: str, seed: int, most_bits: int
) -> None:
    values = grid(seed)
    players = [[0, 2], [4], [3, 5], [], [1]]
    for bits in (most_bits, 12):
        explainer = TreeExplainer(text, players, most_bits=bits)
        found = explainer.contributions(values)
        sums = explainer.baseline + found.sum(axis=1)
        np.testing.assert_allclose(sums, explainer.margins(values), atol=1e-12)
        assert not found[:, [1, 3]].any()


@settings(max_examples=40, deadline=None)
@given(forests(), st.integers(0, 99), st.permutations(range(20)))
def test_the_order_of_rows_and_of_players_does_not_matter(
    text: str, seed: int, order: list[int]
) -> None:
    values = grid(seed)
    first = TreeExplainer(text, SIGNALS)
    turned = TreeExplainer(text, SIGNALS[::-1])
    found = first.contributions(values)
    np.testing.assert_array_equal(first.contributions(values[order]), found[order])
    np.testing.assert_allclose(turned.contributions(values)[:, ::-1], found, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(forests(), st.integers(0, 99))
def test_any_forest_equals_lightgbm(text: str, seed: int) -> None:
    assert_as_lightgbm(lightgbm.Booster(model_str=text), grid(seed))


def test_many_rows_are_explained_as_each_alone() -> None:
    text = booster(rows(500, seed=1)).model_to_string()
    explainer = TreeExplainer(text)
    values = rows(1_300, seed=6)
    found, margins = explainer.contributions(values), explainer.margins(values)
    for row in (0, 511, 512, 1_299):
        alone = values[row : row + 1]
        np.testing.assert_array_equal(explainer.contributions(alone)[0], found[row])
        np.testing.assert_array_equal(explainer.margins(alone)[0], margins[row])
    assert explainer.contributions(values[:0]).shape == (0, N_COLUMNS)
    assert explainer.margins(values[:0]).shape == (0,)


def test_values_are_read_in_any_layout_and_left_as_they_were() -> None:
    explainer = TreeExplainer(model_text(TINY))
    values = np.asfortranarray([[1e-36, 1.0], [1.0, 5.0], [np.nan, np.nan]])
    before = values.copy()
    values.flags.writeable = False
    found = explainer.contributions(values)
    np.testing.assert_allclose(found[:2], [[2.2, -0.8], [-4.2, 0.6]], atol=1e-12)
    np.testing.assert_array_equal(values, before)


def test_float32_tables_add_up_within_1e_5() -> None:
    text = booster(rows(800, seed=1), 50).model_to_string()
    explainer = TreeExplainer(text, SIGNALS, precision="float32")
    values = rows(200, seed=4)
    sums = explainer.baseline + explainer.contributions(values).sum(axis=1)
    assert explainer.tables.values.dtype == np.float32
    np.testing.assert_allclose(sums, explainer.margins(values), rtol=0, atol=1e-5)


def test_tables_get_fewer_bits_where_memory_is_short() -> None:
    trees = read_trees(booster(rows(800, seed=1)).model_to_string())
    owner = players_of(None, trees.feature_names).owner
    paths = [tree_paths(trees, tree, owner) for tree in range(trees.n_trees)]
    plans = plan_all(paths, most_values=2_000)
    assert 0 < sum(plan.n_values for plan in plans) <= 2_000
    assert sum(len(plan.deep) for plan in plans) > 0
