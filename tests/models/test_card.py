"""The points card: few rules with whole points that come near a model."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from features.catalogue import Catalogue, catalogue_of
from features.company import Company, DeclaredAttribute, Kind
from features.declare import Signal
from features.errors import DataError
from features.vocabulary import FunnelStage, Unit
from models.carding.candidates import (
    Candidate,
    borders_of,
    candidates,
    is_plain,
)
from models.carding.card import fit_card, lines_of, rules_of
from models.learning.points_table import Band, Line, PerTouch, PointsTable

PRICING, SINCE = "pricing_page_touches_30d", "pricing_page_days_since"


def catalogue() -> Catalogue:
    """Pricing pages, a country and a number of staff; an address that is personal."""
    return catalogue_of(
        Company(
            kinds=(Kind("pricing_page", "Pricing page", FunnelStage.BOTTOM),),
            attributes=(
                DeclaredAttribute("country", "country", "Country"),
                DeclaredAttribute("staff", "number", "Staff"),
                DeclaredAttribute("street", "category", "Street", personal=True),
            ),
        )
    )


def table(n: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    touches = random.poisson(1.5, n).astype(float)
    since = np.where(touches > 0, random.integers(0, 60, n) + 0.5, np.nan)
    countries = np.array(["Germany", "Peru", "Spain", None], dtype=object)
    return pd.DataFrame(
        {
            PRICING: touches,
            SINCE: since,
            "country": countries[random.integers(0, 4, n)],
            "staff": np.where(random.random(n) < 0.2, np.nan, random.normal(size=n)),
            "street": np.where(random.random(n) < 0.5, "Elm", "Oak"),
        }
    )


def signal(name: str) -> Signal:
    return next(s for s in catalogue() if s.name == name)


def additive(rows: pd.DataFrame) -> pd.DataFrame:
    """Points of a model that is itself a card."""
    return pd.DataFrame(
        {
            "pricing_page_touches": 4 * rows[PRICING].clip(upper=3),
            "pricing_page_days_since": np.where(rows[SINCE] < 14, 6.0, 0.0),
            "country": rows["country"].map({"Peru": 5.0, "Spain": -7.0}).fillna(0.0),
        }
    )


def test_a_model_that_is_a_card_gives_that_card_back() -> None:
    rows = table(3000, seed=1)
    parts = additive(rows)
    card = fit_card(rows, 31.0, parts, catalogue(), most=20)
    assert card.everybody == 31
    held = {line.column: line.worth for line in card.lines}
    assert held[PRICING] == PerTouch(4.0, 3)
    assert held["country"] == {"Peru": 5.0, "Spain": -7.0}
    new = table(500, seed=2)
    truth = 31 + additive(new).sum(axis=1)
    found = card.points(new)
    assert spearmanr(found, truth).statistic > 0.99
    np.testing.assert_array_equal(found, truth)


def test_a_column_in_bands_is_given_back_where_its_borders_are_round() -> None:
    rows = pd.DataFrame({SINCE: np.arange(0.5, 60, 0.1)})
    parts = pd.DataFrame({"pricing_page_days_since": np.where(rows[SINCE] < 30, 9, 2)})
    card = fit_card(rows, 10.0, parts, catalogue(), most=5)
    np.testing.assert_array_equal(card.points(rows), np.where(rows[SINCE] < 30, 19, 12))


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 9), st.integers(0, 99))
def test_points_are_whole_and_rules_as_few_as_asked_for(most: int, seed: int) -> None:
    rows = table(300, seed)
    random = np.random.default_rng(seed)
    parts = additive(rows) * random.uniform(-2, 2, 3)
    card = fit_card(rows, 20.4, parts, catalogue(), most=most)
    assert rules_of(card.lines) <= most
    points = card.points(rows)
    np.testing.assert_array_equal(points, np.rint(points))


def test_points_of_a_signal_never_go_against_the_model_s() -> None:
    rows = table(2000, seed=5)
    parts = additive(rows)
    # Touches raise by little, and days take it away again: of what is left, a rule
    # that lowers for touches would explain some.
    parts["pricing_page_days_since"] -= 5 * rows[PRICING].clip(upper=3)
    card = fit_card(rows, 30.0, parts, catalogue(), most=20)
    for line in card.lines:
        if isinstance(line.worth, PerTouch):
            assert line.worth.points > 0


def test_what_is_personal_is_never_on_a_card() -> None:
    rows = table(400, seed=3)
    parts = pd.DataFrame({"street": np.where(rows["street"] == "Elm", 20.0, -20.0)})
    assert signal("street").is_personal
    assert not is_plain(signal("street"))
    card = fit_card(rows, 50.0, parts, catalogue(), most=20)
    assert card.lines == ()
    assert card.points(rows).tolist() == [card.everybody] * 400
    open_to_all = [replace(s, is_personal=False) for s in catalogue()]
    assert fit_card(rows, 50.0, parts, open_to_all, most=20).lines


def test_an_address_is_never_on_a_card() -> None:
    """Whose lead it is may be told by an address, in a column that is not personal."""
    owners = np.array(["ada@example.org", "nobody"], dtype=object)
    rows = pd.DataFrame({"country": owners[np.arange(200) % 2]})
    parts = pd.DataFrame({"country": np.where(np.arange(200) % 2, 0.0, 20.0)})
    card = fit_card(rows, 40.0, parts, catalogue(), most=5)
    assert "@" not in str(card)
    assert card.lines[0].worth == {"nobody": -20.0}


def test_an_endless_number_takes_no_band_from_the_others() -> None:
    staff = np.where(np.arange(400) % 50, np.arange(400.0), np.inf)
    parts = pd.DataFrame({"staff": np.where(staff < 200, 0.0, 9.0)})
    card = fit_card(pd.DataFrame({"staff": staff}), 40.0, parts, catalogue(), most=5)
    assert card.lines[0].worth == (Band(0.0, -9.0), Band(200.0, 0.0))


def test_a_signal_without_points_carries_none() -> None:
    rows = table(400, seed=3)
    parts = additive(rows)[["country"]]
    card = fit_card(rows, 50.0, parts, catalogue(), most=20)
    assert {line.column for line in card.lines} == {"country"}


def test_shares_and_rhythms_are_no_rules() -> None:
    assert not is_plain(signal("momentum"))
    assert not is_plain(signal("intensity"))
    assert is_plain(signal("staff"))
    assert is_plain(signal("pricing_page_touches"))


def test_a_model_that_gives_everybody_the_same_is_a_base_alone() -> None:
    rows = table(50, seed=1)
    card = fit_card(rows, 41.6, additive(rows) * 0, catalogue(), most=20)
    assert card == PointsTable((), 42)
    assert card.points(rows).tolist() == [42.0] * 50


def test_needs_leads() -> None:
    with pytest.raises(DataError, match="leads"):
        fit_card(table(5, 1).head(0), 1.0, pd.DataFrame(), catalogue(), most=5)


def test_nothing_is_added_where_nothing_is_known() -> None:
    rows = table(500, seed=1)
    for each in candidates(rows, additive(rows), catalogue()):
        unknown = rows[each.column].isna()
        assert not each.held[unknown].any()


def test_a_value_that_nearly_everybody_has_is_said_of_the_others() -> None:
    rows = pd.DataFrame({"country": ["Peru"] * 95 + ["Spain"] * 5})
    found = candidates(rows, pd.DataFrame({"country": [1.0] * 100}), catalogue())
    assert [c.key for c in found] == ["Spain"]


def test_bands_begin_where_the_points_jump_at_round_or_whole_numbers() -> None:
    visits = np.arange(20.0)
    jumps = np.where(visits >= 3, 1.0, 0.0)
    assert borders_of(visits, jumps, Unit.NUMBER) == [0.0, 3.0]
    days = np.arange(0.0, 60.0, 0.25)
    assert borders_of(days, np.where(days > 13.6, 1.0, 0.0), Unit.DAYS) == [0.0, 14.0]


def test_spans_that_meet_with_like_points_are_one_band() -> None:
    held = np.empty(0)
    spans = [Candidate("d", "days", (a, b), held) for a, b in ((0, 7), (7, np.inf))]
    [line] = lines_of(zip(spans, (3.0, 3.0), strict=True))
    assert line.worth == (Band(0, 3.0),)
    assert rules_of([line]) == 1


def test_rules_are_counted_by_what_carries_points() -> None:
    lines = [Line("touches", PerTouch(2.0, 5)), Line("country", {"A": 1.0, "B": 2.0})]
    assert rules_of(lines) == 3
