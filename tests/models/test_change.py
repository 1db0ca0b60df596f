"""Changes are split by cause, each laid on what changed, and all of it adds up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import ModelError
from models.changing.change import (
    CAUSES,
    Cause,
    Change,
    Parts,
    check_sum,
    said_changes,
)
from models.changing.telescope import Judge, Split, telescoped
from models.points import Floats, Scale
from models.treeshap import TreeExplainer
from tests.models.small_boosters import Both, Stump, booster_text, margin

SCALE = Scale(intercept=0.0, slope=np.log(2), reference=0.0)  # a margin of 1: 10 points
STEPS = (
    (Cause.TIME, Cause.TIME, Cause.TIME),
    (Cause.LEAD, Cause.COLLEAGUES, Cause.RECORD),
)
TREES: list[Stump | Both] = [
    Stump(0, 0.5, 0.0, 1.0),
    Stump(1, 2.5, 0.0, 0.5),
    Both(0, 2, 0.4),
]


def judge(trees: list[Stump | Both], scale: Scale = SCALE, columns: int = 3) -> Judge:
    players = [[n] for n in range(columns)]
    return Judge(TreeExplainer(booster_text(trees, columns), players), scale)


def told(split: Split, lead: int = 0) -> dict[tuple[Cause, int], float]:
    """The parts of one lead, rounded."""
    parts = split.parts.of(split.parts.lead == lead)
    return {
        (CAUSES[c], int(s)): round(float(p), 6)
        for c, s, p in zip(parts.cause, parts.signal, parts.points, strict=True)
    }


def rows(*values: list[float]) -> list[Floats]:
    return [np.array([value]) for value in values]


# --- worked out by hand --------------------------------------------------------------


def test_each_step_lays_its_change_on_what_changed_in_it() -> None:
    old = judge(TREES)
    # Time takes column 0 away, and with it what it was worth together with column 2;
    # then column 1 rises over its threshold.
    path = rows([1, 2, 1], [0, 2, 1], [0, 3, 1])
    split = telescoped(old, old, path, STEPS, path[-1])
    assert told(split) == {(Cause.TIME, 0): -14.0, (Cause.COLLEAGUES, 1): 5.0}
    assert split.before.round(6).tolist() == [64.0]
    assert split.change.round(6).tolist() == [-9.0]


def test_two_that_changed_in_one_step_share_what_they_did_together() -> None:
    old = judge([Both(0, 2, 0.4)])
    path = rows([0, 0, 0], [0, 0, 0], [1, 0, 1])
    split = telescoped(old, old, path, STEPS, path[-1])
    assert told(split) == {(Cause.LEAD, 0): 2.0, (Cause.RECORD, 2): 2.0}


def test_the_order_of_the_path_decides_who_is_credited() -> None:
    old = judge([Both(0, 2, 0.4)])
    path = rows([0, 0, 0], [1, 0, 0], [1, 0, 1])
    split = telescoped(old, old, path, STEPS, path[-1])
    assert told(split) == {(Cause.RECORD, 2): 4.0}


def test_what_did_not_change_has_no_part_at_all() -> None:
    old = judge(TREES)
    path = rows([1, 3, np.nan], [1, 3, np.nan], [1, 3, np.nan])
    split = telescoped(old, old, path, STEPS, path[-1])
    assert told(split) == {}
    assert split.change.tolist() == [0.0]


def test_a_new_booster_and_a_new_calibration_are_told_apart() -> None:
    old = judge(TREES)
    # Tonight's booster gives a margin of 1.3 where last night's gave 1.9; its odds are
    # doubled, which are ten points.
    new = judge([Stump(0, 0.5, 0.0, 1.3)], Scale(np.log(2), np.log(2), 0.0))
    path = rows([1, 3, 1], [1, 3, 1], [1, 3, 1])
    split = telescoped(old, new, path, STEPS, path[-1])
    assert told(split) == {(Cause.CALIBRATION, -1): 10.0, (Cause.BOOSTER, -1): -6.0}
    assert split.change.round(6).tolist() == [4.0]


def test_a_new_slope_is_calibration_and_the_steps_are_on_the_old_one() -> None:
    old = judge(TREES)
    new = Judge(old.explainer, Scale(0.0, 2 * np.log(2), 0.0))
    path = rows([0, 0, 0], [0, 0, 0], [1, 0, 0])
    split = telescoped(old, new, path, STEPS, path[-1])
    assert told(split) == {(Cause.LEAD, 0): 10.0, (Cause.CALIBRATION, -1): 10.0}


def test_a_signal_that_changed_twice_for_one_cause_has_one_part() -> None:
    old = judge([Stump(0, 0.5, 0.0, 1.0), Stump(0, 1.5, 0.0, 0.3)])
    causes = ((Cause.RECORD,) * 3, (Cause.RECORD,) * 3)
    path = rows([0, 0, 0], [1, 0, 0], [2, 0, 0])
    split = telescoped(old, old, path, causes, path[-1])
    assert told(split) == {(Cause.RECORD, 0): 13.0}


# --- it adds up, or it is not told ---------------------------------------------------

stumps = st.builds(
    Stump,
    st.integers(0, 2),
    st.sampled_from((0.5, 1.5, 2.5)),
    st.floats(-2, 2),
    st.floats(-2, 2),
)
pairs = st.builds(Both, st.just(0), st.integers(1, 2), st.floats(-2, 2))
boosters = st.lists(st.one_of(stumps, pairs), min_size=1, max_size=5)
scales = st.builds(Scale, st.floats(-3, 3), st.floats(0.1, 3), st.floats(-3, 3))
value = st.sampled_from((0.0, 1.0, 2.0, 3.0, float("nan")))
points_on_the_path = st.lists(
    st.lists(value, min_size=6, max_size=6), min_size=2, max_size=6
)


@settings(max_examples=40, deadline=None)
@given(
    trees=st.tuples(boosters, boosters),
    scale=st.tuples(scales, scales),
    path=points_on_the_path,
    causes=st.lists(st.tuples(*[st.sampled_from(CAUSES)] * 3), min_size=5, max_size=5),
)
def test_the_parts_add_up_to_tonights_points_less_last_nights(
    trees: tuple[list[Stump | Both], list[Stump | Both]],
    scale: tuple[Scale, Scale],
    path: list[list[float]],
    causes: list[tuple[Cause, ...]],
) -> None:
    vectors = [np.array(p).reshape(2, 3) for p in path]
    old, new = (judge(t, s) for t, s in zip(trees, scale, strict=True))
    split = telescoped(old, new, vectors, causes[: len(path) - 1], vectors[-1])
    # Worked out from the trees themselves: k (a + b z - reference) of either night.
    before, after = (
        50 + 10 / np.log(2) * (s.intercept + s.slope * margin(t, x) - s.reference)
        for t, s, x in zip(trees, scale, (vectors[0], vectors[-1]), strict=True)
    )
    summed = [split.parts.points[split.parts.lead == n].sum() for n in range(2)]
    assert np.abs(np.array(summed) - (after - before)).max() < 1e-6
    assert np.abs(split.before - before).max() < 1e-6
    small = split.parts.without_small()
    assert np.abs(small.totals(2) - split.parts.totals(2)).max() < 1e-6


def test_parts_that_do_not_add_up_are_refused() -> None:
    parts = Parts.of_signals(np.array([[1.0, 0.0]]), [Cause.TIME, Cause.TIME])
    check_sum(parts, np.array([1.0 + 9e-7]))
    for change in (1.0 + 2e-6, np.nan):
        with pytest.raises(ModelError, match="so none are told"):
            check_sum(parts, np.array([change]))


class Liar:
    """An explainer that forgets half of what changed."""

    def __init__(self, explainer: TreeExplainer) -> None:
        self.margins = explainer.margins
        self.whole = explainer.changes

    def changes(self, new: Floats, old: Floats) -> Floats:
        return self.whole(new, old) / 2


def test_an_explainer_that_does_not_add_up_is_found_out() -> None:
    explainer = TreeExplainer(booster_text(TREES, 3), [[0], [1], [2]])
    old = Judge(Liar(explainer), SCALE)
    path = rows([0, 0, 0], [1, 0, 0], [1, 0, 0])
    with pytest.raises(ModelError, match=r"miss the change of points by up to 5"):
        telescoped(old, old, path, STEPS, path[-1])


def test_leads_without_any_change_are_no_parts_and_no_error() -> None:
    empty = Parts.together([Parts.whole(np.zeros(3), Cause.MODEL)])
    check_sum(empty, np.zeros(3))
    assert empty.without_small().totals(3).tolist() == [[0.0] * len(CAUSES)] * 3


# --- in words ------------------------------------------------------------------------


def test_the_main_causes_are_named_with_their_points_and_the_rest_adds_up() -> None:
    step = np.array([[6.0, 3.04], [-2.0, -0.8], [1.5, 0.0], [0.0, 0.7]])
    due = (Cause.LEAD, Cause.TIME, Cause.RECORD, Cause.LATE)
    parts = Parts.together(
        [
            Parts.of_signals(points[None, :], [cause] * 2)
            for points, cause in zip(step, due, strict=True)
        ]
    )
    words = ["Pricing page touches", "Visits"]
    (said,) = said_changes(parts, step.sum().reshape(1), words, ["Monday"])
    assert said == (
        "Up 8.4 since Monday: what the lead did +9.0 (mostly Pricing page touches), "
        "time passed −2.8, the record +1.5, all else +0.7"
    )


def test_a_cause_that_no_one_signal_is_most_of_names_the_strongest() -> None:
    points = np.array([[1.0, 1.5, 1.0]])
    parts = Parts.of_signals(points, [Cause.LEAD] * 3)
    parts = Parts.together([parts])
    (said,) = said_changes(parts, points.sum(axis=1), ["A", "B", "C"], ["Monday"])
    assert said == "Up 3.5 since Monday: what the lead did +3.5 (above all B)"


def test_causes_that_cancel_out_are_told_all_the_same() -> None:
    parts = Parts.together(
        [
            Parts.whole(np.array([2.0]), Cause.BOOSTER),
            Parts.whole(np.array([-2.0]), Cause.CALIBRATION),
        ]
    )
    (said,) = said_changes(parts, np.zeros(1), [], ["Monday"])
    assert said == "Unchanged since Monday: new booster +2.0, new calibration −2.0"


def test_a_part_says_the_same_when_it_is_read_again() -> None:
    raw = {"cause": "late arrivals", "code": "visits", "points": 1.5, "was": None}
    change = Change.from_dict(raw)
    assert change == Change(Cause.LATE, "visits", 1.5)
    assert change.to_dict() == raw
