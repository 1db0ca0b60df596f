"""The truth: how probable a conversion really is, given the phase a lead is in.

Within a week all hazards and moves are constant, so the probabilities of conversion
from each phase, v, obey v(t) = exp(G·Δ) v(t + Δ), where G holds the moves, the openings
(into a fifth place, "converted", worth 1) and the closings (out of it all, worth 0).
The weeks from t to t + horizon are folded from the last to the first.

Why uniformisation for the exponential (Jensen 1953): a sum of products of non-negative
numbers loses no digits to cancellation and needs no eigenvectors. It is stopped when
less than 1e-12 of the mass is left, so that is its error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from ..errors import ConfigError
from ..vocabulary import CREATED_AT, DAY_US, LEAD_ID, SNAPSHOT_AT
from .journeys import Hazards, hazards_of
from .seasons import Seasons
from .world import AFTER_DAYS, Claims, Floats, Ints, Phase

CHUNK: Final = 50_000  # snapshots at a time: some tens of megabytes
RESIDUE: Final = 1e-12
CONVERTED: Final = len(Phase)


@dataclass(frozen=True)
class Truth:
    """What nobody in the company knows; the pipeline must never read it.

    Attributes
    ----------
    leads : DataFrame
        One row per lead, in order of ``lead_id``: lead_id, created_at, eagerness,
        persona, converted_at and closed_at (missing if not; at most one is given),
        also after ``known_until`` and whether recorded or not.
    phases : DataFrame
        One row per phase a lead passed through: lead (its row), phase, from_at, in
        order of time. The first begins before created_at.
    seasons : Seasons
        The weekly factors.
    drawn_until_us : int
        Where the journeys stop: ``AFTER_DAYS`` after ``known_until``.
    """

    leads: pd.DataFrame
    phases: pd.DataFrame
    seasons: Seasons
    drawn_until_us: int


def probability_of(truth: Truth, spine: pd.DataFrame, horizon_days: float) -> Floats:
    """Return the true probability of each snapshot; see ``true_probability``."""
    if not 0 < horizon_days <= AFTER_DAYS:
        raise ConfigError(
            f"horizon_days must lie in (0, {AFTER_DAYS}], found {horizon_days}."
        )
    at_us = instants_us(spine[SNAPSHOT_AT])
    lead = pd.Index(truth.leads[LEAD_ID]).get_indexer(pd.Index(spine[LEAD_ID]))
    asked = np.flatnonzero((lead >= 0) & _is_eligible(truth, lead, at_us))
    phase = _phase_at(truth, lead[asked], at_us[asked])
    eagerness: Floats = truth.leads["eagerness"].to_numpy()[lead[asked]]
    answer = np.full(len(spine), np.nan)
    for begin in range(0, asked.size, CHUNK):
        some = slice(begin, begin + CHUNK)
        answer[asked[some]] = folded(
            truth.seasons,
            hazards_of(eagerness[some]),
            phase[some],
            at_us[asked[some]],
            horizon_days,
        )
    return answer


def folded(
    factors: Seasons, hazards: Hazards, phase: Ints, at_us: Ints, horizon_days: float
) -> Floats:
    """Return the probability of conversion in [at, at + horizon) from a phase."""
    to_us = at_us + round(horizon_days * DAY_US)
    first = np.searchsorted(factors.weeks_us, at_us, side="right") - 1
    last = np.searchsorted(factors.weeks_us, to_us, side="left") - 1
    value = np.zeros((at_us.size, CONVERTED + 1))
    value[:, CONVERTED] = 1.0
    for back in range(int((last - first).max(initial=-1)) + 1):
        week = np.maximum(last - back, first)
        begin = np.maximum(factors.weeks_us[week], at_us)
        end = np.minimum(factors.weeks_us[week + 1], to_us)
        days = np.where(last - back >= first, (end - begin) / DAY_US, 0.0)
        rates = _rates(hazards, factors.opening[week], factors.closing[week])
        value = _passed(rates, days, value)
    return value[np.arange(at_us.size), phase]


def instants_us(instants: pd.Series) -> Ints:
    """Microseconds since 1970; instants without a time zone are UTC."""
    utc = pd.to_datetime(instants, utc=True).dt.tz_localize(None)
    return utc.to_numpy().astype("datetime64[us]").astype(np.int64)


def _rates(hazards: Hazards, opening: Floats, closing: Floats) -> Floats:
    """Rates a day between the phases and "converted": shape (n, 5, 5)."""
    opens = hazards.opening * opening[:, None]
    closes = hazards.closing * closing[:, None]
    rates = np.zeros((len(opens), CONVERTED + 1, CONVERTED + 1))
    rates[:, :CONVERTED, :CONVERTED] = hazards.moves
    rates[:, :CONVERTED, CONVERTED] = opens
    phases = np.arange(CONVERTED)
    rates[:, phases, phases] = -(hazards.moves.sum(axis=2) + opens + closes)
    return rates


def _passed(rates: Floats, days: Floats, value: Floats) -> Floats:
    """exp(rates · days) value, by uniformisation."""
    pace = np.maximum(-np.einsum("nii->ni", rates).min(axis=1), 1e-12)
    jump = rates / pace[:, None, None] + np.eye(CONVERTED + 1)
    mass = np.exp(-pace * days)
    left, total, steps = 1.0 - mass, mass[:, None] * value, 0
    while (left > RESIDUE).any() and steps < 10_000:
        steps += 1
        value = np.einsum("nij,nj->ni", jump, value)
        mass = mass * pace * days / steps
        total, left = total + mass[:, None] * value, left - mass
    return np.asarray(total)


def _is_eligible(truth: Truth, lead: Ints, at_us: Ints) -> Claims:
    """Created, not ended, and not after the journeys stop being drawn."""
    leads = truth.leads
    ended = leads["converted_at"].fillna(leads["closed_at"])
    ended_us = np.where(ended.isna(), np.iinfo(np.int64).max, instants_us(ended))
    created_us = instants_us(leads[CREATED_AT])
    known = at_us < truth.drawn_until_us
    return np.asarray((created_us[lead] <= at_us) & (at_us <= ended_us[lead]) & known)


def _phase_at(truth: Truth, lead: Ints, at_us: Ints) -> Ints:
    """Phase of each lead at each instant: the last that began at it or before."""
    asked = pd.DataFrame({"lead": lead, "at": at_us, "row": np.arange(lead.size)})
    begun = truth.phases[["lead", "phase"]].assign(
        at=instants_us(truth.phases["from_at"])
    )
    found = pd.merge_asof(
        asked.sort_values("at", kind="stable"),
        begun.sort_values("at", kind="stable"),
        on="at",
        by="lead",
    )
    return found.sort_values("row")["phase"].to_numpy().astype(np.int64)
