"""Checks of clocks and days: endings before the start, days, sentinels and copies."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.artefacts import INTAKE
from pipeline.checks import CHECKS, Answer, Finding
from pipeline.checks.case import Case
from pipeline.intake import InstantCells
from tests.pipeline.run_folders import (
    dated_config,
    dated_tables,
    intake_report,
    source_report,
    touches_of,
    write_tables,
)

DAY = timedelta(days=1)
FIRST = datetime(2026, 1, 1)  # noqa: DTZ001, when lead-00 was created; UTC as in tables
SEEN = {"known_until_is": "latest seen"}
CLOCK = {
    "touches": [
        {
            "from": "t.csv", "lead_id": "id", "kind": "k", "occurred_at": "at",
            "recorded_at": "in",
        }
    ]
}  # fmt: skip


def found(code: str, case: Case) -> Finding:
    return next(c for c in CHECKS if c.code == code).finding(case)


def case_of(
    folder: Path,
    config: dict[str, Any] | None = None,
    report: dict[str, Any] | None = None,
    **tables: pd.DataFrame,
) -> Case:
    """The dated company with some sections, some of the report, some tables changed."""
    INTAKE.write(report or intake_report(), folder / INTAKE.file)
    write_tables(folder, **{**dated_tables(), **tables})
    return Case(dated_config(**config or {}), folder)


def milestones(*rows: tuple[str, str, datetime]) -> pd.DataFrame:
    told = pd.DataFrame(list(rows), columns=["lead_id", "milestone", "reached_at"])
    return told.assign(recorded_at=told["reached_at"])


def _won() -> pd.DataFrame:
    return dated_tables()["milestones"]


# --- LL104: planned conversions ------------------------------------------------------


def _planned(days: float) -> pd.DataFrame:
    """The company's milestones and two conversions so long after its last touch."""
    last = dated_tables()["touches"]["occurred_at"].max()
    at = last + timedelta(days=days)
    return pd.concat(
        [_won(), milestones(("lead-01", "won", at), ("lead-02", "won", at))]
    )


def test_ll104_fires_as_an_issue_where_conversions_outrun_all_else_by_the_horizon(
    tmp_path: Path,
) -> None:
    # The last touch of all is lead-55's, 55 hours and 19 days after the first creation.
    case = case_of(tmp_path, report=intake_report(**SEEN), milestones=_planned(30))
    told = found("LL104", case)
    assert told.answer is Answer.ISSUE
    assert (
        "conversion or closing, 2026-02-21, and lies more than the horizon of 14 days"
        in (told.said)
    )
    assert "which ends on 2026-01-22: " in told.said
    # And the two conversions of lead-33 to lead-57 that lie after that touch.
    assert told.figures["endings_beyond"] == int(
        (
            _planned(30)["reached_at"] > dated_tables()["touches"]["occurred_at"].max()
        ).sum()
    )


def test_ll104_fires_as_a_tip_where_nothing_is_dated_but_creations(
    tmp_path: Path,
) -> None:
    none = dated_tables()["touches"].iloc[:0]
    case = case_of(tmp_path, {"touches": []}, intake_report(**SEEN), touches=none)
    told = found("LL104", case)
    assert told.answer is Answer.TIP
    # The last lead comes 59 hours after the first, and lead-57 converts after 21 days.
    assert "conversion or closing, 2026-01-24, and lies more than" in told.said
    assert "which ends on 2026-01-03: 20 conversions" in told.said


def test_ll104_is_silent_where_conversions_come_within_the_horizon(
    tmp_path: Path,
) -> None:
    case = case_of(tmp_path, report=intake_report(**SEEN), milestones=_planned(13))
    assert found("LL104", case).answer is Answer.PASSED


def test_ll104_is_silent_about_conversions_before_a_known_until_that_is_configured(
    tmp_path: Path,
) -> None:
    config = {"source": {"known_until": "2026-02-25T00:00:00Z"}}
    case = case_of(tmp_path, config, milestones=_planned(30))
    assert found("LL104", case).answer is Answer.PASSED


# --- LL115: endings before creation --------------------------------------------------


def test_ll115_fires_where_conversions_lie_before_creation(tmp_path: Path) -> None:
    won = _won()
    won.loc[won["lead_id"].isin(["lead-03", "lead-06"]), "reached_at"] = FIRST - DAY
    report = intake_report(milestones_before_creation=2)
    told = found("LL115", case_of(tmp_path, report=report, milestones=won))
    assert told.answer is Answer.ISSUE
    assert told.said.startswith(
        "2 of 20 conversions (10.0%) lie before the creation of their leads: 2 end "
        "before they begin, so that no snapshot ever looks at them"
    )
    assert told.examples == ("lead-03", "lead-06")


def test_ll115_fires_as_a_tip_where_one_conversion_in_a_hundred_is_so(
    tmp_path: Path,
) -> None:
    # A lead that converts again and again, and one that did before its creation.
    often = [("lead-00", "won", FIRST + i * DAY) for i in range(99)]
    won = milestones(*often, ("lead-01", "won", FIRST))  # created an hour later
    report = intake_report(milestones_before_creation=1)
    told = found("LL115", case_of(tmp_path, report=report, milestones=won))
    assert told.answer is Answer.TIP
    assert "1 of 100 conversions (1.0%) lie before" in told.said
    assert (
        "1 lead ends before it begins, so that no snapshot ever looks at it"
        in told.said
    )


def test_ll115_fires_with_closings_told_apart(tmp_path: Path) -> None:
    lost = [(f"lead-{i:02}", "lost", FIRST - DAY) for i in range(4)]
    case = case_of(
        tmp_path,
        {"outcome": {"conversion": "won", "horizon_days": 14, "closed_by": ["lost"]}},
        intake_report(milestones_before_creation=5),
        milestones=pd.concat(
            [_won(), milestones(*lost, ("lead-09", "called", FIRST - DAY))]
        ),
    )
    told = found("LL115", case)
    assert told.answer is Answer.ISSUE
    assert told.said.startswith(
        "4 of 4 closings (100.0%) lie before the creation of their leads (1 milestone "
        "of another name does): 4 end before they begin"
    )
    assert told.figures["conversions"] == 0


def test_ll115_is_silent_about_milestones_that_end_nothing(tmp_path: Path) -> None:
    early = milestones(("lead-01", "called", FIRST - DAY))
    report = intake_report(milestones_before_creation=1)
    case = case_of(tmp_path, report=report, milestones=pd.concat([_won(), early]))
    told = found("LL115", case)
    assert told.answer is Answer.PASSED
    assert told.said == (
        "No conversion lies before its lead's creation (1 milestone of another name "
        "does)."
    )


# --- LL116: days ---------------------------------------------------------------------


def _read(
    field: str, read: int, days: int, midnights: int, table: str = "touches"
) -> dict[str, Any]:
    """A report of one source with one column of instants."""
    cells = InstantCells(field, "at", read, days, midnights, sentinels=0)
    return intake_report(source_report(table, 30, instants=(cells,)))


def test_ll116_fires_on_touches_that_are_dated_to_the_day(tmp_path: Path) -> None:
    told = found("LL116", case_of(tmp_path, report=_read("occurred_at", 30, 12, 3)))
    assert told.answer is Answer.TIP
    assert told.said == (
        "A day without a time is given by 12 of 30 cells in column 'at' of touches "
        "(40.0%). It means up to its end: what is dated so counts from then on, or "
        "from recorded_at where that is earlier. Export the times if there are any."
    )


def test_ll116_fires_where_every_time_of_day_is_midnight(tmp_path: Path) -> None:
    told = found("LL116", case_of(tmp_path, report=_read("occurred_at", 30, 0, 30)))
    assert told.answer is Answer.TIP
    assert (
        "All times of day are 00:00 in 30 cells in column 'at' of touches." in told.said
    )
    assert "say format, such as '%Y-%m-%d 00:00:00'" in told.said


@pytest.mark.parametrize(
    ("written", "answer"),
    [("%Y-%m-%d 00:00:00", Answer.PASSED), ("%Y-%m-%d", Answer.TIP)],
)
def test_ll116_is_silent_about_days_that_the_format_says_to_be_all_there_is(
    tmp_path: Path, written: str, answer: Answer
) -> None:
    """The second is how any export of days has to be read, and says nothing."""
    touches = {"from": "t.csv", "lead_id": "id", "kind": "k", "occurred_at": "at"}
    case_of(tmp_path, report=_read("occurred_at", 30, 30, 0))
    config = dated_config(touches=[{**touches, "format": written}])
    told = found("LL116", Case(config, tmp_path))
    assert told.answer is answer
    assert "by 30 of 30 cells in column 'at' of touches (100.0%)" in told.said


@pytest.mark.parametrize(
    "report",
    [
        _read("occurred_at", 30, 0, 29),  # one is not at midnight
        _read("occurred_at", 19, 0, 19),  # too few to tell
        _read("created_at", 30, 0, 30, table="leads"),  # counts from its start anyway
    ],
)
def test_ll116_is_silent_about_instants(tmp_path: Path, report: dict[str, Any]) -> None:
    told = found("LL116", case_of(tmp_path, report=report))
    assert told.answer is Answer.PASSED
    assert told.said == "Every instant tells the time of day."


def test_ll116_is_silent_about_milestones_dated_to_the_day_and_counts_them(
    tmp_path: Path,
) -> None:
    report = _read("reached_at", 30, 30, 0, table="milestones")
    told = found("LL116", case_of(tmp_path, report=report))
    assert told.answer is Answer.PASSED
    assert "by 30 of 30 cells in column 'at' of milestones (100.0%)" in told.said


def test_ll116_is_silent_about_a_run_whose_intake_did_not_count_days(
    tmp_path: Path,
) -> None:
    report = _read("occurred_at", 30, 12, 3)
    del report["sources"][0]["instants"]
    told = found("LL116", case_of(tmp_path, report=report))
    assert told.answer is Answer.SKIPPED
    assert found("LL117", Case(dated_config(), tmp_path)).answer is Answer.PASSED


# --- LL117: sentinels ----------------------------------------------------------------


def _ended(on: datetime, count: int, name: str = "won") -> pd.DataFrame:
    rows = [(f"lead-{i:02}", name, on + i * timedelta(hours=1)) for i in range(count)]
    return pd.concat([_won(), milestones(*rows)])


@pytest.mark.parametrize("year", [1900, 1970, 2031])
def test_ll117_fires_as_an_issue_where_conversions_crowd_on_a_day(
    year: int, tmp_path: Path
) -> None:
    on = datetime(year, 1, 1)  # noqa: DTZ001
    told = found("LL117", case_of(tmp_path, milestones=_ended(on, 3)))
    assert told.answer is Answer.ISSUE
    assert told.said == (
        f"{year}-01-01 stands in 3 of 23 milestones as reached_at, 3 of them "
        "conversions or closings, more than a year from every other day there. If such "
        "a day stands for 'never' or 'not known', declare sentinels = "
        f'["{year}-01-01"] for milestones: the cell is missing then, and a row that '
        "needs it is set aside."
    )
    assert told.examples == ("lead-00", "lead-01", "lead-02")


def test_ll117_fires_as_a_tip_on_milestones_that_end_nothing(tmp_path: Path) -> None:
    on = datetime(2099, 12, 31)  # noqa: DTZ001
    told = found("LL117", case_of(tmp_path, milestones=_ended(on, 3, "called")))
    assert told.answer is Answer.TIP


def test_ll117_fires_as_an_issue_where_touches_move_known_until(tmp_path: Path) -> None:
    far = datetime(2041, 6, 1)  # noqa: DTZ001
    touches = pd.DataFrame(
        [(f"lead-0{i}", "visit", far) for i in range(3)],
        columns=["lead_id", "kind", "occurred_at"],
    )
    told = pd.concat([dated_tables()["touches"], touches_of(touches)])
    report = intake_report(**SEEN, known_until="2041-06-01T00:00:00+00:00")
    finding = found("LL117", case_of(tmp_path, report=report, touches=told))
    assert finding.answer is Answer.ISSUE
    assert "every other day there; known_until is taken from it. If" in finding.said


@pytest.mark.parametrize(("year", "count"), [(1900, 2), (2026, 20), (2031, 2)])
def test_ll117_is_silent_about_few_rows_and_about_ordinary_days(
    year: int, count: int, tmp_path: Path
) -> None:
    on = datetime(year, 3, 1)  # noqa: DTZ001
    told = found("LL117", case_of(tmp_path, milestones=_ended(on, count)))
    assert told.answer is Answer.PASSED


def test_ll117_is_silent_about_sentinels_that_are_declared_and_counts_them(
    tmp_path: Path,
) -> None:
    cells = InstantCells("reached_0", "won", 20, 0, 0, sentinels=40)
    report = intake_report(source_report("milestones", 60, instants=(cells,)))
    told = found("LL117", case_of(tmp_path, report=report))
    assert told.said == (
        "No day stands in many rows far from all others; 40 cells are missing as "
        "declared sentinels."
    )


# --- LL118: clocks of a copy ---------------------------------------------------------


def _recorded(delays: Any) -> pd.DataFrame:
    """A hundred touches, one each two days, recorded so many days after them."""
    occurred = pd.Series([FIRST + 2 * i * DAY for i in range(100)])
    told = pd.DataFrame(
        {"lead_id": "lead-00", "kind": "visit", "occurred_at": occurred}
    )
    return touches_of(
        told.assign(
            recorded_at=occurred + pd.to_timedelta(np.asarray(delays), unit="D")
        )
    )


def _synced(count: int) -> pd.DataFrame:
    """The first so many of the touches recorded on 1 August, the others at once."""
    told = _recorded(np.full(100, 0.1))
    told.loc[: count - 1, "recorded_at"] = FIRST + 212 * DAY
    return told


@pytest.mark.parametrize(("count", "delay"), [(96, 117), (50, 163), (40, 173)])
def test_ll118_fires_where_touches_were_recorded_at_once(
    count: int, delay: int, tmp_path: Path
) -> None:
    # The i-th occurred 2 i days after the first, so that 212 - 2 i days had passed.
    told = found("LL118", case_of(tmp_path, CLOCK, touches=_synced(count)))
    assert told.answer is Answer.ISSUE
    assert told.said.startswith(
        f"{count} of 100 touches were recorded within one minute, 2026-08-01 00:00 "
        f"UTC, half of them {delay} days or more after they occurred. That dates a copy"
    )
    assert told.examples == ("lead-00",)


def test_ll118_fires_where_older_touches_were_recorded_much_later(
    tmp_path: Path,
) -> None:
    # A copy that took weeks: no two rows were recorded in the same minute.
    delays = np.where(np.arange(100) < 60, 90 + np.arange(100) * 0.3, 0.1)
    told = found("LL118", case_of(tmp_path, CLOCK, touches=_recorded(delays)))
    assert told.answer is Answer.ISSUE
    assert told.said.startswith(
        "50 of 100 touches were recorded more than 30 days after they occurred"
    )


def test_ll118_fires_on_accounts_that_became_known_at_once(tmp_path: Path) -> None:
    accounts = pd.DataFrame(
        {
            "account_id": [f"account-{i:02}" for i in range(20)],
            "known_from": FIRST + 40 * DAY,
        }
    )
    config = {"accounts": {"from": "a.csv", "account_id": "id", "known_from": "since"}}
    told = found("LL118", case_of(tmp_path, config, accounts=accounts))
    assert told.answer is Answer.ISSUE
    assert told.said.startswith(
        "20 of 20 accounts were recorded within one minute, 2026-02-10 00:00 UTC, half "
        "of them 40 days or more after their first lead was created."
    )


@pytest.mark.parametrize(
    "delays",
    [
        np.full(100, 0.2),
        np.full(100, 40.0),  # always as late as that
        np.where(np.arange(100) % 10, 0.1, 60),  # a late one now and then
        np.arange(100)[::-1] % 15 * 2.0 + 0.1,  # loaded every month, at once
    ],
)
def test_ll118_is_silent_about_clocks_of_the_system(
    delays: Any, tmp_path: Path
) -> None:
    told = found("LL118", case_of(tmp_path, CLOCK, touches=_recorded(delays)))
    assert told.answer is Answer.PASSED


def test_ll118_is_silent_where_no_table_has_such_a_clock(tmp_path: Path) -> None:
    assert found("LL118", case_of(tmp_path)).answer is Answer.NOT_APPLICABLE


def test_ll105_never_passes_where_recorded_at_dates_a_copy(tmp_path: Path) -> None:
    source = source_report("touches", 100, recorded_at="given")
    case = case_of(tmp_path, CLOCK, intake_report(source), touches=_synced(96))
    told = found("LL105", case)
    assert told.answer is Answer.TIP
    assert told.said == "recorded_at of touches dates a copy: see LL118."
