"""The first guess asks about days that may stand for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.config import load_config
from pipeline.guess import write_guess
from pipeline.guess.column import Column, Written
from pipeline.guess.sentinels import sentinels_in


def _asked(folder: Path, closed: list[str]) -> list[str]:
    """Guess at twenty leads of which some were closed; return the questions of it."""
    days = [f"2026-01-{i + 1:02}" for i in range(20)]
    leads = "".join(f"L{i:02},{d},{'ab'[i % 2]}\n" for i, d in enumerate(days))
    (folder / "leads.csv").write_text(f"lead,created,colour\n{leads}", "utf-8")
    rows = "".join(f"L{i:02},{d}\n" for i, d in enumerate(closed))
    (folder / "deals.csv").write_text(f"lead,won_date\n{rows}", "utf-8")
    out = folder / "leadlight.toml"
    write_guess([folder / "leads.csv", folder / "deals.csv"], out)
    load_config(out)
    text = out.read_text("utf-8").replace("\n# ", " ")
    return [line for line in text.splitlines() if "sentinels" in line]


def test_fault_65_a_sentinel_is_asked_about_with_its_rows(tmp_path: Path) -> None:
    closed = ["1900-01-01"] * 6 + [f"2026-02-{i + 1:02}" for i in range(8)]
    [question] = _asked(tmp_path, closed)
    assert (
        "ASK: do these days stand for 'never' or 'not known'? 1900-01-01 (6 rows of "
        'won_date). If so, add sentinels = ["1900-01-01"].'
    ) in question


def test_fault_65_nothing_is_asked_of_ordinary_days(tmp_path: Path) -> None:
    assert _asked(tmp_path, ["2026-02-01"] * 6 + ["2026-02-02"] * 4) == []


@pytest.mark.parametrize(
    ("counts", "written", "days"),
    [
        ({"9999-12-31 23:59:59": 3, "2026-03-01": 9}, None, {"9999-12-31": 3}),
        ({"9999-12-31": 2, "2026-03-01": 9}, None, {}),
        ({"31/12/2099": 4, "01/03/2026": 9}, "%d/%m/%Y", {"2099-12-31": 4}),
        ({"2031-05-05": 4, "2026-03-01": 9}, None, {"2031-05-05": 4}),
        ({"2031-05-05": 4, "2026-03-01": 1, "2026-03-02": 1}, None, {"2031-05-05": 4}),
        ({"2026-05-05": 4, "2026-03-01": 9}, None, {}),
        ({"2026-03-01": 9}, None, {}),
    ],
)
def test_fault_65_a_sentinel_is_well_known_or_far_from_every_other_day(
    counts: dict[str, int], written: str | None, days: dict[str, int]
) -> None:
    column = Column("at", sum(counts.values()), counts, Written(written))
    assert sentinels_in(column) == days
