"""How long a lead's outcome is waited for, where leads have deadlines of their own.

Why it is a signal: a lead with three days left is another bet than one with thirty, and
how many are left is known at the snapshot. Days beyond the horizon are not counted:
they lengthen no wait, and would only say which campaign a lead is of.
"""

from __future__ import annotations

from sqlglot import exp

from ..declare import Of, signal
from ..lead import Lead
from ..vocabulary import Family, Unit


@signal(Family.BEHAVIOURAL, Unit.NUMBER, of=Of.DEADLINE)
def days_to_deadline(lead: Lead) -> exp.Expression:
    """Days to the deadline (at most {most})."""
    return lead.days_to_deadline()
