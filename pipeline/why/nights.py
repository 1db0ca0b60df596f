"""Which night's scores are meant: a file, or the right one of a folder of them.

By the instants that ledgers hold of when they were scored, not by the names of files,
which people choose as they like.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from features.errors import RunError

from ..night.ledger import ENDING, holds, scored_at
from ..night.places import is_held


@dataclass(frozen=True)
class Night:
    """A file of scores, and when its leads were scored.

    Attributes
    ----------
    scores : Path
    at : datetime or None
        UTC; None where the ledger does not say.
    note : str
        What a reader has to know about the choice; empty for nothing.
    """

    scores: Path
    at: datetime | None
    note: str = ""


def night_of(place: Path, lead_id: str, *, day: date | None) -> Night:
    """Find the scores that are meant.

    Parameters
    ----------
    place : Path
        A file of scores, or a folder of them.
    lead_id : str
        The latest scores that this lead is in are taken.
    day : date or None
        The last day, UTC, that counts; None: the latest scores.

    Raises
    ------
    RunError
        When there are none.
    """
    if not place.is_dir():
        return _only(place, day)
    ended = None if day is None else _end_of(day)
    nights = [n for n in _nights(place) if _is_by(n, ended)]
    if not nights:
        when = "" if day is None else f" of {day:%Y-%m-%d} or before"
        raise RunError(
            f"{place} holds no scores{when} with their points beside them: `leadlight "
            "score` writes both. Name another folder with --scores"
            + ("." if day is None else ", or a later day with --date.")
        )
    found = next((n for n in nights if holds(lead_id, n.scores)), nights[0])
    if found.at == nights[0].at or found.at is None:
        return found
    later = nights[0].scores.name
    return Night(found.scores, found.at, f"The lead is not in the later {later}.")


def _only(scores: Path, day: date | None) -> Night:
    ledger = scores.with_name(f"{scores.name}{ENDING}")
    at = scored_at(ledger) if day is not None and ledger.is_file() else None
    if day is not None and at is not None and at >= _end_of(day):
        raise RunError(
            f"{scores} is of {at:%Y-%m-%d %H:%M} UTC, which is later than "
            f"{day:%Y-%m-%d}. Name a folder of nightly scores with --scores, or a "
            "later day with --date."
        )
    return Night(scores, at)


def _nights(folder: Path) -> list[Night]:
    """The published scores of a folder that have a ledger, the latest first."""
    files = [
        f.with_name(f.name.removesuffix(ENDING)) for f in folder.glob(f"*{ENDING}")
    ]
    nights = [
        Night(f, scored_at(f.with_name(f"{f.name}{ENDING}")))
        for f in sorted(files)
        if f.is_file() and not is_held(f)
    ]
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(nights, key=lambda n: n.at or never, reverse=True)


def _is_by(night: Night, ended: datetime | None) -> bool:
    return ended is None or (night.at is not None and night.at < ended)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC) + timedelta(days=1)
