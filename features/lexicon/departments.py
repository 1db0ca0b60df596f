"""Words of the departments that job titles speak of.

Order matters: the first name whose words are found wins, so "sales operations" is of
sales and "IT support" of technology. Whoever answers for the whole firm is ``general``.
"""

from __future__ import annotations

from typing import Final

from ..letters import either, stems

DEPARTMENT: Final = (
    ("other", stems("security guard", "bodyguard", "wachmann", "guard$")),
    (
        "technology",  # before the marketing that is digital too
        stems(
            "digital transf", "digitale transf", "transformation dig",
            "transformación dig",
            "trasformazione dig", "transformação dig",
        ),
    ),
    (
        "legal",
        stems(
            "legal", "lawyer", "attorney", "counsel$", "general counsel", "compliance",
            "data protection", "datenschutz", "paralegal", "jurist", "juridi",
            "giuridic", "jurídic", "rechtsab", "rechtsanw", "syndikus", "justiziar",
            "avocat", "abogad", "avvocat", "advogad", "advocaat", "prawn", "advokat",
        ),
    ),
    (
        "marketing",
        stems(
            "market", "*marketing", "growth", "brand", "demand gen", "cmo$", "seo$",
            "sea$", "communicat", "kommunikation", "*kommunikation", "comunica",
            "communicatie", "public relations", "pr$", "content", "social media",
            "advertis", "werbung", "mercad", "publicidad", "publicité", "community",
            "digital", "marknad", "viestintä", "markkinoint", "marka", "e-commerce",
            "ecommerce", "campaign", "mktg$", "mkt$", "mktng", "pazarlama", "маркетинг",
            "市场", "マーケティング",
        ),
    ),
    (
        "service",
        stems(
            "customer serv", "customer supp", "customer succ", "customer care",
            "customer exp", "client serv", "client succ", "client supp",
            "technical support", "kundenserv", "kundendienst", "kundenbetreu",
            "kundtjänst", "kundeserv", "service client", "relation client",
            "relations client", "atención al", "servicio al", "atendimento", "apoio ao",
            "servizio clienti", "assistenza clienti", "klantenserv", "klantenservice",
            "obsługi klienta", "asiakaspalvelu", "call cent", "helpdesk", "help desk",
        ),
    ),
    (
        "sales",
        stems(
            "sales", "*vertrieb", "vertrieb", "verkauf", "verkäufer", "*verkäufer",
            "revenue", "account exec", "account manag", "account direct", "key account",
            "strategic account", "global account", "national account",
            "business develop", "partner manag", "partnership", "channel", "alliance",
            "presales", "pre-sales", "außendienst", "cro$", "sdr$", "bdr$", "ventas",
            "vendedor", "comercial", "vendas", "vendite", "venditor", "commercial",
            "chargé d'affaires", "ventes", "vendeu", "verkoop", "verkoper",
            "försäljning", "säljare", "salg", "sælger", "selger", "myynti", "sprzedaż",
            "handlow", "store manag", "retail", "key-account", "acct m", "acct exec",
            "bus dev", "bus. dev", "biz dev", "bizdev", "revops",
            "ingénieur d'affaires",
            "ingénieure d'affaires", "technico-commercial", "obchodní", "prodej",
            "értékesítés", "satiş m", "satiş d", "satiş t", "satiş u", "продаж",
            "продажам",
            "销售", "銷售", "営業",
        ),
    ),
    (
        "product",
        stems(
            "product$", "products$", "produkt$", "produktmanag", "product-",
            "produktchef", "chef de produit", "cheffe de produit", "produit$",
            "producto$", "productos$", "prodotto", "produto$", "produktu$",
            "produktleit", "productmanag", "cpo$", "scrum master", "ux$", "user exp",
            "ui$",
        ),
    ),
    (
        "technology",
        stems(
            "it$", "*entwickl", "engineer", "develop", "software", "tech", "cto$",
            "cio$", "ciso$", "data$", "database", "devops", "security", "cyber",
            "architect", "informati", "entwickl", "ingeni", "ingéni", "ingeniør",
            "ingenjör", "ingegn", "engenh", "inżynier", "edv", "systems",
            "system admin", "sysadmin", "cloud", "network", "programm", "programist",
            "développeu", "desarroll", "svilupp", "desenvolv", "ontwikkel", "tecnolog",
            "technolog", "technik", "techniek", "utveckl", "udvikl", "utvikl", "kehitt",
            "tietohallinto", "ict$", "ti$", "dsi$", "sistemas", "sistemi", "sre$",
            "web$", "qa$", "tester", "technisch", "digitalisierung", "machine learning",
            "ai$", "bi$", "eng$", "*informatiker", "systemadmin", "applicatiebeheer",
            "systeembeheer", "netwerkbeheer", "functioneel beheer", "bilgi işlem",
            "bilgi teknol", "程序", "技术", "技術", "開発",
        ),
    ),
    (
        "finance",
        stems(
            "financ", "*finanz", "cfo$", "account", "controll", "*controller", "finanz",
            "treasur", "tax$", "audit", "bookkeep", "payroll", "billing", "comptab",
            "trésor", "fiscal", "contab", "contador", "hacienda", "tesor", "*buchhalt",
            "buchhalt", "steuer", "rechnungswesen", "boekhoud", "financi", "ekonomi",
            "økonomi", "regnskab", "regnskap", "redovisning", "talous", "księgow",
            "finans", "финанс", "бухгалтер", "财务", "財務", "経理", "daf$", "raf$",
            "investor", "kaufmännisch",
        ),
    ),
    (
        "people",  # not "personal": of German staff, and English assistants
        stems(
            "hr$", "hrbp$", "chro$", "human", "people", "recruit", "talent",
            "personalab", "personalleit", "personalrefer", "personalwesen",
            "personalman", "personaler", "leiter personal", "leiterin personal",
            "leitung personal", "personalchef", "personalentwickl", "rh$", "rrhh$",
            "drh$", "ressources humaines", "recursos humanos", "risorse umane",
            "personeel", "personalvetare", "hr-", "henkilöstö", "kadr", "rekrut",
            "learning", "training", "formation", "payroll", "insan kaynak", "персонал",
            "кадр", "人事", "rrh$",
        ),
    ),
    (
        "operations",
        stems(
            "operation", "operations", "opérations", "operaciones", "operazioni",
            "operações", "operati", "coo$", "logisti", "supply", "procure", "purchas",
            "einkauf", "einkäufer", "*einkäufer", "buyer", "achats", "acheteu",
            "compras", "comprador", "acquisti", "inkoop", "inkoper", "inköp", "indkøb",
            "innkjøp", "zakup", "produkcj", "production", "producción", "produzione",
            "produção", "produktion", "*produktion", "productie", "tuotanto",
            "fertigung", "werksleit", "betrieb", "*betriebsleit", "manufactur",
            "plant$", "warehouse", "lager", "magazyn", "facilit", "quality", "qualit",
            "calidad", "maintenance", "betriebs", "bedrijfsleid", "office manag",
            "fleet", "disponent", "process", "ops$", "purch$", "purch. ",
            "health & saf",
            "health and saf", "hse$", "ehs$", "nákup", "satin alma", "beszerz", "закуп",
            "采购", "採購", "購買",
        ),
    ),
    (
        "research",
        stems(
            "research", "r&d$", "r & d$", "r+d$", "i+d$", "f&e$", "forsch", "recherche",
            "investiga", "ricerc", "onderzoek", "scientist", "wissenschaft", "laborat",
            "labor$", "badań", "badaw", "forskn", "tutkimus", "pesquis", "innovation",
            "professor", "lecturer",
        ),
    ),
    (
        "general",
        either(
            stems(
                "ceo$", "c.e.o", "founder", "co-founder", "cofounder", "owner",
                "president", "président", "presidenta", "präsident", "prezes",
                "managing director", "managing partner", "founding partner", "general",
                "général", "chairman", "chairwoman", "chairperson", "chief executive",
                "chief of staff", "board$", "geschäftsführ", "geschäftsleit",
                "gesellschafter", "inhaber", "*inhaber", "vorstand", "gründer",
                "*gründer", "unternehmer", "firmenchef", "gérant", "pdg$", "dirigeant",
                "fondat", "cofondat", "chef d'entreprise", "propriétaire", "eigenaar",
                "eigenaresse", "oprichter", "zaakvoerder", "bestuurder", "ondernemer",
                "dga$", "propietari", "dueñ", "fundador", "consejero delegado",
                "consejera delegada", "empresári", "titolare", "fondatore",
                "amministratore delegato", "amministratore unico", "imprenditor",
                "proprietári", "diretor geral", "diretora geral", "sócio",
                "verkställande", "vd$", "ägare", "grundare", "daglig leder",
                "administrerende", "indehaver", "toimitusjohtaja", "yrittäjä",
                "właściciel", "założyciel", "współzałożyciel", "zarząd",
                "self-employed", "self employed", "freiberuf", "selbständig",
                "selbstständig", "autónom", "sole trader", "gen. manager",
                "gen manager",
                "gen. mgr", "gen mgr", "jednatel", "majitel", "generální",
                "výkonný ředitel",
                "ügyvezető", "vezérigazgató", "tulajdonos", "genel müdür", "kurucu",
                "şirket sahibi", "yönetim kurulu", "генеральный", "основатель",
                "владелец",
                "собственник", "президент", "总经理", "總經理", "董事", "创始人",
                "总裁",
                "代表取締役", "社長",
            ),
            "^(md|gf|dg|boss|chef|(senior |equity )?partner)[^a-z0-9]*$",
        ),
    ),
    (
        "study",
        stems(
            "student", "intern$", "praktikant", "stagiaire", "trainee", "étudiant",
            "werkstudent", "auszubildend", "azubi", "becari", "estudiant", "estudante",
            "estagiári", "stagista", "studente", "stagiair$", "praktykant", "stażyst",
            "studerende", "opiskelija", "doktorand", "apprenti", "studium$", "stajyer",
            "студент",
        ),
    ),
)  # fmt: skip
