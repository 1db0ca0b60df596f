"""Why a lead has its score: the same figures everywhere, and a picture that is safe."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.errors import RunError
from pipeline.night.ledger import find, ledger_of, write_ledger
from pipeline.night.output import write_scores
from pipeline.picture import svg
from pipeline.why import told, why
from tests.pipeline.demo_run import WORLD, Demo, lines, write_lines
from tests.pipeline.processes import Leadlight, killed_at


@pytest.fixture(scope="module")
def scores(
    demo: Demo, leadlight: Leadlight, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Score some leads by the command, one of which has a wicked id."""
    folder = tmp_path_factory.mktemp("why")
    head, *rows = lines(demo.folder / "data" / "tonight.csv")
    rows[3][0] = "a<b>&"
    rows[4][0], rows[4][2] = "late", "2027-01-01 00:00:00"
    rows[5][0], rows[5][2] = "spoilt", "yesterday"
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
    table = pd.read_parquet(scores).dropna(subset="score")
    for row in table.head(8).itertuples():
        said = told(why(find(str(row.lead_id), scores)))
        steps = [
            float(n) for n in re.findall(r"^ +([+-]\d+\.\d)  ", said, re.MULTILINE)
        ]
        start = float(_only(r"^ +(-?\d+\.\d)  start: ", said))
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
    assert done.sentence == "The lead 'nobody' is not in scores.parquet."


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_lead_without_a_score_has_its_status_said(
    leadlight: Leadlight, scores: Path, tmp_path: Path, ending: str
) -> None:
    copy = _copied(scores, tmp_path / f"tonight.{ending}")
    done = leadlight("why", "late", "-s", copy, cwd=tmp_path)
    assert done.sentence.startswith(
        f"The lead 'late' is in tonight.{ending} without a score. "
        "It is ineligible: The lead "
    )
    done = leadlight("why", "spoilt", "-s", copy, cwd=tmp_path)
    assert " without a score. It is unreadable: " in done.sentence
    done = leadlight("why", "=nobody", "-s", copy, cwd=tmp_path)
    assert done.sentence == f"The lead '=nobody' is not in tonight.{ending}."


def test_every_signal_is_listed_if_asked_for(
    leadlight: Leadlight, scores: Path
) -> None:
    lead = pd.read_parquet(scores)["lead_id"][0]
    said = _said(leadlight, scores, lead, "--all")
    steps = re.findall(r"^ +([+-]\d+\.\d)  ", said, re.MULTILINE)
    found = why(find(lead, scores))
    assert len(steps) == len(found.lines)
    assert all(f"  {x.words}\n" in said for x in found.lines)
    assert "other signal" not in said


def test_the_start_is_told_in_words(scores: Path) -> None:
    said = told(why(find(str(pd.read_parquet(scores)["lead_id"][0]), scores)))
    assert (
        "  start: the points of a lead of which nothing is known (the average along "
        "the training paths)\n"
    ) in said


def test_one_other_signal_is_one(scores: Path) -> None:
    found = why(find(str(pd.read_parquet(scores)["lead_id"][0]), scores))
    shown = [*found.raising, *found.lowering]
    (other, *_) = [x for x in found.lines if x not in shown]
    few = replace(found, lines=(*shown, replace(other, points=0.0)))
    assert "  +0.0  the one other signal\n" in told(few)
    assert "other signal" not in told(replace(found, lines=tuple(shown)))


def test_the_picture_tells_the_status_the_snapshot_and_the_cutoffs(
    scores: Path,
) -> None:
    found = why(find(str(pd.read_parquet(scores)["lead_id"][0]), scores))
    assert f"as known before {WORLD.known_until:%Y-%m-%d} 00:00 UTC. " in svg(found)
    assert re.search(r"[MS]QL from \d+\.\d% \(-?\d+ points\) on|No cutoff", svg(found))
    assert "off schedule" not in svg(found)
    said = {"status": "off_schedule", "status_said": "The lead is too old. " * 12}
    text = svg(replace(found, values={**found.values, **said}))  # noqa: PD011
    assert text.count("off schedule: The lead is too old.") == 1
    assert text.count("too old.") > 10  # one may be broken between lines
    ElementTree.fromstring(text)


def test_two_files_of_scores_have_a_ledger_each() -> None:
    assert ledger_of(Path("a/same.csv")) == Path("a/same.csv.points.parquet")
    assert ledger_of(Path("same.parquet")).name == "same.parquet.points.parquet"


def test_scores_that_were_replaced_do_not_belong_to_the_old_ledger(
    scores: Path, tmp_path: Path
) -> None:
    lead = str(pd.read_parquet(scores)["lead_id"][0])
    copy = _copied(scores, tmp_path / "scores.parquet")
    assert find(lead, copy).points
    pd.read_parquet(copy).head(3).to_parquet(copy)
    with pytest.raises(RunError, match=r"does not belong to scores\.parquet as it is"):
        find(lead, copy)


def test_scoring_that_is_killed_between_scores_and_ledger_is_noticed(
    demo: Demo, leadlight: Leadlight, scores: Path, tmp_path: Path
) -> None:
    copy = _copied(scores, tmp_path / "scores.parquet")
    head, *rows = lines(demo.folder / "data" / "tonight.csv")
    leads = write_lines(tmp_path / "leads.csv", [head, *rows[:3]])
    done = leadlight(
        "score", leads, "-o", copy, "--run", demo.run, "-q", "-c", demo.config_file,
        "--at", f"{WORLD.known_until:%Y-%m-%d}", cwd=tmp_path,
        first=killed_at("scores.parquet.points.parquet"),
    )  # fmt: skip
    assert done.code < 0
    done = leadlight("why", rows[0][0], "-s", copy, cwd=tmp_path)
    assert "does not belong to scores.parquet as it is now" in done.sentence


def test_scores_without_their_points_are_one_sentence(
    leadlight: Leadlight, tmp_path: Path
) -> None:
    done = leadlight("why", "x", "-s", "scores.csv", cwd=tmp_path)
    assert done.sentence.startswith("scores.csv is missing")
    (tmp_path / "scores.csv").touch()
    done = leadlight("why", "x", "-s", "scores.csv", cwd=tmp_path)
    assert done.sentence.startswith("scores.csv.points.parquet is missing")


def test_damaged_points_are_one_sentence(
    leadlight: Leadlight, scores: Path, tmp_path: Path
) -> None:
    copy = _copied(scores, tmp_path / "scores.parquet")
    whole = ledger_of(copy).read_bytes()
    ledger_of(copy).write_bytes(whole[:-50])
    done = leadlight("why", "x", "-s", "scores.parquet", cwd=tmp_path)
    assert "scores.parquet.points.parquet is damaged (" in done.sentence


def _copied(scores: Path, to: Path) -> Path:
    """Copy scores with their ledger, written by the ending of the new place."""
    write_scores(pd.read_parquet(scores), to)
    held = pq.read_table(ledger_of(scores))
    contract = (held.schema.metadata or {})[b"leadlight.contract"].decode()
    write_ledger(held, contract, ledger_of(to), scores=to)
    return to


def _only(pattern: str, text: str) -> str:
    (found,) = re.findall(pattern, text, re.MULTILINE)
    return str(found)
