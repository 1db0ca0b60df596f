"""LL124: deadlines that the outcome may have moved, or that end nothing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline.artefacts import INTAKE
from pipeline.checks import CHECKS, Answer, Finding
from pipeline.checks.case import Case
from pipeline.intake import InstantCells
from tests.pipeline.run_folders import (
    LEADS,
    dated_config,
    dated_tables,
    intake_report,
    source_report,
    write_tables,
)

# Sixty leads, of which every third wins three weeks after its creation.
MADE = dated_tables()["leads"]["created_at"]
WON = [i % 3 == 0 for i in range(LEADS)]
DAY = timedelta(days=1)


def judged(folder: Path, deadlines: list[Any], **cells: int) -> Finding:
    """Judge the dated company, whose leads have these deadlines."""
    tables = dated_tables()
    told = pd.Series(deadlines, dtype="datetime64[us]")
    leads = tables.pop("leads").assign(deadline_at=told)
    write_tables(folder, leads=leads, **tables)
    counts = {"read": LEADS, "days": 0, "midnights": 0, "sentinels": 0, **cells}
    instants = (InstantCells("deadline_at", "offer_ends", **counts),)
    report = intake_report(source_report("leads", LEADS, instants=instants))
    INTAKE.write(report, folder / INTAKE.file)
    config = dated_config(outcome={
        "conversion": "won", "horizon_days": 30, "until": "offer_ends",
    })  # fmt: skip
    check = next(c for c in CHECKS if c.code == "LL124")
    return check.finding(Case(config, folder))


def test_ll124_is_silent_where_every_conversion_comes_before_its_deadline(
    tmp_path: Path,
) -> None:
    told = judged(tmp_path, [at + 40 * DAY for at in MADE])

    assert told.answer is Answer.PASSED
    assert told.said == (
        "None of 20 conversions comes after its lead's deadline; 100.0% of the leads "
        "that converted have one in column 'offer_ends', and 100.0% of the others."
    )


def test_ll124_counts_conversions_after_their_deadline(tmp_path: Path) -> None:
    # The first lead has three days less than it needs, and it wins.
    deadlines = [at + (18 if i == 0 else 40) * DAY for i, at in enumerate(MADE)]

    told = judged(tmp_path, deadlines)

    assert told.answer is Answer.TIP
    assert told.said == (
        "1 of 20 conversions (5.0%) lies after their lead's deadline and does not "
        "count."
    )
    assert told.examples == ("lead-00",)


def test_ll124_fires_on_a_deadline_that_ends_too_little(tmp_path: Path) -> None:
    # Of the first nine leads three win, all of them late: more than one in ten.
    deadlines = [at + (18 if i < 9 else 40) * DAY for i, at in enumerate(MADE)]

    told = judged(tmp_path, deadlines)

    assert told.answer is Answer.ISSUE
    assert told.said.startswith("3 of 20 conversions (15.0%) lie after their lead's")


def test_ll124_tells_of_days_that_lost_their_end(tmp_path: Path) -> None:
    # The day of the deadline is that of the conversion, and is given as its 00:00.
    deadlines = [(at + 21 * DAY).replace(hour=0) if i == 0 else at + 40 * DAY
                 for i, at in enumerate(MADE)]  # fmt: skip

    told = judged(tmp_path, deadlines, midnights=LEADS)

    assert told.said == (
        "1 of 20 conversions (5.0%) lies after their lead's deadline and does not "
        "count, 1 of them within a day of it. Most times of day in column "
        "'offer_ends' are 00:00: if days are meant, say format, such as '%Y-%m-%d "
        "00:00:00', or make them dates with query, so that they last to their end."
    )


def test_ll124_fires_where_a_deadline_is_written_with_the_outcome(
    tmp_path: Path,
) -> None:
    # All 20 winners have one, and of the 40 others 10: five standard errors apart.
    deadlines = [
        at + 40 * DAY if WON[i] or i % 4 == 1 else None for i, at in enumerate(MADE)
    ]
    others = sum(not w and i % 4 == 1 for i, w in enumerate(WON))
    assert others == 10

    told = judged(tmp_path, deadlines)

    assert told.answer is Answer.ISSUE
    assert told.said.startswith(
        "100.0% of the leads that converted have a deadline in column 'offer_ends', "
        "and 25.0% of the others: it seems to be written with the outcome."
    )


def test_ll124_fires_where_the_deadline_is_the_day_of_the_conversion(
    tmp_path: Path,
) -> None:
    deadlines = [
        at + (21.5 if w else 40) * DAY for at, w in zip(MADE, WON, strict=True)
    ]

    told = judged(tmp_path, deadlines)

    assert told.answer is Answer.ISSUE
    assert told.said.startswith(
        "20 of 20 conversions of leads with a deadline (100.0%) lie within a day of it"
    )


@pytest.mark.parametrize(("many", "answer"), [(0, "passed"), (1, "issue")])
def test_ll124_counts_deadlines_that_had_passed_at_creation(
    tmp_path: Path, many: int, answer: str
) -> None:
    deadlines = [at + (0 if i < many else 40) * DAY for i, at in enumerate(MADE)]
    # Lead 0 wins; lead 1 does not.
    deadlines = [*deadlines[1:2], *deadlines[:1], *deadlines[2:]]

    told = judged(tmp_path, deadlines)

    assert told.answer.value == answer
    if many:
        assert "1 of 60 leads (1.7%) has a deadline that had passed when" in told.said
        assert told.figures["before_creation"] == 1


def test_ll124_has_nothing_to_say_without_deadlines(tmp_path: Path) -> None:
    check = next(c for c in CHECKS if c.code == "LL124")

    told = check.finding(Case(dated_config(), tmp_path))

    assert told.answer is Answer.NOT_APPLICABLE
