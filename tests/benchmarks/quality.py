"""``make bench-quality``: Leadlight's defaults beside their peers, and the bars.

For development, not for a test run: the peers' environment weighs a gigabyte, and
FLAML alone takes a minute a set. Everybody learns from the rows whose outcomes were
known when the test block began, at their own defaults, and the test block is answered
once. ``--runs FOLDER`` keeps the peers and their answers for the next time; ours are
computed afresh. Sets may be named; without any, all are measured.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from features.errors import LeadlightError
from features.vocabulary import Split
from models.judging.intervals import paired_difference
from models.judging.quality import judge, log_losses
from models.points import Floats
from pipeline.artefacts import FEATURES, PREDICTIONS
from tests.benchmarks import quality_speed
from tests.benchmarks.peers import (
    PEERS,
    THREADS,
    WANTED,
    Answer,
    ask,
    environment,
    exam,
)
from tests.benchmarks.quality_bars import Bar, Measured, Shown, bars, interval, signed
from tests.benchmarks.quality_sets import (
    SETS,
    RealSet,
    configuration,
    find_data,
    recalibrated_ratio,
    run_stages,
)

DRAWS = 1000
# Modules of their own, whose ``figures()`` are shown before the bars.
PARTS = ("promises", "judgement")


def main() -> None:
    """Print the figures of the sets, then those of the parts, then the bars."""
    given = _arguments()
    print(
        f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}; Python "
        f"{platform.python_version()}; everybody on {THREADS} thread"
    )
    with tempfile.TemporaryDirectory() as made:
        folder = given.runs or Path(made)
        found = bars(list(_all_measured(given.sets, folder.resolve())))
    if not given.sets:
        for part in PARTS:
            _print_part(part)
        _say("what training costs")
        found += quality_speed.bars()
    print("\nBars")
    for bar in found:
        _print_bar(bar)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-quality")
    parser.add_argument("--runs", type=Path, default=None)
    parser.add_argument("sets", nargs="*", metavar="SET")
    given = parser.parse_args()
    if strange := set(given.sets) - {s.name for s in SETS}:
        parser.error(
            f"no such set: {', '.join(sorted(strange))}; known are "
            f"{', '.join(s.name for s in SETS)}"
        )
    return given


def _all_measured(names: list[str], folder: Path) -> Iterator[Measured]:
    python = environment(folder / "peers")
    if python is None:
        print("The peers could not be installed here; ours stand alone.")
    else:
        print(f"peers: {', '.join(WANTED)}")
    for real in SETS:
        if names and real.name not in names:
            continue
        if missing := find_data(real.name):
            print(f"\n{real.name} is left out: {missing}.")
            continue
        try:
            measured = measure(real, folder / real.name, python)
        except LeadlightError as error:
            print(f"\n{real.name} is left out: {error}")
            continue
        _print_set(measured)
        yield measured


def measure(real: RealSet, folder: Path, python: Path | None) -> Measured:
    """Run Leadlight's stages on a set, let the peers sit the same exam, and judge all.

    Parameters
    ----------
    folder : Path
        Takes the run, the exam and the answers.
    python : Path or None
        The interpreter of the peers' environment, where there is one.
    """
    config = configuration(real.name, folder)
    run, seconds = run_stages(config, _say)
    told = PREDICTIONS.read(run / PREDICTIONS.file)
    test = told.loc[told["split"] == Split.TEST]
    paper = _written(folder / "exam.parquet", run, told)
    answers = [] if python is None else list(_answers(python, paper))
    later = None
    if real.has_signal and real.drifts:
        _say("recalibrating")
        later = recalibrated_ratio(config, run)
    _say("judging")
    is_known = ~told["split"].isin([Split.TEST, Split.EMBARGO])
    rate = float(told.loc[is_known, "outcome"].mean())
    constant = log_losses(np.full(len(test), rate), test["outcome"]).mean()
    said = test["probability"].to_numpy(np.float64)
    ours = _shown(Answer("ours", said, seconds), test, rate)
    peers = tuple(_shown(a, test, rate, said) for a in answers)
    print(
        f"\n{real.name}: {int(is_known.sum()):,} rows known, converted {rate:.3f}; "
        f"{len(test):,} test rows, converted {test['outcome'].mean():.3f}; log loss "
        f"of the constant {constant:.4f}"
    )
    return Measured(
        real.name, real.has_signal, real.drifts, float(constant), ours, peers, later
    )


def _written(paper: Path, run: Path, told: pd.DataFrame) -> Path:
    exam(FEATURES.read(run / FEATURES.file), told).to_parquet(paper, index=False)
    return paper


def _answers(python: Path, paper: Path) -> Iterator[Answer]:
    for peer in PEERS:
        _say(PEERS[peer])
        answer = ask(python, peer, paper)
        if isinstance(answer, Answer):
            yield answer
        else:
            print(f"{PEERS[peer]} gave no answer: {answer}")


def _shown(
    answer: Answer, test: pd.DataFrame, rate: float, ours: Floats | None = None
) -> Shown:
    outcome, group = test["outcome"], test["group_id"]
    quality = judge(
        answer.probability, outcome, None, group, base_rate=rate, draws=DRAWS
    )
    apart = None
    if ours is not None:
        our_loss, loss = (log_losses(p, outcome) for p in (ours, answer.probability))
        apart = paired_difference(our_loss, loss, None, group, draws=DRAWS)
    return Shown(
        answer.peer,
        quality.auc,
        quality.log_loss,
        quality.observed_over_expected,
        quality.slope,
        answer.seconds,
        apart,
    )


def _print_set(measured: Measured) -> None:
    heads = ("AUC", "log loss", "O/E", "slope", "CPU-s", "log loss, ours − it")
    print(_line("", *heads))
    for shown in (measured.ours, *measured.peers):
        name = PEERS.get(shown.name, "Leadlight")
        is_best = shown is measured.best
        print(
            _line(
                name + (" (best)" if is_best else ""),
                interval(shown.auc),
                interval(shown.log_loss),
                interval(shown.ratio, 2),
                interval(shown.slope, 2),
                f"{shown.seconds:.1f}",
                "" if shown.apart is None else signed(shown.apart),
            ),
            flush=True,
        )


def _line(name: str, *cells: str) -> str:
    widths = (21, 21, 18, 20, 7, 28)
    told = "".join(f"{c:<{w}}" for c, w in zip(cells, widths, strict=True))
    return f"{name:<30}{told}".rstrip()


def _print_part(part: str) -> None:
    print(f"\n{part}")
    if find_spec(f"tests.benchmarks.{part}") is None:
        print("not measured: there is no such benchmark here")
        return
    for name, told in importlib.import_module(f"tests.benchmarks.{part}").figures():
        print(f"{name:<58} {told}", flush=True)


def _print_bar(bar: Bar) -> None:
    verdict = {True: "met", False: "NOT MET", None: "not measured"}[bar.is_met]
    print(f"{verdict:<13}{bar.wanted}: {bar.found}")


def _say(what: str) -> None:
    print(f"{what} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
