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
from typing import Any

import numpy as np
import pandas as pd

from features.catalogue import Catalogue, catalogue_of
from features.company import Company
from features.engine import Engine, instants_are_utc, literal
from features.errors import ModelError
from features.snapshots import Ending, SnapshotRule, make_scoring_spine
from features.vocabulary import Qualification, Status
from features.weave import weave
from models.contract import Contract
from models.explanation import explain, grades
from models.reasons import MOST_REASONS, Reason, Reasons, reasons_of
from models.served import encode

from .bundle import Bundle
from .intake import Kept, kept_in, take_in
from .joins import check_joins
from .ledger import POINTS, SEEN
from .sections import Config
from .statuses import statuses_of
from .tables import shown

Say = Callable[[str], None]

_DIRECTIONS = ("raising", "lowering")
_PARTS = ("code", "words", "points")
_REASON_COLUMNS = [
    f"{direction}_{place}_{part}"
    for direction in _DIRECTIONS
    for place in range(1, MOST_REASONS + 1)
    for part in _PARTS
]

# Stated, since a column in which nobody has a value would else be of no kind at all.
_KINDS = {
    **{c: "float64" if c.endswith("points") else "str" for c in _REASON_COLUMNS},
    **dict.fromkeys(("lead_id", "account_id", "status_said", "grade"), "str"),
    **dict.fromkeys(("probability", "fit_points", "engagement_points"), "float64"),
    **dict.fromkeys(("start_points", "other_points"), "float64"),
    "score": "Int64",
}


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
        its reasons, the points of every signal and every feature as it was seen.
    notes : tuple of str
        Sentences on touches that were kept and had to be read anew.
    """

    table: pd.DataFrame
    ledger: pd.DataFrame
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
    """
    contract = bundle.contract
    catalogue = _catalogue(contract)
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
            features = instants_are_utc(weave(connection, catalogue).to_pandas())
            spine = instants_are_utc(connection.sql("FROM spine ORDER BY row").df())
        quarantine = pd.read_parquet(folder / "quarantine.parquet")
    say(f"scoring and explaining {len(spine):,} leads")
    told, beside = _told(bundle, spine, features)
    others = _set_aside(quarantine.loc[quarantine["table"] == "leads"], told)
    table = pd.concat([told, *(each for each in others if len(each))])
    table = _named(table.sort_values("row", ignore_index=True), bundle)
    held = table.drop(columns=_REASON_COLUMNS).merge(beside, on="row")
    notes = () if kept is None else tuple(kept.notes)
    return Scored(table.drop(columns="row"), held.drop(columns="row"), notes)


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


def _catalogue(contract: Contract) -> Catalogue:
    catalogue = catalogue_of(Company.from_dict(contract.company))
    if catalogue.fingerprint != contract.fingerprint:
        raise ModelError(
            "This version of Leadlight defines signals otherwise than the one that "
            f"trained the scorer ({catalogue.fingerprint} against "
            f"{contract.fingerprint}). Train again, or score with that version."
        )
    return catalogue


def _told(
    bundle: Bundle, spine: pd.DataFrame, features: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of the leads that could be read, scored where they may be."""
    contract = bundle.contract
    used = set(bundle.explainer.trees.splits.feature.tolist())
    status, said = statuses_of(spine, features, contract, used)
    may = (status != Status.INELIGIBLE.value).to_numpy()
    encoded = encode(features.loc[may], contract.encoding)
    margin = bundle.margins(encoded)
    explained = explain(bundle.explainer, contract, encoded, margin)
    probability = contract.scale.probability(margin)
    is_plain = (status[may] == Status.SCORED.value).to_numpy()
    qualification = np.where(
        is_plain, contract.cutoffs.qualification(probability), Qualification.NONE.value
    )
    table = spine[["row", "lead_id", "account_id", "snapshot_at"]].assign(
        status=status, status_said=said
    )
    scored = pd.DataFrame(
        {
            "probability": probability,
            "score": pd.array(contract.scale.score(margin), dtype="Int64"),
            "qualification": qualification,
            "standing": qualification,
            "standing_since": spine.loc[may, "snapshot_at"].array,
            "grade": grades(explained, contract),
            "fit_points": explained.fit,
            "engagement_points": explained.engagement,
            "start_points": explained.start,
            **_reason_columns(reasons_of(explained.points, features[may], contract)),
        },
        index=spine.index[may],
    )
    codes = [f"{POINTS}{s.code}" for s in contract.signals]
    points = pd.DataFrame(explained.points, columns=codes, index=spine.index[may])
    names = [f.name for f in contract.features]
    seen = features.loc[may, names].add_prefix(SEEN)
    beside = pd.concat([spine.loc[may, "row"], points, seen], axis=1)
    return table.join(scored), beside


def _reason_columns(reasons: list[Reasons]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for direction in _DIRECTIONS:
        for place in range(MOST_REASONS):
            told: list[Reason | None] = [
                r[place] if place < len(r := getattr(each, direction)) else None
                for each in reasons
            ]
            for part in _PARTS:
                columns[f"{direction}_{place + 1}_{part}"] = [
                    None if t is None else getattr(t, part) for t in told
                ]
    columns["other_points"] = [r.other_points for r in reasons]
    return columns


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


def _named(table: pd.DataFrame, bundle: Bundle) -> pd.DataFrame:
    """The columns in their stated order, with the model they come from."""
    order = [
        "row", "lead_id", "account_id", "snapshot_at", "probability", "score",
        "status", "status_said", "qualification", "standing", "standing_since",
        "grade", "fit_points", "engagement_points", "start_points",
        *_REASON_COLUMNS, "other_points",
    ]  # fmt: skip
    named = table.assign(
        qualification=table["qualification"].fillna(Qualification.NONE.value),
        standing=table["standing"].fillna(Qualification.NONE.value),
    )[order].astype(_KINDS)
    return named.assign(
        model_name=bundle.contract.model,
        model_version=bundle.version,
        model_digest=bundle.digest,
        horizon_days=bundle.contract.horizon_days,
    )
