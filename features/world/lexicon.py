"""The company's words and weights: industries, titles, sources, domains, effects.

Effects are in log hazard of an opportunity; shares need not add up to one.
"""

from __future__ import annotations

from typing import Final

INDUSTRIES: Final = {  # share of accounts, effect
    "software": (0.20, 0.45),
    "manufacturing": (0.16, 0.20),
    "finance": (0.10, 0.35),
    "retail": (0.13, 0.00),
    "health": (0.08, -0.10),
    "logistics": (0.09, 0.15),
    "media": (0.07, -0.20),
    "consulting": (0.08, -0.30),
    "education": (0.05, -0.70),
    "public sector": (0.04, -0.90),
}
RIVAL_INDUSTRY: Final = "crm software"  # where competitors work
NEW_INDUSTRY: Final = "agritech"
COUNTRIES: Final = {  # share, effect, language, ending of domains, spellings
    "DE": (0.26, 0.10, "de", "de", ("DE", "Germany", "Deutschland")),
    "US": (0.22, 0.15, "en", "com", ("US", "USA", "United States")),
    "GB": (0.16, 0.05, "en", "co.uk", ("GB", "UK", "United Kingdom")),
    "FR": (0.14, -0.10, "fr", "fr", ("FR", "France", "france")),
    "NL": (0.12, 0.10, "en", "nl", ("NL", "Netherlands", "Nederland")),
    "ES": (0.10, -0.30, "es", "es", ("ES", "Spain", "España")),
}
NEW_COUNTRY: Final = "BR"
NEW_COUNTRY_FACTS: Final = (0.0, 0.0, "pt", "com.br", ("BR", "Brazil", "Brasil"))
NEW_MARKET_EFFECT: Final = -1.6
NEW_MARKET_SHARE: Final = 0.30  # of the leads created from new_market_at on

SIZE_BANDS: Final = ("1-10", "11-50", "51-200", "201-1000", "1001-5000", "5001+")
SIZE_ENDS: Final = (10, 50, 200, 1000, 5000)
SIZE_EFFECTS: Final = (-1.0, -0.30, 0.35, 0.75, 0.40, -0.30)

SOURCES: Final = {  # share of leads, effect, how much drift tilts the share
    "organic": (0.30, 0.30, -0.3),
    "paid_search": (0.22, -0.10, 0.5),
    "webinar": (0.16, 0.10, 0.0),
    "referral": (0.10, 0.80, -1.0),
    "outbound_list": (0.22, -0.80, 1.0),
}
SENIORITIES: Final = {  # share of buyers, effect
    "executive": (0.10, 0.55),
    "director": (0.20, 0.65),
    "manager": (0.34, 0.15),
    "specialist": (0.36, -0.60),
    "student": (0.0, -1.0),
}
FREE_DOMAINS: Final = (
    "gmail.com", "outlook.com", "gmx.de", "yahoo.com", "hotmail.fr", "web.de",
)  # fmt: skip
STUDY_DOMAINS: Final = ("state.edu", "uni-mitte.edu", "college.ac.uk", "tech.edu")
CORPORATE_EFFECT: Final = 0.10
FREE_EFFECT: Final = -0.90
STUDY_EFFECT: Final = -1.5
PERSONAS: Final = (0.84, 0.07, 0.04, 0.05)  # in the order of Persona
PERSONA_EFFECTS: Final = (0.0, -3.0, -3.0, -1.5)

MISSING_SPELLINGS: Final = ("", "NULL", "n/a")

DEPARTMENTS: Final = {
    "en": ("Marketing", "Sales", "IT", "Operations", "Finance", "HR"),
    "de": ("Marketing", "Vertrieb", "IT", "Betrieb", "Finanzen", "Personal"),
    "fr": ("Marketing", "Commercial", "Informatique", "Opérations", "Finance", "RH"),
    "es": ("Marketing", "Ventas", "Informática", "Operaciones", "Finanzas", "RRHH"),
    "pt": ("Marketing", "Vendas", "TI", "Operações", "Finanças", "RH"),
}
TITLES: Final = {  # three spellings of each seniority; {} is the department
    "en": {
        "executive": ("Chief {} Officer", "CEO", "Founder & Managing Director"),
        "director": ("Director of {}", "VP {}", "Head of {}"),
        "manager": ("{} Manager", "{} Mgr", "Senior {} Manager"),
        "specialist": ("{} Specialist", "{} Analyst", "{} Coordinator"),
        "student": ("Student", "Intern", "PhD student"),
    },
    "de": {
        "executive": ("Geschäftsführer", "Vorstand {}", "Inhaberin"),
        "director": ("Leiter {}", "Bereichsleiterin {}", "Direktor {}"),
        "manager": ("{}-Manager", "Teamleiter {}", "{} Managerin"),
        "specialist": ("Referent {}", "Sachbearbeiterin {}", "{} Spezialist"),
        "student": ("Student", "Werkstudentin", "Praktikant"),
    },
    "fr": {
        "executive": ("Directeur général", "PDG", "Fondatrice"),
        "director": ("Directeur {}", "Directrice {}", "Dir. {}"),
        "manager": ("Responsable {}", "Chef de service {}", "Manager {}"),
        "specialist": ("Chargé de {}", "Analyste {}", "Assistante {}"),
        "student": ("Étudiant", "Stagiaire", "Étudiante"),
    },
    "es": {
        "executive": ("Director General", "Consejera Delegada", "Fundador"),
        "director": ("Director de {}", "Directora de {}", "Dir. {}"),
        "manager": ("Jefe de {}", "Responsable de {}", "Gerente de {}"),
        "specialist": ("Técnico de {}", "Analista de {}", "Especialista {}"),
        "student": ("Estudiante", "Becario", "Becaria"),
    },
    "pt": {
        "executive": ("Diretor Geral", "Presidente", "Fundadora"),
        "director": ("Diretor de {}", "Diretora de {}", "Dir. {}"),
        "manager": ("Gerente de {}", "Coordenador de {}", "Gestora de {}"),
        "specialist": ("Analista de {}", "Assistente de {}", "Especialista {}"),
        "student": ("Estudante", "Estagiário", "Estagiária"),
    },
}
SYLLABLES: Final = (
    ("nor", "alp", "vel", "mar", "qua", "sol", "bri", "tek", "lum", "ost"),
    ("da", "vi", "ro", "ne", "li", "ma", "to", "ka"),
    ("ware", "tex", "line", "hub", "works", "data", "logic", "foods"),
)
