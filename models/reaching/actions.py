"""Actions: what may still change about a lead, as plain values of the contract.

Two kinds. A lead may make more touches of one kind: then all that counts touches, or
tells how long ago the last one was, changes with them. Or a signal may change by itself
as configured, such as a consent that is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias


class How(StrEnum):
    """What touches that are made now do to a column."""

    ADD = "add"  # one more for each touch
    NOW = "now"  # days since the last: none
    FIRST = "first"  # days since the first: none where there was none yet, else stays
    WORD = "word"  # becomes this category
    FIRST_WORD = "first word"  # becomes this category where it was missing
    ONE = "one"  # one more in all, if the last touch is long enough ago, or was never
    LIKE = "like"  # becomes what another column then is
    LIKE_MISSING = "like, where missing"  # the same, where it was missing
    SHARE = "share"  # becomes the quotient of two columns, where that can be told
    POSITION = "position"  # where in the journey: (first - part) / (first - whole)


@dataclass(frozen=True)
class Move:
    """What touches that are made now do to one column.

    Attributes
    ----------
    column : int
        Its place among the features.
    how : How
    category : int or None
        Of ``WORD`` and ``FIRST_WORD``: its code.
    other : int or None
        Of ``ONE``, the column that says how long ago the last touch was; of ``LIKE``,
        the column that it becomes; of ``SHARE`` and ``POSITION``, the column that says
        how long ago the first touch was.
    after_days : float or None
        Of ``ONE``: how long ago is long enough; None: only if never. Of ``SHARE``: how
        long ago the first touch may be, for the two columns to hold all touches; None:
        any time.
    part, whole : int or None
        Of ``SHARE``, the columns whose quotient it is; without a whole, that follows
        from the part and the share as it was. Of ``POSITION``, the columns that say how
        long ago the last touch of a stage was, and the last of all.
    """

    column: int
    how: How
    category: int | None = None
    other: int | None = None
    after_days: float | None = None
    part: int | None = None
    whole: int | None = None


@dataclass(frozen=True)
class MoreTouches:
    """The lead makes touches of one kind, now, in one visit.

    Attributes
    ----------
    kind : str
    words : str
        What the kind is called.
    most : int
        How many of them, at most; at least 1.
    moves : tuple of Move
        What follows from them, in the order in which it has to be reckoned.
    held : tuple of str
        Signals that such touches may change, too, but that cannot be reckoned from what
        is seen of a lead; they stay as they are.
    """

    kind: str
    words: str
    most: int
    moves: tuple[Move, ...]
    held: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """A signal changes by itself.

    Attributes
    ----------
    signal : str
        Its code.
    words : str
    columns : tuple of int
        Its places among the features; all lookbacks of a count move by as much.
    direction : {-1, 0, 1}
        Which way a number may move; 0 for a category.
    low, high : float or None
        The range within which a number may move.
    is_whole : bool
        Whether it counts, so that it stays a whole number.
    values : tuple of str
        What a category may become.
    """

    signal: str
    words: str
    columns: tuple[int, ...]
    direction: int = 0
    low: float | None = None
    high: float | None = None
    is_whole: bool = False
    values: tuple[str, ...] = ()


Action: TypeAlias = MoreTouches | Change


def columns_of(action: Action) -> frozenset[int]:
    """The places of the features that an action moves."""
    if isinstance(action, Change):
        return frozenset(action.columns)
    return frozenset(move.column for move in action.moves)


def go_together(one: Action, other: Action) -> bool:
    """Whether two actions can be made together, so that what is said of each is true.

    Touches add up. A signal that becomes a value of its own does not bear that touches
    move it, too.

    Examples
    --------
    >>> touches = MoreTouches("webinar", "Webinar", 5, (Move(3, How.ADD),))
    >>> go_together(touches, Change("webinars", "Webinars", (3,), 1))
    False
    """
    if isinstance(one, MoreTouches) and isinstance(other, MoreTouches):
        return True
    return not columns_of(one) & columns_of(other)


def action_of(raw: Mapping[str, Any]) -> Action:
    """Read what ``dataclasses.asdict`` made of an action.

    Examples
    --------
    >>> from dataclasses import asdict
    >>> move = Move(3, How.ADD)
    >>> action = MoreTouches("webinar", "Webinar", 5, (move,))
    >>> action_of(asdict(action)) == action
    True
    """
    if "kind" not in raw:
        values = {**raw, "columns": tuple(raw["columns"])}
        return Change(**{**values, "values": tuple(raw["values"])})
    moves = tuple(Move(**{**m, "how": How(m["how"])}) for m in raw["moves"])
    return MoreTouches(
        raw["kind"], raw["words"], raw["most"], moves, tuple(raw["held"])
    )
