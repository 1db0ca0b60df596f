"""What training costs: the whole ladder against one bare fit of its slowest rung.

The stage runs in a process of its own, so that its peak of memory is its own. The table
is a flat export of an invented kind, by hashes: every machine trains on the same rows.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import process_time
from typing import Any

import lightgbm
import numpy as np
import pandas as pd

from features.engine import literal, open_engine
from features.vocabulary import Split
from models.served import encode
from pipeline.artefacts import ENCODING, FEATURES, JUDGED, LADDER, MARGINS, SPINE
from pipeline.config import load_config
from pipeline.stages.order import STAGES
from tests.benchmarks.memory import peak_bytes
from tests.benchmarks.peers import THREADS
from tests.benchmarks.quality_bars import Bar

ROWS, NUMBERS, WORDS = 70_000, 32, 8
MOST_RATIO, MOST_SECONDS, MOST_TABLES = 25, 60, 3

_CONFIG = """
[leads]
from = "{path}"
lead_id = "lead"
order_by = "lead"
known_at_creation = ["*"]

[outcome]
column = "converted"
positive = "1"

[snapshots]
rule = "export"

[train]
threads = {threads}

[run]
tracking = ""
"""
# The outcome rests on some columns, two of them together, so that the climb goes far.
_QUERY = """
WITH drawn AS (
  SELECT lead, [(hash(lead, k) % 1000) / 1000.0 for k in range({numbers})] AS number,
    [hash(lead, 100 + k) % (4 + 6 * k) for k in range({words})] AS word
  FROM range({rows}) t(lead)
), told AS (
  SELECT *, -4 + 2 * number[1] + sqrt(number[2]) + 6 * (number[3] - 0.5)
    * (number[4] - 0.5) + 0.1 * (word[2] % 7) AS log_odds FROM drawn
)
SELECT lead, {columns},
  (hash(lead, 999) % 100000 < 100000 / (1 + exp(-log_odds)))::INT AS converted
FROM told ORDER BY lead
"""


@dataclass(frozen=True)
class Cost:
    """What the stage took.

    Attributes
    ----------
    seconds : float
        CPU-seconds of the whole stage: the ladder, its folds, both final boosters.
    bare : float
        Of one fit of the slowest rung on the rows before the test block.
    rungs : int
        How far it climbed.
    memory, table : int
        Bytes: what the stage added to its process at the most, and the feature table.
    """

    seconds: float
    bare: float
    rungs: int
    memory: int
    table: int


def bars() -> Iterator[Bar]:
    """Train once, and hold the cost to its bars."""
    with tempfile.TemporaryDirectory() as name:
        _write_export(Path(name))
        _apart("make", name)
        cost = Cost(**json.loads(_apart("train", name)))
    ratio, tables = cost.seconds / cost.bare, cost.memory / cost.table
    rows = f"{ROWS:,} rows × {NUMBERS + WORDS} columns"
    yield Bar(
        f"train, × one bare fit of the slowest rung ≤ {MOST_RATIO}",
        f"{ratio:.1f} ({cost.seconds:.1f} CPU-s against {cost.bare:.2f}, {cost.rungs} "
        f"rungs, {rows}, {THREADS} thread)",
        ratio <= MOST_RATIO,
    )
    yield Bar(
        f"train, CPU-seconds for {rows} ≤ {MOST_SECONDS}",
        f"{cost.seconds:.1f}",
        cost.seconds <= MOST_SECONDS,
    )
    yield Bar(
        f"train, peak memory, × the feature table ≤ {MOST_TABLES}",
        f"{tables:.1f} ({cost.memory / 1e6:.0f} MB against {cost.table / 1e6:.0f} MB)",
        tables <= MOST_TABLES,
    )


def _write_export(folder: Path) -> None:
    path = folder / "leads.parquet"
    columns = [f"number[{k + 1}] AS number_{k}" for k in range(NUMBERS)]
    columns += [f"'w' || word[{k + 1}] AS word_{k}" for k in range(WORDS)]
    query = _QUERY.format(
        numbers=NUMBERS, words=WORDS, rows=ROWS, columns=", ".join(columns)
    )
    with open_engine(memory_limit="4GB") as engine:
        engine.execute(f"COPY ({query}) TO {literal(path.as_posix())} (FORMAT parquet)")
    told = _CONFIG.format(path=path.as_posix(), threads=THREADS)
    (folder / "leadlight.toml").write_text(told, encoding="utf-8")


def _apart(step: str, folder: str) -> str:
    command = [sys.executable, "-m", "tests.benchmarks.quality_speed", step, folder]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return (done.stdout.splitlines() or [""])[-1]


def main() -> None:
    """Do one step in this process: make the table, or train on it."""
    step, folder = sys.argv[1], Path(sys.argv[2])
    if step == "make":
        _run(folder, "intake", "build")
    else:
        print(json.dumps(_train(folder)))


def _run(folder: Path, *names: str) -> None:
    config = load_config(folder / "leadlight.toml")
    for stage in STAGES:
        if stage.name in names:
            at = datetime.now(UTC)
            stage.run(config, folder / "run", at=at, say=lambda _: None)


def _train(folder: Path) -> dict[str, Any]:
    run = folder / "run"
    _open_libraries(run)
    before = peak_bytes()
    started = process_time()
    _run(folder, "train")
    seconds = process_time() - started
    memory = peak_bytes() - before
    features = FEATURES.read(run / FEATURES.file)
    rungs = LADDER.read(run / LADDER.file)["rungs"]
    return {
        "seconds": seconds,
        "bare": _bare(run, features, max(r["depth"] for r in rungs)),
        "rungs": len({r["depth"] for r in rungs}),
        "memory": memory,
        "table": int(features.drop(columns=["row", "lead_id"]).memory_usage().sum()),
    }


def _open_libraries(run: Path) -> None:
    """Open the readers and LightGBM, so that training is not charged for that."""
    SPINE.read(run / SPINE.file)
    few = lightgbm.Dataset(np.arange(100.0)[:, None], np.arange(100) % 2)
    quiet = {"objective": "binary", "num_threads": THREADS, "verbosity": -1}
    lightgbm.train(quiet, few, num_boost_round=2)


def _bare(run: Path, features: pd.DataFrame, depth: int) -> float:
    """Seconds of one bare fit of the deepest rung, with the judged booster's recipe."""
    margins, spine = MARGINS.read(run / MARGINS.file), SPINE.read(run / SPINE.file)
    before = (margins["split"] != Split.TEST.value).to_numpy()
    listed = ENCODING.read(run / ENCODING.file)["judged_features"]
    values = encode(features.loc[before], listed)
    words = [i for i, f in enumerate(listed) if "categories" in f]
    judged = lightgbm.Booster(model_str=JUDGED.read(run / JUDGED.file))
    recipe = {k: v for k, v in judged.params.items() if k != "categorical_feature"}
    recipe |= {"max_depth": depth, "num_leaves": min(2**depth, 31), "verbosity": -1}
    outcome = spine["outcome"].to_numpy(np.float64)[before]
    started = process_time()
    told = lightgbm.Dataset(values, outcome, categorical_feature=words)
    lightgbm.train(recipe, told, num_boost_round=judged.num_trees())
    return process_time() - started


if __name__ == "__main__":
    main()
