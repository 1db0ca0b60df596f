"""Frames in, shap's own explanations out: for whoever has a booster and a notebook.

A category's code means something only beside the list of categories that the booster
was trained with. LightGBM keeps that list in the model text, and it is what a frame is
coded by here: a category that it does not know is missing, as it is to LightGBM.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.errors import ModelError

from .blocks import Values

if TYPE_CHECKING:
    import pandas as pd
    import shap

    from .players import Players


def coded(frame: pd.DataFrame, categories: list[list[Any]]) -> Values:
    """Values of a frame, as the booster reads them.

    Parameters
    ----------
    frame : DataFrame
        The booster's columns, in its order.
    categories : list of list
        From ``text.pandas_categories``.

    Returns
    -------
    ndarray of shape (n_rows, n_features)
        Codes of categories as floats, NaN where missing or unknown.

    Raises
    ------
    ModelError
        If another number of columns is categorical than in training, or a column is
        not of numbers.
    """
    kinds = [column.dtype.name for _, column in frame.items()]
    n_found = kinds.count("category")
    if n_found != len(categories):
        raise ModelError(
            f"The booster was trained with {len(categories)} columns of categories, "
            f"but the frame has {n_found}: give it the kinds of the training frame."
        )
    waiting = iter(categories)
    values = np.empty(frame.shape)
    for place, (name, column) in enumerate(frame.items()):
        if kinds[place] == "category":
            codes = column.cat.set_categories(next(waiting)).cat.codes
            values[:, place] = np.where(codes < 0, np.nan, codes)
            continue
        if column.dtype.kind not in "iufb":
            raise ModelError(
                f"Column {name!r} of the frame is of kind {column.dtype}, where "
                "numbers were expected. Make it numbers, or a category as in training."
            )
        values[:, place] = column.to_numpy(np.float64, na_value=np.nan)
    return values


def shown(frame: pd.DataFrame, values: Values) -> NDArray[Any]:
    """What to show of a frame: its values as they were coded, and categories by name.

    Numbers only, where there are no categories, as some of shap's plots ask for them.
    """
    categorical = [
        place
        for place, (_, column) in enumerate(frame.items())
        if column.dtype.name == "category"
    ]
    if not categorical:
        return values
    told = values.astype(object)
    for place in categorical:
        told[:, place] = frame.iloc[:, place].astype(object).to_numpy()
    return told


def as_shap(
    contributions: Values, baseline: float, data: NDArray[Any], players: Players
) -> shap.Explanation:
    """Contributions as shap's own, so that shap's plots work on them.

    Parameters
    ----------
    contributions : ndarray of shape (n_rows, n_players)
    baseline : float
    data : ndarray of shape (n_rows, n_features)
        Shown beside a player is the first of its columns; beside one without any, NaN.
    players : Players
    """
    import shap

    beside = np.full(contributions.shape, np.nan, np.result_type(data, np.float32))
    for player, columns in enumerate(players.columns):
        if columns:
            beside[:, player] = data[:, columns[0]]
    return shap.Explanation(
        values=contributions,
        base_values=np.full(len(contributions), baseline),
        data=beside,
        feature_names=list(players.names),
    )


def ordered(frame: pd.DataFrame, feature_names: tuple[str, ...]) -> pd.DataFrame:
    """The booster's columns, in its order.

    By their names, if the booster knows these; else as they stand.

    Raises
    ------
    ModelError
        If columns are missing.
    """
    # LightGBM writes a space in a name as an underscore.
    found = [str(name).replace(" ", "_") for name in frame.columns]
    lacking = [name for name in feature_names if name not in found]
    if not lacking:
        return frame.iloc[:, [found.index(name) for name in feature_names]]
    unnamed = feature_names[0] == "Column_0"
    if unnamed and len(found) == len(feature_names):
        return frame
    raise ModelError(
        f"The frame lacks {len(lacking)} of the booster's {len(feature_names)} "
        f"columns, first {lacking[0]!r}."
    )
