"""Columns that came in and that no table takes, though they could tell something.

Why they are counted at the door: a column nobody declared is not used, and afterwards
nothing remembers that it was there.
"""

from __future__ import annotations

from features.engine import Engine, one_row

from ..origins import AccountsConfig, LeadsConfig
from ..sections import Config
from .leads import EVERY
from .sources import Source

_MOST_ROWS = 100_000  # looked at, from the top: enough to see that a column is filled
_NAME_SHARE = 0.90  # of the filled cells different: words like that are names or ids
_ADDRESS_SHARE = 0.50  # … unless so many are e-mail addresses, whose domain tells


def lying_unused(engine: Engine, source: Source, config: Config) -> tuple[str, ...]:
    """Return the columns of a source of attributes that lie unused.

    Left out are columns that any section of the configuration names, and those that
    could tell nothing: empty, the same in every row, or like a name.
    """
    named = _named(config)
    return tuple(
        c
        for c in source.columns
        if c not in named and _could_tell(engine, source.relation, source.cell(c))
    )


def is_chosen(table: LeadsConfig | AccountsConfig) -> bool:
    """Whether somebody chose among the columns, rather than taking them all."""
    return table.known_at_creation != EVERY


def _could_tell(engine: Engine, relation: str, cell: str) -> bool:
    filled, different, numbers, whole, addresses = one_row(
        engine,
        f"""
        SELECT count(cell), count(DISTINCT cell), count(number),
          count(*) FILTER (number = round(number)), count(*) FILTER (cell LIKE '%@%')
        FROM (SELECT {cell} AS cell, TRY_CAST({cell} AS DOUBLE) AS number
          FROM {relation} WHERE n < {_MOST_ROWS})
        """,
    )
    if different < 2:
        return False
    if different <= _NAME_SHARE * filled or addresses > _ADDRESS_SHARE * filled:
        return True
    return bool(numbers == filled and whole < filled)  # measured, and not numbered


def _named(config: Config) -> set[str]:
    """Every column that any section names, whatever for."""
    tables = (
        config.leads,
        *((config.accounts,) if config.accounts else ()),
        *config.touches,
        *config.milestones,
        *config.attribute_history,
    )
    found = {config.outcome.column or "", config.outcome.until or ""}
    for table in tables:
        more = {"from_", "query", "sentinels", "labels", "null_tokens"}
        for value in table.model_dump(exclude=more).values():
            if isinstance(value, str):
                found.add(value)
            elif isinstance(value, dict):
                found |= set(value.values())
            elif isinstance(value, tuple | list):
                found |= set(value)
    return found
