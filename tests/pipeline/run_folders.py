"""Run folders small enough to check by eye: a flat export, and a dated company.

Both are invented. The flat one has as many columns as a test gives it; the dated one
has 60 leads of 20 accounts, created an hour apart from Thursday, 1 January 2026 on, of
which every third wins after three weeks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.vocabulary import Split
from models.learning.conversion import Learnable, Recipe, fit_booster, margins
from models.learning.encoding import choose_features
from models.points import Floats
from models.served import encode
from pipeline.artefacts import (
    BOOSTER,
    CONTESTANTS,
    ENCODING,
    INTAKE,
    JUDGED,
    MARGINS,
    TABLES,
    table,
)
from pipeline.checks.case import Case
from pipeline.config import defaults
from pipeline.intake.report import IntakeReport, SourceReport
from pipeline.sections import Config
from pipeline.stages.build import build
from pipeline.stages.calibrate import calibrate

START = datetime(2026, 1, 1, tzinfo=UTC)
LEADS = 60  # of the dated company
_TEXT = "str"
_BLOCKS = (  # shares of the rows in their order
    (0.50, Split.TRAIN),
    (0.625, Split.CALIBRATE),
    (0.75, Split.CUTOFF),
    (1.0, Split.TEST),
)


def flat_config(**sections: Any) -> Config:
    """Return the configuration of a flat export, some sections laid over it."""
    return _config(
        {
            "leads": {
                "from": "leads.csv",
                "lead_id": "id",
                "order_by": "@row",
                "known_at_creation": ["all", "of", "them"],
            },
            "outcome": {"column": "Converted", "positive": "1"},
            "snapshots": {"rule": "export"},
        },
        sections,
    )


def dated_config(**sections: Any) -> Config:
    """Return the configuration of the dated company, some sections laid over it."""
    return _config(
        {
            "leads": {
                "from": "leads.csv",
                "lead_id": "id",
                "account_id": "account",
                "created_at": "made",
                "known_at_creation": ["source"],
            },
            "touches": [
                {"from": "t.csv", "lead_id": "id", "kind": "k", "occurred_at": "at"}
            ],
            "milestones": [
                {"from": "m.csv", "lead_id": "id", "columns": {"won": "won_date"}}
            ],
            "funnel": {"bottom": ["pricing_page"]},
            "outcome": {"conversion": "won", "horizon_days": 14},
        },
        sections,
    )


def intake_report(*sources: SourceReport, **changed: Any) -> dict[str, Any]:
    """Return a report of what came in, as intake writes it."""
    report = IntakeReport(sources, "2026-03-01T00:00:00+00:00", "configured", 0, 0, 0)
    return {**report.to_dict(), **changed}


def source_report(name: str, rows_in: int, **changed: Any) -> SourceReport:
    """Return the report of one source; ``reasons`` are the rows set aside."""
    reasons: dict[str, int] = changed.pop("reasons", {})
    lost = sum(reasons.values())
    kept = rows_in - lost
    return SourceReport(name, (), rows_in, kept, lost, kept, reasons, **changed)


def flat_run(
    folder: Path, columns: Mapping[str, Sequence[str | None]], outcome: Sequence[int]
) -> Case:
    """Write the tables and the features of a flat export: one row a lead, in order."""
    names = [f"lead-{i:04}" for i in range(len(outcome))]
    leads = pd.DataFrame(
        {
            "row": range(len(names)),
            "lead_id": names,
            "account_id": _missing(len(names)),
            "group_id": names,
            "created_at": pd.array([None] * len(names), dtype="datetime64[us]"),
            "position": range(len(names)),
            "outcome": np.asarray(outcome, np.int8),
        }
    )
    told = {name: pd.Series(list(v), dtype=_TEXT) for name, v in columns.items()}
    attributes = pd.DataFrame({"lead_id": names, **told})
    write_tables(folder, leads=leads, attributes=attributes)
    INTAKE.write(
        intake_report(source_report("leads", len(names)), known_until=None),
        folder / INTAKE.file,
    )
    return _built(flat_config(), folder)


def dated_run(folder: Path, config: Config | None = None, **changed: Any) -> Case:
    """Write the tables and the features of the dated company, some tables changed."""
    write_tables(folder, **{**dated_tables(), **changed})
    INTAKE.write(intake_report(), folder / INTAKE.file)
    return _built(config or dated_config(), folder)


def dated_tables() -> dict[str, pd.DataFrame]:
    """Return the tables of the dated company."""
    names = [f"lead-{i:02}" for i in range(LEADS)]
    accounts = [f"account-{i % 20:02}" for i in range(LEADS)]
    made = [_at(hours=i) for i in range(LEADS)]
    leads = pd.DataFrame(
        {
            "row": range(LEADS),
            "lead_id": names,
            "account_id": accounts,
            "group_id": accounts,
            "created_at": made,
            "position": pd.array([None] * LEADS, dtype="Int64"),
            "outcome": pd.array([None] * LEADS, dtype="Int8"),
        }
    )
    told = [
        (name, "visit" if day % 2 else "pricing_page", _at(hours=i, days=day))
        for i, name in enumerate(names)
        for day in range(1, 20, 1 + i % 5)
    ]
    touches = pd.DataFrame(told, columns=["lead_id", "kind", "occurred_at"])
    won = [name for i, name in enumerate(names) if i % 3 == 0]
    won_at = [_at(days=21, hours=i) for i in range(0, LEADS, 3)]
    return {
        "leads": leads,
        "attributes": pd.DataFrame(
            {"lead_id": names, "source": [("web", "fair")[i % 2] for i in range(LEADS)]}
        ),
        "touches": touches_of(touches),
        "milestones": pd.DataFrame(
            {
                "lead_id": won,
                "milestone": "won",
                "reached_at": won_at,
                "recorded_at": won_at,
            }
        ),
    }


def touches_of(told: pd.DataFrame) -> pd.DataFrame:
    """Fill up touches with the columns that are not told."""
    rest: dict[str, Any] = {
        "account_id": _missing(len(told)),
        "recorded_at": told["occurred_at"],
        "asset": _missing(len(told)),
        "channel": _missing(len(told)),
        "value": np.full(len(told), np.nan),
    }
    return told.assign(**{k: v for k, v in rest.items() if k not in told})


def write_tables(folder: Path, **frames: pd.DataFrame) -> None:
    """Write the canonical tables; those that are not given have no rows."""
    (folder / TABLES).mkdir(parents=True, exist_ok=True)
    for name, frame in {**_empty(), **frames}.items():
        table(name).write(frame, folder / TABLES / f"{name}.parquet")


def fitted(case: Case, *, judge: bool = False) -> Case:
    """Encode, divide and fit in a moment; calibrate and judge if asked."""
    folder = case.folder
    spine, features = case.spine, case.features
    places = np.arange(1, len(spine) + 1) / len(spine)
    ends = [end for end, _ in _BLOCKS]
    split = np.array([s.value for _, s in _BLOCKS])[np.searchsorted(ends, places)]
    before = np.flatnonzero(split != Split.TEST)
    chosen = choose_features(
        features.iloc[before],
        case.catalogue,
        spine["lead_id"].to_numpy(object)[before],
        rare_leads=5,
    )
    kept = [f.to_dict() for f in chosen.features]
    values = encode(features, kept)
    text, margin = _booster(values, spine, np.flatnonzero(split == Split.TRAIN))
    ENCODING.write(
        {"features": kept, "dropped": chosen.dropped, "judged_features": kept},
        folder / ENCODING.file,
    )
    told = pd.DataFrame({"row": spine["row"], "split": split, "margin": margin})
    told["served_margin"] = told["rolled_margin"] = margin  # one booster is all
    MARGINS.write(told, folder / MARGINS.file)
    CONTESTANTS.write(told[["row"]], folder / CONTESTANTS.file)  # nobody else
    for artefact in (JUDGED, BOOSTER):
        (folder / artefact.file).parent.mkdir(exist_ok=True)
        artefact.write(text, folder / artefact.file)
    if judge:
        calibrate.run(case.config, folder, at=START, say=_quiet)
    return Case(case.config, folder)


def _booster(
    values: Floats, spine: pd.DataFrame, train: np.ndarray
) -> tuple[str, Floats]:
    rows = Learnable(
        values,
        spine["outcome"].to_numpy(np.float64),
        spine["group_id"].to_numpy(object),
    )
    recipe = Recipe(learning_rate=0.1, threads=1)
    booster = fit_booster(rows.take(train), recipe, depth=2, rounds=40)
    return booster.model_to_string(), margins(booster, values)


def _config(own: dict[str, Any], sections: dict[str, Any]) -> Config:
    raw = defaults()
    for name, said in [*own.items(), *sections.items()]:
        held = raw.get(name)
        if isinstance(held, dict) and isinstance(said, dict):
            raw[name] = {**held, **said}
        else:
            raw[name] = said
    return Config.model_validate(raw)


def _built(config: Config, folder: Path) -> Case:
    build.run(config, folder, at=START, say=_quiet)
    return Case(config, folder)


def _empty() -> dict[str, pd.DataFrame]:
    columns = {
        "leads": "row lead_id account_id group_id created_at position outcome",
        "attributes": "lead_id",
        "accounts": "account_id known_from",
        "touches": "lead_id account_id kind occurred_at recorded_at asset channel "
        "value",
        "milestones": "lead_id milestone reached_at recorded_at",
        "attribute_history": "lead_id attribute value known_from",
        "quarantine": "table file line row lead_id reason is_repeat text",
    }
    return {
        name: pd.DataFrame({c: _nothing(c) for c in listed.split()})
        for name, listed in columns.items()
    }


def _nothing(column: str) -> pd.Series:
    if column.endswith(("_at", "_from")):
        return pd.Series(dtype="datetime64[us]")
    return pd.Series(dtype=_TEXT)


def _missing(rows: int) -> pd.Series:
    return pd.Series([None] * rows, dtype=_TEXT)


def _at(*, days: float = 0, hours: float = 0) -> datetime:
    return (START + timedelta(days=days, hours=hours)).replace(tzinfo=None)


def _quiet(_: str) -> None:
    """Say nothing."""
