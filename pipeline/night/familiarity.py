"""What past leads are like: settled once, from the rows that the served booster learnt.

Groups are halved by the same hash that halves the rolling-origin rows. The forests
learn from all rows of one half. One row of each group of the other half, drawn by hash,
is what strangeness is compared with later.

Why whole groups apart, and not the calibrate block: a lead is looked at every week, and
its colleagues look like it. A forest that knew a lead's earlier weeks would find its
later ones more familiar than a newcomer's, and newcomers would be flagged at more than
the stated rate. Halving groups leaves as many to compare with as can be had, from the
whole past. Why one row of each: the promise is of leads, and rows of one lead are
strange together. Where fewer than 1 / α − 1 groups are left to compare with, no share
of α can be told, and flags alone decide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue import Catalogue, catalogue_of, slug
from features.company import Company
from features.declare import Signal
from features.vocabulary import Family, Unit
from models.contract import Contract
from models.evidence import Mask, hashed, one_per_group
from models.points import Floats
from models.served import encode
from models.unfamiliar.familiarity import familiarity_of, least_compared
from models.unfamiliar.flags import fit_flags
from models.unfamiliar.forests import fit_forests
from models.unfamiliar.isolation import Forest, Isolation
from models.unfamiliar.support import SIZE_ENDS, Support, support_of

from ..sections import Config

_MOST_COLUMNS = 5  # of support: more than a sentence or a screen can tell
_MOST_ROWS = 50_000  # that forests are measured on
_SALT = "calibrate or cutoff"


def with_familiarity(
    config: Config,
    contract: Contract,
    spine: pd.DataFrame,
    features: pd.DataFrame,
    used: set[int],
) -> tuple[Contract, str]:
    """Settle how unfamiliar leads are told, and what stands behind each segment.

    Parameters
    ----------
    spine, features : DataFrame
        The rows that the served booster learnt from, in the same order.
    used : set of int
        The columns on which it splits.

    Returns
    -------
    Contract
        With ``familiarity`` and ``support``.
    str
        The text of the forests; empty where there are too few groups for any.
    """
    alpha = config.familiarity.alpha
    encoded = encode(features, contract.encoding)
    group = spine["group_id"].to_numpy(object)
    flags = fit_flags(
        encoded,
        sets=_sets(contract, used),
        used=sorted(used),
        numbers=[p for p in sorted(used) if contract.features[p].categories is None],
        small_pools=_small_pools(config, contract, features, used, spine),
        group=group,
        order=_order(spine),
        alpha=alpha,
    )
    text, forests, strangeness = _forests(config, contract, encoded, group, used)
    familiarity = familiarity_of(strangeness, forests, flags, alpha=alpha)
    told = replace(
        contract,
        familiarity=familiarity,
        support=_supports(config, contract, features, spine),
    )
    return told, text if familiarity.forests else ""


def _forests(
    config: Config,
    contract: Contract,
    encoded: Floats,
    group: npt.NDArray[np.object_],
    used: set[int],
) -> tuple[str, tuple[Forest, ...], Floats]:
    """Fit the forests on one half of the groups, and ask them about the other."""
    is_compared: Mask = hashed(group, _SALT) % np.uint64(2) == 0
    learnt = np.flatnonzero(~is_compared)
    apart = np.flatnonzero(is_compared)
    apart = apart[one_per_group(group[apart], "familiarity")]
    if len(apart) < least_compared(config.familiarity.alpha) or not len(learnt):
        return "", (), np.empty(0)
    thinned = learnt[:: len(learnt) // _MOST_ROWS + 1]
    text, forests = fit_forests(
        encoded[thinned],
        _columns(contract, used),
        _codes(contract),
        seed=config.train.seed,
    )
    if not forests:
        return "", (), np.empty(0)
    drawn = apart[np.argsort(hashed(group[apart], "drawn"), kind="stable")]
    asked = Isolation.from_text(text, forests, encoded.shape[1])
    return text, forests, asked.strangeness(encoded[drawn])


def _columns(contract: Contract, used: set[int]) -> dict[str, list[int]]:
    """One column of each signal that carries points, by family."""
    return {
        family.value: [
            max(s.columns)
            for s in contract.signals
            if s.family is family and used & set(s.columns)
        ]
        for family in (Family.FIRMOGRAPHIC, Family.BEHAVIOURAL)
    }


def _codes(contract: Contract) -> dict[int, int]:
    return {
        place: len(f.categories) + 1
        for place, f in enumerate(contract.features)
        if f.categories is not None
    }


def _sets(
    contract: Contract, used: set[int]
) -> Mapping[str, tuple[tuple[int, ...], ...]]:
    """What may be missing together: a signal's columns, and a family's signals."""
    mine = {s.code: tuple(c for c in s.columns if c in used) for s in contract.signals}
    sets: dict[str, tuple[tuple[int, ...], ...]] = {
        code: tuple((c,) for c in columns) for code, columns in mine.items()
    }
    for family in Family:
        members = [mine[s.code] for s in contract.signals if s.family is family]
        sets[family.value] = tuple(m for m in members if m)
    return {name: members for name, members in sets.items() if members}


def _small_pools(
    config: Config,
    contract: Contract,
    features: pd.DataFrame,
    used: set[int],
    spine: pd.DataFrame,
) -> list[int]:
    """Columns whose rare categories together were too few leads to be learnt from."""
    found = []
    least = config.train.rare_leads
    for place in sorted(used):
        feature = contract.features[place]
        is_rare = features[feature.name].isin(feature.rare).to_numpy()
        pooled = spine["lead_id"][is_rare].nunique()
        if feature.categories is not None and 0 < pooled < least:
            found.append(place)
    return found


def _order(spine: pd.DataFrame) -> npt.NDArray[np.generic] | None:
    for column in ("snapshot_at", "position"):
        if spine[column].notna().all():
            return spine[column].rank(method="dense").to_numpy()
    return None


def _supports(
    config: Config, contract: Contract, features: pd.DataFrame, spine: pd.DataFrame
) -> tuple[Support, ...]:
    catalogue = catalogue_of(Company.from_dict(contract.company))
    past = spine[["lead_id", "outcome"]]
    found = (
        support_of(
            column, signal.words, features[column], past,
            ends=_ends(column, signal, features, catalogue.company),
        )
        for column, signal in _market(config, catalogue)
        if column in features and not signal.is_personal
    )  # fmt: skip
    return tuple(s for s in found if s is not None)[:_MOST_COLUMNS]


def _market(config: Config, catalogue: Catalogue) -> Iterator[tuple[str, Signal]]:
    """The columns that tell a market: as configured, else those that commonly do."""
    own = [slug(name) for name in config.segments.columns]
    known = set(catalogue.columns)
    for column in own or _common(catalogue.company):
        if column in known:
            yield column, catalogue.signal_of(column)


def _common(company: Company) -> Iterator[str]:
    """The first attribute that is a country, an industry, a size; and the source."""
    for means in ("country", "industry", "size"):
        of_kind = (a for a in company.attributes if a.means == means)
        if first := next(of_kind, None):
            yield slug(first.name)
    for attribute in company.attributes:
        if attribute.means == "category" and "source" in slug(attribute.name):
            yield slug(attribute.name)
            return


def _ends(
    column: str, signal: Signal, features: pd.DataFrame, company: Company
) -> tuple[float, ...]:
    """Bands of a number: those that sizes are told in, else its quartiles."""
    if signal.unit in (Unit.CATEGORY, Unit.FLAG):
        return ()
    if any(a.means == "size" and slug(a.name) == column for a in company.attributes):
        return SIZE_ENDS
    values = features[column].to_numpy(np.float64, na_value=np.nan)
    if np.isnan(values).all():
        return ()
    return tuple(np.unique(np.nanquantile(values, [0.25, 0.5, 0.75])).tolist())
