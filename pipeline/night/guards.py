"""Guards: what would make a night's scores worse than last night's holds them back.

A source of touches that is empty, unreadable, late or of other leads leaves every lead
as if nothing had happened to it. Each score looks like a score; only all of them
together, beside what was usual in training, show it. So before anything is published
each guard looks at the account of the sources, and where one trips, the scores are
written beside their place and the place stays as it was.

Why beside their place and not nowhere: whoever mends the source wants to see what would
have been said, and a lead whose row cannot be read has its sentence there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from features.errors import few

from ..guarding import GuardsConfig
from . import touch_guards
from .facts import NightFacts, rows_said
from .touch_guards import Look


@dataclass(frozen=True)
class Tripped:
    """A guard that holds the night back.

    Attributes
    ----------
    guard : str
        Its key in ``[score.guards]``.
    source : str
        Which source it is about.
    said : str
        What was found, what would be expected, what to do.
    """

    guard: str
    source: str
    said: str


@dataclass(frozen=True)
class Guard:
    """What is looked at before a night is published.

    Attributes
    ----------
    name : str
        Its key in ``[score.guards]``, where its default and its meaning stand.
    look : callable
        Of the night and the limit; yields a sentence for each source that trips it,
        with the source's name.
    needs : str
        What of training it compares with; empty where it can do without.
    """

    name: str
    look: Callable[[NightFacts, float], Look]
    needs: str = ""


def looked_at(
    facts: NightFacts, limits: GuardsConfig
) -> tuple[tuple[Tripped, ...], tuple[str, ...]]:
    """Let every guard look.

    Returns
    -------
    tuple of Tripped
        In the order of the guards; empty where the night may be published.
    tuple of str
        A sentence for each guard that could not look.
    """
    tripped, blind = [], []
    for guard in GUARDS:
        limit = getattr(limits, guard.name)
        if limit is False:
            continue
        for source, said in guard.look(facts, float(limit)):
            wider = "= false" if limit is True else f"above {limit:g}"
            asked = f"{said} If it is meant so, set score.guards.{guard.name} {wider}."
            tripped.append(Tripped(guard.name, source, asked))
        if guard.needs and (lacking := _lacking(facts, guard)):
            blind.append(
                f"The guard {guard.name} did not look at {lacking}: the scorer does "
                f"not know {guard.needs}. Train again."
            )
    return tuple(tripped), tuple(blind)


def _lacking(facts: NightFacts, guard: Guard) -> str:
    """Name the sources of which the scorer does not know what a guard needs."""
    is_stale = guard.look is touch_guards.stale
    touches = facts.touches()
    return few(
        [s.name for s, u in touches if u is None or (is_stale and u.age_days is None)]
    )


def _unreadable_leads(facts: NightFacts, most: float) -> Look:
    for source in facts.sources:
        if source.table == "leads" and source.unreadable > most * source.rows_in:
            said = (
                f"Of {rows_said(source.rows_in)} of leads {source.unreadable:,} cannot "
                f"be read.{facts.first(source)} Export the leads again, or correct "
                "[leads], and score again."
            )
            yield source.name, said


GUARDS: Sequence[Guard] = (
    Guard("leads_unreadable", _unreadable_leads),
    Guard("touches_empty", touch_guards.empty),
    Guard("touches_unreadable", touch_guards.unreadable),
    Guard(
        "touches_unknown", touch_guards.unknown, "how many leads such a source tells of"
    ),
    Guard("touches_kinds", touch_guards.kinds),
    Guard(
        "touches_stale",
        touch_guards.stale,
        "how old its newest touch is on most nights",
    ),
)
