"""Which touches of a past: of which kinds, how old, at which moments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import cast

from sqlglot import exp

from ..vocabulary import KIND
from .spelling import age, exact_value, number, us

WORK_FROM, WORK_TO = 8, 18  # hours, UTC


class Moment(StrEnum):
    """A part of the day or week, UTC."""

    WEEKEND = "weekend"  # Saturday and Sunday
    WORKING_HOURS = "working hours"  # Monday to Friday, 08:00 to 18:00


@dataclass(frozen=True)
class Selection:
    """Which touches of a past.

    Attributes
    ----------
    kinds : tuple of str
        Sorted; the kinds that are kept, or, where ``is_all_but``, those that are not.
    younger_than_days, older_than_days : float or None
        Touches in [snapshot_at − younger, snapshot_at − older).
    moment : Moment or None
    has_value : bool
        Only touches with a value.
    """

    kinds: tuple[str, ...] = ()
    is_all_but: bool = True
    younger_than_days: float | None = None
    older_than_days: float | None = None
    moment: Moment | None = None
    has_value: bool = False

    def of(self, kinds: tuple[str, ...]) -> Selection:
        """Keep only touches of these kinds."""
        mine, asked = set(self.kinds), set(kinds)
        kept = asked - mine if self.is_all_but else asked & mine
        return replace(self, kinds=tuple(sorted(kept)), is_all_but=False)

    def not_of(self, kinds: tuple[str, ...]) -> Selection:
        """Leave out touches of these kinds."""
        mine, asked = set(self.kinds), set(kinds)
        kept = mine | asked if self.is_all_but else mine - asked
        return replace(self, kinds=tuple(sorted(kept)))

    def of_any_age(self) -> Selection:
        """Keep touches of any age again."""
        return replace(self, younger_than_days=None, older_than_days=None)

    def holds_kind(self, kind: str) -> bool:
        """Whether touches of a kind are kept."""
        return (kind in self.kinds) is not self.is_all_but

    def condition(self, *, with_age: bool = True) -> exp.Expression | None:
        """Return the condition on a touch as SQL; None where there is none."""
        parts = [*self._of_kind(), *self._of_moment()]
        if with_age:
            parts += self._of_age()
        if self.has_value:
            parts.append(exp.not_(exp.Is(this=exact_value(), expression=exp.null())))
        return cast(exp.Expression, exp.and_(*parts)) if parts else None

    def _of_kind(self) -> list[exp.Expression]:
        if not self.kinds:
            return [] if self.is_all_but else [exp.false()]
        literals = [exp.Literal.string(k) for k in self.kinds]
        listed = exp.In(this=exp.column(KIND), expressions=literals)
        return [exp.not_(listed) if self.is_all_but else listed]

    def _of_age(self) -> list[exp.Expression]:
        found: list[exp.Expression] = []
        if self.younger_than_days is not None:
            found.append(exp.LTE(this=age(), expression=us(self.younger_than_days)))
        if self.older_than_days is not None:
            found.append(exp.GT(this=age(), expression=us(self.older_than_days)))
        return found

    def _of_moment(self) -> list[exp.Expression]:
        if self.moment is None:
            return []
        weekend = exp.GTE(this=exp.column("weekday"), expression=number(6))
        if self.moment is Moment.WEEKEND:
            return [weekend]
        hour = exp.column("hour")
        return [
            exp.LT(this=exp.column("weekday"), expression=number(6)),
            exp.GTE(this=hour, expression=number(WORK_FROM)),
            exp.LT(this=hour.copy(), expression=number(WORK_TO)),
        ]
