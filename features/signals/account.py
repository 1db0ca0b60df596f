"""What the other leads of the same account did, and what became of them."""

from __future__ import annotations

from ..colleagues import Colleagues, Fact
from ..declare import Of, signal
from ..past.aggregate import Aggregate
from ..vocabulary import Family, Unit


@signal(Family.FIRMOGRAPHIC, Unit.COUNT, of=Of.COLLEAGUES)
def colleagues(others: Colleagues) -> Aggregate:
    """Other leads of the account.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(colleagues(Colleagues()))
    {'ada': 1.0, 'bob': 1.0, 'cyd': 0.0}
    """
    return others.leads()


@signal(Family.FIRMOGRAPHIC, Unit.COUNT, of=Of.COLLEAGUES)
def open_colleagues(others: Colleagues) -> Aggregate:
    """Other leads of the account that are still open.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(open_colleagues(Colleagues()))
    {'ada': 1.0, 'bob': 1.0, 'cyd': 0.0}
    """
    return others.leads().minus(others.endings())


@signal(Family.FIRMOGRAPHIC, Unit.COUNT, of=Of.COLLEAGUES)
def account_conversions(others: Colleagues) -> Aggregate:
    """Other leads of the account that have converted.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(account_conversions(Colleagues()))
    {'ada': 0.0, 'bob': 0.0, 'cyd': 0.0}
    """
    return others.conversions()


@signal(Family.FIRMOGRAPHIC, Unit.SHARE, of=Of.COLLEAGUES)
def account_conversion_share(others: Colleagues) -> Aggregate:
    """Share of the account's ended leads that have converted.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(account_conversion_share(Colleagues()))
    {'ada': None, 'bob': None, 'cyd': None}
    """
    return others.conversions().over(others.endings())


@signal(Family.FIRMOGRAPHIC, Unit.DAYS, of=Of.COLLEAGUES)
def days_since_account_conversion(others: Colleagues) -> Aggregate:
    """Last conversion in the account.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(days_since_account_conversion(Colleagues()))
    {'ada': None, 'bob': None, 'cyd': None}
    """
    return others.days_since_last(Fact.CONVERSION)


@signal(Family.BEHAVIOURAL, Unit.COUNT, of=Of.COLLEAGUES, lookbacks=True)
def colleague_touches(others: Colleagues) -> Aggregate:
    """Touches by other leads of the account.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(colleague_touches(Colleagues()))
    {'ada': 0.0, 'bob': 3.0, 'cyd': 0.0}
    """
    return others.touches()


@signal(Family.BEHAVIOURAL, Unit.DAYS, of=Of.COLLEAGUES)
def days_since_colleague_touch(others: Colleagues) -> Aggregate:
    """Last touch by another lead of the account.

    Examples
    --------
    >>> from features.examples import answer
    >>> answer(days_since_colleague_touch(Colleagues()))
    {'ada': None, 'bob': 1.0, 'cyd': None}
    """
    return others.days_since_last(Fact.TOUCH)
