"""Records that are no rows: whose they are, and what of them may be shown.

A record that is cut short, too long, badly quoted or badly encoded still begins like
the others. Its cells are read from the left, up to a quote or its end; the last of them
may be cut, and is not believed.

Why of a record that is too long only ids at its beginning are read: the delimiter too
many stands somewhere before its end, and what follows it is another column's.
"""

from __future__ import annotations

from collections.abc import Sequence

from features.engine import Engine, literal

from .cells import trimmed, unless_null
from .loading import SEPARATOR
from .sources import Source

HIDDEN = "…"

_NAMES = f"string_split(header, chr({SEPARATOR}))"
_READ = "string_split(split_part(raw, '\"', 1), delimiter)"
_IS_WHOLE = f"(NOT contains(raw, '\"') AND len({_READ}) = len({_NAMES}))"
_IS_LONG = f"(len({_READ}) > len({_NAMES}))"
_CELLS = f"list_slice({_READ}, 1, len({_READ}) - CAST(NOT {_IS_WHOLE} AS INT))"


def read_ids(engine: Engine, source: Source, ids: Sequence[str]) -> None:
    """Say of each reject whose it is, where that can be read; else it is missing.

    Parameters
    ----------
    ids : sequence of str
        The columns that make the id; none where the row's place is the id.
    """
    if not ids:
        engine.execute(f"UPDATE {source.rejects} SET lead_id = CAST(n + 1 AS VARCHAR)")
        return
    places = [f"list_position({_NAMES}, {literal(name)})" for name in ids]
    texts = ", ".join(f"{_CELLS}[{place}] AS t{i}" for i, place in enumerate(places))
    cells = ", ".join(
        f"{unless_null(trimmed(f't{i}'), source.tokens_of(name))} AS c{i}"
        for i, name in enumerate(ids)
    )
    whole = " || '|' || ".join(f"c{i}" for i in range(len(ids)))
    first = " AND ".join(f"{place} <= {len(ids)}" for place in places)
    engine.execute(
        f"""
        UPDATE {source.rejects} SET lead_id = found.lead_id FROM (
            WITH texts AS (
                SELECT n, {texts}, NOT {_IS_LONG} OR ({first}) AS is_sure
                FROM {source.rejects} WHERE header IS NOT NULL),
            cells AS (SELECT n, is_sure, {cells} FROM texts)
            SELECT n, CASE WHEN is_sure AND NOT contains({whole}, chr(65533))
                THEN {whole} END AS lead_id FROM cells
        ) found WHERE {source.rejects}.n = found.n
        """
    )


def shown_sql(visible: Sequence[str]) -> str:
    """Return SQL for what of a reject may be shown: its cells up to a hidden column.

    Parameters
    ----------
    visible : sequence of str
        The columns whose cells may be shown; nothing with an ``@`` in it ever is.
    """
    listed = ", ".join(map(literal, visible)) or "NULL"
    are_visible = (
        f"list_transform({_NAMES}, lambda x: coalesce(x IN ({listed}), false))"
    )
    first = f"coalesce(list_position({are_visible}, false), len({_NAMES}) + 1)"
    cells = f"list_slice({_CELLS}, 1, {first} - 1)"
    inert = (
        f"list_transform({cells}, lambda x: CASE WHEN contains(x, '@') THEN '{HIDDEN}' "
    )
    inert += "ELSE x END)"
    return f"array_to_string(list_append({inert}, '{HIDDEN}'), ',')"
