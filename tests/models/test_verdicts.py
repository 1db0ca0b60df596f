"""What becomes of a promise when it is proved again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from models.evidence import Evidence
from models.qualifying.cutoffs import choose_cutoffs
from models.qualifying.rules import (
    CapacityRule,
    CaptureRule,
    CutoffRules,
    PrecisionRule,
)
from models.qualifying.verdicts import Verdict, prove_again

# 1,000 leads in ten steps of chance, of which those from .5 on all convert.
CHANCE = np.repeat(np.arange(0.05, 1.0, 0.1), 100)
GOOD = Evidence.of(CHANCE, CHANCE > 0.5)
BARREN = Evidence.of(CHANCE, np.arange(1000) % 100 == 0)
RULES = CutoffRules(CaptureRule(0.7, 0.95), PrecisionRule(0.6, 0.95))
SHARES = CutoffRules(CapacityRule(0.8), PrecisionRule(0.6, 0.95, CapacityRule(0.1)))


def test_the_same_rows_keep_both_promises_at_their_thresholds() -> None:
    standing = choose_cutoffs(RULES, GOOD)
    found = prove_again(RULES, standing, GOOD)

    assert (found.mql.verdict, found.sql.verdict) == (Verdict.KEPT, Verdict.KEPT)
    assert found.cutoffs.sql.threshold == standing.sql.threshold
    assert found.cutoffs.mql.threshold == standing.mql.threshold


def test_a_stricter_standing_threshold_that_passes_stays() -> None:
    # Chosen where only leads from .7 on converted: there 6 of 10 need .65 or so.
    older = Evidence.of(CHANCE, CHANCE > 0.7)
    standing = choose_cutoffs(RULES, older)
    anew = choose_cutoffs(RULES, GOOD)
    assert anew.sql.threshold is not None
    assert standing.sql.threshold is not None
    assert anew.sql.threshold < standing.sql.threshold

    found = prove_again(RULES, standing, GOOD)
    assert found.sql.verdict is Verdict.KEPT
    assert found.cutoffs.sql.threshold == standing.sql.threshold
    # From .55 on 500 qualify; from .45 on 600, of whom 500 convert: both pass.
    assert found.sql.cutoff.conversions <= found.sql.cutoff.rows


def test_a_standing_threshold_that_fails_is_moved_up() -> None:
    standing = choose_cutoffs(RULES, GOOD)
    newer = Evidence.of(CHANCE, CHANCE > 0.7)
    found = prove_again(RULES, standing, newer)

    assert found.sql.verdict is Verdict.MOVED
    after, before = found.sql.cutoff.threshold, standing.sql.threshold
    assert after is not None
    assert before is not None
    assert after > before
    picked = after <= CHANCE
    assert (CHANCE > 0.7)[picked].mean() >= 0.6
    assert found.sql.said.startswith("SQL: moved to")


def test_a_promise_that_nothing_keeps_is_void_and_says_so() -> None:
    standing = choose_cutoffs(RULES, GOOD)
    found = prove_again(RULES, standing, BARREN)

    assert found.sql.verdict is Verdict.VOID
    assert found.sql.cutoff.threshold is None
    assert "No cutoff keeps a precision of 60%" in found.sql.said
    assert "nobody qualifies" in found.sql.said


def test_a_void_promise_falls_back_on_its_second_choice() -> None:
    standing = choose_cutoffs(SHARES, GOOD)
    found = prove_again(SHARES, standing, BARREN)

    assert found.sql.verdict is Verdict.VOID
    assert found.sql.cutoff.threshold is not None
    assert not found.sql.cutoff.kept
    assert "Second choice" in found.sql.said


def test_a_share_is_kept_only_if_the_same_leads_qualify() -> None:
    standing = choose_cutoffs(SHARES, GOOD)
    assert prove_again(SHARES, standing, GOOD).mql.verdict is Verdict.KEPT

    halved = Evidence.of(CHANCE / 2, CHANCE > 0.5)
    moved = prove_again(SHARES, standing, halved).mql
    assert moved.verdict is Verdict.MOVED
    assert moved.cutoff.share <= 0.8


def test_a_share_that_is_kept_promises_nothing_and_is_not_said_to_be_proved() -> None:
    standing = choose_cutoffs(SHARES, GOOD)
    # From .2 on the same rows qualify as from .25 on, the lowest of them.
    assert standing.mql.threshold is not None
    older = replace(standing, mql=replace(standing.mql, threshold=0.2))
    kept = prove_again(SHARES, older, GOOD).mql

    assert kept.said == (
        "MQL: kept at 20.0%, which still keeps to a share of 80% of the snapshots."
    )
    assert kept.cutoff.said == (
        "At most 80% of the snapshots qualify; no precision is promised."
    )


def test_a_share_that_is_lowered_below_sqls_cutoff_no_longer_holds() -> None:
    crossed = CutoffRules(CapacityRule(0.1), PrecisionRule(0.6, 0.95))
    lowered = prove_again(crossed, choose_cutoffs(crossed, GOOD), GOOD).mql
    assert lowered.said.endswith(", and its capacity no longer holds.")


def test_the_capture_of_a_lower_threshold_needs_no_new_test() -> None:
    # From .75 on all convert; below it every second one, from .35 on or from .55 on.
    every_second = np.arange(1000) % 2 == 0
    older = Evidence.of(CHANCE, (CHANCE > 0.7) | (every_second & (CHANCE > 0.3)))
    newer = Evidence.of(CHANCE, (CHANCE > 0.7) | (every_second & (CHANCE > 0.5)))
    rules = CutoffRules(CaptureRule(0.9, 0.95), PrecisionRule(0.9, 0.95))
    standing = choose_cutoffs(rules, older)
    anew = choose_cutoffs(rules, newer)
    found = prove_again(rules, standing, newer)

    assert standing.mql.threshold is not None
    assert anew.mql.threshold is not None
    assert standing.mql.threshold < anew.mql.threshold
    assert found.mql.verdict is Verdict.KEPT
    assert found.mql.cutoff.threshold == standing.mql.threshold


def test_cutoffs_nest_whatever_stands() -> None:
    crossed = CutoffRules(CapacityRule(0.1), PrecisionRule(0.6, 0.95))
    standing = choose_cutoffs(crossed, GOOD)
    found = prove_again(crossed, standing, GOOD)

    mql, sql = found.cutoffs.mql.threshold, found.cutoffs.sql.threshold
    assert mql is not None
    assert sql is not None
    assert mql < sql
    assert found.mql.verdict is Verdict.VOID


def test_a_threshold_where_nobody_qualified_before_is_moved_to() -> None:
    standing = choose_cutoffs(RULES, BARREN)
    assert standing.sql.threshold is None
    found = prove_again(RULES, standing, GOOD)

    assert found.sql.verdict is Verdict.MOVED
    assert "nobody qualified" in found.sql.said
    assert found.to_dict()["sql"]["before"] is None


@given(seed=st.integers(0, 200), shift=st.floats(-1.5, 1.5))
@settings(max_examples=25, deadline=None)
def test_whatever_is_kept_or_moved_passes_its_test(seed: int, shift: float) -> None:
    random = np.random.default_rng(seed)

    def rows(by: float) -> Evidence:
        log_odds = random.normal(-1, 1.5, 400)
        true = 1 / (1 + np.exp(-log_odds - by))
        chance = 1 / (1 + np.exp(-log_odds))
        return Evidence.of(chance, random.random(400) < true)

    rules = CutoffRules(CaptureRule(0.7, 0.9), PrecisionRule(0.5, 0.9))
    newer = rows(shift)
    found = prove_again(rules, choose_cutoffs(rules, rows(0)), newer)

    cutoffs = found.cutoffs  # they nest, or this raises
    if found.sql.verdict is not Verdict.VOID:
        assert cutoffs.sql.threshold is not None
        picked = newer.probability >= cutoffs.sql.threshold
        hits, count = newer.outcome[picked].sum(), picked.sum()
        assert binom.sf(hits - 1, count, 0.5) <= 0.1
    if found.mql.verdict is Verdict.KEPT:
        assert cutoffs.mql.threshold is not None
        below = newer.probability < cutoffs.mql.threshold
        missed, everyone = newer.outcome[below].sum(), newer.outcome.sum()
        assert binom.cdf(missed, everyone, 0.3) <= 0.1
