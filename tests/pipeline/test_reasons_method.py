"""By which method the reasons of a night were found is said in its every row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.treeshap import TreeExplainer
from pipeline.bundle import Bundle, open_bundle, source_of_run
from pipeline.night.scoring import Scored, score_leads
from tests.pipeline.demo_run import WORLD, Demo


def scored_by(bundle: Bundle, demo: Demo, folder: Path) -> Scored:
    """Tonight's first ten leads."""
    few = folder / "few.csv"
    told = (demo.folder / "data" / "tonight.csv").read_text(encoding="utf-8")
    few.write_text("\n".join(told.splitlines()[:11]) + "\n", encoding="utf-8")
    return score_leads(demo.config, bundle, few, at=WORLD.known_until)


def test_signals_are_players_where_the_explainer_agrees_with_lightgbm(
    demo: Demo, tmp_path: Path
) -> None:
    bundle = open_bundle(source_of_run(demo.run), is_to_score=True)
    assert bundle.notes == ()
    found = scored_by(bundle, demo, tmp_path)
    assert set(found.table["reasons_method"]) == {"signals_as_players"}


def test_columns_are_summed_where_it_does_not_and_a_sentence_says_so(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(text: str, players: Any) -> TreeExplainer:
        explainer = TreeExplainer(text, players)
        explainer.tables.values[:] += 0.01
        return explainer

    monkeypatch.setattr("pipeline.bundle.TreeExplainer", damaged)
    bundle = open_bundle(source_of_run(demo.run), is_to_score=True)
    found = scored_by(bundle, demo, tmp_path)
    assert set(found.table["reasons_method"]) == {"columns_summed"}
    assert "sums over each signal's columns" in found.notes[0]
    assert "where 1e-05 is allowed" in found.notes[0]
    whole = found.table["start_points"] + found.table["fit_points"]
    whole += found.table["engagement_points"]
    assert (whole.clip(0, 100).round() == found.table["score"]).all()
