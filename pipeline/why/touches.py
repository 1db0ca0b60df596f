"""The touches behind a reason: which of a lead's touches a signal was made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final

from models.players import ModelSignal

from ..night.ledger import Touched

MOST: Final = 3  # dates under a reason


@dataclass(frozen=True)
class Behind:
    """The newest touches behind a reason.

    Attributes
    ----------
    touches : tuple of Touched
        At most three, newest first.
    more : bool
        Whether there were others.
    """

    touches: tuple[Touched, ...] = ()
    more: bool = False

    def said(self, words: Mapping[str, str], zone: tzinfo = UTC) -> str:
        """Say when, and of which kind where they are not all of one.

        Parameters
        ----------
        words : mapping
            What a kind of touch is called.
        zone : tzinfo
            In which days are spoken of.

        Examples
        --------
        >>> days = [datetime(2026, 6, d, tzinfo=UTC) for d in (28, 28, 3)]
        >>> visits = [Touched("visit", d) for d in days]
        >>> Behind(tuple(visits), more=True).said({})
        'touches on 28 June 2026 (2), 3 June 2026, and more before'
        >>> Behind((visits[0], Touched("call", days[2]))).said({"call": "Call"})
        'visit on 28 June 2026, Call on 3 June 2026'
        >>> Behind((visits[0], Touched("call", days[2])), more=True).said({})
        'the latest: visit on 28 June 2026, call on 3 June 2026, and more before'
        >>> Behind().said({})
        ''

        At half past ten in the evening, UTC, the next day has begun in Amsterdam.

        >>> from zoneinfo import ZoneInfo
        >>> late = Behind((Touched("visit", datetime(2026, 6, 3, 22, 30, tzinfo=UTC)),))
        >>> late.said({}, ZoneInfo("Europe/Amsterdam"))
        'touch on 4 June 2026'
        """
        if not self.touches:
            return ""
        kinds = {t.kind for t in self.touches}
        count: dict[tuple[str, str], int] = {}
        for each in self.touches:
            at = each.occurred_at.astimezone(zone)
            day = f"{at.day} {at:%B %Y}"
            key = ("" if len(kinds) == 1 else each.kind, day)
            count[key] = count.get(key, 0) + 1
        told = [
            (f"{words.get(kind, kind)} on " if kind else "")
            + day
            + (f" ({number})" if number > 1 else "")
            for (kind, day), number in count.items()
        ]
        one = len(self.touches) == 1 and not self.more
        first = "touch on " if one else "touches on "
        if len(kinds) > 1:
            first = "the latest: " if self.more else ""
        return first + ", ".join(told) + (", and more before" if self.more else "")


def behind(
    signal: ModelSignal, touches: Sequence[Touched], snapshot_at: datetime | None
) -> Behind:
    """Return the touches that a signal was made of.

    Parameters
    ----------
    signal : ModelSignal
        Its kinds of touch, and its longest lookback where it has any.
    touches : sequence of Touched
        Of the lead, newest first.
    snapshot_at : datetime or None
        None for a flat export, which has no touches.
    """
    mine = [t for t in touches if t.kind in signal.kinds]
    if signal.lookbacks_days and snapshot_at is not None:
        since = snapshot_at - timedelta(days=max(signal.lookbacks_days))
        mine = [t for t in mine if t.occurred_at >= since]
    return Behind(tuple(mine[:MOST]), len(mine) > MOST)


NOTHING: Final = Behind()
