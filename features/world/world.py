"""The world's few knobs: everything else follows from them and from the seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from ..errors import ConfigError
from ..vocabulary import DAY_US

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Claims = npt.NDArray[np.bool_]
Words = npt.NDArray[np.object_]

DAYS_A_MONTH: Final = 365.25 / 12
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
AFTER_DAYS: Final = (
    400  # journeys go on this long after the export: their truth is known
)


class Persona(IntEnum):
    """What a lead really came for; nobody in the company knows it."""

    BUYER = 0
    JOB_SEEKER = 1
    COMPETITOR = 2
    STUDENT = 3


class Phase(IntEnum):
    """How near to buying a lead is at an instant; nobody in the company knows it."""

    QUIET = 0
    RESEARCHING = 1
    BUYING = 2
    COOLED = 3


@dataclass(frozen=True)
class World:
    """An invented company: the same world always gives the same bytes.

    Parameters
    ----------
    seed : int
        Not negative.
    leads : int
        How many leads are created between ``start_at`` and ``known_until``.
    start_at : datetime
        When the company opened, in UTC.
    months : float
        How long its history is.
    touches_per_lead : float
        Expected touches of a lead, before duplicates.
    drift : float
        By how much the log hazard of an opportunity has risen, evenly, when the
        history ends; leads also come from other sources by then: the odds of the
        outbound list against organic search rise by the factor exp(1.3 · drift).
    new_market : bool
        Whether leads of a country and an industry never seen before turn up from
        ``new_market_at`` on, and convert differently.
    mess : bool
        Whether the export is as untidy as exports are: missing values in several
        spellings, touches twice, touches of unknown leads. The truth is the same.

    Examples
    --------
    >>> World(months=6).known_until.isoformat()
    '2025-07-02T00:00:00+00:00'
    """

    seed: int = 0
    leads: int = 2_000
    start_at: datetime = datetime(2024, 12, 31, tzinfo=UTC)
    months: float = 18
    touches_per_lead: float = 30.0
    drift: float = 0.0
    new_market: bool = False
    mess: bool = True

    def __post_init__(self) -> None:
        """Refuse a world that cannot be."""
        if self.start_at.tzinfo is None:
            raise ConfigError(
                f"start_at must say its time zone, found {self.start_at.isoformat()}: "
                "add tzinfo=UTC."
            )
        if self.leads < 1 or self.months < 1 or self.touches_per_lead < 0:
            raise ConfigError(
                "A world needs at least one lead, one month and no negative number of "
                f"touches, found leads = {self.leads}, months = {self.months}, "
                f"touches_per_lead = {self.touches_per_lead}."
            )
        if self.seed < 0:
            raise ConfigError(f"seed must not be negative, found {self.seed}.")

    @property
    def known_until(self) -> datetime:
        """The instant of the export: what is recorded later is not in it."""
        return self.start_at + timedelta(days=round(self.months * DAYS_A_MONTH))

    @property
    def new_market_at(self) -> datetime:
        """Two thirds through: before it, nobody from the new market exists."""
        return self.start_at + timedelta(days=round(self.months * DAYS_A_MONTH * 2 / 3))

    @property
    def start_us(self) -> int:
        """``start_at`` in microseconds since 1970."""
        return microseconds(self.start_at)

    @property
    def until_us(self) -> int:
        """``known_until`` in microseconds since 1970."""
        return microseconds(self.known_until)

    @property
    def horizon_us(self) -> int:
        """Where the journeys stop being drawn, in microseconds since 1970."""
        return self.until_us + AFTER_DAYS * DAY_US

    def stream(self, noun: int) -> np.random.Generator:
        """Chance for one noun, so that a change to one leaves the others alone."""
        return np.random.default_rng([self.seed, noun])


def microseconds(instant: datetime) -> int:
    """Whole microseconds since 1970."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def draw(
    rng: np.random.Generator, weights: Sequence[float] | Floats, rows: int
) -> Ints:
    """Draw an index per row, by weights of shape (n,) or (rows, n).

    Examples
    --------
    >>> draw(np.random.default_rng(0), [0, 1, 0], 3).tolist()
    [1, 1, 1]
    """
    cumulative = np.cumsum(np.atleast_2d(np.asarray(weights, dtype=float)), axis=1)
    target = rng.random(rows) * cumulative[:, -1]
    return np.asarray((target[:, None] >= cumulative).sum(axis=1), dtype=np.int64)
