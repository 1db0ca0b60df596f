"""What was asked of one lead, and the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from ..night.ledger import find
from .changes import in_full
from .found import Why, why
from .lines import TRAINING
from .more import with_more
from .nights import night_of
from .shares import in_probability

PREVIOUS: Final = "previous"


@dataclass(frozen=True)
class Asked:
    """What was asked of one lead.

    Attributes
    ----------
    lead_id : str
    scores : Path
        A file of scores, or a folder of them.
    day : date or None
        The last that counts, UTC; None: the latest scores.
    against : str
        ``training``, ``population``, ``above-cutoff`` or ``previous``.
    probability : bool
        Whether shares in the probability are asked for.
    """

    lead_id: str
    scores: Path
    day: date | None = None
    against: str = TRAINING
    probability: bool = False


def answer(asked: Asked) -> Why:
    """Find what is known, as it was asked for.

    Raises
    ------
    RunError
        When there are no such scores, the lead has none, or they cannot bear what is
        asked.
    ModelError
        When the kept scorer cannot be read, or has nobody to hold the lead against.
    """
    night = night_of(asked.scores, asked.lead_id, day=asked.day)
    entry = find(asked.lead_id, night.scores)
    found = with_more(why(entry), entry)
    if night.note:
        found = replace(found, notes=(*found.notes, night.note))
    if asked.against == PREVIOUS:
        found = in_full(found, entry)
    elif asked.against != TRAINING:
        from .against import against

        found = against(found, entry, asked.against)
    return in_probability(found) if asked.probability else found
