"""The bars on invented numbers, and what a peer is shown of an exam."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.judging.intervals import Figure
from tests.benchmarks.peers import exam
from tests.benchmarks.quality_bars import Bar, Measured, Shown, bars

SURE = Figure(0.7, 0.65, 0.75)


def shown(name: str, loss: float, apart: Figure | None = None) -> Shown:
    return Shown(
        name, SURE, Figure(loss, loss - 0.02, loss + 0.02), Figure(1.2, 0.99, 1.4),
        Figure(1.0, 0.9, 1.1), 4.0, apart,
    )  # fmt: skip


def measured(name: str, *peers: Shown) -> Measured:
    return Measured(name, True, False, 0.60, shown("ours", 0.50), peers)


BEHIND = measured(
    "behind",
    shown("catboost", 0.490, Figure(0.010, 0.002, 0.018)),
    shown("lightgbm", 0.510, Figure(-0.010, -0.015, -0.005)),
)
LEVEL = measured(
    "level",
    shown("catboost", 0.512, Figure(-0.012, -0.020, -0.004)),
    shown("lightgbm", 0.513, Figure(-0.013, -0.020, -0.006)),
    shown("ebm", 0.499, Figure(0.001, -0.003, 0.005)),
)


def found(sets: list[Measured], words: str) -> Bar:
    (bar,) = [b for b in bars(sets) if words in b.wanted]
    return bar


def test_the_best_peer_is_the_one_of_the_least_loss() -> None:
    assert LEVEL.best is not None
    assert LEVEL.best.name == "ebm"


def test_a_set_is_behind_where_the_whole_interval_lies_above_nought() -> None:
    bar = found([BEHIND], "best peer's: upper end")
    assert bar.is_met is False
    assert bar.found == "+0.0100 [+0.0020, +0.0180] against catboost"


def test_an_interval_that_ends_at_the_bar_meets_it() -> None:
    assert found([LEVEL], "best peer's: upper end").is_met


def test_an_interval_above_nought_misses_the_bar_however_small() -> None:
    small = shown("ebm", 0.499, Figure(0.001, 0.0005, 0.0015))
    assert found([measured("small", small)], "upper end").is_met is False


def test_the_mean_is_over_the_best_peers_of_all_sets() -> None:
    bar = found([BEHIND, LEVEL], "mean over the sets")
    assert bar.found == "+0.0055 over 2 sets"
    assert bar.is_met is False


def test_a_win_counts_only_against_both_defaults() -> None:
    bar = found([BEHIND, LEVEL], "wholly below")
    assert bar.is_met is False
    assert bar.found == "1 (lightgbm: behind, level; catboost: level)"
    assert found([LEVEL, replace(LEVEL, name="again")], "wholly below").is_met


def test_a_ratio_far_from_one_will_do_if_its_interval_holds_one() -> None:
    assert found([LEVEL], "O/E in").is_met
    far = replace(LEVEL.ours, ratio=Figure(1.2, 1.05, 1.4))
    assert found([replace(LEVEL, ours=far)], "O/E in").is_met is False


def test_where_the_rate_drifts_only_the_recalibrated_ratio_counts() -> None:
    drifting = replace(LEVEL, drifts=True)
    assert not [b for b in bars([drifting]) if "O/E in" in b.wanted]
    assert found([drifting], "recalibrated").is_met is None
    later = replace(drifting, later=Figure(0.84, 0.7, 1.0))
    assert found([later], "recalibrated").is_met is False


def test_a_third_of_the_budget_is_the_most_a_training_may_take() -> None:
    assert found([LEVEL], "trained within 20 CPU-s").is_met
    slow = replace(LEVEL, ours=replace(LEVEL.ours, seconds=20.1))
    assert found([slow], "trained within 20 CPU-s").is_met is False


@pytest.mark.parametrize(
    ("loss", "is_met"), [(0.6015, True), (0.603, False), (0.597, False)]
)
def test_without_signal_the_loss_is_the_constants(loss: float, is_met: bool) -> None:
    ours = replace(shown("ours", loss), auc=Figure(0.49, 0.45, 0.53))
    control = Measured("control", False, True, 0.60, ours, ())
    assert found([control], "no skill").is_met
    assert found([control], "constant's").is_met is is_met


def test_without_peers_nothing_is_claimed_of_them() -> None:
    alone = measured("alone")
    assert alone.best is None
    assert found([alone], "upper end").is_met is None
    assert found([alone], "mean over").is_met is None
    assert found([alone], "wholly below").is_met is None


def test_a_peer_sees_no_outcome_of_the_test_block_and_no_row_of_the_embargo() -> None:
    predictions = pd.DataFrame(
        {
            "row": [0, 1, 2, 3],
            "split": ["train", "cutoff", "embargo", "test"],
            "outcome": [0, 1, 1, 1],
        }
    )
    features = pd.DataFrame(
        {
            "row": [0, 1, 2, 3],
            "lead_id": ["a", "b", "c", "d"],
            "snapshot_at": pd.NaT,
            "visits": [5.0, 6.0, 7.0, 8.0],
        }
    )
    paper = exam(features, predictions)
    assert list(paper.columns) == ["column_0", "part", "outcome"]
    assert paper["column_0"].tolist() == [5, 6, 8]
    assert paper["part"].tolist() == ["known", "known", "test"]
    assert paper["outcome"].tolist()[:2] == [0, 1]
    assert np.isnan(paper["outcome"].iloc[2])
