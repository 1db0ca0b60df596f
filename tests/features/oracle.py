"""A naive answer to every column of a small world.

It is written from what the catalogue's words say, one snapshot and one touch at a time,
in plain Python, and shares no code with the engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from tests.features.loom import Row
from tests.features.small_worlds import (
    DAY,
    EMAILS,
    FLAGS,
    LOOKBACKS,
    NUMBERS,
    OUTBOUND,
    STAGES,
    START,
    TITLES,
    UNSTAGED,
    Known,
    Person,
    SmallWorld,
    Touch,
)

Value = float | str | None


def expected(world: SmallWorld, row: int) -> dict[str, Value]:
    """Return every column of one snapshot, by name."""
    lead_id, at = world.snapshots[row]
    person = next(p for p in world.people if p.lead_id == lead_id)
    past = [t for t in world.touches if _is_known(t, person, at)]
    inbound = [t for t in past if t.kind not in OUTBOUND]
    return {
        **_of_all(past, inbound, at),
        **_of_kinds(past, at),
        **_of_stages(inbound, at),
        **_of_the_record(world, person, at),
        "lead_age": (at - person.created_at) / DAY,
    }


_CLOSE: Final = {"intensity": 1e-8}  # each touch of it is rounded to nine decimals


def differences(told: Row, true: dict[str, Value]) -> list[tuple[str, Any, Value]]:
    """Return the columns of which an answer says something else than is true."""
    return [
        (column, told.get(column), value)
        for column, value in true.items()
        if not _is_same(
            told.get(column), value, 1e-8 if column == "intensity" else 1e-9
        )
    ]


def _is_same(told: object, true: Value, most: float) -> bool:
    if isinstance(told, float) and isinstance(true, float | int):
        return math.isclose(told, true, rel_tol=1e-12, abs_tol=most)
    return told == true


def _is_known(touch: Touch, person: Person, at: datetime) -> bool:
    if touch.occurred_at >= at or touch.recorded_at >= at:
        return False
    if touch.lead_id is not None:
        return touch.lead_id == person.lead_id
    return touch.account_id is not None and touch.account_id == person.account_id


def _of_all(past: list[Touch], inbound: list[Touch], at: datetime) -> dict[str, Value]:
    ages = [(at - t.occurred_at) / DAY for t in inbound]
    week = sum(age <= 7 for age in ages)
    four_weeks = sum(age <= 28 for age in ages)
    outbound = [t for t in past if t.kind in OUTBOUND]
    return {
        "days_since_last_touch": min(ages, default=None),
        "days_since_first_touch": max(ages, default=None),
        "intensity": math.fsum(0.5 ** (age / 14) for age in ages),
        "momentum": week / four_weeks if four_weeks else None,
        "breadth_of_kinds": len({t.kind for t in inbound}),
        "breadth_of_assets": len({t.asset for t in inbound} - {None}),
        "breadth_of_channels": len({t.channel for t in inbound} - {None}),
        **_looking_back("all_touches", inbound, at, len),
        **_looking_back("outbound_touches", outbound, at, len),
        **_looking_back("active_days", inbound, at, _different_days),
        **_looking_back("value_of_touches", inbound, at, _total),
    }


def _of_kinds(past: list[Touch], at: datetime) -> dict[str, Value]:
    found: dict[str, Value] = {}
    columns = {"News open": "news_open"}
    for kind in (*sum(STAGES.values(), ()), *OUTBOUND, "survey"):
        column = columns.get(kind, kind)
        own = [t for t in past if t.kind == kind]
        ages = [(at - t.occurred_at) / DAY for t in own]
        found |= _looking_back(f"{column}_touches", own, at, len)
        found[f"{column}_days_since"] = min(ages, default=None)
    return found


def _of_stages(inbound: list[Touch], at: datetime) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for stage, kinds in {**STAGES, "other": UNSTAGED}.items():
        own = [t for t in inbound if t.kind in kinds]
        found |= _looking_back(f"{stage}_stage_touches", own, at, len)
        found[f"{stage}_stage_share"] = len(own) / len(inbound) if inbound else None
    return found


def _of_the_record(world: SmallWorld, person: Person, at: datetime) -> dict[str, Value]:
    changed = _as_known(world.history, person.lead_id, "Segment", at)
    segment = person.segment if changed is None else changed
    budget = _as_known(world.history, person.lead_id, "budget", at)
    industry = _industry(world.accounts, person.account_id, at)
    record = (
        person.employees, segment, person.opted_in, person.title, person.email,
        industry, budget, person.visits,
    )  # fmt: skip
    seniority, department = TITLES[person.title]
    return {
        "employees": NUMBERS[person.employees],
        "segment": segment,
        "opted_in": FLAGS[person.opted_in],
        "job_title_seniority": seniority,
        "job_title_department": department,
        "email_domain_class": EMAILS[person.email],
        "industry": industry,
        "budget": NUMBERS[budget],
        "visits": NUMBERS[person.visits],
        "completeness": sum(v is not None for v in record) / 8,
    }


def _as_known(
    history: tuple[Known, ...], lead_id: str, attribute: str, at: datetime
) -> str | None:
    """The latest value known before; of two known from one instant the greater."""
    told = [
        (k.known_from, k.value)
        for k in history
        if (k.of, k.attribute) == (lead_id, attribute)
        and k.value is not None
        and k.known_from is not None
        and k.known_from < at
    ]
    return max(told)[1] if told else None


def _industry(
    accounts: tuple[Known, ...], account_id: str | None, at: datetime
) -> str | None:
    """The latest row known before; an undated one is the oldest."""
    told = [
        k
        for k in accounts
        if k.of == account_id and (k.known_from is None or k.known_from < at)
    ]
    if account_id is None or not told:
        return None
    latest = max(k.known_from or START - 999 * DAY for k in told)
    rows = [k for k in told if (k.known_from or START - 999 * DAY) == latest]
    # Of two from one instant the lesser word: arbitrary, but always the same.
    return min((k.value for k in rows if k.value is not None), default=None)


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
