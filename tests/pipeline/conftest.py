"""A small company's exports taken in as a test wants them, and one demo run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from features.company import Company
from pipeline.config import defaults
from pipeline.intake import IntakeReport, Kept, take_in
from pipeline.sections import Config
from tests.pipeline.demo_run import Demo, make_demo
from tests.pipeline.processes import Leadlight

LEADS = "id,made\na,2026-01-01\nb,2026-01-02\n"
TOUCHES = "lead,what,at\na,visit,2026-01-03T10:00:00Z\n"
WON = "lead,won\na,2026-02-01\nb,\n"

Intake = Callable[..., IntakeReport]


@pytest.fixture
def intake(tmp_path: Path) -> Intake:
    """Take in files written as text, bytes or Parquet tables; sections as keywords.

    A section given as a keyword is laid over the small company's; ``None`` drops it.
    """

    def take(
        files: dict[str, Any] | None = None,
        *,
        new: str | None = None,
        out: str = "out",
        kept: Kept | None = None,
        before: datetime | None = None,
        company: Company | None = None,
        **sections: Any,
    ) -> IntakeReport:
        given = {"leads.csv": LEADS, "touches.csv": TOUCHES, "won.csv": WON}
        for name, content in (given | (files or {})).items():
            path = tmp_path / name
            path.parent.mkdir(exist_ok=True)
            if isinstance(content, str):
                path.write_bytes(content.encode())
            elif isinstance(content, bytes):
                path.write_bytes(content)
            else:
                pq.write_table(content, path)
        raw = defaults()
        small: dict[str, Any] = {
            "leads": {"from": "leads.csv", "lead_id": "id", "created_at": "made"},
            "touches": {
                "from": "touches.csv", "lead_id": "lead", "kind": "what",
                "occurred_at": "at",
            },
            "milestones": {
                "from": "won.csv", "lead_id": "lead", "columns": {"won": "won"}
            },
            "outcome": {"conversion": "won", "horizon_days": 30},
        }  # fmt: skip
        for name in {*small, *sections}:
            said = sections.get(name, {})
            raw[name] = None
            if said is not None:
                below = {} if "from" in said and "lead_id" in said else small.get(name)
                raw[name] = {**defaults().get(name, {}), **(below or {}), **said}
            if name in {"touches", "milestones", "attribute_history"}:
                raw[name] = [raw[name]] if raw[name] else []
        for table in (raw["leads"], raw.get("accounts"), *_several(raw)):
            if table:
                table["from"] = _resolved(table["from"], tmp_path)
        leads_from = tmp_path / new if new else None
        return take_in(
            Config.model_validate(raw),
            tmp_path / out,
            leads_from=leads_from,
            kept=kept,
            before=before,
            company=company,
        )

    return take


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Read a canonical table as one record a row."""

    def read(name: str, out: str = "out") -> list[dict[str, Any]]:
        path = tmp_path / out / f"{name}.parquet"
        records: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return records

    return read


@pytest.fixture(scope="session")
def leadlight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Leadlight]:
    """Run commands in processes of their own."""
    command = Leadlight(tmp_path_factory.mktemp("processes"))
    yield command
    command.close()


@pytest.fixture(scope="session")
def demo(leadlight: Leadlight, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Run the demo once; the processes are being started meanwhile."""
    made = make_demo(tmp_path_factory.mktemp("demo"))
    # The explainer is compiled when it is first used: once, and not in each process.
    leadlight.prepare(
        "from pathlib import Path\n"
        "from pipeline.bundle import open_bundle, source_of_run\n"
        f"open_bundle(source_of_run(Path({str(made.run)!r})))\n"
    )
    return made


def _several(raw: dict[str, Any]) -> list[dict[str, Any]]:
    names = ("touches", "milestones", "attribute_history")
    return [table for name in names for table in raw.get(name, [])]


def _resolved(meant: Any, folder: Path) -> Any:
    if isinstance(meant, str):
        return str(folder / meant)
    if isinstance(meant, dict):
        return {k: str(folder / v) for k, v in meant.items()}
    return [str(folder / m) for m in meant]
