"""Which columns a booster reads, and how: settled on the rows it may know of.

For the folds and the judged booster these are the rows before the test block, for the
served booster all of them.

Why rarity counts leads and not rows: a lead that was looked at in thirty weeks stands
in thirty rows, so that a customer number, another one for each lead, made 459
categories and was the strongest signal by four times.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.catalogue import Catalogue
from features.errors import DataError
from features.vocabulary import Unit

from ..players import ModelFeature

_MOST_CATEGORIES = 200  # more is a list of names, not a category
# What a booster knows of a category is its text, and that would go wherever it goes.
_PERSONAL = "personal: its values would have to be kept with the scorer"
_ID_SHARE = 0.5  # different values for each lead: a name of the lead

Leads = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Chosen:
    """The columns that are used, and why the others are not.

    Attributes
    ----------
    features : tuple of ModelFeature
    dropped : dict of str to str
        Column to reason.
    """

    features: tuple[ModelFeature, ...]
    dropped: dict[str, str]


def choose_features(
    table: pd.DataFrame, catalogue: Catalogue, lead: Leads, *, rare_leads: int
) -> Chosen:
    """Settle the columns and their categories.

    Parameters
    ----------
    table : DataFrame of shape (n_train, n_features)
        The feature table of the rows that may be known of.
    lead : ndarray of shape (n_train,)
        The id of each row's lead.
    rare_leads : int
        Categories of fewer leads are pooled.

    Raises
    ------
    DataError
        When no column is left.
    """
    kept: list[ModelFeature] = []
    dropped: dict[str, str] = {}
    seen: dict[bytes, str] = {}
    for signal in catalogue:
        for feature in signal:
            column = table[feature.name]
            digest = _digest(column)
            if signal.is_personal and signal.unit is Unit.CATEGORY:
                dropped[feature.name] = _PERSONAL
            elif reason := _reason_to_drop(column, signal.unit, lead):
                dropped[feature.name] = reason
            elif digest in seen:
                dropped[feature.name] = f"the same as {seen[digest]} in every row"
            elif signal.unit is Unit.CATEGORY:
                pooled = _category(column, feature.name, lead, rare_leads)
                if pooled.categories or column.isna().any():
                    kept.append(pooled)
                else:
                    dropped[feature.name] = (
                        f"{len(pooled.rare):,} different values, each of fewer than "
                        f"{rare_leads} leads: like a name"
                    )
            else:
                kept.append(_number(column, feature.name))
            seen.setdefault(digest, feature.name)
    if not kept:
        raise DataError(
            "No feature is left: every column is empty, has one value only, or another "
            "for each lead. Declare attributes in leads.known_at_creation, or touches "
            "in [[touches]]."
        )
    return Chosen(tuple(kept), dropped)


def _digest(column: pd.Series) -> bytes:
    """Tell a column by all its values in their order."""
    cells = pd.util.hash_pandas_object(column, index=False).to_numpy()
    return hashlib.sha256(cells.tobytes()).digest()


def _reason_to_drop(column: pd.Series, unit: Unit, lead: Leads) -> str | None:
    filled = column.dropna()
    if filled.empty:
        return "empty in every row"
    different = filled.nunique()
    if different == 1 and len(filled) == len(column):
        return f"{filled.iloc[0]} in every row"
    if unit is Unit.CATEGORY and different > _MOST_CATEGORIES:
        leads = len(set(lead[column.notna().to_numpy()]))
        if different > _ID_SHARE * leads:
            return f"{different:,} different values of {leads:,} leads: like a name"
    return None


def _category(
    column: pd.Series, name: str, lead: Leads, rare_leads: int
) -> ModelFeature:
    told = pd.DataFrame({"value": column.to_numpy(object), "lead": lead})
    of_leads = told.dropna(subset="value").drop_duplicates()
    counts = of_leads["value"].astype(str).value_counts()
    frequent = sorted(counts.index[counts >= rare_leads])
    rare = sorted(counts.index[counts < rare_leads])
    return ModelFeature(name, tuple(frequent), tuple(rare))


def _number(column: pd.Series, name: str) -> ModelFeature:
    values = column.to_numpy(np.float64, na_value=np.nan)
    return ModelFeature(
        name, low=float(np.nanmin(values)), high=float(np.nanmax(values))
    )
