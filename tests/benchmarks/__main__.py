"""``make bench``: print every figure that the README states, measured here and now.

Ratios compare two things in one process, in turn, by their medians; absolute seconds
are for orientation on the machine that is named.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator

from . import commands, engine, explanations, truth


def figures() -> Iterator[tuple[str, str]]:
    """Every figure: what it is, and what it came to."""
    yield (
        "machine",
        f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}",
    )
    yield "python", platform.python_version()
    for part in (explanations, engine, commands, truth):
        yield from part.figures()


if __name__ == "__main__":
    for name, told in figures():
        print(f"{name:<58} {told}", flush=True)
