"""What a scorer reads, column by column and signal by signal, as plain values.

Why apart from the contract: who only puts a lead's points into words needs these, and
none of the libraries that the rest of a contract is made with.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from features.vocabulary import Family, Unit


@dataclass(frozen=True)
class ModelFeature:
    """One column of the booster's input.

    Attributes
    ----------
    name : str
    categories : tuple of str or None
        The categories that were frequent enough to be told apart; None for a number.
    rare : tuple of str
        Categories that were seen, but pooled.
    low, high : float or None
        The range seen in training; None for a category or where nothing was seen.
    """

    name: str
    categories: tuple[str, ...] | None = None
    rare: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values; a number has no ``categories``."""
        return {k: v for k, v in asdict(self).items() if v is not None}

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> ModelFeature:
        """Read what :meth:`to_dict` wrote."""
        categories = raw.get("categories")
        return cls(
            name=raw["name"],
            categories=None if categories is None else tuple(categories),
            rare=tuple(raw.get("rare", ())),
            low=raw.get("low"),
            high=raw.get("high"),
        )


@dataclass(frozen=True)
class ModelSignal:
    """A signal that the booster uses: one player in the explanation.

    Attributes
    ----------
    code : str
        The signal's stable name.
    words : str
    family : Family
    unit : Unit
    columns : tuple of int
        Its places among the features.
    lookbacks_days : tuple of int
        One per column where it has lookbacks, else empty.
    is_personal : bool
        Its values are never shown.
    topic : str
        What it is about, for gathering signals: a kind of touch, a funnel stage, a room
        of the catalogue. Empty where an older contract does not say.
    kinds : tuple of str
        The kinds of touch that it is made of; empty where it is made of none.
    value_words : tuple of (str, str)
        Its values, and what the company calls them, where its values are kinds of
        touch.
    """

    code: str
    words: str
    family: Family
    unit: Unit
    columns: tuple[int, ...]
    lookbacks_days: tuple[int, ...] = ()
    is_personal: bool = False
    topic: str = ""
    kinds: tuple[str, ...] = ()
    value_words: tuple[tuple[str, str], ...] = ()

    @property
    def decimals(self) -> int | None:
        """How many decimals of its values are told; None: as many as tell them apart.

        What touches are summed up to is money, or days: hundredths say enough.
        """
        return 2 if self.kinds and self.unit is Unit.NUMBER else None

    @classmethod
    def from_dict(cls, raw: dict[str, Any]) -> ModelSignal:
        """Read what ``dataclasses.asdict`` made of one."""
        return cls(
            code=raw["code"],
            words=raw["words"],
            family=Family(raw["family"]),
            unit=Unit(raw["unit"]),
            columns=tuple(raw["columns"]),
            lookbacks_days=tuple(raw["lookbacks_days"]),
            is_personal=raw["is_personal"],
            topic=raw.get("topic", ""),
            kinds=tuple(raw.get("kinds", ())),
            value_words=tuple((v, w) for v, w in raw.get("value_words", ())),
        )
