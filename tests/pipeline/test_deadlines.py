"""Leads with deadlines of their own, from the file to the sentence about one of them.

The company has 240 leads, made half a day apart. A quarter of them have no deadline,
the others one at the end of the 7th, 14th or 21st day; half of them come from a fair,
and these convert more often, evenly over 40 days. Three leads make a firm.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from features.errors import ConfigError, ModelError, SourceError
from models.contract import Contract
from models.wording import Wording
from pipeline.artefacts import CATALOGUE, CONTRACT, FEATURES, SPINE
from pipeline.bundle import open_bundle, source_of_run
from pipeline.config import load_config
from pipeline.intake import IntakeReport
from pipeline.night.scoring import score_leads
from pipeline.night.statuses import statuses_of
from pipeline.running import check
from pipeline.sections import Config
from pipeline.settling.recalibration import recalibrate
from pipeline.stages.build import build
from pipeline.stages.order import STAGES
from pipeline.summary import summary
from tests.models.small_models import contract
from tests.pipeline.plain_company import PLAIN
from tests.pipeline.processes import Leadlight

Intake = Callable[..., IntakeReport]
Table = Callable[..., list[dict[str, Any]]]

AT = datetime(2026, 6, 15, tzinfo=UTC)
UNTIL = {"conversion": "won", "horizon_days": 30, "until": "ends"}
CONFIG = """
[leads]
from = "leads.csv"
lead_id = "id"
account_id = "firm"
created_at = "made"
known_at_creation = ["source"]
[[milestones]]
from = "leads.csv"
lead_id = "id"
columns = { won = "won" }
[source]
known_until = 2026-06-15
[outcome]
conversion = "won"
horizon_days = 30
until = "offer_ends"
[snapshots]
rule = "weekly"
[train]
threads = 1
least_conversions = 10000  # a scorecard will do, and takes no time
[run]
tracking = ""
threads = 1
"""
TONIGHT = """id,firm,made,offer_ends,source,won
far,firm 79,2026-06-10 10:00:00,2026-06-24,fair,
over,firm 79,2026-06-10 10:00:00,2026-06-14,fair,
never,,2026-06-10 10:00:00,,web,
tonight,,2026-06-10 10:00:00,2026-06-15,web,
"""


# --- what is read --------------------------------------------------------------------


def test_a_day_lasts_to_its_end_and_an_empty_cell_is_no_deadline(
    intake: Intake, table: Table
) -> None:
    files = {
        "leads.csv": "id,made,ends\na,2026-01-05,2026-01-09\n"
        "b,2026-01-05,2026-01-09T12:00+02:00\nc,2026-01-05,\nd,2026-01-05,soon\n",
        "won.csv": "lead,won\na,2026-01-09\n",
    }

    report = intake(files, outcome=UNTIL)

    # A conversion that is dated to the last day lies before the deadline.
    deadlines = [row["deadline_at"] for row in table("leads")]
    assert deadlines == [datetime(2026, 1, 10), datetime(2026, 1, 9, 10), None, None]  # noqa: DTZ001
    assert table("milestones")[0]["reached_at"] < deadlines[0]
    (leads,) = report.of("leads")
    (told,) = (c for c in leads.instants if c.field == "deadline_at")
    assert (told.column, told.read, told.days) == ("ends", 2, 1)
    (lost,) = leads.cells_unreadable
    assert (lost.column, lost.count, lost.filled) == ("ends", 1, 3)
    assert leads.rows_kept == 4


def test_days_written_as_midnights_last_to_their_end_once_their_format_is_said(
    intake: Intake, table: Table
) -> None:
    files = {"leads.csv": "id,made,ends\na,2026-01-05 00:00:00,2026-01-09 00:00:00\n"}

    intake(
        files,
        source={"timezone": "Europe/Paris"},
        leads={"format": "%Y-%m-%d 00:00:00"},
        outcome=UNTIL,
    )

    # Midnight in Paris, in January.
    assert table("leads")[0]["deadline_at"] == datetime(2026, 1, 9, 23)  # noqa: DTZ001


def test_a_deadline_is_no_attribute_however_many_are_taken(
    intake: Intake, table: Table
) -> None:
    files = {"leads.csv": "id,made,ends,region\na,2026-01-05,2026-01-09,north\n"}

    intake(files, leads={"known_at_creation": ["*"]}, outcome=UNTIL)

    assert list(table("attributes")[0]) == ["lead_id", "region"]


def test_without_a_deadline_configured_no_table_has_one(
    intake: Intake, table: Table
) -> None:
    intake()

    assert "deadline_at" not in table("leads")[0]


def test_a_column_that_is_not_there_is_refused(intake: Intake) -> None:
    with pytest.raises(SourceError, match=r"leads\.csv has no column 'ends'"):
        intake(outcome=UNTIL)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[outcome]\ncolumn = "won"\npositive = "1"\nuntil = "ends"\n'
            '[snapshots]\nrule = "export"\n[leads]\nfrom = "l.csv"\nlead_id = "id"\n',
            "outcome: 'until' is the deadline of a dated outcome, and 'column' has no "
            "dates: leave 'until' out, or name a milestone in 'conversion'",
        ),
        (PLAIN.replace("horizon_days = 30", 'until = "ends"'), "'horizon_days' must"),
    ],
)
def test_a_flat_outcome_and_a_missing_horizon_are_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "leadlight.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load_config(path)

    assert said in str(caught.value)


# --- a company, from the stages to its nights ----------------------------------------


def company(folder: Path, text: str = CONFIG) -> Config:
    """Write the company's files."""
    random, leads = np.random.default_rng(7), 240
    made = pd.Timestamp("2026-01-01") + pd.to_timedelta(np.arange(leads) * 12, "h")
    days = np.array([7, 14, 21, 0])[np.arange(leads) % 4]
    ends = (made.normalize() + pd.to_timedelta(days, "D")).strftime("%Y-%m-%d")
    is_of_fair = random.random(leads) < 0.5
    won = made + pd.to_timedelta(random.uniform(1, 40, leads), "D")
    converts = random.random(leads) < np.where(is_of_fair, 0.8, 0.2)
    table = pd.DataFrame(
        {
            "id": [f"lead {i}" for i in range(leads)],
            "firm": [f"firm {i // 3}" for i in range(leads)],
            "made": made.strftime("%Y-%m-%d %H:%M:%S"),
            "offer_ends": np.where(days > 0, ends, ""),
            "source": np.where(is_of_fair, "fair", "web"),
            "won": np.where(converts, won.strftime("%Y-%m-%d"), ""),
        }
    )
    folder.mkdir(exist_ok=True)
    table.to_csv(folder / "leads.csv", index=False)
    (folder / "tonight.csv").write_text(TONIGHT, encoding="utf-8")
    (folder / "leadlight.toml").write_text(text, encoding="utf-8")
    return load_config(folder / "leadlight.toml")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run, two folders below the company's files."""
    folder = tmp_path_factory.mktemp("deadlines")
    config = company(folder)
    path = folder / "runs" / "first"
    for stage in STAGES:
        stage.run(config, path, at=AT, say=lambda _: None)
    check(config, path)
    return path


def test_every_outcome_is_what_a_recount_from_the_file_says(run: Path) -> None:
    spine = SPINE.read(run / SPINE.file)
    leads = pd.read_csv(run.parents[1] / "leads.csv").set_index("id")
    last_day = pd.Timedelta(days=1)
    told = spine.join(leads[["offer_ends", "won"]], on="lead_id")
    deadline = pd.to_datetime(told["offer_ends"], utc=True) + last_day
    won = pd.to_datetime(told["won"], utc=True) + last_day
    at = told["snapshot_at"]
    ends = np.fmin(deadline.fillna(AT + 999 * last_day), at + 30 * last_day)

    assert (at < deadline.fillna(AT)).all()
    assert (won.fillna(AT + last_day) > at).all()
    assert told["outcome"].tolist() == (won <= ends).astype(int).tolist()
    assert 0 < told["outcome"].sum() < len(told)


def test_days_to_the_deadline_are_a_signal_of_what_was_left_at_the_snapshot(
    run: Path,
) -> None:
    spine, features = SPINE.read(run / SPINE.file), FEATURES.read(run / FEATURES.file)
    left = (spine["deadline_at"] - spine["snapshot_at"]).dt.total_seconds() / 86_400

    pd.testing.assert_series_equal(
        features["days_to_deadline"], left, check_names=False, rtol=1e-12
    )
    assert left.isna().any()
    assert left.min() > 0


def test_the_summary_accounts_for_leads_without_a_deadline_and_past_it(
    run: Path,
) -> None:
    said = summary(run)
    rows = said.split("Maturity")[0]
    assert "Half of those who convert before any deadline of their own do so" in said

    assert (
        "60 of these without a deadline in column 'offer_ends': for them the horizon "
        "alone counts"
    ) in rows
    assert "LL124 issue: 60 of 120 conversions (50.0%) lie after" in said


def test_the_contract_knows_of_deadlines_and_an_older_one_of_none(run: Path) -> None:
    raw = json.loads(CONTRACT.read(run / CONTRACT.file))
    contract = Contract.from_dict(raw)
    assert contract.has_deadlines
    assert contract.ending["until"] == "offer_ends"
    assert Contract.from_json(contract.to_json()) == contract
    assert Wording.from_dict(raw).within == (
        " within 30 days and before any deadline of their own"
    )
    assert Wording.from_dict(raw).within_of_one == (
        " within 30 days and before any deadline of its own"
    )

    del raw["ending"]["until"]
    del raw["company"]["deadline_within_days"]

    assert not Contract.from_dict(raw).has_deadlines
    assert Wording.from_dict(raw).within == " within 30 days"


def test_a_lead_whose_deadline_passed_is_in_the_answer_and_has_no_score(
    run: Path, leadlight: Leadlight, tmp_path: Path
) -> None:
    folder = run.parents[1]
    first, second = tmp_path / "first.parquet", tmp_path / "second.parquet"
    leadlight("score", "tonight.csv", "-o", first, "--run", run,
              "--at", "2026-06-15", cwd=folder)  # fmt: skip

    done = leadlight("score", "tonight.csv", "-o", second, "--run", run, "--at",
                     "2026-06-16", "--set", f'run.previous="{first}"',
                     cwd=folder)  # fmt: skip

    assert done.code == 0, done.err
    assert "4 leads in, as many out: 2 scored, 2 ineligible." in done.out
    before = pd.read_parquet(first).set_index("lead_id")
    after = pd.read_parquet(second).set_index("lead_id")
    assert before["status"].tolist() == ["scored", "ineligible", "scored", "scored"]
    assert after["status"].tolist() == ["scored", "ineligible", "scored", "ineligible"]
    assert after.loc["tonight", "status_said"] == (
        "The lead's deadline passed at 2026-06-16 00:00 UTC: there is nothing left to "
        "predict."
    )
    assert after["score"].isna().tolist() == [False, True, False, True]
    assert after["horizon_days"].tolist() == [30.0] * 4
    # Nothing is left of the deadline of a lead that has none: only its age changed.
    assert "deadline" not in str(after.loc["never", "change_said"])
    assert np.isfinite(after["points_change"]).tolist() == [True, False, True, False]


def test_why_says_before_what_a_conversion_has_to_be(
    run: Path, leadlight: Leadlight, tmp_path: Path
) -> None:
    folder, scores = run.parents[1], tmp_path / "scores.parquet"
    leadlight("score", "tonight.csv", "-o", scores, "--run", run,
              "--at", "2026-06-15", cwd=folder)  # fmt: skip

    far = leadlight("why", "far", "-s", scores, cwd=folder)
    never = leadlight("why", "never", "-s", scores, cwd=folder)
    over = leadlight("why", "over", "-s", scores, cwd=folder)

    assert "chance of won within 30 days and before its deadline, as known" in far.out
    assert "Days to the deadline (at most 30): 10" in far.out
    assert "converted within 30 days and before any deadline of their own;" in far.out
    assert "chance of won within 30 days, as known before" in never.out
    assert "Days to the deadline (at most 30): no deadline" in never.out
    assert "The lead's deadline passed at 2026-06-15 00:00 UTC" in over.err


def test_a_deadline_between_tonight_and_the_snapshot_has_a_sentence() -> None:
    at = pd.Timestamp("2026-06-15", tz="UTC")
    hour = pd.Timedelta(hours=1)
    spine = pd.DataFrame(
        {
            "is_eligible": [False],
            "created_at": [at - hour],
            "asked_at": [at],
            "snapshot_at": [at + 23 * hour],
            "deadline_at": [at + 5 * hour],
            "converted_at": [pd.NaT],
            "closed_at": [pd.NaT],
        }
    )
    status, said = statuses_of(
        spine, pd.Series([None], dtype=object), contract((), (), lead_age_days=None)
    )

    assert status.tolist() == ["ineligible"]
    assert said[0] == (
        "The lead's deadline, 2026-06-15 05:00 UTC, is over by its snapshot, "
        "2026-06-15 23:00 UTC: there is nothing to predict."
    )


def test_tonights_colleagues_are_open_until_their_deadlines(
    run: Path, tmp_path: Path
) -> None:
    config = load_config(run.parents[1] / "leadlight.toml")
    tonight = run.parents[1] / "tonight.csv"

    found = score_leads(config, open_bundle(source_of_run(run)), tonight, at=AT)

    # Of firm 79 the last three of the file are not scored tonight. Two deadlines have
    # passed since (one lead won too late); number 239 has none, and has not converted.
    leads = pd.read_csv(run.parents[1] / "leads.csv").set_index("id")
    others = leads.loc[["lead 237", "lead 238", "lead 239"]]
    assert others["offer_ends"].isna().tolist() == [False, False, True]
    assert others["won"].isna().tolist() == [False, True, True]
    seen = found.ledger.set_index("lead_id")["seen:open_colleagues"]
    # Besides it, 'far' has 'over', which was over at midnight.
    assert seen["far"] == 1


def test_a_night_whose_leads_have_no_deadlines_any_more_is_refused(
    run: Path, tmp_path: Path
) -> None:
    config = company(tmp_path / "co", CONFIG.replace('until = "offer_ends"', ""))
    bundle = open_bundle(source_of_run(run))

    with pytest.raises(ModelError, match=r"outcome\.until names no column"):
        score_leads(config, bundle, tmp_path / "co" / "tonight.csv", at=AT)


def test_a_night_whose_deadlines_cannot_be_read_is_held(
    run: Path, tmp_path: Path
) -> None:
    config = company(tmp_path / "co")
    head, *rows = TONIGHT.splitlines()
    rows = [rows[0].replace("far", f"far {i}") for i in range(25)]
    spoilt = "\n".join([head, *rows]).replace("2026-06-24", "24 June")
    path = tmp_path / "co" / "spoilt.csv"
    path.write_text(spoilt, encoding="utf-8")

    found = score_leads(config, open_bundle(source_of_run(run)), path, at=AT)

    (tripped,) = (t for t in found.tripped if t.guard == "cells_unreadable")
    assert tripped.said.startswith(
        "Of 25 filled cells of column 'offer_ends' of leads 25 cannot be read as an "
        "instant, such as '24 June'. They would count as missing."
    )


def test_a_recalibration_answers_the_same_question(run: Path, tmp_path: Path) -> None:
    config = company(tmp_path / "co", CONFIG.replace('until = "offer_ends"', ""))

    with pytest.raises(ConfigError, match=r"outcome\.until is None in the config"):
        recalibrate(
            config, run, "again", at=AT, say=lambda _: None, told=lambda *_: None
        )


def test_nobody_moves_a_deadline(run: Path, tmp_path: Path) -> None:
    moved = CONFIG + "[actions.signals]\ndays_to_deadline = { direction = 1 }\n"
    config = company(tmp_path / "co", moved)
    path = tmp_path / "co" / "runs" / "moved"
    STAGES[0].run(config, path, at=AT, say=lambda _: None)

    with pytest.raises(ConfigError, match="nothing that sales do moves a deadline"):
        build.run(config, path, at=AT, say=lambda _: None)


def test_empty_deadlines_give_the_snapshots_and_signals_of_no_deadlines(
    tmp_path: Path,
) -> None:
    made = {}
    for name, text in (
        ("empty", CONFIG),
        ("none", CONFIG.replace('until = "offer_ends"', "")),
    ):
        config = company(tmp_path / name, text)
        leads = pd.read_csv(tmp_path / name / "leads.csv", dtype=str)
        leads["offer_ends"] = ""
        leads.to_csv(tmp_path / name / "leads.csv", index=False)
        path = tmp_path / name / "run"
        for stage in STAGES[:2]:
            stage.run(config, path, at=AT, say=lambda _: None)
        made[name] = path

    spine, features = (
        {name: a.read(path / a.file) for name, path in made.items()}
        for a in (SPINE, FEATURES)
    )
    assert spine["empty"].pop("deadline_at").isna().all()
    assert features["empty"].pop("days_to_deadline").isna().all()
    pd.testing.assert_frame_equal(spine["empty"], spine["none"])
    pd.testing.assert_frame_equal(features["empty"], features["none"])
    counts = [CATALOGUE.read(p / CATALOGUE.file) for p in made.values()]
    assert counts[0]["spine"] == counts[1]["spine"]
    assert counts[0]["leads"] == counts[1]["leads"]
