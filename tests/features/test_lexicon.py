"""Titles, addresses and flags as people write them, labelled by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from sqlglot import exp

from features.attributes import Attribute, EmailAddress
from features.engine import Engine, open_engine
from features.lexicon import (
    COUNTRIES,
    DEPARTMENT,
    DISPOSABLE_DOMAINS,
    EDUCATION_DOMAIN,
    FREE_DOMAINS,
    INDUSTRY,
    REGIONS,
    ROLES,
    SENIORITY,
)

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
    ("Internal Auditor", "specialist", "finance"),  # not an intern
    ("Beekeeper", "other", "other"),
    ("asdf", "other", "other"),
    # Taken for more, or for something else, than they are
    ("Product Owner", "specialist", "product"),
    ("Process Owner", "specialist", "operations"),
    ("Scrum Master", "specialist", "product"),
    ("Business Owner", "chief", "general"),
    ("Assistant to the CEO", "assistant", "general"),
    ("Assistant Vice President", "vice president", "general"),
    ("Assistant Store Manager", "manager", "sales"),
    ("International Sales Manager", "manager", "sales"),
    ("Chief of Staff", "director", "general"),
    ("Secretary General", "chief", "general"),
    ("HR Business Partner", "specialist", "people"),
    ("Product Marketing Manager", "manager", "marketing"),
    ("General Counsel", "specialist", "legal"),
    ("Chef de projet", "manager", "other"),
    ("Chef d'entreprise", "chief", "general"),
    ("Geschaeftsfuehrerin (m/w/d)", "chief", "general"),
    ("Directeur General", "chief", "general"),
    ("Inhaberin", "chief", "general"),
    ("Vertriebsassistentin", "assistant", "sales"),
    ("Projektleiter IT", "manager", "technology"),
    ("Werkstudent Marketing", "student", "marketing"),
    ("Försäljningschef", "director", "sales"),
    ("Daglig leder", "chief", "general"),
    ("Toimitusjohtaja", "chief", "general"),
    ("Prezes zarządu", "chief", "general"),
    ("Kierownik sprzedaży", "manager", "sales"),
    ("Amministratore delegato", "chief", "general"),
    ("Diretora Geral", "chief", "general"),
    # German
    ("Geschäftsführer", "chief", "general"),
    ("GESCHÄFTSFÜHRERIN", "chief", "general"),
    ("Inhaber", "chief", "general"),
    ("Leiter Einkauf", "director", "operations"),
    ("Leiter Personal", "director", "people"),
    ("Personalreferentin", "specialist", "people"),
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
    ("Responsable achats", "manager", "operations"),
    ("Chef de ventes", "manager", "sales"),
    ("Ingénieur logiciel", "specialist", "technology"),
    ("Comptable", "specialist", "finance"),
    ("Stagiaire", "student", "study"),
    # Spanish
    ("Director General", "chief", "general"),
    ("Propietaria", "chief", "general"),
    ("Jefa de compras", "manager", "operations"),
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

# text, group
SECTORS: list[tuple[str | None, str | None]] = [
    ("Computer Software", "software"),
    ("Maschinenbau", "manufacturing"),
    ("Financial Services", "finance"),
    ("Versicherungen", "finance"),
    ("Hospital & Health Care", "health"),
    ("Higher Education", "education"),
    ("Einzelhandel", "retail"),
    ("E-Commerce", "retail"),
    ("Government Administration", "public"),
    ("Öffentlicher Dienst", "public"),
    ("Marketing & Advertising", "media"),
    ("Bauunternehmen", "construction"),
    ("Oil & Energy", "energy"),
    ("Logistics and Supply Chain", "transport"),
    ("Hôtellerie et restauration", "hospitality"),
    ("Unternehmensberatung", "professional services"),
    ("Telecommunications", "telecom"),
    ("Landwirtschaft", "agriculture"),
    ("agritech", "agriculture"),
    ("Immobilien", "real estate"),
    ("Non-profit organization management", "nonprofit"),
    ("beekeeping", "other"),
    (None, None),
]

# text, country, region
PLACES = [
    ("de", "Germany", "Western Europe"),
    ("DEU", "Germany", "Western Europe"),
    ("deutschland ", "Germany", "Western Europe"),
    ("U.S.A.", "United States", "North America"),
    ("uk", "United Kingdom", "Western Europe"),
    ("España", "Spain", "Southern Europe"),
    ("ESPANA", "Spain", "Southern Europe"),
    ("Brasil", "Brazil", "Latin America"),
    ("日本", "Japan", "East Asia"),
    ("Россия", "Russia", "Eastern Europe"),
    ("Cote d’Ivoire", "Ivory Coast", "Africa"),
    ("Atlanta, Georgia", "other", "other"),
    ("Atlantis", "other", "other"),
    (None, None, None),
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
def test_no_title_has_no_label(
    engine: Engine, patterns: tuple[tuple[str, str], ...]
) -> None:
    read_as = Attribute("text").matched(patterns, otherwise="other")

    assert read(engine, [None, "", "  "], read_as) == [None, "other", "other"]


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


def test_industries_are_grouped_as_labelled_by_hand(engine: Engine) -> None:
    read_as = Attribute("text").matched(INDUSTRY, otherwise="other")
    told = read(engine, [text for text, _ in SECTORS], read_as)

    assert wrong(told, SECTORS) == []


def test_countries_and_their_regions_are_as_labelled_by_hand(engine: Engine) -> None:
    texts = [text for text, _, _ in PLACES]
    for place, names in ((1, COUNTRIES), (2, REGIONS)):
        told = read(
            engine, texts, Attribute("text").listed(names.items(), otherwise="other")
        )
        assert wrong(told, [(p[0], p[place]) for p in PLACES]) == []


def test_no_text_is_of_two_countries() -> None:
    texts = [text for known in COUNTRIES.values() for text in known]

    assert len(texts) == len(set(texts))
