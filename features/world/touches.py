"""Touches: drawn lead by lead in SQL, from a hash of the seed and the touch's number.

Why hashes: DuckDB's random() depends on which thread asks first. A hash of (seed,
number, salt), hashed again because DuckDB combines columns by exclusive or, does not.
"""

from __future__ import annotations

from typing import Final

import duckdb
import numpy as np
import pandas as pd

from ..vocabulary import DAY_US
from .journeys import Journeys
from .kinds import RATES, SLOTS, kinds, slots
from .people import People
from .world import Phase, World

BATCH: Final = 2_000_000  # touches sorted at a time
AFTERTHOUGHT_US: Final = 10 * DAY_US  # touches go on this long after a lead's end
UNKNOWN_SHARE: Final = 0.002  # of touches, under mess: leads that were deleted
TWICE_SHARE: Final = 0.01  # of touches, under mess
BUSY_NOISE: Final = 0.4  # some people click more than others

_MACRO: Final = """
create or replace temp macro chance(number, salt) as
  (hash(hash({seed}::bigint, number, salt)) >> 11)::double / 9007199254740992.0
"""

_TABLE: Final = """
create or replace table touches (
  lead_id varchar, kind varchar, occurred_at timestamp, recorded_at timestamp,
  asset varchar, channel varchar, value double
)
"""

_BATCH: Final = """
insert into touches
with numbered as (
  select lead, created_us, from_us, to_us, cell,
    first_no + unnest(range(n)) as number
  from batch
), counted as (
  from numbered
  union all
  from numbered where {mess} and chance(number, 7) < {twice}
), dated as (
  select lead, created_us, number,
    from_us + floor((to_us - from_us) * chance(number, 1))::bigint as occurred_us,
    cell * {slots} + floor({slots} * chance(number, 2))::bigint as slot
  from counted
), told as (
  select d.*, k.kind, k.channel, k.assets, greatest(
      occurred_us + least_us + floor(
        least(-ln(1 - chance(number, 3)) * late_us, 6 * {day}::double))::bigint,
      created_us) as recorded_us
  from dated d join slots using (slot) join kinds k using (kind_no)
)
select
  lpad((lead + 1001 + case when {mess} and chance(number, 4) < {unknown}
    then 90000000 else 0 end)::varchar, 8, '0'),
  kind, make_timestamp(occurred_us), make_timestamp(recorded_us),
  case when assets > 0 then kind || '-' ||
    (1 + floor(assets * pow(chance(number, 5), 2)))::int end,
  channel,
  case kind
    when 'webinar' then 5 + floor(55 * chance(number, 6))
    when 'cart_started' then 100 * (1 + floor(50 * pow(chance(number, 6), 2)))
    when 'trial_start' then 1 + floor(20 * pow(chance(number, 6), 3))
  end
from told
where recorded_us < {until}
order by lead, occurred_us, number
"""


def write_touches(
    world: World, people: People, walks: Journeys, connection: duckdb.DuckDBPyConnection
) -> None:
    """Create the table ``touches``, ordered by lead and instant."""
    pieces = _pieces(world, people, walks)
    connection.execute(_MACRO.format(seed=world.seed))
    connection.execute(_TABLE)
    tables = {"slots": slots(), "kinds": kinds()}
    for name, table in tables.items():
        connection.register(name, table)
    for _, batch in pieces.groupby("batch"):
        connection.register("batch", batch)
        connection.execute(
            _BATCH.format(
                slots=SLOTS,
                day=DAY_US,
                mess=world.mess,
                unknown=UNKNOWN_SHARE,
                twice=TWICE_SHARE,
                until=world.until_us,
            )
        )
        connection.unregister("batch")
    for name in tables:
        connection.unregister(name)
    connection.execute("drop macro chance")


def _pieces(world: World, people: People, walks: Journeys) -> pd.DataFrame:
    """One row per phase of a lead that has touches: how many, from when to when."""
    rng = world.stream(4)
    busy = rng.lognormal(-(BUSY_NOISE**2) / 2, BUSY_NOISE, world.leads)
    stop_us = np.minimum(walks.ended_us, world.until_us) + AFTERTHOUGHT_US
    to_us = np.minimum(np.minimum(walks.to_us, stop_us[walks.lead]), world.until_us)
    days = np.maximum(to_us - walks.from_us, 0) / DAY_US
    cell = people.persona[walks.lead] * len(Phase) + walks.phase
    expected = days * RATES.ravel()[cell] * busy[walks.lead]
    scale = world.touches_per_lead * world.leads / max(expected.sum(), 1e-9)
    n = rng.poisson(expected * scale)
    first = np.cumsum(n) - n
    first_of_lead = first[np.searchsorted(walks.lead, walks.lead)]
    pieces = pd.DataFrame(
        {
            "lead": walks.lead,
            "created_us": people.created_us[walks.lead],
            "from_us": walks.from_us,
            "to_us": to_us,
            "cell": cell,
            "n": n,
            "first_no": first,
            "batch": first_of_lead // BATCH,
        }
    )
    chosen: pd.DataFrame = pieces.loc[n > 0]
    return chosen


def lead_ids(world: World) -> np.ndarray[tuple[int, ...], np.dtype[np.object_]]:
    """Return the ids in order of creation, with leading zeros.

    Examples
    --------
    >>> lead_ids(World(leads=2)).tolist()
    ['00001001', '00001002']
    """
    return np.array([f"{1001 + i:08d}" for i in range(world.leads)], dtype=object)
