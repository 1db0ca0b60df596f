"""Intervals are exact where they can be, and keep groups whole."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.judging.intervals import exact_interval, paired_difference, resampled


def test_exact_interval_is_that_of_clopper_and_pearson() -> None:
    # From the published table: 7 of 10 lies between .348 and .933.
    told = exact_interval(7, 10)

    assert (round(told.low, 3), round(told.high, 3)) == (0.348, 0.933)
    assert exact_interval(10, 10).high == 1.0
    assert math.isnan(exact_interval(0, 0).value)


def test_resampling_keeps_groups_whole_and_their_number() -> None:
    group = np.array([0, 0, 1, 2, 2, 2])
    samples = np.concatenate(list(resampled(np.ones(6), group, draws=200, seed=1)))

    assert (samples[:, 0] == samples[:, 1]).all()
    assert (samples[:, 3] == samples[:, 5]).all()
    assert (samples[:, [0, 2, 3]].sum(axis=1) == 3).all()


def test_paired_difference_is_by_group() -> None:
    a, b = np.array([0.1, 0.3, 0.2, 0.6]), np.array([0.2, 0.2, 0.5, 0.5])

    # By hand: differences -.1 and +.1 (group x), -.3 and +.1 (group y); weights 1, 1,
    # 2, 2: (-.1 + .1 - .6 + .2) / 6.
    told = paired_difference(a, b, [1, 1, 2, 2], ["x", "x", "y", "y"])

    assert told.value == pytest.approx(-0.4 / 6)
    # Only x, only y, or both can be drawn: 0, -.1 and the figure itself.
    assert told.low == pytest.approx(-0.1)
    assert told.high == pytest.approx(0.0)


def test_samples_do_not_depend_on_how_many_are_held_at_a_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    group = np.arange(30) // 3
    told = []
    for cells in (30, 100, 1_000_000):  # one sample at a time, three, and all
        monkeypatch.setattr("models.judging.intervals._CELLS", cells)
        parts = list(resampled(np.ones(30), group, draws=50, seed=3))
        assert max(part.size for part in parts) <= max(cells, 30)
        told.append(np.concatenate(parts))

    assert (told[0] == told[1]).all()
    assert (told[0] == told[2]).all()
