"""Signals taken away one by one, until the skill may be true.

Why gain and not the drop in AUC chooses what goes next: where two columns leak the
same thing, taking away either changes nothing, and the booster's gain still finds them
one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.learning.conversion import Learnable, Recipe, fit_booster, margins
from models.points import Floats

from .case import Case
from .check import Value, Verdict, check, issue, not_applicable, passed, skipped, tip
from .sample import Sample, auc

TOO_GOOD = 0.93  # real leads have seldom been told apart so well by what is honest
_MOST_REMOVED = 8
_LARGE_DROP = 0.05
_TRIED = 5  # signals of the greatest gain
_ROWS = 8_000  # of either side: quick, and an AUC to about one hundredth
_DEPTH, _ROUNDS, _LEARNING_RATE = 3, 80, 0.1


@dataclass(frozen=True, eq=False)
class _Trial:
    """A quick booster on some columns."""

    gain: Floats  # of each column that it was given
    margin: Floats  # of each test row


class _Bench:
    """Where quick boosters are fitted on what is left of the columns."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.before = case.before.thinned(_ROWS)
        self.test = case.test.thinned(_ROWS)
        place = {name: i for i, name in enumerate(self.before.names)}
        self.signals: dict[str, list[int]] = {}
        for signal in case.listed["signals"]:
            kept = [place[f["name"]] for f in signal["features"] if f["name"] in place]
            if kept:
                self.signals[_label(signal)] = kept

    @cached_property
    def whole(self) -> _Trial:
        """With every signal."""
        return self.fit(self.signals)

    def fit(self, signals: dict[str, list[int]]) -> _Trial:
        """Fit a quick booster on some signals."""
        columns = [c for places in signals.values() for c in places]
        train, test = self.before.keep(columns), self.test.keep(columns)
        # One thread: rows this few are done before several have met.
        recipe = Recipe(_LEARNING_RATE, _ROUNDS, self.case.config.train.seed, 1)
        booster = fit_booster(_learnable(train), recipe, depth=_DEPTH, rounds=_ROUNDS)
        gain = booster.feature_importance(importance_type="gain")
        return _Trial(np.asarray(gain, np.float64), margins(booster, test.encoded))

    def auc(self, trial: _Trial) -> float:
        """AUC on the test rows."""
        return auc(trial.margin, self.test.outcome)

    def by_gain(self, signals: dict[str, list[int]], trial: _Trial) -> list[str]:
        """The signals, those of the greatest gain first."""
        ends = np.cumsum([len(places) for places in signals.values()])
        sums = [float(part.sum()) for part in np.split(trial.gain, ends[:-1])]
        named = dict(zip(signals, sums, strict=True))
        return sorted(signals, key=lambda s: (-named[s], s))

    def without(self, signals: dict[str, list[int]], name: str) -> dict[str, list[int]]:
        """All but one of the signals."""
        return {s: places for s, places in signals.items() if s != name}


@check("LL205", "Skill too good to be true")
def too_good(case: Case) -> Verdict:
    """A test AUC above .93, and which signals have to go until it is not.

    Scores of real leads do not rank that well; leaks do. The signals are taken away
    one by one, the one of the greatest gain in a quick booster first, until the AUC on
    the test block is no higher than .93: that list is where to look. Not every signal
    on it leaks, and a leak of modest skill does not come onto it. Put what is filled
    in late under ``leads.never``.
    """
    seen = case.quality["test"]["auc"]["value"]
    if seen is None:
        return skipped("The test block has no AUC: it lacks one of the outcomes.")
    if seen <= TOO_GOOD:
        return passed(f"The test AUC is {seen:.3f}.", {"auc": seen})
    bench = _Bench(case)
    removed, left = _removed(bench)
    first = bench.fit({removed[0]: bench.signals[removed[0]]})
    examples = bench.test.examples(first.margin)
    end = (
        f"Without {_listed(removed)} it would be {left:.3f}"
        if left <= TOO_GOOD
        else f"Even without {_listed(removed)} it would be {left:.3f}"
    )
    return issue(
        f"The test AUC is {seen:.3f}, too high to be true. {end}; look at what these "
        f"say of leads such as {', '.join(examples)}, and put what is filled in late "
        f"under {case.never}.",
        {
            "auc": seen,
            "auc_without": left,
            "removed": len(removed),
            "signals": ", ".join(removed),
        },
        examples=examples,
    )


@check("LL206", "Skill that rests on one signal")
def one_signal(case: Case) -> Verdict:
    """The largest drop in AUC on removing one of the five signals of greatest gain.

    Above .05 it is a tip: either that signal knows too much, or the scorer stands on
    one leg, and falls when the signal's source breaks. A quick booster is fitted anew
    without each of them.
    """
    if not (case.before.has_both_outcomes and case.test.has_both_outcomes):
        return skipped("Both blocks need conversions and leads that did not convert.")
    bench = _Bench(case)
    if len(bench.signals) < 2:
        return not_applicable("There is only one signal.")
    whole = bench.auc(bench.whole)
    drops = {
        name: whole - bench.auc(bench.fit(bench.without(bench.signals, name)))
        for name in bench.by_gain(bench.signals, bench.whole)[:_TRIED]
    }
    name = max(drops, key=lambda n: drops[n])
    figures: dict[str, Value] = {"signal": name, "drop": drops[name], "auc": whole}
    if drops[name] <= _LARGE_DROP:
        return passed(
            f"No signal is worth more than {max(drops[name], 0):.3f} of the AUC "
            f"({name}).",
            figures,
        )
    return tip(
        f"Without {name} the AUC of a quick booster falls from {whole:.3f} to "
        f"{whole - drops[name]:.3f}. Make sure that it is known at the snapshot, and "
        "that its source will last.",
        figures,
        examples=_examples(bench, name),
    )


def _removed(bench: _Bench) -> tuple[list[str], float]:
    """What has to go until the AUC may be true, and the AUC then."""
    signals, trial = bench.signals, bench.whole
    removed: list[str] = []
    found = bench.auc(trial)
    while len(signals) > 1 and (not removed or found > TOO_GOOD):
        if len(removed) == _MOST_REMOVED:
            break
        name = bench.by_gain(signals, trial)[0]
        signals = bench.without(signals, name)
        removed.append(name)
        trial = bench.fit(signals)
        found = bench.auc(trial)
    if not removed:  # a scorer of one signal
        return list(signals), 0.5
    return removed, found


def _examples(bench: _Bench, name: str) -> tuple[str, ...]:
    return bench.test.examples(bench.fit({name: bench.signals[name]}).margin)


def _learnable(sample: Sample) -> Learnable:
    return Learnable(
        sample.encoded,
        sample.outcome,
        sample.group_id,
        sample.categorical,
        (0,) * len(sample.names),
    )


def _label(signal: dict[str, list[str]]) -> str:
    """What the user wrote, where a signal reads one attribute; else its name."""
    attributes = signal["attributes"]
    return attributes[0] if len(attributes) == 1 else str(signal["name"])


def _listed(names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    return f"{', '.join(names[:-1])} and {names[-1]}"
