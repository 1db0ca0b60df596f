"""All signals at once: what was known of every lead at every snapshot.

Binding is in the past's room and nowhere else: a touch counts for a snapshot when it
occurred before it *and* was recorded before it, strictly. An attribute counts when it
was declared known at creation, or was known from before the snapshot. A row of the
spine may know less than its snapshot: see :mod:`features.past.limits`.

The engine is shown these tables: ``spine``, ``leads``, ``touches``, ``milestones``,
``attributes``, ``accounts``, ``attribute_history``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from .catalogue import Catalogue
from .declare import Feature, Signal
from .engine import Engine, quoted
from .past.aggregate import AnyAtom
from .past.answers import Answers, answers_of
from .past.known import Held, held, known_sql
from .past.limits import Limits, limits_of
from .past.parts import WHOLE, Part, only
from .past.query import Step, answers_plan, statement
from .vocabulary import LEAD_ID, ROW, SNAPSHOT_AT, Unit

_TYPES = {Unit.CATEGORY: "VARCHAR"}


def weave(connection: Engine, catalogue: Catalogue, part: Part = WHOLE) -> pa.Table:
    """Compute every column of the catalogue for every snapshot of the spine.

    Parameters
    ----------
    connection : Engine
        Showing the tables named above.
    catalogue : Catalogue
    part : Part
        Of the spine shown: where the others are, and need not be read.

    Returns
    -------
    Table of shape (n_snapshots, 3 + n_features)
        ``row``, ``lead_id``, ``snapshot_at``, then the columns in the catalogue's
        order, sorted by ``row``. Numbers are doubles, categories are text; missing is
        null.
    """
    answers = answers_of(connection, catalogue.company, _atoms(catalogue), part)
    known = _known(catalogue, held(connection), limits_of(connection))
    told = _by_query(connection, catalogue, answers, known)
    columns = {name: told.column(name) for name in (ROW, LEAD_ID, SNAPSHOT_AT)}
    for feature in catalogue.features:
        if feature.is_plain:
            columns[feature.name] = answers.column(feature.atoms[0])
        else:
            columns[feature.name] = told.column(feature.name)
    return pa.table(columns)


def weave_in_parts(
    connection: Engine, catalogue: Catalogue, parts: Sequence[Part]
) -> Iterator[pa.Table]:
    """Compute what :func:`weave` does, a part of the leads at a time.

    ``spine`` has to be a table. Each part is sorted by ``row``.
    """
    for part in parts:
        with only(connection, part):
            yield weave(connection, catalogue, part)


def weaving_plan(catalogue: Catalogue, where: Held, limits: Limits) -> tuple[Step, ...]:
    """Return the steps of SQL that come to what :func:`weave` comes to, unsorted."""
    steps = answers_plan(_atoms(catalogue), catalogue.company, limits)
    listed = "".join(f",\n  {_told(s, f)}" for s in catalogue for f in s)
    woven = (
        f"SELECT known.{ROW}, known.{LEAD_ID}, known.{SNAPSHOT_AT}{listed}\n"
        f"FROM known JOIN {steps[-1].name} answers ON answers.{ROW} = known.{ROW}"
    )
    return (
        *steps,
        Step("known", _known(catalogue, where, limits)),
        Step("woven", woven),
    )


def weave_by_query(connection: Engine, catalogue: Catalogue) -> pa.Table:
    """Compute what :func:`weave` does, by SQL alone, as a cluster does."""
    plan = weaving_plan(catalogue, held(connection), limits_of(connection))
    query = statement(plan)
    return connection.sql(f"FROM ({query}) ORDER BY {ROW}").to_arrow_table()


def _known(catalogue: Catalogue, where: Held, limits: Limits) -> str:
    """The query of the spine with every instant and attribute that signals read."""
    company = catalogue.company
    return known_sql(
        where,
        [a.name for a in company.attributes],
        limits,
        has_deadlines=company.has_deadlines,
    )


def _atoms(catalogue: Catalogue) -> list[AnyAtom]:
    return list({a.name: a for f in catalogue.features for a in f.atoms}.values())


def _by_query(
    connection: Engine, catalogue: Catalogue, answers: Answers, known: str
) -> pa.Table:
    """What is an expression: over several atoms, or over attributes."""
    _read_records(connection, catalogue, known)
    asked = [(s, f) for s in catalogue for f in s if not f.is_plain]
    needed = list({a.name: a for _, f in asked for a in f.atoms}.values())
    given = {ROW: pa.array(answers.rows)}
    given |= {a.name: answers.column(a) for a in needed}
    listed = "".join(
        f",\n  read.{quoted(f.name)}" if s.attributes else f",\n  {_told(s, f)}"
        for s, f in asked
    )
    connection.register("past_answers", pa.table(given))
    told = connection.sql(
        f"SELECT known.{ROW}, known.{LEAD_ID}, known.{SNAPSHOT_AT}{listed}\n"
        f"FROM past_known known JOIN past_answers USING ({ROW}) "
        f"JOIN past_read read ON {_same(catalogue)} ORDER BY known.{ROW}"
    ).to_arrow_table()
    connection.unregister("past_answers")
    return told


def _read_records(connection: Engine, catalogue: Catalogue, known: str) -> None:
    """Compute what follows from the record alone, once for all alike.

    A job title is read once, and not anew for every snapshot of every lead that has it.
    """
    names = [quoted(a.name) for a in catalogue.company.attributes]
    held = ", ".join(f'{n} AS "held {i}"' for i, n in enumerate(names))
    told = [_told(s, f) for s in catalogue for f in s if s.attributes]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE past_known AS {known}")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE past_read AS "
        f"SELECT {', '.join([held, *told]) or 'true AS is_empty'} "
        f"FROM (SELECT DISTINCT {', '.join(names) or 'true AS is_empty'} "
        "FROM past_known)"
    )


def _same(catalogue: Catalogue) -> str:
    """The condition that a record is that of a snapshot."""
    names = [quoted(a.name) for a in catalogue.company.attributes]
    return (
        " AND ".join(
            f'known.{n} IS NOT DISTINCT FROM read."held {i}"'
            for i, n in enumerate(names)
        )
        or "true"
    )


def _told(signal: Signal, feature: Feature) -> str:
    kind = _TYPES.get(signal.unit, "DOUBLE")
    value = feature.expression.sql("duckdb")
    return f"CAST({value} AS {kind}) AS {quoted(feature.name)}"
