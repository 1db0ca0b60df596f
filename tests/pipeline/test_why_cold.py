"""Who opens one lead waits for it: what may be imported for that, and what may not."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pipeline.processes import ROOT
from tests.pipeline.small_nights import small_night, small_scorer

HEAVY = {
    "pandas", "lightgbm", "duckdb", "sqlglot", "mlflow", "sklearn", "shap",
    "matplotlib",
}  # fmt: skip
_ASK = """
import json, sys
sys.argv = ["leadlight", "why", *sys.argv[1:]]
from pipeline.cli import main
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def _imported(scores: Path, *more: str) -> set[str]:
    asked = [sys.executable, "-c", _ASK, "bob", "-s", str(scores), *more]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "more",
    [(), ("--html", "{}/why.html", "--svg", "{}/why.svg"), ("--json", "--all")],
)
def test_one_lead_is_told_without_heavy_libraries(
    tmp_path: Path, more: tuple[str, ...]
) -> None:
    change = {"cause": "time passed", "code": "size", "points": 1.0, "was": "Size: 2"}
    scores = small_night(tmp_path, changes=[[change]] * 6)
    found = _imported(scores, *(m.format(tmp_path) for m in more))
    assert HEAVY & found == set()
    assert {"numpy", "pyarrow", "typer"} <= found


def test_nothing_is_compiled_where_no_change_is_allowed(tmp_path: Path) -> None:
    scores = small_night(tmp_path, scorer=small_scorer(actions=()))
    assert {"numba", "scipy", *HEAVY} & _imported(scores) == set()


def test_another_reference_takes_the_compiled_loops_and_no_more(
    tmp_path: Path,
) -> None:
    scores = small_night(tmp_path)
    assert HEAVY & _imported(scores, "--against", "population") == set()


def test_a_folder_of_nights_is_looked_through_as_lightly(tmp_path: Path) -> None:
    for name in ("a.parquet", "b.parquet"):
        small_night(tmp_path, name)
    assert HEAVY & _imported(tmp_path, "--date", "2026-07-02") == set()
