"""Industries and countries as people write them, labelled by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from features.attributes import Attribute
from features.engine import Engine, open_engine
from features.lexicon import COUNTRIES, INDUSTRY, REGIONS
from tests.features.test_lexicon import read, wrong

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
    ("Information Technology & Services", "software"),
    ("SaaS", "software"),
    ("Cybersecurity", "software"),
    ("Computer Games", "software"),
    ("IT consulting", "software"),
    ("Construction software", "software"),
    ("Software for hospitals", "software"),
    ("Software de RRHH", "software"),
    ("Banking", "finance"),
    ("Retail banking", "finance"),
    ("Sparkasse", "finance"),
    ("Investment Management", "finance"),
    ("Health insurance", "finance"),
    ("Venture Capital & Private Equity", "finance"),
    ("Assurances", "finance"),
    ("Servizi finanziari", "finance"),
    ("金融", "finance"),
    ("Accounting", "professional services"),
    ("Law Practice", "professional services"),
    ("Management Consulting", "professional services"),
    ("Staffing & Recruiting", "professional services"),
    ("Anwaltskanzlei", "professional services"),
    ("Cabinet d'avocats", "professional services"),
    ("Security and Investigations", "professional services"),
    ("Civil Engineering", "construction"),
    ("BTP", "construction"),
    ("Construcción", "construction"),
    ("Rakentaminen", "construction"),
    ("Budownictwo", "construction"),
    ("Waterproofing", "construction"),
    ("Pharmaceuticals", "health"),
    ("Biotechnology", "health"),
    ("Medical practice", "health"),
    ("Gesundheitswesen", "health"),
    ("Pflegeheim", "health"),
    ("Gezondheidszorg", "health"),
    ("Opieka zdrowotna", "health"),
    ("Primary/Secondary Education", "education"),
    ("Universität", "education"),
    ("Professional Training & Coaching", "education"),
    ("Automobilindustrie", "manufacturing"),
    ("Machinery", "manufacturing"),
    ("Chemische Industrie", "manufacturing"),
    ("Aerospace & Defense", "manufacturing"),
    ("Electrical/Electronic Manufacturing", "manufacturing"),
    ("Consumer Electronics", "manufacturing"),
    ("Food Production", "manufacturing"),
    ("Industria alimentaria", "manufacturing"),
    ("Shipbuilding", "manufacturing"),
    ("Metallverarbeitung", "manufacturing"),
    ("制造业", "manufacturing"),
    ("Wine and Spirits", "manufacturing"),
    ("Glass, Ceramics & Concrete", "manufacturing"),
    ("Mining & Metals", "energy"),
    ("Renewables & Environment", "energy"),
    ("Oil and Gas", "energy"),
    ("Wasserversorgung", "energy"),
    ("Energía", "energy"),
    ("Environmental Services", "energy"),
    ("Commercial Real Estate", "real estate"),
    ("Immobilier", "real estate"),
    ("Leisure, Travel & Tourism", "hospitality"),
    ("Gaststätte", "hospitality"),
    ("Airlines/Aviation", "transport"),
    ("Package/Freight Delivery", "transport"),
    ("Transportation/Trucking/Railroad", "transport"),
    ("Trasporti e logistica", "transport"),
    ("Apparel & Fashion", "retail"),
    ("Handel", "retail"),
    ("Commerce de détail", "retail"),
    ("Comercio al por menor", "retail"),
    ("Moda", "retail"),
    ("Supermarkets", "retail"),
    ("Broadcast Media", "media"),
    ("Werbeagentur", "media"),
    ("Publishing", "media"),
    ("Public Relations and Communications", "media"),
    ("Photography", "media"),
    ("Wireless", "telecom"),
    ("Telecomunicaciones", "telecom"),
    ("Military", "public"),
    ("Öffentliche Verwaltung", "public"),
    ("Public Policy", "public"),
    ("Judiciary", "public"),
    ("NGO", "nonprofit"),
    ("Religious Institutions", "nonprofit"),
    ("Agribusiness", "agriculture"),
    ("Agricultura", "agriculture"),
    ("Carpet cleaning", "other"),
    ("Barber", "other"),
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
    ("UK", "United Kingdom", "Western Europe"),
    ("U.K.", "United Kingdom", "Western Europe"),
    ("England", "United Kingdom", "Western Europe"),
    ("Scotland", "United Kingdom", "Western Europe"),
    ("N. Ireland", "United Kingdom", "Western Europe"),
    ("United Kingdom (UK)", "United Kingdom", "Western Europe"),
    ("G.B.", "United Kingdom", "Western Europe"),
    ("USA", "United States", "North America"),
    ("U.S.", "United States", "North America"),
    ("U. S. A.", "United States", "North America"),
    ("the united states", "United States", "North America"),
    ("United States (US)", "United States", "North America"),
    ("États-Unis", "United States", "North America"),
    ("EE.UU.", "United States", "North America"),
    ("united_states", "United States", "North America"),
    ("Allemagne", "Germany", "Western Europe"),
    ("GERMANY", "Germany", "Western Europe"),
    ("Germany (DE)", "Germany", "Western Europe"),
    ("Holland", "Netherlands", "Western Europe"),
    ("the Netherlands", "Netherlands", "Western Europe"),
    ("Eire", "Ireland", "Western Europe"),
    ("Suisse", "Switzerland", "Western Europe"),
    ("Republic of South Africa", "South Africa", "Africa"),
    ("Côte d'Ivoire", "Ivory Coast", "Africa"),
    ("Cote dIvoire", "Ivory Coast", "Africa"),
    ("South Korea", "South Korea", "East Asia"),
    ("Korea (South)", "South Korea", "East Asia"),
    ("S. Korea", "South Korea", "East Asia"),
    ("North Korea", "North Korea", "East Asia"),
    ("Korea, Democratic People's Republic of", "North Korea", "East Asia"),
    ("Hong Kong S.A.R.", "Hong Kong", "East Asia"),
    ("Czechia", "Czechia", "Eastern Europe"),
    ("Czech Rep.", "Czechia", "Eastern Europe"),
    ("Bosnia-Herzegovina", "Bosnia and Herzegovina", "Eastern Europe"),
    ("UAE", "United Arab Emirates", "Middle East"),
    ("U.A.E.", "United Arab Emirates", "Middle East"),
    ("Türkiye", "Turkey", "Middle East"),
    ("TURKIYE", "Turkey", "Middle East"),
    ("Viet Nam", "Vietnam", "Southeast Asia"),
    ("México", "Mexico", "Latin America"),
    ("Georgia", "Georgia", "Central Asia"),
    ("New Jersey", "other", "other"),
    ("Europe", "other", "other"),
    ("Norge", "Norway", "Nordics"),
    ("Great-Britain", "United Kingdom", "Western Europe"),
    ("Atlanta, Georgia", "other", "other"),
    ("Atlantis", "other", "other"),
    (None, None, None),
]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    connection = open_engine(threads=1)
    yield connection
    connection.close()


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
