"""What crosses the border of the test block: leads under another id, the calendar."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.checks import CHECKS, Answer, Finding
from pipeline.checks.case import Case
from tests.pipeline.run_folders import fitted, flat_run

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")

ROWS, BORDER = 800, 600  # the last quarter is the test block
RANDOM = np.random.default_rng(11)
OUTCOME = (RANDOM.random(ROWS) < 0.4).astype(int)
HONEST = {f"honest_{i}": RANDOM.normal(0.5 * OUTCOME, 1) for i in range(4)}
MAIL = np.array([f"lead{i}@firm{i % 90}.example" for i in range(ROWS)], dtype=object)


def found(code: str, case: Case) -> Finding:
    return next(c for c in CHECKS if c.code == code).finding(case)


def run(folder: Path, **columns: Any) -> Case:
    told = {k: [f"{v:.6f}" for v in column] for k, column in HONEST.items()}
    return fitted(flat_run(folder, {**told, **columns}, list(OUTCOME)))


def repeated(column: Any, times: int) -> Any:
    """A column whose first rows come again as the first of the test block."""
    told = np.array(column)
    told[BORDER : BORDER + times] = told[:times]
    return told


def test_ll207_fires_on_leads_that_come_again_under_another_id(tmp_path: Path) -> None:
    # Of 200 new leads 160 were there before, in every column, with another outcome.
    again = {k: [f"{v:.6f}" for v in repeated(c, 160)] for k, c in HONEST.items()}
    told = found("LL207", run(tmp_path, **again, mail=list(repeated(MAIL, 160))))
    assert told.answer is Answer.ISSUE
    assert float(told.figures["auc"]) > float(told.figures["band"]) > 0.5
    assert told.figures["leads"] == 160
    assert "alike in " in told.said
    assert told.examples == ("lead-0600", "lead-0601", "lead-0602")


def test_ll207_fires_without_a_name_where_every_column_comes_again(
    tmp_path: Path,
) -> None:
    again = {k: [f"{v:.6f}" for v in repeated(c, 160)] for k, c in HONEST.items()}
    told = found("LL207", run(tmp_path, **again))
    assert told.answer is Answer.ISSUE
    assert "alike in every column at once" in told.said


def test_ll207_fires_on_an_undeclared_company_that_figures_give_away(
    tmp_path: Path,
) -> None:
    # Four leads a company, each with the size of its company; no group is declared.
    company = np.arange(ROWS) % 200
    size = RANDOM.lognormal(5, 2, 200).round(1)[company]
    sites = RANDOM.lognormal(2, 1, 200).round(2)[company]
    told = found(
        "LL207",
        run(
            tmp_path,
            company=[f"Company {i}" for i in company],
            size=[f"{v:.1f}" for v in size],
            sites=[f"{v:.2f}" for v in sites],
        ),
    )
    assert told.answer is Answer.ISSUE
    assert "alike in company" in told.said
    assert told.figures["leads"] == 200


def test_ll207_is_silent_where_names_recur_and_nothing_gives_them_away(
    tmp_path: Path,
) -> None:
    told = found("LL207", run(tmp_path, mail=list(repeated(MAIL, 160))))
    assert told.answer is Answer.PASSED
    assert "within its band" in told.said
    assert told.figures["leads"] == 160


def test_ll207_is_silent_where_nobody_comes_again(tmp_path: Path) -> None:
    told = found("LL207", run(tmp_path, mail=list(MAIL)))
    assert told.said.startswith("No leads of the test block share a name with earlier")


def test_ll207_is_silent_on_numbers_and_words_that_many_have_in_common(
    tmp_path: Path,
) -> None:
    # A price is shared by five leads or fewer, as prices are; a city by forty.
    price = [str(v) for v in RANDOM.integers(100, 400, ROWS)]
    city = [f"City {i % 20}" for i in range(ROWS)]
    told = found("LL207", run(tmp_path, price=price, city=city))
    assert told.figures["columns"] == 0


def test_ll207_never_says_a_value(tmp_path: Path) -> None:
    again = {k: [f"{v:.6f}" for v in repeated(c, 160)] for k, c in HONEST.items()}
    told = found("LL207", run(tmp_path, **again, mail=list(repeated(MAIL, 160))))
    assert "example" not in told.said


def test_ll207_does_not_apply_where_every_group_was_there_before(
    tmp_path: Path,
) -> None:
    case = run(tmp_path)
    group = np.array([f"group-{i % 30}" for i in range(ROWS)], dtype=object)
    case.__dict__["spine"] = case.spine.assign(group_id=group)
    told = found("LL207", case)
    assert told.answer is Answer.NOT_APPLICABLE
    assert told.said == (
        "Every group of the test block was there before it, as it will be in use."
    )


@pytest.mark.parametrize(
    ("again", "answer", "end"),
    [
        (0, Answer.PASSED, "No leads of the test block share a name with earlier ones"),
        (1, Answer.PASSED, "1 of 200 snapshots looked at shares a name (mail) with"),
        (2, Answer.SKIPPED, "wait for more, or name what they share in leads.group."),
    ],
)
def test_ll207_looks_for_names_among_few_new_groups(
    tmp_path: Path, again: int, answer: Answer, end: str
) -> None:
    """Of 200 rows of the test block 40 are of new groups; one is half a per cent."""
    case = run(tmp_path, mail=list(repeated(MAIL, again)))
    group = np.array([f"group-{i % 30}" for i in range(ROWS)], dtype=object)
    group[BORDER : BORDER + 40] = [f"new-{i}" for i in range(40)]
    case.__dict__["spine"] = case.spine.assign(group_id=group)
    told = found("LL207", case)
    assert told.answer is answer
    assert end in told.said


def test_ll208_fires_on_a_number_that_dates_the_leads(tmp_path: Path) -> None:
    # It falls from month to month, and conversions become more.
    index = 100 - np.arange(ROWS) / 8
    case = flat_run(
        tmp_path,
        {"index": [f"{v:.1f}" for v in index], "other": _text("honest_0")},
        [int(v) for v in RANDOM.random(ROWS) < np.arange(ROWS) / ROWS],
    )
    told = found("LL208", fitted(case))
    assert told.answer is Answer.TIP
    assert "index (1.000, " in told.said
    assert len(told.examples) == 3
    assert all(int(lead.removeprefix("lead-")) >= BORDER for lead in told.examples)


def test_ll208_is_silent_on_what_grows_with_the_calendar_by_a_third(
    tmp_path: Path,
) -> None:
    # Spread as much as it is large, and growing: an AUC of about .6.
    growing = RANDOM.exponential(1, ROWS) * (1 + np.arange(ROWS) / ROWS / 3)
    told = found("LL208", run(tmp_path, growing=[f"{v:.6f}" for v in growing]))
    assert told.answer is Answer.PASSED


def test_ll208_is_silent_on_a_count_since_the_beginning_without_gain(
    tmp_path: Path,
) -> None:
    told = found("LL208", run(tmp_path, counted=[str(i) for i in range(ROWS)]))
    assert told.answer is Answer.PASSED
    assert float(told.figures["auc"]) < 0.9


def _text(name: str) -> list[str]:
    return [f"{v:.6f}" for v in HONEST[name]]
