"""Whole commands, as processes: seconds, CPU-seconds and peak memory."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

LEADLIGHT = Path(sys.executable).parent / "leadlight"
ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("LEADLIGHT_DATA", ROOT.parent / "shared" / "data"))


@dataclass(frozen=True)
class Cost:
    """What a process took."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int

    def __str__(self) -> str:
        """Return the cost in words."""
        return (
            f"{self.seconds:.1f} s, {self.cpu_seconds:.1f} CPU-s, "
            f"{self.peak_bytes / 2**30:.2f} GiB"
        )


def figures() -> Iterator[tuple[str, str]]:
    """The commands that people wait for."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        help_cost = min((cost("--help") for _ in range(3)), key=lambda c: c.seconds)
        yield "leadlight --help", str(help_cost)
        for leads in (3_000, 20_000):
            demo = folder / f"demo{leads}"
            told = cost("demo", str(demo), "--leads", str(leads))
            yield f"leadlight demo --leads {leads}, all of it", str(told)
        scores = folder / "demo20000" / "scores.parquet"
        lead = _first_lead(scores)
        asked = ("why", lead, "--scores", str(scores))
        for more in ((), ("--html", f"{name}/why.html"), ("--against", "population")):
            told = min((cost(*asked, *more) for _ in range(3)), key=lambda c: c.seconds)
            yield " ".join(["leadlight why", *more[:1], *_shown(more)]), str(told)
        if (DATA / "bpi2012").exists():
            config = ROOT / "tests" / "real" / "bpi2012.toml"
            told = cost("run", "-c", str(config), "--set", f"run.folder={name}/bpi")
            yield "leadlight run on bpi2012", str(told)


def cost(*arguments: str) -> Cost:
    """Run the command and account for it; a failure ends the benchmark."""
    started = perf_counter()
    quiet = os.open(os.devnull, os.O_WRONLY)
    child = os.posix_spawn(
        LEADLIGHT,
        [str(LEADLIGHT), *arguments],
        {**os.environ, "LEADLIGHT_DATA": str(DATA)},
        file_actions=[(os.POSIX_SPAWN_DUP2, quiet, 1)],
    )
    _, status, used = os.wait4(child, 0)
    os.close(quiet)
    if status:
        raise SystemExit(f"leadlight {' '.join(arguments)} failed: {status}")
    seconds = perf_counter() - started
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def _shown(more: tuple[str, ...]) -> tuple[str, ...]:
    """The value of an option, if it is no path of this machine."""
    return tuple(m for m in more[1:] if "/" not in m)


def _first_lead(scores: Path) -> str:
    import pyarrow.parquet as pq

    table = pq.read_table(scores, columns=["lead_id", "status"]).to_pylist()
    return next(str(r["lead_id"]) for r in table if r["status"] == "scored")
