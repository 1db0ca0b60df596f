"""LL121: ids that are alike but for their form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pipeline.checks import CHECKS, Answer, Finding
from pipeline.checks.case import Case
from tests.pipeline.run_folders import dated_config, dated_tables, write_tables

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")


def judged(folder: Path, leads: dict[int, str], **accounts: Any) -> Finding:
    """Judge the dated company, some of whose leads have other ids or accounts."""
    tables = dated_tables()
    for place, lead in leads.items():
        tables["leads"].loc[place, "lead_id"] = lead
    for place, account in accounts.get("accounts", {}).items():
        tables["leads"].loc[place, "account_id"] = account
    write_tables(folder, **tables)
    return next(c for c in CHECKS if c.code == "LL121").finding(
        Case(dated_config(), folder)
    )


@pytest.mark.parametrize(
    "other",
    [
        "ZO\u00cb-01", "zoe\u0308-01", "zo\u00eb -01", "zo\u00eb-\uff101",
        "\u200bzo\u00eb-01",
    ],
)  # fmt: skip
def test_ll121_fires_on_two_leads_whose_ids_differ_in_form(
    tmp_path: Path, other: str
) -> None:
    told = judged(tmp_path, {0: "zo\u00eb-01", 1: other})
    assert told.answer is Answer.TIP
    assert told.said.startswith(
        "2 ids of leads are alike to another but for case, spaces or code points (once:"
    )
    assert told.figures == {"lead_ids": 2, "account_ids": 0}
    assert set(told.examples) == {"zo\u00eb-01", other}


def test_ll121_fires_on_accounts_that_are_one_but_for_case(tmp_path: Path) -> None:
    told = judged(tmp_path, {}, accounts={0: "ACME", 1: "acme", 2: "Acme"})
    assert told.answer is Answer.TIP
    assert "3 ids of accounts" in told.said
    assert "(once: 'ACME' and 'Acme' and 'acme')" in told.said
    assert told.examples == ("lead-00", "lead-01", "lead-02")


@pytest.mark.parametrize(
    "pair",
    [
        ("ab-1", "ab1"),  # marks tell codes apart
        ("7", "007"),  # and so do noughts
        ("zoe", "zo\u00eb"),  # and accents
        ("0015g00000ABCDe", "0015g00000ABCDE"),  # and, in Salesforce, case
    ],
)
def test_ll121_is_silent_about_ids_that_are_two(
    tmp_path: Path, pair: tuple[str, str]
) -> None:
    told = judged(tmp_path, dict(enumerate(pair)))
    assert told.answer is Answer.PASSED
    assert told.said == "No two ids are alike but for their form."
