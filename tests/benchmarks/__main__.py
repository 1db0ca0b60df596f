"""``make bench``: print every figure that the README states, measured here and now.

Ratios compare two things in one process, in turn, by their medians; absolute seconds
are for orientation on the machine that is named. Each part runs in a process of its
own, so that none is charged for another's memory.
"""

from __future__ import annotations

import importlib
import os
import platform
import subprocess
import sys

PARTS = (
    "explanations", "reasons", "signals", "spark", "scale", "nightly", "commands",
    "judgement", "truth",
)  # fmt: skip


def tell(name: str, told: str) -> None:
    """Print one figure."""
    print(f"{name:<58} {told}", flush=True)


def main() -> None:
    """Print the figures of one part, or of all."""
    if sys.argv[1:]:
        part = importlib.import_module(f"tests.benchmarks.{sys.argv[1]}")
        for name, told in part.figures():
            tell(name, told)
        return
    cores = os.cpu_count()
    tell("machine", f"{cores} cores, {platform.machine()}, {platform.system()}")
    tell("python", platform.python_version())
    for part_name in PARTS:
        command = [sys.executable, "-m", "tests.benchmarks", part_name]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
