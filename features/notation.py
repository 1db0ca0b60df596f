"""The notation of a column of numbers: which mark is its decimal mark.

Of ``1.558`` alone nobody can say whether it is one and a half or fifteen hundred; its
column can. Every other way to write a number says by itself what it is, whatever the
column: ``12,5``, ``1.234,56``, ``1'558``, ``€ 1.2k``, ``(1,200)``. So a notation says
two things only: how one mark with exactly three digits after it is read, and whether
percent signs are passed over.

The evidence, over all cells of the column (:func:`notation_of`):

- a cell that can be read in one way only speaks for the mark that it shows; where both
  marks are spoken for and the lesser has more than its share of slips, the column is
  *mixed*: cells that could be either are unreadable, and counted;
- where no cell speaks, a comma stands between thousands, as few write three decimals
  with it. So does a point where whole numbers stand beside it that have no mark and all
  lie below a thousand (950, 1.558); where some of these are greater (2500, 1.558), the
  column is mixed; and where there are no whole numbers, the point is a decimal mark:
  every cell was written by a machine to three decimals.

45 % is 45. Percent signs are passed over where (nearly) all cells but noughts have one;
in a column that has them here and there, 45 % may be 45 or 0.45, and is unreadable.

A column that plain numbers say all of has no notation: it is read as ever.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any, Final, Literal

from sqlglot import exp

from .amounts import FOLLOWING, times
from .let import let
from .letters import plain_sql
from .lexicon import quantities as words

Mark = Literal[".", ",", ""]
SLIPS: Final = 0.02  # of a column's cells that may be written otherwise than the rest

_POWER: Final = "(?:e[+-]?[0-9]{1,3})?"
_TOKEN: Final = f"[.,]?[0-9](?:[0-9., ']*[0-9])?{_POWER}"
_UNITS: Final = "|".join(dict.fromkeys(u for of in words.UNITS.values() for u in of))
_CURRENCY: Final = (
    f"(?:[a-z]{{0,3}}[{words.CURRENCY_SIGNS}]|(?:{'|'.join(words.CURRENCIES)})[.]?)"
)
_BODY: Final = (
    f"[-+]? *(?:{_CURRENCY} *){{0,2}}[-+]? *{_TOKEN}(?:[.,]-{{0,2}})?"
    f"(?: *(?:{_UNITS})[.]?)?(?: *{_CURRENCY}){{0,2}} *%? *[-+]?"
)
PATTERN: Final = f"^ *(?:{_BODY}|[(] *{_BODY} *[)]) *$"
_NEGATIVE: Final = "^ *[(]|^[^0-9]*-|[^., -] *-[ )]*$"
_PARTS: Final = f"({_TOKEN})(?:[.,]-{{0,2}})?{FOLLOWING}"

_EITHER_POINT: Final = "^[1-9][0-9]{0,2}[.][0-9]{3}$"
_EITHER_COMMA: Final = "^[1-9][0-9]{0,2},[0-9]{3}$"
_WHOLE: Final = f"[0-9]+{_POWER}|[1-9][0-9]{{0,2}}(?:(?: [0-9]{{3}})+|(?:'[0-9]{{3}})+)"


def _decimal(mark: str, other: str) -> str:
    """Return a pattern of numbers that show by themselves which mark is decimal."""
    lead, cents = "[1-9][0-9]{0,2}", f"{mark}[0-9]+"
    grouped = "|".join(f"(?:{m}[0-9]{{3}})+{cents}" for m in (other, " ", "'"))
    return f"[0-9]*{cents}{_POWER}|{lead}(?:{grouped}|(?:{other}[0-9]{{3}}){{2,}})"


_POINT: Final = (
    _decimal("[.]", ",") + "|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}(?:[.][0-9]+)?"
)
_COMMA: Final = _decimal(",", "[.]")


@dataclass(frozen=True)
class Notation:
    """How the numbers of a column are written, where not all are plain.

    Attributes
    ----------
    decimal : {".", ",", ""}
        The decimal mark; empty: both are used, so that 1.558 cannot be read.
    percent : bool
        Whether percent signs are passed over; else a cell that has one is unreadable.
    """

    decimal: Mark
    percent: bool = False


@dataclass(frozen=True)
class ColumnNotation:
    """The notation of the values of one source of touches, by its column."""

    column: str | None
    notation: Notation | None = None


@dataclass(frozen=True)
class Evidence:
    """What the cells of a column show of its notation, counted.

    Attributes
    ----------
    filled : int
        Cells that hold any text.
    plain : int
        Those that are numbers to any machine.
    readable : int
        Those that are numbers in some notation.
    point, comma : int
        Those that show which mark is decimal.
    either_point, either_comma : int
        Those with one mark and three digits after it.
    whole, great : int
        Whole numbers without any mark, and those of them from a thousand on.
    percents, noughts : int
        Cells with a percent sign, and noughts without one.
    """

    filled: int = 0
    plain: int = 0
    readable: int = 0
    point: int = 0
    comma: int = 0
    either_point: int = 0
    either_comma: int = 0
    whole: int = 0
    great: int = 0
    percents: int = 0
    noughts: int = 0

    def __add__(self, other: Evidence) -> Evidence:
        """Return the evidence of two columns together."""
        return Evidence(
            *(getattr(self, f.name) + getattr(other, f.name) for f in fields(self))
        )

    @property
    def are_numbers(self) -> bool:
        """Whether the column holds numbers, but for slips."""
        least = (1 - SLIPS) * self.filled
        return self.filled > 0 and max(self.plain, self.readable) >= least


def notation_of(evidence: Evidence, decimal: Mark | None = None) -> Notation | None:
    """Return the notation of a column; None where all of it is plain numbers.

    Parameters
    ----------
    decimal : {".", ","} or None
        The decimal mark, where somebody says it.

    Examples
    --------
    >>> notation_of(Evidence(filled=6, plain=6, readable=6, either_point=3, whole=3))
    Notation(decimal=',', percent=False)
    >>> notation_of(Evidence(filled=6, plain=6, readable=6, either_point=6))
    """
    e = evidence
    mark = decimal or _mark(e)
    marked = max(e.readable - e.noughts, 1)
    percent = e.percents > 0 and e.percents >= (1 - SLIPS) * marked
    is_plain = e.plain >= e.readable and (mark == "." or not e.either_point)
    return None if is_plain and decimal is None else Notation(mark, percent)


def _mark(e: Evidence) -> Mark:
    if e.point or e.comma:
        if min(e.point, e.comma) > SLIPS * (e.point + e.comma):
            return ""
        return "." if e.point > e.comma else ","
    if e.either_point and e.either_comma:
        return ""
    if not e.either_point or not e.whole:
        return "."
    return "" if e.great > SLIPS * e.whole else ","


def number_as_written(text: exp.Expression, notation: Notation) -> exp.Expression:
    """The number that a text writes; missing where it is none, or none for certain.

    Examples
    --------
    >>> import duckdb
    >>> def told(notation, *texts):
    ...     given = ", ".join(f"('{text}')" for text in texts)
    ...     read = number_as_written(exp.column("x"), notation).sql("duckdb")
    ...     sql = f"SELECT {read} FROM (VALUES {given}) t(x)"
    ...     return [value for (value,) in duckdb.execute(sql).fetchall()]
    >>> told(Notation(","), "1.558", "1,558", "12,5", "1.234,56", "€ 1,2k", "(1.200)")
    [1558.0, 1.558, 12.5, 1234.56, 1200.0, -1200.0]
    >>> told(Notation("."), "1.558", "1,558", "12,5", "1 558", "45 %", "11-50")
    [1.558, 1558.0, 12.5, 1558.0, None, None]
    >>> told(Notation("", percent=True), "1.558", "1,234,567", "45 %")
    [None, 1234567.0, 45.0]
    """

    def read(t: exp.Expression) -> exp.Expression:
        is_read = _like(t, PATTERN)
        if not notation.percent:
            is_read = exp.And(this=is_read, expression=exp.Not(this=_like(t, "%")))
        size = exp.Mul(
            this=_value(_part(t, 1), notation), expression=times(_part(t, 2))
        )
        signed = exp.Case().when(_like(t, _NEGATIVE), exp.Neg(this=size)).else_(size)
        return exp.Case().when(is_read, _finite(signed))

    return let("t", plain_sql(text), read)


@cache
def shapes() -> dict[str, str]:
    """What a plain text t adds to the evidence on its column: SQL by its names."""
    t = exp.column("t")
    x, is_number = _part(t, 1), _like(t, PATTERN)
    either = exp.Or(this=_like(x, _EITHER_POINT), expression=_like(x, _EITHER_COMMA))
    shown = exp.And(this=is_number, expression=exp.Not(this=exp.Paren(this=either)))
    told = {
        "readable": _like(x, f"^(?:{_POINT}|{_COMMA}|{_WHOLE})$"),
        "either_point": _like(x, _EITHER_POINT),
        "either_comma": _like(x, _EITHER_COMMA),
        "whole": _like(t, "^ *[-+]?[0-9]+ *$"),
        "great": _like(t, "^ *[-+]?[1-9][0-9]{3,} *$"),
        "percents": _like(t, "%"),
        "noughts": _like(t, "^ *0+(?:[.,]0+)? *$"),
    }
    one_way = {
        "point": _like(x, f"^(?:{_POINT})$"), "comma": _like(x, f"^(?:{_COMMA})$")
    }  # fmt: skip
    conditions = {
        **{k: exp.And(this=is_number.copy(), expression=v) for k, v in told.items()},
        **{k: exp.And(this=shown.copy(), expression=v) for k, v in one_way.items()},
    }
    return {name: what.sql("duckdb") for name, what in conditions.items()}


def _value(token: exp.Expression, notation: Notation) -> exp.Expression:
    """The number of a token, by itself or as the notation says."""

    def read(x: exp.Expression) -> exp.Expression:
        with_point, with_comma = _double(x, ", '", ""), _double(x, ",. '", ".")
        whole = _double(x, ".,", "")
        either = {".": (with_point, whole), ",": (whole, with_comma)}
        point, comma = either.get(notation.decimal, (exp.null(), exp.null()))
        return (
            exp.Case()
            .when(_like(x, _EITHER_POINT), point.copy())
            .when(_like(x, _EITHER_COMMA), comma.copy())
            .when(_like(x, f"^(?:{_POINT}|{_WHOLE})$"), with_point.copy())
            .when(_like(x, f"^(?:{_COMMA})$"), with_comma.copy())
        )

    return let("x", token, read)


def _finite(number: exp.Expression) -> exp.Expression:
    def read(v: exp.Expression) -> exp.Expression:
        is_finite = exp.LT(
            this=exp.Abs(this=v.copy()), expression=exp.Literal.number("1e308")
        )
        return exp.Case().when(is_finite, v.copy())

    return let("v", number, read)


def _part(text: exp.Expression, group: int) -> exp.Expression:
    return exp.RegexpExtract(
        this=text.copy(),
        expression=exp.Literal.string(_PARTS),
        group=exp.Literal.number(group),
    )


def _double(text: exp.Expression, old: str, new: str) -> exp.Expression:
    joined = exp.Translate(
        this=text.copy(), from_=exp.Literal.string(old), to=exp.Literal.string(new)
    )
    return exp.TryCast(this=joined, to=exp.DataType.build("DOUBLE"))


def _like(text: exp.Expression, pattern: str) -> exp.Expression:
    return exp.RegexpLike(this=text.copy(), expression=exp.Literal.string(pattern))


def notation_from(raw: dict[str, Any] | None) -> Notation | None:
    """Read a notation that was written down as plain values."""
    return None if raw is None else Notation(**raw)
