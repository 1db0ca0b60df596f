"""Where the lead came from, and how far it has come."""

from __future__ import annotations

from ..declare import Of, signal
from ..past.aggregate import Aggregate
from ..touches import Touches
from ..vocabulary import Family, Unit


@signal(Family.BEHAVIOURAL, Unit.CATEGORY)
def first_source(touches: Touches) -> Aggregate:
    """First source (channel of the first touch).

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(first_source(Touches()))
    {'ada': 'web', 'bob': None, 'cyd': 'e-mail'}
    """
    return touches.inbound().first_channel()


@signal(Family.BEHAVIOURAL, Unit.CATEGORY)
def last_source(touches: Touches) -> Aggregate:
    """Last source (channel of the last touch).

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(last_source(Touches()))
    {'ada': 'web', 'bob': None, 'cyd': 'e-mail'}
    """
    return touches.inbound().last_channel()


@signal(Family.BEHAVIOURAL, Unit.CATEGORY)
def first_kind(touches: Touches) -> Aggregate:
    """What the lead did first.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(first_kind(Touches()))
    {'ada': 'pricing_page', 'bob': None, 'cyd': 'email_open'}
    """
    return touches.inbound().first_kind()


@signal(Family.BEHAVIOURAL, Unit.CATEGORY)
def last_kind(touches: Touches) -> Aggregate:
    """What the lead did last.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(last_kind(Touches()))
    {'ada': 'pricing_page', 'bob': None, 'cyd': 'email_open'}
    """
    return touches.inbound().last_kind()


@signal(Family.BEHAVIOURAL, Unit.NUMBER)
def journey_days(touches: Touches) -> Aggregate:
    """Length of the journey (days from the first touch to the last).

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(journey_days(Touches()))
    {'ada': 28.0, 'bob': None, 'cyd': 0.0}
    """
    return touches.inbound().days_active()


@signal(Family.BEHAVIOURAL, Unit.COUNT, of=Of.EACH_STAGE, lookbacks=True)
def stage_touches(touches: Touches) -> Aggregate:
    """{stage} touches.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(stage_touches(Touches().of("pricing_page", "demo_request")))
    {'ada': 2.0, 'bob': 0.0, 'cyd': 0.0}
    """
    return touches.count()


@signal(Family.BEHAVIOURAL, Unit.SHARE, of=Of.EACH_STAGE)
def stage_share(touches: Touches) -> Aggregate:
    """Share of {stage} touches in all.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(stage_share(Touches().of("email_open")))
    {'ada': 0.333333, 'bob': None, 'cyd': 1.0}
    """
    return touches.share_of(touches.whole().inbound())


@signal(Family.BEHAVIOURAL, Unit.DAYS, of=Of.EACH_STAGE)
def stage_days_since(touches: Touches) -> Aggregate:
    """{stage} touch, last time.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(stage_days_since(Touches().of("pricing_page", "demo_request")))
    {'ada': 1.0, 'bob': None, 'cyd': None}
    """
    return touches.days_since_last()


@signal(Family.BEHAVIOURAL, Unit.NUMBER, of=Of.EACH_STAGE)
def stage_after_days(touches: Touches) -> Aggregate:
    """First {stage} touch, days into the journey.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(stage_after_days(Touches().of("email_open")))
    {'ada': 26.0, 'bob': None, 'cyd': 0.0}
    """
    return touches.whole().inbound().days_until_first(touches)


@signal(Family.BEHAVIOURAL, Unit.SHARE, of=Of.EACH_STAGE)
def stage_position(touches: Touches) -> Aggregate:
    """Last {stage} touch, place in the journey (0% its first touch, 100% its last).

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(stage_position(Touches().of("email_open")))
    {'ada': 0.928571, 'bob': None, 'cyd': None}
    """
    return touches.whole().inbound().position_of_last(touches)
