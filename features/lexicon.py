"""Words of job titles and e-mail domains, in the languages that leads write in.

Order matters: the first name whose words are found wins, so "assistant to the director"
is an assistant and "vice president" is not a president.
"""

from __future__ import annotations

from typing import Final

from .attributes import whole_words

SENIORITY: Final = {
    "student": whole_words("student", "intern$", "praktikant", "stagiaire", "trainee"),
    "assistant": whole_words("assist", "secretar", "sekret", "asistente"),
    "vice president": whole_words(
        "vice president", "vice-president", "vicepresident", "vp$", "svp$", "evp$",
        "avp$",
    ),
    "chief": whole_words(
        "chief", "ceo$", "cto$", "cfo$", "cio$", "cmo$", "coo$", "cro$", "ciso$",
        "founder", "co-founder", "cofounder", "owner", "president", "managing director",
        "geschäftsführer", "inhaber", "vorstand", "directeur général", "pdg$", "gérant",
        "director general", "propietari", "eigenaar",
    ),
    "director": whole_words(
        "director", "head$", "direkt", "directeur", "directrice", "leiter", "leitung",
        "bereichsleit", "abteilungsleit", "vertriebsleit", "marketingleit",
        "responsable", "jefe", "jefa", "hoofd",
    ),
    "manager": whole_words(
        "manager", "lead$", "supervisor", "team lead", "teamleit", "gerente", "chef de",
        "coordinator", "koordinator",
    ),
    "specialist": whole_words(
        "engineer", "developer", "analyst", "specialist", "consultant", "architect",
        "scientist", "administrator", "admin$", "designer", "buyer", "accountant",
        "ingenieur", "ingénieur", "entwickler", "softwareentwickl", "berater",
        "ingeniero", "analista", "medewerker", "sachbearbeiter", "executive",
        "representative", "associate",
    ),
}  # fmt: skip

DEPARTMENT: Final = {
    "marketing": whole_words("market", "growth", "brand", "demand gen", "cmo$", "seo$"),
    "sales": whole_words(
        "sales", "vertrieb", "revenue", "account exec", "account manag", "key account",
        "business develop", "cro$",
        "ventas", "commercial", "verkoop", "ventes",
    ),
    "technology": whole_words(
        "it$", "engineer", "developer", "software", "tech", "cto$", "cio$", "ciso$",
        "data", "devops", "security", "architect", "informati", "entwickl", "ingeni",
        "ingéni", "edv", "systems",
    ),
    "finance": whole_words(
        "financ", "cfo$", "account", "controll", "finanz", "treasur", "comptab",
        "buchhalt", "contab",
    ),
    "operations": whole_words(
        "operation", "coo$", "logisti", "supply", "procure", "purchas", "einkauf",
        "buyer", "achats", "compras", "production", "produktion", "opérations",
    ),
    "people": whole_words(  # not "personal": of German staff, and English assistants
        "hr$", "human", "people", "recruit", "talent", "personalab", "personalleit",
        "personalrefer", "personalwesen", "leiter personal", "leitung personal",
    ),
    "general": whole_words(
        "ceo$", "founder", "co-founder", "owner", "president", "managing director",
        "geschäftsführer", "inhaber", "gérant", "pdg$", "general", "eigenaar",
        "directeur général", "propietari",
    ),
    "study": whole_words("student", "intern$", "praktikant", "stagiaire"),
}  # fmt: skip

FREE_DOMAINS: Final = (
    "gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.uk", "yahoo.fr", "yahoo.de",
    "hotmail.com", "hotmail.co.uk", "hotmail.fr", "hotmail.de", "outlook.com",
    "outlook.de", "live.com", "msn.com", "icloud.com", "me.com", "mac.com", "aol.com",
    "gmx.de", "gmx.net", "gmx.com", "web.de", "t-online.de", "freenet.de", "orange.fr",
    "free.fr", "laposte.net", "wanadoo.fr", "libero.it", "mail.ru", "yandex.ru",
    "protonmail.com", "proton.me", "qq.com", "163.com", "126.com", "rediffmail.com",
    "zoho.com", "mail.com", "ziggo.nl", "kpnmail.nl",
)  # fmt: skip

EDUCATION_DOMAIN: Final = r"(\.edu|\.ac\.[a-z]{2}|\.edu\.[a-z]{2})$|^(uni|tu|fh)-"
