"""What a signal's SQL may not do: divide without a guard."""

from __future__ import annotations

import pytest
import sqlglot
from sqlglot import exp

from features.declare import Signal
from tests.features.small_worlds import CATALOGUE

DIVISIONS = (exp.Div, exp.IntDiv, exp.Mod)
DIALECTS = ("duckdb", "spark")


def unguarded(tree: exp.Expr) -> list[str]:
    """Divisions by what may be nought: neither a number nor made null where it is."""
    return [
        found.sql("duckdb")
        for found in tree.find_all(*DIVISIONS)
        if not _is_guarded(found.expression)
    ]


def _is_guarded(divisor: exp.Expr) -> bool:
    while isinstance(divisor, exp.Paren | exp.Cast):
        divisor = divisor.this
    if isinstance(divisor, exp.Nullif):
        nought = divisor.expression
        return isinstance(nought, exp.Literal) and float(nought.name) == 0
    if isinstance(divisor, exp.Literal):
        return not divisor.is_string and float(divisor.name) != 0
    return False


@pytest.mark.parametrize(
    ("text", "is_guarded"),
    [
        ("a / 86400", True),
        ("a / NULLIF(b, 0)", True),
        ("a / CAST(NULLIF(b, 0) AS DOUBLE)", True),
        ("a % 7 + b // 7", True),
        ("a / b", False),
        ("a // b", False),
        ("a % b", False),
        ("a / 0", False),
        ("a / NULLIF(b, 1)", False),
        ("1 / (a / NULLIF(b, 0))", False),  # guarded within, but not without
    ],
)
def test_a_guard_is_known_when_it_is_seen(text: str, is_guarded: bool) -> None:
    assert (unguarded(sqlglot.parse_one(text, dialect="duckdb")) == []) is is_guarded


@pytest.mark.parametrize("signal", CATALOGUE.signals, ids=lambda s: s.name)
def test_fault_61_no_signal_divides_without_a_guard(signal: Signal) -> None:
    for feature in signal:
        assert unguarded(feature.expression) == []
        # And as it is printed, in case a division hides in a function.
        for dialect in DIALECTS:
            printed = CATALOGUE.sql(feature, dialect)
            assert unguarded(sqlglot.parse_one(printed, dialect=dialect)) == []


def test_fault_61_there_are_divisions_to_guard() -> None:
    counts = [
        sum(1 for _ in f.expression.find_all(*DIVISIONS)) for f in CATALOGUE.features
    ]
    assert sum(counts) > 5
