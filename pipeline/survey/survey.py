"""What the newest block tells of all signals: weight, shape, interplay and steadiness.

Everything is of the served scorer, the one that people meet, on rows of the newest
block; where a figure needs the boosters again, on rows of it drawn by hash, so that the
survey costs little however many leads there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue import catalogue_of, slug
from features.company import Company
from features.vocabulary import Qualification
from models.contract import Contract
from models.evidence import Mask, hashed
from models.explaining.explanation import Explanation
from models.explaining.words import is_address
from models.learning.grove import members
from models.named_booster import NamedBooster
from models.points import Floats, Scale
from models.surveying.dependence import dependence
from models.surveying.importance import (
    QUALIFICATION,
    Group,
    groups_by,
    importance,
)
from models.surveying.interplay import MOST_ROWS, interplay
from models.surveying.stability import Agreement, Seeds, agreement, seeds
from models.treeshap import TreeExplainer

from ..artefacts import (
    BOOSTER,
    CALIBRATION,
    CATALOGUE,
    DEPENDENCE,
    ENCODING,
    IMPORTANCE,
    INTERPLAY,
    JUDGED,
    SIGNALS_PAGE,
    STABILITY,
)
from ..sections import Config
from ..stage import Shelf
from .page import Survey, survey_page
from .words import said_of

# What a stage that puts a survey must declare that it writes.
WRITES: Final = (IMPORTANCE, DEPENDENCE, INTERPLAY, STABILITY, SIGNALS_PAGE)

_ROWS: Final = 2_000
_SALT: Final = "survey"
_MISSING: Final = "(missing)"
_ADDRESS: Final = "(an address)"
_FUNNEL: Final = [q.value for q in Qualification]  # as they are read


@dataclass(frozen=True, eq=False)
class Explained:
    """Explained rows of the newest block.

    Attributes
    ----------
    contract : Contract
    explainer : TreeExplainer
        Of the served booster, with the contract's signals as players.
    spine, table : DataFrame of shape (n, …)
        The rows, and their features as text and numbers.
    encoded : ndarray of shape (n, n_features)
    found : Explanation
        Of these rows.
    """

    contract: Contract
    explainer: TreeExplainer
    spine: pd.DataFrame
    table: pd.DataFrame
    encoded: Floats
    found: Explanation

    def at(self, rows: Mask | npt.NDArray[np.intp]) -> Explained:
        """Keep some of the rows."""
        return replace(
            self,
            spine=self.spine.iloc[rows],
            table=self.table.iloc[rows],
            encoded=self.encoded[rows],
            found=Explanation(
                self.found.start,
                self.found.points[rows],
                self.found.fit[rows],
                self.found.engagement[rows],
            ),
        )

    def drawn(self, most: int) -> Explained:
        """Keep at most so many rows, drawn by hash, in their order."""
        if len(self.spine) <= most:
            return self
        tickets = hashed(self.spine["row"].tolist(), _SALT)
        return self.at(np.sort(np.argsort(tickets, kind="stable")[:most]))


def put_survey(config: Config, shelf: Shelf, block: Explained) -> None:
    """Survey the newest block, and put the findings and their page on the shelf."""
    shelf.say("surveying the signals")
    contract, few = block.contract, block.drawn(_ROWS)
    fewer = few.drawn(MOST_ROWS)
    weight = importance(block.found.points, contract.signals, groups_of(config, block))
    shape = dependence(
        few.found.points, few.encoded, contract.signals, contract.features
    )
    together = interplay(
        fewer.explainer, fewer.encoded, fewer.found.points, contract.signals,
        contract.scale,
    )  # fmt: skip
    steady = _stability(shelf, few)
    shelf.put(IMPORTANCE, weight)
    shelf.put(DEPENDENCE, shape)
    shelf.put(INTERPLAY, together)
    shelf.put(STABILITY, steady)
    survey = Survey(
        contract.model, rows_said(block.spine), weight, shape, together,
        tuple(steady["said"]), any(s.is_personal for s in contract.signals),
    )  # fmt: skip
    shelf.put(SIGNALS_PAGE, survey_page(survey))


def groups_of(config: Config, block: Explained) -> Iterator[Group]:
    """Rows by qualification, and by each configured segment that is not personal."""
    contract = block.contract
    chance = contract.scale.probability(block.explainer.margins(block.encoded))
    named = contract.cutoffs.qualification(chance)
    groups = groups_by(QUALIFICATION, named.tolist())
    yield from sorted(groups, key=lambda g: _FUNNEL.index(g.value))
    # Of the catalogue, as the contract knows no columns that the scorer does not read:
    # categories that are personal are among these.
    catalogue = catalogue_of(Company.from_dict(contract.company))
    personal = {f.name for s in catalogue if s.is_personal for f in s}
    for name in config.segments.columns:
        column = slug(name)
        if column in block.table and column not in personal:
            values = block.table[column].astype("object").fillna(_MISSING).astype(str)
            shown = [_ADDRESS if is_address(v) else v for v in values]
            yield from groups_by(name, shown)


def _stability(shelf: Shelf, few: Explained) -> dict[str, Any]:
    shaken, later = _seeds(shelf, few), _later(shelf, few)
    return {
        "rows": len(few.spine),
        "seeds": None if shaken is None else shaken.to_dict(),
        "later": None if later is None else later.to_dict(),
        "said": list(said_of(shaken, later)),
    }


def _seeds(shelf: Shelf, few: Explained) -> Seeds | None:
    """What the committee's members say, each alone; None of one booster."""
    contract = few.contract
    texts = members(shelf.get(BOOSTER))
    if len(texts) < 2:
        return None
    return seeds(
        [
            contract.scale.contribution_points(
                TreeExplainer(text, contract.players).contributions(few.encoded)
            )
            for text in texts
        ]
    )


def _later(shelf: Shelf, few: Explained) -> Agreement | None:
    """Compare with the booster that had not seen the newest block; None of the same."""
    text = shelf.get(JUDGED)
    if text == shelf.get(BOOSTER):
        return None
    booster = NamedBooster(text, shelf.get(ENCODING)["judged_features"])
    players = _players(shelf, few.contract, booster.names)
    found = booster.explainer(players).contributions(booster.encode(few.table))
    settled = shelf.get(CALIBRATION)
    judged = settled["judged"]
    scale = Scale(judged["intercept"], judged["slope"], settled["reference"])
    ours = [s.code for s in few.contract.signals]
    points = scale.contribution_points(found)
    return agreement(*_aligned((ours, few.found.points), (list(players), points)))


def _players(
    shelf: Shelf, contract: Contract, columns: Sequence[str]
) -> dict[str, list[str]]:
    """Signals of another booster's columns, with the columns of each."""
    owner = {
        contract.features[c].name: s.code for s in contract.signals for c in s.columns
    }
    if not owner.keys() >= set(columns):  # it reads what ours has dropped
        catalogue = catalogue_of(Company.from_dict(shelf.get(CATALOGUE)["company"]))
        owner |= {f.name: s.name for s in catalogue for f in s}
    players: dict[str, list[str]] = {}
    for column in columns:
        players.setdefault(owner[column], []).append(column)
    return players


def _aligned(
    ours: tuple[Sequence[str], Floats], theirs: tuple[Sequence[str], Floats]
) -> tuple[Floats, Floats]:
    """Points of either booster by the same signals; one that it lacks has none."""
    codes = sorted({*ours[0], *theirs[0]})
    place = {code: i for i, code in enumerate(codes)}
    found = []
    for names, held in (ours, theirs):
        wide = np.zeros((len(held), len(codes)))
        wide[:, [place[name] for name in names]] = held
        found.append(wide)
    return found[0], found[1]


def rows_said(spine: pd.DataFrame) -> str:
    """Say which rows the survey is of."""
    told, at = f"{len(spine):,} snapshots", spine["snapshot_at"]
    if at.isna().any():  # then it need not be the newest
        return f"{told} of the test block"
    return f"{told} of the newest block, {at.min():%Y-%m-%d} to {at.max():%Y-%m-%d}"
