"""From files as they were exported to the canonical tables."""

from __future__ import annotations

from ..artefacts import INTAKE, TABLES
from ..intake import take_in
from ..sections import Config
from ..stage import Shelf, stage


@stage(writes=(INTAKE,))
def intake(config: Config, shelf: Shelf) -> None:
    """Read the sources strictly, set bad rows aside, write the canonical tables."""
    shelf.say("reading the sources")
    folder = shelf.folder / TABLES
    report = take_in(config, folder)
    for path in sorted(folder.glob("*.parquet")):
        shelf.note(path)
    shelf.put(INTAKE, report.to_dict())
