"""The calibrator: from margins to log-odds that can be taken at their word.

Three forms, from stiff to supple: *none* (ẑ = z), *intercept* (ẑ = a + z) and *platt*
(ẑ = a + b·z). All are affine, so that points add up (see ``points``). Rejected:
isotonic regression and beta calibration. They bend the scale, and neither beat Platt on
the logit at any size up to 1,000 conversions when they were measured.

Each is fitted to all rows or to a window of the latest, and the choice among them is
rehearsed in the order of time (see ``rehearsal``): under drift the latest rows alone
may tell what the rate is now, and where nothing drifts they are only fewer.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from features.errors import DataError

from ..evidence import Keys, group_codes, outcomes, weights
from ..points import Floats, Scale
from .likelihood import Block, fit_platt
from .rehearsal import (
    FEW_CONVERSIONS,
    LEAST_SLOPE,
    MOST_SLOPE,
    Form,
    Trial,
    clock_of,
    fit,
    rehearse,
)

# A slope rests on how conversions spread over the margin; with fewer than this, its
# standard error is about as large as the overfit it should mend.
SLOPE_CONVERSIONS: Final = 60


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A fitted map from margin to calibrated log-odds, and what it rests on.

    Parameters
    ----------
    form : Form
        The form chosen.
    intercept, slope : float
        a and b of ``ẑ = a + b·z``; the slope is above 0.
    conversions, rows : int
        Groups that converted, and snapshots, among those that it was fitted to.
    flags : tuple of str
        Sentences about what had to be done without.
    trials : tuple of Trial
        What the choice was made on; empty if there was nothing to choose.
    window : float
        Share of the block, its latest rows, that it was fitted to; in (0, 1].
    """

    form: Form
    intercept: float
    slope: float
    conversions: int
    rows: int
    flags: tuple[str, ...] = ()
    trials: tuple[Trial, ...] = ()
    window: float = 1.0

    def scale(self, reference: float) -> Scale:
        """The scale with this map, on which ``reference`` log-odds have 50 points."""
        return Scale(self.intercept, self.slope, reference)

    def probability(self, margin: npt.ArrayLike) -> Floats:
        """Calibrated probability of margins of shape (n,): in (0, 1), rising."""
        return self.scale(0.0).probability(margin)

    def to_dict(self) -> dict[str, object]:
        """Everything by name, for the contract and the report."""
        return asdict(self)


def fit_calibrator(
    margin: npt.ArrayLike,
    outcome: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    *,
    order: npt.ArrayLike | None = None,
    known_at: npt.ArrayLike | None = None,
    group_id: Keys | None = None,
    slope_conversions: int = SLOPE_CONVERSIONS,
) -> Calibrator:
    """Fit the stiffest map, to the longest window, that is as good as any.

    Parameters
    ----------
    margin : array-like of shape (n,)
        Booster output in log-odds, of snapshots the booster has not seen.
    outcome : array-like of shape (n,)
        0 or 1.
    weight : array-like of shape (n,), optional
        Such as the odds that a sampled row stands for; 1 each without it.
    order : array-like of shape (n,), optional
        Position in time, such as ``snapshot_at``; equal values stay together. Without
        it there are no windows, and every fifth group is predicted from all others.
    known_at : array-like of shape (n,), optional
        When each outcome was known, on the scale of ``order``; without it, at once.
    group_id : sequence of shape (n,), optional
        The account, or the lead: conversions are counted, and standard errors
        reckoned, by group. Without it every row is its own group.
    slope_conversions : int, default 60
        From how many conversions on a slope is considered.

    Returns
    -------
    Calibrator
        With a slope above 0, always.

    Examples
    --------
    >>> calibrator = fit_calibrator([-2.0, -1.0, 0.0, 1.0], [0, 0, 1, 0])
    >>> calibrator.form.value, len(calibrator.flags)
    ('intercept', 1)
    """
    block = _checked(margin, outcome, weight, group_id)
    clock = clock_of(order, known_at, block.margin.size)
    flags, forms = _allowed(block, slope_conversions)
    trials: tuple[Trial, ...] = ()
    chosen = Trial(forms[-1], 1.0, 0.0, 0.0, 0.0)
    if len(forms) > 1:
        trials = rehearse(block, forms, clock)
        chosen = next((t for t in trials if t.excess <= t.standard_error), chosen)
    latest = block if clock is None else block.only(clock.latest(chosen.window))
    intercept, slope = fit(latest, chosen.form)
    return Calibrator(
        chosen.form,
        intercept,
        slope,
        latest.conversions,
        latest.margin.size,
        flags,
        trials,
        chosen.window,
    )


def _checked(
    margin: npt.ArrayLike,
    outcome: npt.ArrayLike,
    weight: npt.ArrayLike | None,
    group_id: Keys | None,
) -> Block:
    """Columns of equal length without gaps, or a sentence."""
    values = np.asarray(margin, dtype=np.float64)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise DataError(
            "Calibration needs a column of finite margins with at least one row, but "
            f"got {int(np.isfinite(values).sum())} finite ones in shape {values.shape}."
        )
    rows = values.size
    return Block(
        values,
        outcomes(outcome, rows),
        weights(weight, rows),
        group_codes(group_id, rows),
    )


def _allowed(
    block: Block, slope_conversions: int
) -> tuple[tuple[str, ...], tuple[Form, ...]]:
    """What keeps the forms few, and the forms that remain, stiffest first."""
    only, found = (Form.INTERCEPT,), block.conversions
    if np.ptp(block.outcome) == 0:
        said = "All" if block.outcome[0] == 1 else "None"
        flag = f"{said} of the {block.margin.size} rows converted: the intercept is"
        return (f"{flag} smoothed, and the slope stays 1.",), only
    if found < FEW_CONVERSIONS:
        flag = f"{found} conversions are fewer than {FEW_CONVERSIONS}: only the"
        return (f"{flag} intercept was fitted.",), only
    if found < slope_conversions or block.is_flat:
        flag = f"{found} conversions are too few for a slope (from {slope_conversions})"
        flag = "All margins are equal" if block.is_flat else flag
        return (f"{flag}: the slope stays 1.",), (Form.NONE, Form.INTERCEPT)
    slope = fit_platt(block)[1]
    if not LEAST_SLOPE <= slope <= MOST_SLOPE:
        flag = f"The fitted slope was {slope:.3g}, {_fault_of(slope)}"
        return (f"{flag}: only the intercept was fitted.",), (Form.NONE, Form.INTERCEPT)
    return (), (Form.NONE, Form.INTERCEPT, Form.PLATT)


def _fault_of(slope: float) -> str:
    if slope <= 0:
        return "which would turn the ranking round"
    return f"where one from {LEAST_SLOPE:.2g} to {MOST_SLOPE:g} can be believed"
