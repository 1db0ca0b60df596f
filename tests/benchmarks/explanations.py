"""Exact Shapley values against LightGBM's own, shap's and WOODELF's, in turn.

All figures are of CPU-seconds where one thread works, so that a busy machine changes
little, and of seconds where two do; a ratio is of the medians of things done in turn.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any, Literal

import numpy as np

from models.treeshap import TreeExplainer
from tests.benchmarks.explanations_models import (
    CATEGORICAL,
    COLUMNS,
    GROUPS,
    SIGNALS,
    TREES,
    Array,
    booster,
    rows,
)
from tests.benchmarks.memory import peak_bytes

ROWS, FEW, BACKGROUND, THEIR_BACKGROUND = 4_096, 256, 20_000, 100
_PRECISIONS: tuple[Literal["float64", "float32"], ...] = ("float64", "float32")
_SIZE = f"{TREES} trees of 31 leaves, {COLUMNS} columns, missing values"


def figures() -> Iterator[tuple[str, str]]:
    """Ratios, differences, memory and seconds."""
    values = rows(40_000)
    trained = booster(values, leaves=31, depth=10)
    yield from _against_lightgbm(trained, values[:ROWS])
    yield _against_shap(trained, values[:ROWS])
    yield from _built(trained, values)
    yield from _with_background(trained, values)
    yield from _changes(trained, values)
    yield from _with_categories()
    with tempfile.TemporaryDirectory() as name:
        yield _without_limit(Path(name), values)
        yield _against_woodelf(Path(name), trained, values[:20_000])


def _against_lightgbm(trained: Any, values: Array) -> Iterator[tuple[str, str]]:
    few = values[:FEW]
    for name, players in (("columns", None), (f"{GROUPS} signals", SIGNALS)):
        for threads in (1, 2):
            ours, theirs = _rates(trained, players, values, few, threads)
            yield (
                f"explanations, {name} as players, {_threads(threads)}, × LightGBM's",
                _told(ours, theirs, _SIZE, "CPU-second" if threads == 1 else "second"),
            )
    expected = np.asarray(trained.predict(few, pred_contrib=True))[:, :-1]
    for precision in _PRECISIONS:
        explainer = TreeExplainer(trained, precision=precision)
        gap = np.abs(explainer.contributions(few) - expected).max()
        yield (
            f"explanations, {precision}, largest difference from LightGBM's",
            f"{gap:.1e} log-odds",
        )


def _rates(
    trained: Any, players: Any, values: Array, few: Array, threads: int
) -> tuple[float, float]:
    """Rows per second of ours and of LightGBM's, by turns."""
    explainer = TreeExplainer(trained, players, precision="float32", threads=threads)
    clock = process_time if threads == 1 else perf_counter
    ours, theirs = seconds(
        lambda: explainer.contributions(values),
        lambda: trained.predict(few, pred_contrib=True, num_threads=threads),
        clock=clock,
    )
    return len(values) / ours, len(few) / theirs


def _against_shap(trained: Any, values: Array) -> tuple[str, str]:
    import shap

    explainer, few = (
        TreeExplainer(trained, precision="float32", threads=1),
        values[:FEW],
    )
    theirs = shap.TreeExplainer(trained)
    mine, other = seconds(
        lambda: explainer.contributions(values), lambda: theirs.shap_values(few)
    )
    return (
        "explanations, columns as players, × shap.TreeExplainer's",
        _told(len(values) / mine, len(few) / other, _SIZE),
    )


def _built(trained: Any, values: Array) -> Iterator[tuple[str, str]]:
    text = trained.model_to_string()
    background = values[:BACKGROUND]
    for name, rows_of in (
        ("training paths", None),
        (f"{BACKGROUND:,} rows", background),
    ):
        started = process_time()
        explainer = TreeExplainer(text, background=rows_of)
        spent = process_time() - started
        size = explainer.tables.values.nbytes / 1e6
        yield (
            f"explanations, tables built from {name}",
            f"{spent:.1f} CPU-seconds, {size:.0f} MB in float64 ({_SIZE})",
        )


def _with_background(trained: Any, values: Array) -> Iterator[tuple[str, str]]:
    import shap

    explainer = TreeExplainer(
        trained, background=values[:BACKGROUND], precision="float32", threads=1
    )
    few, mine = values[-48:], values[-ROWS:]
    of_few = shap.TreeExplainer(
        trained, values[:THEIR_BACKGROUND], feature_perturbation="interventional"
    )
    ours, theirs = seconds(
        lambda: explainer.contributions(mine), lambda: of_few.shap_values(few)
    )
    yield (
        f"explanations against {BACKGROUND:,} rows, × shap's against "
        f"{THEIR_BACKGROUND}",
        _told(len(mine) / ours, len(few) / theirs, _SIZE),
    )
    exact = TreeExplainer(trained, background=values[:THEIR_BACKGROUND])
    gap = np.abs(exact.contributions(few) - of_few.shap_values(few)).max()
    yield (
        f"explanations against {THEIR_BACKGROUND} rows, difference from shap's",
        f"{gap:.1e} log-odds",
    )


def _changes(trained: Any, values: Array) -> Iterator[tuple[str, str]]:
    explainer = TreeExplainer(trained, SIGNALS, threads=1)
    old = values[:ROWS]
    random = np.random.default_rng(2)
    for n_changed in (0, 1, 4, 16):
        new = old.copy()
        for row in range(ROWS):
            columns = random.choice(COLUMNS, n_changed, replace=False)
            new[row, columns] = values[ROWS + row, columns]
        spent = _median(partial(explainer.changes, new, old))
        difference = explainer.margins(new) - explainer.margins(old)
        gap = np.abs(explainer.changes(new, old).sum(axis=1) - difference).max()
        yield (
            f"score changes, {n_changed} of {COLUMNS} columns changed",
            f"{ROWS / spent:,.0f} rows a CPU-second; sums within {gap:.0e}",
        )


def _with_categories() -> Iterator[tuple[str, str]]:
    values = rows(40_000, categorical=True)
    trained = booster(values, leaves=31, depth=10, categorical=True)
    few = values[:FEW]
    ours, theirs = _rates(trained, None, values[:ROWS], few, 1)
    yield (
        f"explanations with {CATEGORICAL} native categoricals, × LightGBM's",
        _told(ours, theirs, _SIZE),
    )
    expected = np.asarray(trained.predict(few, pred_contrib=True))[:, :-1]
    gap = np.abs(TreeExplainer(trained).contributions(few) - expected).max()
    yield "explanations with categoricals, difference", f"{gap:.1e} log-odds"


def _without_limit(folder: Path, values: Array) -> tuple[str, str]:
    """In a process of its own, so that its peak of memory is its own."""
    model, few = folder / "deep.txt", folder / "few.npy"
    booster(values, leaves=63, depth=-1).save_model(model)
    np.save(few, values[:ROWS])
    command = [sys.executable, "-m", "tests.benchmarks.explanations", model, few]
    done = subprocess.run(
        [*map(str, command)], check=True, stdout=subprocess.PIPE, text=True
    )
    ours, theirs, peak = map(float, done.stdout.split())
    told = f"{TREES} trees of 63 leaves, no limit of depth"
    return (
        "explanations of deep trees, × LightGBM's",
        f"{_told(ours, theirs, told)}; at the most {peak / 1e9:.2f} GB",
    )


def _deep(model: str, few: str) -> None:
    """Print rows per CPU-second, ours and LightGBM's, and the peak of memory."""
    import lightgbm

    trained, values = lightgbm.Booster(model_file=model), np.load(few)
    ours, theirs = _rates(trained, None, values, values[:64], 1)
    print(ours, theirs, peak_bytes())


def _against_woodelf(folder: Path, trained: Any, values: Array) -> tuple[str, str]:
    """In an environment of its own: it asks for libraries that we do not need."""
    name = "explanations, columns as players, × WOODELF's"
    model, few, told = (folder / n for n in ("model.txt", "rows.npy", "told.npy"))
    trained.save_model(model)
    np.save(few, values)
    python = folder / "woodelf" / "bin" / "python"
    script = Path(__file__).with_name("explanations_apart.py")
    wanted = ["woodelf-explainer==0.4.8", "lightgbm==4.7.0"]
    try:
        subprocess.run([sys.executable, "-m", "venv", python.parents[1]], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", *wanted]
        subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
        asked = [str(python), "-W", "ignore", script, model, few, told]
        done = subprocess.run(
            [*map(str, asked)], check=True, stdout=subprocess.PIPE, text=True
        )
    except subprocess.CalledProcessError:
        return name, "WOODELF could not be installed here"
    explainer = TreeExplainer(trained, precision="float32", threads=1)
    ours = len(values) / _median(lambda: explainer.contributions(values))
    gap = np.abs(np.load(told) - explainer.contributions(values)).max()
    rate = _told(ours, float(done.stdout.split()[-1]), f"{len(values):,} rows at once")
    return name, f"{rate}; largest difference {gap:.0e}"


def _told(ours: float, theirs: float, of_what: str, unit: str = "CPU-second") -> str:
    ratio = ours / theirs
    return f"{ratio:.0f} ({ours:,.0f} against {theirs:,.0f} rows a {unit}; {of_what})"


def _threads(threads: int) -> str:
    return "1 thread" if threads == 1 else f"{threads} threads"


def _median(work: Callable[[], object]) -> float:
    return seconds(work)[0]


def seconds(
    *works: Callable[[], object],
    times: int = 3,
    clock: Callable[[], float] = process_time,
) -> tuple[float, ...]:
    """Return the median seconds of each, done in turn, once they have been tried."""
    spent: list[list[float]] = [[] for _ in works]
    for turn in range(times + 1):
        for each, work in zip(spent, works, strict=True):
            started = clock()
            work()
            if turn:
                each.append(clock() - started)
    return tuple(median(each) for each in spent)


if __name__ == "__main__":
    _deep(*sys.argv[1:])
