"""The calibrator: from margins to log-odds that can be taken at their word.

Three forms, from stiff to supple: *none* (ẑ = z), *intercept* (ẑ = a + z) and *platt*
(ẑ = a + b·z). All are affine, so that points add up (see ``points``). Rejected:
isotonic regression and beta calibration. They bend the scale, and neither beat Platt on
the logit at any size up to 1,000 conversions when they were measured.

How one is chosen: each later block of rows is predicted from the blocks before it, and
later blocks weigh more, since they are nearest to use. There is no embargo between
these blocks: short histories have too few rows to lose any to it. The stiffest form
whose loss is within one standard error of the best is taken: what cannot be told apart
should not be paid for with a parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from features.errors import DataError

from .evidence import Codes, Keys, Mask, group_codes, outcomes, weights
from .likelihood import Block, fit_offset, fit_platt
from .points import Floats, Scale

# Below this, a block says little beyond its own rate: only the intercept is fitted.
FEW_CONVERSIONS: Final = 15
# A slope rests on how conversions spread over the margin; with fewer than this, its
# standard error is about as large as the overfit it should mend.
SLOPE_CONVERSIONS: Final = 60
# A slope beyond these was fitted on margins that hardly differ, or turn the ranking
# round: where it was met, slopes of 13 and 16 gave log losses of 6 and 10.
LEAST_SLOPE: Final = 1 / 3
MOST_SLOPE: Final = 3.0
# The oldest block only teaches, four are predicted: as many as the booster's folds.
BLOCKS: Final = 5


class Form(StrEnum):
    """How many numbers the map has: none, one or two."""

    NONE = "none"
    INTERCEPT = "intercept"
    PLATT = "platt"


@dataclass(frozen=True, slots=True)
class Trial:
    """How one form fared on blocks it had not seen.

    Parameters
    ----------
    form : Form
        What was tried.
    loss : float
        Mean log loss, weighted; at least 0.
    excess, standard_error : float
        Loss beyond that of the best form, and the standard error of this difference.
    """

    form: Form
    loss: float
    excess: float
    standard_error: float


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
        Groups that converted, and snapshots, in the block.
    flags : tuple of str
        Sentences about what had to be done without.
    trials : tuple of Trial
        What the choice was made on; empty if there was nothing to choose.
    """

    form: Form
    intercept: float
    slope: float
    conversions: int
    rows: int
    flags: tuple[str, ...] = ()
    trials: tuple[Trial, ...] = ()

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
    group_id: Keys | None = None,
    slope_conversions: int = SLOPE_CONVERSIONS,
) -> Calibrator:
    """Fit the stiffest map that is as good as any.

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
        it, the blocks are made of every fifth group and predicted from all others.
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
    flags, forms = _allowed(block, slope_conversions)
    trials: tuple[Trial, ...] = ()
    form = forms[-1]
    if len(forms) > 1:
        trials = _trials(block, forms, _folds(block, order))
        form = next(t.form for t in trials if t.excess <= t.standard_error)
    intercept, slope = _fit(block, form)
    return Calibrator(
        form, intercept, slope, block.conversions, block.margin.size, flags, trials
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
        return (f"{flag}: only the intercept was fitted.",), only
    return (), (Form.NONE, Form.INTERCEPT, Form.PLATT)


def _fault_of(slope: float) -> str:
    if slope <= 0:
        return "which would turn the ranking round"
    return f"where one from {LEAST_SLOPE:.2g} to {MOST_SLOPE:g} can be believed"


def _folds(block: Block, order: npt.ArrayLike | None) -> list[tuple[Mask, Mask, float]]:
    """Rows to learn from, rows to predict, and how much each fold weighs."""
    if order is None:
        part = block.group % BLOCKS
        return [(part != k, part == k, 1.0) for k in range(BLOCKS) if (part == k).any()]
    position = np.unique(np.asarray(order), return_inverse=True)[1].ravel()
    if position.size != block.margin.size:
        raise DataError(
            f"{block.margin.size} rows need {block.margin.size} values of order, but "
            f"got {position.size}."
        )
    # Where a position begins among all rows, so that equal instants share a block.
    begins = np.searchsorted(np.sort(position), position)
    part = begins * BLOCKS // position.size
    folds = [(part < k, part == k, float(k)) for k in range(1, BLOCKS)]
    return [fold for fold in folds if fold[0].any() and fold[1].any()]


def _trials(
    block: Block, forms: Sequence[Form], folds: list[tuple[Mask, Mask, float]]
) -> tuple[Trial, ...]:
    """Loss of each form on rows it had not seen, beside that of the best."""
    if not folds:
        return (Trial(forms[-1], 0.0, 0.0, 0.0),)
    weight = np.concatenate([w * block.weight[new] for _, new, w in folds])
    group = np.concatenate([block.group[new] for _, new, _ in folds])
    losses = [
        np.concatenate(
            [_loss(block.only(old), block.only(new), f) for old, new, _ in folds]
        )
        for f in forms
    ]
    means = [float(np.average(loss, weights=weight)) for loss in losses]
    best = int(np.argmin(means))
    return tuple(
        Trial(f, m, m - means[best], _standard_error(one - losses[best], weight, group))
        for f, m, one in zip(forms, means, losses, strict=True)
    )


def _loss(old: Block, new: Block, form: Form) -> Floats:
    """Log loss of each new row under the map fitted to the old ones."""
    intercept, slope = _fit(old, form)
    log_odds = intercept + slope * new.margin
    return np.logaddexp(0.0, np.where(new.outcome == 1, -log_odds, log_odds))


def _standard_error(values: Floats, weight: Floats, group: Codes) -> float:
    """Standard error of a weighted mean of rows that come in groups."""
    total = weight.sum()
    apart = weight * (values - np.average(values, weights=weight))
    return float(np.sqrt(np.square(np.bincount(group, apart)).sum()) / total)


def _fit(block: Block, form: Form) -> tuple[float, float]:
    """Intercept and slope; where Platt's slope will not do, the intercept's alone."""
    if form is Form.NONE:
        return 0.0, 1.0
    if form is Form.PLATT and not block.is_flat:
        intercept, slope = fit_platt(block)
        if LEAST_SLOPE <= slope <= MOST_SLOPE:
            return intercept, slope
    return fit_offset(block), 1.0
