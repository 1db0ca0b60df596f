"""What the touches were worth: money spent, minutes watched, seats tried."""

from __future__ import annotations

from ..declare import signal
from ..past.aggregate import Aggregate
from ..touches import Touches
from ..vocabulary import Family, Unit


@signal(Family.BEHAVIOURAL, Unit.NUMBER, lookbacks=True)
def value_of_touches(touches: Touches) -> Aggregate:
    """Value of the touches.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(value_of_touches(Touches()))
    {'ada': 9.5, 'bob': 0.0, 'cyd': 0.0}
    """
    return touches.inbound().total_value()


@signal(Family.BEHAVIOURAL, Unit.NUMBER)
def mean_value(touches: Touches) -> Aggregate:
    """Mean value of a touch.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(mean_value(Touches()))
    {'ada': 9.5, 'bob': None, 'cyd': None}
    """
    return touches.inbound().mean_value()


@signal(Family.BEHAVIOURAL, Unit.NUMBER)
def greatest_value(touches: Touches) -> Aggregate:
    """Greatest value of a touch.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(greatest_value(Touches()))
    {'ada': 9.5, 'bob': None, 'cyd': None}
    """
    return touches.inbound().most_value()


@signal(Family.BEHAVIOURAL, Unit.NUMBER)
def last_value(touches: Touches) -> Aggregate:
    """Last value of a touch.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(last_value(Touches()))
    {'ada': 9.5, 'bob': None, 'cyd': None}
    """
    return touches.inbound().last_value()
