"""What each lead's points changed by since last night, and what that is due to.

Only leads with a score on both nights have a change. Where the causes cannot be told,
or do not add up, nothing is told and a note says why: scores are made all the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features.catalogue import Catalogue
from features.errors import ModelError
from features.vocabulary import ROW
from models.changing.change import Cause, Parts, said_changes
from models.changing.telescope import Judge, Split, checked, telescoped
from models.points import Floats
from models.served import encode

from ..bundle import Bundle
from .causes import STEPS, causes_of
from .changed import Told, listed
from .ledger import CHANGES
from .looking_back import Woven
from .prior import Prior, Priors

PUBLISHED: Final = {  # columns of the output, and their kinds
    "points_change": "float64",
    "change_said": "str",
    "prior_points": "float64",
    "prior_score": "Int64",
    "prior_at": "datetime64[us, UTC]",
}

Places = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Changed:
    """What changed.

    Attributes
    ----------
    table : DataFrame
        The columns ``PUBLISHED``, one row for each lead with a score, by its place in
        the spine; missing where there is no change.
    parts : Series
        The parts of each change, as the ledger holds them; missing likewise.
    notes : tuple of str
        Why what changed is not told.
    """

    table: pd.DataFrame
    parts: pd.Series
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Tonight:
    """Some of tonight's leads, and what scores them.

    Attributes
    ----------
    leads : DataFrame
        ``row``, ``lead_id``, ``asked_at`` and ``is_eligible``, as in the spine.
    features : DataFrame
        Theirs.
    woven : Woven
        Theirs, and what they would have been.
    bundle : Bundle
    catalogue : Catalogue
    """

    leads: pd.DataFrame
    features: pd.DataFrame
    woven: Woven
    bundle: Bundle
    catalogue: Catalogue

    def eligible(self) -> Tonight:
        """Keep the leads that may have a score."""
        may = self.leads["is_eligible"].to_numpy(dtype=np.bool_)
        return replace(self, leads=self.leads[may], features=self.features[may])

    def seen_through(
        self, prior: Prior, places: Places, known: Places, seen: Floats
    ) -> list[Floats]:
        """Return the path from what was seen of some leads to what is seen tonight.

        As last night's scorer reads it. A lead that was not looked back on, since it
        has no instants, goes there in one step.

        Parameters
        ----------
        places, known : ndarray of int, shape (n_leads,)
            Of these leads among tonight's, and in the prior.
        seen : ndarray of shape (n_leads, n_features)
            What is seen tonight, as tonight's scorer reads it.
        """
        encoding = prior.contract.encoding
        if encoding != self.bundle.contract.encoding:
            seen = encode(self.features.iloc[places], encoding)
        rows = self.leads[ROW].to_numpy()[places]
        if not self.woven.back:
            return [prior.encoded[known], *[seen] * STEPS]
        looks = (self._look(look, rows, seen, encoding) for look in self.woven.back)
        return [prior.encoded[known], *looks, seen]

    def _look(
        self, look: pa.Table, rows: Places, seen: Floats, encoding: list[dict[str, Any]]
    ) -> Floats:
        """What a look back saw of some rows, as a scorer reads it.

        Of categories only those that were others than tonight are read again.
        """
        there = np.isin(rows, look.column(ROW).to_numpy())
        then, now = (
            table.take(np.searchsorted(table.column(ROW).to_numpy(), rows[there]))
            for table in (look, self.woven.tonight)
        )
        seen, mine = seen.copy(), np.flatnonzero(there)
        for place, feature in enumerate(encoding):
            column, kept = then.column(feature["name"]), mine
            if "categories" in feature:
                differs = _differ(column, now.column(feature["name"]))
                column, kept = column.filter(pa.array(differs)), mine[differs]
            if len(kept):
                frame = pd.DataFrame({feature["name"]: column.to_pandas()})
                seen[kept, place] = encode(frame, [feature])[:, 0]
        return seen


def _differ(one: pa.ChunkedArray, other: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Where two columns of words differ; nothing is the same as nothing."""
    codes = [pc.fill_null(column, "\0nothing") for column in (one, other)]
    return np.asarray(pc.not_equal(*codes))


def changes_of(tonight: Tonight, priors: Priors) -> Changed:
    """Tell what changed of each of tonight's leads.

    Parameters
    ----------
    tonight : Tonight
    priors : Priors
        Last night's scores; none where nothing is to be compared.
    """
    columns = _nothing(len(tonight.leads))
    told: list[Told] = []
    notes = list(priors.notes)
    for prior in priors.nights:
        known = prior.places_of(tonight.leads["lead_id"])
        places = np.flatnonzero(known >= 0)
        if not len(places):
            continue
        known = known[places]
        try:
            split = _split(tonight, prior, places, known)
        except ModelError as error:
            notes.append(f"What changed since last night is not told. {error}")
            continue
        asked_at = tonight.leads["asked_at"].iloc[places]
        published = _published(prior, known, split, asked_at)
        for name in PUBLISHED:
            columns[name][places] = published[name]
        told.append(Told(prior, places, known, split.parts.without_small()))
    index = tonight.leads.index
    columns["prior_at"] = pd.to_datetime(columns["prior_at"], utc=True)
    table = pd.DataFrame(columns, index=index)
    parts = pd.Series(listed(told, len(index)), index, name=CHANGES)
    return Changed(table, parts, tuple(notes))


def _split(tonight: Tonight, prior: Prior, places: Places, known: Places) -> Split:
    new = tonight.bundle
    seen = encode(tonight.features.iloc[places], new.contract.encoding)
    if prior.explainer is None:  # signals do not mean what they meant
        before = prior.leads["points"].to_numpy()[known]
        after = new.contract.scale.points(new.explainer.margins(seen))
        parts = Parts.together([Parts.whole(after - before, Cause.MODEL)])
        return checked(before, after, parts)
    return telescoped(
        Judge(prior.explainer, prior.contract.scale),
        Judge(new.explainer, new.contract.scale),
        tonight.seen_through(prior, places, known, seen),
        causes_of(prior.contract.signals, tonight.catalogue),
        seen,
    )


def _published(
    prior: Prior, known: Places, split: Split, asked_at: pd.Series
) -> dict[str, Any]:
    """The columns ``PUBLISHED`` of the leads of one file of scores."""
    leads = prior.leads.iloc[known]
    at = leads["at"].fillna(leads["snapshot_at"])
    zone = prior.contract.timezone
    here = [pd.to_datetime(i, utc=True).dt.tz_convert(zone) for i in (at, asked_at)]
    since = _since(*here)
    words = [s.words for s in prior.contract.signals]
    return {
        "points_change": split.change,
        "change_said": said_changes(split.parts, split.change, words, since),
        "prior_points": split.before,
        "prior_score": leads["score"].to_numpy(np.float64),
        "prior_at": at.dt.tz_localize(None).to_numpy("datetime64[us]"),
    }


def _since(at: pd.Series, asked_at: pd.Series) -> list[str]:
    """When leads were scored last, to the minute if that was on the same day.

    Both are in the company's zone.
    """
    day, minute = (at.dt.strftime(f) for f in ("%Y-%m-%d", "%Y-%m-%d %H:%M"))
    is_same = (day.array == asked_at.dt.strftime("%Y-%m-%d").array) & at.notna()
    told: list[str] = day.mask(is_same, minute).fillna("the last scoring").tolist()
    return told


def _nothing(leads: int) -> dict[str, Any]:
    """The columns ``PUBLISHED`` of leads without a change."""
    return {
        "points_change": np.full(leads, np.nan),
        "change_said": np.full(leads, None, dtype=object),
        "prior_points": np.full(leads, np.nan),
        "prior_score": np.full(leads, np.nan),
        "prior_at": np.full(leads, np.datetime64("NaT", "us")),
    }
