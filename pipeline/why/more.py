"""What else is known of a score: what it would take, and leads like this one.

Each needs more than the points, and is left out where the night kept less.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from models.explaining.reasons import LEAST_POINTS
from models.points import signed
from models.wording import Wording

from ..night.ledger import Entry
from .changes import changes_of, changes_section
from .found import Why
from .inert import inert
from .outlook import Below, Item, Section
from .row import can_be_walked, encoded_row

if TYPE_CHECKING:
    from models.reaching.reach import Reach
    from models.recalling.likeness import Alike, Likeness


def with_more(found: Why, entry: Entry) -> Why:
    """Put beside a score what else is known: changes, what it would take, precedents.

    Parameters
    ----------
    entry : Entry
        The very lead's.
    """
    changes = changes_of(entry)
    reached = _reach(entry, found.wording)
    likeness = _likeness(entry, found.wording)
    sections = [
        None if changes is None else changes_section(changes, found),
        _reach_section(reached, entry.values),
        None if likeness is None else _likeness_section(likeness),
    ]
    return replace(
        found,
        changes=changes,
        reach=reached if _may_qualify(entry.values) else (),
        likeness=likeness,
        sections=tuple(s for s in sections if s is not None),
    )


def _reach(entry: Entry, wording: Wording) -> tuple[Reach, ...]:
    """What it would take; nothing where no change is declared or can be tried."""
    if not wording.actions or not can_be_walked(entry):
        return ()
    from models.reaching.reach import reach
    from models.treeshap.trees import read_trees

    row = encoded_row(entry.seen, wording.features)
    return reach(row, read_trees(entry.scorer.booster), wording)


def _likeness(entry: Entry, wording: Wording) -> Likeness | None:
    """What became of leads like this one; None where no past leads were kept."""
    if entry.scorer.precedents is None:
        return None
    from models.recalling.likeness import leads_like
    from models.recalling.precedents import Precedents

    points = np.array([entry.points[s.code] for s in wording.signals])
    precedents = Precedents.from_bytes(entry.scorer.precedents, wording)
    return leads_like(points, precedents, wording)


def _reach_section(found: tuple[Reach, ...], output: dict[str, Any]) -> Section | None:
    if not found:
        return None
    heading = "What it would take"
    if not _may_qualify(output):
        status = inert(output["status"]).replace("_", " ")
        said = f"While it is {status} it qualifies for nothing, whatever its points."
        return Section("reach", heading, lead=(said,))
    from models.reaching.reach import NOTE

    ahead = [r for r in found if not r.is_reached] or [found[-1]]
    items = [item for each in ahead for item in _reach_items(each)]
    has_answers = any(r.answers for r in found)
    return Section(
        "reach",
        heading,
        items=tuple(items),
        close=(NOTE,) if has_answers else (),
    )


def _may_qualify(output: dict[str, Any]) -> bool:
    """Whether the lead is plainly scored; else nothing it does would qualify it."""
    return bool(output["status"] == "scored")


def _reach_items(found: Reach) -> list[Item]:
    if not found.answers:
        return [Item(found.said)]
    first, *others = found.answers
    said = [f"For {found.cutoff.upper()}: {first.said}."]
    return [
        Item(said[0], below=tuple(Below(f"Or {a.said}.") for a in others)),
    ]


def _likeness_section(found: Likeness) -> Section:
    return Section(
        "likeness",
        "Leads like this one",
        lead=(found.said,),
        items=tuple(_alike(a) for a in found.nearest),
    )


def _alike(found: Alike) -> Item:
    became = "converted" if found.has_converted else "did not convert"
    when = "" if found.month is None else f", {found.month}"
    unlike = "; ".join(
        f"{d.words} ({signed(d.points)})"
        for d in found.differences
        if abs(d.points) >= LEAST_POINTS
    )
    return Item(
        f"Score {found.score}{when}: {became}",
        below=(
            Below(f"unlike in: {unlike}" if unlike else "judged the same throughout"),
        ),
    )
