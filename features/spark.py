"""The same signals in Spark, for data that have outgrown one machine.

Every step of the plan (:mod:`features.past.query`) is transpiled and shown as a view.
The touches before each snapshot are laid out once, by snapshot and in the order of
time, and kept: all that is made of them then finds them where it needs them, and
nothing is moved across the cluster again.

pyspark is an extra (``leadlight[spark]``) and is imported here and nowhere else.
"""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from typing import Any

from .catalogue import Catalogue
from .errors import LeadlightError, RunError
from .past.known import Held
from .past.limits import Limits
from .past.query import PAST, in_dialect
from .vocabulary import ROW
from .weave import weaving_plan

LOCAL = "local[*]"  # all cores of this machine
_TABLES = (
    "leads", "touches", "milestones", "attributes", "accounts", "attribute_history",
)  # fmt: skip
_TOUCHES_PER_PARTITION = 250_000  # to be sorted at once, well within memory
_STARTED_WITH = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}
_SET = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.caseSensitive": "true",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}


def weave_in_spark(
    spark: Any,
    tables: Path,
    spine: Path,
    catalogue: Catalogue,
    *,
    out: Path,
    partitions: int | None = None,
) -> None:
    """Compute what :func:`features.weave.weave` does, and write it as Parquet.

    Parameters
    ----------
    spark : SparkSession
        See :func:`open_spark`.
    tables : Path
        A folder with the canonical tables, each a Parquet file; workers read it too.
    spine : Path
        The snapshots, as Parquet.
    out : Path
        A folder of Parquet files, not sorted: whole, or not there.
    partitions : int or None
        Into how many the touches are split; by default, as their number asks.
    """
    session = spark.newSession()  # with views and settings of its own
    for key, value in _SET.items():
        session.conf.set(key, value)
    for name in _TABLES:
        _show(session, name, tables / f"{name}.parquet")
    _show(session, "spine", spine)
    count = partitions or _partitions(session)
    session.conf.set("spark.sql.shuffle.partitions", str(count))
    kept = None
    limits = Limits.among(session.table("spine").columns)
    for step in weaving_plan(catalogue, _held(session), limits):
        made = session.sql(in_dialect(step.query, "spark"))
        if step.name == PAST:
            laid = made.repartition(count, ROW).sortWithinPartitions(ROW, "age_us")
            made = kept = laid.persist()
        made.createOrReplaceTempView(step.name)
    try:
        _write(made, out)
    finally:
        if kept is not None:
            kept.unpersist()


@contextmanager
def open_spark(master: str | None = None, memory_bytes: float = 4e9) -> Iterator[Any]:
    """Give a Spark session; one that is running is used, and left running.

    Parameters
    ----------
    master : str or None
        Where Spark runs; by default ``$SPARK_MASTER``, else this machine.
    memory_bytes : float
        What it may take on this machine, where it is started here.

    Raises
    ------
    LeadlightError
        When pyspark or Java is missing, or Spark does not start.
    """
    if find_spec("pyspark") is None:
        raise LeadlightError(_missing("pyspark is not installed"))
    if not os.environ.get("JAVA_HOME") and shutil.which("java") is None:
        raise LeadlightError(_missing("there is no java"))
    with warnings.catch_warnings():
        # pyspark 4.3 warns of pandas 3, which is not used here.
        warnings.simplefilter("ignore", FutureWarning)
        from pyspark.sql import SparkSession

        running = SparkSession.getActiveSession()
        spark = running or _start(SparkSession.builder, master, memory_bytes)
        try:
            yield spark
        finally:
            if running is None:
                spark.stop()


def _start(builder: Any, master: str | None, memory_bytes: float) -> Any:
    place = master or os.environ.get("SPARK_MASTER") or LOCAL
    builder = builder.master(place).appName("leadlight")
    builder = builder.config("spark.driver.memory", f"{int(memory_bytes / 2**20)}m")
    for key, value in _STARTED_WITH.items():
        builder = builder.config(key, value)
    if place.startswith("local"):  # a machine's own name need not lead to itself
        builder = builder.config("spark.driver.bindAddress", "127.0.0.1")
        builder = builder.config("spark.driver.host", "127.0.0.1")
    try:
        return builder.getOrCreate()
    except Exception as error:  # whatever a cluster may say, by way of Java
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise LeadlightError(_missing(f"Spark does not start ({said})")) from error


def _missing(what: str) -> str:
    return (
        f"The engine spark cannot be used: {what}. Install pyspark with "
        "`pip install 'leadlight[spark]'` and Java 17, or set run.engine to local."
    )


def _show(session: Any, name: str, path: Path) -> None:
    if not path.exists():
        raise RunError(f"{path} is missing: run the stage intake first.")
    session.read.parquet(str(path.absolute())).createOrReplaceTempView(name)


def _held(session: Any) -> Held:
    found = session.sql("SELECT DISTINCT attribute FROM attribute_history").collect()
    return Held(
        frozenset(session.table("attributes").columns),
        frozenset(session.table("accounts").columns),
        frozenset(name for (name,) in found),
    )


def _partitions(session: Any) -> int:
    """Enough for the touches that lie before snapshots, about, and for every core."""
    touches, snapshots, leads = (
        session.table(name).count() for name in ("touches", "spine", "leads")
    )
    expected = touches * max(snapshots / max(leads, 1), 1)
    cores: int = session.sparkContext.defaultParallelism
    return max(ceil(int(expected) / _TOUCHES_PER_PARTITION), cores)


def _write(made: Any, out: Path) -> None:
    """Write beside, and rename: half a table never has the name of a whole one."""
    part = out.with_name(f".{out.name}.part")
    made.write.mode("overwrite").parquet(str(part.absolute()))
    if out.exists():
        shutil.rmtree(out)
    part.rename(out)
