"""What each lead's score may be used for, and in a sentence why not for more.

Statuses are given from the mildest on, so that the gravest is the one that stays:
unfamiliar, off schedule, ineligible.
"""

from __future__ import annotations

import pandas as pd

from features.vocabulary import DEADLINE_AT, Status
from models.contract import Contract
from models.judging.delay import MOST_GONE

# A little slack: a nightly job does not start at the same second.
_SLACK_DAYS = 1.0
# After its one snapshot, a lead may wait for a weekly job, unless those who convert are
# soon gone: who is left is not like those who were counted at the snapshot.
_LATE_DAYS = 7.0
# The instants that bar a lead, or do not.
_ENDS = [
    "converted_at", "closed_at", "created_at", "asked_at", "snapshot_at", DEADLINE_AT,
]  # fmt: skip


def statuses_of(
    spine: pd.DataFrame, unfamiliar: pd.Series, contract: Contract
) -> tuple[pd.Series, pd.Series]:
    """Status of each lead and a sentence for every one that is not plainly scored.

    Parameters
    ----------
    spine : DataFrame
        As :func:`features.snapshots.make_scoring_spine` makes it, instants in UTC.
    unfamiliar : Series of str
        What is new about each of the same leads; missing where nothing is.

    Returns
    -------
    tuple of Series
        Statuses, and sentences that are missing for those plainly scored.
    """
    status = pd.Series(Status.SCORED.value, index=spine.index, dtype=object)
    said = pd.Series(None, index=spine.index, dtype=object)
    for each, sentences in (
        (Status.UNFAMILIAR, unfamiliar),
        (Status.OFF_SCHEDULE, _of_another_age(spine, contract)),
        (Status.OFF_SCHEDULE, _at_another_time(spine, contract)),
        (Status.INELIGIBLE, _ended(spine, contract.timezone)),
    ):
        found = sentences.notna().to_numpy()
        status[found] = each.value
        said[found] = sentences[found]
    return status, said


def _of_another_age(spine: pd.DataFrame, contract: Contract) -> pd.Series:
    """A sentence for each lead younger or older than those the scorer learnt from."""
    said = pd.Series(None, index=spine.index, dtype=object)
    if contract.lead_age_days is None:
        return said
    low, high = contract.lead_age_days
    age = _days(spine["snapshot_at"] - spine["created_at"])
    off = (age < low - _SLACK_DAYS) | (age > high + _SLACK_DAYS)
    said[off] = [
        f"The lead is {a:,.1f} days old, and the scorer has learnt from leads of "
        f"{low:,.1f} to {high:,.1f} days only: its probability is a guess."
        for a in age[off]
    ]
    return said


def _at_another_time(spine: pd.DataFrame, contract: Contract) -> pd.Series:
    """A sentence for each lead whose snapshot is yet to come, or long past."""
    said = pd.Series(None, index=spine.index, dtype=object)
    since = _days(spine["asked_at"] - spine["snapshot_at"])
    held = contract.holds_for_days
    holds = _LATE_DAYS if held is None else max(held, _SLACK_DAYS)
    early, late = since < 0, since > min(holds, _LATE_DAYS)
    said[early] = [
        f"The lead is not yet due: its snapshot is {_minute(at)}. Until then its "
        "probability is a guess."
        for at in spine.loc[early, "snapshot_at"]
    ]
    said[late] = [
        f"The lead is scored as it stood at its snapshot, {_minute(at)}, long ago "
        f"({days:,.1f} days): what came since is not in its score"
        f"{_gone_said(contract) if days > holds else ''}."
        for at, days in zip(spine.loc[late, "snapshot_at"], since[late], strict=True)
    ]
    return said


def _gone_said(contract: Contract) -> str:
    """Why a probability does not hold of who has not converted since."""
    if contract.holds_for_days is None or contract.horizon_days is None:
        return ""
    return (
        f", and over {MOST_GONE:.0%} of those who convert within "
        f"{contract.horizon_days:g} days of it have done so after "
        f"{contract.holds_for_days:,.1f}: its probability is too high"
    )


def _ended(spine: pd.DataFrame, zone: str) -> pd.Series:
    """A sentence for each ineligible lead: it has ended, or has not begun."""
    said = pd.Series(None, index=spine.index, dtype=object)
    barred = ~spine["is_eligible"].to_numpy(dtype=bool)
    if DEADLINE_AT not in spine:  # of a scorer that knows of none
        spine = spine.assign(deadline_at=pd.Series(pd.NaT, spine.index))
    said[barred] = [
        _ended_said(*instants, zone=zone)
        for instants in spine.loc[barred, _ENDS].itertuples(index=False)
    ]
    return said


def _ended_said(
    converted_at: pd.Timestamp,
    closed_at: pd.Timestamp,
    created_at: pd.Timestamp,
    asked_at: pd.Timestamp,
    snapshot_at: pd.Timestamp,
    deadline_at: pd.Timestamp,
    *,
    zone: str,
) -> str:
    if converted_at < asked_at:
        day = _day(converted_at, zone)
        return f"The lead had converted on {day}: there is nothing left to predict."
    if closed_at < asked_at:
        day = _day(closed_at, zone)
        return f"The lead had been closed on {day}: there is nothing left to predict."
    if pd.isna(created_at):
        return "The lead has no instant of creation, so its age is unknown."
    if deadline_at <= asked_at:
        at = _minute(deadline_at)
        return f"The lead's deadline passed at {at}: there is nothing left to predict."
    if deadline_at <= snapshot_at:
        return (
            f"The lead's deadline, {_minute(deadline_at)}, is over by its snapshot, "
            f"{_minute(snapshot_at)}: there is nothing to predict."
        )
    return (
        f"The lead is created only after the snapshot, on {_day(created_at, zone)}: "
        "there is nothing to predict yet."
    )


def _days(span: pd.Series) -> pd.Series:
    """Spans in days; missing stays missing."""
    days: pd.Series = span.dt.total_seconds() / 86_400
    return days


def _day(at: pd.Timestamp, zone: str) -> str:
    """The day that an instant falls on where the company is."""
    return f"{at.tz_convert(zone):%Y-%m-%d}"


def _minute(at: pd.Timestamp) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
