"""Journeys: the phases a lead passes through, and the hazards that end it.

Phases change as a Markov chain in continuous time; in each, an opportunity opens with
one hazard and the lead is closed with another. Both are scaled by the week's factor.
The lead's ``eagerness`` scales openings, its square root the steps towards buying, and
divides closings: who it works for thus speaks of both where and how fast it goes.

Why a Markov chain: given the phase at an instant, neither how long it has lasted nor
what the lead did before says anything more about the outcome. So the probability that
the truth states is the best that anyone could know who saw the lead's mind but not its
future (`truth.py`), and a model that sees touches can come near it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..vocabulary import DAY_US
from .people import People
from .seasons import Seasons
from .world import Floats, Ints, World, draw

OPENING: Final = np.array([0.0005, 0.0024, 0.0270, 0.0003])  # a day, in each Phase
CLOSING: Final = np.array([0.0040, 0.0030, 0.0020, 0.0100])
MOVES: Final = np.array(  # a day, from row to column
    [
        [0.0, 0.0060, 0.0, 0.0100],
        [0.0150, 0.0, 0.0150, 0.0250],
        [0.0, 0.0060, 0.0, 0.0300],
        [0.0, 0.0040, 0.0, 0.0],
    ]
)
FORWARD: Final = np.array(  # the moves that eagerness speeds up
    [[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 1, 0, 0]], dtype=bool
)
FIRST: Final = (0.62, 0.29, 0.09, 0.0)  # the phase in which a lead is created
FIRST_IN_MARKET: Final = (0.36, 0.42, 0.22, 0.0)  # … when its account looks around
FIRST_LISTED: Final = (0.92, 0.07, 0.01, 0.0)  # … when it was bought with a list
NEVER_US: Final = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Journeys:
    """What became of the leads, whether recorded or not.

    Attributes
    ----------
    lead, phase, from_us, to_us : ndarray of shape (n_pieces,)
        One row per phase a lead passed through, by lead (its row) and time. The first
        phase began before the lead was created.
    opens_us, closes_us : ndarray of shape (n_leads,)
        When an opportunity and another end would come; the earlier one does.
        ``NEVER_US`` when not before the journeys stop being drawn.
    """

    lead: Ints
    phase: Ints
    from_us: Ints
    to_us: Ints
    opens_us: Ints
    closes_us: Ints

    @property
    def ended_us(self) -> Ints:
        """When eligibility ends: shape (n_leads,)."""
        return np.minimum(self.opens_us, self.closes_us)


@dataclass(frozen=True)
class Hazards:
    """Rates a day at factor 1, for each lead and phase.

    Attributes
    ----------
    opening, closing : ndarray of shape (n_leads, 4)
        Of an opportunity, of another end.
    moves : ndarray of shape (n_leads, 4, 4)
        From phase (row) to phase (column), whatever the season.
    """

    opening: Floats
    closing: Floats
    moves: Floats


def hazards_of(eagerness: Floats) -> Hazards:
    """Return the hazards of leads of this eagerness, shape (n_leads,).

    Examples
    --------
    >>> hazards_of(np.array([4.0])).opening
    array([[0.002 , 0.0096, 0.108 , 0.0012]])
    """
    root = np.sqrt(eagerness)[:, None]
    speed = np.where(FORWARD, root[:, :, None], 1.0)
    return Hazards(eagerness[:, None] * OPENING, CLOSING / root, MOVES * speed)


def journeys(world: World, people: People, factors: Seasons) -> Journeys:
    """Walk all leads through their phases, one move of everybody at a time."""
    rng = world.stream(3)
    lead = np.arange(world.leads)
    opens = _Clock.wound(rng, world.leads, factors.weeks_us, factors.opening)
    closes = _Clock.wound(rng, world.leads, factors.weeks_us, factors.closing)
    before_days = rng.exponential(8.0, world.leads).clip(max=30.0)
    before_us = (before_days * DAY_US).astype(np.int64)
    phase, at_us = _first_phases(rng, people), people.created_us
    pieces: list[tuple[Ints, Ints, Ints, Ints]] = []
    while lead.size:
        hazards = hazards_of(people.eagerness[lead])
        here = (np.arange(lead.size), phase)
        rates = hazards.moves[here]
        stay_days = rng.exponential(1.0, lead.size) / rates.sum(axis=1)
        to_us = np.minimum(
            at_us + (stay_days * DAY_US).astype(np.int64) + 1, world.horizon_us
        )
        opens.run(lead, hazards.opening[here], at_us, to_us)
        closes.run(lead, hazards.closing[here], at_us, to_us)
        begin_us = at_us - before_us if not pieces else at_us
        pieces.append((lead, phase, begin_us, to_us))
        goes_on = to_us < world.horizon_us
        phase = draw(rng, rates, lead.size)[goes_on]
        lead, at_us = lead[goes_on], to_us[goes_on]
    lead, phase, from_us, to_us = (np.concatenate(c) for c in zip(*pieces, strict=True))
    order = np.lexsort((from_us, lead))
    return Journeys(
        lead[order],
        phase[order],
        from_us[order],
        to_us[order],
        opens.at_us,
        closes.at_us,
    )


@dataclass
class _Clock:
    """Waiting times: each rings when the cumulative hazard has used up its patience."""

    patience: Floats
    at_us: Ints
    weeks_us: Ints
    exposure_days: Floats

    @classmethod
    def wound(
        cls, rng: np.random.Generator, rows: int, weeks_us: Ints, factors: Floats
    ) -> _Clock:
        never = np.full(rows, NEVER_US)
        exposure = np.concatenate([[0.0], np.cumsum(factors) * 7.0])  # days
        return cls(rng.exponential(1.0, rows), never, weeks_us, exposure)

    def run(self, lead: Ints, hazard: Floats, from_us: Ints, to_us: Ints) -> None:
        """Let the time from ``from_us`` to ``to_us`` pass at this hazard."""
        begin = np.interp(from_us, self.weeks_us, self.exposure_days)
        end = np.interp(to_us, self.weeks_us, self.exposure_days)
        used = hazard * (end - begin)
        rings = (self.at_us[lead] == NEVER_US) & (self.patience[lead] < used)
        at = begin + self.patience[lead] / hazard
        rung_us = np.interp(at, self.exposure_days, self.weeks_us).astype(np.int64)
        self.at_us[lead[rings]] = np.clip(rung_us, from_us, to_us - 1)[rings]
        self.patience[lead] -= used


def _first_phases(rng: np.random.Generator, people: People) -> Ints:
    """Draw the phase in which each lead is created."""
    weights = np.where(people.is_in_market[:, None], FIRST_IN_MARKET, FIRST)
    weights = np.where(people.is_listed[:, None], FIRST_LISTED, weights)
    return draw(rng, weights, len(weights))
