"""What is needed to put a lead's points into words: the light part of a contract.

Why apart: a reviewer who opens one lead waits for it. Reading this loads numpy alone,
where the whole contract takes pandas and scipy with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from .explaining.spans import ITS_IF_ANY, THEIRS_IF_ANY, within_said
from .players import ModelFeature, ModelSignal
from .points import Scale
from .reaching.actions import Action, action_of
from .recalling.rates import Rates, read_rates


@dataclass(frozen=True)
class Wording:
    """What is needed to put a lead's points into words.

    Attributes
    ----------
    features : tuple of ModelFeature
    signals : tuple of ModelSignal
    scale : Scale
    thresholds : dict of str to float or None
        Probability from which on a lead is ``mql`` and ``sql``; None where none is set.
    conversion : str
        What is predicted, as sentences call it.
    horizon_days : float or None
        Within which; None for a flat export.
    has_deadlines : bool
        Whether a conversion counts before the lead's own deadline alone.
    reference : str
        What the explanation's baseline is.
    scorer : str
        ``booster``, ``points_table`` or ``scorecard``.
    rates : tuple of Rates or None
        What became of past leads by the value of each signal, in their order; None for
        a personal signal, and for all of an older contract.
    rate : float or None
        Conversion rate of all past snapshots.
    actions : tuple of Action
        What may still change about a lead; empty in an older contract.
    timezone : str
        The company's, in which days are spoken of; UTC for an older contract.
    """

    features: tuple[ModelFeature, ...]
    signals: tuple[ModelSignal, ...]
    scale: Scale
    thresholds: dict[str, float | None]
    conversion: str
    horizon_days: float | None
    reference: str
    scorer: str
    rates: tuple[Rates | None, ...] = ()
    rate: float | None = None
    actions: tuple[Action, ...] = ()
    has_deadlines: bool = False
    timezone: str = "UTC"

    @property
    def within(self) -> str:
        """Within which time conversions of several leads count; may be empty."""
        return within_said(
            self.horizon_days, THEIRS_IF_ANY if self.has_deadlines else ""
        )

    @property
    def within_of_one(self) -> str:
        """The same, of one lead."""
        return within_said(self.horizon_days, ITS_IF_ANY if self.has_deadlines else "")

    @property
    def zone(self) -> ZoneInfo:
        """The company's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def players(self) -> tuple[tuple[int, ...], ...]:
        """The columns of each signal."""
        return tuple(s.columns for s in self.signals)

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Wording:
        """Read the values that ``Contract.to_json`` wrote."""
        cutoffs = raw["cutoffs"]
        features = tuple(ModelFeature.from_dict(f) for f in raw["features"])
        signals = tuple(ModelSignal.from_dict(s) for s in raw["signals"])
        return cls(
            features=features,
            signals=signals,
            scale=Scale.from_dict(raw["scale"]),
            thresholds={n: cutoffs[n]["threshold"] for n in ("mql", "sql")},
            conversion=raw.get("words") or raw["conversion"],
            horizon_days=raw["horizon_days"],
            reference=raw["reference"],
            scorer=raw.get("scorer", "booster"),
            rates=read_rates(raw.get("rates", ()), signals, features),
            rate=raw.get("rate"),
            actions=tuple(map(action_of, raw.get("actions", ()))),
            has_deadlines=raw.get("ending", {}).get("until") is not None,
            timezone=ZoneInfo(raw.get("timezone", "UTC")).key,
        )
