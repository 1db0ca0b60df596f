"""The rows of a run, carried over to grown data, and the newer ones: their margins.

A row keeps the margin that it was given by a booster that had not seen it. A row that
is newer than every outcome the served booster has learnt from gets that booster's. The
rest has none and is left alone: it has matured since, but is from a time that the
booster knows something of.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from features.errors import RunError
from features.vocabulary import LEAD_ID, SNAPSHOT_AT, Split
from models.contract import Contract
from models.evidence import Mask
from models.served import encode

from ..artefacts import (
    CALIBRATION,
    ENCODING,
    FAMILIARITY,
    JUDGED,
    LADDER,
    MARGINS,
    SPINE,
)
from ..bundle import Bundle, open_bundle, source_of_run
from ..files import digest
from ..stage import read_manifest
from .settlement import with_test_halves

# Of a booster that had not seen the row: as it was judged, as young as the served one
# (see ``with_test_halves``), and the served one's own.
MARGIN_COLUMNS = ["margin", "rolled_margin", "served_margin"]
_READ = tuple(
    artefact.file
    for artefact in (
        SPINE, MARGINS, LADDER, CALIBRATION, ENCODING, JUDGED, FAMILIARITY,
    )
)  # fmt: skip
_KEYS = [LEAD_ID, SNAPSHOT_AT, "position"]


@dataclass(frozen=True, eq=False)
class Finished:
    """A finished run whose scorer is what it should be.

    Attributes
    ----------
    folder : Path
    bundle : Bundle
    rows : DataFrame
        Its snapshots, with ``split`` and their margins.
    """

    folder: Path
    bundle: Bundle
    rows: pd.DataFrame

    @property
    def contract(self) -> Contract:
        """What its scorer expects and promises."""
        return self.bundle.contract


@dataclass(frozen=True, eq=False)
class Carried:
    """The snapshots of grown data, each with its margin where one may be had.

    Attributes
    ----------
    rows : DataFrame
        The new spine, with ``split`` and the margins. The split ``test`` is the newest
        block; what was one before may be calibrated on now.
    is_fresh : ndarray of bool, shape (n,)
        Snapshots newer than the booster.
    waiting : int
        Snapshots that the run did not have and that may not be used.
    """

    rows: pd.DataFrame
    is_fresh: Mask
    waiting: int


def finished(folder: Path) -> Finished:
    """Open a finished run.

    Raises
    ------
    RunError
        When it has not been finished, or its files are not what was written.
    ModelError
        When its booster or its contract is not the file that was written.
    """
    bundle = open_bundle(source_of_run(folder))
    _check_whole(folder)
    spine, margins = (a.read(folder / a.file) for a in (SPINE, MARGINS))
    if not {*MARGIN_COLUMNS} <= {*margins.columns}:
        raise RunError(f"{folder} is from an older version of Leadlight. Run anew.")
    return Finished(folder, bundle, spine.merge(margins, on="row", validate="1:1"))


def _check_whole(folder: Path) -> None:
    """What a recalibration reads of a run is there, and is what was written."""
    stages = read_manifest(folder)["stages"].values()
    written = {name: made for told in stages for name, made in told["writes"].items()}
    for name in _READ:
        path = folder / name
        if not path.exists() or digest(path) != written.get(name):
            raise RunError(
                f"{path} is missing, or not the file that was written: it says what "
                "the scorer was judged by. Recalibrate a run whose folder is whole."
            )


def carried(
    run: Finished,
    spine: pd.DataFrame,
    features: pd.DataFrame,
    least_conversions: int,
) -> Carried:
    """Give the snapshots of grown data their margins and their splits.

    Parameters
    ----------
    spine, features : DataFrame
        As they are built now.
    least_conversions : int
        Leads that have to convert among the newer snapshots for these to be a block of
        their own; with fewer, they join the run's own newest block.
    """
    known = run.rows[[*_KEYS, "split", *MARGIN_COLUMNS]]
    rows = spine.merge(known, on=_KEYS, how="left", validate="1:1")
    is_added = rows["split"].isna().to_numpy()
    is_fresh = is_added & _is_newer(run, rows) if is_added.any() else is_added
    rows["split"] = rows["split"].fillna(Split.EMBARGO.value)
    if is_fresh.any():
        rows = _with_block(rows, is_fresh, least_conversions)
        encoded = encode(features.loc[is_fresh], run.contract.encoding)
        margin = run.bundle.margins(encoded)
        rows.loc[is_fresh, MARGIN_COLUMNS] = np.column_stack([margin] * 3)
    if not (rows["split"] == Split.TEST).any():
        raise RunError(
            f"None of the newest snapshots of {run.folder} is in the sources any more, "
            "and none is newer than its booster. Look at the sources, or run anew."
        )
    return Carried(rows, is_fresh, int((is_added & ~is_fresh).sum()))


def _is_newer(run: Finished, rows: pd.DataFrame) -> Mask:
    """Whether a row is from after everything the served booster has learnt from."""
    if rows[SNAPSHOT_AT].notna().all():
        until = run.contract.trained_until
        if until is None:
            raise RunError(
                f"The contract of {run.folder} does not say until when its booster has "
                "learnt: it is from an older version. Run anew."
            )
        return np.asarray(rows[SNAPSHOT_AT] >= pd.Timestamp(until))
    if rows["position"].notna().all() and run.rows["position"].notna().all():
        return np.asarray(rows["position"] > run.rows["position"].max())
    return np.ones(len(rows), dtype=np.bool_)


def _with_block(
    rows: pd.DataFrame, is_fresh: Mask, least_conversions: int
) -> pd.DataFrame:
    """The newer rows as the newest block, by themselves where they are enough."""
    outcome = rows.loc[is_fresh, "outcome"]
    converted = rows.loc[is_fresh, LEAD_ID][outcome == 1].nunique()
    if converted >= least_conversions and (outcome == 0).any():
        rows = with_test_halves(rows)  # the newer ones have no margin yet
    rows.loc[is_fresh, "split"] = Split.TEST.value
    return rows
