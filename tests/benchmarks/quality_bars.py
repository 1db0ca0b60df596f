"""The bars that Leadlight's quality is held to, and whether each is met.

Everything is of the test block, which no contender has seen. The best peer is the one
of the least log loss there: chosen with hindsight, in its own favour.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from models.judging.intervals import Figure

MOST_BEHIND: Final = 0.005  # in log loss, at the upper end of the interval
NEAR_THE_CONSTANT: Final = 0.002
TRUE_RATIO: Final = (0.9, 1.1)
LATER_RATIO: Final = (0.85, 1.15)
SECONDS: Final = 60 / 3  # a third of FLAML's budget
DEFAULTS: Final = ("lightgbm", "catboost")
LEAST_WINS: Final = 2


@dataclass(frozen=True)
class Shown:
    """What a contender showed on one test block.

    Attributes
    ----------
    name : str
        A key of ``peers.PEERS``, or ``ours``.
    auc, log_loss, ratio, slope : Figure
        The ratio is conversions observed over expected; 1 is right, as for the slope.
    seconds : float
        CPU-seconds of the fit, on one thread.
    apart : Figure or None
        Our log loss less this one's, paired and resampled by group: below 0 where we
        are the better. None for ours.
    """

    name: str
    auc: Figure
    log_loss: Figure
    ratio: Figure
    slope: Figure
    seconds: float
    apart: Figure | None = None


@dataclass(frozen=True)
class Measured:
    """One real set, measured.

    Attributes
    ----------
    name : str
    has_signal, drifts : bool
        As for ``quality_sets.RealSet``.
    constant : float
        Log loss of the conversion rate known before the test block.
    ours : Shown
    peers : tuple of Shown
    later : Figure or None
        Observed over expected when each chunk of the test block is recalibrated on what
        had matured before it.
    """

    name: str
    has_signal: bool
    drifts: bool
    constant: float
    ours: Shown
    peers: tuple[Shown, ...]
    later: Figure | None = None

    @property
    def best(self) -> Shown | None:
        """The peer of the least log loss; None without peers."""
        return min(self.peers, key=lambda p: p.log_loss.value, default=None)


@dataclass(frozen=True)
class Bar:
    """What was wanted, what was found, and whether that will do.

    Attributes
    ----------
    is_met : bool or None
        None where it could not be measured.
    """

    wanted: str
    found: str
    is_met: bool | None


def bars(sets: Sequence[Measured]) -> list[Bar]:
    """Hold the sets that were measured to every bar.

    Parameters
    ----------
    sets : sequence of Measured
        A bar that needs a set which is not among them is not measured.
    """
    told = [s for s in sets if s.has_signal]
    return [
        *(_behind(s) for s in told),
        _on_average(told),
        _against_defaults(told),
        *(_ratio(s) for s in told if not s.drifts),
        *(_later(s) for s in told if s.drifts),
        *(_seconds(s) for s in told),
        *(bar for s in sets if not s.has_signal for bar in _no_skill(s)),
    ]


def _behind(measured: Measured) -> Bar:
    wanted = (
        f"{measured.name}: log loss, ours − best peer's: upper end of the interval "
        f"≤ +{MOST_BEHIND:g}, never wholly above 0"
    )
    best = measured.best
    if best is None or best.apart is None:
        return Bar(wanted, "no peers", None)
    apart = best.apart
    is_met = apart.high <= MOST_BEHIND and not apart.low > 0
    return Bar(wanted, f"{signed(apart)} against {best.name}", is_met)


def _on_average(sets: Sequence[Measured]) -> Bar:
    apart = [s.best.apart.value for s in sets if s.best and s.best.apart]
    wanted = "log loss, ours − best peer's: mean over the sets with signal ≤ 0"
    if not apart:
        return Bar(wanted, "no peers", None)
    mean = fmean(apart)
    return Bar(wanted, f"{mean:+.4f} over {len(apart)} sets", mean <= 0)


def _against_defaults(sets: Sequence[Measured]) -> Bar:
    wanted = (
        f"log loss wholly below that of default LightGBM and CatBoost on at least "
        f"{LEAST_WINS} sets"
    )
    ahead = {name: {s.name for s in sets if _wins(s, name)} for name in DEFAULTS}
    if not any(p.name in DEFAULTS for s in sets for p in s.peers):
        return Bar(wanted, "no peers", None)
    both = set.intersection(*ahead.values())
    each = "; ".join(f"{name}: {', '.join(sorted(ahead[name])) or 'none'}"
                     for name in DEFAULTS)  # fmt: skip
    return Bar(wanted, f"{len(both)} ({each})", len(both) >= LEAST_WINS)


def _wins(measured: Measured, peer: str) -> bool:
    found = [p.apart for p in measured.peers if p.name == peer]
    return any(apart is not None and apart.high < 0 for apart in found)


def _ratio(measured: Measured) -> Bar:
    ratio = measured.ours.ratio
    low, high = TRUE_RATIO
    wanted = f"{measured.name}: O/E in [{low}, {high}] or 1 in its interval"
    is_met = low <= ratio.value <= high or ratio.low <= 1 <= ratio.high
    return Bar(wanted, interval(ratio), is_met)


def _later(measured: Measured) -> Bar:
    low, high = LATER_RATIO
    wanted = f"{measured.name}: O/E chunk by chunk, recalibrated, in [{low}, {high}]"
    if measured.later is None:
        return Bar(wanted, "not measured", None)
    is_met = low <= measured.later.value <= high
    return Bar(wanted, interval(measured.later), is_met)


def _seconds(measured: Measured) -> Bar:
    spent = measured.ours.seconds
    wanted = f"{measured.name}: trained within {SECONDS:.0f} CPU-s"
    return Bar(wanted, f"{spent:.1f}", spent <= SECONDS)


def _no_skill(measured: Measured) -> list[Bar]:
    auc, loss = measured.ours.auc, measured.ours.log_loss.value
    over = loss - measured.constant
    return [
        Bar(
            f"{measured.name}: no skill: the AUC's interval holds .5",
            interval(auc),
            auc.low <= 0.5 <= auc.high,
        ),
        Bar(
            f"{measured.name}: log loss within {NEAR_THE_CONSTANT:g} of the constant's",
            f"{over:+.4f} ({loss:.4f} against {measured.constant:.4f})",
            abs(over) <= NEAR_THE_CONSTANT,
        ),
    ]


def interval(figure: Figure, digits: int = 3) -> str:
    """Write a figure with its interval.

    Examples
    --------
    >>> interval(Figure(0.5, 0.25, 0.75), 2)
    '0.50 [0.25, 0.75]'
    >>> interval(Figure(0.5, float("nan"), float("nan")))
    '0.500'
    """
    value = f"{figure.value:.{digits}f}"
    if math.isnan(figure.low):
        return value
    return f"{value} [{figure.low:.{digits}f}, {figure.high:.{digits}f}]"


def signed(figure: Figure) -> str:
    """Write a difference with its interval.

    Examples
    --------
    >>> signed(Figure(-0.001, -0.003, 0.002))
    '-0.0010 [-0.0030, +0.0020]'
    """
    if math.isnan(figure.low):
        return f"{figure.value:+.4f}"
    return f"{figure.value:+.4f} [{figure.low:+.4f}, {figure.high:+.4f}]"
