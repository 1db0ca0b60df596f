"""The README's steps, word for word, in the demo's raw files."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from features.world import World
from pipeline.demo import write_company

ROOT = Path(__file__).parents[2]


def steps() -> list[str]:
    """The command that each step of "Your own data" begins with."""
    told = (ROOT / "README.md").read_text(encoding="utf-8")
    section = told.partition("## Your own data")[2].partition("\n## ")[0]
    return re.findall(r"^\d\. `leadlight ([^`]+)`", section, re.MULTILINE)


@pytest.mark.slow
def test_the_steps_of_the_readme_lead_from_raw_files_to_scores_in_use(
    tmp_path: Path,
) -> None:
    write_company(tmp_path / "demo", World(seed=1, leads=3000))  # as `make demo` does
    data = tmp_path / "demo" / "data"
    assert [s.split()[0] for s in steps()] == ["init", "run", "promote", "score"]
    said = ""
    for step in steps():
        script = str(Path(sys.executable).with_name("leadlight"))
        command = [script, *shlex.split(step)]
        done = subprocess.run(command, cwd=data, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        said += done.stdout
    assert "The champion of leadlight is now version 1" in said
    assert "398 leads in, as many out:" in said
    assert (data / "scores.parquet").exists()
