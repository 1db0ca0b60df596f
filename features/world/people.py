"""Accounts and leads: who they are, and how eager to buy that makes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ..vocabulary import DAY_US
from . import lexicon
from .seasons import progress
from .world import Claims, Floats, Ints, Persona, Words, World, draw, microseconds

LEADS_AN_ACCOUNT: Final = 3
NOBODY: Final = -1  # the account of a lead that has none
IN_MARKET_DAYS: Final = 45
COUNTRIES: Final = {**lexicon.COUNTRIES, lexicon.NEW_COUNTRY: lexicon.NEW_COUNTRY_FACTS}
INDUSTRIES: Final = (
    *lexicon.INDUSTRIES, lexicon.RIVAL_INDUSTRY, lexicon.NEW_INDUSTRY,
)  # fmt: skip
NEW_COUNTRY_NO: Final = list(COUNTRIES).index(lexicon.NEW_COUNTRY)
RIVAL_NO: Final = INDUSTRIES.index(lexicon.RIVAL_INDUSTRY)
NEW_INDUSTRY_NO: Final = INDUSTRIES.index(lexicon.NEW_INDUSTRY)
STRIDE: Final = 227  # prime to the number of names: neighbours are named unlike
PERSON_NOISE: Final = 0.30  # what no column tells of a lead's eagerness, and …
ACCOUNT_NOISE: Final = 0.30  # … what only its colleagues do


@dataclass(frozen=True)
class Accounts:
    """Organisations, one per row; numbers point into the lists of the lexicon."""

    industry: Ints
    country: Ints
    employees: Ints
    is_new: Claims
    looks_at_us: Ints  # when the account begins to look around
    pull: Floats  # how many leads it sends
    noise: Floats


@dataclass(frozen=True)
class People:
    """Leads, one per row, in order of creation."""

    created_us: Ints
    account: Ints  # row of Accounts, or NOBODY
    persona: Ints
    seniority: Ints
    title: Words
    country: Ints
    industry: Ints
    employees: Ints
    source: Ints
    domain: Words
    is_in_market: Claims
    is_listed: Claims
    eagerness: Floats  # multiplies the hazard of an opportunity


def accounts(world: World) -> Accounts:
    """Draw the organisations; those of a new market come last."""
    rng = world.stream(1)
    usual = max(10, world.leads // LEADS_AN_ACCOUNT)
    new = max(3, usual // 8)  # without a new market they send no leads
    rows = usual + new
    is_new = np.arange(rows) >= usual
    is_rival = (np.arange(rows) % 60 == 7) & ~is_new
    industry = draw(rng, _column(lexicon.INDUSTRIES, 0), rows)
    industry = np.where(is_rival, RIVAL_NO, np.where(is_new, NEW_INDUSTRY_NO, industry))
    country = draw(rng, _column(lexicon.COUNTRIES, 0), rows)
    span_us = world.until_us - world.start_us
    return Accounts(
        industry=industry,
        country=np.where(is_new, NEW_COUNTRY_NO, country),
        employees=_employees(rng, 140.0, rows),
        is_new=is_new,
        looks_at_us=world.start_us + (rng.random(rows) * span_us).astype(np.int64),
        pull=rng.lognormal(0.0, 0.7, rows),
        noise=rng.normal(0.0, ACCOUNT_NOISE, rows),
    )


def people(world: World, firms: Accounts) -> People:
    """Draw the leads and what makes them eager."""
    rng = world.stream(2)
    created_us, account, persona, is_newcomer = _arrivals(rng, world, firms)
    rows = world.leads
    homeless = account == NOBODY
    country = np.where(
        homeless, draw(rng, _column(lexicon.COUNTRIES, 0), rows), firms.country[account]
    )
    country = np.where(is_newcomer, NEW_COUNTRY_NO, country)
    industry = np.where(
        homeless,
        draw(rng, _column(lexicon.INDUSTRIES, 0), rows),
        firms.industry[account],
    )
    industry = np.where(homeless & is_newcomer, NEW_INDUSTRY_NO, industry)
    employees = np.where(
        homeless, _employees(rng, 25.0, rows), firms.employees[account]
    )
    seniority = draw(rng, _column(lexicon.SENIORITIES, 0), rows)
    seniority = np.where(persona == Persona.STUDENT, 4, seniority)
    source = _sources(rng, world, created_us)
    domain, domain_effect = _domains(rng, persona, account, firms)
    effect = (
        _firmographic_effect(country, industry, employees)
        + _column(lexicon.SENIORITIES, 1)[seniority]
        + _column(lexicon.SOURCES, 1)[source]
        + np.asarray(lexicon.PERSONA_EFFECTS)[persona]
        + domain_effect
        + np.where(is_newcomer, lexicon.NEW_MARKET_EFFECT, 0.0)
        + rng.normal(0.0, PERSON_NOISE, rows)
        + np.where(homeless, 0.0, firms.noise[account])
    )
    since_us = created_us - firms.looks_at_us[account]
    return People(
        created_us=created_us,
        account=account,
        persona=persona,
        seniority=seniority,
        title=_titles(rng, country, seniority),
        country=country,
        industry=industry,
        employees=employees,
        source=source,
        domain=domain,
        is_in_market=~homeless & (np.abs(since_us) < IN_MARKET_DAYS * DAY_US),
        is_listed=source == list(lexicon.SOURCES).index("outbound_list"),
        eagerness=np.exp(effect),
    )


def size_band(employees: Ints) -> Ints:
    """Return the row of each size in the list of bands.

    Examples
    --------
    >>> [lexicon.SIZE_BANDS[i] for i in size_band(np.array([10, 11, 9000]))]
    ['1-10', '11-50', '5001+']
    """
    return np.searchsorted(lexicon.SIZE_ENDS, employees).astype(np.int64)


def domains(firms: Accounts) -> Words:
    """Return the domain of each account: pronounceable, and unlike any other."""
    ends = [facts[3] for facts in COUNTRIES.values()]
    first, second, third = lexicon.SYLLABLES
    names = [a + b + c for a in first for b in second for c in third]
    return np.array(
        [
            f"{names[i * STRIDE % len(names)]}{i // len(names) or ''}.{ends[country]}"
            for i, country in enumerate(firms.country)
        ],
        dtype=object,
    )


def _firmographic_effect(country: Ints, industry: Ints, employees: Ints) -> Floats:
    by_industry = _column(lexicon.INDUSTRIES, 1)
    plain = np.zeros(len(INDUSTRIES) - len(by_industry))  # the rivals' and the new one
    effect: Floats = (
        _column(COUNTRIES, 1)[country]
        + np.concatenate([by_industry, plain])[industry]
        + np.asarray(lexicon.SIZE_EFFECTS)[size_band(employees)]
    )
    return effect


def _arrivals(
    rng: np.random.Generator, world: World, firms: Accounts
) -> tuple[Ints, Ints, Ints, Claims]:
    """When each lead is created, its account, its persona, whether it is new."""
    rows, span_us = world.leads, world.until_us - world.start_us
    persona = draw(rng, lexicon.PERSONAS, rows)
    usual = np.where(firms.is_new | (firms.industry == RIVAL_NO), 0.0, firms.pull)
    account = _pick(rng, usual, rows)
    rivals = firms.industry == RIVAL_NO
    account = np.where(persona == Persona.COMPETITOR, _pick(rng, rivals, rows), account)
    homely = np.array([0.8, 0.3, 1.0, 0.0])[persona]
    account = np.where(rng.random(rows) < homely, account, NOBODY)
    created_us = world.start_us + (rng.random(rows) * span_us).astype(np.int64)
    near_us = firms.looks_at_us[account] + (
        rng.uniform(-IN_MARKET_DAYS, IN_MARKET_DAYS, rows) * DAY_US
    ).astype(np.int64)
    inside = (near_us >= world.start_us) & (near_us < world.until_us)
    near = inside & (account != NOBODY) & (rng.random(rows) < 0.5)
    created_us = np.where(near, near_us, created_us)
    is_newcomer = np.zeros(rows, dtype=bool)
    if world.new_market:
        late = created_us >= microseconds(world.new_market_at)
        chance = world.stream(8)
        is_newcomer = late & (chance.random(rows) < lexicon.NEW_MARKET_SHARE)
        account = np.where(
            is_newcomer & (account != NOBODY),
            _pick(chance, firms.is_new, rows),
            account,
        )
    order = np.argsort(created_us, kind="stable")
    return created_us[order], account[order], persona[order], is_newcomer[order]


def _sources(rng: np.random.Generator, world: World, created_us: Ints) -> Ints:
    share, tilt = _column(lexicon.SOURCES, 0), _column(lexicon.SOURCES, 2)
    passed = world.drift * progress(world, created_us)
    return draw(rng, share * np.exp(passed[:, None] * tilt), len(created_us))


def _domains(
    rng: np.random.Generator, persona: Ints, account: Ints, firms: Accounts
) -> tuple[Words, Floats]:
    """Domain of each e-mail address, and its effect."""
    rows = len(persona)
    free = np.array(lexicon.FREE_DOMAINS, dtype=object)[
        rng.integers(len(lexicon.FREE_DOMAINS), size=rows)
    ]
    study = np.array(lexicon.STUDY_DOMAINS, dtype=object)[
        rng.integers(len(lexicon.STUDY_DOMAINS), size=rows)
    ]
    is_free = (account == NOBODY) | (rng.random(rows) < 0.06)
    is_study = (persona == Persona.STUDENT) & (rng.random(rows) < 0.6)
    domain = np.where(is_study, study, np.where(is_free, free, domains(firms)[account]))
    effect = np.where(is_free, lexicon.FREE_EFFECT, lexicon.CORPORATE_EFFECT)
    return domain, np.where(is_study, lexicon.STUDY_EFFECT, effect)


def _titles(rng: np.random.Generator, country: Ints, seniority: Ints) -> Words:
    spelled = {
        (c, s): [
            pattern.format(department)
            for pattern in patterns
            for department in lexicon.DEPARTMENTS[facts[2]]
        ]
        for c, facts in enumerate(COUNTRIES.values())
        for s, patterns in enumerate(lexicon.TITLES[facts[2]].values())
    }
    width = len(next(iter(spelled.values())))
    table = np.array([spelled[cell] for cell in sorted(spelled)], dtype=object)
    cell = country * len(lexicon.SENIORITIES) + seniority
    return np.asarray(table[cell, rng.integers(width, size=len(cell))])


def _employees(rng: np.random.Generator, median: float, rows: int) -> Ints:
    return np.clip(rng.lognormal(np.log(median), 1.6, rows), 1, 100_000).astype(
        np.int64
    )


def _pick(rng: np.random.Generator, weights: Floats | Claims, rows: int) -> Ints:
    """Draw a row per lead from many, by weight."""
    cumulative = np.cumsum(weights)
    drawn = np.searchsorted(cumulative, rng.random(rows) * cumulative[-1], side="right")
    return np.asarray(drawn, dtype=np.int64)


def _column(table: Mapping[str, Sequence[object]], place: int) -> Floats:
    return np.array([row[place] for row in table.values()], dtype=np.float64)
