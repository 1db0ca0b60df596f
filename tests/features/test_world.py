"""The invented company is the one asked for, in every byte, mess and all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

from features.errors import ConfigError
from features.world import (
    SETTLING_DAYS,
    WORLD_FUNNEL,
    WORLD_KINDS,
    WORLD_OUTBOUND,
    Company,
    World,
    generate,
    true_probability,
)

SMALL = World(seed=11, leads=1_500, touches_per_lead=20)
UNTOUCHED = World(seed=5, leads=8_000, touches_per_lead=0)
HORIZON_DAYS = 30


@pytest.fixture(scope="module")
def company() -> Company:
    return generate(SMALL)


@pytest.fixture(scope="module")
def untouched() -> Company:
    return generate(UNTOUCHED)


def rows_of(company: Company, table: str) -> list[tuple[object, ...]]:
    return company.connection.table(table).fetchall()


# --- the same world, the same bytes --------------------------------------------------


@pytest.mark.parametrize("table", ["accounts", "leads", "touches", "milestones"])
def test_is_the_same_whatever_the_threads(table: str, company: Company) -> None:
    one = generate(SMALL, duckdb.connect(config={"threads": 1}))
    two = generate(SMALL, duckdb.connect(config={"threads": 2}))
    assert rows_of(one, table) == rows_of(two, table) == rows_of(company, table)


def test_is_another_company_with_another_seed(company: Company) -> None:
    other = generate(replace(SMALL, seed=12))
    assert rows_of(other, "leads") != rows_of(company, "leads")


def test_does_not_depend_on_how_many_touches_are_sorted_at_a_time(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("features.world.touches.BATCH", 5_000)
    assert rows_of(generate(SMALL), "touches") == rows_of(company, "touches")


# --- sizes and columns ---------------------------------------------------------------


def test_has_the_leads_asked_for_each_with_its_own_id(company: Company) -> None:
    ids = [row[0] for row in company.leads.project("lead_id").fetchall()]
    assert len(ids) == len(set(ids)) == SMALL.leads


def test_has_about_the_touches_asked_for(company: Company) -> None:
    # Poisson: 30 000 ± 173; 1 % are there twice, some are recorded after the export.
    assert len(company.touches) == pytest.approx(30_000, rel=0.03)


def test_says_instants_in_utc_as_plain_timestamps(company: Company) -> None:
    assert company.touches.columns == [
        "lead_id",
        "kind",
        "occurred_at",
        "recorded_at",
        "asset",
        "channel",
        "value",
    ]
    assert str(company.touches.types[2]) == "TIMESTAMP"
    assert str(company.milestones.types[2]) == "TIMESTAMP"
    assert str(company.leads.types[2]) == "TIMESTAMP"


def test_exports_nothing_recorded_after_known_until(company: Company) -> None:
    until = SMALL.known_until.replace(tzinfo=None)
    for relation in (company.touches, company.milestones):
        latest = relation.max("recorded_at").fetchall()[0][0]
        assert latest < until


def test_orders_touches_by_lead_and_instant() -> None:
    rows = rows_of(generate(replace(SMALL, mess=False)), "touches")
    keys = [(row[0], row[2]) for row in rows]
    assert keys == sorted(keys)


def test_knows_every_kind_and_gives_most_of_them_a_funnel_stage(
    company: Company,
) -> None:
    found = {row[0] for row in company.touches.project("kind").distinct().fetchall()}
    staged = {kind for kinds in WORLD_FUNNEL.values() for kind in kinds}
    assert found == set(WORLD_KINDS) == staged | set(WORLD_OUTBOUND)


# --- milestones ----------------------------------------------------------------------


def test_records_milestones_late_but_within_the_settling(company: Company) -> None:
    frame = company.milestones.df()
    late = frame["recorded_at"] - frame["reached_at"]
    assert late.min() >= timedelta(0)
    assert late.max() <= timedelta(days=SETTLING_DAYS)
    assert late.max() > timedelta(days=1)


def test_opens_at_most_one_opportunity_and_ends_each_lead_one_way(
    company: Company,
) -> None:
    frame = company.milestones.df()
    counts = pd.crosstab(frame["lead_id"], frame["milestone"])
    assert counts["opportunity"].max() == 1
    assert not ((counts["opportunity"] > 0) & (counts["disqualified"] > 0)).any()
    assert (counts["opportunity"] >= counts["won"]).all()
    ends = counts["won"] + counts["lost"] + counts["disqualified"]
    assert ends.max() == 1


def test_the_opportunities_of_the_export_are_those_of_the_truth(
    company: Company,
) -> None:
    frame = company.milestones.df()
    told = frame[frame["milestone"] == "opportunity"].set_index("lead_id")["reached_at"]
    true = company.truth.leads.set_index("lead_id")["converted_at"].dropna()
    assert (true.loc[told.index].dt.tz_localize(None) == told).all()
    long_ago = true[true < SMALL.known_until - timedelta(days=SETTLING_DAYS)]
    assert set(long_ago.index) <= set(told.index)


# --- mess ----------------------------------------------------------------------------


def test_some_touches_arrive_days_late(company: Company) -> None:
    frame = company.touches.df()
    late = frame["recorded_at"] - frame["occurred_at"]
    assert (late > timedelta(0)).all()
    assert (late[frame["channel"] == "web"].median()) < timedelta(minutes=5)
    assert (late[frame["channel"] == "seminar"] > timedelta(days=1)).mean() > 0.5


def test_some_touches_came_before_the_lead_was_created(company: Company) -> None:
    both = company.touches.join(company.leads, "lead_id")
    early = both.filter("occurred_at < created_at")
    assert len(early) > 100
    assert len(early.filter("recorded_at < created_at")) == 0


@pytest.mark.parametrize(("mess", "share"), [(True, 0.01), (False, 0.0)])
def test_one_touch_in_a_hundred_is_there_twice_under_mess(
    mess: bool, share: float
) -> None:
    touches = generate(replace(SMALL, mess=mess)).touches
    twice = 1 - len(touches.distinct()) / len(touches)
    assert twice == pytest.approx(share, abs=0.004)


@pytest.mark.parametrize(("mess", "least", "most"), [(True, 20, 120), (False, 0, 0)])
def test_a_few_touches_are_of_unknown_leads_under_mess(
    mess: bool, least: int, most: int
) -> None:
    made = generate(replace(SMALL, mess=mess))
    unknown = made.touches.join(made.leads, "lead_id", "anti")
    assert least <= len(unknown) <= most


def test_missing_values_are_spelled_in_several_ways_under_mess(
    company: Company,
) -> None:
    tidy = generate(replace(SMALL, mess=False))
    sizes = {row[0] for row in company.leads.project("company_size").fetchall()}
    assert {"", "NULL", "n/a", None} <= sizes
    sizes = {row[0] for row in tidy.leads.project("company_size").fetchall()}
    assert None in sizes
    assert not {"", "NULL", "n/a"} & sizes


def test_ids_are_text_with_leading_zeros(company: Company) -> None:
    assert company.leads.min("lead_id").fetchall() == [("00001001",)]


# --- drift and the new market --------------------------------------------------------


def test_drift_raises_the_hazard_by_the_stated_amount_at_the_end() -> None:
    calm, moved = generate(UNTOUCHED), generate(replace(UNTOUCHED, drift=0.5))
    ratio = np.log(moved.truth.seasons.opening / calm.truth.seasons.opening)
    at = calm.truth.seasons.weeks_us[:-1]
    world = calm.world
    assert ratio[at <= world.start_us] == pytest.approx(0.0)
    assert ratio[at >= world.until_us] == pytest.approx(0.5)
    half = (world.start_us + world.until_us) / 2
    assert np.interp(half, at, ratio) == pytest.approx(0.25, abs=1e-6)
    np.testing.assert_array_equal(
        calm.truth.seasons.closing, moved.truth.seasons.closing
    )


@pytest.mark.parametrize(("drift", "factor"), [(0.0, 1.0), (1.0, 3.669)])
def test_drift_tilts_the_sources(drift: float, factor: float) -> None:
    # At the end the odds have risen by e^1.3 = 3.669; the last tenth is nearly there.
    made = generate(replace(UNTOUCHED, drift=drift))
    source = made.leads.df()["source"]
    ends = source.iloc[: len(source) // 10], source.iloc[-len(source) // 10 :]
    odds = [(s == "outbound_list").sum() / (s == "organic").sum() for s in ends]
    assert odds[1] / odds[0] == pytest.approx(factor, rel=0.4)


def test_a_new_market_appears_when_it_says_and_converts_less() -> None:
    world = replace(UNTOUCHED, new_market=True)
    made = generate(replace(world, mess=False))
    frame = made.leads.df().merge(made.truth.leads, on="lead_id")
    is_new = frame["country"] == "BR"
    late = frame["created_at_y"] >= world.new_market_at
    assert not is_new[~late].any()
    assert is_new[late].mean() == pytest.approx(0.30 * 0.95, abs=0.04)
    assert (frame["industry"] == "agritech")[is_new].any()
    converted = frame["converted_at"].notna()
    assert converted[late & is_new].mean() < 0.6 * converted[late & ~is_new].mean()


def test_without_a_new_market_nobody_is_from_there(untouched: Company) -> None:
    leads = untouched.leads.df()
    assert not leads["country"].isin(["BR", "Brazil", "Brasil"]).any()
    assert not (leads["industry"] == "agritech").any()


def test_a_new_market_leaves_the_time_before_it_alone(untouched: Company) -> None:
    made = generate(replace(UNTOUCHED, new_market=True))
    before = f"created_at < '{UNTOUCHED.new_market_at:%Y-%m-%d}'"
    columns = "lead_id, account_id, created_at, email, source"
    rows = [c.leads.filter(before).project(columns) for c in (made, untouched)]
    assert rows[0].fetchall() == rows[1].fetchall()


# --- refusals ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "knobs", [{"leads": 0}, {"months": 0}, {"touches_per_lead": -1}, {"seed": -1}]
)
def test_refuses_a_world_that_cannot_be(knobs: dict[str, int]) -> None:
    with pytest.raises(ConfigError, match=str(next(iter(knobs.values())))):
        World(**knobs)  # type: ignore[arg-type]


def test_refuses_a_start_without_a_time_zone() -> None:
    with pytest.raises(ConfigError, match="tzinfo=UTC"):
        World(start_at=datetime(2025, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("days", [0, -1, 401])
def test_refuses_a_horizon_that_the_truth_does_not_reach(
    days: int, company: Company
) -> None:
    spine = company.truth.leads[["lead_id"]].assign(snapshot_at=SMALL.known_until)
    with pytest.raises(ConfigError, match=str(days)):
        true_probability(company, spine, days)
