"""Maturity as an object: how long conversions take, and who is too young to tell.

Ages are counted from a lead's creation, on the clock on which outcomes are counted:
when a milestone was reached, not when it was recorded. What was entered late is allowed
for by ``outcome.settling_days``, for which the record tells how late that was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np

from features.engine import Engine, literal, one_row
from features.outcomes import Maturity
from features.snapshots import Ending, SnapshotRule, count_snapshots
from features.vocabulary import DAY_US
from models.judging.delay import FEWEST, NEARLY_ALL, Delay

PARTS: Final = {"p50": 0.5, "p90": 0.9, "p95": NEARLY_ALL}
FLAT: Final = (
    "A flat export does not say when leads were created or converted, so that nothing "
    "can be said about how long it takes, nor about which leads are too young."
)
_FAR: Final = 2.0  # times longer or shorter: another question than the one meant?
_HOURS: Final = 24


@dataclass(frozen=True)
class Ripening:
    """How long conversions take, beside the horizon that was configured.

    Attributes
    ----------
    delay : Delay
        From creation to conversion.
    maturity : Maturity
        What was configured.
    snapshot_after_days : float
        Age at the snapshot where there is one a lead, else 0.
    snapshots, mature_snapshots : int
        Eligible snapshots up to ``known_until``, and how many of them are mature.
    immature_leads : int
        Leads too young for any snapshot of theirs to be mature.
    left_out : int
        Leads that cannot be followed: they ended before their creation, or were created
        too late for anything to be known of them.
    entered_within_days : float or None
        How long after they happen 95 % of conversions are recorded.
    has_deadlines : bool
        Whether a conversion counts before the lead's own deadline alone; a deadline is
        then a closing.
    """

    delay: Delay
    maturity: Maturity
    snapshot_after_days: float
    snapshots: int
    mature_snapshots: int
    immature_leads: int
    left_out: int
    entered_within_days: float | None
    has_deadlines: bool = False

    @property
    def horizon_days(self) -> float:
        """The horizon that was configured."""
        return float(self.maturity.horizon_days or 0)

    @property
    def suggested_days(self) -> int | None:
        """The shortest horizon of whole days that nearly all conversions fall in."""
        return self.delay.suggested_horizon(self.snapshot_after_days)

    @property
    def holds_for_days(self) -> float | None:
        """How long after its one snapshot a lead's probability holds; else None."""
        return self.delay.holds_for(self.snapshot_after_days, self.horizon_days)

    @property
    def within_horizon(self) -> float:
        """Share of those who ever convert who do so within the horizon, in [0, 1]."""
        ever, age = self.delay.ever, self.snapshot_after_days + self.horizon_days
        return self.delay.converted_within(age) / ever if ever else 0.0

    @property
    def immature_share(self) -> float:
        """Share of the snapshots up to ``known_until`` that are not mature."""
        immature = self.snapshots - self.mature_snapshots
        return immature / self.snapshots if self.snapshots else 0.0

    @property
    def is_far(self) -> bool:
        """Whether the suggested horizon is over twice the configured, or under half."""
        if self.suggested_days is None:
            return False
        times = self.suggested_days / self.horizon_days
        return not 1 / _FAR <= times <= _FAR

    def to_dict(self) -> dict[str, Any]:
        """Everything by name, for JSON."""
        days, share = self.delay.points()
        until = self.maturity.known_until
        return {
            "applies": True,
            "said": self.said(),
            "horizon_days": self.horizon_days,
            "settling_days": self.maturity.settling_days,
            "snapshot_after_days": self.snapshot_after_days,
            "known_until": None if until is None else until.isoformat(),
            "suggested_horizon_days": self.suggested_days,
            "holds_for_days": self.holds_for_days,
            "is_far": self.is_far,
            "quantiles": {n: self.delay.quantile(p) for n, p in PARTS.items()},
            "converts_ever": self.delay.ever,
            "converts_within_horizon": self.within_horizon,
            "is_still_rising": self.delay.is_still_rising,
            "longest_days": self.delay.longest_days,
            "entered_within_days": self.entered_within_days,
            "leads": {
                "followed": self.delay.leads,
                "converted": self.delay.conversions,
                "closed": self.delay.closings,
                "immature": self.immature_leads,
                "left_out": self.left_out,
            },
            "snapshots": {
                "eligible": self.snapshots,
                "mature": self.mature_snapshots,
                "immature_share": self.immature_share,
            },
            "curve": [
                {"days": float(d), "share": float(s)}
                for d, s in zip(days, share, strict=True)
            ],
        }

    def said(self) -> list[str]:
        """What there is to tell, in whole sentences; the two for the summary first."""
        told = [self._delay_said(), self._immature_said()]
        if self.is_far:
            told.append(self._far_said())
        if self.delay.conversions >= FEWEST and self.delay.is_still_rising:
            told.append(
                f"Leads could be followed for {self.delay.longest_days:.0f} days, and "
                "conversions still came in at the end: the true delays are longer."
            )
        late = self.entered_within_days
        if late is not None and late > self.maturity.settling_days:
            told.append(
                f"5 % of conversions are recorded more than {late:.1f} days after they "
                f"happen, but outcome.settling_days is "
                f"{self.maturity.settling_days:g}: some newest noughts are not true."
            )
        return told

    def _delay_said(self) -> str:
        in_time = " before any deadline of their own" * self.has_deadlines
        if self.suggested_days is None:
            return (
                f"Only {self.delay.conversions} leads were seen to convert{in_time}, "
                "too few to say how long conversions take; the horizon is "
                f"{self.horizon_days:g} days."
            )
        half, most = (self.delay.quantile(p) for p in (0.5, NEARLY_ALL))
        return (
            f"Half of those who convert{in_time} do so within {_days(half)} of their "
            f"creation, {NEARLY_ALL:.0%} within {_days(most)}; the horizon is "
            f"{self.horizon_days:g} days, within which {self.within_horizon:.0%} do."
        )

    def _immature_said(self) -> str:
        return (
            f"{self.immature_share:.1%} of snapshots were too young to be learnt from, "
            "whatever became of them."
        )

    def _far_said(self) -> str:
        which = (
            "shorter" if self.horizon_days < (self.suggested_days or 0) else "longer"
        )
        return (
            f"The horizon is much {which} than that: with outcome.horizon_days = "
            f"{self.suggested_days} it would take in {NEARLY_ALL:.0%} of them. Look at "
            "it, unless the question meant is another."
        )


def ripening(
    connection: Engine,
    rule: SnapshotRule,
    ending: Ending,
    maturity: Maturity,
    mature_snapshots: int,
) -> Ripening | None:
    """Follow every lead from its creation on.

    Parameters
    ----------
    connection : Engine
        After ``make_labelled_spine``, whose table ``endings`` is looked at.
    mature_snapshots : int
        How many snapshots the spine holds.

    Returns
    -------
    Ripening or None
        None for a flat export, which has no instants.
    """
    until = maturity.known_until
    if ending.conversion is None or until is None:
        return None
    leads = _ages(connection, until - timedelta(days=maturity.settling_days))
    ended = np.fmin(leads["converted"], leads["closed"])
    followed = leads["known"].ge(0) & ~(ended < 0)
    ages = leads.loc[followed]
    after = rule.delay_hours / _HOURS if rule.rule == "after_creation" else 0.0
    needed = after + (maturity.horizon_days or 0)
    return Ripening(
        Delay.of(ages["converted"], ages["closed"], ages["known"]),
        maturity,
        after,
        count_snapshots(connection, rule, until),
        mature_snapshots,
        int((leads["known"] < needed).sum()),
        int((~followed).sum()),
        _entered_within(connection, ending),
        ending.has_deadlines,
    )


def told(found: Ripening | None) -> dict[str, Any]:
    """What the artefact holds; of a flat export that there is nothing to tell."""
    return {"applies": False, "said": [FLAT]} if found is None else found.to_dict()


def _ages(connection: Engine, settled_at: datetime) -> Any:
    """Ages in days of every dated lead, one row each; a deadline closes a lead."""
    naive = settled_at.astimezone(UTC).replace(tzinfo=None)
    instants = {
        "converted": "if(e.converted_at >= e.deadline_at, NULL, e.converted_at)",
        "closed": "least(e.closed_at, e.deadline_at)",  # of the two there may be one
        "known": f"TIMESTAMP {literal(naive.isoformat(' '))}",
    }
    columns = ", ".join(
        f"CAST(epoch_us({at}) - epoch_us(l.created_at) AS DOUBLE) / {DAY_US} AS {name}"
        for name, at in instants.items()
    )
    return connection.sql(
        f"SELECT {columns} FROM leads l LEFT JOIN endings e USING (lead_id) "
        "WHERE l.created_at IS NOT NULL"
    ).df()


def _entered_within(connection: Engine, ending: Ending) -> float | None:
    """Days after which 95 % of conversions are recorded; None where none is late."""
    (late,) = one_row(
        connection,
        f"SELECT quantile_disc(epoch_us(recorded_at) - epoch_us(reached_at), "
        f"{NEARLY_ALL}) FROM milestones "
        f"WHERE milestone = {literal(ending.conversion or '')}",
    )
    return None if not late or late < 0 else float(late) / DAY_US


def _days(days: float) -> str:
    """Return days rounded for eyes; parts of one where there are few."""
    return f"{days:.0f} days" if days >= 2 else f"{days:.1f} days"
