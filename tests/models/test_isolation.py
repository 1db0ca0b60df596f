"""Isolation forests as text: what scikit-learn grew is what is read."""

from __future__ import annotations

import json
from dataclasses import asdict

import lightgbm
import numpy as np
import pytest
from sklearn.ensemble import IsolationForest

from features.errors import ModelError
from models.points import Floats
from models.unfamiliar.forests import TREES, fit_forests
from models.unfamiliar.isolation import Forest, Isolation

CODES = {2: 4}
COLUMNS = {"firmographic": [0, 2], "behavioural": [1]}


def rows(n: int, seed: int = 0, *, gaps: bool = True) -> Floats:
    """Two numbers and a category of codes 0 to 3, some missing; float32 all of them."""
    rng = np.random.default_rng(seed)
    values = np.column_stack(
        [
            rng.normal(size=n),
            rng.poisson(3.0, n),
            rng.choice([1, 1, 1, 2, 3], n),
        ]
    ).astype(np.float32)
    if gaps:
        values[rng.random(values.shape) < 0.1] = np.nan
    return values.astype(np.float64)


@pytest.fixture(scope="module")
def text_and_forests() -> tuple[str, tuple[Forest, ...]]:
    return fit_forests(rows(400), COLUMNS, CODES, seed=3)


@pytest.fixture(scope="module")
def isolation(text_and_forests: tuple[str, tuple[Forest, ...]]) -> Isolation:
    return Isolation.from_text(*text_and_forests, 3)


def test_path_lengths_are_those_of_scikit_learn() -> None:
    """Of numbers without gaps, which are learnt from as they are."""
    values = rows(300, gaps=False)[:, :2]
    text, forests = fit_forests(values, {"behavioural": [0, 1]}, {}, seed=3)
    theirs = IsolationForest(n_estimators=TREES, max_samples=256, random_state=3)
    score = theirs.fit(values).score_samples(values)
    # Theirs is -2 ** (-length / c(256)), and c(256) is 10.2448.
    length = -np.log2(-score) * 10.244770920
    ours = lightgbm.Booster(model_str=text).predict(values, raw_score=True)
    assert np.asarray(ours) == pytest.approx(length, abs=1e-6)
    found = Isolation.from_text(text, forests, 2).strangeness(values)
    expected = (forests[0].middle - length) / forests[0].spread
    assert found == pytest.approx(expected, abs=1e-6)


def test_lightgbm_reads_the_same_text_alike(
    text_and_forests: tuple[str, tuple[Forest, ...]], isolation: Isolation
) -> None:
    text, (fit, engagement) = text_and_forests
    asked = rows(200, seed=9)
    asked[:4, 2] = [0.0, np.nan, 3.0, 1.0]
    asked[4] = np.nan
    booster = lightgbm.Booster(model_str=text)
    z = []
    for begin, forest in ((0, fit), (TREES, engagement)):
        length = booster.predict(
            asked, raw_score=True, start_iteration=begin, num_iteration=forest.trees
        )
        z.append((forest.middle - np.asarray(length)) / forest.spread)
    expected = np.maximum(*z)
    assert isolation.strangeness(asked) == pytest.approx(expected, abs=1e-9)


def test_a_rare_and_a_never_seen_category_are_stranger_than_a_common_one(
    isolation: Isolation,
) -> None:
    row = np.array([0.0, 3.0, 1.0])
    common, rare, never = (
        isolation.strangeness(np.array([[*row[:2], c]]))[0] for c in (1, 2, 0)
    )
    assert common < rare <= never


def test_about_a_hundredth_of_the_rows_learnt_from_is_beyond_one_in_each_forest(
    isolation: Isolation,
) -> None:
    found = isolation.strangeness(rows(400))
    assert 0.01 <= (found >= 1).mean() <= 0.05  # two forests, and ties


def test_the_column_that_makes_a_row_strange_is_named(isolation: Isolation) -> None:
    asked = np.array([[50.0, 3.0, 1.0], [0.0, 400.0, 1.0], [0.0, 3.0, 0.0]])
    named = isolation.strangest_columns(asked, 1)
    assert named == [[0], [1], [2]]


def test_nothing_is_asked_of_no_rows(isolation: Isolation) -> None:
    assert isolation.strangeness(np.empty((0, 3))).tolist() == []
    assert isolation.strangest_columns(np.empty((0, 3)), 2) == []


def test_a_column_without_any_value_is_learnt_from_too() -> None:
    values = rows(100)
    values[:, 0] = np.nan
    text, forests = fit_forests(values, COLUMNS, CODES, seed=0)
    found = Isolation.from_text(text, forests, 3).strangeness(values)
    assert np.isfinite(found).all()
    assert forests[0].typical[0] is None
    assert np.isfinite(json.loads(json.dumps(asdict(forests[0])))["spread"])


def test_rows_that_are_all_alike_are_not_strange() -> None:
    same = np.ones((60, 3))
    text, forests = fit_forests(same, COLUMNS, CODES, seed=0)
    assert (
        Isolation.from_text(text, forests, 3).strangeness(same).tolist() == [0.0] * 60
    )


def test_without_columns_there_are_no_forests() -> None:
    assert fit_forests(rows(50), {"firmographic": []}, {}, seed=0) == ("", ())


def test_the_same_seed_gives_the_same_text() -> None:
    once, again = (fit_forests(rows(200), COLUMNS, CODES, seed=4)[0] for _ in "12")
    assert once == again
    assert len(once) < 1_000_000


def test_forests_of_another_scorer_are_refused(
    text_and_forests: tuple[str, tuple[Forest, ...]],
) -> None:
    text, forests = text_and_forests
    for told, width in ((forests[:1], 3), (forests, 4)):
        with pytest.raises(ModelError, match="do not belong together"):
            Isolation.from_text(text, told, width)
    with pytest.raises(ModelError, match="damaged"):
        Isolation.from_text(text[: len(text) // 2], forests, 3)
