"""The check of how often a test block was looked at."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.artefacts import QUALITY
from pipeline.checks import CHECKS, Answer, Finding
from pipeline.checks.case import Case
from tests.pipeline.run_folders import flat_config


def found(folder: Path, **quality: int) -> Finding:
    QUALITY.write(dict(quality), folder / QUALITY.file)
    check = next(c for c in CHECKS if c.code == "LL305")
    return check.finding(Case(flat_config(), folder))


def test_ll305_fires_at_the_tenth_look(tmp_path: Path) -> None:
    told = found(tmp_path, looks=10)

    assert told.answer is Answer.TIP
    assert told.said.startswith("10 runs have been judged on this test block.")
    assert told.figures == {"looks": 10}


@pytest.mark.parametrize(("looks", "said"), [(1, "once."), (9, "by 9 runs.")])
def test_ll305_is_silent_before(looks: int, said: str, tmp_path: Path) -> None:
    told = found(tmp_path, looks=looks)

    assert told.answer is Answer.PASSED
    assert told.said.endswith(said)


def test_a_run_that_did_not_count_is_skipped(tmp_path: Path) -> None:
    assert found(tmp_path).answer is Answer.SKIPPED
