"""The company's points table: what it says, and what it refuses to."""

from __future__ import annotations

import lightgbm
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.catalogue import catalogue_of
from features.company import Company, DeclaredAttribute, Kind
from features.errors import ConfigError
from features.vocabulary import FunnelStage
from models.learning.points_table import (
    PER_DEVIATION,
    Band,
    PerTouch,
    PointsTable,
    Said,
    points_table_of,
)
from models.served import encode

CATALOGUE = catalogue_of(
    Company(
        kinds=(
            Kind("pricing_page", "Pricing page", FunnelStage.BOTTOM),
            Kind("careers_page", "Careers page", FunnelStage.NEGATIVE),
        ),
        attributes=(
            DeclaredAttribute("country", "country", "Country"),
            DeclaredAttribute("staff", "number", "Staff"),
            DeclaredAttribute("email", "email", "E-mail"),
        ),
        lookbacks_days=(7, 30),
    )
)
SAID: dict[str, Said] = {
    "pricing_page": PerTouch(10, 3),
    "careers_page": PerTouch(-15),
    "country": {"NL": 5, "Deutschland": 3},
    "staff": (Band(50, 5), Band(1000, 10)),
    "email_role_address": PerTouch(-4),
}


def _table(
    rows: list[tuple[float | None, float, str | None, float, float]],
) -> pd.DataFrame:
    columns = [
        "pricing_page_touches_30d", "careers_page_touches_30d", "country", "staff",
        "email_role_address",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype({"country": "object"})


NAN = float("nan")
LEADS = _table(
    [
        (2, 0, "Netherlands", 49, 0),  # 20 + 5
        (9, 1, "Germany", 50, NAN),  # 30 (three at most) - 15 + 3 + 5
        (0, 2, None, 1000, 1),  # -30 + 10 - 4
        (NAN, 0, "France", NAN, NAN),  # nothing
    ]
)
POINTS = [25.0, 23.0, -24.0, 0.0]


def _of(said: dict[str, Said]) -> PointsTable:
    return points_table_of(said, CATALOGUE)


def test_points_are_what_a_person_would_add_up() -> None:
    assert _of(SAID).points(LEADS).tolist() == POINTS


def test_touches_are_counted_over_the_longest_lookback() -> None:
    (line,) = _of({"pricing_page": PerTouch(1)}).lines
    assert line.column == "pricing_page_touches_30d"


def _margins(
    table: PointsTable, known: pd.DataFrame, asked: pd.DataFrame
) -> np.ndarray:
    features = table.features(known)
    text = table.text(features, known)
    encoded = encode(asked, [f.to_dict() for f in features])
    return np.asarray(lightgbm.Booster(model_str=text).predict(encoded, raw_score=True))


def test_margins_are_the_points_in_units_of_their_spread() -> None:
    points = np.array(POINTS)
    expected = PER_DEVIATION * (points - points.mean()) / points.std()
    np.testing.assert_allclose(_margins(_of(SAID), LEADS, LEADS), expected, atol=1e-9)


def test_with_points_for_everybody_ten_points_double_the_odds() -> None:
    table = PointsTable(_of(SAID).lines, everybody=31)
    assert table.points(LEADS).tolist() == [31 + p for p in POINTS]
    margins = _margins(table, LEADS, LEADS)
    fifty = (31 + np.array(POINTS) - 50) / 10  # tens above a lead at the reference
    np.testing.assert_allclose(2**fifty, np.exp(margins), rtol=1e-9)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 20).map(float) | st.just(NAN),
            st.integers(0, 20).map(float),
            st.sampled_from(["Netherlands", "Germany", "France", "Nowhere", None]),
            st.sampled_from([-1.0, 0.0, 49.999, 50.0, 999.0, 1000.0, 1e9, NAN]),
            st.sampled_from([0.0, 1.0, NAN]),
        ),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=30, deadline=None)
def test_trees_and_points_agree_on_leads_that_were_never_seen(
    rows: list[tuple[float | None, float, str | None, float, float]],
) -> None:
    asked = _table(rows)
    points = np.array(POINTS)
    expected = PER_DEVIATION * (_of(SAID).points(asked) - points.mean()) / points.std()
    np.testing.assert_allclose(_margins(_of(SAID), LEADS, asked), expected, atol=1e-9)


def test_a_category_with_points_is_known_though_nobody_had_it() -> None:
    table = _of({"country": {"Japan": 7}})
    (feature,) = table.features(LEADS)
    assert feature.categories == ("Japan",)
    assert feature.rare == ("France", "Germany", "Netherlands")
    there = _table([(0, 0, "Japan", 0, 0), (0, 0, "Peru", 0, 0)])
    high, low = _margins(table, LEADS, there)
    assert high > low


def test_without_any_spread_everybody_has_the_margin_of_nought() -> None:
    alike = _table([(0, 0, None, 1, 0)] * 3)
    assert _margins(_of(SAID), alike, alike).tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"pricing_pages": PerTouch(1)}, "Did you mean 'pricing_page'"),
        ({"zzz": PerTouch(1)}, "neither a kind of touch"),
        ({"staff": PerTouch(1)}, "write bands"),
        ({"staff": {"few": 1.0}}, "no values by name"),
        ({"country": PerTouch(1)}, "say which of its values"),
        ({"country": (Band(1, 1),)}, "say which of its values"),
        ({"country": {"NL": 1.0, "Netherlands": 2.0}}, "mean the same value"),
        (
            {"pricing_page": PerTouch(1), "pricing_page_touches_30d": PerTouch(1)},
            "twice",
        ),
    ],
)
def test_what_cannot_carry_points_is_refused_in_a_sentence(
    said: dict[str, Said], words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        _of(said)
