"""LL119: what stands where the conversion stands, and that nobody configured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.artefacts import INTAKE
from pipeline.checks import CHECKS, Answer, Finding
from pipeline.checks.alike import alike, word_form
from pipeline.checks.case import Case
from pipeline.intake.texts import OutcomeText
from tests.pipeline.run_folders import (
    START,
    dated_config,
    dated_tables,
    flat_config,
    intake_report,
    source_report,
    write_tables,
)

pytestmark = pytest.mark.filterwarnings("ignore:Series.values returning an ndarray")

FIRST = START.replace(tzinfo=None)
DAY = timedelta(days=1)
Reached = tuple[str, str, datetime]


def judged(case: Case) -> Finding:
    return next(c for c in CHECKS if c.code == "LL119").finding(case)


def dated(
    folder: Path,
    reached: Sequence[Reached],
    relabelled: dict[str, int] | None = None,
    **outcome: Any,
) -> Finding:
    """Judge the dated company, whose leads are lead-00 to lead-59, with milestones."""
    milestones = pd.DataFrame(
        reached, columns=["lead_id", "milestone", "reached_at"]
    ).assign(recorded_at=lambda frame: frame["reached_at"])
    write_tables(folder, **{**dated_tables(), "milestones": milestones})
    source = source_report("milestones", len(milestones), relabelled=relabelled or {})
    INTAKE.write(intake_report(source), folder / INTAKE.file)
    section = {"conversion": "won", "horizon_days": 14, **outcome}
    return judged(Case(dated_config(outcome=section), folder))


def daily(label: str, leads: Iterable[int], start: int = 0) -> list[Reached]:
    """One lead a day reaches a label."""
    return [
        (f"lead-{lead:02}", label, FIRST + (start + day) * DAY)
        for day, lead in enumerate(leads)
    ]


@pytest.mark.parametrize(
    "label", ["Won", "WON", "w\u00f6n", "w_on", "wo n", "w-o-n", "won!", "\uff57on"]
)
def test_ll119_fires_on_a_label_alike_to_the_conversion(
    tmp_path: Path, label: str
) -> None:
    # Ten leads win under the one label, six under the other, two of them under both.
    found = dated(tmp_path, daily("won", range(10)) + daily(label, range(8, 14)))
    assert found.answer is Answer.ISSUE
    assert f"The milestone {label!r} (6 rows), which nobody configured" in found.said
    assert (
        "4 leads reach it and never 'won', and so count as not converted: 28.6% of the "
        "14 that reach either."
    ) in found.said
    assert f'labels = {{ "{label}" = "won" }} under [[milestones]]' in found.said
    assert found.figures["leads_missed"] == 4
    assert found.figures["share_of_conversions"] == pytest.approx(4 / 14)
    assert found.examples == ("lead-10", "lead-11", "lead-12")


def test_ll119_fires_on_a_closing_milestone_in_two_spellings(tmp_path: Path) -> None:
    reached = daily("won", range(10)) + daily("Lost", [20]) + daily("lost", [21, 22])
    found = dated(tmp_path, reached, closed_by=["lost"])
    assert found.answer is Answer.ISSUE
    assert (
        "seems to be 'lost', of outcome.closed_by (alike but for case, accents, marks, "
        "spaces or a plural): 1 lead reaches it and never 'lost', and so counts as "
        "open."
    ) in found.said
    assert found.figures["share_of_conversions"] == 0


def test_ll119_fires_where_another_label_begins_when_the_conversion_stops(
    tmp_path: Path,
) -> None:
    reached = daily("won", range(30)) + daily("deal made", range(30, 50), start=30)
    found = dated(tmp_path, reached)
    assert found.answer is Answer.ISSUE
    assert (
        "the first of it is of 2026-01-31, the last of 'won' of 2026-01-30, and it is "
        "about as frequent"
    ) in found.said
    assert found.figures["leads_missed"] == 20


@pytest.mark.parametrize(
    ("other", "start"),
    [
        (range(30, 50), 10),  # began long before the conversions stopped
        (range(30, 34), 30),  # too few to tell
    ],
)
def test_ll119_is_silent_about_stages_that_replace_nothing(
    tmp_path: Path, other: range, start: int
) -> None:
    reached = daily("won", range(30)) + daily("meeting", other, start=start)
    found = dated(tmp_path, reached)
    assert found.answer is Answer.PASSED
    assert found.said == (
        "Milestones besides the conversion and outcome.closed_by, with their rows: "
        f"'meeting' ({len(other)}); they end no lead."
    )


def test_ll119_is_silent_about_stages_planned_beyond_known_until(
    tmp_path: Path,
) -> None:
    # Known until day 59; wins until day 54, and renewals planned from day 60 on.
    reached = daily("won", range(55)) + daily("renewal", range(30), start=60)
    found = dated(tmp_path, reached)
    assert found.answer is Answer.PASSED
    # Four of them reached by then are too few to have taken the place of the wins.
    reached = daily("won", range(55)) + daily("renewal", range(30), start=56)
    found = dated(tmp_path, reached)
    assert found.answer is Answer.PASSED
    assert "'renewal' (4)" in found.said


def test_ll119_is_silent_where_every_label_is_configured(tmp_path: Path) -> None:
    found = dated(tmp_path, daily("won", range(9)))
    assert found.answer is Answer.PASSED
    assert found.said == (
        "Every milestone is the conversion or stands in outcome.closed_by."
    )


def test_ll119_fires_on_configured_labels_that_no_milestone_bears(
    tmp_path: Path,
) -> None:
    renamed = {"Sieg": 0, "Gewonnen": 7}
    found = dated(tmp_path, daily("won", range(9)), renamed, closed_by=["lots"])
    assert found.answer is Answer.TIP
    assert "No milestone of a known lead bears 'lots', which outcome.closed_by" in (
        found.said
    )
    assert "No milestone bears 'Sieg', which [[milestones]] labels renames" in (
        found.said
    )
    assert "Gewonnen" not in found.said


def flat(folder: Path, texts: Sequence[OutcomeText], **outcome: Any) -> Finding:
    """Judge a flat export whose outcome's column holds these texts."""
    rows = sum(t.rows for t in texts)
    source = source_report("leads", rows, outcome_texts=tuple(texts))
    INTAKE.write(intake_report(source, known_until=None), folder / INTAKE.file)
    section = {"column": "Converted", "positive": "Converted", **outcome}
    return judged(Case(flat_config(outcome=section), folder))


def test_ll119_fires_on_outcomes_that_may_not_be_decided_yet(tmp_path: Path) -> None:
    texts = [
        OutcomeText("Converted", 8, 1),
        OutcomeText("Disqualified", 8, 0),
        OutcomeText("Open", 8, 0),
        OutcomeText("", 2, None),
    ]
    found = flat(tmp_path, texts)
    assert found.answer is Answer.TIP
    assert found.said == (
        "'Disqualified' (8) and 'Open' (8) count as not converted. List in "
        "outcome.undecided those that are not decided yet, and in outcome.negative the "
        "others. Of 26 leads by 'Converted': converted: 'Converted' 8; not converted: "
        "'Disqualified' 8, 'Open' 8; no outcome: empty cells 2."
    )
    assert found.figures["empty_cells"] == found.figures["rows_without_outcome"] == 2


def test_ll119_is_silent_where_every_text_is_declared(tmp_path: Path) -> None:
    texts = [
        OutcomeText("Converted", 8, 1),
        OutcomeText("Lost", 8, 0),
        OutcomeText("Open", 9, None),
    ]
    found = flat(tmp_path, texts, negative=["Lost"], undecided=["Open"])
    assert found.answer is Answer.PASSED
    assert "no outcome: 'Open' 9" in found.said
    assert found.figures["rows_without_outcome"] == 9


@pytest.mark.parametrize(
    ("positive", "yes"), [("1", "1"), ("1", "true"), ("yes", "yes")]
)
def test_ll119_is_silent_about_yes_and_no(
    tmp_path: Path, positive: str, yes: str
) -> None:
    texts = [OutcomeText(yes, 3, 1), OutcomeText("no", 9, 0)]
    found = flat(tmp_path, texts, positive=positive)
    assert found.answer is Answer.PASSED


@pytest.mark.parametrize("text", ["converted", "CONVERTED", "Con-verted", "converteds"])
def test_ll119_fires_on_a_text_alike_to_the_positive_one(
    tmp_path: Path, text: str
) -> None:
    texts = [
        OutcomeText("Converted", 6, 1),
        OutcomeText("no", 9, 0),
        OutcomeText(text, 2, 0),
    ]
    found = flat(tmp_path, texts)
    assert found.answer is Answer.ISSUE
    assert f"{text!r} (2) is alike to 'Converted', the conversion" in found.said
    assert found.figures["share_of_conversions"] == 0.25


def test_ll119_fires_on_texts_in_no_list_and_lists_in_no_row(tmp_path: Path) -> None:
    texts = [OutcomeText("Converted", 6, 1), OutcomeText("Nurture", 2, None)]
    found = flat(tmp_path, texts, negative=["Lost"])
    assert found.answer is Answer.TIP
    assert "'Lost', which [outcome] names, stands in no row" in found.said
    assert (
        "'Nurture' (2) stands neither in outcome.negative nor in outcome.undecided, "
        "and such leads are left out."
    ) in found.said


WORDS = st.text("abcdefgh", min_size=4, max_size=9)


@given(WORDS, st.sampled_from([str.upper, str.title, "-".join, " ".join]))
def test_a_label_is_alike_to_itself_in_any_form(word: str, change: Any) -> None:
    other = change(word)
    assert word_form(other) == word_form(word)
    assert alike(other, [word]) == (None if other == word else word)


@given(WORDS, WORDS)
def test_labels_of_other_letters_are_not_alike(one: str, other: str) -> None:
    assert alike(one, [other]) is None
