"""How a scorer is taken on another one's test rows: on those that are new to it.

It is taken as it is served, on the rows later than everything it learnt from. Where too
few are left (it was trained a short while ago) it is taken as it was *judged*, on the
rows later than what that booster learnt from. Both ways nobody is judged on a row that
he has seen, and the answer says which way it was.

Signals that are defined alike are not computed again. Otherwise the scorer's catalogue
is woven over the tables of the other one's run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.engine import instants_are_utc, literal
from features.errors import DataError, ModelError, few
from features.vocabulary import LEAD_ID, ROW, SNAPSHOT_AT, Split
from features.weave import weave
from models.evidence import Mask
from models.named_booster import NamedBooster
from models.points import Floats, Scale
from models.qualifying.cutoffs import Cutoffs
from models.served import encode

from ..artefacts import (
    CALIBRATION,
    CUTOFFS,
    ENCODING,
    FEATURES,
    JUDGED,
    PREDICTIONS,
    SPINE,
    TABLES,
)
from ..night.joins import check_joins
from ..night.scoring import catalogue_for
from ..sections import Config
from ..stage import read_manifest
from ..tables import shown
from .contenders import Contender, check_written


@dataclass(frozen=True, eq=False)
class Taken:
    """A scorer, as it may be judged on somebody else's test rows.

    Attributes
    ----------
    how : str
        ``served`` or ``judged``.
    cutoffs : Cutoffs
    is_new : ndarray of bool, shape (n,)
        Which of the rows it has not seen.
    probability : callable
        From features of shape (m, …) to probabilities of shape (m,).
    """

    how: str
    cutoffs: Cutoffs
    is_new: Mask
    probability: Callable[[pd.DataFrame], Floats]


def take(theirs: Contender, ours: Contender, test: pd.DataFrame, least: int) -> Taken:
    """Take a scorer as it is served, or else as it was judged, on rows new to it.

    Parameters
    ----------
    theirs, ours : Contender
        The scorer to be taken, and the one whose test rows these are.
    test : DataFrame
        With the columns of ``predictions.parquet``.
    least : int
        Conversions, and rows without, that have to be left.

    Raises
    ------
    DataError
        When too few rows are new to it.
    ModelError
        When nobody can tell which are.
    """
    if test[SNAPSHOT_AT].isna().any():
        _check_ids(theirs, ours)
    ways = [_as_served(theirs, test)]
    if theirs.folder is not None:
        # A recalibrated one was judged by maps that moved on with the block, so only
        # what it said then can be quoted.
        is_fixed = theirs.contract.recalibration is None
        judged = _as_judged if is_fixed else _as_it_said
        ways.append(judged(theirs, test))
    found = []
    for way in ways:
        outcome = test.loc[way.is_new, "outcome"]
        fewer = min(int(outcome.sum()), int((outcome == 0).sum()))
        if fewer >= least:
            return way
        found.append(f"{len(outcome):,} with {int(outcome.sum()):,} conversions")
    raise DataError(
        f"Of {len(test):,} test rows too few are new to {theirs.words}: "
        f"{' or, as it was judged, '.join(found)}, where {least} of either outcome are "
        "needed. Wait until more outcomes are known."
    )


def features_for(
    then: Config, ours: Contender, theirs: Contender, rows: pd.DataFrame
) -> tuple[pd.DataFrame, bool]:
    """Return what theirs reads of rows of ours, and whether it was computed anew.

    Raises
    ------
    ModelError
        When the tables of ours do not hold it.
    DataError
        When their touches are of no kind that it knows.
    """
    folder = ours.run_folder()
    if ours.contract.fingerprint == theirs.contract.fingerprint:
        features = FEATURES.read(folder / FEATURES.file)
        return features.set_index(ROW).loc[rows[ROW]].reset_index(), False
    catalogue = catalogue_for(theirs.contract)
    kept = ", ".join(str(int(row)) for row in rows[ROW])
    spine = literal((folder / SPINE.file).as_posix())
    with shown(then, folder / TABLES) as connection:
        check_joins(connection, catalogue.company)
        connection.execute(
            "CREATE TABLE spine AS SELECT * EXCLUDE (outcome) "
            f"FROM read_parquet({spine}) WHERE row IN ({kept})"
        )
        woven = instants_are_utc(weave(connection, catalogue).to_pandas())
    lacking = [f.name for f in theirs.contract.features if f.name not in woven]
    if lacking:
        raise ModelError(
            f"{theirs.words} reads {few(lacking)}, which the tables of {ours.words} "
            "do not give. They cannot be compared."
        )
    return woven.set_index(ROW).loc[rows[ROW]].reset_index(), True


def _as_served(theirs: Contender, test: pd.DataFrame) -> Taken:
    contract = theirs.contract

    def probability(features: pd.DataFrame) -> Floats:
        margin = theirs.bundle.margins(encode(features, contract.encoding))
        return contract.scale.probability(margin)

    is_new = _later(test, theirs, _learnt_until(theirs))
    return Taken("served", contract.cutoffs, is_new, probability)


def _as_judged(theirs: Contender, test: pd.DataFrame) -> Taken:
    folder = theirs.run_folder()
    files = (JUDGED, ENCODING, CALIBRATION, CUTOFFS, PREDICTIONS)
    check_written(folder, tuple(f.file for f in files))
    told = CALIBRATION.read(folder / CALIBRATION.file)
    scale = Scale(
        told["judged"]["intercept"], told["judged"]["slope"], told["reference"]
    )
    encoding = ENCODING.read(folder / ENCODING.file)["judged_features"]
    judged = NamedBooster(JUDGED.read(folder / JUDGED.file), encoding)

    def probability(features: pd.DataFrame) -> Floats:
        return scale.probability(judged.margins(features))

    predicted = PREDICTIONS.read(folder / PREDICTIONS.file)
    block = predicted.loc[predicted["split"] == Split.TEST]
    first = block[SNAPSHOT_AT].min()
    cutoffs = Cutoffs.from_dict(CUTOFFS.read(folder / CUTOFFS.file)["judged"])
    is_new = (
        ~test[LEAD_ID].isin(predicted.loc[predicted["split"] != Split.TEST, LEAD_ID])
        if pd.isna(first)
        else test[SNAPSHOT_AT] >= first
    )
    return Taken("judged", cutoffs, is_new.to_numpy(np.bool_), probability)


def _as_it_said(theirs: Contender, test: pd.DataFrame) -> Taken:
    folder = theirs.run_folder()
    check_written(folder, (PREDICTIONS.file, CUTOFFS.file))
    predicted = PREDICTIONS.read(folder / PREDICTIONS.file)
    keys = [LEAD_ID, SNAPSHOT_AT]
    block = predicted.loc[predicted["split"] == Split.TEST, [*keys, "probability"]]
    known = block.loc[block["probability"].notna()]

    def probability(features: pd.DataFrame) -> Floats:
        told = features[keys].merge(known, on=keys, how="left", validate="1:1")
        return told["probability"].to_numpy(np.float64)

    found = test[keys].merge(known, on=keys, how="left", validate="1:1")
    cutoffs = Cutoffs.from_dict(CUTOFFS.read(folder / CUTOFFS.file)["judged"])
    is_new = found["probability"].notna().to_numpy(np.bool_)
    return Taken("judged", cutoffs, is_new, probability)


def _learnt_until(theirs: Contender) -> str | None:
    """By when every outcome was known that the scorer rests on, its map included."""
    contract = theirs.contract
    if contract.recalibration is None or contract.trained_until is None:
        return contract.trained_until
    folder = theirs.run_folder()  # the contract says so of the booster alone
    outcome = read_manifest(folder)["config"]["outcome"]
    wait = pd.Timedelta(days=outcome["horizon_days"] + outcome["settling_days"])
    last = PREDICTIONS.read(folder / PREDICTIONS.file)[SNAPSHOT_AT].max()
    return str((last + wait).isoformat())


def _later(test: pd.DataFrame, theirs: Contender, until: str | None) -> Mask:
    """Which rows are later than all that a served scorer has learnt from."""
    if until is not None:
        return (test[SNAPSHOT_AT] >= pd.Timestamp(until)).to_numpy(np.bool_)
    is_dated = test[SNAPSHOT_AT].notna().any()
    if is_dated and theirs.folder is None:
        raise ModelError(
            f"{theirs.words} does not say up to when it has learnt, so nobody can tell "
            "which rows are new to it. Train it again."
        )
    if is_dated or theirs.folder is None:  # nothing is known to be new
        return np.zeros(len(test), dtype=np.bool_)
    predicted = PREDICTIONS.read(theirs.folder / PREDICTIONS.file)
    return (~test[LEAD_ID].isin(predicted[LEAD_ID])).to_numpy(np.bool_)


def _check_ids(theirs: Contender, ours: Contender) -> None:
    """Without dates rows are known again by their ids, so there have to be some."""
    if ours.folder is None or theirs.folder is None:
        return
    told = [read_manifest(f) for f in (ours.folder, theirs.folder)]
    if any(t["config"]["leads"]["lead_id"] == "@row" for t in told):
        tables = [t["stages"]["intake"]["writes"] for t in told]
        if tables[0] != tables[1]:
            raise ModelError(
                f"{ours.words} and {theirs.words} rest on different files whose leads "
                "have neither dates nor ids, so nobody can tell which rows are new."
            )
