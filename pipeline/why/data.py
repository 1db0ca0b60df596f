"""One lead's score as plain values, for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from models.explaining.words import sentence

from ..files import finite
from .found import Why
from .inert import is_invisible
from .lines import Line
from .outlook import Section
from .said import plain


def data(found: Why) -> dict[str, Any]:
    """Return all that is known of a score, as JSON can hold it.

    Returns
    -------
    dict
        The lead's line of the output, its reasons aside, as it is there; and
        ``reference`` (name, words, size), ``start_points``, ``total_points``,
        ``signals`` (the strongest first, each with code, words, family, topic, points,
        the past leads like that and its touches), ``raising`` and ``lowering`` (codes),
        ``other_points``, ``topics``, ``changes``, ``reach``, ``likeness``,
        ``sections`` (the same in words), ``cutoffs``, ``scorer_sha256``, ``notes``.
    """
    told: dict[str, Any] = finite(
        {
            **{k: plain(v) for k, v in found.output.items()},
            "start_points": found.start,
            "total_points": found.total,
            "is_clipped": found.is_clipped,
            "reference": asdict(found.reference),
            "signals": [
                _line(x) for x in sorted(found.lines, key=lambda x: -abs(x.points))
            ],
            "raising": [x.code for x in found.raising],
            "lowering": [x.code for x in found.lowering],
            "other_points": found.other_points,
            "topics": [asdict(t) for t in found.topics],
            "changes": None
            if found.changes is None
            else [c.to_dict() for c in found.changes],
            "reach": [_reach(r) for r in found.reach],
            "likeness": None if found.likeness is None else asdict(found.likeness),
            "sections": {
                s.name: _section(s) for s in (*found.opening, *found.sections)
            },
            "cutoffs": found.wording.thresholds,
            "scorer_sha256": found.digest or None,
            "notes": list(found.notes),
        }
    )
    return told


def as_json(found: Why) -> str:
    """Return it as indented JSON, in which nothing that is not to be seen is bare."""
    text = json.dumps(data(found), indent=2, ensure_ascii=False)
    return "".join(
        json.dumps(c)[1:-1] if is_invisible(c) and c != "\n" else c for c in text
    )


def _line(line: Line) -> dict[str, Any]:
    return {
        "code": line.code,
        "words": line.words,
        "sentence": sentence(line.words, line.points),
        "family": line.family,
        "topic": line.topic,
        "points": line.points,
        "amount": line.amount,
        "past_leads": None if line.like is None else asdict(line.like),
        "touches": [
            {"kind": t.kind, "occurred_at": plain(t.occurred_at)}
            for t in line.behind.touches
        ],
        "more_touches": line.behind.more,
    }


def _reach(found: Any) -> dict[str, Any]:
    return {
        "cutoff": found.cutoff,
        "cutoff_points": found.cutoff_points,
        "points": found.points,
        "is_reached": found.is_reached,
        "answers": [
            {"said": a.said, "points": a.points, "cost": a.cost} for a in found.answers
        ],
        "best_points": found.best_points,
        "said": found.said,
    }


def _section(section: Section) -> dict[str, Any]:
    told = asdict(section)
    del told["name"]
    return told
