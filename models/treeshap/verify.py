"""Is it LightGBM's model that is explained? 256 rows are asked, before it is relied on.

Why invented rows: there are none at hand when a scorer is opened, and real ones seldom
lie where reading a tree wrongly would show. These lie on the model's own thresholds and
one step to either side, at zero and what LightGBM takes for it, among the categories
that it knows, does not know, and cannot know, and are missing.

Columns as players are what LightGBM can be asked about. They are evaluated by
quadrature, which costs less than tables do; that the tables of the players themselves
are whole shows in their sums, which must be LightGBM's margins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from .blocks import Values
from .explainer import TreeExplainer
from .kernel import Rule
from .summed import ColumnsSummed
from .trees import Trees

Explainer = TreeExplainer | ColumnsSummed

TOLERANCE: Final = 1e-5
N_ROWS: Final = 256

# Missing, zero, what LightGBM takes for zero, and what hardly any column holds.
_SPECIAL = (np.nan, 0.0, 1e-36, -1.0, 1e9)
_SPECIAL_SHARE = 0.3


@dataclass(frozen=True)
class Gaps:
    """Largest differences from LightGBM on the invented rows, in log-odds.

    Endless where there was no number to compare.

    Attributes
    ----------
    margins : float
        Of the margins.
    columns : float
        Of the contributions with columns as players, and of their baseline.
    sums : float
        Of baseline + Σ contributions of the explainer in question from the margins.
    """

    margins: float
    columns: float
    sums: float

    @property
    def are_small(self) -> bool:
        """Whether all are at most 1e-5."""
        return all(gap <= TOLERANCE for gap in (self.margins, self.columns, self.sums))


def invented(trees: Trees, n_rows: int = N_ROWS) -> Values:
    """Rows on, beside and off the model's thresholds and categories.

    Parameters
    ----------
    trees : Trees
    n_rows : int

    Returns
    -------
    ndarray of shape (n_rows, n_features)
        The same for the same trees.
    """
    random = np.random.default_rng(0)
    rows = np.empty((n_rows, trees.n_features))
    for column in range(trees.n_features):
        found = random.choice(_candidates(trees, column), n_rows)
        special = random.random(n_rows) < _SPECIAL_SHARE
        rows[:, column] = np.where(special, random.choice(_SPECIAL, n_rows), found)
    return rows


def _candidates(trees: Trees, column: int) -> Values:
    """Values that the splits on a column tell apart, or 0 if there are none."""
    splits = trees.splits
    mine = np.flatnonzero(splits.feature == column)
    by_category = mine[splits.rule[mine] == Rule.CATEGORY]
    edges = splits.threshold[mine[splits.rule[mine] != Rule.CATEGORY]]
    n_codes = 32 * int(splits.category_words[by_category].max(initial=0))
    with np.errstate(over="ignore"):  # a points table's last edge is the largest number
        beside = [np.nextafter(edges, -np.inf), edges, np.nextafter(edges, np.inf)]
    codes = np.arange(n_codes + 2.0) if n_codes else np.empty(0)
    found = np.concatenate([*beside, codes])
    found = found[np.isfinite(found)]
    return found if len(found) else np.zeros(1)


def gaps(explainer: TreeExplainer, text: str) -> Gaps:
    """Compare an explainer with LightGBM on invented rows.

    Parameters
    ----------
    explainer : TreeExplainer
        Of whatever players and background.
    text : str
        The model text that it was made of.
    """
    rows = invented(explainer.trees)
    by_column = TreeExplainer(text, most_bits=1, threads=explainer.threads)
    theirs = ColumnsSummed(text, threads=explainer.threads)
    margins = theirs.margins(rows)
    columns = by_column.contributions(rows) - theirs.contributions(rows)
    sums = explainer.baseline + explainer.contributions(rows).sum(axis=1)
    return Gaps(
        margins=_largest(explainer.margins(rows) - margins),
        columns=max(_largest(columns), _largest(by_column.baseline - theirs.baseline)),
        sums=_largest(sums - margins),
    )


def verified(explainer: TreeExplainer, text: str) -> tuple[Explainer, str]:
    """Return the explainer if it agrees with LightGBM; else the fallback.

    Returns
    -------
    TreeExplainer or ColumnsSummed
    str
        A sentence for the user where it is the fallback; empty otherwise.
    """
    found = gaps(explainer, text)
    if found.are_small:
        return explainer, ""
    largest = max(found.margins, found.columns, found.sums)
    fallback = ColumnsSummed(text, explainer.players.columns, threads=explainer.threads)
    return fallback, (
        "The reasons are sums over each signal's columns, as LightGBM gives them: on "
        f"{N_ROWS} invented leads, those with signals as players differed from it by "
        f"up to {largest:.2g} log-odds, where {TOLERANCE:g} is allowed. The scores are "
        "not affected. (reasons_method = columns_summed)"
    )


def _largest(difference: Values | float) -> float:
    """Largest absolute difference; endless where one is no number."""
    found = np.abs(difference).max(initial=0.0)
    return float("inf") if np.isnan(found) else float(found)
