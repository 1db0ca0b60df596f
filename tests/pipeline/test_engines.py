"""Signals by compiled loops, by DuckDB's SQL and by Spark's: one feature table."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import features.spark as door
from features.errors import LeadlightError
from pipeline.artefacts import FEATURES
from pipeline.stages.order import STAGES
from pipeline.weaving import SCRATCH
from tests.features.parity import differences
from tests.features.spark_session import in_spark, spark
from tests.pipeline.demo_run import Demo
from tests.pipeline.processes import Leadlight

AT = datetime(2026, 7, 3, tzinfo=UTC)

__all__ = ["spark"]


@pytest.fixture
def run(demo: Demo, tmp_path: Path) -> Path:
    """A run folder of which only the intake is done."""
    return demo.taken_in(tmp_path)


def built(demo: Demo, run: Path, engine: str) -> pa.Table:
    (build,) = [s for s in STAGES if s.name == "build"]
    config = demo.changed(run.parents[1], f"run.engine={engine}")
    build.run(config, run, at=AT, say=lambda _: None)
    return pq.read_table(run / FEATURES.file)


def test_sql_builds_the_features_of_the_loops(demo: Demo, run: Path) -> None:
    true = pq.read_table(demo.run / FEATURES.file)

    assert differences(built(demo, run, "duckdb"), true) == []


@in_spark
def test_spark_builds_the_features_of_the_loops(
    demo: Demo, run: Path, spark: Any
) -> None:
    true = pq.read_table(demo.run / FEATURES.file)

    assert differences(built(demo, run, "spark"), true) == []
    assert not (run / SCRATCH).exists()


def test_an_engine_can_be_named_on_the_command_line(
    demo: Demo, leadlight: Leadlight, run: Path
) -> None:
    unknown = leadlight(
        "build", "-q", "--run", str(run), "--engine", "hive", cwd=run.parents[1]
    )
    known = leadlight(
        "build", "-q", "--run", str(run), "--engine", "duckdb", cwd=run.parents[1]
    )

    assert unknown.code == 1
    assert "run.engine" in unknown.sentence
    assert known.code == 0


@pytest.mark.parametrize("lacking", ["pyspark", "java"])
def test_what_spark_lacks_is_said_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    is_there = lacking == "java"
    monkeypatch.setattr(door, "find_spec", lambda _: object() if is_there else None)
    monkeypatch.setattr("shutil.which", lambda _: None)

    with (
        pytest.raises(LeadlightError, match=rf"{lacking}.*leadlight\[spark\].*Java 17"),
        door.open_spark(),
    ):
        pass
