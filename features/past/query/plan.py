"""Every atom at every snapshot, as one plan.

A touch counts for a snapshot when it occurred before it *and* was recorded before it,
strictly (or before earlier limits, :mod:`features.past.limits`): that line stands in
the step ``past``, and what is made of touches reads that step alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from ...colleagues import ColleagueAtom
from ...company import Company
from ...vocabulary import ASSET, CHANNEL, ROW
from ..aggregate import AnyAtom
from ..atoms import Atom, Measure
from ..limits import Limits
from ..spelling import PAST
from . import plain, words
from .accounts import accounts
from .runs import followed, last_values, sessions
from .step import Step, Strand, listed

ANSWERS = "answers"  # the last step: row, and a column for each atom
_MONDAY = "DATE '0001-01-01'"  # the first of them
_AGE = "date_diff('microsecond', t.occurred_at, s.snapshot_at)"
_DAY = "CAST(t.occurred_at AS DATE)"


def answers_plan(
    atoms: Sequence[AnyAtom], company: Company, limits: Limits
) -> tuple[Step, ...]:
    """Return the steps from the tables to every atom's value at every snapshot.

    Parameters
    ----------
    atoms : sequence of atoms
        Each once.
    company : Company
        Which kinds are ours, and which milestones end a lead.
    limits : Limits
        Of the spine.

    Returns
    -------
    tuple of Step
        Over ``spine``, ``leads``, ``touches`` and ``milestones``. The last one is
        ``answers``: ``row``, and a column for each atom; missing is null.

    Examples
    --------
    >>> from features.company import Company
    >>> from features.touches import Touches
    >>> atoms = Touches().count().atoms
    >>> [step.name for step in answers_plan(atoms, Company(), Limits())]
    ['past', 'by_kind', 'over_kinds', 'answers']
    """
    of_touches = [a for a in atoms if isinstance(a, Atom)]
    of_colleagues = [a for a in atoms if isinstance(a, ColleagueAtom)]
    strands = list(_of_touches(of_touches))
    steps = [_past(of_touches, limits)] if of_touches else []
    if of_colleagues:
        strands.append(accounts(of_colleagues, company, limits))
    steps += [s for p in strands for s in p.steps]
    return (*steps, _answers(atoms, strands))


def _past(atoms: Sequence[Atom], limits: Limits) -> Step:
    """The touches before each snapshot, with what the atoms ask about."""
    wanted = [f"{_AGE} AS age_us", "t.kind"]
    wanted += [f"t.{c}" for c in (ASSET, CHANNEL) if any(a.column == c for a in atoms)]
    wanted.append("TRY_CAST(t.value AS DECIMAL(18, 6)) AS value")
    wanted.append(f"{_DAY} AS day")
    wanted.append(f"date_diff('day', {_MONDAY}, {_DAY}) % 7 + 1 AS weekday")
    wanted.append("hour(t.occurred_at) AS hour")
    ways = (
        "t.lead_id = s.lead_id",
        "t.account_id = s.account_id AND t.lead_id IS NULL",
    )
    query = "\nUNION ALL\n".join(
        f"SELECT s.{ROW}{listed(wanted)}\nFROM spine s JOIN touches t ON {way}\n"
        f"WHERE t.occurred_at < {limits.until('s')}\n"
        f"  AND t.recorded_at < {limits.known('s')} AND t.kind IS NOT NULL"
        for way in ways
    )
    return Step(PAST, query)


def _of_touches(atoms: Sequence[Atom]) -> Iterator[Strand]:
    if found := [a for a in atoms if a.measure in plain.MEASURES]:
        yield plain.plain(found)
    asking = sorted((a for a in atoms if a.measure in words.MEASURES), key=_column)
    for column, group in groupby(asking, key=_column):
        yield words.words(column, list(group))
    runs = [a for a in atoms if a.measure is Measure.SESSIONS]
    whole = dict.fromkeys(a.selection.of_any_age() for a in runs)
    for number, selection in enumerate(whole):
        same = [a for a in runs if a.selection.of_any_age() == selection]
        yield sessions(number, selection, same)
    answered = (a for a in atoms if a.measure is Measure.FOLLOWED)
    for number, atom in enumerate(answered):
        yield followed(number, atom)
    if found := [a for a in atoms if a.measure is Measure.LAST_VALUE]:
        yield last_values(found)


def _column(atom: Atom) -> str:
    return atom.column or ""


def _answers(atoms: Sequence[AnyAtom], strands: Sequence[Strand]) -> Step:
    holds = {name: p.steps[-1].name for p in strands for name in p.atoms}
    columns = []
    for atom in atoms:
        column = f"{holds[atom.name]}.{atom.name}"
        if atom.where_none is not None:
            column = f"COALESCE({column}, {atom.where_none})"
        columns.append(f"{column} AS {atom.name}")
    joins = "".join(
        f"\nLEFT JOIN {p.steps[-1].name} ON {p.steps[-1].name}.{ROW} = spine.{ROW}"
        for p in strands
    )
    return Step(ANSWERS, f"SELECT spine.{ROW}{listed(columns)}\nFROM spine{joins}")
