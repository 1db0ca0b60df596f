"""Why a lead has its score: every point in words, adding up as the reader watches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from models.contract import Contract
from models.explaining.reasons import strongest, words_of
from models.judging.contestants import stands_in
from models.points import (
    MIDDLE_POINTS,
    POINTS_PER_LOG_ODDS,
    log_odds_of,
    probability_of,
)

from .night.ledger import Entry

_BAR = 24  # characters of the longest bar


@dataclass(frozen=True)
class Line:
    """One signal's points and what was seen of it."""

    code: str
    words: str
    family: str
    points: float


@dataclass(frozen=True)
class Why:
    """One lead's score, taken apart.

    Attributes
    ----------
    values : dict
        The lead's line of the scores' output.
    lines : tuple of Line
        Every signal, in the order of the contract.
    """

    values: dict[str, Any]
    lines: tuple[Line, ...]
    contract: Contract

    @property
    def total(self) -> float:
        """Start + Σ points, before clipping and rounding."""
        return float(self.values["start_points"]) + sum(x.points for x in self.lines)

    @property
    def raising(self) -> tuple[Line, ...]:
        """The strongest signals that raise the score."""
        return tuple(self.lines[p] for p in self._strongest()[0])

    @property
    def lowering(self) -> tuple[Line, ...]:
        """The strongest signals that lower the score."""
        return tuple(self.lines[p] for p in self._strongest()[1])

    @property
    def other_points(self) -> float:
        """Of all the other signals together."""
        told = {p for places in self._strongest() for p in places}
        return sum(x.points for p, x in enumerate(self.lines) if p not in told)

    def _strongest(self) -> tuple[list[int], list[int]]:
        return strongest(np.array([x.points for x in self.lines]))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            **{k: _plain(v) for k, v in self.values.items()},
            "total_points": self.total,
            "signals": [
                vars(x) for x in sorted(self.lines, key=lambda x: -abs(x.points))
            ],
        }


def why(entry: Entry) -> Why:
    """Take a lead's score apart, from its line of the ledger."""
    contract = Contract.from_dict(entry.contract)
    names = [f.name for f in contract.features]
    lines = [
        Line(
            s.code,
            words_of(s, [entry.seen[names[c]] for c in s.columns], contract.features),
            s.family.value,
            entry.points[s.code],
        )
        for s in contract.signals
    ]
    return Why(entry.values, tuple(lines), contract)


def told(found: Why, *, every: bool = False) -> str:
    """Return the explanation as plain text, for a terminal.

    Parameters
    ----------
    every : bool
        Whether each signal has a line, rather than the strongest only.
    """
    longest = max([abs(x.points) for x in found.lines] or [0.0]) or 1.0

    def line(x: Line) -> str:
        bar = "█" * (max(round(abs(x.points) / longest * _BAR), 1) if x.points else 0)
        return f"  {x.points:+6.1f}  {bar:<{_BAR}}  {x.words}"

    parts = [_head(found), f"  {found.values['start_points']:6.1f}  {_start(found)}"]
    shown = 0
    for title, lines in _parts(found, every=every):
        parts += [title, *map(line, lines)] if lines else []
        shown += len(lines)
    parts.append("")
    if others := len(found.lines) - shown:
        words = "the one other signal" if others == 1 else f"all {others} other signals"
        parts.append(f"  {found.other_points:+6.1f}  {words}")
    parts += [
        f"  {found.total:6.1f}  points, which is a score of {found.values['score']}",
        "",
        _foot(found),
    ]
    return "\n".join(parts) + "\n"


def known_when(found: Why) -> str:
    """Say up to when the lead was looked at."""
    at = found.values["snapshot_at"]
    if at is None:
        return "by the time of the export"
    return f"as known before {at:%Y-%m-%d %H:%M} UTC"


def cutoffs_told(found: Why) -> str:
    """Say from which chance on a lead is qualified."""
    contract = found.contract
    cutoffs = [
        f"{name.upper()} from {cutoff.threshold:.1%} "
        f"({_points_at(cutoff.threshold, contract):.0f} points) on"
        for name, cutoff in (
            ("mql", contract.cutoffs.mql),
            ("sql", contract.cutoffs.sql),
        )
        if cutoff.threshold is not None
    ]
    return "; ".join(cutoffs) + "." if cutoffs else "No cutoff is set."


def status_told(found: Why) -> str:
    """Say the status and its sentence; empty for a lead that is plainly scored."""
    values = found.values
    if not values["status_said"]:
        return ""
    return f"{values['status'].replace('_', ' ')}: {values['status_said']}"


def _start(found: Why) -> str:
    return (
        "start: the points of a lead of which nothing is known (the average along the "
        f"{found.contract.reference})"
    )


def _parts(found: Why, *, every: bool) -> list[tuple[str, list[Line]]]:
    """The lines to show, under their titles, the strongest first."""
    if not every:
        return [("Raises", [*found.raising]), ("Lowers", [*found.lowering])]
    ranked = sorted(found.lines, key=lambda x: -abs(x.points))
    return [
        ("Raises", [x for x in ranked if x.points > 0]),
        ("Lowers", [x for x in ranked if x.points < 0]),
        ("Neither", [x for x in ranked if x.points == 0]),
    ]


def _head(found: Why) -> str:
    values, contract = found.values, found.contract
    within = (
        ""
        if contract.horizon_days is None
        else f" within {contract.horizon_days:g} days"
    )
    lines = [
        f"Lead {values['lead_id']}: score {values['score']}, "
        f"{_qualified(values['qualification'])}, grade {values['grade']}",
        f"{values['probability']:.1%} chance of {contract.conversion}{within}, "
        f"{known_when(found)}",
    ]
    if status := status_told(found):
        lines.append(status)
    if said := stands_in(contract.scorer):
        lines.append(said)
    return "\n".join([*lines, ""])


def _foot(found: Why) -> str:
    contract = found.contract
    reference = float(probability_of([contract.scale.reference])[0])
    return "\n".join(
        [
            f"50 points are a chance of {reference:.1%}; 10 more double the odds.",
            cutoffs_told(found),
            f"Scorer {found.values['model_name']} {found.values['model_version']} "
            f"({found.values['model_digest']}); signals share the points by their "
            f"exact Shapley values ({contract.reference}).",
        ]
    )


def _points_at(probability: float, contract: Contract) -> float:
    above = float(log_odds_of([probability])[0]) - contract.scale.reference
    return MIDDLE_POINTS + POINTS_PER_LOG_ODDS * above


def _qualified(word: str) -> str:
    return {"none": "not qualified", "mql": "marketing-qualified"}.get(
        word, "sales-qualified"
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
