"""The same score held against other leads: the same points, shared out anew.

Interventional Shapley values with past leads as the background. The sum is checked as
for published reasons, and no reasons are given that do not add up.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from features.errors import RunError
from models.points import Floats
from models.wording import Wording

from ..night.ledger import Entry
from .found import Why, lines_of
from .lines import Reference
from .row import can_be_walked, encoded_row

if TYPE_CHECKING:
    from models.recalling.precedents import Background

POPULATION: Final = "population"
ABOVE_CUTOFF: Final = "above-cutoff"
_TOLERANCE: Final = 1e-4  # points, as for the reasons of a night


def against(found: Why, entry: Entry, name: str) -> Why:
    """Hold a lead against past leads.

    Parameters
    ----------
    found : Why
        As published.
    name : str
        ``population`` or ``above-cutoff``: the leads just above the lowest cutoff that
        the lead does not reach, or above the highest for one that reaches all.

    Raises
    ------
    RunError
        When no past leads were kept, or the points would not be the published ones.
    ModelError
        When nobody is above the cutoff, or there is none.
    """
    if not can_be_walked(entry):
        raise RunError(
            f"The booster of {entry.scores.name} was not kept, or its trees cannot be "
            "walked through, so the points cannot be shared out anew. Leave out "
            "--against."
        )
    wording = found.wording
    background = _background(found, entry, name)
    row = encoded_row(entry.seen, wording.features)[np.newaxis]
    start, points = _points(entry, wording, background, row)
    gap = abs(start + float(points.sum()) - found.total)
    if not gap <= _TOLERANCE:
        raise RunError(
            f"Held against the {background.name}, the reasons miss the published "
            f"points by {gap:.2g}, where at most {_TOLERANCE:g} is allowed, so none "
            "are given. The kept scorer and the scores do not belong together: score "
            "again."
        )
    size = len(background.encoded)
    kind = "" if name == POPULATION else background.name.removeprefix("leads")
    return replace(
        found,
        lines=lines_of(entry, wording, points),
        start=start,
        reference=Reference(name, f"past leads{kind}", size, background.said),
    )


def _background(found: Why, entry: Entry, name: str) -> Background:
    from models.recalling.precedents import Precedents, above_cutoff, population

    stored = entry.scorer.precedents
    if stored is None:
        raise RunError(
            f"{entry.scores.name} was scored by a scorer that keeps no past leads, so "
            f"there is nobody to hold the lead against. Train again with this version "
            "of Leadlight, and score again; or leave out --against."
        )
    precedents = Precedents.from_bytes(stored, found.wording)
    if name == POPULATION:
        return population(precedents)
    return above_cutoff(precedents, found.wording, _cutoff(found))


def _cutoff(found: Why) -> str:
    """The lowest cutoff that is not reached; else the highest there is."""
    chance = float(found.output["probability"])
    there = {n: t for n, t in found.wording.thresholds.items() if t is not None}
    for name, threshold in there.items():
        if chance < threshold:
            return name
    return list(there)[-1] if there else "mql"


def _points(
    entry: Entry, wording: Wording, background: Background, row: Floats
) -> tuple[float, Floats]:
    """Start and points of every signal."""
    from models.treeshap import TreeExplainer

    explainer = TreeExplainer(
        entry.scorer.booster,
        wording.players,
        background=background.encoded,
        weight=background.weight,
    )
    scale = wording.scale
    points = scale.contribution_points(explainer.contributions(row)[0])
    return scale.start(explainer.baseline), points
