"""When leads newly reached which probability, of the rows that cutoffs are set on.

Why the rows that calibrate count as well: how many leads come in a week asks for no
outcomes, and half of the groups bring half of the volume.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from features.vocabulary import DAY_US, Split
from models.calibrating.calibration import Calibrator
from models.points import Floats
from models.qualifying.arrivals import Arrivals


def arrivals_of(rows: pd.DataFrame, calibrator: Calibrator) -> Arrivals | None:
    """The judged snapshots with their weeks; None where they have no dates.

    Parameters
    ----------
    rows : DataFrame of shape (n, …)
        ``lead_id``, ``snapshot_at``, ``split`` and ``margin``, of every labelled
        snapshot: those that no booster judged tell that their leads were there.
    calibrator : Calibrator
    """
    judged = rows["split"].isin([Split.CALIBRATE, Split.CUTOFF]).to_numpy()
    probability = np.full(len(rows), np.nan)
    probability[judged] = calibrator.probability(rows.loc[judged, "margin"])
    return arrivals_at(rows, probability)


def arrivals_at(rows: pd.DataFrame, probability: Floats) -> Arrivals | None:
    """The same of given probabilities, shape (n,); NaN where a row is not judged."""
    if rows["snapshot_at"].isna().any():
        return None
    day = rows["snapshot_at"].dt.as_unit("us").astype("int64").to_numpy() / DAY_US
    return Arrivals.of(rows["lead_id"], day, probability)
