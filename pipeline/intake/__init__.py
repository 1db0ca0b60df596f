"""Intake: tables as they were exported become the canonical tables, losing no row."""

from __future__ import annotations

from .desk import take_in
from .kept import Kept, kept_in
from .report import (
    FileDigest,
    InstantCells,
    IntakeReport,
    SourceReport,
    UnreadableCells,
)

__all__ = [
    "FileDigest",
    "InstantCells",
    "IntakeReport",
    "Kept",
    "SourceReport",
    "UnreadableCells",
    "kept_in",
    "take_in",
]
