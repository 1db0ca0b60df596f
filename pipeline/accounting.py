"""Rows and leads accounted for, as the summary tells it: none is lost without a line.

Rows in are kept or set aside, and leads kept are looked at or never: each figure that
is told here can be added up to the one above it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from features.vocabulary import DEADLINE_AT

from .artefacts import CATALOGUE, INTAKE

_MOST_REASONS = 5  # of one source; the rest stand in the quarantine


def rows_lines(folder: Path) -> str:
    """Return what came in, stayed and was looked at in a run, as plain text."""
    intake = INTAKE.read(folder / INTAKE.file)
    catalogue = CATALOGUE.read(folder / CATALOGUE.file)
    lines = ["Rows"]
    for source in intake["sources"]:
        lines += [*_source_lines(source), *_deadline_lines(source)]
    lines += _leads_lines(catalogue.get("leads"))
    counts = catalogue["spine"]
    lines.append(
        f"  {'snapshots':<18}{counts['snapshots']:>10,} of {counts['leads']:,} leads, "
        f"{counts['conversions']:,} followed by a conversion"
    )
    return "\n".join(lines)


def _source_lines(source: Mapping[str, Any]) -> list[str]:
    """Rows of one source: in, kept, and set aside by reason."""
    line = f"  {source['table']:<18}{source['rows_in']:>10,} in"
    if not source["rows_quarantined"]:
        return [line]
    line += f", {source['rows_kept']:,} kept, {source['rows_quarantined']:,} set aside:"
    reasons = list(source["reasons"].items())
    lines = [line, *(_counted(n, why) for why, n in reasons[:_MOST_REASONS])]
    if rest := sum(n for _, n in reasons[_MOST_REASONS:]):
        lines.append(_counted(rest, "for other reasons: see tables/quarantine.parquet"))
    return lines


def _deadline_lines(source: Mapping[str, Any]) -> list[str]:
    """Leads without a deadline, where some column holds deadlines.

    A cell that cannot be read is missing, too, and told by a check.
    """
    told = (c for c in source.get("instants", ()) if c["field"] == DEADLINE_AT)
    return [
        _counted(
            source["rows_kept"] - cells["read"],
            f"of these without a deadline in column {cells['column']!r}: for them the "
            "horizon alone counts",
        )
        for cells in told
        if source["rows_kept"] > cells["read"]
    ]


def _leads_lines(attrition: Mapping[str, Any] | None) -> list[str]:
    """Leads that were looked at, and those that never were, by reason."""
    if attrition is None:  # of a run made before leads were accounted for
        return []
    never = attrition["never"]
    line = f"  {'leads kept':<18}{attrition['leads']:>10,}: "
    line += f"{attrition['looked_at']:,} looked at"
    if not never:
        return [line]
    line += f", {sum(never.values()):,} never looked at:"
    return [line, *(_counted(count, why) for why, count in never.items())]


def _counted(count: int, why: str) -> str:
    return f"{'':<20}{count:>10,} {why}"
