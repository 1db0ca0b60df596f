"""Familiarity: the false rate is the stated one, and a shift is flagged far oftener."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, replace

import numpy as np
import pytest
from scipy.stats import binom

from features.errors import ModelError
from models.points import Floats
from models.unfamiliar.familiarity import (
    Familiarity,
    familiarity_of,
    least_compared,
    most_flagged,
)
from models.unfamiliar.flags import Flags, Patterns
from models.unfamiliar.forests import fit_forests
from models.unfamiliar.isolation import Forest, Isolation

FOREST = (Forest("behavioural", 50, 12.0, 4.0, (0,), (1.0,)),)


def settled(past: Floats, alpha: float = 0.01) -> Familiarity:
    return familiarity_of(past, FOREST, Flags(), alpha=alpha)


# --- p-values ------------------------------------------------------------------------


def test_a_p_value_counts_the_past_leads_at_least_as_strange() -> None:
    """Of 199 past leads, with α = .02, the four strangest are kept: 199 to 196."""
    made = settled(np.arange(1.0, 200.0), alpha=0.02)
    assert made.strangest == (199.0, 198.0, 197.0, 196.0)
    asked = np.array([300.0, 199.0, 198.5, 197.0, 196.5, 196.0, 5.0])
    found = made.p_values(asked)
    assert found.tolist() == [0.005, 0.01, 0.01, 0.02, 0.02, 1.0, 1.0]


def test_ties_are_counted_as_strange() -> None:
    """All alike: everybody is as strange as all the others."""
    assert settled(np.ones(199)).p_values(np.ones(3)).tolist() == [1.0] * 3


def test_too_few_past_leads_leave_flags_alone() -> None:
    assert least_compared(0.01) == 99
    few = settled(np.arange(98.0))
    assert (few.forests, few.strangest, few.compared) == ((), (), 98)
    assert few.p_values(np.array([1e9])).tolist() == [1.0]
    assert settled(np.arange(99.0)).p_values(np.array([1e9])).tolist() == [0.01]


@pytest.mark.parametrize("past", [99, 150, 541, 3000])
def test_no_more_than_alpha_of_leads_like_the_past_ones_are_flagged(past: int) -> None:
    """Over many pasts, and the count within what the binomial law allows."""
    rng = np.random.default_rng(past)
    nights, flagged = 4000, 0
    for _ in range(nights):
        made = settled(rng.normal(size=past))
        flagged += int(made.p_values(rng.normal(size=1))[0] <= made.alpha)
    assert flagged <= binom.ppf(0.999, nights, 0.01)
    # And not for nothing: at least as many as the coarseness of the sample allows.
    assert flagged >= binom.ppf(0.001, nights, most_flagged(past, 0.01) / (past + 1))


def test_smaller_p_values_are_as_rare_as_they_say() -> None:
    rng = np.random.default_rng(7)
    found = np.concatenate(
        [
            settled(rng.normal(size=999)).p_values(rng.normal(size=50))
            for _ in range(400)
        ]
    )
    for share in (0.001, 0.002, 0.005, 0.01):
        assert (found <= share).mean() <= share * 1.35  # 4 standard errors at .001


# --- in the forests' own company -----------------------------------------------------


def market(rng: np.random.Generator, rows: int) -> Floats:
    """Leads of one market: a country's code, a size, and how much they visited."""
    country = rng.choice([1.0, 2.0, 3.0], rows, p=[0.6, 0.3, 0.1])
    size = rng.lognormal(country, 0.5)
    return np.column_stack([country, size, rng.poisson(4.0, rows)])


def learnt(rng: np.random.Generator, past: int) -> tuple[Familiarity, Isolation]:
    columns = {"firmographic": [0, 1], "behavioural": [2]}
    text, forests = fit_forests(market(rng, 500), columns, {0: 4}, seed=1)
    isolation = Isolation.from_text(text, forests, 3)
    strange = isolation.strangeness(market(rng, past))
    return familiarity_of(strange, forests, Flags(), alpha=0.01), isolation


def test_the_old_market_is_flagged_at_alpha_and_a_new_one_at_95_percent() -> None:
    """New: a hundred times as large, in the rare country, ninety visits more."""
    rng = np.random.default_rng(11)
    old = new = 0
    pasts, asked = 8, 250
    for _ in range(pasts):
        familiarity, isolation = learnt(rng, 600)
        same = market(rng, asked)
        other = np.column_stack(
            [np.full(asked, 3.0), 100 * same[:, 1], same[:, 2] + 90]
        )
        old += int((familiarity.p_values(isolation.strangeness(same)) < 1).sum())
        new += int((familiarity.p_values(isolation.strangeness(other)) < 1).sum())
    # Leads of one night share their past: the variance of a share is α/600 more.
    spread = 4 * math.sqrt(0.01 * (1 / (pasts * asked) + 1 / (pasts * 600)))
    assert old / (pasts * asked) <= 0.01 + spread
    assert new / (pasts * asked) >= 0.95


# --- a night together ----------------------------------------------------------------


def flagged(found: int, of: int) -> np.ndarray:
    return np.arange(of) < found


def test_a_night_like_the_past_ones_is_as_expected() -> None:
    made = settled(np.arange(9999.0))
    night = made.judge(flagged(10, 1000))
    assert (night.leads, night.unfamiliar, night.verdict) == (1000, 10, "as expected")
    assert not night.is_unusual


def test_a_night_with_three_times_as_many_is_more_than_expected() -> None:
    night = settled(np.arange(9999.0)).judge(flagged(30, 1000))
    assert (night.verdict, night.is_unusual) == ("more than expected", True)
    # The binomial law alone says 1.6e-07; what 9,999 past leads leave open is more.
    assert 1.6e-7 < night.p_value < 1e-5


@pytest.mark.parametrize(("found", "of"), [(0, 0), (0, 1), (1, 1), (19, 19)])
def test_a_handful_of_leads_is_too_few_for_a_verdict_and_finite(
    found: int, of: int
) -> None:
    night = settled(np.arange(999.0)).judge(flagged(found, of))
    assert night.verdict == "too few"
    assert 0 < night.p_value <= 1


def test_without_forests_no_night_is_judged() -> None:
    night = settled(np.arange(5.0)).judge(flagged(0, 500))
    assert night.verdict == "too few"
    assert math.isnan(night.p_value)


def test_nights_like_the_past_ones_hardly_ever_raise_an_alarm() -> None:
    """The plain binomial test would, as all of a night's leads share one past."""
    rng = np.random.default_rng(5)
    alarms = cries = 0
    nights = 500
    for _ in range(nights):
        made = settled(rng.normal(size=300))
        strange = made.p_values(rng.normal(size=2000)) < 1
        alarms += int(made.judge(strange).is_unusual)
        cries += int(binom.sf(strange.sum() - 1, 2000, 0.01) <= 0.001)
    assert alarms <= binom.ppf(0.999, nights, 0.001)
    assert cries > 20


# --- as the contract holds it --------------------------------------------------------


def test_comes_back_from_json_as_it_was() -> None:
    flags = Flags(
        (0, 2), ((2, -1.5, 7.25),), (0,), (Patterns("s", ((0,), (1, 2)), ("80",), 1),)
    )
    made = replace(settled(np.linspace(0, 1, 500)), flags=flags)
    assert Familiarity.from_dict(json.loads(json.dumps(asdict(made)))) == made


def test_a_contract_that_lacks_some_of_the_strangest_is_damaged() -> None:
    made = settled(np.linspace(0, 1, 500))
    raw = asdict(replace(made, strangest=made.strangest[:-1]))
    with pytest.raises(ModelError, match="4 strangest, where 5 were expected"):
        Familiarity.from_dict(raw)
