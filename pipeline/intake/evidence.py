"""The evidence on attributes: what their columns show of the notation they are in."""

from __future__ import annotations

from collections.abc import Iterator

from features.engine import literal
from features.notation import Evidence

from .numbers import evidence_of
from .opened import Desk
from .tables import prefixed


def evidence_on_attributes(desk: Desk) -> dict[str, Evidence]:
    """Return the evidence on each attribute that is a number or may be one."""
    found: dict[str, Evidence] = {}
    for name, rows, cell, is_typed in _columns(desk):
        section = desk.config.attributes.get(name)
        if section is None or section.means in {None, "number"}:
            shown = evidence_of(desk.engine, rows, cell, is_typed=is_typed)
            found[name] = found.get(name, Evidence()) + shown
    return found


def _columns(desk: Desk) -> Iterator[tuple[str, str, str, bool]]:
    """Each attribute's name, the rows and the cell of a column of it, and if typed."""
    config, engine = desk.config, desk.engine
    leads = desk.source(config.leads)
    for name in engine.table("attributes").columns[1:]:
        yield name, leads.relation, leads.cell(name), name in leads.typed
    if config.accounts is not None:
        accounts = desk.source(config.accounts)
        columns = {prefixed(c): c for c in accounts.columns}
        for name in engine.table("accounts").columns[2:]:
            column = columns[name]
            is_typed = column in accounts.typed
            yield name, accounts.relation, accounts.cell(column), is_typed
    for history in config.attribute_history:
        source = desk.source(history)
        cell, attribute = source.cell(history.value), source.value(history.attribute)
        is_typed = history.value in source.typed
        names = f"SELECT DISTINCT {attribute} AS a FROM {source.relation}"
        for (name,) in engine.execute(
            f"{names} WHERE a IS NOT NULL ORDER BY a"
        ).fetchall():
            rows = f"{source.relation} WHERE {attribute} = {literal(name)}"
            yield name, rows, cell, is_typed
