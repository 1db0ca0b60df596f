"""What else is told of a score: what changed it, and what it would take."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from features.errors import RunError
from pipeline.why.data import data
from pipeline.why.terminal import told
from tests.pipeline.small_nights import (
    CHANGED,
    IDS,
    ask,
    small_night,
    small_scorer,
)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night of six leads, compared with an earlier one."""
    folder = tmp_path_factory.mktemp("night")
    return small_night(folder, changes=[CHANGED] * len(IDS))


def test_what_changed_adds_up_by_cause_and_by_signal(night: Path) -> None:
    found = ask(night, against="previous")
    assert found.changes is not None
    change = sum(c.points for c in found.changes)
    assert change == 3.75
    (section,) = found.opening
    before = found.total - change
    assert section.lead == (
        f"From {before:.1f} to {found.total:.1f} points: +3.8.".replace("-", "−"),
    )
    assert [(i.words, i.figure) for i in section.items] == [
        ("What the lead did", "+4.2"), ("Time passed", "−0.5"),
    ]  # fmt: skip
    assert [b.figure for b in section.items[1].below] == ["−1.0", "+0.5"]
    assert "(was no visits in 30 days)" in section.items[0].below[0].words


def test_without_an_earlier_night_that_is_a_sentence(tmp_path: Path) -> None:
    scores = small_night(tmp_path)
    assert "What changed" not in told(ask(scores))
    said = told(ask(scores, against="previous"))
    assert "Nothing is known of it: tonight.parquet was not compared" in said


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(days=1), "since 1 July 2026\n"),
        (timedelta(hours=3), "since 2 July 2026, 06:00 UTC\n"),
    ],
)
def test_the_hour_is_told_of_two_scorings_of_a_day(
    tmp_path: Path, before: timedelta, said: str
) -> None:
    at = datetime(2026, 7, 2, 9, tzinfo=UTC)
    changes = [CHANGED] * len(IDS)
    scores = small_night(tmp_path, at=at, changes=changes, prior_at=at - before)
    assert f"What changed {said}" in told(ask(scores))


def test_a_lead_that_did_not_change_is_told_so(tmp_path: Path) -> None:
    nothing = pa.array([[]] * 6, pa.list_(pa.struct([("cause", pa.string())])))
    scores = small_night(tmp_path, changes=nothing)
    assert re.search(r"Nothing: \d+\.\d points, as before\.", told(ask(scores)))


def test_what_it_would_take_is_told_of_cutoffs_ahead(tmp_path: Path) -> None:
    scores = small_night(tmp_path)
    for lead in IDS:
        found = ask(scores, lead)
        (section,) = (s for s in found.sections if s.name == "reach")
        ahead = [r for r in found.reach if not r.is_reached]
        assert len(section.items) == max(len(ahead), 1)
        for item, each in zip(section.items, ahead, strict=False):
            assert each.cutoff.upper() in item.words


def test_who_may_not_qualify_is_told_no_way_to(tmp_path: Path) -> None:
    scores = small_night(tmp_path, status="off_schedule", status_said="Too old.")
    found = ask(scores)
    (section,) = (s for s in found.sections if s.name == "reach")
    assert section.items == ()
    assert data(found)["reach"] == []
    assert section.lead == (
        "While it is off schedule it qualifies for nothing, whatever its points.",
    )


def test_a_change_that_misses_the_published_one_is_not_told(tmp_path: Path) -> None:
    changes = [CHANGED] * len(IDS)
    told(ask(small_night(tmp_path, changes=changes, points_change=3.75)))
    scores = small_night(tmp_path / "b", changes=changes, points_change=3.5)
    with pytest.raises(RunError, match=r"misses the published change by 0\.25 points"):
        ask(scores)


def test_a_scorer_with_no_allowed_change_says_nothing_of_it(tmp_path: Path) -> None:
    scores = small_night(tmp_path, scorer=small_scorer(actions=()))
    assert ask(scores).reach == ()
    assert "What it would take" not in told(ask(scores))
