"""The leads, one row each, and their attributes apart from them.

Why the rule for several different rows of one lead looks only at their contents: the
order of rows in an export means nothing, so it must not decide which one counts.
"""

from __future__ import annotations

from dataclasses import replace

from features.engine import Engine, literal, quoted
from features.errors import ConfigError, DataError
from features.vocabulary import DEADLINE_AT

from ..origins import LeadsConfig
from ..sections import Config
from .judging import JUDGED, KEPT, QUARANTINE, count, counted, judge, settle
from .null_tokens import null_cells
from .outcome_column import outcome_sql, outcome_texts
from .positions import NO_PLACE, position
from .rejects import HIDDEN, shown_sql
from .report import SourceReport
from .sources import ROW, Source
from .terms import Draft, Terms

OTHER_KEPT = (
    "Another row of this lead is kept: the one with the earliest creation, then the "
    "one whose text comes first."
)
EVERY = ("*",)


def take_leads(
    engine: Engine, source: Source, config: Config, *, is_new: bool, order: int
) -> SourceReport:
    """Make the tables ``leads`` and ``attributes``.

    Parameters
    ----------
    engine : Engine
        Where the source is, and quarantine.
    source : Source
        The rows.
    config : Config
        The whole configuration: an outcome column belongs to no other section.
    is_new : bool
        Whether these are new leads to score, which have no outcome yet, and no place
        in the order of the past.
    order : int
        The source's number in the report.

    Raises
    ------
    SourceError, ConfigError
        When columns are missing, or an outcome is declared as an attribute.
    DataError
        When no row can be read of leads to learn from: of a night without a readable
        lead the rows come out all the same, with what is wrong with each.
    """
    leads = config.leads
    optional = {config.outcome.column, leads.order_by} if is_new else set()
    named = (c for c in _named(config) if c not in optional or c in source.columns)
    source.check_has(sorted(named), "[leads] or [outcome]")
    attributes = _attributes(source, config, is_new=is_new)
    cells = judge(engine, source, _terms(source, config))
    place = NO_PLACE if is_new else position(engine, source, leads, _zone(config))
    engine.execute(_leads(source, config, place))
    told = "".join(f", {source.attribute(a)} AS {quoted(a)}" for a in attributes)
    engine.execute(
        f"CREATE TABLE attributes AS SELECT lead_id{told} FROM {KEPT} ORDER BY n"
    )
    words = (*attributes, leads.account_id, leads.group, config.outcome.column)
    counts = replace(
        counted(count(engine, "leads"), cells),
        null_cells=null_cells(engine, source, words),
    )
    if config.outcome.column is not None and not is_new:
        value = source.value(config.outcome.column)
        texts = outcome_texts(engine, value, config.outcome)
        counts = replace(counts, outcome_texts=texts)
    report = settle(engine, source, "leads", counts, order=order)
    if not report.rows_kept and not is_new:
        raise DataError(
            f"{source.name} has no readable row: {source.rows_in:,} came in"
            + "".join(f"; {count:,}: {why}" for why, count in report.reasons.items())
            + (" Export leads, or correct [leads]." if report.reasons else ".")
        )
    return report


def take_others(
    engine: Engine, source: Source, config: Config, *, order: int
) -> SourceReport:
    """Make the table ``others``: leads of the company that are not among ``leads``.

    New leads are scored by what their colleagues did and what became of them, and these
    need not be looked at tonight.
    """
    account = str(config.leads.account_id)
    needed = {*_ids(config.leads), account, config.outcome.until} - {None}
    source.check_has(sorted(map(str, needed)), "[leads] or [outcome]")
    cells = judge(engine, source, _terms(source, config))
    cell = source.cell(account)
    draft = Draft.of(source, config.leads, _zone(config))
    deadline = _deadline(draft, config.outcome.until)
    engine.execute(
        f"CREATE TABLE others AS SELECT lead_id, {cell} AS account_id, created_at"
        f"{deadline} FROM (FROM {KEPT}) ANTI JOIN leads USING (lead_id)"
    )
    counts = counted(count(engine, "others"), cells)
    return settle(engine, source, "others", counts, order=order)


def whose_sql(source: Source, config: Config) -> str | None:
    """Return SQL for ``lead_id`` and ``account_id`` of rows that need be no leads.

    Returns
    -------
    str or None
        None where the source has no column of the ids, or the row's place is the id.
    """
    ids = _ids(config.leads)
    if not ids or not set(ids) <= set(source.columns):
        return None
    draft = Draft.of(source, config.leads, _zone(config))
    draft.lead_id(config.leads.lead_id)
    return (
        f"SELECT {draft.fields['lead_id']} AS lead_id, "
        f"{draft.cell(config.leads.account_id)} AS account_id FROM {source.relation}"
    )


def _zone(config: Config) -> str:
    return config.source.timezone


def _ids(leads: LeadsConfig) -> tuple[str, ...]:
    several = (leads.lead_id,) if isinstance(leads.lead_id, str) else leads.lead_id
    return tuple(c for c in several if c != ROW)


def _named(config: Config) -> set[str]:
    """Return the columns with a part of their own: none of them is an attribute."""
    leads, outcome = config.leads, config.outcome
    others = (
        leads.account_id, leads.created_at, leads.order_by, leads.group, outcome.column,
        outcome.until,
    )  # fmt: skip
    return {*_ids(leads), *(c for c in others if c is not None and c != ROW)}


def _attributes(source: Source, config: Config, *, is_new: bool) -> tuple[str, ...]:
    leads, outcome = config.leads, config.outcome.column
    if outcome is not None and outcome in leads.known_at_creation:
        raise ConfigError(
            f"The outcome {outcome!r} is declared as known at creation. Take it out "
            "of leads.known_at_creation."
        )
    if both := sorted(set(leads.known_at_creation) & set(leads.never)):
        raise ConfigError(
            f"leads.known_at_creation and leads.never both name {both[0]!r}. Decide "
            "for one."
        )
    if not is_new:  # a leak misspelt in 'never' would slip in with "*"
        source.check_has(leads.never, "leads.never")
    chosen = leads.known_at_creation
    if chosen == EVERY:
        known = _named(config) | set(leads.never)
        chosen = tuple(c for c in source.columns if c not in known)
    source.check_has(chosen, "leads.known_at_creation")
    if any(a.casefold() == "lead_id" for a in chosen):
        raise ConfigError(
            "An attribute cannot be called 'lead_id'. Name it in leads.lead_id, put it "
            "under leads.never, or rename it with a query."
        )
    return chosen


def _terms(source: Source, config: Config) -> Terms:
    leads = config.leads
    draft = Draft.of(source, leads, _zone(config))
    draft.lead_id(leads.lead_id)
    draft.instant("created_at", None)
    if leads.created_at is not None:  # a day is its start: the lead exists from then on
        draft.needed_instant(
            "created_at", leads.created_at, "The instant of creation", day="start"
        )
    draft.instant(DEADLINE_AT, config.outcome.until)
    return replace(
        draft.terms(),
        repeats_allowed=leads.lead_id == ROW,
        one_per=("lead_id",),
        first_by="created_at NULLS LAST, whole",
        otherwise=OTHER_KEPT,
        ids=draft.ids,
    )


def unreadable_sql(source: Source, config: Config) -> str:
    """Return SQL for the lead rows that were set aside, with what of each may be shown.

    Columns: ``row``, ``file``, ``line`` and ``shown_text``. Shown are the cells of
    columns that have a part in the configuration and are not personal, and for any
    other ``…``: what is said of a lead goes to more people than its row.

    Why only after :func:`take_leads`, before anything else is judged: its rows are the
    ones that were judged last.
    """
    personal = {name for name, a in config.attributes.items() if a.personal}
    attributes = _attributes(source, config, is_new=True)
    visible = (_named(config) | set(attributes)) - personal
    shown = [
        f"CASE WHEN contains({source.cell(c)}, '@') THEN '{HIDDEN}' "
        f"ELSE coalesce({source.cell(c)}, '') END"
        if c in visible
        else literal(HIDDEN)
        for c in source.columns
    ]
    return f"""
        SELECT q.n AS "row", q.file, q.line, coalesce(k.told, r.told) AS shown_text
        FROM {QUARANTINE} q
        LEFT JOIN (SELECT n, concat_ws(',', {", ".join(shown)}) AS told FROM {JUDGED}
            WHERE reason IS NOT NULL) k USING (n)
        LEFT JOIN (SELECT n, {shown_sql(sorted(visible))} AS told
            FROM {source.rejects} WHERE header IS NOT NULL) r USING (n)
        WHERE q."table" = 'leads' ORDER BY q.n
    """


def _leads(source: Source, config: Config, place: str) -> str:
    leads, outcome = config.leads, config.outcome
    draft = Draft.of(source, leads, _zone(config))
    cell, value = draft.cell, draft.value(outcome.column)
    return f"""
        CREATE TABLE leads AS
        SELECT n AS "row", lead_id, {cell(leads.account_id)} AS account_id,
            coalesce({cell(leads.group)}, {cell(leads.account_id)}, lead_id)
                AS group_id,
            created_at, {place} AS position,
            {outcome_sql(value, outcome)} AS outcome{_deadline(draft, outcome.until)}
        FROM {KEPT} ORDER BY n
    """


def _deadline(draft: Draft, column: str | None) -> str:
    """SQL for the instant from which on a conversion does not count, if leads have any.

    A day lasts to its end, and what is dated to a day lies at its last microsecond: so
    that a conversion of the last day counts, the deadline is the one after it.
    """
    if column is None:
        return ""
    draft.instant(DEADLINE_AT, column)
    is_day = draft.instants[-1].is_day
    return f", {DEADLINE_AT} + to_microseconds(if({is_day}, 1, 0)) AS {DEADLINE_AT}"
