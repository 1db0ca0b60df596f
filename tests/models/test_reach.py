"""What would it take: the least allowed change, scored and not guessed."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.vocabulary import Family, Unit
from models.learning.grove import Tree, model_text
from models.players import ModelFeature, ModelSignal
from models.points import Floats, Scale, probability_of
from models.reaching.actions import Action, Change, How, MoreTouches, Move, action_of
from models.reaching.reach import Reach, margins_of, reach
from models.treeshap.trees import Trees, read_trees
from models.wording import Wording
from tests.models.small_models import (
    MIXED_FEATURES,
    mixed_booster,
    mixed_rows,
)

POINT = math.log(2) / 10  # log-odds
LOW, HIGH = 0.0, 9.0
COUNTED = (  # one kind of touch over two lookbacks, and the other kind
    ModelFeature("webinar_touches_7d", low=LOW, high=HIGH),
    ModelFeature("webinar_touches_30d", low=LOW, high=HIGH),
    ModelFeature("demo_touches_7d", low=LOW, high=3.0),
)
WEBINAR = MoreTouches("webinar", "Webinar", 5, (Move(0, How.ADD), Move(1, How.ADD)))
DEMO = MoreTouches("demo", "Demo requested", 5, (Move(2, How.ADD),))


def _stump(column: int, threshold: float, below: float, above: float) -> Tree:
    """Points at or below a threshold and above it; a missing value goes right."""
    return Tree(
        np.array([column]), np.array([threshold]), (None,), np.array([False]),
        np.array([-1]), np.array([-2]), np.array([20.0]),
        np.array([below, above]) * POINT, np.array([10.0, 10.0]),
    )  # fmt: skip


def _trees(*trees: Tree, columns: int = 3) -> Trees:
    return read_trees(model_text(trees, columns))


def _wording(
    *actions: Action,
    mql: float | None = 61.0,
    sql: float | None = None,
    features: tuple[ModelFeature, ...] = COUNTED,
) -> Wording:
    """50 points are a margin of nought; the cutoffs are in points."""
    signals = tuple(
        ModelSignal(f.name, f.name, Family.BEHAVIOURAL, Unit.COUNT, (i,))
        for i, f in enumerate(features)
    )
    chance = {
        name: None if c is None else float(probability_of([(c - 50) * POINT])[0])
        for name, c in (("mql", mql), ("sql", sql))
    }
    return Wording(
        features, signals, Scale(0.0, 1.0, 0.0), chance, "won", 30.0,
        "training paths", "booster", actions=actions,
    )  # fmt: skip


def _only(found: tuple[Reach, ...]) -> Reach:
    (one,) = found
    return one


def test_the_least_number_of_touches_beyond_a_threshold_is_found() -> None:
    """40 points up to two webinars, 64 from three on."""
    found = _only(
        reach(np.zeros(3), _trees(_stump(0, 2.5, -10, 14)), _wording(WEBINAR))
    )
    assert not found.is_reached
    assert (round(found.points), round(found.cutoff_points)) == (40, 61)
    (answer,) = found.answers
    assert answer.said == "3 more webinar touches now: 64 points (MQL from 61)"
    assert answer.encoded.tolist() == [3.0, 3.0, 0.0]
    assert answer.cost == pytest.approx(3 / 9)
    assert found.said == ""


def test_touches_move_every_lookback_together() -> None:
    """The trees look at 30 days, where there was one already: two more are enough."""
    found = _only(
        reach(
            np.array([0.0, 1.0, 0.0]),
            _trees(_stump(1, 2.5, 0, 14)),
            _wording(WEBINAR),
        )
    )
    assert found.answers[0].encoded.tolist() == [2.0, 3.0, 0.0]
    assert found.answers[0].said.startswith("2 more webinar touches now")


def test_two_changes_are_tried_where_none_is_enough_alone() -> None:
    """8 points each: neither reaches 61 by itself, both do."""
    trees = _trees(_stump(0, 0.5, 0, 8), _stump(2, 1.5, 0, 8))
    found = _only(reach(np.zeros(3), trees, _wording(WEBINAR, DEMO)))
    (answer,) = found.answers
    assert answer.said == (
        "1 more webinar touch now and 2 more Demo requested touches now: 66 points "
        "(MQL from 61)"
    )
    assert answer.cost == pytest.approx(1 / 9 + 2 / 3)


def test_a_pair_is_not_proposed_where_a_single_change_is_enough() -> None:
    trees = _trees(_stump(0, 4.5, 0, 14), _stump(2, 0.5, 0, 10))
    found = _only(reach(np.zeros(3), trees, _wording(WEBINAR, DEMO)))
    assert [len(a.steps) for a in found.answers] == [1]


def test_touches_are_not_paired_with_another_word_on_what_they_move() -> None:
    """One webinar more, and six webinars rather than none, are no two steps."""
    touches = replace(WEBINAR, moves=(*WEBINAR.moves, Move(2, How.ADD)))
    change = Change("webinar", "Webinars", (0, 1), 1, is_whole=True)
    trees = _trees(_stump(0, 5.5, 0, 6), _stump(2, 0.5, 0, 7))
    found = _only(reach(np.zeros(3), trees, _wording(touches, change)))
    assert found.answers == ()
    assert found.best_points == pytest.approx(57)


def test_it_is_said_that_nothing_allowed_is_enough() -> None:
    trees = _trees(_stump(0, 0.5, -10, -4), _stump(2, 0.5, 0, 5))
    found = _only(reach(np.zeros(3), trees, _wording(WEBINAR, DEMO)))
    assert found.answers == ()
    assert found.best_points == pytest.approx(51)
    assert found.said == (
        "No single allowed change, nor any two together, is enough for MQL: the best "
        "reach 51 of 61 points."
    )


def test_one_action_has_no_other_to_be_paired_with() -> None:
    found = _only(reach(np.zeros(3), _trees(_stump(0, 0.5, 0, 4)), _wording(WEBINAR)))
    assert found.said == (
        "No single allowed change is enough for MQL: the best reach 54 of 61 points."
    )


def test_what_reaches_a_cutoff_by_less_than_a_point_is_said_to() -> None:
    """61.4 points are above 61, but not by a point."""
    found = _only(reach(np.zeros(3), _trees(_stump(0, 0.5, 0, 11.4)), _wording(DEMO)))
    assert found.said.startswith("No single allowed change is enough for MQL")
    found = _only(
        reach(np.zeros(3), _trees(_stump(0, 0.5, 0, 11.4)), _wording(WEBINAR))
    )
    assert found.answers == ()
    assert found.said == (
        "No single allowed change leads to MQL with a point to spare: the best reach "
        "61.4, and it is from 61.0."
    )


@pytest.mark.parametrize("points", np.linspace(-7, 9, 60).tolist())
def test_a_lead_whose_own_chance_is_the_cutoff_is_there_already(points: float) -> None:
    """The chance of some points, and the points of that chance, differ by rounding."""
    trees, scale = _trees(_stump(0, 0.5, points, 0)), Scale(0.1, 0.8, -2.6)
    row = np.zeros((1, 3))
    chance = float(scale.probability(margins_of(trees, row))[0])
    wording = replace(_wording(), scale=scale, thresholds={"mql": chance, "sql": None})
    assert _only(reach(row[0], trees, wording)).is_reached


def test_a_great_number_is_said_in_digits() -> None:
    trees, wide = _trees(_stump(0, 20_000, 0, 20)), (ModelFeature("staff"),)
    change = Change("staff", "Staff", (0,), 1, is_whole=True)
    wording = _wording(change, features=(*wide, *COUNTED[1:]))
    (answer,) = _only(reach(np.array([12_345.0, 0, 0]), trees, wording)).answers
    assert answer.steps[0].words == "Staff 20,001 rather than 12,345"


def test_a_kind_that_is_a_name_in_capitals_stays_one() -> None:
    named = replace(WEBINAR, words="A_SUBMITTED")
    trees = _trees(_stump(0, 0.5, 0, 14))
    (answer,) = _only(reach(np.zeros(3), trees, _wording(named))).answers
    assert answer.steps[0].words == "1 more A_SUBMITTED touch now"


@pytest.mark.parametrize(
    ("words", "said"), [("Webinar", "webinar"), ("Fachgespräch", "Fachgespräch")]
)
def test_a_name_that_somebody_gave_a_kind_keeps_its_letters(
    words: str, said: str
) -> None:
    named = replace(WEBINAR, words=words)
    trees = _trees(_stump(0, 0.5, 0, 14))
    (answer,) = _only(reach(np.zeros(3), trees, _wording(named))).answers
    assert answer.steps[0].words == f"1 more {said} touch now"


def test_more_touches_than_allowed_are_not_proposed() -> None:
    trees = _trees(_stump(0, 5.5, 0, 20))
    assert not _only(reach(np.zeros(3), trees, _wording(WEBINAR))).answers
    more = replace(WEBINAR, most=6)
    assert _only(reach(np.zeros(3), trees, _wording(more))).answers


def test_nothing_leaves_the_range_seen_in_training() -> None:
    """Of demo requests there were three at most; the threshold lies beyond."""
    trees = _trees(_stump(2, 3.5, 0, 20))
    found = _only(reach(np.zeros(3), trees, _wording(DEMO)))
    assert (found.answers, round(found.best_points)) == ((), 50)


def test_what_only_follows_from_a_touch_is_taken_as_training_has_seen_it() -> None:
    """The first column becomes the second, 9.5, but 9 was the most that was seen."""
    follows = replace(DEMO, moves=(*DEMO.moves, Move(0, How.LIKE, other=1)))
    trees, row = _trees(_stump(2, 0.5, 0, 20)), np.array([0.0, 9.5, 0.0])
    (answer,) = _only(reach(row, trees, _wording(follows))).answers
    assert answer.encoded.tolist() == [9.0, 9.5, 1.0]


def test_a_change_keeps_to_its_direction() -> None:
    """A lead with five would get there with two, but may only have more."""
    trees, row = _trees(_stump(0, 2.5, 20, 0)), np.array([5.0, 5.0, 0.0])
    up = Change("webinar", "Webinars", (0, 1), 1, is_whole=True)
    assert not _only(reach(row, trees, _wording(up))).answers
    down = replace(up, direction=-1)
    (answer,) = _only(reach(row, trees, _wording(down))).answers
    assert answer.encoded.tolist() == [2.0, 2.0, 0.0]
    assert answer.said == "Webinars 2 rather than 5: 70 points (MQL from 61)"


def test_a_change_keeps_to_the_range_that_is_configured() -> None:
    trees = _trees(_stump(0, 2.5, 0, 20))
    change = Change("webinar", "Webinars", (0,), 1, None, 2.0, is_whole=True)
    assert not _only(reach(np.zeros(3), trees, _wording(change))).answers
    wider = replace(change, high=3.0)
    (answer,) = _only(reach(np.zeros(3), trees, _wording(wider))).answers
    assert answer.encoded.tolist() == [3.0, 0.0, 0.0]


def test_a_missing_number_does_not_move() -> None:
    change = Change("webinar", "Webinars", (0,), 1)
    row = np.array([np.nan, 0.0, 0.0])
    assert not _only(reach(row, _trees(_stump(0, 2, 0, 20)), _wording(change))).answers


def test_a_number_stops_at_a_readable_one_just_beyond_the_threshold() -> None:
    """Beyond 1.2345678 and before 1.3 lies 1.24."""
    trees = _trees(_stump(0, 1.2345678, 0, 20), _stump(0, 1.3, 0, -30))
    change = Change("size", "Size", (0,), 1)
    (answer,) = _only(reach(np.zeros(3), trees, _wording(change))).answers
    assert answer.said == "Size 1.24 rather than 0: 70 points (MQL from 61)"


def test_a_threshold_beyond_all_numbers_is_not_crossed() -> None:
    """A points table splits missing values off there."""
    trees = _trees(_stump(0, 1.7e308, 0, 20), _stump(0, 1e-35, 0, 5))
    unbounded = (ModelFeature("size"), *COUNTED[1:])
    wording = _wording(Change("size", "Size", (0,), 1), features=unbounded)
    found = _only(reach(np.zeros(3), trees, wording))
    assert (found.answers, round(found.best_points)) == ((), 55)


def test_a_number_may_fall_to_a_threshold() -> None:
    """At or below 2.5 is good: 2.5 itself is the nearest."""
    trees = _trees(_stump(0, 2.5, 20, 0))
    change = Change("size", "Size", (0,), -1, 1.0, None)
    (answer,) = _only(reach(np.array([7.0, 0, 0]), trees, _wording(change))).answers
    assert answer.said == "Size 2.5 rather than 7: 70 points (MQL from 61)"
    short = _wording(replace(change, low=3.0))
    assert not _only(reach(np.array([7.0, 0, 0]), trees, short)).answers


def test_a_category_becomes_one_of_those_allowed() -> None:
    features = (ModelFeature("source", categories=("ad", "fair", "web")),)
    trees = _trees(_stump(0, 2.5, 0, 20), columns=1)  # only code 3, "web", is good
    allowed = Change("source", "Source", (0,), values=("fair", "web"))
    wording = _wording(allowed, features=features)
    (answer,) = _only(reach(np.array([1.0]), trees, wording)).answers
    assert (answer.said, answer.encoded.tolist()) == (
        "Source web: 70 points (MQL from 61)",
        [3.0],
    )
    narrower = _wording(replace(allowed, values=("fair",)), features=features)
    assert not _only(reach(np.array([1.0]), trees, narrower)).answers


def test_an_answer_passes_its_cutoff_by_a_point() -> None:
    """61.4 points would be shown as 61 beside a cutoff of 61."""
    wording = _wording(WEBINAR)
    just = _only(reach(np.zeros(3), _trees(_stump(0, 0.5, 0, 11.4)), wording))
    assert not just.answers
    by_one = _only(reach(np.zeros(3), _trees(_stump(0, 0.5, 0, 12.1)), wording))
    assert round(by_one.answers[0].points) == 62


def test_a_cutoff_that_is_reached_asks_for_nothing() -> None:
    row = np.array([9.0, 9.0, 0.0])
    found = _only(reach(row, _trees(_stump(0, 2.5, 0, 14)), _wording(WEBINAR)))
    assert found.is_reached
    assert (found.answers, found.said) == ((), "64 points: MQL already (from 61).")


def test_each_cutoff_that_is_set_is_answered() -> None:
    trees = _trees(_stump(0, 0.5, 0, 14), _stump(0, 2.5, 0, 14))
    mql, sql = reach(np.zeros(3), trees, _wording(WEBINAR, sql=75.0))
    assert mql.answers[0].said == "1 more webinar touch now: 64 points (MQL from 61)"
    assert sql.answers[0].said == "3 more webinar touches now: 78 points (SQL from 75)"
    assert reach(np.zeros(3), trees, _wording(WEBINAR, mql=None)) == ()


def test_without_actions_it_says_where_they_are_configured() -> None:
    found = _only(reach(np.zeros(3), _trees(_stump(0, 0.5, 0, 20)), _wording()))
    assert found.said == "Nothing that may change leads to MQL: see [actions]."


def test_at_most_three_are_told_the_least_first() -> None:
    features = tuple(ModelFeature(f"k{i}", low=0.0, high=2.0 + i) for i in range(5))
    kinds = [MoreTouches(f"k{i}", f"K{i}", 2, (Move(i, How.ADD),)) for i in range(5)]
    trees = _trees(*[_stump(i, 0.5, 0, 15) for i in range(5)], columns=5)
    wording = _wording(*kinds, features=features)
    found = _only(reach(np.zeros(5), trees, wording))
    assert [a.steps[0].action for a in found.answers] == [kinds[4], kinds[3], kinds[2]]
    assert [a.cost for a in found.answers] == pytest.approx([1 / 6, 1 / 5, 1 / 4])


def test_every_move_of_a_touch() -> None:
    """The lead was last here half a day ago, first 20 days ago, and never for a demo.

    A touch now is a visit more (of half an hour's silence), no day more, a kind more.
    """
    words = ("demo", "visit")
    features = (
        ModelFeature("days_since_last", low=0.25, high=90.0),
        ModelFeature("days_since_first", low=0.0, high=90.0),
        ModelFeature("demo_days_since", low=0.0, high=90.0),
        ModelFeature("visits", low=0.0, high=50.0),
        ModelFeature("active_days", low=0.0, high=50.0),
        ModelFeature("kinds", low=0.0, high=5.0),
        ModelFeature("last_kind", categories=words),
        ModelFeature("first_kind", categories=words),
        ModelFeature("journey_days", low=0.0, high=90.0),
    )
    moves = (
        Move(3, How.ONE, other=0, after_days=1 / 48),
        Move(4, How.ONE, other=0, after_days=1.0),
        Move(5, How.ONE, other=2),
        Move(1, How.FIRST),
        Move(8, How.LIKE, other=1),
        Move(6, How.WORD, category=1),
        Move(7, How.FIRST_WORD, category=1),
        Move(0, How.NOW),
        Move(2, How.NOW),
    )
    action = MoreTouches("demo", "Demo", 1, moves)
    trees = _trees(_stump(2, 90.0, 20, 0), columns=9)  # a missing value goes right
    wording = _wording(action, features=features)
    row = np.array([0.5, 20.0, np.nan, 2.0, 1.0, 1.0, 2.0, 2.0, 19.5])
    (answer,) = _only(reach(row, trees, wording)).answers
    # 0.25 days: as near to now as training has seen.
    assert answer.encoded.tolist() == [0.25, 20, 0, 3, 1, 2, 1, 2, 20]
    nobody = np.array([np.nan, np.nan, np.nan, 0, 0, 0, np.nan, np.nan, np.nan])
    (answer,) = _only(reach(nobody, trees, wording)).answers
    assert answer.encoded.tolist() == [0.25, 0, 0, 1, 1, 1, 1, 1, 0]


def test_actions_survive_being_stored() -> None:
    for action in (
        WEBINAR,
        replace(WEBINAR, held=("momentum",)),
        Change("size", "Size", (1,), 1, 2.0, None, is_whole=True),
        Change("source", "Source", (2,), values=("web",)),
    ):
        assert action_of(asdict(action)) == action


VISIT = MoreTouches("visit", "Visit", 5, (Move(0, How.ADD), Move(3, How.ADD)))
GROW = Change("size", "Size", (1,), 1, -2.0, 2.0)
SOURCE = Change("source", "Source", (2,), values=("fair", "web"))


@settings(max_examples=60, deadline=None)
@given(place=st.integers(0, 199), cutoff=st.floats(30, 90))
def test_every_answer_is_borne_out_by_lightgbm(place: int, cutoff: float) -> None:
    """Scored by LightGBM itself; within what is allowed; no lesser count does it."""
    booster, row = mixed_booster(), mixed_rows(200, seed=5)[place]
    trees = read_trees(booster.model_to_string())
    wording = _wording(VISIT, GROW, SOURCE, mql=cutoff, features=MIXED_FEATURES)
    found = _only(reach(row, trees, wording))

    def points(rows: Floats) -> Floats:
        raw = np.asarray(booster.predict(rows, raw_score=True), np.float64)
        return wording.scale.points(raw)

    assert found.points == pytest.approx(points(row[None, :])[0])
    for answer in found.answers:
        assert answer.points == pytest.approx(points(answer.encoded[None, :])[0])
        assert answer.points >= cutoff + 1 - 1e-9
        _is_allowed(row, answer.encoded)
    by_touches = [a for a in found.answers if a.steps[0].action is VISIT]
    added = np.arange(1, 6)
    rows = np.tile(row, (5, 1))
    rows[:, 0] += added
    rows[:, 3] += added
    may = (rows[:, 0] <= 5) & (rows[:, 3] <= 9)
    enough = added[may & (points(rows) >= cutoff + 1)]
    if not found.is_reached and len(enough):
        assert [a.steps[0].amount for a in by_touches if len(a.steps) == 1] == [
            enough.min()
        ]
    else:
        assert all(len(a.steps) == 2 for a in by_touches)


def _is_allowed(row: Floats, changed: Floats) -> None:
    """Counts rose together by 0 to 5, the size rose within [-2, 2], or the source."""
    by = changed - row
    assert by[0] == by[3]
    assert by[0] in range(6)
    assert changed[0] <= 5
    assert changed[3] <= 9
    if not np.array_equal(changed[1], row[1], equal_nan=True):
        assert row[1] < changed[1] <= 2
        assert changed[1] >= -2
    if not np.array_equal(changed[2], row[2], equal_nan=True):
        assert changed[2] in (2.0, 3.0)


def test_too_many_pairs_are_thinned_and_it_is_said() -> None:
    """300 thresholds of each of two numbers: 90,000 pairs, of which 10,000 may be."""
    features = tuple(ModelFeature(n, low=0.0, high=400.0) for n in ("one", "two"))
    stumps = [_stump(c, i + 0.5, 0, -1 / 50) for c in (0, 1) for i in range(300)]
    wording = _wording(
        Change("one", "One", (0,), 1, is_whole=True),
        Change("two", "Two", (1,), 1, is_whole=True),
        features=features,
    )
    found = _only(reach(np.zeros(2), _trees(*stumps, columns=2), wording))
    assert found.said.startswith("No single allowed change, nor two together,")


def test_margins_are_those_of_lightgbm() -> None:
    booster, rows = mixed_booster(), mixed_rows(700, seed=9)
    found = margins_of(read_trees(booster.model_to_string()), rows)
    assert found == pytest.approx(np.asarray(booster.predict(rows, raw_score=True)))


def test_who_opens_one_lead_waits_for_no_heavy_library() -> None:
    code = (
        "import sys, models.reaching.reach, models.recalling.likeness\n"
        "heavy = {'pandas', 'lightgbm', 'sklearn', 'duckdb', 'sqlglot'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
