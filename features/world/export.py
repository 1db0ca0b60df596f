"""The export: what the CRM writes of accounts, leads and milestones, mess and all."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ..vocabulary import DAY_US
from . import lexicon
from .journeys import Journeys
from .people import COUNTRIES, INDUSTRIES, NOBODY, Accounts, People, domains, size_band
from .touches import lead_ids
from .world import Floats, Ints, Words, World

SETTLING_DAYS: Final = 7  # no milestone is recorded later than this
WON_DAYS: Final = 35.0  # from opportunity to won or lost, on average, after a week
LOST_EARLY_SHARE: Final = 0.15  # of closings: called lost rather than disqualified
_NOTHING: Final = np.array([None], dtype=object)
MISSING_SHARE: Final = {  # what people do not type, what the CRM does not know
    "job_title": 0.12,
    "industry": 0.30,
    "company_size": 0.25,
    "country": 0.05,
}


def account_rows(world: World, firms: Accounts, crowd: People) -> pd.DataFrame:
    """One row per account, by account_id."""
    rng = world.stream(5)
    rows = len(firms.industry)
    domain = domains(firms)
    has = crowd.account != NOBODY
    first_us = np.full(rows, world.until_us)
    np.minimum.at(first_us, crowd.account[has], crowd.created_us[has])
    enriched_us = (rng.exponential(2.0, rows) * DAY_US).astype(np.int64)
    lookup_us = np.where(rng.random(rows) < 0.6, enriched_us, -30 * DAY_US)
    unknown = world.mess & (rng.random(rows) < 0.08)
    frame = pd.DataFrame(
        {
            "account_id": account_ids(firms),
            "name": np.array([d.split(".")[0].title() for d in domain], dtype=object),
            "industry": np.array(INDUSTRIES, dtype=object)[firms.industry],
            "employees": pd.array(firms.employees, dtype="Int64"),
            "country": np.array(list(COUNTRIES), dtype=object)[firms.country],
            "domain": domain,
            "known_from": _timestamps(first_us + lookup_us),
        }
    )
    frame.loc[unknown, "employees"] = pd.NA
    return frame[(first_us + lookup_us < world.until_us) & (first_us < world.until_us)]


def lead_rows(world: World, firms: Accounts, crowd: People) -> pd.DataFrame:
    """One row per lead, by lead_id."""
    rng = world.stream(6)
    ids = lead_ids(world)
    number = np.arange(world.leads)
    email = np.array([f"lead{i}@" for i in number], dtype=object) + crowd.domain
    account = np.concatenate([account_ids(firms), _NOTHING])[crowd.account]
    country = np.array([facts[4] for facts in COUNTRIES.values()], dtype=object)
    spelling = rng.choice(3, size=world.leads, p=[0.8, 0.15, 0.05]) * world.mess
    return pd.DataFrame(
        {
            "lead_id": ids,
            "account_id": account,
            "created_at": _timestamps(crowd.created_us),
            "email": email,
            "job_title": _typed(
                rng, world, "job_title", _sloppy(rng, world, crowd.title)
            ),
            "country": _typed(rng, world, "country", country[crowd.country, spelling]),
            "source": np.array(list(lexicon.SOURCES), dtype=object)[crowd.source],
            "industry": _typed(
                rng,
                world,
                "industry",
                np.array(INDUSTRIES, dtype=object)[crowd.industry],
            ),
            "company_size": _typed(
                rng,
                world,
                "company_size",
                np.array(lexicon.SIZE_BANDS, dtype=object)[size_band(crowd.employees)],
            ),
        }
    )


def milestone_rows(world: World, crowd: People, walks: Journeys) -> pd.DataFrame:
    """One row per milestone recorded before the export, by lead and instant."""
    rng = world.stream(7)
    rows = world.leads
    opened = walks.opens_us < walks.closes_us
    closed = walks.closes_us < walks.opens_us
    deciding_us = ((7.0 + rng.exponential(WON_DAYS, rows)) * DAY_US).astype(np.int64)
    decided_us = np.where(opened, walks.opens_us, world.until_us) + deciding_us
    won = rng.random(rows) < 1.0 / (1.0 + np.exp(0.9 - 0.4 * np.log(crowd.eagerness)))
    early = rng.random(rows) < LOST_EARLY_SHARE
    parts = (
        ("opportunity", opened, walks.opens_us, 0.6),
        ("won", opened & won, decided_us, 0.3),
        ("lost", opened & ~won, decided_us, 1.0),
        ("disqualified", closed & ~early, walks.closes_us, 1.2),
        ("lost", closed & early, walks.closes_us, 1.0),
    )
    frames = [
        _recorded(rng, world, name, np.flatnonzero(which), at_us, late_days)
        for name, which, at_us, late_days in parts
    ]
    frame = pd.concat(frames, ignore_index=True)
    frame = frame.sort_values(["lead_id", "reached_at", "milestone"], kind="stable")
    return frame.reset_index(drop=True)


def account_ids(firms: Accounts) -> Words:
    """Return the ids of the accounts, with leading zeros."""
    return np.array([f"A{i:06d}" for i in range(len(firms.industry))], dtype=object)


def _recorded(
    rng: np.random.Generator,
    world: World,
    milestone: str,
    leads: Ints,
    at_us: Ints,
    late_days: float,
) -> pd.DataFrame:
    late = rng.exponential(late_days, leads.size).clip(max=SETTLING_DAYS)
    recorded_us = at_us[leads] + (late * DAY_US).astype(np.int64)
    frame = pd.DataFrame(
        {
            "lead_id": lead_ids(world)[leads],
            "milestone": milestone,
            "reached_at": _timestamps(at_us[leads]),
            "recorded_at": _timestamps(recorded_us),
        }
    )
    return frame[recorded_us < world.until_us]


def _typed(rng: np.random.Generator, world: World, column: str, words: Words) -> Words:
    """Leave out what people do not type; under mess, in several spellings."""
    spellings = np.array([*lexicon.MISSING_SPELLINGS, None], dtype=object)
    missing = rng.random(len(words)) < MISSING_SHARE[column]
    which = rng.integers(len(spellings), size=len(words))
    which = which if world.mess else np.full(len(words), len(spellings) - 1)
    return np.where(missing, spellings[which], words)


def _sloppy(rng: np.random.Generator, world: World, words: Words) -> Words:
    """Under mess, some type in small letters or capitals, or a space too many."""
    how = rng.random(len(words)) if world.mess else np.ones(len(words))
    return np.array(
        [
            w.lower()
            if h < 0.1
            else w.upper()
            if h < 0.13
            else f"{w} "
            if h < 0.16
            else w
            for w, h in zip(words, how, strict=True)
        ],
        dtype=object,
    )


def _timestamps(instants_us: Ints) -> Floats:
    return np.asarray(instants_us).astype("datetime64[us]")
