"""Intake, the rows: what a cell means, which rows count, and in what order."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.errors import ConfigError
from pipeline.intake import IntakeReport

Intake = Callable[..., IntakeReport]
Table = Callable[..., list[dict[str, Any]]]


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_fault_07_ids_are_kept_byte_by_byte(intake: Intake, table: Table) -> None:
    # The last three: composed é, e with a combining accent, a Cyrillic a.
    ids = ["001", "1e5", "12345678901234567890", "\u00e9", "e\u0301", "\u0430"]
    text = "id,made\n" + "".join(f" {i}\t,2026-01-01\n" for i in ids)
    intake({"leads.csv": text})
    assert [r["lead_id"] for r in table("leads")] == ids


def test_fault_08_repeats_are_set_aside_across_files(
    intake: Intake, table: Table
) -> None:
    files = {
        "t/1.csv": "lead,what,at,no\na,visit,2026-01-03,1\na,visit,2026-01-03,2\n",
        "t/2.csv": "lead,what,at,no\na,visit,2026-01-03,1\n",
    }
    report = intake(files, touches={"from": "t"})
    assert len(table("touches")) == 2  # the third repeats the first in every column
    [bad] = table("quarantine")
    assert (bad["file"], bad["line"], bad["is_repeat"]) == ("2.csv", 2, True)
    assert report.of("touches")[0].reasons == {
        "This row repeats an earlier one in every column.": 1
    }


def test_fault_08_a_touch_delivered_again_otherwise_is_kept_and_counted_as_a_twin(
    intake: Intake, table: Table
) -> None:
    # The second was loaded a day later; the third is of another page.
    text = (
        "lead,what,at,loaded,page\n"
        "a,visit,2026-01-03T10:00:07,2026-01-03,/x\n"
        "a,visit,2026-01-03T10:00:07,2026-01-04,/x\n"
        "a,visit,2026-01-03T10:00:07,2026-01-04,/y\n"
    )
    told = {"recorded_at": "loaded", "asset": "page"}
    report = intake({"touches.csv": text}, touches=told)
    assert len(table("touches")) == 3
    assert report.of("touches")[0].twins == 1


@pytest.mark.parametrize("swapped", [False, True])
def test_fault_08_what_is_kept_is_independent_of_which_file_tells_it(
    swapped: bool, intake: Intake, table: Table
) -> None:
    one = "id,made,metal\na,2026-01-05,zinc\nb,2026-01-01,iron\n"
    two = "id,made,metal\na,2026-01-02,tin\nb,2026-01-01,iron\n"
    names = ("l/2.csv", "l/1.csv") if swapped else ("l/1.csv", "l/2.csv")
    files = dict(zip(names, (one, two), strict=True))
    report = intake(files, leads={"from": "l", "known_at_creation": ["metal"]})
    told = {r["lead_id"]: r["metal"] for r in table("attributes")}
    assert told == {"a": "tin", "b": "iron"}
    assert sorted(report.of("leads")[0].reasons.values()) == [1, 1]


@pytest.mark.parametrize("backwards", [False, True])
def test_fault_08_which_row_of_a_lead_counts_is_independent_of_their_order(
    backwards: bool, intake: Intake, table: Table
) -> None:
    rows = ["a,2026-01-05,zinc", "a,2026-01-02,tin", "a,2026-01-02,lead"]
    rows = rows[::-1] if backwards else rows
    text = "id,made,metal\n" + "\n".join([*rows, rows[0]]) + "\n"
    report = intake({"leads.csv": text}, leads={"known_at_creation": ["metal"]})
    assert table("attributes") == [{"lead_id": "a", "metal": "lead"}]
    assert sorted(report.of("leads")[0].reasons.values()) == [1, 2]


def test_fault_08_flat_exports_without_ids_hold_honest_twins(
    intake: Intake, table: Table
) -> None:
    flat = {"column": "y", "positive": "yes", "conversion": None}
    intake(
        {"leads.csv": "age;y\n30;yes\n30;yes\n40;\n50;no\n"},
        leads={"lead_id": "@row", "created_at": None, "order_by": "@row"},
        outcome=flat,
        snapshots={"rule": "export"},
        touches=None,
        milestones=None,
    )
    told = [(r["lead_id"], r["position"], r["outcome"]) for r in table("leads")]
    assert told == [("1", 0, 1), ("2", 1, 1), ("3", 2, None), ("4", 3, 0)]


def test_fault_09_strangers_and_silence_are_counted(
    intake: Intake, table: Table
) -> None:
    report = intake(
        {
            "touches.csv": "lead,what,at\nstranger,visit,2026-01-03\n",
            "won.csv": "lead,won\na,2025-12-31\nstranger,2026-02-01\n",
        }
    )
    assert report.touches_of_unknown_leads == 1
    assert report.milestones_of_unknown_leads == 1
    assert report.milestones_before_creation == 1
    assert len(table("milestones")) == 2


def test_fault_09_history_and_accounts_of_nobody_are_kept(
    intake: Intake, table: Table
) -> None:
    files = {
        "h.csv": "lead,what,worth,at\nstranger,size,9,2026-01-03\n",
        "accounts.csv": "id,size\nnobody,9\n",
    }
    history = {
        "from": "h.csv", "lead_id": "lead", "attribute": "what", "value": "worth",
        "known_from": "at",
    }  # fmt: skip
    accounts = {"from": "accounts.csv", "account_id": "id"}
    intake(files, attribute_history=history, accounts=accounts)
    assert [r["lead_id"] for r in table("attribute_history")] == ["stranger"]
    assert [r["account_id"] for r in table("accounts")] == ["nobody"]
    assert table("quarantine") == []


def test_fault_10_what_is_no_finite_number_is_missing_and_counted(
    intake: Intake, table: Table
) -> None:
    values = ["1.5", "-0.0", "inf", "NaN", "1e999", "many", ""]
    text = "lead,what,at,worth\n" + "".join(
        f"a,visit,2026-01-0{i},{v}\n" for i, v in enumerate(values, start=1)
    )
    report = intake({"touches.csv": text}, touches={"value": "worth"})
    found = [r["value"] for r in table("touches")]
    assert found == [1.5, 0.0, None, None, None, None, None]
    assert math.copysign(1, found[1]) == 1
    [lost] = report.of("touches")[0].cells_unreadable
    assert (lost.column, lost.count, lost.filled) == (
        "worth",
        3,
        5,
    )  # NaN: a null token
    assert lost.examples == ("1e999", "inf", "many")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-07-01", "2026-07-01T21:59:59.999999"),  # a day is up to its end
        ("2026-07-01 12:00", "2026-07-01T10:00"),
        ("2026-07-01T12:00:00.123456789", "2026-07-01T10:00:00.123456"),
        ("2026-07-01T12:00:00Z", "2026-07-01T12:00"),
        ("2026-07-01T12:00:00+05:30", "2026-07-01T06:30"),
        ("2026-07-01 12:00:00 UTC", "2026-07-01T12:00"),
        ("2026-03-29 02:30:00", "2026-03-29T01:30"),  # skipped: becomes 03:30
        ("2026-10-25 02:30:00", "2026-10-25T01:30"),  # twice: the later one
        ("2024-02-29", "2024-02-29T22:59:59.999999"),
        ("2026-03-29", "2026-03-29T21:59:59.999999"),  # of 23 hours
        ("2026-10-25", "2026-10-25T22:59:59.999999"),  # of 25 hours
    ],
)
def test_faults_14_15_21_an_instant_is_read_as_it_was_meant(
    written: str, meant: str, intake: Intake, table: Table
) -> None:
    intake(
        {"touches.csv": f"lead,what,at\na,visit,{written}\n"},
        source={"timezone": "Europe/Amsterdam"},
    )
    assert [r["occurred_at"] for r in table("touches")] == [_at(meant)]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("1767225600", "is a bare number. Say format = 'epoch_s', 'epoch_ms' or"),
        ("1767225600000", "is a bare number. Say format = 'epoch_s', 'epoch_ms' or"),
        ("20260103", "or one such as '%Y%m%d'."),
        ("-86400.5", "is a bare number."),
        ("2026-02-30", "cannot be read as ISO 8601"),
        ("01/02/2026", "cannot be read as ISO 8601"),
        ("1899-12-31", "lies before 1900 or after 2200"),
        ("9999-12-31", "lies before 1900 or after 2200"),
        ("", "is missing"),
    ],
)
def test_fault_14_an_unreadable_instant_is_quarantined(
    written: str, reason: str, intake: Intake, table: Table
) -> None:
    intake({"touches.csv": f"lead,what,at\na,visit,{written}\n"})
    [bad] = table("quarantine")
    assert reason in bad["reason"]
    assert (bad["table"], bad["lead_id"], bad["row"]) == ("touches", "a", None)


@pytest.mark.parametrize(
    ("unit", "written", "meant"),
    [
        ("epoch_s", "1767225600", "2026-01-01T00:00"),
        ("epoch_s", "1767225600.25", "2026-01-01T00:00:00.250000"),
        ("epoch_s", "1.7672256e9", "2026-01-01T00:00"),
        ("epoch_ms", "1767225600123", "2026-01-01T00:00:00.123000"),
        ("epoch_us", "1767225600123456", "2026-01-01T00:00:00.123456"),
        ("epoch_s", "1709164800", "2024-02-29T00:00"),
        ("epoch_s", "-86400", "1969-12-31T00:00"),
        ("epoch_ms", "-1", "1969-12-31T23:59:59.999000"),
    ],
)
def test_faults_14_21_a_number_counts_in_its_unit_from_1970_whatever_the_zone(
    unit: str, written: str, meant: str, intake: Intake, table: Table
) -> None:
    text = f"lead,what,at\na,visit,{written}\n"
    zone = {"timezone": "Asia/Kathmandu"}
    intake({"touches.csv": text}, touches={"format": unit}, source=zone)
    assert [r["occurred_at"] for r in table("touches")] == [_at(meant)]


@pytest.mark.parametrize(
    ("unit", "written", "reason"),
    [
        ("epoch_s", "1767225600000", "before 1900 or after 2200"),  # the year 57971
        ("epoch_s", "1e300", "before 1900 or after 2200"),
        ("epoch_ms", "-1e17", "before 1900 or after 2200"),
        ("epoch_ms", "1767225600", "first weeks of 1970 when read as epoch_ms"),
        ("epoch_us", "1767225600000", "first weeks of 1970 when read as epoch_us"),
        ("epoch_us", "1767225600", "first weeks of 1970 when read as epoch_us"),
        ("epoch_s", "0", "first weeks of 1970 when read as epoch_s: it is nought"),
        ("epoch_s", "2026-01-01", "cannot be read as epoch_s"),
        ("epoch_s", "inf", "cannot be read as epoch_s"),
    ],
)
def test_fault_14_a_number_in_another_unit_is_quarantined(
    unit: str, written: str, reason: str, intake: Intake, table: Table
) -> None:
    text = f"lead,what,at\na,visit,{written}\n"
    intake({"touches.csv": text}, touches={"format": unit})
    [bad] = table("quarantine")
    assert reason in bad["reason"]


@pytest.mark.parametrize(
    ("zone", "written", "meant"),
    [
        # Skipped: read with the offset before the change.
        ("America/New_York", "2026-03-08 02:30", "2026-03-08T07:30"),
        ("Australia/Lord_Howe", "2026-10-04 02:15", "2026-10-03T15:45"),
        # Twice: the later of the two.
        ("America/New_York", "2026-11-01 01:30", "2026-11-01T06:30"),
        ("Australia/Lord_Howe", "2026-04-05 01:45", "2026-04-04T15:15"),
        # The hour before and the hour after are as ever.
        ("America/New_York", "2026-11-01 00:59", "2026-11-01T04:59"),
        ("America/New_York", "2026-11-01 02:00", "2026-11-01T07:00"),
    ],
)
@pytest.mark.parametrize("form", [None, "%d.%m.%Y %H:%M"])
def test_fault_15_a_clock_change_is_read_by_one_rule(
    zone: str, written: str, meant: str, form: str | None, intake: Intake, table: Table
) -> None:
    if form is not None:
        written = _at(written).strftime(form)
    text = f"lead,what,at\na,visit,{written}\n"
    intake({"touches.csv": text}, source={"timezone": zone}, touches={"format": form})
    assert [r["occurred_at"] for r in table("touches")] == [_at(meant)]


def test_a_format_is_the_only_way_instants_are_then_read(
    intake: Intake, table: Table
) -> None:
    text = "lead,what,at\na,visit,03-01-26\na,visit,2026-01-04\n"
    intake({"touches.csv": text}, touches={"format": "%d-%m-%y"})
    told = [r["occurred_at"] for r in table("touches")]
    assert told == [_at("2026-01-03T23:59:59.999999")]
    assert "cannot be read as %d-%m-%y" in table("quarantine")[0]["reason"]
    with pytest.raises(ConfigError, match="is no format of instants"):
        intake(touches={"format": "%Q"})


def test_fault_20_shuffled_input_gives_the_same_bytes(
    intake: Intake, tmp_path: Path
) -> None:
    rows = [
        f"{who},{what},2026-01-03T10:00:00.00000{i % 3}Z,{i % 2}"
        for i, (who, what) in enumerate([("a", "visit"), ("b", "call"), ("a", "x")] * 4)
    ]
    head = "lead,what,at,worth"
    for out, told in (("one", rows), ("two", rows[::-1]), ("three", sorted(rows))):
        text = "\n".join([head, *told]) + "\n"
        intake({"touches.csv": text}, out=out, touches={"value": "worth"})
    one, two, three = (
        (tmp_path / out / "touches.parquet").read_bytes()
        for out in ("one", "two", "three")
    )
    assert one == two == three


MESSY = st.lists(st.sampled_from(["a", "visit", "2026-01-03", '"', ",", "\n", "x"]))


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=MESSY.map("".join))
def test_fault_02_rows_in_are_rows_kept_and_rows_quarantined(
    body: str, intake: Intake, table: Table
) -> None:
    whole = "a,visit,2026-01-04\n"
    text = f"lead,what,at\n{whole}{body}\n{whole}"
    [touches] = intake({"touches.csv": text}).of("touches")
    assert touches.rows_in == touches.rows_kept + touches.rows_quarantined
    assert touches.rows_kept == len(table("touches")) >= 1
    assert touches.rows_quarantined == len(table("quarantine"))
