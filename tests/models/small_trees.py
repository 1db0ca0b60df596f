"""Boosters small enough to be explained by definition, and rows that try them.

What is expected of the explainer is never computed by its own formula: a tree is walked
node by node, as LightGBM's documentation says, and Shapley's sum is taken over all
coalitions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from math import factorial
from typing import Any

import lightgbm
import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

Array = NDArray[np.float64]
Fields = dict[str, Sequence[float]]
Worth = Callable[[Sequence[int]], float]

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


def trees_of(trained: Any) -> list[dict[str, Any]]:
    """Trees of a booster, as its dump has them."""
    return [tree["tree_structure"] for tree in trained.dump_model()["tree_info"]]


def along_paths(trained: Any, row: Array, players: Sequence[Sequence[int]]) -> Worth:
    """What a coalition is worth along training paths."""
    trees = trees_of(trained)

    def worth(coalition: Sequence[int]) -> float:
        known = {column for player in coalition for column in players[player]}
        return sum(naive_value(tree, row, known) for tree in trees)

    return worth


def against(
    trained: Any,
    row: Array,
    players: Sequence[Sequence[int]],
    background: Array,
    weight: Array | None = None,
) -> Worth:
    """What a coalition is worth where the others are as in the background's rows."""
    trees = trees_of(trained)

    def worth(coalition: Sequence[int]) -> float:
        known = [column for player in coalition for column in players[player]]
        mixed = background.copy()
        mixed[:, known] = row[known]
        every = set(range(len(row)))
        values = [sum(naive_value(t, each, every) for t in trees) for each in mixed]
        return float(np.average(values, weights=weight))

    return worth


def shapley(worth: Worth, n_players: int) -> list[float]:
    """Shapley values, by their definition: over all coalitions."""
    values = []
    for player in range(n_players):
        others = [other for other in range(n_players) if other != player]
        total = 0.0
        for size in range(n_players):
            weight = factorial(size) * factorial(n_players - 1 - size)
            for coalition in combinations(others, size):
                gain = worth([*coalition, player]) - worth(coalition)
                total += weight / factorial(n_players) * gain
        values.append(total)
    return values


def interaction(worth: Worth, n_players: int, one: int, other: int) -> float:
    """Shapley interaction index of two players, by its definition."""
    rest = [k for k in range(n_players) if k not in (one, other)]
    total = 0.0
    for size in range(n_players - 1):
        weight = factorial(size) * factorial(n_players - 2 - size)
        for known in combinations(rest, size):
            both = worth([*known, one, other]) + worth(known)
            alone = worth([*known, one]) + worth([*known, other])
            total += weight / factorial(n_players - 1) * (both - alone)
    return total


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
