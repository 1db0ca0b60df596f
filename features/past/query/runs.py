"""What needs the order of touches: visits, what is followed, and the last value."""

from __future__ import annotations

from collections.abc import Sequence

from ...vocabulary import ROW
from ..atoms import SESSION_GAP_US, Atom
from ..selection import Selection
from ..spelling import AGE_US, microseconds_in
from .step import (
    BY_AGE,
    PER_ROW,
    Step,
    Strand,
    condition,
    count_where,
    listed,
    where,
)


def sessions(number: int, selection: Selection, atoms: Sequence[Atom]) -> Strand:
    """Return the steps that count runs of touches, all of one selection but for age.

    A touch begins a run where the touch before it is long ago, or too old to be asked
    about.
    """
    laid, over = f"runs_{number}", f"over_runs_{number}"
    before = (
        f"SELECT {ROW}, {AGE_US}, LEAD({AGE_US}) OVER ({BY_AGE}) AS before_us\n"
        f"FROM past WHERE {condition(selection)}"
    )
    counted = listed(f"{count_where(_begins(a))} AS {a.name}" for a in atoms)
    steps = (
        Step(laid, before),
        Step(over, f"SELECT {ROW}{counted}\nFROM {laid} GROUP BY {ROW}"),
    )
    return Strand(steps, tuple(a.name for a in atoms))


def _begins(atom: Atom) -> str:
    begins = f"before_us IS NULL OR before_us - {AGE_US} > {SESSION_GAP_US}"
    days = atom.selection.younger_than_days
    if days is None:
        return begins
    edge = microseconds_in(days)
    return f"{AGE_US} <= {edge} AND ({begins} OR before_us > {edge})"


def followed(number: int, atom: Atom) -> Strand:
    """Return the steps that count touches which another one follows soon."""
    laid, over = f"answers_{number}", f"over_answers_{number}"
    asked = condition(atom.selection)
    answers = condition(atom.by or Selection())
    span = microseconds_in(atom.span_days or 0)
    # The youngest so far of those that are older: the first answer after a touch.
    after = (
        f"SELECT {ROW}, {AGE_US}, {where(asked, '1')} AS is_asked,\n"
        f"  MAX({where(answers, AGE_US)}) OVER ({BY_AGE}\n"
        "    RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS after_us\n"
        f"FROM past WHERE ({asked}) OR ({answers})"
    )
    is_soon = f"is_asked = 1 AND after_us >= {AGE_US} - {span}"
    counted = f"SELECT {ROW}, {count_where(is_soon)} AS {atom.name}\n"
    steps = (Step(laid, after), Step(over, f"{counted}FROM {laid} GROUP BY {ROW}"))
    return Strand(steps, (atom.name,))


def last_values(atoms: Sequence[Atom]) -> Strand:
    """Return the steps that find the value of the latest touch that has one."""
    tests = {a.name: condition(a.selection) for a in atoms}
    latest = listed(
        f"{where(t, '1')} AS is_{n},\n"
        f"  MIN({where(t, AGE_US)}) OVER ({PER_ROW}) AS at_{n}"
        for n, t in tests.items()
    )
    laid = f"SELECT {ROW}, {AGE_US}, value{latest}\nFROM past WHERE value IS NOT NULL"
    kept = listed(  # of two at once, the greater
        f"CAST(MAX(CASE WHEN is_{n} = 1 AND {AGE_US} = at_{n} THEN value END)"
        f" AS DOUBLE) AS {n}"
        for n in tests
    )
    over = f"SELECT {ROW}{kept}\nFROM valued GROUP BY {ROW}"
    return Strand((Step("valued", laid), Step("over_valued", over)), tuple(tests))
