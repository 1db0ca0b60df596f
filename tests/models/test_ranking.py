"""The ranking is that of its definition, pair by pair, in every sample at once."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.judging.ranking import Steps
from models.points import Floats

Row = tuple[float, int, int]  # probability, outcome, weight in a sample (perhaps none)
ROWS = st.lists(
    st.tuples(
        st.integers(0, 4).map(lambda k: k / 4), st.integers(0, 1), st.integers(0, 3)
    ),
    min_size=1,
    max_size=15,
).map(sorted)


def steps_of(rows: list[Row]) -> Steps:
    """Two samples: the rows as they are weighted, and each once."""
    chance, outcome, weight = (
        np.array(column, float) for column in zip(*rows, strict=True)
    )
    return Steps.of(np.stack([weight, np.ones(weight.size)]), outcome, chance)


def auc(rows: list[Row]) -> float:
    won = pairs = 0.0
    for chance, outcome, weight in rows:
        for other, lost, heavy in rows:
            if outcome == 1 and lost == 0:
                pairs += weight * heavy
                won += weight * heavy * ((chance > other) + (chance == other) / 2)
    return won / pairs if pairs else math.nan


def average_precision(rows: list[Row]) -> float:
    found = sum(weight for _, outcome, weight in rows if outcome)
    total = 0.0
    for chance, outcome, weight in rows:
        above = [(o, w) for p, o, w in rows if p >= chance]
        if outcome and weight:
            precision = sum(o * w for o, w in above) / sum(w for _, w in above)
            total += weight * precision
    return total / found if found else math.nan


def capture(rows: list[Row], share: float) -> float:
    """Taken from the top, step by step; of the last step only what is still allowed."""
    found = sum(weight for _, outcome, weight in rows if outcome)
    left, caught = share * sum(weight for _, _, weight in rows), 0.0
    for chance in sorted({p for p, _, _ in rows}, reverse=True):
        step = [(o, w) for p, o, w in rows if p == chance]
        heavy = sum(w for _, w in step)
        part = min(1.0, left / heavy) if heavy else 0.0
        caught += part * sum(o * w for o, w in step)
        left -= part * heavy
    return caught / found if found else math.nan


def same(told: Floats, rows: list[Row], asked: list[float]) -> None:
    assert told.tolist() == pytest.approx(asked, nan_ok=True), rows


@settings(deadline=None, max_examples=200)
@given(ROWS)
def test_every_figure_is_that_of_its_definition(rows: list[Row]) -> None:
    steps, once = steps_of(rows), [(p, o, 1) for p, o, _ in rows]
    shares = (0.05, 0.3, 1.0)

    same(steps.auc(), rows, [auc(rows), auc(once)])
    same(
        steps.average_precision(),
        rows,
        [average_precision(rows), average_precision(once)],
    )
    for share, told in zip(shares, steps.capture(shares), strict=True):
        same(told, rows, [capture(rows, share), capture(once, share)])


def test_rows_of_one_probability_are_one_step() -> None:
    told = steps_of([(0.2, 0, 1), (0.2, 1, 2), (0.7, 1, 3)])

    assert told.total.tolist() == [[3, 3], [2, 1]]
    assert told.converted.tolist() == [[2, 3], [1, 1]]
    assert told.taken.tolist() == [[3, 6], [1, 3]]
    assert told.found.tolist() == [[3, 5], [1, 2]]
