"""Whether another booster gives the same reasons."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.surveying.stability import agreement, seeds, strongest

POINTS = arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.integers(1, 8)),
    elements=st.integers(-4, 4).map(float),
)


@given(POINTS)
def test_a_booster_agrees_with_itself(points: np.ndarray) -> None:
    found = agreement(points, points)
    assert (found.jaccard, found.same_sign, found.first_changes) == (1.0, 1.0, 0.0)
    assert found.rank_correlation == pytest.approx(1.0)
    assert found.difference_points == 0.0


@given(POINTS)
def test_agreement_is_the_same_from_either_side(points: np.ndarray) -> None:
    there = agreement(points, points[::-1])
    back = agreement(points[::-1], points)
    assert there.jaccard == back.jaccard
    assert there.same_sign == back.same_sign
    assert there.rank_correlation == pytest.approx(back.rank_correlation)


def test_figures_of_one_lead_are_counted_by_hand() -> None:
    first = np.array([[9.0, -8.0, 7.0, 6.0, 1.0]])
    second = np.array([[-2.0, -8.0, 7.0, 1.0, 6.0]])
    found = agreement(first, second)
    # Four strongest: 0 1 2 3 and 0 1 2 4; of the five the signs of four agree.
    assert found.shared == 3.0
    assert found.jaccard == 3 / 5
    assert found.same_sign == 4 / 5
    assert found.first_changes == 1.0  # 9 of the first signal, -8 of the second
    # |11| + 0 + 0 + 5 + 5 over five signals.
    assert found.difference_points == pytest.approx(21 / 5)
    # Ranks 5 1 4 3 2 and 2 1 5 3 4: 1 - 6·(9+0+1+0+4) / (5·24).
    assert found.rank_correlation == pytest.approx(1 - 6 * 14 / 120)


def test_a_signal_without_points_is_no_reason() -> None:
    assert strongest(np.array([[0.0, 2.0, 0.0]])).tolist() == [[False, True, False]]


def test_one_booster_alone_has_no_seeds_to_compare() -> None:
    assert seeds([np.ones((2, 3))]) is None


def test_averaging_damps_the_spread_by_the_root_of_the_members() -> None:
    members = [np.array([[value, 0.0]]) for value in (1.0, 2.0, 3.0, 6.0)]
    found = seeds(members)
    assert found is not None
    # Mean 3; squares 4 + 1 + 0 + 9 over three.
    assert found.deviation_points == pytest.approx((14 / 3) ** 0.5)
    assert found.averaged_points == pytest.approx((14 / 3) ** 0.5 / 2)
    assert found.members == 4
    assert found.alone.difference_points == pytest.approx((1 + 2 + 5 + 1 + 4 + 3) / 6)
