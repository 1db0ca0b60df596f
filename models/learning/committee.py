"""The committee: several boosters whose margins are averaged, kept as one booster.

They differ in their seeds, and where the memory is mixed in what they remember. One
booster is an accident of its draws of rows and columns: the mean of three took .0006 to
.003 off the loss of later folds on four real sets, and costs three times the trees.
Written as one booster (see ``grove``), it is explained as exactly as any.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..points import Floats
from .conversion import Learnable, Recipe, boost, dataset, margins_of
from .grove import averaged, shifted
from .memory import Memory
from .splits import Fold

_MOST_SCALING = 1.5  # more rows bear more rounds, but not without end


@dataclass(frozen=True)
class Member:
    """How one of the boosters is fitted.

    Attributes
    ----------
    rounds : int
    memory : float or None
        Half-life, as a share of the history's span.
    seed : int
    """

    rounds: int
    memory: float | None
    seed: int


@dataclass(frozen=True)
class Committee:
    """How the boosters are fitted.

    Attributes
    ----------
    depth : int
    members : tuple of Member
    learnt_from : float
        Mean number of rows that the rounds were chosen with.
    offset : float
        Log-odds that are added to every margin, where rows were sampled.
    """

    depth: int
    members: tuple[Member, ...]
    learnt_from: float
    offset: float = 0.0

    def fit(self, rows: Learnable, recipe: Recipe, *, scaled: bool = True) -> str:
        """Fit every member on some rows.

        Parameters
        ----------
        scaled : bool
            Whether more rows than the rounds were chosen with get more rounds.

        Returns
        -------
        str
            One booster's text, whose margins are the members' mean.
        """
        held = {memory: dataset(rows, memory) for memory in self._memories}
        texts = [
            boost(
                held[member.memory],
                replace(recipe, seed=member.seed).parameters(
                    self.depth, rows.directions
                ),
                self._rounds(member, len(rows.outcome), scaled=scaled),
            ).model_to_string()
            for member in self.members
        ]
        text = averaged(texts) if len(texts) > 1 else texts[0]
        return shifted(text, self.offset) if self.offset else text

    @property
    def _memories(self) -> set[float | None]:
        return {member.memory for member in self.members}

    def _rounds(self, member: Member, rows: int, *, scaled: bool) -> int:
        if not self.depth:
            return 1
        more = float(np.clip(rows / self.learnt_from, 1, _MOST_SCALING))
        return round(member.rounds * more) if scaled else member.rounds


def seat(
    depth: int,
    memory: Memory,
    *,
    members: int,
    seed: int,
    learnt_from: float,
    offset: float = 0.0,
) -> Committee:
    """Seat so many members, at least one for each half-life.

    Examples
    --------
    >>> mixed = Memory((None, 0.5), (40, 30), 0.3)
    >>> found = seat(2, mixed, members=3, seed=7, learnt_from=100)
    >>> [(m.rounds, m.memory, m.seed) for m in found.members]
    [(40, None, 7), (30, 0.5, 8), (40, None, 9)]
    """
    kinds = len(memory.half_lives)
    seats = tuple(
        Member(memory.rounds[i % kinds], memory.half_lives[i % kinds], seed + i)
        for i in range(max(members, kinds))
    )
    return Committee(depth, seats, learnt_from, offset)


def rolling_margins(
    committee: Committee,
    rows: Learnable,
    folds: Sequence[Fold],
    recipe: Recipe,
    *,
    progress: Callable[[str], None] = lambda _: None,
) -> Floats:
    """Margins of the folds' judged rows, by committees that learnt before the fold.

    Returns
    -------
    ndarray of shape (n,)
        In log-odds; NaN where no fold judges the row.
    """
    margin = np.full(len(rows.outcome), np.nan)
    for number, fold in enumerate(folds, start=1):
        progress(f"margins of fold {number} of {len(folds)}")
        text = committee.fit(rows.take(fold.train), recipe, scaled=False)
        margin[fold.judged] = margins_of(text, rows.encoded[fold.judged])
    return margin
