"""Exact Shapley values against LightGBM's own, on the same booster and rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from time import process_time

import lightgbm
import numpy as np

from models.treeshap import TreeExplainer

TREES, LEAVES, COLUMNS, GROUPS, ROWS = 300, 31, 80, 16, 2_000


def figures() -> Iterator[tuple[str, str]]:
    """The ratio in rows per CPU-second, columns and signals as players."""
    booster, values = _booster()
    text = booster.model_to_string()
    told = f"{TREES} trees, {LEAVES} leaves, {COLUMNS} columns, missing values"
    few = values[: ROWS // 10]
    theirs = len(few) / _seconds(lambda: booster.predict(few, pred_contrib=True))
    per_group = COLUMNS // GROUPS
    signals = [range(g * per_group, (g + 1) * per_group) for g in range(GROUPS)]
    for name, players in (("columns", None), (f"{GROUPS} signals", signals)):
        explainer = TreeExplainer.from_text(text, players, precision="float32")
        explainer.contributions(few)  # compiled
        ours = len(values) / _seconds(partial(explainer.contributions, values))
        both = f"{ours:,.0f} against {theirs:,.0f} rows a CPU-second"
        yield (
            f"explanations, {name} as players, × LightGBM's",
            f"{ours / theirs:.0f} ({both}; {told})",
        )
    exact = TreeExplainer.from_text(text)
    theirs_told = np.asarray(booster.predict(few, pred_contrib=True))
    gap = np.abs(exact.contributions(few) - theirs_told[:, :-1]).max()
    yield "explanations, largest difference from LightGBM's", f"{gap:.1e} log-odds"


def _booster() -> tuple[lightgbm.Booster, np.ndarray]:
    random = np.random.default_rng(0)
    values = random.normal(size=(20_000, COLUMNS))
    values[random.random(values.shape) < 0.1] = np.nan
    signal = np.nan_to_num(values[:, :8]).sum(axis=1)
    outcome = (signal + random.normal(size=len(values)) > 2).astype(float)
    parameters = {
        "objective": "binary",
        "num_leaves": LEAVES,
        "max_depth": 8,
        "feature_fraction": 0.5,
        "num_threads": 1,
        "verbosity": -1,
    }
    booster = lightgbm.train(parameters, lightgbm.Dataset(values, outcome), TREES)
    return booster, values[:ROWS]


def _seconds(work: Callable[[], object], times: int = 3) -> float:
    spent = []
    for _ in range(times):
        started = process_time()
        work()
        spent.append(process_time() - started)
    return median(spent)
