"""Support: leads and conversions counted once, by market segment."""

from __future__ import annotations

import json
from dataclasses import asdict

import pandas as pd
import pytest

from models.unfamiliar.support import (
    LEAST_CONVERSIONS,
    MOST_SEGMENTS,
    SIZE_ENDS,
    Segment,
    Support,
    move_of,
    support_of,
    thinnest,
)

PAST = pd.DataFrame({"lead_id": ["a", "a", "b", "c", "d"], "outcome": [0, 1, 0, 1, 0]})


def test_a_lead_and_its_conversion_count_once_however_often_it_was_looked_at() -> None:
    land = pd.Series(["nl", "nl", "nl", "be", None])
    found = support_of("country", "Country", land, PAST)
    assert found is not None
    assert found.segments == (Segment("nl", 2, 1), Segment("be", 1, 1))


def test_a_segment_that_was_never_seen_has_nobody() -> None:
    support = Support("country", "Country", (), (Segment("nl", 2, 1),))
    assert support.of("br") == Segment("br", 0, 0)


def test_sizes_are_counted_in_bands() -> None:
    sizes = pd.Series([10.0, 11.0, 9_000.0, 9_001.0, float("nan")])
    found = support_of("size", "Size", sizes, PAST, ends=SIZE_ENDS)
    assert found is not None
    assert {s.name: s.leads for s in found.segments} == {
        "up to 10": 1, "over 10 to 50": 1, "over 5,000": 2,
    }  # fmt: skip


def test_whole_numbers_have_no_point_in_their_names() -> None:
    flags = pd.Series([1.0, 1.0, 0.0, 0.0, None])
    found = support_of("flag", "Flag", flags, PAST)
    assert found is not None
    assert [s.name for s in found.segments] == ["0", "1"]


def test_names_are_no_market() -> None:
    many = MOST_SEGMENTS + 1
    past = pd.DataFrame({"lead_id": range(many), "outcome": 0})
    names = pd.Series([f"n{i}" for i in range(many)])
    assert support_of("name", "Name", names, past) is None
    assert support_of("none", "None", pd.Series([None] * many), past) is None


def test_the_thinnest_segment_is_that_of_fewest_conversions() -> None:
    country = Support("country", "Country", (), (Segment("nl", 50, 9),))
    source = Support("source", "Source", (), (Segment("fair", 80, 3),))
    names = {"country": "nl", "source": "fair"}
    assert thinnest((country, source), names) == (source, Segment("fair", 80, 3))
    assert thinnest((country, source), {}) is None


MARKET = Support(
    "country", "Country", (), (Segment("nl", 900, 90), Segment("be", 100, 9))
)


def test_a_night_abroad_is_more_than_expected() -> None:
    """One in ten past leads was of a country with fewer than ten conversions."""
    assert LEAST_CONVERSIONS == 10
    night = move_of(MARKET, pd.Series(["nl"] * 60 + ["be"] * 20 + ["br"] * 20))
    assert (night.leads, night.thin, night.past_share) == (100, 40, 0.1)
    assert night.is_unusual


def test_a_night_at_home_is_as_expected() -> None:
    night = move_of(MARKET, pd.Series(["nl"] * 88 + ["be"] * 12))
    assert (night.thin, night.verdict) == (12, "as expected")


@pytest.mark.parametrize("night", [[], ["br"], ["br"] * 19, [None] * 500])
def test_few_leads_or_an_empty_column_are_too_few(night: list[str | None]) -> None:
    found = move_of(MARKET, pd.Series(night, dtype=object))
    assert found.verdict == "too few"
    assert found.past_share == 0.1


def test_comes_back_from_json_as_it_was() -> None:
    made = Support("size", "Size", SIZE_ENDS, (Segment("up to 10", 3, 1),))
    assert Support.from_dict(json.loads(json.dumps(asdict(made)))) == made
