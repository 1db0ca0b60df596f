"""Every kind of signal there is makes a whole sentence, true on both its sides."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import catalogue_of
from features.company import Company, DeclaredAttribute, Kind
from features.vocabulary import FunnelStage, Unit
from models.contract import model_signals
from models.explaining.words import sentence, uncapital, value_side, words_of
from models.players import ModelFeature, ModelSignal
from models.recalling.bins import rates_of_past
from models.recalling.counting import Past
from models.recalling.rates import judged

KINDS = tuple(
    Kind(f"kind_{stage}", f"Kind of {stage}", stage, is_outbound=stage == "other")
    for stage in FunnelStage
)
ATTRIBUTES = tuple(
    DeclaredAttribute(f"an_{means}", means, f"An {means}")
    for means in (
        "number", "category", "flag", "title", "email", "size", "revenue", "industry",
        "country",
    )
)  # fmt: skip
WHOLE = catalogue_of(
    Company(kinds=KINDS, attributes=ATTRIBUTES, has_accounts=True, conversion="won")
)
FEATURES = tuple(
    ModelFeature(f.name, ("kind_top", "web") if s.unit is Unit.CATEGORY else None)
    for s in WHOLE
    for f in s
)
SIGNALS = model_signals(WHOLE, FEATURES)
_SEEN = {
    Unit.COUNT: st.integers(0, 2000).map(float),
    Unit.DAYS: st.floats(0, 2000),
    Unit.SHARE: st.floats(0, 1),
    Unit.NUMBER: st.floats(-1e7, 1e7),
    Unit.FLAG: st.sampled_from([0.0, 1.0]),
    Unit.CATEGORY: st.sampled_from(["web", "moon"]),
}


def seen_of(each: ModelSignal) -> st.SearchStrategy[object]:
    """What may be seen of a column of a signal."""
    known: st.SearchStrategy[object] = _SEEN[each.unit]
    return st.none() | (st.just("kind_top") if each.value_words else known)


def test_the_catalogue_has_signals_of_every_unit_family_and_lookback() -> None:
    assert {s.unit for s in SIGNALS} == set(Unit)
    assert {len(s.lookbacks_days) for s in SIGNALS} == {0, 3}
    assert len(SIGNALS) > 80


@given(st.data(), st.sampled_from(SIGNALS), st.floats(-60, 60))
def test_every_signal_is_said_in_a_whole_sentence(
    data: st.DataObject, each: ModelSignal, points: float
) -> None:
    seen = [data.draw(seen_of(each)) for _ in each.columns]
    words = sentence(words_of(each, seen, FEATURES), points)
    name = each.words if each.words in words else uncapital(each.words)
    assert words.startswith((f"{name}: ", f"No {name} in 90 days: "))
    assert words.endswith(" points")
    for unsaid in ("nan", "None", "  ", "kind_", "{", "inf", " 1 days", " 1 hours"):
        assert unsaid not in words.removeprefix(name)
    if words.startswith("No "):
        assert not any(seen)


PAST = 400
_RANDOM = np.random.default_rng(11)


def _past(each: ModelSignal) -> list[object]:
    """Some past values of a column, a few of them missing."""
    drawn: dict[Unit, object] = {
        Unit.COUNT: _RANDOM.poisson(2, PAST).astype(float),
        Unit.DAYS: _RANDOM.exponential(40, PAST),
        Unit.SHARE: _RANDOM.beta(1, 2, PAST),
        Unit.NUMBER: _RANDOM.lognormal(3, 2, PAST),
        Unit.FLAG: _RANDOM.integers(2, size=PAST).astype(float),
        Unit.CATEGORY: _RANDOM.choice(["kind_top", "web"], PAST, p=[0.7, 0.3]),
    }
    values = pd.Series(drawn[each.unit]).astype(object)
    is_missing = _RANDOM.random(PAST) < 0.2
    return [None if m else v for v, m in zip(values, is_missing, strict=True)]


TABLE = pd.DataFrame(
    {FEATURES[c].name: pd.Series(_past(s)) for s in SIGNALS for c in s.columns}
)
_LEADS = [f"l{i}" for i in range(PAST)]
RATES = rates_of_past(
    Past.of(pd.DataFrame({"lead_id": _LEADS, "group_id": _LEADS, "outcome": 0})),
    TABLE,
    FEATURES,
    SIGNALS,
    np.zeros(len(FEATURES)),
)


@settings(deadline=None)
@given(st.data(), st.integers(0, len(SIGNALS) - 1), st.sampled_from([-7.0, 7.0]))
def test_the_value_side_is_true_of_the_value_whatever_the_effect(
    data: st.DataObject, place: int, points: float
) -> None:
    """Reckoned from the past values themselves."""
    each, rates = SIGNALS[place], RATES[place]
    assert rates is not None
    seen = [data.draw(seen_of(each)) for _ in each.columns]
    said = value_side(each, seen, FEATURES, rates)
    words = sentence(said, points)
    assert words.startswith(words_of(each, seen, FEATURES))
    assert words.endswith(
        f"{'raises' if points > 0 else 'lowers'} the score by 7.0 points"
    )
    claim = said.removeprefix(words_of(each, seen, FEATURES))
    if not claim:
        return
    past = TABLE[FEATURES[each.columns[rates.at]].name]
    mine = seen[rates.at]
    if mine is None:
        assert claim.endswith("like most past leads") == (past.isna().mean() > 0.5)
        return
    if each.unit in (Unit.CATEGORY, Unit.FLAG):
        same = (past.dropna() == mine).sum() / PAST
        assert same > 0.5 if "like most" in claim else same < 0.05
        return
    known = judged(past.dropna().to_numpy(float), each.unit)
    (told,) = judged(np.array([float(str(mine))]), each.unit)
    part = 0.9 if "9 in 10" in claim else 0.5
    if "fewer than for" in claim or "less than for" in claim or "not as long" in claim:
        assert (known > told).mean() >= part
    elif "more than for" in claim or "longer ago than for" in claim:
        assert (known < told).mean() >= part
    else:
        assert "like most past leads" in claim
        assert (known == told).mean() > part
