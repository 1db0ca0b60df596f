"""The truth about the invented company is true: by frequency, and by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from features.vocabulary import DAY_US
from features.world import (
    Company,
    Persona,
    World,
    generate,
    true_probability,
)
from features.world.journeys import Hazards
from features.world.seasons import Seasons, staffing
from features.world.truth import folded

SMALL = World(seed=11, leads=1_500, touches_per_lead=20)
UNTOUCHED = World(seed=5, leads=8_000, touches_per_lead=0)
HORIZON_DAYS = 30


@pytest.fixture(scope="module")
def company() -> Company:
    return generate(SMALL)


@pytest.fixture(scope="module")
def untouched() -> Company:
    return generate(UNTOUCHED)


def spine_of(company: Company, *, every_days: int, most_days: int) -> pd.DataFrame:
    """Eligible snapshots of leads at most so old, with their outcome, mature or not."""
    world, leads = company.world, company.truth.leads
    ended_at = leads["converted_at"].fillna(leads["closed_at"])
    horizon = pd.Timedelta(days=HORIZON_DAYS)
    blocks = []
    for at in pd.date_range(world.start_at, world.known_until, freq=f"{every_days}D"):
        young = at - leads["created_at"] < pd.Timedelta(days=most_days)
        those = leads[(leads["created_at"] <= at) & young & ~(ended_at < at)]
        converts = those["converted_at"] < at + horizon
        block = {"lead_id": those["lead_id"], "snapshot_at": at, "outcome": converts}
        blocks.append(pd.DataFrame(block))
    return pd.concat(blocks, ignore_index=True)


def surprise(outcome: pd.Series, probability: pd.Series) -> float:
    """Observed less expected conversions, in standard errors."""
    spread = np.sqrt((probability * (1 - probability)).sum())
    return float((outcome.sum() - probability.sum()) / spread)


def area_under_curve(outcome: pd.Series, probability: pd.Series) -> float:
    ones = int(outcome.sum())
    ranks = probability.rank()[outcome].sum()
    return float((ranks - ones * (ones + 1) / 2) / (ones * (len(outcome) - ones)))


# --- the truth -----------------------------------------------------------------------


def test_conversions_are_as_frequent_as_the_truth_says(untouched: Company) -> None:
    # Windows that do not overlap: the surprises of a lead add up like independent ones.
    spine = spine_of(untouched, every_days=HORIZON_DAYS, most_days=1_000)
    probability = pd.Series(true_probability(untouched, spine, HORIZON_DAYS))
    assert len(spine) > 10_000
    assert abs(surprise(spine["outcome"], probability)) < 3
    for _, rows in probability.groupby(pd.qcut(probability, 10)):
        assert abs(surprise(spine["outcome"].loc[rows.index], rows)) < 4


def test_conversions_are_as_frequent_as_the_truth_says_under_drift() -> None:
    moved = generate(replace(UNTOUCHED, drift=0.8, new_market=True, leads=4_000))
    spine = spine_of(moved, every_days=HORIZON_DAYS, most_days=1_000)
    probability = pd.Series(true_probability(moved, spine, HORIZON_DAYS))
    for _, rows in probability.groupby(spine["snapshot_at"].dt.quarter):
        assert abs(surprise(spine["outcome"].loc[rows.index], rows)) < 4


def test_base_rates_are_those_of_a_plausible_company(untouched: Company) -> None:
    spine = spine_of(untouched, every_days=7, most_days=180)
    probability = pd.Series(true_probability(untouched, spine, HORIZON_DAYS))
    converted_at = untouched.truth.leads["converted_at"]
    assert 0.05 < spine["outcome"].mean() < 0.08
    assert 0.15 < (converted_at < UNTOUCHED.known_until).mean() < 0.25
    assert 0.85 < area_under_curve(spine["outcome"], probability) < 0.91


def test_a_true_probability_is_never_certain(untouched: Company) -> None:
    spine = spine_of(untouched, every_days=30, most_days=1_000)
    probability = true_probability(untouched, spine, HORIZON_DAYS)
    assert probability.min() > 0.0
    assert probability.max() < 1.0


def test_a_longer_horizon_never_lowers_the_probability(company: Company) -> None:
    spine = spine_of(company, every_days=60, most_days=1_000)
    month, quarter = (true_probability(company, spine, days) for days in (30, 90))
    assert (month < quarter).all()


def test_the_truth_cares_for_no_mess_and_no_touches(company: Company) -> None:
    tidy = generate(replace(SMALL, mess=False, touches_per_lead=1))
    pd.testing.assert_frame_equal(tidy.truth.leads, company.truth.leads)
    pd.testing.assert_frame_equal(tidy.truth.phases, company.truth.phases)


def test_the_truth_is_missing_where_nothing_can_be_asked(company: Company) -> None:
    leads = company.truth.leads
    ended = leads[leads["converted_at"].notna()].iloc[0]
    second = timedelta(seconds=1)
    asked: list[tuple[str, datetime]] = [
        ("nobody", SMALL.known_until),
        (ended["lead_id"], ended["created_at"] - second),
        (ended["lead_id"], ended["created_at"]),
        (ended["lead_id"], ended["converted_at"]),
        (ended["lead_id"], ended["converted_at"] + second),
    ]
    spine = pd.DataFrame(asked, columns=["lead_id", "snapshot_at"])
    answer = true_probability(company, spine, HORIZON_DAYS)
    assert np.isnan(answer).tolist() == [True, True, False, False, True]


def test_instants_without_a_time_zone_are_utc(company: Company) -> None:
    spine = spine_of(company, every_days=90, most_days=1_000)
    naive = spine.assign(snapshot_at=spine["snapshot_at"].dt.tz_localize(None))
    aware, plain = (true_probability(company, s, HORIZON_DAYS) for s in (spine, naive))
    np.testing.assert_array_equal(aware, plain)


# --- the arithmetic of the truth, by hand --------------------------------------------

MONDAYS_US = np.array([0, 7, 14], dtype=np.int64) * DAY_US
EVEN = Seasons(MONDAYS_US, np.ones(2), np.ones(2))


def hazards(
    opening: list[float], closing: list[float], moves: dict[tuple[int, int], float]
) -> Hazards:
    table = np.zeros((1, 4, 4))
    for (begin, end), rate in moves.items():
        table[0, begin, end] = rate
    return Hazards(np.array([opening]), np.array([closing]), table)


def from_phase_0(factors: Seasons, rates: Hazards, at_day: float, days: float) -> float:
    at_us = np.array([round(at_day * DAY_US)])
    return float(folded(factors, rates, np.array([0]), at_us, days)[0])


def test_two_ends_compete_in_one_phase() -> None:
    # 0.02 / 0.05 · (1 - e^(-0.05 · 10)) = 0.4 · 0.3934693
    rates = hazards([0.02, 0, 0, 0], [0.03, 0, 0, 0], {})
    assert from_phase_0(EVEN, rates, 2, 10) == pytest.approx(0.15738774, abs=1e-8)


def test_without_a_competing_end_it_is_one_less_the_survival() -> None:
    # 1 - e^(-0.2) = 0.18126925
    rates = hazards([0.02, 0, 0, 0], [0, 0, 0, 0], {})
    assert from_phase_0(EVEN, rates, 0, 10) == pytest.approx(0.18126925, abs=1e-8)


def test_a_week_of_more_staff_opens_faster() -> None:
    # Three days at 0.01, four at 0.03: 1 - e^(-0.15) = 0.13929202
    rates = hazards([0.01, 0, 0, 0], [0, 0, 0, 0], {})
    busy = Seasons(MONDAYS_US, np.array([1.0, 3.0]), np.ones(2))
    assert from_phase_0(busy, rates, 4, 7) == pytest.approx(0.13929202, abs=1e-8)


def test_a_phase_yet_to_come_counts() -> None:
    # Quiet leaves at 0.1 for a phase that opens at 0.2: after ten days
    # 1 - (0.2 e^(-1) - 0.1 e^(-2)) / 0.1 = 1 - 2 · 0.36787944 + 0.13533528
    rates = hazards([0, 0.2, 0, 0], [0, 0, 0, 0], {(0, 1): 0.1})
    assert from_phase_0(EVEN, rates, 0, 10) == pytest.approx(0.39957640, abs=1e-8)


def test_staffing_is_low_at_the_turn_of_the_year() -> None:
    mondays = np.array(["2025-12-22", "2025-12-29", "2026-01-05", "2026-02-09"])
    factor = staffing(mondays.astype("datetime64[us]").astype(np.int64))
    assert factor[1] == 0.35
    assert factor[3] > 0.9


# --- what the touches and the firmographics say --------------------------------------


def test_careers_page_visitors_are_busy_and_rarely_buy(company: Company) -> None:
    frame = company.touches.df()
    careers = (frame["kind"] == "careers_page").groupby(frame["lead_id"]).sum()
    busy = frame.groupby("lead_id").size()
    converted = company.truth.leads.set_index("lead_id")["converted_at"].notna()
    seekers = careers.index[careers >= 5].intersection(converted.index)
    assert busy.loc[seekers].mean() > 1.5 * busy.mean()
    assert converted.loc[seekers].mean() < 0.4 * converted.mean()


def test_bottom_touches_of_the_last_week_announce_opportunities(
    company: Company,
) -> None:
    spine = spine_of(company, every_days=30, most_days=180)
    at = spine.assign(at=spine["snapshot_at"].dt.tz_localize(None))
    frame = company.touches.df().merge(at, on="lead_id")
    age = frame["at"] - frame["occurred_at"]
    recent = (age > timedelta(0)) & (age <= timedelta(days=7))
    bottom = frame["kind"].isin(["pricing_page", "demo_request", "trial_start"])
    warm = frame[recent & bottom].set_index(["lead_id", "at"]).index
    is_warm = at.set_index(["lead_id", "at"]).index.isin(warm)
    outcome = spine["outcome"].to_numpy()
    assert outcome[is_warm].mean() > 3 * outcome[~is_warm].mean()


def test_who_one_works_for_matters(untouched: Company) -> None:
    frame = untouched.leads.df().merge(untouched.truth.leads, on="lead_id")
    converted = frame["converted_at"].notna()
    rate = converted.groupby(frame["company_size"]).mean()
    assert rate["201-1000"] > 2 * rate["1-10"]
    free = frame["email"].str.endswith("@gmail.com")
    assert converted[~free].mean() > 1.5 * converted[free].mean()
    students = frame["persona"] == Persona.STUDENT
    assert converted[students].mean() < 0.3 * converted.mean()
