"""Sizes and sums as people write them, with the band worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from features.attributes import Attribute
from features.company import Means
from features.engine import Engine, open_engine
from features.plausible import reads
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
    ("2-10", 2),
    ("51–200 employees", 51),
    ("501-1,000 employees", 501),
    ("1.001-5.000", 1001),
    ("5,001-10,000 employees", 5001),
    ("10,001+ employees", 10001),
    ("500+", 501),
    ("over 500", 501),
    ("more than 10.000", 10001),
    ("less than 50", 1),
    ("~200", 51),
    ("ca. 300 Mitarbeiter", 201),
    ("45.0", 11),
    ("1 200", 1001),
    ("1'200", 1001),
    ("1K-5K", 501),
    ("1,5k", 1001),
    ("50 à 249 salariés", 11),
    ("de 10 a 49 empleados", 2),
    ("menos de 10", 1),
    ("più di 250 dipendenti", 201),
    ("plus de 5000", 5001),
    ("meer dan 100 medewerkers", 51),
    ("zwischen 100 und 500", 51),
    ("Small (11-50)", 11),
    ("Mid-Market (201-1000)", 201),
    ("SMB", None),
    ("unknown", None),
    ("team of 12", 11),
    ("approx 1000 FTE", 501),
    ("12 employees in 3 offices", None),
    ("100%", None),
    ("Oct-49", 2),
    ("≥ 1000", 501),
    ("+1000", 1001),
    ("1000 and above", 501),
    ("10 - 50 MA", 2),
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
    ("$1M-$10M", 1000000),
    ("$10,000,000", 10000000),
    ("€50m", 30000000),
    ("CHF 12 Mio.", 10000000),
    ("5 Millionen Euro", 3000000),
    ("1,5 Mrd. €", 1000000000),
    ("250 M€", 100000000),
    ("$500K - $1M", 300000),
    ("Under $1 Million", 0),
    ("$1 Billion+", 1000000000),
    ("$100 to $250 million", 100000000),
    ("10 Mkr", 10000000),
    ("2,5 millones de euros", 1000000),
    ("R$ 5 milhões", 3000000),
    ("1 234 567,89", 1000000),
    ("1.234.567,89 EUR", 1000000),
    ("1.2e6", 1000000),
    ("50-100 Mio €", 30000000),
    ("0-1M", 0),
    ("pre-revenue", 0),
    ("not disclosed", None),
    ("€10–50 million", 10000000),
    ("₹ 50 crore", 300000000),
    ("$2.3B", 1000000000),
    ("USD 40 MM", 30000000),
    ("7 figures", None),
    ("ca. 20 Mio. EUR Jahresumsatz", 10000000),
    ("20 mln zł", 10000000),
    ("15 mld", 10000000000),
    ("-5M", None),
    ("5 to 10 million dollars", 3000000),
    ("$50M ARR", 30000000),
    ("30 000 k€", 30000000),
    ("1 Md€", 1000000000),
    ("100 tys. zł", 100000),
    ("10 Cr", 100000000),
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


@pytest.mark.parametrize(
    ("means", "labels", "unlike"),
    [("size", SIZES, {"01234567890123", "500 M.A."}), ("revenue", SUMS, set())],
)
def test_a_text_is_plausible_if_it_is_read(
    engine: Engine,
    means: Means,
    labels: list[tuple[str | None, float | None]],
    unlike: set[str],
) -> None:
    texts = [(text, least is not None) for text, least in labels if text is not None]
    attribute = Attribute("text", means=means)
    told = read(engine, [text for text, _ in texts], reads(attribute))

    assert {text for text, _, _ in wrong(told, texts)} <= unlike
