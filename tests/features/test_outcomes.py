"""An outcome is known or missing, and never half known."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import DataError
from features.outcomes import Maturity, SpineCounts, make_labelled_spine
from features.snapshots import Ending, SnapshotRule
from tests.features.small_tables import Tables, jan, spine

WON = Ending("won", ("lost",))
BY_DEADLINE = Ending("won", ("lost",), has_deadlines=True)
US = timedelta(microseconds=1)
ON_CREATION = SnapshotRule("after_creation")
FORTNIGHT = Maturity(14, 0, jan(31))


def labelled(
    tables: Tables, maturity: Maturity, rule: SnapshotRule = ON_CREATION
) -> dict[tuple[str, datetime], int]:
    """Outcome by lead and instant."""
    connection = tables.engine()
    ending = WON if tables.deadlines is None else BY_DEADLINE
    make_labelled_spine(connection, rule, ending, maturity)
    found = spine(connection, "lead_id", "snapshot_at", "outcome")
    connection.close()
    return {(lead, at): outcome for lead, at, outcome in found}


# --- the horizon ---------------------------------------------------------------------


def test_the_horizon_begins_at_the_snapshot_and_ends_before_its_end() -> None:
    converted = {
        "at once": jan(5),
        "in time": jan(19) - US,
        "too late": jan(19),
        "never": None,
    }
    milestones = [(n, "won", at) for n, at in converted.items() if at is not None]

    found = labelled(Tables(dict.fromkeys(converted, jan(5)), milestones), FORTNIGHT)

    assert {lead: outcome for (lead, _), outcome in found.items()} == {
        "at once": 1,
        "in time": 1,
        "too late": 0,
        "never": 0,
    }


def test_each_snapshot_of_a_lead_has_an_outcome_of_its_own() -> None:
    # Won on the 21st: within a fortnight of the 12th and 19th, not of the 5th; and no
    # snapshot after it.
    tables = Tables({"ada": jan(5)}, [("ada", "won", jan(21))])

    found = labelled(tables, Maturity(14, 0, jan(60)), SnapshotRule("weekly"))

    assert found == {
        ("ada", jan(5)): 0,
        ("ada", jan(12)): 1,
        ("ada", jan(19)): 1,
    }


def test_the_first_conversion_counts_and_other_milestones_do_not() -> None:
    milestones = [
        ("ada", "won", jan(40)),
        ("ada", "won", jan(8)),
        ("bob", "meeting", jan(8)),
        ("bob", "lost", jan(9)),
    ]
    tables = Tables({"ada": jan(5), "bob": jan(5)}, milestones)

    assert list(labelled(tables, FORTNIGHT).values()) == [1, 0]


def test_rows_count_from_nought_and_no_snapshot_weighs_more_than_another() -> None:
    tables = Tables({"ada": jan(5), "bob": jan(13)}, [("ada", "won", jan(27))])
    connection = tables.engine()

    make_labelled_spine(
        connection, SnapshotRule("weekly"), WON, Maturity(14, 0, jan(36))
    )

    # The latest mature Monday is the 19th. A weight by lead would know its future.
    assert spine(connection, "row", "lead_id", "snapshot_at", "outcome") == [
        (0, "ada", jan(5), 0),
        (1, "ada", jan(12), 0),
        (2, "ada", jan(19), 1),
        (3, "bob", jan(19), 0),
    ]
    assert "weight" not in connection.table("spine").columns


def test_counts_what_it_keeps() -> None:
    tables = Tables({"ada": jan(5), "bob": jan(13)}, [("ada", "won", jan(27))])
    maturity = Maturity(14, 0, jan(36))

    counts = make_labelled_spine(tables.engine(), SnapshotRule("weekly"), WON, maturity)

    assert counts == SpineCounts(4, 2, 2, 1, 0)


# --- deadlines -----------------------------------------------------------------------


def test_five_leads_with_deadlines_of_their_own() -> None:
    # All made on Monday the 5th, looked at on Mondays, a fortnight at most.
    tables = Tables(
        dict.fromkeys(("in time", "late", "at it", "long", "none"), jan(5)),
        [
            ("in time", "won", jan(13)),
            ("late", "won", jan(16)),
            ("at it", "won", jan(15)),
            ("long", "won", jan(27)),
            ("none", "won", jan(16)),
        ],
        deadlines={
            "in time": jan(14),
            "late": jan(14),
            "at it": jan(15),  # a conversion at the deadline comes too late
            "long": jan(60),
        },
    )

    found = labelled(tables, Maturity(14, 0, jan(60)), SnapshotRule("weekly"))

    # Nobody is looked at from its deadline on, nor after its conversion.
    assert found == {
        ("in time", jan(5)): 1,
        ("in time", jan(12)): 1,
        ("late", jan(5)): 0,
        ("late", jan(12)): 0,
        ("at it", jan(5)): 0,
        ("at it", jan(12)): 0,
        ("long", jan(5)): 0,  # 22 days: the horizon is a fortnight, deadline or not
        ("long", jan(12)): 0,
        ("long", jan(19)): 1,
        ("long", jan(26)): 1,
        ("none", jan(5)): 1,
        ("none", jan(12)): 1,
    }


def test_at_its_deadline_a_lead_is_no_longer_looked_at() -> None:
    created = dict.fromkeys(("at it", "just before it", "won"), jan(5))
    deadlines = {"at it": jan(12), "just before it": jan(12) + US}
    tables = Tables(created, [("won", "won", jan(6))], deadlines=deadlines)

    found = labelled(tables, Maturity(14, 0, jan(26)), SnapshotRule("weekly"))

    assert [n for n, at in found if at == jan(12)] == ["just before it"]


def test_a_deadline_makes_no_snapshot_mature_earlier() -> None:
    # Known until the 31st: the fortnight from the 18th is not over, its deadline is.
    created = {"ripe": jan(17), "over": jan(18), "won": jan(17)}
    deadlines = {"over": jan(20), "won": jan(20)}
    tables = Tables(created, [("won", "won", jan(18))], deadlines=deadlines)

    assert sorted(n for n, _ in labelled(tables, FORTNIGHT)) == ["ripe", "won"]


MOMENTS = st.integers(0, 80).map(lambda n: jan(1) + n * timedelta(hours=12))
LEADS = ("a", "b", "c", "d")


@settings(max_examples=40, deadline=None)
@given(
    st.fixed_dictionaries(dict.fromkeys(LEADS, MOMENTS)),
    st.lists(st.tuples(st.sampled_from(LEADS), st.just("won"), MOMENTS)),
    st.dictionaries(st.sampled_from(LEADS), MOMENTS),
)
def test_an_earlier_deadline_never_raises_an_outcome_and_none_changes_nothing(
    created: dict[str, datetime],
    milestones: list[tuple[str, str, datetime]],
    deadlines: dict[str, datetime],
) -> None:
    # Two leads that make both outcomes sure, whatever the others do.
    created = {**created, "yes": jan(5), "no": jan(5)}
    milestones = [*milestones, ("yes", "won", jan(6))]
    maturity, weekly = Maturity(14, 0, jan(60)), SnapshotRule("weekly")

    def of(deadlines: dict[str, datetime] | None) -> dict[tuple[str, datetime], int]:
        return labelled(
            Tables(created, milestones, deadlines=deadlines), maturity, weekly
        )

    without, late = of(None), of(deadlines)
    early = of({n: at - timedelta(days=3) for n, at in deadlines.items()})

    assert of({}) == without
    assert set(early) <= set(late) <= set(without)
    assert all(early[look] <= late[look] <= without[look] for look in early)


# --- maturity ------------------------------------------------------------------------


def test_maturity_is_all_or_nothing() -> None:
    # Known until the 31st, so that the fortnight after the 17th is the last full one.
    created = {
        "ripe": jan(17),
        "ripe, won": jan(17),
        "unripe": jan(17) + US,
        "unripe, won": jan(17) + US,
    }
    milestones = [("ripe, won", "won", jan(18)), ("unripe, won", "won", jan(18))]

    found = labelled(Tables(created, milestones), FORTNIGHT)

    assert found == {("ripe", jan(17)): 0, ("ripe, won", jan(17)): 1}


@pytest.mark.parametrize(
    ("settling_days", "latest"), [(0, jan(17)), (7, jan(10)), (0.5, jan(16, 12))]
)
def test_settling_days_are_waited_for_too(
    settling_days: float, latest: datetime
) -> None:
    maturity = Maturity(14, settling_days, jan(31))
    created = {"ripe": latest, "won": latest, "unripe": latest + US}

    found = labelled(Tables(created, [("won", "won", latest)]), maturity)

    assert maturity.latest_snapshot == latest
    assert sorted(lead for lead, _ in found) == ["ripe", "won"]


def test_settling_does_not_lengthen_the_horizon() -> None:
    milestones = [("ada", "won", jan(16)), ("bob", "won", jan(6))]
    tables = Tables({"ada": jan(1), "bob": jan(1)}, milestones)

    assert list(labelled(tables, Maturity(14, 7, jan(31))).values()) == [0, 1]


def test_keeping_early_converters_and_dropping_the_immature_rest_raises_the_rate() -> (
    None
):
    """Forty leads a day over 150 days; a fifth convert, evenly over the horizon of 60.

    By hand, in days' worth of leads: 90 are mature, of which 18 converted. Of the other
    60 half of the 12 that will convert have done so. So the mature ones say
    18 / 90 = .20, early converters kept (18 + 6) / (90 + 6) = .25, and the immature
    counted as noughts (18 + 6) / 150 = .16.
    """
    random = np.random.default_rng(29)
    leads, horizon, days = 6_000, 60, 150
    age = random.uniform(0, days, leads)  # at known_until
    delay = np.where(random.random(leads) < 0.2, random.uniform(0, horizon, leads), 999)
    until = jan(1 + days)
    created = {f"{i:04}": until - timedelta(days=a) for i, a in enumerate(age)}
    milestones = [
        (lead, "won", at + timedelta(days=delay[i]))
        for i, (lead, at) in enumerate(created.items())
        if delay[i] < age[i]  # what is recorded by then
    ]

    found = labelled(Tables(created, milestones), Maturity(horizon, 0, until))

    actual = float((delay < horizon).mean())  # of all of them, once it is known
    has_converted = delay < age
    kept = (age >= horizon) | has_converted
    early = float(has_converted[kept].mean())
    as_noughts = float(has_converted.mean())
    mature = float(np.mean(list(found.values())))
    assert mature / actual == pytest.approx(1.0, abs=0.05)
    assert early / actual == pytest.approx(1.25, abs=0.06)
    assert as_noughts / actual == pytest.approx(0.8, abs=0.05)


# --- what is refused -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("winners", "which"), [((), "none"), (("ada", "bob"), "every one")]
)
def test_refuses_to_learn_from_one_class(winners: tuple[str, ...], which: str) -> None:
    milestones = [(n, "won", jan(6)) for n in winners]
    tables = Tables({"ada": jan(5), "bob": jan(5)}, milestones)

    with pytest.raises(DataError, match=f"Of 2 mature snapshots {which} converted"):
        labelled(tables, FORTNIGHT)


def test_refuses_where_no_snapshot_is_mature() -> None:
    with pytest.raises(DataError, match="none is eligible at any snapshot"):
        labelled(Tables({"ada": jan(18)}, [("ada", "won", jan(19))]), FORTNIGHT)


@pytest.mark.parametrize(
    ("created_at", "won_at", "days"),
    [
        # Won after twenty days: within 21 of them. All 26 to the 31st have passed.
        (jan(5), jan(25), 21),
        # Thirteen days before the 31st no fortnight has passed.
        (jan(18), jan(19), 13),
    ],
)
def test_one_outcome_or_none_mature_names_a_horizon_that_leaves_both(
    created_at: datetime, won_at: datetime, days: int
) -> None:
    tables = Tables(dict.fromkeys(["ada", "bob"], created_at), [("ada", "won", won_at)])

    with pytest.raises(DataError, match=rf"outcome\.horizon_days = {days} there would"):
        labelled(tables, FORTNIGHT)
    found = labelled(tables, Maturity(days, 0, jan(31)))
    assert sorted(found.values()) == [0, 1]


def test_where_all_converted_a_shorter_horizon_leaves_both() -> None:
    milestones = [("ada", "won", jan(6)), ("bob", "won", jan(15))]
    tables = Tables({"ada": jan(5), "bob": jan(5)}, milestones)

    # Bob took ten days whole: within eleven, not within ten.
    with pytest.raises(DataError, match=r"outcome\.horizon_days = 10 there would"):
        labelled(tables, FORTNIGHT)
    found = labelled(tables, Maturity(10, 0, jan(31)))
    assert sorted(found.values()) == [0, 1]


def test_where_nobody_ever_converted_no_horizon_is_named() -> None:
    tables = Tables({"ada": jan(5), "bob": jan(5)})

    with pytest.raises(DataError) as refused:
        labelled(tables, FORTNIGHT)
    assert "there would be" not in str(refused.value)


# --- flat exports --------------------------------------------------------------------


def test_a_flat_export_brings_its_outcomes_along() -> None:
    order = {"ada": 3, "bob": 2, "cyd": 1, "dot": 0}
    outcomes = {"ada": 1, "bob": 0, "dot": 0}
    tables = Tables(dict.fromkeys(order), outcomes=outcomes, positions=order)
    connection = tables.engine()

    counts = make_labelled_spine(
        connection, SnapshotRule("export"), Ending(None), Maturity(None, 0, None)
    )

    columns = ("row", "lead_id", "snapshot_at", "position", "outcome")
    assert spine(connection, *columns) == [
        (0, "dot", None, 0, 0),
        (1, "bob", None, 2, 0),
        (2, "ada", None, 3, 1),
    ]
    assert counts == SpineCounts(3, 3, 3, 1, without_outcome=1)


def test_a_flat_export_of_one_class_is_refused() -> None:
    tables = Tables(dict.fromkeys(["ada", "bob"]), outcomes={"ada": 1, "bob": 1})

    with pytest.raises(DataError, match="every one converted"):
        make_labelled_spine(
            tables.engine(),
            SnapshotRule("export"),
            Ending(None),
            Maturity(None, 0, None),
        )


@pytest.mark.parametrize("has_deadlines", [False, True])
def test_a_horizon_that_would_do_is_named_by_the_conversions_that_count(
    has_deadlines: bool,
) -> None:
    # Won ten days after creation: eleven whole days would do, but for the deadline.
    deadlines = {"ada": jan(10), "bob": jan(10)} if has_deadlines else None
    tables = Tables(
        {"ada": jan(5), "bob": jan(5)}, [("ada", "won", jan(15))], deadlines=deadlines
    )
    connection = tables.engine()
    ending = BY_DEADLINE if has_deadlines else WON
    with pytest.raises(DataError) as told:
        make_labelled_spine(connection, ON_CREATION, ending, Maturity(3, 0, jan(31)))
    assert ("With outcome.horizon_days = 11" in str(told.value)) is not has_deadlines
    # What was looked at is left as it was: two snapshots, none of them converted.
    assert spine(connection, "outcome") == [(0,), (0,)]
    connection.close()


def test_a_conversion_that_no_milestone_is_called_is_named_with_those_there_are() -> (
    None
):
    tables = Tables({"ada": jan(5)}, [("ada", "sold", jan(8)), ("ada", "lost", jan(9))])
    connection = tables.engine()
    with pytest.raises(DataError) as told:
        make_labelled_spine(connection, ON_CREATION, WON, FORTNIGHT)
    assert str(told.value) == (
        "No milestone is called 'won' (outcome.conversion). There are 'lost', 'sold'."
    )
    connection.close()
