"""The training: from a division of the rows to a committee, and margins of others.

Depth, then memory, then a committee: each is chosen by what it would have foretold, on
rows before the test block. Three kinds of margins come of it, none by a booster that
had seen the row or anything later: of the folds and the test block, for the judged
scorer; of the folds beyond, for the served one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..points import Floats
from .committee import Committee, rolling_margins, seat
from .conversion import Learnable, Recipe
from .folds import beyond, coarse
from .ladder import Ladder, climb, cost_of_directions
from .memory import Memory, remember
from .sampling import keys_of, thin_folds, with_negatives
from .splits import Blocks, Fold
from .timeline import Rows, Timeline

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What a training may try, and how much of the rows it may take.

    Attributes
    ----------
    depths : tuple of int
        From shallow to deep.
    half_lives : tuple of float
        Shares of the history's span, longest first.
    members : int
        Boosters that are averaged.
    most_rows : int
        A fold learns from at most so many snapshots.
    negatives : float
        In (0, 1]: share of the snapshots without a conversion that is learnt from.
    """

    depths: tuple[int, ...]
    half_lives: tuple[float, ...]
    members: int
    most_rows: int
    negatives: float


@dataclass(frozen=True, eq=False)
class Training:
    """What was chosen, and on what.

    Attributes
    ----------
    ladder : Ladder
    memories : tuple of Memory
        Best first; the first is taken.
    directions : tuple of float or None
        What holding to directions costs, and the standard error.
    committee : Committee
    """

    ladder: Ladder
    memories: tuple[Memory, ...]
    directions: tuple[float, float] | None
    committee: Committee

    def to_dict(self) -> dict[str, Any]:
        """Everything by name, for the report."""
        return {
            "chosen": asdict(self.ladder.chosen),
            "rungs": [asdict(rung) for rung in self.ladder.rungs],
            "memory": asdict(self.memories[0]),
            "memories": [asdict(memory) for memory in self.memories],
            "members": [asdict(member) for member in self.committee.members],
            "directions_cost": self.directions,
        }


class Trainer:
    """Rows, their division and a recipe: what every step of a training looks at."""

    def __init__(
        self,
        rows: Learnable,
        timeline: Timeline,
        blocks: Blocks,
        recipe: Recipe,
        plan: Plan,
    ) -> None:
        self.rows, self.timeline, self.blocks = rows, timeline, blocks
        self.recipe, self.plan = recipe, plan
        self.keys = keys_of(timeline)

    def choose(self, say: Say = lambda _: None) -> Training:
        """Choose depth, rounds and memory on folds before the test block."""
        folds = self.choosing_folds()
        offset = math.log(self.plan.negatives)
        ladder = self.climb(folds, say)
        memories = remember(
            self.rows,
            folds,
            self.recipe,
            ladder,
            half_lives=self.plan.half_lives,
            offset=offset,
            progress=say,
        )
        committee = seat(
            ladder.chosen.depth,
            memories[0],
            members=self.plan.members,
            seed=self.recipe.seed,
            learnt_from=float(np.mean([len(fold.train) for fold in folds])),
            offset=offset,
        )
        cost = cost_of_directions(self.rows, folds, self.recipe, ladder)
        return Training(ladder, memories, cost, committee)

    def choosing_folds(self) -> tuple[Fold, ...]:
        """Few long folds before the test block, thinned."""
        return self._thin(coarse(self.blocks.folds))

    def climb(self, folds: tuple[Fold, ...], say: Say = lambda _: None) -> Ladder:
        """Choose depth and rounds."""
        return climb(
            self.rows, folds, self.recipe, depths=self.plan.depths, progress=say
        )

    def fit(self, committee: Committee, among: Rows) -> str:
        """Fit the committee on some of the rows, and give its text."""
        rows = with_negatives(among, self.keys, self.rows.outcome, self.plan.negatives)
        return committee.fit(self.rows.take(rows), self.recipe)

    def margins_before(self, committee: Committee, say: Say = lambda _: None) -> Floats:
        """Margins of the folds' rows; shape (n,), NaN for all others."""
        return self._rolling(committee, self.blocks.folds, say)

    def margins_beyond(self, committee: Committee, say: Say = lambda _: None) -> Floats:
        """Margins of the rows beyond, for the served scorer; NaN for all others."""
        return self._rolling(committee, beyond(self.timeline, self.blocks), say)

    def _rolling(
        self, committee: Committee, folds: tuple[Fold, ...], say: Say
    ) -> Floats:
        thin = self._thin(folds)
        whole = tuple(
            Fold(few.train, fold.judged) for few, fold in zip(thin, folds, strict=True)
        )
        return rolling_margins(committee, self.rows, whole, self.recipe, progress=say)

    def _thin(self, folds: tuple[Fold, ...]) -> tuple[Fold, ...]:
        return thin_folds(
            folds,
            self.keys,
            self.rows.outcome,
            most_rows=self.plan.most_rows,
            negatives=self.plan.negatives,
        )
