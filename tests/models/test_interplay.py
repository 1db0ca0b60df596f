"""Points that two signals have together."""

from __future__ import annotations

import numpy as np
import pytest

from models.learning.grove import Tree, model_text
from models.points import Scale
from models.surveying.interplay import interplay, strongest_pairs
from models.treeshap import TreeExplainer
from tests.models.small_models import MIXED_SIGNALS

SCALE = Scale(0.0, np.log(2) / 10, 0.0)  # one point for one of log-odds

# visits > 0 (half of the rows) and then size > 0 (half of these): 8, else 0.
BOTH = model_text(
    [
        Tree(
            np.array([0, 1]), np.array([0.5, 0.0]), (None, None),
            np.array([True, True]), np.array([~0, ~1]), np.array([1, ~2]),
            np.array([4.0, 2.0]), np.array([0.0, 0.0, 8.0]), np.array([2.0, 1.0, 1.0]),
        )
    ],
    4,
)  # fmt: skip
ROWS = np.array([[1.0, 1.0, 1.0, 0.0], [0.0, -1.0, 1.0, 0.0]])
PLAYERS = [s.columns for s in MIXED_SIGNALS]


def test_what_two_do_together_is_worked_out_by_hand() -> None:
    # v(a_i - q_i)(a_j - q_j) with both known: 8 · ½ · ½ = 2, and (-½)(-½) the same.
    explainer = TreeExplainer(BOTH, PLAYERS)
    points = SCALE.contribution_points(explainer.contributions(ROWS))
    table = interplay(explainer, ROWS, points, MIXED_SIGNALS, SCALE)
    (only,) = table.to_dict("records")
    assert (only["first"], only["second"]) == ("visits", "size")
    assert only["mean_absolute_points"] == pytest.approx(2.0)
    assert only["mean_points"] == pytest.approx(2.0)
    assert only["most_absolute_points"] == pytest.approx(2.0)


def test_a_signal_without_points_is_paired_with_nobody() -> None:
    assert strongest_pairs(np.array([[1.0, 0.0, -2.0]])) == [(0, 2)]


def test_eight_signals_make_twenty_eight_pairs() -> None:
    assert len(strongest_pairs(np.ones((3, 12)))) == 28


def test_no_pair_is_an_empty_table() -> None:
    explainer = TreeExplainer(BOTH, PLAYERS)
    table = interplay(explainer, ROWS, np.zeros((2, 3)), MIXED_SIGNALS, SCALE)
    assert table.empty
