"""Faults of time, through the whole stage build: each by its number.

The dated company is looked at once: on Monday, 12 January 2026, 00:00, when its 60
leads are between nine and eleven days old and none has converted yet.
"""

from __future__ import annotations

import random
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.engine import instants_are_utc
from features.snapshots import make_scoring_spine
from features.weave import weave
from pipeline.artefacts import FEATURES, INTAKE, SPINE, TABLES, table
from pipeline.checks import CHECKS
from pipeline.checks.case import Case
from pipeline.company import ending_of, rule_of
from pipeline.sections import Config
from tests.pipeline.demo_run import WORLD, Demo
from tests.pipeline.processes import Leadlight, environment
from tests.pipeline.run_folders import (
    START,
    dated_config,
    dated_run,
    dated_tables,
    touches_of,
)

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")

AT = START + timedelta(days=11)  # the snapshot
DAY = timedelta(days=1)
US = timedelta(microseconds=1)
WEEK = "all_touches_7d"


def once(**sections: Any) -> Config:
    """The dated company, looked at on 12 January."""
    return dated_config(snapshots={"rule": "at", "at": [AT]}, **sections)


def touches(*told: tuple[str, datetime, datetime]) -> pd.DataFrame:
    """Visits: whose, when they occurred and when they were recorded."""
    rows = [(lead, "visit", *(_naive(i) for i in at)) for lead, *at in told]
    columns = ["lead_id", "kind", "occurred_at", "recorded_at"]
    return touches_of(pd.DataFrame(rows, columns=columns))


def seen(case: Case, column: str = WEEK) -> dict[str, Any]:
    """What is said of each lead."""
    features = case.features
    return dict(zip(features["lead_id"], features[column], strict=True))


def _naive(instant: datetime) -> datetime:
    return instant.replace(tzinfo=None)


def test_fault_09_a_lead_that_converted_before_its_creation_is_not_looked_at(
    tmp_path: Path,
) -> None:
    won = dated_tables()["milestones"]
    won.loc[won["lead_id"] == "lead-03", "reached_at"] = _naive(START - DAY)
    case = dated_run(tmp_path, once(), milestones=won)
    assert len(case.spine) == 59
    assert "lead-03" not in set(case.spine["lead_id"])


def test_fault_09_touches_and_history_of_strangers_change_nothing(
    tmp_path: Path,
) -> None:
    told = dated_tables()["touches"]
    strange = pd.concat([told, touches(("stranger", AT - DAY, AT - DAY))])
    plain = dated_run(tmp_path / "plain", once())
    case = dated_run(tmp_path / "strange", once(), touches=strange)
    pd.testing.assert_frame_equal(case.features, plain.features)


def test_fault_16_a_touch_exactly_at_the_snapshot_is_not_before_it(
    tmp_path: Path,
) -> None:
    told = touches(
        ("lead-00", AT, AT),
        ("lead-01", AT - US, AT - US),
        ("lead-02", AT - DAY, AT),  # known at the snapshot, and not before it
        ("lead-03", AT - DAY, AT - US),
    )
    found = seen(dated_run(tmp_path, once(), touches=told))
    assert [found[f"lead-0{i}"] for i in range(5)] == [0, 1, 0, 1, 0]


def test_fault_17_touches_of_the_future_are_counted_and_never_seen(
    tmp_path: Path,
) -> None:
    # The data end on 1 March; nine thousand years on lies beyond what is read at all.
    far = START.replace(year=2199)
    told = touches(
        ("lead-00", AT - DAY, AT - DAY),
        ("lead-00", far, far),
        ("lead-01", far, AT - DAY),  # recorded long before it occurred
        ("lead-02", AT + DAY, AT + DAY),
    )
    case = dated_run(tmp_path, once(), touches=told)
    found = seen(case)
    assert [found[f"lead-0{i}"] for i in range(3)] == [1, 0, 0]
    clocks = next(c for c in CHECKS if c.code == "LL104").finding(case)
    assert clocks.figures["after_known_until"] == 2
    assert clocks.figures["recorded_before"] == 1
    assert clocks.examples == ("lead-00", "lead-01")


def test_fault_18_a_late_arrival_is_not_trained_on_and_scored_with_tonight(
    tmp_path: Path,
) -> None:
    # It happened on the 10th, was loaded on the 13th, and the 14th is tonight.
    told = touches(("lead-01", AT - 2 * DAY, AT + DAY))
    case = dated_run(tmp_path, once(), touches=told)
    assert seen(case)["lead-01"] == 0
    assert _tonight(case, AT + 2 * DAY)["lead-01"] == 1


def _tonight(case: Case, at: datetime) -> dict[str, Any]:
    """The same signal as scoring sees it at an instant."""
    with case.tables() as engine:
        make_scoring_spine(engine, rule_of(case.config), ending_of(case.config), at)
        features = instants_are_utc(weave(engine, case.catalogue).to_pandas())
    return dict(zip(features["lead_id"], features[WEEK], strict=True))


def _ratings(*told: tuple[str, str, datetime]) -> pd.DataFrame:
    rows = [(lead, "rating", value, _naive(at)) for lead, value, at in told]
    columns = ["lead_id", "attribute", "value", "known_from"]
    return pd.DataFrame(rows, columns=columns)


def test_fault_19_an_attribute_that_is_edited_later_is_what_it_was(
    tmp_path: Path,
) -> None:
    first = [(f"lead-{i:02}", "AB"[i % 2], AT - DAY) for i in range(10)]
    # Changed, changed back, filled in for one who had none, and cleared.
    later = [("lead-00", "B", AT), ("lead-01", "A", AT + DAY), ("lead-30", "A", AT)]
    before = dated_run(tmp_path / "before", once(), attribute_history=_ratings(*first))
    after = dated_run(
        tmp_path / "after", once(), attribute_history=_ratings(*first, *later)
    )
    assert seen(before, "rating")["lead-00"] == "A"
    pd.testing.assert_frame_equal(after.features, before.features)
    pd.testing.assert_frame_equal(after.spine, before.spine)


def test_fault_19_an_account_that_is_edited_later_is_what_it_was(
    tmp_path: Path,
) -> None:
    names = [f"account-{i:02}" for i in range(20)]
    size = ["small", "large"] * 10
    then = pd.DataFrame(
        {"account_id": names, "known_from": _naive(AT - DAY), "account_size": size}
    )
    now = then.assign(known_from=_naive(AT), account_size=size[::-1])
    before = dated_run(tmp_path / "before", once(), accounts=then)
    after = dated_run(tmp_path / "after", once(), accounts=pd.concat([then, now]))
    assert seen(before, "account_size")["lead-00"] == "small"
    pd.testing.assert_frame_equal(after.features, before.features)


def test_fault_20_touches_that_tie_in_any_order_give_the_same_bytes(
    tmp_path: Path,
) -> None:
    # Twelve touches of each of four leads, all within three microseconds.
    told = pd.concat(
        [
            touches((f"lead-0{lead}", AT - DAY + i % 3 * US, AT - DAY + i % 2 * US))
            .assign(kind=("visit", "pricing_page")[i % 2], asset=f"/{i % 4}")
            .assign(channel=("web", "app", None)[i % 3], value=i / 10)
            .astype({"channel": "str"})
            for lead in range(4)
            for i in range(12)
        ],
        ignore_index=True,
    )
    order = list(range(len(told)))
    found = set()
    for seed in range(3):
        folder = tmp_path / str(seed)
        dated_run(folder, once(run={"threads": 1 + seed}), touches=told.iloc[order])
        found.add(tuple((folder / a.file).read_bytes() for a in (FEATURES, SPINE)))
        random.Random(seed).shuffle(order)
    assert len(found) == 1


COMPANY = """
[source]
timezone = "Europe/Istanbul"

[leads]
from              = "leads.csv"
lead_id           = "id"
created_at        = "made"
known_at_creation = ["title", "INDUSTRY"]

[[touches]]
from        = "touches.csv"
lead_id     = "lead"
kind        = "what"
occurred_at = "at"
format      = "epoch_s"

[[milestones]]
from    = "won.csv"
lead_id = "lead"
columns = { won = "won" }

[funnel]
bottom = ["INITIAL_VISIT"]

[outcome]
conversion   = "won"
horizon_days = 30

[snapshots]
rule = "after_creation"
delay_hours = 24

[attributes.title]
means = "title"
"""
RUN = "from pipeline.cli import main; main()"


def _company(folder: Path) -> Path:
    """Leads made on leap day, titles with an I, touches before 1970, and a far year."""
    folder.mkdir()
    files = {
        "leadlight.toml": COMPANY,
        "leads.csv": "id,made,title,INDUSTRY\n"
        "i,2024-02-29 00:30,DIRECTOR OF FINANCE,IT\n"
        "I,2024-02-29 23:59:59.999999,Vice President,it\n"
        "ı,2024-03-01,INTERN,İş\n"  # noqa: RUF001, Turkish letters
        "z,9999-12-31,CIO,IT\n",
        "touches.csv": "lead,what,at\n"
        "i,INITIAL_VISIT,1709164800\ni,initial_visit,-86400\nI,INITIAL_VISIT,0\n",
        "won.csv": "lead,won\ni,2024-03-05\nI,2024-06-01\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def at_home_and_abroad(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The same company, taken in and built where clocks and letters differ."""
    places = (("UTC", "C.UTF-8"), ("Asia/Kathmandu", "tr_TR.UTF-8"))
    found = []
    for zone, language in places:
        folder = _company(tmp_path_factory.mktemp("abroad") / "company")
        here = {**environment(), "TZ": zone, "LC_ALL": language, "LANG": language}
        for stage in ("intake", "build"):
            done = subprocess.run(
                [sys.executable, "-c", RUN, stage, "-q", "--run", "run"],
                cwd=folder, env=here, capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
        found.append(folder / "run")
    return found


def test_fault_21_another_zone_and_another_alphabet_give_the_same_bytes(
    at_home_and_abroad: list[Path],
) -> None:
    home, abroad = at_home_and_abroad
    files = sorted(p.relative_to(home) for p in home.rglob("*.parquet"))
    files += [Path(INTAKE.file), Path("catalogue.json")]
    assert len(files) >= 11
    for file in files:
        assert (home / file).read_bytes() == (abroad / file).read_bytes(), file


def test_fault_21_leap_day_a_far_year_and_the_time_before_1970_are_read(
    at_home_and_abroad: list[Path],
) -> None:
    _, abroad = at_home_and_abroad
    leads = pd.read_parquet(abroad / TABLES / "leads.parquet").set_index("lead_id")
    # Istanbul is three hours ahead of UTC.
    assert str(leads.loc["i", "created_at"]) == "2024-02-28 21:30:00"
    assert str(leads.loc["I", "created_at"]) == "2024-02-29 20:59:59.999999"
    touches = pd.read_parquet(abroad / TABLES / "touches.parquet")
    assert sorted(touches["occurred_at"].astype(str)) == [
        "1969-12-31", "2024-02-29"
    ]  # fmt: skip
    bad = pd.read_parquet(abroad / TABLES / "quarantine.parquet")
    assert bad["lead_id"].tolist() == ["z", "I"]  # the year 9999, and nought


def test_fault_62_build_and_scoring_run_without_pytz(
    demo: Demo, leadlight: Leadlight, tmp_path: Path
) -> None:
    folder = demo.copy(tmp_path, runs=True)
    blocked = "import sys; sys.modules['pytz'] = None"
    built = leadlight(
        "build", "-q", "--run", folder / "runs" / demo.run.name, "--set",
        "run.threads=1", cwd=folder, first=blocked,
    )  # fmt: skip
    assert built.code == 0, built.err
    assert (folder / "runs" / demo.run.name / FEATURES.file).read_bytes() == (
        demo.run / FEATURES.file
    ).read_bytes()
    scored = leadlight(
        "score", folder / "data" / "tonight.csv", "-o", "s.parquet", "-q", "--run",
        demo.run, "--at", f"{WORLD.known_until:%Y-%m-%d}", cwd=folder, first=blocked,
    )  # fmt: skip
    assert scored.code == 0, scored.err
    assert table("s").read(folder / "s.parquet")["score"].notna().any()
