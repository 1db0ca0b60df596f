"""A snapshot that may know less than its instant: what it then knows, and what not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from features.colleagues import ColleagueAtom
from tests.features.loom import Loom, Row
from tests.features.oracle import differences, expected
from tests.features.small_worlds import (
    CATALOGUE,
    DAY,
    START,
    Known,
    Limit,
    Milestone,
    Person,
    SmallWorld,
    Touch,
    instants,
    limited_worlds,
    small_worlds,
    with_another_future,
)

SOME = settings(
    max_examples=6, deadline=None, derandomize=True, phases=[Phase.generate]
)
OF_COLLEAGUES = {
    f.name
    for f in CATALOGUE.features
    if any(isinstance(a, ColleagueAtom) for a in f.atoms)
}
TONIGHT = START + 30 * DAY
LAST_NIGHT = TONIGHT - DAY


# --- promises, over every signal -----------------------------------------------------


@settings(SOME, max_examples=12)
@given(world=limited_worlds())
def test_every_column_is_what_its_words_say_of_so_much(
    loom: Loom, world: SmallWorld
) -> None:
    found = [
        difference
        for row, answer in enumerate(loom.of(world))
        for difference in differences(answer, expected(world, row))
    ]

    assert found == []


@SOME
@given(world=small_worlds())
def test_a_limit_that_is_the_snapshots_own_instant_changes_nothing(
    loom: Loom, world: SmallWorld
) -> None:
    plain = loom.of(world)
    own = tuple(Limit(at, at) for _, at in world.snapshots)

    assert loom.of(replace(world, limits=own)) == plain
    assert loom.of(replace(world, limits=(Limit(),) * len(own))) == plain


@SOME
@given(world=small_worlds(), days=st.integers(1, 40))
def test_a_later_limit_lets_no_snapshot_know_more(
    loom: Loom, world: SmallWorld, days: int
) -> None:
    later = tuple(Limit(at + days * DAY, at + 9 * DAY) for _, at in world.snapshots)

    assert loom.of(replace(world, limits=later)) == loom.of(world)


@SOME
@given(
    world=limited_worlds(),
    other=st.one_of(small_worlds(), st.just(SmallWorld(()))),
    known_at=instants(5, 40),
)
def test_what_is_recorded_at_the_limit_or_later_changes_nothing(
    loom: Loom, world: SmallWorld, other: SmallWorld, known_at: datetime
) -> None:
    limits = tuple(replace(limit, known_at=known_at) for limit in world.limits)
    world = replace(world, limits=limits)
    apart = replace(
        with_another_future(world, known_at, other),
        touches=(
            *(t for t in world.touches if t.recorded_at < known_at),
            *(t for t in other.touches if t.recorded_at >= known_at),
        ),
    )

    assert loom.of(apart) == loom.of(world)


@SOME
@given(world=limited_worlds(), other=small_worlds(), until=instants(5, 40))
def test_what_occurred_at_the_limit_or_later_is_not_what_the_lead_did(
    loom: Loom, world: SmallWorld, other: SmallWorld, until: datetime
) -> None:
    limits = tuple(replace(limit, until=until) for limit in world.limits)
    world = replace(world, limits=limits)
    apart = replace(
        world,
        touches=(
            *(t for t in world.touches if t.occurred_at < until),
            *(t for t in other.touches if t.occurred_at >= until),
        ),
    )

    assert of_leads(loom.of(apart)) == of_leads(loom.of(world))


def of_leads(rows: list[Row]) -> list[Row]:
    return [{k: v for k, v in r.items() if k not in OF_COLLEAGUES} for r in rows]


# --- worked out by hand --------------------------------------------------------------


def looks(*limits: tuple[datetime | None, datetime | None]) -> SmallWorld:
    """Ada, whose account has another lead, tonight: once for each limit."""
    people = (Person("ada", "acme", START), Person("bob", "acme", START))
    seen = (("ada", TONIGHT),) * len(limits)
    return SmallWorld(people, snapshots=seen, limits=tuple(Limit(*x) for x in limits))


STEPS = (
    (LAST_NIGHT, LAST_NIGHT),  # what was known then
    (TONIGHT, LAST_NIGHT),  # and what has come in late
    (TONIGHT, TONIGHT),  # and what she did
)


def test_last_nights_knowledge_late_arrivals_and_what_the_lead_did_lie_side_by_side(
    loom: Loom,
) -> None:
    old, late, new = (LAST_NIGHT - 5 * DAY, LAST_NIGHT - 2 * DAY, TONIGHT - DAY / 2)
    touches = (
        Touch("visit", old, old, "ada", channel="web"),
        Touch("webinar", late, new, "ada", channel="shop"),
        Touch("visit", new, new, "ada", channel="mail"),
    )
    told = loom.of(replace(looks(*STEPS), touches=touches))

    assert [r["all_touches_7d"] for r in told] == [1, 2, 3]
    assert [r["days_since_last_touch"] for r in told] == [6, 3, 0.5]
    assert [r["breadth_of_channels"] for r in told] == [1, 2, 3]
    assert [r["last_source"] for r in told] == ["web", "shop", "mail"]
    assert [r["visits_7d"] for r in told] == [1, 2, 3]
    assert {r["lead_age"] for r in told} == {30}


def test_a_look_that_knows_less_than_the_one_before_it_is_not_led_on_by_it(
    loom: Loom,
) -> None:
    old, new = LAST_NIGHT - DAY, TONIGHT - DAY / 2
    touches = tuple(Touch("visit", t, t, "ada", channel="web") for t in (old, new))
    turned = replace(looks(*reversed(STEPS)), touches=touches)
    told = loom.of(turned)

    assert [r["days_since_last_touch"] for r in told] == [0.5, 2, 2]
    assert [r["breadth_of_channels"] for r in told] == [1, 1, 1]
    assert [r["inbound_share"] for r in told] == [1, 1, 1]
    assert [r["journey_days"] for r in told] == [1.5, 0, 0]


def test_of_colleagues_only_the_clock_of_knowing_counts_and_ages_go_on(
    loom: Loom,
) -> None:
    won = Milestone("bob", "won", LAST_NIGHT - 3 * DAY, TONIGHT - DAY / 2)
    seen = Touch("visit", LAST_NIGHT - 6 * DAY, LAST_NIGHT - 6 * DAY, "bob")
    told = loom.of(replace(looks(*STEPS), milestones=(won,), touches=(seen,)))

    assert [r["account_conversions"] for r in told] == [0, 1, 1]
    assert [r["open_colleagues"] for r in told] == [1, 0, 0]
    assert [r["days_since_account_conversion"] for r in told] == [None, 0.5, 0.5]
    # Seven days ago tonight: at the edge of the lookback, whatever is known.
    assert [r["colleague_touches_7d"] for r in told] == [1, 1, 1]
    assert [r["days_since_colleague_touch"] for r in told] == [7, 7, 7]


def test_a_lookback_that_begins_after_the_limit_holds_no_colleague(loom: Loom) -> None:
    seen = [LAST_NIGHT - n * DAY for n in (20, 3)]
    touches = tuple(Touch("visit", t, t, "bob") for t in seen)
    told = loom.of(replace(looks((TONIGHT - 9 * DAY, None)), touches=touches))

    assert told[0]["colleague_touches_7d"] == 0  # not one less than none
    assert told[0]["colleague_touches_30d"] == 1


def test_the_record_is_read_as_it_was_known(loom: Loom) -> None:
    history = (
        Known("ada", "steel", LAST_NIGHT - DAY, "Segment"),
        Known("ada", "software", LAST_NIGHT, "Segment"),
    )
    accounts = (
        Known("acme", "steel", None),
        Known("acme", "software", TONIGHT - DAY / 2),
    )
    told = loom.of(replace(looks(*STEPS), history=history, accounts=accounts))

    assert [r["segment"] for r in told] == ["steel", "software", "software"]
    assert [r["industry"] for r in told] == ["steel", "software", "software"]
