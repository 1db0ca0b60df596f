"""What judging costs: every figure with its interval, on a hundred thousand rows."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pandas as pd

from features.vocabulary import Split
from models.evidence import Evidence
from models.judging.intervals import DRAWS
from models.qualifying.cutoffs import choose_cutoffs
from models.qualifying.rules import CapacityRule, CutoffRules
from pipeline.config import defaults
from pipeline.judging.judgement import judgement_of
from pipeline.sections import Config
from tests.benchmarks.memory import peak_bytes

ROWS = 100_000
WEEKS = 4  # snapshots a lead


def predicted() -> pd.DataFrame:
    """Test rows of which two thirds are of groups never seen, and as many before."""
    random = np.random.default_rng(0)
    lead = np.repeat(np.arange(2 * ROWS // WEEKS), WEEKS)
    log_odds = random.normal(-3, 1.2, lead.size // WEEKS)[lead]
    log_odds = log_odds + random.normal(0, 0.3, lead.size)
    probability = 1 / (1 + np.exp(-log_odds))
    is_test = lead >= ROWS // WEEKS
    known = is_test & (lead % 3 == 0)
    group = np.where(known, lead - ROWS // WEEKS, lead)
    week = pd.to_timedelta(7 * np.tile(np.arange(WEEKS), lead.size // WEEKS), "D")
    return pd.DataFrame(
        {
            "row": np.arange(lead.size),
            "lead_id": np.char.mod("%08d", lead),
            "group_id": np.char.mod("%08d", group),
            "snapshot_at": pd.Timestamp("2026-01-05", tz="UTC") + week,
            "outcome": (random.random(lead.size) < probability).astype(int),
            "probability": probability,
            "split": np.where(is_test, Split.TEST, Split.TRAIN),
        }
    )


def weekly() -> Config:
    """A configuration that meets leads weekly and tells quality by country."""
    return Config.model_validate(
        defaults()
        | {
            "leads": {"from": "leads.csv", "lead_id": "id", "created_at": "made"},
            "milestones": [
                {"from": "m.csv", "lead_id": "id", "columns": {"won": "won_at"}}
            ],
            "outcome": defaults()["outcome"]
            | {"conversion": "won", "horizon_days": 14},
            "segments": {"columns": ["country"]},
        }
    )


def figures() -> Iterator[tuple[str, str]]:
    """Seconds and memory of all of judgement."""
    rows = predicted()
    country = np.char.mod("country %d", np.arange(len(rows)) % 20)
    features = pd.DataFrame({"row": rows["row"], "country": country})
    test = rows.loc[rows["split"] == Split.TEST]
    evidence = Evidence.of(test["probability"], test["outcome"])
    rules = CutoffRules(CapacityRule(0.2), CapacityRule(0.05))
    cutoffs = choose_cutoffs(rules, evidence)
    config, before = weekly(), peak_bytes()
    begun, worked = time.perf_counter(), time.process_time()
    told = judgement_of(config, rows, features, cutoffs).quality
    seconds, worked = time.perf_counter() - begun, time.process_time() - worked
    unseen = told["unseen_groups"]["figures"]["rows"]
    yield (
        f"all of judgement, {len(test):,} rows ({unseen:,} new), {DRAWS:,} draws",
        f"{seconds:.1f} s ({worked:.1f} s of CPU), "
        f"at most {(peak_bytes() - before) / 2**20:.0f} MiB beside the rows",
    )
