"""Numbers that come in are read in their column's own notation, by day and by night."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError
from sqlglot import exp

from features.company import Company, DeclaredAttribute
from features.engine import open_engine
from features.notation import ColumnNotation, Evidence, Notation, number_as_written
from pipeline.bundle import open_bundle, source_of_run
from pipeline.company import company_of
from pipeline.config import load_config
from pipeline.intake import IntakeReport, kept_in
from pipeline.night.scoring import score_leads
from pipeline.stages.order import STAGES
from tests.pipeline.run_folders import dated_config, flat_config

Intake = Callable[..., IntakeReport]
Table = Callable[..., list[dict[str, Any]]]

POINT, COMMA = Notation("."), Notation(",")
AMERICAN = ["950", '"1,558"', '"12,000"', "87", '"2,400"', "310"]
NUMBERS = [950.0, 1558.0, 12000.0, 87.0, 2400.0, 310.0]
VALUE = {"value": "worth"}


def touches(values: list[str]) -> str:
    rows = (f"a,visit,2026-01-{i:02},{v}\n" for i, v in enumerate(values, start=1))
    return "lead,what,at,worth\n" + "".join(rows)


def read(table: Table, out: str = "out") -> list[float | None]:
    return [r["value"] for r in table("touches", out)]


def test_fault_70_values_are_read_in_the_columns_own_notation(
    intake: Intake, table: Table
) -> None:
    report = intake({"touches.csv": touches(AMERICAN)}, touches=VALUE)
    [source] = report.of("touches")
    assert (read(table), source.cells_unreadable) == (NUMBERS, ())
    assert source.notation == POINT


def test_plain_values_have_no_notation(intake: Intake, table: Table) -> None:
    report = intake({"touches.csv": touches(["1.5", "1000", ""])}, touches=VALUE)
    assert report.of("touches")[0].notation is None
    assert read(table) == [1.5, 1000.0, None]


def test_the_decimal_mark_can_be_said(intake: Intake, table: Table) -> None:
    files = {"touches.csv": touches(["1.558", "2.400"])}
    intake(files, touches=VALUE)
    assert read(table) == [1.558, 2.4]  # a machine's three decimals, as far as one sees
    intake(files, touches={**VALUE, "decimal": ","})
    assert read(table) == [1558.0, 2400.0]


def test_fault_70_cells_that_may_be_either_are_missing_and_counted(
    intake: Intake, table: Table
) -> None:
    cells = ['"12,5"', "12.5", "1.558", "1.558", "soon"]
    report = intake({"touches.csv": touches(cells)}, touches=VALUE)
    assert read(table) == [12.5, 12.5, None, None, None]
    [lost] = report.of("touches")[0].cells_unreadable
    assert asdict(lost) == {
        "column": "worth", "why": "It cannot be read as a number.", "count": 3,
        "filled": 5, "examples": ("1.558", "soon"),
        "conversions": 1,  # lead a has won
    }  # fmt: skip


def test_a_night_is_read_as_the_training_was(intake: Intake, table: Table) -> None:
    """Alone, the night's one cell would be one and a half."""
    night = {"touches.csv": touches(["1.558"])}
    intake(night, touches=VALUE)
    assert read(table) == [1.558]
    known = (ColumnNotation("worth", COMMA),)
    intake(night, touches=VALUE, company=Company(values=known))
    assert read(table) == [1558.0]
    intake(night, touches=VALUE, company=Company())  # a scorer of plain numbers
    assert read(table) == [1.558]


def test_touches_that_are_kept_are_read_anew_in_another_notation(
    intake: Intake, table: Table, tmp_path: Path
) -> None:
    def night(*values: ColumnNotation) -> list[float | None]:
        company = Company(values=values)
        with kept_in(tmp_path / "kept") as kept:
            intake(files, touches={**VALUE, "from": "t"}, company=company, kept=kept)
        parts = sorted(tmp_path.glob("kept/*/*.touches.parquet"))
        newest = max(parts, key=lambda p: p.stat().st_mtime_ns).parent
        told = [pq.read_table(p) for p in newest.glob("*.touches.parquet")]
        return sorted(pa.concat_tables(told).column("value").to_pylist())

    files = {"t/one.csv": touches(["1.558"])}
    assert night(ColumnNotation("worth", COMMA)) == [1558.0]
    files["t/two.csv"] = touches(["2.400"]).replace("visit", "call")
    assert night(ColumnNotation("worth", COMMA)) == [1558.0, 2400.0]
    assert night(ColumnNotation("worth", POINT)) == [1.558, 2.4]


def test_numbers_of_typed_columns_have_decimal_points(
    intake: Intake, table: Table
) -> None:
    """As text 1.558 beside 950 would be fifteen hundred."""
    leads = pa.table(
        {"id": ["a", "b"], "made": ["2026-01-01", "2026-01-02"], "x": [1.558, 950.0]}
    )
    typed = pa.table(
        {"lead": ["a", "b"], "what": ["visit"] * 2, "at": ["2026-01-03"] * 2,
         "worth": [1.558, 950.0]}
    )  # fmt: skip
    report = intake(
        {"l.parquet": leads, "t.parquet": typed},
        leads={"from": "l.parquet", "known_at_creation": ["x"]},
        touches={**VALUE, "from": "t.parquet"},
    )
    assert sorted(v for v in read(table) if v) == [1.558, 950.0]
    known = (ColumnNotation("worth", COMMA),)
    intake({}, touches={**VALUE, "from": "t.parquet"}, company=Company(values=known))
    assert sorted(v for v in read(table) if v) == [1.558, 950.0]
    company = company_of(dated_config(), frame(x=["1.558", "950"]), report.to_dict())
    assert (company.attributes[0].means, company.attributes[0].notation) == (
        "number", None,
    )  # fmt: skip


def test_a_night_in_typed_columns_is_read_as_training_read_its_texts(
    intake: Intake, table: Table
) -> None:
    """Trained on 1.558 for fifteen hundred, and on 1 and 0 for yes and no."""
    told = {"size": COMMA, "account_rate": COMMA, "budget": COMMA, "trial": None}
    company = Company(
        attributes=tuple(
            DeclaredAttribute(name, "number", name, notation=notation)
            for name, notation in told.items()
        )
    )
    night = pa.table(
        {"id": ["a", "b"], "made": ["2026-01-01", "2026-01-02"], "firm": ["f", "f"],
         "size": [1.558, 950.0], "trial": [True, False], "kind": ["1.558", "true"]}
    )  # fmt: skip
    firms = pa.table({"id": ["f"], "rate": [2.125]})
    changes = pa.table({"l": ["a"], "a": ["budget"], "v": [3.375], "k": ["2026-01-02"]})
    history = {"lead_id": "l", "attribute": "a", "value": "v", "known_from": "k"}
    intake(
        {"l.parquet": night, "f.parquet": firms, "h.parquet": changes},
        leads={"from": "l.parquet", "account_id": "firm",
               "known_at_creation": ["size", "trial", "kind"]},
        accounts={"from": "f.parquet", "account_id": "id",
                  "known_at_creation": ["rate"]},
        attribute_history={"from": "h.parquet", **history},
        company=company,
    )  # fmt: skip
    a, b = table("attributes")
    texts = [a["size"], b["size"], table("accounts")[0]["account_rate"],
             table("attribute_history")[0]["value"]]  # fmt: skip
    with open_engine() as engine:
        read = number_as_written(exp.column("x"), COMMA).sql("duckdb")
        engine.execute("CREATE TABLE told AS SELECT unnest(?) AS x", [texts])
        numbers = [n for (n,) in engine.execute(f"SELECT {read} FROM told").fetchall()]
    assert numbers == [1.558, 950.0, 2.125, 3.375]
    assert [a["trial"], b["trial"]] == ["1", "0"]
    assert [a["kind"], b["kind"]] == ["1.558", "true"]  # no number to the scorer


def frame(**columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame({k: pd.Series(v, dtype="str") for k, v in columns.items()})


def test_fault_70_attributes_of_every_table_are_seen_as_numbers(
    intake: Intake,
) -> None:
    leads = 'id,made,firm,de,us\na,2026-01-01,f,1.558,"1,558"\nb,2026-01-02,f,87,87\n'
    report = intake(
        {
            "leads.csv": leads,
            "firms.csv": "id,rate\nf,45 %\n",
            "h.csv": "lead,what,is,from\na,de,12.000,2026-01-02\n",
        },
        leads={"account_id": "firm", "known_at_creation": ["de", "us"]},
        accounts={"from": "firms.csv", "account_id": "id", "known_at_creation": ["*"]},
        attribute_history={
            "from": "h.csv", "lead_id": "lead", "attribute": "what", "value": "is",
            "known_from": "from",
        },
    )  # fmt: skip
    assert report.numbers["de"].filled == 3  # of leads and of history
    values = frame(de=["1.558"], us=["1,558"], account_rate=["45 %"])
    company = company_of(dated_config(), values, report.to_dict())
    assert [(a.name, a.means, a.notation) for a in company.attributes] == [
        ("de", "number", COMMA),
        ("us", "number", POINT),
        ("account_rate", "number", Notation(".", percent=True)),
    ]


def test_an_attributes_decimal_mark_can_be_said() -> None:
    config = dated_config(attributes={"x": {"decimal": ","}})
    shown = {"numbers": {"x": asdict(Evidence(2, 2, 2, either_point=2))}}
    company = company_of(config, frame(x=["1.558", "2.400"]), shown)
    assert company.attributes[0].notation == COMMA
    with pytest.raises(ValidationError, match="'decimal' is of a number"):
        dated_config(attributes={"x": {"means": "title", "decimal": ","}})
    with pytest.raises(ValidationError, match="name their column in 'value'"):
        dated_config(
            touches=[
                {"from": "t", "lead_id": "l", "kind_is": "k", "occurred_at": "a",
                 "decimal": ","}
            ]
        )  # fmt: skip


def test_a_column_of_true_and_false_is_a_flag() -> None:
    company = company_of(flat_config(), frame(x=["true", "false"], y=["yes", "no"]))
    assert [a.means for a in company.attributes] == ["flag", "category"]


FLAT = """
[leads]
from              = "leads.parquet"
lead_id           = "id"
order_by          = "@row"
known_at_creation = ["visits", "plan", "post", "paid", "since"]
[outcome]
column   = "won"
positive = "1"
[snapshots]
rule = "export"
[attributes.post]
means = "category"
[attributes.since]
means = "category"
[train]
threads = 1
[run]
tracking = ""
"""


def test_fault_71_leads_of_csv_get_the_scores_of_those_of_parquet(
    tmp_path: Path,
) -> None:
    """Trained from typed columns; scored from those, from pandas' CSV, and by hand."""
    random = np.random.default_rng(4)
    visits = random.integers(0, 6, 160).astype(float)
    visits[::9] = np.nan
    leads = pd.DataFrame(
        {
            "id": np.arange(160) + 75_000.0,
            "visits": visits,
            "plan": random.choice(["Büro", "Café"], 160),
            "post": random.choice([75001.0, 20095.0, np.nan], 160),
            "paid": random.random(160) < 0.5,
            "since": pd.Series(random.choice(["2026-01-01", "2026-01-02"], 160)).astype(
                "datetime64[us]"
            ),
            "won": random.random(160) < np.where(visits >= 4, 0.4, 0.1),
        }
    )
    leads.to_parquet(tmp_path / "leads.parquet")
    (tmp_path / "leadlight.toml").write_text(FLAT, "utf-8")
    config = load_config(tmp_path / "leadlight.toml")
    run = tmp_path / "run"
    for stage in STAGES:
        stage.run(config, run, at=datetime(2026, 1, 1, tzinfo=UTC), say=lambda _: None)
    bundle = open_bundle(source_of_run(run))
    leads.to_csv(tmp_path / "pandas.csv", index=False)
    by_hand = leads.assign(
        id=leads["id"].astype(int),
        visits=leads["visits"].astype("Int64"),
        plan=leads["plan"].str.normalize("NFD"),
        post=leads["post"].astype("Int64"),
        paid=leads["paid"].astype(int),
        since=leads["since"].astype(str) + "T00:00:00",
    )
    by_hand.to_csv(tmp_path / "hand.csv", index=False)
    told = [
        score_leads(config, bundle, tmp_path / name, at=None).table["probability"]
        for name in ("leads.parquet", "pandas.csv", "hand.csv")
    ]
    assert told[0].nunique() > 5
    for other in told[1:]:
        np.testing.assert_array_equal(told[0], other)
