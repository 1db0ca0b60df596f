"""LL122, and null tokens of one table or one column: NA is a region, None a plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from features.errors import ConfigError, SourceError
from pipeline.artefacts import INTAKE
from pipeline.checks import CHECKS, Answer, Finding
from pipeline.checks.case import Case
from pipeline.intake import IntakeReport
from tests.pipeline.run_folders import (
    LEADS,
    dated_config,
    dated_tables,
    intake_report,
    source_report,
    write_tables,
)

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")

Intake = Callable[..., IntakeReport]
Table = Callable[..., list[dict[str, Any]]]
REGIONS = "id,made,region,size\na,2026-01-01,NA,3\nb,2026-01-02,EU,NA\nc,2026-01-03,,\n"


def judged(
    folder: Path, values: list[str | None], cells: dict[str, int], **more: Any
) -> Finding:
    """Judge a column "region" of the dated company, and what intake took from it."""
    tables = dated_tables()
    told = tables["attributes"].assign(
        region=pd.Series(values, dtype="str"), size=[str(i) for i in range(LEADS)]
    )
    write_tables(folder, **{**tables, "attributes": told})
    source = source_report("leads", LEADS, null_cells={"region": cells, **more})
    INTAKE.write(intake_report(source), folder / INTAKE.file)
    case = Case(dated_config(), folder)
    return next(c for c in CHECKS if c.code == "LL122").finding(case)


# Twenty leads each of EU and AP; of the other twenty (20, 21, …) every third converted.
THIRDS: list[str | None] = ["EU"] * 20 + [None] * 20 + ["AP"] * 20


def test_ll122_fires_on_a_token_as_frequent_as_a_category(tmp_path: Path) -> None:
    found = judged(tmp_path, THIRDS, {"NA": 20})
    assert found.answer is Answer.TIP
    # lead-21, -24, … -39 converted without a region: seven of twenty conversions.
    assert found.said == (
        "20 cells of 'region' of the leads say 'NA' and count as missing, where the "
        "median category has 20; 35.0% of the conversions are of leads for whom it is "
        "missing. If that is a value and not a missing one, say null_tokens = "
        '{ "region" = [""] } in the section of the leads; if it does mean missing, '
        '{ "region" = ["", "NA"] }.'
    )
    assert found.examples == ("lead-20", "lead-21", "lead-22")


def test_ll122_fires_loudly_where_cells_are_empty_besides(tmp_path: Path) -> None:
    values: list[str | None] = ["EU"] * 10 + [None] * 40 + ["AP"] * 10
    found = judged(tmp_path, values, {"NA": 20, "": 20, "n/a": 3, "NULL": 1})
    assert found.answer is Answer.ISSUE
    assert "beside 20 that are truly empty" in found.said
    assert 'say null_tokens = { "region" = ["", "NULL", "n/a"] }' in found.said


@pytest.mark.parametrize(
    ("values", "cells", "more"),
    [
        (THIRDS, {"NA": 19}, {}),  # too few to tell
        (["EU"] * 39 + [None] * 21, {"NA": 21}, {}),  # rarer than the only category
        (THIRDS, {"NA": 20}, {"size": {"NA": 3}}),  # the mark of numbers, too
        (THIRDS, {"Select": 20}, {}),  # somebody put it on the list
        (THIRDS, {"n/a": 20}, {}),  # nothing is called so
    ],
)
def test_ll122_is_silent_about_tokens_that_mean_missing(
    tmp_path: Path,
    values: list[str | None],
    cells: dict[str, int],
    more: dict[str, dict[str, int]],
) -> None:
    found = judged(tmp_path, values, cells, **more)
    assert found.answer is Answer.PASSED
    lost = sum(cells.values()) + sum(n for c in more.values() for n in c.values())
    assert found.said.startswith(f"{lost} cells hold a null token and count as missing")


@pytest.mark.parametrize("tokens", [[""], ["", "NA"]])
def test_ll122_is_silent_about_a_column_of_which_it_was_said_what_means_missing(
    tmp_path: Path, tokens: list[str]
) -> None:
    judged(tmp_path, THIRDS, {"NA": 20})
    leads = {**dated_config().leads.model_dump(by_alias=True)}
    config = dated_config(leads={**leads, "null_tokens": {"region": tokens}})
    check = next(c for c in CHECKS if c.code == "LL122")
    assert check.finding(Case(config, tmp_path)).answer is Answer.PASSED


def test_ll122_is_silent_where_no_token_stands(tmp_path: Path) -> None:
    tables = dated_tables()
    write_tables(tmp_path, **tables)
    INTAKE.write(intake_report(source_report("leads", LEADS)), tmp_path / INTAKE.file)
    check = next(c for c in CHECKS if c.code == "LL122")
    found = check.finding(Case(dated_config(), tmp_path))
    assert found.said == "No cell of a column of words holds a null token."


def regions(**leads: Any) -> dict[str, Any]:
    return {
        "leads": {
            "from": "r.csv", "lead_id": "id", "created_at": "made",
            "known_at_creation": ["region", "size"], **leads,
        }
    }  # fmt: skip


def test_cells_that_null_tokens_take_are_counted_by_column(intake: Intake) -> None:
    report = intake({"r.csv": REGIONS}, **regions())
    assert report.of("leads")[0].null_cells == {
        "region": {"": 1, "NA": 1}, "size": {"": 1, "NA": 1},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tokens", "found"),
    [
        ([""], [("NA", "3"), ("EU", "NA"), (None, None)]),
        ({"region": [""]}, [("NA", "3"), ("EU", None), (None, None)]),
        ({"region": ["EU"]}, [("NA", "3"), (None, None), (None, None)]),
    ],
)
def test_a_table_or_a_column_may_have_null_tokens_of_its_own(
    intake: Intake, table: Table, tokens: Any, found: list[tuple[str | None, ...]]
) -> None:
    intake({"r.csv": REGIONS}, **regions(null_tokens=tokens))
    assert [(r["region"], r["size"]) for r in table("attributes")] == found


def test_null_tokens_of_a_column_hold_for_the_files_of_a_query(
    intake: Intake, table: Table
) -> None:
    tokens = {"region": [""]}
    query = "select * from source where region is not null"
    intake({"r.csv": REGIONS}, **regions(null_tokens=tokens, query=query))
    assert [r["region"] for r in table("attributes")] == ["NA", "EU"]


@pytest.mark.parametrize("query", [None, "select * from source"])
def test_null_tokens_of_no_column_are_refused(
    intake: Intake, query: str | None
) -> None:
    with pytest.raises((SourceError, ConfigError), match="'reggion'"):
        intake({"r.csv": REGIONS}, **regions(null_tokens={"reggion": []}, query=query))
