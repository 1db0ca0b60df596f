"""What it costs to say reasons in words, beside the engine that finds the points."""

from __future__ import annotations

from collections.abc import Iterator
from time import process_time

import lightgbm
import numpy as np
import pandas as pd

from features.vocabulary import Family, Unit
from models.contract import Contract
from models.explaining.reasons import tell
from models.players import ModelFeature, ModelSignal
from models.points import Floats
from models.recalling.bins import rates_of_past
from models.recalling.counting import Past
from models.served import encode
from models.treeshap import TreeExplainer
from pipeline.night.columns import reason_columns
from tests.models.small_models import contract as contract_of

TREES, LEAVES, LEARNT = 300, 31, 20_000
LEADS = (100_000, 1_000_000)
_SOURCES = np.array([f"source {i}" for i in range(12)], dtype=object)
# Of 40 signals, in the shares of the invented company.
_UNITS = (
    *[Unit.COUNT] * 14, *[Unit.DAYS] * 10, *[Unit.SHARE] * 6, *[Unit.NUMBER] * 5,
    *[Unit.CATEGORY] * 5,
)  # fmt: skip
_LOOKBACKS = (7, 30, 90)


def figures() -> Iterator[tuple[str, str]]:
    """CPU-seconds of engine and reasons, and their ratio, by the number of leads."""
    random = np.random.default_rng(0)
    made, text = _scorer(random)
    explainer = TreeExplainer(text, made.players, precision="float32")
    _timed(made, explainer, _table(1_000, random))  # compiled
    for leads in LEADS:
        engine, reasons = _timed(made, explainer, _table(leads, random))
        each = f"engine {engine:.1f} s, reasons {reasons:.1f} s of CPU"
        told = f"{len(_UNITS)} signals, {TREES} trees, {LEAVES} leaves"
        yield (
            f"reasons in words, {leads:,} leads, share of engine's",
            f"{reasons / engine:.0%} ({each}; {told})",
        )


def _timed(
    made: Contract, explainer: TreeExplainer, table: pd.DataFrame
) -> tuple[float, float]:
    encoded = encode(table, made.encoding)
    before = process_time()
    points = made.scale.contribution_points(explainer.contributions(encoded))
    between = process_time()
    told = tell(points, encoded, table, made)
    reason_columns(told, made, np.arange(len(table)))
    return between - before, process_time() - between


def _scorer(random: np.random.Generator) -> tuple[Contract, str]:
    table = _table(LEARNT, random)
    features = tuple(
        ModelFeature(str(name), tuple(_SOURCES) if table[name].dtype == "str" else None)
        for name in table
    )
    made = contract_of(features, _signals())
    encoded = encode(table, made.encoding)
    outcome = _outcome(encoded, random)
    parameters = {
        "objective": "binary",
        "num_leaves": LEAVES,
        "max_depth": 8,
        "learning_rate": 0.05,
        "feature_fraction": 0.5,
        "num_threads": 1,
        "verbosity": -1,
    }
    learnt = lightgbm.Dataset(encoded, outcome)
    booster = lightgbm.train(parameters, learnt, TREES)
    ids = np.arange(LEARNT).astype(str)
    spine = pd.DataFrame({"lead_id": ids, "group_id": ids, "outcome": outcome})
    passed = booster.feature_importance().astype(float)
    rates = rates_of_past(Past.of(spine), table, features, made.signals, passed)
    return contract_of(features, made.signals, rates=rates), booster.model_to_string()


def _signals() -> tuple[ModelSignal, ...]:
    signals, column = [], 0
    for place, unit in enumerate(_UNITS):
        days = _LOOKBACKS if unit is Unit.COUNT else ()
        columns = tuple(range(column, column + max(1, len(days))))
        column += len(columns)
        family = Family.BEHAVIOURAL if place % 3 else Family.FIRMOGRAPHIC
        signals.append(
            ModelSignal(f"s{place}", f"Signal {place}", family, unit, columns, days)
        )
    return tuple(signals)


def _table(rows: int, random: np.random.Generator) -> pd.DataFrame:
    """Features as leads have them: counts that nest, continuous days, gaps."""
    columns: dict[str, np.ndarray | pd.Series] = {}
    for place, unit in enumerate(_UNITS):
        if unit is Unit.COUNT:
            total = np.zeros(rows)
            for days in _LOOKBACKS:
                rate = random.gamma(0.7, 0.05 * days, rows)
                total = total + random.poisson(rate)
                columns[f"s{place}_{days}d"] = total
        elif unit is Unit.CATEGORY:
            chosen = random.zipf(1.7, rows) % len(_SOURCES)
            columns[f"s{place}"] = pd.Series(_SOURCES[chosen], dtype="str")
        else:
            drawn = {
                Unit.DAYS: random.exponential(30.0, rows),
                Unit.SHARE: random.beta(0.7, 1.5, rows),
                Unit.NUMBER: random.lognormal(3.0, 2.0, rows),
            }[unit]
            drawn[random.random(rows) < 0.2] = np.nan
            columns[f"s{place}"] = drawn
    return pd.DataFrame(columns)


def _outcome(encoded: Floats, random: np.random.Generator) -> Floats:
    """Conversions to which every signal adds a little."""
    known = np.nan_to_num(encoded)
    spread = (known - known.mean(axis=0)) / known.std(axis=0)
    odds = spread @ random.normal(0.0, 0.3, spread.shape[1]) - 2
    return np.asarray(odds + random.logistic(size=len(odds)) > 0, dtype=np.float64)
