"""The canonical tables of a run, shown to the query engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from features.engine import Engine, open_engine, quoted, view
from features.errors import RunError
from features.vocabulary import ACCOUNT_ID, KNOWN_FROM, LEAD_ID

from .intake.kept import LISTED, listed_parts, union_of
from .sections import Config

NAMES = (
    "leads",
    "attributes",
    "accounts",
    "touches",
    "milestones",
    "attribute_history",
)
_KEYS = {LEAD_ID, ACCOUNT_ID, KNOWN_FROM}


@contextmanager
def shown(config: Config, folder: Path) -> Iterator[Engine]:
    """Open an engine that shows the tables of a folder.

    Raises
    ------
    RunError
        When one is missing.
    """
    connection = open_engine(
        memory_limit=config.run.memory_limit, threads=config.run.threads
    )
    try:
        for name in NAMES:
            path = folder / f"{name}.parquet"
            if name == "touches" and (folder / LISTED).exists():
                parts = union_of(listed_parts(folder / LISTED))
                connection.execute(f"CREATE VIEW touches AS {parts}")
                continue
            if not path.exists():
                raise RunError(f"{path} is missing: run the stage intake first.")
            view(connection, name, path)
        yield connection
    finally:
        connection.close()


def attribute_values(connection: Engine) -> pd.DataFrame:
    """Return the values of every attribute, one text column each.

    Lead attributes come first, then accounts', then those known by history alone;
    columns of different tables are padded with missing values to one length.
    """
    found: dict[str, pd.Series] = {}
    for table in ("attributes", "accounts"):
        names = [c for c in connection.table(table).columns if c not in _KEYS]
        if names:
            listed = ", ".join(quoted(n) for n in names)
            frame = connection.sql(f"SELECT {listed} FROM {table}").df()
            found |= {n: frame[n] for n in names if n not in found}
    history = connection.sql("SELECT attribute, value FROM attribute_history").df()
    for name, values in history.groupby("attribute")["value"]:
        found.setdefault(str(name), values.reset_index(drop=True))
    return pd.DataFrame(found)


def known_until(intake: dict[str, Any]) -> datetime | None:
    """Up to when conversions are completely recorded, UTC; None for a flat export."""
    told = intake["known_until"]
    return None if told is None else datetime.fromisoformat(told)
