"""Two scorers on the same rows: the difference is surer than either figure."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.judging.quality import judge
from models.promoting.paired import NAMES, pair

_CHANCE = st.floats(0.01, 0.99)
_ROWS = st.lists(
    st.tuples(_CHANCE, _CHANCE, st.booleans(), st.sampled_from("abcde")),
    min_size=4,
    max_size=30,
)


def test_figures_are_those_of_a_block_of_four() -> None:
    # Pairs won: all 4 of ours, 2 of theirs (one of each level twice).
    found = {p.name: p for p in pair([0.1, 0.2, 0.6, 0.7], [0.4] * 4, [0, 0, 1, 1])}
    assert found["auc"].ours.value == 1.0
    assert found["auc"].theirs.value == 0.5
    assert found["auc"].difference.value == 0.5
    loss = -(math.log(0.9) + math.log(0.8) + math.log(0.6) + math.log(0.7)) / 4
    assert found["log_loss"].ours.value == pytest.approx(loss)
    # 2 converted; 1.6 were expected of both.
    for side in (found["observed_over_expected"].ours,
                 found["observed_over_expected"].theirs):  # fmt: skip
        assert side.value == pytest.approx(1.25)


def test_a_small_constant_gap_is_sure_where_the_figures_are_not() -> None:
    random = np.random.default_rng(5)
    theirs = random.uniform(0.05, 0.95, 300)
    outcome = (random.random(300) < theirs).astype(float)
    log_odds = np.log(theirs / (1 - theirs)) * 3  # three times too bold
    ours = 1 / (1 + np.exp(-log_odds))
    loss = {p.name: p for p in pair(ours, theirs, outcome)}["log_loss"]
    assert loss.difference.low > 0
    width = loss.difference.high - loss.difference.low
    assert width < loss.ours.high - loss.ours.low


@given(_ROWS)
def test_against_itself_nothing_differs(
    rows: list[tuple[float, float, bool, str]],
) -> None:
    ours, _, outcome, group = (np.array(c) for c in zip(*rows, strict=True))
    for found in pair(ours, ours, outcome.astype(float), group, draws=20):
        if not math.isnan(found.ours.value):
            assert found.difference.value == 0
            assert found.difference.low in (0, pytest.approx(math.nan, nan_ok=True))


@given(_ROWS)
def test_the_other_way_round_the_signs_turn(
    rows: list[tuple[float, float, bool, str]],
) -> None:
    ours, theirs, outcome, group = (np.array(c) for c in zip(*rows, strict=True))
    told = outcome.astype(float)
    there = pair(ours, theirs, told, group, draws=20)
    back = pair(theirs, ours, told, group, draws=20)
    for one, other in zip(there, back, strict=True):
        assert (one.ours, one.theirs) == (other.theirs, other.ours) or math.isnan(
            one.ours.value
        )
        assert one.difference.value == pytest.approx(
            -other.difference.value, nan_ok=True
        )
        assert one.difference.low == pytest.approx(-other.difference.high, nan_ok=True)


def test_the_figures_are_those_of_the_judgement() -> None:
    random = np.random.default_rng(1)
    chance = random.uniform(0.05, 0.95, 200)
    outcome = (random.random(200) < chance).astype(float)
    judged = judge(chance, outcome, base_rate=0.5, draws=0)
    for found in pair(chance, np.full(200, 0.5), outcome, draws=0):
        assert found.ours.value == pytest.approx(getattr(judged, found.name).value)
    assert [p.name for p in pair(chance, chance, outcome, draws=0)] == list(NAMES)
