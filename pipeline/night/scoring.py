"""Leads in, explained scores out: one row for every row that came in.

The scorer is read as data; nothing in a bundle is executed. A lead that cannot be
scored is in the answer all the same, with its status and a sentence.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

from features.catalogue import Catalogue, catalogue_of
from features.company import Company
from features.engine import Engine, instants_are_utc, literal
from features.errors import ModelError
from features.snapshots import Ending, SnapshotRule, make_scoring_spine
from features.vocabulary import Qualification, Status
from models.contract import Contract
from models.explaining.explanation import explain, grades
from models.explaining.reasons import Told, tell
from models.points import Floats
from models.served import encode
from models.stand_ins import stands_in

from ..bundle import Bundle
from ..intake import Kept, kept_in, take_in
from ..sections import Config
from ..tables import shown
from .changes import Tonight, changes_of
from .columns import REASON_COLUMNS, REASONS, named
from .joins import check_joins
from .ledger import POINTS, SEEN
from .looking_back import eligible, weave_looking_back
from .previous import Previous, previous_of, standing_of
from .prior import priors_of
from .statuses import statuses_of
from .touched import touched, with_touches
from .unfamiliar import Newness, newness_of, unfamiliar_of

Say = Callable[[str], None]

_WITH_SCORE = (Status.SCORED, Status.UNFAMILIAR, Status.OFF_SCHEDULE)
_REPEATED = "This row repeats another row of the same lead."


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
        Sentences on touches that were kept and had to be read anew.
    """

    table: pd.DataFrame
    ledger: pd.DataFrame
    newness: Newness
    notes: tuple[str, ...] = ()

    def statuses(self) -> dict[str, int]:
        """Rows by status, in the order of :class:`Status`, without those of no row."""
        found = self.table["status"].value_counts()
        return {s.value: int(found[s.value]) for s in Status if s.value in found.index}

    def qualifications(self) -> dict[str, int]:
        """Leads with a score by qualification, highest first; a repeat is no lead."""
        leads = self.table.loc[self.table["status"].isin(_WITH_SCORE)]
        found = leads.drop_duplicates("lead_id")["qualification"].value_counts()
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
    DataError
        When touches belong to no lead or are of no known kind.
    ModelError
        When an attribute that the scorer was trained with is in no table.
    RunError
        When standing cannot go on from last night's scores.
    """
    contract = bundle.contract
    catalogue = catalogue_for(contract)
    previous = _previous(config, contract, at)
    with (
        tempfile.TemporaryDirectory(prefix="leadlight-") as name,
        _kept(config) as kept,
    ):
        folder = Path(name)
        say("reading the sources")
        take_in(config, folder, leads_from=leads, kept=kept)
        with shown(config, folder) as connection:
            check_joins(connection, catalogue.company)
            make_scoring_spine(
                connection,
                SnapshotRule.from_dict(contract.snapshots),
                Ending(
                    contract.ending["conversion"], tuple(contract.ending["closed_by"])
                ),
                at,
            )
            _show_others(connection, folder / "others.parquet")
            say("computing signals")
            priors = priors_of(previous, bundle, eligible(connection))
            woven = weave_looking_back(connection, catalogue, priors.instants())
            features = instants_are_utc(woven.tonight.to_pandas())
            newest = touched(connection)
            spine = instants_are_utc(connection.sql("FROM spine ORDER BY row").df())
        quarantine = pd.read_parquet(folder / "quarantine.parquet")
    say(f"scoring and explaining {len(spine):,} leads")
    told = _told(bundle, spine, features, previous)
    tonight = Tonight(spine, features, woven, bundle, catalogue)
    changed = changes_of(tonight.eligible(), priors)
    answers = told.table.join(changed.table)
    others = _set_aside(quarantine.loc[quarantine["table"] == "leads"], answers)
    table = pd.concat([answers, *(each for each in others if len(each))])
    table = named(table.sort_values("row", ignore_index=True), bundle, told.reasons)
    beside = told.beside.join(changed.parts)
    held = table.drop(columns=REASON_COLUMNS).merge(beside, on="row")
    of_files = [] if kept is None else kept.notes
    told_of = [stands_in(contract.scorer), *bundle.notes, *of_files, *changed.notes]
    notes = tuple(filter(None, told_of))
    ledger = with_touches(held, newest).drop(columns="row")
    return Scored(table.drop(columns="row"), ledger, told.newness, notes)


def _previous(
    config: Config, contract: Contract, at: datetime | None
) -> Previous | None:
    """Last night's scores, if they were asked for."""
    if not config.run.previous:
        return None
    is_flat = contract.snapshots["rule"] == "export"
    tonight = None if at is None or is_flat else pd.Timestamp(at)
    return previous_of(Path(config.run.previous), contract, tonight)


def _kept(config: Config) -> AbstractContextManager[Kept | None]:
    """Where touches are kept, for as long as they are read; nowhere if not asked."""
    return kept_in(Path(config.run.kept)) if config.run.kept else nullcontext()


def _show_others(connection: Engine, path: Path) -> None:
    """Put the leads that are not scored tonight beside those that are."""
    if path.exists():
        mine = "SELECT lead_id, account_id, created_at, bucket FROM"
        connection.execute(
            f"CREATE TABLE all_leads AS {mine} leads UNION ALL BY NAME "
            f"SELECT * FROM read_parquet({literal(path.as_posix())})"
        )
        connection.execute("CREATE OR REPLACE VIEW leads AS FROM all_leads")


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


def _set_aside(
    rows: pd.DataFrame, told: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The lead rows that exactly repeat a kept one, and those that cannot be read.

    A repeat has the answer of the row it repeats, so that whoever writes the answers
    by lead does not wipe a score. A repeat of a row that was itself set aside has none.
    """
    known = ["lead_id", "text"]
    rows = rows.assign(row=rows["row"].astype("int64"))
    exact = rows["is_repeat"].astype(bool)
    aside = pd.MultiIndex.from_frame(rows.loc[~exact, known])
    exact &= ~pd.MultiIndex.from_frame(rows[known]).isin(aside)
    repeats = rows.loc[exact, ["row", "lead_id"]].merge(
        told.drop(columns="row"), on="lead_id"
    )
    unread = rows.loc[~exact, ["row", "lead_id"]].assign(
        status=Status.UNREADABLE.value, status_said=rows.loc[~exact, "reason"]
    )
    return repeats.assign(status_said=_REPEATED), unread
