"""What we did, and whether the lead answered."""

from __future__ import annotations

from ..declare import Of, signal
from ..past.aggregate import Aggregate
from ..touches import Touches
from ..vocabulary import Family, Unit

ANSWER_DAYS = 3


@signal(Family.BEHAVIOURAL, Unit.COUNT, of=Of.OUTBOUND, lookbacks=True)
def outbound_touches(touches: Touches) -> Aggregate:
    """Outbound touches (what we did).

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(outbound_touches(Touches(outbound_kinds=("email_open",))))
    {'ada': 1.0, 'bob': 0.0, 'cyd': 1.0}
    """
    return touches.outbound().count()


@signal(Family.BEHAVIOURAL, Unit.DAYS, of=Of.OUTBOUND)
def days_since_outbound(touches: Touches) -> Aggregate:
    """Last outbound touch.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(days_since_outbound(Touches(outbound_kinds=("email_open",))))
    {'ada': 3.0, 'bob': None, 'cyd': 40.0}
    """
    return touches.outbound().days_since_last()


@signal(Family.BEHAVIOURAL, Unit.SHARE, of=Of.OUTBOUND)
def answered_share(touches: Touches) -> Aggregate:
    """Share of our outbound touches that the lead answered within three days.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(answered_share(Touches(outbound_kinds=("email_open",))))
    {'ada': 1.0, 'bob': None, 'cyd': 0.0}
    """
    answered = touches.outbound().followed(touches.inbound(), days=ANSWER_DAYS)
    return answered.over(touches.outbound().count())


@signal(Family.BEHAVIOURAL, Unit.SHARE, of=Of.OUTBOUND)
def inbound_share(touches: Touches) -> Aggregate:
    """Share of inbound touches (what the lead did) in all.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(inbound_share(Touches(outbound_kinds=("email_open",))))
    {'ada': 0.666667, 'bob': None, 'cyd': 0.0}
    """
    return touches.inbound().share_of(touches)
