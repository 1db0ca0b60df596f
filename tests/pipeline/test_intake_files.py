"""Intake, the door: what a file may be, and what becomes of each record in it."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.engine import open_engine
from features.errors import DataError, LeadlightError, SourceError
from pipeline.intake import IntakeReport
from pipeline.intake.header import Header, read_header
from pipeline.intake.loading import create, insert_file
from pipeline.intake.records import copy_records

Intake = Callable[..., IntakeReport]
Table = Callable[..., list[dict[str, Any]]]

# Six records: a quoted comma, a short row, a long row, a stray quote, two odd ids.
MESSY = (
    'id,made,name\n001,2026-01-01,"Ada, Countess"\nb,2026-01-02\n'
    'c,2026-01-03,long,"r,ow"\nd,2026-01-04,"st"ray"\n1e5,2026-01-05,x\n'
    "12345678901234567890,2026-01-06,y\n"
)


def test_fault_01_a_file_cut_in_a_quoted_field_is_refused(intake: Intake) -> None:
    cut = 'id,made,name\na,2026-01-01,"Ada"\nb,2026-01-02,"Countess of Lov'
    with pytest.raises(SourceError, match=r"leads\.csv ends inside a quoted field"):
        intake({"leads.csv": cut})


def test_fault_01_a_row_cut_before_its_last_field_is_quarantined(
    intake: Intake, table: Table
) -> None:
    report = intake({"leads.csv": "id,name,made\na,Ada,2026-01-01\nb,Bo"})
    assert [r["lead_id"] for r in table("leads")] == ["a"]
    [bad] = table("quarantine")
    assert (bad["line"], bad["row"], bad["text"]) == (3, 1, "b,Bo")
    assert bad["reason"] == "Expected 3 fields, found 2."
    assert report.of("leads")[0].rows_in == 2


def test_fault_01_a_cut_gzip_is_refused(intake: Intake) -> None:
    whole = gzip.compress(b"id,made\n" + os.urandom(9999).hex().encode() + b",1\n")
    with pytest.raises(SourceError, match="was cut off while being written"):
        intake({"leads.csv.gz": whole[:-1000]}, leads={"from": "leads.csv.gz"})


def test_fault_02_a_messy_file_keeps_every_row_that_can_be_read(
    intake: Intake, table: Table
) -> None:
    report = intake({"leads.csv": MESSY}, leads={"known_at_creation": ["name"]})
    [leads] = report.of("leads")
    assert (leads.rows_in, leads.rows_kept, leads.rows_quarantined) == (6, 3, 3)
    assert [(r["row"], r["lead_id"]) for r in table("leads")] == [
        (0, "001"), (4, "1e5"), (5, "12345678901234567890"),
    ]  # fmt: skip
    assert [r["name"] for r in table("attributes")] == ["Ada, Countess", "x", "y"]
    assert [(r["line"], r["row"], r["reason"]) for r in table("quarantine")] == [
        (3, 1, "Expected 3 fields, found 2."),
        (4, 2, "Expected 3 fields, found 4."),
        (5, 3, "A quoted field goes on after its closing quote."),
    ]


def test_fault_02_a_stray_quote_costs_its_own_row_only(
    intake: Intake, table: Table
) -> None:
    text = 'id,made\na,2026-01-01\nb,"2026\nc,2026-01-03\nd,2026-01-04\n'
    intake({"leads.csv": text})
    assert [r["lead_id"] for r in table("leads")] == ["a", "c", "d"]
    [bad] = table("quarantine")
    assert bad["reason"] == "A quote is opened in this line and never closed."


@pytest.mark.parametrize(
    ("encoded", "encoding"),
    [
        ("\ufeffid,made,näme\na,2026-01-01,é\n".encode(), "utf-8"),
        ("id,made,näme\na,2026-01-01,é\n".encode("utf-16"), "utf-8"),
        ("id,made,näme\na,2026-01-01,é\n".encode("utf-16"), "utf-16"),
        ("id,made,näme\na,2026-01-01,é\n".encode("latin-1"), "latin-1"),
    ],
)
def test_fault_03_text_is_decoded_and_the_header_is_clean(
    encoded: bytes, encoding: str, intake: Intake, table: Table
) -> None:
    leads = {"encoding": encoding, "known_at_creation": ["näme"]}
    intake({"leads.csv": encoded}, leads=leads)
    assert table("attributes") == [{"lead_id": "a", "näme": "é"}]


def test_fault_03_bytes_that_are_not_utf_8_cost_their_own_row(
    intake: Intake, table: Table
) -> None:
    intake({"leads.csv": b"id,made\na,2026-01-01\nb\xe9,2026-01-02\nc,2026-01-03\n"})
    assert [r["lead_id"] for r in table("leads")] == ["a", "c"]
    [bad] = table("quarantine")
    assert (bad["line"], bad["text"]) == (3, "b�,2026-01-02")
    assert bad["reason"] == "The record is not utf-8 text."


def test_fault_03_a_header_that_is_not_utf_8_is_refused_with_advice(
    intake: Intake,
) -> None:
    with pytest.raises(SourceError, match="encoding = 'latin-1'"):
        intake({"leads.csv": "id,made,näme\n".encode("latin-1")})
    with pytest.raises(SourceError, match="encoding = 'utf-16'"):
        intake({"leads.csv": "id,made\n".encode("utf-16-le")})


def test_fault_04_nul_quoted_line_ends_lone_returns_and_huge_fields(
    intake: Intake, table: Table
) -> None:
    huge = "x" * 10_000_000
    text = (
        f'id,made,note\ra,2026-01-01,"two\r\nlines"\rb,2026-01-02,n\0l\r\n'
        f"c,2026-01-03,{huge}\nd,2026-01-04,fine\n"
    )
    intake({"leads.csv": text}, leads={"known_at_creation": ["note"]})
    assert [r["note"] for r in table("attributes")] == ["two\r\nlines", "fine"]
    assert [(r["line"], r["row"], r["reason"]) for r in table("quarantine")] == [
        (4, 1, "The record holds a NUL character."),
        (5, 2, "The record is longer than 1,000,000 characters."),
    ]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ("id,made,A,a", "columns with the same name: 'A', 'a'"),
        ("id,made,made", "columns with the same name: 'made', 'made'"),
        ("id,,made", "columns without a name, at position '2'"),
    ],
)
def test_fault_05_names_that_cannot_be_told_apart_are_refused(
    header: str, said: str, intake: Intake
) -> None:
    with pytest.raises(SourceError, match=said):
        intake({"leads.csv": f"{header}\n1,2,3,4\n"})


def test_fault_06_files_of_one_table_may_differ_in_what_is_not_used(
    intake: Intake, table: Table
) -> None:
    files = {
        "many/1.csv": "id,made,more\na,2026-01-01,1\n",
        "many/2.csv": "made;id\n2026-01-02;b\n",
    }
    intake(files, leads={"from": "many"})
    assert [(r["row"], r["lead_id"]) for r in table("leads")] == [(0, "a"), (1, "b")]
    with pytest.raises(SourceError, match=r"is missing from '2\.csv', while other"):
        intake(files, leads={"from": "many/*.csv", "known_at_creation": ["more"]})


def test_fault_06_a_renamed_column_is_named_with_its_neighbours(intake: Intake) -> None:
    with pytest.raises(SourceError, match=r"no column 'industri', which leads\.kno"):
        intake(
            {"leads.csv": "id,made,Industry\na,2026-01-01,x\n"},
            leads={"known_at_creation": ["industri"]},
        )


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ('"two\nlines",made\n', ("two\nlines", "made")),
        ('5" pipe,made\n', ('5" pipe', "made")),
        ('"a,b,c";d\n', ("a,b,c", "d")),
    ],
)
def test_a_header_takes_no_row_with_it(
    header: str, names: tuple[str, ...], tmp_path: Path
) -> None:
    path = tmp_path / "some.csv"
    path.write_text(header + "1,2\n")
    assert read_header(path, None, "utf-8").names == names


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_the_delimiter_is_the_one_that_gives_the_most_columns(
    delimiter: str, tmp_path: Path
) -> None:
    path = tmp_path / "some.csv"
    path.write_text(delimiter.join(["a,b", '"c"', "d"]) + "\n")
    assert read_header(path, None, "utf-8") == Header(("a,b", "c", "d"), delimiter)


def test_fault_11_files_that_are_no_tables_are_refused_in_a_sentence(
    intake: Intake, tmp_path: Path
) -> None:
    (tmp_path / "none").mkdir()
    os.mkfifo(tmp_path / "pipe.csv")
    damaged: list[tuple[str, bytes | None, str]] = [
        ("cut.parquet", b"PAR1" + b"\0" * 99, "no readable Parquet footer"),
        ("text.parquet", b"id,made\na,2026-01-01\n", "is not a Parquet file"),
        ("book.csv", b"PK\x03\x04 rest", "is a ZIP archive or an Excel workbook"),
        ("empty.csv", b"", "empty.csv is empty"),
        ("none", None, "holds no CSV or Parquet file"),
        ("pipe.csv", None, "is not a regular file"),
        ("lead.csv", None, r"There is no file .*lead.csv\. Its folder holds 'leads.c"),
        ("no*.csv", None, "No file matches"),
    ]
    for name, content, said in damaged:
        with pytest.raises(SourceError, match=said):
            intake({name: content} if content is not None else {}, leads={"from": name})


def test_fault_11_a_table_without_rows_is_no_leads_but_may_be_touches(
    intake: Intake, table: Table
) -> None:
    none = pa.table({"lead": pa.array([], pa.string()), "what": [], "at": []})
    report = intake({"t.parquet": none}, touches={"from": "t.parquet"})
    assert report.of("touches")[0].rows_in == len(table("touches")) == 0
    with pytest.raises(DataError, match=r"leads.csv has no readable row: 0 came in\."):
        intake({"leads.csv": "id,made\n"})


def test_messages_hold_no_cell_of_the_data(intake: Intake) -> None:
    text = "id,made\nada@lovelace.org,never\n"
    with pytest.raises(LeadlightError) as told:
        intake({"leads.csv": text})
    assert "lovelace" not in str(told.value)
    leads = {"query": "select id, cast(made as integer) as made from source"}
    with pytest.raises(SourceError, match="write try_cast") as told:
        intake({"leads.csv": text}, leads=leads)
    assert "never" not in str(told.value)


CELLS = st.text(alphabet='ab1 ,;"\n\r\0é|\t', max_size=12)


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=st.lists(CELLS, max_size=12).map("".join), ends=st.booleans())
def test_fault_02_every_record_is_kept_or_set_aside(
    body: str, ends: bool, tmp_path: Path
) -> None:
    path = tmp_path / "messy.csv"
    path.write_bytes(b"a,b\n" + body.encode() + (b"\n" if ends else b""))
    header = read_header(path, ",", "utf-8")
    try:
        copied = copy_records(path, header, "utf-8", first_row=0, folder=tmp_path)
    except SourceError as error:
        assert "ends inside a quoted field" in str(error)  # noqa: PT017
        return
    with open_engine(threads=1) as engine:
        create(engine, "messy", 2)
        layout = (header, header.names, "utf-8")
        rows = insert_file(engine, "messy", path, layout, first_row=0, work=tmp_path)
        numbers = engine.execute(
            "SELECT n FROM messy UNION ALL SELECT n FROM messy_rejects ORDER BY n"
        ).fetchall()
        texts = engine.execute(
            "SELECT coalesce(r0, '') || coalesce(r1, '') FROM messy UNION ALL "
            "SELECT raw FROM messy_rejects"
        ).fetchall()
    assert rows == copied.kept_rows + copied.rejected_rows
    assert numbers == [(n,) for n in range(rows)]
    # An independent count: no letter of the file is lost, wherever its record went.
    for letter in "ab1é":
        assert sum(text.count(letter) for (text,) in texts) == body.count(letter)


@pytest.mark.parametrize(
    "text",
    ['{"id": "a", "made": "2026-01-01"}\n', "[\n  {\n", '\ufeff[{"id": 1}]', "{\n"],
)
def test_json_is_said_to_be_none_that_is_read(intake: Intake, text: str) -> None:
    with pytest.raises(SourceError, match=r"leads\.csv is JSON\. Export it as CSV"):
        intake({"leads.csv": text})


def test_a_name_in_brackets_is_no_json(intake: Intake) -> None:
    text = "[id],made,id\n1,2026-01-02,a\n"
    assert intake({"leads.csv": text}).of("leads")[0].rows_kept == 1
