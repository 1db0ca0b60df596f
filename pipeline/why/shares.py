"""The same reasons as shares in the chance of conversion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.points import MIDDLE_POINTS, POINTS_PER_LOG_ODDS, Floats, probability_of

from .found import Why
from .lines import Chances

_NEAR = 1e-9  # log-odds: nearer than this the slope of the curve stands for the chord


def in_probability(found: Why) -> Why:
    """Show the shares of the signals in the chance, in percent, adding up to it.

    Along the straight path from the start's log-odds to the lead's, each signal has the
    same part of the chance as of the points: order and signs stay.

    References
    ----------
    Aumann and Shapley (1974), Values of non-atomic games.
    """
    start, total = _log_odds(found, found.start), _log_odds(found, found.total)
    shares = _shares(start, total, np.array([x.points for x in found.lines]))
    before, after = (float(p) * 100 for p in probability_of([start, total]))
    lines = tuple(
        replace(x, amount=float(share))
        for x, share in zip(found.lines, shares, strict=True)
    )
    return replace(found, lines=lines, chances=Chances(before, after))


def _shares(start: float, total: float, points: Floats) -> Floats:
    before, after = probability_of([start, total])
    if abs(total - start) < _NEAR:
        slope = before * (1 - before)
    else:
        slope = (after - before) / (total - start)
    return np.asarray(points * slope * 100 / POINTS_PER_LOG_ODDS)


def _log_odds(found: Why, points: float) -> float:
    reference = found.wording.scale.reference
    return reference + (points - MIDDLE_POINTS) / POINTS_PER_LOG_ODDS
