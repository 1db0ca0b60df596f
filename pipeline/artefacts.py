"""What stages hand to one another: named files in a run folder.

Every file is written beside its place, flushed to the disk and renamed, so that a
reader sees the old one or the new one and never a half.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from features.documents import json_record
from features.errors import RunError

from .files import finite

Value = TypeVar("Value")


@dataclass(frozen=True)
class Artefact(Generic[Value]):
    """A value that outlives the stage that made it.

    Attributes
    ----------
    file : str
        Where it lies in the run folder.
    write, read : callable
        To and from a path.
    """

    file: str
    write: Callable[[Value, Path], None]
    read: Callable[[Path], Value]


def _write_frame(frame: pd.DataFrame, path: Path) -> None:
    # No pandas metadata: the same values give the same bytes.
    # And instants by way of naive ones: pyarrow reads zoned ones in a deprecated way.
    zoned = [str(c) for c in frame if isinstance(frame[c].dtype, pd.DatetimeTZDtype)]
    naive = frame.assign(**{c: frame[c].dt.tz_convert(None) for c in zoned})
    table = pa.Table.from_pandas(naive, preserve_index=False).replace_schema_metadata()
    for name in zoned:
        place = table.schema.get_field_index(name)
        utc = table.column(name).cast(pa.timestamp("us", tz="UTC"))
        table = table.set_column(place, name, utc)
    pq.write_table(table, path, compression="zstd")


def _write_record(value: dict[str, Any], path: Path) -> None:
    text = json.dumps(finite(value), indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def _read_record(path: Path) -> dict[str, Any]:
    try:
        return json_record(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunError(
            f"{path} is damaged ({error}); run the stage that writes it again."
        ) from error


def _write_text(value: str, path: Path) -> None:
    path.write_text(value, encoding="utf-8")


def _read_text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _write_bytes(value: bytes, path: Path) -> None:
    path.write_bytes(value)


def table(name: str) -> Artefact[pd.DataFrame]:
    """An artefact kept as Parquet."""
    return Artefact(f"{name}.parquet", _write_frame, pd.read_parquet)


def record(name: str) -> Artefact[dict[str, Any]]:
    """An artefact kept as JSON, so that a diff can show it."""
    return Artefact(f"{name}.json", _write_record, _read_record)


def text(name: str) -> Artefact[str]:
    """An artefact kept as it is written."""
    return Artefact(name, _write_text, _read_text)


def whole(name: str) -> Artefact[bytes]:
    """An artefact whose bytes another room makes and reads."""
    return Artefact(name, _write_bytes, Path.read_bytes)


TABLES = "tables"  # the folder of the canonical tables
INTAKE = record("intake")
CHAMPION_THEN = record("champion")
SPINE = table("spine")
MATURITY = record("maturity")
FEATURES = table("features")
CATALOGUE = record("catalogue")
USUAL_SOURCES = record("usual_sources")
CHECKS = record("checks")
ENCODING = record("encoding")
LADDER = record("ladder")
MARGINS = table("margins")
CONTESTANTS = table("contestants")
JUDGED = text("judged.txt")
BOOSTER = text("model/booster.txt")
CONTRACT = text("model/contract.json")
FAMILIARITY = text("model/familiarity.txt")
PRECEDENTS = whole("model/precedents.parquet")
CALIBRATION = record("calibration")
CUTOFFS = record("cutoffs")
CONSEQUENCES = table("consequences")
QUALITY = record("quality")
PREDICTIONS = table("predictions")
EXPLANATIONS = table("explanations")
IMPORTANCE = table("importance")
DEPENDENCE = table("dependence")
INTERPLAY = table("interplay")
STABILITY = record("stability")
SIGNALS_PAGE = text("signals.html")
MEMO = record("memo")
MEMO_TEXT = text("memo.md")
