"""Different words, first words and last words: first by word, then over the words.

Why not COUNT(DISTINCT): several of them in one group-by make Spark write every touch
once for each. Here each word is grouped once, with the age of its youngest touch; a
word is among those within an age when that touch is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...vocabulary import ROW
from ..atoms import Atom, Measure
from ..selection import Selection
from ..spelling import AGE_US
from .step import PER_ROW, Step, Strand, condition, count_where, listed, where, within

MEASURES = frozenset({Measure.DISTINCT, Measure.FIRST_WORD, Measure.LAST_WORD})
_EXTREME = {Measure.FIRST_WORD: "MAX", Measure.LAST_WORD: "MIN"}


def words(column: str, atoms: Sequence[Atom]) -> Strand:
    """Return the steps that answer atoms about one column of words."""
    ages = list(dict.fromkeys(map(_age, atoms)))
    place = {age: f"a{n}" for n, age in enumerate(ages)}
    grouped, placed, over = (f"{n}_{column}" for n in ("by_word", "placed", "over"))
    steps = [
        Step(
            grouped,
            f"SELECT {ROW}, {column}{listed(f'{a} AS {n}' for a, n in place.items())}\n"
            f"FROM past WHERE {column} IS NOT NULL GROUP BY {ROW}, {column}",
        )
    ]
    sought = {
        place[_age(a)]: f"{_EXTREME[a.measure]}({place[_age(a)]}) OVER ({PER_ROW})"
        for a in atoms
        if a.is_word
    }
    if sought:
        best = listed(f"{window} AS {name}_best" for name, window in sought.items())
        steps.append(Step(placed, f"SELECT *{best}\nFROM {grouped}"))
    told = listed(f"{_over_words(a, place[_age(a)])} AS {a.name}" for a in atoms)
    source = placed if sought else grouped
    steps.append(Step(over, f"SELECT {ROW}{told}\nFROM {source} GROUP BY {ROW}"))
    return Strand(tuple(steps), tuple(a.name for a in atoms))


def _age(atom: Atom) -> str:
    """The age of a word's touch that matters: its oldest, or its youngest."""
    if atom.measure is Measure.FIRST_WORD:
        return f"MAX({where(condition(atom.selection), AGE_US)})"
    return f"MIN({where(condition(_of_any_age(atom.selection)), AGE_US)})"


def _of_any_age(selection: Selection) -> Selection:
    return replace(selection, younger_than_days=None)


def _over_words(atom: Atom, age: str) -> str:
    is_near = within(age, atom.selection.younger_than_days)
    if atom.measure is Measure.DISTINCT:
        return count_where(is_near)
    if atom.measure is Measure.FIRST_WORD:  # of two at once, the lesser
        return f"MIN({where(f'{age} = {age}_best', str(atom.column))})"
    return f"MAX({where(f'{age} = {age}_best AND {is_near}', str(atom.column))})"
