"""Reasons say what was seen, hide what is personal, and leave no point out."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.vocabulary import Family, Unit
from models.contract import Contract
from models.explaining.reasons import Reason, reasons_of, words_of
from models.players import ModelFeature, ModelSignal
from tests.models.small_models import contract

SOURCE = ModelFeature("source", categories=("ad", "web"), rare=("radio",))
MANY = 12


def said(unit: Unit, *seen: object, lookbacks: tuple[int, ...] = ()) -> str:
    """What is said of a signal called "It", after the name."""
    places = tuple(range(len(seen)))
    signal = ModelSignal("it", "It", Family.BEHAVIOURAL, unit, places, lookbacks)
    words = words_of(signal, list(seen), (SOURCE,))
    assert words.startswith("It: ")
    return words.removeprefix("It: ")


def personal(unit: Unit) -> ModelSignal:
    """A signal whose values are never shown."""
    family = Family.FIRMOGRAPHIC
    return ModelSignal("it", "It", family, unit, (0,), is_personal=True)


def many(n: int = MANY) -> Contract:
    """A contract of as many numbers as asked, each a signal of its own."""
    columns = tuple(ModelFeature(f"c{i}") for i in range(n))
    signals = tuple(
        ModelSignal(f"s{i}", f"Signal {i}", Family.FIRMOGRAPHIC, Unit.NUMBER, (i,))
        for i in range(n)
    )
    return contract(columns, signals)


def table(rows: int, n: int = MANY) -> pd.DataFrame:
    """A table of ones for the contract of many numbers."""
    return pd.DataFrame(np.ones((rows, n)), columns=[f"c{i}" for i in range(n)])


# --- the words -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ((2.0, 5.0, 11.0), "2 in 7 days, 5 in 30, 11 in 90"),
        ((0.0, 0.0, 1.0), "0 in 7 days, 0 in 30, 1 in 90"),
        ((0.0, 0.0, 0.0), "none in 90 days"),
        ((None, None, None), "none in 90 days"),
        ((0.0, 1234.0, 5678.0), "0 in 7 days, 1,234 in 30, 5,678 in 90"),
    ],
)
def test_counts_are_said_for_each_lookback(
    seen: tuple[float | None, ...], words: str
) -> None:
    assert said(Unit.COUNT, *seen, lookbacks=(7, 30, 90)) == words


def test_values_are_said_for_each_lookback() -> None:
    assert (
        said(Unit.NUMBER, 0.5, 12.25, lookbacks=(7, 30)) == "0.5 in 7 days, 12.2 in 30"
    )


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (0.0, "less than an hour ago"),
        (0.5 / 24, "less than an hour ago"),
        (1.5 / 24, "1 hour ago"),
        (2.5 / 24, "2 hours ago"),
        (1.99, "47 hours ago"),
        (2.0, "2 days ago"),
        (29.9, "29 days ago"),
        (400.0, "400 days ago"),
        (None, "never"),
    ],
)
def test_days_are_said_as_how_long_ago(days: float | None, words: str) -> None:
    assert said(Unit.DAYS, days) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0, "0%"), (1 / 3, "33%"), (1.0, "100%"), (None, "nothing to go by")],
)
def test_shares_are_said_in_whole_percent(share: float | None, words: str) -> None:
    assert said(Unit.SHARE, share) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (120.0, "120"),
        (0.0, "0"),
        (-3.0, "-3"),
        (2.345, "2.35"),
        (0.001234, "0.00123"),
        (12_345.6, "12,346"),
        (1_000_000, "1,000,000"),
        (np.int64(7), "7"),
        (None, "not known"),
    ],
)
def test_numbers_are_rounded_for_eyes(value: float | None, words: str) -> None:
    assert said(Unit.NUMBER, value) == words


@pytest.mark.parametrize(
    ("value", "words"), [(1.0, "yes"), (0.0, "no"), (True, "yes"), (None, "not known")]
)
def test_flags_are_yes_or_no(value: float | None, words: str) -> None:
    if isinstance(value, bool):
        value = float(value)
    assert said(Unit.FLAG, value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("web", "web"),
        ("radio", "radio (rare)"),
        ("moon", "moon (never seen before)"),
        (None, "not known"),
    ],
)
def test_a_category_says_whether_it_is_known(value: str | None, words: str) -> None:
    assert said(Unit.CATEGORY, value) == words


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("value", ["ada@example.org", 42.0, None])
def test_a_personal_value_is_never_said(unit: Unit, value: object) -> None:
    words = words_of(personal(unit), [value], (SOURCE,))

    assert words == "It: personal, not shown"


def test_nothing_personal_appears_among_the_reasons() -> None:
    mail = ModelSignal(
        "mail", "E-mail", Family.FIRMOGRAPHIC, Unit.CATEGORY, (0,), is_personal=True
    )
    made = contract((ModelFeature("mail", ("ada@example.org",)),), (mail,))
    frame = pd.DataFrame({"mail": ["ada@example.org", "bob@example.org"]})

    found = reasons_of(np.array([[3.0], [-3.0]]), frame, made)

    assert "example.org" not in str(found)


# --- which reasons -------------------------------------------------------------------


def test_the_strongest_four_of_either_direction_are_told_in_order() -> None:
    points = np.array([[1, -1, 5, -5, 3, -3, 4, -4, 2, -2, 0, 0.5]])

    (found,) = reasons_of(points, table(1), many())

    assert [(r.code, r.points) for r in found.raising] == [
        ("s2", 5.0), ("s6", 4.0), ("s4", 3.0), ("s8", 2.0),
    ]  # fmt: skip
    assert [(r.code, r.points) for r in found.lowering] == [
        ("s3", -5.0), ("s7", -4.0), ("s5", -3.0), ("s9", -2.0),
    ]  # fmt: skip
    assert found.other_points == 0.5  # 1 - 1 + 0 + 0.5


def test_what_would_be_printed_as_nought_is_no_reason() -> None:
    points = np.array([[0.049, 0.05, -0.049, -0.05]])

    (found,) = reasons_of(points, table(1, 4), many(4))

    assert [r.code for r in found.raising] == ["s1"]
    assert [r.code for r in found.lowering] == ["s3"]


def test_the_words_are_of_the_lead_s_own_row() -> None:
    frame = pd.DataFrame({"c0": [7.0, None], "c1": [1.0, 8.0]})

    one, two = reasons_of(np.array([[2.0, 0.0], [-2.0, 1.0]]), frame, many(2))

    assert one.raising == (Reason("s0", "Signal 0: 7", 2.0),)
    assert two.raising == (Reason("s1", "Signal 1: 8", 1.0),)
    assert two.lowering == (Reason("s0", "Signal 0: not known", -2.0),)


def test_a_signal_of_two_columns_reads_them_where_they_are() -> None:
    columns = (ModelFeature("v30"), ModelFeature("size"), ModelFeature("v7"))
    visits = ModelSignal(
        "visits", "Visits", Family.BEHAVIOURAL, Unit.COUNT, (2, 0), (7, 30)
    )
    frame = pd.DataFrame({"size": [9], "v7": [2], "v30": [5]})

    (found,) = reasons_of(np.array([[1.0]]), frame, contract(columns, (visits,)))

    assert found.raising[0].words == "Visits: 2 in 7 days, 5 in 30"


def test_ties_are_told_in_the_order_of_the_contract() -> None:
    points = np.array([[1.0, 1.0, 1.0, 1.0, 1.0, 1.0]])

    (found,) = reasons_of(points, table(1, 6), many(6))

    assert [r.code for r in found.raising] == ["s0", "s1", "s2", "s3"]


def test_ties_are_broken_alike_in_every_batch() -> None:
    one = np.array([[-1.0, 2.0, -1.0, 2.0, -1.0, -1.0, -1.0]])
    batch = np.vstack([np.arange(7.0), one, -np.arange(7.0)])

    alone = reasons_of(one, table(1, 7), many(7))[0]
    among = reasons_of(batch, table(3, 7), many(7))[1]

    assert alone == among


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.floats(-40, 40), min_size=MANY, max_size=MANY),
        min_size=1,
        max_size=4,
    )
)
def test_the_other_points_complete_the_sum(rows: list[list[float]]) -> None:
    points = np.array(rows)

    found = reasons_of(points, table(len(rows)), many())

    for each, row in zip(found, rows, strict=True):
        told = [r.points for r in (*each.raising, *each.lowering)]
        total = math.fsum([*told, each.other_points])
        assert total == pytest.approx(math.fsum(row), abs=1e-9)


@settings(deadline=None)
@given(st.lists(st.floats(-40, 40), min_size=MANY, max_size=MANY))
def test_raising_raises_and_lowering_lowers_four_times_at_most(
    row: list[float],
) -> None:
    (found,) = reasons_of(np.array([row]), table(1), many())

    up = [r.points for r in found.raising]
    down = [r.points for r in found.lowering]
    assert up == sorted((p for p in row if p >= 0.05), reverse=True)[:4]
    assert down == sorted(p for p in row if p <= -0.05)[:4]


def test_no_leads_have_no_reasons() -> None:
    assert reasons_of(np.empty((0, MANY)), table(0), many()) == []
