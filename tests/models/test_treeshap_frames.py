"""Usable on its own: a booster and a frame in, shap's own explanation out."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import lightgbm
import numpy as np
import pandas as pd
import pytest
import shap

from features.errors import ModelError
from models.treeshap import TreeExplainer
from tests.models.small_trees import TINY, booster, model_text, rows

SOURCES = ["web", "fair", "ad"]


def frame(n: int, seed: int) -> pd.DataFrame:
    """A number with gaps, a category of words, a count, a category of numbers."""
    random = np.random.default_rng(seed)
    size = pd.Series(random.normal(size=n)).mask(random.random(n) < 0.1)
    words = pd.Series(random.choice(SOURCES, n)).where(random.random(n) < 0.8)
    return pd.DataFrame(
        {
            "size": size,
            "first source": words.astype(pd.CategoricalDtype(SOURCES)),
            "visits": pd.array(random.poisson(2, n), "Int64"),
            "region": pd.Categorical(random.choice([10, 20, 30], n)),
        }
    )


@pytest.fixture(scope="module")
def trained() -> Any:
    """A booster that was trained on a frame, its categories among the columns."""
    table = frame(600, seed=1)
    odds = table["size"].fillna(1) + (table["first source"] == "ad") * 2
    odds += (table["region"].astype(int) == 20) * table["visits"].astype(float) - 2
    noise = np.random.default_rng(2).logistic(size=600)
    parameters = {"objective": "binary", "verbose": -1, "num_threads": 1,
                  "min_data_in_leaf": 5, "min_data_per_group": 5}  # fmt: skip
    data = lightgbm.Dataset(table, (odds + noise > 0).astype(float))
    return lightgbm.train(parameters, data, 15)


def test_a_frame_is_coded_by_the_boosters_own_categories(trained: Any) -> None:
    # Other categories, in another order, and one that training never saw.
    table = frame(80, seed=3)
    told = table["first source"].astype(object)
    told[::5] = "radio"
    told = told.astype(pd.CategoricalDtype(["ad", "radio", "web", "fair"]))
    table["first source"] = told
    expected = trained.predict(table, pred_contrib=True)
    found = TreeExplainer(trained).explain(table)
    assert isinstance(found, shap.Explanation)
    np.testing.assert_allclose(found.values, expected[:, :-1], rtol=0, atol=1e-9)
    np.testing.assert_allclose(found.base_values, expected[:, -1], rtol=0, atol=1e-9)
    assert found.feature_names == ["size", "first_source", "visits", "region"]
    assert found.data[0, 1] == "radio"
    assert found.data[1, 3] == table["region"].iloc[1]


def test_columns_are_found_by_name_in_any_order(trained: Any) -> None:
    table = frame(20, seed=3)
    turned = table.assign(noise="x")[
        ["region", "noise", "visits", "first source", "size"]
    ]
    explainer = TreeExplainer(trained)
    np.testing.assert_array_equal(
        explainer.explain(turned).values, explainer.explain(table).values
    )


def test_players_are_told_by_name(trained: Any) -> None:
    players: dict[str, list[int | str]] = {
        "who": ["size", 3],
        "where from": ["first_source"],
        "did": ["visits"],
    }
    by_name, table = TreeExplainer(trained, players), frame(20, seed=3)
    found = by_name.explain(table)
    by_place = TreeExplainer(trained, [[0, 3], [1], [2]])
    np.testing.assert_array_equal(found.values, by_place.explain(table).values)
    assert found.feature_names == ["who", "where from", "did"]
    assert by_place.explain(table).feature_names == [
        "size, region", "first_source", "visits",
    ]  # fmt: skip
    pd.testing.assert_series_equal(
        pd.Series(found.data[:, 0]), table["size"].astype(object), check_names=False
    )


def test_values_are_explained_as_they_are() -> None:
    explainer = TreeExplainer(model_text(TINY), [[], [1, 0]])
    found = explainer.explain(np.array([[0.0, 1.0]]))
    np.testing.assert_allclose(found.values, [[0.0, 1.4]], atol=1e-12)
    np.testing.assert_allclose(found.base_values, [1.6])
    np.testing.assert_array_equal(found.data, [[np.nan, 1.0]])


def test_a_booster_is_explained_up_to_the_iteration_that_predicts() -> None:
    values = rows(400, seed=1)
    trained = booster(values, 30)
    trained.best_iteration = 7
    explainer = TreeExplainer(trained)
    assert explainer.trees.n_trees == 7
    np.testing.assert_allclose(
        explainer.margins(values), trained.predict(values, raw_score=True), atol=1e-12
    )


def test_the_wrapper_for_scikit_learn_is_explained_as_its_booster() -> None:
    values = rows(300, seed=1)
    outcome = (np.nan_to_num(values[:, 1]) > 0).astype(int)
    model = lightgbm.LGBMClassifier(n_estimators=3, verbose=-1, n_jobs=1)
    model.fit(pd.DataFrame(values), outcome)
    np.testing.assert_array_equal(
        TreeExplainer(model).contributions(values),
        TreeExplainer(model.booster_).contributions(values),
    )
    with pytest.raises(TypeError, match="expected, and not Series"):
        TreeExplainer(pd.Series(["tree"]))  # type: ignore[arg-type]


def test_needs_nothing_heavy_until_it_is_asked_for_it() -> None:
    # numba looks whether there is a scipy, and imports nothing of it.
    heavy = ["lightgbm", "pandas", "scipy.special", "sklearn", "shap"]
    code = (
        "import sys, models.treeshap.verify; "
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_a_frame_without_names_in_common_is_taken_as_it_stands() -> None:
    values = rows(300, seed=1)
    explainer = TreeExplainer(booster(values, 3))
    found = explainer.explain(pd.DataFrame(values, columns=list("abcdef")))
    np.testing.assert_array_equal(found.values, explainer.contributions(values))
    np.testing.assert_array_equal(found.data, values)


def test_missing_counts_and_truths_are_shown_and_read_as_numbers() -> None:
    values = rows(300, seed=1)
    frame = pd.DataFrame(values, columns=list("abcdef"))
    counts = frame["d"].astype("Int64")
    told = frame.assign(d=counts, c=frame["c"] > 0)
    explainer = TreeExplainer(booster(values, 3))
    found = explainer.explain(told)
    assert found.data.dtype == np.float64
    np.testing.assert_array_equal(found.data[:, 3], values[:, 3])
    read = values.copy()
    read[:, 2] = values[:, 2] > 0
    np.testing.assert_array_equal(found.values, explainer.contributions(read))


def test_refuses_frames_that_are_not_the_boosters(trained: Any) -> None:
    explainer, table = TreeExplainer(trained), frame(5, seed=3)
    with pytest.raises(ModelError, match=r"lacks 1 of the booster's 4 .* 'visits'"):
        explainer.explain(table.drop(columns="visits"))
    with pytest.raises(ModelError, match=r"trained with 2 .* but the frame has 1"):
        explainer.explain(table.astype({"region": int}))
    for size in ("large", "7", pd.Timestamp("2026-01-05", tz="UTC")):
        with pytest.raises(ModelError, match="'size' of the frame is of kind"):
            explainer.explain(table.assign(size=size))


@pytest.mark.parametrize(
    ("players", "sentence"),
    [
        ([[0]], "1 of 2 columns belong to no player, first column 1"),
        ([[0, 1], [0]], "Column 0 is given to player 0 and to player 1"),
        ([[0, 1, 2]], "Player 0 has column 2, but the booster has the columns 0 to 1"),
        ([[0, -1]], "Player 0 has column -1"),
        ({"a": ["c0"], "b": ["c11"]}, "Player 1 has column 'c11', .* Is 'c1' meant"),
        ({"a": ["c0", "c1", "c0"]}, "Column 0 is given to player 0 and to player 0"),
    ],
)
def test_refuses_players_that_are_no_partition(players: Any, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        TreeExplainer(model_text(TINY), players)


def test_refuses_fewer_threads_than_none() -> None:
    with pytest.raises(ValueError, match="0 \\(all\\) or more, not -1"):
        TreeExplainer(model_text(TINY), threads=-1)
