"""Checks of the data as they came, and of what was declared of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.artefacts import ENCODING, INTAKE, TABLES, table
from pipeline.checks import CHECKS, Answer, Finding
from pipeline.checks.case import Case
from pipeline.intake.instant_columns import ON_SENTINEL
from pipeline.intake.judging import REPEAT
from tests.pipeline.run_folders import (
    START,
    dated_config,
    dated_run,
    dated_tables,
    flat_config,
    flat_run,
    intake_report,
    source_report,
    touches_of,
    write_tables,
)

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")

NOON = START.replace(tzinfo=None, hour=12)


def found(code: str, case: Case) -> Finding:
    return next(c for c in CHECKS if c.code == code).finding(case)


def taken_in(
    folder: Path, *sources: Any, quarantine: pd.DataFrame | None = None, **told: Any
) -> Case:
    """A run that has got as far as intake."""
    INTAKE.write(intake_report(*sources, **told), folder / INTAKE.file)
    held = {} if quarantine is None else {"quarantine": quarantine}
    write_tables(folder, **{**dated_tables(), **held})
    return Case(dated_config(), folder)


def set_aside(count: int, *, is_repeat: bool = False) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "table": "touches",
            "file": "t.csv",
            "line": range(88, 88 + count),
            "row": None,
            "lead_id": [f"lead-{i}" for i in range(count)],
            "reason": REPEAT if is_repeat else "The instant is not readable.",
            "is_repeat": is_repeat,
            "text": "x",
        }
    )


@pytest.mark.parametrize(
    ("lost", "answer"), [(11, Answer.ISSUE), (10, Answer.TIP), (1, Answer.TIP)]
)
def test_ll101_fires_where_rows_are_lost(
    tmp_path: Path, lost: int, answer: Answer
) -> None:
    reasons = {"The instant is not readable.": lost}
    source = source_report("touches", 1000, reasons=reasons)
    told = found("LL101", taken_in(tmp_path, source, quarantine=set_aside(lost)))
    assert told.answer is answer
    assert f"Of 1,000 rows of touches {lost} (" in told.said
    assert "first at line 88 of t.csv" in told.said
    assert told.examples[0] == "lead-0"
    assert len(told.examples) <= 3


def test_ll101_names_every_table_that_lost_more_than_a_hundredth(
    tmp_path: Path,
) -> None:
    sources = [
        source_report("leads", 1200, reasons={"No date.": 200, "No id.": 40}),
        source_report("touches", 3200, reasons={"No date.": 33}),
        source_report("milestones", 800, reasons={"No date.": 8}),  # a hundredth
    ]
    told = found("LL101", taken_in(tmp_path, *sources, quarantine=set_aside(1)))
    assert told.said.startswith(
        "Of 1,200 rows of leads 240 (20.00%) were set aside, 200 of them because: No "
        "date, others for 1 more reason. Of 3,200 rows of touches 33 (1.03%) were set "
        "aside, 33 of them because: No date. Look into"
    )


def test_ll101_is_silent_about_repeats(tmp_path: Path) -> None:
    source = source_report("touches", 100, reasons={REPEAT: 50})
    rows = set_aside(50, is_repeat=True)
    told = found("LL101", taken_in(tmp_path, source, quarantine=rows))
    assert told.answer is Answer.PASSED


def test_ll101_is_silent_about_declared_sentinels(tmp_path: Path) -> None:
    reason = f"The instant in column 'at' {ON_SENTINEL}"
    source = source_report("touches", 100, reasons={reason: 50})
    told = found("LL101", taken_in(tmp_path, source, quarantine=set_aside(50)))
    assert told.answer is Answer.PASSED


def test_ll102_fires_with_the_names_and_counts_of_strange_kinds(tmp_path: Path) -> None:
    told = found("LL102", taken_in(tmp_path))
    visits = int((dated_tables()["touches"]["kind"] == "visit").sum())
    assert told.answer is Answer.TIP
    assert f"1 of 2 kinds of touch stand in no funnel stage: 'visit' ({visits})" in (
        told.said
    )


def test_ll102_fires_loudly_on_a_declared_kind_in_another_form(tmp_path: Path) -> None:
    touches = dated_tables()["touches"]
    every = int((touches["kind"] == "pricing_page").sum())
    page = touches.index[touches["kind"] == "pricing_page"][:7]
    touches.loc[page, "kind"] = "Pricing Page"
    case = taken_in(tmp_path)
    write_tables(tmp_path, **{**dated_tables(), "touches": touches})
    told = found("LL102", case)
    assert every > 7  # the declared spelling is still there
    assert told.answer is Answer.ISSUE
    assert (
        "'Pricing Page' (7; alike to 'pricing_page', which is declared), 'visit' ("
    ) in told.said
    assert told.figures["alike_to_declared"] == 1


def test_ll102_is_silent_when_every_kind_is_declared(tmp_path: Path) -> None:
    taken_in(tmp_path)
    config = dated_config(funnel={"bottom": ["pricing_page"], "other": ["visit"]})
    assert found("LL102", Case(config, tmp_path)).answer is Answer.PASSED


def test_ll103_fires_with_the_share_of_touches_of_unknown_leads(tmp_path: Path) -> None:
    case = taken_in(
        tmp_path, source_report("touches", 200), touches_of_unknown_leads=50
    )
    told = found("LL103", case)
    assert told.answer is Answer.TIP
    assert "50 of 200 touches (25.0%)" in told.said


def _history_of(*leads: str) -> pd.DataFrame:
    """A value that became known of each of these."""
    told = {"attribute": "rating", "value": "A", "known_from": NOON}
    return pd.DataFrame([{"lead_id": lead, **told} for lead in leads])


def test_ll103_tells_apart_rows_whose_lead_was_set_aside(tmp_path: Path) -> None:
    """They are no sign of ids that are written in two ways."""
    source = source_report("leads", 61, reasons={"The instant is not readable.": 1})
    aside = set_aside(1).assign(table="leads", lead_id="lead-99")
    case = taken_in(tmp_path, source, quarantine=aside, touches_of_unknown_leads=2)
    visits = dated_tables()["touches"]
    strange = visits.head(2).assign(lead_id=["lead-99", "lead-98"])
    pd.concat([visits, strange]).to_parquet(case.folder / "tables" / "touches.parquet")
    told = found("LL103", case)
    assert (
        "; 1 of these rows is of a lead whose own row was set aside (see "
        "tables/quarantine.parquet). If other leads were left out on purpose"
    ) in told.said
    assert told.figures["of_leads_set_aside"] == 1


def test_ll103_is_silent_where_all_such_rows_are_of_leads_set_aside(
    tmp_path: Path,
) -> None:
    """As LL117 advises: a creation on a day that stands for "never" is missing."""
    source = source_report("leads", 61, reasons={f"The instant{ON_SENTINEL}": 1})
    touches = source_report("touches", 61)
    aside = set_aside(1).assign(table="leads", lead_id="lead-99")
    case = taken_in(
        tmp_path, source, touches, quarantine=aside, touches_of_unknown_leads=2
    )
    visits = dated_tables()["touches"]
    strange = visits.head(2).assign(lead_id="lead-99")
    pd.concat([visits, strange]).to_parquet(case.folder / "tables" / "touches.parquet")
    told = found("LL103", case)
    assert told.answer is Answer.PASSED
    assert told.said == (
        "The leads table does not hold the leads of 2 of 61 touches (3.3%); 2 of these "
        "rows are of leads whose own rows were set aside (see "
        "tables/quarantine.parquet)."
    )


@pytest.mark.parametrize(("rows", "answer"), [(3, Answer.PASSED), (2, Answer.TIP)])
def test_ll103_is_silent_about_rows_of_leads_that_the_query_leaves_out(
    tmp_path: Path, rows: int, answer: Answer
) -> None:
    case = taken_in(
        tmp_path,
        source_report("touches", 60),
        touches_of_unknown_leads=3,
        rows_left_out=rows,
    )
    told = found("LL103", case)
    assert told.answer is answer
    assert told.said.startswith(
        "The leads table does not hold the leads of 3 of 60 touches (5.0%); "
        f"{rows} of these rows are of leads that leads.query leaves out."
    )
    assert ("If other leads were left out on purpose" in told.said) is (rows == 2)


def test_ll103_fires_on_history_of_unknown_leads(tmp_path: Path) -> None:
    case = taken_in(tmp_path, source_report("attribute_history", 4))
    history = _history_of("lead-01", "lead-02", "lead-03", "lead-99")
    write_tables(tmp_path, **dated_tables(), attribute_history=history)
    told = found("LL103", case)
    assert told.answer is Answer.TIP
    assert told.said.startswith(
        "The leads table does not hold the leads of 1 of 4 values of history (25.0%). "
    )


def test_ll103_fires_with_those_whose_id_is_written_in_another_way(
    tmp_path: Path,
) -> None:
    case = taken_in(tmp_path, source_report("attribute_history", 3))
    history = _history_of("LEAD 01", "00lead_02", "lead-99")
    write_tables(tmp_path, **dated_tables(), attribute_history=history)
    told = found("LL103", case)
    assert told.figures["written_otherwise"] == 2
    assert "2 of these rows would find their lead or account if case" in told.said


def test_ll103_fires_with_ids_in_other_code_points_and_with_accounts(
    tmp_path: Path,
) -> None:
    tables = dated_tables()
    tables["leads"].loc[0, "lead_id"] = "le\u00e9-00"
    touches = tables["touches"].head(2).copy()
    touches["lead_id"] = [None, None]
    touches["account_id"] = ["Account 07", "\uff41ccount-99"]
    case = taken_in(tmp_path, source_report("touches", 2), touches_of_unknown_leads=2)
    history = _history_of("lee\u0301-00", "\uff4cead-01", "lea-00")
    write_tables(
        tmp_path, **{**tables, "touches": touches, "attribute_history": history}
    )
    # Two of three values and one of two touches: an accent is not a matter of form.
    assert found("LL103", case).figures["written_otherwise"] == 3


def _accounts(*names: str) -> dict[str, Any]:
    return {"accounts": pd.DataFrame({"account_id": names, "known_from": NOON})}


def test_ll103_fires_where_accounts_and_leads_do_not_find_each_other(
    tmp_path: Path,
) -> None:
    taken_in(tmp_path)
    # The 60 leads are of account-00 to account-19, three of each.
    write_tables(tmp_path, **dated_tables(), **_accounts("1", "2", "account-07"))
    told = found("LL103", Case(_with_accounts().config, tmp_path))
    assert told.answer is Answer.TIP
    assert told.said.startswith(
        "2 of 3 accounts have no lead, while the accounts of 57 of 60 leads have no row"
    )


def test_ll103_is_silent_about_accounts_that_only_one_side_knows(
    tmp_path: Path,
) -> None:
    taken_in(tmp_path)
    every = [f"account-{i:02}" for i in range(60)]  # 40 of them of nobody
    write_tables(tmp_path, **dated_tables(), **_accounts(*every))
    told = found("LL103", Case(_with_accounts().config, tmp_path))
    assert told.answer is Answer.PASSED
    assert told.figures["accounts_of_nobody"] == 40


def test_ll103_is_silent_when_every_lead_is_known(tmp_path: Path) -> None:
    case = taken_in(tmp_path, source_report("touches", 200))
    assert found("LL103", case).answer is Answer.PASSED


def test_ll104_fires_on_touches_from_the_future(tmp_path: Path) -> None:
    taken_in(tmp_path, known_until="2026-01-10T00:00:00+00:00")
    told = found("LL104", Case(dated_config(), tmp_path))
    assert told.answer is Answer.TIP
    assert "touches lie after known_until" in told.said
    assert len(told.examples) == 3


def test_ll104_fires_on_touches_recorded_before_they_occurred(tmp_path: Path) -> None:
    case = taken_in(tmp_path)
    late = pd.DataFrame(
        {
            "lead_id": ["lead-07"],
            "kind": ["visit"],
            "occurred_at": [NOON],
            "recorded_at": [NOON.replace(hour=11)],
        }
    )
    path = tmp_path / TABLES / "touches.parquet"
    table("touches").write(touches_of(late), path)
    told = found("LL104", case)
    assert told.said.startswith("1 touches were recorded before they occurred.")
    assert told.examples == ("lead-07",)


@pytest.mark.parametrize(("day", "fires"), [("02-01", False), ("03-01", True)])
def test_ll104_fires_where_the_end_lies_far_after_all_that_was_seen(
    tmp_path: Path, day: str, fires: bool
) -> None:
    until = f"2026-{day}T00:00:00+00:00"
    taken_in(tmp_path, known_until=until)
    config = dated_config(source={"known_until": until})
    told = found("LL104", Case(config, tmp_path))
    assert told.answer is (Answer.TIP if fires else Answer.PASSED)
    assert ("days after the latest touch or milestone" in told.said) is fires


def test_ll104_fires_on_milestones_that_are_only_expected(tmp_path: Path) -> None:
    # Every third lead won: lead-48 at the end to the second, three leads later.
    case = taken_in(tmp_path, known_until="2026-01-24T00:00:00+00:00")
    told = found("LL104", case)
    assert told.said.startswith("3 milestones lie after known_until.")
    assert told.examples == ("lead-51", "lead-54", "lead-57")
    assert told.figures["after_known_until"] == 3


@pytest.mark.parametrize(("touches", "fires"), [(1998, True), (900, False)])
def test_ll104_fires_where_one_wrong_clock_moves_the_end_of_the_data(
    tmp_path: Path, touches: int, fires: bool
) -> None:
    # With the 20 milestones of January one in 2,019 is late, or one in 921, which is
    # more than one in a thousand; the horizon is 14 days.
    case = taken_in(tmp_path, known_until="2026-03-01T12:00:00+00:00")
    rows = [("lead-00", "visit", NOON.replace(day=24))] * touches
    rows.append(("lead-00", "visit", NOON.replace(month=3)))
    told = pd.DataFrame(rows, columns=["lead_id", "kind", "occurred_at"])
    table("touches").write(touches_of(told), tmp_path / TABLES / "touches.parquet")
    finding = found("LL104", case)
    assert finding.answer is (Answer.TIP if fires else Answer.PASSED)
    assert fires is (
        "known_until is the latest instant seen, 2026-03-01, and lies 36 days after "
        "999 in 1,000 touches, conversions and closings." in finding.said
    )


def test_ll104_is_silent_about_what_lies_after_a_known_until_that_was_set(
    tmp_path: Path,
) -> None:
    """A wrong clock moved the end of the data by 36 days; then somebody set it."""
    until = "2026-01-24T00:00:00+00:00"
    case = taken_in(tmp_path, known_until=until)
    rows = [("lead-00", "visit", NOON.replace(day=20))] * 9
    rows.append(("lead-01", "visit", NOON.replace(month=3)))
    told = pd.DataFrame(rows, columns=["lead_id", "kind", "occurred_at"])
    table("touches").write(touches_of(told), tmp_path / TABLES / "touches.parquet")
    config = dated_config(source={"known_until": until})
    finding = found("LL104", Case(config, case.folder))
    assert finding.answer is Answer.PASSED
    # lead-51, lead-54 and lead-57 won later, as in the test above.
    assert finding.said == (
        "Nothing was recorded before it occurred. After source.known_until, as it was "
        "set, there are 1 touch and 3 milestones: no outcome is taken from there."
    )
    assert finding.figures["after_known_until"] == 4


def test_ll104_is_silent_when_the_clocks_are_right(tmp_path: Path) -> None:
    assert found("LL104", taken_in(tmp_path)).answer is Answer.PASSED


def test_ll105_fires_where_recorded_at_is_assumed(tmp_path: Path) -> None:
    source = source_report("touches", 10, recorded_at="assumed")
    told = found("LL105", taken_in(tmp_path, source))
    assert told.answer is Answer.TIP
    assert "late arrivals cannot be seen" in told.said


def test_ll105_is_silent_where_it_is_given(tmp_path: Path) -> None:
    source = source_report("touches", 10, recorded_at="given")
    assert found("LL105", taken_in(tmp_path, source)).answer is Answer.PASSED


def test_ll106_fires_on_attributes_declared_wholesale(tmp_path: Path) -> None:
    case = flat_run(tmp_path, {"size": ["1", "2"], "Last Tag": ["a", "b"]}, [0, 1])
    leads = {"from": "l", "lead_id": "id", "known_at_creation": ["*"]}
    told = found("LL106", Case(flat_config(leads=leads), case.folder))
    assert told.answer is Answer.TIP
    assert "that each of 2 attributes was known before the outcome" in told.said
    assert "that each lead has had time to convert" in told.said
    assert "filled in late, as the names of 'Last Tag' sound" in told.said


def test_ll106_fires_on_a_flat_export_without_an_order(tmp_path: Path) -> None:
    flat_run(tmp_path, {"size": ["1", "2"]}, [0, 1])
    config = flat_config(leads={"order_by": None})
    assert "the order of the leads" in found("LL106", Case(config, tmp_path)).said


def test_ll106_is_silent_once_all_that_it_asks_for_was_said(tmp_path: Path) -> None:
    flat_run(tmp_path, {"size": ["1", "2"]}, [0, 1])
    bare = {"known_at_creation": ["*"], "order_by": None}
    named = {"known_at_creation": ["size"], "order_by": None}
    ordered = {"known_at_creation": ["size"], "order_by": "@row"}
    decided = {"column": "Converted", "positive": "1", "negative": ["0"]}
    asked = [
        found("LL106", Case(config, tmp_path)).said
        for config in (
            flat_config(leads=bare),
            flat_config(leads=named),
            flat_config(leads=ordered),
            flat_config(leads=ordered, outcome=decided),
        )
    ]
    assert asked[:3] == [
        "Nothing in the data can verify that each of 1 attributes was known before the "
        "outcome; nor the order of the leads; nor that each lead has had time to "
        "convert. Name the attributes one by one, or bring a history; name in "
        "leads.order_by what orders them; list what is said of leads that may still "
        "convert in outcome.undecided, or of those that did not in outcome.negative.",
        "Nothing in the data can verify the order of the leads; nor that each lead has "
        "had time to convert. Name in leads.order_by what orders them; list what is "
        "said of leads that may still convert in outcome.undecided, or of those that "
        "did not in outcome.negative.",
        "Nothing in the data can verify that each lead has had time to convert. List "
        "what is said of leads that may still convert in outcome.undecided, or of "
        "those that did not in outcome.negative.",
    ]
    told = found("LL106", Case(flat_config(leads=ordered, outcome=decided), tmp_path))
    assert told.answer is Answer.PASSED
    assert told.said == (
        "Taken at the word of the configuration, since nothing in the data can verify "
        "it: the attributes, declared one by one; the order of the leads, by '@row'; "
        "and by outcome.negative, which leads are decided."
    )


def test_ll106_is_silent_on_dated_attributes_declared_by_name(tmp_path: Path) -> None:
    assert found("LL106", taken_in(tmp_path)).answer is Answer.PASSED


def test_ll107_fires_with_names_and_reasons(tmp_path: Path) -> None:
    dropped = {"a_90d": "the same as a_30d in every row", "b": "empty in every row"}
    record = {"features": [{"name": "a_30d"}], "dropped": dropped}
    ENCODING.write(record, tmp_path / ENCODING.file)
    told = found("LL107", Case(dated_config(), tmp_path))
    assert told.answer is Answer.TIP
    assert told.said.startswith(
        "2 of 3 columns were dropped (1 empty, 1 same), such as"
    )
    # What ought to hold something comes before what repeats another column.
    assert told.said.index("b (empty in every row)") < told.said.index("a_90d (the")


def test_ll107_fires_with_the_name_of_every_column_like_a_name(tmp_path: Path) -> None:
    why = "900 different values in 1,000 rows: like a name"
    dropped = {"b": "empty in every row", **{f"id_{i}": why for i in range(5)}}
    ENCODING.write({"features": [], "dropped": dropped}, tmp_path / ENCODING.file)
    told = found("LL107", Case(dated_config(), tmp_path))
    assert told.said.startswith("6 of 6 columns were dropped (5 like a name, 1 empty)")
    assert all(f"id_{i} ({why})" in told.said for i in range(5))


def test_ll107_is_silent_when_all_columns_are_of_use(tmp_path: Path) -> None:
    record = {"features": [{"name": "a"}], "dropped": {}}
    ENCODING.write(record, tmp_path / ENCODING.file)
    assert found("LL107", Case(dated_config(), tmp_path)).answer is Answer.PASSED


def _with_accounts(**changed: Any) -> Case:
    accounts = {"from": "a.csv", "account_id": "id", "known_at_creation": ["size"]}
    return Case(dated_config(accounts={**accounts, **changed}), Path("none"))


def test_ll108_fires_on_accounts_without_dates(tmp_path: Path) -> None:
    rows = {"account_id": ["f"], "known_from": [NOON], "size": ["5"], "status": ["x"]}
    write_tables(tmp_path, **dated_tables(), accounts=pd.DataFrame(rows))
    every = _with_accounts(known_at_creation=["*"]).config
    told = found("LL108", Case(every, tmp_path))
    assert told.answer is Answer.TIP
    assert told.figures["attributes"] == 2
    assert told.said.endswith(
        "else name in accounts.known_at_creation those alone that never change."
    )


def test_ll108_is_silent_on_attributes_that_are_said_never_to_change() -> None:
    told = found("LL108", _with_accounts(known_at_creation=["size", "country"]))
    assert told.answer is Answer.PASSED
    assert told.said == (
        "The accounts have no known_from. By accounts.known_at_creation it is taken "
        "that 'size', 'country' never change."
    )


def test_ll108_is_silent_on_dated_accounts() -> None:
    assert found("LL108", _with_accounts(known_from="since")).answer is Answer.PASSED


@pytest.mark.parametrize(
    "code",
    [
        "LL102",
        "LL103",
        "LL104",
        "LL105",
        "LL108",
        "LL109",
        "LL110",
        "LL209",
        "LL112",
        "LL113",
        "LL202",
    ],
)
def test_what_a_flat_export_does_not_have_is_not_judged(
    code: str, tmp_path: Path
) -> None:
    told = found(code, Case(flat_config(), tmp_path))
    assert told.answer is Answer.NOT_APPLICABLE
    assert told.said.endswith(".")


def _attributes(*names: str) -> pd.DataFrame:
    plain = dated_tables()["attributes"]
    return plain.assign(**dict.fromkeys(names, "1"))


@pytest.mark.parametrize("name", ["won", "Won", "won_date"])
def test_ll201_fires_on_an_attribute_that_bears_the_outcomes_name(
    name: str, tmp_path: Path
) -> None:
    told = found("LL201", dated_run(tmp_path, attributes=_attributes(name)))
    assert told.answer is Answer.ISSUE
    assert f"the attributes '{name}' bear the outcome's name" in told.said
    assert told.examples == ("lead-00", "lead-01", "lead-02")


def test_ll201_fires_with_the_place_where_an_accounts_column_is_never_read(
    tmp_path: Path,
) -> None:
    case = dated_run(tmp_path, attributes=_attributes("won"))
    accounts = {"from": "a.csv", "account_id": "id"}
    config = dated_config(accounts=accounts)
    said = [found("LL201", Case(c, tmp_path)).said for c in (case.config, config)]
    assert "under leads.never, and" in said[0]
    assert "under leads.never or accounts.never, and" in said[1]


def test_ll201_fires_on_touches_of_the_conversions_kind(tmp_path: Path) -> None:
    told = dated_tables()
    won = told["milestones"].rename(columns={"reached_at": "occurred_at"})
    touches = touches_of(won.assign(kind="Won")[["lead_id", "kind", "occurred_at"]])
    both = pd.concat([told["touches"], touches])
    finding = found("LL201", dated_run(tmp_path, touches=both))
    assert finding.answer is Answer.ISSUE
    assert "'Won' (20 touches)" in finding.said
    assert finding.examples == ("lead-00", "lead-03", "lead-06")


def test_ll201_fires_as_a_tip_on_a_kind_in_the_conversions_shadow(
    tmp_path: Path,
) -> None:
    told = dated_tables()
    won = told["milestones"].rename(columns={"reached_at": "occurred_at"})
    won = won.assign(kind="contract", occurred_at=won["occurred_at"] - _minutes(5))
    touches = touches_of(won[["lead_id", "kind", "occurred_at"]])
    finding = found(
        "LL201", dated_run(tmp_path, touches=pd.concat([told["touches"], touches]))
    )
    assert finding.answer is Answer.TIP
    assert "'contract'" in finding.said


def test_ll201_is_silent_when_no_signal_reads_the_outcome(tmp_path: Path) -> None:
    assert found("LL201", dated_run(tmp_path)).answer is Answer.PASSED


def _history() -> pd.DataFrame:
    """A rating that becomes known after a week, for every other lead."""
    leads = [f"lead-{i:02}" for i in range(0, 60, 2)]
    return pd.DataFrame(
        {
            "lead_id": leads,
            "attribute": "rating",
            "value": "A",
            "known_from": NOON.replace(day=8),
        }
    )


def _of_account() -> pd.DataFrame:
    """A touch of a whole account, and one that was recorded three days late."""
    told = pd.DataFrame(
        {
            "lead_id": [None, "lead-03"],
            "account_id": ["account-01", None],
            "kind": "visit",
            "occurred_at": [NOON.replace(day=6)] * 2,
            "recorded_at": [NOON.replace(day=6), NOON.replace(day=9)],
        }
    )
    return touches_of(told.astype({"lead_id": "str", "account_id": "str"}))


def test_ll202_is_silent_when_nothing_has_seen_the_future(tmp_path: Path) -> None:
    case = dated_run(
        tmp_path,
        attribute_history=_history(),
        touches=pd.concat([dated_tables()["touches"], _of_account()]),
        accounts=pd.DataFrame(
            {
                "account_id": ["account-01", "account-01"],
                "known_from": [NOON, NOON.replace(day=9)],
                "account_size": ["small", "large"],
            }
        ),
    )
    # The attributes that change in time do so within the features.
    assert {"small", "large"} <= set(case.features["account_size"].dropna())
    assert case.features["rating"].isna().mean() not in {0, 1}
    told = found("LL202", case)
    assert told.said == "50 snapshots came out identical with everything later deleted."


def test_ll202_fires_on_a_count_of_the_future(tmp_path: Path) -> None:
    case = dated_run(tmp_path)
    # As if every touch were known two days before it occurred.
    early = dated_tables()["touches"]
    early[["occurred_at", "recorded_at"]] -= _minutes(2 * 24 * 60)
    leaking = dated_run(tmp_path / "leaking", touches=early).features
    name = "all_touches_7d"
    case.__dict__["features"] = case.features.assign(**{name: leaking[name]})
    told = found("LL202", case)
    assert told.answer is Answer.ISSUE
    assert f"'{name}' came out different" in told.said
    assert len(told.examples) == 3
    assert told.figures["columns"] == 1


def test_ll202_fires_on_a_value_that_was_written_later(tmp_path: Path) -> None:
    case = dated_run(tmp_path, attribute_history=_history())
    case.__dict__["features"] = case.features.assign(rating="A")
    assert "'rating' came out different" in found("LL202", case).said


def test_ll202_fires_on_a_weave_that_forgets_when_touches_were_recorded(
    tmp_path: Path,
) -> None:
    late = dated_tables()["touches"]
    late["recorded_at"] += _minutes(8 * 24 * 60)
    case = dated_run(tmp_path, touches=late)
    # As if only the instants counted at which touches occurred.
    forgetful = dated_run(tmp_path / "forgetful").features
    case.__dict__["features"] = forgetful
    told = found("LL202", case)
    assert told.answer is Answer.ISSUE
    assert "'all_touches_7d'" in told.said


def test_a_replay_with_other_definitions_would_mean_nothing(tmp_path: Path) -> None:
    case = dated_run(tmp_path)
    case.listed["fingerprint"] = "of an older version"
    told = found("LL202", case)
    assert told.answer is Answer.SKIPPED
    assert "have changed since this run was built" in told.said


def _minutes(count: float) -> pd.Timedelta:
    return pd.Timedelta(minutes=count)
