"""The assessment: every gate of a scorer that wants to be champion.

What is looked at is read from the run folder, whose files have been compared with the
manifest before. The gates themselves are reckoned in the models room.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.catalogue import slug
from features.errors import LeadlightError
from features.vocabulary import ROW, Qualification, Split
from models.evidence import Mask
from models.judging.intervals import Figure, exact_interval, paired_difference
from models.judging.quality import log_losses
from models.named_booster import NamedBooster
from models.promoting.conditions import (
    familiarity_gate,
    loss_gate,
    scale_gate,
    segments_gate,
)
from models.promoting.gates import Gate, Outcome, gates_of_checks, repeats_check
from models.stand_ins import POINTS_TABLE

from ..artefacts import CUTOFFS, ENCODING, FEATURES, JUDGED, PREDICTIONS, QUALITY
from ..checks import CHECKS, run_checks
from ..judging.judgement import evidence_of
from ..sections import Config
from .comparison import Comparison
from .contenders import Contender, config_of
from .inheritance import meaning_of

_PROMISING = ("precision", "capture")


def gates_of(
    config: Config,
    ours: Contender,
    theirs: Contender | None,
    found: Comparison | LeadlightError | None,
) -> tuple[Gate, ...]:
    """Return every gate of a scorer that wants to be champion.

    Parameters
    ----------
    ours : Contender
        With its run folder.
    theirs : Contender or None
        The champion; None where there is none yet.
    found : Comparison or LeadlightError or None
        How the two compare, or why they cannot be compared.
    """
    folder = ours.run_folder()
    then = config_of(config, folder)
    others = tuple(c.code for c in CHECKS if not repeats_check(c.code))
    checks = gates_of_checks(run_checks(then, folder, ignored=others))
    cutoffs = CUTOFFS.read(folder / CUTOFFS.file)["judged"]
    predicted = PREDICTIONS.read(folder / PREDICTIONS.file)
    test = predicted.loc[predicted["split"] == Split.TEST]
    features = FEATURES.read(folder / FEATURES.file).set_index(ROW).loc[test[ROW]]
    losses = (
        _first_losses(folder, test, then.train.seed)
        if theirs is None
        else [_against_champion(theirs, found)]
    )
    return (
        *(_with_silent(g, cutoffs) if g.name == "promise" else g for g in checks),
        *losses,
        _segments(then, test, features),
        familiarity_gate(_unfamiliar(folder, test, features)),
        _scale(ours, theirs),
    )


def _with_silent(gate: Gate, cutoffs: dict[str, Any]) -> Gate:
    """The gate with the cutoffs that promise no precision and no capture.

    That is not keeping a word.
    """
    silent = [
        f"{name.upper()} promises nothing of conversions. {cutoffs[name]['said']}"
        for name in (Qualification.MQL.value, Qualification.SQL.value)
        if not cutoffs[name]["kept"] or cutoffs[name]["rule"] not in _PROMISING
    ]
    return replace(gate, said=" ".join([gate.said, *silent]))


def _first_losses(folder: Path, test: pd.DataFrame, seed: int) -> Iterator[Gate]:
    """A first champion is compared with what there was: a rate, and a points table."""
    quality = QUALITY.read(folder / QUALITY.file)
    rate = float(quality["test"]["base_rate"])
    outcome = test["outcome"].to_numpy(np.float64)
    ours = log_losses(test["probability"].to_numpy(np.float64), outcome)
    constant = log_losses(np.full(len(test), rate), outcome)
    apart = paired_difference(ours, constant, group_id=test["group_id"], seed=seed)
    mean, opponent = float(ours.mean()), f"the constant rate of {rate:.2%}"
    yield loss_gate(opponent, mean, float(constant.mean()), apart, name="log_loss")
    for told in quality.get("contestants", ()):
        if told["name"] == POINTS_TABLE:
            theirs = _figure(told["difference"])  # less ours: turned round
            apart = Figure(-theirs.value, -theirs.high, -theirs.low)
            loss = float(told["log_loss"]["value"])
            yield loss_gate(
                "the company's points table", mean, loss, apart,
                name="points_table",
            )  # fmt: skip


def _against_champion(
    theirs: Contender, found: Comparison | LeadlightError | None
) -> Gate:
    if not isinstance(found, Comparison):
        said = f"It cannot be compared with the champion. {found}"
        return Gate("log_loss", Outcome.FAILED, said)
    loss = found.figure("log_loss")
    return loss_gate(
        f"the champion, {theirs.words}",
        loss.ours.value,
        loss.theirs.value,
        loss.difference,
        name="log_loss",
    )


def _segments(then: Config, test: pd.DataFrame, features: pd.DataFrame) -> Gate:
    labels = {
        name: features[slug(name)].astype("object").fillna("(missing)").astype(str)
        for name in then.segments.columns
    }
    probability = test["probability"].to_numpy(np.float64)
    return segments_gate(evidence_of(test, probability), labels)


def _unfamiliar(folder: Path, test: pd.DataFrame, features: pd.DataFrame) -> Figure:
    """Share of groups whose first row holds a category never seen before the block.

    Of columns that the judged booster splits on.
    """
    columns = ENCODING.read(folder / ENCODING.file)["judged_features"]
    used = NamedBooster(JUDGED.read(folder / JUDGED.file), columns).used
    is_new: Mask = np.zeros(len(test), dtype=np.bool_)
    for column in columns:
        if "categories" in column and column["name"] in used:
            known = {*column["categories"], *column["rare"]}
            held = features[column["name"]]
            is_new |= (held.notna() & ~held.isin(known)).to_numpy(np.bool_)
    order = np.argsort(test[_clock(test)].to_numpy(), kind="stable")
    first = order[~test["group_id"].iloc[order].duplicated().to_numpy()]
    return exact_interval(int(is_new[first].sum()), len(first))


def _clock(test: pd.DataFrame) -> str:
    """The column that puts the rows in the order of time; of random ones, their own."""
    clocks = ("snapshot_at", "position")
    return next((c for c in clocks if test[c].notna().all()), "row")


def _scale(ours: Contender, theirs: Contender | None) -> Gate:
    mine = ours.contract.scale.reference
    if theirs is None:
        return scale_gate(mine, None, "There is no champion whose points to keep.")
    if meaning_of(ours.contract) != meaning_of(theirs.contract):
        said = (
            "The champion's points are of another conversion, horizon, column of "
            "deadlines or rule."
        )
        return scale_gate(mine, None, said)
    return scale_gate(mine, theirs.contract.scale.reference)


def _figure(raw: dict[str, float | None]) -> Figure:
    ends = (raw[k] for k in ("value", "low", "high"))
    return Figure(*(float("nan") if e is None else float(e) for e in ends))
