"""The touches that precede a snapshot, and the verbs that sum them up.

A signal is handed :class:`Touches` and returns an :class:`Aggregate
<features.past.aggregate.Aggregate>`. Both are data, not results: there is no clock in
them, no raw table and no outcome, so a signal *cannot* look ahead. The engine decides,
once and for all signals, which touches precede a snapshot (:mod:`features.past`).

Why sums are exact decimals: a sum of floats depends on the order in which threads add,
and a feature must not.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .past.aggregate import Aggregate
from .past.atoms import Atom, Measure
from .past.selection import Moment, Selection
from .vocabulary import ASSET, CHANNEL, KIND


@dataclass(frozen=True)
class Touches:
    """The touches before a snapshot that meet a condition; all of them at first.

    Attributes
    ----------
    outbound_kinds : tuple of str
        Kinds of touch that we made, not the lead.
    selection : Selection
        Which touches are kept.
    """

    outbound_kinds: tuple[str, ...] = ()
    selection: Selection = field(default_factory=Selection)

    def whole(self) -> Touches:
        """All touches again, of every kind and age."""
        return Touches(self.outbound_kinds)

    def of(self, *kinds: str) -> Touches:
        """Keep touches of the named kinds."""
        return replace(self, selection=self.selection.of(kinds))

    def not_of(self, *kinds: str) -> Touches:
        """Keep touches of any other kind."""
        return replace(self, selection=self.selection.not_of(kinds))

    def inbound(self) -> Touches:
        """Keep what the lead did."""
        return self.not_of(*self.outbound_kinds)

    def outbound(self) -> Touches:
        """Keep what we did."""
        return self.of(*self.outbound_kinds)

    def within(self, *, days: float) -> Touches:
        """Keep touches in [snapshot_at − days, snapshot_at)."""
        mine = self.selection.younger_than_days
        least = days if mine is None else min(mine, days)
        return replace(self, selection=replace(self.selection, younger_than_days=least))

    def before(self, *, days: float) -> Touches:
        """Keep touches before snapshot_at − days."""
        mine = self.selection.older_than_days
        most = days if mine is None else max(mine, days)
        return replace(self, selection=replace(self.selection, older_than_days=most))

    def at_weekends(self) -> Touches:
        """Keep touches on Saturdays and Sundays (UTC)."""
        return self._at(Moment.WEEKEND)

    def in_working_hours(self) -> Touches:
        """Keep touches from Monday to Friday, 08:00 to 18:00 (UTC)."""
        return self._at(Moment.WORKING_HOURS)

    def with_value(self) -> Touches:
        """Keep touches that have a value."""
        return replace(self, selection=replace(self.selection, has_value=True))

    def count(self) -> Aggregate:
        """Number of touches; 0 where there are none.

        Examples
        --------
        >>> Touches().of("webinar").count().definition().sql("duckdb")
        "(SELECT COUNT(*) FROM past WHERE kind IN ('webinar'))"
        """
        return self._make(Measure.COUNT)

    def distinct_assets(self) -> Aggregate:
        """Number of different assets touched; 0 where there are none."""
        return self._make(Measure.DISTINCT, ASSET)

    def distinct_channels(self) -> Aggregate:
        """Number of different channels used; 0 where there are none."""
        return self._make(Measure.DISTINCT, CHANNEL)

    def distinct_kinds(self) -> Aggregate:
        """Number of different kinds of touch; 0 where there are none."""
        return self._make(Measure.DISTINCT, KIND)

    def distinct_days(self) -> Aggregate:
        """Number of days (UTC) on which something happened; 0 where there are none."""
        return self._make(Measure.DISTINCT, "day")

    def sessions(self) -> Aggregate:
        """Number of visits: runs of touches without half an hour of silence."""
        return self._make(Measure.SESSIONS)

    def total_value(self) -> Aggregate:
        """Sum of the touches' values; 0 where there are none."""
        return self._make(Measure.TOTAL)

    def mean_value(self) -> Aggregate:
        """Mean of the touches' values; missing where none has one."""
        valued = self.with_value()
        return valued.total_value().over(valued.count())

    def most_value(self) -> Aggregate:
        """Greatest value; missing where no touch has one."""
        return self._make(Measure.MOST)

    def last_value(self) -> Aggregate:
        """Value of the latest touch that has one; of two at once, the greater."""
        return self._make(Measure.LAST_VALUE)

    def days_since_last(self) -> Aggregate:
        """Days from the latest touch to the snapshot; missing if never."""
        return self._make(Measure.LAST_AGE)

    def days_since_first(self) -> Aggregate:
        """Days from the earliest touch to the snapshot; missing if never."""
        return self._make(Measure.FIRST_AGE)

    def days_active(self) -> Aggregate:
        """Days from the earliest touch to the latest; missing if never."""
        return self.days_since_first().minus(self.days_since_last())

    def days_until_first(self, key: Touches) -> Aggregate:
        """Days from the earliest touch to the earliest of ``key``, which is among them.

        Missing where there was none of ``key`` yet.
        """
        return self.days_since_first().minus(key.days_since_first())

    def position_of_last(self, key: Touches) -> Aggregate:
        """Where in the journey the latest touch of ``key`` lies: 0 first, 1 last.

        Missing where there was none, or where the journey is but one instant.
        """
        from_first = self.days_since_first().minus(key.days_since_last())
        return from_first.over(self.days_active())

    def decayed(self, *, half_life_days: float) -> Aggregate:
        """Touches, each counting half as much per half-life of its age."""
        return self._make(Measure.DECAYED, span_days=half_life_days)

    def followed(self, by: Touches, *, days: float) -> Aggregate:
        """Number of touches that one of ``by`` follows within so many days."""
        return self._make(Measure.FOLLOWED, span_days=days, by=by.selection)

    def first_channel(self) -> Aggregate:
        """Channel of the earliest touch that has one; missing where none has."""
        return self._make(Measure.FIRST_WORD, CHANNEL)

    def last_channel(self) -> Aggregate:
        """Channel of the latest touch that has one; missing where none has."""
        return self._make(Measure.LAST_WORD, CHANNEL)

    def first_kind(self) -> Aggregate:
        """Kind of the earliest touch; missing where there is none."""
        return self._make(Measure.FIRST_WORD, KIND)

    def last_kind(self) -> Aggregate:
        """Kind of the latest touch; missing where there is none."""
        return self._make(Measure.LAST_WORD, KIND)

    def share_of(self, whole: Touches) -> Aggregate:
        """Share of ``whole`` that these touches are; missing where whole is none."""
        return self.count().over(whole.count())

    def trend(self, *, recent_days: float, before_days: float) -> Aggregate:
        """Share of the last touches that are recent; missing where there are none.

        Of the touches in the last ``recent_days + before_days``, those in the last
        ``recent_days``: 1 is all new, 0 is gone quiet.
        """
        recent = self.within(days=recent_days)
        return recent.share_of(self.within(days=recent_days + before_days))

    def _at(self, moment: Moment) -> Touches:
        return replace(self, selection=replace(self.selection, moment=moment))

    def _make(
        self,
        measure: Measure,
        column: str | None = None,
        *,
        span_days: float | None = None,
        by: Selection | None = None,
    ) -> Aggregate:
        return Aggregate.of(Atom(measure, self.selection, column, span_days, by))
