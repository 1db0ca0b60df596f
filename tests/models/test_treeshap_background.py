"""Against a background: the same game as shap's interventional one, weighted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shap
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import ModelError
from models.treeshap import TreeExplainer
from tests.models.small_trees import (
    CATEGORICAL,
    SIGNALS,
    TINY,
    Array,
    Fields,
    against,
    booster,
    forests,
    grid,
    model_text,
    rows,
    shapley,
    unlike_training,
)

COLUMNS = [[column] for column in range(6)]


def test_compares_with_one_row_as_by_hand() -> None:
    # v() = -2 (both of the background), v(0) = 6, v(1) = -2, v(01) = 3.
    explainer = TreeExplainer(model_text(TINY), background=np.array([[1.0, 5.0]]))
    assert explainer.baseline == -2.0
    found = explainer.contributions(np.array([[0.0, 1.0], [1.0, 5.0]]))
    np.testing.assert_allclose(found, [[6.5, -1.5], [0.0, 0.0]], atol=1e-12)


def test_weighs_the_rows_of_the_background() -> None:
    # Three parts of the row above, one part of the explained row, nothing of the last.
    background = np.array([[1.0, 5.0], [0.0, 1.0], [np.nan, np.nan]])
    explainer = TreeExplainer(
        model_text(TINY), background=background, weight=np.array([3.0, 1.0, 0.0])
    )
    assert explainer.baseline == pytest.approx(-0.75)
    found = explainer.contributions(np.array([[0.0, 1.0]]))
    np.testing.assert_allclose(found, [[4.875, -1.125]], atol=1e-12)


@pytest.mark.parametrize("players", [COLUMNS, SIGNALS], ids=["columns", "signals"])
@pytest.mark.parametrize("most_bits", [1, 2, 12])
@pytest.mark.parametrize(
    "options",
    [{"num_leaves": 8}, {"categorical": CATEGORICAL}, {"zero_as_missing": True}],
    ids=str,
)
def test_equals_brute_force_over_coalitions(
    options: dict[str, Any], most_bits: int, players: list[list[int]]
) -> None:
    # NaN and native categories among them, which shap's own walk gets wrong.
    trained = booster(rows(500, seed=1), 2, **options)
    background, weight = unlike_training(4), np.array([1.0, 2.0, 0.0, 0.5])
    explainer = TreeExplainer(
        trained, players, background=background, weight=weight, most_bits=most_bits
    )
    values = unlike_training(6)[4:]
    expected = [
        shapley(against(trained, row, players, background, weight), len(players))
        for row in values
    ]
    found = explainer.contributions(values)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_equals_shap_where_shap_is_right() -> None:
    values = np.nan_to_num(rows(600, seed=1))
    trained = booster(values, 20)
    background = values[:50]
    theirs = shap.TreeExplainer(
        trained, background, feature_perturbation="interventional"
    )
    found = TreeExplainer(trained, background=background).contributions(values[50:90])
    # shap keeps thresholds in float32.
    np.testing.assert_allclose(found, theirs.shap_values(values[50:90]), atol=1e-6)


def deep_booster() -> tuple[Any, Array]:
    """Booster with leaves that more than twelve columns lead to, and its rows."""
    random = np.random.default_rng(5)
    values = random.normal(size=(700, 30))
    values[:, 0] += values[:, 6:].sum(axis=1)
    options = {"num_leaves": 150, "min_data_in_leaf": 1, "extra_trees": True}
    return booster(values, 12, **options), values


def test_deep_leaves_agree_with_their_tables() -> None:
    trained, values = deep_booster()
    weight = np.random.default_rng(6).random(300)
    few = values[:300]
    found = TreeExplainer(trained, background=few, weight=weight)
    assert len(found.deep.value) > 10, "the test must reach leaves that have no table"
    tabled = TreeExplainer(trained, background=few, weight=weight, most_bits=16)
    assert len(tabled.deep.value) < len(found.deep.value)
    np.testing.assert_allclose(
        found.contributions(values[300:340]),
        tabled.contributions(values[300:340]),
        rtol=0,
        atol=1e-12,
    )


@pytest.mark.parametrize("most_bits", [2, 12])
def test_ten_thousand_rows_that_repeat_five_are_those_five(most_bits: int) -> None:
    trained, values = booster(rows(500, seed=1)), rows(30, seed=4)
    few, many = rows(5, seed=9), np.tile(rows(5, seed=9), (2_000, 1))
    of_few = TreeExplainer(trained, background=few, most_bits=most_bits)
    of_many = TreeExplainer(trained, background=many, most_bits=most_bits)
    assert of_many.baseline == pytest.approx(of_few.baseline, abs=1e-12)
    np.testing.assert_allclose(
        of_many.contributions(values), of_few.contributions(values), atol=1e-12
    )


def test_constant_trees_are_added_to_any_background() -> None:
    constant: Fields = {"num_leaves": [1], "leaf_value": [0.25]}
    text = model_text(constant, TINY, constant)
    explainer = TreeExplainer(text, background=np.array([[1.0, 5.0]]))
    assert explainer.baseline == -1.5
    found = explainer.contributions(np.array([[0.0, 1.0]]))
    np.testing.assert_allclose(found, [[6.5, -1.5]], atol=1e-12)
    alone = TreeExplainer(model_text(constant), background=np.zeros((2, 2)))
    assert alone.baseline == 0.25
    assert not alone.contributions(np.zeros((3, 2))).any()
    assert not alone.changes(np.ones((3, 2)), np.zeros((3, 2))).any()


@settings(max_examples=50, deadline=None)
@given(forests(), st.integers(0, 99), st.integers(1, 4))
def test_contributions_add_up_to_the_margin(
    text: str, seed: int, most_bits: int
) -> None:
    values, background = grid(seed), grid(seed + 1)[:7]
    for bits in (most_bits, 12):
        explainer = TreeExplainer(text, SIGNALS, background=background, most_bits=bits)
        mean = explainer.margins(background).mean()
        assert explainer.baseline == pytest.approx(mean, abs=1e-12)
        sums = explainer.baseline + explainer.contributions(values).sum(axis=1)
        np.testing.assert_allclose(sums, explainer.margins(values), atol=1e-12)


@pytest.mark.parametrize(
    ("background", "weight", "sentence"),
    [
        (np.zeros((0, 2)), None, "at least one row, of 2 columns"),
        (np.zeros((4, 3)), None, "of 2 columns, but it has the shape"),
        (np.zeros((4, 2)), np.ones(3), "4 rows, but its weights have the shape"),
        (np.zeros((2, 2)), np.array([1.0, -1.0]), "lie between -1 and 1"),
        (np.zeros((2, 2)), np.zeros(2), "not all be 0"),
        (np.zeros((2, 2)), np.array([1.0, np.nan]), "must be numbers"),
        (None, np.ones(2), "none are given"),
    ],
)
def test_refuses_what_is_no_background(
    background: Array | None, weight: Array | None, sentence: str
) -> None:
    with pytest.raises(ModelError, match=sentence):
        TreeExplainer(model_text(TINY), background=background, weight=weight)
