"""Numbers are read in the notation of their column, which its cells show."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from features.attributes import Attribute
from features.catalogue import catalogue_of
from features.company import Company, DeclaredAttribute
from features.engine import open_engine
from features.notation import (
    ColumnNotation,
    Evidence,
    Notation,
    notation_of,
    number_as_written,
)
from features.past.query import in_dialect
from pipeline.intake.numbers import evidence_of
from tests.features.spark_session import in_spark, spark

__all__ = ["spark"]

POINT, COMMA, MIXED = Notation("."), Notation(","), Notation("")
GERMAN = ["950", "1.558", "12.000", "87", "2.400", "310"]
AMERICAN = ["950", "1,558", "12,000", "87", "2,400", "310"]
NUMBERS = [950.0, 1558.0, 12000.0, 87.0, 2400.0, 310.0]


def evidence(cells: list[str], *, is_typed: bool = False) -> Evidence:
    with open_engine(threads=1) as engine:
        engine.register("given", pa.table({"c": cells}))
        typed = frozenset({"c"} if is_typed else ())
        return evidence_of(engine, "given", {"c": "c"}, typed)["c"]


def read(cells: list[str], notation: Notation | None) -> list[float | None]:
    sql = Attribute("c", means="number", notation=notation).number().sql("duckdb")
    with open_engine(threads=1) as engine:
        engine.register("given", pa.table({"c": cells}))
        told = engine.execute(f"SELECT {sql} FROM given").fetchall()
    return [value for (value,) in told]


@pytest.mark.parametrize(
    "cells", [GERMAN, AMERICAN, [c.replace(".", "'") for c in GERMAN]]
)
def test_fault_70_thousands_are_read_in_the_columns_own_notation(
    cells: list[str],
) -> None:
    assert read(cells, notation_of(evidence(cells))) == NUMBERS


@pytest.mark.parametrize(
    ("cells", "notation"),
    [
        (["1.5", "1000", "-2e3"], None),  # plain
        (["0.950", "1.558"], None),  # a point before a fraction, by its nought
        (["1.558", "0.950", "12.000"], None),
        (["1.558", "2.400", "12.000"], None),  # all to three decimals: a machine's
        (["1,558", "2,400"], POINT),  # few write three decimals with a comma
        (["1.558", "950"], COMMA),  # whole numbers below a thousand beside it
        (["1.558", "950", "2500"], MIXED),  # and one that is not
        (["1,558", "2500"], POINT),
        (["1.234.567", "1.558"], COMMA),
        (["1.234,56", "1.558"], COMMA),
        (["1,234.56", "1.558"], POINT),
        (["12,5", "1.558"], COMMA),
        (["12,5", "12.5", "1.558"], MIXED),
        (["12.5"] * 60 + ["12,5"], POINT),  # one slip in many
        (["12,34,567", "1,558"], POINT),  # lakhs
        (["€ 1.2k", "€ 3"], POINT),
        (["45 %", "7%", "0"], Notation(".", percent=True)),
        (["45 %", "0.45"], POINT),  # 45 % may be 0.45 here
        (["1.558", "1,558"], MIXED),
    ],
)  # fmt: skip
def test_the_cells_of_a_column_show_its_notation(
    cells: list[str], notation: Notation | None
) -> None:
    assert notation_of(evidence(cells)) == notation


def test_what_a_file_says_to_be_numbers_has_decimal_points() -> None:
    shown = evidence(["1.558", "950"], is_typed=True)
    assert notation_of(shown) is None
    # Another file of the column has thousands: the point is known not to be theirs.
    assert notation_of(shown + evidence(["1,558", "12,000"])) == POINT


def test_words_and_dates_are_no_numbers() -> None:
    for cells in (["red", "blue"], ["01.02.2026", "3.4.2026"], ["11-50", "51-200"]):
        assert not evidence(cells).are_numbers
    for cells in (GERMAN, AMERICAN, ["45 %", "3 %"], ["€ 5", "$1,200"], ["1", "2"]):
        assert evidence(cells).are_numbers


@pytest.mark.parametrize(
    ("text", "by_point", "by_comma", "mixed"),
    [
        ("1.558", 1.558, 1558.0, None),
        ("1,558", 1558.0, 1.558, None),
        ("-1.558", -1.558, -1558.0, None),
        ("12,5", 12.5, 12.5, 12.5),
        ("1558.25", 1558.25, 1558.25, 1558.25),
        ("1.234.567", 1234567.0, 1234567.0, 1234567.0),
        ("1.234,5", 1234.5, 1234.5, 1234.5),
        ("1 234,5", 1234.5, 1234.5, 1234.5),
        ("1 234 567", 1234567.0, 1234567.0, 1234567.0),
        ("1'234.50", 1234.5, 1234.5, 1234.5),
        ("€ 1.2k", 1200.0, 1200.0, 1200.0),
        ("1,5 Mio. €", 1500000.0, 1500000.0, 1500000.0),
        ("1,5 Mio €", 1500000.0, 1500000.0, 1500000.0),
        ("$2bn", 2e9, 2e9, 2e9),
        ("EUR 100,-", 100.0, 100.0, 100.0),
        ("CHF 250.\u2013", 250.0, 250.0, 250.0),
        ("(1,200.00)", -1200.0, -1200.0, -1200.0),
        ("120-", -120.0, -120.0, -120.0),
        ("-€5", -5.0, -5.0, -5.0),
        ("€-5", -5.0, -5.0, -5.0),
        ("1.5e3", 1500.0, 1500.0, 1500.0),
        (".5", 0.5, 0.5, 0.5),
        ("0,950", 0.95, 0.95, 0.95),
        ("45 %", None, None, None),
        ("many", None, None, None),
        ("1e999", None, None, None),
        ("inf", None, None, None),
        ("12.34.56", None, None, None),
        ("11-50", None, None, None),
        ("2026-01-05", None, None, None),
        ("12 apples", None, None, None),
        ("", None, None, None),
    ],
)  # fmt: skip
def test_what_can_be_one_number_only_is_that_in_every_notation(
    text: str, by_point: float | None, by_comma: float | None, mixed: float | None
) -> None:
    told = [read([text], n)[0] for n in (POINT, COMMA, MIXED)]
    assert told == [by_point, by_comma, mixed]


def test_percent_signs_are_passed_over_where_the_column_has_them() -> None:
    assert read(["45 %", "-3,5%", "0"], Notation(",", percent=True)) == [
        45.0,
        -3.5,
        0.0,
    ]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    numbers=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=12),
    decimals=st.integers(1, 2),
    marks=st.sampled_from([(".", ","), (",", "."), (",", " "), (".", "'"), (",", "")]),
    sign=st.sampled_from(["{}", "€ {}", "{} EUR", "${}"]),
)
def test_a_column_is_read_as_it_was_written(
    numbers: list[int], decimals: int, marks: tuple[str, str], sign: str
) -> None:
    """Numbers of one or two decimals, written in any one notation, come back."""
    meant = [n / 10**decimals for n in numbers]
    decimal, thousands = marks
    plain = [f"{n:,.{decimals}f}" for n in meant]
    swapped = str.maketrans({",": thousands, ".": decimal})
    cells = [sign.format(text.translate(swapped)) for text in plain]
    told = read(cells, notation_of(evidence(cells)))
    assert all(t is not None for t in told)
    assert all(
        math.isclose(t or 0.0, m, abs_tol=1e-9)
        for t, m in zip(told, meant, strict=True)
    )


def test_a_plain_column_is_defined_as_ever() -> None:
    """So that scorers from before go on scoring."""
    plain = DeclaredAttribute("size", "number", "Size")
    company = Company(attributes=(plain,))
    assert "notation" not in company.to_dict()["attributes"][0]
    assert "values" not in company.to_dict()
    assert Company.from_dict(company.to_dict()) == company
    sql = Attribute("size").number().sql("duckdb")
    assert sql == catalogue_of(company).sql(catalogue_of(company).features[-1])
    assert sql.count("TRY_CAST") == 2


def test_a_notation_is_part_of_what_a_scorer_knows() -> None:
    written = DeclaredAttribute("size", "number", "Size", notation=COMMA)
    values = (ColumnNotation("amount", POINT), ColumnNotation(None))
    company = Company(attributes=(written,), values=values)
    assert Company.from_dict(company.to_dict()) == company
    plain = Company(attributes=(DeclaredAttribute("size", "number", "Size"),))
    assert catalogue_of(company).fingerprint != catalogue_of(plain).fingerprint


def test_evidence_adds_up() -> None:
    both = evidence(GERMAN) + evidence(AMERICAN)
    assert both == Evidence(
        *(
            getattr(evidence(GERMAN), f.name) + getattr(evidence(AMERICAN), f.name)
            for f in fields(Evidence)
        )
    )
    assert (both.filled, both.either_point, both.either_comma) == (12, 3, 3)


@in_spark
def test_spark_reads_numbers_as_duckdb_does(spark: Any) -> None:
    cells = ["1.558", "1,558", "€ 1.2k", "(1,200.00)", "1'234.50", "45 %", "many"]
    spark.createDataFrame([(c,) for c in cells], ["c"]).createOrReplaceTempView("cells")
    for notation in (POINT, COMMA, MIXED):
        told = number_as_written(exp.column("c"), notation).sql("duckdb")
        answer = spark.sql(f"SELECT {in_dialect(told, 'spark')} FROM cells")
        assert [row[0] for row in answer.collect()] == read(cells, notation)
