"""LL121: ids that are alike but for their form. LL123: numbers that name the lead."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.checks import CHECKS, Answer, Finding
from pipeline.checks.case import Case
from tests.pipeline.run_folders import (
    dated_config,
    dated_tables,
    fitted,
    flat_config,
    flat_run,
    write_tables,
)

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


LEADS = 400
CHANCE = np.random.default_rng(5)
OUTCOME = list((CHANCE.random(LEADS) < 0.4).astype(int))
HONEST = [f"{v:.2f}" for v in CHANCE.normal(OUTCOME, 1)]


def numbered(folder: Path, numbers: Iterable[object], *, fit: bool = True) -> Finding:
    """Judge a flat export with a column of numbers."""
    column = [None if v is None else str(v) for v in numbers]
    case = flat_run(folder, {"honest": HONEST, "customer": column}, OUTCOME)
    check = next(c for c in CHECKS if c.code == "LL123")
    return check.finding(fitted(case) if fit else case)


@pytest.mark.parametrize("fit", [True, False])
def test_ll123_fires_on_a_customer_number(tmp_path: Path, fit: bool) -> None:
    told = numbered(tmp_path, 70_000 + CHANCE.permutation(LEADS), fit=fit)
    assert told.answer is Answer.TIP
    assert told.said.startswith(
        "'customer' holds 400 different whole numbers of 400 leads"
    )
    assert ("of the booster's gain" in told.said) is fit
    assert told.figures == {"numbers": 2, "like_ids": 1}


def test_ll123_is_silent_about_a_number_that_is_said_to_be_one(tmp_path: Path) -> None:
    revenue = [str(v) for v in 70_000 + CHANCE.permutation(LEADS)]
    case = flat_run(tmp_path, {"honest": HONEST, "revenue": revenue}, OUTCOME)
    check = next(c for c in CHECKS if c.code == "LL123")
    told = check.finding(case)
    assert told.said.endswith('say means = "number" of it under [attributes].')
    config = flat_config(attributes={"revenue": {"means": "number"}})
    assert check.finding(Case(config, tmp_path)).answer is Answer.PASSED


@pytest.mark.parametrize(
    "numbers",
    [
        np.arange(LEADS) + 0.5,  # an amount
        np.arange(LEADS) % 379,  # 379 different of 400: 94.8 %
        [n if n < 49 else None for n in range(LEADS)],  # too few to tell
    ],
)
def test_ll123_is_silent_about_what_counts_something(
    tmp_path: Path, numbers: Iterable[object]
) -> None:
    assert numbered(tmp_path, numbers, fit=False).answer is Answer.PASSED
