"""Standing goes on from last night's output, or one sentence says why it cannot."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.errors import ConfigError, RunError
from models.contract import Contract
from pipeline.bundle import open_bundle, source_of_run
from pipeline.night.ledger import ledger_of
from pipeline.night.output import check_place
from pipeline.night.previous import previous_of
from pipeline.night.scoring import Scored, score_leads
from tests.models.small_models import MIXED_FEATURES, MIXED_SIGNALS, contract
from tests.pipeline.demo_run import WORLD, Demo, record
from tests.pipeline.processes import Leadlight

AT = pd.Timestamp(WORLD.known_until)
NIGHT_BEFORE = AT - pd.Timedelta(days=1)
SMALL = contract(MIXED_FEATURES, MIXED_SIGNALS)


def published(path: Path, **changed: object) -> Path:
    """Write last night's output of two leads, some of its columns changed."""
    table = pd.DataFrame(
        {
            "lead_id": ["a", "b"],
            "snapshot_at": [NIGHT_BEFORE] * 2,
            "status": ["scored", "scored"],
            "standing": ["sql", "none"],
            "standing_since": [NIGHT_BEFORE - pd.Timedelta(days=9), NIGHT_BEFORE],
            "model_name": "small",
            "horizon_days": 30.0,
        }
    )
    table.assign(**changed).to_parquet(path, index=False)  # type: ignore[arg-type]
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return published(tmp_path / "night.parquet")


def test_leads_are_matched_by_their_ids(file: Path) -> None:
    found, known = previous_of(file, SMALL, AT).of(pd.Series(["b", "new", "a"]))
    assert found.standing.tolist() == ["none", "none", "sql"]
    assert known.tolist() == [True, False, True]
    since = pd.to_datetime(found.since, utc=True)
    assert since[2] == NIGHT_BEFORE - pd.Timedelta(days=9)


def test_of_a_folder_the_latest_row_of_a_lead_counts_and_ledgers_are_left_aside(
    file: Path,
) -> None:
    later = {"snapshot_at": AT, "standing": ["mql", "mql"], "standing_since": AT}
    published(file.with_name("later.parquet"), **later)
    ledger_of(file).write_bytes(b"no scores")
    found, _ = previous_of(file.parent, SMALL, AT).of(pd.Series(["a"]))
    assert found.standing.tolist() == ["mql"]


def test_a_night_that_is_scored_again_in_a_folder_is_compared_with_the_one_before(
    file: Path,
) -> None:
    tonight = {"snapshot_at": AT, "standing": ["mql", "mql"], "standing_since": AT}
    published(file.with_name("tonight.parquet"), **tonight)
    found = previous_of(file.parent, SMALL, AT)
    names = [found.files[place].name for place in found.table["file"]]
    assert names == [file.name] * 2
    assert found.table["standing"].tolist() == ["mql", "mql"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"model_name": "other"}, "is of the model 'other' with a horizon of 30 days"),
        ({"horizon_days": 60.0}, "with a horizon of 60 days, and tonight's is 'small'"),
        ({"horizon_days": None}, "with a horizon of none"),
        ({"snapshot_at": AT + pd.Timedelta(hours=1)}, "which is later than tonight"),
        ({"standing_since": AT + pd.Timedelta(hours=1)}, "later than tonight"),
        ({"standing": "hot"}, "is no output of `leadlight score`: its rows hold other"),
    ],
)
def test_what_standing_cannot_go_on_from_is_refused(
    changed: dict[str, object], said: str, tmp_path: Path
) -> None:
    path = published(tmp_path / "night.parquet", **changed)
    with pytest.raises(RunError, match=said) as refused:
        previous_of(path, SMALL, AT)
    assert str(refused.value).startswith(str(path))


def test_a_lead_off_schedule_may_have_a_snapshot_that_is_to_come(
    tmp_path: Path,
) -> None:
    late = [AT + pd.Timedelta(days=3), NIGHT_BEFORE]
    status = ["off_schedule", "scored"]
    path = published(tmp_path / "n.parquet", snapshot_at=late, status=status)
    previous_of(path, SMALL, AT)


def test_a_flat_export_has_no_nights_to_compare(tmp_path: Path) -> None:
    flat = contract(MIXED_FEATURES, MIXED_SIGNALS, horizon_days=None)
    none = pd.Series([pd.NaT, pd.NaT], dtype="datetime64[us, UTC]")
    changed = {"horizon_days": None, "snapshot_at": none, "standing_since": none}
    path = published(tmp_path / "n.parquet", **changed)
    found, known = previous_of(path, flat, None).of(pd.Series(["a"]))
    assert (found.standing.tolist(), known.tolist()) == (["sql"], [True])


@pytest.mark.parametrize("told", ["{", "{}", '{"index_columns": 3}'])
def test_damaged_words_about_the_columns_are_a_sentence(file: Path, told: str) -> None:
    table = pq.read_table(file)
    pq.write_table(table.replace_schema_metadata({"pandas": told}), file)
    with pytest.raises(RunError, match="cannot be read as last night's scores"):
        previous_of(file, SMALL, AT)


def test_what_is_no_output_of_ours_is_refused(tmp_path: Path) -> None:
    for path, harm in (
        (tmp_path / "absent.parquet", None),
        (tmp_path / "text.parquet", b"lead_id,score\n"),
        (tmp_path / "empty", None),
    ):
        if harm is not None:
            path.write_bytes(harm)
        if path.name == "empty":
            path.mkdir()
        with pytest.raises(RunError, match=r"--previous, or score without\.$"):
            previous_of(path, SMALL, AT)
    pd.DataFrame({"lead_id": ["a"]}).to_parquet(tmp_path / "other.parquet")
    with pytest.raises(RunError, match="is no output"):
        previous_of(tmp_path / "other.parquet", SMALL, AT)


# --- on the demo ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def scorer(demo: Demo) -> Contract:
    return open_bundle(source_of_run(demo.run)).contract


@pytest.fixture(scope="module")
def first(demo: Demo) -> Scored:
    bundle = open_bundle(source_of_run(demo.run))
    leads = demo.folder / "data" / "tonight.csv"
    return score_leads(demo.config, bundle, leads, at=AT.to_pydatetime())


def again(demo: Demo, before: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """Score the same leads once more, after a night that published ``before``."""
    before.to_parquet(folder / "before.parquet", index=False)
    run = demo.config.run.model_copy(
        update={"previous": str(folder / "before.parquet")}
    )
    config = demo.config.model_copy(update={"run": run})
    bundle = open_bundle(source_of_run(demo.run))
    leads = demo.folder / "data" / "tonight.csv"
    return score_leads(config, bundle, leads, at=AT.to_pydatetime()).table


def test_without_last_night_standing_is_qualification_since_now(first: Scored) -> None:
    held = first.table.loc[first.table["score"].notna()]
    assert held["standing"].tolist() == held["qualification"].tolist()
    assert set(held["standing_since"]) == {AT}


def test_a_night_that_is_scored_again_changes_nothing(
    demo: Demo, first: Scored, tmp_path: Path
) -> None:
    found = again(demo, first.table, tmp_path)
    pd.testing.assert_frame_equal(found, first.table)


def test_leads_keep_their_standing_down_to_three_points_below_the_cutoff(
    demo: Demo, first: Scored, scorer: Contract, tmp_path: Path
) -> None:
    """Had all been MQL ten nights ago: who is near keeps it, who is far falls."""
    assert scorer.hysteresis == 3
    since = AT - pd.Timedelta(days=10)
    before = first.table.assign(standing="mql", standing_since=since, snapshot_at=since)
    found = again(demo, before, tmp_path)
    plain = found.loc[found["status"] == "scored"]
    threshold = record(demo.run / "cutoffs.json")["served"]["mql"]["threshold"]
    odds = threshold / (1 - threshold) * 2 ** (-3 / 10)  # three points below
    near = plain["probability"] >= odds / (1 + odds)
    assert (plain["standing"] != "none").tolist() == near.tolist()
    assert near.sum() > (plain["qualification"] != "none").sum()
    assert set(plain.loc[plain["standing"] == "mql", "standing_since"]) == {since}
    assert set(plain.loc[~near, "standing_since"]) == {AT}
    others = found.loc[found["status"].isin(["unfamiliar", "off_schedule"])]
    assert set(others["standing"]) <= {"none"}
    now = first.table["qualification"]
    assert found["qualification"].tolist() == now.tolist()


def test_last_nights_scores_are_not_written_over_but_may_be_joined(
    demo: Demo, file: Path
) -> None:
    for place, refused in ((file, True), (file.parent, False)):
        run = demo.config.run.model_copy(update={"previous": str(place)})
        config = demo.config.model_copy(update={"run": run})
        if refused:
            with pytest.raises(ConfigError, match="would be written over"):
                check_place(file, file.with_name("leads.csv"), config)
        else:
            leads = file.with_name("leads.csv")
            check_place(file.with_name("next.parquet"), leads, config)


def test_the_command_takes_last_nights_scores(
    demo: Demo, leadlight: Leadlight, tmp_path: Path
) -> None:
    done = leadlight(
        "score", demo.folder / "data" / "tonight.csv", "-o", "tonight.parquet", "-q",
        "-c", demo.config_file, "--run", demo.run, "--at", f"{AT:%Y-%m-%d}",
        "--previous", demo.folder / "data", cwd=tmp_path,
    )  # fmt: skip
    assert "holds no scores: a folder of last night's output" in done.sentence
    assert not list(tmp_path.iterdir())
