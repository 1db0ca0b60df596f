"""Tallies: what each source holds, by day, kind and lead, and when its newest was."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.intake import kept_in
from tests.pipeline.conftest import Intake

Table = Callable[..., list[dict[str, Any]]]

TOUCHES = """lead,what,at,loaded
a,visit,2026-01-03T10:00:00Z,2026-01-04T02:00:00Z
a,visit,2026-01-04T10:00:00Z,2026-01-05T02:00:00Z
a,call,2026-01-03T09:00:00Z,2026-01-04T02:00:00Z
zoe,visit,2026-01-03T11:00:00Z,
b,visit,yesterday,2026-01-09T02:00:00Z
"""
LOADED = {"recorded_at": "loaded"}


def test_touches_are_tallied_by_day_kind_and_lead(intake: Intake, table: Table) -> None:
    """The row that cannot be read counts nowhere; Zoe's touch was known as it came."""
    report = intake({"touches.csv": TOUCHES}, touches=LOADED)
    (told,) = report.of("touches")
    assert (told.newest, told.newest_by) == ("2026-01-05T02:00:00+00:00", "recorded_at")
    days = {(r["source"], f"{r['day']}"): r["newest"] for r in table("source_days")}
    assert days == {
        (1, "2026-01-03"): datetime(2026, 1, 3, 11),  # noqa: DTZ001
        (1, "2026-01-04"): datetime(2026, 1, 4, 2),  # noqa: DTZ001
        (1, "2026-01-05"): datetime(2026, 1, 5, 2),  # noqa: DTZ001
    }
    kinds = {r["kind"]: r["rows"] for r in table("source_kinds")}
    assert kinds == {"visit": 3, "call": 1}
    leads = {
        r["lead_id"]: (r["rows"], r["first_known_at"])
        for r in table("source_leads")
        if r["source"] == 1
    }
    assert leads == {
        "a": (3, datetime(2026, 1, 4, 2)),  # noqa: DTZ001
        "zoe": (1, datetime(2026, 1, 3, 11)),  # noqa: DTZ001
    }


def test_the_newest_is_of_before_the_night(intake: Intake) -> None:
    night = datetime(2026, 1, 5, 2, tzinfo=UTC)  # strictly before
    report = intake(
        {"touches.csv": TOUCHES, "new.csv": "id,made\na,2026-01-01\n"},
        touches=LOADED, new="new.csv", before=night,
    )  # fmt: skip
    (told,) = report.of("touches")
    assert told.newest == "2026-01-04T02:00:00+00:00"


def test_each_table_says_by_which_clock_its_newest_is(intake: Intake) -> None:
    report = intake()
    told = {s.table: (s.newest, s.newest_by) for s in report.sources}
    assert told == {
        "leads": ("2026-01-02T00:00:00+00:00", "created_at"),
        "touches": ("2026-01-03T10:00:00+00:00", "occurred_at"),
        "milestones": ("2026-02-01T23:59:59.999999+00:00", "reached_at"),
    }


def test_a_source_without_a_row_has_no_newest(intake: Intake, table: Table) -> None:
    report = intake({"touches.csv": "lead,what,at\n"})
    (told,) = report.of("touches")
    assert (told.newest, told.newest_by) == (None, None)
    assert table("source_days") == []


def test_what_is_kept_is_tallied_like_what_is_read(
    intake: Intake, table: Table, tmp_path: Path
) -> None:
    """On the second night nothing is new, and everything is there."""
    names = ("source_days", "source_kinds", "source_leads")
    plain = intake({"touches.csv": TOUCHES}, touches=LOADED)
    expected = {name: table(name) for name in names}
    for _ in range(2):
        with kept_in(tmp_path / "kept") as kept:
            again = intake({"touches.csv": TOUCHES}, touches=LOADED, kept=kept)
        assert {name: table(name) for name in names} == expected
        assert again.of("touches")[0].newest == plain.of("touches")[0].newest
