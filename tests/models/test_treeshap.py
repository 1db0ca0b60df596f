"""The tree explainer: exact, additive, and strict about what it explains."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import factorial
from typing import Any

import lightgbm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from features.errors import ModelError
from models.treeshap import TreeExplainer
from models.treeshap.paths import player_of_column, tree_paths
from models.treeshap.plan import plan_all
from models.treeshap.trees import read_trees

Array = NDArray[np.float64]
Fields = dict[str, Sequence[float]]

# Column 0 <= 0.5? If so, column 1 <= 2 parts leaf 0 (3.0) from leaf 2 (6.0); if not,
# leaf 1 (-2.0). Of ten training rows four, four and two fell into leaves 0, 1 and 2.
TINY: Fields = {
    "num_leaves": [3],
    "num_cat": [0],
    "split_feature": [0, 1],
    "threshold": [0.5, 2.0],
    "decision_type": [10, 10],
    "left_child": [1, -1],
    "right_child": [-2, -3],
    "leaf_value": [3.0, -2.0, 6.0],
    "leaf_count": [4, 4, 2],
    "internal_count": [10, 6],
    "is_linear": [0],
    "shrinkage": [1],
}
N_COLUMNS = 6
CATEGORICAL = [4, 5]
SIGNALS = [[0, 4], [3], [5, 1, 2]]


def model_text(*trees: Fields, n_features: int = 2) -> str:
    """Model text that LightGBM can load, of trees given by their fields."""
    bodies = []
    for number, fields in enumerate(trees):
        lines = [f"{k}={' '.join(f'{v:.17g}' for v in vs)}" for k, vs in fields.items()]
        bodies.append("\n".join([f"Tree={number}", *lines, "", "", ""]))
    head = [
        "tree",
        "version=v4",
        "num_class=1",
        "num_tree_per_iteration=1",
        "label_index=0",
        f"max_feature_idx={n_features - 1}",
        "objective=binary sigmoid:1",
        "feature_names=" + " ".join(f"c{i}" for i in range(n_features)),
        "feature_infos=" + " ".join("[-9:9]" for _ in range(n_features)),
        "tree_sizes=" + " ".join(str(len(body)) for body in bodies),
    ]
    return "\n".join([*head, "", ""]) + "".join(bodies) + "end of trees\n"


def rows(n: int, seed: int) -> Array:
    """Two numbers with NaN, two counts with many zeros, codes below 7 and 90."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(n, N_COLUMNS))
    values[:, 2:4] = random.poisson(0.7, size=(n, 2))
    values[:, 4] = random.integers(0, 7, n)
    values[:, 5] = random.integers(0, 90, n)
    values[:, [0, 3, 5]] = np.where(
        random.random((n, 3)) < 0.15, np.nan, values[:, [0, 3, 5]]
    )
    return values


def unlike_training(n: int) -> Array:
    """Rows with NaN everywhere, and with codes unseen, negative and fractional."""
    values = rows(n, seed=2)
    values[::7, 1] = np.nan
    values[::5, 4] = np.resize([-1.0, 7.0, 40.0, np.nan, -0.5, 2.7, 1e9], n)[::5]
    values[::3, 5] = np.resize([90.0, 500.0, -3.0, 31.0, 32.0, 63.5, 64.0], n)[::3]
    return values


def booster(values: Array, n_trees: int = 12, **options: Any) -> Any:
    """Booster of a noisy target with interactions; options as LightGBM's."""
    z = np.nan_to_num(values)
    odds = z[:, 0] * (z[:, 2] > 0) - z[:, 1] + (z[:, 4] % 3) + (z[:, 5] % 4) - 3
    noise = np.random.default_rng(3).logistic(size=len(values))
    settled = {
        "objective": "binary",
        "verbose": -1,
        "num_threads": 1,
        "min_data_in_leaf": 5,
        "min_data_per_group": 5,
        "cat_smooth": 1.0,
        "deterministic": True,
    }
    categorical = options.pop("categorical", [])
    data = lightgbm.Dataset(
        values, (odds + noise > 0).astype(float), categorical_feature=categorical
    )
    return lightgbm.train(settled | options, data, n_trees)


def naive_value(node: dict[str, Any], row: Array, known: set[int]) -> float:
    """Expectation of a tree along training paths, given the columns in ``known``."""
    if "leaf_value" in node:
        return float(node["leaf_value"])
    left, right = node["left_child"], node["right_child"]
    if node["split_feature"] in known:
        chosen = left if naively_left(node, row[node["split_feature"]]) else right
        return naive_value(chosen, row, known)
    n_left = left.get("internal_count", left.get("leaf_count"))
    share = n_left / node["internal_count"]
    of_left = share * naive_value(left, row, known)
    return float(of_left + (1 - share) * naive_value(right, row, known))


def naively_left(node: dict[str, Any], x: float) -> bool:
    """Whether x goes left, as LightGBM's documentation says it."""
    if node["decision_type"] == "==":
        codes = {int(code) for code in node["threshold"].split("||")}
        return not np.isnan(x) and int(x) in codes
    if np.isnan(x) and node["missing_type"] == "NaN":
        return bool(node["default_left"])
    x = 0.0 if np.isnan(x) else x
    if node["missing_type"] == "Zero" and x == 0:
        return bool(node["default_left"])
    return bool(x <= node["threshold"])


def brute_force(trained: Any, row: Array, players: list[list[int]]) -> list[float]:
    """Shapley values of one row, by their definition: over all coalitions."""
    trees = [tree["tree_structure"] for tree in trained.dump_model()["tree_info"]]

    def worth(coalition: Sequence[int]) -> float:
        known = {column for player in coalition for column in players[player]}
        return sum(naive_value(tree, row, known) for tree in trees)

    values = []
    n = len(players)
    for player in range(n):
        others = [other for other in range(n) if other != player]
        total = 0.0
        for size in range(n):
            weight = factorial(size) * factorial(n - 1 - size) / factorial(n)
            for coalition in combinations(others, size):
                total += weight * (worth([*coalition, player]) - worth(coalition))
        values.append(total)
    return values


def assert_as_lightgbm(trained: Any, values: Array, **options: Any) -> None:
    """Contributions, baseline and margins are those of LightGBM."""
    explainer = TreeExplainer.from_text(trained.model_to_string(), **options)
    expected = trained.predict(values, pred_contrib=True)
    found = explainer.contributions(values)
    np.testing.assert_allclose(found, expected[:, :-1], rtol=0, atol=1e-9)
    np.testing.assert_allclose(explainer.baseline, expected[0, -1], rtol=0, atol=1e-9)
    raw = trained.predict(values, raw_score=True)
    np.testing.assert_allclose(explainer.margins(values), raw, rtol=0, atol=1e-12)


def test_explains_a_tiny_tree_as_by_hand() -> None:
    # Left, left: v() = 1.6, v(0) = 4, v(1) = 1, v(01) = 3.
    # Right, right: v(0) = -2, v(1) = 2.8, v(01) = -2.
    explainer = TreeExplainer.from_text(model_text(TINY))
    assert explainer.baseline == pytest.approx(1.6)
    found = explainer.contributions(np.array([[0.0, 1.0], [1.0, 5.0]]))
    np.testing.assert_allclose(found, [[2.2, -0.8], [-4.2, 0.6]], atol=1e-12)


def test_one_player_of_all_columns_gets_the_whole_difference() -> None:
    explainer = TreeExplainer.from_text(model_text(TINY), [[1, 0]])
    found = explainer.contributions(np.array([[0.0, 1.0], [1.0, 5.0]]))
    np.testing.assert_allclose(found, [[1.4], [-3.6]], atol=1e-12)


def test_a_leaf_that_no_training_row_reached_is_still_explained() -> None:
    # v() = 4.2, v(0) = -2, v(1) = 3, v(01) = -2.
    empty = TINY | {"leaf_count": [6, 0, 4], "internal_count": [10, 10]}
    for most_bits in (1, 12):
        explainer = TreeExplainer.from_text(model_text(empty), most_bits=most_bits)
        found = explainer.contributions(np.array([[1.0, 1.0]]))
        np.testing.assert_allclose(found, [[-5.6, -0.6]], atol=1e-12)


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
    np.testing.assert_array_equal(TreeExplainer.from_text(text).margins(values), raw)


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
    np.testing.assert_array_equal(TreeExplainer.from_text(text).margins(values), raw)


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
        {"boosting": "dart", "drop_rate": 0.5},
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
    n_deep = len(TreeExplainer.from_text(text).deep.value)
    assert n_deep > 20, "the test must reach leaves that have no table"
    assert_as_lightgbm(trained, values[:150])


def test_a_booster_of_one_leaf_has_only_a_baseline() -> None:
    trained = booster(np.zeros((200, N_COLUMNS)), 3)
    assert "num_leaves=1\n" in trained.model_to_string()
    assert_as_lightgbm(trained, rows(5, seed=2))


def test_constant_trees_among_others_are_added() -> None:
    constant: Fields = {"num_leaves": [1], "leaf_value": [0.25]}
    explainer = TreeExplainer.from_text(model_text(constant, TINY, constant))
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
    explainer = TreeExplainer.from_text(trained.model_to_string(), SIGNALS)
    expected = [brute_force(trained, row, SIGNALS) for row in values]
    found = explainer.contributions(values)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_a_signal_is_not_the_sum_of_its_columns() -> None:
    text = booster(rows(500, seed=1)).model_to_string()
    values = rows(50, seed=4)
    by_column = TreeExplainer.from_text(text).contributions(values)
    by_signal = TreeExplainer.from_text(text, SIGNALS).contributions(values)
    summed = np.stack([by_column[:, columns].sum(axis=1) for columns in SIGNALS], 1)
    np.testing.assert_allclose(summed.sum(axis=1), by_signal.sum(axis=1), atol=1e-9)
    assert np.abs(summed - by_signal).max() > 0.01


@pytest.mark.parametrize("most_bits", [1, 2, 3, 5, 16])
def test_leaves_over_the_cap_agree_with_tables(most_bits: int) -> None:
    trained = booster(rows(800, seed=1), num_leaves=40, categorical=CATEGORICAL)
    text, values = trained.model_to_string(), unlike_training(100)
    tabled = TreeExplainer.from_text(text, SIGNALS)
    other = TreeExplainer.from_text(text, SIGNALS, most_bits=most_bits)
    assert (len(other.deep.value) > 0) == (most_bits < 3)
    np.testing.assert_allclose(
        other.contributions(values), tabled.contributions(values), rtol=0, atol=1e-12
    )


@st.composite
def forests(draw: st.DrawFn) -> str:
    """Model texts of one to three trees that never split on columns 4 and 5."""
    return model_text(
        *(
            grown(draw, draw(st.integers(1, 12)))
            for _ in range(draw(st.integers(1, 3)))
        ),
        n_features=N_COLUMNS,
    )


def grown(draw: st.DrawFn, n_splits: int) -> Fields:
    """One tree, split by split, as LightGBM numbers them."""
    children = np.array([[-1, -2]])
    for split in range(1, n_splits):
        leaf = draw(st.integers(0, split))
        children[children == ~leaf] = split
        children = np.vstack([children, [~leaf, ~(split + 1)]])
    leaf_count = draw(st.lists(st.integers(1, 9), min_size=n_splits + 1).map(np.array))
    leaf_count = np.resize(leaf_count, n_splits + 1)
    internal_count = np.zeros(n_splits, int)
    for split in reversed(range(n_splits)):
        for child in children[split]:
            count = internal_count[child] if child >= 0 else leaf_count[~child]
            internal_count[split] += count

    def each(values: Sequence[float], n: int) -> list[float]:
        return draw(st.lists(st.sampled_from(values), min_size=n, max_size=n))

    return {
        "num_leaves": [n_splits + 1],
        "num_cat": [0],
        "split_feature": each([0, 1, 2, 3], n_splits),
        "threshold": each([-1.0, 0.0, 1.0], n_splits),
        "decision_type": each([0, 2, 4, 6, 8, 10], n_splits),
        "left_child": children[:, 0].tolist(),
        "right_child": children[:, 1].tolist(),
        "leaf_value": each([-2.0, -0.5, 0.0, 1.0, 3.0], n_splits + 1),
        "leaf_count": leaf_count.tolist(),
        "internal_count": internal_count.tolist(),
    }


def grid(seed: int) -> Array:
    """Twenty rows on and between the thresholds of ``forests``, some values missing."""
    choices = [np.nan, -1.5, -1.0, 0.0, 0.5, 1.0, 2.0]
    return np.random.default_rng(seed).choice(choices, size=(20, N_COLUMNS))


@settings(max_examples=60, deadline=None)
@given(forests(), st.integers(0, 99), st.integers(1, 4))
def test_contributions_add_up_and_idle_players_get_nothing(
    text: str, seed: int, most_bits: int
) -> None:
    values = grid(seed)
    players = [[0, 2], [4], [3, 5], [], [1]]
    for bits in (most_bits, 12):
        explainer = TreeExplainer.from_text(text, players, most_bits=bits)
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
    first = TreeExplainer.from_text(text, SIGNALS)
    turned = TreeExplainer.from_text(text, SIGNALS[::-1])
    found = first.contributions(values)
    np.testing.assert_array_equal(first.contributions(values[order]), found[order])
    np.testing.assert_allclose(turned.contributions(values)[:, ::-1], found, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(forests(), st.integers(0, 99))
def test_any_forest_equals_lightgbm(text: str, seed: int) -> None:
    assert_as_lightgbm(lightgbm.Booster(model_str=text), grid(seed))


def test_many_rows_are_explained_as_each_alone() -> None:
    text = booster(rows(500, seed=1)).model_to_string()
    explainer = TreeExplainer.from_text(text)
    values = rows(1_300, seed=6)
    found, margins = explainer.contributions(values), explainer.margins(values)
    for row in (0, 511, 512, 1_299):
        alone = values[row : row + 1]
        np.testing.assert_array_equal(explainer.contributions(alone)[0], found[row])
        np.testing.assert_array_equal(explainer.margins(alone)[0], margins[row])
    assert explainer.contributions(values[:0]).shape == (0, N_COLUMNS)
    assert explainer.margins(values[:0]).shape == (0,)


def test_values_are_read_in_any_layout_and_left_as_they_were() -> None:
    explainer = TreeExplainer.from_text(model_text(TINY))
    values = np.asfortranarray([[1e-36, 1.0], [1.0, 5.0], [np.nan, np.nan]])
    before = values.copy()
    values.flags.writeable = False
    found = explainer.contributions(values)
    np.testing.assert_allclose(found[:2], [[2.2, -0.8], [-4.2, 0.6]], atol=1e-12)
    np.testing.assert_array_equal(values, before)


def test_line_ends_of_windows_are_read() -> None:
    text = model_text(TINY).replace("\n", "\r\n")
    assert TreeExplainer.from_text(text).baseline == pytest.approx(1.6)


def test_float32_tables_add_up_within_1e_5() -> None:
    text = booster(rows(800, seed=1), 50).model_to_string()
    explainer = TreeExplainer.from_text(text, SIGNALS, precision="float32")
    values = rows(200, seed=4)
    sums = explainer.baseline + explainer.contributions(values).sum(axis=1)
    assert explainer.tables.values.dtype == np.float32
    np.testing.assert_allclose(sums, explainer.margins(values), rtol=0, atol=1e-5)


def test_tables_get_fewer_bits_where_memory_is_short() -> None:
    trees = read_trees(booster(rows(800, seed=1)).model_to_string())
    owner = player_of_column(None, N_COLUMNS)
    paths = [tree_paths(trees, tree, owner) for tree in range(trees.n_trees)]
    plans = plan_all(paths, most_values=2_000)
    assert 0 < sum(plan.n_values for plan in plans) <= 2_000
    assert sum(len(plan.deep) for plan in plans) > 0


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
        TreeExplainer.from_text(text.replace(old, new, 1))


def test_refuses_categories_that_are_not_listed() -> None:
    sets: Fields = {"num_cat": [1], "cat_boundaries": [0, 1], "cat_threshold": [5]}
    text = model_text(TINY | sets | {"decision_type": [9, 9], "threshold": [0, 1]})
    with pytest.raises(ModelError, match="categories that it does not list"):
        TreeExplainer.from_text(text)


@pytest.mark.parametrize("options", [{"linear_tree": True}, {"boosting": "rf"}])
def test_refuses_boosters_of_other_kinds(options: dict[str, Any]) -> None:
    bagging = {"bagging_freq": 1, "bagging_fraction": 0.5}
    trained = booster(np.nan_to_num(rows(200, seed=1)), 2, **bagging, **options)
    with pytest.raises(ModelError, match=r"linear_tree|averages"):
        TreeExplainer.from_text(trained.model_to_string())


@pytest.mark.parametrize(
    ("players", "sentence"),
    [
        ([[0]], "1 of 2 columns belong to no player, first column 1"),
        ([[0, 1], [0]], "Column 0 is given to player 0 and to player 1"),
        ([[0, 1, 2]], "Player 0 has column 2, but the booster has the columns 0 to 1"),
        ([[0, -1]], "Player 0 has column -1"),
    ],
)
def test_refuses_players_that_are_no_partition(
    players: list[list[int]], sentence: str
) -> None:
    with pytest.raises(ModelError, match=sentence):
        TreeExplainer.from_text(model_text(TINY), players)


@pytest.mark.parametrize("shape", [(3,), (4, 3)])
def test_refuses_values_of_another_shape(shape: tuple[int, ...]) -> None:
    explainer = TreeExplainer.from_text(model_text(TINY))
    with pytest.raises(ModelError, match="expects rows of 2 columns"):
        explainer.contributions(np.zeros(shape))
    with pytest.raises(ModelError, match="expects rows of 2 columns"):
        explainer.margins(np.zeros(shape))


@pytest.mark.parametrize("most_bits", [0, 17])
def test_refuses_tables_wider_than_the_kernels_words(most_bits: int) -> None:
    with pytest.raises(ValueError, match="1 to 16"):
        TreeExplainer.from_text(model_text(TINY), most_bits=most_bits)
