"""Intake, the tables: what each holds, and where it may come from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from features.errors import ConfigError, DataError, SourceError
from pipeline.intake import IntakeReport, SourceReport, UnreadableCells
from pipeline.intake.report import added_up

Intake = Callable[..., IntakeReport]
Table = Callable[..., list[dict[str, Any]]]


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_recorded_at_is_given_or_assumed_and_the_report_says_so(
    intake: Intake, table: Table
) -> None:
    text = "lead,what,at,in\na,visit,2026-01-03,2026-01-04\na,visit,2026-01-05,\n"
    report = intake({"touches.csv": text}, touches={"recorded_at": "in"})
    [touches] = report.of("touches")
    assert (touches.recorded_at, touches.recorded_at_missing) == ("given", 1)
    assert [r["recorded_at"] for r in table("touches")] == [
        _at("2026-01-04T23:59:59.999999"), _at("2026-01-05T23:59:59.999999"),
    ]  # fmt: skip
    assert report.of("milestones")[0].recorded_at == "assumed"


def test_wide_and_long_milestones_say_the_same(intake: Intake, table: Table) -> None:
    wide = {"w.csv": "lead,won,lost\na,2026-02-01,\nb,,2026-02-02\nc,,\n"}
    long = {"l.csv": "lead,stage,on\na,won,2026-02-01\nb,lost,2026-02-02\n"}
    columns = {"won": "won", "lost": "lost"}
    report = intake(wide, milestones={"from": "w.csv", "columns": columns})
    wanted = table("milestones")
    assert (report.of("milestones")[0].rows_kept, len(wanted)) == (3, 2)
    said = {"from": "l.csv", "columns": {}, "milestone": "stage", "reached_at": "on"}
    intake(long, milestones=said)
    assert table("milestones") == wanted


def test_known_until_is_the_latest_instant_seen_unless_configured(
    intake: Intake,
) -> None:
    report = intake()
    assert report.known_until == "2026-02-01T23:59:59.999999+00:00"
    assert report.known_until_is == "latest seen"
    said = intake(source={"known_until": datetime.fromisoformat("2026-03-01T00:00Z")})
    assert said.known_until == "2026-03-01T00:00:00+00:00"
    assert said.known_until_is == "configured"


def test_composite_ids_groups_and_null_tokens(intake: Intake, table: Table) -> None:
    text = "x,y,made,firm,house\n1,2,2026,f,\n1,,2026,,\n3,4,2026,,h\n"
    text = text.replace("2026", "2026-01-01")
    leads = {"lead_id": ["x", "y"], "account_id": "firm", "group": "house"}
    intake({"leads.csv": text}, leads=leads)
    told = [(r["lead_id"], r["account_id"], r["group_id"]) for r in table("leads")]
    assert told == [("1|2", "f", "f"), ("3|4", None, "h")]
    [bad] = table("quarantine")
    assert bad["reason"] == "The lead id (columns 'x', 'y') is missing."


def test_every_attribute_is_all_that_has_no_part_of_its_own(
    intake: Intake, table: Table
) -> None:
    text = "id,made,size,tags\na,2026-01-01,NULL,hot\n"
    leads = {"known_at_creation": ["*"], "never": ["tags"]}
    intake({"leads.csv": text}, leads=leads)
    assert table("attributes") == [{"lead_id": "a", "size": None}]
    with pytest.raises(SourceError, match=r"'tag', which leads\.never names; did"):
        intake({"leads.csv": text}, leads={**leads, "never": ["tag"]})


def test_an_outcome_is_never_an_attribute(intake: Intake, table: Table) -> None:
    flat: dict[str, Any] = {
        "outcome": {"column": "y", "positive": "1", "conversion": None},
        "snapshots": {"rule": "export"},
        "touches": None,
        "milestones": None,
    }
    files = {
        "leads.csv": "id,no,y,size\na,10,1,5\nb,9,0,6\n",
        "new.csv": "id,size\nn,7\n",
    }
    leads = {"created_at": None, "order_by": "no", "known_at_creation": ["*"]}
    intake(files, leads=leads, **flat)
    assert [set(r) for r in table("attributes")] == [{"lead_id", "size"}] * 2
    assert [r["position"] for r in table("leads")] == [1, 0]  # 9 < 10, as numbers
    intake(files, leads=leads, new="new.csv", **flat)
    [lead] = table("leads")
    assert (lead["lead_id"], lead["outcome"], lead["position"]) == ("n", None, None)
    with pytest.raises(ConfigError, match="The outcome 'y' is declared as known"):
        intake(files, leads={**leads, "known_at_creation": ["y"]}, **flat)


def test_accounts_and_history_are_dated(intake: Intake, table: Table) -> None:
    files = {
        "firms.csv": "firm,since,size,account_kind\nf,2026-01-01,5,x\nf,,6,y\n",
        "past.csv": "lead,name,now,since\na,size,5,2026-01-02\na,size,,2026-01-01\n",
    }
    report = intake(
        files,
        accounts={
            "from": "firms.csv", "account_id": "firm", "known_from": "since",
            "known_at_creation": ["size", "account_kind"],
        },
        attribute_history={
            "from": "past.csv", "lead_id": "lead", "attribute": "name", "value": "now",
            "known_from": "since",
        },
    )  # fmt: skip
    [account] = table("accounts")
    assert account == {
        "account_id": "f", "known_from": _at("2026-01-01T23:59:59.999999"),
        "account_size": "5", "account_kind": "x",
    }  # fmt: skip
    assert report.of("accounts")[0].rows_quarantined == 1  # undated: known for ever?
    assert [r["value"] for r in table("attribute_history")] == [None, "5"]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("select * from source where id <> 'c'", 3),
        ("select upper(id) as id, made from source where id <> 'c'", 0),  # other ids
        ("select id as lead, made from source where id <> 'c'", 0),  # another name
        (None, 0),
    ],
)
def test_rows_of_leads_that_the_query_leaves_out_are_counted(
    intake: Intake, query: str | None, rows: int
) -> None:
    """c has two touches and a milestone; nobody has ever heard of d."""
    files = {
        "leads.csv": "id,made\na,2026-01-01\nb,2026-01-02\nc,2026-01-03\n,2026-01-04\n",
        "touches.csv": "lead,what,at\n"
        + "".join(f"{lead},visit,2026-02-0{i}\n" for i, lead in enumerate("accd", 1)),
        "won.csv": "lead,won\na,2026-03-01\nc,2026-03-01\n",
    }
    leads = {"query": query}
    if query is not None and "as lead" in query:
        leads["lead_id"] = "lead"
    report = intake(files, leads=leads)
    assert report.rows_left_out == rows
    if rows:
        strange = report.touches_of_unknown_leads, report.milestones_of_unknown_leads
        assert strange == (3, 1)


def test_touches_of_accounts_whose_leads_are_left_out_are_counted(
    intake: Intake,
) -> None:
    files = {
        "leads.csv": "id,made,firm\na,2026-01-01,x\nb,2026-01-02,x\nc,2026-01-03,y\n",
        "touches.csv": "firm,what,at\n"
        + "".join(f"{firm},visit,2026-02-0{i}\n" for i, firm in enumerate("xyz", 1)),
    }
    report = intake(
        files,
        leads={"query": "select * from source where id <> 'c'", "account_id": "firm"},
        touches={"lead_id": None, "account_id": "firm"},
    )
    assert (report.touches_of_unknown_leads, report.rows_left_out) == (2, 1)


def test_a_query_joins_named_files_and_its_answer_is_the_source(
    intake: Intake, table: Table
) -> None:
    files = {
        "leads.csv": "id,made,firm\na,2026-01-01,f\nb,2026-01-02,g\nshort\n",
        "firms.csv": "firm,size\nf,5\n",
    }
    report = intake(
        files,
        leads={
            "from": {"people": "leads.csv", "firms": "firms.csv"},
            "query": "with f as (from firms) select p.id, p.made, try_cast(size as int)"
            " + 1 as size from people p left join f using (firm) order by p.id desc",
            "known_at_creation": ["size"],
        },
    )
    told = [(r["row"], r["lead_id"]) for r in table("leads")]
    assert told == [(0, "b"), (1, "a")]
    assert [r["size"] for r in table("attributes")] == [None, "6"]
    [bad] = table("quarantine")
    assert (bad["file"], bad["line"], bad["row"]) == ("leads.csv", 4, 2)
    assert report.of("leads")[0].rows_in == 3


@pytest.mark.parametrize(
    "query",
    [
        "select 1; select 2",
        "copy source to '/tmp/x'",
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from other.source",
        "select * from glob('*')",
        "select id from source where id in (select 1 from read_text('/etc/x'))",
        "with x as (delete from source returning *) select * from x",
        "attach '/tmp/x'",
        "drop table source",
        "selec id",
    ],
)
def test_fault_50_a_query_is_one_select_over_its_own_files(
    query: str, intake: Intake
) -> None:
    with pytest.raises(ConfigError, match="query"):
        intake(leads={"query": query})


def test_parquet_is_read_as_the_text_that_csv_would_hold(
    intake: Intake, table: Table
) -> None:
    leads = pa.table(
        {
            "id": ["a", "b"],
            "made": pa.array(
                [_at("2026-01-01T10:00"), None], pa.timestamp("us", "UTC")
            ),
            "half": [0.1, 2.0],
        }
    )
    said = {"from": "l.parquet", "known_at_creation": ["half"]}
    zone = {"timezone": "Asia/Kathmandu"}
    intake({"l.parquet": leads}, leads=said, source=zone)
    [lead] = table("leads")
    assert (lead["lead_id"], lead["created_at"]) == ("a", _at("2026-01-01T10:00"))
    assert table("attributes") == [{"lead_id": "a", "half": "0.1"}]
    [bad] = [r for r in table("quarantine") if r["table"] == "leads"]
    assert (bad["row"], bad["line"], bad["lead_id"]) == (1, 2, "b")


def test_names_in_files_never_become_sql(intake: Intake, table: Table) -> None:
    text = 'id";DROP TABLE leads;--,made,c0,reason\na,2026-01-01,x,y\n'
    leads = {"lead_id": 'id";DROP TABLE leads;--', "known_at_creation": ["*"]}
    intake({"leads.csv": text}, leads=leads)
    assert table("attributes") == [{"lead_id": "a", "c0": "x", "reason": "y"}]


def test_no_readable_lead_stops(intake: Intake) -> None:
    with pytest.raises(DataError, match="no readable row: 1 came in; 1: The lead id"):
        intake({"leads.csv": "id,made\n,2026-01-01\n"})


def test_a_report_that_does_not_add_up_cannot_be_made() -> None:
    with pytest.raises(SourceError, match="do not add up: 3 came in, 1 were kept, 1"):
        SourceReport("leads", (), 3, 1, 1, 1, {"Why.": 1})


def test_unreadable_cells_of_parts_add_up_by_column() -> None:
    one = UnreadableCells("won", "It is no instant.", 2, 5, ("soon", "?"))
    two = UnreadableCells("won", "It is no instant.", 3, 4, ("later", "?", "never"))
    other = UnreadableCells("lost", "It is no instant.", 1, 1, ("x",))
    parts = [
        SourceReport("milestones", (), 9, 9, 0, 9, {}, cells_unreadable=cells)
        for cells in ((one,), (two, other))
    ]
    assert added_up(parts).cells_unreadable == (
        UnreadableCells("won", "It is no instant.", 5, 9, ("soon", "?", "later")),
        other,
    )


def test_tables_that_are_not_configured_are_written_empty(
    intake: Intake, tmp_path: Path
) -> None:
    intake()
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == [
        "accounts.parquet", "attribute_history.parquet", "attributes.parquet",
        "leads.parquet", "milestones.parquet", "quarantine.parquet",
        "source_days.parquet", "source_kinds.parquet", "source_leads.parquet",
        "touches.parquet",
    ]  # fmt: skip
