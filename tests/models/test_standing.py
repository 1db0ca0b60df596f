"""Standing: leads rise at once, and fall only when they are well below."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.points import log_odds_of, probability_of
from models.qualifying.cutoffs import Cutoffs
from models.qualifying.standing import Published, published, standing, standings, stands
from tests.models.small_models import cutoff

# 10 points are ln 2 of log-odds, so that 10 points below even odds are odds of 1 to 2.
HALF = 0.5
TEN_BELOW = 1 / 3
CUTOFFS = Cutoffs(cutoff("mql", 1 / 5), cutoff("sql", HALF))

chances = st.floats(0.01, 0.99)
words = st.sampled_from(["none", "mql", "sql"])
DAYS = np.array(["2026-01-01", "2026-01-02"], dtype="datetime64[us]")


def test_a_lead_keeps_its_standing_down_to_the_hysteresis_and_no_further() -> None:
    chance = [TEN_BELOW + 1e-9, TEN_BELOW - 1e-9]
    found = standing(chance, CUTOFFS, ["sql", "sql"], hysteresis=10)
    assert found.tolist() == ["sql", "mql"]


def test_a_lead_rises_at_once_and_is_not_lifted_by_the_hysteresis() -> None:
    found = standing([HALF, 0.49, 0.19], CUTOFFS, ["none"] * 3, hysteresis=10)
    assert found.tolist() == ["sql", "mql", "none"]


def test_a_lead_that_falls_far_falls_through_both_cutoffs() -> None:
    # Odds of 1 to 4 are MQL's; 10 points below are odds of 1 to 8, or 1 / 9.
    found = standing([0.112, 0.110], CUTOFFS, ["sql", "sql"], hysteresis=10)
    assert found.tolist() == ["mql", "none"]


def test_without_last_night_or_hysteresis_standing_is_qualification() -> None:
    chance = np.linspace(0.01, 0.99, 99)
    expected = CUTOFFS.qualification(chance).tolist()
    assert standing(chance, CUTOFFS, hysteresis=3).tolist() == expected
    held = standing(chance, CUTOFFS, ["sql"] * 99, hysteresis=0)
    assert held.tolist() == expected


def test_who_may_not_qualify_has_no_standing_whatever_was_last_night() -> None:
    found = standing(
        [0.9, 0.9], CUTOFFS, ["sql", "sql"], hysteresis=3, may_qualify=[False, True]
    )
    assert found.tolist() == ["none", "sql"]


def test_a_cutoff_that_is_no_more_holds_nobody() -> None:
    only = Cutoffs(cutoff("mql", 0.2), cutoff("sql", None))
    assert standing([0.9], only, ["sql"], hysteresis=3).tolist() == ["mql"]


def test_a_missing_probability_stands_for_nothing() -> None:
    found = standing([np.nan, np.nan], CUTOFFS, ["sql", "none"], hysteresis=3)
    assert found.tolist() == ["none", "none"]


@settings(deadline=None)
@given(st.lists(st.tuples(chances, words), min_size=1), st.floats(0, 20))
def test_standing_lies_between_qualification_and_the_higher_of_the_two(
    leads: list[tuple[float, str]], hysteresis: float
) -> None:
    rank = {"none": 0, "mql": 1, "sql": 2}
    chance, before = [c for c, _ in leads], [w for _, w in leads]
    now = CUTOFFS.qualification(chance)
    found = standing(chance, CUTOFFS, before, hysteresis=hysteresis)
    for least, told, last in zip(now, found, before, strict=True):
        assert rank[least] <= rank[told] <= max(rank[least], rank[last])


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5), chances)),
    st.floats(0, 20),
)
def test_all_snapshots_at_once_are_one_night_after_the_other(
    rows: list[tuple[str, int, float]], hysteresis: float
) -> None:
    expected = [False] * len(rows)
    for name in "abc":
        stood = False
        mine = [i for i, row in enumerate(rows) if row[0] == name]
        for place in sorted(mine, key=lambda i: rows[i][1]):
            chance = [rows[place][2]]
            stood = bool(stands(chance, [stood], HALF, hysteresis=hysteresis)[0])
            expected[place] = stood
    found = standings(
        [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], HALF,
        hysteresis=hysteresis,
    )  # fmt: skip
    assert found.tolist() == expected


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), chances), min_size=1))
def test_the_two_cutoffs_may_be_followed_apart(rows: list[tuple[str, float]]) -> None:
    """What standing says of both together is what each says by itself."""
    before = {"a": "none", "b": "none"}
    together = []
    for name, chance in rows:
        now = standing([chance], CUTOFFS, [before[name]], hysteresis=7)
        before[name] = str(now[0])
        together.append(before[name])
    lead, chances_ = [r[0] for r in rows], [r[1] for r in rows]
    weeks = range(len(rows))
    for threshold, above in ((0.2, {"mql", "sql"}), (HALF, {"sql"})):
        alone = standings(lead, weeks, chances_, threshold, hysteresis=7)
        assert alone.tolist() == [word in above for word in together]


def test_nobody_stands_at_a_cutoff_that_does_not_exist() -> None:
    assert not standings(["a"], [1], [0.99], None, hysteresis=3).any()


def test_no_snapshots_are_no_standings() -> None:
    assert standings([], [], [], HALF, hysteresis=3).tolist() == []


@pytest.mark.parametrize("hysteresis", [0.5, 3, 10])
def test_points_are_log_odds(hysteresis: float) -> None:
    below = log_odds_of([HALF])[0] - hysteresis * np.log(2) / 10
    just = probability_of([below + 1e-9, below - 1e-9])
    found = stands(just, [True, True], HALF, hysteresis=hysteresis)
    assert found.tolist() == [True, False]


# --- since when ----------------------------------------------------------------------


def test_since_is_kept_while_the_standing_is_and_begins_anew_with_another() -> None:
    before = Published(np.array(["mql", "mql"]), DAYS[[0, 0]])
    now = published(np.array(["mql", "sql"]), DAYS[[1, 1]], before, [True, True])
    assert now.since.tolist() == DAYS.tolist()


def test_since_is_now_for_a_lead_that_was_not_there_or_without_last_night() -> None:
    before = Published(np.array(["none"]), DAYS[:1])
    there = np.array(["none"])
    assert published(there, DAYS[1:], before, [False]).since.tolist() == [DAYS[1]]
    assert published(there, DAYS[1:], None, [True]).since.tolist() == [DAYS[1]]
