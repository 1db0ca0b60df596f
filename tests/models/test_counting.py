"""Intervals of rates know that the snapshots of a group go together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.recalling.chance import wilson
from models.recalling.counting import Past, effective_rows, likes

RATE = 0.06


def past(outcome: list[int], lead: list[str], group: list[str] | None = None) -> Past:
    """Snapshots of leads, each its own group if none are given."""
    spine = pd.DataFrame(
        {"lead_id": lead, "group_id": group or lead, "outcome": outcome}
    )
    return Past.of(spine)


def test_each_lead_counts_once_however_often_it_was_looked_at() -> None:
    found = past([0, 0, 1, 0], ["a", "a", "a", "b"])
    assert found.weight.tolist() == [1 / 3, 1 / 3, 1 / 3, 1.0]
    assert found.rate == 0.25


def test_leads_snapshots_and_conversions_are_counted_by_bin() -> None:
    found = past([0, 1, 1, 0, 0], ["a", "a", "b", "c", "c"])
    low, high, empty = likes(found, np.array([0, 0, 0, 1, 1]), ["low", "high", "none"])
    assert low is not None
    assert high is not None
    assert empty is None
    assert (low.words, low.leads, low.snapshots) == ("low", 2, 3)
    assert (high.words, high.leads, high.snapshots) == ("high", 1, 2)
    assert low.rate == pytest.approx(2 / 3, abs=1e-6)
    assert (high.rate, high.low) == (0, 0)
    assert low.share == pytest.approx(2 / 3, abs=1e-6)


def test_a_lead_that_moved_from_bin_to_bin_stands_behind_both() -> None:
    found = past([0, 1], ["a", "a"])
    one, two = likes(found, np.array([0, 1]), ["one", "two"])
    assert one is not None
    assert two is not None
    assert (one.leads, two.leads) == (1, 1)
    assert one.share == two.share == 0.5


def test_independent_rows_keep_their_number() -> None:
    names = [f"l{i}" for i in range(200)]
    found = past([int(i % 4 == 0) for i in range(200)], names)
    (size,) = effective_rows(found, np.zeros(200, dtype=np.intp), 1)
    # 200 groups: the variance is taken with 199, which is half a percent more.
    assert size == pytest.approx(199, abs=0.01)


def test_rows_that_share_their_fate_count_as_one() -> None:
    """A hundred groups of five rows each, of one fate each: as good as 100 rows."""
    groups = np.repeat([f"g{i}" for i in range(100)], 5).tolist()
    fates = np.repeat([int(i % 5 == 0) for i in range(100)], 5).tolist()
    rows = [f"l{i}" for i in range(500)]
    found = past(fates, rows, groups)
    (size,) = effective_rows(found, np.zeros(500, dtype=np.intp), 1)
    assert size == pytest.approx(99, abs=0.01)


def test_where_nobody_converted_the_design_effect_of_all_stands_in() -> None:
    groups = np.repeat([f"g{i}" for i in range(100)], 5)
    fates = np.repeat([int(i < 20) for i in range(100)], 5)
    found = past(fates.tolist(), [f"l{i}" for i in range(500)], groups.tolist())
    code = np.repeat(np.arange(100) >= 50, 5).astype(np.intp)
    _, without = effective_rows(found, code, 2)
    assert found.outcome[code == 1].sum() == 0
    assert without == pytest.approx(50, rel=0.02)  # 250 rows of 50 groups


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_of_ten_rows_of_one_fate_the_interval_is_wide(rate: float) -> None:
    # Wilson of 0 of n: z² / (n + z²) = 3.8415 / 13.8415.
    low, high = wilson(rate, 10.0)
    assert high - low == pytest.approx(0.27753, abs=1e-5)


def test_without_rows_anything_is_possible() -> None:
    assert wilson(0.0, 0.0) == (0.0, 1.0)


@given(st.floats(0, 1), st.floats(1, 1e6))
def test_an_interval_holds_the_rate_and_is_within_reason(rate: float, n: float) -> None:
    low, high = wilson(rate, n)
    assert 0 <= low <= rate <= high <= 1


def _world(groups: int, random: np.random.Generator) -> tuple[Past, np.ndarray]:
    """Accounts of leads looked at every week; outcomes run over four looks."""
    leads = 1 + random.poisson(0.7, groups)
    group = np.repeat(np.arange(groups), leads)
    kind = np.repeat(random.integers(2, size=groups), leads)
    luck = np.repeat(random.normal(0.0, 0.8, groups), leads)
    looks = 1 + random.poisson(6, len(group))
    chance = 2.2 / (1 + np.exp(-(np.log(RATE / (1 - RATE)) - 0.3 + luck)))
    converts = random.random(len(group)) < chance
    lead = np.repeat(np.arange(len(group)), looks)
    to_go = np.concatenate([np.arange(n)[::-1] for n in looks])
    outcome = (converts[lead] & (to_go < 4)).astype(np.float64)
    moved = random.random(len(lead)) < 0.3
    code = np.where(moved, random.integers(2, size=len(lead)), kind[lead])
    return Past(outcome, lead, group[lead], 1 / looks[lead]), code


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    random = np.random.default_rng(5)
    found, code = _world(40_000, random)
    truth = [found.outcome[code == b].mean() for b in (0, 1)]
    held, naive, times = 0, 0, 150
    for _ in range(times):
        found, code = _world(300, random)
        for b, like in enumerate(likes(found, code, ["0", "1"])):
            assert like is not None
            held += like.low <= truth[b] <= like.high
            low, high = wilson(like.rate, float(like.snapshots))
            naive += low <= truth[b] <= high
    # 300 intervals, whose share has a standard error of 1.3 %.
    assert 0.92 <= held / (2 * times) <= 0.98
    assert naive / (2 * times) < 0.85
