"""Two scorers on the same rows: the figures of each, and of their difference.

Why paired: both meet the same leads, so most of what makes a figure uncertain (which
leads there were) is common to both and cancels. Differences are drawn from the same
samples of whole groups as the figures themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..evidence import Evidence, Keys
from ..judging.intervals import DRAWS, Figure, figures
from ..judging.quality import log_losses
from ..judging.ranking import Steps, ratio
from ..points import Floats

NAMES = ("auc", "log_loss", "observed_over_expected")


@dataclass(frozen=True, slots=True)
class Paired:
    """One figure of two scorers.

    Parameters
    ----------
    name : str
        One of ``NAMES``.
    ours, theirs : Figure
        Of either scorer.
    difference : Figure
        Ours less theirs, with the interval of the difference.
    """

    name: str
    ours: Figure
    theirs: Figure
    difference: Figure

    def to_dict(self) -> dict[str, object]:
        """Return plain values; what cannot be had is None."""
        told = {"ours": self.ours, "theirs": self.theirs, "difference": self.difference}
        return {"name": self.name, **{k: f.to_dict() for k, f in told.items()}}


def pair(
    ours: npt.ArrayLike,
    theirs: npt.ArrayLike,
    outcome: npt.ArrayLike,
    group_id: Keys | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> tuple[Paired, ...]:
    """Compare what two scorers said of the same rows.

    Parameters
    ----------
    ours, theirs : array-like of shape (n,)
        Probabilities, in [0, 1].
    outcome : array-like of shape (n,)
        0 or 1.
    group_id : sequence of shape (n,), optional
        Groups are drawn whole.
    draws, seed : int
        How many samples, and which.

    Returns
    -------
    tuple of Paired
        AUC, mean log loss, observed over expected conversions. NaN where the rows
        cannot bear a figure.

    Examples
    --------
    >>> found = pair([0.1, 0.8, 0.2], [0.5, 0.5, 0.5], [0, 1, 0], draws=0)
    >>> [(p.name, round(p.difference.value, 3)) for p in found]
    [('auc', 0.5), ('log_loss', -0.509), ('observed_over_expected', 0.242)]
    """
    first = Evidence.of(ours, outcome, group_id=group_id)
    second = Evidence.of(theirs, outcome, group_id=group_id)
    of_first, of_second = _figures_of(first), _figures_of(second)

    def both(weight: Floats) -> Floats:
        one, other = of_first(weight), of_second(weight)
        return np.hstack([one, other, one - other])

    found = figures(both, first.weight, first.group, draws=draws, seed=seed)
    size = len(NAMES)
    parts = found[:size], found[size : 2 * size], found[2 * size :]
    return tuple(Paired(n, *each) for n, *each in zip(NAMES, *parts, strict=True))


def _figures_of(evidence: Evidence) -> Callable[[Floats], Floats]:
    """From weights of shape (samples, n) to figures of shape (samples, 3)."""
    order = np.argsort(evidence.probability, kind="stable")
    outcome, chance = evidence.outcome, evidence.probability
    losses = log_losses(chance, outcome)

    def of(weight: Floats) -> Floats:
        steps = Steps.of(weight[:, order], outcome[order], chance[order])
        loss = ratio(weight @ losses, weight.sum(axis=1))
        quotient = ratio(weight @ outcome, weight @ chance)
        return np.column_stack([steps.auc(), loss, quotient])

    return of
