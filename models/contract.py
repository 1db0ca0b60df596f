"""What a scorer expects and promises, as plain values that are stored as JSON.

The contract and the booster's text are the whole scorer: nothing that runs is stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from features.catalogue import Catalogue
from features.declare import Signal
from features.documents import json_value
from features.errors import ModelError
from features.past.atoms import WORDS, Atom
from features.vocabulary import KIND

from .players import ModelFeature, ModelSignal
from .points import Scale
from .qualifying.cutoffs import Cutoffs
from .reaching.actions import Action, action_of
from .recalling.rates import Rates, read_rates
from .served import FORMAT
from .touch_sources import TouchSource
from .unfamiliar.familiarity import Familiarity
from .unfamiliar.support import Support


@dataclass(frozen=True)
class Contract:
    """What a scorer expects and promises.

    Attributes
    ----------
    model : str
        The registered name.
    features : tuple of ModelFeature
    signals : tuple of ModelSignal
    scale : Scale
    cutoffs : Cutoffs
        As probabilities, with what they promise.
    conversion : str
        What is predicted.
    words : str or None
        What it is called in sentences; None: the same.
    horizon_days : float or None
        Within which; None for a flat export.
    ending, snapshots : dict
        The milestones that end eligibility (and under ``until`` the column of
        deadlines, where leads have some), and the rule of the snapshots.
    lead_age_days : tuple of float or None
        The range of lead ages trained on.
    holds_for_days : float or None
        How long after its snapshot a lead's probability holds of a lead that has not
        converted since; None: not known.
    timezone : str
        The company's, in which days are spoken of; UTC in an older contract.
    company, fingerprint
        What the catalogue is made for, and the digest of what it made.
    grades : dict
        Quartiles of fit and of engagement points on the calibrate rows.
    reference : str
        What the explanation's baseline is.
    trained_until : str or None
        The instant (ISO 8601, UTC) by which every outcome that it learnt from was
        known: rows from then on are new to it. None for a flat export.
    recalibration : dict or None
        Of which scorer this is a recalibration, on what, and what has become of its
        promises; None for a scorer with its first calibration.
    hysteresis : float
        In points: how far below a cutoff a lead keeps its standing.
    familiarity : Familiarity or None
        How leads unlike those learnt from are told; None: by unseen categories alone.
    support : tuple of Support
        Past leads and conversions by market segment.
    scorer : str
        ``booster``; or, where there was too little data for one, ``points_table`` or
        ``scorecard``.
    rates : tuple of Rates or None
        What became of past leads by the value of each signal; None for a personal one.
        Empty in an older contract.
    rate : float or None
        Conversion rate of all past snapshots.
    actions : tuple of Action
        What may still change about a lead; empty in an older contract.
    sources : tuple of TouchSource
        What was usual of each source of touches; empty in an older contract.
    """

    model: str
    features: tuple[ModelFeature, ...]
    signals: tuple[ModelSignal, ...]
    scale: Scale
    cutoffs: Cutoffs
    conversion: str
    horizon_days: float | None
    ending: dict[str, Any]
    snapshots: dict[str, Any]
    lead_age_days: tuple[float, float] | None
    company: dict[str, Any]
    fingerprint: str
    grades: dict[str, tuple[float, ...]]
    reference: str = "training paths"
    trained_until: str | None = None
    recalibration: dict[str, Any] | None = None
    hysteresis: float = 0.0
    familiarity: Familiarity | None = None
    support: tuple[Support, ...] = ()
    scorer: str = "booster"
    rates: tuple[Rates | None, ...] = ()
    rate: float | None = None
    actions: tuple[Action, ...] = ()
    sources: tuple[TouchSource, ...] = ()
    words: str | None = None
    holds_for_days: float | None = None
    timezone: str = "UTC"

    @property
    def players(self) -> tuple[tuple[int, ...], ...]:
        """The columns of each signal."""
        return tuple(s.columns for s in self.signals)

    @property
    def has_deadlines(self) -> bool:
        """Whether a conversion counts before the lead's own deadline alone.

        An older contract has no deadlines.
        """
        return self.ending.get("until") is not None

    @property
    def encoding(self) -> list[dict[str, Any]]:
        """What :func:`models.served.encode` needs."""
        return [f.to_dict() for f in self.features]

    def to_json(self) -> str:
        """Return the contract as indented JSON."""
        raw = {
            "format": FORMAT,
            **asdict(self),
            "features": self.encoding,
            "cutoffs": self.cutoffs.to_dict(),
            "rates": [None if r is None else r.to_dict() for r in self.rates],
        }
        return json.dumps(raw, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Contract:
        """Read what :meth:`to_json` wrote.

        Raises
        ------
        ModelError
            When it is no contract of this format.
        """
        try:
            return cls.from_dict(json_value(text))
        except ValueError as error:
            raise ModelError(
                f"The contract is no JSON ({error}): it is damaged."
            ) from error

    @classmethod
    def from_dict(cls, raw: Mapping[str, Any]) -> Contract:
        """Read the values that :meth:`to_json` wrote.

        Raises
        ------
        ModelError
            When they are no contract of this format.
        """
        try:
            raw = dict(raw)
            found = raw.pop("format")
            if found != FORMAT:
                raise ModelError(
                    f"The contract has format {found!r}, and this version of "
                    f"Leadlight reads format {FORMAT}. Train again, or use the version "
                    "that it is from."
                )
            return cls(**_records(raw))
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise ModelError(
                f"The contract cannot be read ({error}): it is damaged, or not ours."
            ) from error


# What stands in the contract as it is; all else becomes a record, which reads its own.
_PLAIN: Final[dict[type, tuple[str, ...]]] = {
    str: (
        "model",
        "conversion",
        "words",
        "fingerprint",
        "reference",
        "trained_until",
        "scorer",
        "timezone",
    ),
    dict: ("ending", "snapshots", "company", "grades", "recalibration"),
    float: ("horizon_days", "hysteresis", "rate", "holds_for_days"),
    list: ("features", "signals", "support", "rates", "actions", "lead_age_days"),
}
_MAY_BE_NULL: Final = {
    "words", "trained_until", "recalibration", "horizon_days", "rate", "rates",
    "lead_age_days", "holds_for_days",
}  # fmt: skip


def _check_kinds(raw: Mapping[str, Any]) -> None:
    for kind, names in _PLAIN.items():
        for name in names:
            value = raw.get(name, kind())
            is_number = type(value) is int and kind is float
            is_null = value is None and name in _MAY_BE_NULL
            if type(value) is not kind and not is_number and not is_null:
                raise TypeError(f"its {name} is {str(value)[:40]!r}")


def _records(raw: dict[str, Any]) -> dict[str, Any]:
    _check_kinds(raw)
    ZoneInfo(raw.get("timezone", "UTC"))
    ages = raw["lead_age_days"]
    told = raw.get("familiarity")
    features = tuple(ModelFeature.from_dict(f) for f in raw["features"])
    signals = tuple(ModelSignal.from_dict(s) for s in raw["signals"])
    stored = raw.get("rates") or ()
    return {
        **raw,
        "familiarity": None if told is None else Familiarity.from_dict(told),
        "support": tuple(Support.from_dict(s) for s in raw.get("support", ())),
        "features": features,
        "actions": tuple(map(action_of, raw.get("actions", ()))),
        "signals": signals,
        "sources": tuple(map(TouchSource.from_dict, raw.get("sources", ()))),
        "rates": read_rates(stored, signals, features) if stored else (),
        "scale": Scale.from_dict(raw["scale"]),
        "cutoffs": Cutoffs.from_dict(raw["cutoffs"]),
        "lead_age_days": None if ages is None else (float(ages[0]), float(ages[1])),
        "grades": {k: tuple(v) for k, v in raw["grades"].items()},
    }


def model_signals(
    catalogue: Catalogue, features: tuple[ModelFeature, ...]
) -> tuple[ModelSignal, ...]:
    """Return the catalogue's signals that have a column among the features."""
    place = {f.name: i for i, f in enumerate(features)}
    signals = []
    for each in catalogue:
        kept = [f for f in each if f.name in place]
        if kept:
            lookbacks = tuple(f.lookback_days for f in kept if f.lookback_days)
            signals.append(
                ModelSignal(
                    each.name, each.words, each.family, each.unit,
                    tuple(place[f.name] for f in kept), lookbacks,
                    each.is_personal, each.topic, catalogue.kinds_of(each),
                    _value_words(catalogue, each),
                )
            )  # fmt: skip
    return tuple(signals)


def _value_words(catalogue: Catalogue, signal: Signal) -> tuple[tuple[str, str], ...]:
    """What the company calls a signal's values, where they are kinds of touch."""
    atoms = [a for f in signal for a in f.atoms if isinstance(a, Atom)]
    if not any(a.column == KIND and a.measure in WORDS for a in atoms):
        return ()
    return tuple((kind.name, kind.words) for kind in catalogue.company.kinds)
