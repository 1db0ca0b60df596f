"""The path from last night's points to tonight's, one difference after the other.

::

    last time's scorer:   x₀ → … → xₙ      what was seen then … what is seen tonight
    then at xₙ:           old booster → new booster      on the old calibration
    then:                 old calibration → new calibration

Points are affine in the margin, so a signal's share of a step is k·b·φ with the old
slope b, and the shares of all steps add up to tonight's points less last night's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

from .change import Cause, Parts, check_sum

if TYPE_CHECKING:
    from ..points import Floats, Scale


class Explainer(Protocol):
    """What knows a booster; :class:`models.treeshap.TreeExplainer` does."""

    def margins(self, values: Floats) -> Floats:
        """Margin of each row."""

    def changes(self, new: Floats, old: Floats) -> Floats:
        """Shapley values of the new row with the old one as reference."""


@dataclass(frozen=True, eq=False)
class Judge:
    """A scorer, as far as it gives points: a booster and the scale of its margin."""

    explainer: Explainer
    scale: Scale


@dataclass(frozen=True, eq=False)
class Split:
    """What the points of some leads changed by.

    Attributes
    ----------
    before, change : ndarray of shape (n_leads,)
        Last night's points, and tonight's less those, before they are clipped.
    parts : Parts
        Which add up to the change; sorted by lead and size.
    """

    before: Floats
    change: Floats
    parts: Parts


def telescoped(
    old: Judge,
    new: Judge,
    path: Sequence[Floats],
    causes: Sequence[Sequence[Cause]],
    tonight: Floats,
) -> Split:
    """Split what points changed by along a path.

    Parameters
    ----------
    old, new : Judge
        Last night's scorer, and tonight's. Where they are the same booster, the
        explainers are the same object.
    path : sequence of ndarray of shape (n_leads, n_features)
        Features as the old scorer reads them: first what it saw, last what it would
        see tonight.
    causes : sequence of sequence of Cause
        For each step of the path: what a change of each signal is due to.
    tonight : ndarray of shape (n_leads, n_features of the new scorer)
        Tonight's features as the new scorer reads them.

    Raises
    ------
    ModelError
        When the parts do not add up to the change within 1e-6 points.
    """
    parts = []
    for (x, y), due in zip(pairwise(path), causes, strict=True):
        contributions = old.explainer.changes(y, x)
        points = old.scale.contribution_points(contributions)
        parts.append(Parts.of_signals(points, due))
    margin = new.explainer.margins(tonight)
    if old.explainer is not new.explainer:
        moved = old.scale.points(margin) - old.scale.points(
            old.explainer.margins(path[-1])
        )
        parts.append(Parts.whole(moved, Cause.BOOSTER))
    after = new.scale.points(margin)
    parts.append(Parts.whole(after - old.scale.points(margin), Cause.CALIBRATION))
    before = old.scale.points(old.explainer.margins(path[0]))
    return checked(before, after, Parts.together(parts))


def checked(before: Floats, after: Floats, parts: Parts) -> Split:
    """Return a split whose parts add up.

    Raises
    ------
    ModelError
        When they do not, within 1e-6 points.
    """
    change = after - before
    check_sum(parts, change)
    return Split(before, change, parts)
