"""The engines agree on a set that others published, as they do on invented ones."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.artefacts import FEATURES
from pipeline.config import load_config
from pipeline.stages.order import STAGES
from tests.features.parity import differences
from tests.features.spark_session import QUIET, spark
from tests.real.test_real import HERE, where_data_are

pytestmark = [pytest.mark.slow, *QUIET]
AT = datetime(2026, 1, 1, tzinfo=UTC)

__all__ = ["spark"]


def done(stage: str, folder: Path, engine: str = "local") -> pa.Table | None:
    """What a stage makes of the set with an engine; the feature table, if there is."""
    (found,) = [s for s in STAGES if s.name == stage]
    with pytest.MonkeyPatch.context() as patch:
        for variable, value in where_data_are("bpi2012").items():
            patch.setenv(variable, value)
        config = load_config(HERE / "bpi2012.toml", (f"run.engine={engine}",))
    found.run(config, folder, at=AT, say=lambda _: None)
    path = folder / FEATURES.file
    return pq.read_table(path) if path.exists() else None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder of which only the intake is done."""
    made = tmp_path_factory.mktemp("bpi2012")
    done("intake", made)
    return made


@pytest.fixture(scope="module")
def true(folder: Path) -> pa.Table:
    """What the compiled loops say."""
    return done("build", folder)


def test_sql_builds_the_features_of_the_loops(folder: Path, true: pa.Table) -> None:
    told = done("build", folder, "duckdb")

    assert true.num_rows > 5_000
    assert differences(told, true) == []


def test_spark_builds_the_features_of_the_loops(
    folder: Path, true: pa.Table, spark: Any
) -> None:
    assert differences(done("build", folder, "spark"), true) == []
