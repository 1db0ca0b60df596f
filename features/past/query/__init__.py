"""The same atoms as one plan of SQL, for engines that have no compiled loops."""

from __future__ import annotations

from ..spelling import PAST
from .plan import answers_plan
from .step import Step, in_dialect, statement

__all__ = ["PAST", "Step", "answers_plan", "in_dialect", "statement"]
