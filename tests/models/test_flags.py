"""Flags: what is new by itself, and what only grows with the calendar."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from models.points import Floats
from models.unfamiliar.flags import Flags, fit_flags

NAN = np.nan


def fitted(values: Floats, **changed: Any) -> Flags:
    """Flags of all columns as numbers, every row its own group, in their order."""
    places = range(values.shape[1])
    plain: dict[str, Any] = {
        "sets": {},
        "used": places,
        "numbers": places,
        "small_pools": (),
        "group": np.array([f"g{i}" for i in range(len(values))], dtype=object),
        "order": np.arange(len(values)),
        "alpha": 0.01,
    }
    return fit_flags(values, **{**plain, **changed})


def test_a_number_is_flagged_beyond_a_quarter_of_the_range_and_not_before() -> None:
    """Seen 0 to 8: from −2 to 10 nothing is said."""
    values = np.tile(np.arange(9.0), 40)[:, None]
    flags = fitted(values)
    assert flags.bounds == ((0, -2.0, 10.0),)
    asked = np.array([[-2.0], [-2.1], [10.0], [10.1], [NAN]])
    assert flags.outside(asked)[0].tolist() == [False, True, False, True, False]


def test_a_column_that_grows_with_the_calendar_is_never_flagged() -> None:
    steady = np.tile(np.arange(9.0), 40)
    values = np.column_stack([np.arange(360.0), steady])
    assert [place for place, _, _ in fitted(values).bounds] == [1]


def test_without_an_order_there_is_no_trial() -> None:
    flags = fitted(np.arange(360.0)[:, None], order=None)
    assert [place for place, _, _ in flags.bounds] == [0]


def test_one_freak_in_a_thousand_does_not_cost_a_column_its_flag() -> None:
    values = np.tile(np.arange(10.0), 100)
    values[990] = 1e6
    assert fitted(values[:, None]).bounds != ()


def test_ranges_that_hold_by_themselves_have_to_hold_together() -> None:
    """Each of two columns flags 8 of the newest 1,000 rows, other ones: 16 > 10."""
    values = np.tile(np.arange(10.0), 400)[:, None] + np.zeros((1, 2))
    values[3000:3008, 0] = values[3500:3508, 1] = 99.0
    assert len(fitted(values).bounds) == 1


def test_a_column_that_was_never_filled_has_no_range() -> None:
    assert fitted(np.full((40, 1), NAN)).bounds == ()


@pytest.fixture(scope="module")
def gaps() -> Floats:
    """Two members: both there, or the first missing; never the second alone."""
    values = np.ones((200, 2))
    values[::2, 0] = NAN
    return values


def test_a_new_pattern_of_missing_values_is_flagged(gaps: Floats) -> None:
    flags = fitted(gaps, sets={"both": ((0,), (1,))})
    asked = np.array([[1.0, 1.0], [NAN, 1.0], [1.0, NAN], [NAN, NAN]])
    found = flags.new_patterns(asked)["both"]
    assert found.tolist() == [False, False, True, True]


def test_where_many_patterns_exist_a_new_one_is_no_news_but_an_empty_record_is() -> (
    None
):
    """Of 300 patterns of 20 members nearly all are seen once."""
    rng = np.random.default_rng(0)
    values = np.where(rng.random((300, 20)) < 0.5, NAN, 1.0)
    flags = fitted(values, sets={"many": tuple((i,) for i in range(20))})
    asked = np.where(rng.random((50, 20)) < 0.4, NAN, 1.0)
    asked[0] = NAN
    found = flags.new_patterns(asked)["many"]
    assert flags.patterns[0].seen == ()
    assert found[0]
    assert not found[1:].any()


def test_a_pattern_that_one_group_has_in_many_rows_is_seen_once(gaps: Floats) -> None:
    """Three of a hundred groups have a pattern of their own: a share of .03 > α."""
    group = np.array([f"g{i % 100}" for i in range(200)], dtype=object)
    values = np.ones((200, 3))
    for place in range(3):
        values[group == f"g{place}", place] = NAN
    sets = {"all": ((0,), (1,), (2,))}
    assert fitted(values, sets=sets, group=group).patterns[0].seen == ()
    assert fitted(values, sets=sets, group=group, alpha=0.05).patterns[0].seen != ()


def test_a_member_is_missing_if_all_its_columns_are() -> None:
    values = np.ones((200, 2))
    values[:, 0] = NAN
    flags = fitted(values, sets={"one": ((0, 1),)})
    asked = np.array([[NAN, 1.0], [1.0, NAN], [NAN, NAN]])
    assert flags.new_patterns(asked)["one"].tolist() == [False, False, True]
