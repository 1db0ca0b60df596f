"""It is compared with LightGBM before it is relied on, and else it falls back."""

from __future__ import annotations

import numpy as np
import pytest

from models.treeshap import TreeExplainer
from models.treeshap.summed import ColumnsSummed
from models.treeshap.trees import read_trees
from models.treeshap.verify import N_ROWS, gaps, invented, verified
from tests.models.small_trees import (
    CATEGORICAL,
    SIGNALS,
    TINY,
    booster,
    model_text,
    rows,
    unlike_training,
)

TEXT = booster(rows(800, seed=1), categorical=CATEGORICAL).model_to_string()


def test_invented_rows_lie_on_beside_and_off_the_thresholds() -> None:
    found = invented(read_trees(model_text(TINY)))
    assert found.shape == (N_ROWS, 2)
    for column, edge in enumerate((0.5, 2.0)):
        mine = set(found[:, column][~np.isnan(found[:, column])].tolist())
        beside = {float(np.nextafter(edge, -9)), edge, float(np.nextafter(edge, 9))}
        assert mine == beside | {0.0, 1e-36, -1.0, 1e9}
        assert np.isnan(found[:, column]).any()


def test_invented_rows_hold_categories_known_and_unknown_and_are_the_same_again() -> (
    None
):
    trees = read_trees(TEXT)
    found = invented(trees)
    np.testing.assert_array_equal(invented(trees), found)
    codes = {*found[:, 5][~np.isnan(found[:, 5])].tolist()}
    assert {0.0, 89.0, -1.0, 1e9} <= codes
    assert codes & {90.0, 91.0, 92.0, 93.0, 94.0, 95.0, 96.0}, "none unseen, but near"


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_a_sound_explainer_is_kept_without_a_word(precision: str) -> None:
    explainer = TreeExplainer(TEXT, SIGNALS, precision=precision)  # type: ignore[arg-type]
    assert gaps(explainer, TEXT).are_small
    assert verified(explainer, TEXT) == (explainer, "")
    assert explainer.method == "signals_as_players"


@pytest.mark.parametrize("wrong", [0.01, np.nan])
def test_a_damaged_table_makes_it_fall_back(wrong: float) -> None:
    explainer = TreeExplainer(TEXT, SIGNALS)
    explainer.tables.values[:] += wrong
    found, said = verified(explainer, TEXT)
    assert isinstance(found, ColumnsSummed)
    assert found.method == "columns_summed"
    assert said.startswith("The reasons are sums over each signal's columns")
    assert ("up to inf log-odds" in said) == np.isnan(wrong)


def test_a_tree_that_is_read_wrongly_makes_it_fall_back() -> None:
    explainer = TreeExplainer(TEXT, SIGNALS)
    explainer.trees.splits.threshold[:] += 0.25
    assert gaps(explainer, TEXT).margins > 0.01
    assert isinstance(verified(explainer, TEXT)[0], ColumnsSummed)


def test_the_fallback_sums_lightgbms_columns() -> None:
    trained = booster(rows(800, seed=1), categorical=CATEGORICAL)
    values = unlike_training(40)
    fallback = ColumnsSummed(TEXT, SIGNALS, threads=1)
    by_column = trained.predict(values, pred_contrib=True)
    expected = np.stack([by_column[:, mine].sum(axis=1) for mine in SIGNALS], axis=1)
    np.testing.assert_allclose(fallback.contributions(values), expected, atol=1e-12)
    assert fallback.baseline == pytest.approx(by_column[0, -1], abs=1e-12)
    margins = trained.predict(values, raw_score=True)
    np.testing.assert_allclose(fallback.margins(values), margins, atol=1e-12)
    sums = fallback.baseline + fallback.contributions(values).sum(axis=1)
    np.testing.assert_allclose(sums, margins, rtol=0, atol=1e-9)


def test_the_fallback_knows_the_same_trees_players_and_changes() -> None:
    fallback, explainer = ColumnsSummed(TEXT, SIGNALS), TreeExplainer(TEXT, SIGNALS)
    new, old = rows(20, seed=4), rows(20, seed=5)
    np.testing.assert_array_equal(
        fallback.changes(new, old), explainer.changes(new, old)
    )
    assert fallback.n_players == 3
    assert fallback.trees.n_trees == explainer.trees.n_trees
    assert fallback.contributions(new[:0]).shape == (0, 3)
    assert fallback.margins(new[:0]).shape == (0,)
