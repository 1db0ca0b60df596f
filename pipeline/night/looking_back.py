"""Tonight's leads seen through last night's eyes, in the same pass over the touches.

Before each snapshot of a lead that has a last night stand three more of the same lead:
as of last night, by what was known then and is told now; as of tonight, by what was
known last night; and as of tonight, by what is known of the time before last night.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from features.catalogue import Catalogue
from features.engine import Engine, one_row
from features.vocabulary import DEADLINE_AT, ROW
from features.weave import weave

_LOOKS = 4  # of a lead with a last night; the last one is tonight's


@dataclass(frozen=True, eq=False)
class Woven:
    """Features of one night.

    Attributes
    ----------
    tonight : Table
        As :func:`features.weave.weave` gives it.
    back : tuple of Table
        Three tables of the same columns, for the leads that have a last night, in the
        same order of rows; empty where nobody has one.
    """

    tonight: pa.Table
    back: tuple[pa.Table, ...] = ()


def eligible(connection: Engine) -> pd.Index:
    """Return the ids of the leads of the spine that may be scored."""
    asked = "SELECT lead_id FROM spine WHERE is_eligible ORDER BY row"
    found: pd.Index = pd.Index(connection.sql(asked).df()["lead_id"])
    return found


def weave_looking_back(
    connection: Engine, catalogue: Catalogue, last_nights: pa.Table | None
) -> Woven:
    """Compute tonight's features, and what they were and would have been.

    Parameters
    ----------
    connection : Engine
        Showing the tables, and as ``spine`` that of a scoring.
    last_nights : Table or None
        ``lead_id``, ``snapshot_at`` and ``known_at``: of which instant each lead was
        scored, and by when its sources were read. None: only tonight is looked at.
    """
    if last_nights is None or not _make_looks(connection, last_nights):
        return Woven(weave(connection, catalogue))
    with _looks_shown(connection):
        woven = weave(connection, catalogue)
    row = woven.column(ROW)
    spine_row = pc.divide(row, _LOOKS)
    look = pc.subtract(row, pc.multiply(spine_row, _LOOKS))
    woven = woven.set_column(woven.schema.get_field_index(ROW), ROW, spine_row)
    *back, tonight = (woven.filter(pc.equal(look, n)) for n in range(_LOOKS))
    return Woven(tonight, tuple(back))


# Each look may know all that the one before it may, so that the loops carry on.
_QUERY = f"""
SELECT s.row * {_LOOKS} + look.n AS row, s.lead_id, s.account_id, s.created_at,{{}}
  CASE WHEN look.n < 1 THEN l.snapshot_at ELSE s.snapshot_at END AS snapshot_at,
  CASE WHEN look.n < 2 THEN l.known_at ELSE s.snapshot_at END AS known_at,
  CASE WHEN look.n < 3 THEN l.known_at ELSE s.snapshot_at END AS until
FROM spine s LEFT JOIN last_nights l ON l.lead_id = s.lead_id AND s.is_eligible
CROSS JOIN range({_LOOKS}) look(n)
WHERE look.n = {_LOOKS - 1} OR l.lead_id IS NOT NULL
"""


def _make_looks(connection: Engine, last_nights: pa.Table) -> bool:
    """Create the table ``looks``; return whether anybody has more than one."""
    connection.register("last_nights", last_nights)
    has_deadlines = DEADLINE_AT in connection.table("spine").columns
    query = _QUERY.format(f" s.{DEADLINE_AT}," if has_deadlines else "")
    connection.execute(f"CREATE OR REPLACE TABLE looks AS {query}")
    connection.unregister("last_nights")
    (more,) = one_row(
        connection, "SELECT (SELECT count(*) FROM looks) - count(*) FROM spine"
    )
    return bool(more)


@contextmanager
def _looks_shown(connection: Engine) -> Iterator[None]:
    """Show the looks in the place of the spine."""
    connection.execute("ALTER TABLE spine RENAME TO tonights_spine")
    connection.execute("ALTER TABLE looks RENAME TO spine")
    try:
        yield
    finally:
        connection.execute("DROP TABLE spine")
        connection.execute("ALTER TABLE tonights_spine RENAME TO spine")
