"""The labelled snapshots of a run as training needs them, and how it is configured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from features.catalogue import catalogue_of
from features.company import Company
from features.engine import instants_are_utc
from features.snapshots import make_spine
from models.learning.conversion import Learnable, Recipe
from models.learning.encoding import Chosen, choose_features
from models.learning.remedies import Divide, Horizons, lacking, remedy_of
from models.learning.splits import Blocks, SplitRule, TooLittle, divide
from models.learning.timeline import Rows, Timeline, timeline_of
from models.learning.training import Plan, Trainer
from models.served import encode

from ..artefacts import CATALOGUE, FEATURES, SPINE, TABLES
from ..company import ending_of, maturity_of, rule_of
from ..sections import Config
from ..stage import Shelf
from ..tables import shown
from .contestants import Labelled


@dataclass(frozen=True, eq=False)
class Trainable:
    """Labelled snapshots, and when each outcome was known.

    Attributes
    ----------
    config : Config
    held : Labelled
    timeline : Timeline
    tables : Path
        The folder of the canonical tables.
    known_until : datetime or None
        None for a flat export.
    """

    config: Config
    held: Labelled
    timeline: Timeline
    tables: Path
    known_until: datetime | None

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

    def divided(self) -> Blocks:
        """Divide the snapshots into blocks.

        Raises
        ------
        TooLittle
            When there is too little data for a booster: with what would leave enough.
        """
        try:
            return divide(self.timeline, self.rule)
        except TooLittle as error:
            remedy = self.remedy(divide, lacking(self.timeline, self.rule))
            raise TooLittle(f"{error} {remedy}") from error

    def remedy(self, divide: Divide, lacking: int) -> str:
        """What would leave enough for a division that was refused, in sentences."""
        days = self.config.outcome.horizon_days
        horizons = self._horizons()
        found = remedy_of(self.timeline, self.rule, horizons, days, divide, lacking)
        return found.said

    def _horizons(self) -> Horizons | None:
        """Every eligible snapshot, so that shorter horizons can be tried."""
        if self.known_until is None:
            return None
        settling = self.config.outcome.settling_days
        until = self.known_until - timedelta(days=settling)
        with shown(self.config, self.tables) as connection:
            how = rule_of(self.config), ending_of(self.config)
            make_spine(connection, *how, until)
            spine = instants_are_utc(connection.sql("FROM spine ORDER BY row").df())
        return Horizons(spine, self.known_until, settling)

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
    listed = shelf.get(CATALOGUE)
    company, until = Company.from_dict(listed["company"]), listed["known_until"]
    spine = shelf.get(SPINE)
    held = Labelled(spine, shelf.get(FEATURES), company)
    return Trainable(
        config,
        held,
        timeline_of(spine, maturity_of(config, None).wait),
        shelf.folder / TABLES,
        None if until is None or config.is_flat else datetime.fromisoformat(until),
    )


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
