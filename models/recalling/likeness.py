"""Leads like this one: the past leads whose points are nearest, and what they did.

Why nearness is that of points and not of what was seen: it asks which past leads were
judged alike, and for the same reasons. What the scorer gives no points for sets nobody
apart, and no unit outweighs another.

How far two leads are apart: add up the points by which signals raise the one more, and
those by which they lower it more, and take the greater sum. That is half of the sum of
absolute differences (L1) and the difference of the two scores together, so that leads
of the same score, for the same reasons, come first; their scores are never further
apart than that. By L1 alone the twenty nearest of 5,000 past leads of the invented
company were 3.7 points from the lead's score on average, now 1.9, and they share as
many of the four strongest signals (82 and 83 %).

Why "foretold" is told of some only: the served booster has learnt from these very
leads, so that its own word on them proves nothing. What is compared with the outcomes
is what a booster said that had not seen them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..explaining.words import words_of
from ..players import ModelSignal
from ..points import Floats
from ..wording import Wording
from .chance import is_by_chance, wilson
from .precedents import Precedents, Singles

MOST_ALIKE: Final = 20  # of 5,000: near enough to be like, enough to count
NEAREST: Final = 5  # that are described
_DIFFERENCES: Final = 2  # signals that are told of each


@dataclass(frozen=True)
class Difference:
    """A signal in which a past lead was unlike.

    Attributes
    ----------
    code : str
    words : str
        What was seen of the past lead.
    points : float
        Its points less those of the lead that is scored.
    """

    code: str
    words: str
    points: float


@dataclass(frozen=True)
class Alike:
    """One past lead.

    Attributes
    ----------
    score : int
        By the scorer of today.
    month : str or None
        Of its snapshot, such as ``2026-03``; None in a flat export.
    has_converted : bool
    apart : float
        In points: see this module.
    differences : tuple of Difference
        The greatest two, the greater first.
    """

    score: int
    month: str | None
    has_converted: bool
    apart: float
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Likeness:
    """What became of the past leads that are most like a lead.

    Attributes
    ----------
    leads, conversions : int
    rate, low, high : float
        Share that converted, with its 95 % interval.
    foretold, foretold_conversions : int
        Of them, those with a word from before.
    predicted : float or None
        Mean probability by that word; None where there is none.
    apart : float
        Of the one furthest apart, in points.
    nearest : tuple of Alike
        At most five, the nearest first.
    said : str
        All of it in sentences.
    """

    leads: int
    conversions: int
    rate: float
    low: float
    high: float
    foretold: int
    foretold_conversions: int
    predicted: float | None
    apart: float
    nearest: tuple[Alike, ...]
    said: str


def leads_like(
    points: Floats,
    precedents: Precedents,
    wording: Wording,
    *,
    most: int = MOST_ALIKE,
) -> Likeness | None:
    """Find the past leads that are most like a lead.

    Parameters
    ----------
    points : ndarray of shape (n_signals,)
        The lead's, in the order of the wording's signals.
    most : int
        How many to find; fewer where there are fewer.

    Returns
    -------
    Likeness or None
        None where the scorer keeps no past leads.
    """
    if not len(precedents):
        return None
    theirs = precedents.points(wording.scale)
    less = theirs - points
    apart = np.maximum(less.clip(min=0).sum(axis=1), -less.clip(max=0).sum(axis=1))
    rows = np.argsort(apart, kind="stable")[:most]
    outcome, margin = precedents.outcome[rows], precedents.margin[rows]
    foretold = np.isfinite(margin)
    chance = wording.scale.probability(margin[foretold])
    conversions, told = int(outcome.sum()), int(foretold.sum())
    low, high = wilson(conversions / len(rows), len(rows))
    nearest = [
        _alike(row, float(apart[row]), less[row], precedents, wording)
        for row in rows[:NEAREST].tolist()
    ]
    found = Likeness(
        leads=len(rows),
        conversions=conversions,
        rate=conversions / len(rows),
        low=low,
        high=high,
        foretold=told,
        foretold_conversions=int(outcome[foretold].sum()),
        predicted=float(chance.mean()) if told else None,
        apart=float(apart[rows[-1]]),
        nearest=tuple(nearest),
        said="",
    )
    return _with_sentences(found, wording, is_by_chance(chance, outcome[foretold]))


def _alike(
    row: int, apart: float, less: Floats, precedents: Precedents, wording: Wording
) -> Alike:
    margin = precedents.served_margin()[[row]]
    month = precedents.snapshot_at[row]
    greatest = np.argsort(-np.abs(less), kind="stable")[:_DIFFERENCES]
    return Alike(
        int(wording.scale.score(margin)[0]),
        None if np.isnat(month) else str(month.astype("datetime64[M]")),
        bool(precedents.outcome[row]),
        apart,
        tuple(
            Difference(
                wording.signals[p].code,
                _seen_in_words(wording.signals[p], precedents.encoded[row], wording),
                float(less[p]),
            )
            for p in greatest.tolist()
            if less[p]
        ),
    )


def _seen_in_words(signal: ModelSignal, encoded: Singles, wording: Wording) -> str:
    """What was seen of a signal, from how it was encoded."""
    seen: list[object] = []
    for column in signal.columns:
        value, categories = encoded[column], wording.features[column].categories
        if np.isnan(value):
            seen.append(None)
        elif categories is None:
            seen.append(float(value))
        elif value > 0:
            seen.append(categories[int(value) - 1])
        else:  # which of the rare ones is not kept
            return f"{signal.words}: a rare one"
    return words_of(signal, seen, wording.features)


def _with_sentences(found: Likeness, wording: Wording, by_chance: bool) -> Likeness:
    many = found.leads > 1
    within = wording.within if many else wording.within_of_one
    who = f"Of the {found.leads} past leads" if many else "The one past lead"
    did = f"{found.conversions} converted" if many else _did(found)
    said = (
        f"{who} most like this one{',' if many else ''} {did}{within}: "
        f"{found.rate:.0%} ({found.low:.0%} to {found.high:.0%})."
    )
    return Likeness(
        **{**vars(found), "said": f"{said} {_honesty(found, by_chance)}".strip()}
    )


def _did(found: Likeness) -> str:
    return "converted" if found.conversions else "did not convert"


def _honesty(found: Likeness, by_chance: bool) -> str:
    """Whether what was said before is what became of them."""
    if found.predicted is None:
        who = "It was not" if found.leads == 1 else "None of them was"
        return f"{who} judged before its outcome was known."
    rate = found.foretold_conversions / found.foretold
    if by_chance:
        verdict = "no more apart than chance puts them"
    else:
        more = "more" if rate > found.predicted else "fewer"
        verdict = f"{more} than chance explains"
    who = (
        "They were"
        if found.foretold == found.leads
        else f"{found.foretold} of them were"
    )
    it = "it" if found.foretold == 1 else "them"
    if found.foretold == 1:
        who = "It was" if found.leads == 1 else "One of them was"
    return (
        f"{who} given {found.predicted:.0%} on average by a booster that had not "
        f"seen {it}, and {rate:.0%} converted: {verdict}."
    )
