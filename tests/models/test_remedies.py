"""What would leave enough data: numbers that have been put to the division itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.learning.few import can_bear_a_scorecard, divide_few
from models.learning.remedies import Horizons, Remedy, lacking, remedy_of
from models.learning.splits import Blocks, SplitRule, TooLittle, divide
from models.learning.timeline import Timeline
from tests.models.small_models import timeline

START = datetime(2026, 1, 1, tzinfo=UTC)
# Of a hundred leads, one a day, every second one converts after twenty days.
DAYS = 100


def horizons(delay_days: int = 20, leads: int = DAYS) -> Horizons:
    """A lead a day from the first of January on; every second one converts."""
    at = pd.Series(pd.date_range(START, periods=leads, freq="D"))
    wins = pd.Series(np.arange(leads) % 2 == 1)
    names = [f"l{i}" for i in range(leads)]
    spine = pd.DataFrame(
        {
            "lead_id": names,
            "group_id": names,
            "position": pd.array([None] * leads, dtype="Int64"),
            "snapshot_at": at,
            "converted_at": (at + timedelta(days=delay_days)).where(wins),
        }
    )
    return Horizons(spine, START + timedelta(days=leads + 10), 0)


def remedy(
    asked: SplitRule, days: int, held: Horizons, divide_by: object = divide
) -> Remedy:
    """What would do, where leads are given so many days."""
    times = held.timeline(days)
    return remedy_of(times, asked, held, days, divide_by, lacking(times, asked))  # type: ignore[arg-type]


def test_a_horizon_labels_only_what_has_matured_and_only_what_converts_within_it() -> (
    None
):
    held = horizons()
    # Known until day 110: at 40 days those of day 70 and before are mature.
    assert len(held.timeline(40).outcome) == 71
    assert held.timeline(40).outcome.sum() == 35
    # A conversion after twenty days is within 21 of them, and not within 20.
    assert held.timeline(21).outcome.sum() == 45
    assert held.timeline(20).outcome.sum() == 0
    assert (
        held.timeline(21).known_at - held.timeline(21).instant == 21 * 86_400e6
    ).all()


def test_a_test_share_that_is_named_divides_and_none_nearer_does() -> None:
    # 71 leads are mature at 40 days. The newest quarter begins on day 53, and of those
    # known by then, of day 13 and before, 7 converted: three more than that are needed.
    asked, held = SplitRule(0.25, 2, 3, 3), horizons()
    with pytest.raises(TooLittle):
        divide(held.timeline(40), asked)
    found = remedy(asked, 40, held)
    assert found.test_share is not None
    divide(held.timeline(40), replace(asked, test_share=found.test_share))
    for step in range(1, round(100 * abs(found.test_share - 0.25))):
        for share in (0.25 - step / 100, 0.25 + step / 100):
            if 0.05 < share < 0.6:
                with pytest.raises(TooLittle):
                    divide(held.timeline(40), replace(asked, test_share=share))


def test_a_horizon_that_is_named_divides_and_no_longer_one_does() -> None:
    asked, held = SplitRule(0.25, 2, 3, 3), horizons()
    found = remedy(asked, 40, held)
    assert found.horizon_days is not None
    assert 21 <= found.horizon_days < 40
    divide(held.timeline(found.horizon_days), asked)
    for days in range(found.horizon_days + 1, 40):
        with pytest.raises(TooLittle):
            divide(held.timeline(days), asked)


def test_where_nothing_does_it_the_lacking_leads_are_counted() -> None:
    asked, held = SplitRule(0.25, 2, 50, 20), horizons()
    found = remedy(asked, 40, held)
    assert (found.test_share, found.horizon_days) == (None, None)
    # Before the test block 7 converted of 50 + 20 + 20; in it, of days 53 to 70, 9.
    assert found.lacking == 83 + 11
    assert found.said == (
        "No train.test_share and no shorter outcome.horizon_days alone leave enough: "
        "wait until about 94 more leads have converted."
    )


def test_a_flat_export_has_no_horizon_to_be_shortened() -> None:
    times = timeline(np.arange(100), np.arange(100) % 2)
    asked = SplitRule(0.25, 2, 24, 12)  # before it 37, and 24 + 12 + 12 are needed
    with pytest.raises(TooLittle):
        divide(times, asked)
    found = remedy_of(times, asked, None, None, divide, 1)
    assert found.horizon_days is None
    assert "horizon" not in found.said


def test_a_scorecard_has_a_remedy_of_its_own() -> None:
    def bears(times: Timeline, rule: SplitRule) -> Blocks:
        blocks = divide_few(times, rule)
        if not can_bear_a_scorecard(times, blocks.before):
            raise TooLittle("Too few.")
        return blocks

    asked, held = SplitRule(0.25, 2, 50, 20), horizons()
    found = remedy(asked, 40, held, bears)
    assert found.test_share is not None
    bears(held.timeline(40), replace(asked, test_share=found.test_share))
    assert found.horizon_days is not None
    bears(held.timeline(found.horizon_days), asked)


@given(
    least=st.integers(1, 30),
    block=st.integers(1, 8),
    days=st.integers(22, 60),
    share=st.sampled_from([0.1, 0.25, 0.4, 0.55]),
)
@settings(max_examples=20, deadline=None)
def test_whatever_is_named_divides(
    least: int, block: int, days: int, share: float
) -> None:
    asked, held = SplitRule(share, 2, least, block), horizons()
    found = remedy(asked, days, held)
    if found.test_share is not None:
        assert 0.05 < found.test_share < 0.6
        divide(held.timeline(days), replace(asked, test_share=found.test_share))
    if found.horizon_days is not None:
        divide(held.timeline(found.horizon_days), asked)
    assert found.lacking >= 1
