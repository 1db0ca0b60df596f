"""Where the past ends and what counts in it, worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.features.loom import Loom, Row
from tests.features.small_worlds import (
    DAY,
    START,
    Known,
    Person,
    SmallWorld,
    Touch,
)

NOON = START + timedelta(days=60.5)
US = timedelta(microseconds=1)
ADA = Person("ada", "acme", START)
BOB = Person("bob", None, START)
AT_NOON = SmallWorld((ADA, BOB), snapshots=(("ada", NOON), ("bob", NOON)))


def visit(occurred_at: datetime, recorded_at: datetime | None = None) -> Touch:
    return Touch("visit", occurred_at, recorded_at or occurred_at, "ada")


def ada_after(loom: Loom, *touches: Touch) -> Row:
    """What is said of Ada at noon after these touches."""
    return loom.of(replace(AT_NOON, touches=touches))[0]


def after_one_or_the_other(loom: Loom, one: Touch, other: Touch) -> tuple[Row, Row]:
    """What is said of Ada at noon after one touch, and of Bob after another."""
    touches = (replace(one, lead_id="ada"), replace(other, lead_id="bob"))
    ada, bob = loom.of(replace(AT_NOON, touches=touches))
    return ada, bob


def test_a_touch_at_the_snapshot_is_not_before_it(loom: Loom) -> None:
    at, just_before = after_one_or_the_other(loom, visit(NOON), visit(NOON - US))

    assert (at["all_touches_7d"], just_before["all_touches_7d"]) == (0, 1)
    assert at["days_since_last_touch"] is None
    # One microsecond of the 86,400,000,000 of a day.
    assert just_before["days_since_last_touch"] == pytest.approx(1.1574e-11, rel=1e-4)


def test_a_touch_recorded_at_the_snapshot_was_not_known_before_it(loom: Loom) -> None:
    on_time, late = visit(NOON - 3 * DAY, NOON - US), visit(NOON - 3 * DAY, NOON)
    known, unknown = after_one_or_the_other(loom, on_time, late)

    assert (known["visit_touches_7d"], unknown["visit_touches_7d"]) == (1, 0)


def test_a_touch_recorded_before_it_occurred_is_not_past_until_it_occurs(
    loom: Loom,
) -> None:
    announced = visit(NOON, NOON - DAY)  # a wrong clock, or a date to come
    begun = visit(NOON - US, NOON - DAY)
    future, past = after_one_or_the_other(loom, announced, begun)

    assert (future["all_touches_30d"], past["all_touches_30d"]) == (0, 1)


@pytest.mark.parametrize("days", [7, 30])
def test_a_touch_exactly_as_old_as_the_lookback_is_within_it(
    loom: Loom, days: int
) -> None:
    border = visit(NOON - days * DAY)
    beyond = visit(NOON - days * DAY - US)
    within, without = after_one_or_the_other(loom, border, beyond)
    columns = [f"{c}_{days}d" for c in ("all_touches", "visit_touches", "active_days")]

    assert [within[c] for c in columns] == [1, 1, 1]
    assert [without[c] for c in columns] == [0, 0, 0]


def test_a_touch_is_counted_from_when_it_occurred_not_from_when_it_was_recorded(
    loom: Loom,
) -> None:
    late = ada_after(loom, visit(NOON - 10 * DAY, NOON - 1 * DAY))

    assert (late["visit_touches_7d"], late["visit_touches_30d"]) == (0, 1)
    assert late["visit_days_since"] == 10


def test_days_are_days_of_utc(loom: Loom) -> None:
    # Midnight itself is of the new day, as is the microsecond after it.
    midnight = NOON - 3.5 * DAY
    found = ada_after(loom, visit(midnight), visit(midnight - US), visit(midnight + US))

    assert (found["all_touches_7d"], found["active_days_7d"]) == (3, 2)


def test_the_same_touch_twice_is_two_touches_of_one_asset(loom: Loom) -> None:
    twice = replace(visit(NOON - DAY), asset="/pricing", value=0.1)
    found = ada_after(loom, twice, twice, twice)

    assert (found["visit_touches_7d"], found["breadth_of_assets"]) == (3, 1)
    assert found["value_of_touches_7d"] == 0.3  # and not 0.30000000000000004


def test_an_accounts_touch_counts_for_its_leads_and_a_leads_touch_for_it_alone(
    loom: Loom,
) -> None:
    at = NOON - DAY
    touches = (
        Touch("visit", at, at, account_id="acme"),  # Ada's account
        Touch("visit", at, at, account_id="zenith"),  # nobody's
        Touch("visit", at, at),  # of nobody at all
        Touch("visit", at, at, "bob", "acme"),  # Bob's, whatever the account says
    )
    ada, bob = loom.of(replace(AT_NOON, touches=touches))

    assert (ada["visit_touches_7d"], bob["visit_touches_7d"]) == (1, 1)


def test_intensity_halves_every_fortnight(loom: Loom) -> None:
    # 1/2 after 14 days, 1/4 after 28, 1/16 after 56.
    found = ada_after(loom, *(visit(NOON - days * DAY) for days in (14, 28, 56)))

    assert found["intensity"] == pytest.approx(0.8125, abs=1e-8)


def test_momentum_is_the_last_weeks_share_of_four_weeks(loom: Loom) -> None:
    # Of the touches 7, 8, 28 and 29 days ago three are within 28 days, one within 7.
    found = ada_after(loom, *(visit(NOON - days * DAY) for days in (7, 8, 28, 29)))

    assert found["momentum"] == pytest.approx(1 / 3)


def test_what_we_did_is_no_sign_of_the_leads_interest(loom: Loom) -> None:
    at = NOON - DAY
    found = ada_after(loom, Touch("call", at, at, "ada"), Touch("mail", at, at, "ada"))

    assert (found["outbound_touches_7d"], found["call_touches_7d"]) == (2, 1)
    assert found["call_days_since"] == 1
    assert {
        found[c]
        for c in ("all_touches_7d", "middle_stage_touches_7d", "other_stage_touches_7d")
    } == {0}
    assert found["middle_stage_share"] is None  # of no inbound touch at all


def test_a_kind_never_declared_is_of_no_stage_and_still_a_touch(loom: Loom) -> None:
    at = NOON - DAY
    found = ada_after(loom, Touch("never_declared", at, at, "ada"), visit(at))

    assert (found["all_touches_7d"], found["other_stage_touches_7d"]) == (2, 1)
    assert (found["other_stage_share"], found["top_stage_share"]) == (0.5, 0.5)


def test_an_attribute_known_from_the_snapshot_was_not_known_before_it(
    loom: Loom,
) -> None:
    world = replace(
        AT_NOON,
        people=(replace(ADA, segment="small"), BOB),
        accounts=(
            Known("acme", "iron", None),
            Known("acme", "steel", NOON - 9 * DAY),
            Known("acme", "software", NOON),
        ),
        history=(
            Known("ada", "middle", NOON - US, "Segment"),
            Known("ada", "large", NOON, "Segment"),
            Known("bob", "900", NOON, "budget"),
        ),
    )
    ada, bob = loom.of(world)
    earlier = loom.of(replace(world, snapshots=(("ada", NOON - 9 * DAY),)))[0]

    assert (ada["segment"], ada["industry"]) == ("middle", "steel")
    assert (earlier["segment"], earlier["industry"]) == ("small", "iron")
    assert (bob["segment"], bob["industry"], bob["budget"]) == (None, None, None)


def test_completeness_is_the_share_of_the_record_known_by_then(loom: Loom) -> None:
    # Of twelve attributes Ada filled in two, and her account's industry came later.
    told = replace(ADA, employees="n.k.", email="nonsense")
    world = replace(
        AT_NOON, people=(told, BOB), accounts=(Known("acme", "steel", NOON),)
    )

    assert [a["completeness"] for a in loom.of(world)] == [2 / 12, 0]


def test_a_late_touch_counts_today_but_did_not_count_then(loom: Loom) -> None:
    late = visit(NOON - 5 * DAY, NOON - DAY)
    world = replace(
        AT_NOON,
        touches=(late,),
        snapshots=(("ada", NOON - 2 * DAY), ("ada", NOON)),
    )
    then, today = loom.of(world)

    assert (then["visit_touches_30d"], today["visit_touches_30d"]) == (0, 1)
