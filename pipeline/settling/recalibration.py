"""Recalibration: the same booster, a map and cutoffs from the latest matured rows.

What stays: the booster, byte for byte, the signals it reads, where 50 points lie, and
the borders of the grades. What is new: the intercept, the slope where 60 conversions or
more bear one, and the cutoffs, proved on rows that no map was fitted to.

The run that is recalibrated is only read. The new one is a folder like any run's, so
that it is scored with, explained, compared and promoted like any.

Why the newest block is judged prequentially: the new map has seen it. Each chunk of it
is predicted with the map that the same policy would have made the moment before. The
cutoffs are proved on these probabilities, since they are what a lead would have been
given, and on groups whose rows went into no map.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from features.catalogue import catalogue_of
from features.company import Company
from features.errors import ConfigError, ModelError
from features.snapshots import SnapshotRule
from models.contract import Contract
from models.treeshap import TreeExplainer

from ..artefacts import (
    BOOSTER,
    CALIBRATION,
    CATALOGUE,
    CONSEQUENCES,
    CONTRACT,
    CUTOFFS,
    ENCODING,
    EXPLANATIONS,
    FAMILIARITY,
    FEATURES,
    JUDGED,
    LADDER,
    MARGINS,
    PRECEDENTS,
    PREDICTIONS,
    QUALITY,
    SPINE,
    USUAL_SOURCES,
)
from ..company import ending_of, rule_of
from ..files import replace_file
from ..running import Told, finish, new_run, with_seconds
from ..sections import Config
from ..stage import Say, Shelf, Stage
from ..stages.build import build_as
from ..stages.calibrate import put_judged
from ..stages.explain import put_points, usual_of
from ..stages.intake import intake_as
from ..stages.order import STAGES
from ..survey import survey
from .carried import MARGIN_COLUMNS, Carried, Finished, carried, finished
from .resettled import record, settle_again

# Byte for byte.
_COPIED = (ENCODING.file, JUDGED.file, BOOSTER.file, FAMILIARITY.file)


def recalibrate(
    config: Config, folder: Path, name: str, *, at: datetime, say: Say, told: Told
) -> Path:
    """Recalibrate the scorer of a finished run, into a new run folder.

    Parameters
    ----------
    folder : Path
        The run, which is only read.
    name : str
        Of the new run folder.
    at : datetime
        When it was started.
    told : callable
        Told each step's name and its seconds, when it is done.

    Returns
    -------
    Path
        The new run folder, checked, registered and the latest.

    Raises
    ------
    RunError
        When the run has not been finished, or there is one of the new name.
    ModelError
        When its scorer is damaged, or of other definitions of the signals.
    ConfigError
        When the configuration asks another question than the run answered.
    """
    run = finished(folder)
    _refuse_other_question(config, run.contract)
    company = _company(run.contract)
    new = new_run(config, name)
    for step in _steps(run, company):
        work = partial(step.run, config, new, at=at, say=say)
        with_seconds(step.name, told, work)
    finish(config, new, say=say, told=told)
    return new


def _steps(run: Finished, company: Company) -> tuple[Stage, ...]:
    """Take in, build with the scorer's own signals, recalibrate."""
    stages = {stage.name: stage for stage in STAGES}
    reads = (
        SPINE, FEATURES, CATALOGUE, MARGINS, BOOSTER, JUDGED, ENCODING, CALIBRATION,
        USUAL_SOURCES,
    )  # fmt: skip
    writes = (
        LADDER, MARGINS, CALIBRATION, CUTOFFS, CONSEQUENCES, QUALITY, PREDICTIONS,
        CONTRACT, PRECEDENTS, EXPLANATIONS, *survey.WRITES,
    )  # fmt: skip
    again = Stage(
        "recalibrate",
        "Settle a finished run again on the latest matured rows.",
        tuple(a.file for a in reads),
        (*_COPIED, *(a.file for a in writes)),
        partial(_recalibrate, run),
    )
    taken_in = replace(stages["intake"], work=partial(_take_in, company))
    as_trained = replace(stages["build"], work=partial(_build, company))
    return taken_in, as_trained, again


def _take_in(company: Company, config: Config, shelf: Shelf) -> None:
    intake_as(config, shelf, company)


def _build(company: Company, config: Config, shelf: Shelf) -> None:
    build_as(config, shelf, company)


def _recalibrate(run: Finished, config: Config, shelf: Shelf) -> None:
    for file in _COPIED:
        copy = partial(shutil.copyfile, run.folder / file)
        replace_file(shelf.folder / file, copy)
        shelf.note(shelf.folder / file)
    least = config.train.least_block_conversions
    found = carried(run, shelf.get(SPINE), shelf.get(FEATURES), least)
    _put_rows(run, shelf, found)
    shelf.say("recalibrating")
    judged_then = CALIBRATION.read(run.folder / CALIBRATION.file)["judged"]
    again = settle_again(config, run.contract, found, judged_then)
    quality = put_judged(config, shelf, found.rows, again.predicted, again.settlement)
    told = quality | {"prequential": again.judged(quality, config.train.seed)}
    shelf.put(QUALITY, told)
    contract = replace(
        run.contract,
        scale=again.settlement.served.calibrator.scale(run.contract.scale.reference),
        cutoffs=again.proofs.cutoffs,
        recalibration=record(run, found, again, told),
        sources=usual_of(shelf),
    )
    explainer = TreeExplainer(shelf.get(BOOSTER), contract.players)
    put_points(config, shelf, contract, explainer)
    if run.bundle.precedents is not None:  # as a run of an older version has none
        shelf.put(PRECEDENTS, run.bundle.precedents)
    shelf.put(CONTRACT, contract.to_json())


def _put_rows(run: Finished, shelf: Shelf, found: Carried) -> None:
    """The rows' margins, and the ladder with what the rows are used for now."""
    shelf.put(MARGINS, found.rows[["row", "split", *MARGIN_COLUMNS]])
    ladder = LADDER.read(run.folder / LADDER.file)
    counts = found.rows["split"].value_counts()
    rows = {str(name): int(count) for name, count in sorted(counts.items())}
    shelf.put(LADDER, ladder | {"rows": rows})


def _company(contract: Contract) -> Company:
    """The company that the scorer's signals are of, if they mean today what they did.

    Raises
    ------
    ModelError
        When this version defines signals otherwise.
    """
    company = Company.from_dict(contract.company)
    found = catalogue_of(company).fingerprint
    if found != contract.fingerprint:
        raise ModelError(
            "This version of Leadlight defines signals otherwise than the one that "
            f"trained the scorer ({found} against {contract.fingerprint}), so that its "
            "margins would mean something else. Run anew, or recalibrate with that "
            "version."
        )
    return company


def _refuse_other_question(config: Config, contract: Contract) -> None:
    """A map may be changed by newer rows, not by another question."""
    ending = ending_of(config)
    asked = {
        "outcome.conversion": (ending.conversion, contract.ending["conversion"]),
        "outcome.closed_by": (
            list(ending.closed_by), list(contract.ending["closed_by"])
        ),
        "outcome.until": (config.outcome.until, contract.ending.get("until")),
        "outcome.horizon_days": (config.outcome.horizon_days, contract.horizon_days),
        "snapshots": (
            rule_of(config), SnapshotRule.from_dict(contract.snapshots)
        ),
    }  # fmt: skip
    for name, (ours, theirs) in asked.items():
        if ours != theirs:
            raise ConfigError(
                f"{name} is {ours!r} in the configuration, but the run answered "
                f"{theirs!r}. A recalibration answers the same question: set it back, "
                "or run anew."
            )
