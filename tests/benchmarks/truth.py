"""How near the probabilities come to the truth, where the truth is known."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
from sklearn.metrics import roc_auc_score

from features.world import World
from pipeline.artefacts import PREDICTIONS
from pipeline.config import load_config
from pipeline.demo import write_company
from pipeline.stages.order import STAGES

LEADS = 10_000


def figures() -> Iterator[tuple[str, str]]:
    """On the test block of an invented company."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_company(folder, World(seed=4, leads=LEADS))
        config = load_config(folder / "leadlight.toml")
        for stage in STAGES:
            stage.run(config, folder / "run", at=datetime.now(UTC), say=lambda _: None)
        told = PREDICTIONS.read(folder / "run" / PREDICTIONS.file)
        truth = pd.read_parquet(folder / "truth.parquet")
    truth["snapshot_at"] = truth["snapshot_at"].dt.tz_localize("UTC")
    both = told.loc[told["split"] == "test"].merge(truth, on=["lead_id", "snapshot_at"])
    said, true = both["probability"], both["true_probability"]
    yield (
        "invented company, mean |calibrated − true| on test",
        f"{(said - true).abs().mean():.4f} (mean said {said.mean():.4f}, "
        f"true {true.mean():.4f}, observed {both['outcome'].mean():.4f})",
    )
    ours, best = (roc_auc_score(both["outcome"], p) for p in (said, true))
    yield (
        "invented company, AUC against the truth's own AUC",
        f"{ours:.3f} against {best:.3f} ({len(both):,} test snapshots)",
    )
