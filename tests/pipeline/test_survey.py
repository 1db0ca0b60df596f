"""The survey of all signals: what it says, and that it adds up with the run."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape

import numpy as np
import pandas as pd
import pytest

from features.company import Company, DeclaredAttribute
from models.explaining.explanation import Explanation
from models.surveying.dependence import dependence
from models.surveying.importance import ALL, QUALIFICATION, Group, importance
from models.surveying.stability import agreement, seeds
from models.treeshap import TreeExplainer
from pipeline.artefacts import (
    DEPENDENCE,
    EXPLANATIONS,
    IMPORTANCE,
    INTERPLAY,
    SIGNALS_PAGE,
    STABILITY,
)
from pipeline.summary import summary
from pipeline.survey.page import Survey, survey_page
from pipeline.survey.shapes import bin_label
from pipeline.survey.survey import Explained, groups_of, rows_said
from pipeline.survey.words import said_of, stability_line
from tests.models.small_models import (
    MIXED_FEATURES,
    MIXED_SIGNALS,
    mixed_booster,
    mixed_rows,
)
from tests.models.small_models import contract as small_contract
from tests.pipeline.demo_run import Demo
from tests.pipeline.run_folders import dated_config

PAIRS = pd.DataFrame(
    {
        "first": ["visits"], "second": ["size"], "first_words": ["Visits"],
        "second_words": ["Size"], "mean_absolute_points": [1.25], "mean_points": [0.5],
        "most_absolute_points": [4.0],
    }
)  # fmt: skip


def _survey(words: str = "Visits", country: str = "Peru") -> Survey:
    rows = mixed_rows(120, seed=4)
    points = np.nan_to_num(rows[:, [0, 1, 2]]) - 1
    signals = (replace(MIXED_SIGNALS[0], words=words), *MIXED_SIGNALS[1:])
    group = Group("source", country, np.arange(120) < 60)
    return Survey(
        "small",
        "120 snapshots",
        importance(points, signals, [group]),
        dependence(points, rows, signals, MIXED_FEATURES),
        PAIRS,
        ("So it is.",),
        has_personal=False,
    )


def test_a_page_tells_weight_steadiness_shape_and_interplay() -> None:
    told = survey_page(_survey())
    assert "What the scores of small rest on" in told
    assert "By “Source”" in told
    assert "So it is." in told
    assert told.count("<svg") == 3
    assert re.search(r"<td>Visits</td><td>Size</td><td[^>]*>1\.2</td>", told)


def test_values_that_look_like_html_stay_text() -> None:
    nasty = "<script>alert('x')</script>"
    told = survey_page(_survey(words=nasty, country='"><b>'))
    assert "<script" not in told
    assert "<b>" not in told.replace("<figcaption><b>", "")
    assert nasty in unescape(told)


def test_a_page_asks_for_nothing_outside() -> None:
    assert not re.search(r"https?:|url\(|@import|<link|src=", survey_page(_survey()))


def test_points_that_nobody_has_are_said_so() -> None:
    none = importance(np.zeros((3, 3)), MIXED_SIGNALS)
    empty = dependence(
        np.zeros((3, 3)), mixed_rows(3, 1), MIXED_SIGNALS, MIXED_FEATURES
    )
    told = survey_page(
        replace(_survey(), importance=none, dependence=empty, interplay=PAIRS.head(0))
    )
    assert "everybody gets the same" in told
    assert "None of the strongest signals work together" in told


@pytest.mark.parametrize(
    ("low", "high", "unit", "label"),
    [
        (0.0, 0.0, "count", "0"),
        (3.0, 8.0, "count", "3–8"),
        (1.4, 2.04, "days", "1.4–2 d"),
        (0.1, 0.255, "share", "10%–26%"),
        (1200.0, 2_500_000.0, "number", "1,200–2.5 M"),
        (-3.25, -3.25, "number", "−3.2"),
    ],
)
def test_a_bin_is_labelled_in_its_unit(
    low: float, high: float, unit: str, label: str
) -> None:
    told = {"kind": "value", "label": "", "low": low, "high": high, "unit": unit}
    assert bin_label(told) == label


def test_steadiness_is_said_in_words_with_its_figures() -> None:
    first, second = np.array([[3.0, -1.0]]), np.array([[1.0, 2.0]])
    shaken = seeds([first, second])
    said = list(said_of(shaken, agreement(first, second)))
    assert "of the 2 boosters" in said[0]
    assert "agree on 2.0 of a lead's four strongest signals (Jaccard 1.00)" in said[1]
    assert "50% of those named by either raise with both" in said[1]
    assert "differs for 100% of the leads" in said[1]


def test_nothing_is_called_newest_where_leads_have_no_instants() -> None:
    """The test block of a flat export without an order is drawn at random."""
    points = np.array([[3.0, -1.0]])
    said = [*said_of(None, agreement(points, points))]
    said.append(
        stability_line({"seeds": None, "later": agreement(points, points).to_dict()})
    )
    flat = pd.DataFrame({"snapshot_at": pd.to_datetime([np.nan, np.nan], utc=True)})
    said.append(rows_said(flat))
    assert said[-1] == "2 snapshots of the test block"
    assert not any("newest" in s or "month" in s for s in said)
    dated = pd.DataFrame(
        {"snapshot_at": pd.to_datetime(["2026-03-02", "2026-03-09"], utc=True)}
    )
    assert rows_said(dated) == (
        "2 snapshots of the newest block, 2026-03-02 to 2026-03-09"
    )


def test_what_was_not_measured_is_said() -> None:
    said = list(said_of(None, None))
    assert all("not measured" in s for s in said)
    assert "no two boosters" in stability_line({"seeds": None, "later": None})


def test_points_of_a_few_leads_alone_are_not_called_none() -> None:
    """20 points of one lead in a thousand are .02 on average."""
    points = np.zeros((1000, 3))
    points[0, 0] = 20
    weight = importance(points, MIXED_SIGNALS)
    told = survey_page(replace(_survey(), importance=weight))
    assert "No signal moves the points by as much as 0.05 on average." in told
    assert "everybody" not in told


def test_one_signal_that_is_not_drawn_is_one() -> None:
    points = np.array([[3.0, 2.0, 0.01], [-3.0, 1.0, 0.0]])
    weight = importance(points, MIXED_SIGNALS)
    told = survey_page(replace(_survey(), importance=weight))
    assert "1 other signal carries 0% of all points." in told


def test_no_segment_is_of_personal_values_or_of_addresses() -> None:
    """The scorer does not read a personal category, so its signals do not name it."""
    company = Company(
        attributes=(
            DeclaredAttribute("street", "category", "Street", personal=True),
            DeclaredAttribute("owner", "category", "Owner"),
        )
    )
    rows = mixed_rows(90, seed=4)
    contract = small_contract(MIXED_FEATURES, MIXED_SIGNALS, company=company.to_dict())
    owners = np.where(np.arange(90) % 2, "ada@example.org", "web")
    table = pd.DataFrame({"street": "Elm", "owner": owners})
    explainer = TreeExplainer(mixed_booster().model_to_string(), contract.players)
    nought = np.zeros(90)
    found = Explanation(0.0, np.zeros((90, 3)), nought, nought)
    block = Explained(contract, explainer, table, table, rows, found)
    config = dated_config(
        snapshots={"rule": "weekly"}, segments={"columns": ["street", "owner"]}
    )
    told = {(g.by, g.value) for g in groups_of(config, block)}
    assert {(by, v) for by, v in told if by != QUALIFICATION} == {
        ("owner", "(an address)"), ("owner", "web"),
    }  # fmt: skip


def test_the_survey_of_a_run_is_of_its_own_points(demo: Demo) -> None:
    weight = IMPORTANCE.read(demo.run / IMPORTANCE.file)
    points = EXPLANATIONS.read(demo.run / EXPLANATIONS.file)
    predicted = demo.table("predictions")
    test = points[
        points["row"].isin(predicted.loc[predicted["split"] == "test", "row"])
    ]
    strongest = weight.iloc[0]
    assert strongest["by"] == ALL
    assert strongest["rows"] == len(test)
    mean = test[strongest["signal"]].abs().mean()
    assert strongest["mean_absolute_points"] == pytest.approx(mean)
    assert {"qualification", "source", "country"} <= set(weight["by"])
    by_source = weight.loc[weight["by"] == "source"].drop_duplicates("value")
    assert by_source["rows"].sum() <= len(test)

    shape = DEPENDENCE.read(demo.run / DEPENDENCE.file)
    assert shape["signal"].iloc[0] == strongest["signal"]
    together = INTERPLAY.read(demo.run / INTERPLAY.file)
    assert set(together["first"]) <= set(weight["signal"])


def test_a_run_says_how_steady_its_reasons_are(demo: Demo) -> None:
    told = STABILITY.read(demo.run / STABILITY.file)
    assert told["seeds"] is None  # one booster is served
    later = told["later"]
    assert 0 <= later["jaccard"] <= 1
    assert later["shared"] <= 4
    said = summary(demo.run)
    assert stability_line(told) in said
    assert str(demo.run / SIGNALS_PAGE.file) in said


def test_nothing_of_a_lead_is_on_the_page_of_a_run(demo: Demo) -> None:
    told = SIGNALS_PAGE.read(demo.run / SIGNALS_PAGE.file)
    names = demo.table("spine")["lead_id"].unique()
    words = set(re.findall(r"[\w@.]+", told))
    assert not words & set(map(str, names))
    assert "@" not in unescape(re.sub(r"<style>.*?</style>", "", told, flags=re.DOTALL))
    assert json.dumps(told)  # whole text, no surrogates
