"""What a points card loses against the model that it was fitted to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from features.errors import DataError

from ..evidence import Keys
from ..judging.intervals import DRAWS
from ..points import Floats, Scale
from ..promoting.paired import Paired, pair
from ..qualifying.cutoffs import Cutoffs

NAMES: Final = ("none", "mql", "sql")


@dataclass(frozen=True)
class CardCutoffs:
    """Points from which on a lead qualifies by the card.

    None where nobody does by the model. They may lie above all points of the card.
    """

    mql: int | None
    sql: int | None

    def qualification(self, points: Floats) -> npt.NDArray[np.str_]:
        """``none``, ``mql`` or ``sql`` of each lead.

        Examples
        --------
        >>> CardCutoffs(40, None).qualification(np.array([39.0, 40.0])).tolist()
        ['none', 'mql']
        """
        reached = [
            np.zeros(len(points), np.bool_) if least is None else points >= least
            for least in (self.sql, self.mql)
        ]
        return np.select(reached, [NAMES[2], NAMES[1]], NAMES[0])


@dataclass(frozen=True)
class Fidelity:
    """How near a card is to its model, on leads that neither was fitted to.

    Attributes
    ----------
    rows : int
    rank_correlation : float
        Spearman's, of the card's points with the model's; NaN where either is flat.
    same_qualification : float
        Share of the leads that qualify for the same by both.
    difference_points : float
        Mean absolute difference of their points.
    auc, log_loss : Paired
        The model's (ours), the card's (theirs), and their difference.
    """

    rows: int
    rank_correlation: float
    same_qualification: float
    difference_points: float
    auc: Paired
    log_loss: Paired

    def to_dict(self) -> dict[str, object]:
        """Return plain values."""
        correlation = self.rank_correlation
        return {
            "rows": self.rows,
            "rank_correlation": None if np.isnan(correlation) else correlation,
            "same_qualification": self.same_qualification,
            "difference_points": self.difference_points,
            "auc": self.auc.to_dict(),
            "log_loss": self.log_loss.to_dict(),
        }


def card_cutoffs(card: Floats, model: Floats, cutoffs: Cutoffs) -> CardCutoffs:
    """Choose the card's own cutoffs: as many leads qualify as by the model.

    Parameters
    ----------
    card : ndarray of shape (n,)
        The card's points, whole numbers, of the rows that it was fitted to.
    model : ndarray of shape (n,)
        The model's probabilities of the same rows.
    cutoffs : Cutoffs
        The model's.
    """
    mql, sql = (_nearest(card, c.qualifies(model)) for c in (cutoffs.mql, cutoffs.sql))
    if mql is not None and sql is not None and sql <= mql:
        sql = mql + 1
    return CardCutoffs(mql, sql)


def _nearest(card: Floats, qualifies: npt.NDArray[np.bool_]) -> int | None:
    """The least points that let about as many through; the higher of equals.

    A card of few rules gives many leads the same points: rather than to let too many
    through, the least points may be more than any lead has.
    """
    if not qualifies.any():
        return None
    steps = np.unique(np.ceil(card))[::-1]
    steps = np.append(steps[0] + 1, steps)
    through = np.array([(card >= step).sum() for step in steps])
    return int(steps[np.argmin(np.abs(through - qualifies.sum()))])


def fidelity(
    card: Floats,
    margin: Floats,
    scale: Scale,
    outcome: Floats,
    *,
    named: tuple[npt.NDArray[np.str_], npt.NDArray[np.str_]],
    group_id: Keys | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Fidelity:
    """Hold a card beside its model on leads that neither was fitted to.

    Parameters
    ----------
    card : ndarray of shape (n,)
        The card's points, not clipped.
    margin : ndarray of shape (n,)
        The model's.
    scale : Scale
        On which both give their points: a card's 60 means the odds of a model's 60.
    outcome : ndarray of shape (n,)
        0 or 1.
    named : pair of ndarray of str, shape (n,)
        What leads qualify for by the card and by the model.
    group_id, draws, seed
        As of ``models.promoting.paired.pair``.

    Raises
    ------
    DataError
        When there is no row.
    """
    if not len(card):
        raise DataError("A card is held beside its model on leads, but there are none.")
    points = scale.points(margin)
    auc, log_loss, _ = pair(
        scale.probability(margin),
        probability_of_points(card, scale),
        outcome,
        group_id,
        draws=draws,
        seed=seed,
    )
    return Fidelity(
        rows=len(card),
        rank_correlation=_rank_correlation(card, points),
        same_qualification=float((named[0] == named[1]).mean()),
        difference_points=float(np.abs(card - points).mean()),
        auc=auc,
        log_loss=log_loss,
    )


def probability_of_points(points: Floats, scale: Scale) -> Floats:
    """Probability of a lead with so many points on a scale.

    Examples
    --------
    >>> probability_of_points(np.array([50.0, 60.0]), Scale(0, 1, 0)).round(3).tolist()
    [0.5, 0.667]
    """
    slope = float(np.diff(scale.points([0.0, 1.0]))[0])
    margin = (points - float(scale.points([0.0])[0])) / slope
    return scale.probability(margin)


def _rank_correlation(first: Floats, second: Floats) -> float:
    from scipy.stats import spearmanr

    if not np.ptp(first) or not np.ptp(second):
        return float("nan")
    return float(spearmanr(first, second).statistic)
