"""The lead's own instants, and the verbs that read them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from .vocabulary import CREATED_AT, DAY_US, DEADLINE_AT, SNAPSHOT_AT


@dataclass(frozen=True)
class Lead:
    """The lead's own instants.

    Attributes
    ----------
    horizon_days : float
        How far ahead a deadline makes a difference.
    """

    horizon_days: float = 0

    def age_days(self) -> exp.Expression:
        """Days from the lead's creation to the snapshot."""
        return _days_between(CREATED_AT, SNAPSHOT_AT)

    def days_to_deadline(self) -> exp.Expression:
        """Days from the snapshot to the deadline, from none to the horizon.

        Missing for a lead without a deadline.

        Examples
        --------
        >>> import duckdb
        >>> days = Lead(45).days_to_deadline().sql("duckdb")
        >>> told = "('2026-03-13 12:00'), ('2026-05-01'), ('2026-02-01'), (NULL)"
        >>> given = (
        ...     "SELECT TIMESTAMP '2026-03-01' AS snapshot_at, "
        ...     f"CAST(d AS TIMESTAMP) AS deadline_at FROM (VALUES {told}) t(d)"
        ... )
        >>> [d for (d,) in duckdb.execute(f"SELECT {days} FROM ({given})").fetchall()]
        [12.5, 45.0, 0.0, None]
        """
        # Not LEAST and GREATEST, which pass over what is missing.
        days = _days_between(SNAPSHOT_AT, DEADLINE_AT)
        least, most = _number(0), _number(self.horizon_days)
        return (
            exp.Case()
            .when(days < least, exp.cast(least.copy(), "DOUBLE"))
            .when(days.copy() >= most, exp.cast(most.copy(), "DOUBLE"))
            .else_(days.copy())
        )


def _days_between(start: str, end: str) -> exp.Expression:
    """Days from one instant to another, of whole microseconds."""
    between = exp.TimestampDiff(
        this=exp.column(end), expression=exp.column(start), unit=exp.var("MICROSECOND")
    )
    whole = exp.cast(between, "DOUBLE")
    return exp.Div(this=whole, expression=_number(DAY_US), typed=False)


def _number(value: float) -> exp.Expression:
    return exp.Literal.number(value)
