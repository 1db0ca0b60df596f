"""Intake, the days: a date without a time, a sentinel, an offset, an order of texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.engine import open_engine
from features.errors import ConfigError
from pipeline.intake import InstantCells, IntakeReport, UnreadableCells, kept_in
from pipeline.intake.instants import Bound, Notation, instant

Intake = Callable[..., IntakeReport]
Table = Callable[..., list[dict[str, Any]]]

END = "T23:59:59.999999"
LONG = {"from": "m.csv", "columns": {}, "milestone": "stage", "reached_at": "at"}


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _instants(rows: list[dict[str, Any]], *names: str) -> list[Any]:
    return [r[n].isoformat() for r in rows for n in names]


# --- a day beside an instant (63, 64) ------------------------------------------------


def test_fault_63_a_conversion_on_the_day_of_creation_is_not_before_it(
    intake: Intake, table: Table
) -> None:
    files = {
        "leads.csv": "id,made\na,2026-01-05 15:00:00\nb,2026-01-05\n",
        "won.csv": "lead,won\na,2026-01-05\nb,2026-01-05\n",
    }
    report = intake(files)
    assert report.milestones_before_creation == 0
    won = _instants(table("milestones"), "reached_at", "recorded_at")
    assert won == [f"2026-01-05{END}"] * 4
    # A lead that is dated to the day exists from the start of it.
    assert table("leads")[1]["created_at"] == _at("2026-01-05T00:00")


def test_fault_63_a_format_with_a_time_reads_days_beside_it(
    intake: Intake, table: Table
) -> None:
    """24.03.2025 beside 18.05.2025 05:46, as spreadsheets write them."""
    won = "lead,stage,at\na,won,24.03.2025\nb,won,18.05.2025 05:46\nb,won,18.5\n"
    leads = "id,made\na,24.03.2025\nb,01.02.2025 00:00\n"
    german = {"format": "%d.%m.%Y %H:%M"}
    report = intake(
        {"leads.csv": leads, "m.csv": won},
        leads={"from": "leads.csv", "lead_id": "id", "created_at": "made", **german},
        milestones={**LONG, **german},
    )
    assert _instants(table("milestones"), "reached_at") == [
        f"2025-03-24{END}", "2025-05-18T05:46:00",
    ]  # fmt: skip
    made = _instants(table("leads"), "created_at")
    assert made == ["2025-03-24T00:00:00", "2025-02-01T00:00:00"]
    (cells,) = report.of("milestones")[0].instants
    assert (cells.days, cells.midnights) == (1, 0)
    (cells,) = report.of("leads")[0].instants
    assert (cells.days, cells.midnights) == (1, 1)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y"), ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d"),
        ("%b %d, %Y %I:%M %p", "%b %d, %Y"), ("%d/%m/%Y", None), ("epoch_s", None),
        ("%H:%M %d/%m/%Y", None), ("%m/%Y %H:%M", None), ("%Y%m%d%H%M", None),
    ],
)  # fmt: skip
def test_the_day_part_of_a_format(written: str, day: str | None) -> None:
    assert Notation("UTC", written).day_part == day


def test_the_first_day_of_1900_is_of_our_age_wherever_it_began(
    intake: Intake, table: Table
) -> None:
    """As a sentinel it has to be seen to be named."""
    won = "lead,stage,at\na,won,1900-01-01\nb,won,1899-12-30\n"
    report = intake(
        {"leads.csv": "id,made\na,2026-01-01\nb,2026-01-01\n", "m.csv": won},
        milestones=LONG,
        source={"timezone": "Europe/Berlin"},
    )
    assert len(table("milestones")) == 1
    assert report.of("milestones")[0].reasons == {
        "The instant in column 'at' lies before 1900 or after 2200. Name it in "
        "sentinels if it stands for never or for not known.": 1
    }


def test_fault_64_every_day_means_up_to_its_end(intake: Intake, table: Table) -> None:
    files = {
        "touches.csv": "lead,what,at,in\na,visit,2026-01-03,2026-01-04\n",
        "m.csv": "lead,stage,at\na,won,2026-01-05\n",
        "firms.csv": "firm,since,size\nf,2026-01-01,5\n",
        "past.csv": "lead,name,now,since\na,size,5,2026-01-02\n",
    }
    intake(
        files,
        touches={"recorded_at": "in"},
        milestones=LONG,
        accounts={
            "from": "firms.csv", "account_id": "firm", "known_from": "since",
            "known_at_creation": ["size"],
        },
        attribute_history={
            "from": "past.csv", "lead_id": "lead", "attribute": "name", "value": "now",
            "known_from": "since",
        },
    )  # fmt: skip
    touches = _instants(table("touches"), "occurred_at", "recorded_at")
    assert touches == [f"2026-01-03{END}", f"2026-01-04{END}"]
    assert _instants(table("milestones"), "reached_at") == [f"2026-01-05{END}"]
    assert _instants(table("accounts"), "known_from") == [f"2026-01-01{END}"]
    assert _instants(table("attribute_history"), "known_from") == [f"2026-01-02{END}"]


@pytest.mark.parametrize(
    ("recorded", "occurred"),
    [
        ("2026-01-03T10:00:00", "2026-01-03T10:00:00"),  # within the day
        ("2026-01-04T10:00:00", f"2026-01-03{END}"),  # after it: the end of the day
        ("2026-01-02T10:00:00", "2026-01-03T00:00:00"),  # before it: a wrong clock
        ("2026-01-03", f"2026-01-03{END}"),
        ("1899-01-03T10:00:00", f"2026-01-03{END}"),  # nobody can believe it
        ("", f"2026-01-03{END}"),
    ],
)
def test_fault_64_what_is_dated_to_the_day_occurred_no_later_than_it_was_recorded(
    recorded: str, occurred: str, intake: Intake, table: Table
) -> None:
    files = {
        "touches.csv": f"lead,what,at,in\na,visit,2026-01-03,{recorded}\n",
        "m.csv": f"lead,won,in\na,2026-01-03,{recorded}\n",
    }
    intake(
        files,
        touches={"recorded_at": "in"},
        milestones={"from": "m.csv", "recorded_at": "in"},
    )
    assert _instants(table("touches"), "occurred_at") == [occurred]
    assert _instants(table("milestones"), "reached_at") == [occurred]


@pytest.mark.parametrize(
    ("written", "text", "meant"),
    [
        ("%d/%m/%Y", "03/01/2026", f"2026-01-03{END}"),
        ("%d/%m/%Y %H:%M", "03/01/2026 00:00", "2026-01-03T00:00:00"),
        ("%Y-%m-%d 00:00:00", "2026-01-03 00:00:00", f"2026-01-03{END}"),
        ("%m/%Y", "02/2026", f"2026-02-28{END}"),
        ("%Y", "2026", f"2026-12-31{END}"),
        ("epoch_s", "1767398400", "2026-01-03T00:00:00"),
        (None, "2026-01-03 00:00:00", "2026-01-03T00:00:00"),
    ],
)
def test_fault_64_a_format_without_a_time_of_day_reads_days(
    written: str | None, text: str, meant: str, intake: Intake, table: Table
) -> None:
    intake(
        {"touches.csv": f"lead,what,at\na,visit,{text}\n"}, touches={"format": written}
    )
    assert _instants(table("touches"), "occurred_at") == [meant]


def test_fault_64_a_date_in_parquet_is_a_day_and_a_timestamp_is_not(
    intake: Intake, table: Table
) -> None:
    day = date(2026, 1, 3)
    rows = {
        "t/1.parquet": pa.table({"lead": ["a"], "what": ["visit"], "at": [day]}),
        "t/2.parquet": pa.table(
            {"lead": ["a"], "what": ["call"], "at": [_at("2026-01-03T00:00")]}
        ),
    }
    report = intake(rows, touches={"from": "t"})
    told = {r["kind"]: r["occurred_at"].isoformat() for r in table("touches")}
    assert told == {"visit": f"2026-01-03{END}", "call": "2026-01-03T00:00:00"}
    [at] = report.of("touches")[0].instants
    assert at == InstantCells("occurred_at", "at", 2, 1, 1, 0)


def test_fault_64_days_of_touches_that_are_kept_are_counted_with_the_new(
    intake: Intake, tmp_path: Path
) -> None:
    days = {"t/1.csv": "lead,what,at\na,visit,2026-01-03\n"}
    with kept_in(tmp_path / "kept") as kept:
        [source] = intake(days, touches={"from": "t"}, kept=kept).of("touches")
    assert source.instants == (InstantCells("occurred_at", "at", 1, 1, 0, 0),)
    more = {"t/2.csv": "lead,what,at\na,visit,2026-01-04T00:00:00\n"}
    for _ in range(2):  # the second is read, and then both are kept
        with kept_in(tmp_path / "kept") as kept:
            [source] = intake(more, touches={"from": "t"}, kept=kept).of("touches")
        assert source.instants == (InstantCells("occurred_at", "at", 2, 1, 1, 0),)


# --- sentinels (65) ------------------------------------------------------------------


def test_fault_65_a_declared_sentinel_is_missing_and_costs_its_own_cell(
    intake: Intake, table: Table
) -> None:
    text = (
        "lead,won,lost,in\na,1900-01-01,2026-02-02,9999-12-31 23:59:59\n"
        "b,2026-02-01,1900-01-01 00:00:00,2026-02-03\n"
    )
    report = intake(
        {"m.csv": text},
        milestones={
            "from": "m.csv", "columns": {"won": "won", "lost": "lost"},
            "recorded_at": "in", "sentinels": ["1900-01-01", "9999-12-31"],
        },
    )  # fmt: skip
    told = {(r["lead_id"], r["milestone"]) for r in table("milestones")}
    assert told == {("a", "lost"), ("b", "won")}
    [source] = report.of("milestones")
    assert source.rows_quarantined == 0
    assert source.recorded_at_missing == 1
    assert source.cells_unreadable == ()
    assert [i.sentinels for i in source.instants] == [1, 1, 1]


@pytest.mark.parametrize(
    ("written", "text"),
    [(None, "1900-01-01"), ("%d/%m/%Y", "01/01/1900"), ("epoch_s", "-2208988800")],
)
def test_fault_65_a_row_whose_needed_instant_is_a_sentinel_is_set_aside(
    written: str | None, text: str, intake: Intake, table: Table
) -> None:
    told = {"format": written, "sentinels": ["1900-01-01"]}
    report = intake({"touches.csv": f"lead,what,at\na,visit,{text}\n"}, touches=told)
    assert report.of("touches")[0].reasons == {
        "The instant in column 'at' falls on one of the sentinels.": 1
    }
    assert table("touches") == []


def test_fault_65_an_optional_cell_that_cannot_be_read_costs_no_other(
    intake: Intake, table: Table
) -> None:
    text = (
        "lead,won,lost,in\na,1899-12-31,2026-02-02,soon\nb,9999-12-31,,later\n"
        "c,2026-02-01,never,2026-02-05\n"
    )
    columns = {"won": "won", "lost": "lost"}
    report = intake(
        {"m.csv": text},
        milestones={"from": "m.csv", "columns": columns, "recorded_at": "in"},
    )
    told = {(r["lead_id"], r["milestone"]) for r in table("milestones")}
    assert told == {("a", "lost"), ("c", "won")}
    [source] = report.of("milestones")
    assert (source.rows_in, source.rows_kept) == (3, 3)
    beyond = (
        "The instant in column 'won' lies before 1900 or after 2200. Name it in "
        "sentinels if it stands for never or for not known."
    )
    assert source.cells_unreadable == (
        UnreadableCells(
            "in", "The instant in column 'in' cannot be read as ISO 8601.", 2, 3,
            ("later", "soon"),
        ),
        UnreadableCells("won", beyond, 2, 3, ("1899-12-31", "9999-12-31")),
        UnreadableCells(
            "lost", "The instant in column 'lost' cannot be read as ISO 8601.", 1, 2,
            ("never",),
        ),
    )  # fmt: skip


# --- offsets (14) --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (None, "2026-06-20T10:00:00+99:00"),
        (None, "2026-06-20T10:00:00+14:01"),
        (None, "2026-06-20T10:00:00-15"),
        (None, "2026-06-20 10:00:00 +05:60"),
        ("%d/%m/%Y %H:%M %z", "20/06/2026 10:00 +99:00"),
        ("%d-%m-%Y %H:%M%z", "20-06-2026 10:00+0575"),
        ("%z %d-%m-%Y", "+99:00 20-06-2026"),
    ],
)
def test_fault_14_an_offset_that_no_clock_has_sets_its_row_aside(
    written: str | None, text: str, intake: Intake, table: Table
) -> None:
    intake(
        {"touches.csv": f"lead,what,at\na,visit,{text}\n"}, touches={"format": written}
    )
    [bad] = table("quarantine")
    assert bad["reason"] == (
        "The instant in column 'at' has no true offset: none lies beyond ±14:00 or has "
        "more than 59 minutes."
    )


@pytest.mark.parametrize(
    ("written", "text", "meant"),
    [
        (None, "2026-06-20T10:00:00+14:00", "2026-06-19T20:00:00"),
        (None, "2026-06-20T10:00:00-12", "2026-06-20T22:00:00"),
        (None, "2026-06-20T10:00:00+0545", "2026-06-20T04:15:00"),
        ("%d-%m-%Y %H:%M %z", "20-06-2026 10:00 +13:45", "2026-06-19T20:15:00"),
        ("%d-%m-%Y %z", "20-06-2026 +02:00", "2026-06-20T21:59:59.999999"),
    ],
)
def test_fault_14_true_offsets_are_read(
    written: str | None, text: str, meant: str, intake: Intake, table: Table
) -> None:
    intake(
        {"touches.csv": f"lead,what,at\na,visit,{text}\n"}, touches={"format": written}
    )
    assert _instants(table("touches"), "occurred_at") == [meant]


# --- the format that fits (75) -------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "hint"),
    [
        (["13/01/2026", "02/02/2026"], "fit format = '%d/%m/%Y'."),
        (["1/13/26 9:30", "2/2/26 21:05"], "fit format = '%m/%d/%y %H:%M'."),
        (
            ["01/02/2026", "02/02/2026"],
            "fit format = '%d/%m/%Y', '%m/%d/%Y': say which it is.",
        ),
    ],
)
def test_fault_75_the_reason_names_the_format_that_reads_all_cells(
    texts: list[str], hint: str, intake: Intake, table: Table
) -> None:
    rows = "".join(f"a,visit,{t}\n" for t in texts)
    wide = "".join(f"a,{t}\n" for t in texts)
    report = intake(
        {"touches.csv": f"lead,what,at\n{rows}", "m.csv": f"lead,won\n{wide}"},
        milestones={"from": "m.csv"},
    )
    why = (
        "The instant in column 'at' cannot be read as ISO 8601. All such cells of the "
        f"source {hint}"
    )
    assert report.of("touches")[0].reasons == {why: 2}
    assert [r["reason"] for r in table("quarantine")] == [why, why]
    [lost] = report.of("milestones")[0].cells_unreadable
    assert lost.why == why.replace("'at'", "'won'")


def test_fault_75_no_format_is_named_for_a_slip_among_many(intake: Intake) -> None:
    rows = "a,visit,2026-01-03\na,call,2026-01-04\na,x,03/01/2026\n"
    report = intake({"touches.csv": f"lead,what,at\n{rows}"})
    assert report.of("touches")[0].reasons == {
        "The instant in column 'at' cannot be read as ISO 8601.": 1
    }


# --- the order of a flat export (75) -------------------------------------------------


def _ordered(intake: Intake, table: Table, cells: list[str], **leads: Any) -> list[str]:
    """Order a flat export by a column, and return its cells in that order."""
    rows = "".join(f'{i};"{c}";{"yn"[i % 2]}\n' for i, c in enumerate(cells))
    intake(
        {"leads.csv": f"id;no;y\n{rows}"},
        leads={"created_at": None, "order_by": "no", **leads},
        outcome={"column": "y", "positive": "y", "conversion": None},
        snapshots={"rule": "export"},
        touches=None,
        milestones=None,
    )
    told = sorted(table("leads"), key=lambda r: int(r["position"]))
    return [cells[int(r["lead_id"])] for r in told]


@pytest.mark.parametrize(
    ("written", "in_order"),
    [
        (None, ["2", "9", "10", "1e2"]),
        (
            None,
            ["2026-01-31T23:30:00-02:00", "2026-02-01T02:00:00Z", "2026-02-01 03:00"],
        ),
        ("%d/%m/%y", ["01/07/16", "02/07/16", "01/08/16"]),
        ("%d%m%y", ["020116", "010716"]),
        (None, ["batch-a", "batch-b", "late"]),
        (None, ["L01", "L02", "L10"]),
    ],
)
def test_fault_75_a_flat_export_is_in_the_order_of_time(
    written: str | None, in_order: list[str], intake: Intake, table: Table
) -> None:
    cells = [*in_order[1::2], *in_order[::2]]
    assert _ordered(intake, table, cells, format=written) == in_order


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            ["13/07/16", "01/08/16"],
            "2 of 2 cells, such as '01/08/16', '13/07/16', cannot be read as ISO 8601 "
            "nor as numbers. Say leads.format: '%d/%m/%y' fits all of them.",
        ),
        (
            ["01/07/2016", "01/08/2016"],
            "leads.format: '%d/%m/%Y', '%m/%d/%Y' fit all of them: say which it is.",
        ),
        (["07/2016", "12/2015"], "Say leads.format: '%m/%Y' fits all of them."),
        (["Jan 2016", "Dec 2015"], "Say leads.format: '%b %Y'"),
        (
            ["1", "2", "3", "n.n."],
            "1 of 4 cells cannot be read as numbers, as the others can. Correct them,",
        ),
        (
            ["1,558", "22,001"],
            "2 of 2 cells, such as '1,558', '22,001', cannot be read",
        ),
        (
            ["2016-07-01", "2016-07-02", "2016-07-32"],
            "1 of 3 cells, such as '2016-07-32', cannot be read as ISO 8601, as the",
        ),
    ],
)
def test_fault_75_an_order_of_dates_or_numbers_as_texts_is_refused(
    cells: list[str], said: str, intake: Intake, table: Table
) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)):
        _ordered(intake, table, cells)


# --- known_until (66) ----------------------------------------------------------------


def test_fault_66_milestones_of_other_names_do_not_move_known_until(
    intake: Intake,
) -> None:
    files = {
        "m.csv": "lead,stage,at\na,won,2026-02-01T10:00Z\na,planned,2026-06-29\n",
        "touches.csv": "lead,what,at\na,visit,2026-03-01T12:00Z\n",
    }
    assert intake(files, milestones=LONG).known_until == "2026-03-01T12:00:00+00:00"
    closed = {"conversion": "won", "closed_by": ["planned"], "horizon_days": 30}
    report = intake(milestones=LONG, outcome=closed)
    assert report.known_until == "2026-06-29T23:59:59.999999+00:00"


# --- a day, whatever the zone --------------------------------------------------------


@given(
    day=st.dates(date(1971, 1, 1), date(2036, 12, 31)),
    zone=st.sampled_from(
        ["UTC", "Europe/Paris", "America/New_York", "Asia/Beirut", "Asia/Kathmandu"]
    ),
)
@settings(max_examples=60, deadline=None)
def test_fault_64_a_day_ends_one_microsecond_before_the_next(
    day: date, zone: str
) -> None:
    bounds: tuple[Bound, Bound] = ("start", "end")
    ends = (instant(f"'{day}'", zone, None, day=bound) for bound in bounds)
    with open_engine() as engine:
        [(start, end)] = engine.execute(f"SELECT {', '.join(ends)}").fetchall()
    local = [
        at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()
        for at in (start, end, end + timedelta(microseconds=1))
    ]
    assert local == [day, day, day + timedelta(days=1)]
    assert timedelta(hours=22) < end - start < timedelta(hours=26)
