"""What may still change about a lead: as configured, and as touches would really do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from features.errors import ConfigError
from models.learning.encoding import choose_features
from models.players import ModelFeature
from models.reaching.actions import Change, How, MoreTouches
from models.reaching.steps import Step
from models.served import encode
from pipeline.actions import actions_of, check_actions
from pipeline.checks.case import Case
from tests.pipeline.run_folders import (
    dated_config,
    dated_run,
    dated_tables,
    touches_of,
)

FUNNEL = {"bottom": ["pricing_page"], "top": ["visit"], "other": ["call"]}
OUTBOUND = {**FUNNEL, "outbound": ["call"]}
DEFAULTS = {"most_touches": 5}


def _columns(case: Case) -> tuple[ModelFeature, ...]:
    lead = case.spine["lead_id"].to_numpy(object)
    chosen = choose_features(case.features, case.catalogue, lead, rare_leads=1)
    return chosen.features


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Sixty leads with visits and pricing pages, who were called at times."""
    return dated_run(tmp_path_factory.mktemp("before"), _config(), **_tables(0))


def _config(**sections: Any) -> Any:
    return dated_config(**{"funnel": OUTBOUND, **sections})


def _tables(more: int) -> dict[str, pd.DataFrame]:
    """The company's tables; one lead of each account is on the pricing page again.

    Just before Monday, 19 January: so many times, within a minute.
    """
    tables = dated_tables()
    touches = tables["touches"]
    names = [f"lead-{i:02}" for i in range(60)]
    called = pd.DataFrame(
        {
            "lead_id": names[::3],
            "kind": "call",
            "occurred_at": pd.Timestamp("2026-01-09 10:00"),
        }
    )
    parts = [touches, touches_of(called)]
    # Half of them had fallen silent before; one was never here, and one began late.
    is_early = touches["occurred_at"] < pd.Timestamp("2026-01-11")
    is_first = touches["occurred_at"] < pd.Timestamp("2026-01-02 12:00")
    is_left = ~touches["lead_id"].isin(names[::2]) | is_early
    is_left &= touches["lead_id"] != "lead-02"
    parts[0] = touches[is_left & ~((touches["lead_id"] == "lead-05") & is_first)]
    for i in range(more):
        instant = pd.Timestamp("2026-01-18 23:59:30") + pd.Timedelta(seconds=i)
        told = pd.DataFrame(
            {"lead_id": names[:20], "kind": "pricing_page", "occurred_at": instant}
        )
        parts.append(touches_of(told))
    return {"touches": pd.concat(parts, ignore_index=True)}


def test_touches_that_are_really_made_give_the_columns_that_were_reckoned(
    company: Case, tmp_path: Path
) -> None:
    """Three more touches are made, and every signal is computed anew from them all."""
    made = dated_run(tmp_path, _config(), **_tables(3))
    features = tuple(  # as far as anybody may go
        ModelFeature(f.name, f.categories, f.rare, *((0.0, 99.0) if f.high else ()))
        for f in _columns(company)
    )
    (action,) = (
        a
        for a in actions_of(_config(), company.catalogue, features, print)
        if isinstance(a, MoreTouches) and a.kind == "pricing_page"
    )
    monday = pd.Timestamp("2026-01-19", tz="UTC")
    spine = company.spine
    rows = (
        (spine["snapshot_at"] == monday) & (spine["lead_id"] < "lead-20")
    ).to_numpy()
    assert rows.sum() == 20
    encoding = [f.to_dict() for f in features]
    before = encode(company.features[rows], encoding)
    after = encode(made.features[rows], encoding)
    step = Step(action, 3, 0.0, "", features)
    reckoned = np.stack([r for r in map(step.onto, before) if r is not None])
    assert len(reckoned) == len(before)
    moved = [m.column for m in action.moves]
    assert {m.how for m in action.moves} == set(How)
    # Of a share whose whole is not seen it is said that it stays.
    shares = [m.column for m in action.moves if m.how is How.SHARE]
    stays = reckoned[:, shares] == before[:, shares]
    assert stays.mean() < 0.5
    after[:, shares] = np.where(stays, before[:, shares], after[:, shares])
    # Thirty seconds ago is now, to a thousandth of a day.
    assert reckoned[:, moved] == pytest.approx(after[:, moved], abs=2e-3, nan_ok=True)
    for place, feature in enumerate(features):
        if place not in moved and not np.array_equal(
            before[:, place], after[:, place], equal_nan=True
        ):
            assert company.catalogue.signal_of(feature.name).name in action.held


def test_by_default_what_leads_do_may_rise_and_nothing_else(company: Case) -> None:
    """Not the calls that we make, and no attribute."""
    found = actions_of(_config(), company.catalogue, _columns(company), print)
    assert [(a.kind, a.most) for a in found if isinstance(a, MoreTouches)] == [
        ("visit", 5),
        ("pricing_page", 5),
    ]
    assert len(found) == 2


def test_kinds_are_those_that_are_named(company: Case) -> None:
    config = _config(actions={**DEFAULTS, "kinds": ["call"]})
    (action,) = actions_of(config, company.catalogue, _columns(company), print)
    assert isinstance(action, MoreTouches)
    assert action.kind == "call"
    none = _config(actions={"most_touches": 0})
    assert actions_of(none, company.catalogue, _columns(company), print) == ()


def test_signals_may_change_as_configured(company: Case) -> None:
    config = _config(
        actions={
            "most_touches": 0,
            "signals": {
                "all_touches": {"direction": 1, "most": 9},
                "source": {"values": ["web", "moon"]},
            },
        }
    )
    said: list[str] = []
    features = _columns(company)
    touches, source = actions_of(config, company.catalogue, features, said.append)
    assert isinstance(touches, Change)
    assert isinstance(source, Change)
    assert {features[c].name for c in touches.columns} >= {"all_touches_7d"}
    assert touches == Change(
        "all_touches", "Touches by the lead", touches.columns, 1, None, 9.0, True
    )
    assert source == Change("source", "Source", source.columns, values=("web",))
    assert said == ["actions.signals.source: the scorer knows no 'moon'"]


@pytest.mark.parametrize(
    ("signals", "words"),
    [
        ({"vists": {"direction": 1}}, "names 'vists', which is no signal"),
        ({"source": {"direction": 1}}, "it is a category, which takes 'values'"),
        ({"visits": {"values": ["3"]}}, "it is a count, which takes 'direction = 1'"),
    ],
)
def test_what_the_catalogue_cannot_do_is_refused(
    company: Case, signals: dict[str, Any], words: str
) -> None:
    config = _config(actions={**DEFAULTS, "signals": signals})
    with pytest.raises(ConfigError, match=words):
        check_actions(config, company.catalogue)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"kinds": ["fax"]}, "'actions.kinds' in no funnel stage: fax"),
        ({"most_touches": -1}, "greater than or equal to 0"),
        ({"signals": {"size": {}}}, "say either 'direction'"),
        (
            {"signals": {"size": {"direction": 1, "values": ["a"]}}},
            "say either 'direction'",
        ),
        (
            {"signals": {"size": {"direction": 1, "least": 3, "most": 2}}},
            "'least' .* is above 'most'",
        ),
        ({"signals": {"size": {"values": ["a"], "most": 2}}}, "are of a number"),
        ({"most": 3}, "Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_meant_is_refused(section: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        _config(actions={**DEFAULTS, **section})


def test_a_signal_that_can_only_lower_the_score_cannot_be_asked_to_rise(
    tmp_path: Path,
) -> None:
    sizes = dated_tables()["attributes"].assign(size=[str(i) for i in range(60)])
    config = _config(
        leads={"known_at_creation": ["source", "size"]},
        attributes={"size": {"means": "number", "direction": -1}},
        actions={**DEFAULTS, "signals": {"size": {"direction": 1}}},
    )
    with pytest.raises(ConfigError, match="less of it can only raise the score"):
        dated_run(tmp_path, config, attributes=sizes)


def test_personal_values_cannot_be_acted_on(tmp_path: Path) -> None:
    ages = dated_tables()["attributes"].assign(age=[str(i) for i in range(60)])
    config = _config(
        leads={"known_at_creation": ["source", "age"]},
        attributes={"age": {"means": "number", "personal": True}},
        actions={**DEFAULTS, "signals": {"age": {"direction": 1}}},
    )
    with pytest.raises(ConfigError, match="its values are personal"):
        dated_run(tmp_path, config, attributes=ages)
