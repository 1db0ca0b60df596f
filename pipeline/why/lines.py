"""The lines of an explanation: what each signal gave, and what it is held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .touches import NOTHING, Behind

if TYPE_CHECKING:
    from models.recalling.rates import Like

TRAINING: Final = "training"  # the reference that scores are published with


@dataclass(frozen=True)
class Line:
    """One signal's points, what was seen of it, and what that rests on.

    Attributes
    ----------
    code, words, family, topic : str
        Its stable name; what was seen, and where that lies among past leads;
        behavioural or firmographic; what it is about.
    seen : str
        What was seen, and no more.
    points : float
    amount : float
        What is shown: the points, or the share in the chance in percent.
    evidence : str
        What became of past leads with a like value; empty where nothing is known.
    like : Like or None
        The same in numbers.
    behind : Behind
        The touches that it is made of.
    """

    code: str
    words: str
    family: str
    topic: str
    points: float
    amount: float
    seen: str
    evidence: str = ""
    like: Like | None = None
    behind: Behind = NOTHING


@dataclass(frozen=True)
class Reference:
    """What a lead is held against.

    Attributes
    ----------
    name : str
        As on the command line.
    words : str
        What it is called.
    size : int or None
        Past leads in it; None for training paths.
    note : str
        What else is to be known of it.
    """

    name: str
    words: str
    size: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Chances:
    """The chance at the start and of the lead, in percent."""

    start: float
    total: float
