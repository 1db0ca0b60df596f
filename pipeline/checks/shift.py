"""Columns that tell the rows learnt from and the newest rows apart.

Why a column has to hold gain as well: whatever counts since the beginning of the record
grows with the calendar, and tells old from new all but surely (in a retailer's data the
days since the first touch do so with an AUC of .99, for 2 % of the gain). That is
ordinary, and costs nothing as long as the trees hardly look at it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.evidence import Mask
from models.points import Floats

from .case import Case
from .check import Value, Verdict, check, passed, skipped, tip
from .sample import Sample, best_auc

# Of two normal distributions whose means lie 1.8 standard deviations apart: the blocks
# hardly overlap. Growth by a third, where values vary as much as their mean, is .6.
_APART = 0.90
_GAIN_SHARE = 0.05
_ROWS = 20  # on fewer an AUC is an accident
_NAMED = 3


@check("LL208", "Columns that tell old leads from new ones")
def old_from_new(case: Case) -> Verdict:
    """Adversarial AUC, by column: the rows before the test block against its own.

    A tip where a column tells the two apart with an AUC above .90 and holds more than
    5 % of the booster's gain. Above .90 the two blocks hardly overlap, so that the
    trees answer new leads from the edge of what they have learnt; and a column that
    tells *when* rather than *who* may carry a leak of the calendar: an index that fell
    while conversions rose, a number given out in order, a field that was introduced on
    some day. Whatever grows from the beginning of the record tells old from new too,
    and is harmless while it holds little gain. Look at what the column said of the old
    leads; put it under ``leads.never`` if it only dates them, and retrain often if it
    is an honest one.
    """
    before, test = case.before, case.test
    if min(len(before.outcome), len(test.outcome)) < _ROWS:
        return skipped(
            f"{len(before.outcome)} rows before the test block and "
            f"{len(test.outcome)} on it are too few: an AUC wants {_ROWS} of each."
        )
    both = _both(before, test)
    share = case.judged.gain_share
    used = [name for name in both.names if share.get(name, 0.0) > _GAIN_SHARE]
    if not used:
        return passed(f"No column holds more than {_GAIN_SHARE:.0%} of the gain.")
    order = {name: both.telling(both.names.index(name), both) for name in used}
    told = {name: best_auc(order[name], both.outcome) for name in used}
    ranked = sorted(told, key=lambda name: -told[name])
    best = ranked[0]
    figures: dict[str, Value] = {"auc": told[best], "gain_share": share[best]}
    if told[best] <= _APART:
        return passed(
            "Of the columns that the booster rests on none tells the newest rows from "
            f"the others by more than an AUC of {told[best]:.3f} ({best}).",
            figures,
        )
    loud = [name for name in ranked if told[name] > _APART]
    named = ", ".join(
        f"{name} ({told[name]:.3f}, {share[name]:.0%} of the gain)"
        for name in loud[:_NAMED]
    )
    newest = _newest(order[best], is_new=both.outcome == 1)
    examples = test.examples(newest[len(before.outcome) :])
    return tip(
        f"By these columns alone the newest rows can be told from those learnt from: "
        f"{named}. They speak of the calendar rather than of the lead, as in "
        f"{', '.join(examples)}: make sure that they mean next month what they meant "
        "then, and retrain often.",
        figures | {"columns": len(loud)},
        examples,
    )


def _both(before: Sample, test: Sample) -> Sample:
    """The rows of both blocks; the outcome is to be of the test block."""
    is_new = np.repeat([0.0, 1.0], [len(before.outcome), len(test.outcome)])
    return replace(
        before,
        encoded=np.vstack([before.encoded, test.encoded]),
        outcome=is_new,
        lead_id=np.concatenate([before.lead_id, test.lead_id]),
        group_id=np.concatenate([before.group_id, test.group_id]),
    )


def _newest(order: Floats, *, is_new: Mask) -> Floats:
    """A column as an order that ends with what only new rows hold."""
    filled = [part[~np.isnan(part)] for part in (order[~is_new], order[is_new])]
    rises = all(map(len, filled)) and np.median(filled[1]) >= np.median(filled[0])
    return order if rises else -order
