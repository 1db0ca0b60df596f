"""The tables add up, and say where there are too few rows to say anything."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models.evidence import Codes, Evidence
from models.judging.breakdowns import gains_table, reliability_table, segment_table
from models.judging.intervals import Figure
from models.judging.misfit import Bins
from models.judging.quality import Quality, judge
from models.points import Floats


def drawn(rows: int, seed: int, *, slope: float = 1.0) -> tuple[Floats, Codes, Floats]:
    """Probabilities (some of them tied), outcomes and weights."""
    random = np.random.default_rng(seed)
    log_odds = random.normal(-1.5, 1.2, rows).round(2)
    truth = 1 / (1 + np.exp(-slope * log_odds))
    outcome = (random.random(rows) < truth).astype(np.intp)
    return 1 / (1 + np.exp(-log_odds)), outcome, random.uniform(0.2, 1.0, rows)


def test_equal_probabilities_share_a_band() -> None:
    table = reliability_table([0.1, 0.3, 0.3, 0.3], [0, 0, 1, 1], bins=4)

    assert table["rows"].tolist() == [1, 3]
    assert table["rate"].tolist() == pytest.approx([0, 2 / 3])
    assert table["observed_over_expected"].tolist() == pytest.approx([0, 2 / 0.9])


def test_gains_add_up_to_all_conversions() -> None:
    chance, outcome, weight = drawn(1_000, seed=10)

    table = gains_table(chance, outcome, weight)

    assert len(table) == 10
    assert table[["share", "capture"]].iloc[-1].tolist() == pytest.approx([1, 1])
    assert table["lift"].iloc[0] > 2 > 0.5 > table["lift"].iloc[-1]
    assert int(table["rows"].sum()) == 1_000


def test_a_small_segment_is_said_to_be_too_few() -> None:
    chance = np.full(103, 0.25)
    outcome = np.arange(103) % 5 == 0
    country = ["nl"] * 100 + ["de", "de", None]

    table = segment_table(chance, outcome, None, None, country).set_index("segment")

    assert table["rows"].to_dict() == {"nl": 100, "de": 2, "(none)": 1}
    assert table["remark"].to_dict() == {
        "nl": "",
        "de": "too few",
        "(none)": "too few",
    }
    assert table.loc["nl", "observed_over_expected"] == pytest.approx(0.8)
    assert math.isnan(table["observed_over_expected"]["de"])


def test_bins_are_as_many_as_the_rarer_outcome_bears() -> None:
    chance = np.linspace(0.01, 0.99, 400)
    evidence = Evidence.of(chance, np.arange(400) >= 365)  # 35 conversions

    assert Bins.of(evidence).starts.size == 3


def test_a_figure_says_when_it_cannot_be_had() -> None:
    assert str(Figure(math.nan, math.nan, math.nan)) == "not to be had"
    assert isinstance(judge([0.5], [1], base_rate=0.5, draws=0), Quality)
