"""How much of a configuration `leadlight init` finds in exports of other companies."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from features.world import World
from pipeline.config import load_config
from pipeline.demo import write_company
from pipeline.intake.desk import take_in
from tests.pipeline.foreign_exports import EXPORTS
from tests.pipeline.foreign_tools import EXPORTS as OF_TOOLS
from tests.pipeline.guess_score import facts_of, guess_score

ALL = {**EXPORTS, **OF_TOOLS}


@pytest.mark.parametrize("name", ALL)
def test_a_foreign_export_is_understood_and_can_be_taken_in(
    tmp_path: Path, name: str
) -> None:
    write, known = ALL[name]
    data = tmp_path / "data"
    data.mkdir()
    write(data)
    out = tmp_path / "leadlight.toml"
    score = guess_score([data], out, known)
    print(name, *score.told(), sep="\n  ")
    right, asked, wrong = score.shares
    assert (right >= 0.75, asked <= 0.25, wrong <= 0.05) == (True, True, True)
    report = take_in(load_config(out), tmp_path / "tables")
    [leads] = report.of("leads")
    assert leads.rows_quarantined == 0
    assert report.touches_of_unknown_leads == 0


def test_the_invented_company_is_understood_from_its_raw_files(tmp_path: Path) -> None:
    write_company(tmp_path, World(seed=3, leads=300))
    by_hand = tmp_path / "leadlight.toml"
    known = facts_of(tomllib.loads(by_hand.read_text(encoding="utf-8")))
    score = guess_score([tmp_path / "data"], tmp_path / "guess.toml", known)
    print(*score.told(), sep="\n  ")
    right, asked, wrong = score.shares
    assert right >= 0.75
    assert asked <= 0.25
    assert wrong <= 0.03
