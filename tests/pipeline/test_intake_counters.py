"""Every counter that intake writes is read: change it, and a sentence changes.

A counter that nobody reads is a fact that is lost in silence. So each numeric field of
the report is changed here, one by one, and the summary's lines or some check's finding
has to change with it. Whoever adds a counter gives it a value in ``REPORTS`` and a
reader; the first test fails where the value is missing, the second where the reader is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import pandas as pd
import pytest

from features.notation import Evidence
from pipeline.accounting import rows_lines
from pipeline.artefacts import INTAKE
from pipeline.checks import CHECKS, Finding
from pipeline.checks.case import Case
from pipeline.intake.report import (
    FileDigest,
    InstantCells,
    IntakeReport,
    SourceReport,
    UnreadableCells,
)
from pipeline.intake.texts import OutcomeText
from tests.pipeline.run_folders import (
    START,
    dated_config,
    dated_run,
    dated_tables,
    flat_run,
)

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")

# What is no count of what became of rows, but says which file or column was met.
IDENTITY = {"sources[].files[].bytes"}
# Read by the stages that follow: build finds the notation of a column by it.
FOR_BUILD = {f"numbers{{}}.{field.name}" for field in fields(Evidence)}

Leaf = tuple[str, Callable[[dict[str, Any]], None]]  # a field, and what changes it


def source(table: str, **more: Any) -> SourceReport:
    files = (FileDigest(f"{table}.csv", 10, "0" * 64),)
    reasons = {"It cannot be read.": 3}
    told = {"recorded_at": "given", "recorded_at_missing": 2, **more}
    if table in {"leads", "accounts"}:
        told |= {"recorded_at": None, "recorded_at_missing": 0}
    return SourceReport(table, files, 103, 100, 3, 100, reasons, **told)


LEADS = source("leads", null_cells={"source": {"NA": 4, "": 2}})
TOUCHES = source(
    "touches",
    twins=1,
    cells_unreadable=(
        UnreadableCells("value", "No number.", 2, 50, ("a lot",), conversions=1),
    ),
    instants=(InstantCells("occurred_at", "at", 40, 0, 40, 1),),
)
MILESTONES = source(
    "milestones",
    relabelled={"Win": 3},
    instants=(InstantCells("reached_at", "won_date", 30, 10, 0, 0),),
)
FLAT_LEADS = source(
    "leads", outcome_texts=(OutcomeText("1", 40, 1), OutcomeText("0", 60, 0))
)
REPORTS = {
    "dated": IntakeReport(
        (LEADS, TOUCHES, TOUCHES, MILESTONES),
        "2026-03-01T00:00:00+00:00",
        "latest seen",
        touches_of_unknown_leads=5,
        milestones_of_unknown_leads=6,
        milestones_before_creation=7,
        numbers={"size": Evidence(*range(1, 12))},
        rows_left_out=4,
    ),
    "flat": IntakeReport((FLAT_LEADS,), None, None, 0, 0, 0),
}


def patterns(hint: Any, path: str = "") -> Iterator[str]:
    """Every numeric field of a record's type, as deep as it goes."""
    kinds = [hint] if get_origin(hint) is None else list(get_args(hint))
    if hint in (int, float):
        yield path
    elif is_dataclass(hint):
        hints = get_type_hints(hint)
        for each in fields(hint):
            yield from patterns(hints[each.name], f"{path}.{each.name}".lstrip("."))
    elif get_origin(hint) is tuple:
        yield from patterns(kinds[0], f"{path}[]")
    elif get_origin(hint) is dict:
        yield from patterns(kinds[1], f"{path}{{}}")
    elif get_origin(hint) in (Union, UnionType):
        for kind in kinds:
            yield from patterns(kind, path)
    else:
        assert hint in (str, bool, NoneType) or get_origin(hint) is Literal, hint


def leaves(value: Any, hint: Any, path: str = "") -> Iterator[Leaf]:
    """Every number of a report as it is written, with what adds one to it."""
    if get_origin(hint) in (Union, UnionType):
        kinds = [k for k in get_args(hint) if k is not NoneType]
        if value is not None and len(kinds) == 1:
            yield from leaves(value, kinds[0], path)
        return
    below: list[tuple[Any, Any, str]]
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        below = [
            (f.name, hints[f.name], f"{path}.{f.name}".lstrip("."))
            for f in fields(hint)
        ]
    elif get_origin(hint) is tuple:
        below = [(i, get_args(hint)[0], f"{path}[]") for i in range(len(value))]
    elif get_origin(hint) is dict:
        below = [(key, get_args(hint)[1], f"{path}{{}}") for key in value]
    else:
        return
    for key, kind, name in below:
        if _is_number(value[key], kind):
            yield name, _adds_one((key,))
        else:
            for field, change in leaves(value[key], kind, name):
                yield field, _within(key, change)


def _is_number(value: Any, kind: Any) -> bool:
    numeric = {int, float}
    return bool(numeric & {kind, *get_args(kind)}) and isinstance(value, int | float)


def _adds_one(place: tuple[Any, ...]) -> Callable[[Any], None]:
    def change(report: Any) -> None:
        report[place[0]] += 1

    return change


def _within(key: Any, change: Callable[[Any], None]) -> Callable[[Any], None]:
    return lambda report: change(report[key])


def test_every_counter_of_the_report_has_a_value_in_this_test() -> None:
    given = {
        field
        for report in REPORTS.values()
        for field, _ in leaves(report.to_dict(), IntakeReport)
    }
    assert set(patterns(IntakeReport)) == given


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Case]:
    """A dated company and a flat export that have been built."""
    config = dated_config(
        touches=[
            {
                "from": "t.csv", "lead_id": "id", "kind": "k", "occurred_at": "at",
                "recorded_at": "in", "value": "value",
            }
        ],
        milestones=[
            {
                "from": "m.csv", "lead_id": "id", "milestone": "stage",
                "reached_at": "won_date", "labels": {"Win": "won"},
            }
        ],
    )  # fmt: skip
    dated = dated_run(tmp_path_factory.mktemp("dated"), config, **_twice())
    columns = {"source": ["web", "fair"] * 50}
    flat = flat_run(tmp_path_factory.mktemp("flat"), columns, [1] * 40 + [0] * 60)
    return {"dated": dated, "flat": flat}


def _twice() -> dict[str, pd.DataFrame]:
    """Touches of which one in three is told twice, on the dated company's 60 leads."""
    touches = dated_tables()["touches"]
    at = touches["occurred_at"] + pd.to_timedelta(range(len(touches)), unit="s")
    touches = touches.assign(occurred_at=at, recorded_at=at)
    assert (at > START.replace(tzinfo=None)).all()
    return {"touches": pd.concat([touches, touches.iloc[::3]], ignore_index=True)}


def test_every_counter_that_intake_writes_is_read(cases: dict[str, Case]) -> None:
    read: set[str] = set()
    for world, report in REPORTS.items():
        case, written = cases[world], report.to_dict()
        readers = [c for c in CHECKS if c.code < "LL2" and _reads(c, case, written)]
        before = _told(readers, case, written)
        for field, change in leaves(written, IntakeReport):
            if field in read | IDENTITY | FOR_BUILD:
                continue
            changed = deepcopy(written)
            change(changed)
            if _told(readers, case, changed) != before:
                read.add(field)
    unread = set(patterns(IntakeReport)) - read - IDENTITY - FOR_BUILD
    assert unread == set(), "no check and no line of the summary reads these"


def test_a_counter_that_nobody_reads_would_be_found(cases: dict[str, Case]) -> None:
    written = REPORTS["dated"].to_dict()
    readers = [c for c in CHECKS if c.code in {"LL101", "LL103", "LL105"}]
    before = _told(readers, cases["dated"], written)
    written["sources"][0]["of_no_use"] = 1
    assert _told(readers, cases["dated"], written) == before
    written["sources"][0]["rows_kept"] += 1
    assert _told(readers, cases["dated"], written) != before


def _reads(check: Any, case: Case, written: dict[str, Any]) -> bool:
    """Whether a check says something else where there is no report."""
    (case.folder / INTAKE.file).unlink(missing_ok=True)
    without = check.finding(_anew(case))
    return bool(without != check.finding(_given(case, written)))


def _told(
    readers: list[Any], case: Case, written: dict[str, Any]
) -> tuple[str, list[Finding]]:
    """The summary's lines, and the findings of checks that read the report."""
    INTAKE.write(written, case.folder / INTAKE.file)
    given = _given(case, written)
    return rows_lines(case.folder), [check.finding(given) for check in readers]


def _anew(case: Case) -> Case:
    return Case(case.config, case.folder)


def _given(case: Case, written: dict[str, Any]) -> Case:
    fresh = _anew(case)
    fresh.__dict__["intake"] = written
    return fresh
