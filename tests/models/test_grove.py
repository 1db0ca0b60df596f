"""Trees written as LightGBM's text say what they say, to every reader."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import ModelError
from models.learning.grove import (
    Tree,
    averaged,
    constant,
    members,
    model_text,
    shifted,
)
from models.treeshap import TreeExplainer
from tests.models.small_models import RECIPE, learnable, mixed_booster, mixed_rows

Floats = npt.NDArray[np.float64]
COLUMNS = 4
# What LightGBM takes for nought is nought here, so that no number lies between.
NUMBER = st.one_of(
    st.integers(-3, 3).map(float), st.floats(-9, 9).map(lambda x: x + 20)
)
CELL = st.one_of(NUMBER, st.just(float("nan")), st.integers(0, 70).map(float))


def walked(tree: Tree, row: Floats) -> float:
    """The leaf of a row, by steps that a child could take."""
    at = 0 if len(tree.feature) else -1
    while at >= 0:
        value, codes = row[tree.feature[at]], tree.categories[at]
        if np.isnan(value):
            left = bool(tree.missing_left[at])
        elif codes is not None:
            left = int(value) in codes and value >= 0
        else:
            left = bool(value <= tree.threshold[at])
        at = int(tree.left[at] if left else tree.right[at])
    return float(tree.leaf_value[~at])


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """A tree of at most five splits, by numbers and by categories."""
    splits: list[dict[str, Any]] = []
    leaves: list[float] = []

    def grown(room: int) -> tuple[int, float]:
        if room == 0 or not draw(st.booleans()):
            leaves.append(draw(st.floats(-5, 5)))
            return ~(len(leaves) - 1), 1.0
        place = len(splits)
        codes = draw(st.none() | st.frozensets(st.integers(0, 70), min_size=1))
        found: dict[str, Any] = {
            "feature": draw(st.integers(0, COLUMNS - 1)),
            "threshold": draw(NUMBER),
            "codes": codes,
            "missing_left": codes is None and draw(st.booleans()),
        }
        splits.append(found)
        found["left"], left_rows = grown(room // 2)
        found["right"], right_rows = grown(room - 1 - room // 2)
        found["rows"] = left_rows + right_rows
        return place, left_rows + right_rows

    grown(5)

    def each(key: str) -> list[Any]:
        return [s[key] for s in splits]

    return Tree(
        np.array(each("feature"), np.int64),
        np.array(each("threshold"), np.float64),
        tuple(each("codes")),
        np.array(each("missing_left"), np.bool_),
        np.array(each("left"), np.int64),
        np.array(each("right"), np.int64),
        np.array(each("rows"), np.float64),
        np.array(leaves),
        np.ones(len(leaves)),
    )


@given(
    st.lists(trees(), max_size=4),
    st.lists(st.lists(CELL, min_size=COLUMNS, max_size=COLUMNS), min_size=1),
)
@settings(max_examples=60, deadline=None)
def test_is_read_as_it_was_meant_by_lightgbm_and_by_the_explainer(
    grove: list[Tree], cells: list[list[float]]
) -> None:
    rows = np.array(cells)
    text = model_text(grove, COLUMNS)
    expected = [sum(walked(tree, row) for tree in grove) for row in rows]
    booster = lightgbm.Booster(model_str=text)
    np.testing.assert_allclose(booster.predict(rows, raw_score=True), expected)
    np.testing.assert_allclose(
        booster.predict(rows), 1 / (1 + np.exp(-np.array(expected)))
    )
    explainer = TreeExplainer(text)
    np.testing.assert_allclose(explainer.margins(rows), expected, atol=1e-12)
    parts = explainer.contributions(rows)
    total = explainer.baseline + parts.sum(axis=1)
    np.testing.assert_allclose(total, expected, atol=1e-9)


def test_a_hand_made_tree_is_walked_by_hand() -> None:
    # Column 0 <= 1.5 or missing? left: then category 3 or 40 of column 1? left.
    tree = Tree(
        np.array([0, 1]), np.array([1.5, 0.0]), (None, frozenset({3, 40})),
        np.array([True, False]), np.array([1, -1]), np.array([-3, -2]),
        np.array([10.0, 6.0]), np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 4.0]),
    )  # fmt: skip
    nan = float("nan")
    rows = np.array([[1.5, 40.0], [nan, 3.0], [nan, 8.0], [1.0, nan], [2.0, 3.0]])
    booster = lightgbm.Booster(model_str=model_text([tree], 2))
    found = booster.predict(rows, raw_score=True)
    assert np.asarray(found).tolist() == [1.0, 1.0, 2.0, 2.0, 3.0]
    explainer = TreeExplainer(model_text([tree], 2))
    assert explainer.baseline == pytest.approx(0.2 * 1 + 0.4 * 2 + 0.4 * 3)


def test_a_category_that_sends_missing_values_left_is_refused() -> None:
    tree = Tree(
        np.array([0]), np.array([0.0]), (frozenset({1}),), np.array([True]),
        np.array([-1]), np.array([-2]), np.array([2.0]), np.array([0.0, 1.0]),
        np.array([1.0, 1.0]),
    )  # fmt: skip
    with pytest.raises(ModelError, match="sends a missing value right"):
        model_text([tree], 1)


def _boosters() -> list[lightgbm.Booster]:
    values = mixed_rows(400, seed=5)
    odds = np.nan_to_num(values[:, 1]) - values[:, 0]
    outcome = (odds + np.random.default_rng(3).logistic(size=400) > 0).astype(float)
    rows = learnable(values, outcome, categorical=(2,))
    from models.learning.conversion import fit_booster

    return [mixed_booster(), fit_booster(rows, RECIPE, depth=2, rounds=7)]


def test_a_shifted_booster_says_the_offset_more_of_everybody() -> None:
    rows = mixed_rows(50, seed=9)
    booster = mixed_booster()
    moved = lightgbm.Booster(model_str=shifted(booster.model_to_string(), -0.75))
    before = np.asarray(booster.predict(rows, raw_score=True))
    after = np.asarray(moved.predict(rows, raw_score=True))
    np.testing.assert_allclose(after, before - 0.75, atol=1e-12)


def test_an_averaged_booster_says_the_mean_and_explains_the_mean() -> None:
    rows = mixed_rows(50, seed=9)
    texts = [b.model_to_string() for b in _boosters()]
    one = averaged(texts)
    margins = [b.predict(rows, raw_score=True) for b in _boosters()]
    mean = np.mean([np.asarray(m) for m in margins], axis=0)
    booster = lightgbm.Booster(model_str=one)
    np.testing.assert_allclose(booster.predict(rows, raw_score=True), mean, atol=1e-12)
    parts = [TreeExplainer(t).contributions(rows) for t in texts]
    found = TreeExplainer(one).contributions(rows)
    np.testing.assert_allclose(found, np.mean(parts, axis=0), atol=1e-9)
    theirs = np.asarray(booster.predict(rows, pred_contrib=True))[:, :-1]
    np.testing.assert_allclose(found, theirs, atol=1e-9)


def test_the_average_of_one_booster_is_that_booster() -> None:
    rows = mixed_rows(20, seed=1)
    text = mixed_booster().model_to_string()
    again = lightgbm.Booster(model_str=averaged([text]))
    before = np.asarray(mixed_booster().predict(rows, raw_score=True))
    assert np.array_equal(np.asarray(again.predict(rows, raw_score=True)), before)


@pytest.mark.parametrize("texts", [[], [model_text([], 1), model_text([], 2)]])
def test_boosters_of_different_widths_have_no_average(texts: list[str]) -> None:
    with pytest.raises(ModelError, match="the same columns"):
        averaged(texts)


def test_a_text_that_was_cut_off_is_refused() -> None:
    text = model_text([constant(1.0)], 1)
    with pytest.raises(ModelError, match="lacks the line 'end of trees'"):
        shifted(text[: len(text) // 2], 1.0)


def test_a_grove_without_trees_gives_everybody_nought() -> None:
    booster = lightgbm.Booster(model_str=model_text([], 3))
    found = booster.predict(np.ones((2, 3)), raw_score=True)
    assert np.asarray(found).tolist() == [0.0, 0.0]


def test_an_averaged_booster_is_taken_apart_into_what_it_was_made_of() -> None:
    one = mixed_booster().model_to_string()
    texts = [one, model_text([constant(0.5), constant(0.25)], COLUMNS), one]
    rows = mixed_rows(50, seed=3)
    found = members(averaged(texts))
    assert len(found) == 3
    for part, text in zip(found, texts, strict=True):
        expected = TreeExplainer(text).margins(rows)
        np.testing.assert_allclose(TreeExplainer(part).margins(rows), expected)
        booster = lightgbm.Booster(model_str=part)
        margins = np.asarray(booster.predict(rows, raw_score=True))
        np.testing.assert_allclose(margins, expected)


def test_a_booster_alone_is_its_own_only_member() -> None:
    text = model_text([constant(0.5)], COLUMNS)
    assert members(text) == [text]


def test_a_mean_of_means_has_the_means_for_members() -> None:
    inner = averaged([model_text([constant(v)], COLUMNS) for v in (1.0, 3.0)])
    outer = members(averaged([inner, model_text([constant(8.0)], COLUMNS)]))
    rows = mixed_rows(1, seed=1)
    assert [TreeExplainer(t).margins(rows)[0] for t in outer] == [2.0, 8.0]
