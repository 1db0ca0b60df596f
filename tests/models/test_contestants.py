"""Contestants are judged on our rows, beside us."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.judging.contestants import contest
from models.stand_ins import WORDS


def test_a_contestant_that_knows_less_is_worse_by_what_it_does_not_know() -> None:
    # Ours is right to .9 each time; one rate for everybody says one half.
    outcome = np.tile([0.0, 1.0], 50)
    ours = np.where(outcome == 1, 0.9, 0.1)
    found = contest("constant", np.full(100, 0.5), ours, outcome, draws=50)
    assert found.log_loss.value == pytest.approx(math.log(2))
    assert found.difference.value == pytest.approx(math.log(2) + math.log(0.9))
    assert found.auc.value == 0.5
    assert found.observed_over_expected.value == pytest.approx(1.0)


def test_the_difference_is_paired_so_that_equals_differ_by_nothing() -> None:
    chance = np.random.default_rng(1).random(60)
    outcome = (np.random.default_rng(2).random(60) < chance).astype(float)
    found = contest("scorecard", chance, chance, outcome, draws=20).difference
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


def test_a_block_without_conversions_has_no_auc_and_says_none() -> None:
    told = contest("points_table", [0.2, 0.3], [0.1, 0.1], [0, 0], draws=0).to_dict()
    assert told["auc"] == {"value": None, "low": None, "high": None}
    assert told["words"] == WORDS["points_table"]
