"""The fixed sequence beside that of MAPIE, where MAPIE is installed.

Either tests by the exact binomial distribution. MAPIE 1.6 reckons the misses among n as
n · (1 - precision) and rounds up, so that 93 · (1 - 30/93) = 63.00000000000001 counts
as 64 misses: now and then its sequence stops a threshold early, and for that reason
alone.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from models.evidence import Evidence
from models.points import Floats
from models.qualifying.promises import Found, NotFound, precision_of, thresholds

# That its p-values are not monotone, and that it found none: neither is a fault.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Fixed sequence testing requires a monotonic"),
    pytest.mark.filterwarnings("ignore:No predict parameters were found"),
]
PRECISION, DELTA = 0.25, 0.10


def scored(rows: int, seed: int) -> Evidence:
    """True probabilities of about 5 % on average, and outcomes drawn with them."""
    random = np.random.default_rng(seed)
    chance = 1 / (1 + np.exp(-random.normal(-4.0, 1.6, rows)))
    return Evidence.of(chance, random.random(rows) < chance)


def theirs(evidence: Evidence, ladder: Floats, **how: Any) -> npt.NDArray[np.float64]:
    """Thresholds that MAPIE takes for valid."""
    control = pytest.importorskip("mapie.risk_control")

    def both(values: Floats) -> Floats:
        return np.column_stack([1 - values[:, 0], values[:, 0]])

    controller = control.BinaryClassificationController(
        both, "precision", PRECISION, 1 - DELTA, list_predict_params=ladder, **how
    )
    controller.calibrate(evidence.probability[:, None], evidence.outcome.astype(int))
    return np.asarray(controller.valid_predict_params, dtype=np.float64)


@pytest.mark.parametrize("seed", range(20))
def test_started_where_ours_starts_mapie_gives_our_answer(seed: int) -> None:
    evidence = scored(2_000, seed)
    ladder = thresholds(evidence.probability, precision=PRECISION, delta=DELTA)
    ours = precision_of(evidence, precision=PRECISION, delta=DELTA)
    valid = theirs(evidence, ladder, fwer_method="fixed_sequence")
    if isinstance(ours, NotFound):
        assert valid.size == 0
    elif valid.size == 0 or valid.min() != ours.threshold:
        picked = evidence.probability >= ladder[valid.size]  # the first that it refused
        rows, hits = int(picked.sum()), int(evidence.outcome[picked].sum())
        assert math.ceil(rows * (1 - hits / rows)) == rows - hits + 1


def test_mapie_stops_early_in_few_worlds() -> None:
    same = 0
    for seed in range(20):
        evidence = scored(2_000, seed)
        ladder = thresholds(evidence.probability, precision=PRECISION, delta=DELTA)
        ours = precision_of(evidence, precision=PRECISION, delta=DELTA)
        valid = theirs(evidence, ladder, fwer_method="fixed_sequence")
        last = valid.min() if valid.size else None
        same += last == (ours.threshold if isinstance(ours, Found) else None)
    assert same >= 18


def test_started_where_mapie_starts_nothing_can_be_shown() -> None:
    # It starts at the threshold 0, where everybody qualifies and 5 % convert.
    found = 0
    for seed in range(10):
        evidence = scored(2_000, seed)
        valid = theirs(
            evidence, np.linspace(0, 0.99, 100), fwer_method="fixed_sequence"
        )
        assert valid.size == 0
        ours = precision_of(evidence, precision=PRECISION, delta=DELTA)
        found += not isinstance(ours, NotFound)
    assert found >= 7
