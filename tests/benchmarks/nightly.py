"""A night that reads one new file of touches, against one that reads all of them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter

import pyarrow.parquet as pq

from features.catalogue import catalogue_of
from features.engine import literal, open_engine
from features.snapshots import make_scoring_spine
from features.weave import weave
from pipeline.company import company_of, ending_of, rule_of
from pipeline.config import load_config
from pipeline.intake import kept_in, take_in
from pipeline.sections import Config
from pipeline.tables import attribute_values, shown

LEADS = 10_000
TOUCHES = 4_000_000
FILES = 100  # one a day
NIGHTS = 3  # looked at
TONIGHT = datetime(2026, 4, 11, tzinfo=UTC)  # the day after the last file's

# A touch in fifty comes late, up to twenty days.
DAY = """
SELECT 'lead-' || lpad((h % {leads})::VARCHAR, 8, '0') AS lead_id,
  ['page_visit', 'docs_page', 'pricing_page', 'webinar', 'newsletter_open',
   'outbound_email', 'demo_request', 'careers_page'][1 + (h >> 20) % 8] AS kind,
  strftime(moment - INTERVAL 1 DAY * if(h % 50 = 0, (h >> 30) % 20, 0),
    '%Y-%m-%dT%H:%M:%SZ') AS occurred_at,
  strftime(moment + INTERVAL 5 MINUTE, '%Y-%m-%dT%H:%M:%SZ') AS recorded_at,
  '/page/' || (h >> 24) % 500 AS asset, ['web', 'mail'][1 + (h >> 34) % 2] AS channel,
  if(h % 10 = 0, ((h >> 40) % 10000) / 100, NULL) AS value
FROM (SELECT CAST(hash(i) >> 1 AS BIGINT) AS h, DATE '2026-01-01' + {day} +
  INTERVAL 1 SECOND * (h >> 44 & 65535) AS moment FROM range({first}, {last}) t(i))
"""
CONFIG = """
[leads]
from = "leads.csv"
lead_id = "lead_id"
account_id = "account_id"
created_at = "created_at"
known_at_creation = ["country"]
[[touches]]
from = "touches"
lead_id = "lead_id"
kind = "kind"
occurred_at = "occurred_at"
recorded_at = "recorded_at"
asset = "asset"
channel = "channel"
value = "value"
[[milestones]]
from = "won.csv"
lead_id = "lead_id"
columns = { opportunity = "won" }
[funnel]
top = ["page_visit", "newsletter_open"]
middle = ["docs_page", "webinar"]
bottom = ["pricing_page", "demo_request"]
negative = ["careers_page"]
other = ["outbound_email"]
outbound = ["outbound_email"]
[outcome]
conversion = "opportunity"
horizon_days = 30
"""


def figures() -> Iterator[tuple[str, str]]:
    """The ratio of seconds, from the files to the features of every lead."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder)
        config = load_config(folder / "leadlight.toml")
        files = sorted((folder / "touches").iterdir())
        size = sum(p.stat().st_size for p in files)
        for path in files[-NIGHTS:]:
            path.rename(folder / path.name)
        _night(config, folder, kept=folder / "kept")  # compiles the loops, too
        spent = []
        for path in files[-NIGHTS:]:
            (folder / path.name).rename(path)
            spent.append(_night(config, folder, kept=folder / "kept"))
        new = median(spent)
        full = _night(config, folder, kept=None)
        held = sum(p.stat().st_size for p in (folder / "kept").rglob("*.parquet"))
        one, other = (
            pq.read_table(folder / f"{told}.parquet") for told in (False, True)
        )
        assert one.equals(other)
    yield (
        f"a night with one new file of {FILES}, × reading all",
        f"{new / full:.1%} ({new:.1f} s against {full:.1f} s; {TOUCHES:,} touches, "
        f"{size / 1e6:.0f} MB of CSV, {held / 1e6:.0f} MB kept)",
    )


def _night(config: Config, folder: Path, *, kept: Path | None) -> float:
    """Take in, and compute all features of all leads; return the seconds."""
    started = perf_counter()
    tables = folder / "tables"
    with nullcontext() if kept is None else kept_in(kept) as open_kept:
        take_in(config, tables, leads_from=folder / "leads.csv", kept=open_kept)
        with shown(config, tables) as connection:
            make_scoring_spine(connection, rule_of(config), ending_of(config), TONIGHT)
            catalogue = catalogue_of(company_of(config, attribute_values(connection)))
            features = weave(connection, catalogue)
    spent = perf_counter() - started
    pq.write_table(features, folder / f"{kept is not None}.parquet")
    return spent


def _write(folder: Path) -> None:
    """Write the exports of an invented company, the same every time."""
    (folder / "touches").mkdir()
    (folder / "leadlight.toml").write_text(CONFIG, "utf-8")
    a_day = TOUCHES // FILES
    with open_engine() as engine:
        leads = (
            "SELECT 'lead-' || lpad(i::VARCHAR, 8, '0') AS lead_id, 'account-' || "
            "i % 4000 AS account_id, DATE '2025-12-01' + (i % 30)::INTEGER AS "
            f"created_at, ['NL', 'FR', 'DE'][1 + i % 3] AS country FROM range({LEADS}) "
            "t(i)"
        )
        won = f"SELECT lead_id, DATE '2026-04-01' AS won FROM ({leads}) LIMIT 100"
        days = (
            (f"touches/{day:03d}.csv", DAY.format(leads=LEADS, day=day,
             first=day * a_day, last=(day + 1) * a_day))
            for day in range(FILES)
        )  # fmt: skip
        for name, query in (("leads.csv", leads), ("won.csv", won), *days):
            place = literal((folder / name).as_posix())
            engine.execute(f"COPY ({query}) TO {place} (HEADER)")
