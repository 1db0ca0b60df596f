"""What changed since last night: every cause by name, adding up to the points."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.vocabulary import Family, Unit
from models.changing.change import Cause
from models.changing.change import Parts as Changes
from models.explaining.words import words_of
from models.players import ModelFeature, ModelSignal
from models.points import Scale
from pipeline.night.causes import Made, made_of
from pipeline.night.changed import Told
from pipeline.night.changes import PUBLISHED, Changed
from pipeline.night.ledger import ledger_of
from pipeline.night.prior import Prior
from pipeline.night.scorer import scorer_file_of
from tests.features.small_worlds import CATALOGUE, COMPANY, DAY, Touch
from tests.pipeline.demo_run import WORLD, Demo
from tests.pipeline.nights_by_hand import (
    BETWEEN,
    LAST_NIGHT,
    LEADS,
    SCALE,
    TONIGHT,
    TREES,
    WORLD_NOW,
    WORLD_THEN,
    Nights,
    scorer,
    stump,
    touch,
    two_nights,
)
from tests.pipeline.processes import Done, Leadlight

Parts = list[tuple[str, str | None, float]]


def parts(changed: Changed, lead: str, leads: tuple[str, ...] = LEADS) -> Parts:
    """Cause, signal and points of every part of a lead's change."""
    told = changed.parts.iloc[leads.index(lead)]
    return [(p["cause"], p["code"], round(p["points"], 6)) for p in told]


def row(changed: Changed, lead: str, leads: tuple[str, ...] = LEADS) -> pd.Series:
    return changed.table.iloc[leads.index(lead)]


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Changed:
    return two_nights(tmp_path_factory.mktemp("nights"))


# --- leads whose every cause is known ------------------------------------------------


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        # A visit left the last seven days, and she is older than twenty-nine days.
        ("tim", [("time passed", "visit_touches", -10.0),
                 ("time passed", "lead_age", -4.0)]),
        ("vic", [("what the lead did", "pricing_page_touches", 9.0)]),
        ("lea", [("late arrivals", "visit_touches", 10.0)]),
        ("col", [("colleagues", "account_conversions", 7.0)]),
        ("rex", [("the record", "employees", 3.0)]),
        ("out", [("what we did", "mail_touches", -2.0)]),
        ("cor", [("corrections", "visit_touches", 10.0)]),
        ("una", []),
    ],
)  # fmt: skip
def test_a_lead_whose_every_cause_is_known(
    changed: Changed, lead: str, expected: Parts
) -> None:
    assert parts(changed, lead) == expected
    assert row(changed, lead)["points_change"] == pytest.approx(
        sum(p for _, _, p in expected), abs=1e-9
    )
    assert changed.notes == ()


@pytest.mark.parametrize(
    ("lead", "said"),
    [
        ("tim", "Down 14.0 since {}: time passed −14.0 (mostly Page touches)"),
        (
            "vic",
            "Up 9.0 since 2026-02-03: what the lead did +9.0 (Pricing page touches)",
        ),
        ("rex", "Up 3.0 since {}: the record +3.0 (Employees)"),
        ("una", "Unchanged since {}"),
    ],
)
def test_the_sentence_names_the_causes(changed: Changed, lead: str, said: str) -> None:
    assert row(changed, lead)["change_said"] == said.format("2026-02-03")


def test_what_was_before_is_told(changed: Changed) -> None:
    told = {lead: changed.parts.iloc[n] for n, lead in enumerate(LEADS)}
    assert told["tim"][0]["was"] == "Page touches: 1 in 7 days, 1 in 30"
    assert told["tim"][1]["was"] == "Lead created: 29 days ago"
    assert told["vic"][0]["was"] == "No pricing page touches in 30 days"
    assert told["rex"][0]["was"] == "Employees: 12"
    assert row(changed, "tim")["prior_points"] == pytest.approx(60)
    assert row(changed, "tim")["prior_score"] == 60
    assert row(changed, "tim")["prior_at"] == pd.Timestamp(LAST_NIGHT)


def test_two_causes_of_one_lead_are_told_apart(tmp_path: Path) -> None:
    """Una visits twice, once late: the first brings her into the seven days' count,
    the other one over two visits in thirty days; and her employees are recounted."""
    nights = Nights(tmp_path)
    nights.score(WORLD_THEN, LAST_NIGHT, scorer())
    path = nights.keep("last.parquet", LAST_NIGHT, scorer())
    people = (
        replace(p, employees="99") if p.lead_id == "una" else p
        for p in WORLD_THEN.people
    )
    late = touch("una", LAST_NIGHT - 3 * DAY, known=BETWEEN)
    world = replace(
        WORLD_THEN,
        people=tuple(people),
        touches=(*WORLD_THEN.touches[:1], late, touch("una", BETWEEN)),
    )
    told = nights.score(world, TONIGHT, scorer(), previous=path)
    # What was her visit of twenty days ago is gone from the data: worth nothing alone.
    assert parts(told, "una") == [
        ("late arrivals", "visit_touches", 10.0),
        ("what the lead did", "visit_touches", 5.0),
        ("the record", "employees", 3.0),
    ]


# --- another scorer ------------------------------------------------------------------


def test_a_new_calibration_is_told_beside_all_else(tmp_path: Path) -> None:
    doubled = Scale(float(np.log(2)), SCALE.slope, SCALE.reference)
    told = two_nights(tmp_path, scorer(scale=doubled))
    assert parts(told, "una") == [("new calibration", None, 10.0)]
    assert parts(told, "vic") == [
        ("new calibration", None, 10.0),
        ("what the lead did", "pricing_page_touches", 9.0),
    ]


def test_a_new_booster_is_told_at_what_is_seen_tonight(tmp_path: Path) -> None:
    # Tonight's booster gives six points for a pricing page where last night's gave 9.
    trees = [
        stump("pricing_page_touches_30d", 0.5, 6) if t is TREES[2] else t for t in TREES
    ]
    told = two_nights(tmp_path, scorer(trees))
    assert parts(told, "vic") == [
        ("what the lead did", "pricing_page_touches", 9.0),
        ("new booster", None, -3.0),
    ]
    assert row(told, "vic")["points_change"] == pytest.approx(6)
    assert parts(told, "una") == []


def test_where_signals_mean_something_else_there_is_one_figure(tmp_path: Path) -> None:
    trees = [*TREES, stump("visit_touches_30d", -1, 4)]  # four more, for everybody
    told = two_nights(tmp_path, scorer(trees), before=scorer(fingerprint="0" * 16))
    assert parts(told, "una") == [("new model", None, 4.0)]
    assert parts(told, "tim") == [("new model", None, -10.0)]
    assert row(told, "tim")["change_said"] == (
        "Down 10.0 since 2026-02-03: new model −10.0"
    )


# --- who has a change, and since when ------------------------------------------------


def test_only_leads_with_a_score_on_both_nights_have_a_change(tmp_path: Path) -> None:
    before = Nights(tmp_path, ("tim", "vic"))
    before.score(WORLD_THEN, LAST_NIGHT, scorer())
    path = before.keep("last.parquet", LAST_NIGHT, scorer())
    leads = ("vic", "una")
    told = Nights(tmp_path, leads).score(WORLD_NOW, TONIGHT, scorer(), previous=path)
    assert told.parts.isna().tolist() == [False, True]
    assert told.table["points_change"].round(6).tolist()[0] == 9.0
    assert told.table.loc[told.table.index[1]].isna().all()


def test_of_a_folder_each_leads_latest_night_counts(tmp_path: Path) -> None:
    long_ago = LAST_NIGHT - 8 * DAY
    both = Nights(tmp_path, ("tim", "una"))
    both.score(WORLD_THEN, long_ago, scorer())
    both.keep("a.parquet", long_ago, scorer())
    one = Nights(tmp_path, ("tim",))
    one.score(WORLD_THEN, LAST_NIGHT, scorer())
    one.keep("b.parquet", LAST_NIGHT, scorer())
    told = both.score(WORLD_NOW, TONIGHT, scorer(), previous=tmp_path)
    assert told.table["prior_at"].tolist() == [
        pd.Timestamp(LAST_NIGHT), pd.Timestamp(long_ago)
    ]  # fmt: skip
    assert parts(told, "tim", both.leads)[0] == ("time passed", "visit_touches", -10.0)


def test_without_last_night_nothing_is_told(tmp_path: Path) -> None:
    told = Nights(tmp_path).score(WORLD_NOW, TONIGHT, scorer())
    assert list(told.table.columns) == list(PUBLISHED)
    assert told.table.isna().all(axis=None)
    assert told.parts.isna().all()
    assert told.notes == ()


def test_a_lead_scored_before_its_snapshot_was_due_is_known_as_of_the_scoring(
    tmp_path: Path,
) -> None:
    """Scored at noon of the day before, for a snapshot at midnight: what happened in
    between was not known, and is what the lead did, not a correction."""
    nights = Nights(tmp_path)
    nights.score(WORLD_THEN, LAST_NIGHT, scorer())
    noon = LAST_NIGHT - timedelta(hours=12)
    path = nights.keep("last.parquet", LAST_NIGHT, scorer())
    again = pq.read_table(ledger_of(path))
    beside = {
        **again.schema.metadata,
        b"leadlight.scored_at": noon.isoformat().encode(),
    }
    pq.write_table(again.replace_schema_metadata(beside), ledger_of(path))
    did = Touch("pricing_page", noon + DAY / 4, noon + DAY / 4, "vic")
    world = replace(WORLD_THEN, touches=(*WORLD_THEN.touches, did))
    told = nights.score(world, TONIGHT, scorer(), previous=path)
    assert parts(told, "vic") == [("what the lead did", "pricing_page_touches", 9.0)]
    assert row(told, "vic")["prior_at"] == pd.Timestamp(noon)


def test_where_there_are_no_instants_all_is_the_record(tmp_path: Path) -> None:
    nights = Nights(tmp_path)
    nights.score(WORLD_THEN, LAST_NIGHT, scorer())
    path = nights.keep("last.parquet", LAST_NIGHT, scorer())
    table = pq.read_table(ledger_of(path))
    place = table.schema.get_field_index("snapshot_at")
    none = pa.nulls(table.num_rows, pa.timestamp("us", tz="UTC"))
    flat = table.set_column(place, "snapshot_at", [none])
    pq.write_table(flat.replace_schema_metadata(table.schema.metadata), ledger_of(path))
    people = WORLD_NOW.people  # an export of attributes: nobody has touches
    told = nights.score(
        replace(WORLD_THEN, people=people), LAST_NIGHT, scorer(), previous=path
    )
    assert parts(told, "rex") == [("the record", "employees", 3.0)]
    assert parts(told, "tim") == []


# --- it is told right, or not at all -------------------------------------------------


def harmed(folder: Path, what: str) -> Path:
    """Last night's files, one of them not as it was."""
    nights = Nights(folder)
    nights.score(WORLD_THEN, LAST_NIGHT, scorer())
    path = nights.keep("last.parquet", LAST_NIGHT, scorer())
    if what == "no ledger":
        ledger_of(path).unlink()
    elif what == "no scorer":
        scorer_file_of(path).unlink()
    elif what == "another scorer":
        other = nights.keep("other.parquet", LAST_NIGHT, scorer(TREES[:2]))
        scorer_file_of(path).write_bytes(scorer_file_of(other).read_bytes())
    elif what == "other values":
        table = pq.read_table(ledger_of(path))
        place = table.schema.get_field_index("seen:lead_age")
        changed = table.set_column(place, "seen:lead_age", [["old"] * len(table)])
        pq.write_table(
            changed.replace_schema_metadata(table.schema.metadata), ledger_of(path)
        )
    else:
        table = pq.read_table(ledger_of(path))
        place = table.schema.get_field_index("fit_points")
        moved = pd.Series(table.column(place)) + 0.01
        changed = table.set_column(place, "fit_points", [moved.to_numpy()])
        pq.write_table(
            changed.replace_schema_metadata(table.schema.metadata), ledger_of(path)
        )
    return path


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("no ledger", "last.parquet.points.parquet is missing"),
        ("no scorer", "last.parquet.scorer.zip is missing"),
        ("another scorer", "is damaged, or of another night"),
        ("other values", "holds what its scorer cannot read: The scorer expects"),
        ("other points", "differ by up to 0.01 from those in its ledger"),
    ],
)
def test_what_cannot_be_told_is_said_in_one_note(
    tmp_path: Path, what: str, said: str
) -> None:
    path = harmed(tmp_path, what)
    told = Nights(tmp_path).score(WORLD_NOW, TONIGHT, scorer(), previous=path)
    assert told.table.isna().all(axis=None)
    (note,) = told.notes
    assert note.startswith("What changed since 'last.parquet' is not told. ")
    assert said in note


def test_of_many_nights_only_those_of_tonights_leads_are_read_and_noted(
    tmp_path: Path,
) -> None:
    for days, leads in enumerate((("tim",), ("vic",), ("una",))):
        at = LAST_NIGHT - days * DAY
        night = Nights(tmp_path, leads)
        night.score(WORLD_THEN, at, scorer())
        path = night.keep(f"{leads[0]}.parquet", at, scorer())
        if leads != ("una",):
            ledger_of(path).unlink()
    told = Nights(tmp_path, ("una",)).score(
        WORLD_NOW, TONIGHT, scorer(), previous=tmp_path
    )
    assert told.notes == ()
    assert told.table["points_change"].round(6).tolist() == [0.0]
    told = Nights(tmp_path, ("una", "tim", "vic")).score(
        WORLD_NOW, TONIGHT, scorer(), previous=tmp_path
    )
    (note,) = told.notes
    assert note.startswith("What changed since 'tim.parquet', 'vic.parquet' is not")
    assert told.parts.isna().tolist() == [False, True, True]


def test_causes_that_do_not_add_up_are_not_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from models.treeshap import TreeExplainer

    whole = TreeExplainer.changes
    monkeypatch.setattr(
        TreeExplainer, "changes", lambda self, new, old: whole(self, new, old) * 0.9
    )
    told = two_nights(tmp_path)
    assert told.table.isna().all(axis=None)
    assert told.parts.isna().all()
    (note,) = told.notes
    assert "The causes of change miss the change of points by up to 1.4" in note


# --- what signals are made of --------------------------------------------------------


def test_each_signal_of_the_catalogue_is_made_of_something() -> None:
    made = {s.name: made_of(s, COMPANY.outbound_kinds) for s in CATALOGUE}
    of: dict[Made, set[str]] = {}
    for name, each in made.items():
        of.setdefault(each, set()).add(name)
    assert of[Made.OUTREACH] == {
        "outbound_touches", "days_since_outbound", "call_touches", "call_days_since",
        "mail_touches", "mail_days_since",
    }  # fmt: skip
    assert of[Made.INSTANTS] == {"lead_age", "days_to_deadline"}
    assert of[Made.COLLEAGUES] == {
        s.name for s in CATALOGUE if "colleague" in s.name or "account_c" in s.name
    } | {"days_since_account_conversion"}
    assert of[Made.RECORD] == {s.name for s in CATALOGUE if s.attributes}
    assert {"visit_touches", "answered_share", "momentum"} <= of[Made.TOUCHES]


# --- two nights of the invented company ----------------------------------------------

AT = pd.Timestamp(WORLD.known_until)
NIGHT_BEFORE = AT - pd.Timedelta(days=1)


def score(
    leadlight: Leadlight, demo: Demo, out: Path, at: pd.Timestamp, *more: str | Path
) -> Done:
    return leadlight(
        "score", demo.folder / "data" / "tonight.csv", "-o", out, "-q",
        "-c", demo.config_file, "--run", demo.run, "--at", f"{at:%Y-%m-%d}", *more,
        cwd=out.parent,
    )  # fmt: skip


@pytest.fixture(scope="module")
def nights(
    demo: Demo, leadlight: Leadlight, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with two nights, the second of which was compared with the first."""
    folder = tmp_path_factory.mktemp("two")
    one, two = (folder / f"{n}.parquet" for n in ("one", "two"))
    for done in (
        score(leadlight, demo, one, NIGHT_BEFORE),
        score(leadlight, demo, two, AT, "--previous", one),
    ):
        assert (done.code, done.err) == (0, "")
    return folder


def by_lead(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path).set_index("lead_id")


def test_the_change_is_tonights_points_less_last_nights(nights: Path) -> None:
    one, two = by_lead(nights / "one.parquet"), by_lead(nights / "two.parquet")
    parts_of = ["start_points", "fit_points", "engagement_points"]
    moved = two[parts_of].sum(axis=1) - one[parts_of].sum(axis=1).reindex(two.index)
    had_both = two["score"].notna() & one["score"].reindex(two.index).notna()
    assert two["points_change"].notna().equals(had_both)
    assert had_both.sum() > 50
    told = two.loc[had_both, "points_change"]
    np.testing.assert_allclose(told, moved[had_both], atol=1e-6)
    before = one["score"].reindex(two.index)
    assert two.loc[had_both, "prior_score"].equals(before[had_both])
    assert set(two.loc[had_both, "prior_at"]) == {NIGHT_BEFORE}
    assert two.loc[~had_both, list(PUBLISHED)].isna().all(axis=None)


def test_the_ledger_holds_parts_that_add_up(nights: Path) -> None:
    ledger = pq.read_table(ledger_of(nights / "two.parquet")).to_pylist()
    told = [row for row in ledger if row["changes"] is not None]
    gaps = [
        abs(sum(p["points"] for p in row["changes"]) - row["points_change"])
        for row in told
    ]
    assert len(told) > 50
    assert max(gaps) < 1e-6
    least = [abs(p["points"]) for row in told for p in row["changes"] if p["code"]]
    assert min(least) >= 0.005
    for part in (p for row in told for p in row["changes"]):
        is_looked_at = part["code"] is not None and abs(part["points"]) >= 0.05
        assert (part["was"] is not None) == is_looked_at


def test_who_did_nothing_is_not_said_to_have_done_something(
    demo: Demo, nights: Path
) -> None:
    touches = pd.read_csv(demo.folder / "data" / "touches.csv", dtype=str)
    occurred, recorded = (  # what cannot be read is no touch
        pd.to_datetime(touches[c], utc=True, format="ISO8601", errors="coerce")
        for c in ("occurred_at", "recorded_at")
    )
    known = recorded.where(recorded > occurred, occurred)
    is_new = (known >= NIGHT_BEFORE) & (known < AT)
    is_late = is_new & (occurred < NIGHT_BEFORE)
    busy = {
        "what the lead did": set(touches.loc[is_new & ~is_late, "lead_id"]),
        "late arrivals": set(touches.loc[is_late, "lead_id"]),
        "corrections": set(),
        "new booster": set(),
        "new calibration": set(),
    }
    ledger = pq.read_table(ledger_of(nights / "two.parquet")).to_pylist()
    causes = {r["lead_id"]: {p["cause"] for p in r["changes"] or ()} for r in ledger}
    assert {c for told in causes.values() for c in told} >= {
        "time passed", "what the lead did"
    }  # fmt: skip
    for cause, leads in busy.items():
        assert {lead for lead, told in causes.items() if cause in told} <= leads


def test_scores_are_the_same_whether_or_not_they_are_compared(
    demo: Demo, leadlight: Leadlight, nights: Path, tmp_path: Path
) -> None:
    assert score(leadlight, demo, tmp_path / "alone.parquet", AT).code == 0
    one, two = (
        by_lead(p) for p in (tmp_path / "alone.parquet", nights / "two.parquet")
    )
    compared = [*PUBLISHED, "standing", "standing_since"]
    pd.testing.assert_frame_equal(
        one.drop(columns=compared), two.drop(columns=compared)
    )


def test_without_last_nights_scorer_there_are_scores_and_one_sentence(
    demo: Demo, leadlight: Leadlight, nights: Path, tmp_path: Path
) -> None:
    last = tmp_path / "last.parquet"
    for place in (lambda p: p, ledger_of):
        shutil.copy(place(nights / "one.parquet"), place(last))
    done = score(leadlight, demo, tmp_path / "out.parquet", AT, "--previous", last)
    assert done.code == 0
    (line,) = done.err.splitlines()
    assert line.startswith("What changed since 'last.parquet' is not told. ")
    assert "last.parquet.scorer.zip is missing" in line
    told = by_lead(tmp_path / "out.parquet")
    assert told["points_change"].isna().all()
    assert told["score"].notna().sum() > 50


def test_what_was_before_is_rounded_once_as_it_is_on_its_own_night() -> None:
    # Hundredths of what touches are summed up to: not by way of .455, which gives .46.
    value = ModelSignal(
        "value", "Value of the touches", Family.BEHAVIOURAL, Unit.NUMBER, (0,),
        kinds=("visit",),
    )  # fmt: skip
    features = (ModelFeature("value"),)
    prior = SimpleNamespace(
        contract=SimpleNamespace(signals=(value,), features=features),
        encoded=np.array([[0.4549]]),
        seen=pd.DataFrame({"value": [0.4549]}),
    )
    whole = Changes.whole(np.array([3.0]), Cause.TIME)
    parts = replace(whole, signal=np.array([0]))
    lead = np.array([0])
    (told,) = Told(cast(Prior, prior), lead, lead, parts).struct().to_pylist()
    assert told["was"] == "Value of the touches: 0.45"
    assert told["was"] == words_of(value, [0.4549], features)
