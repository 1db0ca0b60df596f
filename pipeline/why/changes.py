"""What changed a lead's points since it was scored last, as it was kept that night."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from features.errors import RunError
from models.changing.change import CAUSES, Cause, Change
from models.explaining.words import uncapital
from models.points import signed

from ..night.ledger import Entry
from .found import Why
from .inert import inert
from .outlook import Below, Item, Section, plain

_TOLERANCE: Final = 1e-4  # points, as for reasons
_MOST: Final = 3  # signals under a cause, where they are not all asked for


def changes_of(entry: Entry) -> tuple[Change, ...] | None:
    """Return the parts of a lead's change; None where nothing was compared.

    Raises
    ------
    RunError
        When they are of causes that this version does not know, or do not add up to
        the change that was published.
    """
    if entry.changes is None:
        return None
    try:
        changes = tuple(Change.from_dict(raw) for raw in entry.changes)
    except (LookupError, TypeError, ValueError) as error:
        raise RunError(
            f"What changed in {entry.scores.name} cannot be read ({error}): it is of "
            "another version of Leadlight. Score again."
        ) from error
    published = entry.values.get("points_change")
    gap = 0.0 if published is None else sum(c.points for c in changes) - published
    if not abs(gap) <= _TOLERANCE:
        raise RunError(
            f"What changed in {entry.scores.name} misses the published change by "
            f"{abs(gap):.2g} points, so it is not told. The files beside it are "
            "damaged: score again."
        )
    return changes


def changes_section(
    changes: tuple[Change, ...], found: Why, *, in_full: bool = False
) -> Section:
    """Tell the change by cause, and by signal under each, adding up.

    Parameters
    ----------
    in_full : bool
        Whether every signal is told, rather than three under each cause.
    """
    change = sum(c.points for c in changes)
    before = plain(found.total - change)
    now = plain(found.total)
    moved = f"From {before} to {now} points: {signed(change)}."
    return Section(
        "changes",
        _heading(found),
        lead=(moved if changes else f"Nothing: {now} points, as before.",),
        items=tuple(
            item
            for cause in _ranked(changes)
            for item in _of_cause(cause, changes, found, in_full=in_full)
        ),
    )


def in_full(found: Why, entry: Entry) -> Why:
    """Tell every part of the change, and first; or in a sentence that there is none."""
    if found.changes is None:
        section = Section(
            "changes",
            _heading(found),
            lead=(
                f"Nothing is known of it: {inert(entry.scores.name)} was not compared "
                "with an earlier night, or the lead was not scored then. Score with "
                "--previous to compare.",
            ),
        )
    else:
        section = changes_section(found.changes, found, in_full=True)
    others = tuple(s for s in found.sections if s.name != section.name)
    return replace(found, opening=(section,), sections=others)


def _heading(found: Why) -> str:
    at = found.output.get("prior_at")
    if at is None:
        return "What changed since it was scored last"
    now, zone = found.output["snapshot_at"], found.wording.zone
    at = at.astimezone(zone)
    is_same = now is not None and at.date() == now.astimezone(zone).date()
    minute = f", {at:%H:%M %Z}" if is_same else ""
    return f"What changed since {at.day} {at:%B %Y}{minute}"


def _ranked(changes: tuple[Change, ...]) -> list[Cause]:
    """The causes that there are, the greatest first."""
    totals = dict.fromkeys(CAUSES, 0.0)
    for each in changes:
        totals[each.cause] += each.points
    there = {c.cause for c in changes}
    return sorted(there, key=lambda c: (-abs(totals[c]), CAUSES.index(c)))


def _of_cause(
    cause: Cause, changes: tuple[Change, ...], found: Why, *, in_full: bool
) -> list[Item]:
    mine = [c for c in changes if c.cause is cause]
    ranked = sorted(mine, key=lambda c: -abs(c.points))
    named = [c for c in ranked if c.code is not None]
    shown = named if in_full else named[:_MOST]
    said = [Below(_said(c, found), signed(c.points)) for c in shown]
    rest = [c for c in mine if c not in shown]
    if rest and shown:
        points = sum(c.points for c in rest)
        said.append(Below("all else of it together", signed(points)))
    words = f"{cause.value[:1].upper()}{cause.value[1:]}"
    return [Item(words, signed(sum(c.points for c in mine)), tuple(said))]


def _said(change: Change, found: Why) -> str:
    """What is seen now, and what was seen before, which the same name stands before."""
    seen = {x.code: x.seen for x in found.lines}
    now = seen.get(change.code or "", change.code or "")
    was = change.was
    if was is None or was == now:
        return now
    words = {s.code: s.words for s in found.wording.signals}
    told = was.removeprefix(f"{words.get(change.code or '', '')}: ")
    return f"{now} (was {uncapital(was) if told == was else told})"
