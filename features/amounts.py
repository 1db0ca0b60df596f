"""Sizes and sums as people type them: "11–50 employees", "10k+", "€ 2,5 Mio".

What is read is one amount or a range, with the words that belong to it and no others:
of "Level 3" it is not known what the 3 counts, so it is missing.

The rules. A dot, comma, apostrophe or space stands between thousands when exactly three
digits follow it (1.000 = 1,000 = 1 000), and else before a fraction (2,5). What
multiplies the end of a range ("1-5M") multiplies its start too, unless the start is the
greater ("500-1k"). Of money, plain "mil" is unreadable. Any currency is passed over.

Why bands: what is typed is a band more often than a number; the two have to compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, cast

from sqlglot import exp

from .let import let
from .lexicon import quantities as words

SIZES: Final = (1, 2, 11, 51, 201, 501, 1001, 5001, 10_001)
SUMS: Final = (0, *(t * 10**tens for tens in range(5, 13) for t in (1, 3)))
_MOST_EMPLOYEES: Final = 10_000_000  # no organisation has as many: a telephone number
_MOST_MONEY: Final = 10**15

_GROUPED: Final = (
    "[1-9][0-9]{0,2}(?:[., '][0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}"
)
_NUMBER: Final = (
    "([0-9]{1,9}(?:[.][0-9]{1,9})?e[+]?[0-9]{1,2}"
    f"|{_GROUPED}|[0-9]{{1,15}}(?:[.,][0-9]{{1,15}})?|[.,][0-9]{{1,9}})"
    "(?:[.,][0-9]{1,2})?"  # cents, after thousands: no band depends on them
)
FOLLOWING: Final = " *(mil m[a-z]+|[a-z万萬만亿億억]*)"
_PARTS: Final = (
    f"^(?:[^0-9]*[a-z][.])?[^0-9]*?{_NUMBER}{FOLLOWING}"
    f"(?:[^0-9]+?{_NUMBER}{FOLLOWING})?[^0-9]*$"
)
_ONE_OR_TWO: Final = (
    f"^(?:[^0-9-]|-[a-z])*(?:{_NUMBER})(?:[^0-9]+(?:{_NUMBER}))?[^0-9]*$"
)
_ALONE: Final = "|".join(words.ALONE)
_NO_REVENUE: Final = "|".join(words.NO_REVENUE)
_FROM_NOUGHT: Final = "^ *0 *(-|to|bis) *[1-9]"
_AS_DATES: Final = {  # bands that a spreadsheet took for dates
    1: "^ *(10[-. /]jan|jan[-. /]10|0?1[-. /]o[ck]t)",
    2: (
        "^ *(10[-. /]feb|feb[-. /]10|0?2[-. /]o[ck]t"
        "|o[ck]t[-. /](19)?49|49[-. /]o[ck]t)"
    ),
    11: "^ *(nov[-. /](19)?50|50[-. /]nov)",
}


def size_band(text: exp.Expression) -> exp.Expression:
    """The fewest employees in the band of a plain text; missing where none is read.

    Examples
    --------
    >>> import duckdb
    >>> texts = ("11-50 employees", "10k+", "over 200", "just me", "level 3")
    >>> sizes = [size_band(exp.Literal.string(t)).sql("duckdb") for t in texts]
    >>> duckdb.execute(f"SELECT {', '.join(sizes)}").fetchone()
    (11, 10001, 201, 1, None)
    """

    def read(t: exp.Expression) -> exp.Expression:
        amount = _PEOPLE
        above = exp.Case().when(amount.is_above(t), _number(1)).else_(_number(0))
        told = exp.Case().when(_like(t, _ALONE), _number(1))
        for least, date in _AS_DATES.items():
            told = told.when(_like(t, date), _number(least))
        return (
            told.when(_like(t, _FROM_NOUGHT), _number(1))
            .when(exp.Not(this=_like(t, amount.pattern)), exp.null())
            .when(amount.is_below(t), _number(1))
            .else_(exp.Add(this=amount.least(t), expression=above))
        )

    return _band(let("t", text, read), SIZES, most=_MOST_EMPLOYEES)


def sum_band(text: exp.Expression) -> exp.Expression:
    """The least sum in the band of a plain text, in any currency; else missing.

    Examples
    --------
    >>> import duckdb
    >>> texts = ("eur 2,5 mio", "$1m - $5m", "under 1 million", "2 crore", "a lot")
    >>> sums = [sum_band(exp.Literal.string(t)).sql("duckdb") for t in texts]
    >>> duckdb.execute(f"SELECT {', '.join(sums)}").fetchone()
    (1000000, 1000000, 0, 10000000, None)
    """

    def read(t: exp.Expression) -> exp.Expression:
        amount = _SUM
        return (
            exp.Case()
            .when(_like(t, _NO_REVENUE), _number(0))
            .when(exp.Not(this=_like(t, amount.pattern)), exp.null())
            .when(amount.is_below(t), _number(0))
            .else_(amount.least(t))
        )

    return _band(let("t", text, read), SUMS, most=_MOST_MONEY)


def times(unit: exp.Expression) -> exp.Expression:
    """What the word behind a number multiplies it by; 1 where it is no such word."""
    return _SUM.times(unit)


def is_size(text: exp.Expression) -> exp.Expression:
    """Whether a plain text reads as a number of employees; cheaper than reading it."""

    def read(t: exp.Expression) -> exp.Expression:
        told = _like(t, "|".join((_ALONE, _FROM_NOUGHT, *_AS_DATES.values())))
        return exp.Paren(this=exp.or_(told, _PEOPLE.is_like(t, least="[1-9]")))

    return let("t", text, read)


def is_sum(text: exp.Expression) -> exp.Expression:
    """Whether a plain text reads as a sum of money; cheaper than reading it."""

    def read(t: exp.Expression) -> exp.Expression:
        told = _like(t, _NO_REVENUE)
        return exp.Paren(this=exp.or_(told, _SUM.is_like(t, least="[0-9]")))

    return let("t", text, read)


@dataclass(frozen=True)
class _Reader:
    """What an amount looks like, among the words that may stand beside it."""

    beside: tuple[str, ...]
    units: Mapping[int, tuple[str, ...]]

    @property
    def pattern(self) -> str:
        """Found in a text that is one amount or a range, and nothing else."""
        known = _any(*self._known)
        before = f"(?:{known}[.]?[^a-z0-9-]*?)*"
        amount = f"{_NUMBER}(?: *{_any(*self._spellings)}|{known})?"
        after = f"(?:[^a-z0-9-]+{known})*"
        return (
            f"^[^a-z0-9-]*?{before}{amount}"
            f"(?:{after}[^a-z0-9]*{_any(*words.UP_TO)}[^a-z0-9]*?{before}{amount})?"
            f"(?:[^a-z0-9%]+{known})*[^a-z0-9%]*$"
        )

    def is_like(self, text: exp.Expression, *, least: str) -> exp.Expression:
        """Whether a text is numbers, few enough, and known words, in any order."""
        known = _any(*self._spellings, *self._known, *words.UP_TO)
        spaced = exp.Concat(expressions=[text.copy(), exp.Literal.string(" ")])
        is_told = _like(spaced, f"^([^a-z%]|{known}[^a-z])*$")
        is_counted = exp.And(
            this=_like(text, _ONE_OR_TWO), expression=_like(text, least)
        )
        return exp.And(this=is_told, expression=is_counted)

    @property
    def _known(self) -> tuple[str, ...]:
        either = (*words.ABOUT, *words.BELOW, *words.BELOW_AFTER, *words.ABOVE)
        return (*self.beside, *either)

    @property
    def _spellings(self) -> tuple[str, ...]:
        return tuple(u for of in self.units.values() for u in of)

    def least(self, text: exp.Expression) -> exp.Expression:
        """The lower number, multiplied; of a text that has the pattern."""

        def read(a: exp.Expression) -> exp.Expression:
            is_less = exp.LTE(this=a.copy(), expression=_value(_part(text, 3)))
            unit = (
                exp.Case()
                .when(_among(_part(text, 2), self._spellings), _part(text, 2))
                .when(is_less, _part(text, 4))
                .else_(exp.Literal.string(""))
            )
            return exp.Mul(this=a.copy(), expression=let("u", unit, self.times))

        return let("a", _value(_part(text, 1)), read)

    def times(self, unit: exp.Expression) -> exp.Expression:
        """What a unit multiplies by."""
        told = exp.Case()
        for times, spellings in self.units.items():
            told = told.when(_among(unit, spellings), _number(times))
        return told.else_(_number(1))

    def is_below(self, text: exp.Expression) -> exp.Expression:
        """Whether the number is the upper end."""
        before = (
            f"^[^0-9]*(<|(^|[^a-z]){_any(*words.BELOW)}([^a-z0-9][^0-9]*)?)[^0-9a-z]*"
        )
        return _like(
            text, f"{before}[0-9]|[0-9][^0-9]*{_any(*words.BELOW_AFTER)}[^0-9]*$"
        )

    def is_above(self, text: exp.Expression) -> exp.Expression:
        """Whether it is more than the number."""
        before = f"^[^0-9]*([>+]|(^|[^a-z]){_any(*words.ABOVE)})[^0-9=]*[0-9]"
        return _like(text, f"{before}|[0-9][^0-9]*[+][^0-9]*$")


_PEOPLE: Final = _Reader(words.PEOPLE, words.PEOPLE_UNITS)
_SUM: Final = _Reader(words.MONEY, words.UNITS)


def _part(text: exp.Expression, group: int) -> exp.Expression:
    """The first number or what follows it (1, 2), or the second (3, 4); else empty."""
    return exp.RegexpExtract(
        this=text.copy(),
        expression=exp.Literal.string(_PARTS),
        group=_number(group),
    )


def _value(token: exp.Expression) -> exp.Expression:
    """The number that a token writes."""

    def read(x: exp.Expression) -> exp.Expression:
        joined = x
        for separator in (".", ",", "'", " "):
            joined = _replaced(joined, separator, "")
        point = _replaced(x.copy(), ",", ".")
        grouped = _like(x, f"^({_GROUPED})$")
        return exp.Case().when(grouped, _double(joined)).else_(_double(point))

    return let("x", token, read)


def _replaced(text: exp.Expression, old: str, new: str) -> exp.Expression:
    made = exp.func("REPLACE", text, exp.Literal.string(old), exp.Literal.string(new))
    return cast(exp.Expression, made)


def _band(
    amount: exp.Expression, bounds: Iterable[int], *, most: int
) -> exp.Expression:
    """The greatest bound that an amount reaches."""

    def read(n: exp.Expression) -> exp.Expression:
        least, *rest = bounds
        told = (
            exp.Case()
            .when(exp.Is(this=n.copy(), expression=exp.null()), exp.null())
            .when(exp.LT(this=n.copy(), expression=_number(least)), exp.null())
            .when(exp.GT(this=n.copy(), expression=_number(most)), exp.null())
        )
        for bound in rest:
            told = told.when(
                exp.LT(this=n.copy(), expression=_number(bound)), _number(least)
            )
            least = bound
        return told.else_(_number(least))

    return let("n", amount, read)


def _among(text: exp.Expression, words: tuple[str, ...]) -> exp.Expression:
    listed = [exp.Literal.string(w) for w in words]
    return exp.In(this=text.copy(), expressions=listed)


def _any(*spellings: str) -> str:
    return "(?:" + "|".join(dict.fromkeys(spellings)) + ")"


def _like(text: exp.Expression, pattern: str) -> exp.Expression:
    return exp.RegexpLike(this=text.copy(), expression=exp.Literal.string(pattern))


def _double(text: exp.Expression) -> exp.Expression:
    return exp.TryCast(this=text, to=exp.DataType.build("DOUBLE"))


def _number(value: int) -> exp.Expression:
    return exp.Literal.number(value)
