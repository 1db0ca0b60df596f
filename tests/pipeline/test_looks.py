"""How often a test block was looked at is counted, by run, whoever else is counting."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import RunError
from pipeline.judging.looks import LOOKS, block_digest, note_look

AT = datetime(2026, 7, 1, 12, tzinfo=UTC)


def block(**changed: object) -> pd.DataFrame:
    at = pd.to_datetime(["2026-01-05", "2026-01-12", "2026-01-05"], utc=True)
    rows = {"lead_id": ["ada", "ada", "bob"], "snapshot_at": at, "outcome": [0, 1, 0]}
    return pd.DataFrame({**rows, **changed})


def test_a_run_counts_once_however_often_it_is_judged(tmp_path: Path) -> None:
    digest = block_digest(block())

    counts = [note_look(tmp_path / run, digest, at=AT) for run in ("a", "b", "a", "a")]

    assert counts == [1, 2, 2, 2]
    told = json.loads((tmp_path / LOOKS).read_text("utf-8"))
    assert told == {
        digest: [
            {"run": "a", "at": "2026-07-01T12:00:00+00:00"},
            {"run": "b", "at": "2026-07-01T12:00:00+00:00"},
        ]
    }


def test_another_block_is_counted_by_itself(tmp_path: Path) -> None:
    note_look(tmp_path / "a", "one block", at=AT)

    assert note_look(tmp_path / "b", "another block", at=AT) == 1


def test_the_digest_is_of_keys_and_outcomes_and_of_nothing_else() -> None:
    asked = block_digest(block())

    assert block_digest(block().iloc[[2, 0, 1]]) == asked
    assert block_digest(
        block(probability=[0.1, 0.2, 0.3], outcome=[0.0, 1.0, 0.0])
    ) == (asked)
    at = block()["snapshot_at"]
    assert block_digest(block(outcome=[0, 1, 1])) != asked
    assert block_digest(block(lead_id=["ada", "ada", "eve"])) != asked
    assert block_digest(block(snapshot_at=at + pd.Timedelta(days=1))) != asked
    assert block_digest(block().iloc[:2]) != asked


def test_the_digest_does_not_depend_on_the_unit_of_instants() -> None:
    at = block()["snapshot_at"]
    units = {
        block_digest(block(snapshot_at=at.dt.as_unit(u))) for u in ("s", "us", "ns")
    }

    assert len(units) == 1


def test_a_flat_export_has_a_digest_too() -> None:
    flat = block(snapshot_at=pd.Series([pd.NaT] * 3, dtype="datetime64[us, UTC]"))

    assert block_digest(flat) == block_digest(flat.iloc[::-1])
    assert block_digest(flat) != block_digest(block())


def look(place: tuple[str, int]) -> None:
    folder, number = place
    for again in range(5):
        note_look(Path(folder) / f"run-{number}-{again}", "block", at=AT)


def test_no_look_is_lost_where_several_processes_look_at_once(tmp_path: Path) -> None:
    places = [(str(tmp_path), number) for number in range(8)]
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        list(pool.map(look, places))

    told = json.loads((tmp_path / LOOKS).read_text("utf-8"))
    assert len({entry["run"] for entry in told["block"]}) == 40
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.parametrize("held", ["{", "[]", '{"block": [{"run": "a"}]}'])
def test_a_damaged_ledger_is_told_and_left_as_it_is(held: str, tmp_path: Path) -> None:
    (tmp_path / LOOKS).write_text(held, "utf-8")

    with pytest.raises(RunError, match=r"looks\.json is damaged"):
        note_look(tmp_path / "a", "block", at=AT)
    assert (tmp_path / LOOKS).read_text("utf-8") == held


def test_a_hundred_thousand_rows_are_digested_in_seconds() -> None:
    rows = 100_000
    at = pd.Timestamp("2026-01-05", tz="UTC") + pd.to_timedelta(np.arange(rows), "s")
    many = {"lead_id": [f"{i:06}" for i in range(rows)], "outcome": np.arange(rows) % 2}

    assert len(block_digest(pd.DataFrame({**many, "snapshot_at": at}))) == 64
