"""Where scores go: Parquet or CSV by the file's ending, whole or not at all.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-``, ``@``, a tab or a line
end for a formula. In CSV such texts (numbers are never touched) get a leading
apostrophe; take away one apostrophe before such a sign to read them back.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from features.errors import ConfigError

from .artefacts import replace_file

_FORMULA = r"^[=+\-@\t\r\n\x00＝＋－＠]"  # noqa: RUF001  (full-width forms too)


def check_ending(path: Path) -> None:
    """Refuse an ending that says neither Parquet nor CSV."""
    if path.suffix not in {".parquet", ".csv"}:
        raise ConfigError(
            f"Scores are written as Parquet or CSV, and {path.name!r} ends in neither "
            ".parquet nor .csv."
        )


def write_scores(table: pd.DataFrame, path: Path) -> None:
    """Write a table by the ending of its path."""
    check_ending(path)
    if path.suffix == ".csv":
        safe = without_formulas(table)
        replace_file(path, lambda p: safe.to_csv(p, index=False))
    else:
        replace_file(path, lambda p: table.to_parquet(p, index=False))


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with texts that look like formulas made inert.

    Examples
    --------
    >>> table = pd.DataFrame({"lead_id": ["=1+1", "a-1"], "points": [-1.5, 2.0]})
    >>> without_formulas(table)
      lead_id  points
    0   '=1+1    -1.5
    1     a-1     2.0
    """
    texts = table.select_dtypes(include=["object", "string"]).columns
    return table.assign(
        **{c: table[c].str.replace(_FORMULA, r"'\g<0>", regex=True) for c in texts}
    )
