"""A company as its CRM would export it, and apart from that the truth about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import duckdb
import numpy as np
import pandas as pd

from .export import account_rows, lead_rows, milestone_rows
from .journeys import NEVER_US, Journeys, journeys
from .people import People, accounts, people
from .seasons import Seasons, seasons
from .touches import lead_ids, write_touches
from .truth import Truth, probability_of
from .world import Floats, Ints, World

TABLES: Final = ("accounts", "leads", "touches", "milestones")


@dataclass(frozen=True)
class Company:
    """The four raw tables of a company, in DuckDB, and the truth about it.

    Attributes
    ----------
    world : World
        What it was made from.
    connection : DuckDBPyConnection
        Holds the tables ``accounts``, ``leads``, ``touches`` and ``milestones``.
    truth : Truth
        What the pipeline must never read.
    """

    world: World
    connection: duckdb.DuckDBPyConnection
    truth: Truth

    @property
    def accounts(self) -> duckdb.DuckDBPyRelation:
        """account_id, name, industry, employees, country, domain, known_from."""
        return self.connection.table("accounts")

    @property
    def leads(self) -> duckdb.DuckDBPyRelation:
        """lead_id, account_id, created_at, email, job_title, country, source, typed."""
        return self.connection.table("leads")

    @property
    def touches(self) -> duckdb.DuckDBPyRelation:
        """lead_id, kind, occurred_at, recorded_at, asset, channel, value."""
        return self.connection.table("touches")

    @property
    def milestones(self) -> duckdb.DuckDBPyRelation:
        """lead_id, milestone, reached_at, recorded_at."""
        return self.connection.table("milestones")


def generate(
    world: World, connection: duckdb.DuckDBPyConnection | None = None
) -> Company:
    """Make the company that ``world`` describes.

    Parameters
    ----------
    world : World
    connection : DuckDBPyConnection, optional
        Where to create the four tables; by default a new one in memory. Give one that
        is backed by a file where the touches should not have to fit in memory.

    Examples
    --------
    >>> company = generate(World(seed=1, leads=200, touches_per_lead=5))
    >>> len(company.leads), company.leads.columns[:3]
    (200, ['lead_id', 'account_id', 'created_at'])
    """
    connection = connection or duckdb.connect()
    firms = accounts(world)
    crowd = people(world, firms)
    factors = seasons(world)
    walks = journeys(world, crowd, factors)
    for name, table in (
        ("accounts", account_rows(world, firms, crowd)),
        ("leads", lead_rows(world, firms, crowd)),
        ("milestones", milestone_rows(world, crowd, walks)),
    ):
        connection.register("exported", table)
        connection.execute(f"create or replace table {name} as from exported")
        connection.unregister("exported")
    write_touches(world, crowd, walks, connection)
    return Company(world, connection, _truth(world, crowd, walks, factors))


def true_probability(
    company: Company, spine: pd.DataFrame, horizon_days: float
) -> Floats:
    """Return how probable a conversion within the horizon truly is.

    Given the lead's eagerness and the phase it is in at the snapshot, not what chance
    made of it afterwards.

    Parameters
    ----------
    company : Company
    spine : DataFrame
        lead_id and snapshot_at (UTC), one row per snapshot.
    horizon_days : float

    Returns
    -------
    ndarray of shape (n_snapshots,)
        In (0, 1). Missing (nan) where the lead is unknown or not eligible: not yet
        created, or converted or closed before the snapshot, recorded or not.
    """
    return probability_of(company.truth, spine, horizon_days)


def _truth(world: World, crowd: People, walks: Journeys, factors: Seasons) -> Truth:
    opens_first = walks.opens_us < walks.closes_us
    leads = pd.DataFrame(
        {
            "lead_id": lead_ids(world),
            "created_at": _instants(crowd.created_us),
            "eagerness": crowd.eagerness,
            "persona": crowd.persona,
            "converted_at": _instants(np.where(opens_first, walks.opens_us, NEVER_US)),
            "closed_at": _instants(np.where(opens_first, NEVER_US, walks.closes_us)),
        }
    )
    phases = pd.DataFrame(
        {"lead": walks.lead, "phase": walks.phase, "from_at": _instants(walks.from_us)}
    )
    return Truth(leads, phases, factors, world.horizon_us)


def _instants(instants_us: Ints) -> pd.DatetimeIndex:
    never = instants_us == NEVER_US
    instants = np.where(never, 0, instants_us).astype("datetime64[us]")
    instants[never] = np.datetime64("NaT", "us")
    return pd.DatetimeIndex(instants, tz="UTC")
