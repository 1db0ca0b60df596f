"""Titles, addresses and flags as people write them, labelled by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from sqlglot import exp

from features.attributes import Attribute, EmailAddress
from features.engine import Engine, open_engine
from features.lexicon import DEPARTMENT, EDUCATION_DOMAIN, FREE_DOMAINS, SENIORITY

# title, seniority, department
TITLES = [
    # English
    ("CEO", "chief", "general"),
    ("Founder & CEO", "chief", "general"),
    ("Co-Founder", "chief", "general"),
    ("Owner", "chief", "general"),
    ("President", "chief", "general"),
    ("Managing Director", "chief", "general"),
    ("Chief Marketing Officer", "chief", "marketing"),
    ("CTO", "chief", "technology"),
    ("C.F.O. / CFO", "chief", "finance"),
    ("CRO", "chief", "sales"),
    ("Vice President of Sales", "vice president", "sales"),
    ("Vice-President, Finance", "vice president", "finance"),
    ("VP Marketing", "vice president", "marketing"),
    ("SVP, Operations", "vice president", "operations"),
    ("Director of Engineering", "director", "technology"),
    ("Head of IT", "director", "technology"),
    ("head of people", "director", "people"),
    ("Sales Director EMEA", "director", "sales"),
    ("Associate Director, Procurement", "director", "operations"),
    ("Marketing Manager", "manager", "marketing"),
    ("HR Manager", "manager", "people"),
    ("Finance Manager", "manager", "finance"),
    ("Business Development Manager", "manager", "sales"),
    ("Key Account Manager", "manager", "sales"),
    ("Team Lead, Logistics", "manager", "operations"),
    ("Software Engineer", "specialist", "technology"),
    ("data analyst", "specialist", "technology"),
    ("Account Executive", "specialist", "sales"),
    ("Accountant", "specialist", "finance"),
    ("Talent Acquisition Specialist", "specialist", "people"),
    ("SEO Consultant", "specialist", "marketing"),
    ("Assistant to the Director", "assistant", "other"),
    ("Personal Assistant", "assistant", "other"),
    ("Executive Assistant to the CEO", "assistant", "general"),
    ("Marketing Intern", "student", "marketing"),
    ("Student", "student", "study"),
    ("PhD student", "student", "study"),
    ("Internal Auditor", "other", "other"),  # not an intern
    ("Beekeeper", "other", "other"),
    ("asdf", "other", "other"),
    # German
    ("Geschäftsführer", "chief", "general"),
    ("GESCHÄFTSFÜHRERIN", "chief", "general"),
    ("Inhaber", "chief", "general"),
    ("Leiter Einkauf", "director", "operations"),
    ("Leiter Personal", "director", "people"),
    ("Personalreferentin", "other", "people"),
    ("Leitung Finanzen", "director", "finance"),
    ("IT-Leiter", "director", "technology"),
    ("Vertriebsleiter", "director", "sales"),
    ("Marketingleiterin", "director", "marketing"),
    ("Teamleiter Buchhaltung", "manager", "finance"),
    ("Softwareentwickler", "specialist", "technology"),
    ("Sachbearbeiterin Einkauf", "specialist", "operations"),
    ("Praktikant", "student", "study"),
    ("Sekretärin", "assistant", "other"),
    # French
    ("PDG", "chief", "general"),
    ("Directeur Général", "chief", "general"),
    ("Directrice marketing", "director", "marketing"),
    ("Responsable achats", "director", "operations"),
    ("Chef de ventes", "manager", "sales"),
    ("Ingénieur logiciel", "specialist", "technology"),
    ("Comptable", "other", "finance"),
    ("Stagiaire", "student", "study"),
    # Spanish
    ("Director General", "chief", "general"),
    ("Propietaria", "chief", "general"),
    ("Jefa de compras", "director", "operations"),
    ("Gerente de ventas", "manager", "sales"),
    ("Ingeniero de sistemas", "specialist", "technology"),
    ("Asistente", "assistant", "other"),
    # Dutch
    ("Eigenaar", "chief", "general"),
    ("Hoofd verkoop", "director", "sales"),
    ("Medewerker marketing", "specialist", "marketing"),
]

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


def test_seniority_is_as_labelled_by_hand(engine: Engine) -> None:
    read_as = Attribute("text").matched(SENIORITY, otherwise="other")
    told = read(engine, [title for title, _, _ in TITLES], read_as)

    assert wrong(told, [(title, seniority) for title, seniority, _ in TITLES]) == []


def test_department_is_as_labelled_by_hand(engine: Engine) -> None:
    read_as = Attribute("text").matched(DEPARTMENT, otherwise="other")
    told = read(engine, [title for title, _, _ in TITLES], read_as)

    assert wrong(told, [(title, department) for title, _, department in TITLES]) == []


@pytest.mark.parametrize("patterns", [SENIORITY, DEPARTMENT])
def test_no_title_has_no_label(engine: Engine, patterns: dict[str, str]) -> None:
    read_as = Attribute("text").matched(patterns, otherwise="other")

    assert read(engine, [None, "", "  "], read_as) == [None, "other", "other"]


def test_addresses_are_classed_by_their_domain(engine: Engine) -> None:
    address = EmailAddress(
        "text",
        (*FREE_DOMAINS, "our-own-free.net"),
        ("rival.com", "Capital-Rival.io"),
        EDUCATION_DOMAIN,
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
