"""One text for a value, whatever file brought it.

A column of whole numbers that once had a gap is written ``75001.0`` by some programs
and ``75001`` by others; a yes is ``True``, ``TRUE`` or ``true``; a midnight is a date
with or without its noughts. As text they are unlike, so that a scorer trained from
Parquet would know none of the categories of a CSV file. So each is written in one way
before it is compared or learnt. Ids are not: they stay as they are, but for numbers in
typed columns, which have no text of their own.

Why cell by cell, and not by looking at the column: a night brings few rows, and has to
write them as the training did.

Why one nought is taken off and not several: ``75001.0`` is how programs write a number
of floating point; ``12.000`` is how people write twelve thousand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import AfterValidator

from features.code_points import normalised, normalised_sql
from features.engine import literal

_TRUTHS: Final = ("True", "TRUE", "False", "FALSE")
_NOUGHTS: Final = ("0.0", "-0.0", "-0")
_POINT_NOUGHT: Final = "-?[1-9][0-9]{0,15}[.]0"
_NUMERIC: Final = "U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DOUBLE|FLOAT|DECIMAL"
_LOCAL: Final = r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}([.]\d{1,9})?"
_ZONED: Final = _LOCAL + r" ?(Z|UTC|[+-]\d{2}(:?\d{2})?)"


def value_text(text: str) -> str:
    r"""Return the one text of a value.

    Examples
    --------
    >>> [value_text(t) for t in ("TRUE", "75001.0", "-0.0", "12.000", "Gescha\u0308ft")]
    ['true', '75001', '0', '12.000', 'Geschäft']
    """
    text = normalised(text)
    if text in _TRUTHS:
        return text.lower()
    if text in _NOUGHTS:
        return "0"
    return text[:-2] if re.fullmatch(_POINT_NOUGHT, text) else text


# What is not compared with any cell or column name: paths, SQL, how files are read.
_AS_WRITTEN: Final = frozenset(
    {"from", "query", "delimiter", "folder", "kept", "previous", "tracking"}
)


def as_cells_are(said: Any) -> Any:
    """Return what a configuration says, in the code points that cells are put into."""
    if isinstance(said, str):
        return normalised(said)
    if isinstance(said, dict):
        return {
            normalised(key): value if key in _AS_WRITTEN else as_cells_are(value)
            for key, value in said.items()
        }
    if isinstance(said, list | tuple):
        return [as_cells_are(each) for each in said]
    return said


Value = Annotated[str, AfterValidator(value_text)]  # a cell's text, as one may say it


def value_sql(cell: str, null_tokens: tuple[str, ...]) -> str:
    """Return SQL for the same, of a trimmed cell; missing where a null token remains.

    Only what holds more than ASCII can come to be a null token: the others were
    compared with them before.
    """
    return _cleaned(cell, null_tokens, _shortest, _shortest)


def attribute_sql(cell: str, null_tokens: tuple[str, ...]) -> str:
    """Return SQL for the same, of an attribute: its instants are written in one way.

    An instant without an offset is a date where it is midnight, and one with an offset
    is written in UTC.

    Examples
    --------
    >>> from features.engine import open_engine
    >>> cells = ("2026-01-01T00:00:00.000", "2026-01-01 12:30:00+02:00", "2026-01-01")
    >>> told = ", ".join(attribute_sql(f"'{c}'", ()) for c in cells)
    >>> open_engine().execute(f"SELECT {told}").fetchall()
    [('2026-01-01', '2026-01-01 10:30:00Z', '2026-01-01')]
    """
    return _cleaned(cell, null_tokens, _shortest_or_instant, _shortest)


def typed_sql(column: str, kind: str) -> str:
    """Return SQL for the text of a column that a file or a query gave a type.

    Parameters
    ----------
    column : str
        SQL for the value.
    kind : str
        The engine's name of the type, such as ``"DECIMAL(18,2)"``.

    Examples
    --------
    >>> from features.engine import open_engine
    >>> told = typed_sql("75001::DOUBLE", "DOUBLE"), typed_sql("1.50", "DECIMAL(3,2)")
    >>> open_engine().execute(f"SELECT {', '.join(told)}").fetchall()
    [('75001', '1.5')]
    """
    text = f"CAST({column} AS VARCHAR)"
    if kind in {"DOUBLE", "FLOAT"}:
        return f"list_transform([{text}], lambda x: {_shortest('x')})[1]"
    if kind.startswith("DECIMAL") and not kind.endswith(",0)"):
        return f"rtrim(rtrim({text}, '0'), '.')"
    return text


def certain_sql(text: str) -> str:
    """Return SQL for the text of a typed number that is the same in every notation.

    Examples
    --------
    >>> from features.engine import open_engine
    >>> told = ", ".join(certain_sql(f"'{t}'") for t in ("1.558", "-12.5", "950"))
    >>> open_engine().execute(f"SELECT {told}").fetchall()
    [('1.558e0', '-12.5', '950')]
    """
    is_either = "regexp_full_match(x, '-?[0-9]{1,3}[.][0-9]{3}')"
    written = f"CASE WHEN {is_either} THEN x || 'e0' ELSE x END"
    return f"list_transform([{text}], lambda x: {written})[1]"


def is_numeric(kind: str) -> bool:
    """Whether a type of the engine holds numbers.

    Examples
    --------
    >>> is_numeric("DECIMAL(18,2)"), is_numeric("UBIGINT"), is_numeric("INTERVAL")
    (True, True, False)
    """
    return re.match(_NUMERIC, kind) is not None


def truth_sql(value: str) -> str:
    """Return SQL for a value in which yes and no are written as numbers."""
    return f"CASE {value} WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE {value} END"


def _cleaned(
    cell: str,
    null_tokens: tuple[str, ...],
    written: Callable[[str], str],
    beyond_ascii: Callable[[str], str],
) -> str:
    """Return SQL for a cell in our code points, as it is then to be written."""
    tokens = ", ".join(literal(t) for t in dict.fromkeys(("", *null_tokens)))
    narrow = f"CASE WHEN x NOT IN ({tokens}) THEN {beyond_ascii('x')} END"
    return (
        f"CASE WHEN strlen({cell}) = length({cell}) THEN {written(cell)} "
        f"ELSE list_transform([{normalised_sql(cell)}], lambda x: {narrow})[1] END"
    )


def _shortest(x: str) -> str:
    truths, noughts = (", ".join(map(literal, t)) for t in (_TRUTHS, _NOUGHTS))
    return (
        f"CASE WHEN {x} IN ({truths}) THEN lower({x}) WHEN {x} IN ({noughts}) THEN '0' "
        f"WHEN suffix({x}, '.0') AND regexp_full_match({x}, "
        f"{literal(_POINT_NOUGHT)}) THEN left({x}, -2) ELSE {x} END"
    )


def _shortest_or_instant(x: str) -> str:
    dated = f"{x} LIKE '____-__-__%'"  # which is cheap to see
    local = f"CAST(TRY_CAST({x} AS TIMESTAMP) AS VARCHAR)"
    utc = f"CAST(TRY_CAST({x} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' AS VARCHAR) || 'Z'"
    return (
        f"CASE WHEN {dated} AND regexp_full_match({x}, {literal(_LOCAL)}) "
        f"THEN coalesce(regexp_replace({local}, ' 00:00:00$', ''), {x}) "
        f"WHEN {dated} AND regexp_full_match({x}, {literal(_ZONED)}) "
        f"THEN coalesce({utc}, {x}) ELSE {_shortest(x)} END"
    )
