"""Why a lead has its score: the same figures everywhere, and a picture that is safe."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pandas as pd
import pytest

from pipeline.ledger import find
from pipeline.picture import svg
from pipeline.why import told, why
from tests.pipeline.demo_run import WORLD, Demo, lines, write_lines
from tests.pipeline.processes import Leadlight


@pytest.fixture(scope="module")
def scores(
    demo: Demo, leadlight: Leadlight, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Score some leads by the command, one of which has a wicked id."""
    folder = tmp_path_factory.mktemp("why")
    head, *rows = lines(demo.folder / "data" / "tonight.csv")
    rows[3][0] = "a<b>&"
    path = write_lines(folder / "leads.csv", [head, *rows[:25]])
    done = leadlight(
        "score", path, "-o", "scores.parquet", "--run", demo.run, "-q",
        "-c", demo.config_file, "--at", f"{WORLD.known_until:%Y-%m-%d}", cwd=folder,
    )  # fmt: skip
    assert done.code == 0, done.err
    return folder / "scores.parquet"


def _said(leadlight: Leadlight, scores: Path, lead: str, *more: str) -> str:
    done = leadlight("why", lead, "-s", scores, *more, cwd=scores.parent)
    assert (done.code, done.err) == (0, "")
    return done.out


def test_the_points_that_are_told_add_up_as_they_are_rounded(
    leadlight: Leadlight, scores: Path
) -> None:
    table = pd.read_parquet(scores)
    for row in table.head(8).itertuples():
        said = told(why(find(str(row.lead_id), scores)))
        steps = [
            float(n) for n in re.findall(r"^ +([+-]\d+\.\d)  ", said, re.MULTILINE)
        ]
        start = float(_only(r"^ +(\d+\.\d)  start$", said))
        total = float(_only(r"^ +(-?\d+\.\d)  points, which", said))
        # Each figure is rounded by up to .05.
        assert start + sum(steps) == pytest.approx(total, abs=0.05 * (len(steps) + 2))


def test_the_command_tells_the_figures_of_the_scores(
    leadlight: Leadlight, scores: Path
) -> None:
    row = pd.read_parquet(scores).iloc[0]
    said = _said(leadlight, scores, row["lead_id"])
    assert said.startswith(f"Lead {row['lead_id']}: score {row['score']}, ")
    assert f"grade {row['grade']}\n" in said
    assert f"{row['probability']:.1%} chance of opportunity within 30 days" in said
    assert f"which is a score of {row['score']}\n" in said
    assert f"({row['model_digest']})" in said
    for place in range(1, 5):
        if isinstance(row[f"raising_{place}_words"], str):
            assert row[f"raising_{place}_words"] in said
            assert f"{row[f'raising_{place}_points']:+.1f}  " in said


def test_json_holds_every_signal_and_adds_up(
    leadlight: Leadlight, scores: Path
) -> None:
    row = pd.read_parquet(scores).iloc[1]
    found = json.loads(_said(leadlight, scores, row["lead_id"], "--json"))
    assert found["lead_id"] == row["lead_id"]
    assert found["score"] == row["score"]
    assert found["probability"] == row["probability"]
    points = {s["code"]: s["points"] for s in found["signals"]}
    assert found["start_points"] + sum(points.values()) == pytest.approx(
        found["total_points"], abs=1e-9
    )
    assert points[row["raising_1_code"]] == row["raising_1_points"]
    strongest = [abs(s["points"]) for s in found["signals"]]
    assert strongest == sorted(strongest, reverse=True)


def test_the_picture_is_whole_and_holds_the_score(
    leadlight: Leadlight, scores: Path
) -> None:
    row = pd.read_parquet(scores).iloc[2]
    _said(leadlight, scores, row["lead_id"], "--svg", "why.svg")
    text = (scores.parent / "why.svg").read_text("utf-8")
    picture = ElementTree.fromstring(text)
    words = [element.text for element in picture.iter() if element.text]
    assert str(row["score"]) in words
    assert f"Lead {row['lead_id']}" in words
    tags = {element.tag.rpartition("}")[2] for element in picture.iter()}
    assert tags <= {"svg", "rect", "text", "line"}
    assert not re.search(r"script|href|onload|url\(|<style", text)


def test_the_bars_of_the_picture_lead_from_the_start_to_the_points(
    scores: Path,
) -> None:
    found = why(find(str(pd.read_parquet(scores)["lead_id"][2]), scores))
    picture = ElementTree.fromstring(svg(found))
    space = "{http://www.w3.org/2000/svg}"
    start, total = (float(line.attrib["x1"]) for line in picture.iter(f"{space}line"))
    # Bars with a 'y'; the first rectangle is the ground.
    bars = [r.attrib for r in picture.iter(f"{space}rect") if "y" in r.attrib]
    ends = {round(float(b["x"]), 1) for b in bars} | {
        round(float(b["x"]) + float(b["width"]), 1) for b in bars
    }
    assert min(abs(e - start) for e in ends) < 1.1
    assert min(abs(e - total) for e in ends) < 1.1


def test_an_id_cannot_write_into_the_picture(
    leadlight: Leadlight, scores: Path
) -> None:
    said = _said(leadlight, scores, "a<b>&", "--svg", "nasty.svg")
    assert said.startswith("Lead a<b>&: score ")
    text = (scores.parent / "nasty.svg").read_text("utf-8")
    assert "Lead a&lt;b&gt;&amp;" in text
    assert "<b>" not in text
    ElementTree.fromstring(text)


def test_a_lead_that_was_not_scored_is_one_sentence(
    leadlight: Leadlight, scores: Path
) -> None:
    done = leadlight("why", "nobody", "-s", scores, cwd=scores.parent)
    assert done.sentence.startswith("scores.parquet holds no scored lead 'nobody'")


def test_scores_without_their_points_are_one_sentence(
    leadlight: Leadlight, tmp_path: Path
) -> None:
    done = leadlight("why", "x", "-s", "scores.csv", cwd=tmp_path)
    assert done.sentence.startswith("scores.points.parquet is missing")


def test_damaged_points_are_one_sentence(
    leadlight: Leadlight, scores: Path, tmp_path: Path
) -> None:
    whole = scores.with_suffix(".points.parquet").read_bytes()
    (tmp_path / "scores.points.parquet").write_bytes(whole[:-50])
    done = leadlight("why", "x", "-s", "scores.parquet", cwd=tmp_path)
    assert "scores.points.parquet is damaged (" in done.sentence


def _only(pattern: str, text: str) -> str:
    (found,) = re.findall(pattern, text, re.MULTILINE)
    return str(found)
