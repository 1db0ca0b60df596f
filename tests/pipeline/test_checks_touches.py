"""Checks of touches, history and columns: what is missing, doubled or written late."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.errors import ConfigError
from pipeline.artefacts import INTAKE
from pipeline.checks import CHECKS, Answer, Finding
from pipeline.checks.case import Case
from pipeline.intake import IntakeReport, SourceReport
from pipeline.intake.judging import REPEAT
from tests.pipeline.run_folders import (
    dated_config,
    dated_tables,
    intake_report,
    source_report,
    touches_of,
    write_tables,
)

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")

DAY = timedelta(days=1)
FIRST = datetime(2026, 1, 1)  # noqa: DTZ001, when lead-00 was created; UTC as in tables
MONDAY = FIRST + 4 * DAY


def found(code: str, case: Case) -> Finding:
    return next(c for c in CHECKS if c.code == code).finding(case)


def taken_in(folder: Path, *sources: SourceReport, **tables: pd.DataFrame) -> Case:
    """The dated company with some tables changed."""
    INTAKE.write(intake_report(*sources), folder / INTAKE.file)
    write_tables(folder, **{**dated_tables(), **tables})
    return Case(dated_config(), folder)


def touches(rows: Iterable[tuple[str, str, datetime]]) -> pd.DataFrame:
    columns = ["lead_id", "kind", "occurred_at"]
    return touches_of(pd.DataFrame(list(rows), columns=columns))


# --- LL109: leads without touches ----------------------------------------------------


def test_ll109_fires_where_most_leads_have_no_touch(tmp_path: Path) -> None:
    told = dated_tables()["touches"]
    few = told[told["lead_id"] < "lead-10"]
    finding = found("LL109", taken_in(tmp_path, touches=few))
    assert finding.answer is Answer.TIP
    assert finding.said.startswith("50 of 60 leads (83.3%) have no touch. Behavioural")
    assert finding.examples == ("lead-10", "lead-11", "lead-12")


def test_ll109_fires_where_many_leads_are_older_than_the_first_touch(
    tmp_path: Path,
) -> None:
    told = dated_tables()["touches"]
    late = told[told["lead_id"] < "lead-39"]
    late = touches_of(
        late[["lead_id", "kind"]].assign(occurred_at=late["occurred_at"] + 60 * DAY)
    )
    finding = found("LL109", taken_in(tmp_path, touches=late))
    assert finding.answer is Answer.TIP
    # The first touch was on 2 January, and is now 60 days later.
    assert (
        "21 of 60 leads (35.0%) have no touch, 21 of them created over 30 days before "
        "the first touch of all (2026-03-03)."
    ) in finding.said


def test_ll109_is_silent_where_some_leads_have_no_touch(tmp_path: Path) -> None:
    told = dated_tables()["touches"]
    half = told[told["lead_id"] < "lead-30"]
    finding = found("LL109", taken_in(tmp_path, touches=half))
    assert finding.answer is Answer.PASSED
    assert finding.said == "30 of 60 leads (50.0%) have no touch."


def test_ll109_is_silent_about_leads_whose_account_has_touches(tmp_path: Path) -> None:
    accounts = [f"account-{i:02}" for i in range(20)]
    told = pd.DataFrame({"kind": "visit", "occurred_at": FIRST, "account_id": accounts})
    of_accounts = touches_of(told.assign(lead_id=pd.Series([None] * 20, dtype="str")))
    finding = found("LL109", taken_in(tmp_path, touches=of_accounts))
    assert finding.said == "0 of 60 leads (0.0%) have no touch."


# --- LL110: touches that are told twice ----------------------------------------------


def _visits(count: int) -> pd.DataFrame:
    """Visits of two leads in turn, seven seconds apart."""
    return touches(
        (f"lead-0{i % 2}", "visit", FIRST + timedelta(seconds=7 * (i + 1)))
        for i in range(count)
    )


def _again(told: pd.DataFrame, *rows: int) -> pd.DataFrame:
    """The touches and, recorded a day later, some of them once more."""
    later = told.iloc[list(rows)].copy()
    later["recorded_at"] += DAY
    return pd.concat([told, later], ignore_index=True)


def test_ll110_fires_on_touches_that_are_delivered_again(tmp_path: Path) -> None:
    told = _again(_visits(100), 0, 3)
    told = pd.concat([told, told.iloc[[0]].assign(channel="web")], ignore_index=True)
    source = source_report("touches", 110, reasons={REPEAT: 7}, twins=3)
    finding = found("LL110", taken_in(tmp_path, source, touches=told))
    assert finding.answer is Answer.TIP
    assert finding.said.startswith(
        "3 of 103 touches (2.9%) repeat another of the same lead, kind, instant and "
        "asset, such as 'visit' of lead-00 at 2026-01-01 00:00:07, told 3 times, "
        "mostly with another recorded_at. They are kept and counted (another 7 exact "
        "repeats were set aside)."
    )
    assert finding.examples == ("lead-00", "lead-01")


def test_ll110_fires_with_those_that_two_sources_tell(tmp_path: Path) -> None:
    told = _again(_visits(100), 0, 1, 2)
    sources = [source_report("touches", 52, twins=n) for n in (1, 0)]
    finding = found("LL110", taken_in(tmp_path, *sources, touches=told))
    assert "; 2 are told by more than one source, such as" in finding.said
    assert finding.figures["across_sources"] == 2


def test_ll110_is_silent_about_one_in_a_hundred(tmp_path: Path) -> None:
    finding = found("LL110", taken_in(tmp_path, touches=_again(_visits(100), 0)))
    assert finding.answer is Answer.PASSED
    assert finding.said == "0.99% of the touches are told twice."


@pytest.mark.parametrize("step", [DAY, timedelta(minutes=1)])
def test_ll110_is_silent_about_honest_twins_of_coarse_instants(
    step: timedelta, tmp_path: Path
) -> None:
    told = touches(("lead-00", "visit", FIRST + i // 2 * step) for i in range(100))
    finding = found("LL110", taken_in(tmp_path, touches=told))
    assert finding.answer is Answer.PASSED


# --- LL209: attributes written after the conversion ----------------------------------


def _owners(*ages: float | None, attribute: str = "owner") -> pd.DataFrame:
    """An owner noted for each lead in turn, so many days after its creation.

    Every third lead, from lead-00 on, converts 21 days after its creation.
    """
    rows = [
        (f"lead-{i:02}", attribute, "Kim", FIRST + timedelta(hours=i, days=age))
        for i, age in enumerate(ages)
        if age is not None
    ]
    return pd.DataFrame(rows, columns=["lead_id", "attribute", "value", "known_from"])


def _history_case(folder: Path, history: pd.DataFrame) -> Case:
    case = taken_in(folder, attribute_history=history)
    source = {
        "from": "h.csv", "lead_id": "id", "attribute": "a", "value": "v",
        "known_from": "at",
    }  # fmt: skip
    return Case(dated_config(attribute_history=[source]), case.folder)


def test_ll209_fires_on_what_is_noted_once_a_lead_has_converted(tmp_path: Path) -> None:
    # Twelve of the twenty that convert, a day later, and two of the forty others.
    ages = [22, None, None] * 12 + [None, 22, 22]
    told = found("LL209", _history_case(tmp_path, _owners(*ages, attribute="source")))
    assert told.answer is Answer.ISSUE
    assert told.said.startswith(
        "'source' took a new value within 30 days after the conversion in 60% of the "
        "converted leads (such as lead-00, lead-03, lead-06), before it in 0%, and in "
        "5% of the others at that age."
    )
    assert "It is declared known at creation all the same" in told.said
    assert told.examples == ("lead-00", "lead-03", "lead-06")


def test_ll209_does_not_apply_to_a_history_that_is_empty_yet(tmp_path: Path) -> None:
    told = found("LL209", _history_case(tmp_path, _owners()))
    assert told.answer is Answer.NOT_APPLICABLE
    assert told.said == "The history holds no value of a lead."


def test_ll209_is_silent_on_what_is_known_by_its_history_alone(tmp_path: Path) -> None:
    told = found("LL209", _history_case(tmp_path, _owners(*[21, None, None] * 20)))
    assert told.answer is Answer.PASSED
    assert told.figures["attributes"] == 1
    assert told.said.endswith(
        "Its history keeps it from leaking; an export without dates would not."
    )


@pytest.mark.parametrize(
    "ages",
    [
        [22.0] * 60,  # everybody's at that age
        [20.9, None, None] * 20,  # just before the conversion
        [22.0, None, None] * 9,  # nine leads are too few
        [51.0, None, None] * 20,  # 30 days after it
    ],
)
def test_ll209_is_silent_on_what_does_not_follow_the_conversion(
    ages: list[float | None], tmp_path: Path
) -> None:
    told = found("LL209", _history_case(tmp_path, _owners(*ages)))
    assert told.answer is Answer.PASSED


def test_ll209_is_silent_on_what_also_precedes_the_conversion(tmp_path: Path) -> None:
    # For twenty a day after it, and for seven of them, which is a third, before it too.
    history = [_owners(*[22, None, None] * 20), _owners(*[20, None, None] * 7)]
    told = found("LL209", _history_case(tmp_path, pd.concat(history)))
    assert told.answer is Answer.PASSED


# --- LL112 and LL113: week by week ---------------------------------------------------


def _weekly(
    folder: Path, does: Callable[[str, int, int], bool], *, born: int = 30
) -> Case:
    """Five leads come each Monday; each does things on Tuesdays of its first weeks.

    ``does`` says whether leads do a thing in a week of the calendar, 0 to 29, at an
    age in weeks.
    """
    leads = [(f"lead-{w:02}-{i}", w) for w in range(born) for i in range(5)]
    rows = [
        (lead, kind, MONDAY + 7 * DAY * week + 1.5 * DAY)
        for lead, w in leads
        for week in range(w, 30)
        for kind in ("visit", "open", "call")
        if does(kind, week, week - w)
    ]
    names = [lead for lead, _ in leads]
    frame = dated_tables()["leads"].iloc[[0] * len(names)].reset_index(drop=True)
    frame = frame.assign(
        row=range(len(names)), lead_id=names, account_id=None, group_id=names,
        created_at=[MONDAY + 7 * DAY * w for _, w in leads],
    ).astype({"account_id": "str"})  # fmt: skip
    return taken_in(folder, leads=frame, touches=touches(rows))


def test_ll112_fires_on_a_kind_that_stops_while_others_go_on(tmp_path: Path) -> None:
    # For four weeks each: 20 leads in a week. The visits end six weeks early.
    told = found("LL112", _weekly(tmp_path, lambda k, w, a: a < 4 and not (
        k == "visit" and w >= 24)))  # fmt: skip
    assert told.answer is Answer.TIP
    assert told.said.startswith(
        "The kind 'visit' came 0 times in the last 6 weeks (latest 2026-06-16), where "
        "by the leads there were then and by all other touches 120 were to be expected."
    )
    assert told.figures == {"kinds": 1, "weeks": 6, "seen": 0, "expected": 120}


def test_ll112_fires_on_a_kind_that_falls_to_a_tenth(tmp_path: Path) -> None:
    # In each of the last six weeks the five leads of one age of four: a quarter. Then
    # only in the last two of these: 10 of 120.
    told = found("LL112", _weekly(tmp_path, lambda k, w, a: a < 4 and not (
        k == "visit" and w >= 24 and (a > 0 or w < 28))))  # fmt: skip
    assert told.figures == {"kinds": 1, "weeks": 6, "seen": 10, "expected": 120}


def test_ll112_fires_on_a_channel_that_stops(tmp_path: Path) -> None:
    case = _weekly(tmp_path, lambda k, w, a: a < 4 and not (k == "open" and w >= 24))
    with case.tables() as engine:
        told = engine.sql("FROM touches").df()
        leads = engine.sql("FROM leads").df()
    channel = told["kind"].map({"visit": "web", "open": "web", "call": "telephone"})
    told = told.assign(
        kind="touch", channel=channel.where(told["kind"] != "open", "app")
    )
    finding = found("LL112", taken_in(tmp_path, leads=leads, touches=told))
    assert finding.said.startswith("The channel 'app' came 0 times in the last 6 weeks")


@pytest.mark.parametrize(
    ("does", "born"),
    [
        (lambda k, w, a: a < 4, 30),
        # Leads cease to come, and with them what only new ones do.
        (lambda k, w, a: a < (1 if k == "visit" else 9), 24),
        # All fall silent at once: that is the export.
        (lambda k, w, a: a < 4 and (w < 24 or (k, w, a) == ("call", 29, 0)), 30),
        # Six weeks of silence are no more than it has had twice before.
        (lambda k, w, a: a < 4 and (k != "visit" or w % 10 < 4), 30),
    ],
)
def test_ll112_is_silent_where_the_leads_or_the_habit_explain_it(
    does: Callable[[str, int, int], bool], born: int, tmp_path: Path
) -> None:
    assert found("LL112", _weekly(tmp_path, does, born=born)).answer is Answer.PASSED


def test_ll112_is_silent_on_data_of_a_few_weeks(tmp_path: Path) -> None:
    told = found("LL112", taken_in(tmp_path))
    assert told.answer is Answer.SKIPPED
    assert told.said.startswith("The touches span 4 weeks; 12 are needed.")


def test_ll113_fires_on_a_kind_that_begins_half_way(tmp_path: Path) -> None:
    # Due were 5, 10, 15 and then twelve times 20: 270.
    told = found("LL113", _weekly(tmp_path, lambda k, w, a: a < 4 and not (
        k == "visit" and w < 15)))  # fmt: skip
    assert told.answer is Answer.TIP
    assert told.said.startswith(
        "The kind 'visit' came 0 times in the first 15 weeks (earliest 2026-04-21), "
        "where by the leads there were then and by all other touches 270 were to be "
        "expected. Older snapshots cannot have these touches"
    )


@pytest.mark.parametrize(
    "does",
    [
        lambda k, w, a: a < 4,
        lambda k, w, a: a < 4 and not (k == "visit" and w < 5),  # a sixth
        lambda k, w, a: (10 <= a < 14) if k == "visit" else a < 4,  # of old leads
        lambda k, w, a: a < 4 and (k != "visit" or w in (20, 21)),  # a fair, once
    ],
)
def test_ll113_is_silent_where_all_kinds_are_there_early(
    does: Callable[[str, int, int], bool], tmp_path: Path
) -> None:
    assert found("LL113", _weekly(tmp_path, does)).answer is Answer.PASSED


# --- LL114: columns that lie unused --------------------------------------------------


LEADS = (
    "id,made,size,note,blank,same,tags,number,won\n"
    "a,2026-01-01,small,x,,EU,t,1,2026-02-01\n"
    "b,2026-01-02,small,y,,EU,u,2,\n"
    "c,2026-01-03,large,z,,EU,u,3,2026-02-02\n"
)


def test_ll114_fires_on_columns_that_nobody_named(
    intake: Callable[..., IntakeReport], tmp_path: Path
) -> None:
    # A note is like a name, a number counts, tags are a known leak, and what another
    # section reads from the same file is in use.
    report = intake({"leads.csv": LEADS}, leads={"never": ["tags"]})
    assert report.unused == {"leads": ("size",)}
    INTAKE.write(report.to_dict(), tmp_path / INTAKE.file)
    write_tables(tmp_path, **dated_tables())
    told = found("LL114", Case(dated_config(), tmp_path))
    assert told.answer is Answer.TIP
    assert told.said.startswith("Nothing reads 'size' of the leads. Declare in")
    assert told.said.endswith("under leads.never.")


def test_ll114_fires_on_measures_and_addresses_though_all_differ(
    intake: Callable[..., IntakeReport],
) -> None:
    accounts = "id,height,mail,code\n1,1.5,a@x.org,p\n2,2.5,b@x.org,q\n"
    report = intake(
        {"accounts.csv": accounts},
        accounts={"from": "accounts.csv", "account_id": "id"},
    )
    assert report.unused["accounts"] == ("height", "mail")


def test_ll114_is_silent_about_an_accounts_column_that_is_never_to_be_read(
    intake: Callable[..., IntakeReport],
    table: Callable[..., list[dict[str, Any]]],
) -> None:
    accounts = "id,height,mail\n1,1.5,a@x.org\n2,2.5,b@x.org\n"
    firms = {"from": "accounts.csv", "account_id": "id"}
    never = {**firms, "known_at_creation": ["height"], "never": ["mail"]}
    assert intake({"accounts.csv": accounts}, accounts=never).unused["accounts"] == ()
    intake(
        {"accounts.csv": accounts},
        accounts={**never, "known_at_creation": ["*"]},
        out="every",
    )
    assert set(table("accounts", "every")[0]) == {
        "account_id", "known_from", "account_height",
    }  # fmt: skip
    with pytest.raises(ConfigError, match="both name 'mail'"):
        intake(
            {"accounts.csv": accounts},
            accounts={**never, "known_at_creation": ["mail"]},
        )


def test_ll114_is_silent_where_a_history_tells_of_the_column(tmp_path: Path) -> None:
    case = taken_in(tmp_path, attribute_history=_owners(3, 4))
    told: dict[str, Any] = intake_report(unused={"leads": ["owner"]})
    INTAKE.write(told, tmp_path / INTAKE.file)
    assert found("LL114", case).answer is Answer.PASSED
