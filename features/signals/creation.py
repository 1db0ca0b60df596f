"""The lead's own instants."""

from __future__ import annotations

from sqlglot import exp

from ..declare import Of, signal
from ..lead import Lead
from ..vocabulary import Family, Unit


@signal(Family.BEHAVIOURAL, Unit.DAYS, of=Of.LEAD)
def lead_age(lead: Lead) -> exp.Expression:
    """Lead created."""
    return lead.age_days()
