"""The contract comes back as it was written, or says what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from itertools import chain
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import catalogue_of
from features.company import Company, DeclaredAttribute, Kind
from features.errors import ModelError
from features.vocabulary import Family, FunnelStage, Unit
from models.contract import Contract, model_signals
from models.players import ModelFeature, ModelSignal
from models.points import Scale
from models.qualifying.cutoffs import Cutoffs
from models.served import encode
from models.unfamiliar.familiarity import Familiarity
from models.unfamiliar.flags import Flags, Patterns
from models.unfamiliar.support import Segment, Support
from tests.models.small_models import (
    MIXED_FEATURES,
    MIXED_SIGNALS,
    contract,
    cutoff,
)

OTHERS: tuple[Any, ...] = ("", "3", [3], {}, {"a": 3}, None, True)  # of types

SMALL = contract(MIXED_FEATURES, MIXED_SIGNALS)

text = st.text(max_size=8)
number = st.floats(-1e6, 1e6)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | number | text,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(text, inner),
    max_leaves=4,
)
records = st.dictionaries(text, plain, max_size=3)
texts = st.lists(text, max_size=3).map(tuple)
numbers = st.lists(number, max_size=3).map(tuple)
features = st.builds(
    ModelFeature,
    name=text,
    categories=st.none() | texts,
    rare=texts,
    low=st.none() | number,
    high=st.none() | number,
)
signals = st.builds(
    ModelSignal,
    code=text,
    words=text,
    family=st.sampled_from(Family),
    unit=st.sampled_from(Unit),
    columns=st.lists(st.integers(0, 9), max_size=3).map(tuple),
    lookbacks_days=st.lists(st.integers(1, 90), max_size=3).map(tuple),
    is_personal=st.booleans(),
)
bounds = st.tuples(st.integers(0, 9), number, number)
contracts = st.builds(
    Contract,
    model=text,
    features=st.lists(features, max_size=3).map(tuple),
    signals=st.lists(signals, max_size=3).map(tuple),
    scale=st.builds(
        Scale, intercept=number, slope=st.floats(0.01, 5), reference=number
    ),
    cutoffs=st.builds(
        Cutoffs,
        mql=st.floats(0, 0.4).map(lambda at: cutoff("mql", at)),
        sql=(st.none() | st.floats(0.5, 1)).map(lambda at: cutoff("sql", at)),
    ),
    conversion=text,
    horizon_days=st.none() | number,
    ending=records,
    snapshots=records,
    lead_age_days=st.none() | st.tuples(number, number),
    company=records,
    fingerprint=text,
    grades=st.fixed_dictionaries({"fit": numbers, "engagement": numbers}),
    reference=text,
    hysteresis=st.floats(0, 20),
    familiarity=st.none()
    | st.builds(
        Familiarity,
        alpha=st.floats(0.01, 0.1),
        forests=st.just(()),
        compared=st.integers(0, 9),
        strangest=st.just(()),
        flags=st.builds(
            Flags,
            used=st.lists(st.integers(0, 9), max_size=2).map(tuple),
            bounds=st.lists(
                st.tuples(st.integers(0, 9), number, number), max_size=2
            ).map(tuple),
            small_pools=st.just(()),
            patterns=st.lists(
                st.builds(
                    Patterns,
                    name=text,
                    columns=st.just(((0, 1), (2,))),
                    seen=texts,
                    most=st.integers(0, 9),
                ),
                max_size=2,
            ).map(tuple),
        ),
    ),
    support=st.lists(
        st.builds(
            Support,
            column=text,
            words=text,
            ends=numbers,
            segments=st.lists(
                st.builds(
                    Segment,
                    name=text,
                    leads=st.integers(0, 9),
                    conversions=st.integers(0, 9),
                ),
                max_size=2,
            ).map(tuple),
        ),
        max_size=2,
    ).map(tuple),
)


def stored(**changed: Any) -> dict[str, Any]:
    """A contract as it lies on disk, some of its values changed."""
    return {**json.loads(SMALL.to_json()), **changed}


# --- there and back ------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(contracts)
def test_comes_back_as_it_was_written(made: Contract) -> None:
    assert Contract.from_json(made.to_json()) == made


def test_what_is_stored_is_json_that_others_can_read() -> None:
    raw = json.loads(SMALL.to_json())

    assert raw["format"] == 1
    assert raw["features"][2] == {
        "name": "source",
        "categories": ["ad", "fair", "web"],
        "rare": ["radio"],
    }
    assert raw["scale"] == {"intercept": 0.25, "slope": 0.5, "reference": -1.0}


def test_a_number_has_no_categories_and_a_category_no_range() -> None:
    told = [set(each) for each in SMALL.encoding]

    assert told[0] == {"name", "rare", "low", "high"}
    assert told[2] == {"name", "categories", "rare"}


def test_the_encoding_is_what_the_scorer_reads() -> None:
    table = pd.DataFrame(
        {"visits_7d": [1], "size": [2.5], "source": ["radio"], "visits_30d": [4]}
    )

    assert encode(table, SMALL.encoding).tolist() == [[1.0, 2.5, 0.0, 4.0]]


# --- refusals ------------------------------------------------------------------------


@pytest.mark.parametrize("damaged", ["", "{", "\x00", SMALL.to_json()[:-10]])
def test_refuses_what_is_no_json(damaged: str) -> None:
    with pytest.raises(ModelError, match=r"contract is no JSON .*: it is damaged\."):
        Contract.from_json(damaged)


@pytest.mark.parametrize("other", [0, 2, "1", None])
def test_refuses_another_format_by_name(other: object) -> None:
    with pytest.raises(ModelError, match=f"has format {other!r}, and this version"):
        Contract.from_dict(stored(format=other))


NEEDED = [f.name for f in fields(Contract) if f.default is MISSING]


@pytest.mark.parametrize("name", ["format", *NEEDED])
def test_refuses_a_contract_that_lacks_a_field(name: str) -> None:
    raw = {k: v for k, v in stored().items() if k != name}

    with pytest.raises(ModelError, match=f"cannot be read .*{name}"):
        Contract.from_dict(raw)


@pytest.mark.parametrize(
    "changed",
    [
        {"more": 1},
        {"features": [{"categories": []}]},
        {"features": 5},
        {"signals": [5]},
        {"lead_age_days": []},
        {"lead_age_days": [1.0]},
        {"grades": []},
        {"scale": {"intercept": 0.0, "slope": -1.0, "reference": 0.0}},
        {"cutoffs": {}},
        *({"hysteresis": other} for other in OTHERS),
        *({"model": other} for other in OTHERS[2:]),
        *({"snapshots": other} for other in OTHERS[:3]),
        *({"features": other} for other in OTHERS),
        {"cutoffs": {"mql": {}, "sql": {}}},
    ],
)
def test_refuses_damaged_fields_with_a_sentence(changed: dict[str, Any]) -> None:
    with pytest.raises(ModelError):
        Contract.from_dict(stored(**changed))


@pytest.mark.parametrize("raw", ["5", "[1, 2]", "null", '"text"', "[]"])
def test_refuses_json_that_is_no_contract(raw: str) -> None:
    with pytest.raises(ModelError, match="it is damaged, or not ours"):
        Contract.from_json(raw)


def test_refuses_cutoffs_that_do_not_nest() -> None:
    cutoffs = stored()["cutoffs"]
    swapped = {"mql": cutoffs["sql"], "sql": cutoffs["mql"]}

    with pytest.raises(ModelError, match=r"but they are 0\.5 and 0\.25"):
        Contract.from_dict(stored(cutoffs=swapped))


# --- signals and players -------------------------------------------------------------

COMPANY = Company(
    kinds=(Kind("demo", "Demo", FunnelStage.BOTTOM),),
    attributes=(
        DeclaredAttribute("size", "number", "Size"),
        DeclaredAttribute("mail", "email", "E-mail", personal=True),
        DeclaredAttribute("town", "category", "Town", personal=True),
    ),
    lookbacks_days=(7, 30),
)
CATALOGUE = catalogue_of(COMPANY)


@settings(deadline=None)
@given(st.permutations(CATALOGUE.columns), st.integers(0, len(CATALOGUE.columns)))
def test_players_part_the_columns_among_them(columns: list[str], kept: int) -> None:
    features = tuple(ModelFeature(name) for name in columns[:kept])

    made = contract(features, model_signals(CATALOGUE, features))

    assert sorted(chain(*made.players)) == list(range(kept))
    assert all(made.players)


def test_a_signal_keeps_the_lookbacks_of_the_columns_that_are_left() -> None:
    features = (ModelFeature("size"), ModelFeature("demo_touches_30d"))

    touches, size = model_signals(CATALOGUE, features)

    assert (touches.code, touches.columns, touches.lookbacks_days) == (
        "demo_touches",
        (1,),
        (30,),
    )
    assert (size.code, size.columns, size.lookbacks_days) == ("size", (0,), ())


def test_a_signal_without_a_column_is_no_player() -> None:
    found = model_signals(CATALOGUE, (ModelFeature("size"),))

    assert [each.code for each in found] == ["size"]


def test_what_is_personal_stays_so_and_what_is_derived_from_it_does_not() -> None:
    features = (ModelFeature("town"), ModelFeature("mail_domain_class"))

    found = model_signals(CATALOGUE, features)

    assert {each.code: each.is_personal for each in found} == {
        "town": True,
        "mail_domain_class": False,
    }
