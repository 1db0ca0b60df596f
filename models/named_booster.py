"""A booster with the columns that it reads: neither goes anywhere without the other.

Why: a booster knows its columns by their places, and a run has two of them. A column
that nobody could know of before the test block is one of the served booster and none of
the judged one, and from there on the same place is another column.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from features.errors import ModelError

from .learning.conversion import margins_of
from .points import Floats
from .served import encode
from .treeshap import TreeExplainer


@dataclass(frozen=True)
class NamedBooster:
    """A booster's text, and what stands at each of its places.

    Parameters
    ----------
    text : str
        The booster's.
    features : sequence of mapping
        The columns that it reads, in its order, as :func:`models.served.encode` takes
        them.

    Raises
    ------
    ModelError
        When the booster reads another number of columns.

    Examples
    --------
    >>> NamedBooster("max_feature_idx=1", [{"name": "visits"}])
    Traceback (most recent call last):
    features.errors.ModelError: The booster reads 2 columns, of which 1 are named. \
Train again.
    """

    text: str
    features: Sequence[Mapping[str, Any]]

    def __post_init__(self) -> None:
        found = re.search(r"^max_feature_idx=(\d+)$", self.text, re.MULTILINE)
        width = int(found[1]) + 1 if found else 0
        if width != len(self.features):
            raise ModelError(
                f"The booster reads {width} columns, of which {len(self.features)} "
                "are named. Train again."
            )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The columns' names, in the booster's order."""
        return tuple(feature["name"] for feature in self.features)

    @cached_property
    def gain_share(self) -> dict[str, float]:
        r"""Share of the splits' gain that each column holds; nought where none is.

        Examples
        --------
        >>> text = "max_feature_idx=1\nsplit_feature=0 1 0\nsplit_gain=1 2 5\n"
        >>> NamedBooster(text, [{"name": "visits"}, {"name": "size"}]).gain_share
        {'visits': 0.75, 'size': 0.25}
        """
        place = np.array(self._of_splits("split_feature"), dtype=np.intp)
        amount = np.array(self._of_splits("split_gain"), dtype=np.float64)
        gain = np.bincount(place, amount, len(self.features))
        share = gain / max(float(gain.sum()), np.finfo(float).tiny)
        return dict(zip(self.names, share.tolist(), strict=True))

    @cached_property
    def used(self) -> frozenset[str]:
        """The columns that any of its trees splits on."""
        return frozenset(self.names[int(p)] for p in self._of_splits("split_feature"))

    def _of_splits(self, field: str) -> list[str]:
        """What a field of the trees holds, split after split."""
        lines = re.findall(rf"^{field}=(.*)$", self.text, re.MULTILINE)
        return " ".join(lines).split()

    def encode(self, table: pd.DataFrame) -> Floats:
        """Return rows of a feature table as the booster reads them."""
        return encode(table, self.features)

    def margins(self, table: pd.DataFrame) -> Floats:
        """Return the margins of rows of a feature table, in log-odds; shape (n,)."""
        return margins_of(self.text, self.encode(table))

    def explainer(self, players: Mapping[str, Sequence[str]]) -> TreeExplainer:
        """Return the explainer of its trees.

        Parameters
        ----------
        players : mapping of str to sequence of str
            The names of the columns of each player; every column belongs to one.
        """
        place = {name: i for i, name in enumerate(self.names)}
        given = [[place[name] for name in columns] for columns in players.values()]
        return TreeExplainer(self.text, given)
