"""The calibrator finds the map that is there, and no more than the data can bear."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from features.errors import DataError
from models.calibrating.calibration import Calibrator, fit_calibrator
from models.calibrating.likelihood import Block, fit_offset, fit_platt
from models.calibrating.rehearsal import Form, clock_of
from models.evidence import Codes
from models.points import Floats


def world(
    rows: int,
    *,
    intercept: float,
    slope: float,
    seed: int,
    lift: Floats | float = 0.0,
) -> tuple[Floats, Codes]:
    """Margins, and outcomes whose log-odds are affine in them, and lifted."""
    random = np.random.default_rng(seed)
    margin = random.normal(-1.0, 1.5, rows)
    chance = 1 / (1 + np.exp(-(intercept + slope * margin + lift)))
    return margin, (random.random(rows) < chance).astype(np.intp)


def flat(outcome: list[int], margin: float = 0.0) -> Block:
    rows = len(outcome)
    return Block(
        np.full(rows, margin), np.array(outcome, float), np.ones(rows), np.arange(rows)
    )


def test_offset_is_that_of_the_smoothed_rate() -> None:
    # One of four: targets 2/3 and thrice 1/5, together 19/15, on average 19/60.
    assert fit_offset(flat([1, 0, 0, 0])) == pytest.approx(math.log(19 / 41))
    assert fit_offset(flat([1, 0, 0, 0], margin=2.0)) == pytest.approx(
        math.log(19 / 41) - 2
    )


def test_all_converted_is_smoothed_and_flagged() -> None:
    calibrator = fit_calibrator([0.0, 0.0, 0.0], [1, 1, 1])

    assert calibrator.form is Form.INTERCEPT
    assert calibrator.intercept == pytest.approx(math.log(4))  # (3 + 1)/(3 + 2)
    assert calibrator.flags[0].startswith("All of the 3 rows converted")


def test_none_converted_is_smoothed_and_flagged() -> None:
    calibrator = fit_calibrator([0.0, 0.0, 0.0], [0, 0, 0])

    assert calibrator.intercept == pytest.approx(math.log(1 / 4))  # 1/(3 + 2)
    assert calibrator.flags[0].startswith("None of the 3 rows converted")


def test_agrees_with_an_unpenalised_logistic_regression_on_many_rows() -> None:
    margin, outcome = world(20_000, intercept=0.5, slope=0.7, seed=1)
    weight = np.random.default_rng(2).uniform(0.2, 1.0, margin.size)
    peer = LogisticRegression(C=np.inf, tol=1e-8)
    peer.fit(margin[:, None], outcome, sample_weight=weight)
    block = Block(margin, outcome.astype(float), weight, np.arange(margin.size))

    intercept, slope = fit_platt(block)

    # Apart by the smoothing alone, which is of the order 1/conversions.
    assert intercept == pytest.approx(peer.intercept_[0], abs=2e-3)
    assert slope == pytest.approx(peer.coef_[0, 0], abs=2e-3)


def test_takes_none_where_the_margin_is_true_already() -> None:
    margin, outcome = world(4_000, intercept=0.0, slope=1.0, seed=3)

    calibrator = fit_calibrator(margin, outcome, order=np.arange(4_000))

    assert (calibrator.intercept, calibrator.slope) == (0.0, 1.0)
    assert calibrator.form is Form.NONE


def test_takes_the_intercept_where_only_the_rate_has_moved() -> None:
    margin, outcome = world(4_000, intercept=0.8, slope=1.0, seed=4)

    calibrator = fit_calibrator(margin, outcome, order=np.arange(4_000))

    assert calibrator.form is Form.INTERCEPT
    assert calibrator.intercept == pytest.approx(0.8, abs=0.1)


def test_takes_platt_where_the_margin_is_too_bold() -> None:
    margin, outcome = world(4_000, intercept=0.0, slope=0.4, seed=5)

    calibrator = fit_calibrator(margin, outcome, order=np.arange(4_000))

    assert calibrator.form is Form.PLATT
    assert calibrator.slope == pytest.approx(0.4, abs=0.1)
    assert {t.form for t in calibrator.trials} == set(Form)
    assert calibrator.window == 1.0


def test_never_turns_the_ranking_round() -> None:
    margin, outcome = world(2_000, intercept=-1.0, slope=-0.8, seed=6)

    calibrator = fit_calibrator(margin, outcome)

    assert (calibrator.form, calibrator.slope) == (Form.INTERCEPT, 1.0)
    assert "would turn the ranking round" in calibrator.flags[0]


def test_few_conversions_leave_the_slope_alone_and_say_so() -> None:
    margin = np.linspace(-3, 3, 100)
    fourteen = (np.arange(100) >= 86).astype(int)
    twenty = (np.arange(100) >= 80).astype(int)

    few, some = fit_calibrator(margin, fourteen), fit_calibrator(margin, twenty)

    assert (few.form, few.slope) == (Form.INTERCEPT, 1.0)
    assert few.flags == (
        "14 conversions are fewer than 15: only the intercept was fitted.",
    )
    assert some.slope == 1.0
    assert "20 conversions are too few for a slope (from 60)" in some.flags[0]


def test_counts_conversions_by_group() -> None:
    group = np.arange(200) // 10
    outcome = (np.arange(200) < 100).astype(int)  # 100 rows of 10 groups

    calibrator = fit_calibrator(np.zeros(200), outcome, group_id=group)

    assert (calibrator.conversions, calibrator.rows) == (10, 200)


def test_separated_outcomes_give_a_finite_slope() -> None:
    margin = np.concatenate([np.linspace(-3, -1, 100), np.linspace(1, 3, 100)])

    calibrator = fit_calibrator(margin, (margin > 0).astype(int))

    assert math.isfinite(calibrator.slope)
    assert calibrator.slope > 0


def test_later_blocks_decide_under_drift() -> None:
    # Three fifths of the rows are true, then the rate moves for good.
    margin, early = world(5_000, intercept=0.0, slope=1.0, seed=7)
    _, late = world(5_000, intercept=1.5, slope=1.0, seed=7)
    outcome = np.where(np.arange(5_000) < 3_000, early, late)

    calibrator = fit_calibrator(margin, outcome, order=np.arange(5_000))

    assert calibrator.form is not Form.NONE
    assert calibrator.intercept > 0.3


def test_a_rate_that_moves_ever_on_is_followed_by_the_latest_rows_alone() -> None:
    # The rate rises by 4 in log-odds from the first row to the last, evenly: over the
    # last eighth it is between 3.5 and 4 too low in the margins.
    rise = np.linspace(0.0, 4.0, 8_000)
    margin, outcome = world(8_000, intercept=0.0, slope=1.0, seed=11, lift=rise)

    calibrator = fit_calibrator(margin, outcome, order=np.arange(8_000))

    assert calibrator.window <= 0.25
    assert calibrator.rows == 8_000 * calibrator.window
    assert calibrator.intercept == pytest.approx(4 - 2 * calibrator.window, abs=0.35)


def test_where_nothing_drifts_all_rows_are_used() -> None:
    margin, outcome = world(4_000, intercept=0.6, slope=1.0, seed=12)

    calibrator = fit_calibrator(margin, outcome, order=np.arange(4_000))

    assert (calibrator.form, calibrator.window) == (Form.INTERCEPT, 1.0)
    assert calibrator.rows == 4_000


def test_a_part_is_rehearsed_on_what_was_known_when_it_began() -> None:
    # Sixteen parts of 100 rows. Outcomes take 300 rows to be known, so that when part k
    # begins, with row 100 k, the rows up to 100 k - 300 are known.
    order = np.arange(1600)
    clock = clock_of(order, order + 300, 1600)

    assert clock is not None
    known = {int(new.argmax()) // 100: int(old.sum()) for old, new in clock.parts()}
    assert known == {k: max(0, 100 * k - 299) for k in range(1, 16)}


def test_neither_the_order_of_rows_nor_the_size_of_weights_matters() -> None:
    margin, outcome = world(1_000, intercept=0.5, slope=0.6, seed=8)
    order, shuffled = np.arange(1_000), np.random.default_rng(9).permutation(1_000)
    weight = np.random.default_rng(10).uniform(0.5, 1.0, 1_000)

    one = fit_calibrator(margin, outcome, weight, order=order)
    other = fit_calibrator(
        margin[shuffled], outcome[shuffled], 7 * weight[shuffled], order=order[shuffled]
    )

    assert one.form is other.form
    assert (one.intercept, one.slope) == pytest.approx((other.intercept, other.slope))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.floats(-30, 30), st.integers(0, 1), st.floats(0.01, 1)),
        min_size=1,
        max_size=200,
    ),
    st.booleans(),
)
def test_any_block_gives_a_rising_map_within_0_and_1(
    rows: list[tuple[float, int, float]], in_time: bool
) -> None:
    margin, outcome, weight = (np.array(column) for column in zip(*rows, strict=True))
    order = np.arange(margin.size) if in_time else None

    calibrator = fit_calibrator(
        margin, outcome, weight, order=order, slope_conversions=15
    )

    chance = calibrator.probability(np.linspace(-40, 40, 81))
    assert ((chance > 0) & (chance < 1)).all()
    assert (np.diff(chance) >= 0).all()


def test_the_scale_carries_the_map_and_the_reference() -> None:
    scale = Calibrator(Form.PLATT, 0.5, 0.8, 90, 900).scale(-2.0)

    assert (scale.intercept, scale.slope, scale.reference) == (0.5, 0.8, -2.0)


@pytest.mark.parametrize(
    ("margin", "outcome", "said"),
    [
        ([], [], "at least one row"),
        ([math.nan], [1], "finite margins"),
        ([0.0], [2], "Every outcome is 0 or 1"),
        ([0.0], [0, 1], "1 rows need 1 values of outcome, but got 2"),
    ],
)
def test_says_what_is_wrong_with_a_block(
    margin: list[float], outcome: list[int], said: str
) -> None:
    with pytest.raises(DataError, match=said):
        fit_calibrator(margin, outcome)
