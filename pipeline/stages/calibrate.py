"""From margins to probabilities, cutoffs that keep promises, and an honest judgement.

Two scorers are calibrated. The *judged* one rests on what was known before the test
block, and every figure is of it. The *served* one has learnt from the test block too,
so that it is as recent as it can be; its calibration and cutoffs rest on the same
rolling-origin margins, extended over the test block.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from features.vocabulary import Split

from ..artefacts import (
    CALIBRATION,
    CHAMPION_THEN,
    CONSEQUENCES,
    CONTESTANTS,
    CUTOFFS,
    FEATURES,
    MARGINS,
    MATURITY,
    PREDICTIONS,
    QUALITY,
    SPINE,
)
from ..company import maturity_of
from ..judging.judgement import apart, judgement_of
from ..judging.looks import block_digest, note_look
from ..registering.inheritance import reference_of
from ..sections import Config
from ..settling.settlement import (
    Settlement,
    predictions,
    rules_of,
    settle,
    with_test_halves,
)
from ..stage import Shelf, stage
from ..training.contestants import contestants_of


@stage(
    reads=(SPINE, FEATURES, MARGINS, CONTESTANTS, CHAMPION_THEN),
    writes=(CALIBRATION, CUTOFFS, CONSEQUENCES, QUALITY, PREDICTIONS),
)
def calibrate(config: Config, shelf: Shelf) -> None:
    """Calibrate probabilities and cutoffs, and judge them on the newest block."""
    rows = shelf.get(SPINE).merge(shelf.get(MARGINS), on="row", validate="1:1")
    rules = rules_of(config)
    rate = _rate(rows.loc[rows["split"] != Split.TEST])
    found = reference_of(config, shelf.find(CHAMPION_THEN), rate)
    shelf.say("calibrating")
    wait = maturity_of(config, None).wait
    judged = settle(rows, rules, wait)
    served = (
        settle(with_test_halves(rows), rules, wait)
        if config.train.refit_after_test
        else judged
    )
    log_odds = judged.log_odds(rows["margin"])
    predicted = predictions(rows, log_odds, judged.cutoffs, found.value)
    settlement = Settlement(judged, served, found)
    told = put_judged(config, shelf, rows, predicted, settlement)
    others, seed = shelf.get(CONTESTANTS), config.train.seed
    beside = contestants_of(others, predicted, wait, seed=seed)
    shelf.put(QUALITY, told | {"contestants": [c.to_dict() for c in beside]})


def put_judged(
    config: Config,
    shelf: Shelf,
    rows: pd.DataFrame,
    predicted: pd.DataFrame,
    settlement: Settlement,
) -> dict[str, Any]:
    """Put on the shelf what was settled and what the newest block says of it.

    Returns
    -------
    dict
        The quality, which is left to the caller to put.
    """
    judged, served = settlement.judged, settlement.served
    shelf.say("judging")
    told = judgement_of(config, predicted, shelf.get(FEATURES), judged.cutoffs)
    shelf.put(PREDICTIONS, predicted)
    shelf.put(
        CALIBRATION,
        {
            "reference": settlement.reference.value,
            "reference_from": settlement.reference.to_dict(),
            "judged": judged.calibrator.to_dict(),
            "served": served.calibrator.to_dict(),
        },
    )
    shelf.put(
        CUTOFFS,
        {
            "judged": judged.cutoffs.to_dict(),
            "served": served.cutoffs.to_dict(),
            "on_test": told.on_test,
        },
    )
    shelf.put(CONSEQUENCES, told.consequences)
    block = block_digest(predicted.loc[predicted["split"] == Split.TEST])
    return told.quality | {
        "served": apart(rows, judged.calibrator, served.calibrator),
        "looks": note_look(shelf.folder, block, at=shelf.at),
        "maturity": MATURITY.file,
    }


def _rate(rows: pd.DataFrame) -> float:
    return float(rows["outcome"].mean())
