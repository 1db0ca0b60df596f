"""The configured actions, resolved against a catalogue and a scorer's columns.

Why only what leads do may rise by default: whatever else changes is either not ours to
bring about (the size of a company), or our own doing, which scores well because we do
it to leads that are well on their way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from features.catalogue import Catalogue
from features.declare import Signal
from features.errors import ConfigError, few
from features.vocabulary import DAYS_TO_DEADLINE, FunnelStage, Unit
from models.players import ModelFeature
from models.reaching.actions import Action, Change
from models.reaching.further_touches import more_touches

from .actionable import MayChange
from .sections import Config

_HOPEFUL = (FunnelStage.TOP, FunnelStage.MIDDLE, FunnelStage.BOTTOM)


def check_actions(config: Config, catalogue: Catalogue) -> None:
    """Refuse actions on what the catalogue does not hold, or cannot change so.

    Raises
    ------
    ConfigError
    """
    signals = {s.name: s for s in catalogue}
    if strange := sorted(set(config.actions.signals) - set(signals)):
        raise ConfigError(
            f"[actions.signals] names {few(strange)}, which is no signal: `leadlight "
            "signals` lists them."
        )
    for name, said in config.actions.signals.items():
        if why := _why_not(signals[name], said):
            raise ConfigError(f"actions.signals.{name} cannot be: {why}.")


def actions_of(
    config: Config,
    catalogue: Catalogue,
    features: tuple[ModelFeature, ...],
    say: Callable[[str], None],
) -> tuple[Action, ...]:
    """Return the actions that a scorer can be asked about.

    Parameters
    ----------
    features : tuple of ModelFeature
        The scorer's columns.
    say : callable
        Told what is left out, and why.
    """
    check_actions(config, catalogue)
    return (
        *_touches(config, catalogue, features),
        *_changes(config, catalogue, features, say),
    )


def _touches(
    config: Config, catalogue: Catalogue, features: tuple[ModelFeature, ...]
) -> Iterator[Action]:
    section = config.actions
    for kind in catalogue.company.kinds:
        is_asked = kind.stage in _HOPEFUL and not kind.is_outbound
        if section.kinds is not None:
            is_asked = kind.name in section.kinds
        if is_asked and section.most_touches:
            found = more_touches(kind, section.most_touches, catalogue, features)
            if found is not None:
                yield found


def _changes(
    config: Config,
    catalogue: Catalogue,
    features: tuple[ModelFeature, ...],
    say: Callable[[str], None],
) -> Iterator[Action]:
    place = {f.name: i for i, f in enumerate(features)}
    for signal in catalogue:
        said = config.actions.signals.get(signal.name)
        if said is None:
            continue
        columns = tuple(place[f.name] for f in signal if f.name in place)
        if not columns:
            say(f"actions.signals.{signal.name}: the scorer has no such column")
        elif said.direction is not None:
            is_whole = signal.unit in (Unit.COUNT, Unit.FLAG)
            yield Change(
                signal.name, signal.words, columns, said.direction, said.least,
                said.most, is_whole,
            )  # fmt: skip
        else:
            told_apart = features[columns[0]].categories or ()
            if strange := [v for v in said.values if v not in told_apart]:
                say(
                    f"actions.signals.{signal.name}: the scorer knows no {few(strange)}"
                )
            if kept := tuple(v for v in said.values if v in told_apart):
                yield Change(signal.name, signal.words, columns, values=kept)


def _why_not(signal: Signal, said: MayChange) -> str:
    """What is wrong with a change, in words; empty where nothing is."""
    if signal.name == DAYS_TO_DEADLINE:
        return "nothing that sales do moves a deadline"
    is_category = signal.unit is Unit.CATEGORY
    if signal.is_personal:
        return "its values are personal and are never shown"
    if is_category and not said.values:
        return "it is a category, which takes 'values' that it may become"
    if said.values and not is_category:
        return f"it is a {signal.unit.value}, which takes 'direction = 1' or '-1'"
    if signal.monotone and said.direction == -signal.monotone:
        more, worse = ("more", "less") if signal.monotone > 0 else ("less", "more")
        return f"it is declared that {more} of it can only raise the score, not {worse}"
    return ""
