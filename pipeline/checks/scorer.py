"""Checks of the scorer: its calibration, its promises and its capacities."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from features.vocabulary import Qualification, Split
from models.evidence import Evidence
from models.judging.intervals import Figure, exact_interval
from models.qualifying.rules import WeeklyCapacityRule
from models.qualifying.volumes import Volume, capacity_of, volume_of

from ..judging.judgement import evidence_of
from ..sections import CutoffConfig
from ..settling.arriving import arrivals_at
from ..settling.settlement import rules_of
from .case import Case
from .check import Value, Verdict, check, issue, not_applicable, passed, skipped, tip
from .served import CLOSE


@check("LL301", "Calibration that could not be fitted in full")
def calibration_flags(case: Case) -> Verdict:
    """What the calibration had to do without, such as a slope.

    Too few conversions in the calibrate block leave room for an intercept only; a
    slope that is not positive would turn the ranking round, and is refused. The
    probabilities are then cruder than they look. Wait for more outcomes, or lengthen
    the history.
    """
    said = {
        flag: which
        for which in ("served", "judged")
        for flag in case.calibration[which]["flags"]
    }
    if not said:
        form = case.calibration["judged"]["form"]
        return passed(f"The calibration ({form}) was fitted without reservations.")
    told = " ".join(f"Of the {which} scorer: {flag}" for flag, which in said.items())
    return tip(
        f"{told} Take the probabilities for rough until more outcomes are known.",
        {
            "flags": len(said),
            "conversions": int(case.calibration["judged"]["conversions"]),
        },
    )


@check("LL302", "Conversions that were not expected")
def observed_over_expected(case: Case) -> Verdict:
    """Observed over expected conversions on the test block.

    An issue where 1 lies outside the 95 % interval *and* the quotient outside
    .9 to 1.1: the probabilities are wrong as a whole, usually because the base rate
    has moved since the calibrate block. Recalibrate on the newest mature rows.
    """
    test = case.quality["test"]
    raw = test["observed_over_expected"]
    if None in (raw["value"], raw["low"], raw["high"]):
        return skipped("Observed over expected has no interval on this test block.")
    figure = Figure(**raw)
    figures = {"observed_over_expected": figure.value, "conversions": _hits(test)}
    low, high = CLOSE
    if figure.low <= 1 <= figure.high or low <= figure.value <= high:
        return passed(f"Observed over expected conversions are {figure}.", figures)
    which = "more" if figure.value > 1 else "fewer"
    return issue(
        f"On the test block {_hits(test):,} snapshots converted, {which} than "
        f"expected: observed over expected is {figure}. Recalibrate on the newest "
        "mature rows.",
        figures,
    )


@check("LL303", "Promises and capacities that the test block does not bear out")
def promises(case: Case) -> Verdict:
    """Each kept promise and capacity of a cutoff, tested on rows that nobody had seen.

    Precision: one row of each group with a qualifying lead. Capture: one converted row
    of each group that has one. It is an issue where the whole exact 95 % interval lies
    below what was promised. A share of the snapshots counts every snapshot, with an
    interval by group; a capacity by the week counts the weeks in which more leads newly
    qualified. It is an issue where the whole interval lies above what was meant, be it
    asked first or a second choice. Of a value there is nothing to break. Retrain or
    recalibrate, promise less, or allow for more.
    """
    test = _evidence(case)
    broken: list[str] = []
    exceeded: list[str] = []
    kept: list[str] = []
    figures: dict[str, Value] = {}
    for name in (Qualification.MQL.value, Qualification.SQL.value):
        cutoff, asked = case.cutoffs["judged"][name], getattr(case.config.cutoffs, name)
        if cutoff["threshold"] is None:
            continue
        threshold, called = float(cutoff["threshold"]), name.upper()
        if (promised := _promised(cutoff, asked)) is not None:
            what, least = promised
            seen = _seen(test, what, threshold)
            figures |= {f"{name}_promised": least, f"{name}_seen": seen.value}
            told = f"{called} promised a {what} of {least:.0%}, and it was {seen}"
            (broken if seen.high < least else kept).append(told)
        elif (volume := _volume(case, test, name, threshold)) is not None:
            figures |= {
                f"{name}_meant": volume.most,
                f"{name}_taken_in": volume.seen.value,
                f"{name}_exceeded": int(volume.is_exceeded),
            }
            told = f"for {called} {volume.said}"
            (exceeded if volume.is_exceeded else kept).append(told)
    if broken or exceeded:
        return issue(_broken_said(broken, exceeded, kept), figures)
    if not kept:
        return not_applicable(
            "No cutoff promises a precision or a capture, and none is set to a "
            "capacity."
        )
    return passed(f"On the test block {'; '.join(kept)}.", figures)


def _broken_said(broken: list[str], exceeded: list[str], others: list[str]) -> str:
    """Sentences on promises and capacities that were not kept to, and on the rest."""
    said = []
    if broken:
        said.append(
            f"On the test block the promise is broken: {'; '.join(broken)}. Retrain or "
            "recalibrate, or promise less."
        )
    if exceeded:
        said.append(
            "On the test block more qualify than the capacity allows: "
            f"{'; '.join(exceeded)}. Set the cutoffs anew on newer rows (`leadlight "
            "recalibrate`), or allow for more."
        )
    if others:
        said.append(f"Besides, {'; '.join(others)}.")
    return " ".join(said)


def _hits(test: dict[str, Any]) -> int:
    return int(test["conversions"])


def _promised(cutoff: dict[str, Any], asked: CutoffConfig) -> tuple[str, float] | None:
    """What a cutoff promises, and at least how much of it."""
    if not cutoff["kept"] or cutoff["threshold"] is None:
        return None
    for what, least in (("precision", asked.precision), ("capture", asked.capture)):
        if cutoff["rule"] == what and least is not None:
            return what, least
    return None


def _volume(case: Case, test: Evidence, name: str, threshold: float) -> Volume | None:
    """How many qualify against a cutoff's capacity; None where it was set to none."""
    cutoff, rules = case.cutoffs["judged"][name], rules_of(case.config)
    capacity = capacity_of(getattr(rules, name), cutoff["rule"], cutoff["said"])
    if isinstance(capacity, WeeklyCapacityRule):
        rows = case.predictions
        is_test = rows["split"].eq(Split.TEST).to_numpy()
        probability = np.where(is_test, rows["probability"], np.nan)
        test = replace(test, arrivals=arrivals_at(rows, probability))
    return None if capacity is None else volume_of(capacity, threshold, test)


def _evidence(case: Case) -> Evidence:
    """The test block."""
    rows = case.predictions
    test = rows.loc[rows["split"] == Split.TEST]
    return evidence_of(test, test["probability"].to_numpy(np.float64))


def _seen(evidence: Evidence, what: str, threshold: float) -> Figure:
    """Precision or capture on the test block, one row a group, with its interval."""
    picked = evidence.probability >= threshold
    if what == "precision":
        rows = picked & evidence.drawn
        return exact_interval(int(evidence.outcome[rows].sum()), int(rows.sum()))
    rows = evidence.one_conversion_per_group()
    return exact_interval(int((picked & rows).sum()), int(rows.sum()))
