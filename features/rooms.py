"""The rooms that signals are declared in, and what each is about.

A signal of a kind, a stage or an attribute is about that; the others about their room.
"""

from __future__ import annotations

from types import ModuleType
from typing import Final

from . import firmographic
from .declare import Declaration
from .signals import (
    account,
    activity,
    creation,
    deadline,
    journey,
    outreach,
    rhythm,
    worth,
)

ROOMS: Final[dict[ModuleType, str]] = {  # in the order of the catalogue
    activity: "All touches together",
    rhythm: "Visits and hours",
    journey: "The journey",
    worth: "Values of touches",
    outreach: "Our outreach",
    account: "The account",
    creation: "Age of the lead",
    deadline: "The deadline",
    firmographic: "The record",
}
_WORDS: Final = {room.__name__: words for room, words in ROOMS.items()}


def room_of(declared: Declaration) -> str:
    """Return what a signal's room is about, in words."""
    return _WORDS[declared.function.__module__]
