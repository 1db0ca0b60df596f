"""Words that leads use, and what they mean: written by hand, never learnt."""

from .countries import COUNTRIES, REGIONS
from .departments import DEPARTMENT
from .domains import DISPOSABLE_DOMAINS, EDUCATION_DOMAIN, FREE_DOMAINS, ROLES
from .industries import INDUSTRY
from .titles import SENIORITY

__all__ = [
    "COUNTRIES",
    "DEPARTMENT",
    "DISPOSABLE_DOMAINS",
    "EDUCATION_DOMAIN",
    "FREE_DOMAINS",
    "INDUSTRY",
    "REGIONS",
    "ROLES",
    "SENIORITY",
]
