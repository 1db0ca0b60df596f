"""One text for a value, whatever file brought it and in whatever code points."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.engine import open_engine
from pipeline.config import load_config
from pipeline.intake import IntakeReport
from pipeline.values import typed_sql, value_sql, value_text

Intake = Callable[..., IntakeReport]
Table = Callable[..., list[dict[str, Any]]]

_at = datetime.fromisoformat
# The same two leads: in typed columns, as pandas writes them, and as people may.
TYPED = {
    "id": pa.array([75001.0, 2.0], pa.float64()),
    "made": pa.array([_at("2026-01-01T09:00"), _at("2026-01-02T09:00")]),
    "yes": pa.array([True, False]),
    "post": pa.array([75001.0, None], pa.float64()),
    "share": pa.array([0.1, 2.5], pa.float32()),
    "price": pa.array([Decimal("1.50"), Decimal("12.00")], pa.decimal128(9, 2)),
    "seats": pa.array([5, None], pa.int16()),
    "day": pa.array([date(2026, 1, 5), None]),
    "since": pa.array([_at("2026-01-05"), _at("2026-01-05T08:00:00.5")]),
    "seen": pa.array([_at("2026-01-05T12:30Z"), None], pa.timestamp("ms", tz="UTC")),
}
PANDAS = """id,made,yes,post,share,price,seats,day,since,seen
75001,2026-01-01 09:00:00,True,75001.0,0.1,1.5,5.0,2026-01-05,\
2026-01-05 00:00:00.000000,2026-01-05 12:30:00+00:00
2,2026-01-02 09:00:00,False,,2.5,12.0,,,2026-01-05 08:00:00.500000,
"""
BY_HAND = """id,made,yes,post,share,price,seats,day,since,seen
75001,2026-01-01T09:00:00Z,TRUE,75001,0.1,1.5,5,2026-01-05,\
2026-01-05,2026-01-05T13:30:00+01:00
2,2026-01-02T09:00:00Z,FALSE,,2.5,12,,,2026-01-05T08:00:00.5,
"""
TEXTS = pa.Table.from_pylist(
    [{k: v or None for k, v in r.items()} for r in csv.DictReader(io.StringIO(PANDAS))]
)
CANONICAL = [
    {
        "lead_id": "75001", "yes": "true", "post": "75001", "share": "0.1",
        "price": "1.5", "seats": "5", "day": "2026-01-05", "since": "2026-01-05",
        "seen": "2026-01-05 12:30:00Z",
    },
    {
        "lead_id": "2", "yes": "false", "post": None, "share": "2.5",
        "price": "12", "seats": None, "day": None, "since": "2026-01-05 08:00:00.5",
        "seen": None,
    },
]  # fmt: skip
TOUCHES = "lead,what,at\n75001,visit,2026-01-03T10:00:00Z\n"
WON = "lead,won\n75001,2026-02-01T00:00:00Z\n"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("leads.parquet", pa.table(TYPED)),
        ("leads.parquet", TEXTS),
        ("leads.csv", PANDAS),
        ("leads.csv", BY_HAND),
    ],
    ids=["typed", "texts", "pandas", "by hand"],
)
def test_a_value_has_one_text_whatever_file_brought_it(
    intake: Intake, table: Table, name: str, content: Any
) -> None:
    files = {name: content, "touches.csv": TOUCHES, "won.csv": WON}
    report = intake(files, leads={"from": name, "known_at_creation": ["*"]})
    assert table("attributes") == CANONICAL
    assert [r["created_at"].hour for r in table("leads")] == [9, 9]
    assert report.touches_of_unknown_leads == 0  # a typed 75001.0 is the text 75001
    assert report.milestones_of_unknown_leads == 0


def test_ids_of_text_are_kept_byte_by_byte(intake: Intake, table: Table) -> None:
    decomposed = unicodedata.normalize("NFD", "é")
    leads = f"id,made,firm\n75001.0,2026-01-01,True\n{decomposed},2026-01-01,1.0\n"
    intake(
        {"leads.csv": leads}, leads={"account_id": "firm", "known_at_creation": ["*"]}
    )
    assert [r["lead_id"] for r in table("leads")] == ["75001.0", decomposed]
    assert [r["account_id"] for r in table("leads")] == ["True", "1.0"]


@pytest.mark.parametrize("positive", ["True", "true", "1"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("l.parquet", pa.table({"id": ["a", "b"], "won": [True, False]})),
        ("l.csv", "id,won\na,TRUE\nb,False\n"),
        ("l.csv", "id,won\na,1\nb,0\n"),
        ("l.csv", "id,won\na,1.0\nb,0.0\n"),
    ],
    ids=["typed", "words", "numbers", "floats"],
)
def test_an_outcome_of_yes_and_no_is_read_however_it_is_written(
    intake: Intake, table: Table, positive: str, name: str, content: Any
) -> None:
    intake(
        {name: content},
        leads={"from": name, "created_at": None, "order_by": "@row"},
        touches=None,
        milestones=None,
        outcome={
            "conversion": None, "horizon_days": None, "column": "won",
            "positive": positive,
        },
        snapshots={"rule": "export"},
    )  # fmt: skip
    assert [r["outcome"] for r in table("leads")] == [1, 0]


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def _unseen(text: str) -> str:
    return f"{text[:1]}\u200b{text[1:]}"


def _wide(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _spaced(text: str) -> str:
    return text.replace(" ", "\u00a0")


@pytest.mark.parametrize("written", [_decomposed, _unseen, _wide, _spaced])
@pytest.mark.parametrize("of_the_files", [True, False])
def test_what_is_compared_is_compared_as_it_reads(
    intake: Intake, table: Table, written: Callable[[str], str], of_the_files: bool
) -> None:
    """Cells, column names and the words of the configuration alike."""
    plain: Callable[[str], str] = str
    cell, word = (written, plain) if of_the_files else (plain, written)
    leads = f"id,made,{cell('Land é')}\na,2026-01-01,{cell('Perú')}\n"
    touches = f"lead,{cell('Art é')},at\na,{cell('démo a')},2026-01-03\n"
    won = f"lead,{cell('Stufe é')},on\na,{cell('gagné é')},2026-02-01\n"
    history = f"lead,what,is,from\na,{cell('Größe a')},{cell('groß é')},2026-01-02\n"
    intake(
        {"leads.csv": leads, "touches.csv": touches, "w.csv": won, "h.csv": history},
        leads={"known_at_creation": [word("Land é")]},
        touches={"kind": word("Art é")},
        milestones={
            "from": "w.csv", "lead_id": "lead", "milestone": word("Stufe é"),
            "reached_at": "on",
        },
        attribute_history={
            "from": "h.csv", "lead_id": "lead", "attribute": "what", "value": "is",
            "known_from": "from",
        },
        outcome={"conversion": word("gagné é"), "horizon_days": 30},
    )  # fmt: skip
    assert table("attributes") == [{"lead_id": "a", "Land é": "Perú"}]
    assert [r["kind"] for r in table("touches")] == ["démo a"]
    assert [r["milestone"] for r in table("milestones")] == ["gagné é"]
    [known] = table("attribute_history")
    assert (known["attribute"], known["value"]) == ("Größe a", "groß é")


def test_a_null_token_in_other_code_points_is_one(intake: Intake, table: Table) -> None:
    leads = f"id,made,x\na,2026-01-01,{_wide('NULL')}\nb,2026-01-01,\u200b\n"
    intake({"leads.csv": leads}, leads={"known_at_creation": ["x"]})
    assert [r["x"] for r in table("attributes")] == [None, None]


def test_the_configuration_is_in_the_code_points_of_the_cells(tmp_path: Path) -> None:
    folder = _decomposed("Löcher")  # a path names the file that it names
    text = f"""
    [leads]
    from = "{folder}/l.csv"
    lead_id = "{_decomposed("Nummer é")}"
    created_at = "made"
    [[touches]]
    from = "t.csv"
    lead_id = "l"
    occurred_at = "at"
    kind_is = "{_decomposed("Café")}"
    [[milestones]]
    from = "m.csv"
    lead_id = "l"
    columns = {{ "{_decomposed("gagné")}" = "on" }}
    [funnel]
    top = ["{_decomposed("Café")}"]
    words = {{ "{_decomposed("Café")}" = "Kaffee" }}
    [outcome]
    conversion = "{_decomposed("gagné")}"
    horizon_days = 30
    [points_table]
    country = {{ "{_decomposed("Perú")}" = 5, "True" = 3 }}
    """
    (tmp_path / "leadlight.toml").write_text(text, "utf-8")
    config = load_config(tmp_path / "leadlight.toml")
    assert str(config.leads.from_).endswith(f"{folder}/l.csv")
    assert config.leads.lead_id == "Nummer é"
    assert config.funnel.top == ("Café",) == tuple(config.funnel.words)
    assert config.touches[0].kind_is == "Café"
    assert (
        config.outcome.conversion == "gagné" == next(iter(config.milestones[0].columns))
    )
    assert config.points_table["country"] == {"Perú": 5, "true": 3}


_NUMBERS = st.floats(-(2.0**53), 2.0**53, allow_nan=False) | st.integers(
    -(2**53), 2**53
).map(float)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(numbers=st.lists(_NUMBERS, min_size=1, max_size=30))
def test_a_number_of_floating_point_is_one_text_typed_or_written(
    numbers: list[float],
) -> None:
    with open_engine(threads=1) as engine:
        engine.register(
            "given", pa.table({"x": numbers, "t": list(map(repr, numbers))})
        )
        query = f"SELECT {typed_sql('x', 'DOUBLE')}, {value_sql('t', ())} FROM given"
        told = engine.execute(query).fetchall()
    assert [typed for typed, _ in told] == [written for _, written in told]
    assert [written for _, written in told] == [value_text(repr(n)) for n in numbers]
    assert [float(written) for _, written in told] == numbers
