"""What was seen is said truly, in plain English, and nothing personal is said."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.catalogue import catalogue_of
from features.company import Company, Kind
from features.vocabulary import Family, FunnelStage, Unit
from models.contract import model_signals
from models.explaining.words import (
    effect_side,
    is_address,
    rounded,
    say,
    sentence,
    tenths,
    uncapital,
    words_of,
)
from models.players import ModelFeature, ModelSignal

SOURCE = ModelFeature("source", categories=("ad", "web"), rare=("radio",))
NUMBERS = st.floats(-1e12, 1e12).filter(lambda v: v == 0 or abs(v) > 1e-9)


def signal(unit: Unit, places: int = 1, **more: object) -> ModelSignal:
    """A signal called "It"."""
    columns = tuple(range(places))
    return ModelSignal("it", "It", Family.BEHAVIOURAL, unit, columns, **more)  # type: ignore[arg-type]


def said(unit: Unit, *seen: object, lookbacks: tuple[int, ...] = ()) -> str:
    """What is said of it, after the name."""
    words = words_of(
        signal(unit, len(seen), lookbacks_days=lookbacks), list(seen), (SOURCE,)
    )
    return words.removeprefix("It: ")


# --- values --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ((2.0, 5.0, 11.0), "2 in 7 days, 5 in 30, 11 in 90"),
        ((0.0, 0.0, 1.0), "0 in 7 days, 0 in 30, 1 in 90"),
        ((0.0, 0.0, 0.0), "No it in 90 days"),
        ((None, None, None), "No it in 90 days"),
        ((0.0, 1234.0, 5678.0), "0 in 7 days, 1,234 in 30, 5,678 in 90"),
    ],
)
def test_counts_are_said_for_each_lookback(
    seen: tuple[float | None, ...], words: str
) -> None:
    assert said(Unit.COUNT, *seen, lookbacks=(7, 30, 90)) == words


def test_one_day_is_a_day_and_the_next_lookback_says_its_unit() -> None:
    assert said(Unit.COUNT, 1.0, 4.0, 9.0, lookbacks=(1, 7, 30)) == (
        "1 in 1 day, 4 in 7 days, 9 in 30"
    )
    assert said(Unit.COUNT, 0.0, lookbacks=(1,)) == "No it in 1 day"


def test_sums_are_said_for_each_lookback_and_none_is_nought() -> None:
    assert (
        said(Unit.NUMBER, 0.5, 12.25, lookbacks=(7, 30)) == "0.5 in 7 days, 12.3 in 30"
    )
    assert said(Unit.NUMBER, 0.0, 0.0, lookbacks=(7, 30)) == "0 in 30 days"


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
        (1400.0, "1,400 days ago"),
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
        (-0.0, "0"),
        (-3.0, "-3"),
        (2.346, "2.35"),
        (0.001234, "0.00123"),
        (999.6, "1,000"),
        (12_345.6, "12,346"),
        (1_000_000, "1,000,000"),
        (np.int64(7), "7"),
        (None, "not known"),
    ],
)
def test_numbers_are_rounded_for_eyes(value: float | None, words: str) -> None:
    assert said(Unit.NUMBER, value) == words


@pytest.mark.parametrize(
    ("value", "words"), [(1.0, "yes"), (0.0, "no"), (None, "not known")]
)
def test_flags_are_yes_or_no(value: float | None, words: str) -> None:
    assert said(Unit.FLAG, value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("web", "web"),
        ("radio", "radio (rare)"),
        ("moon", "moon (a value never seen before)"),
        (None, "not known"),
    ],
)
def test_a_category_says_whether_it_is_known(value: str | None, words: str) -> None:
    assert said(Unit.CATEGORY, value) == words


def test_what_touches_are_summed_up_to_is_missing_where_there_are_none() -> None:
    summed = signal(Unit.NUMBER, kinds=("visit",))
    assert words_of(summed, [None], (SOURCE,)) == "It: none yet"
    assert words_of(signal(Unit.NUMBER), [None], (SOURCE,)) == "It: not known"


def test_a_kind_of_touch_is_called_as_the_company_calls_it() -> None:
    kinds = (
        Kind("pricing_page", "Pricing page", FunnelStage.BOTTOM),
        Kind("q7", "Webinar", FunnelStage.MIDDLE),
    )
    catalogue = catalogue_of(Company(kinds=kinds))
    features = tuple(
        ModelFeature(f.name, ("pricing_page",) if s.unit is Unit.CATEGORY else None)
        for s in catalogue
        for f in s
    )
    signals = {s.code: s for s in model_signals(catalogue, features)}
    last, source = signals["last_kind"], signals["last_source"]
    assert words_of(last, ["pricing_page"], features) == (
        "What the lead did last: Pricing page"
    )
    assert words_of(last, ["q7"], features) == (
        "What the lead did last: Webinar (a value never seen before)"
    )
    assert words_of(last, [None], features) == "What the lead did last: none yet"
    # A channel of that name is no kind of touch.
    assert words_of(source, ["pricing_page"], features).endswith(": pricing_page")


@pytest.mark.parametrize(
    ("words", "inside"),
    [
        ("Pricing page touches", "pricing page touches"),
        ("E-mail sent by us touches", "e-mail sent by us touches"),
        ("W_Completeren aanvraag touches", "W_Completeren aanvraag touches"),
        ("A_SUBMITTED touches", "A_SUBMITTED touches"),
        ("PDF touches", "PDF touches"),
        ("Other touches", "other touches"),
        ("", ""),
    ],
)
def test_names_in_capitals_stay_so_within_a_sentence(words: str, inside: str) -> None:
    assert uncapital(words) == inside


# --- nothing personal ----------------------------------------------------------------


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("value", ["ada@example.org", 42.0, None])
def test_a_personal_value_is_never_said(unit: Unit, value: object) -> None:
    assert words_of(signal(unit, is_personal=True), [value], (SOURCE,)) == (
        "It: personal, not shown"
    )


@pytest.mark.parametrize(
    "value", ["ada@example.org", "<ada.lovelace@example.org>", "x@y", "mailto:a@b.c d"]
)
def test_an_address_in_an_open_field_is_never_said(value: str) -> None:
    assert is_address(value)
    words = said(Unit.CATEGORY, value)
    assert words == "an address, not shown (a value never seen before)"


# --- the effect ----------------------------------------------------------------------


@given(st.floats(-80, 80).filter(lambda p: abs(p) >= 0.05))
def test_the_effect_is_of_the_sign_of_the_contribution(points: float) -> None:
    words = effect_side(points)
    assert words.startswith(
        "raises the score by " if points > 0 else "lowers the score"
    )
    told = float(words.split()[-2])
    assert told > 0
    assert told == pytest.approx(abs(points), abs=0.05 + 1e-9)


def test_tenths_round_halves_upwards() -> None:
    assert tenths([0.05, 0.25, 1.24]).tolist() == [1, 3, 12]


@given(st.sampled_from(["It: 3", "No it in 7 days"]), st.floats(-50, 50))
def test_the_value_side_does_not_know_the_effect(value: str, points: float) -> None:
    assert sentence(value, points).startswith(f"{value}: ")


# --- rounding ------------------------------------------------------------------------


@given(st.sampled_from(list(Unit)), st.lists(NUMBERS, min_size=2, max_size=9))
def test_rounding_keeps_the_order_and_is_done_once(
    unit: Unit, values: list[float]
) -> None:
    if unit is Unit.DAYS:
        values = [abs(v) for v in values]
    told = rounded(np.array(sorted(values)), unit)
    assert (np.diff(told) >= 0).all()
    np.testing.assert_array_equal(rounded(told, unit), told)


@given(NUMBERS)
def test_a_number_is_told_within_half_a_percent(value: float) -> None:
    (told,) = rounded(np.array([value]), Unit.NUMBER)
    assert told == pytest.approx(value, rel=0.0051)


def test_whole_hours_are_the_same_from_a_float32() -> None:
    """Past leads are kept in them: 5 / 24 times 24 is then 4.9999988."""
    hours = np.arange(48) / 24
    kept = hours.astype(np.float32).astype(np.float64)
    told = rounded(kept, Unit.DAYS) * 24
    assert np.rint(told).tolist() == list(range(48))


def test_missing_stays_missing() -> None:
    for unit in Unit:
        assert math.isnan(rounded(np.array([np.nan]), unit)[0])


@given(st.sampled_from([Unit.DAYS, Unit.SHARE, Unit.NUMBER, Unit.COUNT]), NUMBERS)
def test_rounded_values_read_as_the_values_do(unit: Unit, value: float) -> None:
    value = abs(value)
    told = float(rounded(np.array([value]), unit)[0])
    assert say(signal(unit), [told], (SOURCE,)) == words_of(
        signal(unit), [value], (SOURCE,)
    )
