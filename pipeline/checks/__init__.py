"""Coded judgements about a run, its data and its scorer.

``LL1xx`` look at the data as they came, ``LL2xx`` for leaks, ``LL3xx`` at the scorer.
"""

from .check import Answer, Check, Finding
from .registry import CHECKS, explanation, report_of, run_checks

__all__ = [
    "CHECKS",
    "Answer",
    "Check",
    "Finding",
    "explanation",
    "report_of",
    "run_checks",
]
