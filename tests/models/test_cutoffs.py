"""Cutoffs keep what they promise, nest, and say so when they cannot."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import ConfigError, ModelError
from models.evidence import Evidence
from models.judging.consequences import consequences
from models.points import Floats
from models.qualifying.arrivals import Arrivals
from models.qualifying.cutoffs import Cutoffs, choose_cutoffs
from models.qualifying.rules import (
    CapacityRule,
    CaptureRule,
    CutoffRule,
    CutoffRules,
    PrecisionRule,
    ValueRule,
    WeeklyCapacityRule,
)


def scored(rows: int, seed: int) -> tuple[Floats, Floats]:
    """True probabilities of about 5 % on average, and outcomes drawn with them."""
    random = np.random.default_rng(seed)
    chance = 1 / (1 + np.exp(-random.normal(-4.0, 1.5, rows)))
    return chance, (random.random(rows) < chance).astype(float)


def test_a_few_large_groups_change_the_promise_to_one_of_leads() -> None:
    group = np.concatenate([np.arange(60), 60 + np.repeat(np.arange(10), 30)])
    evidence = Evidence.of(np.full(360, 0.7), group < 60, group_id=group)
    rules = CutoffRules(mql=CapacityRule(1.0), sql=PrecisionRule(0.05, 0.9))

    sql = choose_cutoffs(rules, evidence).sql

    assert sql.kept
    assert sql.precision == pytest.approx(60 / 70)
    assert sql.weighted_precision == pytest.approx(60 / 360)
    assert "0.86 by group and 0.17 by lead are too far apart" in sql.said


@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_refuses_a_confidence_that_cannot_be_had(confidence: float) -> None:
    rules = CutoffRules(mql=CapacityRule(0.5), sql=CaptureRule(0.8, confidence))
    with pytest.raises(ConfigError, match="lie between 0 and 1"):
        choose_cutoffs(rules, Evidence.of([0.1, 0.9], [0, 1]))


def test_says_what_is_promised() -> None:
    chance = np.arange(1, 101) / 101
    rules = CutoffRules(mql=CaptureRule(0.8, 0.95), sql=PrecisionRule(0.6, 0.9))

    cutoffs = choose_cutoffs(rules, Evidence.of(chance, chance > 0.5))

    assert cutoffs.sql.kept
    assert cutoffs.sql.said.startswith(
        "Of groups with a qualifying lead at least 60% convert, with 90% confidence"
    )
    assert cutoffs.mql.kept
    assert cutoffs.mql.said.startswith(
        "Of those who convert at least 80% qualify, with 95% confidence"
    )


def test_without_a_second_choice_nobody_qualifies() -> None:
    evidence = Evidence.of(np.linspace(0.9, 0.99, 50), np.zeros(50))
    rules = CutoffRules(mql=CapacityRule(0.5), sql=PrecisionRule(0.6, 0.9))

    cutoffs = choose_cutoffs(rules, evidence)

    assert (cutoffs.sql.threshold, cutoffs.sql.kept) == (None, False)
    assert cutoffs.sql.said == (
        "No cutoff keeps a precision of 60% with 90% confidence on these data: at the "
        "strictest cutoff tried 0 of 20 groups converted, too few to be sure. There "
        "is no second choice, so nobody qualifies."
    )
    assert "sql" not in cutoffs.qualification([0.99, 1.0])


def test_a_second_choice_is_taken_and_said_to_be_one() -> None:
    evidence = Evidence.of(np.linspace(0.1, 0.9, 50), np.zeros(50))
    second = PrecisionRule(0.6, 0.9, otherwise=CapacityRule(0.1))

    sql = choose_cutoffs(CutoffRules(CapacityRule(0.5), second), evidence).sql

    assert (sql.rule, sql.kept, sql.share) == ("capacity", False, 0.1)
    assert "Second choice: At most 10% of the snapshots qualify" in sql.said


def test_mql_is_lowered_below_sql_and_says_so() -> None:
    evidence = Evidence.of(np.arange(1, 11) / 10, np.zeros(10))
    rules = CutoffRules(mql=CapacityRule(0.1), sql=CapacityRule(0.4))

    cutoffs = choose_cutoffs(rules, evidence)

    # SQL takes 4 of 10 (.7 and up), so MQL takes at least 6 (.5 and up).
    assert (cutoffs.sql.threshold, cutoffs.mql.threshold) == (0.7, 0.5)
    assert not cutoffs.mql.kept
    assert "lowered to take in 1.5 times as many leads as SQL" in cutoffs.mql.said


def test_a_lowered_capture_is_still_kept() -> None:
    chance = np.arange(1, 101) / 101
    rules = CutoffRules(mql=CaptureRule(0.8, 0.9), sql=CapacityRule(0.6))

    mql = choose_cutoffs(rules, Evidence.of(chance, chance > 0.5)).mql

    assert mql.kept
    assert mql.said.endswith("which keeps the capture.")


def test_where_no_lead_is_below_sql_there_is_no_mql_and_it_is_said() -> None:
    evidence = Evidence.of([0.6, 0.6], [1, 0])
    rules = CutoffRules(mql=CapacityRule(1.0), sql=ValueRule(value=100, cost=50))

    cutoffs = choose_cutoffs(rules, evidence)

    assert cutoffs.mql.threshold is None
    assert "no lead here is below that" in cutoffs.mql.said
    assert cutoffs.qualification([0.4, 0.6]).tolist() == ["none", "sql"]


rule = st.one_of(
    st.builds(PrecisionRule, st.sampled_from([0.1, 0.5, 0.8]), st.just(0.9)),
    st.builds(CaptureRule, st.sampled_from([0.5, 0.8]), st.just(0.9)),
    st.builds(CapacityRule, st.sampled_from([0.05, 0.3, 1.0])),
    st.builds(ValueRule, st.just(100.0), st.sampled_from([0.0, 5.0, 60.0])),
)


@settings(deadline=None, max_examples=60)
@given(rule, rule, st.integers(0, 10_000), st.integers(1, 300), st.booleans())
def test_cutoffs_nest_and_qualification_never_falls(
    mql: CutoffRule, sql: CutoffRule, seed: int, rows: int, coarse: bool
) -> None:
    chance, outcome = scored(rows, seed)
    chance = chance.round(1) if coarse else chance

    cutoffs = choose_cutoffs(CutoffRules(mql, sql), Evidence.of(chance, outcome))

    if cutoffs.mql.threshold is not None and cutoffs.sql.threshold is not None:
        assert cutoffs.mql.threshold < cutoffs.sql.threshold
    rank = {"none": 0, "mql": 1, "sql": 2}
    ranks = [rank[q] for q in cutoffs.qualification(np.linspace(0, 1, 101))]
    assert ranks == sorted(ranks)
    assert Cutoffs.from_dict(cutoffs.to_dict()).to_dict() == cutoffs.to_dict()


def test_a_missing_probability_qualifies_for_nothing() -> None:
    evidence = Evidence.of([0.1, 0.9], [0, 1])
    cutoffs = choose_cutoffs(
        CutoffRules(CapacityRule(1.0), CapacityRule(0.5)), evidence
    )

    assert cutoffs.qualification([math.nan, 0.95]).tolist() == ["none", "sql"]


def test_a_damaged_contract_is_refused() -> None:
    with pytest.raises(ModelError, match="Stored cutoffs are two"):
        Cutoffs.from_dict({"mql": {}})
    with pytest.raises(ModelError, match="has the fields name, rule"):
        Cutoffs.from_dict({"mql": {"name": "mql"}, "sql": {}})


# ---- consequences


def test_consequences_count_what_a_cutoff_brings_and_misses() -> None:
    evidence = Evidence.of(
        [0.2, 0.4, 0.6, 0.8], [1, 0, 1, 1], weight=[0.5, 0.5, 0.5, 0.5]
    )

    table = consequences(evidence, [0.3, 0.7], per_week=80)

    assert table["threshold"].tolist() == [0.7, 0.3]
    assert table["leads_per_week"].tolist() == [20, 60]
    assert table["expected_conversions"].tolist() == pytest.approx([0.4, 0.9])
    assert table["missed_conversions"].tolist() == [1.0, 0.5]
    assert table["precision"].tolist() == pytest.approx([1, 2 / 3])
    assert table["precision_low"].iloc[0] == pytest.approx(0.025)  # of 1 in 1


def test_consequences_without_dates_have_no_leads_per_week() -> None:
    table = consequences(Evidence.of([0.2, 0.8], [0, 1]), [0.5, 1.0])

    assert table["leads_per_week"].isna().all()
    assert table["precision"].isna().tolist() == [True, False]


# ---- capacity by the week


def test_a_weekly_capacity_takes_the_lowest_threshold_that_no_week_overfills() -> None:
    # Weeks begin on days 4, 11, 18 and 25. At .6 two leads come in the first week.
    days = [4, 5, 11, 18, 25]
    seen = [0.9, 0.6, 0.7, 0.8, 0.1]
    arrivals = Arrivals.of(list("abcde"), days, seen)

    assert arrivals.weeks == 4
    assert arrivals.a_week(0.6).tolist() == [2, 1, 1, 0]
    assert arrivals.lowest_within(1) == 0.7
    assert arrivals.lowest_within(2) == 0.1


def test_a_lead_comes_once_however_long_it_stays() -> None:
    days = [4, 11, 18, 25, 32]
    arrivals = Arrivals.of(["a"] * 5, days, [0.2, 0.6, 0.1, 0.9, 0.7])

    assert arrivals.a_week(0.5).tolist() == [0, 1, 0, 0, 0]
    # A lower threshold is reached earlier, and still once.
    assert arrivals.a_week(0.15).tolist() == [1, 0, 0, 0, 0]


def test_a_lead_that_was_there_before_and_is_above_at_once_is_not_counted() -> None:
    days = [-3, 4, 11, 4, 11]
    seen = [math.nan, 0.9, 0.8, 0.3, 0.9]  # the first snapshot of "a" was not judged
    arrivals = Arrivals.of(["a", "a", "a", "b", "b"], days, seen)

    assert arrivals.a_week(0.5).tolist() == [0, 1]
    # It is counted where it is seen to rise.
    assert arrivals.a_week(0.85).tolist() == [0, 1]


def test_one_busy_week_in_twenty_may_bring_more() -> None:
    # 40 weeks of one lead each; in two of them there are five.
    extra = [7 * w + 4 for w in (10, 20) for _ in range(4)]
    days = [*(7 * w + 4 for w in range(40)), *extra]
    arrivals = Arrivals.of(range(len(days)), days, np.full(len(days), 0.5))

    assert arrivals.usual_most(0.5) == 1
    assert arrivals.lowest_within(1) == 0.5


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 120), st.integers(1, 8))
def test_the_lowest_threshold_within_a_capacity_keeps_it(
    seed: int, rows: int, leads: int
) -> None:
    random = np.random.default_rng(seed)
    arrivals = Arrivals.of(
        random.integers(0, 40, rows), random.integers(0, 60, rows),
        random.random(rows).round(1),
    )  # fmt: skip

    found = arrivals.lowest_within(leads)

    tried = np.unique(arrivals.probability)
    kept = [t for t in tried if found is not None and t >= found]
    assert all(arrivals.usual_most(float(t)) <= leads for t in kept)
    if looser := [t for t in tried if found is None or t < found]:
        assert arrivals.usual_most(float(looser[-1])) > leads


def test_a_weekly_capacity_says_so_and_has_a_second_choice_in_a_short_history() -> None:
    chance = [0.1, 0.4, 0.6, 0.9]
    evidence = Evidence.of(chance, [0, 0, 1, 1])
    rule = WeeklyCapacityRule(1, otherwise=CapacityRule(0.5))
    rules = CutoffRules(mql=CapacityRule(1.0), sql=rule)

    dated = replace(evidence, arrivals=Arrivals.of(range(4), [4, 11, 18, 25], chance))
    short = replace(evidence, arrivals=Arrivals.of(range(4), [4, 5, 6, 11], chance))

    sql = choose_cutoffs(rules, dated).sql
    assert (sql.rule, sql.threshold, sql.kept) == ("capacity", 0.1, True)
    assert "In 19 weeks of 20 at most 1 lead newly qualify" in sql.said
    sql = choose_cutoffs(rules, short).sql
    assert (sql.threshold, sql.kept) == (0.6, False)
    assert "4 weeks of snapshots are needed to tell a busy one" in sql.said


def test_a_weekly_capacity_without_dates_is_refused() -> None:
    rules = CutoffRules(mql=CapacityRule(1.0), sql=WeeklyCapacityRule(40))
    with pytest.raises(ConfigError, match="Ask for capacity_share"):
        choose_cutoffs(rules, Evidence.of([0.1, 0.9], [0, 1]))
