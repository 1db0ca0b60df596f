"""Parts of a spine: so many leads at a time as memory holds, accounts kept whole.

Why by a hash of the account: what colleagues did is asked for, and a part must hold all
of them. A lead without an account is one of its own. The hash is the engine's, and may
change with its version: leads and touches keep the bucket that they were written with.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import ceil

from ..engine import Engine, one_row

BUCKETS = 256
BUCKET = (
    "bucket"  # of touches: the column by which a part finds its own, if it is there
)

_BYTES_PER_TOUCH = 110  # as told by the engine, and once more in the order of leads
_BYTES_PER_VALUE = 24  # an answer, the column made of it, and what is written
_SHARE = 0.6  # of the memory; the engine needs the rest


@dataclass(frozen=True)
class Part:
    """Some of the buckets, [first, last).

    Examples
    --------
    >>> [(p.first, p.last) for p in Part.several(3)]
    [(0, 85), (85, 170), (170, 256)]
    """

    first: int = 0
    last: int = BUCKETS

    @classmethod
    def several(cls, count: int) -> tuple[Part, ...]:
        """Return all buckets in so many parts of about equal size."""
        borders = [n * BUCKETS // count for n in range(count + 1)]
        return tuple(map(cls, borders[:-1], borders[1:]))

    @property
    def is_whole(self) -> bool:
        """Whether it is all there is."""
        return (self.first, self.last) == (0, BUCKETS)

    def of_leads(self, connection: Engine) -> str:
        """Return the condition that the part's leads meet, as SQL."""
        is_told = BUCKET in connection.table("leads").columns
        return self._among(BUCKET if is_told else bucket_sql())

    def of_touches(self, connection: Engine) -> str:
        """Return a condition that the part's touches meet, as SQL.

        It is no condition where touches and leads do not both tell their buckets.
        """
        tables = [connection.table(t).columns for t in ("leads", "touches")]
        is_told = all(BUCKET in columns for columns in tables)
        return self._among(BUCKET) if is_told else "true"

    def _among(self, bucket: str) -> str:
        if self.is_whole:
            return "true"
        return f"{bucket} BETWEEN {self.first} AND {self.last - 1}"


WHOLE = Part()


@contextmanager
def only(connection: Engine, part: Part) -> Iterator[None]:
    """Show the snapshots of a part in the place of the whole spine."""
    connection.execute("ALTER TABLE spine RENAME TO whole_spine")
    try:
        connection.execute(
            "CREATE VIEW spine AS FROM whole_spine s SEMI JOIN (FROM leads "
            f"WHERE {part.of_leads(connection)}) l ON l.lead_id = s.lead_id"
        )
        yield
    finally:
        connection.execute("DROP VIEW IF EXISTS spine")
        connection.execute("ALTER TABLE whole_spine RENAME TO spine")


def bucket_sql(account: str = "account_id", lead: str = "lead_id") -> str:
    """Return the bucket of a lead as SQL."""
    return f"CAST(hash(coalesce({account}, {lead})) % {BUCKETS} AS SMALLINT)"


def parts_of(connection: Engine, atoms: int, memory_bytes: float) -> tuple[Part, ...]:
    """Return as few parts as memory allows.

    Parameters
    ----------
    connection : Engine
        Showing ``spine`` and ``touches``.
    atoms : int
        How many values a snapshot has.
    memory_bytes : float
        What all of it may take.
    """
    snapshots, touches = one_row(
        connection,
        "SELECT (SELECT count(*) FROM spine), (SELECT count(*) FROM touches)",
    )
    need = touches * _BYTES_PER_TOUCH + snapshots * atoms * _BYTES_PER_VALUE
    return Part.several(min(max(1, ceil(need / (memory_bytes * _SHARE))), BUCKETS))
