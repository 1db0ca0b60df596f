"""Texts that are counted as they come in: of outcomes, and those that mean missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

NullCells = dict[str, dict[str, int]]  # by column and by token; "": truly empty


@dataclass(frozen=True)
class OutcomeText:
    """A text of the column of outcomes in a flat export, and what it counts as.

    Attributes
    ----------
    text : str
        Empty where the cell is.
    rows : int
        Rows kept with this text.
    outcome : int or None
        1 converted, 0 not; None: the lead has no outcome, and is not learnt from.
    """

    text: str
    rows: int
    outcome: int | None


def together(parts: Sequence[NullCells]) -> NullCells:
    """Add up what the parts of a source say of the same columns.

    Examples
    --------
    >>> together([{"plan": {"None": 2, "": 1}}, {"plan": {"None": 3}, "region": {}}])
    {'plan': {'None': 5, '': 1}, 'region': {}}
    """
    columns = dict.fromkeys(column for part in parts for column in part)
    return {
        column: dict(sum((Counter(p.get(column, {})) for p in parts), Counter[str]()))
        for column in columns
    }
