"""The query engine: DuckDB in memory, spilling to disk, deaf to the machine's clock.

Why UTC without an offset inside: DuckDB hands zoned instants to Python only with an
extra package installed, and compares naive ones faster. So every ``TIMESTAMP`` in the
engine *is* UTC; :func:`instants_are_utc` says so again on the way out.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from .errors import ConfigError

Engine = duckdb.DuckDBPyConnection


def open_engine(*, memory_limit: str = "4GB", threads: int = 0) -> Engine:
    """Open a connection whose results do not depend on the machine it runs on.

    Parameters
    ----------
    memory_limit : str
        Such as ``"4GB"``; work that needs more spills to the temporary folder.
    threads : int
        0 for all cores.
    """
    connection = duckdb.connect(":memory:")
    connection.execute("SET memory_limit = ?", [memory_limit])
    if threads:
        connection.execute("SET threads = ?", [threads])
    connection.execute("SET TimeZone = 'UTC'")
    # In a notebook without widgets it is off, and DuckDB refuses to set it at all.
    if one_row(connection, "SELECT current_setting('enable_progress_bar')")[0]:
        connection.execute("SET enable_progress_bar = false")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    return connection


def look_into(engine: Engine) -> Engine:
    """Open another look at what an engine holds; what it makes ``TEMP`` is its own.

    Ten times cheaper than an engine of its own.

    Examples
    --------
    >>> with open_engine() as engine:
    ...     _ = engine.execute("CREATE TABLE leads AS SELECT 'a' AS lead_id")
    ...     with look_into(engine) as look:
    ...         _ = look.execute("CREATE TEMP VIEW leads AS SELECT 'b' AS lead_id")
    ...         print(look.sql("FROM leads").fetchall())
    ...     print(engine.sql("FROM leads").fetchall())
    [('b',)]
    [('a',)]
    """
    look = engine.cursor()
    look.execute("SET TimeZone = 'UTC'")  # not carried over from the engine
    return look


def bytes_of(memory_limit: str) -> float:
    """Return a limit of memory in bytes.

    Examples
    --------
    >>> bytes_of("4GB"), bytes_of("1.5 MiB")
    (4000000000.0, 1572864.0)
    """
    found = re.fullmatch(r"([\d.]+)\s?([KMGT])(i?)B", memory_limit)
    if found is None:
        raise ConfigError(f"{memory_limit!r} is no amount of memory, such as '4GB'.")
    number, unit, is_binary = found.groups()
    base = 1024.0 if is_binary else 1000.0
    return float(float(number) * base ** ("KMGT".index(unit) + 1))


def quoted(name: str) -> str:
    """Return an identifier quoted for SQL.

    Examples
    --------
    >>> quoted('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return a text quoted for SQL.

    Examples
    --------
    >>> literal("it's")
    "'it''s'"
    """
    return "'" + value.replace("'", "''") + "'"


def one_row(connection: Engine, query: str) -> tuple[Any, ...]:
    """Return the single row of a query that has one."""
    # fetchone() would leave the result open, and the connection busy with it.
    (row,) = connection.execute(query).fetchall()
    return tuple(row)


def view(connection: Engine, name: str, path: Path) -> None:
    """Show a Parquet file to the engine under a name."""
    source = literal(path.as_posix())
    connection.execute(
        f"CREATE OR REPLACE VIEW {quoted(name)} AS FROM read_parquet({source})"
    )


def instants_are_utc(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its instants marked as UTC."""
    naive = frame.select_dtypes("datetime").columns
    return frame.assign(**{c: frame[c].dt.tz_localize("UTC") for c in naive})
