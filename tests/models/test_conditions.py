"""Conditions of promotion: where each begins to fail, by numbers worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest

from models.evidence import Evidence
from models.judging.intervals import Figure, grouped_interval
from models.promoting.conditions import (
    familiarity_gate,
    loss_gate,
    scale_gate,
    segments_gate,
)
from models.promoting.gates import Outcome


@pytest.mark.parametrize(
    ("difference", "answer", "said"),
    [
        (Figure(0.02, 0.001, 0.04), Outcome.FAILED, "so it is surely worse."),
        (Figure(0.02, -0.001, 0.04), Outcome.PASSED, "by 0.0400 at most."),
        (Figure(-0.02, -0.04, -0.001), Outcome.PASSED, "so it is surely better."),
        (Figure(0.0, 0.0, 0.0), Outcome.PASSED, "by 0.0000 at most."),
        (
            Figure(0.02, math.nan, math.nan),
            Outcome.FAILED,
            "nothing can be said of it.",
        ),
    ],
)
def test_only_a_loss_that_is_surely_greater_fails(
    difference: Figure, answer: Outcome, said: str
) -> None:
    gate = loss_gate("the champion", 0.5, 0.48, difference, name="log_loss")
    assert gate.answer is answer
    assert gate.said.startswith("The log loss is 0.5000, that of the champion 0.4800")
    assert gate.said.endswith(said)


def _block(rate: float, said: float, rows: int = 1000) -> Evidence:
    converted = np.arange(rows) < round(rows * rate)
    return Evidence.of(np.full(rows, said), converted.astype(float))


# Of 1,000 rows 200 convert: the exact 95 % interval is .1756 to .2261.
@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (0.20, Outcome.PASSED),
        (0.162, Outcome.PASSED),  # .1756 is 8 % more than .162
        (0.158, Outcome.FAILED),  # .1756 is 11 % more than .158
        (0.25, Outcome.PASSED),  # .2261 is 9.6 % less than .25
        (0.26, Outcome.FAILED),  # .2261 is 13 % less than .26
    ],
)
def test_a_segment_may_be_off_by_a_tenth_beyond_its_interval(
    said: float, answer: Outcome
) -> None:
    gate = segments_gate(_block(0.2, said), {"source": ["web"] * 1000})
    assert gate.answer is answer


def test_a_segment_below_two_hundred_rows_is_not_judged() -> None:
    block = _block(0.5, 0.05, rows=199)
    gate = segments_gate(block, {"source": ["web"] * 199})
    assert gate.answer is Outcome.NOT_APPLICABLE
    assert gate.said == "No segment has 200 rows."


def test_without_segments_the_gate_says_so() -> None:
    gate = segments_gate(_block(0.5, 0.05), {})
    assert gate.answer is Outcome.NOT_APPLICABLE
    assert "segments.columns names no column" in gate.said


def test_a_bad_segment_is_found_behind_a_good_whole() -> None:
    """Half the block is promised too much and half too little: the sum is right."""
    web, fair = _block(0.1, 0.2), _block(0.3, 0.2)
    both = Evidence.of(np.full(2000, 0.2), np.concatenate([web.outcome, fair.outcome]))
    gate = segments_gate(both, {"source": ["web"] * 1000 + ["fair"] * 1000})
    assert gate.answer is Outcome.FAILED
    assert gate.figures["off"] == 2
    assert "source web was given 0.200, and 0.100" in gate.said
    assert "source fair was given 0.200, and 0.300" in gate.said


def test_snapshots_of_one_account_count_once() -> None:
    """A thousand rows of three accounts are three rows: nothing can be surely wrong."""
    accounts = np.array(["a", "b", "c"])[np.arange(1000) % 3]
    lonely = Evidence.of(np.full(1000, 0.1), np.ones(1000))
    same = Evidence.of(np.full(1000, 0.4), np.ones(1000), group_id=accounts)
    segment = {"source": ["web"] * 1000}
    assert segments_gate(lonely, segment).answer is Outcome.FAILED
    # 3 of 3 converted: the interval is .292 to 1, and .4 lies within.
    assert segments_gate(same, segment).answer is Outcome.PASSED


def weekly_world(
    seed: int, leads: int = 300, weekly: float = 0.02
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], float]:
    """Leads looked at each week until they convert, 30 weeks at most; no signal at all.

    Returns the outcomes (converts within four weeks of the look), the leads, and the
    true chance.
    """
    chance = np.random.default_rng(seed)
    outcome, lead = [], []
    for number in range(leads):
        converts = int(chance.geometric(weekly))  # in that week, from 1 on
        looks = np.arange(min(converts, 30))
        outcome += list(converts - looks <= 4)
        lead += [number] * len(looks)
    return np.array(outcome, float), np.array(lead), 1 - (1 - weekly) ** 4


def test_a_segment_without_a_fault_passes_where_leads_leave_when_they_convert() -> None:
    """One row drawn of each lead says .233 where .078 of the looks convert."""
    outcome, lead, true = weekly_world(1)
    block = Evidence.of(np.full(len(outcome), true), outcome, group_id=lead)
    drawn = block.outcome[block.drawn].mean()
    assert drawn > 2 * true  # a drawing of one row a group is of no use here
    assert outcome.mean() == pytest.approx(true, abs=0.015)
    gate = segments_gate(block, {"source": ["web"] * len(outcome)})
    assert gate.answer is Outcome.PASSED


def test_the_grouped_interval_holds_the_truth_as_often_as_it_says() -> None:
    held = 0
    for seed in range(300):
        outcome, lead, true = weekly_world(seed, leads=120)
        found = grouped_interval(outcome, lead)
        held += found.low <= true <= found.high
    # 95 % of 300 are 285; at 91.5 % a true 95 % would be missed once in 200 tries.
    assert 274 <= held <= 299


def test_more_segments_make_each_interval_wider() -> None:
    """At 95 % .158 fails a single segment; of forty, the interval begins at .161."""
    block = Evidence.of(
        np.full(40_000, 0.158), np.tile(np.arange(1000) < 200, 40).astype(float)
    )
    labels = np.repeat(np.arange(40), 1000)
    # 200 of 1,000 at 1 - .05/40: from .161, and that is 2 % more than .158.
    assert segments_gate(block, {"part": labels}).answer is Outcome.PASSED


@pytest.mark.parametrize(
    ("share", "answer"), [(0.1, Outcome.PASSED), (0.11, Outcome.FAILED)]
)
def test_one_unfamiliar_lead_in_ten_is_the_bound(share: float, answer: Outcome) -> None:
    gate = familiarity_gate(Figure(share, 0.0, 0.2))
    assert gate.answer is answer


def test_points_that_would_mean_other_odds_fail() -> None:
    same = scale_gate(-2.5, -2.5)
    assert same.answer is Outcome.PASSED
    # The new 50 stands at half the champion's odds: equal odds would get 10 more.
    moved = scale_gate(-2.5 - math.log(2), -2.5)
    assert moved.answer is Outcome.FAILED
    assert "equal odds would get +10.0 points" in moved.said
    nobody = scale_gate(-2.5, None, "There is no champion yet.")
    assert nobody.answer is Outcome.NOT_APPLICABLE
    assert nobody.said == "There is no champion yet."
