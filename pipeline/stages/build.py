"""From the canonical tables to labelled snapshots and what was known at each."""

from __future__ import annotations

from typing import Any

from features.catalogue import Catalogue, catalogue_of
from features.engine import instants_are_utc
from features.outcomes import make_labelled_spine
from features.weave import weave

from ..artefacts import CATALOGUE, FEATURES, INTAKE, SPINE, TABLES
from ..company import company_of, ending_of, maturity_of, rule_of
from ..sections import Config
from ..stage import Shelf, stage
from ..tables import attribute_values, known_until, shown


@stage(reads=(INTAKE,), writes=(SPINE, FEATURES, CATALOGUE))
def build(config: Config, shelf: Shelf) -> None:
    """Take snapshots, compute every signal as it stood then, attach outcomes."""
    until = known_until(shelf.get(INTAKE))
    maturity = maturity_of(config, until)
    with shown(config, shelf.folder / TABLES) as connection:
        shelf.say("taking snapshots")
        counts = make_labelled_spine(
            connection, rule_of(config), ending_of(config), maturity
        )
        catalogue = catalogue_of(company_of(config, attribute_values(connection)))
        shelf.say(f"{len(catalogue)} signals at {counts.snapshots:,} snapshots")
        features = weave(connection, catalogue).to_pandas()
        spine = connection.sql("FROM spine ORDER BY row").df()
    shelf.put(SPINE, instants_are_utc(spine))
    shelf.put(FEATURES, instants_are_utc(features))
    told = {
        "spine": counts.to_dict(),
        "horizon_days": maturity.horizon_days,
        "known_until": None if until is None else until.isoformat(),
        "company": catalogue.company.to_dict(),
        "fingerprint": catalogue.fingerprint,
        "signals": listed(catalogue, "duckdb"),
    }
    shelf.put(CATALOGUE, told)


def listed(catalogue: Catalogue, dialect: str) -> list[dict[str, Any]]:
    """Return each signal as plain values, its columns with their definitions."""
    return [
        {
            "name": s.name,
            "words": s.words,
            "family": s.family.value,
            "unit": s.unit.value,
            "direction": s.monotone,
            "attributes": list(s.attributes),
            "features": [
                {
                    "name": f.name,
                    "lookback_days": f.lookback_days,
                    "sql": catalogue.sql(f, dialect),
                }
                for f in s
            ],
        }
        for s in catalogue
    ]
