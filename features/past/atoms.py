"""What a signal measures of a past: touches selected, and one number made of them.

A signal's value is an expression over such atoms. An atom is data, not code: which
touches, how old they may be, what is done with them. So the same atom can be computed
by compiled loops on one machine (:mod:`features.past.loops`), by SQL on a cluster
(:mod:`features.past.query`), and be read by a person (:meth:`Atom.definition`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlglot import exp

from ..errors import ConfigError
from ..vocabulary import ASSET, CHANNEL, KIND
from .selection import Selection
from .spelling import (
    AGE_US,
    PAST,
    age,
    as_double,
    exact_value,
    in_days,
    name_of,
    number,
    or_nought,
    us,
    weight,
)

SESSION_GAP_US = 30 * 60_000_000  # of silence end a session, as web analytics has it


class Measure(StrEnum):
    """What is made of the selected touches."""

    COUNT = "count"
    TOTAL = "total"  # of their values
    MOST = "most"  # the greatest value
    LAST_VALUE = "last value"  # of the latest touch that has one
    LAST_AGE = "last age"  # of the youngest touch, in days
    FIRST_AGE = "first age"  # of the oldest touch, in days
    DISTINCT = "distinct"  # how many different words in a column
    DECAYED = "decayed"  # each counts half as much per half-life of its age
    SESSIONS = "sessions"  # runs without half an hour of silence
    FOLLOWED = "followed"  # those that another touch follows soon
    FIRST_WORD = "first word"  # in a column, of the earliest touch that has one
    LAST_WORD = "last word"


WORDS = frozenset({Measure.FIRST_WORD, Measure.LAST_WORD})
_NOUGHT_WHERE_NONE = frozenset(
    {
        Measure.COUNT, Measure.DISTINCT, Measure.SESSIONS, Measure.FOLLOWED,
        Measure.TOTAL, Measure.DECAYED,
    }
)  # fmt: skip


@dataclass(frozen=True)
class Atom:
    """One number, or one word, of the selected touches.

    Attributes
    ----------
    measure : Measure
    selection : Selection
    column : str or None
        ``asset``, ``channel``, ``kind`` or ``day``: of which words are told apart.
    span_days : float or None
        Half-life of ``DECAYED``; of ``FOLLOWED``, how soon.
    by : Selection or None
        Of ``FOLLOWED``: by which touches.
    """

    measure: Measure
    selection: Selection
    column: str | None = None
    span_days: float | None = None
    by: Selection | None = None

    def __post_init__(self) -> None:
        if self.measure in {Measure.DISTINCT, Measure.SESSIONS} and (
            self.selection.older_than_days is not None
        ):
            raise ConfigError(
                f"{self.measure} cannot be asked of touches before an age: its SQL "
                "would need another pass. Ask it of touches within an age."
            )
        if self.by is not None and self.by != self.by.of_any_age():
            raise ConfigError(f"What {self.measure} a touch may be of any age.")

    @property
    def name(self) -> str:
        """A name that follows from what the atom is, and from nothing else."""
        return name_of(self)

    @property
    def where_none(self) -> float | None:
        """The value where no touch is selected; None is missing."""
        return 0.0 if self.measure in _NOUGHT_WHERE_NONE else None

    @property
    def is_word(self) -> bool:
        """Whether its value is a word."""
        return self.measure in WORDS

    def definition(self) -> exp.Expression:
        """Return the atom as a scalar query over the past of one snapshot.

        Examples
        --------
        >>> pricing = Selection(younger_than_days=7).of(("pricing_page",))
        >>> Atom(Measure.COUNT, pricing).definition().sql("duckdb")
        "(SELECT COUNT(*) FROM past WHERE kind IN ('pricing_page') AND age_us <= \
604800000000)"
        """
        made = _DEFINITIONS[self.measure](self)
        return exp.paren(made) if isinstance(made, exp.Select) else made


def _select(atom: Atom, told: exp.Expr) -> exp.Select:
    query = exp.select(told).from_(PAST)
    where = atom.selection.condition()
    return query if where is None else query.where(where)


def _column(atom: Atom) -> exp.Expression:
    if atom.column not in {ASSET, CHANNEL, KIND, "day"}:
        raise ConfigError(f"Touches have no column {atom.column!r} of words.")
    return exp.column(atom.column)


def _distinct(atom: Atom) -> exp.Expression:
    return _select(atom, exp.Count(this=exp.Distinct(expressions=[_column(atom)])))


def _word(atom: Atom) -> exp.Expression:
    is_last = atom.measure is Measure.LAST_WORD
    word = _column(atom)
    filled = exp.not_(exp.Is(this=word.copy(), expression=exp.null()))
    order = [exp.Ordered(this=age(), desc=not is_last, nulls_first=False)]
    order.append(exp.Ordered(this=word.copy(), desc=is_last, nulls_first=False))
    return _select(atom, word).where(filled).order_by(*order).limit(1)


def _last_value(atom: Atom) -> exp.Expression:
    value = as_double(exact_value())
    filled = exp.not_(exp.Is(this=value.copy(), expression=exp.null()))
    order = [
        exp.Ordered(this=age(), desc=False, nulls_first=False),
        exp.Ordered(this=value.copy(), desc=True, nulls_first=False),
    ]
    return _select(atom, value).where(filled).order_by(*order).limit(1)


def _sessions(atom: Atom) -> exp.Expression:
    # The touch before is the next older one.
    before = exp.Window(
        this=exp.Lead(this=age()),
        order=exp.Order(expressions=[exp.Ordered(this=age(), nulls_first=False)]),
    )
    told = exp.alias_(exp.Sub(this=before, expression=age()), "silence_us")
    runs = _select(atom, told).subquery("runs")
    silence = exp.column("silence_us")
    starts = exp.or_(
        exp.Is(this=silence, expression=exp.null()),
        exp.GT(this=silence.copy(), expression=number(SESSION_GAP_US)),
    )
    return exp.select(exp.Count(this=exp.Star())).from_(runs).where(starts)


def _followed(atom: Atom) -> exp.Expression:
    if atom.by is None or atom.span_days is None:
        raise ConfigError("A touch is followed by which touches, and how soon?")
    later = exp.column(AGE_US, "later")
    soon: list[exp.Expression] = [
        exp.LT(this=later, expression=exp.column(AGE_US, PAST)),
        exp.GTE(
            this=later.copy(),
            expression=exp.Sub(
                this=exp.column(AGE_US, PAST), expression=us(atom.span_days)
            ),
        ),
    ]
    found = exp.select(number(1)).from_(exp.alias_(exp.to_table(PAST), "later"))
    condition = atom.by.condition()
    if condition is not None:
        for column in condition.find_all(exp.Column):
            column.set("table", exp.to_identifier("later"))
        soon.append(condition)
    exists = exp.Exists(this=found.where(*soon))
    return _select(atom, exp.Count(this=exp.Star())).where(exists)


_DEFINITIONS = {
    Measure.COUNT: lambda a: _select(a, exp.Count(this=exp.Star())),
    Measure.TOTAL: lambda a: _select(
        a, as_double(or_nought(exp.Sum(this=exact_value())))
    ),
    Measure.MOST: lambda a: _select(a, as_double(exp.Max(this=exact_value()))),
    Measure.LAST_VALUE: _last_value,
    Measure.LAST_AGE: lambda a: _select(a, in_days(exp.Min(this=age()))),
    Measure.FIRST_AGE: lambda a: _select(a, in_days(exp.Max(this=age()))),
    Measure.DISTINCT: _distinct,
    Measure.DECAYED: lambda a: _select(
        a, as_double(or_nought(exp.Sum(this=weight(a.span_days or 1))))
    ),
    Measure.SESSIONS: _sessions,
    Measure.FOLLOWED: _followed,
    Measure.FIRST_WORD: _word,
    Measure.LAST_WORD: _word,
}
