"""How long conversions take is seen by the user, and leads too young are not learnt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from features.engine import Engine
from features.outcomes import Maturity, make_labelled_spine
from features.snapshots import Ending, SnapshotRule
from models.calibrating.calibration import fit_calibrator
from models.evidence import Codes
from models.points import Floats, probability_of
from pipeline.artefacts import MATURITY
from pipeline.checks.case import Case
from pipeline.files import replace_file
from pipeline.judging.maturity import Ripening, ripening, told
from pipeline.summary import summary
from tests.features.small_tables import Tables, jan
from tests.pipeline.demo_run import Demo, record
from tests.pipeline.run_folders import flat_run

WON = Ending("won", ("lost",))
ON_CREATION = SnapshotRule("after_creation")


def engine_of(tables: Tables, *, entered_days_later: float = 0) -> Engine:
    """The tables as intake leaves them: every milestone says when it was recorded."""
    engine = tables.engine()
    late = f"INTERVAL {round(entered_days_later * 86_400)} SECOND"
    entered = engine.sql(
        f"SELECT *, reached_at + {late} AS recorded_at FROM milestones"
    )
    entered = entered.to_arrow_table()
    engine.unregister("milestones")
    engine.register("milestones", entered)
    return engine


def ripened(
    tables: Tables,
    maturity: Maturity,
    rule: SnapshotRule = ON_CREATION,
    *,
    entered_days_later: float = 0,
) -> Ripening:
    engine = engine_of(tables, entered_days_later=entered_days_later)
    counts = make_labelled_spine(engine, rule, WON, maturity)
    found = ripening(engine, rule, WON, maturity, counts.snapshots)
    engine.close()
    assert found is not None
    return found


def forty_leads() -> Tables:
    """Created on the 1st; twenty win after 1 to 20 days, ten lose, ten do nothing."""
    created = {f"lead {i}": jan(1) for i in range(40)}
    won = [(f"lead {i}", "won", jan(2 + i)) for i in range(20)]
    lost = [(f"lead {i}", "lost", jan(3)) for i in range(20, 30)]
    return Tables(created, won + lost)


def test_ages_are_counted_from_creation_to_what_settled_it() -> None:
    found = ripened(forty_leads(), Maturity(14, 0, jan(41)))

    assert (found.delay.leads, found.delay.conversions, found.delay.closings) == (
        40, 20, 10
    )  # fmt: skip
    assert found.delay.days.tolist() == list(range(1, 21))
    assert found.delay.ever == pytest.approx(0.5)
    # Within [0, 14) thirteen of the twenty convert; within 20 days nineteen, 95 %.
    assert found.within_horizon == pytest.approx(13 / 20)
    assert found.suggested_days == 20
    assert not found.is_far


def test_a_deadline_closes_a_lead_that_has_not_converted_before_it() -> None:
    # Until the 11th nine have won and ten have lost; the deadline ends the other 21.
    everybody = forty_leads()
    tables = replace(everybody, deadlines=dict.fromkeys(everybody.created, jan(11)))
    engine = engine_of(tables)
    ending, maturity = replace(WON, has_deadlines=True), Maturity(14, 0, jan(41))
    counts = make_labelled_spine(engine, ON_CREATION, ending, maturity)
    found = ripening(engine, ON_CREATION, ending, maturity, counts.snapshots)
    engine.close()

    assert found is not None
    assert (found.delay.conversions, found.delay.closings) == (9, 31)
    assert found.said()[0].startswith(
        "Only 9 leads were seen to convert before any deadline of their own, too few"
    )


def test_settling_days_are_not_yet_known() -> None:
    # Known until the 41st, ten days of which may still be entered: 30 days of age.
    found = ripened(forty_leads(), Maturity(14, 10, jan(41)))

    assert found.delay.longest_days == 30


def test_the_delay_to_the_snapshot_is_no_part_of_the_horizon() -> None:
    rule = SnapshotRule("after_creation", delay_hours=60)
    found = ripened(forty_leads(), Maturity(14, 0, jan(41)), rule)

    assert found.snapshot_after_days == 2.5
    assert found.suggested_days == 17  # 19 less 2.5 days, and on to the next whole day
    assert found.within_horizon == pytest.approx(16 / 20)  # until an age of 16.5 days
    # Two have converted by the snapshot and 14 after it, in time: two are over a tenth.
    assert found.holds_for_days == 1.5


def test_leads_and_snapshots_too_young_are_counted() -> None:
    # Known until the 31st: a fortnight after the 17th is the last that is over.
    created = {"old": jan(5), "won": jan(6), "edge": jan(17), "young": jan(18)}
    tables = Tables(created, [("won", "won", jan(8)), ("young", "won", jan(19))])
    found = ripened(tables, Maturity(14, 0, jan(31)))

    assert (found.snapshots, found.mature_snapshots) == (4, 3)
    assert found.immature_share == 0.25
    assert found.immature_leads == 1


def test_weekly_snapshots_too_young_are_counted_while_their_lead_is_eligible() -> None:
    # Mondays the 5th, 12th (mature), 19th, 26th; ada won on the 20th, bob is open.
    tables = Tables({"ada": jan(5), "bob": jan(5)}, [("ada", "won", jan(20))])
    found = ripened(tables, Maturity(14, 0, jan(27)), SnapshotRule("weekly"))

    assert (found.snapshots, found.mature_snapshots) == (7, 4)


def test_leads_that_cannot_be_followed_are_left_out_and_counted() -> None:
    created = {
        "before": jan(5), "too late": jan(40), "fine": jan(5), "other": jan(5)
    }  # fmt: skip
    milestones = [("before", "won", jan(3)), ("fine", "won", jan(6))]
    found = ripened(Tables(created, milestones), Maturity(14, 0, jan(31)))

    assert found.left_out == 2
    assert (found.delay.leads, found.delay.conversions) == (2, 1)


# --- what is said


def test_the_sentences_say_when_half_and_nearly_all_convert() -> None:
    said = ripened(forty_leads(), Maturity(14, 0, jan(41))).said()

    assert said == [
        "Half of those who convert do so within 10 days of their creation, 95% within "
        "19 days; the horizon is 14 days, within which 65% do.",
        "0.0% of snapshots were too young to be learnt from, whatever became of them.",
    ]


@pytest.mark.parametrize(("days", "which"), [(5, "shorter"), (45, "longer")])
def test_a_horizon_far_from_the_suggested_one_is_told(days: int, which: str) -> None:
    said = ripened(forty_leads(), Maturity(days, 0, jan(90))).said()

    assert any(
        f"much {which} than that: with outcome.horizon_days = 20 it would" in s
        for s in said
    )


def test_too_few_conversions_suggest_nothing() -> None:
    tables = Tables({"ada": jan(1), "bob": jan(1)}, [("ada", "won", jan(3))])
    found = ripened(tables, Maturity(14, 0, jan(41)))

    assert found.suggested_days is None
    assert found.said()[0].startswith("Only 1 leads were seen to convert, too few")
    assert not found.is_far


def test_conversions_entered_later_than_is_waited_for_are_told() -> None:
    late = ripened(forty_leads(), Maturity(14, 3, jan(41)), entered_days_later=4)
    in_time = ripened(forty_leads(), Maturity(14, 4, jan(41)), entered_days_later=4)

    assert late.entered_within_days == 4
    told_late = "recorded more than 4.0 days after they happen"
    assert any(told_late in s for s in late.said())
    assert not any(told_late in s for s in in_time.said())


# --- in a run


def test_a_run_keeps_the_curve_and_shows_two_lines_of_it(demo: Demo) -> None:
    kept = record(demo.run / MATURITY.file)

    assert kept["applies"]
    assert kept["horizon_days"] == demo.config.outcome.horizon_days
    days = [point["days"] for point in kept["curve"]]
    assert days == sorted(days)
    assert 2 < len(days) <= 200
    assert kept["curve"][-1]["share"] == kept["converts_ever"] > 0
    p50, p90, p95 = (kept["quantiles"][name] for name in ("p50", "p90", "p95"))
    assert p50 < p90 <= p95 < kept["suggested_horizon_days"] <= p95 + 1
    spine = demo.table("spine")
    assert kept["snapshots"]["mature"] == len(spine)
    shown = summary(demo.run)
    assert "Maturity\n  Half of those who convert do so within " in shown
    assert f"  {kept['said'][1]}\n" in shown


def test_a_flat_export_says_that_nothing_can_be_said(tmp_path: Path) -> None:
    columns = {"size": [str(i % 7) for i in range(40)]}
    case: Case = flat_run(tmp_path, columns, [i % 2 for i in range(40)])
    kept = record(case.folder / MATURITY.file)

    assert kept["applies"] is False
    assert kept["said"][0].startswith("A flat export does not say when")


def test_a_curve_without_conversions_can_be_written(tmp_path: Path) -> None:
    found = ripened(forty_leads(), Maturity(14, 0, jan(41)))
    bare = replace(found, delay=replace(found.delay, conversions=0, days=np.empty(0),
                                        share=np.empty(0)))  # fmt: skip
    path = tmp_path / MATURITY.file
    replace_file(path, lambda p: MATURITY.write(told(bare), p))

    assert record(path)["quantiles"] == {"p50": None, "p90": None, "p95": None}


# --- fault 29: leads too young

RATE_AT_0, DELAY_DAYS, HORIZON, HISTORY = -2.2, 6.0, 30, 105


@dataclass(frozen=True)
class Simulated:
    """Leads created over 105 days, known until then; and what became of them all."""

    log_odds: Floats
    created: Floats
    converted: Floats  # NaN for never

    @classmethod
    def of(cls, seed: int, leads: int = 40_000) -> Simulated:
        random = np.random.default_rng(seed)
        created = np.sort(random.uniform(0, HISTORY, leads))
        log_odds = RATE_AT_0 + 0.8 * random.normal(size=leads)
        converts = random.random(leads) < probability_of(log_odds)
        delay = np.minimum(random.exponential(DELAY_DAYS, leads), HORIZON - 0.01)
        return cls(log_odds, created, np.where(converts, created + delay, np.nan))

    def tables(self) -> Tables:
        """What is known at the end of the history."""
        day = timedelta(days=1)
        created = {f"{i}": jan(1) + d * day for i, d in enumerate(self.created)}
        known = np.flatnonzero(self.converted < HISTORY)  # the rest lies ahead
        won = [(f"{i}", "won", jan(1) + self.converted[i] * day) for i in known]
        return Tables(created, won)

    def predicted_over_actual(self, rows: Codes, outcome: Floats) -> float:
        """Of a scorer calibrated on these rows, asked about the newest leads."""
        scorer = fit_calibrator(self.log_odds[rows], outcome)
        newest = self.created >= HISTORY - HORIZON
        said = scorer.probability(self.log_odds[newest])
        return float(said.sum() / np.isfinite(self.converted[newest]).sum())


def test_fault_29_early_converters_without_the_immature_rest_inflate_the_rate() -> None:
    world = Simulated.of(seed=29)
    engine = world.tables().engine()
    maturity = Maturity(HORIZON, 0, jan(1 + HISTORY))
    make_labelled_spine(engine, ON_CREATION, WON, maturity)
    spine = engine.sql(
        "SELECT CAST(lead_id AS BIGINT) AS lead, outcome FROM spine"
    ).df()
    engine.close()
    rows, outcome = spine["lead"].to_numpy(), spine["outcome"].to_numpy(float)
    ours = world.predicted_over_actual(rows, outcome)
    # The mistake: whoever has converted is a one, old or young, and only the noughts
    # have to be mature.
    early, is_mature = world.converted < HISTORY, world.created + HORIZON <= HISTORY
    kept = np.flatnonzero(early | is_mature)
    mistaken = world.predicted_over_actual(kept, early[kept].astype(float))

    assert ours == pytest.approx(1, abs=0.1)
    assert mistaken == pytest.approx(1.26, abs=0.08)
