"""What became of each snapshot, and which snapshots are old enough to tell.

A snapshot is mature when its horizon and the settling time lie wholly before
``known_until``. Immature snapshots are dropped whatever became of them: ones ripen
before noughts, so keeping the early ones would raise the rate (by 26 % where it was
measured), and counting the rest as noughts would lower it. A lead's deadline makes no
snapshot mature earlier, although its outcome can be known by then: the newest rows
would be those of leads with the shortest deadlines, which are other leads.

Every snapshot weighs the same, although those of one lead are alike. A weight of
1 / (snapshots of the lead) would know the future: a lead that converts soon has few
snapshots, because its eligibility ends. In the invented company such weights gave
probabilities 1.7 times too high (mean .113, truth .066). That snapshots of a lead are
alike is allowed for where it matters: in intervals, which resample whole groups, and in
the promise of a cutoff, which counts one row of each group.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from .engine import Engine, one_row
from .errors import DataError, few
from .snapshots import Ending, SnapshotRule, instant_sql, make_spine
from .vocabulary import DAY_US


@dataclass(frozen=True)
class Maturity:
    """How long a conversion may take, and up to when conversions are known.

    Attributes
    ----------
    horizon_days : float or None
        A lead has this long to convert, or until its deadline if that is earlier; None
        for a flat export.
    settling_days : float
        Allowance for conversions entered late.
    known_until : datetime or None
        Conversions are completely recorded up to here, UTC.
    """

    horizon_days: float | None
    settling_days: float
    known_until: datetime | None

    @property
    def wait(self) -> timedelta:
        """From a snapshot to the instant its outcome is known."""
        return timedelta(days=(self.horizon_days or 0) + self.settling_days)

    @property
    def latest_snapshot(self) -> datetime | None:
        """The latest instant whose outcomes are known."""
        return None if self.known_until is None else self.known_until - self.wait


@dataclass(frozen=True)
class SpineCounts:
    """What the spine holds: snapshots, leads, conversions and what was left out."""

    snapshots: int
    leads: int
    groups: int
    conversions: int
    without_outcome: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return asdict(self)


def make_labelled_spine(
    connection: Engine, rule: SnapshotRule, ending: Ending, maturity: Maturity
) -> SpineCounts:
    """Create the table ``spine`` of mature snapshots, with their ``outcome``.

    ``outcome`` is 1 if the lead converted in [snapshot_at, snapshot_at + horizon) and
    before its deadline, if it has one; else 0. A flat export brings its outcomes along;
    rows without one are left out and counted.

    Raises
    ------
    DataError
        When no snapshot is mature, or all outcomes are the same.
    """
    is_flat = ending.conversion is None
    until = None if is_flat else maturity.latest_snapshot
    try:
        make_spine(connection, rule, ending, until)
    except DataError as error:
        days = _horizon_with_both(connection, rule, ending, maturity)
        raise DataError(f"{error}{_would_do(days)}") from error
    (asked,) = one_row(connection, "SELECT count(*) FROM spine")
    outcome = "l.outcome" if is_flat else _outcome(maturity, ending)
    connection.execute(
        f"""
        CREATE OR REPLACE TABLE spine AS
        SELECT row_number() OVER (ORDER BY row) - 1 AS row, * EXCLUDE (row)
        FROM (
          SELECT s.*, CAST({outcome} AS TINYINT) AS outcome
          FROM spine s JOIN leads l USING (lead_id)
        ) WHERE outcome IS NOT NULL ORDER BY row
        """
    )
    counts = _counts(connection, asked)
    if counts.conversions in {0, counts.snapshots}:
        if counts.conversions == 0 and (
            strange := _unknown_conversion(connection, ending)
        ):
            raise DataError(strange)
        days = _horizon_with_both(connection, rule, ending, maturity)
        raise DataError(_one_class(counts, days))
    return counts


def _unknown_conversion(connection: Engine, ending: Ending) -> str:
    """Say that no milestone has the conversion's name; empty where one has it."""
    if ending.conversion is None:
        return ""
    rows = connection.execute(
        "SELECT milestone FROM milestones GROUP BY milestone ORDER BY count(*) DESC, 1"
    ).fetchall()
    names = [str(name) for (name,) in rows]
    if not names or ending.conversion in names:
        return ""
    return (
        f"No milestone is called {ending.conversion!r} (outcome.conversion). There are "
        f"{few(names)}."
    )


def _outcome(maturity: Maturity, ending: Ending) -> str:
    in_time = "AND (s.deadline_at IS NULL OR s.converted_at < s.deadline_at)"
    horizon = f"to_microseconds({round((maturity.horizon_days or 0) * DAY_US)})"
    return (
        "COALESCE(s.converted_at >= s.snapshot_at "
        f"AND s.converted_at < s.snapshot_at + {horizon} "
        f"{in_time if ending.has_deadlines else ''}, false)"
    )


def _counts(connection: Engine, asked: int) -> SpineCounts:
    rows, leads, groups, conversions = one_row(
        connection,
        "SELECT count(*), count(DISTINCT lead_id), count(DISTINCT group_id), "
        "COALESCE(sum(outcome), 0) FROM spine",
    )
    return SpineCounts(rows, leads, groups, int(conversions), asked - rows)


def _one_class(counts: SpineCounts, days: int | None) -> str:
    which = "none" if counts.conversions == 0 else "every one"
    return (
        f"Of {counts.snapshots:,} mature snapshots {which} converted, so there is "
        "nothing to learn. Expected both outcomes: look at outcome.conversion, "
        "outcome.horizon_days and source.known_until (or at outcome.positive)."
        f"{_would_do(days)}"
    )


def _would_do(days: int | None) -> str:
    """Name a horizon that leaves both outcomes; nothing where there is none."""
    if days is None:
        return ""
    return (
        f" With outcome.horizon_days = {days} there would be mature snapshots of both "
        "outcomes."
    )


def _horizon_with_both(
    connection: Engine, rule: SnapshotRule, ending: Ending, maturity: Maturity
) -> int | None:
    """The whole days nearest to the horizon that leave both outcomes; None if none do.

    Each is tried on every eligible snapshot, mature or not.
    """
    until = replace(maturity, horizon_days=0).latest_snapshot
    if ending.conversion is None or until is None or maturity.horizon_days is None:
        return None
    in_time = "converted_at < deadline_at OR deadline_at IS NULL"
    counts = f"CASE WHEN {in_time} THEN converted_at END"
    converted_at = counts if ending.has_deadlines else "converted_at"
    connection.execute("CREATE OR REPLACE TEMP TABLE spine_as_it_was AS FROM spine")
    try:
        make_spine(connection, rule, ending, until)
        spans = connection.sql(
            f"""
            SELECT
              epoch_us({instant_sql(until)} - snapshot_at) // {DAY_US} AS longest,
              epoch_us({converted_at} - snapshot_at) // {DAY_US} + 1 AS needed
            FROM spine
            """
        ).df()
    except DataError:
        return None
    finally:
        connection.execute("CREATE OR REPLACE TABLE spine AS FROM spine_as_it_was")
        connection.execute("DROP TABLE spine_as_it_was")
    # The longest horizon at which a snapshot is mature, the least at which it converts.
    longest = spans["longest"].to_numpy(np.float64)
    needed = spans["needed"].astype("float64").to_numpy()
    asked = maturity.horizon_days
    turns = np.clip(np.floor(asked), needed, longest)[needed <= longest]
    tried = np.unique(np.concatenate([turns, needed[~np.isnan(needed)] - 1]))
    for days in tried[np.argsort(np.abs(tried - asked), kind="stable")]:
        mature = longest >= days
        if days >= 1 and 0 < (mature & (needed <= days)).sum() < mature.sum():
            return int(days)
    return None
