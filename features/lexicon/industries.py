"""Words of industries, in the languages that leads write them in, and their groups.

Order matters: the first group whose words are found wins. What a firm does to others
comes before whom it does it for, so "software for hospitals" is software, and "health
insurance" is finance; a narrow word stands before a wide one.
"""

from __future__ import annotations

from typing import Final

from ..letters import either, stems

INDUSTRY: Final = (
    (
        "nonprofit",
        stems(
            "nonprofit", "non-profit", "non profit", "not-for-profit", "not for profit",
            "charit", "ngo$", "n.g.o", "foundation", "philanthrop", "gemeinnützig",
            "stiftung", "verein$", "verband", "association", "ong$", "onlus",
            "sans but", "sin ánimo", "sin fines", "sem fins", "terzo settore",
            "no profit", "goed doel", "goede doelen", "fundacja", "religio", "church",
            "kirche", "civic", "ideell", "hyväntekeväisyys", "humanitar",
        ),
    ),
    (
        "real estate",
        stems(
            "real estate", "real-estate", "realestate", "property manag",
            "property dev", "proptech", "immobili", "*immobilien", "inmobiliari",
            "imobiliári", "vastgoed", "makelaar", "fastighet", "ejendom", "eiendom",
            "kiinteistö", "nieruchomo", "realtor", "estate agent", "hausverwalt",
            "commercial property", "reit$", "房地产", "不動産",
        ),
    ),
    (
        "telecom",
        stems(
            "telecom", "telco", "telekom", "télécom", "telefon", "mobile operator",
            "wireless", "broadband", "internet provider", "isp$", "mobilfunk",
            "tietoliikenne", "telecomm",
        ),
    ),
    (
        "software",
        stems(
            "software", "saas", "it$", "ict$", "i.t$", "information tech", "technol",
            "tech$", "internet", "computer", "cyber", "cloud", "hosting",
            "data process", "artificial intel", "ai$", "edv$", "informatik",
            "informatique", "informátic", "informatic", "tecnologías de", "tecnología",
            "tecnologia", "technologie", "it-", "it dienst", "games", "gaming",
            "app develop", "web develop", "data analyt", "blockchain", "fintech$",
            "martech", "devops", "ohjelmisto", "oprogramowanie", "programvara",
            "programvare", "logiciel", "développement web", "entwicklung von app",
            "numérique", "e-learning platform", "软件", "軟件", "ソフトウェア",
        ),
    ),
    (
        "finance",
        stems(
            "financ", "*finanz", "finanz", "bank", "*bank$", "*banken", "insur",
            "versicher", "*versicherung", "assuran", "assicura", "seguro",
            "verzekering", "försäkring", "forsikring", "vakuutus", "ubezpiecz",
            "invest$", "investment", "investor", "investing", "investissement",
            "inversion", "inversión", "investiment", "sparkasse", "*sparkasse", "金融",
            "银行", "銀行", "保险", "保険", "capital market", "venture cap",
            "private equity",
            "asset manag",
            "wealth", "hedge fund", "credit", "kredit", "lending", "mortgage",
            "payment", "pension", "banca", "banque", "banco", "finans", "rahoitus",
            "fund manag", "kapital", "brokerage", "bfsi",
        ),
    ),
    (
        "agriculture",
        stems(
            "agri", "agro", "farm$", "farms$", "farming", "landwirt", "forst",
            "forestry", "fisher", "fishing", "livestock", "dairy farm", "horticult",
            "gartenbau", "landbouw", "tuinbouw", "veeteelt", "jordbruk", "lantbruk",
            "landbrug", "maatalous", "rolnic", "crop", "ganader", "pesca$", "weinbau",
            "viticult", "ranching", "aquacult", "pêche", "sylvicult", "metsätalous",
        ),
    ),
    (
        "health",
        stems(
            "health", "hospital$", "hospitals$", "hospital &", "medic", "médic",
            "pharma", "biotech", "life scien", "dental", "dentist", "clinic",
            "veterinar", "nursing", "wellness", "fitness", "gesundheit", "kranken",
            "klinik", "arzt", "ärzt", "medizin", "pflege", "apothek", "santé",
            "hôpital", "salud", "sanidad", "sanitari", "sanità", "saúde", "farmac",
            "farmaz", "zorg", "gezondheid", "ziekenhuis", "hälso", "vård", "sundhed",
            "helse", "terveys", "zdrow", "医疗", "医療", "medycyn", "biolog",
            "diagnostic",
        ),
    ),
    (
        "education",
        stems(
            "educat", "éducat", "school", "universit", "college", "academ",
            "e-learning", "elearning", "training", "teaching", "edtech", "bildung",
            "*bildung", "schul", "hochschul", "forschung", "universität",
            "enseignement", "formation", "école", "educa", "enseñanza", "escuela",
            "formación", "istruzione", "scuola", "ensino", "educação", "onderwijs",
            "utbildning", "uddannelse", "utdanning", "koulutus", "edukac", "szkol",
            "higher ed", "research", "recherche", "kindergarten", "教育",
        ),
    ),
    ("manufacturing", stems("aerospace", "aeronautic", "aérospatial", "aeroespacial")),
    (
        "media",  # before what is public
        stems(
            "public relations", "relations publiques", "relaciones públicas",
            "pubbliche relazioni", "öffentlichkeitsarbeit",
        ),
    ),
    (
        "public",
        stems(
            "public sector", "public admin", "government", "govern", "municip",
            "military", "defence", "defense", "defensa", "armed forces",
            "law enforcement", "police", "public safety", "federal", "state agency",
            "behörde", "verwaltung$", "öffentlich", "kommun$", "kommune",
            "stadtverwaltung", "polizei", "bundeswehr", "administration publique",
            "secteur public", "collectivité", "sector público",
            "administración pública", "gobierno", "pubblica amministrazione",
            "settore pubblico", "setor público", "administração pública", "governo",
            "overheid", "gemeente", "offentlig", "julkinen", "sektor publiczny",
            "administracja", "civil service", "judiciary", "embassy", "public$",
        ),
    ),
    (
        "professional services",  # before those it is done for
        either(
            stems(
                "consult", "beratung", "*beratung", "conseil", "consulenza",
                "consultor", "asesor", "advies", "rådgivning", "doradz", "konsult",
                "legal", "law$", "law firm", "lawyer", "rechts", "kanzlei", "avocat",
                "abogad", "avvocat", "advoca", "notar", "juridi", "accounting",
                "accountan", "audit$", "tax$", "steuerberat", "wirtschaftsprüf",
                "comptab", "staffing", "recruit", "human resources", "personaldienst",
                "zeitarbeit", "executive search", "professional serv", "business serv",
                "management serv", "outsourcing", "market research",
                "servicios profesionales", "architectur", "architekt", "ingenieurbüro",
                "engineering services", "design services", "translation",
                "facilities services", "security services", "security and inv",
                "security & inv", "sicherheitsdienst", "*anwalt", "*anwalts",
                "*kanzlei",
                "dienstleist",
                "services aux entreprises", "zakelijke dienst", "uitzend", "bpo$",
            ),
        ),
    ),
    (
        "media",
        stems(
            "media", "medien", "médias", "medios", "publish", "verlag", "éditi",
            "editori", "uitgever", "press$", "presse", "newspaper", "broadcast",
            "television", "tv$", "radio", "film", "movie", "music", "musik",
            "entertain", "advertis", "werbung", "werbe", "publicit", "publicid",
            "pubblicit", "marketing", "public relations", "journal", "printing",
            "druckerei", "arts$", "kunst", "kultur", "design$", "animation",
            "photograph", "reklame", "reclame", "mainonta", "reklam", "sport", "event",
            "events", "agence de com", "werbeagentur", "gambling", "unterhaltung",
        ),
    ),
    (
        "hospitality",
        stems(
            "hospitality", "gaststätte", "gasthaus", "gasthof", "hotel", "hôtel",
            "restaurant", "restaur", "gastro",
            "gastgewerbe", "tourism", "touris", "travel", "reise", "leisure",
            "catering", "cater", "food serv", "food & bev", "food and bev", "café",
            "bar$", "bars$", "resort", "airbnb", "horeca", "hostel", "turismo",
            "ristor", "recreation", "voyage", "viajes", "besöksnäring", "matkailu",
            "accommodation", "freizeit", "casino", "gastronom",
        ),
    ),
    (
        "energy",
        stems(
            "energ", "énerg", "*energie", "utilit", "oil", "gas$", "petrol", "pétrol",
            "renewable", "solar", "photovolta", "wind power", "windkraft",
            "wind energy", "power gen", "electric util", "electricity", "strom",
            "stadtwerke", "versorger", "mining", "bergbau", "mineria", "minería",
            "mineração", "minières", "mines$", "water$", "waterworks", "waterschap",
            "wasser", "waste", "abfall",
            "entsorg", "recycling", "environmental serv", "coal", "nuclear", "olie",
            "kraftwerk", "nutsbedr", "öl", "umwelttechnik", "górnictwo", "eau$",
        ),
    ),
    (
        "construction",
        stems(
            "construct", "building mat", "civil eng", "bau$", "bauwesen", "baugewerbe",
            "bauunternehm", "bauindustrie", "*bauunternehm", "hochbau", "tiefbau",
            "bâtiment", "btp$", "travaux", "construcc", "costruzion", "edilizi", "edil",
            "construç", "bouw", "bygg", "byg$", "rakennus", "budow", "building$",
            "contractor", "handwerk", "plumb", "hvac", "roofing", "carpent",
            "infrastructur", "obras", "architecture & planning", "sanitär",
            "elektroinstall", "rakent", "waterproof", "建筑", "建設",
        ),
    ),
    (
        "transport",
        stems(
            "transport", "logist", "freight", "shipping", "trucking", "airline",
            "aviation", "airport", "railway", "rail$", "maritime", "courier", "parcel",
            "warehous", "spedition", "luftfahrt", "verkehr", "bahn$", "schifffahrt",
            "lieferdienst", "post$", "postal", "supply chain", "package", "import and",
            "import/", "trasport", "spedizion", "vervoer", "scheepvaart", "kuljetus",
            "lager", "fleet", "delivery", "mobility", "mobilität", "moving comp",
            "airlines/aviation", "aerolínea", "物流",
        ),
    ),
    (
        "retail",
        stems(
            "retail", "wholesale", "e-commerce", "ecommerce", "online shop",
            "onlineshop", "handel$", "*handel$", "großhandel", "einzelhandel",
            "versandhandel", "shop$", "store$", "stores$", "supermarket", "supermarkt",
            "grocery", "fashion", "apparel", "mode$", "moda$", "零售", "小売",
            "luxury goods", "commerce",
            "comercio", "comércio", "commercio", "varejo", "distribution$",
            "distribució", "distribuzione", "negozi", "tienda", "détail", "groothandel",
            "detailhandel", "winkel", "detaljhandel", "kauppa", "kaupan", "handlu",
            "trade$", "trading", "consumer goods", "consumer serv", "cosmetics",
            "möbelhaus", "konsumgüter", "fmcg", "cpg$", "import export", "jewel",
        ),
    ),
    (
        "manufacturing",
        stems(
            "manufact", "industri", "machin", "maschinenbau", "*maschinenbau",
            "anlagenbau", "automotive", "automobil", "automóvil", "automóvel",
            "car maker", "aerospace", "chemi", "chimi", "quími", "steel", "stahl",
            "metal", "métall", "plastic", "kunststoff", "textil", "paper", "papier",
            "packaging", "verpackung", "electronic", "elektro", "électron", "electrón",
            "elettron", "semiconduct", "halbleiter", "food prod", "food process",
            "lebensmittel", "nahrungsmittel", "agroaliment", "aliment", "beverage",
            "getränke", "wine", "tobacco", "furniture", "möbel", "production",
            "produktion", "fertigung", "producción", "produção", "produzione",
            "productie", "fabri", "tillverkning", "teollisuus", "przemys", "produkcj",
            "mechanical", "equipment", "werkzeug", "medical dev", "medtech", "toolmak",
            "shipbuild", "schiffbau", "glass", "ceramic", "manifattur", "meccanic",
            "engineer", "building products", "consumer electronics", "hardware",
            "robotic", "制造", "製造",
        ),
    ),
)  # fmt: skip
