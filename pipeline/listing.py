"""The catalogue of a run, as people and machines read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from features.catalogue import catalogue_of
from features.company import Company
from features.errors import ConfigError, RunError

from .artefacts import CATALOGUE
from .stages.build import listed

DIALECTS = ("duckdb", "spark", "snowflake", "bigquery", "postgres")
# What a definition reads, besides attributes and the lead's own instants.
_RELATIONS = """\
-- A definition is of one snapshot. It reads the attributes as known by then, and
--   past (kind, age_us, asset, channel, value, day, weekday, hour): the touches of the
--     lead that occurred and were recorded before the snapshot; ages in microseconds,
--     days and hours UTC, Monday is 1
--   colleagues (fact, known_us): what was known of the account's other leads before the
--     snapshot, and for how many microseconds"""


def list_signals(folder: Path, dialect: str = "duckdb") -> list[dict[str, Any]]:
    """Return the signals of a run as plain values, defined in a dialect of SQL.

    Raises
    ------
    RunError
        When the run has not been built.
    ConfigError
        When there is no such dialect.
    """
    path = folder / CATALOGUE.file
    if not path.exists():
        raise RunError(f"{path} is missing: run the stage build first.")
    if dialect not in DIALECTS:
        known = ", ".join(DIALECTS)
        raise ConfigError(f"{dialect!r} is no dialect; known are {known}.")
    company = Company.from_dict(CATALOGUE.read(path)["company"])
    return listed(catalogue_of(company), dialect)


def signal_lines(signals: list[dict[str, Any]], *, with_sql: bool) -> Iterator[str]:
    """Yield a line a signal, and one for each column's definition if asked."""
    if with_sql:
        yield _RELATIONS
    for each in signals:
        name, family, unit = (each[k] for k in ("name", "family", "unit"))
        yield f"{name:<36} {family:<13} {unit:<9} {each['words']}"
        if with_sql:
            for feature in each["features"]:
                yield f"    {feature['name']} = {feature['sql']}"
