"""The scorecard: a regularised logistic regression on banded columns, as a grove.

Every number is cut into at most six bands by quantiles, and each border between two
bands has a step of its own, so that the penalty holds neighbouring bands together;
missing is a band apart, and so is every category. The sum over columns is a sum of
small trees, which is how it is written (see ``grove``).

Why steps and not one coefficient a band: at the same penalty, log loss on the test
block was .328 against .331 (completejourney) and .419 against .420 (x_education), and
the same elsewhere; on bank_marketing, whose base rate runs away, .514 against .491.
Why no class weights: they would move every probability.
Why folds by group and not in time choose the penalty: the rows come without order where
there is none; in time they chose the same strengths for steps, within one notch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from features.errors import DataError

from ..evidence import hashed
from ..points import Floats
from .conversion import Learnable
from .grove import Tree, constant, model_text
from .steps import by_category, by_number

if TYPE_CHECKING:
    from scipy import sparse

Rows = npt.NDArray[np.intp]
Fitted = tuple[Floats, float]  # weights and intercept

BANDS: Final = 6
# From strong to weak, as the inverse of the penalty. On five real sets the least loss
# of the test block lay anywhere from .01 to 1, so that none could be fixed beforehand.
STRENGTHS: Final = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
FOLDS: Final = 4


@dataclass(frozen=True, eq=False)
class Scorecard:
    """A fitted scorecard.

    Attributes
    ----------
    text : str
        A LightGBM model text, whose raw output is the margin.
    strength : float
        The inverse of the penalty that was chosen.
    columns : int
        Columns that have any weight at all.
    """

    text: str
    strength: float
    columns: int


def fit_scorecard(
    rows: Learnable, *, strengths: tuple[float, ...] = STRENGTHS
) -> Scorecard:
    """Fit a scorecard, with the strongest penalty within one standard error.

    Parameters
    ----------
    rows : Learnable
        Of both outcomes. Declared directions are not held to.
    strengths : tuple of float
        Inverse penalties to choose from, strongest first. One alone is taken.

    Raises
    ------
    DataError
        When all rows have the same outcome.

    Examples
    --------
    >>> encoded = np.repeat([[0.0], [1.0]], 50, axis=0)
    >>> outcome = np.array(([0.0] * 4 + [1.0]) * 10 + ([0.0] + [1.0] * 4) * 10)
    >>> group = np.arange(100).astype(str).astype(object)
    >>> fit_scorecard(Learnable(encoded, outcome, group)).columns
    1
    """
    _refuse_one_class(rows)
    bands = [_Band.of(rows, c) for c in range(rows.encoded.shape[1])]
    design = _design(rows.encoded, bands)
    strength = strengths[0]
    if len(strengths) > 1:
        strength = _chosen(design, rows, strengths)
    weight, intercept = _fit(design, rows.outcome, strength)
    trees = [constant(intercept, float(len(rows.outcome)))]
    starts = np.cumsum([0, *(b.width for b in bands)])
    for band, start in zip(bands, starts, strict=False):
        own = weight[start : start + band.width]
        if np.any(own):
            trees.append(band.tree(own, rows.encoded[:, band.column]))
    text = model_text(trees, rows.encoded.shape[1])
    return Scorecard(text, strength, len(trees) - 1)


@dataclass(frozen=True, eq=False)
class _Band:
    """How one column is cut.

    Attributes
    ----------
    column : int
    borders : ndarray
        Of a number: a step at each; of a category: the codes.
    is_category, has_missing : bool
        Whether there are codes; whether a value was missing in training.
    """

    column: int
    borders: Floats
    is_category: bool
    has_missing: bool

    @classmethod
    def of(cls, rows: Learnable, column: int) -> _Band:
        held = rows.encoded[:, column]
        filled = np.unique(known := held[~np.isnan(held)])
        has_missing = 0 < len(known) < len(held)
        if column in rows.categorical or not len(known):
            return cls(column, filled, True, has_missing)
        shares = np.arange(1, BANDS) / BANDS
        borders = np.unique(np.quantile(known, shares, method="lower"))
        return cls(column, borders[borders < filled[-1]], False, has_missing)

    @property
    def width(self) -> int:
        return len(self.borders) + self.has_missing

    def indicators(self, held: Floats) -> npt.NDArray[np.bool_]:
        """Whether a row is beyond each border, or of each code; and missing, last."""
        beyond = held[:, None] > self.borders
        met = held[:, None] == self.borders if self.is_category else beyond
        missing = np.isnan(held)[:, None]
        return np.hstack([met, missing]) if self.has_missing else met

    def tree(self, weight: Floats, held: Floats) -> Tree:
        """The column's part of the margin; what was never seen gets its mean."""
        mean = float(np.mean(self.indicators(held) @ weight))
        missing = float(weight[-1]) if self.has_missing else mean
        steps = weight[: len(self.borders)]
        if not self.is_category:
            values = np.concatenate([[0.0], np.cumsum(steps)])
            return by_number(
                self.column, self.borders.tolist(), values.tolist(),
                missing=missing, held=held,
            )  # fmt: skip
        codes = dict(zip(self.borders.astype(int).tolist(), steps, strict=True))
        codes.setdefault(0, mean)  # rare or never seen: known to no training row
        return by_category(self.column, codes, otherwise=missing, held=held)


def _design(encoded: Floats, bands: list[_Band]) -> sparse.csr_matrix:
    from scipy import sparse

    parts = [
        sparse.csr_matrix(b.indicators(encoded[:, b.column]).astype(np.float64))
        for b in bands
    ]
    return sparse.csr_matrix(sparse.hstack(parts, format="csr"))


def _fit(
    design: sparse.csr_matrix,
    outcome: Floats,
    strength: float,
    start: Fitted | None = None,
) -> Fitted:
    """Weights and intercept; the intercept is free of the penalty."""
    from sklearn.linear_model import LogisticRegression

    if np.ptp(outcome) == 0:  # a fold by chance: its rate, drawn towards one half
        rate = (outcome.sum() + 0.5) / (len(outcome) + 1)
        return np.zeros(design.shape[1]), float(np.log(rate / (1 - rate)))
    model = LogisticRegression(C=strength, max_iter=2000, warm_start=start is not None)
    if start is not None:
        model.coef_, model.intercept_ = start[0][None, :], np.array([start[1]])
    model.fit(design, outcome)
    return np.asarray(model.coef_[0]), float(model.intercept_[0])


def _chosen(
    design: sparse.csr_matrix, rows: Learnable, strengths: tuple[float, ...]
) -> float:
    """The strongest penalty whose loss is within one standard error of the least.

    From strong to weak, each begun where the last one ended, and no further than the
    loss falls: past its least it only rises, and the weakest penalties take longest.
    """
    fold = hashed(rows.group, "scorecard") % np.uint64(FOLDS)
    parts = [(design[fold != k], design[fold == k], fold == k) for k in range(FOLDS)]
    fitted: list[Fitted | None] = [None] * FOLDS
    losses: list[Floats] = []
    for strength in strengths:
        loss = np.empty(len(rows.outcome))
        for k, (early, late, is_new) in enumerate(parts):
            found = _fit(early, rows.outcome[~is_new], strength, fitted[k])
            fitted[k], (weight, intercept) = found, found
            sign = 1 - 2 * rows.outcome[is_new]
            loss[is_new] = np.logaddexp(0, sign * (late @ weight + intercept))
        losses.append(loss)
        if len(losses) > 1 and loss.mean() > losses[-2].mean():
            break
    best = min(losses, key=lambda each: float(each.mean()))
    groups = np.unique(rows.group.astype(str), return_inverse=True)[1]
    return next(
        strength
        for strength, loss in zip(strengths, losses, strict=False)
        if _is_as_good(loss - best, groups)
    )


def _is_as_good(excess: Floats, groups: npt.NDArray[np.intp]) -> bool:
    """Whether a mean excess is within its standard error, groups kept whole."""
    mean = float(excess.mean())
    apart = np.bincount(groups, excess - mean)
    return mean <= float(np.sqrt(np.square(apart).sum())) / len(excess)


def _refuse_one_class(rows: Learnable) -> None:
    converted = int(rows.outcome.sum())
    if converted in (0, len(rows.outcome)):
        raise DataError(
            f"A scorecard needs leads that converted and leads that did not, but "
            f"{converted:,} of {len(rows.outcome):,} snapshots did. Wait for outcomes."
        )
