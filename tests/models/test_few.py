"""Too little data for a booster: how it is divided, and what is fitted."""

from __future__ import annotations

import numpy as np
import pytest

from models.learning.conversion import margins_of
from models.learning.few import (
    can_bear_a_scorecard,
    divide_few,
    fit_few,
    unseen_margins,
)
from models.learning.splits import SplitRule, TooLittle, divide
from tests.models.small_models import learnable, timeline

RULE = SplitRule(0.25, 4, 50, 20)


def _outcomes(rows: int, every: int) -> np.ndarray:
    return np.asarray(np.arange(rows) % every == 0, dtype=np.float64)


def test_the_newest_leads_judge_and_the_earlier_ones_are_shared_out() -> None:
    times = timeline(np.arange(200), _outcomes(200, 10))
    blocks = divide_few(times, RULE)
    assert blocks.test.tolist() == list(range(150, 200))
    assert blocks.before.tolist() == list(range(150))
    assert set(blocks.split[:150]) == {"calibrate", "cutoff"}
    judged = np.sort(np.concatenate([f.judged for f in blocks.folds]))
    assert judged.tolist() == list(range(150))
    for fold in blocks.folds:
        assert not set(fold.train) & set(fold.judged)


def test_groups_are_kept_whole_in_the_folds() -> None:
    groups = [f"g{i % 30}" for i in range(200)]
    blocks = divide_few(
        timeline(np.arange(200), _outcomes(200, 10), groups=groups), RULE
    )
    for fold in blocks.folds:
        early, late = ({groups[r] for r in rows} for rows in (fold.train, fold.judged))
        assert not early & late


@pytest.mark.parametrize("converted", [0, 1, 4, 200])
def test_where_a_booster_is_refused_the_refusal_can_be_told_apart(
    converted: int,
) -> None:
    outcome = np.zeros(200)
    outcome[:converted] = 1
    with pytest.raises(TooLittle, match="Too little data"):
        divide(timeline(np.arange(200), outcome), RULE)


@pytest.mark.parametrize("outcome", [0.0, 1.0])
def test_one_outcome_only_calibrates_nothing(outcome: float) -> None:
    with pytest.raises(TooLittle, match="some that did and some that did not"):
        divide_few(timeline(np.arange(200), np.full(200, outcome)), RULE)


def test_three_leads_are_too_few_for_anything() -> None:
    with pytest.raises(TooLittle, match="even to calibrate a points table"):
        divide_few(timeline(np.arange(3), [0, 1, 0]), RULE)


@pytest.mark.parametrize(
    ("converted", "rows", "can"), [(9, 100, False), (10, 100, True), (91, 100, False)]
)
def test_a_scorecard_needs_ten_of_either(converted: int, rows: int, can: bool) -> None:
    outcome = (np.arange(rows) < converted).astype(float)
    times = timeline(np.arange(rows), outcome)
    assert can_bear_a_scorecard(times, np.arange(rows)) is can


def test_margins_come_from_scorecards_that_had_not_seen_the_row() -> None:
    outcome = _outcomes(200, 8)
    times = timeline(np.arange(200), outcome)
    blocks = divide_few(times, RULE)
    values = np.column_stack([outcome + np.random.default_rng(1).normal(size=200)])
    rows = learnable(values, outcome)
    margin = unseen_margins(rows, blocks)
    assert np.isnan(margin[blocks.test]).all()
    fold = blocks.folds[0]
    own = margins_of(fit_few(rows.take(fold.train)).text, values[fold.judged])
    np.testing.assert_allclose(margin[fold.judged], own)


def test_a_fold_whose_others_never_converted_gets_their_rate() -> None:
    # All conversions are of one account, so that only its own fold is without any.
    outcome = np.array([1.0] * 10 + [0.0] * 90)
    groups = ["one"] * 10 + [f"g{i}" for i in range(90)]
    times = timeline(np.arange(100), outcome, groups=groups)
    blocks = divide_few(times, RULE)
    rows = learnable(np.arange(100.0)[:, None], outcome, groups)
    fold = next(f for f in blocks.folds if 0 in f.judged)
    margin = unseen_margins(rows, blocks)[fold.judged]
    rate = 0.5 / (len(fold.train) + 1)
    np.testing.assert_allclose(margin, np.log(rate / (1 - rate)))
