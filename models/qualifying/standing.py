"""The standing: what people see of a lead from night to night, without its flicker.

Qualification is a pure function of tonight. A lead whose probability hovers about a
cutoff would come and go with it, so standing has hysteresis: a lead rises at once, and
falls only when it is more than a few points below the cutoff that it had reached.

Why points: they are log-odds, so that three points below are the same doubt at every
cutoff. Why each cutoff by itself: whether a lead stands at MQL or above depends on the
MQL cutoff and on last night alone, since SQL's lies higher; so one rule, applied twice,
gives both, and one cutoff can be followed through the past by itself.

Why not for free: leads that are held are below the cutoff that kept its promise.
The promise is of the qualification; the consequence table says what standing costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from features.vocabulary import Qualification

from ..evidence import Keys, Mask, group_codes
from ..points import POINTS_PER_LOG_ODDS, log_odds_of
from .cutoffs import Cutoffs

Words: TypeAlias = npt.NDArray[np.str_]
Instants: TypeAlias = npt.NDArray[np.datetime64]

_SQL = (Qualification.SQL.value,)
_MQL_OR_ABOVE = (Qualification.MQL.value, *_SQL)


@dataclass(frozen=True, eq=False)
class Published:
    """The standing of some leads, as it was or is to be published.

    Attributes
    ----------
    standing : ndarray of str, shape (n,)
        ``none``, ``mql`` or ``sql``.
    since : ndarray of datetime64, shape (n,)
        Since when, in UTC; NaT where there are no nights, as in a flat export.
    """

    standing: Words
    since: Instants


def standing(
    probability: npt.ArrayLike,
    cutoffs: Cutoffs,
    before: npt.ArrayLike | None = None,
    *,
    hysteresis: float,
    may_qualify: npt.ArrayLike | None = None,
) -> Words:
    """Tonight's standing of leads, given last night's.

    Parameters
    ----------
    probability : array-like of shape (n,)
        Calibrated, tonight's. A missing one stands for nothing.
    cutoffs : Cutoffs
    before : array-like of str, shape (n,), optional
        Last night's standing; ``none`` for a lead that was not there. Without it
        standing is qualification.
    hysteresis : float
        At least 0, in points: a lead keeps a standing until it is further than this
        below the cutoff.
    may_qualify : array-like of bool, shape (n,), optional
        False for a lead that is unfamiliar, off schedule or ineligible: ``none``.

    Returns
    -------
    ndarray of str, shape (n,)
        Never below tonight's qualification, never above both it and last night's.

    Examples
    --------
    >>> from models.evidence import Evidence
    >>> from models.qualifying.cutoffs import choose_cutoffs
    >>> from models.qualifying.rules import CapacityRule, CutoffRules
    >>> evidence = Evidence.of([0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1])
    >>> rules = CutoffRules(mql=CapacityRule(0.5), sql=CapacityRule(0.25))
    >>> cutoffs = choose_cutoffs(rules, evidence)  # .3 and .4
    >>> standing([0.36, 0.36, 0.2], cutoffs, ["sql", "mql", "sql"], hysteresis=3)
    array(['sql', 'mql', 'none'], dtype='<U4')
    """
    chance = np.asarray(probability, dtype=np.float64)
    may = np.asarray(True if may_qualify is None else may_qualify, dtype=np.bool_)
    words = np.full(chance.shape, Qualification.NONE.value, dtype="<U4")
    last = words.copy() if before is None else np.asarray(before, dtype="<U4")
    for cutoff, above in ((cutoffs.mql, _MQL_OR_ABOVE), (cutoffs.sql, _SQL)):
        stood = np.isin(last, above)
        here = stands(chance, stood, cutoff.threshold, hysteresis=hysteresis)
        words[here & may] = above[0]
    return words


def published(
    now: Words, at: Instants, before: Published | None, known: npt.ArrayLike | None
) -> Published:
    """Tonight's standing, and since when it has been the same.

    Parameters
    ----------
    now : ndarray of str, shape (n,)
        Tonight's standing.
    at : ndarray of datetime64, shape (n,)
        When it was settled.
    before : Published or None
        Last night's, of the same leads in the same order.
    known : array-like of bool, shape (n,), or None
        Whether a lead was there last night; None if nobody was.

    Returns
    -------
    Published
        Since last night's instant where the standing has not changed; else since now.
    """
    if before is None or known is None:
        return Published(now, at)
    same = np.asarray(known, dtype=bool) & (now == before.standing)
    since = np.where(same & ~np.isnat(before.since), before.since, at)
    return Published(now, since)


def stands(
    probability: npt.ArrayLike,
    stood: npt.ArrayLike,
    threshold: float | None,
    *,
    hysteresis: float,
) -> Mask:
    """Whether leads stand at or above one cutoff tonight.

    Parameters
    ----------
    probability : array-like of shape (n,)
    stood : array-like of bool, shape (n,)
        Whether they stood there last night.
    threshold : float or None
        The cutoff; None: nobody stands there, whatever was last night.
    hysteresis : float
        In points, at least 0.

    Returns
    -------
    ndarray of bool, shape (n,)

    Examples
    --------
    >>> stands([0.5, 0.45, 0.45, 0.44], [0, 1, 0, 1], 0.5, hysteresis=3).tolist()
    [True, True, False, False]
    """
    rises, holds = _rises_and_holds(probability, threshold, hysteresis)
    kept: Mask = holds & np.asarray(stood, dtype=np.bool_)
    return rises | kept


def standings(
    lead: Keys,
    instant: npt.ArrayLike,
    probability: npt.ArrayLike,
    threshold: float | None,
    *,
    hysteresis: float,
) -> Mask:
    """Whether each snapshot stands at one cutoff, had every one been a night.

    Parameters
    ----------
    lead : sequence of shape (n,)
        Whose snapshot it is.
    instant : array-like of shape (n,)
        Numbers or instants; a lead's snapshots are taken in this order, and those of
        one instant in the order given.
    probability : array-like of shape (n,)
    threshold : float or None
    hysteresis : float
        In points, at least 0; with 0 the answer is the qualification.

    Returns
    -------
    ndarray of bool, shape (n,)
        In the order given. No lead stands anywhere before its first snapshot.

    Examples
    --------
    >>> lead, week = ["a", "a", "a", "b", "b"], [1, 2, 3, 1, 2]
    >>> standings(lead, week, [0.5, 0.45, 0.2, 0.45, 0.6], 0.5, hysteresis=3).tolist()
    [True, True, False, False, True]
    """
    rises, holds = _rises_and_holds(probability, threshold, hysteresis)
    code = group_codes(lead, rises.size)
    order = np.lexsort((np.asarray(instant), code))
    rises, code = rises[order], code[order]
    first = np.r_[True, code[1:] != code[:-1]] if code.size else rises
    # What a row stands at was settled by the latest row of its lead that rose, fell or
    # was the first; the rows since then are held.
    settles = rises | ~holds[order] | first
    place = np.maximum.accumulate(np.where(settles, np.arange(code.size), 0))
    found = np.empty_like(rises)
    found[order] = rises[place]
    return found


def _rises_and_holds(
    probability: npt.ArrayLike, threshold: float | None, hysteresis: float
) -> tuple[Mask, Mask]:
    """Which rows reach a cutoff, and which are near enough to keep it."""
    chance = np.asarray(probability, dtype=np.float64)
    if threshold is None:
        nobody = np.zeros(chance.shape, dtype=np.bool_)
        return nobody, nobody
    rises: Mask = chance >= threshold
    least = log_odds_of([threshold])[0] - hysteresis / POINTS_PER_LOG_ODDS
    return rises, rises | (log_odds_of(chance) >= least)
