"""The other leads of an account, and the verbs that sum up what is known of them.

What happened to a colleague counts from the instant at which we *knew* of it (not
before it was a lead: until then nobody could tell whose it was), and for so many days
from then: one clock, on which a count within a span is the difference of
two counts, so that an account of a hundred thousand leads costs no more than small
ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from sqlglot import exp

from .past.aggregate import Aggregate
from .past.spelling import in_days, name_of, number
from .vocabulary import DAY_US

COLLEAGUES = "colleagues"  # facts of the account's other leads: row, fact, known_us
KNOWN_US = "known_us"  # microseconds for which a fact has been known, > 0


class Fact(StrEnum):
    """What can be known of a colleague."""

    TOUCH = "touch"  # it did something
    LEAD = "lead"  # it became a lead
    CONVERSION = "conversion"
    ENDING = (
        "ending"  # it converted, was closed or met its deadline: the first of these
    )


@dataclass(frozen=True)
class ColleagueAtom:
    """One number made of what is known of an account's other leads.

    Attributes
    ----------
    fact : Fact
    within_days : int or None
        Facts known for at most so long.
    is_age : bool
        The days for which the latest has been known, and not their number.
    """

    fact: Fact
    within_days: int | None = None
    is_age: bool = False

    @property
    def name(self) -> str:
        """A name that follows from what the atom is."""
        return name_of(self)

    @property
    def where_none(self) -> float | None:
        """The value where there is no such fact; None is missing."""
        return None if self.is_age else 0.0

    @property
    def is_word(self) -> bool:
        """Whether its value is a word."""
        return False

    def definition(self) -> exp.Expression:
        """Return the atom as a scalar query over the colleagues of one snapshot.

        Examples
        --------
        >>> ColleagueAtom(Fact.TOUCH, 30).definition().sql("duckdb")
        "(SELECT COUNT(*) FROM colleagues WHERE fact = 'touch' AND known_us <= \
2592000000000)"
        """
        known = exp.column(KNOWN_US)
        told = (
            in_days(exp.Min(this=known)) if self.is_age else exp.Count(this=exp.Star())
        )
        query = exp.select(told).from_(COLLEAGUES)
        query = query.where(exp.column("fact").eq(exp.Literal.string(self.fact.value)))
        if self.within_days is not None:
            span = number(self.within_days * DAY_US)
            query = query.where(exp.LTE(this=known.copy(), expression=span))
        return exp.paren(query)


@dataclass(frozen=True)
class Colleagues:
    """What was known of the other leads of the account before the snapshot."""

    within_days: int | None = None

    def within(self, *, days: int) -> Colleagues:
        """Keep what became known in [snapshot_at − days, snapshot_at)."""
        return replace(self, within_days=days)

    def touches(self) -> Aggregate:
        """Number of touches by them."""
        return Aggregate.of(ColleagueAtom(Fact.TOUCH, self.within_days))

    def leads(self) -> Aggregate:
        """How many of them there are."""
        return Aggregate.of(ColleagueAtom(Fact.LEAD, self.within_days))

    def conversions(self) -> Aggregate:
        """How many of them have converted."""
        return Aggregate.of(ColleagueAtom(Fact.CONVERSION, self.within_days))

    def endings(self) -> Aggregate:
        """How many of them have converted or been closed."""
        return Aggregate.of(ColleagueAtom(Fact.ENDING, self.within_days))

    def days_since_last(self, fact: Fact) -> Aggregate:
        """Days for which the latest fact has been known; missing if there is none."""
        return Aggregate.of(ColleagueAtom(fact, self.within_days, is_age=True))
