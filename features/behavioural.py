"""What the lead did: how much, how lately, how broadly, how seriously.

Each function is one signal. In the words, ``{kind}`` and ``{stage}`` stand for the kind
of touch and the funnel stage that the signal is made for.
"""

from __future__ import annotations

from sqlglot import exp

from .attributes import Lead
from .declare import Of, signal
from .touches import Aggregate, Touches
from .vocabulary import Family, Unit


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
    """Recent intensity (touches, each counting half after two weeks).

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(intensity(Touches()))
    {'ada': 2.051592, 'bob': 0.0, 'cyd': 0.138011}
    """
    return touches.inbound().decayed(half_life_days=14)


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


@signal(Family.BEHAVIOURAL, Unit.COUNT, lookbacks=True)
def active_days(touches: Touches) -> Aggregate:
    """Days on which the lead did something.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(active_days(Touches().within(days=7)))
    {'ada': 2.0, 'bob': 0.0, 'cyd': 0.0}
    """
    return touches.inbound().distinct_days()


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


@signal(Family.BEHAVIOURAL, Unit.COUNT, lookbacks=True)
def outbound_touches(touches: Touches) -> Aggregate:
    """Outbound touches (what we did).

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(outbound_touches(Touches(outbound_kinds=("email_open",))))
    {'ada': 1.0, 'bob': 0.0, 'cyd': 1.0}
    """
    return touches.outbound().count()


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
    return touches.share_of(Touches(touches.outbound_kinds).inbound())


@signal(Family.BEHAVIOURAL, Unit.DAYS, of=Of.LEAD)
def lead_age(lead: Lead) -> exp.Expression:
    """Lead created."""
    return lead.age_days()
