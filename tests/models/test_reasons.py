"""Reasons are the strongest signals in a stable order, and leave no point out."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.vocabulary import Family, Unit
from models.contract import Contract
from models.explaining.reasons import (
    MOST_REASONS,
    Told,
    Topic,
    other_topics,
    picked,
    strongest,
    tell,
)
from models.explaining.words import tenths, value_side
from models.players import ModelFeature, ModelSignal
from models.points import Floats
from models.served import encode
from tests.models.small_models import contract

MANY = 12
POINTS = st.lists(st.floats(-40, 40), min_size=MANY, max_size=MANY)


def many(n: int = MANY) -> Contract:
    """A contract of as many numbers as asked, each a signal of its own."""
    columns = tuple(ModelFeature(f"c{i}") for i in range(n))
    signals = tuple(
        ModelSignal(f"s{i}", f"Signal {i}", Family.FIRMOGRAPHIC, Unit.NUMBER, (i,))
        for i in range(n)
    )
    return contract(columns, signals)


def told(points: Floats, table: pd.DataFrame, made: Contract) -> Told:
    """The reasons of some leads."""
    return tell(points, encode(table, made.encoding), table, made)


def ones(rows: int, n: int = MANY) -> pd.DataFrame:
    """A table of ones for the contract of many numbers."""
    return pd.DataFrame(np.ones((rows, n)), columns=[f"c{i}" for i in range(n)])


def reasons(found: Told, lead: int, made: Contract) -> list[tuple[str, str, float]]:
    """Code, value side and points of each of a lead's reasons."""
    slots = [s for s in range(2 * MOST_REASONS) if found.places[lead, s] >= 0]
    return [
        (
            made.signals[found.places[lead, s]].code,
            found.values[found.said[lead, s]],  # noqa: PD011
            float(found.points[lead, s]),
        )
        for s in slots
    ]


# --- which reasons -------------------------------------------------------------------


def test_the_strongest_four_of_either_direction_are_told_in_order() -> None:
    points = np.array([1, -1, 5, -5, 3, -3, 4, -4, 2, -2, 0, 0.5])
    assert strongest(points) == ([2, 6, 4, 8], [3, 7, 5, 9])
    found = told(points[None, :], ones(1), many())
    assert found.other_points.tolist() == [0.5]  # 1 - 1 + 0 + 0.5


def test_what_would_be_printed_as_nought_is_no_reason() -> None:
    assert strongest(np.array([0.049, 0.05, -0.049, -0.05])) == ([1], [3])


def test_what_is_printed_alike_is_listed_in_the_order_of_the_contract() -> None:
    # Printed are 9.6, 9.6, 9.5 and 10.0.
    assert strongest(np.array([9.56, 9.64, 9.53, 10.0]))[0] == [3, 0, 1, 2]
    assert strongest(np.array([-9.56, -9.64, -9.53, -10.0]))[1] == [3, 0, 1, 2]


def test_of_two_points_a_tenth_apart_the_greater_is_listed_first() -> None:
    """They are within 5 %, and the smaller comes first in the contract."""
    assert strongest(np.array([9.54, 9.56]))[0] == [1, 0]
    assert strongest(np.array([9.51, 9.54]))[0] == [0, 1]


def test_of_a_tie_for_the_last_place_none_runs_on() -> None:
    """The last place is of 9.6, tied with 10; 9.2 is tied with 9.6 alone."""
    points = np.array([9.2, 9.6, 50.0, 40.0, 10.0])
    assert strongest(points)[0] == [2, 3, 4, 1]


def test_of_a_tie_for_the_last_place_the_first_of_the_contract_is_told() -> None:
    points = np.array([50.0, 40.0, 30.0, 1.0, 1.04, 1.05])
    assert strongest(points)[0] == [0, 1, 2, 3]


def test_noise_within_a_tie_shuffles_nothing() -> None:
    random = np.random.default_rng(1)
    # Halfway to the next tenth is .04 away, to the last place of 4 it is .05.
    calm = np.array([8.0, 4.0, 8.0, -6.0, 2.0, -6.0, 0.0, 4.0])
    for _ in range(200):
        noisy = calm + random.uniform(-0.04, 0.04, len(calm))
        assert strongest(noisy) == ([0, 2, 1, 7], [3, 5])


def test_noise_within_a_tie_for_the_last_place_lets_nobody_drop_out() -> None:
    random = np.random.default_rng(1)
    calm = np.array([4.0, 8.0, 7.0, 6.0, 4.0])
    for _ in range(200):
        noisy = calm * random.uniform(0.976, 1.024, len(calm))
        assert strongest(noisy)[0] == [1, 2, 3, 0]


def by_definition(points: list[float], sign: int) -> list[int]:
    """The rule as the module says it, written otherwise."""
    left = [p for p in range(len(points)) if sign * points[p] >= 0.05]
    order: list[int] = []
    while left:
        leader = max(sign * points[p] for p in left)
        tied = [p for p in left if sign * points[p] >= 0.95 * leader]
        order += tied
        left = [p for p in left if p not in tied]
    return sorted(order[:4], key=lambda p: -tenths(abs(points[p])))


@settings(deadline=None)
@given(
    st.lists(
        st.lists(
            st.one_of(
                st.floats(-40, 40), st.sampled_from([-2.0, -1.9, 1.0, 0.95, 0.05])
            ),
            min_size=MANY,
            max_size=MANY,
        ),
        min_size=1,
        max_size=5,
    )
)
def test_a_batch_is_picked_by_the_rule_and_as_each_lead_alone(
    rows: list[list[float]],
) -> None:
    places, _, _ = picked(np.array(rows))
    for row, mine in zip(rows, places.tolist(), strict=True):
        up, down = by_definition(row, 1), by_definition(row, -1)
        assert [p for p in mine[:4] if p >= 0] == up
        assert [p for p in mine[4:] if p >= 0] == down
        assert strongest(np.array(row)) == (up, down)


@settings(deadline=None)
@given(st.lists(POINTS, min_size=1, max_size=4))
def test_the_other_points_complete_the_sum(rows: list[list[float]]) -> None:
    found = told(np.array(rows), ones(len(rows)), many())
    for lead, row in enumerate(rows):
        shown = [p for p in found.points[lead].tolist() if not math.isnan(p)]
        total = math.fsum([*shown, found.other_points[lead]])
        assert total == pytest.approx(math.fsum(row), abs=1e-9)


def test_no_leads_have_no_reasons() -> None:
    found = told(np.empty((0, MANY)), ones(0), many())
    assert found.places.shape == (0, 8)
    assert found.values == ()  # noqa: PD011


# --- what is left out ----------------------------------------------------------------


def about(topics: list[str]) -> tuple[ModelSignal, ...]:
    """Signals of some topics."""
    return tuple(
        ModelSignal(
            f"s{i}", f"S {i}", Family.BEHAVIOURAL, Unit.NUMBER, (i,), topic=topic
        )
        for i, topic in enumerate(topics)
    )


def test_the_others_are_gathered_by_topic_the_strongest_first() -> None:
    signals = about(["Webinar", "The journey", "Webinar", "The journey", "", "Webinar"])
    points = np.array([1.0, -6.0, 2.0, 0.5, 0.25, 9.0])
    assert other_topics(points, [5], signals) == (
        Topic("The journey", -5.5, 2),
        Topic("Webinar", 3.0, 2),
        Topic("Others", 0.25, 1),
    )


@given(POINTS, st.sets(st.integers(0, MANY - 1)))
def test_topics_add_up_to_the_others(points: list[float], shown: set[int]) -> None:
    signals = about(["a", "b", "c"] * 4)
    found = other_topics(np.array(points), sorted(shown), signals)
    others = [p for i, p in enumerate(points) if i not in shown]
    assert math.fsum(t.points for t in found) == pytest.approx(
        math.fsum(others), abs=1e-9
    )
    assert sum(t.signals for t in found) == len(others)


# --- the words of many ---------------------------------------------------------------

COLUMNS = (
    ModelFeature("v30"),
    ModelFeature("size"),
    ModelFeature("v7"),
    ModelFeature("source", ("ad", "web"), ("radio",)),
    ModelFeature("mail", ("ada@example.org",)),
    ModelFeature("since"),
    ModelFeature("part"),
    ModelFeature("wants"),
)
MIXED = (
    ModelSignal("visits", "Visits", Family.BEHAVIOURAL, Unit.COUNT, (2, 0), (7, 30)),
    ModelSignal("size", "Size", Family.FIRMOGRAPHIC, Unit.NUMBER, (1,)),
    ModelSignal("source", "Source", Family.FIRMOGRAPHIC, Unit.CATEGORY, (3,)),
    ModelSignal(
        "mail", "E-mail", Family.FIRMOGRAPHIC, Unit.CATEGORY, (4,), is_personal=True
    ),
    ModelSignal("since", "Last visit", Family.BEHAVIOURAL, Unit.DAYS, (5,)),
    ModelSignal("part", "Part", Family.BEHAVIOURAL, Unit.SHARE, (6,)),
    ModelSignal("wants", "Wants it", Family.FIRMOGRAPHIC, Unit.FLAG, (7,)),
)


def leads(n: int, seed: int = 0) -> pd.DataFrame:
    """Leads of every sort, with gaps and values never seen before."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "v7": random.poisson(0.5, n).astype(float),
            "size": random.lognormal(3, 3, n),
            "source": random.choice(["ad", "web", "radio", "moon", "x@y.org"], n),
            "mail": random.choice(["ada@example.org", "bob@example.org"], n),
            "since": random.exponential(3, n),
            "part": random.random(n),
            "wants": random.integers(2, size=n).astype(float),
        }
    )
    table["v30"] = table["v7"] + random.poisson(1, n)
    for gappy in ("size", "source", "since", "part", "wants"):
        table.loc[random.random(n) < 0.2, gappy] = None
    return table.astype({"source": "str", "mail": "str"})


def test_every_lead_s_words_are_what_is_said_of_it_alone() -> None:
    made, table = contract(COLUMNS, MIXED), leads(300)
    points = np.random.default_rng(1).normal(0, 5, (300, len(MIXED)))
    found = told(points, table, made)
    for lead in range(300):
        row = table.iloc[lead]
        seen = [None if pd.isna(row[f.name]) else row[f.name] for f in COLUMNS]
        for code, words, value in reasons(found, lead, made):
            place = [s.code for s in MIXED].index(code)
            mine = [seen[c] for c in MIXED[place].columns]
            assert words == value_side(MIXED[place], mine, COLUMNS)
            assert value == points[lead, place]


def test_a_signal_of_two_columns_reads_them_where_they_are() -> None:
    made = contract(COLUMNS, MIXED)
    table = leads(1).assign(v7=2.0, v30=5.0)
    found = told(np.array([[9.0, 0, 0, 0, 0, 0, 0]]), table, made)
    assert reasons(found, 0, made) == [("visits", "Visits: 2 in 7 days, 5 in 30", 9.0)]


def test_nothing_personal_and_no_address_appears_among_the_reasons() -> None:
    made, table = contract(COLUMNS, MIXED), leads(200)
    found = told(np.tile([5.0, 5, 5, 5, -5, -5, -5], (200, 1)), table, made)
    text = str(found.values)
    assert "E-mail: personal, not shown" in text
    assert "Source: an address, not shown" in text
    for canary in ("@", "ada", "bob", "example", "y.org"):
        assert canary not in text


def test_a_lead_has_the_same_reasons_alone_as_in_company() -> None:
    made, table = contract(COLUMNS, MIXED), leads(50)
    points = np.random.default_rng(2).normal(0, 5, (50, len(MIXED)))
    found = told(points, table, made)
    for lead in (0, 17, 49):
        alone = told(points[[lead]], table.iloc[[lead]], made)
        assert reasons(alone, 0, made) == reasons(found, lead, made)
        assert alone.other_points[0] == found.other_points[lead]


def test_what_reads_alike_is_put_into_words_once() -> None:
    made = many(1)
    table = pd.DataFrame({"c0": [1.001, 1.002, 1.0, 7.0]})
    found = told(np.ones((4, 1)), table, made)
    assert found.values == ("Signal 0: 1", "Signal 0: 7")  # noqa: PD011
    assert found.said[:, 0].tolist() == [0, 0, 0, 1]
