"""What a cutoff brings and costs, by itself and from night to night."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.evidence import Evidence
from models.judging.consequences import Nights, consequences, regret
from models.judging.intervals import Figure
from models.points import POINTS_PER_LOG_ODDS
from models.qualifying.rules import ValueRule

RULE = ValueRule(value=100, cost=20)


def test_what_was_expected_stands_beside_what_was_seen() -> None:
    evidence = Evidence.of([0.1, 0.4, 0.6, 0.9], [1, 0, 1, 1])
    table = consequences(evidence, [0.5])

    assert table["expected_conversions"].tolist() == [1.5]
    assert table["observed_conversions"].tolist() == [2.0]
    assert table["missed_conversions"].tolist() == [1.0]


def test_a_rule_by_value_gives_what_is_spent_and_what_comes_of_it() -> None:
    evidence = Evidence.of([0.1, 0.4, 0.6, 0.9], [1, 0, 0, 1], weight=[1, 1, 2, 1])
    table = consequences(evidence, [0.3, 0.8], rule=RULE)

    assert table["threshold"].tolist() == [0.8, 0.3]
    assert table["cost"].tolist() == [20, 80]  # 1 lead, then 1 + 2 + 1
    assert table["value"].tolist() == [100, 100]


def test_without_a_rule_or_nights_nothing_is_made_up() -> None:
    table = consequences(Evidence.of([0.2, 0.8], [0, 1]), [0.5])

    asked = ["cost", "value", "standing_share", "standing_precision"]
    assert table[asked].isna().all(axis=None)


def test_standing_holds_leads_that_have_fallen_a_little() -> None:
    # Three points below even odds are a log-odds of -.208: a probability of .448.
    lead = ["a", "a", "a", "b", "b", "c"]
    week = [1, 2, 3, 1, 2, 1]
    chance = [0.6, 0.45, 0.45, 0.45, 0.7, 0.1]
    evidence = Evidence.of(chance, [1, 0, 0, 0, 1, 0], group_id=lead)
    table = consequences(evidence, [0.5], nights=Nights(lead, week, hysteresis=3))

    assert table["share"].tolist() == pytest.approx([2 / 6])
    assert table["weighted_precision"].tolist() == [1.0]
    # The second and third week of a are held; b had not stood before its second.
    assert table["standing_share"].tolist() == pytest.approx([4 / 6])
    assert table["standing_precision"].tolist() == pytest.approx([2 / 4])


def test_without_hysteresis_standing_is_qualification() -> None:
    random = np.random.default_rng(1)
    lead = random.integers(0, 20, 200)
    evidence = Evidence.of(random.random(200), random.integers(0, 2, 200))
    nights = Nights(lead, np.arange(200), hysteresis=0)
    table = consequences(evidence, [0.2, 0.5, 0.8], nights=nights)

    assert table["standing_share"].tolist() == table["share"].tolist()
    assert table["standing_precision"].tolist() == table["weighted_precision"].tolist()


def test_a_threshold_that_nobody_reaches_has_no_precision() -> None:
    evidence = Evidence.of([0.2, 0.4], [0, 1])
    nights = Nights(["a", "b"], [1, 1], hysteresis=3)
    table = consequences(evidence, [0.9], rule=RULE, nights=nights)

    assert table[["weighted_precision", "standing_precision"]].isna().all(axis=None)
    assert table[["cost", "value", "standing_share"]].to_numpy().tolist() == [[0, 0, 0]]


# --- regret


def test_nothing_is_regretted_where_probabilities_are_right() -> None:
    evidence = Evidence.of([0.1, 0.3], [0, 1])
    told = regret(evidence, RULE, Figure(0.0, 0.0, 0.0))

    assert (told.value, told.low, told.high) == (0, 0, 0)


def test_regret_is_what_the_leads_decided_wrongly_cost() -> None:
    # At odds twice too low .1 becomes 2/11 and still does not pay; .15 becomes 6/23
    # and would have paid 100 · 6/23 - 20; .3 pays either way. A third of 1,000 each.
    evidence = Evidence.of([0.1, 0.15, 0.3], [0, 0, 0])
    told = regret(evidence, RULE, Figure(math.log(2), 0.0, math.log(2)))

    assert told.value == pytest.approx((100 * 6 / 23 - 20) * 1000 / 3)
    assert (told.low, told.high) == (0, told.value)


def test_regret_of_probabilities_too_high_is_work_that_does_not_pay() -> None:
    # At odds twice too high .3 is really 3/17, which pays 100 · 3/17 of the 20.
    told = regret(
        Evidence.of([0.3], [0]), RULE, Figure(-math.log(2), -math.log(2), -0.01)
    )

    assert told.value == told.high == pytest.approx((20 - 100 * 3 / 17) * 1000)
    assert told.low == 0  # a hundredth of log-odds changes no decision here


def test_without_an_interval_there_is_no_regret_to_tell() -> None:
    told = regret(Evidence.of([0.3], [0]), RULE, Figure(0.1, math.nan, math.nan))

    assert math.isnan(told.value)


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.floats(0.001, 0.999), min_size=1, max_size=20),
    st.floats(-3, 3),
    st.floats(-3, 3),
    st.floats(0.05, 0.95),
)
@example(chance=[0.5, 0.125], one=-2.0, other=-1e-182, cost=0.125)
def test_regret_is_never_below_nought_and_lies_in_its_interval(
    chance: list[float], one: float, other: float, cost: float
) -> None:
    low, high = sorted((one, other))
    evidence = Evidence.of(chance, [0] * len(chance))
    offset = Figure((low + high) / 2, low, high)
    told = regret(evidence, ValueRule(1.0, cost), offset)

    assert 0 <= told.low <= told.value * (1 + 1e-12)
    assert told.value <= told.high * (1 + 1e-12)
    # By hand: of each lead the better decision less the one taken.
    odds = [p / (1 - p) * math.exp(offset.value) for p in chance]
    truth = [o / (1 + o) - cost for o in odds]
    taken = [t if p > cost else 0.0 for t, p in zip(truth, chance, strict=True)]
    best = [max(t, 0.0) for t in truth]
    asked = 1000 * (sum(best) - sum(taken)) / len(chance)
    assert told.value == pytest.approx(asked, abs=1e-9)


def test_points_of_hysteresis_are_those_of_the_scale() -> None:
    # A lead exactly three points below stays; a hair further down it falls.
    cutoff = math.log(0.5 / 0.5)
    for below, stays in ((2.99, True), (3.01, False)):
        fallen = 1 / (1 + math.exp(-(cutoff - below / POINTS_PER_LOG_ODDS)))
        evidence = Evidence.of([0.9, fallen], [0, 0])
        nights = Nights(["a", "a"], [1, 2], hysteresis=3)
        table = consequences(evidence, [0.5], nights=nights)
        assert table["standing_share"].tolist() == [1.0 if stays else 0.5]
