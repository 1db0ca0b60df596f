"""From files as they were exported to the canonical tables."""

from __future__ import annotations

from features.company import Company

from ..artefacts import INTAKE, TABLES
from ..intake import take_in
from ..sections import Config
from ..stage import Shelf, stage


@stage(writes=(INTAKE,))
def intake(config: Config, shelf: Shelf) -> None:
    """Read the sources strictly, set bad rows aside, write the canonical tables."""
    intake_as(config, shelf, None)


def intake_as(config: Config, shelf: Shelf, company: Company | None) -> None:
    """Take in numbers in the notations of a scorer's company; None: find them."""
    shelf.say("reading the sources")
    folder = shelf.folder / TABLES
    report = take_in(config, folder, company=company)
    for path in sorted(folder.glob("*.parquet")):
        shelf.note(path)
    shelf.put(INTAKE, report.to_dict())
