"""One lead's score taken apart: it adds up, whatever it is held against."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from features.errors import RunError
from models.players import ModelFeature
from models.qualifying.cutoffs import Cutoffs
from models.served import encode
from pipeline.why.data import data
from pipeline.why.row import encoded_row
from pipeline.why.said import told_topics
from pipeline.why.terminal import told
from tests.models.small_models import MIXED_FEATURES, cutoff
from tests.pipeline.small_nights import (
    CHANGED,
    IDS,
    SCORED_AT,
    ask,
    beside,
    small_contract,
    small_night,
    small_scorer,
)

HELD_AGAINST = ["training", "population", "above-cutoff", "previous"]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A night of six leads, compared with an earlier one."""
    folder = tmp_path_factory.mktemp("night")
    return small_night(folder, changes=[CHANGED] * len(IDS))


@pytest.mark.parametrize("against", HELD_AGAINST)
@pytest.mark.parametrize("lead", IDS)
def test_the_points_add_up_to_what_was_published(
    night: Path, lead: str, against: str
) -> None:
    found = ask(night, lead, against=against)
    row = beside(night)[lead]
    published = row["start_points"] + sum(
        v for k, v in row.items() if k.startswith("points:")
    )
    assert found.start + sum(x.points for x in found.lines) == pytest.approx(
        published, abs=1e-6
    )
    assert found.total == pytest.approx(published, abs=1e-6)
    assert round(found.total) == pytest.approx(found.output["score"], abs=0.5001)


@pytest.mark.parametrize("against", HELD_AGAINST)
def test_what_is_shown_adds_up_in_points_and_in_percent(
    night: Path, against: str
) -> None:
    for probability in (False, True):
        found = ask(night, against=against, probability=probability)
        told_apart = [*found.raising, *found.lowering]
        shown = found.start_amount + sum(x.amount for x in told_apart)
        assert shown + found.other_amount == pytest.approx(found.total_amount)
    chance = found.output["probability"]
    assert found.total_amount == pytest.approx(100 * chance, abs=1e-4)


def test_shares_keep_order_and_sign(night: Path) -> None:
    plain, shares = ask(night), ask(night, probability=True)
    points = np.array([x.points for x in plain.lines])
    amounts = np.array([x.amount for x in shares.lines])
    assert (np.sign(points) == np.sign(amounts)).all()
    assert (np.argsort(points) == np.argsort(amounts)).all()
    assert "percent: the chance, shared out" in told(shares)


def test_another_reference_is_named_with_its_size(night: Path) -> None:
    assert ask(night).reference.size is None
    every = ask(night, against="population")
    assert (every.reference.words, every.reference.size) == ("past leads", 300)
    assert "start: the points of 300 past leads, on average" in told(every)
    assert "published were held against the training paths" in told(every)
    above = ask(night, against="above-cutoff")
    assert above.reference.words == "past leads just above the SQL cutoff"
    assert above.reference.size == 50
    assert [x.points for x in above.lines] != [x.points for x in every.lines]


def test_who_reaches_no_cutoff_is_held_against_the_lowest(tmp_path: Path) -> None:
    for mql, sql, name in ((0.65, 0.7, "MQL"), (0.6, 0.65, "SQL"), (0.5, 0.6, "SQL")):
        cutoffs = Cutoffs(cutoff("mql", mql), cutoff("sql", sql))
        scorer = small_scorer(cutoffs=cutoffs)
        scores = small_night(tmp_path, scorer=scorer)  # of bob: 63.7 %
        words = ask(scores, against="above-cutoff").reference.words
        assert words == f"past leads just above the {name} cutoff"


def test_points_that_do_not_come_to_the_published_chance_are_not_told(
    tmp_path: Path,
) -> None:
    scores = small_night(tmp_path, start_points=66.0)
    with pytest.raises(RunError, match=r"of 63\.\d\d%, and 63\.73% was published"):
        ask(scores)


def test_points_that_are_not_the_scorers_are_not_shared_out(tmp_path: Path) -> None:
    scale = replace(small_contract().scale, intercept=0.75)
    scores = small_night(tmp_path, scorer=small_scorer(scale=scale))
    with pytest.raises(RunError, match=r"miss the published points by 7\.2"):
        ask(scores, against="population")


def test_a_scorer_without_past_leads_can_hold_nobody_against_them(
    tmp_path: Path,
) -> None:
    scorer = replace(small_scorer(), precedents=None)
    scores = small_night(tmp_path, scorer=scorer)
    assert ask(scores).likeness is None
    with pytest.raises(RunError, match="by a scorer that keeps no past leads"):
        ask(scores, against="population")


def test_a_booster_that_cannot_be_walked_through_is_not_tried(tmp_path: Path) -> None:
    scores = small_night(tmp_path, reasons_method="columns_summed")
    assert ask(scores).reach == ()
    with pytest.raises(RunError, match="its trees cannot be walked through"):
        ask(scores, against="population")


def test_a_reason_has_its_past_leads_and_its_touches(night: Path) -> None:
    said = told(ask(night))
    assert (
        "Of 412 past leads like that (1 or more in 30 days), 18.2% (15.0% to 22.0%) "
        "converted within 30 days; of all, 6.7%.\n"
    ) in said
    # The one of 22 May lies before the longest lookback.
    assert "Touches on 30 June 2026, 28 June 2026.\n" in said


def test_of_many_touches_the_newest_three_are_told(tmp_path: Path) -> None:
    days = [1, 2, 2, 5, 9]
    touches = [
        {"kind": "visit", "occurred_at": SCORED_AT - timedelta(days=d)} for d in days
    ]
    scores = small_night(tmp_path, touches=pa.array([touches] * len(IDS)))
    found = ask(scores)
    (visits, *_) = (x for x in found.lines if x.code == "visits")
    assert [t.occurred_at.day for t in visits.behind.touches] == [30, 29, 29]
    assert visits.behind.more
    assert "Touches on 30 June 2026, 29 June 2026 (2), and more before.\n" in told(
        found
    )


def test_of_topics_the_greatest_are_told_and_the_rest_together(night: Path) -> None:
    found = ask(night)
    (line, *_) = found.lines
    sizes = [3.0, -2.0, 1.0, 0.9, 0.8, -0.7, 0.6, 0.5, 0.04, 0.03]
    signals = tuple(
        replace(found.wording.signals[0], topic=f"T{n}") for n in range(len(sizes))
    )
    lines = tuple(replace(line, points=s / 100, amount=s) for s in sizes)
    wording = replace(found.wording, signals=signals)
    # Less than a twentieth of a point each, so that none is told as a reason.
    many = replace(found, lines=lines, wording=wording)
    assert many.others == lines
    told_apart = told_topics(many)
    assert [t.words for t in told_apart[:-1]] == ["T0", "T1", "T2", "T3", "T4", "T5"]
    assert (told_apart[-1].words, told_apart[-1].signals) == ("4 other topics", 4)
    assert told_apart[-1].points == pytest.approx(1.17)
    few = replace(many, lines=lines[8:], wording=replace(wording, signals=signals[8:]))
    assert told_topics(few) == ()


def test_a_clip_is_shown(tmp_path: Path) -> None:
    found = ask(small_night(tmp_path))
    assert "clipped" not in told(found)
    said = told(replace(found, start=120.0))
    assert "a score goes from 0 to 100, and what lies above 100 is clipped" in said
    assert "what lies below 0 is clipped" in told(replace(found, start=-20.0))


def test_standing_is_told_where_it_is_not_the_qualification(tmp_path: Path) -> None:
    scores = small_night(tmp_path, qualification="none")
    assert (
        "It stands as marketing-qualified since 2026-06-24: a standing is kept"
    ) in told(ask(scores))
    summed = small_night(tmp_path / "b", reasons_method="columns_summed")
    assert "are the sum of its columns' own here" in told(ask(summed))


def test_since_when_a_lead_has_stood_so_is_told_where_it_is_known(
    tmp_path: Path,
) -> None:
    """Without an earlier night's scores every standing begins with this one."""
    now: dict[str, Any] = {"qualification": "sql", "standing": "sql"}
    alone = small_night(tmp_path, **now, standing_since=SCORED_AT)
    assert "stood" not in told(ask(alone))
    compared = small_night(
        tmp_path / "b",
        **now,
        standing_since=SCORED_AT,
        changes=[CHANGED] * len(IDS),
        points_change=3.75,
    )
    said = "It has stood as sales-qualified since 2026-07-01."
    assert said in told(ask(compared))
    week_ago = SCORED_AT - timedelta(days=7)
    before = small_night(tmp_path / "c", **now, standing_since=week_ago)
    assert "It has stood as sales-qualified since 2026-06-24." in told(ask(before))


def test_days_are_those_of_the_company(tmp_path: Path) -> None:
    """At eleven at night, UTC, the next day has begun in Amsterdam."""
    late = SCORED_AT - timedelta(days=7, hours=1)
    values: dict[str, Any] = {
        "qualification": "sql", "standing": "sql", "standing_since": late,
        "prior_at": [late] * len(IDS), "changes": [CHANGED] * len(IDS),
        "points_change": 3.75,
    }  # fmt: skip
    home = told(ask(small_night(tmp_path, **values)))
    assert "It has stood as sales-qualified since 2026-06-23." in home
    assert "What changed since 23 June 2026" in home
    scorer = small_scorer(timezone="Europe/Amsterdam")
    abroad = told(ask(small_night(tmp_path / "b", scorer=scorer, **values)))
    assert "It has stood as sales-qualified since 2026-06-24." in abroad
    assert "What changed since 24 June 2026" in abroad


def test_a_standing_stand_in_is_told(tmp_path: Path) -> None:
    scores = small_night(tmp_path, scorer=small_scorer(scorer="points_table"))
    assert "this is the company's points table." in told(ask(scores))


def test_json_holds_all_of_it_and_no_number_that_json_lacks(night: Path) -> None:
    found = ask(night)
    text = json.dumps(data(found), allow_nan=False)
    back = json.loads(text)
    assert {
        "lead_id", "score", "probability", "start_points", "total_points", "reference",
        "signals", "raising", "lowering", "other_points", "topics", "changes", "reach",
        "likeness", "sections", "cutoffs", "scorer_sha256", "notes", "is_clipped",
    } <= set(back)  # fmt: skip
    assert back["snapshot_at"] == "2026-07-01T00:00:00+00:00"
    points = {s["code"]: s["points"] for s in back["signals"]}
    assert back["start_points"] + sum(points.values()) == pytest.approx(
        back["total_points"]
    )
    (visits,) = (s for s in back["signals"] if s["code"] == "visits")
    assert visits["past_leads"]["leads"] == 412
    assert [t["kind"] for t in visits["touches"]] == ["visit", "visit"]
    assert set(back["sections"]) == {"changes", "reach", "likeness"}
    assert sum(c["points"] for c in back["changes"]) == 3.75
    assert back["likeness"]["leads"] == 20
    assert back["scorer_sha256"] == found.digest != ""


@pytest.mark.parametrize("place", range(len(IDS)))
def test_one_row_is_encoded_as_a_table_is(night: Path, place: int) -> None:
    features = [*MIXED_FEATURES, ModelFeature("flag")]
    row = beside(night)[IDS[place]]
    seen = {f.name: row[f"seen:{f.name}"] for f in MIXED_FEATURES} | {"flag": True}
    table = pd.DataFrame([seen])
    np.testing.assert_array_equal(
        encoded_row(seen, features), encode(table, [f.to_dict() for f in features])[0]
    )
