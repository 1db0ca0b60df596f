"""A naive answer to what is summed up of touches and of colleagues."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.features.small_worlds import (
    DAY,
    LOOKBACKS,
    OUTBOUND,
    STAGES,
    UNSTAGED,
    Milestone,
    Person,
    SmallWorld,
    Touch,
)

Value = float | str | None


@dataclass(frozen=True)
class Look:
    """To when ages are measured, and before when all was known, and had occurred."""

    at: datetime
    known: datetime
    until: datetime


def of_the_past(world: SmallWorld, person: Person, look: Look) -> dict[str, Value]:
    """Return every column that is made of touches, or of colleagues."""
    at = look.at
    past = [t for t in world.touches if _is_known(t, person, look)]
    inbound = [t for t in past if t.kind not in OUTBOUND]
    return {
        **_activity(inbound, at),
        **_rhythm(inbound, at),
        **_journey(inbound),
        **_worth(inbound, at),
        **_outreach(past, inbound, at),
        **_of_kinds(past, at),
        **_of_stages(inbound, at),
        **_of_colleagues(world, person, look),
    }


def _is_known(touch: Touch, person: Person, look: Look) -> bool:
    if touch.occurred_at >= look.until or touch.recorded_at >= look.known:
        return False
    if touch.lead_id is not None:
        return touch.lead_id == person.lead_id
    return touch.account_id is not None and touch.account_id == person.account_id


def _activity(inbound: list[Touch], at: datetime) -> dict[str, Value]:
    ages = _ages(inbound, at)
    return {
        "days_since_last_touch": min(ages, default=None),
        "days_since_first_touch": max(ages, default=None),
        "intensity": math.fsum(0.5 ** (age / 14) for age in ages if age <= 90),
        "momentum": _share(_young(ages, 7), _young(ages, 28)),
        "long_momentum": _share(_young(ages, 30), _young(ages, 90)),
        "breadth_of_kinds": len({t.kind for t in inbound}),
        "breadth_of_assets": len({t.asset for t in inbound} - {None}),
        "breadth_of_channels": len({t.channel for t in inbound} - {None}),
        **_looking_back("all_touches", inbound, at, len),
        **_looking_back("active_days", inbound, at, _different_days),
    }


def _rhythm(inbound: list[Touch], at: datetime) -> dict[str, Value]:
    weekend = [t for t in inbound if t.occurred_at.weekday() >= 5]
    office = [
        t
        for t in inbound
        if t.occurred_at.weekday() < 5 and 8 <= t.occurred_at.hour < 18
    ]
    return {
        "touches_per_visit": _share(len(inbound), _visits(inbound)),
        "weekend_share": _share(len(weekend), len(inbound)),
        "working_hours_share": _share(len(office), len(inbound)),
        **_looking_back("visits", inbound, at, _visits),
    }


def _visits(touches: list[Touch]) -> int:
    """Runs of touches; more than half an hour of silence begins another."""
    visits, before = 0, None
    for now in sorted(t.occurred_at for t in touches):
        if before is None or now - before > timedelta(minutes=30):
            visits += 1
        before = now
    return visits


def _journey(inbound: list[Touch]) -> dict[str, Value]:
    channels = [(t.occurred_at, t.channel) for t in inbound if t.channel is not None]
    kinds = [(t.occurred_at, t.kind) for t in inbound]
    instants = [t.occurred_at for t in inbound]
    return {
        "first_source": min(channels)[1] if channels else None,
        "last_source": max(channels)[1] if channels else None,
        "first_kind": min(kinds)[1] if kinds else None,
        "last_kind": max(kinds)[1] if kinds else None,
        "journey_days": (max(instants) - min(instants)) / DAY if instants else None,
    }


def _worth(inbound: list[Touch], at: datetime) -> dict[str, Value]:
    told = [(t.occurred_at, t.value) for t in inbound if t.value is not None]
    values = [value for _, value in told]
    return {
        "mean_value": math.fsum(values) / len(values) if values else None,
        "greatest_value": max(values, default=None),
        "last_value": max(told)[1] if told else None,
        **_looking_back("value_of_touches", inbound, at, _total),
    }


def _outreach(
    past: list[Touch], inbound: list[Touch], at: datetime
) -> dict[str, Value]:
    outbound = [t for t in past if t.kind in OUTBOUND]
    answered = [
        o
        for o in outbound
        if any(
            o.occurred_at < t.occurred_at <= o.occurred_at + 3 * DAY for t in inbound
        )
    ]
    return {
        "days_since_outbound": min(_ages(outbound, at), default=None),
        "answered_share": _share(len(answered), len(outbound)),
        "inbound_share": _share(len(inbound), len(past)),
        **_looking_back("outbound_touches", outbound, at, len),
    }


def _of_kinds(past: list[Touch], at: datetime) -> dict[str, Value]:
    found: dict[str, Value] = {}
    columns = {"News open": "news_open"}
    for kind in (*sum(STAGES.values(), ()), *OUTBOUND, "survey"):
        column = columns.get(kind, kind)
        own = [t for t in past if t.kind == kind]
        found |= _looking_back(f"{column}_touches", own, at, len)
        found[f"{column}_days_since"] = min(_ages(own, at), default=None)
    return found


def _of_stages(inbound: list[Touch], at: datetime) -> dict[str, Value]:
    found: dict[str, Value] = {}
    whole = [t.occurred_at for t in inbound]
    for stage, kinds in {**STAGES, "other": UNSTAGED}.items():
        own = [t for t in inbound if t.kind in kinds]
        instants = [t.occurred_at for t in own]
        into = (min(instants) - min(whole)) / DAY if own else None
        is_walk = own and max(whole) > min(whole)
        found |= _looking_back(f"{stage}_stage_touches", own, at, len)
        found[f"{stage}_stage_share"] = _share(len(own), len(inbound))
        found[f"{stage}_stage_days_since"] = min(_ages(own, at), default=None)
        found[f"{stage}_stage_after_days"] = into
        found[f"{stage}_stage_position"] = (
            (max(instants) - min(whole)) / (max(whole) - min(whole))
            if is_walk
            else None
        )
    return found


def _of_colleagues(world: SmallWorld, person: Person, look: Look) -> dict[str, Value]:
    at, known_at = look.at, look.known
    others = {
        p.lead_id
        for p in world.people
        if p.account_id is not None
        and p.account_id == person.account_id
        and p is not person
    }
    joined = [
        p for p in world.people if p.lead_id in others and p.created_at < known_at
    ]
    won = _known_ends(world, others, ("won",), known_at)
    ended = _known_ends(world, others, ("won", "lost"), known_at)
    ended += [
        p.deadline_at
        for p in world.people
        if p.lead_id in others
        and p.deadline_at is not None
        and p.deadline_at <= known_at
        and p.created_at < known_at
        and not _known_ends(world, {p.lead_id}, ("won", "lost"), known_at)
    ]
    created = {p.lead_id: p.created_at for p in world.people}
    known = [
        since
        for t in world.touches
        if t.lead_id in others and t.kind not in OUTBOUND
        if (since := max(_since(t), created[t.lead_id])) < known_at
    ]
    return {
        "colleagues": len(joined),
        "open_colleagues": len(joined) - len(ended),
        "account_conversions": len(won),
        "account_conversion_share": _share(len(won), len(ended)),
        "days_since_account_conversion": min(
            ((at - since) / DAY for since in won), default=None
        ),
        "days_since_colleague_touch": min(
            ((at - since) / DAY for since in known), default=None
        ),
        **{
            f"colleague_touches_{days}d": sum(s >= at - days * DAY for s in known)
            for days in LOOKBACKS
        },
    }


def _known_ends(
    world: SmallWorld, leads: set[str], names: tuple[str, ...], at: datetime
) -> list[datetime]:
    """Since when the first such milestone of each lead has been known, if it is."""
    created = {p.lead_id: p.created_at for p in world.people}
    found = []
    for lead in leads:
        told = [
            max(_since(m), created[lead])
            for m in world.milestones
            if m.lead_id == lead and m.milestone in names
        ]
        found += [since for since in [min(told, default=at)] if since < at]
    return found


def _since(told: Touch | Milestone) -> datetime:
    """From when on we knew of it."""
    happened = told.occurred_at if isinstance(told, Touch) else told.reached_at
    return max(happened, told.recorded_at)


def _ages(touches: list[Touch], at: datetime) -> list[float]:
    return [(at - t.occurred_at) / DAY for t in touches]


def _young(ages: list[float], days: float) -> int:
    return sum(age <= days for age in ages)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _looking_back(
    name: str,
    touches: list[Touch],
    at: datetime,
    summed: Callable[[list[Touch]], float],
) -> dict[str, Value]:
    return {
        f"{name}_{days}d": summed(
            [t for t in touches if t.occurred_at >= at - days * DAY]
        )
        for days in LOOKBACKS
    }


def _different_days(touches: list[Touch]) -> int:
    return len({t.occurred_at.date() for t in touches})


def _total(touches: list[Touch]) -> float:
    return math.fsum(t.value for t in touches if t.value is not None)
