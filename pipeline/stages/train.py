"""From labelled snapshots to boosters, and margins from boosters that had not seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from models.learning.conversion import margins_of
from models.learning.encoding import Chosen
from models.learning.splits import Blocks, TooLittle, divide
from models.learning.training import Training

from ..artefacts import (
    BOOSTER,
    CATALOGUE,
    CONTESTANTS,
    ENCODING,
    FEATURES,
    JUDGED,
    LADDER,
    MARGINS,
    SPINE,
)
from ..sections import Config
from ..stage import Shelf, stage
from ..training.contestants import Labelled, contestant_margins
from ..training.fallback import BOOSTER as BOOSTED
from ..training.fallback import Instead, fall_back
from ..training.trainable import Trainable, trainable


@stage(
    reads=(SPINE, FEATURES, CATALOGUE),
    writes=(ENCODING, LADDER, MARGINS, CONTESTANTS, JUDGED, BOOSTER),
)
def train(config: Config, shelf: Shelf) -> None:
    """Choose the simplest booster that predicts later outcomes, and fit it."""
    data = trainable(config, shelf)
    held, spine = data.held, data.held.spine
    blocks = _divided(data)
    if blocks is None:
        _put_instead(shelf, held, fall_back(data))
        return
    chosen, rows = data.encoded(blocks.before)
    shelf.put(CONTESTANTS, contestant_margins(config, held, rows, blocks))
    trainer = data.trainer(rows, blocks)
    training = trainer.choose(shelf.say)
    margin = trainer.margins_before(training.committee, shelf.say)
    shelf.say("fitting the judged booster")
    judged = trainer.fit(training.committee, blocks.before)
    margin[blocks.test] = margins_of(judged, rows.encoded[blocks.test])
    rolled = margin.copy()
    served, served_as = judged, chosen
    if config.train.refit_after_test:
        rolled[blocks.test] = np.nan
        later = trainer.margins_beyond(training.committee, shelf.say)
        rolled = np.where(np.isnan(later), rolled, later)
        shelf.say("fitting the served booster")
        # What the newest rows hold is known to it: a category first seen there, too.
        every = np.arange(len(spine))
        served_as, rows = data.encoded(every)
        served = data.trainer(rows, blocks).fit(training.committee, every)
    again = np.full(len(margin), np.nan)
    again[blocks.test] = margins_of(served, rows.encoded[blocks.test])
    shelf.put(ENCODING, _encoding(served_as, chosen))
    shelf.put(LADDER, _told(training, blocks))
    told = {
        "row": spine["row"],
        "split": blocks.split,
        "margin": margin,
        "rolled_margin": rolled,
        "served_margin": again,
    }
    shelf.put(MARGINS, pd.DataFrame(told))
    shelf.put(JUDGED, judged)
    shelf.put(BOOSTER, served)


def _divided(data: Trainable) -> Blocks | None:
    """The blocks; None where they are too small for a booster, and less may do."""
    if not data.config.train.fallback:
        return data.divided()
    try:
        return divide(data.timeline, data.rule)
    except TooLittle:
        return None


def _put_instead(shelf: Shelf, held: Labelled, found: Instead) -> None:
    """Leave what a booster would have left."""
    shelf.say(found.said)
    rows = held.spine["row"]
    margins_told = {
        "row": rows,
        "split": found.blocks.split,
        "margin": found.margin,
        "rolled_margin": found.margin,
        "served_margin": found.served_margin,
    }
    shelf.put(ENCODING, found.encoding)
    shelf.put(LADDER, found.ladder())
    shelf.put(CONTESTANTS, pd.DataFrame({"row": rows}))
    shelf.put(MARGINS, pd.DataFrame(margins_told))
    shelf.put(JUDGED, found.judged)
    shelf.put(BOOSTER, found.served)


def _encoding(served: Chosen, judged: Chosen) -> dict[str, Any]:
    return {
        "features": [f.to_dict() for f in served.features],
        "dropped": served.dropped,
        "judged_features": [f.to_dict() for f in judged.features],
    }


def _told(training: Training, blocks: Blocks) -> dict[str, Any]:
    names, counts = np.unique(blocks.split.astype(str), return_counts=True)
    return {
        "scorer": BOOSTED,
        **training.to_dict(),
        "scheme": blocks.scheme,
        "folds": len(blocks.folds),
        "notes": list(blocks.notes),
        "rows": dict(zip(names.tolist(), counts.tolist(), strict=True)),
    }
