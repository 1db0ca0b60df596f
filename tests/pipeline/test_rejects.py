"""Records that are no rows: whose they are, and what of them may be shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.pipeline.conftest import Intake

Table = Callable[..., list[dict[str, Any]]]

HEAD = "id,made,mail,country\n"
PERSONAL = {"mail": {"personal": True}, "country": {}}
KNOWN = {
    "from": "new.csv", "lead_id": "id", "created_at": "made",
    "known_at_creation": ["mail", "country"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("record", "lead", "shown"),
    [
        ("a,2026-01-01", "a", "a,…"),  # the last cell may have been cut
        ("a,2026-01-01,kim@x.com", "a", "a,2026-01-01,…"),
        ("a", None, "…"),
        ("NULL,2026-01-01,", None, "NULL,2026-01-01,…"),
        (" a ,2026-01-01,", "a", " a ,2026-01-01,…"),
        ("a,2026-01-01,kim@x.com,US,", "a", "a,2026-01-01,…"),
        ('a,2026-01-01,"kim"@x.com,US', "a", "a,2026-01-01,…"),
        ("a,2026-01-01,k\0,US", "a", "a,2026-01-01,…"),
        ("a\udce9,2026-01-01,k,US", None, "a�,2026-01-01,…"),
        ("a,k@x.com,2026-01-01", "a", "a,…,…"),  # a cell before it is missing
        ("a,2026-01-01,k\udce9,US", "a", "a,2026-01-01,…"),
        ("a,soon,kim@x.com,US", "a", "a,soon,…,US"),
        ("kim@x.com,soon,,US", "kim@x.com", "…,soon,…,US"),
    ],
)
def test_an_unreadable_lead_has_its_id_its_line_and_what_may_be_shown(
    record: str, lead: str | None, shown: str, intake: Intake, table: Table,
    tmp_path: Path,
) -> None:  # fmt: skip
    text = f"{HEAD}z,2026-01-02,,DE\n{record}\n".encode("utf-8", "surrogateescape")
    intake(
        {"new.csv": text, "leads.csv": HEAD + "x,2026-01-01,,DE\n"},
        new="new.csv", leads=KNOWN, attributes=PERSONAL,
    )  # fmt: skip
    (aside,) = (r for r in table("quarantine") if r["table"] == "leads")
    assert (aside["lead_id"], aside["line"], aside["row"]) == (lead, 3, 1)
    (told,) = pq.read_table(tmp_path / "out" / "unreadable_leads.parquet").to_pylist()
    assert (told["row"], told["line"], told["shown_text"]) == (1, 3, shown)


@pytest.mark.parametrize(
    ("record", "lead"),
    [
        ("Kim,DE,a,", "a"),  # cut after the id
        ("Kim,DE,a", None),  # the id itself may be cut
        ("Kim, Ann,DE,a,x", None),  # one delimiter too many, somewhere
        ('"Kim",DE,a', None),  # cells are read up to a quote
        ("Kim,DE,a,x\0", "a"),
    ],
)
def test_an_id_further_on_is_read_only_where_its_place_is_sure(
    record: str, lead: str | None, intake: Intake, table: Table
) -> None:
    head = "name,country,id,made\n"
    intake({"leads.csv": f"{head}Bo,DE,b,2026-01-01\n{record}\n"})
    (aside,) = (r for r in table("quarantine") if r["table"] == "leads")
    assert aside["lead_id"] == lead


def test_an_id_of_several_columns_is_read_like_that_of_a_row(
    intake: Intake, table: Table
) -> None:
    text = "id,part,made\na,1,2026-01-01\nb,2,2026-01-01,\nc,3\n"
    intake({"leads.csv": text}, leads={"lead_id": ["id", "part"]})
    told = [r["lead_id"] for r in table("quarantine") if r["table"] == "leads"]
    assert told == ["b|2", None]


def test_touches_that_are_no_rows_have_their_lead_too(
    intake: Intake, table: Table
) -> None:
    """Of two files with their columns in another order."""
    files = {
        "t/1.csv": "lead,what,at\na,visit,2026-01-03\nb,visit\n",
        "t/2.csv": "what,lead,at\nvisit,a,2026-01-04\nvisit,c,\0\n",
    }
    intake({**files}, touches={"from": "t"})
    told = [r["lead_id"] for r in table("quarantine") if r["table"] == "touches"]
    assert told == ["b", "c"]
