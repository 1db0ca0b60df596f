"""The figures are right, carry their doubt, and are not had where they cannot be."""

from __future__ import annotations

import json
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from features.errors import DataError
from models.evidence import Codes, Evidence
from models.judging.misfit import slopes
from models.judging.quality import judge, log_losses
from models.points import Floats


def drawn(rows: int, seed: int, *, slope: float = 1.0) -> tuple[Floats, Codes, Floats]:
    """Probabilities (some of them tied), outcomes and weights."""
    random = np.random.default_rng(seed)
    log_odds = random.normal(-1.5, 1.2, rows).round(2)
    truth = 1 / (1 + np.exp(-slope * log_odds))
    outcome = (random.random(rows) < truth).astype(np.intp)
    return 1 / (1 + np.exp(-log_odds)), outcome, random.uniform(0.2, 1.0, rows)


# ---- figures by hand


def test_figures_of_four_leads_worked_out_by_hand() -> None:
    quality = judge([0.2, 0.4, 0.4, 0.8], [0, 1, 0, 1], base_rate=0.25, draws=0)

    # Pairs (converted above not): .4 over .2, .4 ties .4, .8 over both: 3.5 of 4.
    assert quality.auc.value == 3.5 / 4
    assert quality.brier.value == pytest.approx((0.04 + 0.36 + 0.16 + 0.04) / 4)
    assert quality.log_loss.value == pytest.approx(
        -(math.log(0.8) + math.log(0.4) + math.log(0.6) + math.log(0.8)) / 4
    )
    assert quality.uncertainty.value == 0.25
    # The base rate's Brier: (.0625 + .5625 + .0625 + .5625) / 4 = .3125.
    assert quality.skill.value == pytest.approx(1 - 0.15 / 0.3125)
    assert quality.observed_over_expected.value == pytest.approx(2 / 1.8)
    # From the top: 1 of 1 found at precision 1, then 1 more at 2 of 3.
    assert quality.average_precision.value == pytest.approx((1 + 2 / 3) / 2)
    # The top 20 % is .8 of the first lead: .8 of 1 of 2 conversions.
    assert quality.capture_at_20.value == pytest.approx(0.4)
    assert quality.lift_at_20.value == pytest.approx(2.0)


def test_weights_count_as_repeated_rows() -> None:
    chance, outcome = [0.1, 0.3, 0.3, 0.7], [1, 0, 1, 1]
    weighted = judge(chance, outcome, [1, 2, 3, 1], base_rate=0.3, draws=0)
    rows = np.repeat(np.arange(4), [1, 2, 3, 1])
    repeated = judge(
        np.array(chance)[rows], np.array(outcome)[rows], base_rate=0.3, draws=0
    )

    for name in ("auc", "log_loss", "brier", "skill", "average_precision", "slope"):
        one, other = weighted.figures()[name].value, repeated.figures()[name].value
        assert one == pytest.approx(other), name


def test_intercept_is_the_shift_and_slope_is_one_where_odds_are_all_tripled() -> None:
    # Said 1/4 and 1/2; came 1/2 and 3/4: odds of 1/3 and 1 became 1 and 3.
    chance = [0.25] * 4 + [0.5] * 4
    outcome = [1, 1, 0, 0, 1, 1, 1, 0]

    quality = judge(chance, outcome, base_rate=0.5, draws=0)

    assert quality.intercept.value == pytest.approx(math.log(3))
    assert quality.slope.value == pytest.approx(1.0)


def test_slope_is_a_half_where_log_odds_are_twice_too_far() -> None:
    # Said 1/10 and 9/10, came 1/4 and 3/4: odds of 9 that should have been 3.
    chance = [0.1] * 4 + [0.9] * 4
    outcome = [1, 0, 0, 0, 1, 1, 1, 0]

    quality = judge(chance, outcome, base_rate=0.5, draws=0)

    assert quality.slope.value == pytest.approx(math.log(3) / math.log(9))


def test_noise_of_a_bin_is_taken_off_the_error() -> None:
    # One bin, said .5: 3 of 12 came. (1/4)² less 3/16 / 11.
    quality = judge([0.5] * 12, [1] * 3 + [0] * 9, base_rate=0.5, draws=0)

    assert quality.reliability.value == pytest.approx(1 / 16 - 3 / 16 / 11)
    assert quality.error.value == pytest.approx(math.sqrt(1 / 16 - 3 / 16 / 11))


def test_noise_is_counted_by_group() -> None:
    # The same twelve rows as four groups of three, one of which converted: the noise
    # is that of four independent rows, 3/16 / 3, and nothing is left of the error.
    group = np.arange(12) // 3
    outcome = [1] * 3 + [0] * 9

    quality = judge([0.5] * 12, outcome, None, group, base_rate=0.5, draws=0)

    assert quality.reliability.value == pytest.approx(0.0, abs=1e-12)


def test_brier_is_reliability_less_resolution_plus_uncertainty() -> None:
    chance, outcome, weight = drawn(500, seed=1)
    quality = judge(chance, outcome, weight, base_rate=0.2, draws=0)

    assert quality.brier.value == pytest.approx(
        quality.reliability.value - quality.resolution.value + quality.uncertainty.value
    )


def test_log_loss_of_a_wrong_certainty_is_finite() -> None:
    assert np.isfinite(log_losses([0.0, 1.0], [1, 0])).all()


# ---- peers


@pytest.mark.parametrize("is_weighted", [False, True])
def test_agrees_with_scikit_learn(is_weighted: bool) -> None:
    chance, outcome, weight = drawn(2_000, seed=2)
    given_weight = weight if is_weighted else None

    quality = judge(chance, outcome, given_weight, base_rate=0.2, draws=0)

    peers = {
        "auc": metrics.roc_auc_score,
        "log_loss": metrics.log_loss,
        "brier": metrics.brier_score_loss,
        "average_precision": metrics.average_precision_score,
    }
    for name, peer in peers.items():
        asked = peer(outcome, chance, sample_weight=given_weight)
        assert quality.figures()[name].value == pytest.approx(asked, rel=1e-9), name


# ---- intervals


def test_repeating_every_row_within_its_group_narrows_no_interval() -> None:
    chance, outcome, _ = drawn(300, seed=3)
    rows = np.repeat(np.arange(300), 5)

    once = judge(chance, outcome, base_rate=0.2, seed=4)
    often = judge(chance[rows], outcome[rows], None, rows, base_rate=0.2, seed=4)

    for name in ("auc", "log_loss", "observed_over_expected"):
        one, other = once.figures()[name], often.figures()[name]
        assert other.high - other.low == pytest.approx(one.high - one.low, rel=0.15)


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    held = {"observed_over_expected": 0, "intercept": 0, "slope": 0}
    worlds = 100
    for seed in range(worlds):
        chance, outcome, _ = drawn(600, seed=seed)
        quality = judge(chance, outcome, base_rate=0.2, draws=200, seed=seed)
        for name, truth in zip(held, (1.0, 0.0, 1.0), strict=True):
            told = quality.figures()[name]
            held[name] += told.low <= truth <= told.high

    # 95 %, less three standard errors (2.2 % each) and some bias of the percentiles.
    assert min(held.values()) >= 87


def test_a_bold_scorer_is_told_from_a_perfect_one() -> None:
    chance, outcome, _ = drawn(4_000, seed=5)
    bold_chance, bold_outcome, _ = drawn(4_000, seed=5, slope=0.5)

    honest = judge(chance, outcome, base_rate=0.2)
    bold = judge(bold_chance, bold_outcome, base_rate=0.2)

    assert honest.error.value <= honest.error_if_perfect.high
    assert bold.error.low > bold.error_if_perfect.high
    assert bold.slope.high < 1 < honest.slope.high


def test_the_same_seed_gives_the_same_figures_in_any_order_of_rows() -> None:
    chance, outcome, weight = drawn(200, seed=6)
    group = np.array([f"account-{i % 60}" for i in range(200)])
    shuffled = np.random.default_rng(7).permutation(200)

    one = judge(chance, outcome, weight, group, base_rate=0.2, draws=50, seed=8)
    columns = (column[shuffled] for column in (chance, outcome, weight, group))
    other = judge(*columns, base_rate=0.2, draws=50, seed=8)

    for name, figure in one.figures().items():
        again = other.figures()[name]
        assert (figure.value, figure.low, figure.high) == pytest.approx(
            (again.value, again.low, again.high), rel=1e-9, abs=1e-12
        ), name


def test_a_thousand_draws_of_twenty_thousand_rows_take_seconds() -> None:
    chance, outcome, weight = drawn(20_000, seed=9)
    begun = time.perf_counter()

    judge(chance, outcome, weight, np.arange(20_000) // 3, base_rate=0.2)

    assert time.perf_counter() - begun < 20  # about 1.5 here; a slow machine is no bug


# ---- what cannot be had


@pytest.mark.parametrize("outcome", [0, 1])
def test_one_outcome_gives_no_ranking_but_what_can_be_said(outcome: int) -> None:
    quality = judge(np.linspace(0.1, 0.9, 30), np.full(30, outcome), base_rate=0.2)

    for figure in (quality.auc, quality.intercept, quality.slope):
        assert math.isnan(figure.value)
    assert quality.log_loss.low < quality.log_loss.value < quality.log_loss.high
    assert quality.to_dict()["auc"] == {"value": None, "low": None, "high": None}


def test_one_group_has_figures_but_no_intervals() -> None:
    quality = judge([0.2, 0.8, 0.5], [0, 1, 1], None, ["a"] * 3, base_rate=0.5)

    assert quality.auc.value == 1.0
    assert math.isnan(quality.auc.low)
    assert str(quality.auc) == "1.000 (no interval)"


def test_perfect_separation_has_no_slope() -> None:
    separate = slopes(np.ones((1, 4)), np.array([[0.0, 0, 1, 1]]), np.arange(4.0))

    assert np.isnan(separate).all()


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 1), st.integers(0, 5)),
        min_size=1,
        max_size=40,
    )
)
def test_any_block_is_judged_without_a_warning_and_fits_in_json(
    rows: list[tuple[float, int, int]],
) -> None:
    chance, outcome, group = (list(column) for column in zip(*rows, strict=True))

    quality = judge(chance, outcome, None, group, base_rate=0.3, draws=20)

    json.dumps(quality.to_dict(), allow_nan=False)
    for name, figure in quality.figures().items():
        assert math.isnan(figure.low) or figure.low <= figure.value <= figure.high, name


@pytest.mark.parametrize(
    ("chance", "outcome", "weight", "base_rate", "said"),
    [
        ([1.5], [1], None, 0.2, "Every probability lies in"),
        ([math.nan], [1], None, 0.2, "Every probability lies in"),
        ([0.5], [math.nan], None, 0.2, "Every outcome is 0 or 1"),
        ([0.5], [1], [0.0], 0.2, "Every weight is above 0"),
        ([], [], None, 0.2, "at least one row"),
        ([0.5], [1], None, 0.0, "base rate lies between 0 and 1"),
    ],
)
def test_says_what_is_wrong(
    chance: list[float],
    outcome: list[float],
    weight: list[float] | None,
    base_rate: float,
    said: str,
) -> None:
    with pytest.raises(DataError, match=said):
        judge(chance, outcome, weight, base_rate=base_rate)


def test_a_row_without_a_group_is_refused() -> None:
    with pytest.raises(DataError, match="1 of 2 have none"):
        Evidence.of([0.1, 0.2], [0, 1], group_id=["a", None])
