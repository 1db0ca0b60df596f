"""Promotion: refused for a leak and for a broken promise, granted, waived, undone.

With the real commands, the real gates, and MLflow on a SQLite file.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from models.contract import Contract
from pipeline.artefacts import PREDICTIONS
from pipeline.config import load_config
from pipeline.files import digest
from pipeline.registering.registry import find_version, turns
from pipeline.registering.tracking import registry
from pipeline.sections import Config
from tests.pipeline.demo_run import RUN, Demo, lines, record, write_lines
from tests.pipeline.processes import Done
from tests.pipeline.registries import (
    champion,
    house,
    mlflows_own_warnings,
    registered,
)
from tests.pipeline.registries import leadlight as command

LOOSE = "cutoffs.mql={capture=0.3, confidence=0.8}"  # a promise that is surely made


@dataclass(frozen=True)
class Story:
    """A company's first champions: what each command said, and the memos."""

    config: Config
    first: Done
    champion_after_first: str | None
    second: Done
    broken: Done
    champion_after_broken: str | None

    def memo(self, run: str) -> dict[str, Any]:
        return record(self.folder(run) / "memo.json")

    def prose(self, run: str) -> str:
        return (self.folder(run) / "memo.md").read_text("utf-8")

    def contract(self, run: str) -> Contract:
        place = self.folder(run) / "model" / "contract.json"
        return Contract.from_json(place.read_text("utf-8"))

    def folder(self, run: str) -> Path:
        return Path(self.config.run.folder) / run


@pytest.fixture(scope="module")
def story(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The first champion has 50 points at 10 %; the second inherits that."""
    folder = tmp_path_factory.mktemp("story")
    config = house(demo, folder)
    runs = folder / "runs"
    shutil.copytree(runs / RUN, runs / "second")
    _resettled(folder, RUN, "points.reference_rate=0.10")
    registered(config, RUN)
    first = _whatever_it_takes(folder, "challenger", "it is the first one")
    then = champion(config)
    _resettled(folder, "second", LOOSE)
    registered(config, "second")
    second = _whatever_it_takes(folder, "second", "spring was good")
    _break_the_promise(shutil.copytree(runs / "second", runs / "broken"))
    registered(config, "broken")
    broken = command(folder, "promote", "-q")
    return Story(config, first, then, second, broken, champion(config))


def _resettled(folder: Path, run: str, change: str) -> None:
    for stage in ("calibrate", "explain"):
        place = str(folder / "runs" / run)
        done = command(folder, stage, "--run", place, "-q", "--set", change)
        assert done.code == 0, done.err


def _whatever_it_takes(folder: Path, scorer: str, because: str) -> Done:
    """Promote, and waive what a company of a thousand leads fails by chance."""
    done = command(folder, "promote", scorer, "-q", "--json")
    if done.code:
        failed = json.loads(done.out)["stopped_by"]
        assert not [g for g in failed if g.startswith("LL2")]
        waived = [word for gate in failed for word in ("--despite", gate)]
        done = command(
            folder, "promote", scorer, "-q", *waived, "--because", because,
            "--by", "ann",
        )  # fmt: skip
    assert done.code == 0, done.err
    return done


def _break_the_promise(run: Path) -> None:
    """Let nobody who qualified convert, as if the stage had found it so."""
    predicted = PREDICTIONS.read(run / PREDICTIONS.file)
    qualified = (predicted["split"] == "test") & (predicted["qualification"] != "none")
    PREDICTIONS.write(
        predicted.assign(outcome=predicted["outcome"].mask(qualified, 0)),
        run / PREDICTIONS.file,
    )
    manifest = record(run / "manifest.json")
    now = digest(run / PREDICTIONS.file)
    for stage in manifest["stages"].values():
        for told in (stage["reads"], stage["writes"]):
            if PREDICTIONS.file in told:
                told[PREDICTIONS.file] = now
    (run / "manifest.json").write_text(json.dumps(manifest), "utf-8")


def test_a_first_champion_is_compared_with_the_constant_rate(story: Story) -> None:
    assert story.champion_after_first == "1"
    memo = story.memo(RUN)
    assert memo["granted"]
    assert memo["champion"] is None
    (loss,) = (g for g in memo["gates"] if g["name"] == "log_loss")
    assert "that of the constant rate of" in loss["said"]
    assert "There is no champion yet." in story.prose(RUN)


def test_the_memo_names_every_gate_with_its_answer(story: Story) -> None:
    for run in (RUN, "second", "broken"):
        names = [g["name"] for g in story.memo(run)["gates"]]
        assert {"LL201", "LL202", "LL203", "LL204", "LL205"} < set(names)
        assert names[-3:] == ["segments", "familiarity", "scale"]
        assert {"calibration", "promise", "skill", "served", "log_loss"} < set(names)
        text = story.prose(run)
        for gate in story.memo(run)["gates"]:
            assert f"- **{gate['name']}**" in text
            assert " ".join(gate["said"].split()) in text


def test_the_memo_says_that_the_procedure_was_judged(story: Story) -> None:
    gap = record(story.folder("second") / "quality.json")["served"]
    assert story.memo("second")["judged_and_served"] == gap
    text = story.prose("second")
    assert "The procedure was judged, not the very scorer that is served" in text
    assert f"by {gap['mean_difference']:.4f} on average" in text
    assert f"by {gap['largest_difference']:.4f} at most" in text


def test_a_second_champion_is_compared_with_the_first_on_the_same_rows(
    story: Story,
) -> None:
    memo = story.memo("second")
    assert memo["granted"]
    assert memo["champion"] == f"version 1 (run {RUN})"
    # One booster on the same rows, calibrated the same way: nothing differs.
    found = memo["comparison"]
    assert found["rows"] == memo["test"]["rows"]
    assert {f["name"]: f["difference"]["value"] for f in found["figures"]} == {
        "auc": 0, "log_loss": 0, "observed_over_expected": 0
    }  # fmt: skip
    text = story.prose("second")
    assert f"The champion is version 1 (run {RUN}), taken as it was judged." in text


def test_what_was_waived_and_why_is_in_memo_and_registry(story: Story) -> None:
    told = turns(story.config)
    for run, turn, because in zip(
        (RUN, "second"), told, ("it is the first one", "spring was good"), strict=True
    ):
        memo = story.memo(run)
        failed = [g["name"] for g in memo["gates"] if g["answer"] == "failed"]
        assert list(turn.despite) == memo["despite"] == failed
        assert turn.because == memo["because"] == (because if failed else None)
        assert turn.done
        if failed:
            assert (turn.by, memo["by"]) == ("ann", "ann")
            assert f"because: {because}" in story.prose(run)


def test_equal_odds_have_equal_scores_under_both_champions(story: Story) -> None:
    first, second = story.contract(RUN).scale, story.contract("second").scale
    assert second.reference == first.reference == pytest.approx(-2.1972246)  # 10 %
    told = record(story.folder("second") / "calibration.json")["reference_from"]
    assert (told["origin"], told["version"]) == ("champion", "1")
    log_odds = [-6.0, -4.0, -2.2, -1.0]
    margins = [[(z - s.intercept) / s.slope for z in log_odds] for s in (first, second)]
    assert first.score(margins[0]).tolist() == second.score(margins[1]).tolist()
    (scale,) = (g for g in story.memo("second")["gates"] if g["name"] == "scale")
    assert scale["answer"] == "passed"


def test_a_broken_promise_is_refused_and_the_alias_stays(story: Story) -> None:
    assert story.broken.refusal.startswith("version 3 (run broken) is not promoted: ")
    assert "promise" in story.broken.refusal
    assert story.champion_after_broken == "2"
    memo = story.memo("broken")
    assert not memo["granted"]
    assert "promise" in memo["stopped_by"]
    (promise,) = (g for g in memo["gates"] if g["name"] == "promise")
    assert promise["code"] == "LL303"
    assert "MQL promised a capture of 30%, and it was 0.000" in promise["said"]
    assert "**Refused**" in story.prose("broken")


def test_memos_of_both_kinds_are_in_the_record_of_their_runs(story: Story) -> None:
    for version in ("1", "3"):
        with mlflows_own_warnings():
            found = find_version(story.config, version)
            assert found is not None
            with registry(story.config) as client:
                names = {a.path for a in client.list_artifacts(found.run_id)}
        assert {"memo.json", "memo.md"} < names


def test_the_champion_is_not_promoted_again(story: Story) -> None:
    folder = Path(story.config.run.folder).parent
    done = command(folder, "promote", "champion", "-q")
    assert (done.code, done.out) == (
        0, "champion is the champion of leadlight already.\n"
    )  # fmt: skip


def test_a_waiver_without_a_reason_is_refused(story: Story) -> None:
    folder = Path(story.config.run.folder).parent
    for because in ((), ("--because", "  ")):
        done = command(folder, "promote", "-q", "--despite", "promise", *because)
        assert "only for a reason, which is recorded" in done.sentence
    assert champion(story.config) == "2"


def test_a_scorer_that_is_not_registered_is_not_promoted(story: Story) -> None:
    """Its contract was written anew, by a run that registered nothing."""
    runs = Path(story.config.run.folder)
    shutil.copytree(runs / RUN, runs / "loose")
    _resettled(runs.parent, "loose", "points.reference_rate=0.5")
    done = command(runs.parent, "promote", "loose", "-q")
    assert "is not in the registry of leadlight" in done.sentence


def test_rolling_back_asks_no_gate_and_is_recorded(story: Story) -> None:
    folder = Path(story.config.run.folder).parent
    before = turns(story.config)
    done = command(folder, "promote", "--rollback", "--because", "complaints")
    assert done.out == (
        "The champion of leadlight is version 1 again, after version 2.\n"
    )
    try:
        assert champion(story.config) == "1"
        last = turns(story.config)[-1]
        assert (last.how, last.version, last.because) == (
            "rolled back", "1", "complaints"
        )  # fmt: skip
        refused = command(folder, "promote", "3", "--rollback")
        assert "Version 3 of leadlight is no earlier champion" in refused.sentence
    finally:
        command(folder, "promote", "2", "--rollback")
    assert champion(story.config) == "2"
    assert len(turns(story.config)) == len(before) + 2


def test_without_a_registry_there_is_no_promotion(demo: Demo) -> None:
    from pipeline.registering.promotion import Asked, promote

    assert demo.config.run.tracking == ""
    with pytest.raises(Exception, match=r"There is no registry: run\.tracking is ''"):
        promote(demo.config, RUN, Asked("2026-07-03T00:00:00+00:00", "ann"))


def test_a_planted_leak_is_refused_by_column_figure_and_leads(
    demo: Demo, tmp_path: Path
) -> None:
    """A column that says who became an opportunity, declared known at creation."""
    demo.copy(tmp_path)
    head, *rows = lines(tmp_path / "data" / "leads.csv")
    place = head.index("lead_id")
    reached = {
        row[0]
        for row in lines(tmp_path / "data" / "milestones.csv")
        if "opportunity" in row
    }
    told = [[*row, "yes" if row[place] in reached else "no"] for row in rows]
    write_lines(tmp_path / "data" / "leads.csv", [[*head, "handed_over"], *told])
    toml = tmp_path / "leadlight.toml"
    text = toml.read_text("utf-8")
    toml.write_text(text.replace('"source", ', '"source", "handed_over", ', 1), "utf-8")
    small = ("--set", "train.depths=[1]", "--set", "train.folds=2")
    ran = command(tmp_path, "run", "--name", "leaking", "-q", *small)
    assert ran.code == 0, ran.err
    done = command(tmp_path, "promote", "-q")
    assert "version 1 (run leaking) is not promoted" in done.refusal
    config = load_config(toml, ('run.tracking="sqlite:///mlflow.db"',))
    assert champion(config) is None
    memo = record(tmp_path / "runs" / "leaking" / "memo.json")
    leaks = [
        g for g in memo["gates"]
        if g["answer"] == "failed" and g["name"].startswith("LL2")
    ]  # fmt: skip
    assert leaks
    gate = next(g for g in leaks if "handed_over" in g["said"] and g["examples"])
    assert gate["figures"]
    assert set(gate["examples"]) <= {row[place] for row in rows}
