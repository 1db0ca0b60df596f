"""Points of signals add up to the points of the lead, or are not given at all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import DataError, ModelError
from features.vocabulary import Family, Unit
from models.explaining.explanation import (
    Explanation,
    as_shap,
    explain,
    grades,
    largest_gap,
    probability_shares,
    quartiles,
)
from models.learning.conversion import margins
from models.players import ModelFeature, ModelSignal
from models.points import Floats, Scale
from models.treeshap import TreeExplainer
from tests.models.small_models import (
    MIXED_FEATURES,
    MIXED_SIGNALS,
    contract,
    mixed_booster,
    mixed_rows,
)

MIXED = contract(MIXED_FEATURES, MIXED_SIGNALS)
ROWS = mixed_rows(200, seed=3)


@pytest.fixture(scope="module")
def explainer() -> TreeExplainer:
    return TreeExplainer(mixed_booster().model_to_string(), MIXED.players)


@pytest.fixture(scope="module")
def margin() -> Floats:
    return margins(mixed_booster(), ROWS)


@pytest.fixture(scope="module")
def explained(explainer: TreeExplainer, margin: Floats) -> Explanation:
    return explain(explainer, MIXED, ROWS, margin)


def families(fit: list[float], engagement: list[float]) -> Explanation:
    """An explanation of two signals, one of each family."""
    points = np.column_stack([fit, engagement])
    return Explanation(50.0, points, points[:, 0], points[:, 1])


# --- the sum -------------------------------------------------------------------------


def test_start_and_points_add_up_to_the_points_of_the_lead(
    explained: Explanation, margin: Floats
) -> None:
    total = explained.start + explained.points.sum(axis=1)

    # 50 + 10 / ln 2 · (a + b z − ẑ_ref), written out.
    points = 50 + 10 / np.log(2) * (0.25 + 0.5 * margin + 1.0)
    np.testing.assert_allclose(total, points, rtol=0, atol=1e-9)


def test_every_signal_of_the_mixed_rows_bears_points(explained: Explanation) -> None:
    assert (np.abs(explained.points).max(axis=0) > 1).all()


def test_fit_and_engagement_are_the_sums_of_their_families(
    explained: Explanation,
) -> None:
    visits, size, source = explained.points.T

    np.testing.assert_allclose(explained.engagement, visits, atol=1e-12)
    np.testing.assert_allclose(explained.fit, size + source, atol=1e-12)
    np.testing.assert_allclose(
        explained.total, explained.start + visits + size + source, atol=1e-9
    )


def test_tables_of_float32_add_up_within_what_is_allowed(margin: Floats) -> None:
    rough = TreeExplainer(
        mixed_booster().model_to_string(), MIXED.players, precision="float32"
    )

    gap = largest_gap(explain(rough, MIXED, ROWS, margin), MIXED, margin)

    assert 0 < gap <= 1e-4


def test_no_leads_are_explained_without_a_word(explainer: TreeExplainer) -> None:
    found = explain(explainer, MIXED, ROWS[:0], np.empty(0))

    assert found.points.shape == (0, 3)


# --- failing closed ------------------------------------------------------------------


def test_gives_no_reasons_for_the_margins_of_another_booster(
    explainer: TreeExplainer, margin: Floats
) -> None:
    other = margins(mixed_booster(), ROWS, rounds=29)

    with pytest.raises(ModelError, match="The reasons miss the score by up to"):
        explain(explainer, MIXED, ROWS, other)


def test_a_flat_scale_hides_no_gap(explainer: TreeExplainer, margin: Floats) -> None:
    """On a scale this flat 2e-5 of the margin are 3e-6 points, which nobody sees."""
    flat = replace(MIXED, scale=Scale(0.25, 0.01, -1.0))
    explain(explainer, flat, ROWS, margin + 5e-6)

    with pytest.raises(ModelError, match="The reasons miss the margin by up to 2e-05"):
        explain(explainer, flat, ROWS, margin + 2e-5)


def test_exact_tables_reach_the_margin_within_a_thousand_millionth(
    explainer: TreeExplainer, margin: Floats
) -> None:
    total = explainer.baseline + explainer.contributions(ROWS).sum(axis=1)

    np.testing.assert_allclose(total, margin, rtol=0, atol=1e-9)


def test_one_lead_that_does_not_add_up_withholds_the_reasons_of_all(
    explainer: TreeExplainer, margin: Floats
) -> None:
    # 1e-4 points are 1.4e-5 of the margin, the slope being 1/2.
    off = margin.copy()
    off[17] += 2e-5

    with pytest.raises(ModelError, match="so none are given"):
        explain(explainer, MIXED, ROWS, off)


def test_less_than_is_allowed_is_let_pass(
    explainer: TreeExplainer, margin: Floats
) -> None:
    explain(explainer, MIXED, ROWS, margin + 9e-6)


def test_a_missing_margin_is_refused(explainer: TreeExplainer, margin: Floats) -> None:
    off = margin.copy()
    off[17] = np.nan

    with pytest.raises(DataError, match="1 of 200 are missing"):
        explain(explainer, MIXED, ROWS, off)


@pytest.mark.parametrize(
    "other",
    [Scale(0.25, 0.6, -1.0), Scale(0.3, 0.5, -1.0), Scale(0.25, 0.5, -1.1)],
)
def test_reasons_on_another_scale_do_not_add_up(
    explained: Explanation, margin: Floats, other: Scale
) -> None:
    assert largest_gap(explained, replace(MIXED, scale=other), margin) > 0.1


# --- grades --------------------------------------------------------------------------


def test_grades_by_hand() -> None:
    # Quartiles of the contract: fit −1, 0, 1; engagement −2, 0, 2.
    found = families(
        fit=[-5.0, -1.0, -0.5, 0.0, 0.9, 1.0, 7.0],
        engagement=[9.0, 2.0, 1.9, 0.0, -0.1, -2.0, -2.1],
    )

    assert grades(found, MIXED) == ["D1", "C1", "C2", "B2", "B3", "A3", "A4"]


def test_an_empty_family_prints_a_dash() -> None:
    graded = replace(MIXED, grades={"fit": (), "engagement": (-2.0, 0.0, 2.0)})

    assert grades(families([3.0, 0.0], [3.0, -3.0]), graded) == ["–1", "–4"]


def test_quartiles_are_of_the_rows_that_are_named() -> None:
    found = families([1.0, 2.0, 3.0, 4.0, 5.0, 99.0], [0.0, 4.0, 8.0, 12.0, 16.0, 99])

    assert quartiles(found, np.arange(5)) == {
        "fit": (2.0, 3.0, 4.0),
        "engagement": (4.0, 8.0, 12.0),
    }


@pytest.mark.parametrize("rows", [[], [1], [0, 1]])
def test_a_family_in_which_all_are_equal_has_no_quartiles(rows: list[int]) -> None:
    found = families([0.0, 0.0, 5.0], [3.0, 3.0, 5.0])

    assert quartiles(found, np.array(rows, dtype=int)) == {"fit": (), "engagement": ()}


# --- shares of the probability -------------------------------------------------------

EVEN = Scale(intercept=0.0, slope=1.0, reference=0.0)


def test_shares_of_the_probability_by_hand() -> None:
    """At 50 points the chance is 1/2; 20 points more are odds of 4, so 4/5."""
    before, shares = probability_shares(50.0, np.array([[30.0, -10.0]]), EVEN)

    assert before == 0.5
    np.testing.assert_allclose(shares, [[0.45, -0.15]], rtol=0, atol=1e-12)


def test_where_signals_cancel_the_slope_of_the_curve_is_taken() -> None:
    # 10 points are ln 2 of log-odds; the curve's slope at 1/2 is 1/4.
    _, shares = probability_shares(50.0, np.array([[10.0, -10.0]]), EVEN)

    np.testing.assert_allclose(shares, [[np.log(2) / 4, -np.log(2) / 4]], rtol=1e-9)


@given(
    st.floats(-80, 120),
    st.lists(st.floats(-60, 60), min_size=1, max_size=9),
    st.floats(-5, 2),
)
def test_shares_add_up_and_keep_sign_and_order(
    start: float, points: list[float], reference: float
) -> None:
    scale = Scale(0.0, 1.0, reference)

    before, shares = probability_shares(start, np.array([points]), scale)

    def chance(at: float) -> float:
        return float(1 / (1 + np.exp(-((at - 50) * np.log(2) / 10 + reference))))

    assert before == pytest.approx(chance(start), abs=1e-12)
    after = chance(start + sum(points))
    assert before + shares.sum() == pytest.approx(after, abs=1e-12)
    order = np.argsort(points, kind="stable")
    assert (np.diff(shares[0, order]) >= 0).all()
    assert (np.sign(shares[0]) == np.sign(points))[np.abs(points) > 1e-9].all()


def test_no_leads_have_no_shares() -> None:
    before, shares = probability_shares(60.0, np.empty((0, 3)), EVEN)

    assert before == pytest.approx(2 / 3)
    assert shares.shape == (0, 3)


@pytest.mark.parametrize("points", [1e-9, 1e-4, 1e5, -1e5])
def test_shares_are_finite_however_near_or_far(points: float) -> None:
    _, shares = probability_shares(50.0, np.array([[points]]), EVEN)

    assert np.isfinite(shares).all()
    assert abs(shares[0, 0]) <= 0.5 + 1e-9


# --- shap's own object ---------------------------------------------------------------

# shap 0.51 with matplotlib 3.11, on import.
is_old_fashioned = pytest.mark.filterwarnings(
    "ignore:The set_\\w+ function will be deprecated:PendingDeprecationWarning"
)


@is_old_fashioned
def test_shap_s_own_explanation_has_the_same_sums(
    explained: Explanation, margin: Floats
) -> None:
    table = pd.DataFrame(ROWS, columns=[f.name for f in MIXED_FEATURES])

    told = as_shap(explained, table, MIXED)

    sums = np.column_stack([told.base_values, told.values]).sum(axis=1)  # noqa: PD011
    np.testing.assert_allclose(sums, MIXED.scale.points(margin), rtol=0, atol=1e-9)
    assert told.feature_names == ["Visits", "Size", "Source"]
    assert told.data[0].tolist()[0] == ROWS[0, 0]  # the shortest lookback


@is_old_fashioned
def test_shap_s_own_explanation_does_not_show_what_is_personal() -> None:
    columns = (ModelFeature("mail", ("ada@example.org",)), ModelFeature("size"))
    kind = Family.FIRMOGRAPHIC
    signals = (
        ModelSignal("mail", "E-mail", kind, Unit.CATEGORY, (0,), is_personal=True),
        ModelSignal("size", "Size", kind, Unit.NUMBER, (1,)),
    )
    table = pd.DataFrame({"size": [12.0], "mail": ["ada@example.org"]})

    told = as_shap(families([1.0], [2.0]), table, contract(columns, signals))

    assert told.data.tolist() == [["not shown", 12.0]]
    assert table["mail"].tolist() == ["ada@example.org"]


@is_old_fashioned
def test_shap_s_own_explanation_does_not_show_an_address_in_an_open_field() -> None:
    columns = (ModelFeature("owner", ("web",)), ModelFeature("size"))
    kind = Family.FIRMOGRAPHIC
    signals = (
        ModelSignal("owner", "Owner", kind, Unit.CATEGORY, (0,)),
        ModelSignal("size", "Size", kind, Unit.NUMBER, (1,)),
    )
    table = pd.DataFrame({"size": [1.0, 2.0], "owner": ["ada@example.org", "web"]})

    told = as_shap(families([1.0, 1.0], [2.0, 2.0]), table, contract(columns, signals))

    assert told.data.tolist() == [["not shown", 1.0], ["web", 2.0]]
