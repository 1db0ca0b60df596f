"""Functions of one column, written as trees."""

from __future__ import annotations

import lightgbm
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from models.learning.grove import model_text
from models.learning.steps import by_category, by_number
from models.treeshap import TreeExplainer

NAN = float("nan")


def test_a_number_finds_its_band_and_missing_its_own_leaf() -> None:
    held = np.array([0.0, 2.0, NAN])
    tree = by_number(1, [1.0, 5.0], [10.0, 20.0, 30.0], missing=7.0, held=held)
    cells = [-9.0, 1.0, 1.5, 5.0, 6.0, 1e9, NAN]
    rows = np.array([[0.0, cell] for cell in cells])
    booster = lightgbm.Booster(model_str=model_text([tree], 2))
    found = np.asarray(booster.predict(rows, raw_score=True))
    assert found.tolist() == [10.0, 10.0, 20.0, 20.0, 30.0, 30.0, 7.0]


def test_bands_that_nobody_was_in_count_as_one_row() -> None:
    tree = by_number(
        0, [1.0], [10.0, 20.0], missing=0.0, held=np.array([0.0, 0.5, 1.0])
    )
    # Three rows below, and one each for the bands above and for missing.
    assert tree.split_rows.tolist() == [5.0, 4.0]
    explainer = TreeExplainer(model_text([tree], 1))
    assert abs(explainer.baseline - (3 * 10 + 20 + 0) / 5) < 1e-12


@given(
    st.dictionaries(st.integers(0, 70), st.integers(-9, 9).map(float), min_size=1),
    st.lists(st.integers(0, 80).map(float) | st.just(NAN), min_size=1),
)
@settings(max_examples=50, deadline=None)
def test_a_category_has_what_it_was_given_and_all_others_the_rest(
    values: dict[int, float], cells: list[float]
) -> None:
    held = np.array([*map(float, values), NAN])
    tree = by_category(0, values, otherwise=0.5, held=held)
    booster = lightgbm.Booster(model_str=model_text([tree], 1))
    found = np.asarray(booster.predict(np.array(cells)[:, None], raw_score=True))
    expected = [0.5 if np.isnan(c) else values.get(int(c), 0.5) for c in cells]
    assert found.tolist() == expected
