"""From a run folder to its points card, and what the card loses against the model.

The card is of the *judged* scorer, and fitted to leads outside the test block, so that
this can say what it loses.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue import Catalogue, catalogue_of
from features.company import Company
from features.errors import RunError
from features.vocabulary import Split
from models.carding.card import fit_card
from models.carding.fidelity import CardCutoffs, Fidelity, card_cutoffs, fidelity
from models.contract import model_signals
from models.evidence import hashed
from models.learning.points_table import PointsTable
from models.named_booster import NamedBooster
from models.players import ModelFeature
from models.points import Floats, Scale
from models.qualifying.cutoffs import Cutoffs

from ..artefacts import (
    CALIBRATION,
    CATALOGUE,
    CUTOFFS,
    ENCODING,
    FEATURES,
    JUDGED,
    MARGINS,
    SPINE,
    Artefact,
)
from .rules import Rule, rules_in

_MOST_ROWS: Final = 8_000
_FITTED_TO: Final = (Split.TRAIN, Split.CALIBRATE, Split.CUTOFF)


@dataclass(frozen=True)
class Carded:
    """A run's points card.

    Attributes
    ----------
    card : PointsTable
        Of whole points, on the score's scale.
    rules : tuple of Rule
        The card's, one for each thing that carries points.
    cutoffs : CardCutoffs
    fitted_rows : int
        Snapshots, outside the test block, to whose points it was fitted.
    fidelity : Fidelity
        On the test block.
    """

    card: PointsTable
    rules: tuple[Rule, ...]
    cutoffs: CardCutoffs
    fitted_rows: int
    fidelity: Fidelity

    @property
    def everybody(self) -> int:
        """Points before any rule."""
        return int(self.card.everybody or 0)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "everybody": self.everybody,
            "rules": [r.to_dict() for r in self.rules],
            "cutoffs": {"mql": self.cutoffs.mql, "sql": self.cutoffs.sql},
            "fitted_rows": self.fitted_rows,
            "fidelity": self.fidelity.to_dict(),
        }


def card_of(folder: Path, *, most: int, seed: int = 0) -> Carded:
    """Fit a points card to the judged scorer of a finished run.

    Parameters
    ----------
    folder : Path
        The run's; it is only read.
    most : int
        Rules, at most.
    seed : int
        Of the samples that intervals come from.

    Raises
    ------
    RunError
        When the run has not been finished.
    """
    run = _Run(folder)
    split = run.get(MARGINS)["split"]
    fitted = _drawn(np.flatnonzero(split.isin(_FITTED_TO)), run.get(SPINE)["row"])
    table = run.get(FEATURES)
    early = table.iloc[fitted]
    start, parts = run.points(early)
    card = fit_card(early, start, parts, run.catalogue, most=most)
    cutoffs = Cutoffs.from_dict(run.get(CUTOFFS)["judged"])
    chance = run.scale.probability(run.margins(early))
    own = card_cutoffs(card.points(early), chance, cutoffs)
    test = np.flatnonzero(split == Split.TEST)
    found = _beside(run, card, test, (own, cutoffs), seed)
    rules = tuple(rules_in(card, run.catalogue))
    return Carded(card, rules, own, len(fitted), found)


def _beside(
    run: _Run,
    card: PointsTable,
    test: npt.NDArray[np.intp],
    cutoffs: tuple[CardCutoffs, Cutoffs],
    seed: int,
) -> Fidelity:
    """Hold the card beside the model on the test block."""
    late, spine = run.get(FEATURES).iloc[test], run.get(SPINE).iloc[test]
    margin, points = run.margins(late), card.points(late)
    named = (
        cutoffs[0].qualification(points),
        cutoffs[1].qualification(run.scale.probability(margin)),
    )
    return fidelity(
        points,
        margin,
        run.scale,
        spine["outcome"].to_numpy(np.float64),
        named=named,
        group_id=spine["group_id"].tolist(),
        seed=seed,
    )


class _Run:
    """What is needed of a run folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._held: dict[str, Any] = {}

    def get(self, artefact: Artefact[Any]) -> Any:
        """Read an artefact, once."""
        path = self.folder / artefact.file
        if artefact.file not in self._held:
            if not path.exists():
                raise RunError(
                    f"{path} is missing: a points card is made of a finished run. Use "
                    "`leadlight run`, or name another run with --run."
                )
            self._held[artefact.file] = artefact.read(path)
        return self._held[artefact.file]

    @cached_property
    def catalogue(self) -> Catalogue:
        """Every signal of the company."""
        return catalogue_of(Company.from_dict(self.get(CATALOGUE)["company"]))

    @cached_property
    def scale(self) -> Scale:
        """The judged scorer's."""
        told = self.get(CALIBRATION)
        judged = told["judged"]
        return Scale(judged["intercept"], judged["slope"], told["reference"])

    @cached_property
    def judged(self) -> NamedBooster:
        """The judged booster."""
        return NamedBooster(self.get(JUDGED), self.get(ENCODING)["judged_features"])

    def points(self, table: pd.DataFrame) -> tuple[float, pd.DataFrame]:
        """The judged scorer's start, and its points of each signal by its name."""
        raw = self.judged.features
        features = tuple(ModelFeature.from_dict(dict(f)) for f in raw)
        signals = model_signals(self.catalogue, features)
        names = self.judged.names
        players = {s.code: [names[c] for c in s.columns] for s in signals}
        explainer = self.judged.explainer(players)
        found = explainer.contributions(self.judged.encode(table))
        parts = self.scale.contribution_points(found)
        told = pd.DataFrame(parts, columns=list(players))
        return self.scale.start(explainer.baseline), told

    def margins(self, table: pd.DataFrame) -> Floats:
        """The judged booster's, of some rows of the feature table."""
        return self.judged.margins(table)


def _drawn(places: npt.NDArray[np.intp], names: pd.Series) -> npt.NDArray[np.intp]:
    """At most so many of the rows, drawn by hash, in their order."""
    tickets = hashed(names.iloc[places].tolist(), "points card")
    return np.sort(places[np.argsort(tickets, kind="stable")[:_MOST_ROWS]])
