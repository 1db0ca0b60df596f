"""Tonight's leads unlike past ones: which, and what is said of each.

A lead is unfamiliar for a value that is new on a signal that carries points (see
``flags``), or because its values together are as strange as at most a share α of past
leads (see ``familiarity``). It keeps its score and qualifies for nothing: a booster
gives an unseen category the score of a seen one, and says no word.

The sentence names what is new, and how many past leads, and conversions, stand behind
the lead's market segment, the one of least support. Personal values are never named.

A near shift is not seen here: see :mod:`models.unfamiliar.familiarity`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from features.vocabulary import Family
from models.contract import Contract
from models.evidence import Mask
from models.explaining.words import words_of
from models.players import ModelSignal
from models.points import Floats
from models.qualifying.rules import percent
from models.unfamiliar.familiarity import Batch, Familiarity
from models.unfamiliar.isolation import Isolation
from models.unfamiliar.support import (
    LEAST_CONVERSIONS,
    Move,
    Support,
    move_of,
    thinnest,
)

_MOST_NAMED = 2  # columns that make a lead strange together
_MOST_LISTED = 3  # values that are new by themselves
_MOST_TOLD = 1_000  # strange leads, the strangest first, of which it is told what is
_FAMILY_WORDS = {
    Family.FIRMOGRAPHIC: "who the lead works for",
    Family.BEHAVIOURAL: "what the lead did",
}


@dataclass(frozen=True, eq=False)
class Unfamiliar:
    """What is new about tonight's leads, one entry or row a lead.

    Attributes
    ----------
    said : Series of str
        A sentence or more for each unfamiliar lead; missing for the others.
    is_strange : ndarray of bool, shape (n,)
        Whether the lead's values together are strange: its p-value is at most α.
    segments : DataFrame of shape (n, n_supports)
        The lead's market segments.
    """

    said: pd.Series
    is_strange: Mask
    segments: pd.DataFrame


@dataclass(frozen=True)
class Newness:
    """What the night's leads are together.

    Attributes
    ----------
    batch : Batch or None
        The share of strange leads against α; None for a scorer that cannot tell.
    moves : tuple of Move
        For each column of market segments, the share of leads with little behind them.
    """

    batch: Batch | None
    moves: tuple[Move, ...]

    def said(self) -> Iterator[str]:
        """Say what is out of the ordinary, in sentences; nothing where nothing is."""
        if self.batch is not None and self.batch.is_unusual:
            yield (
                f"{self.batch.unfamiliar:,} of {self.batch.leads:,} leads are unlike "
                f"past ones, where {percent(self.batch.alpha)} of them would be by "
                "chance: look at where tonight's leads come from."
            )
        for move in self.moves:
            if move.is_unusual:
                yield (
                    f"{move.words}: {move.thin:,} of {move.leads:,} leads are of "
                    f"segments with fewer than {LEAST_CONVERSIONS} past conversions, "
                    f"as were {move.past_share:.1%} of past leads: their probabilities "
                    "rest on other segments."
                )

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "unfamiliar": None if self.batch is None else asdict(self.batch),
            "moves": [asdict(move) for move in self.moves],
        }


def unfamiliar_of(
    features: pd.DataFrame,
    encoded: Floats,
    contract: Contract,
    isolation: Isolation | None,
    used: set[int],
) -> Unfamiliar:
    """Tell which leads are unlike those that the scorer has learnt from.

    Parameters
    ----------
    features : DataFrame of shape (n, at least n_features)
        Of leads that may be scored.
    encoded : ndarray of shape (n, n_features)
    isolation : Isolation or None
        The scorer's forests.
    used : set of int
        Columns on which the booster splits.
    """
    told: list[list[str]] = [[] for _ in range(len(features))]
    strange = np.zeros(len(features), dtype=np.bool_)
    _collect(told, _new_categories(features, contract, used))
    if (familiarity := contract.familiarity) is not None:
        _collect(told, _rare(features, contract, familiarity))
        _collect(told, _outside(features, encoded, contract, familiarity))
        _collect(told, _missing(encoded, contract, familiarity))
        if isolation is not None and len(encoded):
            p_value = familiarity.p_values(isolation.strangeness(encoded))
            strange = p_value < 1  # at most alpha: others are not told apart
            found = _strange(features, encoded, contract, isolation, p_value)
            _collect(told, found)
    segments = pd.DataFrame(
        {s.column: s.names(features[s.column]) for s in contract.support},
        index=features.index,
    )
    said = [
        " ".join([*each, *_behind(contract.support, segments, row)]) if each else None
        for row, each in enumerate(told)
    ]
    return Unfamiliar(
        pd.Series(said, index=features.index, dtype=object), strange, segments
    )


def newness_of(found: Unfamiliar, contract: Contract, leads: Mask) -> Newness:
    """Judge the night as a whole, by the leads that are on schedule, each once."""
    familiarity = contract.familiarity
    batch = None if familiarity is None else familiarity.judge(found.is_strange[leads])
    moves = (move_of(s, found.segments[s.column][leads]) for s in contract.support)
    return Newness(batch, tuple(moves))


def _collect(told: list[list[str]], found: Iterator[tuple[int, str]]) -> None:
    for row, sentence in found:
        told[row].append(sentence)


def _new_categories(
    features: pd.DataFrame, contract: Contract, used: set[int]
) -> Iterator[tuple[int, str]]:
    """A sentence for each lead with categories that were never seen in training."""
    new: dict[int, list[str]] = {}
    for place in sorted(used):
        feature = contract.features[place]
        if feature.categories is None:
            continue
        values = features[feature.name].reset_index(drop=True)
        strange = values.notna() & ~values.isin({*feature.categories, *feature.rare})
        for row in np.flatnonzero(strange):
            new.setdefault(int(row), []).append(
                _category(features, row, contract, place)
            )
    for lead, all_new in new.items():
        each = "" if len(all_new) == 1 else ", each of which"
        never = f"{_listed(all_new)}{each} was never seen in training"
        yield lead, f"{never} and is scored as a rare value."


def _rare(
    features: pd.DataFrame, contract: Contract, familiarity: Familiarity
) -> Iterator[tuple[int, str]]:
    for place in familiarity.flags.small_pools:
        feature = contract.features[place]
        for row in np.flatnonzero(features[feature.name].isin(feature.rare)):
            value = _category(features, row, contract, place)
            yield int(row), f"{value} was seen too rarely in training to learn from."


def _outside(
    features: pd.DataFrame,
    encoded: Floats,
    contract: Contract,
    familiarity: Familiarity,
) -> Iterator[tuple[int, str]]:
    far: dict[int, list[str]] = {}
    for place, outside in familiarity.flags.outside(encoded).items():
        signal = _signal(contract, place)
        for row in np.flatnonzero(outside):
            far.setdefault(int(row), []).append(_seen(features, row, contract, signal))
    for lead, named in far.items():
        each = "" if len(named) == 1 else ", each of which"
        told = _listed(list(dict.fromkeys(named)))
        yield lead, f"{told}{each} is far outside the range seen in training."


def _missing(
    encoded: Floats, contract: Contract, familiarity: Familiarity
) -> Iterator[tuple[int, str]]:
    words = {s.code: f"of {s.words}" for s in contract.signals}
    words |= {family.value: f"on {said}" for family, said in _FAMILY_WORDS.items()}
    for name, new in familiarity.flags.new_patterns(encoded).items():
        said = f"What is known {words[name]}, and what is not, was never seen before."
        for row in np.flatnonzero(new):
            yield int(row), said


def _strange(
    features: pd.DataFrame,
    encoded: Floats,
    contract: Contract,
    isolation: Isolation,
    p_value: Floats,
) -> Iterator[tuple[int, str]]:
    rows = np.argsort(p_value, kind="stable")[: int((p_value < 1).sum())]
    columns = isolation.strangest_columns(encoded[rows[:_MOST_TOLD]], _MOST_NAMED)
    columns += [[] for _ in rows[_MOST_TOLD:]]
    for row, told in zip(rows, columns, strict=True):
        signals = [_signal(contract, place) for place in told]
        values = "; ".join(_seen(features, row, contract, s) for s in signals)
        above = f", above all {values}" if told else ""
        share = f"at most {p_value[row]:.2%} of past leads"
        yield int(row), f"Together its values are as strange as {share}{above}."


def _behind(
    supports: tuple[Support, ...], segments: pd.DataFrame, row: int
) -> Iterator[str]:
    """How many past leads and conversions share the lead's least supported segment."""
    mine = {s.column: segments[s.column].iloc[row] for s in supports}
    known = {column: name for column, name in mine.items() if not pd.isna(name)}
    if (found := thinnest(supports, known)) is None:
        return
    support, segment = found
    share = "past leads share" if segment.leads > 1 else "past lead shares"
    told = f", of which {segment.conversions:,} converted" if segment.leads else ""
    leads = f"{segment.leads:,}" if segment.leads else "No"
    where = f"{support.words} {segment.name!r}"
    yield f"{leads} {share} its segment, {where}{told}."


def _signal(contract: Contract, place: int) -> ModelSignal:
    return next(s for s in contract.signals if place in s.columns)


def _category(
    features: pd.DataFrame, row: int | np.intp, contract: Contract, place: int
) -> str:
    """A signal's words and its category, unless that is personal."""
    signal = _signal(contract, place)
    value = features[contract.features[place].name].iloc[row]
    return f"{signal.words}: {'a value' if signal.is_personal else repr(value)}"


def _seen(
    features: pd.DataFrame, row: int | np.intp, contract: Contract, signal: ModelSignal
) -> str:
    """A signal as reasons say it: its words, and what was seen."""
    values: list[Any] = [
        features[contract.features[c].name].iloc[row] for c in signal.columns
    ]
    plain = [None if pd.isna(v) else v for v in values]
    return words_of(signal, plain, contract.features)


def _listed(named: list[str]) -> str:
    shown = "; ".join(named[:_MOST_LISTED])
    more = len(named) - _MOST_LISTED
    return f"{shown} and {more} more" if more > 0 else shown
