"""Spans of time in words, and within which of them a conversion counts."""

from __future__ import annotations

from typing import Final

ITS: Final = "its deadline"
ITS_IF_ANY: Final = "any deadline of its own"
THEIRS_IF_ANY: Final = "any deadline of their own"


def days_said(days: float) -> str:
    """Say a span of days: 30 days."""
    return f"{days:g} day{'s' if days != 1 else ''}"


def within_said(horizon_days: float | None, deadline: str = "") -> str:
    """Say within which time a conversion counts, to stand behind what counts.

    Parameters
    ----------
    horizon_days : float or None
        None for a flat export: then nothing is said.
    deadline : str
        Before which it has to be as well; empty where there is none.

    Examples
    --------
    >>> within_said(45.0), within_said(45.0, ITS), within_said(None)
    (' within 45 days', ' within 45 days and before its deadline', '')
    """
    if horizon_days is None:
        return ""
    before = f" and before {deadline}" if deadline else ""
    return f" within {days_said(horizon_days)}{before}"
