"""The tables beside the leads: touches, milestones, accounts and history."""

from __future__ import annotations

from dataclasses import replace

from features.engine import Engine, literal, quoted
from features.errors import ConfigError, few

from ..origins import AccountsConfig, HistoryConfig, MilestonesConfig, TouchesConfig
from .cells import number
from .judging import KEPT, Cells, Counts, count, counted, judge, settle
from .null_tokens import null_cells
from .numbers import read_values, unreadable_values
from .report import SourceReport
from .sources import ROW, Source
from .terms import Draft

EMPTY = {
    "touches": "lead_id VARCHAR, account_id VARCHAR, kind VARCHAR, "
    "occurred_at TIMESTAMP, recorded_at TIMESTAMP, asset VARCHAR, channel VARCHAR, "
    "value DOUBLE",
    "milestones": "lead_id VARCHAR, milestone VARCHAR, reached_at TIMESTAMP, "
    "recorded_at TIMESTAMP",
    "attribute_history": "lead_id VARCHAR, attribute VARCHAR, value VARCHAR, "
    "known_from TIMESTAMP",
    "accounts": "account_id VARCHAR, known_from TIMESTAMP",
}
TOUCH = (
    "lead_id, account_id, kind, occurred_at, coalesce(recorded_at, occurred_at) AS "
    "recorded_at, asset, channel, value"
)
TWINS = "lead_id, account_id, kind, occurred_at, asset"  # alike in these
OTHER_ACCOUNT = "Another row of this account is kept: the one whose text comes first."


def create_empty(engine: Engine) -> None:
    """Make every table beside the leads, without a row."""
    for name, columns in EMPTY.items():
        engine.execute(f"CREATE TABLE {name} ({columns})")


def take_touches(
    engine: Engine, source: Source, touches: TouchesConfig, zone: str, *, order: int
) -> SourceReport:
    """Add one source's touches to the table."""
    ids = (touches.lead_id, touches.account_id)
    told = (touches.kind, touches.asset, touches.channel, touches.value)
    dates = (touches.occurred_at, touches.recorded_at)
    source.check_has(_columns(*ids, *told, *dates), "[[touches]]")
    draft = Draft.of(source, touches, zone)
    if touches.lead_id is not None:
        draft.lead_id(touches.lead_id)
    draft.text("account_id", None)
    if touches.account_id is not None:
        draft.needed_key("account_id", touches.account_id, "The account id")
    if touches.kind is not None:
        draft.needed_text("kind", touches.kind, "The kind")
    else:
        draft.constant("kind", str(touches.kind_is))
    draft.needed_instant("occurred_at", touches.occurred_at, "The touch's instant")
    draft.instant("recorded_at", touches.recorded_at)
    draft.text("asset", touches.asset)
    draft.text("channel", touches.channel)
    draft.fields["value"] = number(draft.cell(touches.value))
    cells = judge(engine, source, draft.terms())
    notation = read_values(engine, source, touches)
    written = _add(engine, "touches", TOUCH)
    counts = _counts(engine, written, touches.recorded_at, cells)
    lost = unreadable_values(engine, source, touches.value, order=order)
    counts = replace(
        counts,
        twins=written - _different(engine, source),
        cells_unreadable=(*counts.cells_unreadable, *lost),
        null_cells=null_cells(
            engine, source, (touches.kind, touches.asset, touches.channel)
        ),
    )
    report = settle(engine, source, "touches", counts, order=order)
    return replace(report, notation=notation)


def _different(engine: Engine, source: Source) -> int:
    """Count what the rows kept tell of, each once, unless it was told before."""
    told = f"(SELECT DISTINCT {TWINS} FROM {KEPT})"
    found = count(engine, told)
    if source.before is not None:
        alike = " AND ".join(
            f"b.{c} {'=' if c == 'occurred_at' else 'IS NOT DISTINCT FROM'} n.{c}"
            for c in TWINS.split(", ")
        )
        again = f"SELECT {TWINS} FROM {source.before} b SEMI JOIN {told} n ON {alike}"
        found -= count(engine, f"(SELECT DISTINCT * FROM ({again}))")
    return found


def take_milestones(
    engine: Engine,
    source: Source,
    milestones: MilestonesConfig,
    zone: str,
    *,
    order: int,
) -> SourceReport:
    """Add one source's milestones; an empty date in wide form is no milestone."""
    named = (milestones.lead_id, milestones.milestone, *milestones.columns.values())
    dates = (milestones.reached_at, milestones.recorded_at)
    source.check_has(_columns(*named, *dates), "[[milestones]]")
    draft = Draft.of(source, milestones, zone)
    draft.lead_id(milestones.lead_id)
    draft.instant("recorded_at", milestones.recorded_at)
    told = {}  # SQL for the milestone's name: the field of its instant
    if milestones.milestone is not None and milestones.reached_at is not None:
        draft.needed_text("milestone", milestones.milestone, "The milestone")
        draft.fields["milestone"] = _relabelled(draft, milestones)
        draft.needed_instant(
            "reached_at", milestones.reached_at, "The milestone's instant"
        )
        told["milestone"] = "reached_at"
    for i, (name, column) in enumerate(milestones.columns.items()):
        draft.instant(f"reached_{i}", column)
        told[literal(name)] = f"reached_{i}"
    cells = judge(engine, source, draft.terms())
    written = sum(
        _add(
            engine,
            "milestones",
            f"lead_id, {name}, {at}, coalesce(recorded_at, {at})",
            f"{at} IS NOT NULL",
        )
        for name, at in told.items()
    )
    counts = _counts(engine, written, milestones.recorded_at, cells)
    cell = draft.value(milestones.milestone)
    relabelled = {
        label: count(engine, f"{KEPT} AND {cell} = {literal(label)}")
        for label in milestones.labels
    }
    taken = null_cells(engine, source, (milestones.milestone,))
    counts = replace(counts, relabelled=relabelled, null_cells=taken)
    return settle(engine, source, "milestones", counts, order=order)


def _relabelled(draft: Draft, milestones: MilestonesConfig) -> str:
    """Return SQL for a milestone's name; a label that goes by another bears that."""
    cell = draft.value(milestones.milestone)
    cases = " ".join(
        f"WHEN {literal(label)} THEN {literal(name)}"
        for label, name in milestones.labels.items()
    )
    return f"CASE {cell} {cases} ELSE {cell} END" if cases else cell


def take_history(
    engine: Engine, source: Source, history: HistoryConfig, zone: str, *, order: int
) -> SourceReport:
    """Add one source's values of attributes; a missing one was cleared."""
    named = (history.lead_id, history.attribute, history.value, history.known_from)
    source.check_has(_columns(*named), "[[attribute_history]]")
    draft = Draft.of(source, history, zone)
    draft.lead_id(history.lead_id)
    draft.needed_text("attribute", history.attribute, "The attribute's name")
    draft.fields["value"] = source.attribute(history.value)
    draft.needed_instant("known_from", history.known_from, "When it became known")
    cells = judge(engine, source, draft.terms())
    written = _add(engine, "attribute_history", "lead_id, attribute, value, known_from")
    taken = null_cells(engine, source, (history.value,))
    counts = replace(counted(written, cells), null_cells=taken)
    return settle(engine, source, "attribute_history", counts, order=order)


def take_accounts(
    engine: Engine, source: Source, accounts: AccountsConfig, zone: str, *, order: int
) -> SourceReport:
    """Make the table of accounts; one row each, or one for each instant it was known.

    Where ``known_from`` is configured, a row without it is set aside: undated, it
    would count as known for ever, which is a leak.
    """
    used = _columns(accounts.account_id, accounts.known_from)
    chosen = accounts.known_at_creation
    if both := sorted(set(chosen) & set(accounts.never)):
        raise ConfigError(
            f"accounts.known_at_creation and accounts.never both name {both[0]!r}. "
            "Decide for one."
        )
    if chosen == ("*",):
        kept_out = {*used, *accounts.never}
        chosen = tuple(c for c in source.columns if c not in kept_out)
    source.check_has((*used, *chosen, *accounts.never), "[accounts]")
    names = ["account_id", *(prefixed(c) for c in chosen)]
    if twice := sorted({n for n in names if names.count(n) > 1}):
        raise ConfigError(
            f"accounts.known_at_creation gives two columns the name {few(twice)}. "
            "Leave one out, or rename it with a query."
        )
    draft = Draft.of(source, accounts, zone)
    draft.needed_key("account_id", accounts.account_id, "The account id")
    draft.instant("known_from", None)
    if accounts.known_from is not None:
        draft.needed_instant("known_from", accounts.known_from, "When it was known")
    terms = replace(
        draft.terms(), one_per=("account_id", "known_from"), otherwise=OTHER_ACCOUNT
    )
    cells = judge(engine, source, terms)
    told = "".join(f", {source.attribute(c)} AS {quoted(prefixed(c))}" for c in chosen)
    engine.execute(
        "CREATE OR REPLACE TABLE accounts AS "
        f"SELECT account_id, known_from{told} FROM {KEPT}"
    )
    taken = null_cells(engine, source, chosen)
    counts = replace(counted(count(engine, "accounts"), cells), null_cells=taken)
    return settle(engine, source, "accounts", counts, order=order)


def _columns(*named: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """Return every column named, once."""
    several = [(n,) if isinstance(n, str) else (n or ()) for n in named]
    columns = tuple(dict.fromkeys(c for some in several for c in some))
    if ROW in columns:
        raise ConfigError(f"Only [leads] may say {ROW!r}. Name a column.")
    return columns


def _add(engine: Engine, table: str, fields: str, condition: str = "true") -> int:
    statement = f"INSERT INTO {table} SELECT {fields} FROM {KEPT} AND {condition}"
    [(added,)] = engine.execute(statement).fetchall()
    return int(added)


def _counts(
    engine: Engine, written: int, recorded_at: str | None, cells: Cells
) -> Counts:
    counts = counted(written, cells)
    if recorded_at is None:
        return replace(counts, recorded_at="assumed")
    missing = count(engine, f"{KEPT} AND recorded_at IS NULL")
    return replace(counts, recorded_at="given", recorded_at_missing=missing)


def prefixed(name: str) -> str:
    """Return what an account's column is called as an attribute of leads."""
    return name if name.casefold().startswith("account") else f"account_{name}"
