"""Leads are looked at when the rule says, and only while they may still convert."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from features.errors import DataError
from features.snapshots import (
    Ending,
    SnapshotRule,
    make_scoring_spine,
    make_spine,
)
from tests.features.small_tables import Tables, jan, spine

WON = Ending("won", ("lost", "dropped"))
WEEKLY = SnapshotRule("weekly")
US = timedelta(microseconds=1)


def asked(
    tables: Tables, rule: SnapshotRule, until: datetime | None, ending: Ending = WON
) -> list[tuple[str, datetime]]:
    """Lead and instant of every snapshot, in the spine's order."""
    connection = tables.engine()
    make_spine(connection, rule, ending, until)
    found = spine(connection, "lead_id", "snapshot_at")
    connection.close()
    return [(lead, at) for lead, at in found]


# --- the rules -----------------------------------------------------------------------


def test_weekly_looks_each_monday_at_midnight_from_creation_on() -> None:
    tables = Tables({"ada": jan(7), "bob": jan(13)})

    assert asked(tables, WEEKLY, jan(25)) == [
        ("ada", jan(12)),
        ("ada", jan(19)),
        ("bob", jan(19)),
    ]


def test_weekly_looks_at_a_lead_created_on_the_stroke_of_monday() -> None:
    tables = Tables({"ada": jan(5), "bob": jan(5, us=1)})

    assert asked(tables, WEEKLY, jan(12)) == [
        ("ada", jan(5)),
        ("ada", jan(12)),
        ("bob", jan(12)),
    ]


def test_weekly_looks_up_to_the_last_instant_and_not_after_it() -> None:
    tables = Tables({"ada": jan(5)})

    assert asked(tables, WEEKLY, jan(19))[-1] == ("ada", jan(19))
    assert asked(tables, WEEKLY, jan(19) - US)[-1] == ("ada", jan(12))


@pytest.mark.parametrize(("most_age_days", "snapshots"), [(14, 3), (13.9, 2), (0, 1)])
def test_weekly_looks_at_no_lead_older_than_the_most(
    most_age_days: float, snapshots: int
) -> None:
    rule = SnapshotRule("weekly", most_age_days=most_age_days)

    found = asked(Tables({"ada": jan(5)}), rule, jan(31))

    assert found == [("ada", jan(5 + 7 * n)) for n in range(snapshots)]


def test_after_creation_looks_once_after_the_delay() -> None:
    tables = Tables({"ada": jan(5, 6), "bob": jan(9, 6), "cyd": jan(9, 7)})
    rule = SnapshotRule("after_creation", delay_hours=36)

    # Cyd's would be at 19:00 on the 10th, an hour too late.
    assert asked(tables, rule, jan(10, 18)) == [
        ("ada", jan(6, 18)),
        ("bob", jan(10, 18)),
    ]


def test_after_creation_without_a_delay_looks_at_creation_itself() -> None:
    rule = SnapshotRule("after_creation")

    assert asked(Tables({"ada": jan(5, 6)}), rule, jan(9)) == [("ada", jan(5, 6))]


def test_on_kind_looks_just_after_each_touch_of_the_kind_was_known() -> None:
    touches = [
        ("ada", "demo", jan(6), jan(6)),
        ("ada", "demo", jan(7), jan(9)),  # known two days late
        ("ada", "visit", jan(8), jan(8)),
        ("bob", "demo", jan(12), jan(12)),  # not yet known on the 12th
        ("who", "demo", jan(6), jan(6)),  # of no lead
    ]
    tables = Tables({"ada": jan(5), "bob": jan(5)}, touches=touches)
    rule = SnapshotRule("on_kind", kind="demo")

    assert asked(tables, rule, jan(12)) == [
        ("ada", jan(6, us=1)),
        ("ada", jan(9, us=1)),
    ]


def test_on_kind_looks_once_at_touches_known_from_one_instant() -> None:
    twice = [("ada", "demo", jan(6), jan(6))] * 2 + [("ada", "demo", jan(5), jan(6))]
    tables = Tables({"ada": jan(5)}, touches=twice)
    rule = SnapshotRule("on_kind", kind="demo")

    assert asked(tables, rule, jan(12)) == [("ada", jan(6, us=1))]


def test_at_looks_at_the_listed_instants_wherever_they_are_written() -> None:
    rome = timezone(timedelta(hours=1))
    instants = (
        datetime(2026, 1, 10, 1, tzinfo=rome),  # midnight, UTC
        jan(20),
        jan(30),  # after the last
    )
    tables = Tables({"ada": jan(5), "bob": jan(15)})

    assert asked(tables, SnapshotRule("at", at=instants), jan(29)) == [
        ("ada", jan(10)),
        ("ada", jan(20)),
        ("bob", jan(20)),
    ]


def test_at_looks_once_at_an_instant_listed_twice() -> None:
    rome = timezone(timedelta(hours=1))
    twice = SnapshotRule("at", at=(jan(10), datetime(2026, 1, 10, 1, tzinfo=rome)))

    assert asked(Tables({"ada": jan(5)}), twice, jan(29)) == [("ada", jan(10))]


def test_at_looks_at_no_lead_older_than_the_most() -> None:
    rule = SnapshotRule("at", most_age_days=5, at=(jan(10),))
    tables = Tables({"ada": jan(5), "bob": jan(5) - US})

    assert asked(tables, rule, jan(29)) == [("ada", jan(10))]


def test_an_export_is_looked_at_once_in_its_order_at_no_known_instant() -> None:
    positions = {"ada": 2, "bob": 0, "cyd": 1}
    tables = Tables(dict.fromkeys(positions), positions=positions)
    connection = tables.engine()

    make_spine(connection, SnapshotRule("export"), Ending(None), None)

    assert spine(connection, "row", "lead_id", "snapshot_at", "position") == [
        (0, "bob", None, 0),
        (1, "cyd", None, 1),
        (2, "ada", None, 2),
    ]


def test_rows_count_from_nought_in_order_of_snapshot_and_lead() -> None:
    connection = Tables({"bob": jan(5), "ada": jan(6)}).engine()

    make_spine(connection, WEEKLY, WON, jan(12))

    assert spine(connection, "row", "lead_id", "account_id", "created_at") == [
        (0, "bob", "bob's", jan(5)),
        (1, "ada", "ada's", jan(6)),
        (2, "bob", "bob's", jan(5)),
    ]


# --- eligibility ---------------------------------------------------------------------

NOON = jan(10, 12)
AT_NOON = SnapshotRule("at", at=(NOON,))
EVERYONE = {
    "created later": jan(10, 12, us=1),
    "created then": NOON,
    "converted before": jan(5),
    "converted then": jan(5),
    "converted after": jan(5),
    "lost before": jan(5),
    "dropped then": jan(5),
    "met before": jan(5),
    "untouched": jan(5),
}
ENDS = [
    ("converted before", "won", NOON - US),
    ("converted before", "won", jan(20)),  # the first is what counts
    ("converted then", "won", NOON),
    ("converted after", "won", jan(11)),
    ("lost before", "lost", NOON - US),
    ("dropped then", "dropped", NOON),
    ("met before", "meeting", jan(6)),  # a milestone that ends nothing
]
ELIGIBLE = {
    "created then", "converted then", "converted after", "dropped then", "met before",
    "untouched",
}  # fmt: skip


def test_is_eligible_from_creation_until_it_converts_or_closes() -> None:
    found = asked(Tables(EVERYONE, ENDS), AT_NOON, jan(31))

    assert {lead for lead, _ in found} == ELIGIBLE


def test_scoring_keeps_every_lead_in_the_given_order_and_says_who_is_eligible() -> None:
    connection = Tables(EVERYONE, ENDS).engine()

    make_scoring_spine(connection, WEEKLY, WON, NOON)

    found = spine(connection, "row", "lead_id", "snapshot_at", "is_eligible")
    assert found == [
        (row, lead, NOON, lead in ELIGIBLE) for row, lead in enumerate(EVERYONE)
    ]


def test_scoring_after_creation_looks_when_the_rule_says() -> None:
    """Six hours after creation, asked on the 9th at noon."""
    ends = [
        ("lost before its snapshot", "lost", jan(5, 3)),
        ("won after its snapshot", "won", jan(7)),
        ("won when asked", "won", jan(9, 12)),
    ]
    created = {
        "due": jan(9),
        "not yet due": jan(9, 11),
        "lost before its snapshot": jan(5),
        "won after its snapshot": jan(5),
        "won when asked": jan(5),
        "without a creation": None,
    }
    connection = Tables(created, ends).engine()

    rule = SnapshotRule("after_creation", delay_hours=6)
    make_scoring_spine(connection, rule, WON, jan(9, 12))

    noon = jan(9, 12)
    assert spine(connection, "lead_id", "snapshot_at", "asked_at", "is_eligible") == [
        ("due", jan(9, 6), noon, True),
        ("not yet due", jan(9, 17), noon, True),
        ("lost before its snapshot", jan(5, 6), noon, False),
        ("won after its snapshot", jan(5, 6), noon, False),
        ("won when asked", jan(5, 6), noon, True),
        ("without a creation", None, noon, False),
    ]


def test_scoring_on_kind_looks_at_the_instant_asked_for() -> None:
    connection = Tables({"ada": jan(5)}).engine()

    make_scoring_spine(connection, SnapshotRule("on_kind", kind="demo"), WON, NOON)

    assert spine(connection, "snapshot_at", "asked_at") == [(NOON, NOON)]


def test_scoring_an_export_looks_at_every_lead_at_no_known_instant() -> None:
    connection = Tables({"zoe": None, "ada": None}).engine()

    make_scoring_spine(connection, SnapshotRule("export"), Ending(None), None)

    assert spine(connection, "lead_id", "snapshot_at", "is_eligible") == [
        ("zoe", None, True),
        ("ada", None, True),
    ]


def test_scoring_keeps_a_lead_without_a_creation_and_does_not_score_it() -> None:
    connection = Tables({"ada": None, "bob": jan(5)}).engine()

    make_scoring_spine(connection, WEEKLY, WON, NOON)

    assert spine(connection, "lead_id", "is_eligible") == [
        ("ada", False),
        ("bob", True),
    ]


def test_scoring_says_of_a_lead_whose_deadline_has_come_that_it_is_not_eligible() -> (
    None
):
    """Six hours after creation, asked on the 9th at noon."""
    noon = jan(9, 12)
    created = dict.fromkeys(("over", "at noon", "after noon", "without"), jan(5))
    deadlines = {
        "over": jan(6),
        "at noon": noon,
        "after noon": jan(9, 13),
        "before its snapshot": jan(9, 17),
    }
    tables = Tables({**created, "before its snapshot": jan(9, 11)}, deadlines=deadlines)
    connection = tables.engine()

    rule = SnapshotRule("after_creation", delay_hours=6)
    make_scoring_spine(connection, rule, replace(WON, has_deadlines=True), noon)

    assert spine(connection, "lead_id", "is_eligible", "deadline_at") == [
        ("over", False, jan(6)),
        ("at noon", False, noon),
        ("after noon", True, jan(9, 13)),
        ("without", True, None),
        ("before its snapshot", False, jan(9, 17)),
    ]


# --- what is refused -----------------------------------------------------------------


def test_says_so_where_no_lead_is_eligible() -> None:
    tables = Tables({"ada": jan(6), "bob": jan(20)}, [("ada", "lost", jan(7))])

    with pytest.raises(DataError, match="Of 2 leads none is eligible at any snapshot"):
        asked(tables, WEEKLY, jan(25))


def test_refuses_to_look_back_from_nowhere() -> None:
    tables = Tables({"ada": jan(5)})

    with pytest.raises(DataError, match="no instant in the data"):
        asked(tables, WEEKLY, None)
    for rule in (WEEKLY, SnapshotRule("after_creation"), SnapshotRule("on_kind")):
        with pytest.raises(DataError, match=f"{rule.rule!r} needs an instant"):
            make_scoring_spine(tables.engine(), rule, WON, None)


def test_names_in_the_rule_are_texts_and_not_queries() -> None:
    nasty = "x'; DROP TABLE leads; --"
    tables = Tables({"ada": jan(5)}, touches=[("ada", nasty, jan(6), jan(6))])
    rule = SnapshotRule("on_kind", kind=nasty)

    assert asked(tables, rule, jan(12), Ending(nasty, (nasty,))) == [
        ("ada", jan(6, us=1))
    ]


@pytest.mark.parametrize(
    "rule",
    [
        WEEKLY,
        SnapshotRule("on_kind", 3.5, 90, "demo"),
        SnapshotRule("at", at=(jan(5), datetime(2026, 1, 1, 12, 0, 0, 7, UTC))),
    ],
)
def test_a_rule_survives_being_written_down(rule: SnapshotRule) -> None:
    assert SnapshotRule.from_dict(json.loads(json.dumps(rule.to_dict()))) == rule
