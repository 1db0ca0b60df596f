"""The query of a table: what makes its rows fit to be read."""

from __future__ import annotations

from . import toml
from .column import Column
from .rewrite import replaced
from .sample import Sample
from .toml import Line


def keys_of(*columns: Column | None) -> frozenset[str]:
    """Return the names of columns of ids."""
    return frozenset(c.name for c in columns if c is not None)


def query_lines(
    sample: Sample, keys: frozenset[str], where: str | None = None, why: str = ""
) -> list[Line]:
    """The query of a table: ids and dates told so that they can be read, rows left out.

    Parameters
    ----------
    keys : frozenset of str
        The columns of ids that other tables have, too.
    """
    rewritten = {
        c.name: c.rewrite
        for c in sample.columns
        if c.rewrite is not None and (c.rewrite.is_of_dates or c.name in keys)
    }
    if not rewritten and where is None:
        return []
    selected = f"{replaced(rewritten)} from source"
    sql = selected if where is None else f"{selected} where {where}"
    told = [r.told(name) for name, r in rewritten.items()]
    return [Line("query", toml.query(sql), "; ".join((*told, *filter(None, (why,)))))]
