"""Scores, their ledger and their scorer: found by day and lead, and never mixed up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from features.errors import ModelError, RunError
from pipeline.night.ledger import find, ledger_of, scored_at, scorer_of, write_ledger
from pipeline.night.scorer import (
    Scorer,
    read_scorer,
    scorer_file_of,
    write_scorer,
)
from pipeline.why.terminal import told
from tests.pipeline.small_nights import (
    IDS,
    SCORED_AT,
    ask,
    small_contract,
    small_night,
    small_scorer,
)


def test_the_latest_night_is_the_one_scored_last(tmp_path: Path) -> None:
    # Names that sort the other way round, and a lead who is not in the latest.
    small_night(tmp_path, "c.parquet", at=datetime(2026, 6, 1, 3, tzinfo=UTC))
    small_night(tmp_path, "b.parquet", at=datetime(2026, 6, 2, 3, tzinfo=UTC))
    latest = datetime(2026, 6, 3, 3, tzinfo=UTC)
    small_night(tmp_path, "a.parquet", at=latest, ids=IDS[:3])
    assert ask(tmp_path).output["snapshot_at"] == latest
    found = ask(tmp_path, "fay")
    assert found.output["snapshot_at"].day == 2
    assert found.notes == ("The lead is not in the later a.parquet.",)
    assert "\nThe lead is not in the later a.parquet.\n" in told(found)
    for day in (1, 2, 3, 9):
        found = ask(tmp_path, day=date(2026, 6, day))
        assert found.output["snapshot_at"].day == min(day, 3)
    with pytest.raises(RunError, match="holds no scores of 2026-05-31 or before"):
        ask(tmp_path, day=date(2026, 5, 31))
    with pytest.raises(RunError, match=r"'nobody' is not in a\.parquet"):
        ask(tmp_path, "nobody")
    with pytest.raises(RunError, match=r"is of 2026-06-03 03:00 UTC, which is later"):
        ask(tmp_path / "a.parquet", day=date(2026, 6, 2))
    assert ask(tmp_path / "a.parquet", day=date(2026, 6, 3)).notes == ()


@pytest.mark.parametrize("lead", ["", "\udcff", "x" * 9999, "=1+1", "ad"])
def test_whoever_is_not_there_is_said_not_to_be(tmp_path: Path, lead: str) -> None:
    scores = small_night(tmp_path)
    for place in (scores, tmp_path):
        with pytest.raises(RunError, match=r"^The lead '.*' is not in tonight\."):
            ask(place, lead)


def test_an_empty_folder_holds_no_scores(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="holds no scores with their points beside"):
        ask(tmp_path)


def test_a_ledger_that_does_not_say_when_is_as_late_as_its_standings(
    tmp_path: Path,
) -> None:
    scores = small_night(tmp_path)
    assert scored_at(ledger_of(scores)) == SCORED_AT
    table = pq.read_table(ledger_of(scores))
    beside = dict(table.schema.metadata)
    del beside[b"leadlight.scored_at"]
    pq.write_table(table.replace_schema_metadata(beside), ledger_of(scores))
    assert scored_at(ledger_of(scores)) == SCORED_AT - timedelta(days=7)


def test_a_lead_is_found_in_whichever_group_of_rows_it_lies(tmp_path: Path) -> None:
    scores = small_night(tmp_path)
    table = pq.read_table(ledger_of(scores))
    pq.write_table(table, ledger_of(scores), row_group_size=2)
    assert pq.ParquetFile(ledger_of(scores)).num_row_groups == 3
    for place, lead in enumerate(IDS):
        seen = table.column("seen:visits_30d")[place].as_py()
        assert find(lead, scores).seen["visits_30d"] == seen


def test_the_scorer_of_a_night_is_read_back_as_it_was(tmp_path: Path) -> None:
    scorer = small_scorer()
    scores = small_night(tmp_path, scorer=scorer)
    assert scorer_of(scores) == scorer
    again = tmp_path / "again.zip"
    write_scorer(scorer, again)
    assert again.read_bytes() == scorer_file_of(scores).read_bytes()
    bare = Scorer("{}")
    write_scorer(bare, again)
    assert read_scorer(again) == bare


def test_a_scorer_of_another_night_is_noticed(tmp_path: Path) -> None:
    scores = small_night(tmp_path)
    write_scorer(small_scorer(conversion="lost"), scorer_file_of(scores))
    with pytest.raises(RunError, match="is damaged, or of another night"):
        ask(scores)
    scorer_file_of(scores).unlink()
    with pytest.raises(RunError, match=r"scorer\.zip is missing: `leadlight score`"):
        scorer_of(scores)


@pytest.mark.parametrize("read", [ask, scorer_of])
def test_scores_that_changed_are_noticed(
    tmp_path: Path, read: Callable[[Path], object]
) -> None:
    scores = small_night(tmp_path)
    pq.write_table(pq.read_table(scores).slice(1), scores)
    with pytest.raises(RunError, match=r"to tonight\.parquet as it is now"):
        read(scores)
    ledger_of(scores).unlink()
    with pytest.raises(RunError, match=r"points\.parquet is missing"):
        read(scores)


def test_what_is_no_scorer_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.scorer.zip"
    path.write_bytes(b"PK no zip")
    with pytest.raises(RunError, match="is no scorer that `leadlight score` kept"):
        read_scorer(path)
    for contract in ("{}", "[]", "no JSON", '{"company": {"kinds": [{}]}}'):
        bare = replace(small_scorer(), contract=contract)
        with pytest.raises(ModelError, match="contract of these scores cannot be read"):
            ask(small_night(tmp_path, scorer=bare))


@pytest.mark.parametrize(
    ("header", "place", "value", "said"),
    [
        (b"PK\x01\x02", 8, 1, "is encrypted"),  # bit 0 of the flags
        (b"PK\x01\x02", 10, 99, "compression method is not supported"),
        (b"PK\x05\x06", 19, 0x7F, "Invalid argument|Bad"),  # where the list begins
    ],
)
def test_a_zip_that_cannot_be_unpacked_is_a_sentence(
    tmp_path: Path, header: bytes, place: int, value: int, said: str
) -> None:
    path = tmp_path / "x.scorer.zip"
    write_scorer(Scorer("{}", "tree"), path)
    written = bytearray(path.read_bytes())
    written[written.find(header) + place] = value
    path.write_bytes(written)
    with pytest.raises(RunError, match=rf"no scorer that .*({said})"):
        read_scorer(path)


def test_a_zip_that_would_fill_the_memory_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.scorer.zip"
    write_scorer(Scorer("{}", "0" * 1001), path)
    monkeypatch.setattr("pipeline.night.scorer._MOST_BYTES", 1000)
    with pytest.raises(RunError, match=r"\(its booster\.txt would be 1,001 bytes\)"):
        read_scorer(path)


def test_a_ledger_whose_schema_is_damaged_is_named(tmp_path: Path) -> None:
    scores = small_night(tmp_path)
    written = bytearray(ledger_of(scores).read_bytes())
    schema = written.find(b"ARROW:schema") + 40
    written[schema : schema + 40] = b"/" * 40
    ledger_of(scores).write_bytes(written)
    for read in (ask, scorer_of):
        with pytest.raises(RunError, match=r"points\.parquet is damaged \("):
            read(scores)


def test_a_ledger_that_lacks_columns_is_a_sentence(tmp_path: Path) -> None:
    scores = small_night(tmp_path)
    table = pq.read_table(ledger_of(scores))
    for column in ("points:visits", "seen:visits_30d", "probability", "lead_id"):
        pq.write_table(table.drop_columns([column]), ledger_of(scores))
        lacks = f"lack '{column.partition(':')[2] or column}'"
        said = "is damaged" if column == "lead_id" else lacks
        with pytest.raises(RunError, match=said):
            ask(scores)
    undated = table.drop_columns(["standing_since"]).replace_schema_metadata()
    at_odds = table.replace_schema_metadata({"leadlight.scored_at": "one evening"})
    for damaged in (undated, at_odds):
        pq.write_table(damaged, ledger_of(scores))
        with pytest.raises(RunError, match="is damaged"):
            scored_at(ledger_of(scores))


def test_who_is_looked_for_among_damaged_scores_is_told_of_them(tmp_path: Path) -> None:
    small_night(tmp_path)
    earlier = SCORED_AT - timedelta(days=1)
    scores = small_night(tmp_path, "earlier.parquet", at=earlier)
    scores.write_bytes(scores.read_bytes()[:1000])
    assert ask(tmp_path).notes == ()
    with pytest.raises(RunError, match=r"to earlier\.parquet as it is now"):
        ask(tmp_path, "nobody")


def test_an_older_night_with_its_contract_in_the_ledger_is_still_told(
    tmp_path: Path,
) -> None:
    scores = small_night(tmp_path)
    table = pq.read_table(ledger_of(scores)).drop_columns("touches")
    digest = dict(table.schema.metadata)[b"leadlight.scores"]
    contract = small_contract().to_json().encode()
    held = {b"leadlight.scores": digest, b"leadlight.contract": contract}
    pq.write_table(table.replace_schema_metadata(held), ledger_of(scores))
    scorer_file_of(scores).unlink()
    found = ask(scores)
    assert found.total == pytest.approx(ask(small_night(tmp_path / "n")).total)
    assert (found.digest, found.likeness, found.reach) == ("", None, ())
    assert [s.name for s in found.sections] == []
    assert "kept as" not in told(found)


def test_a_flat_export_has_no_instant_and_no_touches(tmp_path: Path) -> None:
    scorer = small_scorer(horizon_days=None, snapshots={"rule": "export"})
    scores = small_night(
        tmp_path, scorer=scorer, snapshot_at=pa.nulls(6, pa.timestamp("us", tz="UTC")),
        touches=pa.array([[]] * 6, pa.list_(pa.string())),
    )  # fmt: skip
    said = told(ask(scores))
    assert "chance of won, by the time of the export\n" in said
    assert "Touches on" not in said


def test_the_ledger_holds_no_contract_but_the_digests(tmp_path: Path) -> None:
    scores = small_night(tmp_path)
    held = pq.read_schema(ledger_of(scores)).metadata
    assert set(held) == {
        b"leadlight.scores", b"leadlight.scorer", b"leadlight.scored_at",
    }  # fmt: skip
    table = pq.read_table(ledger_of(scores))
    place = tmp_path / "other.parquet"
    write_ledger(
        table, place, scores=scores, scorer=scorer_file_of(scores), at=SCORED_AT
    )
    assert pq.read_schema(place).metadata == held


def test_what_a_status_repeats_of_the_outside_does_nothing(tmp_path: Path) -> None:
    scores = small_night(tmp_path)
    ledger = pq.read_table(ledger_of(scores)).slice(1)
    said = pa.array(["The value \x1b[2J is odd."] * len(IDS))
    table = pq.read_table(scores)
    place = table.column_names.index("status_said")
    pq.write_table(table.set_column(place, "status_said", said), scores)
    kept = scorer_file_of(scores)
    write_ledger(ledger, ledger_of(scores), scores=scores, scorer=kept, at=SCORED_AT)
    with pytest.raises(RunError, match=r"scored: The value \\u001b\[2J is odd\.$"):
        ask(scores, IDS[0])
