"""Counts, sums, extremes and ages: first by kind of touch, then over the kinds.

Why twice: a hundred conditional sums over every touch cost a hundred comparisons a
touch. There are only a dozen different conditions besides the kind, and but a few kinds
to a snapshot, over which the hundred sums then run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...vocabulary import KIND, ROW
from ..atoms import Atom, Measure
from ..selection import Selection
from ..spelling import AGE_US, microseconds_in
from .step import (
    Step,
    Strand,
    condition,
    count_where,
    days,
    listed,
    where,
)

MEASURES = frozenset(
    {
        Measure.COUNT,
        Measure.TOTAL,
        Measure.MOST,
        Measure.LAST_AGE,
        Measure.FIRST_AGE,
        Measure.DECAYED,
    }
)
_OVER_KINDS = {Measure.MOST: "MAX", Measure.LAST_AGE: "MIN", Measure.FIRST_AGE: "MAX"}


def plain(atoms: Sequence[Atom]) -> Strand:
    """Return the steps that answer atoms of these measures."""
    bases = list(dict.fromkeys(map(_base, atoms)))
    place = {base: f"c{n}" for n, base in enumerate(bases)}
    by_kind = (
        f"SELECT {ROW}, {KIND}"
        f"{listed(f'{_summed(b)} AS {place[b]}' for b in bases)}\n"
        f"FROM past GROUP BY {ROW}, {KIND}"
    )
    over = listed(f"{_over_kinds(a, place[_base(a)])} AS {a.name}" for a in atoms)
    over_kinds = f"SELECT {ROW}{over}\nFROM by_kind GROUP BY {ROW}"
    steps = (Step("by_kind", by_kind), Step("over_kinds", over_kinds))
    return Strand(steps, tuple(a.name for a in atoms))


def _base(atom: Atom) -> Atom:
    """The atom, of every kind."""
    return replace(atom, selection=replace(atom.selection, kinds=(), is_all_but=True))


def _summed(base: Atom) -> str:
    test = condition(base.selection)
    match base.measure:
        case Measure.COUNT:
            return count_where(test)
        case Measure.TOTAL:
            return f"SUM({where(test, 'value')})"
        case Measure.MOST:
            return f"MAX({where(test, 'value')})"
        case Measure.LAST_AGE:
            return f"MIN({where(test, AGE_US)})"
        case Measure.FIRST_AGE:
            return f"MAX({where(test, AGE_US)})"
    half_life = microseconds_in(base.span_days or 1)
    # In billionths, each a whole number: sums of doubles are exact up to 2**53.
    weight = f"FLOOR(POWER(0.5, CAST({AGE_US} AS DOUBLE) / {half_life}) * 1e9 + 0.5)"
    return f"SUM(CAST({where(test, weight)} AS DOUBLE))"


def _over_kinds(atom: Atom, base: str) -> str:
    kinds = Selection(atom.selection.kinds, atom.selection.is_all_but)
    kept = where(condition(kinds), base)
    if atom.measure in _OVER_KINDS:
        most = f"{_OVER_KINDS[atom.measure]}({kept})"
        return f"CAST({most} AS DOUBLE)" if atom.measure is Measure.MOST else days(most)
    total = f"CAST(SUM({kept}) AS DOUBLE)"
    return f"{total} / 1e9" if atom.measure is Measure.DECAYED else total
