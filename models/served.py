"""The scorer, whole in one file: MLflow stores a copy of it beside the booster.

It imports nothing of ours. A registered model therefore runs the code it was registered
with, whatever has become of this repository since, and two versions can be compared in
one process. The installed package uses the same functions, so that there is one way to
encode a feature and one way to reach a probability.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

FORMAT: Final = 1  # of the contract; another one is refused
OTHER_CODE: Final = 0  # of every category that is rare or was never seen
POINTS_PER_LOG_ODDS: Final = 10 / np.log(2)

Floats = npt.NDArray[np.float64]


def encode(frame: pd.DataFrame, features: Sequence[Mapping[str, Any]]) -> Floats:
    """Turn a feature table into the numbers that the booster reads.

    Parameters
    ----------
    frame : DataFrame of shape (n_snapshots, at least n_features)
        Numbers as numbers, categories as text, missing as missing.
    features : sequence of mappings
        The contract's ``features``: ``name``, and ``categories`` for a category.

    Returns
    -------
    ndarray of shape (n_snapshots, n_features)
        A category is 1 + its place among ``categories``, and 0 where it is none of
        them (rare or never seen); missing is NaN.

    Raises
    ------
    ValueError
        When a column is missing, or is text where a number is expected.

    Examples
    --------
    >>> table = pd.DataFrame({"age": [3.0, None], "source": ["web", "moon"]})
    >>> encode(table, [{"name": "age"}, {"name": "source", "categories": ["web"]}])
    array([[ 3.,  1.],
           [nan,  0.]])
    """
    if missing := [f["name"] for f in features if f["name"] not in frame.columns]:
        raise ValueError(
            f"The scorer expects {len(features)} columns, of which the table lacks "
            f"{len(missing)}: {', '.join(missing[:3])}."
        )
    encoded = np.empty((len(frame), len(features)), dtype=np.float64)
    for place, feature in enumerate(features):
        column = frame[feature["name"]]
        if "categories" in feature:
            encoded[:, place] = _codes(column, feature["categories"])
        else:
            encoded[:, place] = _numbers(column)
    return encoded


def _codes(column: pd.Series, categories: Sequence[str]) -> Floats:
    text = column.astype("object")
    known = pd.Series(np.arange(1.0, len(categories) + 1), index=list(categories))
    codes = text.map(known).fillna(OTHER_CODE).to_numpy(np.float64)
    return np.where(text.isna().to_numpy(), np.nan, codes)


def _numbers(column: pd.Series) -> Floats:
    # Not by trial: "3" and an instant would both pass for numbers.
    is_number = pd.api.types.infer_dtype(column, skipna=True) in _NUMBERS
    if not is_number and column.notna().any():
        raise ValueError(
            f"The scorer expects numbers in column {column.name!r}, but it holds "
            f"{column.dtype}."
        )
    return np.asarray(column.to_numpy(np.float64, na_value=np.nan))


_NUMBERS = {"floating", "integer", "mixed-integer-float", "boolean", "decimal"}


def probability_and_score(
    margin: Floats, scale: Mapping[str, float]
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Calibrated probability in (0, 1) and score in 0 to 100 of each margin.

    Examples
    --------
    >>> scale = {"intercept": 0.0, "slope": 1.0, "reference": 0.0}
    >>> chance, score = probability_and_score(np.array([0.0, np.log(2)]), scale)
    >>> chance.round(3).tolist(), score.tolist()
    ([0.5, 0.667], [50, 60])
    """
    log_odds = scale["intercept"] + scale["slope"] * np.asarray(margin)
    probability = 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))
    probability = np.minimum(probability, np.nextafter(1.0, 0.0))  # 1 is never sure
    points = 50 + POINTS_PER_LOG_ODDS * (log_odds - scale["reference"])
    score = np.floor(np.clip(points, 0, 100) + 0.5).astype(np.int64)
    return probability, score


def _register() -> None:
    """Hand MLflow a model made of the two files that lie beside this one."""
    import lightgbm
    from mlflow.models import set_model
    from mlflow.pyfunc.model import PythonModel

    # MLflow resolves the hints at module level, so they name nothing imported here.
    class Scorer(PythonModel):
        """Feature table in, probability and score out."""

        def load_context(self, context: Any) -> None:
            """Read the booster and its contract from the model's own files."""
            contract = Path(context.artifacts["contract"]).read_text(encoding="utf-8")
            self.contract: dict[str, Any] = json.loads(contract)
            if self.contract["format"] != FORMAT:
                raise ValueError(
                    f"The contract has format {self.contract['format']!r}, and this "
                    f"scorer reads format {FORMAT}."
                )
            self.booster = lightgbm.Booster(model_file=context.artifacts["booster"])

        def predict(
            self,
            context: Any,
            model_input: pd.DataFrame,
            params: dict[str, Any] | None = None,
        ) -> pd.DataFrame:
            """Return ``probability`` and ``score``, one row per row of the input."""
            values = encode(model_input, self.contract["features"])
            margin = np.asarray(self.booster.predict(values, raw_score=True))
            probability, score = probability_and_score(margin, self.contract["scale"])
            return pd.DataFrame(
                {"probability": probability, "score": score}, index=model_input.index
            )

    set_model(Scorer())


# MLflow runs this file under a name of its own; the installed package imports it.
if __name__ != "models.served":
    _register()
