"""Nights that the command holds back: nothing is published, and it is said why."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tests.pipeline.demo_run import WORLD, Demo, lines, write_lines
from tests.pipeline.processes import Done, Leadlight

AT = f"{WORLD.known_until:%Y-%m-%d}"


@pytest.fixture(scope="module")
def company(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A company that published 30 leads last night."""
    folder = demo.copy(tmp_path_factory.mktemp("held") / "demo")
    head, *rows = lines(folder / "data" / "tonight.csv")
    write_lines(folder / "tonight.csv", [head, *rows[:30]])
    return folder


def _score(
    leadlight: Leadlight, demo: Demo, folder: Path, *more: str, leads: str = "tonight"
) -> Done:
    return leadlight(
        "score", f"{leads}.csv", "-o", "out/s.parquet", "--run", demo.run, "--at", AT,
        "-q", "--set", "run.tracking=''", *more, cwd=folder,
    )  # fmt: skip


def _written_otherwise(folder: Path) -> str:
    """All touches dated as a spreadsheet in Germany does."""
    head, *rows = lines(folder / "data" / "touches.csv")
    at = head.index("occurred_at")
    changed = [
        [*r[:at], f"{r[at][8:10]}.{r[at][5:7]}.{r[at][:4]}", *r[at + 1 :]]
        for r in rows
        if len(r) == len(head)
    ]
    write_lines(folder / "german.csv", [head, *changed])
    toml = (folder / "leadlight.toml").read_text("utf-8")
    (folder / "german.toml").write_text(
        toml.replace("data/touches.csv", "german.csv"), "utf-8"
    )
    return "german.toml"


def test_fault_68_touches_of_which_none_can_be_read_are_not_published(
    leadlight: Leadlight, demo: Demo, company: Path
) -> None:
    """Held back with code 3; what was published the night before stays, byte for byte.

    A guard that is widened by name lets it through, and a good night clears it away.
    """
    assert _score(leadlight, demo, company).code == 0
    out = company / "out"
    before = {p.name: p.read_bytes() for p in out.iterdir()}
    config = _written_otherwise(company)
    held = _score(leadlight, demo, company, "-c", config)
    assert held.code == 3
    assert "Held back, nothing is published: see out/s.held.parquet" in held.out
    (said,) = held.err.splitlines()
    assert said.startswith("leadlight: held back: Of ")
    assert "cannot be read (100.0%; in training it was 0.0%)" in said
    assert "The first is line 2 of german.csv" in said
    assert {n: (out / n).read_bytes() for n in before} == before
    assert len(pd.read_parquet(out / "s.held.parquet")) == 30
    told = _score(leadlight, demo, company, "-c", config, "--json")
    assert [t["guard"] for t in json.loads(told.out)["held"]] == ["touches_unreadable"]
    assert told.code == 3

    wide = ("-c", config, "--set", "score.guards.touches_unreadable=1.0")
    let_through = _score(leadlight, demo, company, *wide)
    assert let_through.code == 0, let_through.err
    assert not list(out.glob("*.held.*"))


def test_fault_74_a_night_without_a_lead_is_published_and_one_unreadable_is_held(
    leadlight: Leadlight, demo: Demo, company: Path
) -> None:
    head, first, *_ = lines(company / "tonight.csv")
    write_lines(company / "none.csv", [head])
    write_lines(company / "bad.csv", [head, [*first[:2], "06/01/2026", *first[3:]]])
    none = _score(leadlight, demo, company, leads="none")
    assert none.code == 0
    assert none.out.startswith("No lead in, none out. See out/s.parquet")
    written = pd.read_parquet(company / "out" / "s.parquet")
    assert written.empty
    bad = _score(leadlight, demo, company, leads="bad")
    assert bad.code == 3
    held = pd.read_parquet(company / "out" / "s.held.parquet")
    assert held.columns.tolist() == written.columns.tolist()
    assert held["status"].tolist() == ["unreadable"]
    assert held["lead_id"].tolist() == [first[0]]


def test_the_command_accounts_for_its_sources_in_text_and_json(
    leadlight: Leadlight, demo: Demo, company: Path
) -> None:
    text = _score(leadlight, demo, company).out.splitlines()
    told = json.loads(_score(leadlight, demo, company, "--json").out)
    tables = [s["table"] for s in told["sources"]]
    assert tables == ["leads", "accounts", "touches", "milestones", "others"]
    for source, line in zip(told["sources"], text[1:], strict=False):
        assert source["rows_in"] == source["rows_kept"] + source["rows_set_aside"]
        assert line.split("  ")[0] == source["name"]
        assert f"{source['rows_in']:,} rows in" in line
        assert f"{source['newest'][:16].replace('T', ' ')} UTC" in line
    aside = sum(s["rows_set_aside"] for s in told["sources"])
    assert (
        text[-1]
        == f"The {aside:,} rows that were set aside are in {told['quarantine']}"
    )
    assert len(pd.read_parquet(company / told["quarantine"])) == aside
