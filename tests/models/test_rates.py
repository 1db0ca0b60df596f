"""Past leads with a like value are found again, and what became of them is said."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.vocabulary import Family, Unit
from models.contract import Contract
from models.explaining.words import value_side
from models.players import ModelFeature, ModelSignal
from models.recalling.rates import Like, Places, Rates, evidence, read_rates
from models.wording import Wording
from tests.models.small_models import contract


def like(words: str, leads: int = 100, share: float = 0.3) -> Like:
    """Past leads of whom a tenth converted."""
    return Like(words, leads, 3 * leads, 0.1, 0.05, 0.2, share)


COUNTS = Rates(
    Unit.COUNT,
    at=1,
    lookback_days=30,
    ends=(0.0, 1.0, 3.0),
    names=(),
    bins=(like("none"), like("1"), like("2–3"), like("4 or more")),
    missing=None,
    places=Places(0.0, 0.0, 0.0, 4.0, 0.0, 1.0),
)
SOURCES = Rates(
    Unit.CATEGORY,
    at=0,
    lookback_days=None,
    ends=(),
    names=("web", "fair"),
    bins=(like("web", share=0.6), like("fair", share=0.04), like("others", share=0.7)),
    missing=like("not known", share=0.01),
    places=None,
    others=frozenset({"ad", "radio"}),
)
SOURCE = ModelFeature("source", ("web", "fair", "ad"), ("radio",))
VISITS = ModelSignal("v", "Visits", Family.BEHAVIOURAL, Unit.COUNT, (0, 1), (7, 30))
ORIGIN = ModelSignal("source", "Source", Family.FIRMOGRAPHIC, Unit.CATEGORY, (2,))
FEATURES = (ModelFeature("v_7d"), ModelFeature("v_30d"), SOURCE)


# --- like values ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "none"),
        (1.0, "1"),
        (2, "2–3"),
        (3.0, "2–3"),
        (4, "4 or more"),
        (1e9, "4 or more"),
    ],
)
def test_a_number_finds_its_bin(value: float, words: str) -> None:
    found = COUNTS.of(value)
    assert found is not None
    assert found.words == words


@pytest.mark.parametrize(
    ("value", "words"),
    [("web", "web"), ("radio", "others"), ("ad", "others"), (None, "not known")],
)
def test_a_category_finds_its_bin(value: str | None, words: str) -> None:
    found = SOURCES.of(value)
    assert found is not None
    assert found.words == words


def test_what_was_never_seen_has_no_past_leads_and_that_is_said() -> None:
    assert SOURCES.of("moon") is None
    assert COUNTS.of(None) is None
    assert (
        evidence(SOURCES.of("moon"), 0.1, " within 30 days")
        == "no past lead was like that"
    )


def test_evidence_without_a_horizon_or_an_overall_rate() -> None:
    one = Like("web", 1, 1, 0.0, 0.0, 0.79, 1.0)
    assert evidence(one, None, "") == (
        "of 1 past lead like that (web), 0.0% (0.0% to 79.0%) converted"
    )


# --- places --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ([0, 0], "No visits in 30 days, like most past leads"),
        (
            [0, 2],
            "Visits: 0 in 7 days, 2 in 30; over 30 days more than for most past leads",
        ),
        (
            [5, 9],
            "Visits: 5 in 7 days, 9 in 30; "
            "over 30 days more than for 9 in 10 past leads",
        ),
    ],
)
def test_the_value_side_names_the_lookback_that_it_compares(
    seen: list[float], said: str
) -> None:
    assert value_side(VISITS, seen, FEATURES, COUNTS) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("web", "Source: web, like most past leads"),
        ("fair", "Source: fair, like fewer than 1 in 20 past leads"),
        # Of those that share a bin none may be like most, though together they are.
        ("ad", "Source: ad"),
        (None, "Source: not known, like fewer than 1 in 20 past leads"),
        ("moon", "Source: moon (a value never seen before)"),
    ],
)
def test_a_category_is_said_to_be_common_or_scarce(
    value: str | None, said: str
) -> None:
    assert value_side(ORIGIN, [value], FEATURES, SOURCES) == said


def test_without_rates_only_what_was_seen_is_said() -> None:
    assert value_side(ORIGIN, ["web"], FEATURES) == "Source: web"


# --- stored --------------------------------------------------------------------------


def test_a_contract_and_its_wording_keep_the_rates() -> None:
    made = contract(FEATURES, (VISITS, ORIGIN), rates=(COUNTS, SOURCES), rate=0.067)
    text = made.to_json()
    assert Contract.from_json(text) == made
    wording = Wording.from_dict(json.loads(text))
    assert wording.rates == (COUNTS, SOURCES)
    assert wording.rate == 0.067
    assert '"others":' not in text  # the features know them


def test_an_older_contract_has_no_rates() -> None:
    raw = json.loads(contract(FEATURES, (VISITS, ORIGIN)).to_json())
    del raw["rates"], raw["rate"]
    made = Contract.from_dict(raw)
    assert (made.rates, made.rate) == ((), None)
    wording = Wording.from_dict(raw)
    assert (wording.rates, wording.rate) == ((None, None), None)


def test_a_personal_signal_has_none_among_others() -> None:
    found = read_rates([None, SOURCES.to_dict()], (VISITS, ORIGIN), FEATURES)
    assert found == (None, SOURCES)


@given(st.one_of(st.none(), st.text(), st.floats(allow_nan=False), st.integers()))
def test_any_category_has_an_answer(value: object) -> None:
    found = SOURCES.of(value)
    assert (found is None) == (value not in (None, "web", "fair", "ad", "radio"))
