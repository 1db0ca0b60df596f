"""The fallback: what is served where there is too little data for a booster, and why.

The points table comes first, since it is what the company trusts and it asks nothing of
the outcomes but a rate. Without one, a strongly penalised scorecard from ten leads that
converted on. Below that the refusal stands: a probability would be an invention.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd

from features.catalogue import catalogue_of
from models.learning.conversion import margins_of
from models.learning.few import (
    LEAST,
    can_bear_a_scorecard,
    divide_few,
    fit_few,
    unseen_margins,
)
from models.learning.remedies import lacking
from models.learning.splits import (
    Blocks,
    SplitRule,
    TooLittle,
    divide,
    newest_block,
)
from models.learning.timeline import Timeline
from models.points import Floats
from models.stand_ins import POINTS_TABLE, SCORECARD

from .contestants import points_margins, points_table_in
from .trainable import Trainable

BOOSTER: Final = "booster"


@dataclass(frozen=True, eq=False)
class Instead:
    """What is served instead of a booster.

    Attributes
    ----------
    scorer : str
        ``points_table`` or ``scorecard``.
    said : str
        Why, in whole sentences.
    blocks : Blocks
    encoding : dict
        The artefact of that name.
    margin, served_margin : ndarray of shape (n,)
        Of the judged scorer, which had not seen the row, and on the test rows of the
        served one.
    judged, served : str
        Model texts.
    """

    scorer: str
    said: str
    blocks: Blocks
    encoding: dict[str, Any]
    margin: Floats
    served_margin: Floats
    judged: str
    served: str

    def ladder(self) -> dict[str, Any]:
        """Return what ladder.json holds: no rung was climbed."""
        return {
            "scorer": self.scorer,
            "chosen": None,
            "rungs": [],
            "scheme": self.blocks.scheme,
            "folds": len(self.blocks.folds),
            "notes": [self.said, *self.blocks.notes],
            "rows": pd.Series(self.blocks.split).value_counts().to_dict(),
        }


def fall_back(data: Trainable) -> Instead:
    """Settle for less than a booster, and say what would have left enough for one.

    Raises
    ------
    TooLittle
        When there is too little even for that: with what would leave enough.
    """
    timeline, rule = data.timeline, data.rule
    table = points_table_in(data.config, catalogue_of(data.held.company))
    try:
        blocks = _divide_less(timeline, rule, has_points=table is not None)
    except TooLittle as error:
        remedy = data.remedy(
            partial(_divide_less, has_points=table is not None),
            LEAST - timeline.conversions(newest_block(timeline, rule.test_share)[0]),
        )
        other = "" if table else " Or write down the company's own [points_table]."
        raise TooLittle(f"{error} {remedy}{other}") from error
    remedy = data.remedy(divide, lacking(timeline, rule))
    why = f"{_too_little(timeline, blocks, rule)} {remedy}"
    if table is None:
        return _scorecard(data, blocks, why)
    margin, text, encoding = points_margins(table, data.held.features, blocks)
    kept = {"features": encoding, "dropped": {}, "judged_features": encoding}
    said = (
        f"{why} The company's points table is served: it has learnt nothing, and what "
        "its points are worth was read from these few conversions."
    )
    unseen = np.where(blocks.split == "embargo", np.nan, margin)
    return Instead(POINTS_TABLE, said, blocks, kept, unseen, unseen, text, text)


def _divide_less(timeline: Timeline, rule: SplitRule, *, has_points: bool) -> Blocks:
    """Divide for a points table, or for a scorecard, which asks for more."""
    blocks = divide_few(timeline, rule)
    if not has_points and not can_bear_a_scorecard(timeline, blocks.before):
        raise TooLittle(
            f"{_too_little(timeline, blocks, rule)} A scorecard needs {LEAST} that "
            f"converted and {LEAST} that did not before the test block."
        )
    return blocks


def _scorecard(data: Trainable, blocks: Blocks, why: str) -> Instead:
    chosen, rows = data.encoded(blocks.before)
    judged = fit_few(rows.take(blocks.before)).text
    margin = unseen_margins(rows, blocks)
    margin[blocks.test] = margins_of(judged, rows.encoded[blocks.test])
    served, served_as = judged, chosen
    if data.config.train.refit_after_test:
        served_as, rows = data.encoded(np.arange(len(rows.outcome)))
        served = fit_few(rows).text
    again = np.full(len(margin), np.nan)
    again[blocks.test] = margins_of(served, rows.encoded[blocks.test])
    encoding = {
        "features": [f.to_dict() for f in served_as.features],
        "dropped": served_as.dropped,
        "judged_features": [f.to_dict() for f in chosen.features],
    }
    said = (
        f"{why} A scorecard (logistic regression on bands, strongly held back) is "
        "served; with a [points_table] it would be the company's own points. What "
        "precedes the test block is too short to be cut in time, so calibration and "
        "cutoffs rest on folds drawn at random, by group."
    )
    return Instead(SCORECARD, said, blocks, encoding, margin, again, judged, served)


def _too_little(timeline: Timeline, blocks: Blocks, rule: SplitRule) -> str:
    return (
        f"Too little data for a model: {timeline.conversions(blocks.before):,} leads "
        f"had converted before the test block and {timeline.conversions(blocks.test):,}"
        f" in it, where a booster needs {rule.least_conversions} to learn from and "
        f"{rule.least_block_conversions} in each block after that."
    )
