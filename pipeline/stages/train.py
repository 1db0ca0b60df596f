"""From labelled snapshots to boosters, and margins from boosters that had not seen."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from features.catalogue import catalogue_of
from features.company import Company
from models.conversion import Learnable, Recipe, margins
from models.encoding import Chosen, choose_features
from models.ladder import Ladder, climb, fit_final
from models.served import encode
from models.splits import Blocks, SplitRule, divide
from models.timeline import timeline_of

from ..artefacts import (
    BOOSTER,
    CATALOGUE,
    ENCODING,
    FEATURES,
    JUDGED,
    LADDER,
    MARGINS,
    SPINE,
)
from ..sections import Config
from ..stage import Shelf, stage


@stage(
    reads=(SPINE, FEATURES, CATALOGUE),
    writes=(ENCODING, LADDER, MARGINS, JUDGED, BOOSTER),
)
def train(config: Config, shelf: Shelf) -> None:
    """Choose the simplest booster that predicts later outcomes, and fit it."""
    spine, features = shelf.get(SPINE), shelf.get(FEATURES)
    company = Company.from_dict(shelf.get(CATALOGUE)["company"])
    timeline = timeline_of(spine, _wait(config))
    blocks = divide(timeline, _split_rule(config))
    chosen = _chosen(config, features.iloc[blocks.before], company)
    rows = _learnable(config, spine, features, chosen, company)
    recipe = _recipe(config)
    ladder = climb(
        rows,
        timeline,
        blocks,
        recipe,
        depths=config.train.depths,
        most_rows=config.train.most_rows,
        progress=shelf.say,
    )
    shelf.say("fitting the judged booster")
    judged = fit_final(rows.take(blocks.before), ladder, recipe)
    margin = ladder.margin.copy()
    margin[blocks.test] = margins(judged, rows.encoded[blocks.test])
    served, served_as = judged, chosen
    if config.train.refit_after_test:
        shelf.say("fitting the served booster")
        # What the newest rows hold is known to it: a category first seen there, too.
        served_as = _chosen(config, features, company)
        rows = _learnable(config, spine, features, served_as, company)
        served = fit_final(rows, ladder, recipe)
    again = np.full(len(margin), np.nan)
    again[blocks.test] = margins(served, rows.encoded[blocks.test])
    shelf.put(ENCODING, _encoding(served_as, chosen))
    shelf.put(LADDER, _told(ladder, blocks))
    shelf.put(
        MARGINS,
        pd.DataFrame(
            {
                "row": spine["row"],
                "split": blocks.split,
                "margin": margin,
                "served_margin": again,
            }
        ),
    )
    shelf.put(JUDGED, judged.model_to_string())
    shelf.put(BOOSTER, served.model_to_string())


def _chosen(config: Config, features: pd.DataFrame, company: Company) -> Chosen:
    return choose_features(
        features, catalogue_of(company), rare_rows=config.train.rare_rows
    )


def _wait(config: Config) -> timedelta:
    outcome = config.outcome
    return timedelta(days=(outcome.horizon_days or 0) + outcome.settling_days)


def _split_rule(config: Config) -> SplitRule:
    section = config.train
    return SplitRule(
        section.test_share,
        section.folds,
        section.least_conversions,
        section.least_block_conversions,
    )


def _recipe(config: Config) -> Recipe:
    section = config.train
    return Recipe(
        section.learning_rate, section.most_rounds, section.seed, section.threads
    )


def _learnable(
    config: Config,
    spine: pd.DataFrame,
    features: pd.DataFrame,
    chosen: Chosen,
    company: Company,
) -> Learnable:
    kept = [f.to_dict() for f in chosen.features]
    direction = {f.name: s.monotone for s in catalogue_of(company) for f in s}
    directions = tuple(
        direction[f.name] if config.train.monotone and f.categories is None else 0
        for f in chosen.features
    )
    categorical = tuple(
        place for place, f in enumerate(chosen.features) if f.categories is not None
    )
    return Learnable(
        encode(features, kept),
        spine["outcome"].to_numpy(np.float64),
        spine["group_id"].to_numpy(object),
        categorical,
        directions,
    )


def _encoding(served: Chosen, judged: Chosen) -> dict[str, Any]:
    return {
        "features": [f.to_dict() for f in served.features],
        "dropped": served.dropped,
        "judged_features": [f.to_dict() for f in judged.features],
    }


def _told(ladder: Ladder, blocks: Blocks) -> dict[str, Any]:
    names, counts = np.unique(blocks.split.astype(str), return_counts=True)
    return {
        "chosen": asdict(ladder.chosen),
        "rungs": [asdict(r) for r in ladder.rungs],
        "scheme": blocks.scheme,
        "folds": len(blocks.folds),
        "notes": list(blocks.notes),
        "rows": dict(zip(names.tolist(), counts.tolist(), strict=True)),
    }
