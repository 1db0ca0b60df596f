"""A naive answer to every column of a small world.

It is written from what the catalogue's words say, one snapshot and one touch at a time,
in plain Python, and shares no code with the engine.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

from tests.features.loom import Row
from tests.features.oracle_past import Look, Value, of_the_past
from tests.features.small_worlds import (
    COUNTRIES,
    DAY,
    EMAILS,
    FLAGS,
    NONSENSE,
    NUMBERS,
    REVENUES,
    ROLES,
    SECTORS,
    SIZES,
    START,
    TITLES,
    Known,
    Limit,
    Person,
    SmallWorld,
)


def expected(world: SmallWorld, row: int) -> dict[str, Value]:
    """Return every column of one snapshot, by name."""
    lead_id, at = world.snapshots[row]
    person = next(p for p in world.people if p.lead_id == lead_id)
    limit = world.limits[row] if world.limits else Limit()
    known, until = (min(at, i or at) for i in (limit.known_at, limit.until))
    return {
        **of_the_past(world, person, Look(at, known, until)),
        **_of_the_record(world, person, known),
        "lead_age": (at - person.created_at) / DAY,
        "days_to_deadline": _days_left(person, at),
    }


def _days_left(person: Person, at: datetime) -> float | None:
    """Days to the lead's deadline: none once it is over, and twenty at most."""
    if person.deadline_at is None:
        return None
    return float(min(max((person.deadline_at - at) / DAY, 0), 20))


def differences(told: Row, true: dict[str, Value]) -> list[tuple[str, Any, Value]]:
    """Return the columns of which an answer says something else than is true."""
    return [
        (column, told.get(column), value)
        for column, value in true.items()
        # each touch of the intensity is rounded to nine decimals
        if not _is_same(
            told.get(column), value, 1e-8 if column == "intensity" else 1e-9
        )
    ]


def _is_same(told: object, true: Value, most: float) -> bool:
    if isinstance(told, float) and isinstance(true, float | int):
        return math.isclose(told, true, rel_tol=1e-12, abs_tol=most)
    return told == true


def _of_the_record(world: SmallWorld, person: Person, at: datetime) -> dict[str, Value]:
    changed = _as_known(world.history, person.lead_id, "Segment", at)
    segment = person.segment if changed is None else changed
    budget = _as_known(world.history, person.lead_id, "budget", at)
    industry = _industry(world.accounts, person.account_id, at)
    record = (
        person.employees, segment, person.opted_in, person.title, person.email,
        industry, budget, person.visits, person.size, person.revenue, person.sector,
        person.country,
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
        "email_role_address": (
            None if EMAILS[person.email] is None else float(person.email in ROLES)
        ),
        "company_size": SIZES[person.size],
        "revenue": REVENUES[person.revenue],
        "sector": SECTORS[person.sector],
        "country": COUNTRIES[person.country][0],
        "country_region": COUNTRIES[person.country][1],
        "completeness": sum(v is not None for v in record) / 12,
        "plausibility": _plausibility(person, budget),
    }


def _plausibility(person: Person, budget: str | None) -> float | None:
    """Of what is filled in and can be judged, the share that reads as what it means."""
    texts = (person.title, person.sector)
    judged = [
        *((t, NUMBERS[t] is not None) for t in (person.employees, person.visits)),
        (budget, NUMBERS[budget] is not None),
        (person.opted_in, FLAGS[person.opted_in] is not None),
        (person.email, EMAILS[person.email] is not None),
        (person.size, SIZES[person.size] is not None),
        (person.revenue, REVENUES[person.revenue] is not None),
        (person.country, COUNTRIES[person.country][0] != "other"),
        *((t, t not in NONSENSE) for t in texts),
    ]
    filled = [reads for text, reads in judged if text is not None]
    return sum(filled) / len(filled) if filled else None


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
