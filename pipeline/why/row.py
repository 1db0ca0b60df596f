"""What was seen of a lead, as the numbers that the booster reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from models.players import ModelFeature
from models.points import Floats

from ..night.ledger import Entry

PLAYERS = "signals_as_players"  # how points are shared out, where nothing is amiss
_OTHER_CODE = 0  # as of models.served, which a table of leads goes through


def can_be_walked(entry: Entry) -> bool:
    """Whether the booster was kept, and is one whose trees can be read."""
    method = entry.values.get("reasons_method") or PLAYERS
    return bool(entry.scorer.booster) and method == PLAYERS


def encoded_row(seen: Mapping[str, object], features: Sequence[ModelFeature]) -> Floats:
    """Encode one lead as :func:`models.served.encode` does, without a table.

    Parameters
    ----------
    seen : mapping
        Each feature's value, by name; None is missing.

    Returns
    -------
    ndarray of shape (n_features,)
        Category codes as numbers, NaN where missing.

    Examples
    --------
    >>> features = [ModelFeature("age"), ModelFeature("source", ("web", "fair"))]
    >>> encoded_row({"age": 3, "source": "fair"}, features)
    array([3., 2.])
    >>> encoded_row({"age": None, "source": "moon"}, features)
    array([nan,  0.])
    """
    return np.array([_code(seen[f.name], f.categories) for f in features])


def _code(value: object, categories: Sequence[str] | None) -> float:
    if value is None:
        return float("nan")
    if categories is None:
        return float(str(value)) if not isinstance(value, bool) else float(value)
    place = {name: code for code, name in enumerate(categories, start=1)}
    return float(place.get(str(value), _OTHER_CODE))
