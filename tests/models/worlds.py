"""Invented worlds in which it is known whether a promise is true.

A lead's margin is normal, its true log-odds an affine map of it, so that the precision
above any margin can be looked up in a crowd of leads. What is scored is a probability,
by a calibrator that was fitted to other rows, as in use. Where rows come in groups (the
leads of an account, the snapshots of a lead), there is something that a group shares
and no margin tells of, and one group in twenty holds some two hundred rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from models.calibrating.calibration import Calibrator
from models.calibrating.likelihood import Block, fit_offset, fit_platt
from models.calibrating.rehearsal import Form
from models.evidence import Evidence
from models.points import Floats

Codes = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Worlds:
    """How leads are drawn.

    Attributes
    ----------
    spread : float
        Standard deviation of the margin.
    offset, slope : float
        True log-odds = offset + slope · margin.
    hidden : float
        Standard deviation of what a group adds to the true log-odds, unseen.
    is_grouped : bool
        Whether groups have more than one row.
    """

    spread: float = 1.6
    offset: float = -4.0
    slope: float = 1.0
    hidden: float = 0.0
    is_grouped: bool = False

    def drawn(self, rows: int, seed: int) -> Drawn:
        """So many leads; another seed gives another world."""
        random = np.random.default_rng(seed)
        group = _groups(random, rows) if self.is_grouped else np.arange(rows)
        margin = self.spread * random.normal(size=rows)
        hidden = self.hidden * random.normal(size=int(group.max()) + 1)[group]
        log_odds = self.offset + self.slope * margin + hidden
        chance = 1 / (1 + np.exp(-log_odds))
        return Drawn(margin, chance, random.random(rows), group)

    @cached_property
    def crowd(self) -> Drawn:
        """Enough leads to look the truth up in; each a group of its own."""
        return replace(self, is_grouped=False).drawn(400_000, seed=0)

    def precision_above(self, margins: npt.ArrayLike) -> Floats:
        """True conversion rate of the leads at or above margins."""
        falling, mean = self._curve
        place = np.searchsorted(-falling, -np.asarray(margins, np.float64), "right")
        return mean[np.maximum(place - 1, 0)]

    @cached_property
    def _curve(self) -> tuple[Floats, Floats]:
        order = np.argsort(-self.crowd.margin)
        chance = self.crowd.chance[order]
        mean = np.cumsum(chance) / np.arange(1, chance.size + 1)
        return self.crowd.margin[order], mean


@dataclass(frozen=True, eq=False)
class Drawn:
    """Leads with what is true of them.

    Attributes
    ----------
    margin, chance : ndarray of shape (n,)
    toss : ndarray of shape (n,)
        A lead converts where it lies below the chance.
    group : ndarray of int, shape (n,)
    """

    margin: Floats
    chance: Floats
    toss: Floats
    group: Codes

    @property
    def outcome(self) -> Floats:
        """1 where the lead converts."""
        return (self.toss < self.chance).astype(np.float64)

    def calibrator(self) -> Calibrator:
        """Platt's map, fitted to these; an intercept only, should it turn round."""
        ones = np.ones(self.margin.size)
        block = Block(self.margin, self.outcome, ones, self.group)
        form = Form.PLATT
        intercept, slope = fit_platt(block)
        if slope <= 0:
            form, intercept, slope = Form.INTERCEPT, fit_offset(block), 1.0
        return Calibrator(form, intercept, slope, block.conversions, ones.size)

    def evidence(self, calibrator: Calibrator) -> Evidence:
        """These as the cutoff block."""
        probability = calibrator.probability(self.margin)
        return Evidence.of(probability, self.outcome, group_id=self.group)

    def naive_margin(self, precision: float) -> float | None:
        """The loosest margin whose own rows look good enough."""
        order = np.argsort(-self.margin)
        looks = np.cumsum(self.outcome[order]) / np.arange(1, order.size + 1)
        good = np.flatnonzero(looks >= precision)
        return float(self.margin[order][good[-1]]) if good.size else None


def margin_at(calibrator: Calibrator, threshold: float) -> float:
    """The margin that has a probability; a hair less, for the rounding."""
    log_odds = np.log(threshold) - np.log1p(-threshold)
    return float((log_odds - calibrator.intercept) / calibrator.slope) - 1e-9


def _groups(random: np.random.Generator, rows: int) -> Codes:
    """Groups of very different sizes: most of one row, one in twenty of hundreds."""
    sizes = np.where(
        random.random(rows) < 0.05,
        random.integers(100, 300, rows),
        random.integers(1, 4, rows),
    )
    return np.repeat(np.arange(rows), sizes)[:rows].astype(np.intp)
