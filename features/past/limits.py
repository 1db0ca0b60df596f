"""How much a snapshot may know: all that was known before it, or less.

A snapshot is of an instant, to which every age is measured. Its row in the spine may
besides carry two earlier instants: ``known_at``, strictly before which a thing must
have become known to count, and ``until``, strictly before which a touch must have
occurred. So a lead can be seen tonight through last night's eyes, beside what it is
tonight, in one pass over its touches. Neither can widen what a snapshot knows: the
earlier instant counts, and one that is missing is that of the snapshot.

What is known of attributes and of colleagues has one clock, so ``until`` is not asked
there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..engine import Engine
from ..vocabulary import KNOWN_AT, SNAPSHOT_AT, UNTIL


@dataclass(frozen=True)
class Limits:
    """Whether the rows of a spine carry limits, and how they are asked for.

    Examples
    --------
    >>> Limits().known("s")
    's.snapshot_at'
    >>> Limits(are_told=True).until("s")
    'LEAST(s.snapshot_at, COALESCE(s.until, s.snapshot_at))'
    """

    are_told: bool = False

    @classmethod
    def among(cls, columns: Iterable[str]) -> Limits:
        """Return the limits of a spine that has these columns."""
        return cls({KNOWN_AT, UNTIL} <= set(columns))

    def known(self, spine: str) -> str:
        """Return, as SQL, the instant before which a thing must be known."""
        return self._limit(spine, KNOWN_AT)

    def until(self, spine: str) -> str:
        """Return, as SQL, the instant before which a touch must have occurred."""
        return self._limit(spine, UNTIL)

    def _limit(self, spine: str, column: str) -> str:
        at = f"{spine}.{SNAPSHOT_AT}"
        if not self.are_told:
            return at
        return f"LEAST({at}, COALESCE({spine}.{column}, {at}))"


def limits_of(connection: Engine) -> Limits:
    """Return the limits of the spine that an engine shows."""
    return Limits.among(connection.table("spine").columns)
