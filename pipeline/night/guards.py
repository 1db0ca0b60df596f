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
    is_alone : bool
        Whether what it finds may be the consequence of what another guard found of
        the same source: then that one's sentence is the one to read.
    """

    name: str
    look: Callable[[NightFacts, float], Look]
    needs: str = ""
    is_alone: bool = False


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
    tripped: list[Tripped] = []
    blind = []
    for guard in GUARDS:
        limit = getattr(limits, guard.name)
        if limit is False:
            continue
        for source, said in guard.look(facts, float(limit)):
            if guard.is_alone and any(t.source == source for t in tripped):
                continue
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


def _empty_tables(facts: NightFacts, _: float) -> Look:
    """Look for tables, beside leads and touches, without a row that can be read."""
    for table, harm in _HARM.items():
        mine = [s for s in facts.sources if s.table == table]
        rows = sum(s.rows_in for s in mine)
        if not mine or any(s.rows_kept for s in mine):
            continue
        names = " and ".join(dict.fromkeys(f for s in mine for f in s.files))
        found = f"{names} has no row at all."
        if rows:
            found = f"Of {rows_said(rows)} of {names} none can be read."
            found += facts.first(mine[0])
        said = f"{found} {harm} Export it again and score again."
        yield mine[0].name, said


def _unreadable_cells(facts: NightFacts, most: float) -> Look:
    """Look for numbers, flags and deadlines that cannot be read tonight."""
    for cells in facts.cells:
        if cells.filled >= FEW_CELLS and cells.count > most * cells.filled:
            such = f", such as {few(list(cells.examples))}" if cells.examples else ""
            said = (
                f"Of {cells.filled:,} filled cells of column {cells.column!r} of "
                f"{cells.table} {cells.count:,} {cells.why}{such}. They would count as "
                "missing. Write them as in training, and score again."
            )
            yield cells.table, said


_HARM = {
    "milestones": "Every lead would be taken for open, those that have ended too.",
    "accounts": "Nothing would be known of any account.",
    "others": "Nothing would be known of any colleague of a lead.",
}
FEW_CELLS = 20  # of fewer, some may well be slips

# Staleness before strangeness: of touches that are old none is of a new lead.
GUARDS: Sequence[Guard] = (
    Guard("leads_unreadable", _unreadable_leads),
    Guard("cells_unreadable", _unreadable_cells),
    Guard("tables_empty", _empty_tables),
    Guard("touches_empty", touch_guards.empty),
    Guard("touches_unreadable", touch_guards.unreadable),
    Guard(
        "touches_stale",
        touch_guards.stale,
        "how old its newest touch is on most nights",
    ),
    Guard(
        "touches_unknown",
        touch_guards.unknown,
        "how many leads such a source tells of",
        is_alone=True,
    ),
    Guard("touches_kinds", touch_guards.kinds),
)
