"""Recalibrated as time goes by, on data whose conversion rate ran away.

The conversion rate of the telemarketing set goes from 6 % to 26 % in its newest block.
The funnel's first calibration says half as much again as comes, and no map can know
better: an outcome takes 90 days, the newest block is 37 days long, and it is in its
last month that the rate fell.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.config import load_config
from pipeline.running import run_all
from pipeline.settling.recalibration import recalibrate
from tests.real.test_real import HERE, where_data_are

pytestmark = [
    pytest.mark.slow,
    # pyarrow asks pandas 3.1 for the values of instants in a way that is going away.
    pytest.mark.filterwarnings("ignore:Series.values returning an ndarray"),
]
AT = datetime(2026, 1, 1, tzinfo=UTC)


def recalibrated(name: str, folder: Path) -> Path:
    """The folder of a set's run, recalibrated on its own newest block."""
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in where_data_are(name).items():
            patch.setenv(variable, value)
        changes = ("train.threads=1", 'run.tracking=""', f'run.folder="{folder}"')
        config = load_config(HERE / f"{name}.toml", changes)
    hushed: Any = {"say": lambda _: None, "told": lambda what, seconds: None}
    first = run_all(config, "first", at=AT, **hushed)
    return recalibrate(config, first, "second", at=AT, **hushed)


def block_of(run: Path) -> dict[str, Any]:
    """What became of the newest block, and say it."""
    quality = json.loads((run / "quality.json").read_text("utf-8"))
    block: dict[str, Any] = quality["prequential"]
    for when in ("before", "after"):
        ratio, loss = (
            block[when][k]["value"] for k in ("observed_over_expected", "log_loss")
        )
        print(f"\n{run.parent.name} {when}: O/E {ratio:.2f}, log loss {loss:.3f}")
    return block


def test_a_rate_that_runs_away_is_followed(tmp_path: Path) -> None:
    block = block_of(recalibrated("bank_marketing", tmp_path))
    assert 0.85 <= block["after"]["observed_over_expected"]["value"] <= 1.15
    assert block["after"]["log_loss"]["value"] < block["before"]["log_loss"]["value"]


def test_no_map_foresees_what_nobody_could_know(tmp_path: Path) -> None:
    run = recalibrated("olist_funnel", tmp_path)
    block = block_of(run)
    rows = pd.read_parquet(run / "predictions.parquet").query("split == 'test'")
    known_at = rows["snapshot_at"] + pd.Timedelta(days=90)
    assert known_at.min() > rows["snapshot_at"].max()
    # The same rows teach every chunk's map, and it is no better than the first.
    assert len({round(c["intercept"], 9) for c in block["chunks"]}) == 1
    assert block["after"]["observed_over_expected"]["high"] < 1
