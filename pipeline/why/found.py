"""What is known about one lead's score, read from what was published that night."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from features.errors import ModelError, RunError, few
from features.vocabulary import DAYS_TO_DEADLINE
from models.explaining.reasons import Topic, other_topics, strongest
from models.explaining.spans import ITS, within_said
from models.explaining.words import value_side, words_of
from models.players import ModelSignal
from models.points import (
    HIGHEST_SCORE,
    MIDDLE_POINTS,
    POINTS_PER_LOG_ODDS,
    Floats,
    probability_of,
)
from models.recalling.rates import evidence
from models.wording import Wording

from ..night.ledger import Entry
from .lines import TRAINING, Chances, Line, Reference
from .touches import behind

if TYPE_CHECKING:
    from models.changing.change import Change
    from models.reaching.reach import Reach
    from models.recalling.likeness import Likeness

    from .outlook import Section

_TOLERANCE = 1e-5  # of a chance: what 1e-4 points come to, and more


@dataclass(frozen=True)
class Why:
    """One lead's score, taken apart.

    Attributes
    ----------
    output : dict
        The lead's line of the scores' output.
    wording : Wording
        Of the scorer that said it.
    lines : tuple of Line
        Every signal, in the order of the contract.
    start : float
        Points before any signal's.
    reference : Reference
        What the start stands for.
    kinds : dict of str to str
        What the kinds of touch are called.
    digest : str
        SHA-256 of the kept scorer; empty where none was kept.
    notes : tuple of str
        What else a reader has to know.
    changes : tuple of Change or None
        Since it was scored last; None where nothing was compared.
    reach : tuple of Reach
        What it would take, for each cutoff; empty where it is not known, or where
        nothing would do, as the lead is not plainly scored.
    likeness : Likeness or None
        Leads like this one; None where none were kept.
    sections : tuple of Section
        These in words.
    opening : tuple of Section
        Those that are told before the reasons.
    within : str
        Within which time its conversion counts; empty for a flat export.
    chances : Chances or None
        Where amounts are shares in the chance, and not points.
    """

    output: dict[str, Any]
    wording: Wording
    lines: tuple[Line, ...]
    start: float
    reference: Reference
    kinds: dict[str, str]
    digest: str = ""
    notes: tuple[str, ...] = ()
    changes: tuple[Change, ...] | None = None
    reach: tuple[Reach, ...] = ()
    likeness: Likeness | None = None
    sections: tuple[Section, ...] = ()
    opening: tuple[Section, ...] = ()
    within: str = ""
    chances: Chances | None = None

    @property
    def total(self) -> float:
        """Start + Σ points, before clipping and rounding."""
        return self.start + sum(x.points for x in self.lines)

    @property
    def topics(self) -> tuple[Topic, ...]:
        """The other signals' amounts by what they are about, the greatest first."""
        amounts = np.array([x.amount for x in self.lines])
        return other_topics(amounts, self._told(), self.wording.signals)

    @property
    def is_clipped(self) -> bool:
        """Whether the points lie outside what a score can show."""
        return not 0 <= self.total <= HIGHEST_SCORE

    @property
    def raising(self) -> tuple[Line, ...]:
        """The strongest signals that raise the score."""
        return tuple(self.lines[p] for p in self._strongest()[0])

    @property
    def lowering(self) -> tuple[Line, ...]:
        """The strongest signals that lower the score."""
        return tuple(self.lines[p] for p in self._strongest()[1])

    @property
    def others(self) -> tuple[Line, ...]:
        """All signals that are not among the reasons, in the contract's order."""
        told = self._told()
        return tuple(x for p, x in enumerate(self.lines) if p not in told)

    @property
    def other_points(self) -> float:
        """Of all the other signals together."""
        return sum(x.points for x in self.others)

    @property
    def start_amount(self) -> float:
        """What is shown of the start: its points, or its chance in percent."""
        return self.start if self.chances is None else self.chances.start

    @property
    def total_amount(self) -> float:
        """What is shown of the whole: what the start and the lines add up to."""
        return self.total if self.chances is None else self.chances.total

    @property
    def other_amount(self) -> float:
        """What is shown of all the other signals together."""
        return sum(x.amount for x in self.others)

    def _told(self) -> list[int]:
        up, down = self._strongest()
        return [*up, *down]

    def _strongest(self) -> tuple[list[int], list[int]]:
        return strongest(np.array([x.points for x in self.lines]))


def why(entry: Entry) -> Why:
    """Take a lead's score apart, as it was published.

    Raises
    ------
    RunError
        When the kept points do not add up to the chance that was published.
    ModelError
        When the kept contract cannot be read.
    """
    wording, kinds = _contract(entry)
    _check_columns(entry, wording)
    points = np.array([entry.points[s.code] for s in wording.signals])
    _check_sum(entry, float(points.sum()), wording)
    return Why(
        entry.values,
        wording,
        lines_of(entry, wording, points),
        float(entry.values["start_points"]),
        Reference(TRAINING, wording.reference),
        kinds,
        entry.scorer_digest,
        within=_within(entry, wording),
    )


def lines_of(entry: Entry, wording: Wording, points: Floats) -> tuple[Line, ...]:
    """Say of every signal what was seen, with some points beside it.

    Parameters
    ----------
    points : ndarray of shape (n_signals,)
    """
    names = [f.name for f in wording.features]
    return tuple(
        _line(s, [entry.seen[names[c]] for c in s.columns], float(p), place, entry,
              wording)
        for place, (s, p) in enumerate(zip(wording.signals, points, strict=True))
    )  # fmt: skip


def _line(
    signal: ModelSignal,
    seen: list[object],
    points: float,
    place: int,
    entry: Entry,
    wording: Wording,
) -> Line:
    rates = wording.rates[place] if wording.rates and not signal.is_personal else None
    like = None if rates is None else rates.of(seen[rates.at])
    return Line(
        signal.code,
        value_side(signal, seen, wording.features, rates),
        signal.family.value,
        signal.topic or signal.words,
        points,
        points,
        words_of(signal, seen, wording.features),
        "" if rates is None else evidence(like, wording.rate, wording.within),
        like,
        behind(signal, entry.touches or (), entry.values["snapshot_at"]),
    )


def _within(entry: Entry, wording: Wording) -> str:
    """Within which time the lead's conversion counts.

    Its deadline is spoken of unless it is known to have none.
    """
    if not wording.has_deadlines or DAYS_TO_DEADLINE not in entry.seen:
        return wording.within_of_one
    is_none = entry.seen[DAYS_TO_DEADLINE] is None
    return within_said(wording.horizon_days, "" if is_none else ITS)


def _check_sum(entry: Entry, points: float, wording: Wording) -> None:
    """Refuse points that do not come to the published chance: nobody could tell."""
    chance = float(entry.values["probability"])
    above = (entry.values["start_points"] + points - MIDDLE_POINTS) / (
        POINTS_PER_LOG_ODDS
    )
    found = float(probability_of([wording.scale.reference + above])[0])
    if not abs(found - chance) <= _TOLERANCE:
        raise RunError(
            f"The points kept for the lead {entry.values['lead_id']!r} come to a "
            f"chance of {found:.2%}, and {chance:.2%} was published, so no reasons are "
            f"given. The files beside {entry.scores.name} are damaged: score again."
        )


def _check_columns(entry: Entry, wording: Wording) -> None:
    """Refuse a ledger that holds less than its scorer tells of."""
    lacking = [
        *({"probability", "start_points"} - entry.values.keys()),
        *({s.code for s in wording.signals} - entry.points.keys()),
        *({f.name for f in wording.features} - entry.seen.keys()),
    ]
    if lacking:
        raise RunError(
            f"The points beside {entry.scores.name} lack {few(sorted(lacking))}, of "
            "which the scorer kept with them tells: they do not belong together. Score "
            "again."
        )


def _contract(entry: Entry) -> tuple[Wording, dict[str, str]]:
    """The words of the kept scorer, and what the kinds of touch are called."""
    try:
        raw = entry.contract
        kinds = {k["name"]: k["words"] for k in raw["company"]["kinds"]}
        return Wording.from_dict(raw), kinds
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(
            f"The contract of these scores cannot be read ({error!r}): it is damaged, "
            "or of a later version of Leadlight. Score again."
        ) from error
