"""What a change of a signal is due to, at each step from last night to tonight.

A lead's features are looked at five times: as they were seen last night; as of last
night again, by what is told tonight; as of tonight, by what was known last night; with
what has come in late since; and as of tonight by all that is known. What differs from
one look to the next depends on what a signal is made of.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Final

from features.catalogue import Catalogue
from features.colleagues import ColleagueAtom
from features.declare import Signal
from features.past.atoms import Atom
from models.changing.change import Cause
from models.players import ModelSignal


class Made(Enum):
    """What a signal is made of; the value is what each step's change is due to."""

    TOUCHES = (Cause.CORRECTED, Cause.TIME, Cause.LATE, Cause.LEAD)
    OUTREACH = (Cause.CORRECTED, Cause.TIME, Cause.LATE, Cause.US)
    COLLEAGUES = (Cause.COLLEAGUES, Cause.TIME, Cause.COLLEAGUES, Cause.COLLEAGUES)
    INSTANTS = (Cause.RECORD, Cause.TIME, Cause.TIME, Cause.TIME)
    RECORD = (Cause.RECORD, Cause.RECORD, Cause.RECORD, Cause.RECORD)


STEPS: Final = len(Made.RECORD.value)


def made_of(signal: Signal, outbound: Sequence[str]) -> Made:
    """Tell what a signal is made of.

    Parameters
    ----------
    outbound : sequence of str
        Kinds of touch that we made: what is made of them alone, no lead did.
    """
    if signal.attributes:
        return Made.RECORD
    atoms = [a for f in signal for a in f.atoms]
    if any(isinstance(a, ColleagueAtom) for a in atoms):
        return Made.COLLEAGUES
    of_touches = [a for a in atoms if isinstance(a, Atom)]
    if not of_touches:
        return Made.INSTANTS
    is_ours = (_is_of(a, set(outbound)) for a in of_touches)
    return Made.OUTREACH if all(is_ours) else Made.TOUCHES


def _is_of(atom: Atom, kinds: set[str]) -> bool:
    """Whether an atom is made of touches of these kinds, and not of their answers."""
    selected = atom.selection
    return atom.by is None and not selected.is_all_but and kinds >= set(selected.kinds)


def causes_of(
    signals: Sequence[ModelSignal], catalogue: Catalogue
) -> tuple[tuple[Cause, ...], ...]:
    """Return, for each step, what a change of each signal is due to."""
    by_name = {s.name: s for s in catalogue}
    outbound = catalogue.company.outbound_kinds
    made = [made_of(by_name[s.code], outbound).value for s in signals]
    return tuple(tuple(m[step] for m in made) for step in range(STEPS))
