"""The rehearsal: how each map would have fared, had it been in use before.

The rows are cut into parts by time. Each part is predicted with the map that could have
been fitted the moment before it began, on rows whose outcomes were known by then; later
parts weigh more, since they are nearest to use. Of the maps within one standard error
of the best, the stiffest is taken, and the longest window: what cannot be told apart
should not be paid for with a parameter, or with rows.

Why windows: on telemarketing data whose rate went from .06 to .5, an intercept on all
rows expected 100 conversions for 147 that came, and one on the latest 100. Where
nothing drifts, the error of the difference is what keeps the short windows away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

from features.errors import DataError

from ..evidence import Codes, Mask
from ..points import Floats
from .likelihood import Block, fit_offset, fit_platt

# Below this, rows say little beyond their own rate: only the intercept is fitted.
FEW_CONVERSIONS: Final = 15
# A slope beyond these was fitted on margins that hardly differ, or turn the ranking
# round: where it was met, slopes of 13 and 16 gave log losses of 6 and 10.
LEAST_SLOPE: Final = 1 / 3
MOST_SLOPE: Final = 3.0
# Fewer teach neither a part nor a window: on 15, chance has halved a window that the
# data did not ask to be halved (.48 conversions came for each expected one).
ENOUGH_CONVERSIONS: Final = 30
# Shares of the block: its latest rows. Longest first, as it is the first choice.
WINDOWS: Final = tuple(1 / 2**k for k in range(7))
# The oldest part only teaches. Where parts are as long as a window, the map is a whole
# window old when it is used, and it cannot be seen that a short one pays.
PARTS: Final = 16
_GROUP_PARTS: Final = 5  # where there is no order


class Form(StrEnum):
    """How many numbers the map has: none, one or two."""

    NONE = "none"
    INTERCEPT = "intercept"
    PLATT = "platt"


@dataclass(frozen=True, slots=True)
class Trial:
    """How one form on one window fared on rows it had not seen.

    Parameters
    ----------
    form : Form
        What was tried.
    window : float
        Share of the block, its latest rows, that it was fitted to; in (0, 1].
    loss : float
        Mean log loss, weighted; at least 0.
    excess, standard_error : float
        Loss beyond that of the best trial, and the standard error of this difference.
    """

    form: Form
    window: float
    loss: float
    excess: float
    standard_error: float


@dataclass(frozen=True, eq=False, slots=True)
class Clock:
    """When each row was, and when its outcome was known.

    Parameters
    ----------
    order, known_at : ndarray of shape (n,)
        Rank of the row's instant, and of the first instant that came after its outcome
        was known; half a rank where that lies between two.
    """

    order: Floats
    known_at: Floats

    def latest(self, share: float, within: Mask | None = None) -> Mask:
        """The latest rows, as many as make this share of all; ties are kept whole.

        Parameters
        ----------
        share : float
            In (0, 1]: of all rows, also where only some may be taken.
        within : ndarray of bool, shape (n,), optional
            The rows that may be taken; without it all.

        Examples
        --------
        >>> at = np.array([1.0, 2.0, 3.0, 3.0])
        >>> Clock(at, at + 0.5).latest(0.25).tolist()
        [False, False, True, True]
        """
        rows = np.ones(self.order.size, np.bool_) if within is None else within
        wanted = max(1, round(share * self.order.size))
        if wanted >= int(rows.sum()):
            return rows
        border = np.sort(self.order[rows])[-wanted]
        return np.asarray(rows & (self.order >= border))

    def parts(self) -> list[tuple[Mask, Mask]]:
        """Rows known when each part but the first began, and the rows of that part."""
        begins = np.searchsorted(np.sort(self.order), self.order)
        part = begins * PARTS // self.order.size
        found = []
        for number in range(1, PARTS):
            new = part == number
            if new.any():
                found.append((self.known_at <= self.order[new].min(), new))
        return [(old & ~new, new) for old, new in found]

    def at_once(self) -> Clock:
        """The same rows, had every outcome been known before the next row."""
        return Clock(self.order, self.order + 0.5)


def clock_of(
    order: npt.ArrayLike | None, known_at: npt.ArrayLike | None, rows: int
) -> Clock | None:
    """Read the clock of so many rows; None where they have no order.

    Raises
    ------
    DataError
        When a column has another length.
    """
    if order is None:
        return None
    at, position = np.unique(np.asarray(order), return_inverse=True)
    if position.size != rows:
        raise DataError(
            f"{rows} rows need {rows} values of order, but got {position.size}."
        )
    ranks = position.ravel().astype(np.float64)
    if known_at is None:
        return Clock(ranks, ranks + 0.5)
    # An outcome known between two instants is known from the later one on.
    known = np.searchsorted(at, np.asarray(known_at)).astype(np.float64)
    if known.size != rows:
        raise DataError(
            f"{rows} rows need {rows} values of known_at, but got {known.size}."
        )
    return Clock(ranks, np.maximum(known, ranks + 0.5))


def rehearse(
    block: Block, forms: Sequence[Form], clock: Clock | None
) -> tuple[Trial, ...]:
    """Try each form on each window.

    Parameters
    ----------
    block : Block
        All rows.
    forms : sequence of Form
        Stiffest first.
    clock : Clock or None
        Without one every fifth group is predicted from all others, without windows.

    Returns
    -------
    tuple of Trial
        Stiffest form first, then the longest window; empty where no part can be
        predicted.
    """
    windows = _windows(block, clock)
    candidates = [
        (form, window)
        for form in forms
        for window in (windows if form is not Form.NONE else windows[:1])
    ]
    parts = _parts(block, clock)
    if not parts:
        return ()
    weight = np.concatenate(
        [k * block.weight[new] for k, (_, new) in enumerate(parts, start=1)]
        if clock
        else [block.weight[new] for _, new in parts]
    )
    group = np.concatenate([block.group[new] for _, new in parts])
    losses = [
        np.concatenate([_loss(block, part, form, window, clock) for part in parts])
        for form, window in candidates
    ]
    means = [float(np.average(loss, weights=weight)) for loss in losses]
    best = int(np.argmin(means))
    return tuple(
        Trial(
            *each,
            mean,
            mean - means[best],
            standard_error(loss - losses[best], weight, group),
        )
        for each, mean, loss in zip(candidates, means, losses, strict=True)
    )


def standard_error(values: Floats, weight: Floats, group: Codes) -> float:
    """Standard error of a weighted mean of rows that come in groups."""
    total = weight.sum()
    apart = weight * (values - np.average(values, weights=weight))
    return float(np.sqrt(np.square(np.bincount(group, apart)).sum()) / total)


def fit(block: Block, form: Form) -> tuple[float, float]:
    """Intercept and slope; where Platt's slope will not do, the intercept's alone."""
    if form is Form.NONE:
        return 0.0, 1.0
    if form is Form.PLATT and not block.is_flat:
        intercept, slope = fit_platt(block)
        if LEAST_SLOPE <= slope <= MOST_SLOPE:
            return intercept, slope
    return fit_offset(block), 1.0


def _windows(block: Block, clock: Clock | None) -> tuple[float, ...]:
    """The windows that hold enough conversions; the whole block in any case."""
    if clock is None:
        return WINDOWS[:1]
    enough = [w for w in WINDOWS[1:] if _is_enough(block, clock.latest(w))]
    return (*WINDOWS[:1], *enough)


def _parts(block: Block, clock: Clock | None) -> list[tuple[Mask, Mask]]:
    """Rows to learn from and rows to predict, where there is enough to learn from."""
    if clock is None:
        part = block.group % _GROUP_PARTS
        every = [(part != k, part == k) for k in range(_GROUP_PARTS)]
        return [(old, new) for old, new in every if old.any() and new.any()]
    found = _learnable(block, clock.parts())
    # Where outcomes take so long that next to no part could have been predicted, they
    # are taken to be known at once: short histories have no rows to lose.
    return found if len(found) > 1 else _learnable(block, clock.at_once().parts())


def _learnable(block: Block, parts: list[tuple[Mask, Mask]]) -> list[tuple[Mask, Mask]]:
    return [(old, new) for old, new in parts if _is_enough(block, old)]


def _is_enough(block: Block, rows: Mask) -> bool:
    converted = np.unique(block.group[rows & (block.outcome == 1)]).size
    return bool(converted >= ENOUGH_CONVERSIONS)


def _loss(
    block: Block,
    part: tuple[Mask, Mask],
    form: Form,
    window: float,
    clock: Clock | None,
) -> Floats:
    """Log loss of each row of a part under the map fitted to what was known."""
    old, new = part
    rows = old if clock is None else clock.latest(window, old)
    intercept, slope = fit(block.only(rows), form)
    log_odds = intercept + slope * block.margin[new]
    return np.logaddexp(0.0, np.where(block.outcome[new] == 1, -log_odds, log_odds))
