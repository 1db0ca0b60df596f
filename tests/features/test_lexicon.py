"""Addresses, flags and numbers as people write them, labelled by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from sqlglot import exp

from features.attributes import Attribute, EmailAddress
from features.engine import Engine, open_engine
from features.lexicon import (
    DISPOSABLE_DOMAINS,
    EDUCATION_DOMAIN,
    FREE_DOMAINS,
    ROLES,
)

# address, class
ADDRESSES: list[tuple[str | None, str | None]] = [
    ("ada@gmail.com", "free"),
    ("ADA@GMail.COM", "free"),
    ("a.b+news@yahoo.co.uk", "free"),
    ("a@web.de", "free"),
    ("a@qq.com", "free"),
    ("a@wanadoo.fr", "free"),
    ("a@our-own-free.net", "free"),  # as configured
    ("a@stanford.edu", "education"),
    ("a@cs.ox.ac.uk", "education"),
    ("a@unimelb.edu.au", "education"),
    ("a@uni-bonn.de", "education"),
    ("a@tu-berlin.de", "education"),
    ("a@student.uu.nl", "education"),
    ("a@mailinator.com", "disposable"),
    ("A@YopMail.com", "disposable"),
    ("a@wegwerfmail.de", "disposable"),
    ("a@notyopmail.com", "corporate"),
    ("a@rival.com", "rival"),
    ("a@Rival.COM", "rival"),
    ("a@capital-rival.io", "rival"),  # configured with capitals
    ("a@acme.io", "corporate"),
    ("a@notgmail.com", "corporate"),
    ("a@gmail.com.acme.io", "corporate"),
    ("a@united.com", "corporate"),  # no university
    ("a@education.com", "corporate"),
    ("a@mail.rival.com", "corporate"),  # another domain
    ("nonsense", None),
    ("nonsense@", None),
    ("@", None),
    ("", None),
    (None, None),
]

# address, whether a role's
ROLE_ADDRESSES: list[tuple[str | None, int | None]] = [
    *((f"{name}@acme.io", 1) for name in ("info", "Sales", "no-reply", "info.de")),
    *((f"{name}@acme.io", 0) for name in ("ada", "infanta", "salesman", "a.info")),
    *((text, None) for text in ("@acme.io", "info", "info@", "", None)),
]

# text, flag
FLAGS: list[tuple[str | None, int | None]] = [
    *((text, 1) for text in ("1", "true", "TRUE", "Yes", "y", "Y", "t", "on", "ON")),
    *((text, 0) for text in ("0", "false", "False", "NO", "n", "f", "off", "Off")),
    *((text, None) for text in ("", "2", "-1", "maybe", "yes!", "n/a", "NaN", None)),
]

# text, number
NUMBERS: list[tuple[str | None, float | None]] = [
    ("12", 12.0),
    ("-3.5", -3.5),
    ("+5", 5.0),
    (".5", 0.5),
    ("1e3", 1000.0),
    ("0", 0.0),
    *((t, None) for t in ("", "n.k.", "12 EUR", "1,5", "1.000,5", "0x1F", None)),
    *((t, None) for t in ("nan", "NaN", "inf", "-Infinity", "1e999", "-1e999")),
]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    connection = open_engine(threads=1)
    yield connection
    connection.close()


def read(
    engine: Engine, texts: Sequence[str | None], expression: exp.Expression
) -> list[object]:
    """What an expression over the attribute ``text`` says of each text, in order."""
    values = ", ".join("(?, ?)" for _ in texts)
    given = [part for pair in enumerate(texts) for part in pair]
    found = engine.execute(
        f"SELECT {expression.sql('duckdb')} FROM (VALUES {values}) t(n, text) "
        "ORDER BY n",
        given,
    )
    return [value for (value,) in found.fetchall()]


def wrong(
    told: list[object], labels: Sequence[tuple[str | None, object]]
) -> list[tuple[str | None, object, object]]:
    """Text, what was said and what is true, where these differ."""
    pairs = zip(labels, told, strict=True)
    return [(text, said, true) for (text, true), said in pairs if said != true]


def test_addresses_are_classed_by_their_domain(engine: Engine) -> None:
    address = EmailAddress(
        "text",
        (*FREE_DOMAINS, "our-own-free.net"),
        ("rival.com", "Capital-Rival.io"),
        EDUCATION_DOMAIN,
        DISPOSABLE_DOMAINS,
    )
    told = read(engine, [text for text, _ in ADDRESSES], address.domain_class())

    assert wrong(told, ADDRESSES) == []


def test_without_rivals_or_free_domains_an_address_is_of_a_company_or_a_school(
    engine: Engine,
) -> None:
    address = EmailAddress("text", education_domain=EDUCATION_DOMAIN)
    told = read(engine, ["a@gmail.com", "a@mit.edu"], address.domain_class())

    assert told == ["corporate", "education"]


def test_flags_are_read_however_they_are_written(engine: Engine) -> None:
    told = read(engine, [text for text, _ in FLAGS], Attribute("text").flag())

    assert wrong(told, FLAGS) == []


def test_numbers_are_finite_or_missing(engine: Engine) -> None:
    told = read(engine, [text for text, _ in NUMBERS], Attribute("text").number())

    assert wrong(told, NUMBERS) == []


def test_known_is_anything_that_is_there(engine: Engine) -> None:
    assert read(engine, ["", "x", None], Attribute("text").is_known()) == [1, 1, 0]


def test_addresses_of_roles_are_told_from_those_of_persons(engine: Engine) -> None:
    address = EmailAddress("text", roles=ROLES)
    told = read(engine, [text for text, _ in ROLE_ADDRESSES], address.is_of_a_role())

    assert wrong(told, ROLE_ADDRESSES) == []
