"""Each row is predicted by what was known then, whatever came later."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import DataError
from models.calibrating.calibration import Calibrator, fit_calibrator
from models.calibrating.prequential import Prequential, prequential
from models.calibrating.rehearsal import Form

NOTHING = Calibrator(Form.NONE, 0.0, 1.0, 0, 0)
WAIT = 7


def judged(
    margin: np.ndarray, outcome: np.ndarray, instant: np.ndarray, first: int
) -> Prequential:
    """Judge the rows from ``first`` on; an outcome is known after a week."""
    return prequential(
        margin,
        outcome,
        instant=instant,
        known_at=instant + WAIT,
        is_judged=instant >= first,
        policy=lambda rows: fit_calibrator(
            margin[rows], outcome[rows], order=instant[rows]
        ),
        otherwise=NOTHING,
    )


def a_block(seed: int, rows: int = 600) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Margins, outcomes and days of rows, ten a day."""
    random = np.random.default_rng(seed)
    margin = random.normal(-1, 1, rows)
    outcome = (random.random(rows) < 1 / (1 + np.exp(-margin))).astype(float)
    return margin, outcome, np.arange(rows) // 10


@given(seed=st.integers(0, 50), day=st.integers(20, 59))
@settings(max_examples=8, deadline=None)
def test_a_probability_does_not_change_with_outcomes_known_later(
    seed: int, day: int
) -> None:
    margin, outcome, instant = a_block(seed)
    before = judged(margin, outcome, instant, first=20)
    # Of the rows of that day nothing is known before WAIT days later.
    changed = np.where(instant >= day, 1 - outcome, outcome)
    after = judged(margin, changed, instant, first=20)

    same = (instant >= 20) & (instant < day + WAIT)
    assert np.array_equal(before.probability[same], after.probability[same])


@given(seed=st.integers(0, 50))
@settings(max_examples=5, deadline=None)
def test_the_order_of_the_rows_does_not_matter(seed: int) -> None:
    margin, outcome, instant = a_block(seed)
    mixed = np.random.default_rng(seed).permutation(instant.size)

    straight = judged(margin, outcome, instant, first=20)
    shuffled = judged(margin[mixed], outcome[mixed], instant[mixed], first=20)

    assert np.allclose(
        straight.probability[mixed], shuffled.probability, atol=1e-9, equal_nan=True
    )
    assert [c.rows for c in straight.chunks] == [c.rows for c in shuffled.chunks]


def test_every_judged_row_is_in_one_chunk_and_has_a_probability() -> None:
    margin, outcome, instant = a_block(1)
    found = judged(margin, outcome, instant, first=20)

    assert np.isnan(found.probability).tolist() == (instant < 20).tolist()
    assert [c.rows for c in found.chunks] == [100, 100, 100, 100]
    assert [c.begins for c in found.chunks] == [20, 30, 40, 50]
    # The days 0 to 13, 0 to 23, …: those that are seven days old.
    assert [c.fitted_on for c in found.chunks] == [140, 240, 340, 440]
    assert sum(c.conversions for c in found.chunks) == outcome[instant >= 20].sum()


def test_rows_of_one_instant_are_never_parted() -> None:
    margin, outcome, _ = a_block(2)
    instant = np.repeat([0, 30, 60], [100, 250, 250])
    found = judged(margin, outcome, instant, first=30)

    assert [(c.begins, c.rows) for c in found.chunks] == [(30, 250), (60, 250)]


def test_a_chunk_before_which_nothing_was_known_takes_the_map_that_is_given() -> None:
    margin, outcome, instant = a_block(3)
    found = judged(margin, outcome, instant, first=0)

    first, second = found.chunks[0], found.chunks[2]
    assert (first.fitted_on, first.intercept, first.slope) == (0, 0.0, 1.0)
    # The days 0 to 13 of the 20 before it.
    assert (second.begins, second.fitted_on) == (20, 140)


def test_a_base_rate_that_doubles_is_followed() -> None:
    # Margin 0 throughout: a chance of one half. One in seven convert before day 30, two
    # in seven from then on; the hundred rows of the third chunk's map are such.
    instant = np.arange(900) // 10
    seventh = np.arange(900) % 7
    outcome = (seventh < np.where(instant < 30, 1, 2)).astype(float)
    margin = np.zeros(900)

    def latest(rows: np.ndarray) -> Calibrator:
        return fit_calibrator(margin[rows[-100:]], outcome[rows[-100:]])

    found = prequential(
        margin, outcome, instant=instant, known_at=instant + WAIT,
        is_judged=instant >= 30, policy=latest, otherwise=NOTHING,
    )  # fmt: skip
    ratio = [c.observed_over_expected for c in found.chunks]
    assert ratio[0] == pytest.approx(2.0, abs=0.2)
    assert ratio[2:] == pytest.approx([1.0] * (len(ratio) - 2), abs=0.1)


def test_a_block_without_rows_and_rows_without_margin_are_refused() -> None:
    margin, outcome, instant = a_block(4)
    with pytest.raises(DataError, match="0 rows are judged"):
        judged(margin, outcome, instant, first=1000)
    margin[3] = np.nan
    with pytest.raises(DataError, match="1 of 600 have no margin"):
        judged(margin, outcome, instant, first=20)
