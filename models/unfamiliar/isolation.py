"""Isolation forests: how few questions tell a lead apart from all past ones.

A lead that random splits set apart early is strange (Liu, Ting and Zhou 2008). There
are two forests, one over who leads work for (firmographic signals) and one over what
they did (behavioural), and a lead is as strange as the stranger of the two finds it.

Why two: in a single forest the many columns of behaviour drown the few that tell a
market. In the invented company, leads of seen but rare countries, industries and titles
at once were flagged at a rate of .39 by one forest and 1.00 by two, at the same false
rate. Why one column a signal, that of its longest lookback: the others say much the
same, and a signal with five columns is not five times as telling.

Why only signals that carry points: a strange value that the booster never asks about
makes no score wrong.

The trees are text and numbers (see ``forests``), over the very columns that the booster
reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from features.errors import ModelError

from ..points import Floats
from ..treeshap.kernel import margins_block
from ..treeshap.trees import Trees, read_trees

_BLOCK_ROWS: Final = 512


@dataclass(frozen=True)
class Forest:
    """A run of trees in ``familiarity.txt``, and how its path lengths are read.

    Attributes
    ----------
    family : str
        Whose signals it looks at.
    trees : int
    middle : float
        The median path length of the rows that it learnt from.
    spread : float
        How far below the median their shortest hundredth begins; above 0.
    columns : tuple of int
        The columns that it looks at, one of each signal.
    typical : tuple of (float or None)
        The median of each, or its most frequent category; None where that is missing.
    """

    family: str
    trees: int
    middle: float
    spread: float
    columns: tuple[int, ...] = ()
    typical: tuple[float | None, ...] = ()

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Forest:
        """Read what the contract holds."""
        return cls(
            str(raw["family"]),
            int(raw["trees"]),
            float(raw["middle"]),
            float(raw["spread"]),
            tuple(int(c) for c in raw["columns"]),
            tuple(None if t is None else float(t) for t in raw["typical"]),
        )


@dataclass(frozen=True, eq=False)
class Isolation:
    """Forests that can be asked.

    Attributes
    ----------
    forests : tuple of Forest
    trees : Trees
        All of them, in the order of the forests; each leaf holds its part of the mean
        path length.
    """

    forests: tuple[Forest, ...]
    trees: Trees

    @classmethod
    def from_text(cls, text: str, forests: tuple[Forest, ...], width: int) -> Isolation:
        """Read forests that ``fit_forests`` wrote.

        Parameters
        ----------
        width : int
            Columns of the booster, which are those of the forests.

        Raises
        ------
        ModelError
            When the text is damaged, or is of other forests.
        """
        trees = read_trees(text)
        told = sum(f.trees for f in forests)
        if trees.n_trees != told or trees.n_features != width:
            raise ModelError(
                f"The forests of familiarity.txt have {trees.n_trees} trees over "
                f"{trees.n_features} columns, where the contract expects {told} over "
                f"{width}: they do not belong together. Train or fetch the scorer "
                "again."
            )
        return cls(forests, trees)

    def strangeness(self, encoded: Floats) -> Floats:
        """How strange rows are.

        Parameters
        ----------
        encoded : ndarray of shape (n, n_features)
            As for the booster.

        Returns
        -------
        ndarray of shape (n,)
            0 for a row in the middle of those learnt from, 1 where the shortest
            hundredth of path lengths begins, in the forest that finds it stranger.
        """
        found = [self._by(place, encoded) for place in range(len(self.forests))]
        strangest: Floats = np.max(found, axis=0, initial=-np.inf)
        return strangest

    def strangest_columns(self, encoded: Floats, most: int) -> list[list[int]]:
        """Columns that make each row strange, the one that does so most first.

        Those are told whose typical value, in the place of the row's own, would make
        the row less strange to the forest that finds it strangest.

        Parameters
        ----------
        encoded : ndarray of shape (n, n_features)
        most : int
            Of columns told of each row.
        """
        if not len(encoded):
            return []
        found = np.array([self._by(p, encoded) for p in range(len(self.forests))])
        strangest = found.argmax(axis=0)
        told: list[list[int]] = [[] for _ in encoded]
        for place, forest in enumerate(self.forests):
            rows = np.flatnonzero(strangest == place)
            less = np.empty((len(rows), len(forest.columns)))
            for i, (c, t) in enumerate(
                zip(forest.columns, forest.typical, strict=True)
            ):
                usual = encoded[rows]
                usual[:, c] = np.nan if t is None else t
                less[:, i] = found[place, rows] - self._by(place, usual)
            for row, each in zip(rows, less, strict=True):
                order = np.argsort(-each, kind="stable")[:most]
                told[row] = [forest.columns[i] for i in order if each[i] > 0]
        return told

    def _by(self, place: int, encoded: Floats) -> Floats:
        """How strange one forest finds rows."""
        forest = self.forests[place]
        begin = sum(f.trees for f in self.forests[:place])
        length = path_lengths(self.trees, begin, forest.trees, encoded)
        found: Floats = (forest.middle - length) / forest.spread
        return found


def path_lengths(trees: Trees, begin: int, count: int, encoded: Floats) -> Floats:
    """Mean path length of each row in a run of trees, of shape (n,)."""
    run = slice(begin, begin + count + 1)
    splits = trees.splits._replace(first=trees.splits.first[run])
    leaves = trees.leaves._replace(first=trees.leaves.first[run])
    out = np.zeros(len(encoded))
    for start in range(0, len(encoded), _BLOCK_ROWS):
        rows = slice(start, start + _BLOCK_ROWS)
        block = np.array(encoded[rows].T, np.float64, order="C")
        margins_block(block, splits, leaves, out[rows])
    return out
