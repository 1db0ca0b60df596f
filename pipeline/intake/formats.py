"""Formats of instants that people commonly use, and which of them fit given cells.

Why a format that fits is named and not used: 01/02/2026 fits two, and which of them is
meant only the company knows. A column that happens to hold no day after the twelfth
would be read one way today and another way tomorrow.
"""

from __future__ import annotations

from collections.abc import Sequence

from features.engine import Engine, one_row
from features.errors import few

from .instants import Notation, instant, is_of_our_age

_DAYS = ("%d{0}%m{0}%Y", "%m{0}%d{0}%Y", "%d{0}%m{0}%y", "%m{0}%d{0}%y")
_OTHER_DAYS = ("%Y/%m/%d", "%Y.%m.%d", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y", "%b %d, %Y")
_TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
FORMATS = tuple(
    day + time
    for day in (*(d.format(s) for s in "-/." for d in _DAYS), *_OTHER_DAYS)
    for time in _TIMES
)
MONTHS = ("%m/%Y", "%m.%Y", "%m-%Y", "%b %Y", "%B %Y", "%b-%y", "%b-%Y")

_FEW_TEXTS = 50  # on which most formats fail
_MOST_TEXTS = 10_000


def fitting(
    engine: Engine, cell: str, rows: str, formats: Sequence[str] = FORMATS
) -> tuple[str, ...]:
    """Return the formats that read every cell as an instant of our age.

    Parameters
    ----------
    cell, rows : str
        SQL for the text, and for the rows it stands in. The first ten thousand
        different texts are looked at, in the order of the alphabet.
    """
    texts = f"SELECT DISTINCT {cell} AS t FROM {rows} AND {cell} IS NOT NULL"
    for most in (_FEW_TEXTS, _MOST_TEXTS):
        if formats:
            formats = _fit(engine, f"{texts} ORDER BY t LIMIT {most}", formats)
    # One with a time of day reads days too: where all cells are days, theirs is meant.
    return tuple(f for f in formats if Notation("UTC", f).day_part not in formats)


def format_hint(formats: Sequence[str]) -> str:
    """Return a sentence on the formats that fit, or none."""
    if not formats:
        return ""
    told = few(list(formats), 4)
    if len(formats) == 1:
        return f"All such cells of the source fit format = {told}."
    return f"All such cells of the source fit format = {told}: say which it is."


def _fit(engine: Engine, texts: str, formats: Sequence[str]) -> list[str]:
    counts = ", ".join(
        f"count(*) FILTER ({is_of_our_age(at, 'UTC')})"
        for at in (instant("t", "UTC", f) for f in formats)
    )
    all_texts, *fit = one_row(engine, f"SELECT count(*), {counts} FROM ({texts})")
    return [f for f, n in zip(formats, fit, strict=True) if n == all_texts > 0]
