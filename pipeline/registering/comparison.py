"""Two scorers on the same rows: the test rows of one that the other has not seen.

The first is taken as it was judged, by the booster that never saw its test block; how
the second is taken is the matter of ``unseen``. Differences are paired, so that what is
common to both (which leads there were) does not blur them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from features.errors import ModelError
from features.vocabulary import LEAD_ID, Split
from models.points import Floats
from models.promoting.paired import Paired, pair
from models.qualifying.cutoffs import Cutoffs
from models.surveying.importance import overall

from ..artefacts import CUTOFFS, FEATURES, IMPORTANCE, PREDICTIONS, SPINE
from ..sections import Config
from ..stage import Say
from .contenders import Contender, check_written, config_of
from .inheritance import meaning_of
from .unseen import features_for, take

_MOST_SIGNALS = 8


@dataclass(frozen=True)
class AtCutoff:
    """What one cutoff of one scorer does to the rows compared.

    Attributes
    ----------
    name : str
        ``mql`` or ``sql``.
    threshold : float or None
        None: nobody qualifies.
    share, precision : float or None
        How many of the rows qualify, and how many of these converted.
    """

    name: str
    threshold: float | None
    share: float | None
    precision: float | None


@dataclass(frozen=True)
class Side:
    """One of the two scorers.

    Attributes
    ----------
    words : str
        What it is called.
    taken : str
        ``judged`` or ``served``.
    cutoffs : tuple of AtCutoff
    """

    words: str
    taken: str
    cutoffs: tuple[AtCutoff, ...]


@dataclass(frozen=True)
class SignalShift:
    """A signal's mean absolute points under either; 0 where it is not used."""

    words: str
    ours: float
    theirs: float


@dataclass(frozen=True)
class Comparison:
    """Two scorers on the same rows.

    Attributes
    ----------
    ours, theirs : Side
    rows, leads, conversions : int
        That both were judged on.
    left_out : int
        Test rows of ours that theirs may have seen.
    is_woven : bool
        Whether their signals had to be computed anew.
    figures : tuple of Paired
    signals : tuple of SignalShift
        Those that differ most, first; empty where theirs are not here.
    """

    ours: Side
    theirs: Side
    rows: int
    leads: int
    conversions: int
    left_out: int
    is_woven: bool
    figures: tuple[Paired, ...]
    signals: tuple[SignalShift, ...]

    def figure(self, name: str) -> Paired:
        """Return one of the figures by its name."""
        return next(f for f in self.figures if f.name == name)


def compare(
    config: Config, ours: Contender, theirs: Contender, *, say: Say = lambda _: None
) -> Comparison:
    """Compare two scorers on the test rows of the first.

    Raises
    ------
    ModelError
        When their probabilities are of different things, or the second cannot be put
        to the first one's tables.
    DataError
        When too few of the rows are new to the second.
    RunError
        When the first one's run folder is not here, or was changed.
    """
    folder = ours.run_folder()
    check_written(folder, (PREDICTIONS.file, CUTOFFS.file, SPINE.file, FEATURES.file))
    then = config_of(config, folder)
    _check_meaning(ours, theirs)
    predicted = PREDICTIONS.read(folder / PREDICTIONS.file)
    test = predicted.loc[predicted["split"] == Split.TEST].reset_index(drop=True)
    taken = take(theirs, ours, test, then.train.least_block_conversions)
    rows = test.loc[taken.is_new].reset_index(drop=True)
    say(f"comparing on {len(rows):,} rows")
    features, is_woven = features_for(then, ours, theirs, rows)
    other = taken.probability(features)
    own = rows["probability"].to_numpy(np.float64)
    outcome = rows["outcome"].to_numpy(np.float64)
    cutoffs = Cutoffs.from_dict(CUTOFFS.read(folder / CUTOFFS.file)["judged"])
    return Comparison(
        Side(ours.words, "judged", _at_cutoffs(cutoffs, own, outcome)),
        Side(theirs.words, taken.how, _at_cutoffs(taken.cutoffs, other, outcome)),
        rows=len(rows),
        leads=rows[LEAD_ID].nunique(),
        conversions=int(outcome.sum()),
        left_out=len(test) - len(rows),
        is_woven=is_woven,
        figures=pair(own, other, outcome, rows["group_id"], seed=then.train.seed),
        signals=_signals(ours, theirs),
    )


def _check_meaning(ours: Contender, theirs: Contender) -> None:
    one, other = meaning_of(ours.contract), meaning_of(theirs.contract)
    for name, value in one.items():
        if other[name] != value:
            raise ModelError(
                f"{ours.words} and {theirs.words} cannot be compared: the {name} of "
                f"the first is {value}, that of the second {other[name]}. Their "
                "probabilities are of different things."
            )


def _at_cutoffs(
    cutoffs: Cutoffs, probability: Floats, outcome: Floats
) -> tuple[AtCutoff, ...]:
    told = []
    for cutoff in (cutoffs.mql, cutoffs.sql):
        picked = cutoff.qualifies(probability)
        if cutoff.threshold is None or not picked.any():
            told.append(AtCutoff(cutoff.name, cutoff.threshold, 0.0, None))
            continue
        share, precision = float(picked.mean()), float(outcome[picked].mean())
        told.append(AtCutoff(cutoff.name, cutoff.threshold, share, precision))
    return tuple(told)


def _signals(ours: Contender, theirs: Contender) -> tuple[SignalShift, ...]:
    """Signals whose weight differs most, of two runs that are here."""
    if ours.folder is None or theirs.folder is None:
        return ()
    tables = [
        overall(IMPORTANCE.read(run / IMPORTANCE.file)).set_index("signal")
        for run in (ours.folder, theirs.folder)
    ]
    points = pd.concat([t["mean_absolute_points"] for t in tables], axis=1).fillna(0.0)
    words: dict[Any, str] = {**tables[1]["words"], **tables[0]["words"]}
    gap = (points.iloc[:, 0] - points.iloc[:, 1]).abs()
    order = gap.sort_values(ascending=False, kind="stable").index[:_MOST_SIGNALS]
    return tuple(
        SignalShift(
            words[s], float(points.loc[s].iloc[0]), float(points.loc[s].iloc[1])
        )
        for s in order
        if gap[s] > 0
    )
