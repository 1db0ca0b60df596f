"""The touches that precede a snapshot, and the verbs that sum them up.

A signal is handed a :class:`Touches` and returns an :class:`Aggregate`. Both are
expression trees, not results: there is no clock in them, no raw table and no outcome,
so a signal *cannot* look ahead. The engine decides, once and for all signals, which
touches precede a snapshot (:mod:`features.weave`).

Why sums are exact decimals: a sum of floats depends on the order in which threads add,
and a feature must not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlglot import exp

from .vocabulary import ASSET, CHANNEL, DAY_US, KIND, OCCURRED_AT, VALUE

AGE_US = "age_us"  # microseconds from the touch to the snapshot, > 0


@dataclass(frozen=True)
class Aggregate:
    """One value per snapshot, as an expression over the touches that precede it.

    Attributes
    ----------
    expression : sqlglot expression
        Aggregate functions over the columns of a touch and its age.
    where_none : float or None
        The value of a snapshot that no touch precedes; None is missing.
    """

    expression: exp.Expression
    where_none: float | None


@dataclass(frozen=True)
class Touches:
    """The touches before a snapshot that meet a condition; all of them at first.

    Attributes
    ----------
    outbound_kinds : tuple of str
        Kinds of touch that we made, not the lead.
    conditions : tuple of sqlglot expressions
        All of them hold for the touches that are kept.
    """

    outbound_kinds: tuple[str, ...] = ()
    conditions: tuple[exp.Expression, ...] = ()

    def of(self, *kinds: str) -> Touches:
        """Keep touches of the named kinds."""
        return self._and(_is_in(KIND, kinds))

    def not_of(self, *kinds: str) -> Touches:
        """Keep touches of any other kind."""
        return self._and(exp.not_(_is_in(KIND, kinds)))

    def inbound(self) -> Touches:
        """Keep what the lead did."""
        return self.not_of(*self.outbound_kinds) if self.outbound_kinds else self

    def outbound(self) -> Touches:
        """Keep what we did."""
        return self.of(*self.outbound_kinds)

    def within(self, *, days: float) -> Touches:
        """Keep touches in [snapshot_at − days, snapshot_at)."""
        return self._and(exp.LTE(this=_age(), expression=_days(days)))

    def before(self, *, days: float) -> Touches:
        """Keep touches before snapshot_at − days."""
        return self._and(exp.GT(this=_age(), expression=_days(days)))

    def count(self) -> Aggregate:
        """Number of touches; 0 where there are none.

        Examples
        --------
        >>> Touches().of("webinar").count().expression.sql("duckdb")
        "COUNT(CASE WHEN kind IN ('webinar') THEN 1 END)"
        """
        return Aggregate(exp.Count(this=self._kept(exp.Literal.number(1))), 0.0)

    def distinct_assets(self) -> Aggregate:
        """Number of different assets touched; 0 where there are none."""
        return self._distinct(exp.column(ASSET))

    def distinct_channels(self) -> Aggregate:
        """Number of different channels used; 0 where there are none."""
        return self._distinct(exp.column(CHANNEL))

    def distinct_kinds(self) -> Aggregate:
        """Number of different kinds of touch; 0 where there are none."""
        return self._distinct(exp.column(KIND))

    def distinct_days(self) -> Aggregate:
        """Number of days (UTC) on which something happened; 0 where there are none."""
        return self._distinct(exp.cast(exp.column(OCCURRED_AT), "DATE"))

    def total_value(self) -> Aggregate:
        """Sum of the touches' values; 0 where there are none."""
        exact = exp.DataType.build("DECIMAL(28, 6)")
        value = exp.TryCast(this=exp.column(VALUE), to=exact)
        summed = exp.Sum(this=self._kept(value))
        return Aggregate(_as_double(_or_nought(summed)), 0.0)

    def days_since_last(self) -> Aggregate:
        """Days from the latest touch to the snapshot; missing if never."""
        return Aggregate(_in_days(exp.Min(this=self._kept(_age()))), None)

    def days_since_first(self) -> Aggregate:
        """Days from the earliest touch to the snapshot; missing if never."""
        return Aggregate(_in_days(exp.Max(this=self._kept(_age()))), None)

    def decayed(self, *, half_life_days: float) -> Aggregate:
        """Touches, each counting half as much per half-life of its age."""
        halvings = exp.Div(this=_age(), expression=_days(half_life_days), typed=False)
        weight = exp.Pow(this=_number(0.5), expression=halvings)
        exact = exp.cast(weight, "DECIMAL(18, 9)")
        summed = exp.Sum(this=self._kept(exact))
        return Aggregate(_as_double(_or_nought(summed)), 0.0)

    def share_of(self, whole: Touches) -> Aggregate:
        """Share of ``whole`` that these touches are; missing where whole is none."""
        part, count = self.count().expression, whole.count().expression
        return Aggregate(_ratio(part, count), None)

    def trend(self, *, recent_days: float, before_days: float) -> Aggregate:
        """Share of the last touches that are recent; missing where there are none.

        Of the touches in the last ``recent_days + before_days``, those in the last
        ``recent_days``: 1 is all new, 0 is gone quiet.
        """
        recent = self.within(days=recent_days)
        return recent.share_of(self.within(days=recent_days + before_days))

    def _and(self, condition: exp.Expression) -> Touches:
        return replace(self, conditions=(*self.conditions, condition))

    def _kept(self, value: exp.Expression) -> exp.Expression:
        if not self.conditions:
            return value
        return exp.Case().when(exp.and_(*self.conditions, copy=True), value.copy())

    def _distinct(self, value: exp.Expression) -> Aggregate:
        kept = exp.Distinct(expressions=[self._kept(value)])
        return Aggregate(exp.Count(this=kept), 0.0)


def _is_in(column: str, values: tuple[str, ...]) -> exp.Expression:
    if not values:
        return exp.false()
    literals: list[exp.Expression] = [exp.Literal.string(v) for v in values]
    return exp.In(this=exp.column(column), expressions=literals)


def _age() -> exp.Expression:
    return exp.column(AGE_US)


def _number(value: float) -> exp.Expression:
    return exp.Literal.number(value)


def _days(days: float) -> exp.Expression:
    return exp.Literal.number(round(days * DAY_US))


def _or_nought(value: exp.Expression) -> exp.Expression:
    return exp.Coalesce(this=value, expressions=[_number(0)])


def _as_double(value: exp.Expression) -> exp.Expression:
    return exp.cast(value, "DOUBLE")


def _in_days(age: exp.Expression) -> exp.Expression:
    return exp.Div(this=_as_double(age), expression=_number(DAY_US), typed=False)


def _ratio(part: exp.Expression, whole: exp.Expression) -> exp.Expression:
    divisor = exp.func("NULLIF", whole, _number(0))
    return exp.Div(this=_as_double(part), expression=divisor, typed=False)
