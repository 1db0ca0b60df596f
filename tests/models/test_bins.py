"""Bins of like values hold enough leads; what is said of a value's place is true."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from features.vocabulary import Family, Unit
from models.players import ModelFeature, ModelSignal
from models.recalling.bins import (
    ends_of,
    most_passed,
    places_of,
    rates_of_past,
    spread_of,
)
from models.recalling.counting import Past
from models.recalling.rates import Rates, judged

NUMERIC = (Unit.COUNT, Unit.DAYS, Unit.SHARE, Unit.NUMBER)


def made(
    unit: Unit,
    values: Sequence[float | str | None],
    feature: ModelFeature | None = None,
    **more: object,
) -> Rates:
    """The rates of a signal of one column, of as many leads, every other converting."""
    leads = [f"l{i}" for i in range(len(values))]
    outcome = [i % 2 for i in range(len(values))]
    past = Past.of(
        pd.DataFrame({"lead_id": leads, "group_id": leads, "outcome": outcome})
    )
    signal = ModelSignal("it", "It", Family.BEHAVIOURAL, unit, (0,), **more)  # type: ignore[arg-type]
    kind = "str" if unit is Unit.CATEGORY else "float64"
    table = pd.DataFrame({"it": pd.Series([*values], dtype=kind)})
    features = (feature or ModelFeature("it"),)
    (rates,) = rates_of_past(past, table, features, (signal,), np.zeros(1))
    assert rates is not None
    return rates


def words(rates: Rates) -> list[tuple[str, int]]:
    return [(b.words, b.leads) for b in rates.bins]


# --- which bins ----------------------------------------------------------------------


def test_counts_are_binned_by_doubling() -> None:
    counts = [0.0, 1.0, 2.0, 3.0, 5.0, 9.0, 20.0, 40.0, 90.0]
    assert words(made(Unit.COUNT, counts * 50)) == [
        ("none", 50), ("1", 50), ("2–3", 100), ("4–7", 50), ("8–15", 50),
        ("16–31", 50), ("32–63", 50), ("64 or more", 50),
    ]  # fmt: skip


def test_neighbours_are_put_together_until_there_are_fifty_leads() -> None:
    counts = [0.0] * 30 + [1.0] * 20 + [2.0] * 70 + [5.0] * 10
    assert words(made(Unit.COUNT, counts)) == [("0–1", 50), ("2 or more", 80)]


def test_too_few_leads_are_all_in_one_bin() -> None:
    assert words(made(Unit.DAYS, [1.0, 2.0, 3.0])) == [("ever", 3)]
    assert words(made(Unit.SHARE, [0.1, 0.2])) == [("any value", 2)]


def test_numbers_are_binned_by_their_eighths() -> None:
    numbers = [float(v) for v in range(1, 801)]
    assert words(made(Unit.NUMBER, numbers)) == [
        ("100 or less", 100), ("over 100 to 200", 100), ("over 200 to 300", 100),
        ("over 300 to 400", 100), ("over 400 to 500", 100), ("over 500 to 600", 100),
        ("over 600 to 700", 100), ("over 700", 100),
    ]  # fmt: skip


def test_days_are_binned_in_hours_below_two_and_in_whole_days_from_there_on() -> None:
    days = [0.2, 0.9, 1.5, 3.0, 5.9] * 60 + [10.7] * 100
    assert words(made(Unit.DAYS, days)) == [
        ("less than 5 hours ago", 60),
        ("5–21 hours ago", 60),
        ("22–36 hours ago", 60),
        ("37 hours to 3 days ago", 60),
        ("4–5 days ago", 60),
        ("6 days ago or longer", 100),
    ]


def test_shares_are_binned_in_whole_percent() -> None:
    shares = [0.0] * 100 + [1 / 3] * 100 + [1.0] * 100
    assert words(made(Unit.SHARE, shares)) == [
        ("0%", 100),
        ("1–33%", 100),
        ("34% or more", 100),
    ]


def test_the_eighths_are_of_leads_and_not_of_their_snapshots() -> None:
    """One lead that was looked at 10,000 times does not move the bins."""
    values = np.array([float(v) for v in range(1, 401)] + [5.0] * 10_000)
    weight = np.array([1.0] * 400 + [1 / 10_000] * 10_000)
    ends = ends_of(spread_of(values, weight), Unit.NUMBER)
    assert ends == (50.0, 100.0, 150.0, 200.0, 250.0, 300.0, 350.0)


def test_frequent_categories_have_bins_of_their_own_and_the_rest_one() -> None:
    feature = ModelFeature("it", ("a", "b", "c"), ("d", "e"))
    seen = ["b"] * 120 + ["a"] * 60 + ["c"] * 10 + ["d", "e"] + [None] * 3
    rates = made(Unit.CATEGORY, seen, feature)
    assert rates.names == ("b", "a")
    assert words(rates) == [("b", 120), ("a", 60), ("one of 3 other values", 12)]
    assert rates.missing is not None
    assert (rates.missing.words, rates.missing.leads) == ("not known", 3)


def test_a_single_other_category_is_named() -> None:
    rates = made(Unit.CATEGORY, ["a"] * 60 + ["b"], ModelFeature("it", ("a",), ("b",)))
    assert words(rates) == [("a", 60), ("b", 1)]


def test_flags_have_two_bins_however_few_the_leads() -> None:
    assert words(made(Unit.FLAG, [0.0] * 9 + [1.0] * 2)) == [("no", 9), ("yes", 2)]


def test_a_lookback_is_named_where_there_are_several() -> None:
    """Of three lookbacks the booster listens to the second."""
    columns = tuple(ModelFeature(f"v_{d}d") for d in (7, 30, 90))
    signal = ModelSignal(
        "v", "Visits", Family.BEHAVIOURAL, Unit.COUNT, (0, 1, 2), (7, 30, 90)
    )
    leads = [f"l{i}" for i in range(120)]
    spine = pd.DataFrame({"lead_id": leads, "group_id": leads, "outcome": 0})
    table = pd.DataFrame({"v_7d": 0.0, "v_30d": [0.0] * 60 + [9.0] * 60, "v_90d": 9.0})
    passed = np.array([10.0, 30.0, 20.0])
    (rates,) = rates_of_past(Past.of(spine), table, columns, (signal,), passed)
    assert rates is not None
    assert (rates.at, rates.lookback_days) == (1, 30)
    assert words(rates) == [("none in 30 days", 60), ("1 or more in 30 days", 60)]


def test_of_columns_that_are_split_on_alike_the_longest_lookback_judges() -> None:
    signal = ModelSignal(
        "v", "V", Family.BEHAVIOURAL, Unit.COUNT, (2, 0, 1), (7, 30, 90)
    )
    assert most_passed(signal, np.array([0.0, 0.0, 0.0])) == 2
    assert most_passed(signal, np.array([5.0, 5.0, 9.0])) == 0
    assert most_passed(signal, np.array([5.0, 5.0, 1.0])) == 2


def test_personal_signals_have_no_rates() -> None:
    signal = ModelSignal(
        "m", "E-mail", Family.FIRMOGRAPHIC, Unit.CATEGORY, (0,), is_personal=True
    )
    spine = pd.DataFrame({"lead_id": ["a"], "group_id": ["a"], "outcome": [1]})
    table = pd.DataFrame({"m": ["ada@example.org"]})
    told = rates_of_past(
        Past.of(spine), table, (ModelFeature("m", ("x",)),), (signal,), np.zeros(1)
    )
    assert told == (None,)


def test_an_address_in_an_open_field_has_no_bin_of_its_own() -> None:
    feature = ModelFeature("it", ("ada@example.org", "web"))
    rates = made(Unit.CATEGORY, ["ada@example.org"] * 99 + ["web"] * 60, feature)
    assert rates.names == ("web",)
    assert "example" not in str(rates.to_dict())


def test_never_is_called_never() -> None:
    rates = made(Unit.DAYS, [1.0] * 60 + [None] * 60)
    assert rates.missing is not None
    assert rates.missing.words == "never"


def test_where_nothing_is_known_of_anybody_there_is_no_bin() -> None:
    rates = made(Unit.NUMBER, [None] * 5)
    assert (rates.bins, rates.places, rates.of(3.0)) == ((), None, None)
    assert rates.missing is not None
    assert rates.missing.leads == 5


# --- where values lie ----------------------------------------------------------------


def test_places_by_hand() -> None:
    """1 to 10, each once: 9 in 10 are above 1, and 9 in 10 below 10."""
    places = places_of(spread_of(np.arange(1.0, 11.0), np.ones(10)))
    assert places is not None
    # Below 2 is 1, and 9 of 10 are more; above 9 is 10, and 9 of 10 are less.
    assert (places.lowest, places.highest) == (2.0, 9.0)
    assert (places.lower, places.higher) == (5.0, 6.0)
    assert places.common is None


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(NUMERIC),
    st.lists(
        st.tuples(st.none() | st.integers(0, 12), st.integers(1, 3)),
        min_size=1,
        max_size=40,
    ),
    st.integers(-1, 13),
)
def test_what_is_said_of_a_value_s_place_is_true_of_it(
    unit: Unit, leads: list[tuple[int | None, int]], asked: int
) -> None:
    """Each lead has a value at some snapshots of its own; it counts once."""
    scale = 0.1 if unit is Unit.SHARE else 1.0
    value = [None if v is None else abs(v) * scale for v, n in leads for _ in range(n)]
    owner = [f"l{i}" for i, (_, n) in enumerate(leads) for _ in range(n)]
    spine = pd.DataFrame({"lead_id": owner, "group_id": owner, "outcome": 0})
    signal = ModelSignal("it", "It", Family.BEHAVIOURAL, unit, (0,))
    table = pd.DataFrame({"it": pd.Series(value, dtype="float64")})
    (rates,) = rates_of_past(
        Past.of(spine), table, (ModelFeature("it"),), (signal,), np.zeros(1)
    )
    assert rates is not None
    mine = abs(asked) * scale
    place = rates.place([mine])
    seen = [judged(np.array([v * scale]), unit)[0] for v, _ in leads if v is not None]
    told = judged(np.array([mine]), unit)[0]
    more = sum(s > told for s in seen)
    less = sum(s < told for s in seen)
    same = sum(s == told for s in seen)
    if not place:
        assert max(more, less, same) <= 0.5 * len(seen) + 1e-9
        return
    known = len(seen) / len(leads)
    assert ("with any" in place or "where it is known" in place) == (known < 0.95)
    is_more = place.startswith(("more", "longer"))
    is_less = place.startswith(("less", "fewer", "not as long"))
    count = more if is_less else less if is_more else same
    part = 0.9 if "9 in 10" in place else 0.5
    assert count >= part * len(seen) - 1e-9
    assert part == 0.9 or count > 0.5 * len(seen)


# --- every value finds its bin -------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(NUMERIC),
    st.lists(st.floats(0, 500), min_size=1, max_size=300),
    st.integers(1, 20),
)
def test_bins_hold_every_lead_once_and_fifty_if_there_are_as_many(
    unit: Unit, values: list[float], times: int
) -> None:
    if unit is Unit.COUNT:
        values = [float(int(v)) for v in values]
    if unit is Unit.SHARE:
        values = [v / 500 for v in values]
    values = values * times
    rates = made(unit, values)
    assert sum(b.leads for b in rates.bins) == len(values)
    assert len(rates.bins) <= 8
    assert len(rates.bins) == 1 or min(b.leads for b in rates.bins) >= 50
    counted = {b.words: 0 for b in rates.bins}
    assert len(counted) == len(rates.bins)
    for value in values:
        like = rates.of(value)
        assert like is not None
        counted[like.words] += 1
    assert counted == {b.words: b.leads for b in rates.bins}
