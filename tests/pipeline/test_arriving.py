"""What sales can work in a week, asked of a real run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from features.errors import ConfigError
from models.qualifying.rules import CapacityRule, CutoffRules, WeeklyCapacityRule
from pipeline.config import load_config
from pipeline.settling.arriving import arrivals_of
from pipeline.settling.settlement import settle
from tests.pipeline.demo_run import Demo
from tests.pipeline.run_folders import flat_config

WAIT = timedelta(days=37)  # the horizon and the settling time


def labelled(demo: Demo) -> pd.DataFrame:
    return demo.table("spine").merge(demo.table("margins"), on="row")


@pytest.mark.parametrize("leads", [1, 2, 4])
def test_a_busy_week_of_the_demo_brings_no_more_leads_than_asked(
    demo: Demo, leads: int
) -> None:
    rows = labelled(demo)
    rules = CutoffRules(CapacityRule(0.9), WeeklyCapacityRule(leads))
    settled = settle(rows, rules, WAIT)
    sql = settled.cutoffs.sql
    assert (sql.rule, sql.kept) == ("capacity", True)
    assert sql.threshold is not None
    arrivals = arrivals_of(rows, settled.calibrator)
    assert arrivals is not None
    assert 0 < arrivals.usual_most(sql.threshold) <= leads
    # Counted the slow way: week by week, the leads that had not been above before.
    judged = rows["split"].isin(["calibrate", "cutoff"])
    seen = rows.assign(is_judged=judged).sort_values("snapshot_at")
    seen["is_above"] = (
        settled.calibrator.probability(seen["margin"].fillna(0)) >= sql.threshold
    ) & seen["is_judged"]
    weeks = sorted(seen.loc[seen["is_judged"], "snapshot_at"].unique())
    counts = dict.fromkeys(weeks, 0)
    for _, lead in seen.groupby("lead_id"):
        if lead["is_above"].any():
            first = lead.index[lead["is_above"]][0]
            was_above = first == lead.index[lead["is_judged"]][0]
            if not was_above or first == lead.index[0]:
                counts[lead.loc[first, "snapshot_at"]] += 1
    assert list(counts.values()) == arrivals.a_week(sql.threshold).tolist()


def test_without_dates_a_capacity_by_the_week_is_refused(demo: Demo) -> None:
    with pytest.raises(ValueError, match="ask for 'capacity_share'"):
        flat_config(cutoffs={"sql": {"capacity_per_week": 40}})
    rows = labelled(demo)
    rows["snapshot_at"] = pd.Series(pd.NaT, rows.index, dtype="datetime64[us, UTC]")
    rules = CutoffRules(CapacityRule(0.9), WeeklyCapacityRule(4))
    with pytest.raises(ConfigError, match="Ask for capacity_share"):
        settle(rows, rules, WAIT)
    assert settle(rows, replace(rules, sql=CapacityRule(0.1)), WAIT).cutoffs.sql.kept


def test_a_second_choice_by_the_week_is_read_from_the_configuration(
    demo: Demo,
) -> None:
    second = "{precision=0.9, confidence=0.9, otherwise={capacity_per_week=3}}"
    config = load_config(demo.config_file, (f"cutoffs.sql={second}",))
    assert config.cutoffs.are_weekly
    assert not demo.config.cutoffs.are_weekly
