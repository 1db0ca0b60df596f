"""The contestants of a run: their margins, and how they fare on the test rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from features.catalogue import Catalogue, catalogue_of, slug
from features.company import Company
from features.errors import ConfigError
from features.vocabulary import Split, Unit
from models.judging.contestants import Contestant, contest
from models.learning.conversion import Learnable, margins_of
from models.learning.points_table import (
    MOST,
    Band,
    PerTouch,
    PointsTable,
    Said,
    points_table_of,
)
from models.learning.sampling import thinned
from models.learning.scorecard import fit_scorecard
from models.learning.splits import Blocks
from models.points import Floats
from models.served import encode
from models.stand_ins import CONSTANT, POINTS_TABLE, SCORECARD

from ..judging.judgement import KNOWN
from ..sections import Config
from ..settling.settlement import FIRST_SLOPE_CONVERSIONS, fitted
from ..worths import Worth


@dataclass(frozen=True, eq=False)
class Labelled:
    """The labelled snapshots, and what was known at each.

    Attributes
    ----------
    spine, features : DataFrame
        One row a snapshot, in the same order.
    company : Company
    """

    spine: pd.DataFrame
    features: pd.DataFrame
    company: Company


EVERYBODY: Final = "everybody"  # no kind or column: what all begin with


def points_table_in(config: Config, catalogue: Catalogue) -> PointsTable | None:
    """Return the configured points table; None where there is none.

    Raises
    ------
    ConfigError
        When it names what the catalogue does not hold, or says what cannot be.
    """
    if not config.points_table:
        return None
    counted = {
        feature.name: "a count"
        for signal in catalogue
        if signal.unit is Unit.COUNT
        for feature in signal
    }
    counted |= {k.name: "a kind of touch" for k in catalogue.company.kinds}
    written = dict(config.points_table)
    everybody = _everybody(written.pop(EVERYBODY, None))
    if not written:
        raise ConfigError(
            "[points_table] gives the same to everybody: say what carries points, or "
            "leave it out."
        )
    said = {
        name: _said(name, worth, counted.get(name) or counted.get(slug(name)))
        for name, worth in written.items()
    }
    return points_table_of(said, catalogue, everybody=everybody)


def _everybody(worth: Worth | None) -> float | None:
    if worth is None or isinstance(worth, float | int):
        return worth
    raise ConfigError(
        f"points_table.{EVERYBODY} is what everybody begins with on the score's scale, "
        f"a number such as 31, but it says {worth}."
    )


def _said(name: str, worth: Worth, counted: str | None) -> Said:
    if isinstance(worth, tuple):
        return tuple(Band(b.from_, b.points) for b in worth)
    if not isinstance(worth, Mapping):
        return PerTouch(float(worth))
    if counted is None:
        return dict(worth)
    most = worth.get("most", MOST)
    if not {"points"} <= set(worth) <= {"points", "most"} or most not in range(1, 101):
        raise ConfigError(
            f"points_table.{name} is {counted}, which takes points each time "
            "('= 10') or '{ points = 10, most = 3 }' with a whole 'most' from 1 to "
            f"100, but it says {dict(worth)}."
        )
    return PerTouch(worth["points"], int(most))


def points_margins(
    table: PointsTable, features: pd.DataFrame, blocks: Blocks
) -> tuple[Floats, str, list[dict[str, Any]]]:
    """Margins of every row by a points table, its model text, and how it is encoded."""
    columns = table.features(features)
    encoding = [f.to_dict() for f in columns]
    text = table.text(columns, features.iloc[blocks.before])
    return margins_of(text, encode(features, encoding)), text, encoding


def contestant_margins(
    config: Config, held: Labelled, rows: Learnable, blocks: Blocks
) -> pd.DataFrame:
    """Margins of the contestants, as far as they had not seen the row.

    Returns
    -------
    DataFrame of shape (n, 2 or 3)
        ``row``; ``points_table`` where one is configured, of every row; ``scorecard``,
        of the test rows, by one that learnt from all that was known before them.
    """
    table = points_table_in(config, catalogue_of(held.company))
    found = pd.DataFrame({"row": held.spine["row"]})
    if table is not None:
        found[POINTS_TABLE] = points_margins(table, held.features, blocks)[0]
    keys = held.spine["row"].to_numpy()
    learnt = thinned(blocks.before, keys, config.train.most_rows)
    card = fit_scorecard(rows.take(learnt))
    margin = np.full(len(found), np.nan)
    margin[blocks.test] = margins_of(card.text, rows.encoded[blocks.test])
    return found.assign(**{SCORECARD: margin})


def contestants_of(
    told: pd.DataFrame, predicted: pd.DataFrame, wait: timedelta, *, seed: int
) -> list[Contestant]:
    """Judge the contestants beside ours on the test rows.

    Parameters
    ----------
    told : DataFrame
        From ``contestant_margins``.
    predicted : DataFrame
        Every labelled snapshot, with ``split``, ``outcome``, ``group_id``,
        ``lead_id``, ``snapshot_at``, ``position`` and, of the test rows,
        ``probability``.
    wait : timedelta
        From a snapshot to the instant its outcome is known.
    seed : int
        Of the samples that the intervals come from.
    """
    test = predicted.loc[predicted["split"] == Split.TEST]
    known = predicted.loc[predicted["split"].isin(KNOWN), "outcome"].mean()
    chances = _calibrated(told.set_index("row"), predicted, test, wait)
    chances[CONSTANT] = np.full(len(test), float(known))
    ours, outcome, group = test["probability"], test["outcome"], test["group_id"]
    return [
        contest(name, chance, ours, outcome, group, seed=seed)
        for name, chance in chances.items()
    ]


def _calibrated(
    margins: pd.DataFrame, predicted: pd.DataFrame, test: pd.DataFrame, wait: timedelta
) -> dict[str, Floats]:
    """Probabilities of the test rows by each contestant that gave margins."""
    chances: dict[str, Floats] = {}
    if POINTS_TABLE in margins:
        every = margins[POINTS_TABLE]
        block = predicted.loc[predicted["split"] == Split.CALIBRATE]
        block = block.assign(margin=every.loc[block["row"]].to_numpy())
        found = fitted(block, wait, slope_conversions=FIRST_SLOPE_CONVERSIONS)
        chances[POINTS_TABLE] = found.probability(every.loc[test["row"]])
    if SCORECARD in margins:
        # Its intercept was fitted to what it learnt from: it needs no calibration.
        margin = margins.loc[test["row"], SCORECARD].to_numpy(np.float64)
        chances[SCORECARD] = 1 / (1 + np.exp(-margin))
    return chances
