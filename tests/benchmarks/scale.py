"""A hundred million touches within the default memory of 4 GB, against a fifth of them.

Each build is a process of its own, so that its peak of memory is its own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

from features.catalogue import catalogue_of
from features.engine import bytes_of
from pipeline.weaving import write_features
from tests.benchmarks.memory import peak_bytes
from tests.benchmarks.touches import COMPANY, ONCE, look, shown, write_touches

MEMORY = "4GB"
SIZES = ((20_000_000, 400_000), (100_000_000, 2_000_000))


def figures() -> Iterator[tuple[str, str]]:
    """Seconds as a ratio, and the peak of memory."""
    told = []
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "touches.parquet"
        for touches, leads in SIZES:
            _apart("write", path, touches, leads)
            told.append(_apart("build", path))
    (few, few_bytes), (many, many_bytes) = told
    yield (
        f"{SIZES[1][0]:,} touches, × the time of {SIZES[0][0]:,}",
        f"{many / few:.1f} ({many:.0f} s against {few:.0f} s; at the most "
        f"{many_bytes / 1e9:.1f} GB against {few_bytes / 1e9:.1f}, of {MEMORY})",
    )


def _apart(*arguments: object) -> tuple[float, float]:
    command = [sys.executable, "-m", "tests.benchmarks.scale", *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    seconds, peak = done.stdout.split()[-2:]
    return float(seconds), float(peak)


def _build(path: Path) -> None:
    with shown(path, MEMORY) as engine:
        look(engine, ONCE)
        write_features(
            engine,
            catalogue_of(COMPANY),
            path.parent / "features.parquet",
            memory_bytes=bytes_of(MEMORY),
            made_of={},
            say=lambda told: print(told, file=sys.stderr),
        )


def main() -> None:
    """Do one step, and print its seconds and the peak of memory in bytes."""
    step, name, *sizes = sys.argv[1:]
    started = perf_counter()
    if step == "write":
        write_touches(Path(name), *map(int, sizes))
    else:
        _build(Path(name))
    peak = peak_bytes()
    print(perf_counter() - started, peak)


if __name__ == "__main__":
    main()
