"""The evidence on attributes: what their columns show of the notation they are in."""

from __future__ import annotations

from collections.abc import Iterator

from features.engine import literal
from features.notation import Evidence

from .numbers import evidence_of
from .opened import Desk
from .sources import Source
from .tables import prefixed


def evidence_on_attributes(desk: Desk) -> dict[str, Evidence]:
    """Return the evidence on each attribute that is a number or may be one."""
    found: dict[str, Evidence] = {}
    for source, rows, columns in _columns(desk):
        mine = {n: c for n, c in columns.items() if _may_be_number(desk, n)}
        cells = {name: source.cell(column) for name, column in mine.items()}
        typed = frozenset(n for n, column in mine.items() if column in source.typed)
        for name, shown in evidence_of(desk.engine, rows, cells, typed).items():
            found[name] = found.get(name, Evidence()) + shown
    return found


def _may_be_number(desk: Desk, name: str) -> bool:
    section = desk.config.attributes.get(name)
    return section is None or section.means in {None, "number"}


def _columns(desk: Desk) -> Iterator[tuple[Source, str, dict[str, str]]]:
    """Each source with attributes, its rows, and the columns by the attributes."""
    config, engine = desk.config, desk.engine
    leads = desk.source(config.leads)
    yield leads, leads.relation, {n: n for n in engine.table("attributes").columns[1:]}
    if config.accounts is not None:
        accounts = desk.source(config.accounts)
        columns = {prefixed(c): c for c in accounts.columns}
        names = engine.table("accounts").columns[2:]
        yield accounts, accounts.relation, {n: columns[n] for n in names}
    for history in config.attribute_history:
        source = desk.source(history)
        attribute = source.value(history.attribute)
        told = engine.execute(
            f"SELECT DISTINCT {attribute} AS a FROM {source.relation} "
            "WHERE a IS NOT NULL ORDER BY a"
        ).fetchall()
        for (name,) in told:
            rows = f"{source.relation} WHERE {attribute} = {literal(name)}"
            yield source, rows, {name: history.value}
