"""The last time leads were scored: what was seen, what it came to, by which scorer.

Read from the ledger and the scorer that lie beside last night's scores, as data. Of a
folder of several nights each lead's latest counts, so there may be more than one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.errors import LeadlightError, RunError, few
from models.changing.telescope import Explainer
from models.contract import Contract
from models.explaining.explanation import TOLERANCE_POINTS
from models.points import Floats
from models.served import encode
from models.treeshap import TreeExplainer

from ..bundle import Bundle
from .ledger import SEEN, UNREADABLE, ledger_of, scored_at, scorer_of
from .previous import Previous

Places = npt.NDArray[np.intp]

_POINTS = ["start_points", "fit_points", "engagement_points"]  # which add up
_KEPT = ["lead_id", "snapshot_at", "score", *_POINTS]


@dataclass(frozen=True, eq=False)
class Prior:
    """One file of scores, taken apart.

    Attributes
    ----------
    leads : DataFrame of shape (n_leads, 4)
        By lead_id, each once: ``snapshot_at``, ``score``, ``points`` and ``at``, the
        instant of scoring.
    seen : DataFrame of shape (n_leads, n_features)
        What was seen, likewise.
    encoded : ndarray of shape (n_leads, n_features)
        As the scorer read it.
    contract : Contract
    explainer : Explainer or None
        Tonight's own where the booster is the same; None where signals now mean
        something else, so that there is nothing to split.
    """

    leads: pd.DataFrame
    seen: pd.DataFrame
    encoded: Floats
    contract: Contract
    explainer: Explainer | None

    def places_of(self, lead_id: pd.Series) -> Places:
        """Return the place of each lead; -1 of one that has no score here."""
        return np.asarray(self.leads.index.get_indexer(pd.Index(lead_id)))


@dataclass(frozen=True, eq=False)
class Priors:
    """What is known of last night.

    Attributes
    ----------
    nights : tuple of Prior
        No lead is in two of them.
    notes : tuple of str
        Why what changed is not told.
    """

    nights: tuple[Prior, ...] = ()
    notes: tuple[str, ...] = ()

    def instants(self) -> pa.Table | None:
        """Return of which instant each lead was scored, and by when it was known.

        Returns
        -------
        Table or None
            ``lead_id``, ``snapshot_at`` and ``known_at``, UTC without saying so, of
            those leads of which it makes a difference; None where there are none.
        """
        told = [n.leads for n in self.nights if n.explainer is not None]
        if not told:
            return None
        leads = pd.concat(told).dropna(subset=["snapshot_at"])
        # A lead may have been scored before its snapshot was due.
        known = leads["snapshot_at"].where(
            leads["at"].isna() | (leads["snapshot_at"] <= leads["at"]), leads["at"]
        )
        instants = {"snapshot_at": leads["snapshot_at"], "known_at": known}
        return pa.table(
            {"lead_id": pa.array(leads.index, pa.string())}
            | {n: _naive(i) for n, i in instants.items()}
        )


def priors_of(previous: Previous | None, bundle: Bundle, leads: pd.Index) -> Priors:
    """Take last night's scores apart; say in a sentence where that cannot be done.

    Parameters
    ----------
    leads : Index
        The ids of tonight's leads: files that hold none of them are not read.
    """
    if previous is None:
        return Priors()
    files = previous.table["file"].reindex(leads.unique()).dropna().astype(int)
    nights, failed = [], {}
    for place, mine in files.groupby(files):
        path = previous.files[place]
        try:
            nights.append(_prior(path, mine.index, bundle))
        except LeadlightError as error:
            failed[path.name] = str(error)
    if not failed:
        return Priors(tuple(nights))
    note = f"What changed since {few(list(failed))} is not told."
    return Priors(tuple(nights), (f"{note} {next(iter(failed.values()))}",))


def _prior(path: Path, leads: pd.Index, bundle: Bundle) -> Prior:
    scorer = scorer_of(path)
    contract = Contract.from_json(scorer.contract)
    table = _ledger(ledger_of(path), contract)
    table = table[table.index.isin(leads) & ~table.index.duplicated()]
    seen = table[[f"{SEEN}{f.name}" for f in contract.features]]
    seen = seen.set_axis([f.name for f in contract.features], axis=1)
    at = pd.Series(scored_at(ledger_of(path)), table.index, dtype="datetime64[us, UTC]")
    points = table[_POINTS].sum(axis=1)
    prior = Prior(
        table[["snapshot_at", "score"]].assign(points=points, at=at),
        seen,
        _encoded(seen, contract, path),
        contract,
        _explainer(contract, scorer.booster, bundle, path),
    )
    _check_points(prior, path)
    return prior


def _encoded(seen: pd.DataFrame, contract: Contract, path: Path) -> Floats:
    try:
        return encode(seen, contract.encoding)
    except ValueError as error:
        raise RunError(
            f"The ledger of {path.name} holds what its scorer cannot read: {error}"
        ) from error


def _ledger(path: Path, contract: Contract) -> pd.DataFrame:
    columns = [*_KEPT, *(f"{SEEN}{f.name}" for f in contract.features)]
    try:
        table: pd.DataFrame = pq.read_table(path, columns=columns).to_pandas()
    except MemoryError:  # Arrow's is an ArrowException, too
        raise
    except UNREADABLE as error:
        raise RunError(
            f"{path} cannot be read ({str(error).splitlines()[0].rstrip('.')})."
        ) from error
    table["snapshot_at"] = pd.to_datetime(table["snapshot_at"], utc=True)
    return table.set_index("lead_id")


def _explainer(
    contract: Contract, booster: str, bundle: Bundle, path: Path
) -> Explainer | None:
    tonight = bundle.contract
    if contract.fingerprint != tonight.fingerprint:
        return None
    if not booster:
        raise RunError(
            f"The scorer of {path.name} was not kept beside it, as scorers are by now."
        )
    if booster == bundle.booster_text and contract.players == tonight.players:
        return bundle.explainer
    return TreeExplainer(booster, contract.players)


def _check_points(prior: Prior, path: Path) -> None:
    """Refuse a scorer that does not give the points that the ledger holds."""
    if prior.explainer is None or not len(prior.leads):
        return
    found = prior.contract.scale.points(prior.explainer.margins(prior.encoded))
    gap = float(np.abs(found - prior.leads["points"].to_numpy()).max())
    if not gap <= TOLERANCE_POINTS:
        raise RunError(
            f"The scorer kept beside {path.name} gives points that differ by up to "
            f"{gap:.2g} from those in its ledger: they do not belong together."
        )


def _naive(instants: pd.Series) -> pa.Array:
    told = pa.array(instants.dt.tz_convert("UTC").dt.tz_localize(None))
    return told.cast(pa.timestamp("us"))
