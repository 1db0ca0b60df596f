"""The contestants of a run are judged on the very rows that judge ours."""

from __future__ import annotations

import numpy as np
import pytest

from models.stand_ins import WORDS
from pipeline.summary import summary
from tests.pipeline.demo_run import Demo, record


def test_all_three_are_there_and_named(demo: Demo) -> None:
    told = record(demo.run / "quality.json")["contestants"]
    assert [c["name"] for c in told] == ["points_table", "scorecard", "constant"]
    assert [c["words"] for c in told] == [WORDS[c["name"]] for c in told]


def test_the_constant_is_the_one_that_quality_tells_of(demo: Demo) -> None:
    quality = record(demo.run / "quality.json")
    constant = quality["contestants"][-1]
    assert constant["auc"]["value"] == 0.5
    expected = quality["constant"]["log_loss"]
    assert constant["log_loss"]["value"] == pytest.approx(expected)


def test_a_difference_is_theirs_less_ours_within_its_interval(demo: Demo) -> None:
    quality = record(demo.run / "quality.json")
    ours = quality["test"]["log_loss"]["value"]
    for told in quality["contestants"]:
        found = told["difference"]
        assert found["value"] == pytest.approx(told["log_loss"]["value"] - ours)
        assert found["low"] < found["value"] < found["high"]


def test_the_scorecard_s_loss_follows_from_its_margins(demo: Demo) -> None:
    margins, rows = demo.table("contestants"), demo.table("predictions")
    both = rows.merge(margins, on="row")
    test = both.loc[both["split"] == "test"]
    sign = 1 - 2 * test["outcome"]
    loss = float(np.logaddexp(0, sign * test["scorecard"]).mean())
    told = record(demo.run / "quality.json")["contestants"][1]
    assert told["log_loss"]["value"] == pytest.approx(loss)


def test_the_scorecard_gives_margins_where_it_had_not_learnt(demo: Demo) -> None:
    margins, rows = demo.table("contestants"), demo.table("predictions")
    is_told = margins["scorecard"].notna()
    assert (is_told == (rows["split"] == "test")).all()
    assert margins["points_table"].notna().all()


def test_the_summary_has_a_line_for_each(demo: Demo) -> None:
    said = summary(demo.run)
    for words in WORDS.values():
        (line,) = [x for x in said.splitlines() if x.startswith(f"    {words}: ")]
        assert " than ours by " in line
