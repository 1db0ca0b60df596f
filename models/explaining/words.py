"""What was seen of a signal, and what it is worth, said in plain English.

A reason has two sides. The *value side* says what was seen and where that lies among
past leads; it is read off the value alone. The *effect side* says whether the score is
raised or lowered, by how many points; it is read off the contribution alone. Neither
is derived from the other: a high count that lowers the score is said as just that.

Why everything is said of the rounded value: leads whose values read alike then get the
same words, the same place among past leads and the same evidence, each made once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from features.vocabulary import DAYS_TO_DEADLINE, Unit

from ..players import ModelFeature, ModelSignal
from .spans import days_said

if TYPE_CHECKING:
    from ..recalling.rates import Rates

Floats = npt.NDArray[np.float64]

_WHOLE_FROM: Final = 1000  # from here on numbers are told without decimals
_DIGITS: Final = 3  # that are told of smaller ones
HOURS_UNTIL: Final = 2  # days: younger than that is told in hours
_HAIR: Final = 1e-5  # of an hour: whole hours fall short of it, kept in a float32
_ADDRESS: Final = re.compile(r"\S@\S")
_PLAIN_WORD: Final = re.compile(r"^[^\W_][^\WA-Z_]*(-[^\WA-Z_]+)*$")


def words_of(
    signal: ModelSignal, seen: Sequence[object], features: Sequence[ModelFeature]
) -> str:
    """Say what was seen of a signal.

    Parameters
    ----------
    seen : sequence
        The value of each of the signal's columns; None is missing.
    features : sequence of ModelFeature
        All of the scorer's: which categories it knows.

    Returns
    -------
    str
        Without any personal value or address.

    Examples
    --------
    >>> from features.vocabulary import Family
    >>> visits = ModelSignal(
    ...     "visits", "Visits", Family.BEHAVIOURAL, Unit.COUNT, (0, 1), (7, 30)
    ... )
    >>> words_of(visits, [2.0, 5.0], ())
    'Visits: 2 in 7 days, 5 in 30'
    >>> words_of(visits, [0.0, 0.0], ())
    'No visits in 30 days'
    """
    if signal.is_personal:
        return say(signal, (), features)
    return say(signal, _told(signal, seen), features)


def say(
    signal: ModelSignal,
    told: Sequence[float | str | None],
    features: Sequence[ModelFeature],
) -> str:
    """Say what was seen of a signal, its numbers being rounded already.

    Parameters
    ----------
    told : sequence
        As ``rounded`` gives it, or a category; None is missing.
    """
    if signal.is_personal:
        return f"{signal.words}: personal, not shown"
    if signal.lookbacks_days:
        return _over_lookbacks(signal, [float(v or 0) for v in told])
    value = told[0]
    if value is None:
        return f"{signal.words}: {missing_words(signal)}"
    if isinstance(value, str):
        feature = features[signal.columns[0]]
        return f"{signal.words}: {_category(value, signal, feature)}"
    return f"{signal.words}: {_said(value, signal.unit)}"


def value_side(
    signal: ModelSignal,
    seen: Sequence[object],
    features: Sequence[ModelFeature],
    rates: Rates | None = None,
) -> str:
    """Say what was seen of a signal, and where that lies among past leads.

    Parameters
    ----------
    rates : Rates or None
        None: nothing is said of past leads.
    """
    said = words_of(signal, seen, features)
    return said if rates is None else placed(said, rates.place(seen), rates)


def placed(said: str, place: str, rates: Rates) -> str:
    """Put where a value lies among past leads after what was seen."""
    if not place:
        return said
    over = rates.lookback_days
    if over is None or said.endswith(f" in {days_said(over)}"):
        return f"{said}, {place}"
    return f"{said}; over {days_said(over)} {place}"


def effect_side(points: float) -> str:
    """Say what a contribution does to the score.

    Examples
    --------
    >>> effect_side(6.24), effect_side(-0.96)
    ('raises the score by 6.2 points', 'lowers the score by 1.0 points')
    """
    way = "raises" if points > 0 else "lowers"
    return f"{way} the score by {tenths(abs(points)) / 10:.1f} points"


def tenths(points: npt.ArrayLike) -> Floats:
    """Round points, not negative, to whole tenths: halves upwards, as the score is."""
    return np.floor(np.asarray(points, dtype=np.float64) * 10 + 0.5)


def sentence(value: str, points: float) -> str:
    """Both sides of a reason.

    >>> sentence("No visits in 30 days", -3.0)
    'No visits in 30 days: lowers the score by 3.0 points'
    """
    return f"{value}: {effect_side(points)}"


def rounded(values: Floats, unit: Unit, decimals: int | None = None) -> Floats:
    """Round values as words tell them.

    Parameters
    ----------
    values : ndarray of shape (n,)
        NaN is missing, and stays so.
    unit : Unit
        Days are told in whole hours below two days and in whole days from there on,
        both downwards; shares in whole percent; counts are whole; other numbers in
        three digits, or whole from 1,000 on.
    decimals : int, optional
        At most so many, of a number.

    Returns
    -------
    ndarray of shape (n,)
        Non-decreasing in the values; what is rounded once stays as it is.

    Examples
    --------
    >>> rounded(np.array([0.51, 29.9]), Unit.DAYS) * 24
    array([ 12., 696.])
    """
    if unit is Unit.DAYS:
        hours = np.floor(values * 24 + _HAIR) / 24
        return np.where(values < HOURS_UNTIL, hours, np.floor(values))
    if unit is Unit.SHARE:
        return np.rint(values * 100) / 100
    if unit is Unit.COUNT:
        return np.floor(values + 0.5)
    size = np.abs(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        places = _DIGITS - 1 - np.floor(np.log10(np.where(size > 0, size, 1.0)))
        scale = 10.0 ** np.clip(places, 0, 300 if decimals is None else decimals)
        few = np.floor(size * scale + 0.5) / scale
    told = np.where(size >= _WHOLE_FROM, np.floor(size + 0.5), few)
    signed = np.where(values < 0, -told, told)  # and there is no "-0"
    return np.asarray(np.where(np.isfinite(told), signed, values))


def plain_number(value: float) -> str:
    """Write a rounded number.

    Examples
    --------
    >>> plain_number(1234.0), plain_number(0.25), plain_number(12.0)
    ('1,234', '0.25', '12')
    """
    is_whole = abs(value - round(value)) < 1e-9 or abs(value) >= _WHOLE_FROM
    return f"{value:,.0f}" if is_whole else f"{value:,.3g}"


def is_address(text: str) -> bool:
    """Whether a text holds an e-mail address: never to be said.

    Examples
    --------
    >>> is_address("ada@example.org"), is_address("2 @ 30"), is_address("web")
    (True, False, False)
    """
    return bool(_ADDRESS.search(text))


def said_category(value: str, signal: ModelSignal) -> str:
    """Say a category: in the company's words where it has any, never an address."""
    if is_address(value):
        return "an address, not shown"
    return dict(signal.value_words).get(value, value)


def uncapital(words: str) -> str:
    """Begin words in lower case, unless they begin with a name in capitals.

    Examples
    --------
    >>> uncapital("Pricing page touches"), uncapital("A_SUBMITTED touches")
    ('pricing page touches', 'A_SUBMITTED touches')
    """
    first = words.split(" ", 1)[0]
    if not _PLAIN_WORD.match(first):
        return words
    return words[:1].lower() + words[1:]


def missing_words(signal: ModelSignal) -> str:
    """What is said of a value that there is not."""
    if signal.code == DAYS_TO_DEADLINE:
        return "no deadline"
    if signal.unit is Unit.DAYS:
        return "never"
    if signal.unit is Unit.SHARE:
        return "nothing to go by"
    # What touches are summed up to is missing where there are none; an attribute is
    # missing where nobody filled it in.
    return "none yet" if signal.kinds else "not known"


def _told(signal: ModelSignal, seen: Sequence[object]) -> Sequence[float | str | None]:
    """What was seen, its numbers rounded."""
    if signal.unit is Unit.CATEGORY:
        return [None if v is None else str(v) for v in seen]
    values = [None if v is None else float(str(v)) for v in seen]
    numbers = rounded(np.array(values, dtype=np.float64), signal.unit, signal.decimals)
    return [
        None if v is None else float(n) for v, n in zip(values, numbers, strict=True)
    ]


def _said(value: float, unit: Unit) -> str:
    """Say a rounded value."""
    if unit is Unit.FLAG:
        return "yes" if value else "no"
    if unit is Unit.SHARE:
        return f"{value:.0%}"
    return _age(value) if unit is Unit.DAYS else plain_number(value)


def _over_lookbacks(signal: ModelSignal, values: Sequence[float]) -> str:
    days = signal.lookbacks_days
    if not any(values):
        over = days_said(days[-1])
        if signal.unit is Unit.COUNT:
            return f"No {uncapital(signal.words)} in {over}"
        return f"{signal.words}: {_said(0.0, signal.unit)} in {over}"
    told, unit_said = [], False
    for value, length in zip(values, days, strict=True):
        over = f"{length}" if unit_said else days_said(length)
        unit_said |= length != 1  # "1 day" does not tell the unit of those that follow
        told.append(f"{_said(value, signal.unit)} in {over}")
    return f"{signal.words}: {', '.join(told)}"


def _category(value: str, signal: ModelSignal, feature: ModelFeature) -> str:
    said = said_category(value, signal)
    if value in (feature.categories or ()):
        return said
    if value in feature.rare:
        return f"{said} (rare)"
    return f"{said} (a value never seen before)"


def _age(days: float) -> str:
    if days >= HOURS_UNTIL:
        return f"{days:,.0f} days ago"
    hours = round(days * 24)
    if hours < 1:
        return "less than an hour ago"
    return f"{hours} hour{'s' if hours != 1 else ''} ago"
