"""Sales capacity: a known factor for each week, by which opportunities open faster.

Why integrated: a hazard that is constant within a week has a cumulative hazard that
is linear within it, so a waiting time is found by interpolation, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..vocabulary import DAY_US
from .world import AFTER_DAYS, Floats, Ints, World

WEEK_US: Final = 7 * DAY_US
MONDAY_US: Final = 4 * DAY_US  # 1970-01-05 was a Monday
HOLIDAYS: Final = ((357, 372, 0.35), (213, 240, 0.7))  # days of the year, factor
SEASON: Final = 0.15  # spring and autumn are this much above the mean


@dataclass(frozen=True)
class Seasons:
    """The weekly factors of a world.

    Attributes
    ----------
    weeks_us : ndarray of shape (n_weeks + 1,)
        The Mondays between which the factors hold.
    opening, closing : ndarray of shape (n_weeks,)
        What multiplies the hazard of an opportunity, of another end.
    """

    weeks_us: Ints
    opening: Floats
    closing: Floats


def seasons(world: World) -> Seasons:
    """Return the weekly factors from before the world to after its last journey."""
    first = (world.start_us - MONDAY_US) // WEEK_US
    last = (world.horizon_us + AFTER_DAYS * DAY_US - MONDAY_US) // WEEK_US + 1
    weeks_us = np.arange(first, last + 1, dtype=np.int64) * WEEK_US + MONDAY_US
    factor = staffing(weeks_us[:-1])
    return Seasons(weeks_us, factor * _drifted(world, weeks_us[:-1]), factor)


def staffing(weeks_us: Ints) -> Floats:
    """Share of the usual sales capacity in the weeks that begin then.

    Examples
    --------
    >>> monday = np.array(["2025-05-05", "2025-12-29"], "datetime64[us]")
    >>> staffing(monday.astype("int64")).round(2)
    array([1.06, 0.35])
    """
    instants = weeks_us.astype("datetime64[us]")
    day = (instants - instants.astype("datetime64[Y]")) / np.timedelta64(1, "D")
    factor = 1.0 - SEASON * np.cos(4.0 * np.pi * day / 365.25)
    for begin, end, level in HOLIDAYS:
        away = ((day >= begin) & (day < end)) | (day < end - 365)
        factor = np.where(away, level, factor)
    return np.asarray(factor, dtype=np.float64)


def progress(world: World, instants_us: Ints) -> Floats:
    """Share of the history passed: 0 before ``start_at``, 1 after ``known_until``."""
    passed = (instants_us - world.start_us) / (world.until_us - world.start_us)
    return np.clip(passed, 0.0, 1.0)


def _drifted(world: World, weeks_us: Ints) -> Floats:
    return np.exp(world.drift * progress(world, weeks_us))
