"""The framework: six honest answers, a registry, and a test for every code."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from types import ModuleType

import pytest

from features.errors import ConfigError
from pipeline.checks import CHECKS, Answer, explanation, report_of, run_checks
from pipeline.checks.case import Case
from pipeline.checks.check import Verdict, check, declared, passed, skipped
from tests.pipeline.run_folders import dated_config, dated_run, flat_config

# pyarrow asks a zoned column of pandas 3 for its values.
pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")

CODES = [c.code for c in CHECKS]


def test_every_check_has_a_code_of_its_own_and_they_stand_in_order() -> None:
    assert sorted(set(CODES)) == CODES
    assert all(re.fullmatch(r"LL[123]\d\d", code) for code in CODES)


@pytest.mark.parametrize("code", CODES)
def test_every_check_explains_itself(code: str) -> None:
    said = explanation(code)
    assert said.startswith(code)
    assert len(said.split()) > 25


@pytest.mark.parametrize("behaviour", ["fires", "is_silent"])
@pytest.mark.parametrize("code", CODES)
def test_every_check_has_a_test_in_which_it(code: str, behaviour: str) -> None:
    names = [
        node.name
        for path in Path(__file__).parent.glob("test_checks*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]
    assert any(n.startswith(f"test_{code.lower()}_{behaviour}") for n in names)


def test_an_empty_run_folder_has_nothing_to_pass(tmp_path: Path) -> None:
    findings = run_checks(dated_config(), tmp_path)
    answers = {f.code: f.answer for f in findings}
    # What was declared can be judged before anything has run.
    del answers["LL106"]
    assert set(answers.values()) <= {Answer.SKIPPED, Answer.NOT_APPLICABLE}
    said = next(f.said for f in findings if f.code == "LL205")
    assert said == (
        "quality.json is not in the run folder yet; run the stage that writes it."
    )


def test_a_half_finished_run_is_judged_as_far_as_it_goes(tmp_path: Path) -> None:
    case = dated_run(tmp_path)
    answers = {f.code: f.answer for f in run_checks(case.config, tmp_path)}
    assert answers["LL202"] is Answer.PASSED
    assert answers["LL203"] is Answer.SKIPPED


def test_what_is_ignored_is_not_looked_at(tmp_path: Path) -> None:
    findings = run_checks(flat_config(), tmp_path, ignored=("LL106",))
    assert next(f.answer for f in findings if f.code == "LL106") is Answer.IGNORED


def test_ignoring_an_unknown_code_is_refused_with_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Is LL106 meant"):
        run_checks(flat_config(), tmp_path, ignored=("LL1066",))


def test_an_unknown_code_has_no_explanation() -> None:
    with pytest.raises(ConfigError, match="There is no check 'LL999'"):
        explanation("LL999")


def test_the_report_is_plain_json_and_counts_every_answer(tmp_path: Path) -> None:
    findings = run_checks(flat_config(), tmp_path)
    told = json.loads(json.dumps(report_of(findings), allow_nan=False))
    assert sum(told["counts"].values()) == len(told["findings"]) == len(CODES)
    assert set(told["counts"]) == {a.value for a in Answer}


def test_checks_are_gathered_in_the_order_of_their_codes(tmp_path: Path) -> None:
    @check("LL902", "Later")
    def later(case: Case) -> Verdict:
        """Later."""
        return passed("Well.")

    @check("LL901", "Earlier")
    def earlier(case: Case) -> Verdict:
        """Earlier."""
        return skipped("Not now.")

    module = ModuleType("made")
    module.__dict__.update({"later": later, "earlier": earlier})
    found = declared(module)
    assert [c.code for c in found] == ["LL901", "LL902"]
    assert found[0].finding(Case(flat_config(), tmp_path)).said == "Not now."
