"""Contracts, timelines and boosters small enough for a test to hold in its head."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import lightgbm
import numpy as np

from features.vocabulary import Family, Unit
from models.contract import Contract
from models.learning.conversion import Learnable, Recipe, fit_booster
from models.learning.timeline import Timeline
from models.players import ModelFeature, ModelSignal
from models.points import Floats, Scale
from models.qualifying.cutoffs import Cutoff, Cutoffs

RECIPE = Recipe(threads=1)


def cutoff(name: str, threshold: float | None) -> Cutoff:
    """A cutoff by capacity, chosen on twenty rows of which five converted."""
    return Cutoff(
        name, "capacity", threshold, True, "So it is.", 0.25, 0.5, 0.5, 0.25, 0.75,
        20, 5,
    )  # fmt: skip


def contract(
    features: tuple[ModelFeature, ...],
    signals: tuple[ModelSignal, ...],
    **changed: Any,
) -> Contract:
    """A contract of plain values, some of them changed."""
    plain = Contract(
        model="small",
        features=features,
        signals=signals,
        scale=Scale(0.25, 0.5, -1.0),
        cutoffs=Cutoffs(cutoff("mql", 0.25), cutoff("sql", 0.5)),
        conversion="won",
        horizon_days=30.0,
        ending={"conversion": "won", "closed_by": []},
        snapshots={"rule": "weekly"},
        lead_age_days=(0.0, 90.0),
        company={"kinds": [], "attributes": []},
        fingerprint="0123456789abcdef",
        grades={"fit": (-1.0, 0.0, 1.0), "engagement": (-2.0, 0.0, 2.0)},
    )
    return replace(plain, **changed)


def timeline(
    instants: list[int] | np.ndarray,
    outcomes: list[int] | np.ndarray,
    *,
    wait: int = 1,
    groups: list[str] | None = None,
) -> Timeline:
    """One lead a row, ``l0``, ``l1`` …, each its own group if none are given."""
    leads = np.array([f"l{i}" for i in range(len(instants))], dtype=object)
    at = np.asarray(instants, dtype=np.int64)
    return Timeline(
        at,
        at + wait,
        True,
        leads,
        leads if groups is None else np.array(groups, dtype=object),
        np.asarray(outcomes, dtype=np.float64),
    )


def learnable(
    encoded: Floats, outcome: Floats, groups: list[str] | None = None, **more: Any
) -> Learnable:
    """Rows to learn from, each its own group if none are given."""
    names = groups or [f"g{i}" for i in range(len(outcome))]
    return Learnable(encoded, outcome, np.array(names, dtype=object), **more)


# One player of two columns (a count over two lookbacks), a number, and a category.
MIXED_FEATURES = (
    ModelFeature("visits_7d", low=0.0, high=5.0),
    ModelFeature("size", low=-4.0, high=4.0),
    ModelFeature("source", categories=("ad", "fair", "web"), rare=("radio",)),
    ModelFeature("visits_30d", low=0.0, high=9.0),
)
MIXED_SIGNALS = (
    ModelSignal(
        "visits", "Visits", Family.BEHAVIOURAL, Unit.COUNT, (0, 3), (7, 30)
    ),
    ModelSignal("size", "Size", Family.FIRMOGRAPHIC, Unit.NUMBER, (1,)),
    ModelSignal("source", "Source", Family.FIRMOGRAPHIC, Unit.CATEGORY, (2,)),
)  # fmt: skip


def mixed_rows(n: int, seed: int) -> Floats:
    """Rows of the mixed features, encoded: counts, a number with gaps, codes 0 to 3."""
    random = np.random.default_rng(seed)
    weeks = random.poisson(1.0, n)
    size = np.where(random.random(n) < 0.2, np.nan, random.normal(size=n))
    source = np.where(random.random(n) < 0.1, np.nan, random.integers(0, 4, n))
    return np.column_stack([weeks, size, source, weeks + random.poisson(1.0, n)])


@cache
def mixed_booster() -> lightgbm.Booster:
    """A booster of depth 3 fitted to 800 mixed rows."""
    values = mixed_rows(800, seed=1)
    filled = np.nan_to_num(values, nan=-0.5)
    odds = filled[:, 0] * (filled[:, 1] > 0) + filled[:, 2] - filled[:, 3] / 2 - 1
    noise = np.random.default_rng(2).logistic(size=len(odds))
    rows = learnable(values, (odds + noise > 0).astype(float), categorical=(2,))
    return fit_booster(rows, RECIPE, depth=3, rounds=30)
