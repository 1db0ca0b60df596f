"""The command ``why``, on scores that the command ``score`` wrote."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from features.errors import RunError
from models.contract import Contract
from pipeline.night.ledger import find, ledger_of, scorer_of, write_ledger
from pipeline.night.output import write_scores
from pipeline.night.scorer import read_scorer, scorer_file_of, write_scorer
from tests.pipeline.demo_run import WORLD, Demo, lines, write_lines
from tests.pipeline.processes import Leadlight, killed_at

_FIGURE = r"^ +([+−]?\d+\.\d)  "


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
    for lead in table["lead_id"].head(3):
        said = _said(leadlight, scores, str(lead)).partition(", which is a score")[0]
        head, others = said.split("other signal")
        # The topics below the other signals share out the same points once more.
        steps = [_number(n) for n in re.findall(_FIGURE, head, re.MULTILINE)]
        total = _number(_only(r"^ +(−?\d+\.\d)  points$", others))
        # Each figure is rounded by up to .05.
        assert sum(steps) == pytest.approx(total, abs=0.05 * (len(steps) + 1))


def test_the_command_tells_the_figures_of_the_scores(
    leadlight: Leadlight, scores: Path
) -> None:
    row = pd.read_parquet(scores).iloc[0]
    said = _said(leadlight, scores, row["lead_id"])
    assert said.startswith(f"Lead {row['lead_id']}: score {row['score']}, ")
    assert f"grade {row['grade']}\n" in said
    assert f"{row['probability']:.1%} chance of opportunity within 30 days" in said
    assert f"which is a score of {row['score']}\n" in said
    assert f"({row['model_digest']}; kept as " in said
    for place in range(1, 5):
        published = row[f"raising_{place}_words"]
        if isinstance(published, str):
            seen = published.rpartition(": raises the score by ")[0]
            points = row[f"raising_{place}_points"]
            assert f"{points:+.1f}  " in said
            assert f"  {seen}\n" in said


def test_what_a_reason_rests_on_is_told(leadlight: Leadlight, scores: Path) -> None:
    told = [
        _said(leadlight, scores, str(lead))
        for lead in pd.read_parquet(scores).dropna(subset="score")["lead_id"].head(4)
    ]
    together = "".join(told)
    assert re.search(r"Of \d[\d,]* past leads? like that \(.+\), \d+\.\d% \(", together)
    assert re.search(r"on \d{1,2} \w+ 202\d", together)


def test_touches_are_the_leads_own_newest_and_known_before(
    demo: Demo, scores: Path
) -> None:
    instants = ["occurred_at", "recorded_at"]
    exported = demo.folder / "data" / "touches.csv"
    table = pd.read_csv(exported, dtype=str).drop_duplicates()
    for name in instants:  # some are spoilt, and their rows set aside
        table[name] = pd.to_datetime(table[name], utc=True, errors="coerce")
    at = pd.Timestamp(WORLD.known_until)
    known = table[(table[instants] < at).all(axis=1)]
    for lead in pd.read_parquet(scores).dropna(subset="score")["lead_id"].head(6):
        mine = known[known["lead_id"] == lead].sort_values(
            ["occurred_at", "kind"], ascending=[False, True]
        )
        newest = mine.groupby("kind").head(5)
        touches = find(str(lead), scores).touches
        assert touches is not None
        assert [(t.kind, pd.Timestamp(t.occurred_at)) for t in touches] == [
            *zip(newest["kind"], newest["occurred_at"], strict=True)
        ]


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
    told = [row[f"raising_{p}_code"] for p in range(1, 5)]
    assert found["raising"] == [code for code in told if isinstance(code, str)]


@pytest.mark.parametrize("against", ["population", "above-cutoff", "previous"])
def test_it_may_be_held_against_others(
    leadlight: Leadlight, scores: Path, against: str
) -> None:
    row = pd.read_parquet(scores).iloc[1]
    said = _said(leadlight, scores, row["lead_id"], "--json", "--against", against)
    found = json.loads(said)
    points = sum(s["points"] for s in found["signals"])
    plain = json.loads(_said(leadlight, scores, row["lead_id"], "--json"))
    assert found["start_points"] + points == pytest.approx(
        plain["total_points"], abs=1e-4
    )
    assert (found["reference"]["size"] is None) == (against == "previous")


def test_a_page_and_a_picture_are_written_whole(
    leadlight: Leadlight, scores: Path
) -> None:
    row = pd.read_parquet(scores).iloc[2]
    asked = ("--svg", "why.svg", "--html", "why.html", "--probability")
    said = _said(leadlight, scores, row["lead_id"], *asked)
    assert "percent: the chance, shared out among the signals" in said
    text = (scores.parent / "why.svg").read_text("utf-8")
    words = [e.text for e in ElementTree.fromstring(text).iter() if e.text]
    assert str(row["score"]) in words
    assert f"Lead {row['lead_id']}" in words
    page = (scores.parent / "why.html").read_text("utf-8")
    assert page.endswith("</html>\n")
    assert f"<h1>Lead {row['lead_id']}</h1>" in page


def test_an_id_cannot_write_into_the_picture(
    leadlight: Leadlight, scores: Path
) -> None:
    said = _said(leadlight, scores, "a<b>&", "--svg", "nasty.svg")
    assert said.startswith("Lead a<b>&: score ")
    text = (scores.parent / "nasty.svg").read_text("utf-8")
    assert "Lead a&lt;b&gt;&amp;" in text
    assert "<b>" not in text
    ElementTree.fromstring(text)


def test_a_day_has_its_night(
    demo: Demo, leadlight: Leadlight, scores: Path, tmp_path: Path
) -> None:
    _copied(scores, tmp_path / "tonight.csv")
    lead = str(pd.read_parquet(scores)["lead_id"][0])
    on = f"{WORLD.known_until:%Y-%m-%d}"
    done = leadlight("why", lead, "-s", tmp_path, "--date", on, cwd=tmp_path)
    assert done.out == _said(leadlight, scores, lead)
    done = leadlight("why", lead, "-s", tmp_path, "--date", "2020-01-01", cwd=tmp_path)
    assert "holds no scores of 2020-01-01 or before" in done.sentence


def test_the_kept_scorer_is_the_runs(demo: Demo, scores: Path) -> None:
    kept = scorer_of(scores)
    text = (demo.run / "model" / "contract.json").read_text("utf-8")
    assert Contract.from_json(kept.contract) == Contract.from_json(text)
    assert kept.booster == (demo.run / "model" / "booster.txt").read_text("utf-8")
    stored = demo.run / "model" / "precedents.parquet"
    assert kept.precedents == stored.read_bytes()


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
    """Copy scores with their sidecars, written by the ending of the new place."""
    write_scores(pd.read_parquet(scores), to)
    write_scorer(read_scorer(scorer_file_of(scores)), scorer_file_of(to))
    held = pq.read_table(ledger_of(scores))
    write_ledger(
        held, ledger_of(to), scores=to, scorer=scorer_file_of(to), at=WORLD.known_until
    )
    return to


def _number(figure: str) -> float:
    return float(figure.replace("−", "-"))


def _only(pattern: str, text: str) -> str:
    (found,) = re.findall(pattern, text, re.MULTILINE)
    return str(found)
