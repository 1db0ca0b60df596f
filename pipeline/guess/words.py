"""Words in the names of files, columns and kinds, and what they speak of.

A stem that ends in ``$`` has to be the whole word. The lists are of the words that
exports use; no list is complete, so what no list knows is asked about, not dropped.
"""

from __future__ import annotations

import re
from typing import Final

from features.attributes import whole_words

LEAD: Final = whole_words(
    "lead", "mql", "prospect", "opportunit", "case$", "cases$", "applica", "inquir",
    "enquir", "contact", "pipeline",
)  # fmt: skip
ACCOUNT: Final = whole_words(
    "account", "company", "companies", "organi", "firm$", "firms$", "employer",
    "household",
)  # fmt: skip
ACCOUNT_NAME: Final = (
    "(account|company|organi[sz]ation|firm|employer|household)( (id|uuid|key|name|no))?"
)
TOUCHES: Final = whole_words(
    "touch", "event", "activit", "visit", "call$", "calls$", "click", "log$", "logs$",
    "session", "interaction", "engagement", "web$", "email", "history",
)  # fmt: skip
MILESTONES: Final = whole_words(
    "milestone", "stage", "status", "deal", "outcome", "conversion", "closed", "won$",
    "opportunit",
)  # fmt: skip
IDENTITY: Final = whole_words("id$", "ids$", "uuid", "guid", "key$", "number$", "no$")

CREATED: Final = whole_words(
    "creat", "regist", "reg$", "signup", "sign", "first", "submit", "enter", "engage",
    "added", "receiv", "inquir", "enquir", "start", "opened", "joined",
)  # fmt: skip
NOT_CREATED: Final = whole_words(
    "last", "updat", "modif", "clos", "won$", "lost", "end$", "ended", "birth",
    "conver", "expir", "recorded", "loaded",
)  # fmt: skip
OCCURRED: Final = whole_words(
    "occur",
    "timestamp",
    "time$",
    "happen",
    "date",
    "when$",
    "at$",
    "reached",
    "visited",
)
RECORDED: Final = whole_words(
    "record", "loaded", "insert", "sync", "ingest", "logged", "imported", "updated"
)
CLOSED_AT: Final = whole_words(
    "clos", "end$", "ended", "won$", "conver", "decid", "outcome", "resolv", "finish"
)
KNOWN_FROM: Final = whole_words("known", "valid", "since", "effective", "from$")
OF_TIME: Final = whole_words(
    "date$", "at$", "on$", "ts$", "time$", "timestamp$", "dt$", "day$", "datetime$"
)

KIND: Final = whole_words(
    "kind",
    "type",
    "event",
    "activit",
    "action",
    "milestone",
    "stage",
    "status",
    "touch",
)
PERHAPS_KIND: Final = whole_words("name$", "transition", "state$", "category", "what$")
ASSET: Final = whole_words("asset", "page", "url", "content", "campaign", "path$")
CHANNEL: Final = whole_words("channel", "medium", "source", "via$", "resource")
VALUE: Final = whole_words("value", "amount", "price", "revenue", "sales$")

# What is filled in, or last changed, when sales has worked the lead.
LATE: Final = whole_words(
    "last$", "tag$", "tags$", "quality", "score", "scoring", "profile", "stage",
    "duration", "owner", "activity", "status", "closed", "close$", "won$", "lost$",
    "reason", "result", "disposition",
)  # fmt: skip
PERSON: Final = whole_words(
    "first name", "firstname", "last name", "lastname", "full name", "fullname",
    "surname", "middle name", "phone", "mobile", "street", "address", "birth", "ip$",
    "linkedin", "fax",
)  # fmt: skip
FREE_TEXT: Final = whole_words("comment", "note$", "notes$", "message", "description")
TITLE: Final = whole_words("title", "position", "jobtitle", "job role", "role$")
CODE: Final = whole_words("zip", "postcode", "postal", "code$", "prefix", "id$")
COUNTRY: Final = whole_words(
    "country", "countries", "nation$", "location$", "land$", "staat$", "pays$", "pais$",
    "país$", "paese$", "kraj$", "market$",
)  # fmt: skip
INDUSTRY: Final = whole_words(
    "industr", "sector", "sektor", "vertical", "branche", "line of business",
    "secteur", "settore", "setor", "business type", "segment$",
)  # fmt: skip
SIZE: Final = whole_words(
    "employee", "headcount", "head count", "staff", "fte$", "ftes$", "workforce",
    "company size", "firm size", "account size", "organisation size", "mitarbeiter",
    "organization size", "business size", "size$", "effectif", "empleados",
    "dipendenti", "unternehmensgröße", "medewerkers",
)  # fmt: skip
NO_SIZE: Final = whole_words("deal", "order", "basket", "lot$", "team", "family")
REVENUE: Final = whole_words(
    "revenue", "turnover", "umsatz", "jahresumsatz", "annual sales", "fatturato",
    "chiffre d affaires", "omzet", "facturacion", "facturación", "faturamento",
)  # fmt: skip
NO_REVENUE: Final = whole_words("deal", "expected", "opportunit", "lost$", "rate$")
COUNTS: Final = whole_words(  # what a flat export says of the lead's own doing
    "visit", "visits", "totalvisits", "view", "views", "time spent", "click", "opens$",
    "pages$", "session", "downloads", "previous$", "campaign$",
)  # fmt: skip

# In the order of preference: what marketing hands over comes before what sales wins.
CONVERSIONS: Final = (
    "opportunit", "convert", "conversion", "won$", "win$", "approv", "purchas",
    "customer", "sold$", "sale$", "signed", "paid", "order", "enrol", "redeem",
    "subscrib", "bought", "booked", "booking", "accept", "activat", "deal", "success",
)  # fmt: skip
CLOSINGS: Final = whole_words(
    "lost", "disqualif", "unqualif", "declin", "cancel", "reject", "dead$", "withdraw",
    "withdrew", "junk", "churn", "refus", "expired", "abandon",
)  # fmt: skip
OUTCOMES: Final = whole_words(
    "y$", "converted", "conversion", "convert$", "won$", "outcome", "target$", "label$",
    "purchased", "purchase$", "subscribed", "response$", "responded", "bought", "sold$",
    "success", "enrolled", "is customer", "closed won", "sale$", "deposit", "redeemed",
    "signed",
)  # fmt: skip
POSITIVES: Final = ("1", "yes", "true", "y", "t", "won", "converted", "success", "1.0")

OUTBOUND: Final = whole_words("outbound", "call", "sent$", "sms$", "dial", "mailing")
STAGES: Final = {
    "negative": whole_words(
        "career", "unsubscri", "bounce", "spam", "complain", "opt out", "optout",
        "declin", "cancel", "fraud", "hiring",
    ),
    "bottom": whole_words(
        "pricing", "price", "demo$", "demos$", "trial", "cart$", "cart", "checkout",
        "quote", "offer", "proposal", "buy", "basket", "sales$", "coupon", "meeting",
    ),
    "middle": whole_words(
        "webinar", "doc$", "docs$", "documentation", "download", "whitepaper", "ebook",
        "case study", "tour", "video", "guide", "tutorial", "compar", "integration",
        "workshop",
    ),
    "top": whole_words(
        "visit", "page", "view", "newsletter", "open", "click", "blog", "home",
        "social", "ad$", "ads$", "impression", "search", "email", "form", "submit",
    ),
}  # fmt: skip

MISSING_WORDS: Final = (  # a form's unanswered question, or an export's blank
    "select", "#n/a", "<na>", "undefined", "not specified", "not provided",
    "not available", "(not set)", "not set", "(blank)", "n.a.", "-", "--", "?",
)  # fmt: skip
PERHAPS_MISSING: Final = ("unknown", "not known", "unspecified")
YES_NO: Final = frozenset({"yes", "no", "true", "false", "y", "n", "t", "f"})


def said(name: str) -> str:
    """Return a name as lower-case words.

    Examples
    --------
    >>> said("TotalVisits"), said("concept:name"), said("AMOUNT_REQ")
    ('total visits', 'concept name', 'amount req')
    """
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return " ".join(re.split(r"[^\w]+|_", apart)).strip().lower()


def speaks(name: str, pattern: str) -> bool:
    """Whether a name holds a word of a list.

    Examples
    --------
    >>> speaks("Last Activity", LATE), speaks("ballast", LATE)
    (True, False)
    """
    return re.search(pattern, said(name)) is not None


def conversion_rank(name: str) -> int:
    """The place of a milestone's name among those that speak of converting.

    Examples
    --------
    >>> conversion_rank("Won") < conversion_rank("A_ACCEPTED")
    True
    >>> conversion_rank("disqualified") == conversion_rank("closed lost")
    True
    """
    if speaks(name, CLOSINGS):
        return len(CONVERSIONS)
    places = (i for i, w in enumerate(CONVERSIONS) if speaks(name, whole_words(w)))
    return next(places, len(CONVERSIONS))


def converts(name: str) -> bool:
    """Whether a milestone's name speaks of converting."""
    return conversion_rank(name) < len(CONVERSIONS)


def without_time(name: str) -> str:
    """Return a date column's name without the words that say that it is one.

    Examples
    --------
    >>> without_time("won_date"), without_time("ts_booking_at"), without_time("date")
    ('won', 'booking', '')
    """
    kept = (w for w in said(name).split() if not re.search(OF_TIME, w))
    return "_".join(kept)
