"""What chance does to a share."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from models.recalling.chance import is_by_chance, wilson


def test_the_interval_is_wilsons() -> None:
    """10 of 10, by the formula: 10 / (10 + 1.96²) is the lower end."""
    assert wilson(1.0, 10.0) == pytest.approx((10 / (10 + 1.959964**2), 1.0))


@pytest.mark.parametrize("chance", [0.004, 0.02, 0.07, 0.5, 0.96])
def test_what_is_foretold_rightly_is_doubted_one_time_in_twenty_at_most(
    chance: float,
) -> None:
    """Twenty leads, each of the same chance: summed over all that may become of them.

    Doubted by Wilson's interval they would be 8 times in 100 at a chance of .004.
    """
    given, doubted = np.full(20, chance), 0.0
    for found in range(21):
        outcome = np.arange(20) < found
        if not is_by_chance(given, outcome.astype(np.float64)):
            doubted += float(binom.pmf(found, 20, chance))
    assert doubted <= 0.05


def test_what_is_foretold_wrongly_is_doubted() -> None:
    given = np.array([0.9] * 10 + [0.8] * 10)
    assert not is_by_chance(given, np.repeat([1.0, 0.0], 10))
    assert not is_by_chance(1 - given, np.repeat([0.0, 1.0], 10))


def test_each_lead_counts_with_its_own_chance() -> None:
    """One of two is sure: given 50 % each, none of two would be nothing odd."""
    none = np.zeros(2)
    assert is_by_chance(np.full(2, 0.5), none)
    assert not is_by_chance(np.array([0.99, 0.01]), none)
