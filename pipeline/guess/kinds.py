"""What each kind of touch means in the funnel, guessed from its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .dated import Dated
from .lexicon import OUTBOUND, STAGES
from .words import speaks

MOST_KINDS = 100  # that are named; rarer ones are pooled under other


@dataclass(frozen=True)
class Funnel:
    """Kinds by funnel stage; ``outbound`` are our own doing, whatever their stage."""

    stages: dict[str, tuple[str, ...]]
    outbound: tuple[str, ...]
    counts: dict[str, int] = field(default_factory=dict)


def funnel_of(touches: Sequence[Dated], without: Iterable[str]) -> Funnel:
    """Sort the kinds of touch by what their names say."""
    left = set(without)
    counts: Counter[str] = Counter()
    for table in touches:
        if table.kind is None:
            counts[table.sample.stem] += table.sample.rows
        else:
            counts.update({k: n for k, n in table.kind.counts.items() if k not in left})
    kinds = [k for k, _ in counts.most_common(MOST_KINDS)]
    names = [*STAGES, "other"]
    stages = {n: tuple(k for k in kinds if stage_of(k) == n) for n in names}
    outbound = tuple(k for k in kinds if speaks(k, OUTBOUND))
    return Funnel(stages, outbound, dict(counts))


def stage_of(kind: str) -> str:
    """The funnel stage that a kind's name speaks of.

    Examples
    --------
    >>> stage_of("pricing_page"), stage_of("page_visit"), stage_of("outbound_call")
    ('bottom', 'top', 'other')
    """
    if speaks(kind, OUTBOUND):
        return "other"
    return next((n for n, pattern in STAGES.items() if speaks(kind, pattern)), "other")
