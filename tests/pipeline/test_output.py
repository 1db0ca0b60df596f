"""Scores never go over what they are made from, and their ids stay what they were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from features.errors import ConfigError
from pipeline.cli.scoring import counted
from pipeline.night.ledger import ledger_of
from pipeline.night.output import check_place, status_of, without_formulas, write_scores
from pipeline.night.scorer import scorer_file_of
from pipeline.sections import Config
from tests.pipeline.demo_run import WORLD, Demo, lines, write_lines
from tests.pipeline.processes import Leadlight


def _reading(demo: Demo, meant: str | tuple[str, ...] | dict[str, str]) -> Config:
    """The demo's configuration with touches from elsewhere."""
    first, *others = demo.config.touches
    elsewhere = first.model_copy(update={"from_": meant})
    return demo.config.model_copy(update={"touches": (elsewhere, *others)})


def test_the_leads_are_not_written_over(
    demo: Demo, leadlight: Leadlight, tmp_path: Path
) -> None:
    rows = lines(demo.folder / "data" / "tonight.csv")[:4]
    path = write_lines(tmp_path / "own.csv", rows)
    before = path.read_bytes()
    done = leadlight(
        "score", path, "-o", "../" + tmp_path.name + "/own.csv", "--run", demo.run,
        "-q", "-c", demo.config_file, cwd=tmp_path,
    )  # fmt: skip
    assert "own.csv would be written over, or among, what is read" in done.sentence
    assert path.read_bytes() == before


def test_a_link_to_the_leads_is_the_leads(demo: Demo, tmp_path: Path) -> None:
    leads = tmp_path / "leads.csv"
    leads.touch()
    (tmp_path / "link.csv").symlink_to(leads)
    with pytest.raises(ConfigError, match=r"another file with --out\.$"):
        check_place(tmp_path / "link.csv", leads, demo.config)


@pytest.mark.parametrize("beside", [ledger_of, scorer_file_of])
def test_a_sidecar_is_not_written_over_the_leads(
    beside: Callable[[Path], Path], demo: Demo, tmp_path: Path
) -> None:
    leads = beside(tmp_path / "a.csv")
    with pytest.raises(ConfigError, match="would be written over"):
        check_place(beside(tmp_path / "a.csv"), leads, demo.config)


@pytest.mark.parametrize("kind", ["leads", "touches", "milestones", "accounts"])
def test_no_source_of_the_configuration_is_written_over(
    kind: str, demo: Demo, tmp_path: Path
) -> None:
    section = getattr(demo.config, kind)
    if section is None:
        pytest.skip("the demo has none")
    table = section[0] if isinstance(section, tuple) else section
    with pytest.raises(ConfigError, match="would be written over"):
        check_place(Path(table.from_), tmp_path / "leads.csv", demo.config)


def test_lists_queries_globs_and_folders_are_sources_too(
    demo: Demo, tmp_path: Path
) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "a.csv").touch()
    told: list[tuple[str | tuple[str, ...] | dict[str, str], str]] = [
        (("x.csv", str(tmp_path / "y.csv")), "y.csv"),
        ({"x": "x.csv", "y": str(tmp_path / "y.csv")}, "y.csv"),
        (str(tmp_path / "night*.csv"), "night7.csv"),
        (str(tmp_path / "**" / "*.csv"), "deep/er/a.csv"),
        (str(tmp_path / "deep"), "deep/b.csv"),
    ]
    for meant, place in told:
        config = _reading(demo, meant)
        with pytest.raises(ConfigError, match="would be written over"):
            check_place(tmp_path / place, tmp_path / "leads.csv", config)
        check_place(tmp_path / "scores.csv", tmp_path / "leads.csv", config)


def test_scores_may_lie_below_what_a_glob_means(demo: Demo, tmp_path: Path) -> None:
    config = _reading(demo, str(tmp_path / "*.csv"))
    check_place(tmp_path / "out" / "scores.csv", tmp_path / "leads.parquet", config)


def test_a_plain_key_is_left_alone_for_others_to_join_by(tmp_path: Path) -> None:
    ids = ["a-1", "+4912", "-7", "a@b.com", "x:/y_z", "=1+1", "-A1", "@x", "+1 2", None]
    table = pd.DataFrame({"lead_id": ids, "account_id": None, "words": ids})
    assert write_scores(table, tmp_path / "a.csv") == 4
    found = pd.read_csv(tmp_path / "a.csv", dtype=str)
    assert found["lead_id"].tolist()[:9] == [
        "a-1", "+4912", "-7", "a@b.com", "x:/y_z", "'=1+1", "'-A1", "'@x", "'+1 2",
    ]  # fmt: skip
    assert found["words"].tolist()[1:3] == ["'+4912", "'-7"]
    assert write_scores(table, tmp_path / "a.parquet") == 0


def test_a_signed_key_ends_with_its_digits() -> None:
    table = pd.DataFrame({"lead_id": ["+1\n", "-", "+1+1"]})
    assert without_formulas(table)["lead_id"].tolist() == ["'+1\n", "'-", "'+1+1"]


def test_ids_that_were_changed_are_told(
    demo: Demo, leadlight: Leadlight, tmp_path: Path
) -> None:
    head, first, second, *_ = lines(demo.folder / "data" / "tonight.csv")
    path = write_lines(tmp_path / "own.csv", [head, first, ["=1+1", *second[1:]]])
    done = leadlight(
        "score", path, "-o", "scores.csv", "--run", demo.run, "-q",
        "-c", demo.config_file, "--at", f"{WORLD.known_until:%Y-%m-%d}", cwd=tmp_path,
    )  # fmt: skip
    assert done.code == 0, done.err
    assert done.err.startswith("1 lead or account id looks like a formula")
    assert done.out.startswith("2 leads in, as many out: ")
    assert done.out.splitlines()[0].endswith(". See scores.csv")


def test_a_changed_id_is_found_by_what_it_was(tmp_path: Path) -> None:
    told = {"status": "unreadable", "status_said": "Why."}
    table = pd.DataFrame([{"lead_id": i, **told} for i in ("=1", "0012")])
    for name in ("a.csv", "a.parquet"):
        write_scores(table, tmp_path / name)
        assert status_of("=1", tmp_path / name) == ("unreadable", "Why.")
        assert status_of("0012", tmp_path / name) == ("unreadable", "Why.")
        assert status_of("12", tmp_path / name) is None


def test_rows_and_qualifications_are_counted_apart() -> None:
    assert counted(
        {"scored": 384, "ineligible": 14}, {"sql": 52, "mql": 31, "none": 301}
    ) == (
        "398 leads in, as many out: 384 scored, 14 ineligible. Of those with a score "
        "52 are sql, 31 mql, 301 none."
    )
    assert counted({"scored": 2, "off_schedule": 1}, {"none": 3}) == (
        "3 leads in, as many out: 2 scored, 1 off schedule. What is off schedule has "
        "its score and no qualification: status_said says why. Of those with a score "
        "3 are none."
    )
    assert counted({"unreadable": 1}, {}) == "1 lead in, as many out: 1 unreadable."
