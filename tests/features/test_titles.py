"""Job titles as people write them, labelled by hand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from features.attributes import Attribute
from features.engine import Engine, open_engine
from features.lexicon import DEPARTMENT, SENIORITY
from tests.features.test_lexicon import read, wrong

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
    # English, as CRMs hold it
    ("Sr. Director, Product Management", "director", "product"),
    ("Head of Growth", "director", "marketing"),
    ("Regional Vice President, Sales - EMEA", "vice president", "sales"),
    ("EVP & Chief Revenue Officer", "chief", "sales"),
    ("Group CFO", "chief", "finance"),
    ("Chief Information Security Officer", "chief", "technology"),
    ("Chief People Officer", "chief", "people"),
    ("Chief Product Officer", "chief", "product"),
    ("Chief Operating Officer (COO)", "chief", "operations"),
    ("Interim CTO", "chief", "technology"),
    ("IT Support Specialist", "specialist", "technology"),
    ("DevOps Engineer II", "specialist", "technology"),
    ("Data Scientist", "specialist", "technology"),
    ("Sales Development Representative", "specialist", "sales"),
    ("Inside Sales Rep", "specialist", "sales"),
    ("Sales Engineer", "specialist", "sales"),
    ("Customer Success Manager", "manager", "service"),
    ("Head of Customer Support", "director", "service"),
    ("Office Manager", "manager", "operations"),
    ("Warehouse Supervisor", "manager", "operations"),
    ("Procurement Specialist", "specialist", "operations"),
    ("Supply Chain Analyst", "specialist", "operations"),
    ("Health & Safety Manager", "manager", "operations"),
    ("Financial Controller", "manager", "finance"),
    ("Accounts Payable Clerk", "specialist", "finance"),
    ("Recruiter", "specialist", "people"),
    ("Training Manager", "manager", "people"),
    ("HR Generalist", "specialist", "people"),
    ("Data Protection Officer", "specialist", "legal"),
    ("R&D Manager", "manager", "research"),
    ("Research Associate", "specialist", "research"),
    ("Internal Communications Manager", "manager", "marketing"),
    ("Executive Secretary", "assistant", "other"),
    ("Teacher", "specialist", "other"),
    ("Retired", "other", "other"),
    ("Vice Chairman", "chief", "general"),
    ("Board Member", "chief", "general"),
    ("Deputy Head of Procurement", "director", "operations"),
    ("PA to CEO", "assistant", "general"),
    ("Principal Engineer", "specialist", "technology"),
    ("Product Designer", "specialist", "product"),
    ("Security Guard", "other", "other"),
    ("VP, Eng", "vice president", "technology"),
    ("Dir. of Mktg", "director", "marketing"),
    ("Sr Mktg Mgr", "manager", "marketing"),
    ("Ops Manager", "manager", "operations"),
    ("CEO/Founder", "chief", "general"),
    ("Acct Mgr", "manager", "sales"),
    ("Purch. Agent", "specialist", "operations"),
    ("Gen. Manager", "director", "general"),
    ("Bus. Dev. Manager", "manager", "sales"),
    ("Snr Developer", "specialist", "technology"),
    ("Head of Digital Transformation", "director", "technology"),
    ("Marketing", "other", "marketing"),
    ("Intern (Software Engineering)", "student", "technology"),
    ("Trainee Accountant", "student", "finance"),
    # German
    ("Leiterin Controlling", "director", "finance"),
    ("Kaufmännischer Leiter", "director", "finance"),
    ("Technischer Leiter", "director", "technology"),
    ("Assistentin der Geschäftsführung", "assistant", "general"),
    ("Bereichsleiter Vertrieb Innendienst", "director", "sales"),
    ("Einkaufsleiter", "director", "operations"),
    ("Auszubildender Fachinformatiker", "student", "technology"),
    ("Systemadministrator", "specialist", "technology"),
    ("Abteilungsleiter Produktion", "director", "operations"),
    ("Key-Account-Managerin", "manager", "sales"),
    ("Referentin Unternehmenskommunikation", "specialist", "marketing"),
    ("Projektmanager", "manager", "other"),
    ("Duales Studium BWL", "student", "study"),
    # French
    ("Directeur commercial", "director", "sales"),
    ("DSI", "director", "technology"),
    ("DRH", "director", "people"),
    ("DAF", "director", "finance"),
    ("Chargée de communication", "specialist", "marketing"),
    ("Assistante de direction", "assistant", "other"),
    ("Acheteur", "specialist", "operations"),
    ("Directeur des ressources humaines", "director", "people"),
    ("Ingénieur d'affaires", "specialist", "sales"),
    ("Technico-commercial", "specialist", "sales"),
    ("Alternante marketing", "student", "marketing"),
    # Spanish, Portuguese, Italian
    ("Ejecutivo de ventas", "specialist", "sales"),
    ("Jefe de Recursos Humanos", "manager", "people"),
    ("Contador público", "specialist", "finance"),
    ("Subdirector de Finanzas", "director", "finance"),
    ("Gerente Comercial", "manager", "sales"),
    ("Diretor Financeiro", "director", "finance"),
    ("Sócio-administrador", "chief", "general"),
    ("Coordenadora de Marketing", "manager", "marketing"),
    ("Auxiliar administrativo", "assistant", "other"),
    ("Responsabile acquisti", "manager", "operations"),
    ("Direttore commerciale", "director", "sales"),
    ("Impiegato ufficio acquisti", "specialist", "operations"),
    # Dutch, Nordic, Finnish
    ("Inkoopmanager", "manager", "operations"),
    ("Financieel directeur", "director", "finance"),
    ("Teamleider klantenservice", "manager", "service"),
    ("Applicatiebeheerder", "specialist", "technology"),
    ("Ekonomichef", "director", "finance"),
    ("IT-chef", "director", "technology"),
    ("Salgssjef", "director", "sales"),
    ("Administrerende direktør", "chief", "general"),
    ("Projektledare", "manager", "other"),
    ("Indkøbschef", "director", "operations"),
    ("Myyntijohtaja", "director", "sales"),
    ("Myyntipäällikkö", "manager", "sales"),
    # Polish, Czech, Hungarian, Turkish, Russian, Chinese, Japanese
    ("Dyrektor finansowy", "director", "finance"),
    ("Specjalista ds. marketingu", "specialist", "marketing"),
    ("Kierownik działu zakupów", "manager", "operations"),
    ("Jednatel", "chief", "general"),
    ("Obchodní ředitel", "director", "sales"),
    ("Ügyvezető", "chief", "general"),
    ("Genel Müdür", "chief", "general"),
    ("Satış Müdürü", "manager", "sales"),  # noqa: RUF001
    ("Генеральный директор", "chief", "general"),
    ("Директор по маркетингу", "director", "marketing"),
    ("总经理", "chief", "general"),
    ("代表取締役", "chief", "general"),
    ("営業部長", "director", "sales"),
]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    connection = open_engine(threads=1)
    yield connection
    connection.close()


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
