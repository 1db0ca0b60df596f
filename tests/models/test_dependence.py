"""Points against values, in bins."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.players import ModelFeature
from models.surveying.dependence import BINS, bins_of, dependence, explained
from tests.models.small_models import MIXED_FEATURES, MIXED_SIGNALS, mixed_rows

SOURCE = MIXED_FEATURES[2]  # ad, fair, web; radio is rare


@given(
    arrays(np.float64, st.integers(1, 80), elements=st.floats(-5, 5) | st.just(np.nan))
)
def test_each_row_is_in_exactly_one_bin(values: np.ndarray) -> None:
    bins = bins_of(values, ModelFeature("size"))
    assert np.sum([b.rows for b in bins], axis=0).tolist() == [1] * len(values)
    assert sum(b.kind == "value" for b in bins) <= BINS


def test_ten_numbers_are_told_apart_and_a_hundred_are_gathered() -> None:
    few = bins_of(np.repeat(np.arange(10.0), 3), ModelFeature("size"))
    assert [(b.low, b.high) for b in few] == [(float(i), float(i)) for i in range(10)]
    many = bins_of(np.arange(100.0), ModelFeature("size"))
    assert len(many) == BINS
    assert many[0].low == 0.0
    assert many[-1].high == 99.0
    assert all(a.high < b.low for a, b in pairwise(many))


def test_rare_and_missing_categories_are_bins_of_their_own() -> None:
    codes = np.array([1.0, 3.0, 3.0, 0.0, np.nan])
    found = [(b.kind, b.label, int(b.rows.sum())) for b in bins_of(codes, SOURCE)]
    assert found == [
        ("category", "web", 2), ("category", "ad", 1), ("others", "others", 1),
        ("missing", "", 1),
    ]  # fmt: skip


def test_names_the_column_that_tells_most_of_several_lookbacks() -> None:
    rows = mixed_rows(400, seed=3)
    points = np.zeros((400, 3))
    points[:, 0] = 2 * rows[:, 3]  # the visits of thirty days
    table = dependence(points, rows, MIXED_SIGNALS, MIXED_FEATURES)
    assert set(table["signal"]) == {"visits"}  # the others have no points
    assert set(table["column"]) == {"visits_30d"}
    assert table["explained"].iloc[0] == pytest.approx(1.0)
    assert table["mean_points"].tolist() == (2 * table["low"]).tolist()


def test_mean_and_spread_of_a_bin_are_those_of_its_rows() -> None:
    rows = np.zeros((11, 4))
    points = np.zeros((11, 3))
    points[:, 1] = np.arange(11.0)
    table = dependence(points, rows, MIXED_SIGNALS, MIXED_FEATURES)
    (only,) = table.to_dict("records")
    assert (only["mean_points"], only["low_points"], only["high_points"]) == (5, 1, 9)
    assert only["rows"] == 11
    assert only["explained"] == 0.0


def test_values_of_a_personal_signal_are_not_shown() -> None:
    hidden = [replace(s, is_personal=True) for s in MIXED_SIGNALS]
    table = dependence(np.ones((5, 3)), mixed_rows(5, seed=1), hidden, MIXED_FEATURES)
    assert table.empty
    assert "mean_points" in table


def test_no_more_signals_than_asked_for() -> None:
    rows = mixed_rows(50, seed=1)
    points = np.ones((50, 3)) * [1.0, 3.0, 2.0]
    table = dependence(points, rows, MIXED_SIGNALS, MIXED_FEATURES, most=2)
    assert table["signal"].unique().tolist() == ["size", "source"]


def test_categories_are_called_as_in_reasons_and_no_address_is_shown() -> None:
    rows = np.array([[0.0, 0.0, code, 0.0] for code in (1.0, 2.0, 3.0)])
    owner = replace(SOURCE, categories=("ad", "ada@example.org", "web"))
    called = replace(MIXED_SIGNALS[2], value_words=(("web", "Our site"),))
    table = dependence(
        np.array([[0.0, 0.0, p] for p in (1.0, 2.0, 3.0)]), rows,
        (*MIXED_SIGNALS[:2], called),
        (*MIXED_FEATURES[:2], owner, MIXED_FEATURES[3]),
    )  # fmt: skip
    assert table["label"].tolist() == ["ad", "an address, not shown", "Our site"]


@pytest.mark.parametrize("rows", range(3, 30))
def test_like_points_for_all_are_wholly_explained_however_they_are_rounded(
    rows: int,
) -> None:
    """The mean of twelve tenths is not a tenth to the last digit."""
    bins = bins_of(np.arange(float(rows)) % 4, ModelFeature("size"))
    assert explained(np.full(rows, 0.1), bins) == 1.0


def test_what_never_varies_is_wholly_explained() -> None:
    assert explained(np.ones(3), bins_of(np.arange(3.0), ModelFeature("size"))) == 1.0
