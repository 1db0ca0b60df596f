"""How much each signal moves the points, overall and by group."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.surveying.importance import (
    LEAST_ROWS,
    MOST_VALUES,
    Group,
    groups_by,
    importance,
    overall,
)
from tests.models.small_models import MIXED_SIGNALS

# Visits raise and lower, size always lowers, source is idle.
POINTS = np.array([[4.0, -1.0, 0.0], [-2.0, -3.0, 0.0]])


def test_all_rows_come_first_and_the_strongest_signal_first_among_them() -> None:
    table = importance(POINTS, MIXED_SIGNALS)
    assert table["signal"].tolist() == ["visits", "size", "source"]
    assert table["mean_absolute_points"].tolist() == [3.0, 2.0, 0.0]
    assert table["rows"].tolist() == [2, 2, 2]
    assert table["least_points"].tolist() == [-2.0, -3.0, 0.0]
    assert table["most_points"].tolist() == [4.0, -1.0, 0.0]


def test_says_which_share_of_the_points_raises_and_nothing_of_none() -> None:
    share = importance(POINTS, MIXED_SIGNALS)["raises_share"]
    assert share.iloc[0] == 4 / 6
    assert share.iloc[1] == 0.0
    assert np.isnan(share.iloc[2])


def test_a_group_has_an_order_of_its_own() -> None:
    second = Group("source", "web", np.array([False, True]))
    table = importance(POINTS, MIXED_SIGNALS, [second])
    own = table[table["by"] == "source"]
    assert own["signal"].tolist() == ["size", "visits", "source"]
    assert own["rows"].tolist() == [1, 1, 1]


def test_overall_keeps_the_rows_of_all_leads_and_all_rows_of_an_older_table() -> None:
    group = Group("source", "web", np.array([False, True]))
    table = importance(POINTS, MIXED_SIGNALS, [group])
    assert len(overall(table)) == 3
    older = pd.DataFrame({"signal": ["a"], "mean_absolute_points": [1.0]})
    assert overall(older) is older


def test_groups_of_few_rows_are_left_out() -> None:
    values = ["web"] * LEAST_ROWS + ["fair"] * (LEAST_ROWS - 1)
    assert [g.value for g in groups_by("source", values)] == ["web"]


def test_no_more_groups_than_are_read() -> None:
    values = [f"v{i % 40:02}" for i in range(40 * LEAST_ROWS)]
    assert len(list(groups_by("source", values))) == MOST_VALUES
