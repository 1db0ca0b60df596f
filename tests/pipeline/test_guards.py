"""Guards, by hand: what holds a night back, and what does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.contract import Contract
from models.touch_sources import TouchedBand, TouchSource
from pipeline.config import defaults
from pipeline.guarding import GuardsConfig
from pipeline.lost_cells import LostCells
from pipeline.night.facts import NightFacts
from pipeline.night.guards import GUARDS, Tripped, looked_at
from pipeline.night.sources import NightSource, Touched, account
from tests.pipeline.small_nights import small_contract

AT = datetime(2026, 7, 2, tzinfo=UTC)
WRITTEN = {"lead_id": "lead", "kind": "what", "occurred_at": "at"}
DEFAULTS = GuardsConfig.model_validate(defaults()["score"]["guards"])
# Of young leads half are touched, of older ones 9 of 10; and it is loaded on Sundays.
USUAL = TouchSource(
    "touches.csv", WRITTEN, 1000, 20, 900, 7.0, 500,
    (TouchedBand(0, 100, 50), TouchedBand(30, 100, 90)),
)  # fmt: skip
# 40 young leads and 100 older ones: 20 + 90 of them ought to be touched.
AGES = np.repeat([10.0, 60.0], [40, 100])


def _touches(**changed: Any) -> NightSource:
    told = {
        k: changed.pop(k, v)
        for k, v in {
            "written": WRITTEN, "known_kinds": 900, "ages_days": AGES, "leads": 108,
        }.items()
    }  # fmt: skip
    plain = NightSource(
        "touches", "touches", ("touches.csv",), 1000, 980, 20, {"It is late.": 20}, 20,
        (AT - timedelta(days=6)).isoformat(), "recorded_at", 700, 3, Touched(**told),
    )  # fmt: skip
    return replace(plain, **changed)


LEADS = NightSource("leads", "leads", ("new.csv",), 140, 140, 0, {}, 0)
ASIDE = pd.DataFrame(
    {
        "table": ["touches", "touches", "leads"],
        "file": ["touches.csv", "touches.csv", "new.csv"],
        "line": [2.0, 7.0, 3.0],
        "text": ["a,b", "z,03.01.2026 10:00,kim@x.com", "a,b"],
        "reason": ["It repeats.", "It is late.", "It is short."],
        "is_repeat": [True, False, False],
    }
)


def _facts(
    *sources: NightSource, usual: tuple[TouchSource, ...] = (USUAL,), **changed: Any
) -> NightFacts:
    contract: Contract = small_contract(sources=usual, **changed)
    return NightFacts(AT, (LEADS, *sources), contract, ASIDE)


def _tripped(facts: NightFacts, **limits: Any) -> tuple[Tripped, ...]:
    return looked_at(facts, DEFAULTS.model_copy(update=limits))[0]


def _one(facts: NightFacts, **limits: Any) -> Tripped:
    (tripped,) = _tripped(facts, **limits)
    return tripped


def test_a_plain_night_trips_no_guard() -> None:
    assert looked_at(_facts(_touches()), DEFAULTS) == ((), ())


def test_every_guard_has_a_limit_of_its_name_and_no_other() -> None:
    names = [guard.name for guard in GUARDS]
    assert sorted(names) == sorted(GuardsConfig.model_fields)
    assert sorted(names) == sorted(defaults()["score"]["guards"])


def test_fault_68_an_empty_source_holds_the_night_back() -> None:
    empty = _touches(
        rows_in=0, rows_kept=0, rows_set_aside=0, reasons={}, unreadable=0,
        newest=None, newest_by=None, known_kinds=0, leads=0,
    )  # fmt: skip
    assert _one(_facts(empty)) == Tripped(
        "touches_empty",
        "touches",
        "touches.csv has no row at all. In training it had 1,000. Every lead would be "
        "scored as if nothing had happened to it. Export it again and score again. If "
        "it is meant so, set score.guards.touches_empty = false.",
    )
    assert _tripped(_facts(empty), touches_empty=False) == ()
    never = replace(USUAL, rows=0)  # a source that was empty in training, too
    assert _tripped(_facts(empty, usual=(never,))) == ()


def test_a_source_that_is_named_no_more_holds_the_night_back() -> None:
    calls = replace(USUAL, name="call", written={"kind_is": "call"}, rows=50)
    tripped = _one(_facts(_touches(), usual=(USUAL, calls)))
    assert (tripped.guard, tripped.source) == ("touches_empty", "call")
    assert "The scorer learnt from a source of touches, call, with 50 rows" in (
        tripped.said
    )


@pytest.mark.parametrize(("rows", "is_held"), [(270, False), (271, True), (1000, True)])
def test_fault_68_unreadable_touches_beyond_trainings_share_hold_the_night_back(
    rows: int, is_held: bool
) -> None:
    """2 of 100 in training, and 25 of 100 more: from 271 of 1,000 rows on."""
    source = _touches(unreadable=rows, rows_set_aside=rows)
    tripped = _tripped(_facts(source))
    assert bool(tripped) == is_held
    if is_held:
        assert tripped[0].said == (
            f"Of 1,000 rows of touches.csv {rows:,} cannot be read ({rows / 10:.1f}%; "
            "in training it was 2.0%). The first is line 7 of touches.csv, 'z,"
            "03.01.2026 10:00,…': It is late. Export it as it was, or correct "
            "[[touches]], and score again. If it is meant so, set "
            "score.guards.touches_unreadable above 0.25."
        )
    assert _tripped(_facts(source), touches_unreadable=1.0) == ()


@pytest.mark.parametrize(("leads", "is_held"), [(83, False), (82, True), (0, True)])
def test_fault_68_touches_of_other_leads_hold_the_night_back(
    leads: int, is_held: bool
) -> None:
    """Of 110 leads that ought to be touched, three quarters are 82.5."""
    tripped = _tripped(_facts(_touches(leads=leads)))
    assert bool(tripped) == is_held
    if is_held:
        assert tripped[0].said.startswith(
            f"touches.csv tells of {leads} of 140 leads that may be scored; of leads "
            "of these ages it told of 110 in training."
        )


def test_few_leads_without_a_touch_may_be_chance() -> None:
    """Of three young leads none is touched: 1 in 8 by chance."""
    three = _touches(ages_days=np.full(3, 10.0), leads=0)
    assert _tripped(_facts(three)) == ()
    thirty = _touches(ages_days=np.full(30, 10.0), leads=0)
    assert _one(_facts(thirty)).guard == "touches_unknown"


@pytest.mark.parametrize(
    ("leads", "touched", "is_held"), [(2, 0, False), (4, 1, False), (5, 0, True)]
)
def test_no_share_is_surer_than_nine_in_ten(
    leads: int, touched: int, is_held: bool
) -> None:
    """All old leads were touched in training; tonight's may be bought addresses.

    By chance none of 2 is in 1 of 100 nights, and none of 5 in 1 of 100,000.
    """
    all_touched = replace(USUAL, touched=(TouchedBand(0, 9000, 9000),))
    source = _touches(ages_days=np.full(leads, 100.0), leads=touched)
    assert bool(_tripped(_facts(source, usual=(all_touched,)))) == is_held


def test_young_leads_alone_are_expected_to_be_touched_less() -> None:
    young = np.full(140, 10.0)
    assert _tripped(_facts(_touches(ages_days=young, leads=60))) == ()
    older = np.full(140, 60.0)
    assert _one(_facts(_touches(ages_days=older, leads=60))).guard == "touches_unknown"


def test_after_a_touch_only_none_at_all_is_too_few() -> None:
    rule: dict[str, Any] = {"snapshots": {"rule": "on_kind"}}
    assert _tripped(_facts(_touches(leads=5), **rule)) == ()
    assert _one(_facts(_touches(leads=0), **rule)).guard == "touches_unknown"


@pytest.mark.parametrize(
    ("usual_days", "days", "is_held", "told"),
    [
        (7.0, 10.4, False, ""),  # loaded on Sundays: half as old again
        (7.0, 10.6, True, "7.0 days"),
        (0.1, 2.0, False, ""),  # loaded every hour: two days more
        (0.1, 2.2, True, "2.4 hours"),
        (0.1, 14.0, True, "2.4 hours"),
    ],
)
def test_fault_68_a_source_staler_than_in_training_holds_the_night_back(
    usual_days: float, days: float, is_held: bool, told: str
) -> None:
    newest = AT - timedelta(days=days)
    source = _touches(newest=newest.isoformat())
    tripped = _tripped(_facts(source, usual=(replace(USUAL, age_days=usual_days),)))
    assert bool(tripped) == is_held
    if is_held:
        assert tripped[0].said.startswith(
            f"The newest touch of touches.csv was recorded on {newest:%Y-%m-%d %H:%M} "
            f"UTC, {days:.1f} days before the night; at 99 of 100 midnights in "
            f"training it was at most {told} old."
        )


def test_a_source_of_which_nothing_was_known_yet_holds_the_night_back() -> None:
    said = _one(_facts(_touches(newest=None, newest_by=None))).said
    assert said.startswith("No touch of touches.csv was known before the night, 2026")


def test_touches_of_no_known_kind_hold_the_night_back() -> None:
    strange = _touches(known_kinds=0)
    assert _one(_facts(strange)).said.startswith(
        "None of 980 touches in touches.csv is of a kind that the scorer knows, such "
        "as 'visit'."
    )
    pooled = replace(USUAL, known_kinds=0)  # nor was any in training
    assert _tripped(_facts(strange, usual=(pooled,))) == ()


@pytest.mark.parametrize(("rows", "is_held"), [(1, False), (2, True), (3, True)])
def test_leads_of_which_most_cannot_be_read_hold_the_night_back(
    rows: int, is_held: bool
) -> None:
    """Of two one may be unreadable, and comes out with its status."""
    leads = replace(LEADS, rows_in=max(2, rows), unreadable=rows)
    facts = _facts(_touches())
    facts = replace(facts, sources=(leads, *facts.sources[1:]))
    tripped = _tripped(facts)
    assert bool(tripped) == is_held
    if is_held:
        assert tripped[0].said.startswith(
            f"Of {max(2, rows)} rows of leads {rows} cannot be read. The first is line "
            "3 of new.csv, 'a,b': It is short."
        )


WON = NightSource("milestones", "milestones", ("won.csv",), 0, 0, 0, {}, 0)
MANY = replace(WON, rows_in=9, rows_kept=9)


def test_milestones_without_a_row_hold_the_night_back() -> None:
    assert _one(_facts(_touches(), WON)).said == (
        "won.csv has no row at all. Every lead would be taken for open, those that "
        "have ended too. Export it again and score again. If it is meant so, set "
        "score.guards.tables_empty = false."
    )
    assert _tripped(_facts(_touches(), WON), tables_empty=False) == ()
    # One file of several may be without a row: nobody was lost this month.
    assert _tripped(_facts(_touches(), WON, MANY)) == ()


def test_accounts_of_which_none_can_be_read_hold_the_night_back() -> None:
    firms = NightSource("accounts", "accounts", ("new.csv",), 7, 0, 7, {"Late.": 7}, 7)
    said = _one(_facts(_touches(), firms)).said
    assert said.startswith("Of 7 rows of new.csv none can be read.")
    assert "Nothing would be known of any account." in said


@pytest.mark.parametrize(
    ("count", "filled", "is_held"),
    [(26, 100, True), (25, 100, False), (19, 19, False), (20, 20, True)],
)
def test_numbers_that_cannot_be_read_hold_the_night_back(
    count: int, filled: int, is_held: bool
) -> None:
    why = "cannot be read as a number"
    cells = LostCells("leads", "size", count, filled, why, ("0,74",), "")
    tripped = _tripped(replace(_facts(_touches()), cells=(cells,)))
    assert bool(tripped) is is_held
    if is_held:
        assert tripped[0].said.startswith(
            f"Of {filled} filled cells of column 'size' of leads {count} cannot be "
            "read as a number, such as '0,74'. They would count as missing."
        )


def test_of_a_stale_source_its_age_is_said_and_not_that_new_leads_are_without() -> None:
    """Old touches are of old leads, whose ids are written as ever."""
    old = _touches(newest=(AT - timedelta(days=21)).isoformat(), leads=30)
    assert _one(_facts(old)).guard == "touches_stale"
    assert _one(_facts(old), touches_stale=False).guard == "touches_unknown"


def test_an_older_scorer_knows_nothing_of_its_sources_and_that_is_said() -> None:
    """What needs nothing of training is looked at all the same."""
    tripped, blind = looked_at(_facts(_touches(), usual=()), DEFAULTS)
    assert tripped == ()
    assert blind == (
        "The guard touches_stale did not look at 'touches': the scorer does not know "
        "how old its newest touch is on most nights. Train again.",
        "The guard touches_unknown did not look at 'touches': the scorer does not know "
        "how many leads such a source tells of. Train again.",
    )
    for changed, guard in (
        ({"unreadable": 300}, "touches_unreadable"),
        ({"rows_in": 0, "rows_kept": 0, "unreadable": 0}, "touches_empty"),
        ({"rows_of_tonights_leads": 0}, "touches_unknown"),
        ({"known_kinds": 0}, "touches_kinds"),
    ):
        assert _one(_facts(_touches(**changed), usual=())).guard == guard


def test_a_guard_that_is_switched_off_says_nothing() -> None:
    off = {"touches_unknown": False, "touches_stale": False}
    limits = DEFAULTS.model_copy(update=off)
    assert looked_at(_facts(_touches(), usual=()), limits) == ((), ())


def test_renamed_files_and_a_new_order_are_the_same_sources() -> None:
    calls = replace(USUAL, name="call", written={"kind_is": "call"}, age_days=90.0)
    old = (AT - timedelta(days=80)).isoformat()
    loaded_late = _touches(written={"kind_is": "call"}, newest=old)
    assert _tripped(_facts(loaded_late, _touches(), usual=(USUAL, calls))) == ()


def test_without_the_companys_other_leads_only_tonights_are_told() -> None:
    source = _touches(rows_of_unknown_leads=None)
    assert account([source]) == [
        "touches  1,000 rows in, 20 set aside, 700 of tonight's leads; newest recorded "
        "2026-06-26 00:00 UTC"
    ]
