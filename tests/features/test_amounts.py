"""Sizes and sums as people write them, with the band worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from features.attributes import Attribute
from features.engine import Engine, open_engine
from tests.features.test_lexicon import read, wrong

# text, fewest employees of the band
SIZES: list[tuple[str | None, float | None]] = [
    ("11-50", 11),
    ("11–50 employees", 11),
    ("10k+", 10001),
    ("1,000-5,000", 501),
    ("1.000 - 5.000", 501),
    ("5000", 1001),
    ("> 200", 201),
    ("<10", 1),
    ("under 10", 1),
    ("50+", 51),
    ("1 Mio", 10001),
    ("self-employed", 1),
    ("just me", 1),
    ("0", None),
    ("-5", None),
    ("Level 3", None),
    ("", None),
    ("1", 1),
    ("1-10", 1),
    ("Jan-10", 1),
    ("10-Feb", 2),
    ("Nov-50", 11),
    ("10001+", 10001),
    ("10 ma", 2),
    ("500 M.A.", None),
    ("approx. 50", 11),
    ("ca.50", 11),
    ("1-5k", 501),
    ("500-1k", 201),
    ("11 bis 50", 11),
    ("bis 50", 1),
    ("über 200 Mitarbeiter", 201),
    ("50 or more", 11),
    ("between 51 and 200", 51),
    ("de 51 à 200 salariés", 51),
    ("500人以上", 201),
    ("+ de 1000", 1001),
    ("0-1", 1),
    ("2.5k", 1001),
    ("asdf", None),
    ("enterprise", None),
    ("Enterprise (1000+)", 1001),
    ("1e3", 501),
    ("5000.0", 1001),
    ("01234567890123", None),
    ("2-10 employees", 2),
    ("total 500", 201),
    (None, None),
]

# text, least sum of the band
SUMS: list[tuple[str | None, float | None]] = [
    ("€ 2,5 Mio", 1000000),
    ("$10M", 10000000),
    ("1.2bn", 1000000000),
    ("500k", 300000),
    ("2 500 000 EUR", 1000000),
    ("1-5M", 1000000),
    ("3 Mrd", 3000000000),
    ("2 crore", 10000000),
    ("5 lakh", 300000),
    ("US$ 1,200,000.50", 1000000),
    ("<1M", 0),
    (".5M", 300000),
    ("$.5M", 300000),
    ("12,50,000", 1000000),
    ("2 mil", None),
    ("500 TEUR", 300000),
    ("10 M€", 10000000),
    ("$1M - $5M", 1000000),
    ("EUR 1 Mio. bis 5 Mio.", 1000000),
    ("0", 0),
    ("0,5 Mio", 300000),
    ("n/a", None),
    ("2.5E+07", 10000000),
    ("over $100 million", 100000000),
    ("5 tn", 3000000000000),
    ("1億円", 100000000),
    ("mil millones", None),
    ("2 mil millones de euros", 1000000000),
    (None, None),
]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    connection = open_engine(threads=1)
    yield connection
    connection.close()


def test_sizes_are_read_as_the_band_they_begin_in(engine: Engine) -> None:
    told = read(engine, [text for text, _ in SIZES], Attribute("text").size())

    assert wrong(told, SIZES) == []


def test_sums_are_read_as_the_band_they_begin_in(engine: Engine) -> None:
    told = read(engine, [text for text, _ in SUMS], Attribute("text").revenue())

    assert wrong(told, SUMS) == []
