"""All signals, against a bare group-by of the same touches."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

import pyarrow as pa
import pyarrow.parquet as pq

from features.catalogue import catalogue_of
from features.engine import Engine, literal
from features.weave import weave
from tests.benchmarks.touches import COMPANY, ONCE, WEEKLY, look, shown, write_touches

TOUCHES, LEADS = 20_000_000, 400_000
BARE = (
    "COPY (SELECT lead_id, kind, count(*), sum(value), max(occurred_at) FROM touches "
    "GROUP BY ALL) TO {} (FORMAT parquet)"
)
CATALOGUE = catalogue_of(COMPANY)


def figures() -> Iterator[tuple[str, str]]:
    """Ratios of seconds, everything written to Parquet."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        yield from _against_a_bare_group_by(folder)
        for per_lead in (50, 400):
            yield from _weekly(folder, per_lead)
        yield from _against_featuretools(folder)


def _against_a_bare_group_by(folder: Path) -> Iterator[tuple[str, str]]:
    path = folder / "touches.parquet"
    write_touches(path, TOUCHES, LEADS)
    with shown(path) as engine:
        look(engine, ONCE)
        work(engine, folder)  # compiled
        bare = BARE.format(literal((folder / "bare.parquet").as_posix()))
        ours, theirs = seconds(
            lambda: work(engine, folder), lambda: engine.execute(bare)
        )
    yield (
        "all signals at once, × a bare group-by of the same touches",
        f"{ours / theirs:.1f} ({len(CATALOGUE.columns)} columns, {TOUCHES:,} touches, "
        f"{LEADS:,} snapshots: {ours:.1f} s against {theirs:.1f} s, 2 threads)",
    )


def _weekly(folder: Path, per_lead: int) -> Iterator[tuple[str, str]]:
    path = folder / "weekly.parquet"
    leads = 2_000_000 // per_lead
    write_touches(path, 2_000_000, leads)
    with shown(path) as engine:
        spent = {}
        for name, snapshots in (("once", ONCE), ("weekly", WEEKLY)):
            looks = look(engine, snapshots)
            work(engine, folder)
            (spent[name],) = seconds(lambda: work(engine, folder))
    yield (
        f"weekly snapshots, × one a lead ({per_lead} touches a lead)",
        f"{spent['weekly'] / spent['once']:.1f} ({looks / leads:.0f} a lead on average,"
        f" up to 52, {leads:,} leads: {spent['weekly']:.1f} s against "
        f"{spent['once']:.1f} s)",
    )


def _against_featuretools(folder: Path) -> Iterator[tuple[str, str]]:
    """In an environment of its own: it asks for older libraries."""
    path = folder / "few.parquet"
    write_touches(path, 200_000, 4_000)
    with shown(path) as engine:
        look(engine, ONCE)
        work(engine, folder)
        (ours,) = seconds(lambda: work(engine, folder))
    theirs = _featuretools(folder, path)
    told = (
        f"{theirs / ours:,.0f} (200,000 touches: {ours:.2f} s against {theirs:.0f} s)"
    )
    yield (
        "all signals, × faster than featuretools' nearest equal",
        told if theirs else "featuretools could not be installed here",
    )


def _featuretools(folder: Path, path: Path) -> float:
    """Seconds that featuretools takes; 0 where it cannot be installed."""
    home = folder / "featuretools"
    python = home / "bin" / "python"
    script = Path(__file__).with_name("featuretools_apart.py")
    wanted = ["featuretools", "pandas<3", "setuptools<81", "pyarrow"]
    try:
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        install = [str(python), "-m", "pip", "install", "--quiet", *wanted]
        subprocess.run(install, check=True, stderr=subprocess.DEVNULL)
        asked = [str(python), "-W", "ignore", str(script), str(path)]
        told = subprocess.run(asked, check=True, stdout=subprocess.PIPE, text=True)
    except subprocess.CalledProcessError:
        return 0.0
    finally:
        shutil.rmtree(home, ignore_errors=True)
    return float(told.stdout.split()[-1])


def work(engine: Engine, folder: Path) -> None:
    """Compute every signal and write it."""
    table = weave(engine, CATALOGUE)
    words = [f.name for f in table.schema if f.type == pa.string()]
    path = folder / "features.parquet"  # as the stage build does, but for the packing
    pq.write_table(table, path, use_dictionary=words)


def seconds(*works: Callable[[], object], times: int = 3) -> tuple[float, ...]:
    """Return the median seconds of each, done in turn."""
    spent: list[list[float]] = [[] for _ in works]
    for _ in range(times):
        for each, one in zip(spent, works, strict=True):
            started = perf_counter()
            one()
            each.append(perf_counter() - started)
    return tuple(median(each) for each in spent)
