"""The place of each lead of a flat export in the order of time, by one column.

Why a column that looks like dates or numbers is never sorted as text: 01/08 then comes
before 02/07, and 10 before 9, so that the newest block is a mixture of all times, and
every figure of it is too good. Words that are neither, such as ``batch-a``, are sorted
as the texts that they are.
"""

from __future__ import annotations

from dataclasses import dataclass

from features.engine import Engine, literal, one_row
from features.errors import ConfigError, few

from ..origins import LeadsConfig
from .formats import FORMATS, MONTHS, fitting
from .instants import instant
from .judging import KEPT
from .sources import ROW, Source

NO_PLACE = "CAST(NULL AS BIGINT)"

# Groups of digits with something between that stands in dates and numbers, or a month's
# name beside digits: what speaks of a date or a number that is written in another way.
_LIKE_DATE = (
    r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}([T ,].*)?|\d{1,2}[-/.]\d{4}"
    r"|(\d{1,2}[- .])?[A-Za-z]{3,9}[-. ,]+(\d{1,2}[ ,]+)?\d{2,4}([ ,].*)?"
)
_LIKE_NUMBER = r"[+-]?[\d.,' \x{00A0}\x{202F}]*\d[\d.,' \x{00A0}\x{202F}]*"
_LEAST_ALIKE = 0.5  # of the cells look so; where fewer do, these are words


@dataclass(frozen=True)
class _Counts:
    """How many cells there are, and how many can be read in which way."""

    filled: int
    formatted: int
    numbers: int
    instants: int
    like_dates: int
    like_numbers: int


def position(engine: Engine, source: Source, leads: LeadsConfig, zone: str) -> str:
    """Return SQL for a lead's place; leads without one come first, as if oldest.

    Cells are read by ``format``, or else as numbers or as ISO 8601, whichever reads all
    of them; they are sorted as text where they look like neither dates nor numbers.

    Raises
    ------
    ConfigError
        When they do, and nothing reads all of them.
    """
    order_by = leads.order_by
    if order_by == ROW:
        return "row_number() OVER (ORDER BY n) - 1"
    if order_by is None or order_by not in source.columns:
        return NO_PLACE
    cell = source.cell(order_by)
    key = _key(engine, cell, leads, zone)
    return f"row_number() OVER (ORDER BY {key} NULLS FIRST, n) - 1"


def _key(engine: Engine, cell: str, leads: LeadsConfig, zone: str) -> str:
    number = f"TRY_CAST({cell} AS DECIMAL(38, 9))"
    iso = instant(cell, zone, None)
    formatted = instant(cell, zone, leads.format) if leads.format else "NULL"
    counts = _Counts(
        *one_row(
            engine,
            f"SELECT count({cell}), count({formatted}), count({number}), count({iso}), "
            f"count(*) FILTER (regexp_full_match({cell}, {literal(_LIKE_DATE)})), "
            f"count(*) FILTER (regexp_full_match({cell}, {literal(_LIKE_NUMBER)})) "
            f"FROM {KEPT}",
        )
    )
    if leads.format is not None and counts.formatted == counts.filled:
        return formatted
    if counts.numbers == counts.filled:
        return number
    if counts.instants == counts.filled:
        return iso
    is_like = max(counts.like_dates, counts.like_numbers, counts.formatted)
    if is_like < _LEAST_ALIKE * counts.filled:
        return cell
    raise ConfigError(_refusal(engine, cell, leads, counts))


def _refusal(engine: Engine, cell: str, leads: LeadsConfig, counts: _Counts) -> str:
    """Say what the cells look like, what cannot be read of them, and what to do."""
    ways = [
        (counts.instants, "as ISO 8601", instant(cell, "UTC", None)),
        (counts.numbers, "as numbers", f"TRY_CAST({cell} AS DECIMAL(38, 9))"),
    ]
    if leads.format is not None:
        by = f"by format = {leads.format!r}"
        ways.insert(0, (counts.formatted, by, instant(cell, "UTC", leads.format)))
    read, _, at = max(ways, key=lambda way: way[0])
    none = " nor ".join(name for _, name, _ in ways)
    most = next(name for count, name, _ in ways if count == read)
    how = f"{most}, as the others can" if read else f"{none}"
    said = (
        f"leads.order_by = {leads.order_by!r} looks like dates or numbers, which are "
        f"in a false order when sorted as text: {counts.filled - read:,} of "
        f"{counts.filled:,} cells{_examples(engine, cell, at)} cannot be read {how}"
    )
    fit = fitting(engine, cell, KEPT, (*FORMATS, *MONTHS))
    if not fit:
        return f"{said}. Correct them, say leads.format, or order the leads by '@row'."
    all_fit = "fit all of them: say which it is" if len(fit) > 1 else "fits all of them"
    return f"{said}. Say leads.format: {few(list(fit), 4)} {all_fit}."


def _examples(engine: Engine, cell: str, read: str) -> str:
    """Up to three cells that cannot be read, if they look like dates or numbers."""
    alike = " OR ".join(
        f"regexp_full_match({cell}, {literal(p)})" for p in (_LIKE_DATE, _LIKE_NUMBER)
    )
    rows = engine.execute(
        f"SELECT DISTINCT {cell} FROM {KEPT} AND {read} IS NULL AND ({alike}) "
        "ORDER BY 1 LIMIT 3"
    ).fetchall()
    texts = [str(text)[:40] for (text,) in rows]
    return f", such as {few(texts)}," if texts else ""
