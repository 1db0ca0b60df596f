"""Past leads and what became of them: drawn, kept, found again, compared with."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.errors import ModelError
from features.vocabulary import Family, Unit
from models.contract import Contract
from models.players import ModelFeature, ModelSignal
from models.points import Floats, Scale, probability_of
from models.recalling.drawing import make_precedents
from models.recalling.likeness import leads_like
from models.recalling.precedents import Precedents, above_cutoff, population
from models.treeshap import TreeExplainer
from models.wording import Wording
from tests.models.small_models import (
    MIXED_FEATURES,
    MIXED_SIGNALS,
    contract,
    mixed_booster,
    mixed_rows,
)

POINT = math.log(2) / 10  # log-odds, where the scale's slope is 1
WORDS = ("fair", "web")
FEATURES = (
    ModelFeature("webinars", low=0.0, high=9.0),
    ModelFeature("source", categories=WORDS),
)
SIGNALS = (
    ModelSignal("webinars", "Webinars", Family.BEHAVIOURAL, Unit.COUNT, (0,)),
    ModelSignal("source", "Source", Family.FIRMOGRAPHIC, Unit.CATEGORY, (1,)),
)


def _wording(mql: float = 60.0, horizon_days: float | None = 30.0) -> Wording:
    """50 points are a margin of nought."""
    chance = float(probability_of([(mql - 50) * POINT])[0])
    return Wording(
        FEATURES, SIGNALS, Scale(0.0, 1.0, 0.0), {"mql": chance, "sql": None}, "won",
        horizon_days, "training paths", "booster",
    )  # fmt: skip


def _precedents(points: list[list[float]], **changed: object) -> Precedents:
    """Leads of these points, by signal; nobody converted and nothing was foretold."""
    told = np.array(points, np.float32).reshape(len(points), 2)
    plain = Precedents(
        outcome=np.zeros(len(told)),
        snapshot_at=np.array(["2026-03"] * len(told), "datetime64[M]"),
        weight=np.ones(len(told)),
        margin=np.full(len(told), np.nan),
        encoded=np.zeros((len(told), 2), np.float32),
        contributions=(told * POINT).astype(np.float32),
        baseline=0.0,
    )
    return replace(plain, **changed)  # type: ignore[arg-type]


def _company(n: int, groups: int, *, seed: int = 1) -> tuple[pd.DataFrame, Floats]:
    """A spine of ``n`` rows of so many accounts, and the mixed features encoded."""
    random = np.random.default_rng(seed)
    group = random.integers(0, groups, n)
    instants = pd.Timestamp("2026-01-05", tz="UTC") + pd.to_timedelta(
        7 * (np.arange(n) % 20) + random.random(n), unit="D"
    )
    spine = pd.DataFrame(
        {
            "lead_id": [f"lead-{i}" for i in range(n)],
            "group_id": [f"account-{g}" for g in group],
            "snapshot_at": instants,
            "outcome": random.integers(0, 2, n),
        }
    )
    return spine, mixed_rows(n, seed)


def _table(encoded: Floats) -> pd.DataFrame:
    """The features before they were encoded."""
    source = [None if np.isnan(c) else ("radio", "ad", "fair", "web")[int(c)] for c in
              encoded[:, 2]]  # fmt: skip
    told = {f.name: encoded[:, i] for i, f in enumerate(MIXED_FEATURES)}
    return pd.DataFrame({**told, "source": pd.Series(source, dtype="str")})


def _drawn(
    spine: pd.DataFrame,
    encoded: Floats,
    margin: Floats,
    most: int = 5000,
    scorer: Contract | None = None,
) -> Precedents:
    scorer = scorer or contract(MIXED_FEATURES, MIXED_SIGNALS)
    explainer = TreeExplainer(mixed_booster().model_to_string(), scorer.players)
    table = _table(encoded)
    return make_precedents(spine, table, margin, scorer, explainer, most=most)


def test_one_row_of_each_group_is_drawn_and_stands_for_its_group() -> None:
    spine, encoded = _company(200, 30)
    made = _drawn(spine, encoded, np.zeros(200))
    assert len(made) == spine["group_id"].nunique() == 30
    assert made.weight.tolist() == [1.0] * 30


def test_of_more_groups_than_are_kept_each_stands_for_several() -> None:
    spine, encoded = _company(200, 30)
    made = _drawn(spine, encoded, np.zeros(200), most=20)
    assert (len(made), made.weight.sum()) == (20, pytest.approx(30))


def test_rows_that_were_foretold_are_drawn_first() -> None:
    """Every second row was: a group without any is drawn from all the same."""
    spine, encoded = _company(200, 30)
    margin = np.where(np.arange(200) % 2, np.nan, 0.25)
    margin[spine["group_id"] == "account-3"] = np.nan
    foretold = spine.loc[np.isfinite(margin), "group_id"].nunique()
    made = _drawn(spine, encoded, margin)
    assert (len(made), int(np.isfinite(made.margin).sum())) == (30, foretold)
    assert foretold < 30


def test_drawing_does_not_depend_on_the_order_of_the_rows() -> None:
    spine, encoded = _company(200, 30)
    margin = np.where(np.arange(200) % 3, np.nan, np.arange(200) / 100)
    order = np.random.default_rng(4).permutation(200)
    mixed = _drawn(spine.iloc[order], encoded[order], margin[order])
    assert mixed.to_bytes() == _drawn(spine, encoded, margin).to_bytes()


def test_contributions_are_the_scorers_and_add_up_to_its_margin() -> None:
    spine, encoded = _company(60, 60)
    made = _drawn(spine, encoded, np.zeros(60))
    values = made.encoded.astype(np.float64)
    raw = np.asarray(mixed_booster().predict(values, raw_score=True))
    assert made.served_margin() == pytest.approx(raw, abs=1e-5)
    assert made.contributions.shape == (made.encoded.shape[0], len(MIXED_SIGNALS))


def test_nothing_says_whose_row_it_is() -> None:
    """No ids, a month for an instant, and nothing of a personal signal's columns."""
    personal = (replace(MIXED_SIGNALS[0], is_personal=True), *MIXED_SIGNALS[1:])
    spine, encoded = _company(60, 60)
    spine = spine.assign(group_id=[f"account-{i}" for i in range(60)])
    scorer = contract(MIXED_FEATURES, personal)
    made = _drawn(spine, encoded, np.zeros(60), scorer=scorer)
    assert np.isnan(made.encoded[:, [0, 3]]).all()
    assert not np.isnan(made.encoded[:, 1]).all()
    assert (made.contributions[:, 0] != 0).any()
    told = made.to_bytes()
    assert b"lead-" not in told
    assert b"account-" not in told
    months = Precedents.from_bytes(told, scorer).snapshot_at
    expected = spine["snapshot_at"].dt.strftime("%Y-%m")
    assert sorted(map(str, months)) == sorted(expected)


def test_a_flat_export_has_no_months() -> None:
    spine, encoded = _company(40, 40)
    flat = spine.assign(snapshot_at=pd.array([None] * 40, dtype="datetime64[us]"))
    made = _drawn(flat, encoded, np.zeros(40))
    assert np.isnat(made.snapshot_at).all()
    read = Precedents.from_bytes(
        made.to_bytes(), contract(MIXED_FEATURES, MIXED_SIGNALS)
    )
    assert np.isnat(read.snapshot_at).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 12), st.integers(0, 9))
def test_what_is_written_is_what_is_read(rows: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    made = _precedents(
        random.normal(size=(rows, 2)).tolist(),
        outcome=random.integers(0, 2, rows).astype(float),
        margin=np.where(random.random(rows) < 0.5, np.nan, 0.1),
        baseline=float(random.normal()),
    )
    read = Precedents.from_bytes(made.to_bytes(), _wording())
    for name, value in vars(made).items():
        np.testing.assert_array_equal(getattr(read, name), value, err_msg=name)
    assert read.to_bytes() == made.to_bytes()


def test_what_is_damaged_or_of_another_scorer_is_refused() -> None:
    told = _precedents([[1, 2]]).to_bytes()
    for damaged in (b"", told[:40], b"PAR1" + told):
        with pytest.raises(ModelError, match="cannot be read"):
            Precedents.from_bytes(damaged, _wording())
    wider = replace(_wording(), features=(*FEATURES, ModelFeature("more")))
    with pytest.raises(ModelError, match="2 columns f… where 3 were expected"):
        Precedents.from_bytes(told, wider)


def test_the_population_is_all_of_them() -> None:
    found = population(_precedents([[i, 0] for i in range(40)]))
    assert (len(found.encoded), found.name, found.said) == (40, "population", "")
    few = population(_precedents([[1, 0]]))
    assert few.said.startswith("The reference is one past lead only")
    with pytest.raises(ModelError, match="keeps no past leads"):
        population(_precedents([]))


def test_it_is_said_that_personal_values_are_not_held_against_any() -> None:
    """They are missing of past leads, and the lead's own is compared with that."""
    encoded = np.column_stack([np.full(60, np.nan), np.zeros(60)]).astype(np.float32)
    hidden = _precedents([[20.0, 0.0]] * 60, encoded=encoded)
    for found in (population(hidden), above_cutoff(hidden, _wording(), "mql")):
        assert found.said.startswith("Values that are personal are not kept")


def test_just_above_the_cutoff_are_the_nearest_fifty_who_qualified() -> None:
    """Of 40, 41 … 139 points, 60 and more qualify; 60 to 109 are the nearest fifty."""
    points = [[float(p - 50), 0.0] for p in range(40, 140)]
    encoded = np.arange(200, dtype=np.float32).reshape(100, 2)
    shuffled = np.random.default_rng(3).permutation(100)
    precedents = _precedents([points[i] for i in shuffled], encoded=encoded[shuffled])
    found = above_cutoff(precedents, _wording(mql=59.99), "mql")
    assert found.encoded[:, 0].tolist() == [float(2 * i) for i in range(20, 70)]
    assert (found.name, found.said) == ("leads just above the MQL cutoff", "")


def test_of_many_precedents_the_nearest_twentieth_is_taken() -> None:
    precedents = _precedents([[20.0 + i / 1000, 0.0] for i in range(2000)])
    assert len(above_cutoff(precedents, _wording(), "mql").encoded) == 100


def test_few_above_the_cutoff_are_said_to_be_few() -> None:
    some = _precedents([[20.0, 0.0]] * 12 + [[-20.0, 0.0]] * 200)
    found = above_cutoff(some, _wording(), "mql")
    assert len(found.encoded) == 12
    assert found.said.startswith("The reference is 12 past leads only")
    with pytest.raises(ModelError, match="None of the scorer's 3 past leads is at or"):
        above_cutoff(_precedents([[0, 0]] * 3), _wording(), "mql")
    with pytest.raises(ModelError, match="no cutoff 'sql'"):
        above_cutoff(some, _wording(), "sql")


def test_the_most_alike_have_the_same_score_for_the_same_reasons() -> None:
    """Raised by 4 and lowered by 4 is 4 apart; raised by 3 and 3 is 6 apart."""
    precedents = _precedents([[7, 0], [3, 3], [0, -5], [20, 0], [4, -4]])
    found = leads_like(np.array([0.0, 0.0]), precedents, _wording(), most=4)
    assert found is not None
    assert [round(a.apart, 3) for a in found.nearest] == [4.0, 5.0, 6.0, 7.0]
    assert [a.score for a in found.nearest] == [50, 45, 56, 57]
    assert found.apart == pytest.approx(7.0)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.integers(0, 99))
def test_the_most_alike_are_found_as_by_looking_at_each(rows: int, seed: int) -> None:
    random = np.random.default_rng(seed)
    points = random.normal(scale=20, size=(rows, 2))
    outcome = random.integers(0, 2, rows).astype(float)
    lead = random.normal(scale=20, size=2)
    precedents = _precedents(points.tolist(), outcome=outcome)
    found = leads_like(lead, precedents, _wording())
    assert found is not None
    by_hand = sorted(
        ((abs(x) + abs(y) + abs(x + y)) / 2, converted)
        for (x, y), converted in zip(points - lead, outcome, strict=True)
    )[:20]
    assert found.leads == min(20, rows)
    assert found.conversions == sum(c for _, c in by_hand)
    assert found.apart == pytest.approx(by_hand[-1][0], abs=1e-4)
    assert found.low <= found.rate <= found.high


def test_a_past_lead_is_described_by_the_two_signals_it_differs_most_in() -> None:
    precedents = _precedents(
        [[-4, 2]],
        encoded=np.array([[0.0, 2.0]], np.float32),
        outcome=np.array([1.0]),
    )
    found = leads_like(np.array([3.0, 1.0]), precedents, _wording())
    assert found is not None
    (one,) = found.nearest
    assert (one.month, one.has_converted, one.score) == ("2026-03", True, 48)
    assert [(d.code, round(d.points, 4)) for d in one.differences] == [
        ("webinars", -7.0),
        ("source", 1.0),
    ]
    assert "web" in one.differences[1].words
    rare = replace(precedents, encoded=np.array([[0.0, 0.0]], np.float32))
    again = leads_like(np.array([3.0, 1.0]), rare, _wording())
    assert again is not None
    assert again.nearest[0].differences[1].words == "Source: a rare one"


def test_what_became_of_them_is_held_against_what_was_foretold() -> None:
    """Seven of 20 converted; ten were foretold 50 %, of whom four did."""
    outcome = np.array([1.0] * 4 + [0.0] * 6 + [1.0] * 3 + [0.0] * 7)
    margin = np.array([0.0] * 10 + [np.nan] * 10)
    precedents = _precedents([[1, 1]] * 20, outcome=outcome, margin=margin)
    found = leads_like(np.array([1.0, 1.0]), precedents, _wording())
    assert found is not None
    assert found.said == (
        "Of the 20 past leads most like this one, 7 converted within 30 days: 35% (18% "
        "to 57%). 10 of them were given 50% on average by a booster that had not seen "
        "them, and 40% converted: no more apart than chance puts them."
    )
    wrong = replace(precedents, margin=np.full(20, 5.0))
    again = leads_like(np.array([1.0, 1.0]), wrong, _wording(horizon_days=None))
    assert again is not None
    assert again.said == (
        "Of the 20 past leads most like this one, 7 converted: 35% (18% to 57%). They "
        "were given 99% on average by a booster that had not seen them, and 35% "
        "converted: fewer than chance explains."
    )


def test_of_few_precedents_all_are_told_and_of_none_nothing() -> None:
    found = leads_like(np.array([0.0, 0.0]), _precedents([[1, 1]]), _wording())
    assert found is not None
    assert found.said == (
        "The one past lead most like this one did not convert within 30 days: 0% (0% "
        "to 79%). It was not judged before its outcome was known."
    )
    assert leads_like(np.array([0.0, 0.0]), _precedents([]), _wording()) is None


def test_one_lead_that_converted_against_the_odds_may_be_chance() -> None:
    """One of ten that are given 10 % does convert, and it is one day."""
    one = _precedents(
        [[1, 1]], outcome=np.ones(1), margin=np.array([math.log(0.1 / 0.9)])
    )
    found = leads_like(np.array([1.0, 1.0]), one, _wording(horizon_days=1.0))
    assert found is not None
    assert found.said == (
        "The one past lead most like this one converted within 1 day: 100% (21% to "
        "100%). It was given 10% on average by a booster that had not seen it, and "
        "100% converted: no more apart than chance puts them."
    )
