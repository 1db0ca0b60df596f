"""The check of cells that could not be read: of attributes, and on the way in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from features.company import Company
from pipeline.artefacts import CATALOGUE, INTAKE
from pipeline.checks import CHECKS, Answer, Finding
from pipeline.checks.case import Case
from pipeline.intake.report import UnreadableCells
from pipeline.stages.build import build
from tests.pipeline.run_folders import (
    LEADS,
    START,
    dated_config,
    dated_run,
    dated_tables,
    flat_config,
    flat_run,
    intake_report,
    source_report,
    write_tables,
)


def found(case: Case) -> Finding:
    return next(c for c in CHECKS if c.code == "LL120").finding(case)


def with_sizes(folder: Path, sizes: Sequence[str | None], **section: object) -> Case:
    """The dated company, of whose leads a number is told."""
    attributes = dated_tables()["attributes"].assign(
        size=pd.Series(list(sizes), dtype="str")
    )
    config = dated_config(attributes={"size": {"means": "number", **section}})
    return dated_run(folder, config, attributes=attributes)


@pytest.mark.parametrize(
    ("lost", "answer"), [(0, Answer.PASSED), (3, Answer.TIP), (4, Answer.ISSUE)]
)
def test_ll120_fires_where_cells_of_a_number_are_none(
    tmp_path: Path, lost: int, answer: Answer
) -> None:
    """5 % of 60 filled cells are three."""
    told = found(with_sizes(tmp_path, ["a few"] * lost + ["7"] * (LEADS - lost)))
    assert told.answer is answer
    if not lost:
        return
    assert told.figures["cells"] == lost
    assert told.examples == ("lead-00", "lead-01", "lead-02")
    # Every third lead wins, the first among them: one of 20, or two.
    won = {3: "5.0%", 4: "10.0%"}[lost]
    share = {3: "5.0%", 4: "6.7%"}[lost]
    assert told.said.startswith(
        f"{lost} of 60 filled cells of column 'size' of leads ({share}) cannot be read "
        f"as a number, among them of {won} of the leads that converted (such as "
        "'a few'). They count as missing."
    )


def test_ll120_is_silent_where_all_are_read_and_none_is_needed(tmp_path: Path) -> None:
    assert found(with_sizes(tmp_path, ["7", None] * 30)).answer is Answer.PASSED


def test_ll120_shows_no_cell_of_a_personal_column(tmp_path: Path) -> None:
    told = found(with_sizes(tmp_path, ["secret"] * LEADS, personal=True))
    assert told.answer is Answer.ISSUE
    assert "secret" not in told.said


def test_ll120_reads_flags_of_a_flat_export(tmp_path: Path) -> None:
    said = ["yes", "no", "perhaps", "true", "false", None] * 4
    case = flat_run(tmp_path, {"opted in": said}, [0, 1] * 12)
    told = case.listed
    [only] = told["company"]["attributes"]
    flagged = {**told["company"], "attributes": [{**only, "means": "flag"}]}
    assert Company.from_dict(flagged).attributes[0].means == "flag"
    CATALOGUE.write({**told, "company": flagged}, tmp_path / CATALOGUE.file)
    answer = found(Case(case.config, tmp_path))
    assert answer.answer is Answer.ISSUE  # 4 of 20
    assert "(20.0%) cannot be read as yes or no" in answer.said
    assert "(such as 'perhaps')" in answer.said


def test_ll120_tells_of_values_and_instants_lost_on_the_way_in(tmp_path: Path) -> None:
    case = dated_run(tmp_path)
    lost = UnreadableCells("amount", "It is no number.", 6, 100, ("1.558", "x"))
    lost = replace(lost, conversions=5)
    touches = source_report("touches", 100, cells_unreadable=(lost,))
    INTAKE.write(intake_report(touches), tmp_path / INTAKE.file)
    told = found(Case(case.config, tmp_path))
    assert told.answer is Answer.ISSUE
    assert told.said.startswith(
        "6 of 100 filled cells of column 'amount' of touches (6.0%) cannot be read, "
        "among them of 25.0% of the leads that converted (such as '1.558', 'x')."
    )
    INTAKE.write(intake_report(source_report("touches", 100)), tmp_path / INTAKE.file)
    assert found(Case(case.config, tmp_path)).answer is Answer.PASSED


@pytest.mark.parametrize(("plain", "answer"), [(52, Answer.TIP), (29, Answer.PASSED)])
def test_ll120_names_numbers_that_are_read_as_words(
    tmp_path: Path, plain: int, answer: Answer
) -> None:
    """A mark for missing in every eighth cell makes words of 52 numbers."""
    cells = ["-" if lead % 8 == 0 else f"{lead}.50" for lead in range(LEADS)]
    told = dated_tables()["attributes"].assign(spend=pd.Series(cells, dtype="str"))
    case = dated_run(tmp_path, attributes=told)
    shown = {"filled": 60, "plain": plain, "readable": plain}
    report = intake_report(source_report("leads", LEADS), numbers={"spend": shown})
    INTAKE.write(report, tmp_path / INTAKE.file)
    judged = found(Case(case.config, tmp_path))
    assert judged.answer is answer
    if answer is Answer.TIP:
        assert judged.said == (
            "86.7% of the 60 filled cells of 'spend' are numbers and the others are "
            "none (such as '-'), so that it is read as words. Say means of the "
            "attribute: number, and null_tokens for what is none, or category."
        )


def test_ll120_says_of_percent_signs_here_and_there_what_no_key_can_mend(
    tmp_path: Path,
) -> None:
    """Of 60 shares every tenth is written as a percentage."""
    cells = ["12 %" if lead % 10 == 0 else "0.12" for lead in range(LEADS)]
    shown = {"filled": 60, "plain": 54, "readable": 60, "point": 54, "percents": 6}
    report = intake_report(source_report("leads", LEADS), numbers={"share": shown})
    told = dated_tables()["attributes"].assign(share=pd.Series(cells, dtype="str"))
    write_tables(tmp_path, **{**dated_tables(), "attributes": told})
    INTAKE.write(report, tmp_path / INTAKE.file)
    config = dated_config(attributes={"share": {"means": "number"}})
    build.run(config, tmp_path, at=START, say=lambda _: None)
    judged = found(Case(config, tmp_path))
    assert judged.answer is Answer.ISSUE
    # lead-00 and lead-30 won, two of 20.
    assert judged.said == (
        "6 of 60 filled cells of column 'share' of leads (10.0%) cannot be read as a "
        "number, among them of 10.0% of the leads that converted (such as '12 %'). "
        "They count as missing. Some cells of 'share' have a percent sign and others "
        "none, so that 12 % may be 12 or 0.12: write all of them in one way with a "
        "query."
    )


@pytest.mark.parametrize(
    ("texts", "answer"),
    [
        (["Y", "N", "1", "0"], Answer.TIP),
        (["Y", "N"], Answer.NOT_APPLICABLE),  # two words say as much as a flag
        (["Y", "N", "1", "2"], Answer.NOT_APPLICABLE),
        (["1", "Y", "true"], Answer.NOT_APPLICABLE),  # nobody says no
    ],
)
def test_ll120_names_yes_and_no_that_are_read_as_many_words(
    tmp_path: Path, texts: list[str], answer: Answer
) -> None:
    cells = (texts * 20)[:20]
    case = flat_run(tmp_path, {"opted in": cells}, [0, 1] * 10)
    judged = found(case)
    assert judged.answer is answer
    if answer is Answer.TIP:
        assert judged.said == (
            "'opted in' says yes and no in 4 ways ('0', '1', 'N', 'Y'), and is read as "
            "words. Say means of the attribute: flag, or category."
        )
        told = flat_config(attributes={"opted in": {"means": "category"}})
        assert found(Case(told, tmp_path)).answer is Answer.NOT_APPLICABLE


def test_yes_and_no_in_several_ways_are_one_flag_once_it_is_said_to_be_one(
    tmp_path: Path,
) -> None:
    cells = ["Y", "N", "1", "0"] * 15
    told = dated_tables()["attributes"].assign(consent=pd.Series(cells, dtype="str"))
    config = dated_config(
        leads={
            "from": "l", "lead_id": "id", "created_at": "made",
            "known_at_creation": ["source", "consent"],
        },
        attributes={"consent": {"means": "flag"}},
    )  # fmt: skip
    case = dated_run(tmp_path, config, attributes=told)
    by_lead = case.features.groupby("lead_id")["consent"].first()
    assert by_lead[:4].tolist() == [1, 0, 1, 0]
    assert found(case).answer is Answer.PASSED


def test_ll120_does_not_apply_where_nothing_is_read_so(tmp_path: Path) -> None:
    case = flat_run(tmp_path, {"colour": ["red", "blue"] * 10}, [0, 1] * 10)
    assert found(case).answer is Answer.NOT_APPLICABLE
