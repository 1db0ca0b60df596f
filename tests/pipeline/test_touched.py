"""The touches that are kept beside a score: known before, newest first, and few."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pyarrow as pa

from features.engine import open_engine
from pipeline.night.ledger import TOUCHES
from pipeline.night.touched import MOST, touched, with_touches

_SPINE = """CREATE TABLE spine AS SELECT * FROM (VALUES
    (7::BIGINT, 'ada', 'acme', TIMESTAMP '2026-03-10', true),
    (8::BIGINT, 'bob', 'acme', TIMESTAMP '2026-03-10', false),
    (9::BIGINT, 'cyd', NULL, TIMESTAMP '2026-03-10', true)
) t(row, lead_id, account_id, snapshot_at, is_eligible)"""
_TOUCHES = (
    "CREATE TABLE touches(lead_id VARCHAR, account_id VARCHAR, kind VARCHAR, "
    "occurred_at TIMESTAMP, recorded_at TIMESTAMP)"
)

_Touch = tuple[str | None, str | None, str, str, str]


def _kept(*rows: _Touch) -> pd.DataFrame:
    connection = open_engine(threads=1)
    try:
        connection.execute(_SPINE)
        connection.execute(_TOUCHES)
        for row in rows:
            connection.execute("INSERT INTO touches VALUES (?, ?, ?, ?, ?)", [*row])
        return touched(connection)
    finally:
        connection.close()


def _told(found: pd.DataFrame) -> dict[int, list[tuple[str, int]]]:
    """Kind and day of the month, by row."""
    return {
        int(row): [(t["kind"], t["occurred_at"].day) for t in touches]
        for row, touches in zip(found["row"], found[TOUCHES], strict=True)
    }


def _visit(lead: str | None, at: str, recorded: str = "", **more: Any) -> _Touch:
    kind = str(more.get("kind", "visit"))
    return lead, more.get("account"), kind, at, recorded or at


def test_touches_count_if_they_were_known_strictly_before() -> None:
    found = _kept(
        _visit("ada", "2026-03-09"),
        _visit("ada", "2026-03-10"),  # at the snapshot
        _visit("ada", "2026-03-08", "2026-03-10"),  # recorded too late
        _visit("ada", "2026-03-07", "2026-03-09"),
        _visit("eve", "2026-03-01"),  # nobody of tonight
    )
    assert _told(found) == {7: [("visit", 9), ("visit", 7)]}


def test_the_newest_five_of_each_kind_are_kept_newest_first() -> None:
    days = range(1, MOST + 3)
    found = _kept(
        *(_visit("ada", f"2026-03-0{d}") for d in days),
        _visit("ada", "2026-03-05", kind="call"),
    )
    assert _told(found)[7] == [
        ("visit", 7), ("visit", 6), ("call", 5), ("visit", 5), ("visit", 4),
        ("visit", 3),
    ]  # fmt: skip


def test_a_touch_of_an_account_is_all_its_leads_and_one_of_a_lead_is_not() -> None:
    found = _kept(
        _visit(None, "2026-03-04", account="acme"),
        _visit("bob", "2026-03-05", account="acme"),
        _visit("cyd", "2026-03-06"),
    )
    # Bob is not scored, and his touch is not Ada's.
    assert _told(found) == {7: [("visit", 4)], 9: [("visit", 6)]}


def test_who_was_never_touched_has_an_empty_list() -> None:
    ledger = pd.DataFrame({"row": [9, 7], "score": [1, 2]})
    together = with_touches(ledger, _kept(_visit("ada", "2026-03-04")))
    assert [len(t) for t in together[TOUCHES]] == [0, 1]
    assert together["score"].tolist() == [1, 2]
    stored = pa.Table.from_pandas(together, preserve_index=False)
    assert stored.column(TOUCHES).null_count == 0
    (touch,) = stored.column(TOUCHES).to_pylist()[1]
    at = datetime(2026, 3, 4, tzinfo=UTC)
    assert touch == {"kind": "visit", "occurred_at": at}


def test_a_night_without_touches_or_without_leads_has_the_same_columns() -> None:
    none = _kept()
    ledger = pd.DataFrame({"row": [7, 9]})
    kinds = {
        pa.Table.from_pandas(with_touches(rows, found), preserve_index=False)
        .schema.field(TOUCHES)
        .type
        for rows in (ledger, ledger.head(0))
        for found in (none, _kept(_visit("ada", "2026-03-04")))
    }
    assert len(kinds) == 1
