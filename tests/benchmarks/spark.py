"""The same signals by SQL, in DuckDB and in Spark, against the compiled loops."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

from features.engine import Engine, literal
from features.spark import open_spark, weave_in_spark
from features.weave import weave, weave_by_query
from tests.benchmarks.signals import CATALOGUE
from tests.benchmarks.touches import ONCE, look, shown, write_touches

TOUCHES, LEADS = 20_000_000, 400_000
TABLES = ("leads", "milestones", "attributes", "accounts", "attribute_history")


def figures() -> Iterator[tuple[str, str]]:
    """Ratios of seconds; Spark once it has done the same on a tenth."""
    if find_spec("pyspark") is None:
        yield "the same in Spark local[2]", "pyspark is not installed here"
        return
    with tempfile.TemporaryDirectory() as name, open_spark("local[2]", 8e9) as spark:
        folder = Path(name)
        _compared(spark, folder, TOUCHES // 10, LEADS // 10)
        loops, sql, cluster = _compared(spark, folder, TOUCHES, LEADS)
    yield (
        "the same by SQL in Spark local[2], × by SQL in DuckDB",
        f"{cluster / sql:.1f} ({TOUCHES:,} touches: {cluster:.0f} s against "
        f"{sql:.0f} s; the loops: {loops:.1f} s)",
    )


def _compared(
    spark: Any, folder: Path, touches: int, leads: int
) -> tuple[float, float, float]:
    """Seconds of the loops, of SQL in DuckDB, and of SQL in Spark."""
    path, spine = folder / "touches.parquet", folder / "spine.parquet"
    write_touches(path, touches, leads)
    with shown(path, "8GB") as engine:
        look(engine, ONCE)
        _copy(engine, "spine", spine)
        for table in TABLES:
            _copy(engine, table, folder / f"{table}.parquet")
        loops = _seconds(lambda: weave(engine, CATALOGUE))
        sql = _seconds(lambda: weave_by_query(engine, CATALOGUE))
    out = folder / "woven"
    cluster = _seconds(lambda: weave_in_spark(spark, folder, spine, CATALOGUE, out=out))
    return loops, sql, cluster


def _copy(engine: Engine, table: str, path: Path) -> None:
    engine.execute(f"COPY {table} TO {literal(path.as_posix())} (FORMAT parquet)")


def _seconds(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return perf_counter() - started
