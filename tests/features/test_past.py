"""What touches and colleagues come to, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.features.loom import Loom, Row
from tests.features.small_worlds import (
    DAY,
    START,
    Milestone,
    Person,
    SmallWorld,
    Touch,
)

NOON = START + timedelta(days=60.5)  # 2026-03-06, a Friday
MINUTE = timedelta(minutes=1)
ADA = Person("ada", "acme", START)
BOB = Person("bob", "acme", START + DAY)
CYD = Person("cyd", "acme", START + 2 * DAY)
DOT = Person("dot", None, START)
AT_NOON = SmallWorld((ADA, BOB, CYD, DOT), snapshots=(("ada", NOON),))


def at(days_ago: float, kind: str = "visit", **told: object) -> Touch:
    """A touch of Ada's that was known at once."""
    when = NOON - timedelta(days=days_ago)
    return replace(Touch(kind, when, when, "ada"), **told)  # type: ignore[arg-type]


def ada_after(loom: Loom, *touches: Touch) -> Row:
    return loom.of(replace(AT_NOON, touches=touches))[0]


# --- visits --------------------------------------------------------------------------


def test_half_an_hour_of_silence_is_one_visit_and_a_moment_more_is_two(
    loom: Loom,
) -> None:
    start = NOON - DAY
    times = [
        start,
        start + 30 * MINUTE,
        start + 60 * MINUTE + timedelta(microseconds=1),
    ]
    ada = ada_after(loom, *(Touch("visit", t, t, "ada") for t in times))

    assert ada["visits_7d"] == 2
    assert ada["touches_per_visit"] == 1.5


def test_what_we_did_is_no_visit(loom: Loom) -> None:
    ada = ada_after(loom, at(1, "call"), at(1), at(2, "mail"))

    assert ada["visits_7d"] == 1


def test_a_touch_that_was_recorded_late_does_not_join_two_visits(loom: Loom) -> None:
    # Forty minutes apart, and one between them that we hear of only after noon.
    times = [NOON - DAY, NOON - DAY + 20 * MINUTE, NOON - DAY + 40 * MINUTE]
    known = [times[0], NOON, times[2]]
    touches = [Touch("visit", t, k, "ada") for t, k in zip(times, known, strict=True)]

    assert ada_after(loom, *touches)["visits_7d"] == 2
    in_time = [replace(t, recorded_at=t.occurred_at) for t in touches]
    assert ada_after(loom, *in_time)["visits_7d"] == 1


# --- when in the week ----------------------------------------------------------------


def test_working_hours_begin_at_eight_and_end_before_eighteen_utc(loom: Loom) -> None:
    thursday = datetime(2026, 3, 5, tzinfo=START.tzinfo)
    hours = [7.99, 8, 17.99, 18]  # the two in the middle are in working hours
    saturday = thursday + 2 * DAY - 7 * DAY
    times = [thursday + timedelta(hours=h) for h in hours] + [saturday + DAY / 2]
    ada = ada_after(loom, *(Touch("visit", t, t, "ada") for t in times))

    assert ada["working_hours_share"] == 2 / 5
    assert ada["weekend_share"] == 1 / 5


# --- the journey ---------------------------------------------------------------------


def test_the_journey_goes_from_the_first_touch_to_the_last(loom: Loom) -> None:
    ada = ada_after(
        loom,
        at(40, channel="web"),
        at(30, "pricing_page", channel="e-mail"),
        at(20, "pricing_page"),
        at(10, "webinar", channel="shop"),
        at(5, "mail", channel="mail"),  # ours, and no part of it
    )

    assert (ada["first_source"], ada["last_source"]) == ("web", "shop")
    assert (ada["first_kind"], ada["last_kind"]) == ("visit", "webinar")
    assert ada["journey_days"] == 30
    assert ada["bottom_stage_after_days"] == 10
    assert ada["bottom_stage_position"] == pytest.approx(2 / 3)
    assert ada["middle_stage_position"] == 1
    assert ada["negative_stage_position"] is None


# --- values --------------------------------------------------------------------------


def test_a_touch_without_a_value_is_in_no_mean(loom: Loom) -> None:
    ada = ada_after(loom, at(3, value=10.0), at(2, value=-4.0), at(1))

    assert ada["mean_value"] == 3
    assert ada["greatest_value"] == 10
    assert ada["last_value"] == -4
    assert ada["value_of_touches_7d"] == 6


def test_of_two_values_at_one_instant_the_greater_is_the_last(loom: Loom) -> None:
    assert ada_after(loom, at(1, value=1.0), at(1, value=2.0))["last_value"] == 2
    assert ada_after(loom, at(1, value=2.0), at(1, value=1.0))["last_value"] == 2


def test_sums_of_large_and_small_values_lose_nothing(loom: Loom) -> None:
    # As floats, 900,000,000,000 + 0.000001 - 900,000,000,000 is 0 or 0.000122.
    large = 900_000_000_000.0
    ada = ada_after(loom, at(3, value=large), at(2, value=1e-6), at(1, value=-large))

    assert ada["value_of_touches_7d"] == 1e-6


def test_a_value_beyond_a_trillion_is_none(loom: Loom) -> None:
    ada = ada_after(loom, at(2, value=1e12), at(1, value=5.0))

    assert ada["value_of_touches_7d"] == ada["mean_value"] == 5


# --- what we did, and whether it was answered ----------------------------------------


def test_an_answer_comes_after_the_touch_and_within_three_days(loom: Loom) -> None:
    ada = ada_after(
        loom,
        at(20, "mail"),
        at(17),  # to the second, three days later: answered
        at(10, "call"),
        at(6.9),  # three days and a tenth: not
        at(3, "mail"),
        at(3),  # at the same instant: not
    )

    assert ada["answered_share"] == pytest.approx(1 / 3)
    assert ada["days_since_outbound"] == 3
    assert ada["inbound_share"] == 0.5


def test_one_answer_answers_all_that_went_before_it(loom: Loom) -> None:
    ada = ada_after(loom, at(5, "mail"), at(4, "call"), at(3))

    assert ada["answered_share"] == 1


# --- colleagues ----------------------------------------------------------------------


def test_a_colleagues_touch_counts_from_when_it_was_known(loom: Loom) -> None:
    told = [
        Touch("visit", NOON - 40 * DAY, NOON - 5 * DAY, "bob"),  # known for five days
        Touch("visit", NOON - 4 * DAY, NOON, "bob"),  # not known yet
        Touch("mail", NOON - 2 * DAY, NOON - 2 * DAY, "bob"),  # ours
        Touch("visit", NOON - 9 * DAY, NOON - 9 * DAY, None, "acme"),  # nobody's own
        at(1),  # Ada's own
    ]
    ada = ada_after(loom, *told)

    assert ada["colleague_touches_7d"] == 1
    assert ada["colleague_touches_30d"] == 1
    assert ada["days_since_colleague_touch"] == 5
    assert ada["all_touches_30d"] == 2  # the account's touch counts for all its leads


def test_what_became_of_colleagues_is_known_when_it_was_recorded(loom: Loom) -> None:
    world = replace(
        AT_NOON,
        milestones=(
            Milestone("bob", "won", NOON - 9 * DAY, NOON - 3 * DAY),
            Milestone("bob", "lost", NOON - 2 * DAY, NOON - 2 * DAY),
            Milestone("cyd", "lost", NOON - 8 * DAY, NOON),  # not known yet
            Milestone("ada", "won", NOON - 4 * DAY, NOON - 4 * DAY),  # her own
        ),
    )
    ada = loom.of(world)[0]

    assert ada["colleagues"] == 2
    assert ada["account_conversions"] == 1
    assert ada["open_colleagues"] == 1
    assert ada["account_conversion_share"] == 1
    assert ada["days_since_account_conversion"] == 3


@pytest.mark.parametrize(
    ("deadline", "is_open"),
    [(NOON - 3 * DAY, False), (NOON, False), (NOON + MINUTE, True), (None, True)],
)
def test_a_colleague_is_open_until_its_deadline(
    loom: Loom, deadline: datetime | None, is_open: bool
) -> None:
    people = tuple(
        replace(p, deadline_at=deadline) if p.lead_id == "cyd" else p
        for p in AT_NOON.people
    )
    won = Milestone("bob", "won", NOON - 9 * DAY, NOON - 9 * DAY)
    ada = loom.of(replace(AT_NOON, people=people, milestones=(won,)))[0]

    # Of those that have ended, Bob alone has converted.
    assert ada["open_colleagues"] == is_open
    assert ada["account_conversion_share"] == (1 if is_open else 0.5)


def test_a_lead_without_an_account_has_no_colleagues(loom: Loom) -> None:
    eve = Person("eve", None, START)
    world = SmallWorld((DOT, eve), (replace(at(1), lead_id="eve"),))
    dot = loom.of(replace(world, snapshots=(("dot", NOON),)))[0]

    assert dot["colleagues"] == dot["colleague_touches_30d"] == 0
    assert dot["days_since_colleague_touch"] is None


# --- from one snapshot of a lead to the next -----------------------------------------


def test_a_touch_recorded_between_two_snapshots_counts_from_the_second_on(
    loom: Loom,
) -> None:
    # What is carried from the first must take in a touch older than all that it has.
    late = Touch("visit", NOON - 50 * DAY, NOON - 3 * DAY, "ada", channel="shop")
    world = replace(
        AT_NOON,
        touches=(late, at(20, channel="web")),
        snapshots=(("ada", NOON - 10 * DAY), ("ada", NOON)),
    )
    first, second = loom.of(world)

    assert (first["first_source"], second["first_source"]) == ("web", "shop")
    assert (first["days_since_first_touch"], second["days_since_first_touch"]) == (
        10,
        50,
    )
    assert (first["breadth_of_channels"], second["breadth_of_channels"]) == (1, 2)
