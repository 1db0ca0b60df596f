"""A company of three leads, small enough to check by eye.

At noon on 2026-03-01: Ada looked at the pricing page one day ago and 29 days ago (that
visit was worth 9.5) and opened an e-mail three days ago; Bob looked at the pricing page
at noon itself, which is not before it; Cyd opened an e-mail 40 days ago.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pandas as pd

from .catalogue import Catalogue
from .company import Company
from .declare import Feature, Signal
from .engine import Engine, open_engine
from .past.aggregate import Aggregate
from .vocabulary import Family, Unit
from .weave import weave

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def tiny_tables() -> dict[str, pd.DataFrame]:
    """Return the canonical tables, and a ``spine`` of every lead at noon."""
    names = ["ada", "bob", "cyd"]
    accounts = ["acme", "acme", None]
    created = [_before(days) for days in (60, 2, 50)]
    leads = pd.DataFrame(
        {
            "row": [0, 1, 2],
            "lead_id": names,
            "account_id": accounts,
            "group_id": ["acme", "acme", "cyd"],
            "created_at": created,
            "position": pd.array([pd.NA] * 3, dtype="Int64"),
            "outcome": pd.array([pd.NA] * 3, dtype="Int8"),
        }
    )
    told = [  # lead, kind, days before noon, asset, channel, value
        ("ada", "pricing_page", 1, "/pricing", "web", None),
        ("ada", "pricing_page", 29, "/plans", "web", 9.5),
        ("ada", "email_open", 3, None, "web", None),
        ("bob", "pricing_page", 0, "/pricing", "web", None),
        ("cyd", "email_open", 40, None, "e-mail", None),
    ]
    columns = ["lead_id", "kind", "days", "asset", "channel", "value"]
    touches = pd.DataFrame(told, columns=columns)
    instants = [_before(days) for days in touches.pop("days")]
    touches = touches.assign(
        account_id=pd.array([pd.NA] * len(told), dtype="str"),
        occurred_at=instants,
        recorded_at=instants,
    )
    return {
        "leads": leads,
        "attributes": pd.DataFrame(
            {
                "lead_id": names,
                "job_title": ["VP Sales", None, "Student"],
                "employees": ["120", "n.k.", None],
            }
        ),
        "touches": touches,
        "milestones": pd.DataFrame(
            {
                "lead_id": ["ada"],
                "milestone": ["won"],
                "reached_at": [_before(-10)],
                "recorded_at": [_before(-11)],
            }
        ),
        "accounts": pd.DataFrame(
            {
                "account_id": ["acme", "acme"],
                "known_from": [_before(30), _before(0)],
                "account_industry": ["steel", "software"],
            }
        ),
        "attribute_history": pd.DataFrame(
            {
                "lead_id": pd.array([], dtype="str"),
                "attribute": pd.array([], dtype="str"),
                "value": pd.array([], dtype="str"),
                "known_from": pd.array([], dtype="datetime64[us]"),
            }
        ),
        "spine": leads.assign(snapshot_at=_before(0)),
    }


def tiny_engine(**changed: pd.DataFrame) -> Engine:
    """Return an engine that shows the tiny tables, some of them changed."""
    connection = open_engine(threads=1)
    for name, frame in {**tiny_tables(), **changed}.items():
        connection.register("given", frame)
        connection.execute(f"CREATE TABLE {name} AS FROM given")
        connection.unregister("given")
    return connection


def answer(aggregate: Aggregate) -> dict[str, float | str | None]:
    """Return what an aggregate says of each lead at noon, numbers to six decimals."""
    feature = Feature("told", aggregate.expression, aggregate.atoms)
    is_word = all(a.is_word for a in aggregate.atoms)
    unit = Unit.CATEGORY if is_word else Unit.NUMBER
    told = Signal("told", "Told", Family.BEHAVIOURAL, unit, 0, (feature,))
    catalogue = Catalogue(Company(conversion="won"), (told,))
    found = weave(tiny_engine(), catalogue)
    return {
        lead: round(value, 6) if isinstance(value, float) else value
        for lead, value in zip(
            found["lead_id"].to_pylist(), found["told"].to_pylist(), strict=True
        )
    }


def _before(days: float) -> datetime:
    return (NOON - timedelta(days=days)).replace(tzinfo=None)
