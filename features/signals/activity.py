"""How much the lead did, how lately, how broadly."""

from __future__ import annotations

from ..declare import Of, signal
from ..past.aggregate import Aggregate
from ..touches import Touches
from ..vocabulary import Family, Unit


@signal(Family.BEHAVIOURAL, Unit.COUNT, lookbacks=True)
def all_touches(touches: Touches) -> Aggregate:
    """Touches by the lead.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(all_touches(Touches()))
    {'ada': 3.0, 'bob': 0.0, 'cyd': 1.0}
    """
    return touches.inbound().count()


@signal(Family.BEHAVIOURAL, Unit.COUNT, lookbacks=True)
def active_days(touches: Touches) -> Aggregate:
    """Days with touches by the lead.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(active_days(Touches().within(days=7)))
    {'ada': 2.0, 'bob': 0.0, 'cyd': 0.0}
    """
    return touches.inbound().distinct_days()


@signal(Family.BEHAVIOURAL, Unit.DAYS)
def days_since_last_touch(touches: Touches) -> Aggregate:
    """Last touch by the lead.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(days_since_last_touch(Touches()))
    {'ada': 1.0, 'bob': None, 'cyd': 40.0}
    """
    return touches.inbound().days_since_last()


@signal(Family.BEHAVIOURAL, Unit.DAYS)
def days_since_first_touch(touches: Touches) -> Aggregate:
    """First touch by the lead.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(days_since_first_touch(Touches()))
    {'ada': 29.0, 'bob': None, 'cyd': 40.0}
    """
    return touches.inbound().days_since_first()


@signal(Family.BEHAVIOURAL, Unit.NUMBER)
def intensity(touches: Touches) -> Aggregate:
    """Recent intensity (touches of 90 days, each counting half after two weeks).

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(intensity(Touches()))
    {'ada': 2.051592, 'bob': 0.0, 'cyd': 0.138011}
    """
    return touches.inbound().within(days=90).decayed(half_life_days=14)


@signal(Family.BEHAVIOURAL, Unit.SHARE)
def momentum(touches: Touches) -> Aggregate:
    """Momentum (share of the last four weeks' touches that fall in the last week).

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(momentum(Touches()))
    {'ada': 1.0, 'bob': None, 'cyd': None}
    """
    return touches.inbound().trend(recent_days=7, before_days=21)


@signal(Family.BEHAVIOURAL, Unit.SHARE)
def long_momentum(touches: Touches) -> Aggregate:
    """Long momentum (share of the last 90 days' touches that fall in the last 30).

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(long_momentum(Touches()))
    {'ada': 1.0, 'bob': None, 'cyd': 0.0}
    """
    return touches.inbound().trend(recent_days=30, before_days=60)


@signal(Family.BEHAVIOURAL, Unit.COUNT)
def breadth_of_kinds(touches: Touches) -> Aggregate:
    """Different kinds of touch.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(breadth_of_kinds(Touches()))
    {'ada': 2.0, 'bob': 0.0, 'cyd': 1.0}
    """
    return touches.inbound().distinct_kinds()


@signal(Family.BEHAVIOURAL, Unit.COUNT)
def breadth_of_assets(touches: Touches) -> Aggregate:
    """Different pages and documents.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(breadth_of_assets(Touches()))
    {'ada': 2.0, 'bob': 0.0, 'cyd': 0.0}
    """
    return touches.inbound().distinct_assets()


@signal(Family.BEHAVIOURAL, Unit.COUNT)
def breadth_of_channels(touches: Touches) -> Aggregate:
    """Different channels.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(breadth_of_channels(Touches()))
    {'ada': 1.0, 'bob': 0.0, 'cyd': 1.0}
    """
    return touches.inbound().distinct_channels()


@signal(Family.BEHAVIOURAL, Unit.COUNT, of=Of.EACH_KIND, lookbacks=True)
def touches(touches: Touches) -> Aggregate:
    """{kind} touches.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(touches(Touches().of("pricing_page").within(days=7)))
    {'ada': 1.0, 'bob': 0.0, 'cyd': 0.0}
    """
    return touches.count()


@signal(Family.BEHAVIOURAL, Unit.DAYS, of=Of.EACH_KIND)
def days_since(touches: Touches) -> Aggregate:
    """{kind}, last time.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(days_since(Touches().of("pricing_page")))
    {'ada': 1.0, 'bob': None, 'cyd': None}
    """
    return touches.days_since_last()
