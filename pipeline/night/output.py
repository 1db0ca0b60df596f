"""Where scores go: Parquet or CSV by the file's ending, whole or not at all.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line
end for a formula. In CSV such texts (numbers are never touched) get a leading
apostrophe; take away one apostrophe before such a sign to read them back.

``lead_id`` and ``account_id`` are what another system joins by, so there a plain key is
left alone: letters, digits and ``_+@.:/-``, not beginning with ``=`` or ``@``, and with
``+`` or ``-`` only if nothing but digits follows. Other ids are treated like any text,
and it is told how many were changed. Parquet holds everything as it came.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from features.errors import ConfigError

from ..origins import TableConfig
from ..sections import Config
from .places import HELD, is_held

_FORMULA = r"^[=+\-@\t\r\n\x00＝＋－＠]"  # noqa: RUF001  (full-width forms too)
# Every other plain key begins with a sign that begins no formula.
_SIGNED_KEY = r"[+-][0-9]+"
_IDS = ("lead_id", "account_id")


def check_ending(path: Path) -> None:
    """Refuse an ending that says neither Parquet nor CSV."""
    if path.suffix not in {".parquet", ".csv"}:
        raise ConfigError(
            f"Scores are written as Parquet or CSV, and {path.name!r} ends in neither "
            ".parquet nor .csv."
        )
    if is_held(path):
        raise ConfigError(
            f"{path.name!r} is what scores are called that are held back. Name a file "
            f"that does not end in {HELD}{path.suffix}."
        )


def check_place(path: Path, leads: Path, config: Config) -> None:
    """Refuse to write over the leads, last night's scores, or a configured source.

    Tonight's scores may lie in a folder of last night's: there they are the next.
    """
    for written in (str(leads), *_sources(config)):
        if _is_of(path.resolve(), written):
            raise ConfigError(
                f"{path} would be written over, or among, what is read from {written}: "
                "name another file with --out."
            )


def _sources(config: Config) -> Iterator[str]:
    if config.run.previous and not Path(config.run.previous).is_dir():
        yield config.run.previous
    accounts = () if config.accounts is None else (config.accounts,)
    tables: tuple[TableConfig, ...] = (
        config.leads, *config.touches, *config.milestones, *accounts,
        *config.attribute_history,
    )  # fmt: skip
    for table in tables:
        meant = table.from_
        if isinstance(meant, str):
            yield meant
        else:
            yield from meant.values() if isinstance(meant, dict) else meant


def _is_of(place: Path, written: str) -> bool:
    """Whether a resolved place is, or would be, of a path, a folder or a glob."""
    source = Path(written)
    if source.is_dir():
        return place.parent == source.resolve()
    if source.exists():
        return place.exists() and place.samefile(source)
    if not glob.has_magic(written):
        return place == source.resolve()
    matches = (Path(p).resolve() for p in glob.glob(written, recursive=True))
    return place.match(os.path.abspath(written)) or place in matches


def write_scores(table: pd.DataFrame, path: Path, *, ending: str | None = None) -> int:
    """Write a table as Parquet or CSV.

    Parameters
    ----------
    ending : str, optional
        ``.parquet`` or ``.csv``, where the path has another; default: the path's.

    Returns
    -------
    int
        How many lead and account ids had to be changed; 0 for Parquet.
    """
    ending = path.suffix if ending is None else ending
    check_ending(path.with_suffix(ending))
    if ending == ".parquet":
        table.to_parquet(path, index=False)
        return 0
    safe = without_formulas(table)
    safe.to_csv(path, index=False)
    ids = [c for c in _IDS if c in table]
    return sum(int((safe[c].dropna() != table[c].dropna()).sum()) for c in ids)


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with texts that look like formulas made inert.

    Examples
    --------
    >>> ids = ["=1+1", "a-1", "-7"]
    >>> table = pd.DataFrame({"lead_id": ids, "name": ids, "points": [-1.5, 2.0, 0.0]})
    >>> without_formulas(table)
      lead_id   name  points
    0   '=1+1  '=1+1    -1.5
    1     a-1    a-1     2.0
    2      -7    '-7     0.0
    """
    texts = table.select_dtypes(include=["object", "string"]).columns
    return table.assign(**{c: _inert(table[c], is_id=c in _IDS) for c in texts})


def _inert(texts: pd.Series, *, is_id: bool) -> pd.Series:
    inert = texts.str.replace(_FORMULA, r"'\g<0>", regex=True)
    if not is_id:
        return inert
    return inert.mask(texts.str.fullmatch(_SIGNED_KEY).eq(True), texts)


def status_of(lead_id: str, scores: Path) -> tuple[str, str] | None:
    """Return a lead's status and its sentence from a file of scores.

    Returns
    -------
    tuple of str, or None
        None when the lead is not in the file.
    """
    names = ["lead_id", "status", "status_said"]
    if scores.suffix == ".csv":
        table = pd.read_csv(scores, usecols=names, dtype=str, keep_default_na=False)
        asked = without_formulas(pd.DataFrame({"lead_id": [lead_id]}, dtype=str))
        rows = table.loc[table["lead_id"] == asked["lead_id"][0]]
    else:
        only = [("lead_id", "=", lead_id)]
        rows = pq.read_table(scores, columns=names, filters=only).to_pandas()
    if rows.empty:
        return None
    _, status, said = rows[names].iloc[0]
    return str(status), str(said or "")
