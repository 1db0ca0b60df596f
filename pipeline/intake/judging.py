"""Judging rows: each is kept, or set aside with the reason, and both are counted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from features.engine import Engine, literal, quoted

from .instant_columns import instant_cells, named_formats, unreadable_cells
from .rejects import read_ids
from .report import (
    InstantCells,
    Origin,
    SourceReport,
    UnreadableCells,
)
from .sources import Source
from .terms import Terms
from .texts import NullCells, OutcomeText

REPEAT = "This row repeats an earlier one in every column."
JUDGED = "judged"
KEPT = f"{JUDGED} WHERE reason IS NULL"
QUARANTINE = "quarantine"
# Half of a row's digest, which Parquet can hold. Only rows of the same instant are
# compared by it, so that the other half adds nothing.
DIGEST = "CAST(digest >> 64 AS UBIGINT)"

Take = Callable[..., SourceReport]


@dataclass(frozen=True)
class Counts:
    """What the canonical table adds to a source's report."""

    rows_written: int
    recorded_at: Origin | None = None
    recorded_at_missing: int = 0
    twins: int = 0
    cells_unreadable: tuple[UnreadableCells, ...] = ()
    instants: tuple[InstantCells, ...] = ()
    outcome_texts: tuple[OutcomeText, ...] = ()
    relabelled: Mapping[str, int] = field(default_factory=dict)
    null_cells: NullCells = field(default_factory=dict)


@dataclass(frozen=True)
class Cells:
    """What was found in the cells of the rows kept."""

    instants: tuple[InstantCells, ...]
    unreadable: tuple[UnreadableCells, ...]


def counted(rows_written: int, cells: Cells) -> Counts:
    """Return the counts of a source that adds nothing else of its own."""
    return Counts(
        rows_written, cells_unreadable=cells.unreadable, instants=cells.instants
    )


def count(engine: Engine, rows: str) -> int:
    """Count the rows of a table, or of one with a condition."""
    [(found,)] = engine.execute(f"SELECT count(*) FROM {rows}").fetchall()
    return int(found)


def create_quarantine(engine: Engine) -> None:
    """Make the empty quarantine."""
    engine.execute(
        f"""
        CREATE TABLE {QUARANTINE} (
            "table" VARCHAR, file VARCHAR, line BIGINT, lead_id VARCHAR,
            reason VARCHAR, is_repeat BOOLEAN, "text" VARCHAR, source BIGINT, n BIGINT
        )
        """
    )


def judge(engine: Engine, source: Source, terms: Terms) -> Cells:
    """Make the table ``judged``: cells, fields, ``reason`` (null: kept), ``is_repeat``.

    Of rows alike in every column the first is kept, which leaves no trace of their
    order; none is, where one was kept before.
    """
    if terms.ids is not None:
        read_ids(engine, source, terms.ids)
    _judge_rows(engine, source, terms)
    if source.before is not None:
        engine.execute(
            f"""
            UPDATE {JUDGED} SET is_repeat = true, reason = '{REPEAT}' WHERE n IN (
                SELECT n FROM (SELECT n, occurred_at, {DIGEST} AS digest FROM {KEPT})
                JOIN {source.before} USING (occurred_at, digest))
            """
        )
    if not terms.repeats_allowed:
        _set_aside(engine, "digest", "n", f"is_repeat = true, reason = '{REPEAT}'")
    if terms.one_per:
        keys = ", ".join(map(quoted, terms.one_per))
        reason = f"reason = {literal(terms.otherwise)}"
        _set_aside(engine, keys, f"{terms.first_by}, n", reason)
    named_formats(engine, terms.instants, JUDGED)
    return Cells(
        instant_cells(engine, terms.instants, KEPT),
        unreadable_cells(engine, terms.instants, KEPT),
    )


def _judge_rows(engine: Engine, source: Source, terms: Terms) -> None:
    """Make the table ``judged``, each row looked at by itself."""
    fields = ", ".join(f"{sql} AS {quoted(name)}" for name, sql in terms.fields.items())
    cases = " ".join(
        f"WHEN {f.condition} THEN {literal(f.reason)}" for f in terms.findings
    )
    changed = ", ".join(f"{sql} AS {quoted(f)}" for f, sql in terms.settled.items())
    settled = f"SELECT * REPLACE ({changed}) FROM taken" if changed else "FROM taken"
    engine.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE {JUDGED} AS
        WITH taken AS (SELECT * EXCLUDE (raw), {fields} FROM {source.relation}),
        settled AS ({settled})
        SELECT *, md5_number(whole) AS digest, false AS is_repeat,
            CASE {cases or "WHEN false THEN ''"} END AS reason
        FROM settled
        """
    )


def _set_aside(engine: Engine, keys: str, order: str, change: str) -> None:
    """Of the rows kept with the same keys, set aside all but the first in an order."""
    engine.execute(
        f"""
        UPDATE {JUDGED} SET {change} WHERE n IN (
            SELECT n FROM {KEPT}
            QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {order}) > 1)
        """
    )


def settle(
    engine: Engine, source: Source, table: str, counts: Counts, *, order: int
) -> SourceReport:
    """Put what was not kept into quarantine, and report the source."""
    engine.execute(
        f"""
        INSERT INTO {QUARANTINE} BY NAME
        SELECT {literal(table)} AS "table", file, line, lead_id, reason, is_repeat,
            raw AS "text", {order} AS source, n
        FROM (SELECT n, lead_id, is_repeat, reason FROM {JUDGED})
        JOIN (SELECT n, file, line, raw FROM {source.relation}) USING (n)
        WHERE reason IS NOT NULL
        UNION ALL BY NAME
        SELECT {literal(table)} AS "table", file, line, lead_id, reason,
            false AS is_repeat, raw AS "text", {order} AS source, n
        FROM {source.rejects}
        """
    )
    reasons = engine.execute(
        f"SELECT reason, count(*) FROM {QUARANTINE} WHERE source = {order} "
        "GROUP BY reason ORDER BY count(*) DESC, reason"
    ).fetchall()
    told = {str(reason): int(found) for reason, found in reasons}
    return SourceReport(
        table=table,
        files=source.files,
        rows_in=source.rows_in,
        rows_kept=count(engine, KEPT),
        rows_quarantined=sum(told.values()),
        rows_written=counts.rows_written,
        reasons=told,
        recorded_at=counts.recorded_at,
        recorded_at_missing=counts.recorded_at_missing,
        twins=counts.twins,
        cells_unreadable=counts.cells_unreadable,
        instants=counts.instants,
        outcome_texts=counts.outcome_texts,
        relabelled=dict(counts.relabelled),
        null_cells=counts.null_cells,
    )
