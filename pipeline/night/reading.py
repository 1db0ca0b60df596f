"""What is read of a night: its leads, what is seen of each, and where it comes from."""

from __future__ import annotations

import tempfile
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from features.catalogue import Catalogue
from features.engine import Engine, instants_are_utc, literal
from features.snapshots import Ending, SnapshotRule, make_scoring_spine
from features.vocabulary import DEADLINE_AT

from ..bundle import Bundle
from ..intake import Kept, kept_in, take_in
from ..lost_cells import LostCells, lost_cells, lost_deadlines
from ..sections import Config
from ..stage import Say
from ..tables import shown
from .joins import check_attributes
from .looking_back import Woven, eligible, weave_looking_back
from .previous import Previous
from .prior import Priors, priors_of
from .sources import NightSource, sources_of
from .touched import touched


@dataclass(frozen=True, eq=False)
class Night:
    """What was read of a night.

    Attributes
    ----------
    spine : DataFrame
        The leads that could be read, instants in UTC.
    features : DataFrame
        What is seen of each of them.
    woven : Woven
        The same, and what was seen at earlier looks.
    priors : Priors
        Last night's scores.
    touches : DataFrame
        The newest touches of each lead.
    quarantine : DataFrame
        Rows set aside: ``table``, ``file``, ``line``, ``row`` (of leads), ``lead_id``,
        ``reason``, ``is_repeat``, ``text``; of lead rows also ``shown_text``.
    sources : tuple of NightSource
    cells : tuple of LostCells
        Cells of the leads' attributes and deadlines that could not be read.
    notes : tuple of str
        Sentences on touches that were kept and had to be read anew.
    """

    spine: pd.DataFrame
    features: pd.DataFrame
    woven: Woven
    priors: Priors
    touches: pd.DataFrame
    quarantine: pd.DataFrame
    sources: tuple[NightSource, ...]
    cells: tuple[LostCells, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Scoring:
    """With what leads are scored, and when.

    Attributes
    ----------
    bundle : Bundle
    catalogue : Catalogue
        The signals that it reads.
    previous : Previous or None
        Last night's scores.
    at : datetime or None
    """

    bundle: Bundle
    catalogue: Catalogue
    previous: Previous | None
    at: datetime | None


def read_night(config: Config, leads: Path, scoring: Scoring, say: Say) -> Night:
    """Take in a night's sources, and compute the signals of its leads.

    Raises
    ------
    ModelError
        When an attribute that the scorer was trained with is in no table.
    """
    contract, company = scoring.bundle.contract, scoring.catalogue.company
    with (
        tempfile.TemporaryDirectory(prefix="leadlight-") as name,
        _kept(config) as kept,
    ):
        folder = Path(name)
        say("reading the sources")
        report = take_in(
            config,
            folder,
            leads_from=leads,
            kept=kept,
            before=scoring.at,
            company=company,
        )
        with shown(config, folder) as connection:
            check_attributes(connection, company)
            cells = (
                *lost_cells(connection, company.attributes),
                *lost_deadlines(report, config.outcome.until),
            )
            make_scoring_spine(
                connection,
                SnapshotRule.from_dict(contract.snapshots),
                Ending(
                    contract.ending["conversion"],
                    tuple(contract.ending["closed_by"]),
                    contract.has_deadlines,
                ),
                scoring.at,
            )
            _show_others(connection, folder / "others.parquet")
            sources = sources_of(connection, folder, config, company, report)
            say("computing signals")
            looked_at = eligible(connection)
            priors = priors_of(scoring.previous, scoring.bundle, looked_at)
            woven = weave_looking_back(connection, scoring.catalogue, priors.instants())
            features = instants_are_utc(woven.tonight.to_pandas())
            newest = touched(connection)
            spine = instants_are_utc(connection.sql("FROM spine ORDER BY row").df())
        quarantine = _quarantine(folder)
    notes = () if kept is None else tuple(kept.notes)
    return Night(
        spine, features, woven, priors, newest, quarantine, sources, cells, notes
    )


def _quarantine(folder: Path) -> pd.DataFrame:
    rows = pd.read_parquet(folder / "quarantine.parquet")
    may_be_shown = pd.read_parquet(folder / "unreadable_leads.parquet")
    return rows.merge(may_be_shown[["row", "shown_text"]], on="row", how="left")


def _kept(config: Config) -> AbstractContextManager[Kept | None]:
    """Where touches are kept, for as long as they are read; nowhere if not asked."""
    return kept_in(Path(config.run.kept)) if config.run.kept else nullcontext()


def _show_others(connection: Engine, path: Path) -> None:
    """Put the leads that are not scored tonight beside those that are."""
    if path.exists():
        are_told = DEADLINE_AT in connection.table("leads").columns
        deadline = f"{DEADLINE_AT}, " if are_told else ""
        mine = f"SELECT lead_id, account_id, created_at, {deadline}bucket FROM"
        connection.execute(
            f"CREATE TABLE all_leads AS {mine} leads UNION ALL BY NAME "
            f"SELECT * FROM read_parquet({literal(path.as_posix())})"
        )
        connection.execute("CREATE OR REPLACE VIEW leads AS FROM all_leads")
