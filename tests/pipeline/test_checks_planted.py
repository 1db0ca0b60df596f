"""Leaks planted in the invented company's files, each caught by a real run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from features.world import World
from pipeline.artefacts import FEATURES, SPINE
from pipeline.checks import CHECKS, Answer, Finding
from pipeline.checks.case import Case
from pipeline.config import load_config
from pipeline.demo import write_company
from pipeline.sections import Config
from pipeline.stages.order import STAGES
from tests.pipeline.demo_run import STARTED_AT

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")

# Half the columns and half the folds of a demo: a run in a few seconds.
CHANGES = (
    "train.depths=[1, 2]", "train.half_lives=[]", "train.members=1", "train.folds=2",
    "signals.lookbacks_days=[30]",
    "train.threads=1", "run.threads=1", 'run.tracking=""',
)  # fmt: skip
HONEST = ["email", "job_title", "country", "source", "industry", "company_size"]
PLANTED = "handed_over"  # its name says nothing


@dataclass(frozen=True, eq=False)
class Crm:
    """What the company's CRM holds on the day of the export.

    Attributes
    ----------
    folder : Path
        With the files of the export.
    leads : DataFrame of shape (n, …)
    converted : ndarray of bool, shape (n,)
    stage : list of str
        That each lead stands in today.
    """

    folder: Path
    leads: pd.DataFrame
    converted: npt.NDArray[np.bool_]
    stage: list[str]


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Crm:
    folder = tmp_path_factory.mktemp("crm")
    write_company(folder, World(seed=2, leads=1000))
    leads = pd.read_csv(folder / "data" / "leads.csv", dtype="str")
    reached = pd.read_csv(folder / "data" / "milestones.csv", dtype="str")
    is_conversion = reached["milestone"] == "opportunity"
    converted = leads["lead_id"].isin(reached.loc[is_conversion, "lead_id"])
    latest = reached.sort_values("reached_at").groupby("lead_id")["milestone"].last()
    stage = leads["lead_id"].map(latest).fillna("open").tolist()
    return Crm(folder, leads, converted.to_numpy(), stage)


Leak = Callable[[Crm], list[object]]


def copied(crm: Crm) -> list[object]:
    """The outcome under another name."""
    return [("no", "yes")[int(c)] for c in crm.converted]


def filled(crm: Crm) -> list[object]:
    """Words without a meaning that sales notes down once a lead has converted."""
    words = np.random.default_rng(1).choice(["call", "mail"], len(crm.leads))
    return [w if c else None for w, c in zip(words, crm.converted, strict=True)]


def counted(crm: Crm) -> list[object]:
    """Calls up to today, which go on once a lead has converted."""
    random = np.random.default_rng(1)
    return list(random.poisson(np.where(crm.converted, 9, 1)))


def staged(crm: Crm) -> list[object]:
    """The stage that each lead stands in today."""
    return list(crm.stage)


def numbered(crm: Crm) -> list[object]:
    """Numbers given out to those that converted before all others."""
    number = np.empty(len(crm.leads), dtype=int)
    number[np.argsort(~crm.converted, kind="stable")] = np.arange(len(crm.leads))
    return list(70_001 + number)


@pytest.mark.parametrize(
    ("leak", "code"),
    [
        (copied, "LL205"),
        (filled, "LL204"),
        (counted, "LL203"),
        (staged, "LL203"),  # two of its five stages have too few leads to be learnt
        (numbered, "LL203"),
    ],
)
def test_fault_28_a_planted_leak_is_an_issue_that_names_it(
    leak: Leak, code: str, crm: Crm, tmp_path: Path
) -> None:
    config = planted(crm, leak, tmp_path)
    told = found(code, passed_through(config, tmp_path / "run"))
    assert told.answer is Answer.ISSUE
    assert PLANTED in told.said
    assert len(told.examples) == 3
    converted = dict(zip(crm.leads["lead_id"], crm.converted, strict=True))
    assert all(converted[lead] for lead in told.examples)


def test_fault_28_a_column_that_counts_the_future_is_an_issue_that_names_it(
    crm: Crm, tmp_path: Path
) -> None:
    def count_the_future(folder: Path) -> None:
        """As a build would that forgot to compare with the snapshot."""
        spine = SPINE.read(folder / SPINE.file)
        touches = pd.read_parquet(folder / "tables" / "touches.parquet")
        ever = spine["lead_id"].map(touches["lead_id"].value_counts()).fillna(0)
        features = FEATURES.read(folder / FEATURES.file)
        told = features.assign(all_touches_30d=ever.to_numpy(np.float64))
        FEATURES.write(told, folder / FEATURES.file)

    config = planted(crm, None, tmp_path)
    case = passed_through(config, tmp_path / "run", after_build=count_the_future)
    told = found("LL202", case)
    assert told.answer is Answer.ISSUE
    assert "'all_touches_30d' came out different" in told.said
    assert len(told.examples) == 3


def test_fault_28_without_a_leak_none_is_seen(crm: Crm, tmp_path: Path) -> None:
    config = planted(crm, None, tmp_path)
    case = passed_through(config, tmp_path / "run")
    answers = {c.code: c.finding(case).answer for c in CHECKS if c.code < "LL3"}
    leaks = {code: answer for code, answer in answers.items() if code > "LL2"}
    # Nothing has a history here, so that nothing can have been overwritten.
    assert leaks.pop("LL209") is Answer.NOT_APPLICABLE
    assert set(leaks.values()) == {Answer.PASSED}


def planted(crm: Crm, leak: Leak | None, to: Path) -> Config:
    """The company's files with a column more, declared known at creation."""
    shutil.copytree(crm.folder / "data", to / "data")
    shutil.copy(crm.folder / "leadlight.toml", to)
    declared = list(HONEST)
    if leak is not None:
        declared.append(PLANTED)
        leads = crm.leads.copy()
        leads[PLANTED] = pd.Series(leak(crm), leads.index, dtype="object")
        leads.to_csv(to / "data" / "leads.csv", index=False)
    known = f"leads.known_at_creation={json.dumps(declared)}"
    return load_config(to / "leadlight.toml", (*CHANGES, known))


def passed_through(
    config: Config, folder: Path, *, after_build: Callable[[Path], None] | None = None
) -> Case:
    """Every stage, on a run folder."""
    for stage in STAGES:
        stage.run(config, folder, at=STARTED_AT, say=lambda _: None)
        if stage.name == "build" and after_build is not None:
            after_build(folder)
    return Case(config, folder)


def found(code: str, case: Case) -> Finding:
    return next(c for c in CHECKS if c.code == code).finding(case)
