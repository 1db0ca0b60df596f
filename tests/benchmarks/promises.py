"""How often a promise is broken: ours, and that of the cut which looks good.

In each of many invented worlds, whose truth is known, a map is fitted to some rows and
a cutoff chosen on as many others. A promise is broken where the true share at the
cutoff is below what was promised.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from models.qualifying.promises import Found, capture_of, precision_of
from tests.models.worlds import Worlds, margin_at

PRECISION, CAPTURE, DELTA = 0.25, 0.80, 0.10
# Rows of the cutoff block, and of how many worlds; ±3 points, and ±4 of the largest.
WORLDS = {500: 400, 2_000: 400, 20_000: 200}
OTHERS: Final = 1_000_000  # seeds of the rows that the map is fitted to


@dataclass(frozen=True)
class Broken:
    """Of many worlds, the share in which …

    Attributes
    ----------
    naively : float
        … the loosest cutoff that looked good breaks the promise.
    ours : float
        … ours does.
    found : float
        … ours is found at all.
    """

    naively: float
    ours: float
    found: float

    def __str__(self) -> str:
        return (
            f"naive breaks {self.naively:.0%} | ours breaks {self.ours:.0%} | ours "
            f"finds {self.found:.0%}"
        )


def figures() -> Iterator[tuple[str, str]]:
    """The table of promises, by the rows of the cutoff block."""
    worlds = Worlds()
    rate = float(worlds.crowd.chance.mean())
    for rows, times in WORLDS.items():
        told = f"{rows:,} rows ({rows * rate:.0f} conversions)"
        yield (
            f"precision of {PRECISION:.0%}, {told}",
            str(precision(worlds, rows, times)),
        )
    for rows, times in WORLDS.items():
        told = f"{rows:,} rows ({rows * rate:.0f} conversions)"
        yield f"capture of {CAPTURE:.0%}, {told}", str(capture(worlds, rows, times))
    grouped = replace(worlds, hidden=1.5, is_grouped=True)
    yield (
        f"precision of {PRECISION:.0%}, 2,500 rows of groups of 1 to 300",
        str(precision(grouped, 2_500, 400)),
    )


def precision(worlds: Worlds, rows: int, times: int) -> Broken:
    """What became of the promise of a precision."""
    ours, naive = [], []
    for seed in range(1, times + 1):
        block = worlds.drawn(rows, seed)
        calibrator = worlds.drawn(rows, OTHERS + seed).calibrator()
        found = precision_of(
            block.evidence(calibrator), precision=PRECISION, delta=DELTA
        )
        if isinstance(found, Found):
            ours.append(margin_at(calibrator, found.threshold))
        if (loosest := block.naive_margin(PRECISION)) is not None:
            naive.append(loosest)
    return Broken(
        float((worlds.precision_above(naive) < PRECISION).sum()) / times,
        float((worlds.precision_above(ours) < PRECISION).sum()) / times,
        len(ours) / times,
    )


def capture(worlds: Worlds, rows: int, times: int) -> Broken:
    """What became of the promise of a capture; the naive cut is a plain quantile."""
    converted = np.sort(worlds.crowd.margin[worlds.crowd.outcome == 1])

    def share(margins: list[float]) -> np.ndarray:
        return 1 - np.searchsorted(converted, margins) / converted.size

    ours, naive = [], []
    for seed in range(1, times + 1):
        block = worlds.drawn(rows, seed)
        calibrator = worlds.drawn(rows, OTHERS + seed).calibrator()
        found = capture_of(block.evidence(calibrator), capture=CAPTURE, delta=DELTA)
        if isinstance(found, Found):
            ours.append(margin_at(calibrator, found.threshold))
        hits = block.margin[block.outcome == 1]
        if hits.size:
            naive.append(float(np.quantile(hits, 1 - CAPTURE, method="higher")))
    return Broken(
        float((share(naive) < CAPTURE).sum()) / times,
        float((share(ours) < CAPTURE).sum()) / times,
        len(ours) / times,
    )
