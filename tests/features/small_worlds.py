"""A company with something of everything, and small worlds drawn from it.

``COMPANY`` has several kinds in a funnel stage, kinds that we make, a kind of no stage,
and attributes of every meaning, some of them held by accounts or by history.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from hypothesis import strategies as st

from features.catalogue import catalogue_of
from features.company import Company, DeclaredAttribute, Kind
from features.vocabulary import Family, FunnelStage

START: Final = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday, 00:00
LOOKBACKS: Final = (7, 30)
DAY: Final = timedelta(days=1)

STAGES: Final = {
    "top": ("visit", "News open"),
    "middle": ("webinar",),
    "bottom": ("demo_request", "pricing_page"),
    "negative": ("careers_page",),
}
OUTBOUND: Final = ("call", "mail")  # middle of the funnel, and none
UNSTAGED: Final = ("survey", "never_declared")  # what counts as "other"

COMPANY: Final = Company(
    kinds=(
        Kind("visit", "Page", FunnelStage.TOP),
        Kind("News open", "Newsletter", FunnelStage.TOP),
        Kind("webinar", "Webinar", FunnelStage.MIDDLE),
        Kind("call", "Call", FunnelStage.MIDDLE, is_outbound=True),
        Kind("demo_request", "Demo request", FunnelStage.BOTTOM),
        Kind("pricing_page", "Pricing page", FunnelStage.BOTTOM),
        Kind("careers_page", "Careers page", FunnelStage.NEGATIVE),
        Kind("survey", "Survey", FunnelStage.OTHER),
        Kind("mail", "Mail", FunnelStage.OTHER, is_outbound=True),
    ),
    attributes=(
        DeclaredAttribute("employees", "number", "Employees", direction=1),
        DeclaredAttribute("Segment", "category", "Segment", personal=True),
        DeclaredAttribute("opted_in", "flag", "Opted in"),
        DeclaredAttribute("job title", "title", "Job title"),
        DeclaredAttribute("email", "email", "E-mail", personal=True),
        DeclaredAttribute("industry", "category", "Industry"),
        DeclaredAttribute("budget", "number", "Budget"),
        DeclaredAttribute("visits", "number", "Visits", Family.BEHAVIOURAL),
        DeclaredAttribute("Company size", "size", "Company size"),
        DeclaredAttribute("revenue", "revenue", "Revenue"),
        DeclaredAttribute("sector", "industry", "Sector"),
        DeclaredAttribute("country", "country", "Country"),
    ),
    lookbacks_days=LOOKBACKS,
    rival_domains=("rival.com",),
    has_accounts=True,
    conversion="won",
    closed_by=("lost",),
    deadline_within_days=20,
)
CATALOGUE: Final = catalogue_of(COMPANY)

# What people write, and what it means.
NUMBERS: Final[dict[str | None, float | None]] = {
    "12": 12.0, "-3.5": -3.5, "1e3": 1000.0, "n.k.": None, "nan": None, "inf": None,
    "-Infinity": None, "1e999": None, "1,5": None, None: None,
}  # fmt: skip
FLAGS: Final[dict[str | None, float | None]] = {
    "Yes": 1.0, "TRUE": 1.0, "1": 1.0, "no": 0.0, "F": 0.0, "0": 0.0, "perhaps": None,
    None: None,
}  # fmt: skip
TITLES: Final[dict[str | None, tuple[str | None, str | None]]] = {
    "VP Sales": ("vice president", "sales"),
    "GESCHÄFTSFÜHRER": ("chief", "general"),
    "Beekeeper": ("other", "other"),
    "asdf": ("other", "other"),
    None: (None, None),
}
EMAILS: Final[dict[str | None, str | None]] = {
    "ada@gmail.com": "free", "b.b@RIVAL.com": "rival", "c@mit.edu": "education",
    "d@acme.io": "corporate", "nonsense": None, None: None,
    "Info@acme.io": "corporate", "no-reply@yopmail.com": "disposable",
}  # fmt: skip
ROLES: Final = {"Info@acme.io", "no-reply@yopmail.com"}
SIZES: Final[dict[str | None, float | None]] = {
    "11–50": 11.0, "10k+": 10001.0, "1.000 - 5.000": 501.0, "<10": 1.0,
    "Level 3": None, None: None,
}  # fmt: skip
REVENUES: Final[dict[str | None, float | None]] = {
    "€ 2,5 Mio": 1e6, "US$ 1,200,000.50": 1e6, "1-5M": 1e6, "500k": 3e5, "0": 0.0,
    "3 Mrd": 3e9, "a lot": None, None: None,
}  # fmt: skip
SECTORS: Final[dict[str | None, str | None]] = {
    "Maschinenbau": "manufacturing", "IT Services": "software", "Bienen": "other",
    "n/a": "other", None: None,
}  # fmt: skip
COUNTRIES: Final[dict[str | None, tuple[str | None, str | None]]] = {
    "de": ("Germany", "Western Europe"), "U.S.A.": ("United States", "North America"),
    "ESPAÑA": ("Spain", "Southern Europe"), "Atlantis": ("other", "other"),
    None: (None, None),
}  # fmt: skip
NONSENSE: Final = {"asdf", "n/a"}  # that no one is, or does
WORDS: Final = ("steel", "software", None)


@dataclass(frozen=True)
class Touch:
    """One touch, of a lead or (where there is none) of an account's leads."""

    kind: str
    occurred_at: datetime
    recorded_at: datetime
    lead_id: str | None = None
    account_id: str | None = None
    asset: str | None = None
    channel: str | None = None
    value: float | None = None


@dataclass(frozen=True)
class Person:
    """A lead, and what was known of it at its creation."""

    lead_id: str
    account_id: str | None
    created_at: datetime
    employees: str | None = None
    segment: str | None = None
    opted_in: str | None = None
    title: str | None = None
    email: str | None = None
    visits: str | None = None
    size: str | None = None
    revenue: str | None = None
    sector: str | None = None
    country: str | None = None
    deadline_at: datetime | None = None


@dataclass(frozen=True)
class Known:
    """A value of a lead or of an account, and since when it was known."""

    of: str
    value: str | None
    known_from: datetime | None
    attribute: str = "industry"


@dataclass(frozen=True)
class Milestone:
    """A stage that a lead reached, and when our systems knew."""

    lead_id: str
    milestone: str
    reached_at: datetime
    recorded_at: datetime


@dataclass(frozen=True)
class Limit:
    """How much less than its instant a snapshot may know; None is no less."""

    known_at: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class SmallWorld:
    """Everything the engine is shown, as plain records.

    Attributes
    ----------
    limits : tuple of Limit
        One a snapshot; empty where the spine has no such columns.
    """

    people: tuple[Person, ...]
    touches: tuple[Touch, ...] = ()
    accounts: tuple[Known, ...] = ()
    history: tuple[Known, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    snapshots: tuple[tuple[str, datetime], ...] = ()
    limits: tuple[Limit, ...] = ()


# --- drawing worlds ------------------------------------------------------------------

LEADS: Final = ("ada", "bob", "cyd", "dot", "eve")
ACCOUNTS: Final = ("acme", "zenith")
KINDS: Final = (*sum(STAGES.values(), ()), *OUTBOUND, *UNSTAGED)


def instants(first_day: int = 0, last_day: int = 40) -> st.SearchStrategy[datetime]:
    """Draw instants that often tie, or miss each other by a microsecond."""
    return st.builds(
        lambda halves, us: START + timedelta(hours=12 * halves, microseconds=us),
        st.integers(2 * first_day, 2 * last_day),
        st.sampled_from((0, 0, 0, -1, 1)),
    )


@st.composite
def one_touch(draw: st.DrawFn) -> Touch:
    """Draw a touch; some are recorded late or too early, some are of an account."""
    minutes = draw(st.sampled_from((0, 0, 0, 29, 30, 31, 300)))
    occurred = draw(instants()) + timedelta(minutes=minutes)
    late = draw(st.sampled_from((0, 0, 0, 0.5, 3, 30, -2)))  # −2: a wrong clock
    lead = draw(st.sampled_from((*LEADS, *LEADS, None)))
    return Touch(
        kind=draw(st.sampled_from(KINDS)),
        occurred_at=occurred,
        recorded_at=occurred + late * DAY,
        lead_id=lead,
        account_id=draw(st.sampled_from((*ACCOUNTS, None))),
        asset=draw(st.sampled_from(("/pricing", "/blog", "/Blog", None))),
        channel=draw(st.sampled_from(("web", "e-mail", None))),
        value=draw(st.sampled_from((None, 0.1, 0.2, 9.5, -4.0, 1_000_000.07))),
    )


@st.composite
def one_person(draw: st.DrawFn, lead_id: str) -> Person:
    """Draw a lead, created in the first ten days."""
    return Person(
        lead_id,
        account_id=draw(st.sampled_from((*ACCOUNTS, None))),
        created_at=draw(instants(0, 10)),
        employees=draw(st.sampled_from(tuple(NUMBERS))),
        segment=draw(st.sampled_from(WORDS)),
        opted_in=draw(st.sampled_from(tuple(FLAGS))),
        title=draw(st.sampled_from(tuple(TITLES))),
        email=draw(st.sampled_from(tuple(EMAILS))),
        visits=draw(st.sampled_from(tuple(NUMBERS))),
        size=draw(st.sampled_from(tuple(SIZES))),
        revenue=draw(st.sampled_from(tuple(REVENUES))),
        sector=draw(st.sampled_from(tuple(SECTORS))),
        country=draw(st.sampled_from(tuple(COUNTRIES))),
        deadline_at=draw(st.none() | instants(5, 60)),
    )


def of_accounts() -> st.SearchStrategy[Known]:
    """Draw what became known of an account."""
    when = st.one_of(st.none(), instants())
    return st.builds(Known, st.sampled_from(ACCOUNTS), st.sampled_from(WORDS), when)


def of_leads() -> st.SearchStrategy[Known]:
    """Draw what became known of a lead."""
    told = st.one_of(
        st.tuples(st.just("Segment"), st.sampled_from(WORDS)),
        st.tuples(st.just("budget"), st.sampled_from(tuple(NUMBERS))),
    )
    return st.builds(
        lambda lead, word, at: Known(lead, word[1], at, word[0]),
        st.sampled_from(LEADS),
        told,
        instants(),
    )


def of_stages() -> st.SearchStrategy[Milestone]:
    """Draw a milestone; some are recorded late."""
    return st.builds(
        lambda lead, name, at, late: Milestone(lead, name, at, at + late * DAY),
        st.sampled_from(LEADS),
        st.sampled_from(("won", "lost", "met")),
        instants(),
        st.sampled_from((0, 0, 3, -1)),
    )


def many_touches(least: int = 10, most: int = 40) -> st.SearchStrategy[list[Touch]]:
    """Draw some touches."""
    return st.lists(one_touch(), min_size=least, max_size=most)


@st.composite
def small_worlds(draw: st.DrawFn) -> SmallWorld:
    """Draw five leads, what they did, what was known of them, and snapshots.

    Weaving costs the same for one snapshot as for many, so a world has many.
    """
    people = tuple(draw(one_person(lead)) for lead in LEADS)
    snapshot = st.tuples(st.sampled_from(LEADS), instants(11, 40))
    return SmallWorld(
        people,
        tuple(draw(many_touches())),
        tuple(draw(st.lists(of_accounts(), max_size=6))),
        tuple(draw(st.lists(of_leads(), max_size=8))),
        tuple(draw(st.lists(of_stages(), max_size=6))),
        tuple(draw(st.lists(snapshot, min_size=4, max_size=12, unique=True))),
    )


@st.composite
def limited_worlds(draw: st.DrawFn) -> SmallWorld:
    """Draw a world in which each lead's snapshots know more or less than they might."""
    world = draw(small_worlds())
    known = draw(st.lists(instants(5, 45), min_size=2, max_size=3))
    instant = st.sampled_from((None, *known))
    looks = draw(st.lists(st.builds(Limit, instant, instant), min_size=3, max_size=3))
    few = world.snapshots[:6]
    return replace(
        world,
        snapshots=tuple(s for s in few for _ in looks),
        limits=tuple(looks) * len(few),
    )


def with_another_future(
    world: SmallWorld, at: datetime, other: SmallWorld
) -> SmallWorld:
    """Return the world with all that is known at ``at`` or later taken from another."""

    def is_later(t: Touch) -> bool:
        return max(t.occurred_at, t.recorded_at) >= at

    def is_reached_later(m: Milestone) -> bool:
        return max(m.reached_at, m.recorded_at) >= at

    def is_known_later(k: Known) -> bool:
        return k.known_from is not None and k.known_from >= at

    return replace(
        world,
        touches=(
            *(t for t in world.touches if not is_later(t)),
            *(t for t in other.touches if is_later(t)),
        ),
        accounts=(
            *(k for k in world.accounts if not is_known_later(k)),
            *(k for k in other.accounts if is_known_later(k)),
        ),
        history=(
            *(k for k in world.history if not is_known_later(k)),
            *(k for k in other.history if is_known_later(k)),
        ),
        milestones=(
            *(m for m in world.milestones if not is_reached_later(m)),
            *(m for m in other.milestones if is_reached_later(m)),
        ),
    )
