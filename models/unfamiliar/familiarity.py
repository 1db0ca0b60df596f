"""Familiarity: whether a lead is like those that the scorer has learnt from.

A booster gives everybody a probability, also a lead from a market that nobody has sold
to. How strange a lead is (see ``isolation``) says nothing by itself, so it is compared
with past leads that the forests did not learn from, one of each group: if tonight's
lead is drawn like them, at most a share α of leads is as strange as its p-value says
(conformal prediction; Vovk, Gammerman and Shafer 2005; Bates et al. 2023).

Why no Benjamini–Hochberg over the night: among a million leads it flags nobody with
2,000 past ones to compare with, and a lead's flag would hang on its company.

Why the batch is judged by beta-binomial: all of tonight's p-values share one sample of
past leads. With 500 of them and α = .01, the share of tonight's leads that is flagged
scatters by .0044 around α even in an endless night, and the plain binomial test
cries wolf. With more past leads the one becomes the other.

What cannot be seen: a near shift. A lead that looks like past ones, feature by feature,
and buys otherwise than they did, is familiar to everything here. Only its outcome, or
many such outcomes, will tell.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from scipy.stats import betabinom

from features.errors import ModelError

from ..evidence import Mask
from ..judging.breakdowns import TOO_FEW
from ..points import Floats
from .flags import Flags
from .isolation import Forest

AS_EXPECTED: Final = "as expected"
MORE_THAN_EXPECTED: Final = "more than expected"
LEAST_BATCH: Final = 20  # leads; of fewer, one or two flags would be a verdict
_ALARM: Final = 0.001  # how often a night like the past ones is called unusual
_MOST_COMPARED: Final = 50_000  # past leads: more would make the contract no truer


@dataclass(frozen=True)
class Familiarity:
    """What a lead's familiarity is judged by, as the contract stores it.

    Attributes
    ----------
    alpha : float
        The p-value at or below which a lead is unfamiliar: so many are by chance.
    forests : tuple of Forest
        How the trees of ``familiarity.txt`` are shared out; none: flags only.
    compared : int
        Past leads, one of each group, that strangeness is compared with.
    strangest : tuple of float
        The ⌊α·(compared + 1)⌋ greatest strangenesses among them, the greatest first:
        all that a p-value of at most α can depend on.
    flags : Flags
        What is told by values alone.
    """

    alpha: float
    forests: tuple[Forest, ...]
    compared: int
    strangest: tuple[float, ...]
    flags: Flags

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Familiarity:
        """Read what the contract holds.

        Raises
        ------
        ModelError
            When the numbers cannot be of one sample.
        """
        found = cls(
            float(raw["alpha"]),
            tuple(Forest.from_dict(f) for f in raw["forests"]),
            int(raw["compared"]),
            tuple(float(s) for s in raw["strangest"]),
            Flags.from_dict(raw["flags"]),
        )
        expected = most_flagged(found.compared, found.alpha) if found.forests else 0
        if len(found.strangest) != expected:
            raise ModelError(
                f"Of {found.compared:,} past leads the contract holds the "
                f"{len(found.strangest):,} strangest, where {expected:,} were "
                "expected. It is damaged: train or fetch the scorer again."
            )
        return found

    def p_values(self, strangeness: Floats) -> Floats:
        """How likely a lead like the past ones is to be so strange.

        Parameters
        ----------
        strangeness : ndarray of shape (n,)

        Returns
        -------
        ndarray of shape (n,)
            (1 + past leads at least as strange) / (past leads + 1) where that is at
            most α, and 1 where it is more; at most α in a share α of leads like the
            past ones, and at most any smaller number in no greater share.

        Examples
        --------
        >>> made = Familiarity(0.5, (Forest("fit", 1, 0.0, 1.0),), 3, (2.0, 1.0),
        ...                    Flags())
        >>> made.p_values(np.array([3.0, 2.0, 1.5, 1.0])).tolist()
        [0.25, 0.5, 0.5, 1.0]
        """
        if not self.strangest:
            return np.ones(len(strangeness))
        rising = -np.array(self.strangest)
        above = np.searchsorted(rising, -strangeness, side="right")
        found = (1 + above) / (self.compared + 1)
        return np.where(above < len(self.strangest), found, 1.0)

    def judge(self, unfamiliar: Mask) -> Batch:
        """Compare a night's share of unfamiliar leads, by p-value, with α.

        Parameters
        ----------
        unfamiliar : ndarray of bool, shape (n,)
            Whether each lead's p-value is at most α; one entry a lead.
        """
        leads, found = len(unfamiliar), int(np.sum(unfamiliar))
        if not self.forests:
            return Batch(leads, found, self.alpha, math.nan, TOO_FEW)
        most = len(self.strangest)
        chance = betabinom.sf(found - 1, leads, most, self.compared + 1 - most)
        if leads < LEAST_BATCH:
            return Batch(leads, found, self.alpha, float(chance), TOO_FEW)
        verdict = MORE_THAN_EXPECTED if chance <= _ALARM else AS_EXPECTED
        return Batch(leads, found, self.alpha, float(chance), verdict)


@dataclass(frozen=True)
class Batch:
    """What a night's leads are together.

    Attributes
    ----------
    leads, unfamiliar : int
        Leads, and those with a p-value of at most α.
    alpha : float
        The share of them that is foreseen where nothing has changed.
    p_value : float
        How likely so many or more are, were tonight's leads drawn independently and
        like the past ones; NaN where there is nothing to compare with.
    verdict : str
        ``as expected``, ``more than expected`` or ``too few``.
    """

    leads: int
    unfamiliar: int
    alpha: float
    p_value: float
    verdict: str

    @property
    def is_unusual(self) -> bool:
        """Whether more leads are unfamiliar than a night's chance explains."""
        return self.verdict == MORE_THAN_EXPECTED


def least_compared(alpha: float) -> int:
    """Past leads without which no p-value can be as small as α.

    Examples
    --------
    >>> least_compared(0.01), least_compared(0.05)
    (99, 19)
    """
    return math.ceil(round(1 / alpha, 9)) - 1


def most_flagged(compared: int, alpha: float) -> int:
    """How many of the strangest past leads have to be kept.

    Examples
    --------
    >>> most_flagged(99, 0.01), most_flagged(98, 0.01), most_flagged(541, 0.01)
    (1, 0, 5)
    """
    return math.floor(round(alpha * (compared + 1), 9))


def familiarity_of(
    strangeness: Floats, forests: tuple[Forest, ...], flags: Flags, *, alpha: float
) -> Familiarity:
    """Settle what strangeness is compared with.

    Parameters
    ----------
    strangeness : ndarray of shape (n,)
        Of past leads, one of each group, that the forests did not learn from, in an
        order drawn by hash. Fewer than 1 / α − 1 are too few: flags only.
    forests : tuple of Forest
    flags : Flags
    alpha : float
        In (0, 1).
    """
    compared = strangeness[:_MOST_COMPARED]
    most = most_flagged(len(compared), alpha)
    if not forests or not most:
        return Familiarity(alpha, (), len(compared), (), flags)
    kept = np.sort(compared)[::-1][:most]
    return Familiarity(
        alpha, forests, len(compared), tuple(kept.tolist()), flags
    )  # fmt: skip
