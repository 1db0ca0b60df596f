"""From the canonical tables to labelled snapshots and what was known at each."""

from __future__ import annotations

from typing import Any

from features.attrition import attrition_of
from features.catalogue import Catalogue, catalogue_of
from features.company import Company
from features.engine import Engine, bytes_of, instants_are_utc
from features.outcomes import make_labelled_spine

from ..actions import check_actions
from ..artefacts import (
    CATALOGUE,
    FEATURES,
    INTAKE,
    MATURITY,
    SPINE,
    TABLES,
    USUAL_SOURCES,
)
from ..company import company_of, ending_of, maturity_of, rule_of
from ..judging.maturity import ripening, told
from ..night.usual import usual_sources
from ..sections import Config
from ..stage import Shelf, read_manifest, stage
from ..tables import attribute_values, known_until, shown
from ..training.contestants import points_table_in
from ..weaving import write_by_query, write_features, write_in_spark


@stage(reads=(INTAKE,), writes=(SPINE, MATURITY, FEATURES, CATALOGUE, USUAL_SOURCES))
def build(config: Config, shelf: Shelf) -> None:
    """Take snapshots, compute every signal as it stood then, attach outcomes."""
    build_as(config, shelf, None)


def build_as(config: Config, shelf: Shelf, company: Company | None) -> None:
    """Build with the signals of a company; None: of the one that is configured."""
    until = known_until(shelf.get(INTAKE))
    maturity = maturity_of(config, until)
    with shown(config, shelf.folder / TABLES) as connection:
        shelf.say("taking snapshots")
        how = rule_of(config), ending_of(config), maturity
        counts = make_labelled_spine(connection, *how)
        attrition = attrition_of(connection, how[0], maturity)
        aged = ripening(connection, *how, counts.snapshots)
        catalogue = catalogue_of(
            company
            or company_of(config, attribute_values(connection), shelf.get(INTAKE))
        )
        # Refused at once, not after all signals.
        points_table_in(config, catalogue)
        check_actions(config, catalogue)
        shelf.say(f"{len(catalogue)} signals at {counts.snapshots:,} snapshots")
        spine = connection.sql("FROM spine ORDER BY row").df()
        shelf.put(SPINE, instants_are_utc(spine))
        usual = usual_sources(
            connection,
            shelf.folder / TABLES,
            config,
            catalogue.company,
            shelf.get(INTAKE)["sources"],
        )
        _write_features(config, shelf, connection, catalogue)
    shelf.note(shelf.folder / FEATURES.file)
    shelf.put(MATURITY, told(aged))
    shelf.put(USUAL_SOURCES, {"touches": [source.to_dict() for source in usual]})
    listing = {
        "spine": counts.to_dict(),
        "leads": attrition.to_dict(),
        "horizon_days": maturity.horizon_days,
        "known_until": None if until is None else until.isoformat(),
        "company": catalogue.company.to_dict(),
        "fingerprint": catalogue.fingerprint,
        "signals": listed(catalogue, "duckdb"),
    }
    shelf.put(CATALOGUE, listing)


def _write_features(
    config: Config, shelf: Shelf, connection: Engine, catalogue: Catalogue
) -> None:
    """Compute every signal with the engine that is configured."""
    path = shelf.folder / FEATURES.file
    memory_bytes = bytes_of(config.run.memory_limit)
    if config.run.engine == "spark":
        write_in_spark(
            connection,
            catalogue,
            path,
            tables=shelf.folder / TABLES,
            master=config.run.spark_master or None,
            memory_bytes=memory_bytes,
        )
    elif config.run.engine == "duckdb":
        write_by_query(connection, catalogue, path)
    else:
        write_features(
            connection,
            catalogue,
            path,
            memory_bytes=memory_bytes,
            made_of=_made_of(shelf),
            say=shelf.say,
        )


def _made_of(shelf: Shelf) -> dict[str, Any]:
    """Digests of the tables and of the spine."""
    intake = read_manifest(shelf.folder).get("stages", {}).get("intake", {})
    return {"tables": intake.get("writes", {}), "spine": shelf.digests["writes"]}


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
