"""The delay of conversions is that of those who can still convert, and no other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import DataError
from models.judging.delay import Delay

NAN = math.nan
Lead = tuple[float, float, float]  # converted after, closed after, known for


def delay_of(leads: list[Lead]) -> Delay:
    return Delay.of(*(list(column) for column in zip(*leads, strict=True)))


# --- by hand


def test_the_table_worked_out_by_hand() -> None:
    # age   watched  what happens   still open before   share rises by
    #   2      8     1 converts            1                 1/8
    #   3      7     1 is closed          7/8                 -
    #   5      6     1 lost sight of      6/8                 -
    #   6      5     1 converts           6/8            6/8 · 1/5 = 3/20
    #   6            1 is closed                              -
    #   8      3     1 converts     6/8 · 3/5 = 9/20     9/20 · 1/3 = 3/20
    #   9      2     2 lost sight of
    delay = delay_of(
        [
            (2, NAN, 9),
            (NAN, 3, 9),
            (NAN, NAN, 5),
            (6, NAN, 9),
            (NAN, 6, 9),
            (8, NAN, 9),
            (NAN, NAN, 9),
            (NAN, NAN, 9),
        ]
    )

    assert (delay.leads, delay.conversions, delay.closings) == (8, 3, 2)
    assert delay.days.tolist() == [2, 6, 8]
    assert delay.share.tolist() == pytest.approx([1 / 8, 11 / 40, 17 / 40])
    assert delay.longest_days == 9
    # Kaplan and Meier would say 1 - 7/8 · 4/5 · 2/3 = .533 by the end, not .425.
    assert delay.ever == pytest.approx(0.425)


def test_a_horizon_counts_what_happens_before_its_end() -> None:
    delay = delay_of([(2, NAN, 9), (4, NAN, 9)])

    within = [delay.converted_within(days) for days in (1, 2, 3, 4, 4.001, 99)]
    assert within == [0, 0, 0.5, 0.5, 1, 1]


def test_the_suggested_horizon_is_the_first_whole_day_that_nearly_all_fall_before() -> (
    None
):
    # Of 100 conversions the 95th is at 19 days; a horizon of 19 would not count it.
    leads = [(1.0 + i % 19, NAN, 200.0) for i in range(95)] + [(90.0, NAN, 200.0)] * 5
    delay = delay_of(leads)

    assert delay.quantile(0.95) == 19
    assert delay.suggested_horizon() == 20
    assert delay.suggested_horizon(snapshot_after_days=1.5) == 18  # 17.5, and on
    assert delay.suggested_horizon(snapshot_after_days=50) == 1


def test_of_too_few_conversions_no_horizon_is_made() -> None:
    assert delay_of([(1, NAN, 9)] * 19).suggested_horizon() is None
    assert delay_of([(1, NAN, 9)] * 20).suggested_horizon() == 2


def test_without_conversions_there_is_no_delay() -> None:
    delay = delay_of([(NAN, 3, 9), (NAN, NAN, 9)])

    assert delay.ever == 0
    assert math.isnan(delay.quantile(0.5))
    assert delay.converted_within(9) == 0
    assert delay.suggested_horizon() is None
    assert not delay.is_still_rising
    days, share = delay.points()
    assert (days.tolist(), share.tolist()) == ([0, 9], [0, 0])


def test_a_conversion_known_later_is_not_looked_at() -> None:
    # It is how one would look back: nothing after the age that is known.
    assert delay_of([(5, NAN, 4), (NAN, 7, 4), (1, NAN, 4)]).conversions == 1


def test_a_conversion_after_a_closing_is_a_conversion() -> None:
    delay = delay_of([(5, 2, 9), (NAN, 2, 9)])

    assert (delay.conversions, delay.closings) == (1, 1)
    assert delay.share.tolist() == [0.5]


def test_conversion_and_closing_at_one_instant_are_a_conversion() -> None:
    assert delay_of([(2, 2, 9)]).conversions == 1


def test_ages_that_hardly_anyone_was_watched_to_are_not_told() -> None:
    # One of forty was watched for 400 days, and converts then.
    leads = [(10.0, NAN, 50.0)] * 10 + [(NAN, NAN, 50.0)] * 29 + [(390.0, NAN, 400.0)]
    delay = delay_of(leads)

    assert delay.longest_days == 50
    assert delay.days.tolist() == [10]
    assert delay.ever == pytest.approx(10 / 40)


@pytest.mark.parametrize(("last", "is_rising"), [(50, False), (99, True)])
def test_says_whether_conversions_still_came_in_at_the_end(
    last: float, is_rising: bool
) -> None:
    leads = [(10.0, NAN, 100.0)] * 30 + [(last, NAN, 100.0)] * 3
    assert delay_of(leads).is_still_rising is is_rising


# --- by definition

# Whole days, so that conversions, closings and losses of sight coincide.
AGES = st.integers(0, 12).map(float)
LEADS = st.lists(
    st.tuples(AGES | st.just(NAN), AGES | st.just(NAN), AGES), min_size=1, max_size=25
)


def naive(leads: list[Lead]) -> dict[float, float]:
    """Day by day: of those still watched and open, who converts, and who ends."""
    ends: list[tuple[float, str]] = []
    for converted, closed, known in leads:
        if converted <= known:
            ends.append((converted, "converted"))
        elif closed <= known:
            ends.append((closed, "closed"))
        else:
            ends.append((known, "lost"))
    share, still_open, told = 0.0, 1.0, {}
    for day in range(13):
        watched = sum(1 for age, _ in ends if age >= day)
        now = [what for age, what in ends if age == day]
        if "converted" in now:
            share += still_open * now.count("converted") / watched
            told[float(day)] = share
        if watched:
            gone = now.count("converted") + now.count("closed")
            still_open *= 1 - gone / watched
    return told


@settings(deadline=None, max_examples=200)
@given(LEADS)
def test_agrees_with_the_definition_taken_day_by_day(leads: list[Lead]) -> None:
    delay, asked = delay_of(leads), naive(leads)

    told = {day: share for day, share in asked.items() if day <= delay.longest_days}
    assert delay.days.tolist() == list(told)
    assert delay.share.tolist() == pytest.approx(list(told.values()))


@settings(deadline=None, max_examples=100)
@given(LEADS, st.randoms(use_true_random=False))
def test_never_falls_never_passes_one_and_knows_no_order(
    leads: list[Lead], random: object
) -> None:
    delay = delay_of(leads)
    random.shuffle(leads)  # type: ignore[attr-defined]
    again = delay_of(leads)

    assert (np.diff(delay.share) >= 0).all()
    assert not delay.share.size or 0 < delay.share[0] <= delay.share[-1] <= 1
    assert again.share.tolist() == delay.share.tolist()


@settings(deadline=None, max_examples=100)
@given(LEADS)
def test_where_all_were_watched_to_the_end_it_is_the_plain_share(
    leads: list[Lead],
) -> None:
    watched = [(converted, closed, 12.0) for converted, closed, _ in leads]
    delay = delay_of(watched)

    for days in range(14):
        plain = sum(converted < days for converted, _, _ in watched) / len(watched)
        assert delay.converted_within(days) == pytest.approx(plain)


def test_finds_the_truth_of_a_simulated_world() -> None:
    # Conversion at a rate of .02 a day and closing at .06: a quarter ever converts,
    # F(h) = .25 · (1 - exp(-.08 h)); half of the leads are watched under 30 days.
    random = np.random.default_rng(1)
    converted = random.exponential(1 / 0.02, 40_000)
    closed = random.exponential(1 / 0.06, 40_000)
    known = random.uniform(0, 60, 40_000)
    first = converted < closed
    delay = Delay.of(
        np.where(first, converted, np.nan), np.where(first, np.nan, closed), known
    )

    for days in (5, 15, 45):
        truth = 0.25 * (1 - math.exp(-0.08 * days))
        assert delay.converted_within(days) == pytest.approx(truth, abs=0.01)


# --- the picture


def test_a_picture_has_so_many_points_and_runs_from_nought_to_the_end() -> None:
    random = np.random.default_rng(2)
    converted = random.exponential(9, 5_000)
    delay = Delay.of(converted, np.full(5_000, np.nan), np.full(5_000, 100.0))
    days, share = delay.points(most=200)

    assert 100 < days.size <= 200
    assert (days[0], share[0]) == (0, 0)
    assert (days[-1], share[-1]) == (100, delay.ever)
    assert (np.diff(days) >= 0).all()
    # No step of it is long: what is left out could not be seen.
    assert np.diff(share).max() < 0.02
    assert np.diff(days).max() < 5 or share[np.diff(days).argmax()] > 0.99


def test_a_short_curve_is_shown_whole() -> None:
    days, share = delay_of([(2, NAN, 9), (4, NAN, 9)]).points()

    assert days.tolist() == [0, 2, 4, 9]
    assert share.tolist() == [0, 0.5, 1, 1]


# --- what is refused


@pytest.mark.parametrize(
    "lead", [(-1.0, NAN, 9.0), (NAN, -1.0, 9.0), (NAN, NAN, -1.0), (NAN, NAN, NAN)]
)
def test_ages_before_creation_are_refused(lead: Lead) -> None:
    with pytest.raises(DataError, match="1 of 2 leads have one below 0"):
        delay_of([lead, (1.0, NAN, 9.0)])


def test_columns_of_different_leads_are_refused() -> None:
    with pytest.raises(DataError, match="three columns of ages"):
        Delay.of([1.0], [NAN, NAN], [9.0])
    with pytest.raises(DataError, match="at least one"):
        Delay.of([], [], [])
