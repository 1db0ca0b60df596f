"""What the summary says of a promise: of whom it is proved, and its second test."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.summary import summary
from tests.pipeline.demo_run import Demo, record


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_kept_promise_is_said_to_be_inherited_only_if_no_worse(
    demo: Demo, tmp_path: Path, is_kept: bool
) -> None:
    run = Path(shutil.copytree(demo.run, tmp_path / "run"))
    cutoffs = record(run / "cutoffs.json")
    for name in ("mql", "sql"):
        cutoffs["judged"][name] |= {"rule": "precision", "kept": is_kept}
    (run / "cutoffs.json").write_text(json.dumps(cutoffs), encoding="utf-8")
    said = summary(run)
    assert ("inherits it only if it is no worse" in said) == is_kept
    again = next(
        f for f in record(run / "checks.json")["findings"] if f["code"] == "LL303"
    )
    assert (f"tests it again. {again['said']}" in said) == is_kept
