"""The invented company as raw files, messy as an export is, and the truth beside it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pandas as pd

from features.engine import Engine, literal
from features.world import Company, World, generate, true_probability

from .files import replace_file

MOST_AGE_DAYS = 180
HORIZON_DAYS = 30

# What no export is free of: an instant that is none, and a row cut short.
_UNREADABLE = "L-000001,page_visit,soon,2025-06-01 00:00:00,/blog,web,\nL-000002,page_"


def write_company(folder: Path, world: World) -> Company:
    """Write a company's raw files, its configuration and, apart, the truth.

    ``folder`` then holds ``data/leads.csv``, ``accounts.csv``, ``touches.csv`` and
    ``milestones.csv``, ``tonight.csv`` (the leads that are looked at tonight),
    ``leadlight.toml`` and ``truth.parquet``, which the pipeline never reads.
    """
    company = generate(world)
    data = folder / "data"
    data.mkdir(parents=True, exist_ok=True)
    for name in ("leads", "accounts", "touches", "milestones"):
        _copy(company.connection, f"FROM {name}", data / f"{name}.csv")
    with (data / "touches.csv").open("a", encoding="utf-8") as file:
        file.write(_UNREADABLE + "\n")
    tonight = (
        "SELECT l.* FROM leads l WHERE l.lead_id NOT IN (SELECT lead_id FROM "
        "milestones WHERE milestone IN ('opportunity', 'disqualified', 'lost')) "
        f"AND l.created_at >= TIMESTAMP {literal(_told(world.known_until))} "
        f"- INTERVAL {MOST_AGE_DAYS} DAY"
    )
    _copy(company.connection, tonight, data / "tonight.csv")
    template = files("pipeline").joinpath("demo.toml").read_text(encoding="utf-8")
    replace_file(folder / "leadlight.toml", lambda p: _write(p, template))
    truth = true_probabilities(company)
    replace_file(folder / "truth.parquet", lambda p: truth.to_parquet(p, index=False))
    return company


def true_probabilities(company: Company) -> pd.DataFrame:
    """True probability of every weekly snapshot at which a lead was eligible.

    Returns
    -------
    DataFrame
        ``lead_id``, ``snapshot_at`` and ``true_probability`` of converting within 30
        days.
    """
    spine = company.connection.sql(
        f"""
        SELECT lead_id, unnest(generate_series(
          date_trunc('week', created_at - INTERVAL 1 MICROSECOND) + INTERVAL 7 DAY,
          least(created_at + INTERVAL {MOST_AGE_DAYS} DAY,
            TIMESTAMP {literal(_told(company.world.known_until))}),
          INTERVAL 7 DAY)) AS snapshot_at
        FROM (SELECT DISTINCT lead_id, created_at FROM leads)
        """
    ).df()
    truth = true_probability(company, spine, HORIZON_DAYS)
    told: pd.DataFrame = spine.assign(true_probability=truth).dropna()
    return told.sort_values(["snapshot_at", "lead_id"], ignore_index=True)


def _copy(connection: Engine, query: str, path: Path) -> None:
    replace_file(
        path,
        lambda p: connection.execute(
            f"COPY ({query}) TO {literal(p.as_posix())} (FORMAT csv, HEADER)"
        ),
    )


def _told(instant: object) -> str:
    return pd.Timestamp(str(instant)).tz_convert(None).isoformat(" ")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
