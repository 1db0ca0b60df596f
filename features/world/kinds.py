"""The kinds of touches: their channel, their funnel stage, and who makes them when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from ..vocabulary import FunnelStage
from .world import Ints, Persona, Phase

HOUR_S: Final = 3_600.0


@dataclass(frozen=True)
class Kind:
    """A kind of touch, and how late its channel tells us (at least, on average)."""

    channel: str
    stage: FunnelStage
    assets: int
    least_s: float
    late_s: float
    outbound: bool = False


WORLD_KINDS: Final = {
    "page_visit": Kind("web", FunnelStage.TOP, 40, 1, 60),
    "newsletter_open": Kind("email", FunnelStage.TOP, 30, 60, 4 * HOUR_S),
    "docs_page": Kind("web", FunnelStage.MIDDLE, 60, 1, 60),
    "webinar": Kind("seminar", FunnelStage.MIDDLE, 12, 20 * HOUR_S, 24 * HOUR_S),
    "product_tour": Kind("web", FunnelStage.MIDDLE, 4, 1, 60),
    "pricing_page": Kind("web", FunnelStage.BOTTOM, 3, 1, 60),
    "trial_start": Kind("product", FunnelStage.BOTTOM, 2, HOUR_S, 10 * HOUR_S),
    "demo_request": Kind("web", FunnelStage.BOTTOM, 0, 1, 60),
    "cart_started": Kind("product", FunnelStage.BOTTOM, 3, HOUR_S, 10 * HOUR_S),
    "careers_page": Kind("web", FunnelStage.NEGATIVE, 15, 1, 60),
    "unsubscribe": Kind("email", FunnelStage.NEGATIVE, 0, 60, 4 * HOUR_S),
    "bounce": Kind("email", FunnelStage.NEGATIVE, 0, 60, 4 * HOUR_S),
    "outbound_email": Kind("email", FunnelStage.OTHER, 6, 60, 4 * HOUR_S, True),
    "outbound_call": Kind("phone", FunnelStage.OTHER, 0, 60, 18 * HOUR_S, True),
}

WORLD_FUNNEL: Final = {
    stage: tuple(kind for kind, facts in WORLD_KINDS.items() if facts.stage is stage)
    for stage in (
        FunnelStage.TOP,
        FunnelStage.MIDDLE,
        FunnelStage.BOTTOM,
        FunnelStage.NEGATIVE,
    )
}
WORLD_OUTBOUND: Final = tuple(k for k, facts in WORLD_KINDS.items() if facts.outbound)

RATES: Final = np.array(  # touches a day, before scaling; by persona, phase
    [
        [0.035, 0.28, 0.85, 0.025],
        [0.120, 0.50, 0.50, 0.060],
        [0.150, 0.45, 0.60, 0.150],
        [0.080, 0.40, 0.45, 0.040],
    ]
)

# Weights in the order of WORLD_KINDS:
# page news docs semi tour pric tria demo cart care unsu boun mail call
_QUIET: Final = (30, 30, 4, 3, 1, 1.0, 0.1, 0.1, 0.1, 1.0, 2.0, 1.5, 20, 4)
_RESEARCHING: Final = (30, 10, 20, 9, 9, 5.0, 0.6, 0.5, 0.4, 1.0, 0.4, 0.2, 7, 3)
_BUYING: Final = (12, 5, 14, 4, 10, 26.0, 4.5, 5.0, 4.5, 0.5, 0.1, 0.1, 7, 7)
_COOLED: Final = (24, 26, 4, 2, 1, 1.0, 0.1, 0.1, 0.1, 2.0, 8.0, 4.0, 22, 4)
_SEEKING: Final = (20, 6, 3, 1, 2, 2.0, 0.3, 0.1, 0.1, 55.0, 1.0, 1.0, 7, 1)
_SPYING: Final = (20, 12, 26, 5, 9, 16.0, 1.2, 0.5, 0.3, 5.0, 0.3, 0.2, 4, 1)
_STUDYING: Final = (34, 10, 28, 8, 6, 4.0, 2.4, 0.3, 0.2, 4.0, 0.8, 0.4, 3, 0)

MIXES: Final = {
    (Persona.BUYER, Phase.QUIET): _QUIET,
    (Persona.BUYER, Phase.RESEARCHING): _RESEARCHING,
    (Persona.BUYER, Phase.BUYING): _BUYING,
    (Persona.BUYER, Phase.COOLED): _COOLED,
    **{(Persona.JOB_SEEKER, phase): _SEEKING for phase in Phase},
    **{(Persona.COMPETITOR, phase): _SPYING for phase in Phase},
    **{(Persona.STUDENT, phase): _STUDYING for phase in Phase},
}
SLOTS: Final = 1_000  # a mix is kept as a thousand equal slots: a kind is one look-up


def slots() -> pd.DataFrame:
    """Return one row per persona, phase and slot: which kind a draw gives.

    Examples
    --------
    >>> int(slots().kind_no.max()) + 1
    14
    """
    cells = [
        (persona * len(Phase) + phase, np.repeat(np.arange(len(mix)), _shares(mix)))
        for (persona, phase), mix in MIXES.items()
    ]
    return pd.DataFrame(
        {
            "slot": np.concatenate(
                [np.arange(SLOTS) + cell * SLOTS for cell, _ in cells]
            ),
            "kind_no": np.concatenate([kinds for _, kinds in cells]),
        }
    )


def kinds() -> pd.DataFrame:
    """Return one row per kind, as the touches need it."""
    facts = list(WORLD_KINDS.values())
    return pd.DataFrame(
        {
            "kind_no": np.arange(len(facts)),
            "kind": np.array(list(WORLD_KINDS), dtype=object),
            "channel": np.array([k.channel for k in facts], dtype=object),
            "assets": [k.assets for k in facts],
            "least_us": [round(k.least_s * 1e6) for k in facts],
            "late_us": [round(k.late_s * 1e6) for k in facts],
        }
    )


def _shares(mix: tuple[float, ...]) -> Ints:
    """Slots of each kind, SLOTS in all."""
    ends = np.round(np.cumsum(mix) / np.sum(mix) * SLOTS)
    return np.asarray(np.diff(ends, prepend=0.0), dtype=np.int64)
