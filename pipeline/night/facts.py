"""What guards look at: the account of a night's sources, beside what was usual."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from features.errors import few
from models.contract import Contract
from models.touch_sources import TouchSource, paired

from ..lost_cells import LostCells
from ..why.inert import inert_long
from .sources import NightSource

_SHOWN = 70  # characters of a row


@dataclass(frozen=True)
class NightFacts:
    """What guards look at.

    Attributes
    ----------
    at : datetime or None
        The instant of scoring; None for a flat export.
    sources : tuple of NightSource
    contract : Contract
        Of the scorer, with what was usual of each source.
    quarantine : DataFrame
        Rows set aside, in their order.
    cells : tuple of LostCells
        Cells of tonight's attributes and deadlines that could not be read.
    """

    at: datetime | None
    sources: tuple[NightSource, ...]
    contract: Contract
    quarantine: pd.DataFrame
    cells: tuple[LostCells, ...] = ()

    def touches(self) -> Iterator[tuple[NightSource, TouchSource | None]]:
        """Each source of touches, and what was usual of it, where that is known."""
        mine = [s for s in self.sources if s.touched is not None]
        writings = [s.touched.written for s in mine if s.touched is not None]
        usual = self.contract.sources
        for source, place in zip(mine, paired(usual, writings), strict=True):
            yield source, None if place is None else usual[place]

    def first(self, source: NightSource) -> str:
        """Tell the first row of a source that was set aside and is no repeat."""
        rows = self.quarantine
        rows = rows.loc[
            (rows["table"] == source.table)
            & rows["file"].isin(source.files)
            & ~rows["is_repeat"].astype(bool)
        ]
        if rows.empty:
            return ""
        row = rows.iloc[0]
        line = "" if pd.isna(row["line"]) else f"line {int(row['line']):,} of "
        cells = inert_long(str(row["text"])[:_SHOWN]).split(",")
        told = ",".join("…" if "@" in cell else cell for cell in cells)
        return f" The first is {line}{row['file']}, {told!r}: {row['reason']}"


def called(source: NightSource, *, small: bool = False) -> str:
    """A source in a sentence: the file, where it is one."""
    if len(source.files) == 1:
        return source.files[0]
    the = "the" if small else "The"
    return f"{the} source {source.name} ({few(list(source.files))})"


def rows_said(count: int) -> str:
    """Say how many rows there are.

    Examples
    --------
    >>> rows_said(1), rows_said(1200)
    ('1 row', '1,200 rows')
    """
    return f"{count:,} {'row' if count == 1 else 'rows'}"
