"""When in the day and the week the lead comes, and how long it stays."""

from __future__ import annotations

from ..declare import signal
from ..past.aggregate import Aggregate
from ..touches import Touches
from ..vocabulary import Family, Unit


@signal(Family.BEHAVIOURAL, Unit.COUNT, lookbacks=True)
def visits(touches: Touches) -> Aggregate:
    """Visits (touches without half an hour of silence between them).

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(visits(Touches().within(days=7)))
    {'ada': 2.0, 'bob': 0.0, 'cyd': 0.0}
    """
    return touches.inbound().sessions()


@signal(Family.BEHAVIOURAL, Unit.NUMBER)
def touches_per_visit(touches: Touches) -> Aggregate:
    """Touches per visit.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(touches_per_visit(Touches()))
    {'ada': 1.0, 'bob': None, 'cyd': 1.0}
    """
    return touches.inbound().count().over(touches.inbound().sessions())


@signal(Family.BEHAVIOURAL, Unit.SHARE)
def working_hours_share(touches: Touches) -> Aggregate:
    """Share of touches in working hours (Monday to Friday, 08:00 to 18:00 UTC).

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(working_hours_share(Touches()))
    {'ada': 0.333333, 'bob': None, 'cyd': 1.0}
    """
    return touches.inbound().in_working_hours().share_of(touches.inbound())


@signal(Family.BEHAVIOURAL, Unit.SHARE)
def weekend_share(touches: Touches) -> Aggregate:
    """Share of touches at weekends (UTC).

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(weekend_share(Touches()))
    {'ada': 0.666667, 'bob': None, 'cyd': 0.0}
    """
    return touches.inbound().at_weekends().share_of(touches.inbound())
