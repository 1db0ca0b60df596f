"""Leads in, explained scores out: one row for every row that came in.

The scorer is read as data; nothing in a bundle is executed. A lead that cannot be
scored is in the answer all the same, with its status and a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from features.catalogue import Catalogue, catalogue_of
from features.company import Company
from features.errors import ModelError
from features.vocabulary import Qualification, Status
from models.contract import Contract
from models.explaining.explanation import explain, grades
from models.explaining.reasons import Told, tell
from models.points import Floats
from models.served import encode
from models.stand_ins import stands_in

from ..bundle import Bundle
from ..sections import Config
from ..stage import Say
from .changes import Tonight, changes_of
from .columns import REASON_COLUMNS, REASONS, named
from .facts import NightFacts
from .guards import Tripped, looked_at
from .ledger import POINTS, SEEN
from .previous import Previous, previous_of, standing_of
from .reading import Scoring, read_night
from .sources import NightSource
from .statuses import statuses_of
from .touched import with_touches
from .unfamiliar import Newness, newness_of, unfamiliar_of
from .unreadable import set_aside

_WITH_SCORE = (Status.SCORED, Status.UNFAMILIAR, Status.OFF_SCHEDULE)


@dataclass(frozen=True, eq=False)
class Scored:
    """What scoring gave.

    Attributes
    ----------
    table : DataFrame
        The output, one row for every lead row in, in their order.
    ledger : DataFrame
        One row for every lead that got a score, repeats left out: the output without
        its reasons, the points of every signal, every feature as it was seen, and the
        newest touches.
    newness : Newness
        Whether the night's leads are like past ones, together.
    notes : tuple of str
        Sentences on touches that were kept and had to be read anew, on what could not
        be compared, and on guards that could not look.
    sources : tuple of NightSource
        What each source brought, and what became of it.
    tripped : tuple of Tripped
        Guards that hold the night back; empty where it may be published.
    quarantine : DataFrame
        Rows set aside, of all sources.
    """

    table: pd.DataFrame
    ledger: pd.DataFrame
    newness: Newness
    notes: tuple[str, ...] = ()
    sources: tuple[NightSource, ...] = ()
    tripped: tuple[Tripped, ...] = ()
    quarantine: pd.DataFrame = field(default_factory=pd.DataFrame)

    @cached_property
    def leads(self) -> pd.DataFrame:
        """The row that tells of each lead, without rows that repeat one."""
        is_read = self.table["status"] != Status.UNREADABLE
        read = self.table.loc[is_read].drop_duplicates("lead_id")
        unread = self.table.loc[~is_read]
        return pd.concat([read, unread.loc[~unread["lead_id"].isin(read["lead_id"])]])

    @property
    def repeats(self) -> int:
        """Rows that repeat a lead's."""
        return len(self.table) - len(self.leads)

    def statuses(self) -> dict[str, int]:
        """Leads by status, in the order of :class:`Status`, without those of none."""
        found = self.leads["status"].value_counts()
        return {s.value: int(found[s.value]) for s in Status if s.value in found.index}

    def qualifications(self) -> dict[str, int]:
        """Leads with a score by qualification, highest first."""
        leads = self.leads.loc[self.leads["status"].isin(_WITH_SCORE)]
        found = leads["qualification"].value_counts()
        return {q.value: int(found.get(q.value, 0)) for q in reversed(Qualification)}


def score_leads(
    config: Config,
    bundle: Bundle,
    leads: Path,
    *,
    at: datetime | None,
    say: Say = lambda _: None,
) -> Scored:
    """Score the leads of a file with the touches of the configured sources.

    Parameters
    ----------
    leads : Path
        Written like the configured leads table.
    at : datetime or None
        The instant of scoring, not used by flat exports. It is the snapshot, except
        under ``after_creation``: there it decides which leads have ended, are not yet
        due, or were due long ago.

    Raises
    ------
    ModelError
        When an attribute that the scorer was trained with is in no table.
    RunError
        When standing cannot go on from last night's scores.
    """
    contract = bundle.contract
    catalogue = catalogue_for(contract)
    scoring = Scoring(bundle, catalogue, _previous(config, contract, at), at)
    night = read_night(config, leads, scoring, say)
    spine, features = night.spine, night.features
    say(f"scoring and explaining {len(spine):,} leads")
    told = _told(bundle, spine, features, scoring.previous)
    tonight = Tonight(spine, features, night.woven, bundle, catalogue)
    changed = changes_of(tonight.eligible(), night.priors)
    answers = told.table.join(changed.table)
    rows = night.quarantine
    others = set_aside(rows.loc[rows["table"] == "leads"], answers)
    table = pd.concat([answers, *(each for each in others if len(each))])
    table = named(table.sort_values("row", ignore_index=True), bundle, told.reasons)
    beside = told.beside.join(changed.parts)
    held = table.drop(columns=REASON_COLUMNS).merge(beside, on="row")
    ledger = with_touches(held, night.touches).drop(columns="row")
    instant = None if contract.snapshots["rule"] == "export" else at
    facts = NightFacts(instant, night.sources, contract, rows, night.cells)
    tripped, blind = looked_at(facts, config.score.guards)
    told_of = [stands_in(contract.scorer), *bundle.notes, *night.notes, *changed.notes]
    return Scored(
        table.drop(columns="row"),
        ledger,
        told.newness,
        (*filter(None, told_of), *blind),
        night.sources,
        tripped,
        rows,
    )


def _previous(
    config: Config, contract: Contract, at: datetime | None
) -> Previous | None:
    """Last night's scores, if they were asked for."""
    if not config.run.previous:
        return None
    is_flat = contract.snapshots["rule"] == "export"
    tonight = None if at is None or is_flat else pd.Timestamp(at)
    return previous_of(Path(config.run.previous), contract, tonight)


def catalogue_for(contract: Contract) -> Catalogue:
    """Return the signals that a scorer reads.

    Raises
    ------
    ModelError
        When this version of Leadlight defines them otherwise.
    """
    catalogue = catalogue_of(Company.from_dict(contract.company))
    if catalogue.fingerprint != contract.fingerprint:
        raise ModelError(
            "This version of Leadlight defines signals otherwise than the one that "
            f"trained the scorer ({catalogue.fingerprint} against "
            f"{contract.fingerprint}). Train again, or score with that version."
        )
    return catalogue


@dataclass(frozen=True, eq=False)
class _Told:
    """What is told of the leads that could be read.

    ``table`` has a row for each of them, ``beside`` and ``reasons`` one for each with a
    score.
    """

    table: pd.DataFrame
    beside: pd.DataFrame
    reasons: Told
    newness: Newness


def _told(
    bundle: Bundle,
    spine: pd.DataFrame,
    features: pd.DataFrame,
    previous: Previous | None,
) -> _Told:
    """The rows of the leads that could be read, scored where they may be."""
    contract = bundle.contract
    used = set(bundle.explainer.trees.splits.feature.tolist())
    encoded = encode(features, contract.encoding)
    may = spine["is_eligible"].to_numpy(dtype=np.bool_)
    new = unfamiliar_of(features[may], encoded[may], contract, bundle.isolation, used)
    status, said = statuses_of(spine, new.said.reindex(spine.index), contract)
    table = spine[["row", "lead_id", "account_id", "snapshot_at"]].assign(
        status=status, status_said=said
    )
    is_plain = (status[may] == Status.SCORED.value).to_numpy()
    scored, points, reasons = _scored(bundle, features[may], encoded[may])
    stood = standing_of(contract, spine[may], scored["probability"], is_plain, previous)
    words = contract.cutoffs.qualification(scored["probability"])
    scored = scored.assign(
        qualification=np.where(is_plain, words, Qualification.NONE.value),
        standing=stood.standing,
        standing_since=pd.to_datetime(stood.since, utc=True),
    )
    names = [f.name for f in contract.features]
    seen = features.loc[may, names].add_prefix(SEEN)
    beside = pd.concat([spine.loc[may, "row"], points, seen], axis=1)
    on_schedule = (status[may] != Status.OFF_SCHEDULE.value).to_numpy()
    newness = newness_of(new, contract, on_schedule)
    return _Told(table.join(scored), beside, reasons, newness)


def _scored(
    bundle: Bundle, features: pd.DataFrame, encoded: Floats
) -> tuple[pd.DataFrame, pd.DataFrame, Told]:
    """Probability and points of leads, the points of every signal, and the reasons."""
    contract = bundle.contract
    margin = bundle.margins(encoded)
    explained = explain(bundle.explainer, contract, encoded, margin)
    told = tell(explained.points, encoded, features, contract)
    scored = pd.DataFrame(
        {
            "probability": contract.scale.probability(margin),
            "score": pd.array(contract.scale.score(margin), dtype="Int64"),
            "grade": grades(explained, contract),
            "fit_points": explained.fit,
            "engagement_points": explained.engagement,
            "start_points": explained.start,
            "other_points": told.other_points,
            REASONS: np.arange(len(features)),
        },
        index=features.index,
    )
    codes = [f"{POINTS}{s.code}" for s in contract.signals]
    points = pd.DataFrame(explained.points, columns=codes, index=features.index)
    return scored, points, told
