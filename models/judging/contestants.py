"""The contestants: what else could have scored these leads, on the same rows.

A scorer is worth its trouble where it beats what the company does today (its points
table), what an hour's work would give (a scorecard), and what needs no work at all (one
rate for everybody). Each is judged on the rows that judge ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy.typing as npt

from ..evidence import Keys
from ..promoting.paired import pair
from ..stand_ins import WORDS
from .intervals import DRAWS, Figure


@dataclass(frozen=True, slots=True)
class Contestant:
    """Another scorer on our test rows.

    Parameters
    ----------
    name, words : str
        For programs and for people.
    auc, log_loss, observed_over_expected : Figure
        Its own.
    difference : Figure
        Its log loss less ours, with the interval of the difference; above 0 where it
        is the worse.
    """

    name: str
    words: str
    auc: Figure
    log_loss: Figure
    observed_over_expected: Figure
    difference: Figure

    def to_dict(self) -> dict[str, object]:
        """Return plain values; what cannot be had is None."""
        figures = {
            "auc": self.auc,
            "log_loss": self.log_loss,
            "observed_over_expected": self.observed_over_expected,
            "difference": self.difference,
        }
        told = {name: figure.to_dict() for name, figure in figures.items()}
        return {"name": self.name, "words": self.words, **told}


def contest(
    name: str,
    theirs: npt.ArrayLike,
    ours: npt.ArrayLike,
    outcome: npt.ArrayLike,
    group_id: Keys | None = None,
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> Contestant:
    """Judge a contestant beside ours.

    Parameters
    ----------
    name : str
        One of ``WORDS``.
    theirs, ours : array-like of shape (n,)
        Probabilities, in [0, 1], of rows that neither has seen.
    outcome : array-like of shape (n,)
        0 or 1.
    group_id : sequence of shape (n,), optional
        Groups are drawn whole.
    draws, seed : int
        How many samples, and which.

    Examples
    --------
    >>> found = contest("constant", [0.5, 0.5], [0.8, 0.2], [1, 0], draws=0)
    >>> round(found.difference.value, 3)  # ln 2 against -ln 0.8
    0.47
    """
    auc, loss, quotient = pair(theirs, ours, outcome, group_id, draws=draws, seed=seed)
    return Contestant(
        name, WORDS[name], auc.ours, loss.ours, quotient.ours, loss.difference
    )
