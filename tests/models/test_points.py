"""The scale adds up, keeps order, and says so when it cannot."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import DataError, ModelError
from models.points import Scale, log_odds_of, probability_of

number = st.floats(-20, 20)
scales = st.builds(
    Scale, intercept=number, slope=st.floats(0.01, 5), reference=st.floats(-10, 10)
)


def test_ten_points_are_twice_the_odds() -> None:
    scale = Scale(0.0, 1.0, reference=math.log(1 / 9))  # 10 % is the reference

    points = scale.points([math.log(1 / 9), math.log(2 / 9), math.log(1 / 18)])

    assert points.tolist() == pytest.approx([50, 60, 40])


def test_probability_is_the_logistic_curve_of_the_calibrated_margin() -> None:
    scale = Scale(intercept=math.log(3), slope=2.0, reference=0.0)

    # Odds of 3 at margin 0; of 3 · 2² = 12 at margin ln 2.
    assert scale.probability([0.0, math.log(2)]).tolist() == pytest.approx(
        [0.75, 12 / 13]
    )


@pytest.mark.parametrize(
    ("points", "score"),
    [(-5.0, 0), (0.49, 0), (0.5, 1), (60.5, 61), (61.5, 62), (105, 100)],
)
def test_halves_are_rounded_upwards_and_ends_are_clipped(
    points: float, score: int
) -> None:
    slope = math.log(2) / 10  # so that a margin of 1 is a point
    scale = Scale(0.0, slope, reference=50 * slope)
    margin = points + 1e-9  # beside the half, where float arithmetic cannot sway it

    assert scale.score([margin]).tolist() == [score]


@given(scales, number, st.lists(st.floats(-5, 5), max_size=30))
def test_start_and_points_of_contributions_add_up(
    scale: Scale, baseline: float, contributions: list[float]
) -> None:
    total = scale.start(baseline) + float(
        scale.contribution_points(contributions).sum()
    )

    assert total == pytest.approx(
        scale.points([baseline + math.fsum(contributions)])[0], rel=1e-12, abs=1e-9
    )


@given(scales, st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=50))
def test_score_and_probability_never_fall_as_the_margin_rises(
    scale: Scale, margins: list[float]
) -> None:
    rising = np.sort(margins)

    assert (np.diff(scale.score(rising)) >= 0).all()
    assert (np.diff(scale.points(rising)) >= 0).all()
    chance = scale.probability(rising)
    assert (np.diff(chance) >= 0).all()
    assert ((chance > 0) & (chance < 1)).all()


@given(st.floats(1e-12, 1 - 1e-12))
def test_log_odds_and_probability_are_each_other_s_way_back(chance: float) -> None:
    assert probability_of(log_odds_of([chance]))[0] == pytest.approx(chance, rel=1e-9)


@given(scales)
def test_a_stored_scale_comes_back_the_same(scale: Scale) -> None:
    assert Scale.from_dict(scale.to_dict()) == scale


@pytest.mark.parametrize("slope", [0.0, -1.0])
def test_refuses_a_slope_that_turns_the_ranking_round(slope: float) -> None:
    with pytest.raises(ModelError, match="slope above 0"):
        Scale(0.0, slope, 0.0)


def test_refuses_numbers_that_are_not_finite() -> None:
    with pytest.raises(ModelError, match="three finite numbers"):
        Scale(math.nan, 1.0, 0.0)


@pytest.mark.parametrize(
    "stored", [{}, {"intercept": "1", "slope": 1.0, "reference": 0.0}]
)
def test_refuses_a_damaged_contract(stored: dict[str, object]) -> None:
    with pytest.raises(ModelError, match="needs a number under 'intercept'"):
        Scale.from_dict(stored)


def test_refuses_a_missing_margin() -> None:
    with pytest.raises(DataError, match="1 of 2 are missing"):
        Scale(0.0, 1.0, 0.0).score([1.0, math.nan])
