"""Touches for benchmarks: visits of one to seven touches, some recorded days late."""

from __future__ import annotations

from pathlib import Path

from features.company import Company, Kind
from features.engine import Engine, literal, open_engine
from features.past.parts import BUCKET, BUCKETS
from features.vocabulary import FunnelStage

STAGES = {
    FunnelStage.TOP: ("page_visit", "newsletter_open", "blog_post"),
    FunnelStage.MIDDLE: ("docs_page", "webinar", "product_tour"),
    FunnelStage.BOTTOM: ("pricing_page", "trial_start", "demo_request"),
    FunnelStage.NEGATIVE: ("careers_page", "unsubscribe", "bounce"),
    FunnelStage.OTHER: ("outbound_email", "outbound_call"),
}
OUTBOUND = STAGES[FunnelStage.OTHER]
KINDS = tuple(kind for kinds in STAGES.values() for kind in kinds)
COMPANY = Company(
    kinds=tuple(
        Kind(kind, kind, stage, kind in OUTBOUND)
        for stage, kinds in STAGES.items()
        for kind in kinds
    )
)
LAST = "TIMESTAMP '2026-01-05'"  # a Monday; the touches are of the year before it

# Hashes instead of random numbers: every machine writes the same rows.
_QUERY = """
WITH visits AS (
  SELECT visit, (hash(visit, 1) % {leads})::BIGINT AS lead,
    (hash(visit, 3) % (365 * 86400))::BIGINT AS second
  FROM range({touches} // 4) t(visit)
), touches AS (
  SELECT *, unnest(range(1 + (hash(visit, 2) % 7)::INT)) AS k FROM visits
), told AS (
  SELECT lpad(lead::VARCHAR, 8, '0') AS lead_id,
    {kinds}[1 + (14 * pow((hash(visit, k, 4) % 1000000) / 1e6, 2))::INT % 14] AS kind,
    TIMESTAMP '2025-01-05' + to_microseconds(second * 1000000 + k * 120000000
      + (hash(visit, k, 9) % 60000000)::BIGINT) AS occurred_at,
    to_microseconds(CASE WHEN hash(visit, k, 5) % 20 = 0
      THEN (hash(visit, k, 6) % (5 * 86400))::BIGINT * 1000000 ELSE 1000000 END)
      AS late,
    'asset-' || (hash(visit, k, 7) % 50) AS asset,
    ['web', 'email', 'phone'][1 + (hash(visit, 8) % 3)::INT] AS channel,
    CASE WHEN hash(visit, k, 10) % 5 = 0
      THEN round((hash(visit, k, 11) % 100000) / 100.0, 2) END AS value
  FROM touches
)
SELECT lead_id, CAST(NULL AS VARCHAR) AS account_id, kind, occurred_at,
  occurred_at + late AS recorded_at, asset, channel, value,
  CAST(hash(lead_id) % {buckets} AS SMALLINT) AS {bucket}
FROM told ORDER BY {bucket}, lead_id, occurred_at, recorded_at, kind
"""

_BESIDE = """
CREATE TABLE leads AS SELECT lead_id, any_value({bucket}) AS {bucket},
  CAST(NULL AS VARCHAR) AS account_id,
  TIMESTAMP '2025-01-06' + to_seconds((hash(lead_id) % (360 * 86400))::BIGINT)
    AS created_at FROM touches GROUP BY lead_id;
CREATE TABLE milestones (lead_id VARCHAR, milestone VARCHAR, reached_at TIMESTAMP,
  recorded_at TIMESTAMP);
CREATE TABLE attributes (lead_id VARCHAR);
CREATE TABLE accounts (account_id VARCHAR, known_from TIMESTAMP);
CREATE TABLE attribute_history (lead_id VARCHAR, attribute VARCHAR, value VARCHAR,
  known_from TIMESTAMP);
"""

ONCE = f"SELECT {LAST} AS snapshot_at, * FROM leads"
WEEKLY = f"""
SELECT unnest(generate_series(date_trunc('week', created_at) + INTERVAL 7 DAY, {LAST},
  INTERVAL 7 DAY)) AS snapshot_at, * FROM leads
"""


def write_touches(path: Path, touches: int, leads: int) -> None:
    """Write about so many touches of so many leads, as intake does."""
    listed = "[" + ", ".join(map(literal, KINDS)) + "]"
    query = _QUERY.format(
        touches=touches, leads=leads, kinds=listed, buckets=BUCKETS, bucket=BUCKET
    )
    with open_engine(memory_limit="12GB") as engine:
        engine.execute("SET temp_directory = ?", [str(path.parent)])
        engine.execute(
            f"COPY ({query}) TO {literal(path.as_posix())} "
            "(FORMAT parquet, COMPRESSION zstd)"
        )


def shown(path: Path, memory_limit: str = "4GB") -> Engine:
    """Open an engine that shows the touches and all that goes with them."""
    engine = open_engine(memory_limit=memory_limit, threads=2)
    engine.execute("SET temp_directory = ?", [str(path.parent)])
    engine.execute(
        f"CREATE VIEW touches AS FROM read_parquet({literal(path.as_posix())})"
    )
    engine.execute(_BESIDE.format(bucket=BUCKET))
    return engine


def look(engine: Engine, snapshots: str) -> int:
    """Make the spine; return how many snapshots it has."""
    engine.execute(
        "CREATE OR REPLACE TABLE spine AS SELECT row_number() OVER (ORDER BY "
        f"snapshot_at, lead_id) - 1 AS row, * FROM ({snapshots})"
    )
    return len(engine.table("spine"))
