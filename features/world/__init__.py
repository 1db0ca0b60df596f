"""The invented company: its leads, what they did, and the truth about them.

>>> company = generate(World(seed=7, leads=200, touches_per_lead=5))
>>> spine = company.truth.leads[["lead_id"]].assign(snapshot_at=World().start_at)
>>> true_probability(company, spine, 30)[:2]  # nobody was there yet
array([nan, nan])
"""

from .company import Company, generate, true_probability
from .export import SETTLING_DAYS
from .kinds import WORLD_FUNNEL, WORLD_KINDS, WORLD_OUTBOUND
from .truth import Truth
from .world import Persona, Phase, World

__all__ = [
    "SETTLING_DAYS",
    "WORLD_FUNNEL",
    "WORLD_KINDS",
    "WORLD_OUTBOUND",
    "Company",
    "Persona",
    "Phase",
    "Truth",
    "World",
    "generate",
    "true_probability",
]
