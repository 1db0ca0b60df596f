"""What ``leadlight init`` makes of data that others published.

Every fact of the configurations that were written by hand beside these tests, but for
words and for the promises, which only a person can wish.
"""

from __future__ import annotations

import csv
import gzip
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.pipeline.guess_score import Score, facts_of, guess_score
from tests.real.test_real import HERE, where_data_are

pytestmark = pytest.mark.slow

FILES = {
    "bank_marketing": ("bank_marketing/bank-additional-full.csv.gz",),
    "bpi2012_weekly": ("bpi2012",),
    "maven_crm": ("maven_crm",),
    "olist_funnel": ("olist_funnel",),
    "x_education": ("x_education",),
}
# Where a configuration asks a query for what the files say under another name, or joins
# other files, which is offered in a comment. Kinds that a query makes are left out.
SAID_BY_QUERIES: dict[str, dict[str, Any]] = {
    "bpi2012_weekly": {"touches.events.csv.gz.kind": "concept:name"},
    "maven_crm": {
        "leads.from": "sales_pipeline.csv",
        "leads.created_at": "engage_date",
        "used": ("sales_agent", "product"),
    },
}
# Columns that say the same of every lead, which training leaves out whatever is said.
CONSTANT = {
    "x_education": {
        "Magazine",
        "Receive More Updates About Our Courses",
        "Update me on Supply Chain Content",
        "Get updates on DM Content",
        "I agree to pay the amount through cheque",
    }
}


def by_hand(name: str, data: Path) -> dict[str, Any]:
    """The facts of a configuration that was written by hand."""
    raw = tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))
    told = facts_of(raw)
    if told.pop("used.*", False):
        out = {*raw["leads"]["never"], *CONSTANT.get(name, ())}
        out |= {raw["leads"]["lead_id"], raw["leads"]["order_by"]}
        out |= {raw["outcome"].get("column")}
        told |= {f"used.{c}": True for c in header(raw, data) if c not in out}
    told = {k: v for k, v in told.items() if not k.endswith((" start", " schedule"))}
    changed = SAID_BY_QUERIES.get(name, {})
    if "used" in changed:
        told = {k: v for k, v in told.items() if not k.startswith("used.")}
    return told | changed


def header(raw: dict[str, Any], data: Path) -> list[str]:
    path = Path(raw["leads"]["from"].replace("${LEADLIGHT_DATA}", str(data)))
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        return next(csv.reader(file, delimiter=raw["leads"].get("delimiter", ",")))


def score_of(name: str, out: Path) -> Score:
    data = Path(where_data_are(name)["LEADLIGHT_DATA"])
    files = [data / file for file in FILES[name]]
    return guess_score(files, out, by_hand(name, data))


def test_most_of_what_people_wrote_is_found_and_next_to_nothing_is_wrong(
    tmp_path: Path,
) -> None:
    total = Score()
    for name in FILES:
        score = score_of(name, tmp_path / f"{name}.toml")
        print(name, *score.told(), sep="\n  ")
        total += score
    right, asked, wrong = total.shares
    assert right >= 0.75
    assert asked <= 0.25
    assert wrong <= 0.03
