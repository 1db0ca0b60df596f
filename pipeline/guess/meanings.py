"""What a firmographic column means: by its name, if its values read as that.

Why both: a name alone promises too much (a "segment" may be a letter), and values alone
deceive (the codes of languages are codes of countries too).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pyarrow as pa
from sqlglot import exp

from features.attributes import Attribute
from features.company import Means
from features.engine import Engine
from features.lexicon import COUNTRIES, INDUSTRY

from . import lexicon
from .column import MOST_TEXTS, Column
from .words import speaks


@dataclass(frozen=True)
class Meaning:
    """A meaning that a column may have.

    Attributes
    ----------
    means : str
    says, says_not : str
        Patterns of its name.
    read : Expression
        Not missing, and not "other", where a text reads as that.
    least : float
        Share of the filled rows that have to.
    words : str
        What the texts read as.
    """

    means: Means
    says: str
    says_not: str
    read: exp.Expression
    least: float
    words: str


_TEXT: Final = Attribute("text")
_NOTHING: Final = "$^"
MEANINGS: Final = (
    Meaning(
        "country", lexicon.COUNTRY, _NOTHING,
        _TEXT.listed(COUNTRIES.items(), otherwise="other"), 0.8, "countries",
    ),
    Meaning(
        "industry", lexicon.INDUSTRY, _NOTHING,
        _TEXT.matched(INDUSTRY, otherwise="other"), 0.6, "industries",
    ),
    Meaning(
        "size", lexicon.SIZE, lexicon.NO_SIZE, _TEXT.size(), 0.8,
        "numbers of employees",
    ),
    Meaning(
        "revenue", lexicon.REVENUE, lexicon.NO_REVENUE, _TEXT.revenue(), 0.8,
        "sums of money",
    ),
)  # fmt: skip


def meaning_of(engine: Engine, column: Column) -> tuple[Means, str] | None:
    """Guess a column's meaning, and say why; None where it has none of these.

    Of plain numbers nothing is guessed: a number says more than its band.
    """
    if column.is_number or column.is_instant or not column.filled:
        return None
    for each in MEANINGS:
        if speaks(column.name, each.says) and not speaks(column.name, each.says_not):
            share = _share_read(engine, column, each.read)
            if share >= each.least:
                why = f"{share:.0%} of what is filled reads as {each.words}"
                return each.means, why
    return None


def _share_read(engine: Engine, column: Column, read: exp.Expression) -> float:
    """Share of the filled rows whose text is read; of the commonest texts."""
    counts = dict(list(column.counts.items())[:MOST_TEXTS])
    table = {
        "text": pa.array(list(counts), pa.string()),
        "rows": pa.array(list(counts.values()), pa.int64()),
    }
    engine.register("texts", pa.table(table))
    try:
        [(share,)] = engine.execute(
            "SELECT sum(rows) FILTER (CAST(found AS VARCHAR) <> 'other') / sum(rows) "
            f"FROM (SELECT rows, {read.sql('duckdb')} AS found FROM texts)"
        ).fetchall()
    finally:
        engine.unregister("texts")
    return float(share or 0.0)
