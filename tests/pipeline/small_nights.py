"""A night's scores with their sidecars, made by hand from a small booster."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from features.vocabulary import Unit
from models.contract import Contract
from models.reaching.actions import Change
from models.recalling.precedents import Precedents
from models.recalling.rates import Like, Places, Rates
from models.treeshap import TreeExplainer
from pipeline.night.ledger import (
    CHANGES,
    POINTS,
    SEEN,
    TOUCHES,
    ledger_of,
    write_ledger,
)
from pipeline.night.scorer import Scorer, scorer_file_of, write_scorer
from pipeline.why.asked import Asked, answer
from pipeline.why.found import Why
from tests.models.small_models import (
    MIXED_FEATURES,
    MIXED_SIGNALS,
    contract,
    mixed_booster,
    mixed_rows,
)

SCORED_AT = datetime(2026, 7, 1, tzinfo=UTC)
IDS = ("ada", "bob", "cyd", "dan", "eve", "fay")
_OF_LEDGER = (CHANGES, TOUCHES)
CHANGED: list[dict[str, Any]] = [
    {"cause": "what the lead did", "code": "visits", "points": 4.25,
     "was": "No visits in 30 days"},
    {"cause": "time passed", "code": "size", "points": -1.0, "was": None},
    {"cause": "time passed", "code": None, "points": 0.5, "was": None},
]  # fmt: skip


def small_contract(**changed: Any) -> Contract:
    """The contract of the mixed booster: with words, rates and one allowed change."""
    visits, size, source = MIXED_SIGNALS
    signals = (
        replace(visits, topic="Visits", kinds=("visit",)),
        replace(size, topic="The firm"),
        replace(source, topic="The firm"),
    )
    likes = (
        Like("none in 30 days", 200, 300, 0.05, 0.03, 0.08, 0.5),
        Like("1 or more in 30 days", 412, 900, 0.182, 0.15, 0.22, 0.5),
    )
    places = Places(0.0, 0.0, 3.0, 6.0, 0.0, 1.0)
    rates = Rates(Unit.COUNT, 1, 30, (0.0,), (), likes, None, places)
    made = contract(
        MIXED_FEATURES,
        signals,
        company={
            "kinds": [
                {
                    "name": "visit",
                    "words": "Visit",
                    "stage": "top",
                    "is_outbound": False,
                }
            ],
            "attributes": [],
        },
        rates=(rates, None, None),
        rate=0.067,
        actions=(Change("size", "Size", (1,), direction=1),),
    )
    return replace(made, **changed)


@cache
def explainer() -> TreeExplainer:
    """Of the mixed booster, signals as players."""
    return TreeExplainer(
        mixed_booster().model_to_string(), [s.columns for s in MIXED_SIGNALS]
    )


def rows(n: int = len(IDS)) -> np.ndarray:
    """What was seen of the leads, encoded."""
    return mixed_rows(n, seed=5)


def small_precedents(n: int = 300) -> Precedents:
    """Past leads of the same kind, the last of which nobody had judged before."""
    encoded = mixed_rows(n, seed=9)
    margin = explainer().margins(encoded)
    margin[n // 2 :] = np.nan
    return Precedents(
        (np.arange(n) % 4 == 0).astype(float),
        np.full(n, np.datetime64("2026-02")),
        np.ones(n),
        margin,
        encoded.astype(np.float32),
        explainer().contributions(encoded).astype(np.float32),
        explainer().baseline,
    )


def small_scorer(**changed: Any) -> Scorer:
    """The scorer that is kept; changes are of its contract."""
    return Scorer(
        small_contract(**changed).to_json(),
        mixed_booster().model_to_string(),
        small_precedents().to_bytes(),
    )


def small_night(
    folder: Path,
    name: str = "tonight.parquet",
    *,
    ids: tuple[str, ...] = IDS,
    at: datetime = SCORED_AT,
    scorer: Scorer | None = None,
    seen: dict[str, list[Any]] | None = None,
    **columns: Any,
) -> Path:
    """Write a night: scores, ledger and scorer; columns of the output may be changed.

    A column is a value for all leads, or a list of one for each; ``seen`` is laid over
    what was seen of features.
    """
    scorer = small_scorer() if scorer is None else scorer
    scores = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    values = _values(ids, at, columns)
    pq.write_table(pa.table(values), scores)
    write_scorer(scorer, scorer_file_of(scores))
    held = {**values, **_points(len(ids)), **_seen(len(ids))}
    held[TOUCHES] = pa.array([_touches(at)] * len(ids))
    held |= {k: v for k, v in columns.items() if k in _OF_LEDGER}
    held |= {f"{SEEN}{k}": v for k, v in (seen or {}).items()}
    place = scorer_file_of(scores)
    write_ledger(pa.table(held), ledger_of(scores), scores=scores, scorer=place, at=at)
    return scores


def ask(scores: Path, lead: str = "bob", **more: Any) -> Why:
    """What is known of a lead's score."""
    return answer(Asked(lead, scores, **more))


def beside(scores: Path) -> dict[str, Any]:
    """The ledger's rows by lead."""
    table = pq.read_table(ledger_of(scores)).to_pylist()
    return {row["lead_id"]: row for row in table}


def _values(
    ids: tuple[str, ...], at: datetime, changed: dict[str, Any]
) -> dict[str, Any]:
    scale = small_contract().scale
    margin = explainer().margins(rows(len(ids)))
    count = len(ids)
    told: dict[str, Any] = {
        "lead_id": list(ids),
        "account_id": None,
        "snapshot_at": at,
        "probability": scale.probability(margin).tolist(),
        "score": scale.score(margin).tolist(),
        "status": "scored",
        "status_said": "",
        "qualification": "mql",
        "standing": "mql",
        "standing_since": at - timedelta(days=7),
        "grade": "B2",
        "fit_points": 0.0,
        "engagement_points": 0.0,
        "start_points": scale.start(explainer().baseline),
        "other_points": 0.0,
        "model_name": "small",
        "model_version": "7",
        "model_digest": "0123456789abcdef",
        "reasons_method": "signals_as_players",
        "horizon_days": 30.0,
    }
    told |= {k: v for k, v in changed.items() if k not in _OF_LEDGER}
    return {
        k: v if isinstance(v, list | pa.Array) else pa.array([v] * count)
        for k, v in told.items()
    }


def _points(count: int) -> dict[str, Any]:
    scale = small_contract().scale
    points = scale.contribution_points(explainer().contributions(rows(count)))
    return {
        f"{POINTS}{s.code}": points[:, i].tolist() for i, s in enumerate(MIXED_SIGNALS)
    }


def _seen(count: int) -> dict[str, Any]:
    encoded = rows(count)
    return {
        f"{SEEN}{f.name}": [_plain(v, f.categories) for v in encoded[:, i].tolist()]
        for i, f in enumerate(MIXED_FEATURES)
    }


def _plain(value: float, categories: tuple[str, ...] | None) -> object:
    if value != value:
        return None
    if categories is None:
        return value
    return categories[int(value) - 1] if value else "radio"


def _touches(at: datetime) -> list[dict[str, Any]]:
    return [
        {"kind": "visit", "occurred_at": at - timedelta(days=d)} for d in (1, 3, 40)
    ]
