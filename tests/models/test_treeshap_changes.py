"""What changed from one row to another, and how pairs of players work together."""

from __future__ import annotations

from itertools import combinations
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
    along_paths,
    booster,
    forests,
    grid,
    interaction,
    model_text,
    rows,
    unlike_training,
)

KINDS = pytest.mark.parametrize(
    "options",
    [{"num_leaves": 8}, {"categorical": CATEGORICAL}, {"zero_as_missing": True}],
    ids=str,
)


def test_a_change_is_split_as_by_hand() -> None:
    # As one row of a background: v() = -2, v(0) = 6, v(1) = -2, v(01) = 3.
    explainer = TreeExplainer(model_text(TINY))
    new, old = np.array([[0.0, 1.0]]), np.array([[1.0, 5.0]])
    np.testing.assert_allclose(explainer.changes(new, old), [[6.5, -1.5]], atol=1e-12)


@pytest.mark.parametrize("players", [None, SIGNALS], ids=["columns", "signals"])
@KINDS
def test_a_change_equals_a_background_of_the_old_row(
    options: dict[str, Any], players: list[list[int]] | None
) -> None:
    trained = booster(rows(500, seed=1), 20, **options)
    new, old = unlike_training(12), rows(12, seed=4)
    found = TreeExplainer(trained, players).changes(new, old)
    expected = [
        TreeExplainer(trained, players, background=before[None]).contributions(
            after[None]
        )[0]
        for after, before in zip(new, old, strict=True)
    ]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


@settings(max_examples=60, deadline=None)
@given(forests(), st.integers(0, 99), st.lists(st.integers(0, 5), max_size=3))
def test_a_change_adds_up_and_what_stayed_has_exactly_nothing(
    text: str, seed: int, changed: list[int]
) -> None:
    explainer = TreeExplainer(text, SIGNALS)
    old, new = grid(seed), grid(seed)
    new[:, changed] = grid(seed + 1)[:, changed]
    found = explainer.changes(new, old)
    difference = explainer.margins(new) - explainer.margins(old)
    np.testing.assert_allclose(found.sum(axis=1), difference, atol=1e-12)
    stayed = [p for p, columns in enumerate(SIGNALS) if not {*columns} & {*changed}]
    assert not found[:, stayed].any()
    np.testing.assert_allclose(explainer.changes(old, new), -found, atol=1e-12)


def test_many_changes_are_split_as_each_alone_whatever_the_threads() -> None:
    text = booster(rows(500, seed=1)).model_to_string()
    new, old = rows(1_300, seed=6), rows(1_300, seed=7)
    found = TreeExplainer(text, threads=1).changes(new, old)
    np.testing.assert_array_equal(
        TreeExplainer(text, threads=2).changes(new, old), found
    )
    alone = TreeExplainer(text).changes(new[[1_299]], old[[1_299]])
    np.testing.assert_array_equal(alone[0], found[1_299])


def test_rows_that_do_not_belong_together_are_refused() -> None:
    explainer = TreeExplainer(model_text(TINY))
    with pytest.raises(ModelError, match="3 are new and 2 are old"):
        explainer.changes(np.zeros((3, 2)), np.zeros((2, 2)))
    with pytest.raises(ModelError, match="expects rows of 2 columns"):
        explainer.changes(np.zeros((3, 2)), np.zeros((3, 1)))


def test_a_pair_works_together_as_by_hand() -> None:
    # v(01) - v(0) - v(1) + v(): 3 - 4 - 1 + 1.6 and -2 + 2 - 2.8 + 1.6.
    explainer = TreeExplainer(model_text(TINY))
    values = np.array([[0.0, 1.0], [1.0, 5.0]])
    for pair in ((0, 1), (1, 0)):
        found = explainer.interactions(values, [pair])
        np.testing.assert_allclose(found, [[-0.4], [-1.2]], atol=1e-12)


@KINDS
def test_pairs_equal_brute_force_over_coalitions(options: dict[str, Any]) -> None:
    trained = booster(rows(500, seed=1), 3, **options)
    players = [[0], [4], [3, 1], [5, 2]]
    values = unlike_training(5)
    pairs = list(combinations(range(4), 2))
    found = TreeExplainer(trained, players).interactions(values, pairs)
    expected = [
        [interaction(along_paths(trained, row, players), 4, *pair) for pair in pairs]
        for row in values
    ]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_pairs_of_columns_are_twice_what_shap_says() -> None:
    values = np.nan_to_num(rows(600, seed=1))
    trained = booster(values, 20)
    theirs: Array = np.asarray(
        shap.TreeExplainer(trained).shap_interaction_values(values[:30])
    )
    pairs = list(combinations(range(6), 2))
    found = TreeExplainer(trained).interactions(values[:30], pairs)
    expected = np.stack([2 * theirs[:, i, j] for i, j in pairs], axis=1)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


def test_pairs_of_many_rows_are_those_of_each_alone() -> None:
    explainer = TreeExplainer(booster(rows(500, seed=1)), SIGNALS)
    values = rows(600, seed=6)
    found = explainer.interactions(values, [(0, 2), (1, 0)])
    alone = explainer.interactions(values[599:], [(0, 2), (1, 0)])
    np.testing.assert_array_equal(alone[0], found[599])
    assert explainer.interactions(values, []).shape == (600, 0)


@pytest.mark.parametrize("pair", [(0, 0), (0, 2), (-1, 1)])
def test_refuses_what_is_no_pair(pair: tuple[int, int]) -> None:
    with pytest.raises(ModelError, match="no pair of two players from 0 to 1"):
        TreeExplainer(model_text(TINY)).interactions(np.zeros((1, 2)), [pair])


def test_refuses_pairs_against_a_background() -> None:
    explainer = TreeExplainer(model_text(TINY), background=np.zeros((1, 2)))
    with pytest.raises(ModelError, match="along training paths"):
        explainer.interactions(np.zeros((1, 2)), [(0, 1)])
