"""Every lead of the table was looked at, or never for one reason."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.attrition import Attrition, Never, attrition_of
from features.errors import DataError
from features.outcomes import Maturity, make_labelled_spine
from features.snapshots import Ending, SnapshotRule
from tests.features.small_tables import Tables, jan

WON = Ending("won", ("lost",))
US = timedelta(microseconds=1)
DAY = timedelta(days=1)
WEEKLY = SnapshotRule("weekly")
FORTNIGHT = Maturity(14, 0, jan(31))  # the last mature instant is the 17th


def attrition(
    tables: Tables, rule: SnapshotRule, maturity: Maturity = FORTNIGHT
) -> Attrition:
    """Account for the leads, also where there is nothing to learn from them."""
    connection = tables.engine()
    ending = Ending(None) if rule.rule == "export" else WON
    ending = replace(ending, has_deadlines=tables.deadlines is not None)
    with suppress(DataError):  # no snapshot, or one outcome: the spine stands
        make_labelled_spine(connection, rule, ending, maturity)
    told = attrition_of(connection, rule, maturity)
    connection.close()
    return told


def test_each_reason_is_told_apart_under_the_weekly_rule() -> None:
    created = {
        "looked at": jan(5),
        "won later": jan(6),
        "won before the Monday": jan(6),
        "lost before the Monday": jan(6),
        "won before creation": jan(6),
        "lost before creation": jan(6),
        "no mature Monday": jan(15),
        "after the end": jan(31) + US,
        "no creation": None,
    }
    ends = [
        ("won later", "won", jan(13)),
        ("won before the Monday", "won", jan(12) - US),
        ("lost before the Monday", "lost", jan(8)),
        ("won before creation", "won", jan(6) - US),
        ("lost before creation", "lost", jan(2)),
        ("no mature Monday", "won", jan(20)),
        ("looked at", "meeting", jan(4)),
    ]

    told = attrition(Tables(created, ends), WEEKLY)

    assert told == Attrition(
        9,
        2,
        {
            Never.WITHOUT_CREATION: 1,
            Never.CONVERTED_BEFORE_CREATION: 1,
            Never.CLOSED_BEFORE_CREATION: 1,
            Never.CREATED_TOO_LATE: 1,
            Never.CONVERTED: 1,
            Never.CLOSED: 1,
            Never.TOO_YOUNG: 1,
        },
    )


def test_an_ending_at_the_first_look_is_no_ending_before_it() -> None:
    tables = Tables({"ada": jan(6), "bob": jan(6)}, [("ada", "won", jan(12))])

    assert attrition(tables, WEEKLY) == Attrition(2, 2, {})


def test_leads_between_two_mondays_may_be_too_old_for_every_look() -> None:
    rule = SnapshotRule("weekly", most_age_days=2)
    tables = Tables({"of Tuesday": jan(6), "of Sunday": jan(11)})

    assert attrition(tables, rule) == Attrition(2, 1, {Never.TOO_OLD: 1})


def test_under_listed_instants_leads_are_too_old_or_come_after_the_last() -> None:
    rule = SnapshotRule("at", most_age_days=3, at=(jan(5), jan(10), jan(25)))
    created = {
        "seen on the 10th": jan(8),
        "between two looks": jan(6),
        "after the last": jan(26),
        "seen on the 25th alone": jan(24),
    }

    assert attrition(Tables(created), rule) == Attrition(
        4, 1, {Never.AFTER_LAST_LOOK: 1, Never.TOO_OLD: 1, Never.TOO_YOUNG: 1}
    )


def test_on_kind_leads_without_such_a_touch_from_creation_on_are_never_looked_at() -> (
    None
):
    rule = SnapshotRule("on_kind", kind="demo")
    touches = [
        ("ada", "demo", jan(6), jan(6)),
        ("before its creation", "demo", jan(4), jan(4)),
        ("of another kind", "visit", jan(6), jan(6)),
        ("won before", "demo", jan(8), jan(8)),
        ("late", "demo", jan(20), jan(20)),
    ]
    names = [lead for lead, *_ in touches]
    tables = Tables(
        dict.fromkeys([*names, "without any"], jan(5)),
        [("won before", "won", jan(8))],
        touches,
    )

    assert attrition(tables, rule) == Attrition(
        6, 1, {Never.WITHOUT_TOUCH: 3, Never.CONVERTED: 1, Never.TOO_YOUNG: 1}
    )


def test_leads_whose_deadline_had_passed_have_reasons_of_their_own() -> None:
    created = {
        "looked at": jan(5),
        "before the Monday": jan(6),
        "on the Monday": jan(6),
        "before creation": jan(6),
        "at creation": jan(6),
        "won first": jan(6),
        "none": jan(5),
    }
    deadlines = {
        "looked at": jan(5) + US,
        "before the Monday": jan(8),
        "on the Monday": jan(12),
        "before creation": jan(2),
        "at creation": jan(6),
        "won first": jan(9),
    }
    tables = Tables(created, [("won first", "won", jan(8))], deadlines=deadlines)

    assert attrition(tables, WEEKLY) == Attrition(
        7,
        2,
        {
            Never.DEADLINE_BEFORE_CREATION: 2,
            Never.CONVERTED: 1,
            Never.DEADLINE: 2,
        },
    )


def test_leads_of_a_flat_export_are_never_looked_at_where_the_outcome_is_missing() -> (
    None
):
    tables = Tables(dict.fromkeys("abc"), outcomes={"a": 1, "b": 0})

    assert attrition(tables, SnapshotRule("export"), Maturity(None, 0, None)) == (
        Attrition(3, 2, {Never.WITHOUT_OUTCOME: 1})
    )


def test_leads_that_do_not_add_up_cannot_be_written_down() -> None:
    with pytest.raises(
        DataError, match="5 are in the table, 3 were looked at, 1 never"
    ):
        Attrition(5, 3, {Never.CONVERTED: 1})


def test_a_lead_that_no_reason_explains_is_a_fault_and_no_silence() -> None:
    connection = Tables({"ada": jan(5), "bob": jan(5)}).engine()
    with suppress(DataError):
        make_labelled_spine(connection, WEEKLY, WON, FORTNIGHT)
    connection.execute("DELETE FROM spine WHERE lead_id = 'bob'")

    with pytest.raises(DataError, match="do not add up"):
        attrition_of(connection, WEEKLY, FORTNIGHT)


# --- recounted by a reading of the words, on small worlds ----------------------------

NAMES = ("a", "b", "c", "d", "e")
INSTANTS = st.integers(0, 40 * 8).map(lambda n: jan(1) + n * timedelta(hours=3))
RULES = st.one_of(
    st.builds(
        SnapshotRule, st.just("weekly"), most_age_days=st.sampled_from([1, 3, 180])
    ),
    st.builds(
        SnapshotRule,
        st.just("after_creation"),
        delay_hours=st.sampled_from([0, 1.5, 48]),
    ),
    st.just(SnapshotRule("on_kind", kind="demo")),
    st.builds(
        SnapshotRule,
        st.just("at"),
        most_age_days=st.sampled_from([1, 7, 180]),
        at=st.lists(INSTANTS, min_size=1, max_size=3).map(tuple),
    ),
)


@st.composite
def worlds(draw: st.DrawFn) -> Tables:
    leads = NAMES[: draw(st.integers(1, len(NAMES)))]
    of = st.sampled_from(leads)
    touches = draw(
        st.lists(st.tuples(of, st.sampled_from(["demo", "visit"]), INSTANTS, INSTANTS))
    )
    return Tables(
        {lead: draw(st.one_of(INSTANTS, INSTANTS, st.none())) for lead in leads},
        draw(st.lists(st.tuples(of, st.sampled_from(["won", "lost", "x"]), INSTANTS))),
        touches,
        deadlines=draw(st.none() | st.dictionaries(of, INSTANTS)),
    )


def looks(tables: Tables, rule: SnapshotRule, lead: str) -> list[datetime]:
    """Every instant at which the rule asks about a lead, mature or not."""
    created = tables.created[lead]
    if rule.rule == "on_kind":
        return [
            max(o, r) + US for n, k, o, r in tables.touches if (n, k) == (lead, "demo")
        ]
    if created is None:
        return []
    if rule.rule == "after_creation":
        return [created + timedelta(hours=rule.delay_hours)]
    listed = rule.at or tuple(jan(5) + n * 7 * DAY for n in range(-1, 60))
    oldest = timedelta(days=rule.most_age_days)
    return [at for at in listed if created <= at <= created + oldest]


def why(tables: Tables, rule: SnapshotRule, maturity: Maturity, lead: str) -> str:
    """What became of one lead, in the words of its reason."""
    created, known = tables.created[lead], maturity.known_until
    assert known is not None
    assert maturity.latest_snapshot is not None
    ends = {
        name: min(
            (at for n, m, at in tables.milestones if (n, m) == (lead, name)),
            default=None,
        )
        for name in ("won", "lost")
    }
    if created is None:
        return Never.WITHOUT_CREATION
    asked = sorted(at for at in looks(tables, rule, lead) if at >= created)

    def ended(name: str, before: datetime) -> bool:
        at = ends[name]
        return at is not None and at < before

    deadline = (tables.deadlines or {}).get(lead)

    def is_over(at: datetime) -> bool:
        return deadline is not None and deadline <= at

    is_open = [
        at for at in asked if not (ended("won", at) or ended("lost", at) or is_over(at))
    ]
    if any(at <= maturity.latest_snapshot for at in is_open):
        return "looked at"
    if ended("won", created):
        return Never.CONVERTED_BEFORE_CREATION
    if ended("lost", created):
        return Never.CLOSED_BEFORE_CREATION
    if is_over(created):
        return Never.DEADLINE_BEFORE_CREATION
    if created > known:
        return Never.CREATED_TOO_LATE
    if not asked and rule.rule == "on_kind":
        return Never.WITHOUT_TOUCH
    if not asked and rule.rule == "at" and created > max(rule.at):
        return Never.AFTER_LAST_LOOK
    if not asked:
        return Never.TOO_OLD
    if ended("won", asked[0]):
        return Never.CONVERTED
    if ended("lost", asked[0]):
        return Never.CLOSED
    return Never.DEADLINE if is_over(asked[0]) else Never.TOO_YOUNG


@settings(max_examples=60, deadline=None)
@given(worlds(), RULES, INSTANTS, st.sampled_from([1, 14]))
def test_leads_in_are_looked_at_and_never_looked_at_by_reason_under_every_rule(
    tables: Tables, rule: SnapshotRule, known_until: datetime, horizon: int
) -> None:
    maturity = Maturity(horizon, 0, known_until)

    told = attrition(tables, rule, maturity)

    recounted = Counter(why(tables, rule, maturity, lead) for lead in tables.created)
    assert told.leads == len(tables.created)
    assert told.looked_at == recounted.pop("looked at", 0)
    assert {str(reason): count for reason, count in told.never.items()} == recounted
