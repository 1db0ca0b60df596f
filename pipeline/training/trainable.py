"""The labelled snapshots of a run as training needs them, and how it is configured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.catalogue import catalogue_of
from features.company import Company
from models.learning.conversion import Learnable, Recipe
from models.learning.encoding import Chosen, choose_features
from models.learning.splits import Blocks, SplitRule
from models.learning.timeline import Rows, Timeline, timeline_of
from models.learning.training import Plan, Trainer
from models.served import encode

from ..artefacts import CATALOGUE, FEATURES, SPINE
from ..company import maturity_of
from ..sections import Config
from ..stage import Shelf
from .contestants import Labelled


@dataclass(frozen=True, eq=False)
class Trainable:
    """Labelled snapshots, and when each outcome was known.

    Attributes
    ----------
    config : Config
    held : Labelled
    timeline : Timeline
    """

    config: Config
    held: Labelled
    timeline: Timeline

    @property
    def rule(self) -> SplitRule:
        """How the snapshots are to be divided."""
        section = self.config.train
        return SplitRule(
            section.test_share,
            section.folds,
            section.least_conversions,
            section.least_block_conversions,
        )

    def encoded(self, known: Rows) -> tuple[Chosen, Learnable]:
        """Settle the columns on the rows that may be known of, and encode all rows."""
        chosen = choose_features(
            self.held.features.iloc[known],
            catalogue_of(self.held.company),
            self.timeline.lead[known],
            rare_leads=self.config.train.rare_leads,
        )
        return chosen, _learnable(self, chosen)

    def trainer(self, rows: Learnable, blocks: Blocks) -> Trainer:
        """Return what every step of a training looks at."""
        recipe, plan = recipe_of(self.config), plan_of(self.config)
        return Trainer(rows, self.timeline, blocks, recipe, plan)


def trainable(config: Config, shelf: Shelf) -> Trainable:
    """Read the labelled snapshots of a run."""
    company = Company.from_dict(shelf.get(CATALOGUE)["company"])
    spine = shelf.get(SPINE)
    held = Labelled(spine, shelf.get(FEATURES), company)
    return Trainable(config, held, timeline_of(spine, maturity_of(config, None).wait))


def recipe_of(config: Config) -> Recipe:
    """How each booster is fitted."""
    section = config.train
    return Recipe(
        section.learning_rate,
        section.most_rounds,
        section.leaf_rows,
        section.column_share,
        section.row_share,
        section.l2,
        section.seed,
        section.threads,
    )


def plan_of(config: Config) -> Plan:
    """What may be tried."""
    section = config.train
    return Plan(
        section.depths,
        section.half_lives,
        section.members,
        section.most_rows,
        section.negatives,
    )


def _learnable(data: Trainable, chosen: Chosen) -> Learnable:
    held, timeline = data.held, data.timeline
    direction = {f.name: s.monotone for s in catalogue_of(held.company) for f in s}
    directions = tuple(
        direction[f.name] if data.config.train.monotone and f.categories is None else 0
        for f in chosen.features
    )
    categorical = tuple(
        place for place, f in enumerate(chosen.features) if f.categories is not None
    )
    return Learnable(
        encode(held.features, [f.to_dict() for f in chosen.features]),
        timeline.outcome,
        timeline.group,
        categorical,
        directions,
        timeline.instant.astype(np.float64) if timeline.has_order else np.empty(0),
    )
