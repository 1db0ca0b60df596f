"""What became of past leads with a like value: the evidence under a reason.

For each signal the values of past snapshots are gathered into a few bins, and each has
its conversion rate with an interval (:mod:`models.recalling.bins`). The rate is of
snapshots, as probabilities are; how many leads stand behind it is said beside it.

Why beside a reason and not instead of it: a rate looks at one signal alone, and holds
whatever else such leads have in common; points are what is left to the signal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from features.vocabulary import Unit

from ..explaining.words import Floats, rounded
from ..players import ModelFeature, ModelSignal

MOST_KNOWN: Final = 0.95  # of past leads: where fewer are known, that is said
_FEW: Final = 0.05  # of past leads: fewer than 1 in 20
_MORE: Final = {
    Unit.COUNT: ("more than for", "fewer than for"),
    Unit.DAYS: ("longer ago than for", "not as long ago as for"),
    Unit.SHARE: ("more than for", "less than for"),
    Unit.NUMBER: ("more than for", "less than for"),
}


@dataclass(frozen=True, slots=True)
class Like:
    """Past leads with a like value, and how many of their snapshots converted.

    Attributes
    ----------
    words : str
        The values: "4–7", "none", "less than 5 days ago", "Portugal".
    leads, snapshots : int
        How many stand behind the rate.
    rate, low, high : float
        Share of the snapshots with outcome 1, and its 95 % interval; in [0, 1].
    share : float
        Of past leads, each counted once, however often it was looked at.
    """

    words: str
    leads: int
    snapshots: int
    rate: float
    low: float
    high: float
    share: float


@dataclass(frozen=True, slots=True)
class Places:
    """Between which values the lower and the upper parts of past leads lie.

    Of the leads of which the value is known, each counted once.

    Attributes
    ----------
    lowest, lower, higher, highest : float
        9 in 10 have more than any value below ``lowest``; most more than any below
        ``lower``; most less than any above ``higher``; 9 in 10 less than any above
        ``highest``.
    common : float or None
        The value that most have, if there is one.
    known : float
        Share of past leads of which the value is known.
    """

    lowest: float
    lower: float
    higher: float
    highest: float
    common: float | None
    known: float


@dataclass(frozen=True)
class Rates:
    """Conversion rates of past leads by the value of one signal.

    Attributes
    ----------
    unit : Unit
    at, lookback_days
        Which of the signal's columns it is judged by; its lookback if it has several.
    ends : tuple of float
        Of numbers: the greatest value of each bin but the last, rising.
    names : tuple of str
        Of categories: those with a bin of their own, in the order of the bins.
    bins : tuple of Like
        Of known values: one more than ``ends``; or one for each of ``names`` and, if
        there are other categories, one for them together.
    missing : Like or None
        Of leads of which the value is not known; None if there were none.
    places : Places or None
        Of numbers.
    others : frozenset of str
        The categories without a bin of their own. Not stored: the feature knows them.
    decimals : int or None
    """

    unit: Unit
    at: int
    lookback_days: int | None
    ends: tuple[float, ...]
    names: tuple[str, ...]
    bins: tuple[Like, ...]
    missing: Like | None
    places: Places | None
    others: frozenset[str] = frozenset()
    decimals: int | None = None

    def of(self, value: object) -> Like | None:
        """Return the past leads with a like value; None where it was never seen.

        Parameters
        ----------
        value : object
            Of the column ``at`` of the signal; None is missing.
        """
        if value is None:
            return self.missing
        if self.unit not in _MORE:
            return self._of_category(_text(value, self.unit))
        if not self.bins:
            return None
        place = np.searchsorted(self.ends, self._judged(value), side="left")
        return self.bins[int(place)]

    def place(self, seen: Sequence[object]) -> str:
        """Say where a value lies among past leads, if that is worth saying.

        Parameters
        ----------
        seen : sequence
            The value of each of the signal's columns; None is missing.

        Returns
        -------
        str
            Such as "more than for 9 in 10 past leads"; empty where it is neither like
            most nor to one side. True of the value, and blind to its contribution.
        """
        value = seen[self.at]
        if value is None or self.unit not in _MORE:
            return self.place_of(None if value is None else str(value))
        return self.place_of(self._judged(value))

    def place_of(self, value: float | str | None) -> str:
        """Say where a value lies that is as ``judged``, a category, or missing."""
        if isinstance(value, float) and self.places is not None:
            return _beside(value, self.places, self.unit)
        is_alone = value is None or _text(value, self.unit) in self.names
        return _as_common(self.of(value), is_alone=is_alone)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, without what the feature knows."""
        return {k: v for k, v in asdict(self).items() if k != "others"}

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any], feature: ModelFeature) -> Rates:
        """Read what :meth:`to_dict` wrote of a feature's signal."""
        missing, places = raw["missing"], raw["places"]
        names = tuple(raw["names"])
        return cls(
            Unit(raw["unit"]),
            raw["at"],
            raw["lookback_days"],
            tuple(raw["ends"]),
            names,
            tuple(Like(**b) for b in raw["bins"]),
            None if missing is None else Like(**missing),
            None if places is None else Places(**places),
            others_of(feature, names),
            raw.get("decimals"),
        )

    def _judged(self, value: object) -> float:
        one = np.array([float(str(value))])
        return float(judged(one, self.unit, self.decimals)[0])

    def _of_category(self, value: str) -> Like | None:
        if value in self.names:
            return self.bins[self.names.index(value)]
        return self.bins[-1] if value in self.others else None


def read_rates(
    stored: Sequence[Mapping[str, Any] | None],
    signals: Sequence[ModelSignal],
    features: Sequence[ModelFeature],
) -> tuple[Rates | None, ...]:
    """Read the rates of a contract, in the order of its signals.

    An older contract has none stored.
    """
    if not stored:
        return (None,) * len(signals)
    return tuple(
        None if raw is None else Rates.from_dict(raw, features[s.columns[raw["at"]]])
        for raw, s in zip(stored, signals, strict=True)
    )


def others_of(feature: ModelFeature, names: Sequence[str]) -> frozenset[str]:
    """Return the categories of a feature that have no bin of their own."""
    return frozenset((*(feature.categories or ()), *feature.rare)) - {*names}


def judged(values: Floats, unit: Unit, decimals: int | None = None) -> Floats:
    """Return what values are compared by: rounded as words tell them.

    Shares are compared in percent; missing stays NaN.

    Examples
    --------
    >>> judged(np.array([29.9]), Unit.DAYS), judged(np.array([0.333]), Unit.SHARE)
    (array([29.]), array([33.]))
    """
    told = rounded(values, unit, decimals)
    return np.rint(told * 100) if unit is Unit.SHARE else told


def evidence(like: Like | None, overall: float | None, within: str) -> str:
    """Say what became of past leads with a like value.

    Parameters
    ----------
    like : Like or None
        None: the value was never seen.
    overall : float or None
        Conversion rate of all past snapshots.
    within : str
        Within which time a conversion counts, such as " within 30 days"; empty for a
        flat export.

    Examples
    --------
    >>> like = Like("4–7 in 30 days", 412, 1290, 0.1824, 0.1512, 0.2171, 0.08)
    >>> evidence(like, 0.0667, " within 30 days")
    'of 412 past leads like that (4–7 in 30 days), 18.2% (15.1% to 21.7%) converted
    within 30 days; of all, 6.7%'
    """
    if like is None:
        return "no past lead was like that"
    leads = f"{like.leads:,} past lead{'s' if like.leads != 1 else ''}"
    said = (
        f"of {leads} like that ({like.words}), {like.rate:.1%} "
        f"({like.low:.1%} to {like.high:.1%}) converted{within}"
    )
    return said if overall is None else f"{said}; of all, {overall:.1%}"


def _text(value: object, unit: Unit) -> str:
    return f"{float(str(value)):g}" if unit is Unit.FLAG else str(value)


def _as_common(like: Like | None, *, is_alone: bool) -> str:
    """Where a category, or the lack of a value, lies among past leads.

    Of categories that share a bin it is only known that none has more leads than all.
    """
    if like is None:
        return ""
    if like.share > 0.5 and is_alone:
        return "like most past leads"
    return "like fewer than 1 in 20 past leads" if 0 < like.share < _FEW else ""


def _beside(value: float, places: Places, unit: Unit) -> str:
    """Where a number lies among past leads."""
    more, less = _MORE[unit]
    if value > places.highest:
        found = f"{more} 9 in 10"
    elif value < places.lowest:
        found = f"{less} 9 in 10"
    elif value == places.common:
        found = "like most"
    elif value > places.higher:
        found = f"{more} most"
    elif value < places.lower:
        found = f"{less} most"
    else:
        return ""
    with_any = " with any" if unit is Unit.DAYS else " where it is known"
    return f"{found} past leads{'' if places.known >= MOST_KNOWN else with_any}"
