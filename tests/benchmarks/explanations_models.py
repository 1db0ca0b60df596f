"""Boosters of the sizes that explanations are measured on, and their rows."""

from __future__ import annotations

from typing import Any

import lightgbm
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

TREES, COLUMNS, GROUPS, CATEGORICAL = 500, 80, 16, 10
SIGNALS = [range(g * COLUMNS // GROUPS, (g + 1) * COLUMNS // GROUPS) for g in range(16)]
_LEVELS = (3, 4, 5, 6, 8, 12, 20, 30, 50, 100)


def rows(n: int, *, categorical: bool = False) -> Array:
    """Numbers that go together by fives, counts, and what is missing; or categories."""
    random = np.random.default_rng(0)
    values = random.normal(size=(n, COLUMNS))
    for start in range(0, COLUMNS, 5):
        values[:, start : start + 5] += 0.8 * random.normal(size=(n, 1))
    values[:, 40:55] = random.poisson(np.exp(values[:, 40:55] / 2))
    values[random.random(values.shape) < 0.05] = np.nan
    if categorical:
        for column, levels in enumerate(_LEVELS, start=COLUMNS - CATEGORICAL):
            values[:, column] = random.integers(0, levels, n)
    return values


def booster(
    values: Array, *, leaves: int, depth: int, categorical: bool = False
) -> Any:
    """500 trees on a rare outcome of half the columns, some of them together."""
    random = np.random.default_rng(1)
    known = np.nan_to_num(values)
    weights = random.normal(size=COLUMNS) * (random.random(COLUMNS) < 0.5)
    odds = known @ weights + 2 * known[:, 0] * known[:, 6]
    if categorical:
        of_level = random.normal(size=max(_LEVELS)) * 3
        last = known[:, COLUMNS - CATEGORICAL :].astype(int)
        odds = odds - known[:, -CATEGORICAL:] @ weights[-CATEGORICAL:]
        odds += of_level[last].sum(axis=1)
    odds = 1.3 * (odds - odds.mean()) / odds.std() - 3
    outcome = (random.logistic(size=len(odds)) < odds).astype(float)
    parameters = {
        "objective": "binary",
        "num_leaves": leaves,
        "max_depth": depth,
        "learning_rate": 0.05,
        "min_data_in_leaf": 50,
        "feature_fraction": 0.7,
        "num_threads": 1,
        "verbosity": -1,
    }
    named = list(range(COLUMNS - CATEGORICAL, COLUMNS)) if categorical else []
    data = lightgbm.Dataset(values, outcome, categorical_feature=named)
    return lightgbm.train(parameters, data, TREES)
