"""Leads in, explained scores out: one row for every row that came in.

The scorer is read as data; nothing in a bundle is executed. A lead that cannot be
scored is in the answer all the same, with its status and a sentence.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.catalogue import Catalogue, catalogue_of
from features.company import Company
from features.engine import instants_are_utc
from features.errors import ModelError
from features.snapshots import Ending, SnapshotRule, make_scoring_spine
from features.vocabulary import DAY_US, Qualification, Status
from features.weave import weave
from models.contract import Contract
from models.explanation import explain, grades
from models.reasons import MOST_REASONS, Reason, Reasons, reasons_of
from models.served import encode

from .bundle import Bundle
from .intake import take_in
from .ledger import POINTS, SEEN
from .sections import Config
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


@dataclass(frozen=True, eq=False)
class Scored:
    """What scoring gave.

    Attributes
    ----------
    table : DataFrame
        The output, one row for every lead row in, in their order.
    ledger : DataFrame
        One row for every lead that got a score: the output without its reasons, the
        points of every signal and every feature as it was seen.
    """

    table: pd.DataFrame
    ledger: pd.DataFrame

    def counts(self) -> dict[str, int]:
        """Rows by status, and scored leads by qualification."""
        told = [*self.table["status"], *self.table["qualification"].dropna()]
        return {str(k): int(v) for k, v in pd.Series(told).value_counts().items()}


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
        The snapshot; not used by ``after_creation`` and flat exports.
    """
    contract = bundle.contract
    catalogue = _catalogue(contract)
    with tempfile.TemporaryDirectory(prefix="leadlight-") as name:
        folder = Path(name)
        say("reading the sources")
        take_in(config, folder, leads_from=leads)
        with shown(config, folder) as connection:
            make_scoring_spine(
                connection,
                SnapshotRule.from_dict(contract.snapshots),
                Ending(
                    contract.ending["conversion"], tuple(contract.ending["closed_by"])
                ),
                at,
            )
            say("computing signals")
            features = instants_are_utc(weave(connection, catalogue).to_pandas())
            spine = instants_are_utc(connection.sql("FROM spine ORDER BY row").df())
        unread = _unreadable(pd.read_parquet(folder / "quarantine.parquet"))
    say(f"scoring and explaining {len(spine):,} leads")
    told, beside = _told(bundle, spine, features)
    table = pd.concat([told, unread]) if len(unread) else told
    table = _named(table.sort_values("row", ignore_index=True), bundle)
    held = table.drop(columns=_REASON_COLUMNS).merge(beside, on="row")
    return Scored(table.drop(columns="row"), held.drop(columns="row"))


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
    status, said = _statuses(spine, features, contract)
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
    used = [f.name for f in contract.features]
    seen = features.loc[may, used].add_prefix(SEEN)
    beside = pd.concat([spine.loc[may, "row"], points, seen], axis=1)
    return table.join(scored), beside


def _statuses(
    spine: pd.DataFrame, features: pd.DataFrame, contract: Contract
) -> tuple[pd.Series, pd.Series]:
    """Status of each lead and a sentence for every one that is not plainly scored."""
    status = pd.Series(Status.SCORED.value, index=spine.index, dtype=object)
    said = pd.Series(None, index=spine.index, dtype=object)
    strange = _never_seen(features, contract)
    status[strange.notna()] = Status.UNFAMILIAR.value
    said[strange.notna()] = strange[strange.notna()]
    if contract.lead_age_days is not None:
        low, high = contract.lead_age_days
        age = _age_days(spine)
        # A little slack: a nightly job does not start at the same second.
        off = (age < low - _SLACK_DAYS) | (age > high + _SLACK_DAYS)
        status[off] = Status.OFF_SCHEDULE.value
        said[off] = [
            f"The lead is {a:,.1f} days old, and the scorer has learnt from leads of "
            f"{low:,.1f} to {high:,.1f} days only: its probability is a guess."
            for a in age[off]
        ]
    barred = ~spine["is_eligible"].to_numpy(dtype=bool)
    status[barred] = Status.INELIGIBLE.value
    said[barred] = (
        "The lead had converted or been closed before the snapshot, or was created "
        "after it: there is nothing to predict."
    )
    return status, said


_SLACK_DAYS = 1.0


def _age_days(spine: pd.DataFrame) -> pd.Series:
    age = (spine["snapshot_at"] - spine["created_at"]).dt.as_unit("us")
    return age.astype("int64") / DAY_US


def _never_seen(features: pd.DataFrame, contract: Contract) -> pd.Series:
    """A sentence for each lead with a category that was never seen in training."""
    said = pd.Series(None, index=features.index, dtype=object)
    for place, feature in enumerate(contract.features):
        if feature.categories is None:
            continue
        signal = next(s for s in contract.signals if place in s.columns)
        values = features[feature.name]
        known = {*feature.categories, *feature.rare}
        new = values.notna() & ~values.isin(known) & said.isna()
        shown = "a value" if signal.is_personal else "{!r}"
        said[new] = [
            f"{signal.words}: {shown.format(v)} was never seen in training, so the "
            "score rests on the other signals."
            for v in values[new]
        ]
    return said


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


def _unreadable(quarantine: pd.DataFrame) -> pd.DataFrame:
    """The lead rows that could not be read, or repeat another."""
    rows = quarantine.loc[quarantine["table"] == "leads"]
    return pd.DataFrame(
        {
            "row": rows["row"].astype("int64"),
            "lead_id": rows["lead_id"],
            "status": Status.UNREADABLE.value,
            "status_said": rows["reason"],
        }
    )


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
